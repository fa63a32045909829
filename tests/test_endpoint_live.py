"""Live data: a load, a forgotten source and a decision appear without a restart, and no answer mixes two states."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from multilateral.graph.decisions import Decision
from multilateral.graph.store import Store
from multilateral.ontology.model import ID, Entity, Evidence, Link, Loaded, Name, Source

from .endpoint_server import Endpoint, running

DOC = ID + "document/d"
COUNTS = """SELECT ?g (COUNT(?link) AS ?n) { GRAPH ?g { ?link a ml:Link ; ml:role ?role } } GROUP BY ?g"""
ROLES = "SELECT DISTINCT ?role { ?link a ml:Link ; ml:role ?role }"
WITHIN = 20.0


def load(path: Path, *sources: tuple[str, str, int]) -> None:
    """Load sources of so many links each, every one with the same role."""
    with Store.writing(path) as store:
        store.load(
            Loaded(
                Source(id_, id_, "table", f"sha256:{role}", f"{id_}.csv", "2025-01-02T03:04:05Z"),
                iter(links(id_, role, n)),
            )
            for id_, role, n in sources
        )


def links(id_: str, role: str, count: int) -> list[Any]:
    return [
        Entity(DOC, "Document", (Name("Report", "en"),)),
        *(
            Link(
                f"{ID}link/{id_}/{n}",
                ID + "organization/a",
                "cooperatesWith",
                f"{ID}organization/b{n}",
                (Evidence(DOC, str(n)),),
                role=role,
            )
            for n in range(count)
        ),
    ]


def rows(endpoint: Endpoint, text: str) -> list[dict[str, str]]:
    answer = endpoint.query(text)
    assert answer.status == 200, answer.text
    return [{k: v["value"] for k, v in row.items()} for row in json.loads(answer.body)["results"]["bindings"]]


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < ends, "the change did not appear"
        time.sleep(0.1)


def test_loads_forgotten_sources_and_decisions_appear_and_no_reader_sees_half(tmp_path: Path) -> None:
    path = tmp_path / "store"
    load(path, ("one", "r0", 400), ("two", "r0", 400))
    with running(path, limits="{'workers': 2}") as endpoint:
        first = endpoint.query(ROLES)
        seen: list[set[str]] = []
        wrong: list[Any] = []
        going = threading.Event()

        def ask() -> None:
            while not going.is_set():
                answer = endpoint.query(ROLES)
                if answer.status != 200:
                    wrong.append((answer.status, answer.text))
                    continue
                seen.append({row["role"]["value"] for row in json.loads(answer.body)["results"]["bindings"]})

        readers = [threading.Thread(target=ask) for _ in range(3)]
        for reader in readers:
            reader.start()
        # Both sources are replaced in one load, again and again: an answer that names two roles would be half a load.
        for turn in (1, 2, 3):
            load(path, ("one", f"r{turn}", 400), ("two", f"r{turn}", 400))
            until(lambda turn=turn: rows(endpoint, ROLES) == [{"role": f"r{turn}"}])  # type: ignore[misc]
        going.set()
        for reader in readers:
            reader.join()
        assert wrong == []
        assert {frozenset(s) for s in seen} == {frozenset([f"r{n}"]) for n in range(4)}

        last = endpoint.query(ROLES)
        assert last.headers["etag"] != first.headers["etag"]
        changed = endpoint.send("GET", "/sparql?query=ASK%7B%7D", {"If-None-Match": first.headers["etag"]})
        assert changed.status == 200

        with Store.writing(path) as store:
            store.forget("two")
        until(lambda: [row["n"] for row in rows(endpoint, COUNTS)] == ["400"])

        count = "SELECT (COUNT(DISTINCT ?b) AS ?n) { ?a ml:cooperatesWith ?b }"
        assert rows(endpoint, count) == [{"n": "400"}]
        with Store.writing(path) as store:
            decide(store, f"{ID}organization/b0", f"{ID}organization/b1")
        until(lambda: rows(endpoint, count) == [{"n": "399"}])

        void = endpoint.send("GET", "/.well-known/void", {"Accept": "application/n-triples"})
        triples = rows(endpoint, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"]
        assert f'<http://rdfs.org/ns/void#triples> "{triples}"' in void.text
        assert endpoint.stop() == 0
    assert list((path / "projections").glob(".serving-*")) == []


def decide(store: Store, one: str, other: str) -> None:
    """Record that two things are the same, as `multilateral merge` does."""
    store.decisions.append([Decision("same", one, other, "tester", "2025-01-02T03:04:05Z", "a test")])


def test_a_store_that_cannot_be_read_any_more_is_served_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store"
    load(path, ("one", "r0", 5))
    with running(path, limits="{'workers': 1}") as endpoint:
        (path / "store.json").rename(path / "gone.json")
        (path / "sources" / "two.nq.gz").write_bytes(b"nonsense")
        until(lambda: any("not served yet" in line for line in endpoint.log))
        assert rows(endpoint, ROLES) == [{"role": "r0"}]


def test_a_damaged_source_is_told_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "store"
    load(path, ("one", "r0", 5), ("two", "r0", 5))
    with running(path, limits="{'workers': 1}") as endpoint:
        (path / "sources" / "two.nq.gz").write_bytes(b"nonsense")
        until(lambda: len(rows(endpoint, COUNTS)) == 1)
        assert any("'two'" in line and "damaged" in line for line in endpoint.log)


PAGES = """
from starlette.responses import PlainTextResponse
from starlette.routing import Route
def count(graph, word):
    return f"{word} {sum(graph.status().links.values())}"
async def page(request):
    return PlainTextResponse(await request.app.state.service.call(request, count, request.path_params["word"]))
routes = [Route("/id/{word:path}", page)]
"""


def test_pages_are_routes_beside_the_endpoint_and_see_the_present_store(tmp_path: Path) -> None:
    (tmp_path / "pages_of_a_test.py").write_text(PAGES)
    path = tmp_path / "store"
    load(path, ("one", "r0", 5))
    routes = f"__import__('sys').path.insert(0, {str(tmp_path)!r}) or __import__('pages_of_a_test').routes"
    options = f"{{'routes': {routes}, 'token': 'sesame'}}"
    key = {"Authorization": "Bearer sesame"}
    with running(path, limits="{'workers': 1}", options=options) as endpoint:
        page = endpoint.send("GET", "/id/organization/a", key)
        assert (page.status, page.text) == (200, "organization/a 5")
        assert endpoint.send("GET", "/id/organization/a").status == 401
        load(path, ("two", "r0", 3))
        until(lambda: endpoint.send("GET", "/id/b", key).text == "b 8")
        assert endpoint.stop() == 0
