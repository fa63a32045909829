"""The mirror on a real Neo4j: what is pushed is there, what differs is named, what is pulled is what was loaded."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multilateral.graph.decisions import Decision
from multilateral.graph.mirror.check import CheckReport, check
from multilateral.graph.mirror.connection import Address, Server
from multilateral.graph.mirror.pull import DecisionsDiffer, IncompleteMirror, pull
from multilateral.graph.mirror.push import PushReport, push
from multilateral.graph.reading import Reader
from multilateral.graph.store import Store
from multilateral.ontology.model import (
    ID,
    Entity,
    Evidence,
    Identifier,
    Link,
    Name,
    Reference,
    Statement,
)

from . import neo4j_server
from .conftest import DOC, EU, HPED, OIE, UN, UZ, Workshop, authority, full_link, report, source

WOAH = ID + "organization/report-woah"
SAME = Decision("same", OIE, WOAH, "A. Reader", "2025-05-06T07:08:09Z", "one organization, renamed")


@pytest.fixture(scope="module")
def url() -> str:
    return neo4j_server.shared()


@pytest.fixture(scope="module")
def server(url: str) -> Iterator[Server]:
    with Server(Address(url)) as server:
        yield server


@pytest.fixture(scope="module")
def driver(url: str) -> Iterator[Any]:
    with neo4j_server.connect(url) as driver:
        yield driver


@pytest.fixture
def cypher(driver: Any) -> Iterator[Any]:
    """Run a statement as somebody else would; the database is left as it was found."""
    neo4j_server.clean(driver)
    yield lambda text, **parameters: driver.execute_query(text, parameters).records
    neo4j_server.clean(driver)


def decided(workshop: Workshop) -> Workshop:
    """Two sources that speak of one thing under two IRIs, and the decision that says so."""
    woah = [
        Entity(WOAH, "Organization", (Name("WOAH (ex-OIE)", "en"),), identifiers=(Identifier("IATI", "XM-OIE"),)),
        Link(f"{ID}link/woah/1", WOAH, "memberOf", UN, (Evidence(DOC, "1"),), discussed_in=(Reference(DOC, ""),)),
        Link(f"{ID}link/woah/2", EU, "funds", HPED, (Evidence(DOC, "2", quote=""),), through_fund=WOAH),
    ]
    workshop.load((source("names", "authority"), authority()), (source("report"), report()), (source("woah"), woah))
    Store.open(workshop.path).decisions.append([SAME])
    return workshop


def differences(store: Store, server: Server) -> list[str]:
    return [str(d) for d in check(store, server).differences]


# --- what stands there -----------------------------------------------------------------------------------------


def test_a_first_push_sends_everything_and_a_second_nothing(workshop: Workshop, server: Server, cypher: Any) -> None:
    store = Store.open(decided(workshop).path)
    sent = push(store, server)
    links = sum(isinstance(s, Link) for id_ in store.files() for s in store.statements(id_))
    assert (sent.links, sent.sources, sent.decisions) == (links, 3, 1)
    assert (
        cypher("MATCH ()-[r]->() WHERE r.iri IS NOT NULL RETURN count(r) AS n, count(DISTINCT r.iri) AS m")[0]["n"]
        == links
    )
    assert push(store, server).unchanged and "nothing was sent" in str(push(store, server))
    assert check(store, server).same


def test_a_node_has_the_labels_of_its_class_and_its_names(workshop: Workshop, server: Server, cypher: Any) -> None:
    push(workshop.sample().store, server)
    row = cypher("MATCH (n:Entity {iri: $iri}) RETURN labels(n) AS marks, properties(n) AS said", iri=OIE)[0]
    assert {"IntergovernmentalOrganization", "Organization", "Entity"} <= set(row["marks"])
    assert row["said"]["name_fr"] == "Organisation mondiale de la santé animale"
    assert set(row["said"]["acronyms"]) == {"OIE", "WOAH"}
    assert row["said"]["valid_from"] == "1924-01-25"
    assert row["said"]["valid_from_date"].to_native() == datetime.date(1924, 1, 25)


def test_a_link_says_everything(workshop: Workshop, server: Server, cypher: Any) -> None:
    push(workshop.sample().store, server)
    found = cypher("MATCH (:Entity {iri: $a})-[r:FUNDS]->(:Entity {iri: $b}) RETURN properties(r) AS r", a=EU, b=HPED)
    said = {row["r"]["iri"].rpartition("/")[2]: row["r"] for row in found}
    assert said.keys() == {"full", "parallel", "same"}, "links between the same two things are several relationships"
    full = said["full"]
    assert (full["documents"][0], full["locators"], full["methods"]) == (
        DOC,
        ["5(d)", "¶ 7 | table 2"],
        ["model", "coded"],
    )
    assert full["quotes"] == ['a "quoted"\npassage\x01', ""] and full["scores"] == [0.875, -1.0]
    assert full["valid_from"] == "2010-01" and "valid_from_date" not in full, "a month is no day"
    assert full["valid_to_date"].to_native() == datetime.date(2012, 4, 25)
    assert (full["amount"], said["parallel"]["amount"], said["parallel"]["amount_exact"]) == (1234567.89, 0.1, "0.10")


def test_decimals_come_back_digit_for_digit(workshop: Workshop, server: Server, cypher: Any, tmp_path: Path) -> None:
    words = ("0.1", "0.10", "1", "1.0", "9007199254740993", "123456789012345678.123456789", "-0.05", "0", "1000000")
    links = [replace(full_link("money", str(n)), amount=Decimal(word)) for n, word in enumerate(words)]
    workshop.load((source("money"), links))
    push(Store.open(workshop.path), server)
    pull(tmp_path / "copy", server)
    back = [s.amount for s in Store.open(tmp_path / "copy").statements("money") if isinstance(s, Link)]
    assert [format(a, "f") for a in back if a is not None] == list(words)


def test_a_thing_that_is_only_named_has_a_node(workshop: Workshop, server: Server, cypher: Any) -> None:
    push(workshop.sample().store, server)
    assert cypher("MATCH (n:Entity {iri: $iri}) RETURN n.type AS type", iri=UN)[0]["type"] == "Entity"


# --- there and back ------------------------------------------------------------------------------------------------


def test_a_pull_into_an_empty_store_gives_the_same_files(
    workshop: Workshop, server: Server, cypher: Any, tmp_path: Path
) -> None:
    store = Store.open(decided(workshop).path)
    push(store, server)
    pulled = pull(tmp_path / "copy", server)
    copy = Store.open(tmp_path / "copy")
    assert copy.fingerprints() == store.fingerprints(), "byte for byte"
    assert copy.decisions.path.read_bytes() == store.decisions.path.read_bytes()
    assert (len(pulled.sources), pulled.decisions) == (3, 1)
    assert pull(tmp_path / "copy", server).unchanged
    assert pull(workshop.path, server).unchanged
    assert check(copy, server).same


def test_a_pull_keeps_what_only_the_store_has(workshop: Workshop, server: Server, cypher: Any, tmp_path: Path) -> None:
    push(workshop.sample().store, server)
    other = Workshop(tmp_path / "other")
    other.load((source("own"), [full_link("own", "1")]))
    pull(other.path, server)
    assert set(Store.open(other.path).files()) == {"own", "names", "report"}


def test_decisions_that_contradict_are_refused(workshop: Workshop, server: Server, cypher: Any, tmp_path: Path) -> None:
    push(Store.open(decided(workshop).path), server)
    other = decided(Workshop(tmp_path / "other"))
    other_log = Store.open(other.path).decisions
    other_log.path.unlink()
    other_log.append([replace(SAME, verdict="different")])
    before = other_log.path.read_bytes()
    with pytest.raises(DecisionsDiffer, match=r"Decision 1 .* differ"):
        pull(other.path, server)
    assert other_log.path.read_bytes() == before


def test_there_is_nothing_to_pull_from_an_empty_database(server: Server, cypher: Any, tmp_path: Path) -> None:
    with pytest.raises(IncompleteMirror, match="no mirror"):
        pull(tmp_path / "copy", server)
    assert not (tmp_path / "copy").exists()


_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_things = st.sampled_from([OIE, EU, UN, UZ, HPED])
_dates = st.none() | st.sampled_from(["2012", "2012-04", "2012-04-25"])
_evidence = st.lists(
    st.builds(
        Evidence,
        st.sampled_from([DOC, OIE]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
        st.none() | st.just("") | _texts,
        st.just("extracted"),
        st.none() | st.floats(0, 1),
        _texts,
    ),
    max_size=3,
    unique=True,
).map(tuple)
_entities = st.builds(
    Entity,
    iri=_things,
    type=st.sampled_from(["UNBody", "Organization", "Country", "Topic"]),
    names=st.lists(
        st.builds(
            Name, _texts, st.sampled_from(["", "en", "fr", "zh-hans"]), st.sampled_from(["alternative", "acronym"])
        ),
        max_size=3,
        unique=True,
    ).map(tuple),
    identifier=st.none() | _texts,
    collective=st.booleans(),
    description=st.none() | _texts,
    valid_from=_dates,
    evidence=_evidence,
    body=st.none() | _things,
)
_links = st.builds(
    Link,
    iri=st.just(""),
    source_iri=_things,
    relation=st.sampled_from(["funds", "memberOf", "coOrganizes"]),
    target_iri=_things,
    evidence=_evidence,
    valid_from=_dates,
    valid_to=_dates,
    role=st.none() | _texts,
    amount=st.none() | st.decimals(-(10**18), 10**18, allow_nan=False, places=2),
    at_event=st.none() | _things,
    discussed_in=st.lists(st.builds(Reference, _things, st.none() | st.just("") | _texts), max_size=2).map(tuple),
)
_graphs = st.tuples(
    st.lists(_entities, max_size=3, unique_by=lambda e: e.iri), st.lists(_links, max_size=4), st.booleans()
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(_graphs, min_size=1, max_size=3))
def test_any_history_of_loads_ends_in_an_equal_mirror(
    steps: list[tuple[list[Entity], list[Link], bool]],
    server: Server,
    cypher: Any,
    driver: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Two sources come, change, are tied and untied: after every push the check finds nothing, and a pull agrees."""
    neo4j_server.clean(driver)
    workshop = Workshop(tmp_path_factory.mktemp("history") / "store")
    workshop.load((source("b"), [Entity(EU, "NGO", (Name("b", "en"),)), full_link("b", "1")]))
    for number, (entities, links, tied) in enumerate(steps):
        numbered: list[Statement] = [replace(link, iri=f"{ID}link/a/{n}") for n, link in enumerate(links)]
        workshop.load((source("a", checksum=f"sha256:{number}"), [*entities, *numbered]))
        log = Store.open(workshop.path).decisions
        log.append([Decision("same" if tied else "undo", OIE, EU, "rule", "2025-01-01T00:00:00Z")])
        push(Store.open(workshop.path), server)
        assert differences(Store.open(workshop.path), server) == []
    copy = tmp_path_factory.mktemp("copy") / "store"
    pull(copy, server)
    for id_ in ("a", "b"):
        assert {str(q) for q in Store.open(copy).quads(id_)} == {str(q) for q in Store.open(workshop.path).quads(id_)}
    assert push(Store.open(copy), server).links == 0


# --- only what changed ---------------------------------------------------------------------------------------------


def test_one_corrected_amount_sends_one_link(workshop: Workshop, server: Server, cypher: Any) -> None:
    push(workshop.sample().store, server)
    corrected = [
        replace(s, amount=Decimal("42")) if isinstance(s, Link) and s.iri.endswith("/full") else s for s in report()
    ]
    workshop.load((source("report", checksum="sha256:2"), corrected))
    sent = push(Store.open(workshop.path), server)
    assert sent == PushReport(sources=1, links=1)
    amounts = cypher("MATCH ()-[r]->() WHERE r.iri ENDS WITH '/report/full' RETURN r.amount AS amount")
    assert [row["amount"] for row in amounts] == [42.0]
    assert check(Store.open(workshop.path), server).same


def test_a_link_with_other_ends_or_relation_takes_the_place_of_the_old(
    workshop: Workshop, server: Server, cypher: Any
) -> None:
    workshop.load((source("a"), [replace(full_link("a", "1")), full_link("a", "2")]))
    push(Store.open(workshop.path), server)
    changed = [replace(full_link("a", "1"), target_iri=UN), replace(full_link("a", "2"), relation="leads")]
    workshop.load((source("a", checksum="sha256:2"), changed))
    assert push(Store.open(workshop.path), server).links == 2
    assert differences(Store.open(workshop.path), server) == []


def test_a_forgotten_source_takes_along_what_nothing_else_names(
    workshop: Workshop, server: Server, cypher: Any
) -> None:
    push(workshop.sample().store, server)
    workshop.forget("report")
    sent = push(Store.open(workshop.path), server)
    assert sent.forgotten == 1 and sent.removed_links == 16 and sent.removed_entities > 0
    assert {r["iri"] for r in cypher("MATCH (n:Entity) RETURN n.iri AS iri")} == {UZ, OIE, EU}
    eu = cypher("MATCH (n:Entity {iri: $iri}) RETURN n.name_fr AS fr, n.other_names AS more", iri=EU)[0]
    assert (eu["fr"], eu["more"]) == (None, None), "what only the forgotten source said is gone"
    assert check(Store.open(workshop.path), server).same


def test_a_decision_and_its_undoing_arrive(workshop: Workshop, server: Server, cypher: Any) -> None:
    store = Store.open(decided(workshop).path)
    push(store, server)
    assert not cypher("MATCH (n:Entity {iri: $iri}) RETURN n", iri=WOAH)
    store.decisions.append([replace(SAME, verdict="undo", when="2025-06-01T00:00:00Z")])
    push(Store.open(workshop.path), server)
    assert cypher("MATCH (n:Entity {iri: $iri})-[:MEMBER_OF]->() RETURN n", iri=WOAH)
    assert differences(Store.open(workshop.path), server) == []


# --- tampering -----------------------------------------------------------------------------------------------------

_FULL = "MATCH (a)-[r:FUNDS]->(b) WHERE r.iri ENDS WITH '/report/full' "
TAMPERING = {
    "a deleted link": (_FULL + "DELETE r", "missing: link .*/report/full"),
    "a changed amount": (
        _FULL + "SET r.amount = 1.5",
        r"changed: link .*/full .*amount is 1234567.89 here and 1.5 there",
    ),
    "an amount of another type": (
        _FULL + "SET r.amount_usd = 1500000",
        "amount_usd is 1500000.0 here and 1500000 there",
    ),
    "a date as text": (_FULL + "SET r.valid_to_date = '2012-04-25'", "valid_to_date is 'date 2012-04-25' here"),
    "a swapped end": (
        _FULL + "CREATE (b)-[n:FUNDS]->(a) SET n = properties(r) DELETE r",
        "changed: link .*/full .*: from is .*/eu' here and .*/hped' there",
    ),
    "another type": (
        _FULL + "CREATE (a)-[n:LEADS]->(b) SET n = properties(r) DELETE r",
        "type is 'FUNDS' here and 'LEADS'",
    ),
    "a doubled link": (_FULL + "CREATE (a)-[n:FUNDS]->(b) SET n = properties(r)", "extra: link .*/full .*second"),
    "a lost language": (
        f"MATCH (n:Entity {{iri: '{OIE}'}}) REMOVE n.name_fr",
        "changed: thing .*/oie: name_fr is 'Organisation mondiale de la santé animale' here and 'nothing' there",
    ),
    "a lost name": (f"MATCH (n:Entity {{iri: '{OIE}'}}) SET n.acronyms = ['OIE']", "acronyms is .* there"),
    "a lost label": (f"MATCH (n:Entity {{iri: '{OIE}'}}) REMOVE n:Organization", "labels is .*Organization.* here"),
    "a lost thing": (f"MATCH (n:Entity {{iri: '{UZ}'}}) DETACH DELETE n", "missing: thing .*/UZ"),
    "an added thing": (f"CREATE (:Multilateral:Entity {{iri: '{ID}topic/new'}})", "extra: thing .*topic/new"),
    "a value added": (f"MATCH (n:Entity {{iri: '{UZ}'}}) SET n.rank = 1", "rank is 'nothing' here and 1 there"),
    "a foreign relationship between nodes of ours": (
        f"MATCH (a:Entity {{iri: '{UZ}'}}), (b:Entity {{iri: '{EU}'}}) CREATE (a)-[:LIKES {{much: true}}]->(b)",
        r"extra: relationship of nobody's \(country/UZ -\[LIKES\]-> organization/eu\)",
    ),
    "a changed record": ("MATCH (n:Record) WHERE n.described SET n.json = '{}'", "changed: record .*json is"),
    "a lost tie": (f"MATCH (:Entity {{iri: '{OIE}'}})-[t:RECORDED_AS]->() DELETE t", "missing: tie between .*oie"),
    "a changed source": (
        "MATCH (s:Source {id: 'report'}) SET s.licence = 'none'",
        "source report: licence is 'CC0-1.0'",
    ),
    "a changed decision": ("MATCH (d:Decision) SET d.verdict = 'different'", "verdict is 'same' here and 'different'"),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_what_was_changed_by_hand_is_named_and_can_be_repaired(
    name: str, workshop: Workshop, server: Server, cypher: Any
) -> None:
    import re

    store = Store.open(decided(workshop).path)
    push(store, server)
    statement, expected = TAMPERING[name]
    cypher(statement)
    found = check(store, server)
    assert not found.same
    assert any(re.search(expected, str(d), re.S) for d in found.differences), list(map(str, found.differences))
    push(store, server, everything=True)
    left = check(store, server)
    if "foreign" in name:  # somebody else's: named, never taken away
        assert left.differing == 1 and cypher("MATCH ()-[r:LIKES]->() RETURN r")
        cypher("MATCH ()-[r:LIKES]->() DELETE r")
        left = check(store, server)
    assert left.differences == []


def test_the_first_hundred_are_named_and_all_are_counted(workshop: Workshop, server: Server, cypher: Any) -> None:
    workshop.load((source("many"), [full_link("many", str(n)) for n in range(250)]))
    store = Store.open(workshop.path)
    push(store, server)
    cypher("MATCH ()-[r:FUNDS]->() DELETE r")
    found: CheckReport = check(store, server)
    assert found.differing == 250 and len(found.differences) == 100
    assert {d.kind for d in found.differences} == {"missing"}


# --- other people's data -------------------------------------------------------------------------------------------


def test_other_data_stay_untouched(workshop: Workshop, server: Server, cypher: Any) -> None:
    """Nodes with labels and IRIs of ours, and relationships from them to nodes of ours."""
    cypher(
        "CREATE (:TestNeighbour:Entity:Organization {iri: $eu, name: 'mine'})-[:FUNDS {iri: 'x', source: 'report'}]->"
        "(:TestNeighbour:Record {key: 'record:report|' + $eu})",
        eu=EU,
    )
    push(workshop.sample().store, server)
    cypher(
        "MATCH (m:TestNeighbour:Entity), (n:Multilateral {iri: $hped}), (k:Multilateral {iri: $eu}) "
        "CREATE (m)-[:NOTES]->(n), (k)-[:SEEN_BY]->(m) SET k:Favourite",
        eu=EU,
        hped=HPED,
    )
    mine = (
        "MATCH (m:TestNeighbour) OPTIONAL MATCH (m)-[r]-(o) RETURN labels(m) AS l, properties(m) AS p, type(r) AS t, "
        "o.iri AS o, properties(r) AS q ORDER BY m.name, t"
    )
    before = [dict(r) for r in cypher(mine)]
    assert check(Store.open(workshop.path), server).same, "what hangs on our nodes from outside is no difference"
    changed = [replace(s, description="new") if isinstance(s, Entity) else s for s in report()]
    workshop.load((source("report", checksum="sha256:2"), changed))
    push(Store.open(workshop.path), server)
    push(Store.open(workshop.path), server, everything=True)
    assert [dict(r) for r in cypher(mine)] == before
    assert cypher("MATCH (n:Favourite) RETURN n.description AS d")[0]["d"] == "new"
    workshop.forget("report")
    sent = push(Store.open(workshop.path), server)
    assert sent.kept == 1, "the programme goes, the node on which somebody hung a note stays bare"
    assert [dict(r) for r in cypher(mine)] == before
    assert check(Store.open(workshop.path), server).same


def test_pushes_into_a_database_in_use_of_a_second_store_replace_the_first(
    workshop: Workshop, server: Server, cypher: Any, tmp_path: Path
) -> None:
    push(workshop.sample().store, server)
    other = Workshop(tmp_path / "other")
    other.load((source("own"), [full_link("own", "1")]))
    push(Store.open(other.path), server)
    assert check(Store.open(other.path), server).same
    assert Reader(other.path).store.files().keys() == {"own"}
