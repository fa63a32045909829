"""The pass in Python and a SHACL engine on the published shapes find the same violations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from multilateral.graph.validation import SHAPES, SHAPES_NS, Violation, validate
from multilateral.ontology import convert
from multilateral.ontology.model import ID, ML, Entity, Evidence, Identifier, Link, Name, Reference, Source
from multilateral.ontology.vocabulary import vocabulary
from rdflib.namespace import RDF, SH

ONTOLOGY = SHAPES.with_name("cooperation.ttl")
SOURCE = Source("test", "Test", "table", "sha256:0", "test.csv", "2025-01-01T00:00:00Z", issued="2024-05")
GRAPH = SOURCE.iri
EU, UNICRI, PROJECT = ID + "organization/eu", ID + "organization/unicri", ID + "programme/p"
DOC, TOPIC, LINK = ID + "document/d", ID + "topic/t", ID + "link/test/1"

ENTITIES = [
    Entity(EU, "RegionalOrganization", (Name("European Union", "en"), Name("Union européenne", "fr"))),
    Entity(UNICRI, "UNBody", (Name("UNICRI", "", "acronym"),), identifiers=(Identifier("Wikidata", "Q1"),)),
    Entity(
        PROJECT,
        "Project",
        (Name("P", "en"), Name("Old P", "en", "alternative", "2001", "2012-03")),
        valid_from="2011-01-01",
        valid_to="2011",
        status="completed",
        evidence=(Evidence(DOC, "3"),),
    ),
    Entity(DOC, "Document", (Name("D", "en"),), issued="2012-07"),
    Entity(TOPIC, "Topic", (Name("biosafety", "en"), Name("biosécurité", "fr"))),
]
GOOD = Link(
    LINK,
    EU,
    "funds",
    PROJECT,
    (Evidence(DOC, "41"), Evidence(DOC, "42", certainty="extracted", score=0.5)),
    valid_from="2012-04-25",
    valid_to="2012",
    amount=Decimal("95000000"),
    currency="EUR",
    share=Decimal("12.5"),
    status="completed",
    discussed_in=(Reference(DOC, "7"), Reference(DOC)),
)
# Of mixed precision, and valid: each is compared as far as both go.
PERIODS = [
    ("2012", "2012-01"),
    ("2012-12-31", "2012"),
    ("2012-04", "2012-04-01"),
    ("2011-12", "2012"),
    ("1999", "1999"),
]


def written(periods: list[tuple[str, str]] | None = None) -> list[ox.Quad]:
    links = [GOOD]
    for number, (since, until) in enumerate(periods or [], 2):
        links.append(
            Link(f"{ID}link/test/{number}", UNICRI, "implements", PROJECT, (Evidence(DOC, "1"),), since, until)
        )
    links.append(Link(f"{ID}link/test/9", EU, "cooperatesWith", UNICRI, (Evidence(DOC, "1"),), status="proposed"))
    quads = list(convert.source_quads(SOURCE))
    for statement in [*ENTITIES, *links]:
        quads += convert.quads(statement, "test")
    return quads


@cache
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(SHAPES)


def by_engine(quads: list[ox.Quad]) -> set[tuple[str, str]]:
    data = rdflib.Graph().parse(ONTOLOGY)
    triples = ox.serialize((q.triple for q in quads), format=ox.RdfFormat.N_TRIPLES)
    assert triples is not None
    data.parse(data=triples, format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes(), meta_shacl=False)
    assert isinstance(report, rdflib.Graph)
    found = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        rule, record = report.value(result, SH.sourceShape), report.value(result, SH.focusNode)
        assert isinstance(rule, rdflib.URIRef), "a shape without a name"
        found.add((str(rule).removeprefix(SHAPES_NS), str(record)))
    return found


def by_pass(quads: list[ox.Quad]) -> set[tuple[str, str]]:
    violations = list(validate(lambda: quads))
    assert all(v.source == "test" for v in violations)
    return {(v.rule, v.record) for v in violations}


def iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(name if name.startswith("http") else ML + name)


def typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#" + datatype))


E1, R1 = LINK + "/evidence/1", LINK + "/discussed/1"
TYPE, PREF, NOTATION = convert.TYPE.value, convert.PREF.value, convert.NOTATION.value
Change = tuple[str, str, list[ox.NamedNode | ox.Literal]]

# What is done to the valid data (subject, predicate, its new values) and what must be found.
SEEDED: dict[str, tuple[list[Change], set[tuple[str, str]]]] = {
    "no source": ([(LINK, "source", [])], {("link-source", LINK)}),
    "two targets": ([(LINK, "target", [iri(PROJECT), iri(UNICRI)])], {("link-target", LINK)}),
    "literal source": (
        [(LINK, "source", [ox.Literal(ID + "words")])],
        {("link-source", LINK), ("entity-type", ID + "words"), ("entity-name", ID + "words")},
    ),
    "no relation": ([(LINK, "relation", [])], {("link-relation", LINK)}),
    "unknown relation": ([(LINK, "relation", [iri("likes")])], {("link-relation-known", LINK)}),
    "inverse as relation": ([(LINK, "relation", [iri("fundedBy")])], {("link-relation-known", LINK)}),
    "no evidence": ([(LINK, "evidence", [])], {("link-evidence", LINK)}),
    "no currency": ([(LINK, "currency", [])], {("link-amount-currency", LINK)}),
    "bad currency": ([(LINK, "currency", [ox.Literal("euro")])], {("link-currency", LINK)}),
    "two amounts": (
        [(LINK, "amount", [typed("1", "decimal"), typed("2", "decimal")])],
        {("link-amount", LINK)},
    ),
    "worded amount": ([(LINK, "amount", [ox.Literal("95 million")])], {("link-amount", LINK)}),
    "integer amount in dollars": ([(LINK, "amountUSD", [typed("5", "integer")])], {("link-amount-usd", LINK)}),
    "count": ([(LINK, "count", [ox.Literal("many")])], {("link-count", LINK)}),
    "share over 100": ([(LINK, "share", [typed("100.5", "decimal")])], {("link-share", LINK)}),
    "share below 0": ([(LINK, "share", [typed("-1", "decimal")])], {("link-share", LINK)}),
    "after the end": ([(LINK, "validFrom", [typed("2013-01", "gYearMonth")])], {("period-order", LINK)}),
    "day after month": (
        [(LINK, "validFrom", [typed("2012-05-01", "date")]), (LINK, "validTo", [typed("2012-04", "gYearMonth")])],
        {("period-order", LINK)},
    ),
    "period of a thing": ([(PROJECT, "validTo", [typed("2010", "gYear")])], {("period-order", PROJECT)}),
    "wrong date type": ([(LINK, "validFrom", [typed("2012", "date")])], {("valid-from", LINK)}),
    "no such month": ([(LINK, "validTo", [typed("2012-13", "gYearMonth")])], {("valid-to", LINK)}),
    "no such day": ([(LINK, "validFrom", [typed("2011-02-30", "date")])], {("valid-from", LINK)}),
    "two ends": ([(LINK, "validTo", [typed("2012", "gYear"), typed("2014", "gYear")])], {("valid-to", LINK)}),
    "unknown status": ([(LINK, "status", [ox.Literal("done")])], {("status-known", LINK)}),
    "tagged status": ([(PROJECT, "status", [ox.Literal("ongoing", language="en")])], {("status-known", PROJECT)}),
    "two statuses": ([(LINK, "status", [ox.Literal("planned"), ox.Literal("ongoing")])], {("link-one-status", LINK)}),
    "a topic funds": ([(LINK, "source", [iri(TOPIC)])], {("link-domain", LINK)}),
    "funds a topic": ([(LINK, "target", [iri(TOPIC)])], {("link-range", LINK)}),
    "evidence without document": ([(E1, "document", [])], {("evidence-document", E1)}),
    "evidence without place": ([(E1, "locator", [])], {("evidence-locator", E1)}),
    "blank place": ([(E1, "locator", [ox.Literal(" ")])], {("evidence-locator", E1)}),
    "two places": ([(E1, "locator", [ox.Literal("1"), ox.Literal("2")])], {("evidence-locator", E1)}),
    "unknown certainty": ([(E1, "certainty", [ox.Literal("sure")])], {("evidence-certainty", E1)}),
    "score over 1": ([(E1, "score", [typed("1.5", "double")])], {("evidence-score", E1)}),
    "evidence is not there": (
        [(LINK, "evidence", [iri(LINK + "/evidence/7")])],
        {(f"evidence-{x}", LINK + "/evidence/7") for x in ("document", "locator", "certainty")},
    ),
    "reference without document": ([(R1, "document", [])], {("reference-document", R1)}),
    "thing without class": ([(PROJECT, TYPE, [])], {("entity-type", PROJECT)}),
    "thing of an unknown class": ([(PROJECT, TYPE, [iri("Thing")])], {("entity-type", PROJECT)}),
    "thing of an abstract class": ([(TOPIC, TYPE, [iri("Activity")])], {("entity-type", TOPIC)}),
    "thing without name": ([(TOPIC, PREF, [])], {("entity-name", TOPIC)}),
    "two preferred names": (
        [(EU, PREF, [ox.Literal("EU", language="en"), ox.Literal("E. U.", language="en")])],
        {("name-unique", EU)},
    ),
    "names in two languages": ([(EU, PREF, [ox.Literal("EU", language="en"), ox.Literal("EU", language="de")])], set()),
    "unknown identifier scheme": (
        [(UNICRI, NOTATION, [ox.Literal("1", datatype=iri("Shoe"))])],
        {("entity-identifier", UNICRI)},
    ),
    "a thing of which nothing is said": (
        [(LINK, "target", [iri(ID + "programme/none")])],
        {("entity-type", ID + "programme/none"), ("entity-name", ID + "programme/none")},
    ),
}


def changed(changes: list[Change]) -> list[ox.Quad]:
    quads = written()
    for subject, predicate, values in changes:
        node, property_ = iri(subject), iri(predicate)
        place = next((i for i, q in enumerate(quads) if q.subject == node and q.predicate == property_), None)
        if place is None:
            place = next(i for i, q in enumerate(quads) if q.subject == node)
        quads = [q for q in quads if not (q.subject == node and q.predicate == property_)]
        quads[place:place] = [ox.Quad(node, property_, value, iri(GRAPH)) for value in values]
    return quads


def test_valid_data_conform_for_both() -> None:
    assert by_pass(written(PERIODS)) == set() == by_engine(written(PERIODS))


@pytest.fixture(scope="module")
def engine_findings() -> dict[str, set[tuple[str, str]]]:
    """Run the engine once over all seeded data: those of one name are moved to IRIs of their own."""
    quads: list[ox.Quad] = []
    for number, (changes, _) in enumerate(SEEDED.values()):
        triples = ox.serialize((q.triple for q in changed(changes)), format=ox.RdfFormat.N_TRIPLES)
        assert triples is not None
        quads += ox.parse(triples.replace(ID.encode(), f"{ID}seed{number}/".encode()), format=ox.RdfFormat.N_TRIPLES)
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in SEEDED}
    for rule, record in by_engine(quads):
        moved = re.match(re.escape(ID) + r"seed(\d+)/", record)
        assert moved, f"{rule} is broken by {record}, which no seed has"
        found[list(SEEDED)[int(moved[1])]].add((rule, record.replace(moved[0], ID)))
    return found


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_violation_is_found_by_both(name: str, engine_findings: dict[str, set[tuple[str, str]]]) -> None:
    changes, expected = SEEDED[name]
    assert by_pass(changed(changes)) == expected == engine_findings[name]


def test_each_rule_has_a_seeded_violation() -> None:
    rules = {str(s).removeprefix(SHAPES_NS) for s in shapes().subjects(SH.message) if isinstance(s, rdflib.URIRef)}
    for constraint in shapes().objects(None, SH.sparql):
        rules |= {str(s).removeprefix(SHAPES_NS) for s in shapes().subjects(SH.sparql, constraint)}
    assert rules == {rule for _, expected in SEEDED.values() for rule, _ in expected}


def test_all_at_once_is_the_sum() -> None:
    alone = [
        "no currency",
        "unknown status",
        "two preferred names",
        "blank place",
        "period of a thing",
        "thing without name",
    ]
    quads = changed([change for name in alone for change in SEEDED[name][0]])
    assert by_pass(quads) == set().union(*(SEEDED[name][1] for name in alone)) == by_engine(quads)


def test_order_of_things_and_links_does_not_matter() -> None:
    quads = changed(SEEDED["a topic funds"][0])
    for order in (list(reversed(quads)), sorted(quads, key=str)):
        assert by_pass(order) == SEEDED["a topic funds"][1]
    assert by_pass(list(reversed(written(PERIODS)))) == set()


def test_a_record_is_judged_while_the_stream_still_runs() -> None:
    read = 0

    def endless() -> Iterator[ox.Quad]:
        nonlocal read
        yield from changed(SEEDED["no evidence"][0])
        while read < 1_000_000:
            read += 1
            node = iri(f"{ID}topic/{read}")
            yield ox.Quad(node, convert.TYPE, iri("Topic"), iri(GRAPH))

    assert next(validate(endless)).rule == "link-evidence"
    assert read < 10_000


def test_names_are_unique_within_a_source_only_and_classes_may_stand_in_any() -> None:
    other = "https://w3id.org/multilateral/id/source/other"
    quads = written()
    again = [ox.Quad(iri(EU), convert.PREF, ox.Literal("The Union", language="en"), iri(other))]
    assert list(validate(lambda: quads + again)) == []
    things = [q for e in ENTITIES for q in convert.quads(e, "other")]
    link = list(convert.quads(GOOD, "test"))
    missing = {(v.rule, v.record) for v in validate(lambda: link)}
    assert missing == {(rule, thing) for rule in ("entity-type", "entity-name") for thing in (EU, PROJECT)}
    assert list(validate(lambda: link, lambda: things)) == []


def test_messages_are_those_of_the_shapes_in_both_languages() -> None:
    for _, expected in SEEDED.values():
        for rule, record in expected:
            violation = Violation(rule, "test", record)
            assert violation.message("en") not in ("", rule) and violation.message("fr") not in ("", rule)
            assert violation.message("fr") != violation.message("en") == violation.message("es")
    found = next(iter(validate(lambda: changed(SEEDED["no currency"][0]))))
    assert found == Violation("link-amount-currency", "test", LINK, "95000000")
    assert found.message("fr") == "Un montant demande sa monnaie."


def test_lists_in_the_shapes_are_those_of_the_ontology() -> None:
    text = Path(SHAPES).read_text(encoding="utf-8")
    (relations,) = re.findall(r":link-relation-known a .*?sh:in \((.*?)\)", text, re.S)
    assert relations.split() == [f"ml:{r}" for r in vocabulary().relations]
    (classes,) = re.findall(r":entity-type a .*?sh:in \((.*?)\)", text, re.S)
    assert classes.split() == [f"ml:{c}" for c in vocabulary().entity_classes()]
    (schemes,) = re.findall(r":entity-identifier a .*?sh:or \((.*?)\)", text, re.S)
    assert re.findall(r"ml:(\w+)", schemes) == list(vocabulary().schemes)
