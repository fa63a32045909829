"""Countries: codes, names in six languages, regions and groups."""

from __future__ import annotations

from pathlib import Path

import pytest
from multilateral.loaders.countries import load_countries
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name

HERE = Path(__file__).parent / "fixtures" / "countries"


def load(name: str, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_countries(HERE / name, **options)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def test_a_list_of_one_language_gives_regions_from_the_world_down() -> None:
    entities, links, _ = load("m49_fr.csv")
    benin = entities["country/BJ"]
    assert benin.names == (Name("Bénin", "fr"),)
    assert benin.identifiers == (
        Identifier("ISO3166", "BJ"),
        Identifier("ISO3166Alpha3", "BEN"),
        Identifier("M49", "204"),
    )
    assert entities["country/AQ"].identifiers[-1] == Identifier("M49", "010")
    assert entities["country/NA"].name("fr") == "Namibie"  # NA is a code, not a missing value
    assert entities["place/m49-002"].names == (Name("Afrique", "fr"),)
    found = [ends(x) for x in links]
    assert found == [
        ("place/m49-002", "partOf", "place/m49-001"),
        ("place/m49-202", "partOf", "place/m49-002"),
        ("place/m49-011", "partOf", "place/m49-202"),
        ("country/BJ", "partOf", "place/m49-011"),
        ("country/BJ", "memberOf", "country-group/least-developed-countries"),
        ("country/AQ", "partOf", "place/m49-001"),
        ("country/NA", "partOf", "place/m49-202"),
    ]
    group = entities["country-group/least-developed-countries"]
    assert group.type == "Country" and group.collective and group.name("fr") == "Pays les moins avancés"


def test_a_list_whose_header_is_in_its_own_language_is_read_by_position(tmp_path: Path) -> None:
    header = (
        "Code monde;Nom du monde;Code de la région;Nom de la région;Code de la sous-région;Nom de la sous-région;"
        "Code de la région intermédiaire;Nom de la région intermédiaire;Pays ou zone;Code M49;Code ISO-alpha2;"
        "Code ISO-alpha3;Pays les moins avancés (PMA);Pays en développement sans littoral (PDSL);"
        "Petits États insulaires en développement (PEID)"
    )
    rows = (HERE / "m49_fr.csv").read_text().splitlines()[1:]
    (tmp_path / "liste.csv").write_text("\n".join([header, *rows]))
    statements = list(load_countries(tmp_path / "liste.csv", source_id="countries-m49-fr").statements)
    assert statements[1:] == list(load_countries(HERE / "m49_fr.csv").statements)[1:]


def test_the_table_of_all_names() -> None:
    entities, links, loaded = load("country-codes.csv")
    benin = entities["country/BJ"]
    assert {n for n in benin.names if n.kind == "preferred"} == {
        Name("Benin", "en"),
        Name("Bénin", "fr"),
        Name("贝宁", "zh"),
    }
    assert Name("la República de Benin", "es", "alternative") in benin.names
    assert (
        Identifier("Wikidata", "Q962") in benin.identifiers and Identifier("GeoNames", "2395170") in benin.identifiers
    )
    assert ("country/FO", "partOf", "country/DK") in {ends(x) for x in links}
    assert entities["place/m49-002"].names == (Name("Africa", "en"),)
    assert loaded.skipped == {"column 'fifa'": 2, "column 'iso3166-1-numeric'": 2}
    assert loaded.source.licence == "ODC-PDDL 1.0"


def test_a_plain_table_of_iso_codes() -> None:
    entities, links, _ = load("iso.csv")
    assert entities["country/BJ"].names == (Name("Benin"),)  # the file does not say in which language
    assert [ends(x) for x in links] == [
        ("place/m49-202", "partOf", "place/m49-002"),
        ("country/BJ", "partOf", "place/m49-202"),
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Benin,BJ,BEN,204", "row 3: the code BJ is given twice"),
        ("Togo,TGO,TGO,768", "row 3: 'TGO' is no code of ISO 3166-1 alpha-2"),
        ("Togo,TG,T,768", "row 3: 'T' is no code of ISO 3166-1 alpha-3"),
        ("Togo,TG,TGO,7x8", "row 3: '7x8' is no M49 code"),
        (",TG,TGO,768", "row 3: it has no name"),
        ("Togo,TG,TGO,768,5", "row 3: the row has 5 cells, the header 4"),
    ],
)
def test_a_bad_row_is_told(row: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "iso.csv"
    file.write_text(f"name,alpha-2,alpha-3,country-code\nBenin,BJ,BEN,204\n{row}\n")
    with pytest.raises(UnreadableSource) as caught:
        list(load_countries(file).statements)
    assert problem in str(caught.value)
    loaded = load_countries(file, skip_bad=True)
    assert len(list(loaded.statements)) == 2 and loaded.skipped == {"bad records": 1}


def read(tmp_path: Path, text: str) -> tuple[dict[str, Entity], list[Link], Loaded]:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    loaded = load_countries(path)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def test_a_french_heading_names_the_country(tmp_path: Path) -> None:
    """A column of codes is never taken for that of the names."""
    entities, _, loaded = read(tmp_path, "Nom;Code ISO 2;Code ISO 3;M49\nBénin;BJ;BEN;204\nNamibie;NA;NAM;516\n")
    assert entities["country/BJ"].names == (Name("Bénin", "fr"),)
    assert entities["country/NA"].names == (Name("Namibie", "fr"),)
    assert loaded.skipped == {} and loaded.source.licence is None and loaded.source.url is None


def test_headings_with_hyphens_give_all_levels_of_regions(tmp_path: Path) -> None:
    text = (
        "name,alpha-2,alpha-3,country-code,region,sub-region,intermediate-region,region-code,sub-region-code,"
        "intermediate-region-code\nAngola,AO,AGO,024,Africa,Sub-Saharan Africa,Middle Africa,002,202,017\n"
    )
    _, links, loaded = read(tmp_path, text)
    assert sorted(map(ends, links)) == [
        ("country/AO", "partOf", "place/m49-017"),
        ("place/m49-017", "partOf", "place/m49-202"),
        ("place/m49-202", "partOf", "place/m49-002"),
    ]
    assert loaded.skipped == {}


def test_headings_say_the_language_of_names_and_three_letters_may_do(tmp_path: Path) -> None:
    text = "French short name,name_en,alpha2,alpha3\nBénin (le),Benin,,BEN\nTogo (le),Togo,tg,tgo\n"
    entities, _, _ = read(tmp_path, text)
    assert entities["country/BJ"].names == (Name("Bénin", "fr"), Name("Benin", "en"))
    assert entities["country/TG"].identifiers[:2] == (Identifier("ISO3166", "TG"), Identifier("ISO3166Alpha3", "TGO"))
