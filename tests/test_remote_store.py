"""A SPARQL service in place of a store: the same answers, or one sentence, never half of them."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import multilateral
import pytest
import requests
from click.testing import CliRunner, Result
from multilateral.cli.main import ONLY_FOLDERS, cli
from multilateral.graph.remote.address import Address
from multilateral.graph.remote.push import push
from multilateral.graph.remote.reading_query import form_of, with_prefixes
from multilateral.graph.remote.service import Service
from multilateral.graph.store import Store
from multilateral.ontology.errors import BadParameter, BadQuery
from multilateral.ontology.model import ML
from multilateral.queries.catalogue import catalogue

from .conftest import Workshop, source
from .endpoint_server import running
from .fuseki_server import FusekiServer
from .test_mirror_sparql import TDB2, corrected, sample

PASSWORD = "a-Sécret-w0rd"
KINDS = ("served", "plain", "union", "mirror")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One cache for all tests of this file, and nobody's password."""
    for name in [n for n in os.environ if n.startswith("MULTILATERAL_SPARQL")]:
        monkeypatch.delenv(name)
    path = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(path))
    return path


def run(store: Path | str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--store", str(store), *arguments], catch_exceptions=False)


def sentence(result: Result, status: int = 1) -> str:
    """The error of a command, which is one line; nothing came out beside it."""
    assert result.exit_code == status, result.output
    lines = [line for line in result.stderr.splitlines() if not line.startswith("Note: ")]
    assert len(lines) == 1 and lines[0].startswith("Error: "), result.stderr
    assert result.stdout == ""
    return lines[0]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("remote") / "store"
    assert CliRunner().invoke(cli, ["--store", str(path), "load", "five-documents"]).exit_code == 0
    return path


def put(server: FusekiServer, path: Path, kind: str = "application/n-quads", **where: str) -> None:
    with path.open("rb") as body:
        requests.post(
            f"{server.base}/data", data=body, params=where, headers={"Content-Type": kind}, timeout=60
        ).raise_for_status()


@pytest.fixture(scope="module")
def services(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Four services with the same content: ours, and Fuseki with our N-Quads twice, and as a mirror."""
    quads = tmp_path_factory.mktemp("export") / "all.nq"
    multilateral.open(store).export("nquads", quads)
    with contextlib.ExitStack() as held:
        served = held.enter_context(running(store))
        plain = held.enter_context(FusekiServer())
        union = held.enter_context(FusekiServer(config=TDB2))
        mirror = held.enter_context(FusekiServer())
        put(plain, quads)
        put(union, quads)
        with Service(Address(mirror.url)) as service:
            push(Store.open(store), service)
        yield {
            "served": f"{served.address}/sparql",
            "plain": plain.url,
            "union": union.url,
            "mirror": mirror.url,
        }


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, services: dict[str, str]) -> str:
    return services[request.param]


# --- the same answers ------------------------------------------------------------------------------------------------

QUESTIONS = [
    ("query", name, *(w for k, v in question.example.items() for w in ("-p", f"{k}={v}")))
    for name, question in catalogue().items()
]
LOOKS = [
    ("status",),
    ("sources",),
    ("validate",),
    ("find", "OIE"),
    ("find", "organistion mondiale sante"),
    ("find", "Uzbekistan", "--type", "Country"),
    ("show", "OIE"),
    ("show", "UNICRI", "--lang", "fr", "--as-of", "2010"),
    ("show", "doc-004"),
    ("explain", "OIE", "UNICRI"),
    ("explain", "UNECE", "Uzbekistan", "--limit", "3"),
    ("cypher", "MATCH (a)-[r:FUNDS]->(b) RETURN a.name, b.name, r.documents, r.locators ORDER BY r.iri"),
    ("analyze", "centrality", "-p", "measure=betweenness", "-p", "limit=20", "--type", "Organization"),
    ("analyze", "brokers", "-p", "limit=20"),
    ("analyze", "communities"),
]


def told(result: Result) -> tuple[int, list[Any]]:
    assert result.exit_code in (0, 1) and result.stdout, result.output
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize("command", QUESTIONS + LOOKS, ids=lambda c: " ".join(c[:2]))
def test_a_command_gives_the_rows_of_the_store(command: tuple[str, ...], url: str, store: Path) -> None:
    here = told(run(store, *command, "--format", "json"))
    assert here[1] or command[0] == "validate"
    assert told(run(url, *command, "--format", "json")) == here


def test_there_are_33_questions() -> None:
    assert len(QUESTIONS) == 33


@pytest.mark.parametrize("to", ["csv", "graphml", "nquads"])
def test_an_export_is_that_of_the_store(to: str, url: str, store: Path, tmp_path: Path) -> None:
    said = [run(place, "export", "--to", to, "-o", str(tmp_path / n)) for n, place in (("a", store), ("b", url))]
    assert [r.exit_code for r in said] == [0, 0]
    assert said[0].stdout.replace("/a.", "/b.") == said[1].stdout.replace("/a.", "/b.")

    def lines(path: Path) -> list[str]:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return sorted(line for file in files for line in file.read_text(encoding="utf-8").splitlines())

    assert lines(tmp_path / "b") == lines(tmp_path / "a")


def test_a_map_holds_the_things_and_links_of_the_store(url: str, store: Path, tmp_path: Path) -> None:
    pages = []
    for name, place in (("a", store), ("b", url)):
        result = run(place, "map", "--focus", "UNICRI", "--depth", "2", "-o", str(tmp_path / name))
        assert result.exit_code == 0, result.output
        pages.append((tmp_path / name).read_text(encoding="utf-8"))
    assert sorted(pages[0].split(",")) == sorted(pages[1].split(","))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(DISTINCT ?link) AS ?n) WHERE { ?link a ml:Link ; ml:relation ml:funds }",
        "SELECT ?g (COUNT(?link) AS ?n) WHERE { GRAPH ?g { ?link a ml:Link } } GROUP BY ?g ORDER BY ?g",
        f"PREFIX m: <{ML}> ASK {{ ?body a m:UNBody }}",
    ],
)
def test_the_text_of_a_user_is_answered_by_the_service(text: str, url: str, store: Path) -> None:
    assert told(run(url, "sparql", text, "--format", "json")) == told(run(store, "sparql", text, "--format", "json"))


def test_triples_come_as_rows(url: str) -> None:
    rows = told(run(url, "sparql", "CONSTRUCT { ?l a ml:Link } WHERE { ?l ml:relation ml:funds }", "--format", "json"))
    assert rows[1] and {row["predicate"] for row in rows[1]} == {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type"}


def test_python_opens_a_service_like_a_store(url: str, store: Path) -> None:
    here, there = multilateral.open(store), multilateral.open(url, notice=lambda sentence: None)
    assert there.query("partners-of", org="UNICRI").equals(here.query("partners-of", org="UNICRI"))
    assert [f.thing for f in there.find("OIE")] == [f.thing for f in here.find("OIE")]
    assert there.to_networkx(as_of="2012").number_of_edges() == here.to_networkx(as_of="2012").number_of_edges()
    assert there.sparql("ASK { ?x a ml:Link }") is True
    with pytest.raises(BadParameter, match="only read"):
        there.load("five-documents")
    with pytest.raises(BadParameter, match="only read"):
        there.forget("unece-ceci-2007")


# --- what is copied, and when ----------------------------------------------------------------------------------------


def notes(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line for line in result.stderr.splitlines() if line.startswith("Note: ")]


def test_a_copy_is_made_once_and_only_what_changed_is_read_again(workshop: Workshop) -> None:
    sample(workshop)
    with FusekiServer() as server:
        quads = workshop.path / "all.nq"
        multilateral.open(workshop.path).export("nquads", quads)
        put(server, quads)
        (first,) = notes(run(server.url, "status"))
        assert " in 2 of 2 graphs of http://127.0.0.1" in first
        assert notes(run(server.url, "status")) == []
        # An amount is corrected: the number of triples stays, what they say does not.
        corrected(workshop)
        multilateral.open(workshop.path).export("nquads", quads)
        requests.delete(f"{server.base}/data", params={"graph": f"{source('report').iri}"}, timeout=60)
        put(server, quads)
        (second,) = notes(run(server.url, "status"))
        assert " in 1 of 2 graphs of " in second
        for place in (server.url, workshop.path):
            rows = told(run(place, "show", "Highly pathogenic emerging diseases", "--format", "json"))
            assert "7.5" in json.dumps(rows)


def test_a_mirror_that_is_pushed_again_is_read_again(workshop: Workshop) -> None:
    store = sample(workshop, brief=True)
    with FusekiServer() as server, Service(Address(server.url)) as service:
        push(store, service)
        (first,) = notes(run(server.url, "sources"))
        assert "Copying 2 of 2 sources of the mirror" in first
        assert notes(run(server.url, "sources")) == []
        push(corrected(workshop, brief=True), service)
        assert "Copying 1 of 2 sources of the mirror" in notes(run(server.url, "sources"))[0]
        workshop.forget("report")
        push(Store.open(workshop.path), service)
        assert [r["id"] for r in told(run(server.url, "sources", "--format", "json"))[1]] == ["names"]


def test_triples_in_the_default_graph_and_in_graphs_of_others_are_sources(store: Path, tmp_path: Path) -> None:
    graph = multilateral.open(store)
    graph.export("turtle", tmp_path / "all.ttl")
    with FusekiServer() as server:
        put(server, tmp_path / "all.ttl", "text/turtle", default="")
        found = told(run(server.url, "sources", "--format", "json"))[1]
        assert [(row["id"], row["title"]) for row in found] == [("default-graph", f"The default graph of {server.url}")]
        same = ("query", "partners-of", "-p", "org=UNICRI", "--format", "json")
        assert told(run(server.url, *same)) == told(run(store, *same))
        (tmp_path / "body.ttl").write_text(f'<urn:o> a <{ML}UNBody> ; <{ML}acronym> "XYZZY"@en .')
        put(server, tmp_path / "body.ttl", "text/turtle", graph="https://example.org/their-graph")
        found = told(run(server.url, "sources", "--format", "json"))[1]
        assert [row["id"] for row in found] == ["default-graph", "example-org-their-graph"]
        assert told(run(server.url, *same)) == told(run(store, *same))
        assert [row["matched"] for row in told(run(server.url, "find", "XYZZY", "--format", "json"))[1]] == ["XYZZY"]


def test_records_that_are_not_whole_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    text = f"<urn:l> a <{ML}Link> ; <{ML}relation> <{ML}funds> . <urn:o> a <{ML}Organization> ; " + (
        '<http://www.w3.org/2004/02/skos/core#prefLabel> "Body"@en .'
    )
    (tmp_path / "a.ttl").write_text(text)
    with FusekiServer() as server:
        put(server, tmp_path / "a.ttl", "text/turtle", default="")
        result = run(server.url, "find", "Body", "--format", "json")
        assert [row["thing"]["name"] for row in told(result)[1]] == ["Body"]
        assert "left out 1 × record that is not whole" in result.stderr


def test_a_service_with_nothing_of_ours_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    with FusekiServer() as server:
        put(server, tmp_path / "a.ttl", "text/turtle", graph="urn:g")
        for command in (["status"], ["find", "OIE"], ["query", "platforms"], ["export", "--to", "csv", "-o", "x"]):
            assert "holds no thing and no link in the terms of multilateral" in sentence(run(server.url, *command))
        rows = told(run(server.url, "sparql", "SELECT ?o { GRAPH ?g { ?s ?p ?o } }", "--format", "json"))[1]
        assert rows == [{"o": "urn:c"}]


def test_a_push_that_was_cut_off_is_told(workshop: Workshop) -> None:
    from multilateral.graph.remote.layout import MANIFEST

    store = sample(workshop, brief=True)
    with FusekiServer() as server, Service(Address(server.url)) as service:
        push(store, service)
        value = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value"
        service.update(
            f"DELETE {{ GRAPH <{MANIFEST}> {{ ?s <{value}> ?v }} }} "
            f'INSERT {{ GRAPH <{MANIFEST}> {{ ?s <{value}> \'{{"sum": "x"}}\' }} }} '
            f"WHERE {{ GRAPH <{MANIFEST}> {{ ?s <{value}> ?v }} FILTER(?s = <{MANIFEST}/report>) }}"
        )
        assert "was cut off (report)" in sentence(run(server.url, "status"))


def test_a_copy_is_for_its_owner_alone(services: dict[str, str], cache: Path) -> None:
    assert run(services["plain"], "status").exit_code == 0
    folders = list((cache / "multilateral" / "services").iterdir())
    assert folders and all(folder.stat().st_mode & 0o077 == 0 for folder in folders)
    assert not list(cache.rglob("making-*"))


# --- wrong usage -----------------------------------------------------------------------------------------------------

WRITING = {
    "load": ["load", "five-documents"],
    "forget": ["forget", "unece-ceci-2007"],
    "mirror": ["mirror", "pull", "http://127.0.0.1:9/other"],
    "reconcile": ["reconcile", "--same", "a", "b"],
    "serve": ["serve"],
}


@pytest.mark.parametrize("name", ONLY_FOLDERS)
def test_a_command_that_writes_needs_a_folder(name: str) -> None:
    said = sentence(run("http://127.0.0.1:9/sparql", *WRITING[name]), status=2)
    assert f"`{name}` needs a store in a folder" in said
    assert run("http://127.0.0.1:9/sparql", name, "--help").exit_code == 0


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "PREFIX select: <urn:select> # SELECT\nDELETE WHERE { ?s ?p ?o }",
        "BASE <urn:x>\nclear all",
        "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_an_update_is_refused_before_anything_is_sent(text: str) -> None:
    assert "is an update" in sentence(run("http://127.0.0.1:9/sparql", "sparql", text), status=2)


def test_forms_and_prefixes() -> None:
    assert form_of("#select\nbase <urn:insert> prefix ask: <urn:a#b> construct { } where { }") == "construct"
    with pytest.raises(BadQuery):
        form_of("hello")
    with pytest.raises(BadQuery):
        form_of("# nothing")
    assert with_prefixes("ASK { ?s ?p 'ml:x' }") == "ASK { ?s ?p 'ml:x' }"
    own = "PREFIX ml: <urn:mine>\nASK { ?s a ml:Link }"
    assert with_prefixes(own) == own
    assert with_prefixes("ASK { ?s a ml:Link }") == f"PREFIX ml: <{ML}> ASK {{ ?s a ml:Link }}"


@pytest.mark.parametrize("url", ["ftp://example.org/x", "bolt://localhost:7687"])
def test_other_urls_are_no_store(url: str) -> None:
    result = run(url, "status")
    assert result.exit_code == 2 and "SPARQL service" in result.stderr


def test_a_password_in_the_url_is_refused_and_not_shown() -> None:
    said = sentence(run(f"http://user:{PASSWORD}@127.0.0.1:9/sparql", "status"), status=2)
    assert PASSWORD not in said


def test_a_wrong_query_is_told_with_the_words_of_the_service(url: str) -> None:
    said = sentence(run(url, "sparql", "SELECT ?x WHERE { ?x a ml: : }"))
    assert "refused the query (" in said


# --- services that behave badly --------------------------------------------------------------------------------------

JSON = "application/sparql-results+json"
HTML = b"<html><head><title>Maintenance</title></head><body>Down for maintenance</body></html>"
Answer = tuple[int, dict[str, str], bytes]


class Bad:
    """A real HTTP server that answers as it is told; ``asked`` are the queries that came."""

    def __init__(self, answer: Callable[[str, dict[str, str]], Answer | None]) -> None:
        self.asked: list[str] = []
        self.signed: list[str | None] = []
        self.ended = threading.Event()
        me = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                self.reply(parse_qs(body).get("query", [""])[0])

            def do_GET(self) -> None:
                self.reply(parse_qs(self.path.partition("?")[2]).get("query", [""])[0])

            def do_HEAD(self) -> None:
                self.do_GET()

            def reply(self, query: str) -> None:
                me.asked.append(query)
                me.signed.append(self.headers.get("Authorization"))
                found = answer(query, dict(self.headers))
                if found is None:
                    me.ended.wait(60)
                    return
                status, headers, body = found
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sparql"

    def __enter__(self) -> Bad:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


def table(*rows: str) -> bytes:
    bindings = [{"s": {"type": "literal", "value": row}} for row in rows]
    return json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": bindings}}).encode()


BEHAVIOUR: dict[str, tuple[Answer | None, str]] = {
    "a page with status 200": ((200, {"Content-Type": "text/html"}, HTML), "page for people"),
    "an error inside of 200": (
        (200, {"Content-Type": JSON}, table("a")[:-3] + b"\nVirtuoso 42000 Error The estimated execution time"),
        "lack of time",
    ),
    "no whole result": ((200, {"Content-Type": JSON}, table("a", "b")[:-20]), "no whole result"),
    "a body that breaks off": (
        (200, {"Content-Type": JSON, "Content-Length": "10000"}, table("a", "b")),
        "broke off in the middle",
    ),
    "endless silence": (None, "has not answered within 1 seconds"),
    "too busy": ((503, {"Retry-After": "120", "Content-Type": "text/html"}, HTML), "is too busy"),
    "rows cut off": (
        (200, {"Content-Type": JSON, "X-SPARQL-MaxRows": "2"}, table("a", "b")),
        "cut the answer off at a limit of its own",
    ),
    "round in circles": ((302, {"Location": "/sparql"}, b""), "sends requests round in circles"),
    "moved": ((301, {"Location": "/new/sparql"}, b""), "/new/sparql; give that address instead"),
    "nothing there": ((404, {"Content-Type": "text/html"}, HTML), "has nothing at this address"),
    "no right": ((403, {}, b""), "gives no right"),
    "who are you": ((401, {"WWW-Authenticate": "Basic"}, b""), "wants a user and a password"),
    "an error": ((500, {"Content-Type": "text/plain"}, b"java.lang.NullPointerException"), "failed with status 500"),
    "empty": ((200, {"Content-Type": JSON}, b""), "no whole result"),
}


@pytest.mark.parametrize("kind", BEHAVIOUR)
@pytest.mark.parametrize("command", [("sparql", "SELECT ?s { ?s ?p ?o }"), ("status",), ("query", "platforms")])
def test_bad_behaviour_is_one_sentence(
    kind: str, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    answer, words = BEHAVIOUR[kind]
    monkeypatch.setenv("MULTILATERAL_SPARQL_SECONDS", "1")
    with Bad(lambda query, headers: answer) as bad:
        said = sentence(run(bad.url, *command, "--format", "json"))
        assert words in said and bad.url in said
    assert len(said) < 500


def test_nothing_listens() -> None:
    assert "does not answer (Connection refused)" in sentence(run("http://127.0.0.1:9/sparql", "status"))


def passed_on(server: FusekiServer, query: str, accept: str) -> Answer:
    """What a real service says to a query."""
    found = requests.post(server.url, data={"query": query}, headers={"Accept": accept}, timeout=60)
    return found.status_code, {"Content-Type": found.headers["Content-Type"]}, found.content


@pytest.mark.parametrize("most", [900, 150])
@pytest.mark.parametrize("header", [{"X-SPARQL-MaxRows": "{most}"}, {}], ids=["told", "silent"])
@pytest.mark.parametrize("pages", [True, False], ids=["pages", "no pages"])
def test_a_limit_of_rows_is_read_around_or_told(
    most: int, header: dict[str, str], pages: bool, workshop: Workshop, store: Path
) -> None:
    """As Virtuoso does it: every answer of triples ends at the limit, with or without a word about it.

    Where the next page is not the next page, it is read in parts of 400 at the least.
    """
    lines: list[int] = []

    def answer(query: str, headers: dict[str, str]) -> Answer:
        if "CONSTRUCT" not in query:
            return passed_on(server, query, headers["Accept"]) if query else (404, {}, b"")
        asked = query if pages else re.sub(r"OFFSET \d+", "", query)
        status, kept, body = passed_on(server, asked, "application/n-triples")
        whole = sorted(body.splitlines(keepends=True))
        lines.append(len(whole))
        return status, kept | {k: v.format(most=most) for k, v in header.items()}, b"".join(whole[:most])

    quads = workshop.path.parent / "all.nq"
    multilateral.open(store).export("nquads", quads, source="unece-ceci-2007")
    with FusekiServer() as server, Bad(answer) as bad:
        put(server, quads)
        result = run(bad.url, "status", "--format", "json")
        assert max(lines) > most
        if pages or most == 900:
            counted = {row["what"]: row["count"] for row in told(result)[1]}
            here = run(server.url, "status", "--format", "json")
            assert counted == {row["what"]: row["count"] for row in told(here)[1]}
        else:
            said = sentence(result)
            assert "of the graph" in said or "cut the answer off" in said


def test_a_graph_that_breaks_off_is_no_graph(workshop: Workshop) -> None:
    def answer(query: str, headers: dict[str, str]) -> Answer:
        if "CONSTRUCT" not in query:
            return passed_on(server, query, headers["Accept"]) if query else (404, {}, b"")
        status, kept, body = passed_on(server, query, "application/n-triples")
        return status, kept | {"Content-Length": str(len(body))}, body[: len(body) // 2]

    sample(workshop, brief=True)
    quads = workshop.path.parent / "all.nq"
    multilateral.open(workshop.path).export("nquads", quads)
    with FusekiServer() as server, Bad(answer) as bad:
        put(server, quads)
        assert "broke off in the middle of its answer" in sentence(run(bad.url, "status"))
        assert "broke off in the middle of its answer" in sentence(run(bad.url, "export", "--to", "csv", "-o", "x"))


def test_a_service_too_slow_for_a_checksum_is_read_every_time(workshop: Workshop) -> None:
    def answer(query: str, headers: dict[str, str]) -> Answer:
        if "SUM(" in query:
            return 504, {}, b"timed out"
        return passed_on(server, query, headers["Accept"].partition(",")[0]) if query else (404, {}, b"")

    sample(workshop, brief=True)
    quads = workshop.path.parent / "all.nq"
    multilateral.open(workshop.path).export("nquads", quads)
    with FusekiServer() as server, Bad(answer) as bad:
        put(server, quads)
        for _ in range(2):
            (note,) = notes(run(bad.url, "status"))
            assert "in 2 of 2 graphs" in note and "too slow to say whether they have changed" in note


# --- who asks --------------------------------------------------------------------------------------------------------


def test_a_token_is_sent_and_never_shown(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "t0ken-of-the-tests"
    with running(store, options=f"{{'token': {token!r}}}") as served:
        url = f"{served.address}/sparql"
        assert "MULTILATERAL_SPARQL_TOKEN" in sentence(run(url, "status"))
        monkeypatch.setenv("MULTILATERAL_SPARQL_TOKEN", "another-w0rd")
        said = run(url, "status")
        assert "does not let the token in" in sentence(said) and "another-w0rd" not in said.output
        monkeypatch.setenv("MULTILATERAL_SPARQL_TOKEN", token)
        assert told(run(url, "status", "--format", "json")) == told(run(store, "status", "--format", "json"))
        assert token not in repr(multilateral.open(url))
        # What was copied with the token is not shown to somebody without it.
        monkeypatch.delenv("MULTILATERAL_SPARQL_TOKEN")
        sentence(run(url, "status"))


def test_user_and_password_are_sent_to_the_service_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTILATERAL_SPARQL_USER", "reader")
    monkeypatch.setenv("MULTILATERAL_SPARQL_PASSWORD", PASSWORD)
    with Bad(lambda query, headers: (401, {"WWW-Authenticate": "Basic"}, PASSWORD.encode())) as bad:
        result = run(bad.url, "status")
        said = sentence(result)
        assert "does not let the user 'reader' in" in said
        assert PASSWORD not in result.output
        assert bad.signed and all(word and word.startswith("Basic ") for word in bad.signed)


def test_things_that_decisions_tied_are_one_in_an_export_loaded_by_hand(workshop: Workshop, tmp_path: Path) -> None:
    """An export has them under their canonical IRIs, and their evidence under the IRIs that each source gave."""
    with Store.writing(workshop.path) as writer:
        from multilateral.graph.decisions import Decision
        from multilateral.ontology.model import Entity, Evidence, Loaded, Name

        first, second, third = (f"https://w3id.org/multilateral/id/organization/{n}" for n in ("a", "b", "c"))
        document = "https://w3id.org/multilateral/id/document/d"

        def body(iri: str, kind: str, name: str) -> Entity:
            return Entity(iri, kind, (Name(name, "en", "preferred", "2001"),), evidence=(Evidence(document, name),))

        things = [body(first, "Organization", "One"), body(second, "UNBody", "Two"), body(third, "NGO", "Three")]
        writer.load([Loaded(source("one"), iter(things)), Loaded(source("two"), iter(things[1:]))])
        writer.decisions.append(
            [Decision("same", a, b, "A. Reader", "2025-05-06T07:08:09Z") for a, b in ((second, first), (first, third))]
        )
    graph = multilateral.open(workshop.path)
    graph.export("nquads", tmp_path / "all.nq")
    with FusekiServer() as server:
        put(server, tmp_path / "all.nq")
        for command in (["show", "Two"], ["find", "Three"], ["find", "organization/c"]):
            there, here = (run(place, *command, "--format", "json") for place in (server.url, workshop.path))
            assert told(there) == told(here)
            assert "left out" not in there.stderr
