"""The mirror on a real SPARQL service: what is pushed is there, what differs is named, what is pulled was loaded."""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import multilateral
import pytest
from multilateral.graph.decisions import Decision
from multilateral.graph.mirror.pull import DecisionsDiffer, IncompleteMirror
from multilateral.graph.remote import graphs
from multilateral.graph.remote.address import Address
from multilateral.graph.remote.check import check
from multilateral.graph.remote.errors import NotSparql, Refused, SignInRefused, StoreUnavailable
from multilateral.graph.remote.layout import MANIFEST, ONTOLOGY, Manifest, as_loaded
from multilateral.graph.remote.pull import pull
from multilateral.graph.remote.push import push
from multilateral.graph.remote.service import Service
from multilateral.graph.store import Store
from multilateral.ontology.model import ID, ML, Entity, Name, Statement, source_iri

from . import fuseki_server
from .conftest import EU, HPED, OIE, UN, Workshop, authority, report, source
from .fuseki_server import FusekiServer
from .test_mirror_failures import Cable, many, program

PASSWORD = "a-Sécret-w0rd"
FOREIGN = "https://example.org/graph/mine"
WOAH = ID + "organization/report-woah"
SAME = Decision("same", OIE, WOAH, "A. Reader", "2025-05-06T07:08:09Z", "one organization, renamed")
UNITED = Decision("same", UN, EU, "A. Reader", "2025-05-06T07:08:10Z", "for the test")
OURS = f'FILTER(STRSTARTS(STR(?g), "{ID}") || ?g = <{ONTOLOGY}> || ?g = <{FOREIGN}>)'

_PREFIXES = """
PREFIX fuseki: <http://jena.apache.org/fuseki#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX ja: <http://jena.hpl.hp.com/2005/11/Assembler#>
PREFIX tdb2: <http://jena.apache.org/2016/tdb#>
"""


def config(*operations: str, dataset: str = "[ a ja:MemoryDataset ]") -> str:
    """A Fuseki that offers only some operations, each at an address of its own."""
    points = " ;\n".join(
        f'fuseki:endpoint [ fuseki:operation fuseki:{operation} ; fuseki:name "{name}" ]'
        for operation, _, name in (o.partition("=") for o in operations)
    )
    return f'{_PREFIXES}\n<#service> a fuseki:Service ; fuseki:name "ds" ;\n{points} ;\nfuseki:dataset {dataset} .\n'


QUERY_UPDATE = config("query=sparql", "update=update")
#: As a service is configured that lasts: on disk, and with the union of all graphs as the default graph.
TDB2 = config(
    "query=sparql",
    "update=update",
    "gsp-rw=data",
    dataset='[ a tdb2:DatasetTDB2 ; tdb2:location "db" ; tdb2:unionDefaultGraph true ]',
)


@pytest.fixture(scope="module")
def url() -> str:
    return fuseki_server.shared()


@pytest.fixture
def service(url: str) -> Iterator[Service]:
    with Service(Address(url)) as service:
        _clean(service)
        yield service
        _clean(service)


@pytest.fixture(scope="module")
def updates_only() -> Iterator[FusekiServer]:
    """A service without the Graph Store Protocol."""
    with FusekiServer(config=QUERY_UPDATE) as server:
        yield server


def _clean(service: Service) -> None:
    for row in list(service.select(f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} {OURS} }}")):
        service.delete(row["g"].value)


def decide(workshop: Workshop, *decisions: Decision) -> None:
    with Store.writing(workshop.path) as store:
        store.decisions.append(list(decisions))


def told(*, amount: str = "1234567.89", brief: bool = False) -> list[Statement]:
    """The report of all tests, with another amount or without its long texts, and one more body."""
    statements = [replace(s, amount=Decimal(amount)) if s.iri.endswith("/full") else s for s in report()]
    if brief:
        statements = [s for s in statements if len(repr(s)) < 3_000]
    return [*statements, Entity(WOAH, "UNBody", (Name("WOAH", "en"),))]


def sample(workshop: Workshop, *, brief: bool = False) -> Store:
    """Names and links that break things, in two sources, and decisions that move things in both."""
    workshop.load((source("names", "authority"), authority()), (source("report"), told(brief=brief)))
    decide(workshop, SAME, UNITED)
    return Store.open(workshop.path)


def truth(path: Path) -> dict[str, set[bytes]]:
    """Every quad of every source as the files of a store have it, and the log of decisions."""
    found = {f.name: set(gzip.open(f).read().splitlines()) for f in (path / "sources").iterdir()}
    log = path / "decisions.jsonl"
    return found | {"decisions": {log.read_bytes() if log.exists() else b""}}


def differences(store: Store, service: Service) -> list[str]:
    return [str(d) for d in check(store, service).differences]


def corrected(workshop: Workshop, *, brief: bool = False) -> Store:
    workshop.load((source("report", checksum="sha256:2"), told(amount="7.50", brief=brief)))
    return Store.open(workshop.path)


# --- round trip ----------------------------------------------------------------------------------------------------


def test_five_documents_and_a_decision_come_back_quad_for_quad(tmp_path: Path, service: Service) -> None:
    graph = multilateral.open(tmp_path / "here")
    graph.load("five-documents")
    with Store.writing(tmp_path / "here") as writer:
        writer.decisions.append([SAME])
    store = Store.open(tmp_path / "here")
    sent = push(store, service)
    assert sent.sources == 5 and sent.decisions == len(list(store.decisions)) >= 1
    assert str(sent).startswith(f"Sent {sent.triples:,} triples of 5 sources")
    found = check(store, service)
    assert found.same and found.compared > 10_000
    assert str(pull(tmp_path / "there", service)).startswith("Pulled ")
    assert truth(tmp_path / "there") == truth(tmp_path / "here")
    again = pull(tmp_path / "there", service)
    assert again.unchanged and str(again) == "The store holds the same already; nothing was changed."
    assert pull(tmp_path / "here", service).unchanged
    # What was pulled is the same truth, so that there is nothing to send from it either.
    assert str(push(Store.open(tmp_path / "there"), service)).endswith("nothing was sent.")
    assert check(Store.open(tmp_path / "there"), service).same


@pytest.mark.parametrize("kind", ["graph store", "updates only", "on disk"])
def test_nasty_names_and_moved_things_come_back(
    kind: str, workshop: Workshop, tmp_path: Path, updates_only: FusekiServer, service: Service
) -> None:
    """On disk Fuseki keeps numbers as numbers: 0.10 would come back as 0.1, and 1500000 as 1500000.0."""
    store = sample(workshop)
    with contextlib.ExitStack() as held:
        if kind == "updates only":
            service = held.enter_context(Service(Address(updates_only.url)))
            assert service.graphs is None
        elif kind == "on disk":
            server = held.enter_context(FusekiServer(config=TDB2))
            service = held.enter_context(Service(Address(server.url)))
        held.callback(_clean, service)
        push(store, service)
        if kind == "on disk":
            text = f"SELECT ?a WHERE {{ <{ID}link/report/parallel> <{ML}amount> ?a }}"  # the default graph is the union
            assert [r["a"].value for r in service.select(text)] == ["0.1"]
        assert differences(store, service) == []
        pull(tmp_path / "there", service)
        assert truth(tmp_path / "there") == truth(workshop.path)
        push(corrected(workshop), service)
        assert differences(Store.open(workshop.path), service) == []
        assert pull(workshop.path, service).unchanged


def test_canonical_things_are_what_stands_there(workshop: Workshop, service: Service) -> None:
    push(sample(workshop), service)
    top = min(OIE, WOAH)
    text = f"SELECT ?g WHERE {{ GRAPH ?g {{ ?thing ?p ?o }} FILTER(?thing = <{max(OIE, WOAH)}>) }}"
    assert list(service.select(text)) == []
    names = {
        r["n"].value for r in service.select(f"SELECT ?n {{ GRAPH ?g {{ <{top}> <{ML}recordedAs>|!<{ML}x> ?n }} }}")
    }
    assert {"World Organisation for Animal Health", "WOAH", max(OIE, WOAH)} <= names


# --- only what changed ---------------------------------------------------------------------------------------------


class Counting(Service):
    """Counts what goes over in writing."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.requests = self.bytes = 0

    def _write(self, method: str, url: str, body: Any, kind: str, what: str) -> None:
        self.requests += 1
        self.bytes += len(body) if isinstance(body, bytes) else body.seek(0, 2)
        super()._write(method, url, body, kind, what)


def test_an_unchanged_push_sends_nothing_and_a_corrected_amount_little(
    workshop: Workshop, url: str, service: Service
) -> None:
    with Counting(Address(url)) as counting:
        store = many(workshop, 2_000)
        push(store, counting)
        whole = counting.bytes
        counting.requests = counting.bytes = 0
        assert push(store, counting).unchanged and counting.requests == 0

        def changed(link: Any) -> Any:
            return replace(link, amount=Decimal("99.90")) if link.iri.endswith("/many/7") else link

        statements = [changed(s) for s in store.statements("many")]
        workshop.load((source("many", checksum="sha256:3"), statements))
        sent = push(Store.open(workshop.path), counting)
        # The amount, the digits of it, and the checksum of the source that describes itself.
        assert (sent.sources, sent.triples, sent.removed) == (1, 3, 2)
        assert str(sent) == "Sent 3 triples of 1 sources, took away 2 triples."
        assert counting.bytes < 5_000 < whole / 100
        assert differences(Store.open(workshop.path), service) == []


def test_a_forgotten_source_goes_and_foreign_graphs_stay(workshop: Workshop, service: Service) -> None:
    mine = f'GRAPH <{FOREIGN}> {{ <{OIE}> <{ML}funds> <{EU}> . <{OIE}> <https://example.org/p> "mine"@en }}'
    like_ours = f"GRAPH <{ID}source/of-somebody-else> {{ <{OIE}> <{ML}funds> <{EU}> }}"
    service.update(f"INSERT DATA {{ {mine} {like_ours} }}")
    store = sample(workshop)
    push(store, service)
    assert len(_triples(service, as_loaded("report"))) > 0
    workshop.forget("report")
    sent = push(store, service)
    assert sent.forgotten == 1 and "forgot 1 sources" in str(sent).lower()
    for gone in (source_iri("report"), as_loaded("report")):
        assert _triples(service, gone) == []
    assert differences(store, service) == []
    push(store, service, everything=True)
    assert service.ask(f"ASK {{ {mine.replace('DATA', '')} {like_ours} }}")


def _triples(service: Service, iri: str) -> list[bytes]:
    return list(graphs.there(service, iri))


def test_a_decision_moves_only_what_it_touches(workshop: Workshop, service: Service) -> None:
    workshop.load((source("names", "authority"), authority()), (source("report"), report()))
    store = Store.open(workshop.path)
    push(store, service)
    decide(workshop, UNITED)
    sent = push(store, service)
    assert 0 < sent.triples < 200 and sent.decisions == 1
    assert differences(store, service) == []
    decide(workshop, replace(UNITED, verdict="undo"))
    sent = push(store, service)
    assert sent.decisions == 1 and differences(store, service) == []
    assert _triples(service, as_loaded("names")) == []


def test_a_service_without_updates_gets_whole_graphs(workshop: Workshop) -> None:
    with FusekiServer(config=config("query=sparql", "gsp-rw=data")) as server, Service(Address(server.url)) as service:
        store = sample(workshop)
        push(store, service)
        assert service.updates is None
        push(corrected(workshop), service)
        assert differences(store, service) == []


# --- cut off, and finished -----------------------------------------------------------------------------------------


class Cut(Exception):
    """The wire is cut here."""


class Cutting(Service):
    """Fails at the n-th request that writes: before it is sent, or when it was done and only the answer is lost."""

    def __init__(self, address: Address, at: int, late: bool) -> None:
        super().__init__(address)
        self.left, self.late = at, late

    def _write(self, method: str, url: str, body: Any, kind: str, what: str) -> None:
        self._cut(lambda: super(Cutting, self)._write(method, url, body, kind, what))

    def delete(self, iri: str) -> None:
        self._cut(lambda: super(Cutting, self).delete(iri))

    def _cut(self, work: Callable[[], None]) -> None:
        self.left -= 1
        due = self.left == 0  # kept, because a graph may be deleted by an update, which counts too
        if due and not self.late:
            raise Cut
        work()
        if due:
            raise Cut


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("kind", ["graph store", "updates only"])
def test_a_push_cut_at_any_request_is_finished_by_the_next(
    kind: str,
    again: bool,
    late: bool,
    tmp_path: Path,
    url: str,
    updates_only: FusekiServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A first push, or ``again`` one of a correction, a forgotten source and a decision."""
    monkeypatch.setattr(graphs, "PART", 80_000)  # so that a graph goes over in several parts
    where = Address(url if kind == "graph store" else updates_only.url)
    with Service(where) as service:
        for at in range(1 + late, 100, 2):  # what one way of cutting leaves out the other takes
            _clean(service)
            workshop = Workshop(tmp_path / str(at))
            store = sample(workshop, brief=True)
            if again:
                push(store, service)
                workshop.forget("names")
                decide(workshop, replace(SAME, verdict="undo"))
                store = corrected(workshop, brief=True)
            try:
                with Cutting(where, at, late) as cutting:
                    push(store, cutting)
            except Cut:
                pass
            else:
                break  # it needs fewer requests than that
            with contextlib.suppress(IncompleteMirror):
                pull(tmp_path / f"half-{at}", service)
                half = Manifest.of(service)
                assert half is not None and half.half == [], "half a mirror was pulled"
            push(store, service)
            assert differences(store, service) == []
        _clean(service)
    assert 5 < at < 98


def test_a_client_killed_at_random_moments_is_finished(workshop: Workshop, url: str, service: Service) -> None:
    store = many(workshop, 4_000)
    chance, killed = random.Random(7), 0
    for attempt in range(4):
        if attempt == 2:  # a correction of everything, cut off as well
            store = many(workshop, 4_000, "sha256:2")
        process = subprocess.Popen(
            program("mirror", "push", url, store=workshop.path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        while process.poll() is None and not _half(service):
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
    assert killed >= 2, "the pushes were too quick to be cut off"
    push(store, service)
    assert differences(store, service) == []


def _half(service: Service) -> bool:
    found = Manifest.of(service)
    return found is not None and bool(found.half)


@pytest.mark.parametrize("lost", [False, True])
def test_a_server_killed_in_the_middle_is_filled(lost: bool, workshop: Workshop) -> None:
    """In memory all is lost with the server, and the push that waited for it must notice."""
    with FusekiServer(config=TDB2 if not lost else config("query=sparql", "update=update", "gsp-rw=data")) as server:
        workshop.load((source("names", "authority"), authority()))
        store = many(workshop, 2_000)
        sent, up = threading.Event(), threading.Event()

        def after_some(stage: str, done: int, total: int) -> None:
            if stage == "Sending" and done and not sent.is_set():
                sent.set()

        def kill() -> None:
            sent.wait(60)
            server.stop(kill=True)
            up.wait(60)
            server.start()

        killer = threading.Thread(target=kill)
        killer.start()
        with Service(Address(server.url)) as service:
            if lost:  # it comes back while the push waits
                up.set()
                push(store, service, progress=after_some, retry_seconds=60)
                killer.join()
            else:
                with pytest.raises(StoreUnavailable, match=r"does not answer|broke off"):
                    push(store, service, progress=after_some, retry_seconds=1)
                up.set()
                killer.join()
                push(store, service)
            assert differences(store, service) == []


def test_a_wire_that_breaks_again_and_again_is_no_hindrance(workshop: Workshop, url: str, service: Service) -> None:
    store = many(workshop, 3_000)
    cable = Cable(int(url.split(":")[2].split("/")[0]), 100_000, 3)
    try:
        with Service(Address(re.sub(r":\d+/", f":{cable.port}/", url), seconds=5)) as over:
            push(store, over)
    finally:
        cable.close()
    assert cable.left < 3, "no wire broke"
    assert differences(store, service) == []


# --- tampering -----------------------------------------------------------------------------------------------------

REPORT = source_iri("report")
PREF = "http://www.w3.org/2004/02/skos/core#prefLabel"
TAMPERING = {
    "deleted": (f"DELETE WHERE {{ GRAPH <{REPORT}> {{ <{ID}link/report/full> <{ML}role> ?o }} }}", ["missing"]),
    "changed": (
        f"DELETE {{ GRAPH <{REPORT}> {{ ?s <{ML}amount> ?o }} }} INSERT {{ GRAPH <{REPORT}> {{ ?s <{ML}amount> 1 }} }} "
        f"WHERE {{ GRAPH <{REPORT}> {{ ?s <{ML}amount> ?o FILTER(?s = <{ID}link/report/full>) }} }}",
        ["extra", "missing"],
    ),
    "added": (f"INSERT DATA {{ GRAPH <{REPORT}> {{ <{EU}> <{ML}heads> <{HPED}> }} }}", ["extra"]),
    "blank": (f"INSERT DATA {{ GRAPH <{REPORT}> {{ [] <{ML}heads> <{HPED}> }} }}", ["extra"]),
    "language": (
        f'DELETE {{ GRAPH <{REPORT}> {{ ?s ?p ?o }} }} INSERT {{ GRAPH <{REPORT}> {{ ?s ?p "Union européenne" }} }} '
        f'WHERE {{ GRAPH <{REPORT}> {{ ?s ?p ?o FILTER(?o = "Union européenne"@fr) }} }}',
        ["extra", "missing"],
    ),
    "moved": (
        f"DELETE {{ GRAPH <{REPORT}> {{ ?s <{ML}funds> ?o }} }} INSERT {{ GRAPH <{FOREIGN}> {{ ?s <{ML}funds> ?o }} }} "
        f"WHERE {{ GRAPH <{REPORT}> {{ ?s <{ML}funds> ?o }} }}",
        ["missing"],
    ),
    "iri for text": (
        f"DELETE {{ GRAPH <{REPORT}> {{ ?s <{PREF}> ?o }} }} INSERT {{ GRAPH <{REPORT}> {{ ?s <{PREF}> ?s }} }} "
        f"WHERE {{ GRAPH <{REPORT}> {{ ?s <{PREF}> ?o }} }}",
        ["extra", "missing"],
    ),
    "ontology": (f"DELETE WHERE {{ GRAPH <{ONTOLOGY}> {{ <{ML}funds> a ?o }} }}", ["missing"]),
    "decision": (f"DELETE WHERE {{ GRAPH <{ID}mirror/decisions> {{ <{ID}mirror/decisions/2> ?p ?o }} }}", ["missing"]),
    "kept": (f"DROP GRAPH <{as_loaded('report')}>", ["missing"]),
    "manifest": (f"DROP GRAPH <{MANIFEST}>", ["missing"]),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_check_names_what_was_tampered_with_and_push_all_repairs_it(
    what: str, workshop: Workshop, service: Service
) -> None:
    store = sample(workshop)
    push(store, service)
    text, kinds = TAMPERING[what]
    service.update(text)
    named = differences(store, service)
    assert sorted({d.partition(":")[0] for d in named}) == kinds
    if what in ("deleted", "added", "blank", "manifest"):
        assert len(named) == 1
    words = {
        "deleted": f'missing: <{ID}link/report/full> <{ML}role> "donor & <host>" in the graph {REPORT}',
        "added": f"<{ML}heads> <{HPED}> in the graph {REPORT}",
        "language": '"Union européenne" in the graph',
        "changed": '"1234567.89"^^',
    }
    assert any(words.get(what, "") in d for d in named), named
    if what in ("deleted", "changed", "language", "iri for text", "kept"):  # what is added is no part of a record
        with pytest.raises(IncompleteMirror, match=r"not what was pushed"):
            pull(workshop.path.with_name("pulled"), service)
    push(store, service, everything=True)
    assert differences(store, service) == []


def test_the_first_hundred_differences_are_named_and_all_are_counted(workshop: Workshop, service: Service) -> None:
    store = many(workshop, 500)
    push(store, service)
    service.delete(source_iri("many"))
    found = check(store, service)
    assert len(found.differences) == 100 and found.differing > 5_000 and not found.same


def test_a_pull_into_a_store_that_decided_otherwise_is_refused(
    workshop: Workshop, tmp_path: Path, service: Service
) -> None:
    push(sample(workshop), service)
    other = Workshop(tmp_path / "other")
    decide(other, replace(SAME, verdict="different"))
    with pytest.raises(DecisionsDiffer):
        pull(other.path, service)
    assert Store.open(other.path).files() == {}


# --- what goes wrong -----------------------------------------------------------------------------------------------


def run(*arguments: str, store: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clear = {k: v for k, v in os.environ.items() if not k.startswith(("MULTILATERAL_NEO4J", "MULTILATERAL_SPARQL"))}
    return subprocess.run(
        program(*arguments, store=store),
        env={**clear, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def test_the_commands_say_what_they_did(workshop: Workshop, tmp_path: Path, url: str, service: Service) -> None:
    sample(workshop)
    done = run("mirror", "push", url, store=workshop.path)
    assert done.returncode == 0 and re.fullmatch(
        r"Sent [\d,]+ triples of 2 sources, 2 decisions among them\.\n", done.stdout
    )
    done = run("mirror", "check", url, store=workshop.path)
    assert done.returncode == 0 and re.fullmatch(r"The mirror holds the same: [\d,]+ triples compared\.\n", done.stdout)
    assert run("mirror", "push", url, store=workshop.path).stdout == (
        "The mirror holds the same already; nothing was sent.\n"
    )
    done = run("mirror", "pull", url, store=tmp_path / "copy")
    assert done.returncode == 0 and done.stdout.startswith("Pulled ")
    assert truth(tmp_path / "copy") == truth(workshop.path)
    service.update(TAMPERING["added"][0])
    done = run("mirror", "check", url, store=workshop.path)
    assert done.returncode == 1
    assert done.stdout.startswith("extra: ") and "1 of " in done.stderr and "push --all" in done.stderr
    for options, word in (
        (["push", url, "--database", "x"], "--database"),
        (["push", url, "--offline", str(tmp_path / "files")], "--offline"),
        (["push", "bolt://localhost:1", "--update-url", url], "--update-url"),
        (["check", "http://user:secret@localhost/sparql"], "MULTILATERAL_SPARQL_PASSWORD"),
    ):
        refused = run("mirror", *options, store=workshop.path)
        assert refused.returncode == 2 and word in refused.stderr and "secret" not in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("way", ["basic", "digest"])
def test_passwords_let_in_and_wrong_ones_do_not(way: str, workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text(f"reader: {PASSWORD}\n", encoding="utf-8")
    arguments = (f"--auth={way}", f"--passwd={tmp_path / 'passwords'}", "--update", "--mem")
    sample(workshop)
    with FusekiServer(*arguments) as server:
        for variables, word in (
            ({}, "wants a user and a password"),
            ({"MULTILATERAL_SPARQL_USER": "reader", "MULTILATERAL_SPARQL_PASSWORD": "wrong-0ne"}, "'reader'"),
            ({"MULTILATERAL_NEO4J_USER": "reader", "MULTILATERAL_NEO4J_PASSWORD": PASSWORD}, "wants a user"),
        ):
            refused = run("mirror", "push", server.url, store=workshop.path, **variables)
            assert refused.returncode == 1 and word in refused.stderr
            assert "wrong-0ne" not in refused.stderr and refused.stderr.count("\n") == 1
        right = {"MULTILATERAL_SPARQL_USER": "reader", "MULTILATERAL_SPARQL_PASSWORD": PASSWORD}
        assert run("mirror", "push", server.url, store=workshop.path, **right).returncode == 0
        assert run("mirror", "check", server.url, store=workshop.path, **right).returncode == 0
        with Service(Address(server.url, "reader", "wrong-0ne")) as service, pytest.raises(SignInRefused) as raised:
            push(Store.open(workshop.path), service)
        assert "wrong-0ne" not in repr(raised.value) + repr(service.address)


def test_a_service_that_is_only_read_says_so(workshop: Workshop, tmp_path: Path) -> None:
    with FusekiServer(config=config("query=sparql", "gsp-r=data")) as server:
        refused = run("mirror", "push", server.url, store=sample(workshop).path)
        assert refused.returncode == 1 and "refuses to be written to" in refused.stderr
        refused = run("mirror", "pull", server.url, store=tmp_path / "there")
        assert refused.returncode == 1 and "There is no mirror at" in refused.stderr
    with FusekiServer(config=config("query=sparql")) as server:
        refused = run("mirror", "push", server.url, store=workshop.path)
        assert refused.returncode == 1 and "takes neither the Graph Store Protocol nor updates" in refused.stderr


def test_addresses_elsewhere_can_be_named(workshop: Workshop) -> None:
    points = config("query=ask", "update=change", "gsp-rw=whole")
    with FusekiServer(config=points) as server:
        where = f"{server.base}/ask"
        store = sample(workshop)
        with Service(Address(where)) as service, pytest.raises(Refused):
            push(store, service)
        done = run("mirror", "push", where, "--update-url", f"{server.base}/change", store=workshop.path)
        assert done.returncode == 0, done.stderr
        with Service(Address(where, graphs=f"{server.base}/whole")) as service:
            push(corrected(workshop), service)
            assert service.graphs == f"{server.base}/whole" and differences(store, service) == []


def test_nobody_there_and_somebody_else_there(workshop: Workshop) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<html><title>Welcome</title><body>Please sign in</body></html>")

        do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - names of the standard library

        def log_message(self, *arguments: Any) -> None:
            pass

    store = sample(workshop)
    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    where = f"http://127.0.0.1:{server.server_port}/sparql"
    try:
        for work in (push, check):
            with Service(Address(where)) as service, pytest.raises(NotSparql, match=r"page for people.*Please sign in"):
                work(store, service)
    finally:
        server.shutdown()
        server.server_close()
    refused = run("mirror", "push", where, store=workshop.path)
    assert refused.returncode == 1 and "does not answer (Connection refused)" in refused.stderr
