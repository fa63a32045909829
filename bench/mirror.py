"""The mirror against the raw driver, rdflib-neo4j and kglite, on a real Neo4j, in one run.

    python bench/mirror.py --links 1000000

Read the ratios, not the seconds. The server is the tests' own, or that of MULTILATERAL_TEST_NEO4J, which must be empty.
Peak memory is that of a process of its own for each step, and so are the CPU-seconds, the server's apart; what a step
starts is counted with it. A busy machine gives each side the CPU-seconds that it needs, an idle one lets them overlap.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from multilateral.graph.mirror import rows
from multilateral.graph.mirror.check import _local, check
from multilateral.graph.mirror.connection import Address, Server
from multilateral.graph.mirror.local import LocalGraph
from multilateral.graph.mirror.offline import write_files
from multilateral.graph.mirror.push import CONSTRAINTS, INDEX, push
from multilateral.graph.store import Store
from multilateral.ontology.model import ID, Entity, Evidence, Link, Loaded, Name, Source
from multilateral.tests import neo4j_server

#: Links that rdflib-neo4j gets at most: it is slow, and its speed is the same throughout.
RDFLIB_LINKS = 20_000
UN_OPEN = Path(__file__).resolve().parents[2] / "shared" / "data" / "un_open"
RELATIONS = ("funds", "memberOf", "implements", "cooperatesWith", "participatesIn")
CLASSES = ("UNBody", "NGO", "Organization", "GovernmentBody")
BATCH = 5_000


def synthetic(links: int, checksum: str = "sha256:1", corrected: int = -1) -> Loaded:
    """Return a source of things, and five times as many links like those of funding tables.

    The amount of one is ``corrected``.
    """
    chance = random.Random(1)
    things = max(2, links // 5)
    documents = [f"{ID}document/d{i}" for i in range(max(1, things // 100))]
    count = things - len(documents)

    def statements() -> Iterator[Entity | Link]:
        for i, iri in enumerate(documents):
            yield Entity(iri, "Document", (Name(f"Document {i}", "en"),), issued="2012-04-25")
        for i in range(count):
            names = (Name(f"Organization {i}", "en"), Name(f"Organisation {i}", "fr"), Name(f"O{i}", "", "acronym"))
            iri = f"{ID}organization/o{i}"
            yield Entity(iri, CLASSES[i % 4], names, evidence=(Evidence(documents[i % len(documents)], str(i)),))
        for i in range(links):
            a, b = chance.randrange(count), chance.randrange(count)
            amount = Decimal(chance.randrange(10**9)) / 100 if i % 2 else None
            yield Link(
                f"{ID}link/synthetic/{i}",
                f"{ID}organization/o{a}",
                RELATIONS[i % 5],
                f"{ID}organization/o{b}",
                (Evidence(documents[i % len(documents)], f"{i % 90}(d)"),),
                valid_from=str(1990 + i % 30),
                valid_to=None if i % 3 else "2020-01-31",
                amount=Decimal(1) if i == corrected else amount,
                currency="USD" if amount is not None or i == corrected else None,
            )

    return Loaded(Source("synthetic", "Synthetic", "table", checksum, "bench", "2026-01-01T00:00:00Z"), statements())


def step(name: str, store: Path, url: str) -> tuple[float, int]:
    """Run one step in a process of its own; return its seconds and its peak memory in MB."""
    command = [sys.executable, __file__, "--step", name, str(store), url]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    seconds, cpu, peak, said = json.loads(out)
    print(f"  {name:<12} {seconds:8.1f} s  {cpu:6.1f} CPU-s  {peak:6d} MB  {said}", flush=True)
    return seconds, peak


def peak_memory() -> int:
    """Return the peak of this program in MB, and of the largest that it started, as if both were at the same time.

    What getrusage tells of a program is the peak of the one that started it, if that is higher.
    """
    status = Path("/proc/self/status").read_text()
    own = int(status.partition("VmHWM:")[2].split()[0])
    return (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


def cpu_seconds() -> float:
    """Return the CPU-seconds of this program and of those that it started and that have ended."""
    return sum(os.times()[:4])


def work(name: str, store: Path, url: str) -> str:
    if name == "offline":
        return str(write_files(Store.open(store), Path(f"{store}-files")))
    with Server(Address(url)) as server:
        if name == "check":
            found = check(Store.open(store), server)
            return f"{found.differing} of {found.compared} differ"
        return str(push(Store.open(store), server))


def raw(store: Path, url: str) -> float:
    """Send the same rows, made before the clock starts, by UNWIND and nothing else."""
    nodes: dict[str, list[Any]] = {}
    ends: dict[str, list[Any]] = {}
    for key, frame, row in _local(LocalGraph(Store.open(store))):
        if key.startswith(("link:", "tie:")):
            ends.setdefault(frame[0], []).append({"a": frame[1], "b": frame[2], "p": row})
        else:
            nodes.setdefault(":".join(frame), []).append({"p": row})
    with neo4j_server.connect(url) as driver, driver.session() as session:
        for text in (*CONSTRAINTS, INDEX):
            session.run(text).consume()
        begun, cpu = time.perf_counter(), time.process_time()
        for labels, batch in nodes.items():
            _send(session, f"UNWIND $rows AS row CREATE (n:{labels}) SET n = row.p", batch)
        for kind, batch in ends.items():
            b, same = ("key", "") if kind == rows.TIE else ("iri", "{iri: row.p.iri, source: row.p.source}")
            match = f"UNWIND $rows AS row MATCH (a:{rows.MARK} {{iri: row.a}}) MATCH (b:{rows.MARK} {{{b}: row.b}}) "
            _send(session, f"{match} MERGE (a)-[r:{kind} {same}]->(b) SET r = row.p", batch)
        seconds = time.perf_counter() - begun
    print(f"  {'raw UNWIND':<12} {seconds:8.1f} s  {time.process_time() - cpu:6.1f} CPU-s", flush=True)
    return seconds


def _send(session: Any, text: str, batch: list[Any]) -> None:
    for start in range(0, len(batch), BATCH):
        session.execute_write(lambda tx, s=start: tx.run(text, rows=batch[s : s + BATCH]).consume())


def rdflib_neo4j(store: Path, url: str, most: int) -> float | None:
    """Return the links a second of rdflib-neo4j at its best, where it is installed."""
    try:
        import rdflib
        from rdflib_neo4j import HANDLE_VOCAB_URI_STRATEGY, Neo4jStore, Neo4jStoreConfig
    except ImportError:
        return None
    config = Neo4jStoreConfig(
        auth_data={"uri": url, "database": "neo4j", "user": "neo4j", "pwd": "-"},
        handle_vocab_uri_strategy=HANDLE_VOCAB_URI_STRATEGY.IGNORE,
        batching=True,
        batch_size=BATCH,
    )
    graph = rdflib.Graph(store=Neo4jStore(config=config))
    links, begun = 0, time.perf_counter()
    for quad in Store.open(store).quads("synthetic"):
        terms = [rdflib.URIRef(quad.subject.value), rdflib.URIRef(quad.predicate.value)]
        node = type(quad.object).__name__ == "NamedNode"
        graph.add((*terms, rdflib.URIRef(quad.object.value) if node else rdflib.Literal(quad.object.value)))
        links += quad.object.value.endswith("#Link")
        if links >= most:
            break
    graph.close(commit_pending_transaction=True)
    return links / (time.perf_counter() - begun)


def kglite(folder: Path) -> tuple[float, float]:
    """Return the median, over the canned questions with their examples, of our time by that of kglite itself.

    The first is that of the engine, the second that of the whole answer, with the names of things and in order.
    """
    import multilateral
    from multilateral.graph.reading import Reader
    from multilateral.queries.catalogue import catalogue
    from multilateral.queries.engines import CypherEngine
    from multilateral.queries.runner import run
    from multilateral.queries.values import check as checked

    multilateral.open(folder / "five").load("five-documents")
    reader = Reader(folder / "five")
    graph = reader.property_graph.graph
    engine = CypherEngine(reader.property_graph.rows)
    ratios, whole = [], []
    for name in sorted(catalogue()):
        question = catalogue()[name]
        values = checked(reader, question, question.example)
        plain = {p.name: values.get(p.name) for p in question.parameters}

        def own(text: str = question.cypher, plain: dict[str, Any] = plain) -> Any:
            return graph.cypher(text, params=plain).to_list()

        ours, theirs, answers = [], [], []
        for _ in range(15):
            theirs.append(_timed(own))
            ours.append(_timed(lambda q=question, v=values: engine.rows(q, v)))
            answers.append(_timed(lambda n=name, q=question: run(reader, n, q.example, engine="cypher")))
        assert own() == engine.rows(question, values)
        ratios.append(statistics.median(ours) / statistics.median(theirs))
        whole.append(statistics.median(answers) / statistics.median(theirs))
    return statistics.median(ratios), statistics.median(whole)


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def un_open(folder: Path, url: str) -> float | None:
    """Return the time of a push of open.un.org's tables by that of raw UNWIND, where they are there."""
    if not UN_OPEN.is_dir():
        print(f"  un_open is not measured: there is no folder {UN_OPEN}", flush=True)
        return None
    import multilateral

    store = folder / "un-open"
    multilateral.open(store).load(UN_OPEN)
    emptied(url)
    bases, pushes = [], []
    for turn in range(3):  # the first warms the server up, for both
        bases.append(raw(store, url))
        emptied(url)
        if turn < 2:
            pushes.append(step("push", store, url)[0])
            emptied(url)
    return pushes[1] / statistics.mean(bases[1:])


def emptied(url: str) -> None:
    """Take the mirror away."""
    with neo4j_server.connect(url) as driver:
        with driver.session() as session:  # links first: a thing with very many does not fit in one transaction
            every = f"MATCH (:{rows.MARK})-[r]->()"
            session.run(f"{every} CALL {{ WITH r DELETE r }} IN TRANSACTIONS OF 5000 ROWS").consume()
        neo4j_server.clean(driver)


def measure(links: int, rival_links: int, folder: Path) -> list[tuple[str, float, str]]:
    """Print the seconds of every step and return the ratios beside what is wanted."""
    store = folder / "store"
    with Store.writing(store) as writing:
        writing.load([synthetic(links)])
    url = neo4j_server.shared()
    empty = partial(emptied, url)
    for name in ("raw", "push"):  # the first run warms the server up, for both
        raw(store, url) if name == "raw" else step(name, store, url)
        empty()
    bases, pushes, peaks = [], [], []
    for turn in range(2):
        bases.append(raw(store, url))
        empty()
        seconds, peak = step("push", store, url)
        pushes.append(seconds)
        peaks.append(peak)
        if turn == 0:
            empty()
    base, first = statistics.mean(bases), statistics.mean(pushes)
    again, _ = step("unchanged", store, url)
    checked, peak = step("check", store, url)
    peaks.append(peak)
    with Store.writing(store) as writing:
        writing.load([synthetic(links, "sha256:2", corrected=links // 2)])
    _, peak = step("corrected", store, url)
    peaks.append(peak)
    empty()
    rival = rdflib_neo4j(store, url, rival_links) if rival_links else None
    with neo4j_server.connect(url) as driver, driver.session() as session:
        session.run("MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()
    written, peak = step("offline", store, url)
    peaks.append(peak)
    command = shlex.split((Path(f"{store}-files") / "import-command.txt").read_text())[1:]
    new = neo4j_server.Neo4jServer(folder / "neo4j")
    imported = _timed(lambda: new.admin(*command))
    print(f"  {'import':<12} {imported:8.1f} s", flush=True)
    open_un = un_open(folder, url)
    engine, answer = kglite(folder)
    return [
        ("push / raw UNWIND", first / base, "at most 1.3"),
        ("unchanged push / push", again / first, "at most 0.1"),
        ("check / push", checked / first, "at most 1.0"),
        ("offline files and import / push", (written + imported) / first, "at most 0.5"),
        ("links a second / rdflib-neo4j", links / first / rival if rival else float("nan"), "at least 4"),
        ("peak MB", max(peaks), "at most 500 at a million links"),
        ("push / raw UNWIND, un_open", float("nan") if open_un is None else open_un, "at most 1.3"),
        ("canned Cypher / kglite itself", engine, "at most 1.5"),
        ("whole answer / kglite itself", answer, "no goal: with names and order"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", type=int, default=100_000, help="how many links (default 100000)")
    parser.add_argument("--rdflib-links", type=int, default=RDFLIB_LINKS, help="how many of them rdflib-neo4j gets")
    parser.add_argument("--un-open", action="store_true", help="only the push of open.un.org's tables")
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        begun, cpu = time.perf_counter(), cpu_seconds()
        done = work(given.step[0], Path(given.step[1]), given.step[2])
        print(json.dumps([time.perf_counter() - begun, cpu_seconds() - cpu, peak_memory(), done]))
        return
    if given.un_open:
        with tempfile.TemporaryDirectory() as folder:
            print(f"push / raw UNWIND, un_open: {un_open(Path(folder), neo4j_server.shared())}")
        return
    print(f"{given.links:,} links", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        ratios = measure(given.links, min(given.links, given.rdflib_links), Path(folder))
    for name, value, goal in ratios:
        print(f"{name:<34} {value:8.2f}   {goal}")


if __name__ == "__main__":
    main()
