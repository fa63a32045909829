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
        ({"id": "x", "schema": "Organization", "properties": {"name": "X"}}, "record 2: name is 'X', no list"),
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
