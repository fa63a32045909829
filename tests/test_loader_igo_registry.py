"""SupraVerden: organizations, families, names in many languages, successions."""

from __future__ import annotations

from pathlib import Path

import pytest
from multilateral.loaders.igo_registry import load_igo_registry
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name

HERE = Path(__file__).parent / "fixtures" / "igo_registry"


def load(name: str, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_igo_registry(HERE / name, **options)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def test_organizations_have_names_in_many_languages_and_identifiers() -> None:
    entities, _, loaded = load("list.yaml")
    eu = entities["organization/sprvd0688028"]
    assert eu.type == "IntergovernmentalOrganization" and eu.valid_from == "1993"
    assert eu.homepage == "https://european-union.europa.eu/"
    assert set(eu.names) == {
        Name("European Union", "en"),
        Name("Union européenne", "fr"),
        Name("歐洲聯盟", "zh"),
        Name("EU", "en", "acronym"),
    }
    assert eu.identifiers == (Identifier("Wikidata", "Q458"), Identifier("LEI", "529900FZRK8FGMPEOM08"))
    agency = entities["organization/sprvd0698793"]
    assert agency.type == "SubsidiaryBody" and agency.name("no") == "Byrået"  # "no" is a language, not False
    assert Name("Old Systems Agency", "en", "alternative") in agency.names
    assert Name("A, B and the rest of us", "en", "alternative") in agency.names  # no abbreviation by its look
    assert agency.identifiers == (Identifier("OpenSanctions", "NK-Ubo23KznV2pvcXMiQkTmvd"),)
    assert entities["organization/sprvd0000001"].type == "UNBody"
    assert entities["organization/sprvd0000002"].names == (Name("Free Body", "en"),)
    assert loaded.source.licence == "CC BY-SA 4.0"


def test_families_seats_and_successions_are_links() -> None:
    entities, links, loaded = load("list.yaml")
    found = {ends(x) for x in links}
    assert ("organization/sprvd0688028", "partOf", "organization/sprvd-family-eu-institutions-and-bodies") in found
    assert not any(source == "organization/sprvd0000002" and relation == "partOf" for source, relation, _ in found)
    assert ("organization/sprvd0688028", "locatedIn", "place/sprvd-strasbourg-france") in found
    assert ("place/sprvd-strasbourg-france", "partOf", "country/FR") in found
    assert entities["place/sprvd-strasbourg-france"].name() == "Strasbourg"
    assert entities["place/sprvd-nowhere-atlantis"].name() == "Nowhere, Atlantis"  # no country is made up
    assert [ends(x) for x in links if x.relation == "supersedes"] == [
        ("organization/sprvd0698793", "supersedes", "organization/sprvd0688028")
    ]
    assert loaded.skipped["predecessors and successors that are not in the list"] == 1
    assert loaded.skipped["field 'LEI_bic'"] == 1


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("B:\n  SPRVD_id: SPRVD0000001\n", "row 4: the identifier SPRVD0000001 is given twice"),
        ("B:\n  SPRVD_id: 7\n", "row 4: SPRVD_id '7' is no identifier of the list"),
        ("B:\n  SPRVD_id: SPRVD0000002\n  Year_established: soon\n", "row 4: Year_established 'soon' is no year"),
        ("B:\n  SPRVD_id: [a, b]\n", "row 4: SPRVD_id is a list, not text"),
        ("B: just text\n", "row 4: is no name with fields"),
        ("B:\n  SPRVD_id: &a [*a]\n", "row 4: the entry holds an alias"),
        ("B:\n  SPRVD_id: 'open\n", "row 4: is not YAML"),
        ("B:\n  - - - - - - x\n", "row 4: the entry is nested too deeply"),
    ],
)
def test_a_bad_entry_is_told_or_skipped(entry: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "list.yaml"
    file.write_text(f"# list\nA:\n  SPRVD_id: SPRVD0000001\n{entry}")
    with pytest.raises(UnreadableSource) as caught:
        list(load_igo_registry(file).statements)
    assert problem in str(caught.value)
    loaded = load_igo_registry(file, skip_bad=True)
    assert len(list(loaded.statements)) == 2 and loaded.skipped == {"bad records": 1}
