"""The mirror against the raw driver, rdflib-neo4j and kglite, on a real Neo4j, in one run.

    MULTILATERAL_BENCH_THINGS=200000 MULTILATERAL_BENCH_LINKS=1000000 python bench/mirror.py

Read the ratios, not the seconds. The server is the tests' own, or that of MULTILATERAL_TEST_NEO4J, which must be empty.
Peak memory is that of a process of its own for each step.
"""

from __future__ import annotations

import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
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

THINGS = int(os.environ.get("MULTILATERAL_BENCH_THINGS", "20000"))
LINKS = int(os.environ.get("MULTILATERAL_BENCH_LINKS", "100000"))
RDFLIB_LINKS = min(LINKS, int(os.environ.get("MULTILATERAL_BENCH_RDFLIB_LINKS", "20000")))
RELATIONS = ("funds", "memberOf", "implements", "cooperatesWith", "participatesIn")
CLASSES = ("UNBody", "NGO", "Organization", "GovernmentBody")
BATCH = 5_000


def synthetic(checksum: str = "sha256:1", corrected: int = -1) -> Loaded:
    """Return a source of things and links like those of funding tables, one amount being ``corrected``."""
    chance = random.Random(1)
    documents = [f"{ID}document/d{i}" for i in range(max(1, THINGS // 100))]
    count = THINGS - len(documents)

    def statements() -> Iterator[Entity | Link]:
        for i, iri in enumerate(documents):
            yield Entity(iri, "Document", (Name(f"Document {i}", "en"),), issued="2012-04-25")
        for i in range(count):
            names = (Name(f"Organization {i}", "en"), Name(f"Organisation {i}", "fr"), Name(f"O{i}", "", "acronym"))
            iri = f"{ID}organization/o{i}"
            yield Entity(iri, CLASSES[i % 4], names, evidence=(Evidence(documents[i % len(documents)], str(i)),))
        for i in range(LINKS):
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
    command = [sys.executable, __file__, name, str(store), url]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    seconds, peak, said = json.loads(out)
    print(f"  {name:<12} {seconds:8.1f} s  {peak:6d} MB  {said}", flush=True)
    return seconds, peak


def peak_memory() -> int:
    """Return the peak of this program in MB; what getrusage tells is that of the program that started it, if higher."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


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
        begun = time.perf_counter()
        for labels, batch in nodes.items():
            _send(session, f"UNWIND $rows AS row CREATE (n:{labels}) SET n = row.p", batch)
        for kind, batch in ends.items():
            b, same = ("key", "") if kind == rows.TIE else ("iri", "{iri: row.p.iri, source: row.p.source}")
            match = f"UNWIND $rows AS row MATCH (a:{rows.MARK} {{iri: row.a}}) MATCH (b:{rows.MARK} {{{b}: row.b}}) "
            _send(session, f"{match} MERGE (a)-[r:{kind} {same}]->(b) SET r = row.p", batch)
        return time.perf_counter() - begun


def _send(session: Any, text: str, batch: list[Any]) -> None:
    for start in range(0, len(batch), BATCH):
        session.execute_write(lambda tx, s=start: tx.run(text, rows=batch[s : s + BATCH]).consume())


def rdflib_neo4j(store: Path, url: str) -> float | None:
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
        if links >= RDFLIB_LINKS:
            break
    graph.close(commit_pending_transaction=True)
    return links / (time.perf_counter() - begun)


def main() -> None:
    print(f"{THINGS:,} things, {LINKS:,} links", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        with Store.writing(store) as writing:
            writing.load([synthetic()])
        url = neo4j_server.shared()

        def empty() -> None:
            with neo4j_server.connect(url) as driver:
                neo4j_server.clean(driver)

        raw(store, url)  # the first run warms the server up
        empty()
        base = raw(store, url)
        print(f"  {'raw UNWIND':<12} {base:8.1f} s", flush=True)
        empty()
        first, peak = step("push", store, url)
        again, _ = step("unchanged", store, url)
        checked, check_peak = step("check", store, url)
        with Store.writing(store) as writing:
            writing.load([synthetic("sha256:2", corrected=LINKS // 2)])
        step("corrected", store, url)
        empty()
        rival = rdflib_neo4j(store, url)
        with neo4j_server.connect(url) as driver, driver.session() as session:
            session.run("MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()
        written, _ = step("offline", store, url)
        command = shlex.split((Path(f"{store}-files") / "import-command.txt").read_text())[1:]
        begun = time.perf_counter()
        new = neo4j_server.Neo4jServer(Path(folder) / "neo4j")
        new.admin(*command)
        imported = time.perf_counter() - begun
        print(f"  {'import':<12} {imported:8.1f} s")
    ratios = [
        ("push / raw UNWIND", first / base, "at most 1.3"),
        ("unchanged push / push", again / first, "at most 0.1"),
        ("check / push", checked / first, "at most 1.0"),
        ("offline files and import / push", (written + imported) / first, "at most 0.5"),
        ("links a second / rdflib-neo4j", LINKS / first / rival if rival else float("nan"), "at least 4"),
        ("peak MB", max(peak, check_peak), "at most 500 at a million links"),
    ]
    for name, value, goal in ratios:
        print(f"{name:<34} {value:8.2f}   {goal}")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        began = time.perf_counter()
        done = work(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
        seconds = time.perf_counter() - began
        print(json.dumps([seconds, peak_memory(), done]))
    else:
        main()
