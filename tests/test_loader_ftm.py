"""FollowTheMoney: things, links with dates, amounts and data sets, and statements."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from multilateral.loaders.ftm import load_ftm
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name

HERE = Path(__file__).parent / "fixtures" / "ftm"


def load(name: str, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_ftm(HERE / name, **options)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def test_things_have_names_identifiers_and_countries() -> None:
    entities, links, _ = load("entities.ftm.json")
    company = entities["organization/ftm-NK-a1"]
    assert company.type == "PrivateSector" and company.valid_from == "2001-02-03"
    assert company.names == (Name("Alpha Company"), Name("Alpha Co.", "", "alternative"))
    assert set(company.identifiers) == {Identifier("LEI", "529900FZRK8FGMPEOM08"), Identifier("OpenSanctions", "NK-a1")}
    assert set(entities["organization/ftm-o-1"].names) == {
        Name("Ministère"),
        Name("Ministry", "", "alternative"),
        Name("MIN", "", "acronym"),
    }
    assert entities["person/ftm-p-1"].type == "Person" and entities["place/ftm-addr-1"].name() == "1 rue X, Paris"
    found = {ends(x) for x in links if x.relation == "locatedIn"}
    assert found == {
        ("organization/ftm-NK-a1", "locatedIn", "country/FR"),
        ("organization/ftm-NK-a1", "locatedIn", "place/ftm-addr-1"),
        ("place/ftm-addr-1", "locatedIn", "country/FR"),
    }


def test_links_have_dates_amounts_roles_and_data_sets() -> None:
    entities, links, _ = load("entities.ftm.json")
    found = {x.iri.rsplit("/", 1)[-1]: x for x in links}
    own, person, pay = found["own-1"], found["own-2"], found["pay-1"]
    assert ends(own) == ("organization/ftm-NK-a1", "subsidiaryOf", "organization/ftm-o-1")
    assert (own.valid_from, own.valid_to, own.share) == ("2010", "2012-05", Decimal("51.5"))
    assert [e.document.removeprefix(ID) for e in own.evidence] == [
        "document/ftm-entities",
        "document/ftm-dataset-eu-fsf",
    ]
    assert entities["document/ftm-dataset-eu-fsf"].name() == "eu_fsf"
    assert ends(person) == ("person/ftm-p-1", "memberOf", "organization/ftm-NK-a1") and person.role == "owner"
    assert ends(pay) == ("organization/ftm-NK-a1", "funds", "organization/ftm-o-1")
    assert (pay.amount, pay.currency, pay.valid_from, pay.valid_to, pay.role) == (
        Decimal("100000.50"),
        "EUR",
        "2011-12-29",
        "2011-12-29",
        "gift",
    )
    assert ends(found["dir-1"]) == ("person/ftm-p-1", "leads", "organization/ftm-NK-a1")
    assert ends(found["suc-1"]) == ("organization/ftm-o-1", "supersedes", "organization/ftm-NK-a1")


def test_what_is_left_out_is_counted_by_reason() -> None:
    _, links, loaded = load("entities.ftm.json")
    assert not any("pay-2" in x.iri or "sanc-1" in x.iri for x in links)
    assert loaded.skipped == {
        "property 'innCode'": 1,
        "country codes that are not of ISO 3166": 1,
        "countries of people and documents": 1,
        "shares that are no number from 0 to 100": 1,
        "Payment: an end is not in the file or of a kind that is left out": 1,
        "records of the schema 'Sanction'": 1,
    }


def test_statements_of_one_thing_are_gathered() -> None:
    entities, links, _ = load("statements.csv")
    alpha = entities["organization/ftm-NK-a1"]
    assert set(alpha.names) == {Name("Alpha Organisation", "fr"), Name("Alpha Organization", "en")}
    (link,) = links
    assert ends(link) == ("organization/ftm-NK-a1", "memberOf", "organization/ftm-b") and link.valid_from == "1999"
    assert {"document/ftm-dataset-eu-fsf", "document/ftm-dataset-us-ofac"} <= entities.keys()


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({"id": "x", "schema": "Organization", "properties": {}}, "x: it has no name"),
        ({"schema": "Organization", "properties": {"name": ["X"]}}, "record 2: it has no id or no schema"),
        (
            {"id": "x", "schema": "Organization", "properties": {"name": {"a": "X"}}},
            "record 2: name is an object, no list",
        ),
        ({"id": "a", "schema": "Organization", "properties": {"name": ["X"]}}, "the identifier 'a' is given twice"),
        (
            {"id": "x", "schema": "Payment", "properties": {"amount": ["5"], "payer": ["a"], "beneficiary": ["a"]}},
            "x: the amount has no currency",
        ),
        (
            {"id": "x", "schema": "Payment", "properties": {"amount": ["5"], "currency": ["euros"]}},
            "x: the currency 'EUROS' does not exist",
        ),
        (
            {"id": "x", "schema": "Payment", "properties": {"amount": ["5"], "currency": ["XYZ"]}},
            "x: the currency 'XYZ' does not exist",
        ),
        (
            {"id": "x", "schema": "Membership", "properties": {"startDate": ["2011-02-30"]}},
            "x: startDate '2011-02-30' is none that the calendar has",
        ),
    ],
)
def test_a_bad_record_is_told_or_skipped(bad: dict[str, object], problem: str, tmp_path: Path) -> None:
    file = tmp_path / "entities.json"
    good = {"id": "a", "schema": "Organization", "properties": {"name": ["A"]}}
    file.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n")
    with pytest.raises(UnreadableSource) as caught:
        list(load_ftm(file).statements)
    assert problem in str(caught.value)
    loaded = load_ftm(file, skip_bad=True)
    assert [s.iri for s in loaded.statements if isinstance(s, Entity)][1:] == [f"{ID}organization/ftm-a"]
    assert loaded.skipped["bad records"] == 1


def written(tmp_path: Path, records: list[dict[str, object]]) -> tuple[dict[str, Entity], list[Link], Loaded]:
    path = tmp_path / "x.ftm.json"
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    loaded = load_ftm(path)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def record(key: str, schema: str, **properties: object) -> dict[str, object]:
    values = {name: value if isinstance(value, list) else [value] for name, value in properties.items()}
    return {"id": key, "schema": schema, "properties": values}


def test_what_has_no_name_is_called_by_its_parts(tmp_path: Path) -> None:
    entities, links, loaded = written(
        tmp_path,
        [
            record("a", "Address", street="Rue X 1", city="3000 Bern", country="ch"),
            record("b", "Address", country="ch"),
            record("p", "Person", firstName="Ada", lastName="Test", addressEntity="a"),
            record("c", "Company", registrationNumber="CHE-1"),
        ],
    )
    assert entities["place/ftm-a"].name() == "Rue X 1, 3000 Bern"
    assert entities["place/ftm-b"].name() == "Switzerland"
    assert entities["person/ftm-p"].name() == "Ada Test"
    assert entities["organization/ftm-c"].name() == "CHE-1"
    assert ("person/ftm-p", "locatedIn", "place/ftm-a") in [ends(link) for link in links]
    assert loaded.skipped == {}


def test_what_a_link_says_more_is_counted(tmp_path: Path) -> None:
    _, links, loaded = written(
        tmp_path,
        [
            record("o", "Organization", name="O"),
            record("p", "Person", name="P"),
            record("d", "Directorship", director="p", organization="o", role=["chair", "treasurer"], summary="x"),
        ],
    )
    assert links[0].role == "chair"
    assert loaded.skipped == {"further roles of a link (the first is kept)": 1, "property 'summary'": 1}


def test_entities_within_entities_are_read_once(tmp_path: Path) -> None:
    """The form with neighbours nested in, as catalogues of people and companies publish it."""
    link = record("d", "Directorship", organization="o", director="p", startDate="2010")
    within = {**link, "properties": {**link["properties"], "director": [record("p", "Person", name="P")]}}  # type: ignore[dict-item]
    address = record("a", "Address", city="Bern")
    records = [
        record("o", "Organization", name="O", addressEntity=address, directorshipOrganization=within),
        record("p", "Person", name="P", birthDate="1960", directorshipDirector=link),
    ]
    found = []
    for order in (records, records[::-1]):
        entities, links, loaded = written(tmp_path, order)
        found.append((set(entities), sorted(map(ends, links)), loaded.skipped))
    assert found[0] == found[1]
    assert sorted(map(ends, links)) == [
        ("organization/ftm-o", "locatedIn", "place/ftm-a"),
        ("person/ftm-p", "leads", "organization/ftm-o"),
    ]
    assert loaded.skipped == {"property 'birthDate'": 1}  # the record by itself says more than the one within


def test_ends_of_statements_are_found_by_either_identifier(tmp_path: Path) -> None:
    path = tmp_path / "statements.csv"
    path.write_text(
        "entity_id,canonical_id,prop,schema,value,dataset\n"
        "x-1,NK-1,name,Organization,World Bank,d\n"
        "m,m,organization,Membership,x-1,d\n"
        "m,m,member,Membership,p,d\n"
        "p,p,name,Person,P,d\n",
        encoding="utf-8",
    )
    links = [s for s in load_ftm(path).statements if isinstance(s, Link)]
    assert [ends(link) for link in links] == [("person/ftm-p", "memberOf", "organization/ftm-NK-1")]


def test_a_single_value_and_dates_that_agree(tmp_path: Path) -> None:
    entities, _, loaded = written(
        tmp_path,
        [
            {"id": "a", "schema": "Organization", "properties": {"name": "Single"}},
            record("b", "Organization", name="B", website=["b.example", "https://b.example"],
                   incorporationDate=["2001", "2001-02-03"], dissolutionDate=["2003", "2004"]),
        ],
    )  # fmt: skip
    b = entities["organization/ftm-b"]
    assert entities["organization/ftm-a"].name() == "Single"
    assert (b.valid_from, b.valid_to, b.homepage) == ("2001-02-03", None, "https://b.example")
    assert loaded.skipped == {
        "several dates for dissolutionDate, of which none was taken": 1,
        "values of 'website' besides the first that can be kept": 1,
    }
