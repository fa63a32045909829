"""ROR, schema 1 and 2: organizations, places, parents, predecessors, identifiers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from multilateral.loaders.ror import load_ror
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name

HERE = Path(__file__).parent / "fixtures" / "ror"


def load(name: str, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_ror(HERE / name, **options)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def test_both_schemas_become_organizations_with_names_and_identifiers() -> None:
    entities, _, loaded = load("both.jsonl")
    who, office = entities["organization/ror-01f80g185"], entities["organization/ror-04t8wsk51"]
    assert who.type == "GovernmentBody" and who.valid_from == "1948" and who.homepage == "https://www.who.int"
    assert who.name("en") == "World Health Organization" and who.name("fr") == "Organisation mondiale de la santé"
    assert Name("The World Health Organization", "en", "alternative") in who.names and who.acronyms() == ("WHO",)
    assert who.identifiers == (
        Identifier("ROR", "01f80g185"),
        Identifier("ISNI", "0000000121633745"),
        Identifier("Wikidata", "Q7817"),
        Identifier("FundRef", "100004423"),
        Identifier("FundRef", "2"),
    )
    assert office.type == "AcademicInstitution" and Identifier("GRID", "grid.471421.5") in office.identifiers
    assert set(office.names) == {
        Name("WHO Office"),
        Name("Bureau de l'OMS", "fr"),
        Name("The Office", "", "alternative"),
        Name("WO", "", "acronym"),
    }
    assert loaded.source.licence == "CC0 1.0"


def test_relationships_said_by_both_records_are_one_link() -> None:
    entities, links, loaded = load("both.jsonl")
    assert [ends(x) for x in links if x.relation in ("subsidiaryOf", "supersedes", "cooperatesWith")] == [
        ("organization/ror-04t8wsk51", "subsidiaryOf", "organization/ror-01f80g185"),
        ("organization/ror-01f80g185", "supersedes", "organization/ror-00000aa05"),
    ]
    assert entities["organization/ror-00000aa05"].names == (Name("Old Health Office"),)  # only mentioned
    assert loaded.skipped["relationships of a record with itself"] == 1
    assert loaded.skipped["withdrawn records"] == 1 and "organization/ror-02nr0ka47" not in entities
    assert loaded.skipped["identifiers of the scheme 'OrgRef'"] == 1


def test_places_are_in_countries() -> None:
    entities, links, _ = load("both.jsonl")
    found = {ends(x) for x in links}
    assert ("organization/ror-01f80g185", "locatedIn", "country/CH") in found
    assert ("organization/ror-01f80g185", "locatedIn", "place/geonames-2660646") in found
    assert ("place/geonames-2394819", "partOf", "country/BJ") in found
    assert entities["place/geonames-2660646"].identifiers == (Identifier("GeoNames", "2660646"),)
    assert next(x for x in links).evidence[0].locator.startswith("https://ror.org/01f80g185")


def record(ror: str, **more: object) -> dict[str, object]:
    name = {"value": ror, "types": ["ror_display"], "lang": None}
    return {"id": f"https://ror.org/{ror}", "names": [name], "types": [], "relationships": [], **more}


def test_a_file_may_be_an_array(tmp_path: Path) -> None:
    file = tmp_path / "dump.json"
    file.write_text(json.dumps([record("01f80g185"), record("04t8wsk51")], indent=1))
    assert len(list(load_ror(file).statements)) == 3


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"names": []}, "record 2: it has no name"),
        ({"id": "https://ror.org/01f80g185"}, "record 2: the identifier 01f80g185 is given twice"),
        ({"id": "https://example.org"}, "is no ROR identifier"),
        ({"established": 99999}, "'99999' is no year"),
        ({"relationships": "none"}, "relationships is 'none', no list"),
        ({"names": [{"value": 5, "types": []}]}, "a name is 5, not text"),
    ],
)
def test_a_bad_record_is_told_or_skipped(change: dict[str, object], problem: str, tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    bad = {**record("04t8wsk51"), **change}
    file.write_text("\n".join(json.dumps(one) for one in (record("01f80g185"), bad, record("02nr0ka47"))))
    with pytest.raises(UnreadableSource) as caught:
        list(load_ror(file).statements)
    assert problem in str(caught.value) and str(caught.value).startswith("records.jsonl")
    loaded = load_ror(file, skip_bad=True)
    assert sum(isinstance(s, Entity) and s.type == "Organization" for s in loaded.statements) == 2
    assert loaded.skipped["bad records"] == 1


def test_a_line_that_is_no_json_is_skipped_alone(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text("\n".join([json.dumps(record("01f80g185")), '{"id": broken', json.dumps(record("02nr0ka47"))]))
    with pytest.raises(UnreadableSource, match="row 2"):
        list(load_ror(file).statements)
    loaded = load_ror(file, skip_bad=True)
    assert len(list(loaded.statements)) == 3 and loaded.skipped["bad records"] == 1


def test_circles_of_parents_are_cut_and_counted(tmp_path: Path) -> None:
    ids = ["01f80g185", "04t8wsk51", "02nr0ka47"]
    file = tmp_path / "records.jsonl"
    file.write_text(
        "\n".join(
            json.dumps(record(a, relationships=[{"type": "parent", "id": f"https://ror.org/{b}", "label": b}]))
            for a, b in zip(ids, ids[1:] + ids[:1], strict=True)
        )
    )
    loaded = load_ror(file)
    assert sum(isinstance(s, Link) for s in loaded.statements) == 2
    assert loaded.skipped == {"parent relationships that close a circle": 1}


def test_an_answer_of_the_api_is_read(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    records = [record("03yrm5c26"), record("00pjdza24")]
    path.write_text(json.dumps({"number_of_results": 2, "items": records, "meta": {}}))
    found = {s.iri for s in load_ror(path).statements if isinstance(s, Entity)}
    assert {f"{ID}organization/ror-03yrm5c26", f"{ID}organization/ror-00pjdza24"} <= found
