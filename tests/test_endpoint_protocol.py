"""The endpoint's HTTP: formats, methods, CORS, tags, compression, statuses, and what it says of itself."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import multilateral
import pyoxigraph as ox
import pytest
from multilateral.ontology.errors import MultilateralError
from multilateral.queries.endpoint.asked import read
from multilateral.queries.endpoint.errors import Refused
from multilateral.queries.endpoint.formats import GRAPH, ROWS, choose, negotiate
from multilateral.queries.endpoint.guard import scan
from multilateral.queries.endpoint.limits import Limits

from .endpoint_server import Endpoint, running

LINKS = "SELECT (COUNT(*) AS ?n) { ?link a ml:Link }"
SOME = "SELECT ?s { ?s a ml:Link } ORDER BY ?s LIMIT 3"
TRIPLES = "CONSTRUCT { ?s a ml:Link } WHERE { ?s a ml:Link } LIMIT 3"
MANY = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 2000"
ROWS_OF = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("protocol") / "store"
    multilateral.open(path).load("five-documents")
    return path


@pytest.fixture(scope="module")
def endpoint(store: Path) -> Iterator[Endpoint]:
    with running(store, limits="{'workers': 2, 'body': 64}") as found:
        yield found


def number(answer: Any) -> int:
    return int(json.loads(answer.body)["results"]["bindings"][0]["n"]["value"])


# --- asking ----------------------------------------------------------------------------------------------------


def test_get_form_and_direct_post_answer_the_same(endpoint: Endpoint) -> None:
    got = endpoint.query(LINKS)
    form = endpoint.send(
        "POST",
        "/sparql",
        {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
        urlencode({"query": LINKS}).encode(),
    )
    direct = endpoint.send("POST", "/sparql", {"Content-Type": "application/sparql-query"}, LINKS.encode())
    assert got.status == form.status == direct.status == 200
    assert number(got) == number(form) == number(direct) > 100


def test_the_dataset_of_the_protocol_speaks_before_from(endpoint: Endpoint, store: Path) -> None:
    graph = "https://w3id.org/multilateral/id/source/wipo-cdip-24"
    other = "https://w3id.org/multilateral/id/source/apctt-gc-20"
    all_links = number(endpoint.query(LINKS))
    one = number(endpoint.query(LINKS, **{"default-graph-uri": graph}))
    assert 0 < one < all_links
    by_from = LINKS.replace("{", f"FROM <{graph}> {{", 1)
    assert number(endpoint.query(by_from)) == one
    two = number(endpoint.query(by_from, **{"default-graph-uri": other}))
    assert two not in (one, all_links)
    named = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert number(endpoint.query(named)) >= 6
    assert number(endpoint.query(named, **{"named-graph-uri": graph})) == 1
    assert number(endpoint.query(LINKS, **{"default-graph-uri": "https://nowhere.example/"})) == 0


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", "/sparql?query=", {}, None, 400),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, None, 400),
        ("GET", "/sparql?query=%FF", {}, None, 400),
        ("GET", "/sparql?query=ASK%7B%7D&format=docx", {}, None, 400),
        ("POST", "/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"x=1", 400),
        ("POST", "/sparql", {"Content-Type": "text/plain"}, b"ASK {}", 415),
        ("POST", "/sparql", {}, b"ASK {}", 415),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query; charset=UTF-16"}, b"ASK {}", 415),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query"}, b"ASK {} # \xff", 400),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query"}, b"ASK {}" + b" " * 70_000, 413),
        ("GET", "/sparql?query=ASK%7B%7D" + "%20" * 15_000, {}, None, 200),
        ("GET", "/sparql?query=ASK%7B%7D" + "+" * 70_000, {}, None, 414),
        ("GET", "/sparql?query=ASK%7B%7D" + "+" * 1_000_000, {}, None, 414),
        ("GET", "/sparql?query=ASK%7B%7D", {"X": "x" * 70_000}, None, 431),
        ("PUT", "/sparql", {}, b"", 405),
        ("DELETE", "/sparql?query=ASK%7B%7D", {}, None, 405),
        ("GET", "/nowhere", {}, None, 404),
        ("GET", "/sparql?query=SELECT%20*%20%7B%7D", {"Accept": "image/png"}, None, 406),
        ("GET", "/sparql?query=SELECT%20*%20%7B%7D", {"Accept": "text/turtle"}, None, 406),
    ],
)
def test_errors_have_their_own_status(
    endpoint: Endpoint, method: str, path: str, headers: dict[str, str], body: bytes | None, status: int
) -> None:
    answer = endpoint.send(method, path, headers, body)
    assert answer.status == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"].startswith("text/plain")
        assert status == 404 or answer.text.strip().endswith(".")
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELECT ?s\nWHERE { ?s a ml:Link ) }", "line 2, column 22, near ') }'"),
        ("SELECT ?s\nWHERE { ?s a ml:Link", "line 2, column 21, where it ends too early"),
        ("SELECT ?s { ?s a nobody:Knows }", "line 1, column 30, near ' }' (prefix not found)"),
    ],
)
def test_wrong_syntax_is_told_with_its_line_and_column(endpoint: Endpoint, query: str, place: str) -> None:
    answer = endpoint.query(query)
    assert answer.status == 400
    assert answer.text == f"The SPARQL text is wrong at {place}.\n"


def test_an_unknown_function_is_the_clients_error_and_costs_no_worker(endpoint: Endpoint) -> None:
    before = endpoint.workers()
    answer = endpoint.query("SELECT (<http://example.org/f>(1) AS ?x) {}")
    assert (answer.status, "http://example.org/f" in answer.text) == (400, True)
    assert endpoint.workers() == before


# --- formats ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", ROWS_OF)
def test_every_format_of_results(endpoint: Endpoint, media: str) -> None:
    answer = endpoint.query(SOME, media)
    assert answer.headers["content-type"].partition(";")[0] == media
    rows: Any = ox.parse_query_results(answer.body, ROWS_OF[media]) if media != "text/csv" else answer.text.split()[1:]
    assert len(list(rows)) == 3


@pytest.mark.parametrize(
    "media", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_every_format_of_graphs(endpoint: Endpoint, media: str) -> None:
    answer = endpoint.query(TRIPLES, media)
    assert answer.headers["content-type"].partition(";")[0] == media
    assert len(list(ox.parse(answer.body, ox.RdfFormat.from_media_type(media)))) == 3


@pytest.mark.parametrize(
    ("accept", "rows", "graph"),
    [
        (None, "json", "ttl"),
        ("", "json", "ttl"),
        ("*/*", "json", "ttl"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml", "rdf"),
        ("text/*", "csv", "ttl"),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.9", "xml", None),
        ("TEXT/CSV ; Q=1.0", "csv", None),
        ("application/*;q=0.5, text/csv", "csv", "nt"),
        ("*/*;q=0.1, application/sparql-results+json;q=0", "xml", "ttl"),
        ("application/json", "json", "jsonld"),
        ("text/csv;q=nonsense, text/tab-separated-values;q=0.1", "tsv", None),
        ("image/png", None, None),
        ("text/plain", None, "nt"),
    ],
)
def test_negotiation(accept: str | None, rows: str | None, graph: str | None) -> None:
    choice = choose(accept)
    assert (choice.rows and choice.rows[1], choice.graph and choice.graph[1]) == (rows, graph)


def test_negotiation_prefers_the_closest_range() -> None:
    assert negotiate("*/*, text/turtle;q=0.1", GRAPH) == ("application/n-triples", "nt")
    assert negotiate("text/*;q=0.9, application/sparql-results+json;q=0.9", ROWS) == ROWS[0]


def test_a_program_that_cannot_send_accept_names_the_format(endpoint: Endpoint) -> None:
    answer = endpoint.query(SOME, format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert endpoint.query(SOME, format="ttl").status == 406


# --- HTTP ------------------------------------------------------------------------------------------------------


def test_head_says_what_get_would(endpoint: Endpoint) -> None:
    got, head = endpoint.query(SOME), endpoint.query(SOME, method="HEAD")
    assert head.status == 200 and head.body == b""
    for name in ("content-type", "content-length", "etag"):
        assert head.headers[name] == got.headers[name]
    assert endpoint.query("SELECT", method="HEAD").status == 400


def test_options_and_cors(endpoint: Endpoint) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = endpoint.send("OPTIONS", "/sparql", asked)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    for found in (endpoint.query(SOME), endpoint.query("SELECT")):
        assert found.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in found.headers


def test_a_tag_names_the_version_and_the_form(endpoint: Endpoint) -> None:
    first = endpoint.query(SOME)
    path = "/sparql?" + urlencode({"query": SOME})
    again = endpoint.send("GET", path, {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    several = endpoint.send("GET", path, {"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert several.status == 304
    csv = endpoint.send("GET", path, {"If-None-Match": first.headers["etag"], "Accept": "text/csv"})
    assert csv.status == 200 and csv.headers["etag"] != first.headers["etag"]
    assert endpoint.send("GET", path, {"If-None-Match": '"old-json"'}).status == 200


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "1-RAND()", "BNODE()"])
def test_an_answer_that_changes_each_time_has_no_tag(endpoint: Endpoint, call: str) -> None:
    answer = endpoint.query(f"SELECT ({call} AS ?x) {{}}")
    assert answer.status == 200
    assert "etag" not in answer.headers and answer.headers["cache-control"] == "no-store"


def test_compression_where_it_is_wanted_and_worth_it(endpoint: Endpoint) -> None:
    path = "/sparql?" + urlencode({"query": MANY})
    bare = endpoint.send("GET", path)
    packed = endpoint.send("GET", path, {"Accept-Encoding": "gzip, deflate, br"})
    assert "content-encoding" not in bare.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == bare.body
    assert len(packed.body) * 4 < len(bare.body)
    assert packed.headers["etag"] != bare.headers["etag"]
    assert "Accept-Encoding" in packed.headers["vary"]
    refused = endpoint.send("GET", path, {"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers
    tag = {"If-None-Match": packed.headers["etag"]}
    assert endpoint.send("GET", path, {**tag, "Accept-Encoding": "gzip"}).status == 304
    assert endpoint.send("GET", path, tag).status == 200
    small = endpoint.send("GET", "/sparql?query=ASK%7B%7D", {"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


def test_a_large_result_comes_whole(endpoint: Endpoint) -> None:
    everything = "SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } }"
    answer = endpoint.query(everything, "text/tab-separated-values")
    assert len(answer.body) == int(answer.headers["content-length"]) > 3_000_000
    counted = number(endpoint.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"))
    assert answer.body.count(b"\n") == counted + 1


# --- what it says of itself ------------------------------------------------------------------------------------


def test_void_counts_what_is_there(endpoint: Endpoint) -> None:
    answer = endpoint.send("GET", "/.well-known/void")
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    described = ox.Store()
    described.load(answer.body, ox.RdfFormat.TURTLE)
    void = "PREFIX void: <http://rdfs.org/ns/void#> "

    def said(pattern: str) -> dict[str, int]:
        rows: Any = described.query(
            f"{void} SELECT ?key ?n {{ ?set a void:DatasetDescription ; foaf:topic ?me . {pattern} }}",
            prefixes={"foaf": "http://xmlns.com/foaf/0.1/"},
        )
        return {row["key"].value: int(row["n"].value) for row in rows}

    names = ("triples", "entities", "classes", "properties", "distinctSubjects", "distinctObjects")
    totals = said(f"VALUES ?key {{ {' '.join('void:' + n for n in names)} }} ?me ?key ?n")
    expected = {
        "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c }",
        "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
        "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
        "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    }
    assert totals == {f"http://rdfs.org/ns/void#{k}": number(endpoint.query(q)) for k, q in expected.items()}
    classes = said("?me void:classPartition [ void:class ?key ; void:entities ?n ]")
    link = "https://w3id.org/multilateral/ontology#Link"
    assert classes[link] == number(endpoint.query(LINKS))
    properties = said("?me void:propertyPartition [ void:property ?key ; void:triples ?n ]")
    assert sum(properties.values()) == totals["http://rdfs.org/ns/void#triples"]
    graphs = said("?me void:subset ?key . ?key void:triples ?n")
    assert len(graphs) == number(endpoint.query("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"))
    assert sum(graphs.values()) == number(endpoint.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"))
    again = endpoint.send("GET", "/.well-known/void", {"If-None-Match": answer.headers["etag"]})
    assert again.status == 304
    assert endpoint.send("HEAD", "/.well-known/void").status == 200
    assert endpoint.send("POST", "/.well-known/void", body=b"").status == 405


# --- the pieces ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <x:a> <x:b> <x:c> }",
        "PREFIX a: <http://a/> # note\n delete where { ?s ?p ?o }",
        "LOAD <http://example.org/>",
        "BASE <http://a/> CLEAR ALL",
        "WITH <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1/> ASK { SERVICE:x { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1/> ASK { SERVICE:x # note\n { ?s ?p ?o } }",
        "ASK { ?s ?p 1SERVICE<http://127.0.0.1/>{ ?s ?p ?o } }",
        "ASK { ?s ?p 1.SERVICE<http://127.0.0.1/>{ ?s ?p ?o } }",
        r"PREFIX x: <x:> ASK { ?s ?p x:a\' . SERVICE <http://127.0.0.1/> { ?s ?p ?o } #'" + "\n}",
        "ASK { ?s ?p 'a' . SERVICE<http://a/>{} ?s ?p 'b' }",
        "ASK { FILTER(?a<?b) SERVICE ?x { ?c ?d ?e } FILTER(?c>?d) }",
    ],
)
def test_what_writes_or_reaches_out_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        scan(text, "http://localhost/sparql", Limits())
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?service ?insert 'SERVICE <http://a/> { }' }",
        'SELECT * { ?s ?p """ " SERVICE "" x """ }',
        "SELECT * { ?s ?p '''it's '' SERVICE'''@en-service }",
        "SELECT * { ?s <http://a/SERVICE> ?load } # SERVICE <x:y> {}",
        "PREFIX service: <http://a/> SELECT * { ?s service:delete ?o }",
        "SELECT * { ?s ml:SERVICE ?o }",
        "SELECT (COUNT(*) AS ?load) { ?s ?p $service }",
        r"SELECT * { ?s ?p 'a\'SERVICE' }",
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert scan(text, "http://localhost/sparql", Limits()).steady


def test_the_graphs_of_from_are_found_with_prefixes_and_base() -> None:
    text = """PREFIX g: <http://a/g/> BASE <http://b/> PREFIX r: <rel/>
              SELECT * FROM g:one FROM NAMED <two> from named <http://c/> FROM r:three WHERE { ?s ?p <http://d/> }"""
    assert scan(text, "http://localhost/", Limits()).graphs == (
        "http://a/g/one",
        "http://b/two",
        "http://c/",
        "http://b/rel/three",
    )


def test_a_long_text_is_scanned_in_no_time() -> None:
    import time

    for piece in ("a.", "a-", "x" * 50 + " ", "'", '"""', "<", "a:", "\\", "1.", "<a", "a.b:"):
        text = "SELECT * { " + piece * (1_000_000 // len(piece))
        begun = time.perf_counter()
        scan(text, "http://localhost/", Limits())
        assert time.perf_counter() - begun < 3, piece


def test_refusals_are_errors_of_ours() -> None:
    with pytest.raises(MultilateralError):
        read("GET", b"update=CLEAR+ALL", "", b"", Limits())


# --- who may ask -----------------------------------------------------------------------------------------------


def test_a_token_is_asked_for_and_no_secret_is_logged(store: Path) -> None:
    with running(store, limits="{'workers': 1}", options="{'token': 'open-sesame'}") as endpoint:
        path = "/sparql?" + urlencode({"query": "ASK { ?s ?p 'whispered' }"})
        bare = endpoint.send("GET", path)
        assert bare.status == 401 and "Bearer" in bare.headers["www-authenticate"]
        assert endpoint.send("GET", path, {"Authorization": "Bearer wrong"}).status == 401
        assert endpoint.send("GET", "/.well-known/void").status == 401
        assert endpoint.send("GET", path, {"Authorization": "Bearer open-sesame"}).status == 200
        basic = base64.b64encode(b"anybody:open-sesame").decode()
        assert endpoint.send("GET", path, {"Authorization": f"Basic {basic}"}).status == 200
        assert endpoint.send("OPTIONS", path).status == 204
        assert endpoint.stop() == 0
    log = "\n".join(endpoint.log)
    assert "/sparql 200" in log and "/sparql 401" in log
    assert not any(secret in log for secret in ("sesame", "whispered", basic, "wrong"))
