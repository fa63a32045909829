"""Bodies of the UN system: acronyms, aliases, organs above, membership of the board."""

from __future__ import annotations

from pathlib import Path

import pytest
from multilateral.loaders.un_entities import load_un_entities
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name

HERE = Path(__file__).parent / "fixtures" / "un_entities"


def load(name: str, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_un_entities(HERE / name, **options)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def test_bodies_have_names_and_codes() -> None:
    entities, _, loaded = load("un-entities.csv")
    who = entities["organization/un-who"]
    assert who.type == "UNBody" and who.homepage == "https://www.who.int/" and who.identifier == "rec1"
    assert who.description == "Works for health, everywhere."
    assert who.names == (
        Name("World Health Organization", "en"),
        Name("WHO", "", "acronym"),
        Name("OMS", "", "acronym"),
        Name("World Health Org.", "en", "alternative"),
    )
    assert who.identifiers == (Identifier("UNAgency", "WHO"),)
    assert entities["organization/un-minusca"].description is None and entities["organization/un-ceb"].homepage is None
    assert loaded.skipped == {"column 'socials_twitter'": 1}


def test_bodies_are_under_organs_and_in_the_system() -> None:
    entities, links, _ = load("un-entities.csv")
    assert [(*ends(x), x.role) for x in links] == [
        ("organization/un-who", "subsidiaryOf", "organization/un-economic-and-social-council", "Specialized Agencies"),
        ("organization/un-who", "partOf", "organization/un-united-nations-system", "Specialized Agencies"),
        ("organization/un-who", "memberOf", "organization/un-ceb", None),
        ("organization/un-minusca", "subsidiaryOf", "organization/un-security-council", "Subsidiary Organs"),
        ("organization/un-minusca", "partOf", "organization/un-united-nations-system",
         "Peacekeeping Operations and Political Missions"),
    ]  # fmt: skip
    assert entities["organization/un-security-council"].names == (Name("Security Council", "en"),)
    assert (
        entities["organization/un-ceb"].name() == "Chief Executives Board for Coordination"
    )  # its record, not the mention
    assert links[0].evidence[0].locator == "row 2, WHO"


def test_the_json_form_and_bodies_without_an_acronym() -> None:
    entities, links, _ = load("entities.json")
    committee = "organization/un-committee-for-programme-and-coordination"
    assert entities[committee].homepage == "https://www.un.org/en/ga/cpc/"
    assert {ends(x) for x in links} == {
        (committee, "subsidiaryOf", "organization/un-general-assembly"),
        (committee, "subsidiaryOf", "organization/un-economic-and-social-council"),
        ("organization/un-fao", "partOf", "organization/un-united-nations-system"),
        ("organization/un-fao", "memberOf", "organization/un-ceb"),
    }
    assert entities["organization/un-ceb"].names == (Name("CEB", "", "acronym"),)  # only mentioned here


def test_nameless_and_repeated_bodies_are_told_or_skipped(tmp_path: Path) -> None:
    file = tmp_path / "bodies.csv"
    for row, problem in (
        (",", "row 3: it has neither an acronym nor a name"),
        ("WHO,Again", "row 3: 'WHO' is given twice"),
    ):
        file.write_text(f"entity,entity_long,is_ceb_member\nWHO,World,\n{row},True\n")
        with pytest.raises(UnreadableSource, match=problem):
            list(load_un_entities(file).statements)
        loaded = load_un_entities(file, skip_bad=True)
        assert len(list(loaded.statements)) == 2 and loaded.skipped == {"bad records": 1}


def test_aliases_may_be_the_text_of_a_list_with_apostrophes(tmp_path: Path) -> None:
    file = tmp_path / "bodies.csv"
    file.write_text(
        'entity;entity_long;entity_aliases\nUNX;Body;"[\'UNXX\', ""Corps d\'essai""]"\nUNY;Other;Autre corps; UNYY\n'
        "UNZ;Third;none\n".replace("Autre corps; UNYY", '"Autre corps; UNYY"'),
        encoding="utf-8",
    )
    bodies = [s for s in load_un_entities(file).statements if isinstance(s, Entity)][1:]
    assert [{name.text for name in body.names} for body in bodies] == [
        {"Body", "UNX", "UNXX", "Corps d'essai"},
        {"Other", "UNY", "Autre corps", "UNYY"},
        {"Third", "UNZ"},
    ]
