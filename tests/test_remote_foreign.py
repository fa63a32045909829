"""Services of others, whose data we did not write: what fits is read, what does not is told, nothing is half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import multilateral
import pyoxigraph as ox
import pytest
from multilateral.graph.decisions import Decision
from multilateral.graph.remote.layout import TIES
from multilateral.graph.remote.reading_query import has_limit, prologue_of
from multilateral.graph.remote.reading_whole import is_typical
from multilateral.graph.store import Store
from multilateral.ontology.model import ID, ML, Entity, Evidence, Loaded, Name

from .conftest import Workshop, source
from .endpoint_server import Endpoint, running
from .fuseki_server import FusekiServer
from .test_remote_store import JSON, Answer, Bad, put, run, sentence, told

PREFIXES = (
    f"@prefix ml: <{ML}> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . "
    "@prefix xl: <http://www.w3.org/2008/05/skos-xl#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . "
    "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
)
BODY = '<urn:o> a ml:UNBody ; skos:prefLabel "Odd body"@en'
LINK = "<urn:l> a ml:Link ; ml:source <urn:o> ; ml:target <urn:p> ; ml:relation ml:funds"
FUND = '<urn:p> a ml:Fund ; skos:prefLabel "Purse"@en .'


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for each test, and nobody's password."""
    for name in [n for n in os.environ if n.startswith("MULTILATERAL_SPARQL")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def holding(turtle: str, graph: str | None = "urn:theirs") -> ox.Store:
    store = ox.Store()
    target = None if graph is None else ox.NamedNode(graph)
    store.load((PREFIXES + turtle).encode(), format=ox.RdfFormat.TURTLE, to_graph=target)
    return store


def answers(store: ox.Store, most: int | None = None) -> Callable[[str, dict[str, str]], Answer]:
    """What a service says that holds this, and that gives no more rows than ``most`` and says nothing of it."""

    def answer(query: str, headers: dict[str, str]) -> Answer:
        if not query:
            return 404, {}, b""
        try:
            found = store.query(query)
        except (SyntaxError, ValueError) as error:
            return 400, {"Content-Type": "text/plain"}, str(error).encode()
        if isinstance(found, ox.QueryBoolean):
            return 200, {"Content-Type": JSON}, found.serialize(format=ox.QueryResultsFormat.JSON) or b""
        if isinstance(found, ox.QueryTriples):
            lines = [f"{triple} .\n" for triple in found]
            return 200, {"Content-Type": "application/n-triples"}, "".join(lines[:most]).encode()
        whole = json.loads(found.serialize(format=ox.QueryResultsFormat.JSON) or b"")
        del whole["results"]["bindings"][most if most is not None else sys.maxsize :]
        return 200, {"Content-Type": JSON}, json.dumps(whole).encode()

    return answer


@pytest.fixture(params=["urn:theirs", None], ids=["named", "default"])
def graph(request: pytest.FixtureRequest) -> str | None:
    found: str | None = request.param
    return found


# --- data that does not fit ------------------------------------------------------------------------------------------

REFUSED = "that the ontology does not allow"
UNFIT: dict[str, tuple[str, list[str]]] = {
    "a name that is a thing": (f"{BODY} ; ml:acronym <urn:x> .", [f"1 × value of ml:acronym {REFUSED}"]),
    "a code that is a thing": (f"{BODY} ; skos:notation <urn:x> .", [f"1 × value of skos:notation {REFUSED}"]),
    "a code of another scheme": (f'{BODY} ; skos:notation "7" .', [f"1 × value of skos:notation {REFUSED}"]),
    "no date": (f'{BODY} ; ml:validFrom "yesterday" .', [f"1 × value of ml:validFrom {REFUSED}"]),
    "no address": (f'{BODY} ; foaf:homepage "www.example.org" .', [f"1 × value of foaf:homepage {REFUSED}"]),
    "two descriptions": (
        f'{BODY} ; dcterms:description "A body."@en, "Un corps."@fr .',
        ["1 × further value of dcterms:description"],
    ),
    "an end that is text": (
        f'{BODY} . <urn:l> a ml:Link ; ml:source <urn:o> ; ml:relation ml:funds ; ml:target "P" .',
        [f"1 × value of ml:target {REFUSED}", "1 × record that is not whole"],
    ),
    "two ends on one side": (f"{BODY} . {FUND} {LINK} ; ml:target <urn:q> .", ["1 × record that is not whole"]),
    "a relation of others": (
        f"{BODY} . <urn:l> a ml:Link ; ml:source <urn:o> ; ml:relation <urn:funds> ; ml:target <urn:p> .",
        [f"1 × value of ml:relation {REFUSED}", "1 × record that is not whole"],
    ),
    "an amount in words": (f'{BODY} . {FUND} {LINK} ; ml:amount "much" .', [f"1 × value of ml:amount {REFUSED}"]),
    "evidence of nothing": (
        f"{BODY} . {FUND} {LINK} ; ml:evidence [ a ml:Evidence ] .",
        ["1 × value of ml:evidence that is not whole"],
    ),
    "a label of an unknown kind": (
        f'{BODY} ; xl:prefLabel [ xl:literalForm "Odd body"@en ; ml:nameKind "nick" ; ml:validFrom "2000" ] .',
        [f"1 × value of ml:nameKind {REFUSED}"],
    ),
    "a label that is a thing": (
        f"{BODY} ; xl:prefLabel [ xl:literalForm <urn:x> ; ml:validFrom 2000 ] .",
        [f"1 × value of skosxl:literalForm {REFUSED}", "1 × value of skosxl:prefLabel that is not whole"],
    ),
    "a thing without an IRI": (f'{BODY} . [] a ml:Fund ; skos:prefLabel "P" .', ["1 × thing or link without an IRI"]),
    "a relation without a link": (
        f"{BODY} ; ml:funds <urn:p> . {FUND}",
        ["1 × relation that is stated without a link"],
    ),
    "classes of others": (f"{BODY} ; a <urn:Aaa>, skos:Concept .", []),
    "a relation beside its link": (f"{BODY} ; ml:funds <urn:p> . {FUND} {LINK} .", []),
    "a status that there is not": (f'{BODY} . {FUND} {LINK} ; ml:status "perhaps" .', []),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_what_does_not_fit_is_left_out_and_told_every_time(kind: str, graph: str | None, tmp_path: Path) -> None:
    turtle, left_out = UNFIT[kind]
    where = "urn:theirs" if graph else "The default graph of"
    with Bad(answers(holding(turtle, graph))) as bad:
        for command in (
            ["find", "Odd body", "--format", "json"],
            ["show", "Odd body", "--format", "json"],
            ["status", "--format", "json"],
            ["validate", "--format", "json"],
            ["analyze", "centrality", "--format", "json"],
            ["export", "--to", "csv", "-o", str(tmp_path / "csv")],
            ["map", "-o", str(tmp_path / "map.html")],
        ):
            result = run(bad.url, *command)
            assert result.exit_code in ((0, 1) if command[0] == "validate" else (0,)), result.output
            told_of = [line for line in result.stderr.splitlines() if "left out" in line]
            assert [line.rpartition("left out ")[2].rstrip(".") for line in told_of] == left_out
            assert all(line.startswith(f"Note: {where}") for line in told_of)
        found = told(run(bad.url, "find", "Odd body", "--format", "json"))[1]
        assert [(row["thing"]["iri"], row["thing"]["type"]) for row in found] == [("urn:o", "UNBody")]


def test_a_wrong_value_that_can_be_kept_is_told_by_validate() -> None:
    with Bad(answers(holding(f'{BODY} . {FUND} {LINK} ; ml:validFrom "2012-13" ; ml:status "perhaps" .'))) as bad:
        status, found = told(run(bad.url, "validate", "--format", "json"))
        assert status == 1
        assert "2012-13" in json.dumps(found) and "perhaps" in json.dumps(found)


@pytest.mark.parametrize("most", [None, 400])
def test_evidence_may_be_blank_shared_or_have_any_iri(most: int | None) -> None:
    """As people write it by hand; also where the graph has to be read in parts, in which blank nodes fall apart."""
    evidence = 'a ml:Evidence ; ml:document <urn:d> ; ml:locator "{}"'
    turtle = (
        f'{BODY} . {FUND} <urn:d> a ml:Document ; skos:prefLabel "Report"@en . '
        f"<urn:e> {evidence.format('shared')} . {LINK} ; ml:evidence <urn:e>, [ {evidence.format('blank')} ] . "
        "<urn:m> a ml:Link ; ml:source <urn:p> ; ml:target <urn:o> ; ml:relation ml:funds ; ml:evidence <urn:e> . "
    )
    filling = "".join(f'<urn:n{n}> a ml:NGO ; skos:prefLabel "Body {n}"@en .\n' for n in range(500)) if most else ""
    with Bad(answers(holding(turtle + filling), most)) as bad:
        result = run(bad.url, "explain", "Odd body", "Purse", "--format", "json")
        rows = told(result)[1]
        places = sorted(row["locator"] for row in rows)
        if most is None:
            assert places == ["blank", "shared", "shared"]
            assert "left out" not in result.stderr
        else:  # the blank one is whole or is told, and never mixed up with another
            missing = result.stderr.count("1 × value of ml:evidence that is not whole")
            assert places == ["blank", "shared", "shared"][missing:]


def test_evidence_that_is_a_thing_leaves_the_thing_there() -> None:
    turtle = f'{BODY} . {FUND} {LINK} ; ml:evidence <urn:d> . <urn:d> a ml:Document ; skos:prefLabel "Report"@en .'
    with Bad(answers(holding(turtle))) as bad:
        result = run(bad.url, "find", "Report", "--format", "json")
        assert [row["thing"]["iri"] for row in told(result)[1]] == ["urn:d"]
        assert "1 × value of ml:evidence that is not whole" in result.stderr


def test_names_of_graphs_cannot_lead_out_of_the_cache(cache: Path, tmp_path: Path) -> None:
    store = ox.Store()
    graphs = [f"{ID}source/../../../escaped", f"{ID}source/a/b", f"{ID}source/.hidden", "file:///etc/passwd", "urn:x"]
    for number, iri in enumerate(graphs):
        text = f'{PREFIXES} <urn:o{number}> a ml:UNBody ; skos:prefLabel "Body {number}"@en .'
        store.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(iri))
    with Bad(answers(store)) as bad:
        rows = told(run(bad.url, "sources", "--format", "json"))[1]
        assert len(rows) == len(graphs) and all("/" not in row["id"] for row in rows)
        assert told(run(bad.url, "find", "Body 0", "--format", "json"))[1]
    assert {path.name for path in tmp_path.iterdir()} == {"cache"}
    assert [path.name for path in cache.iterdir()] == ["multilateral"]


# --- limits of which nothing is said ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many() -> ox.Store:
    return holding("".join(f'<urn:o{n}> a ml:UNBody ; skos:prefLabel "Body {n}"@en .\n' for n in range(1200)))


ALL = "SELECT ?s WHERE { GRAPH ?g { ?s a ml:UNBody } }"


def test_rows_that_were_cut_off_in_silence_are_no_answer(many: ox.Store) -> None:
    with Bad(answers(many, 1000)) as bad:
        said = sentence(run(bad.url, "sparql", f"{ALL} # and nothing more"))
        assert "gives 1,000 of 1,200 rows and does not say that it cut them off" in said
        said = sentence(run(bad.url, "sparql", f"PREFIX x: <urn:x#> {ALL} ORDER BY ?s LIMIT 1100"))
        assert "gives 1,000 of 1,100 rows" in said


@pytest.mark.parametrize("most", [1000, None])
def test_where_it_cannot_be_counted_it_is_told(many: ox.Store, most: int | None) -> None:
    text = "CONSTRUCT { ?s a ml:NGO } WHERE { GRAPH ?g { ?s a ml:UNBody } }"
    with Bad(answers(many, most)) as bad:
        result = run(bad.url, "sparql", text, "--format", "json")
        assert len(told(result)[1]) == most or 1200
        assert f"Note: Just {most or 1200:,} rows came, which may be a limit of the service" in result.stderr


def test_what_was_asked_for_is_not_asked_again(many: ox.Store) -> None:
    with Bad(answers(many)) as bad:
        for text, rows in ((f"{ALL} LIMIT 1000", 1000), (f"{ALL} OFFSET 77", 1123)):
            result = run(bad.url, "sparql", text, "--format", "json")
            assert len(told(result)[1]) == rows
            assert result.stderr == ""
        assert not any("rows_in_all" in query for query in bad.asked)
        assert len(told(run(bad.url, "sparql", ALL, "--format", "json"))[1]) == 1200
        assert any("rows_in_all" in query for query in bad.asked)


def test_what_may_be_a_limit() -> None:
    likely = [100, 250, 1000, 1024, 2500, 5000, 10_000, 65_535, 65_536, 100_000, 1_000_000]
    assert all(is_typical(number) for number in likely)
    assert not any(is_typical(number + 2) for number in likely)
    assert not any(is_typical(number) for number in range(100))
    assert has_limit("SELECT * { } limit 0100 # LIMIT 200", 100) and not has_limit("SELECT * { } # LIMIT 200", 200)
    text = "# SELECT\nBASE <urn:select>\nPREFIX ask: <urn:a#> select * {}"
    assert text[prologue_of(text) :] == "select * {}"


def test_ties_that_were_cut_off_are_told() -> None:
    store = holding(f"{BODY} .")
    for number in range(300):
        terms = (ox.NamedNode("urn:o"), ox.NamedNode(ML + "recordedAs"), ox.NamedNode(f"urn:o{number}"))
        store.add(ox.Quad(*terms, ox.NamedNode(TIES)))
    with Bad(answers(store, 200)) as bad:
        assert f"gives 200 of the 300 statements of the graph {TIES}" in sentence(run(bad.url, "status"))


# --- whether a copy is fresh -----------------------------------------------------------------------------------------


def test_a_service_that_knows_no_checksum_is_read_every_time(cache: Path) -> None:
    def answer(query: str, headers: dict[str, str]) -> Answer:
        return (400, {"Content-Type": "text/plain"}, b"no such function") if "MD5" in query else there(query, headers)

    there = answers(holding(f"{BODY} ."))
    with Bad(answer) as bad:
        for _ in range(3):
            result = run(bad.url, "find", "Odd body", "--format", "json")
            assert told(result)[1] and "every call reads them" in result.stderr
        copies = list(cache.glob("multilateral/services/*/*"))
        assert len(copies) == 3
        for path in copies:  # two hours later
            os.utime(path, (time.time() - 7200,) * 2)
        assert run(bad.url, "find", "Odd body").exit_code == 0
        assert len(list(cache.glob("multilateral/services/*/*"))) == 1


@pytest.mark.parametrize("changes", [1, 9])
def test_a_copy_is_of_one_moment(changes: int) -> None:
    """Somebody writes while the graph is read: the copy is made again, until it is said that it cannot be made."""
    store = holding(f"{BODY} .")
    there = answers(store)
    written: list[int] = []

    def answer(query: str, headers: dict[str, str]) -> Answer:
        found = there(query, headers)
        if "CONSTRUCT" in query and len(written) < changes:
            written.append(len(written))
            name = ox.Literal(f"Name {len(written)}", language="en")
            where = ox.NamedNode("urn:theirs")
            store.add(ox.Quad(ox.NamedNode("urn:o"), ox.NamedNode(ML + "acronym"), name, where))
        return found

    with Bad(answer) as bad:
        result = run(bad.url, "find", "Name 1", "--format", "json")
        if changes == 1:
            assert [row["matched"] for row in told(result)[1]] == ["Name 1"]
        else:
            assert "changed 3 times while it was read" in sentence(result)


def test_two_processes_may_copy_at_the_same_time(cache: Path) -> None:
    with Bad(answers(holding("".join(f'<urn:o{n}> a ml:NGO ; skos:prefLabel "B {n}" .' for n in range(300))))) as bad:
        command = [sys.executable, "-c", "from multilateral.cli.main import main; main()", "--store", bad.url]
        both = [subprocess.Popen([*command, "status", "--format", "csv"], stdout=subprocess.PIPE) for _ in range(2)]
        said = [process.communicate(timeout=120)[0] for process in both]
        assert [process.returncode for process in both] == [0, 0]
        assert said[0] == said[1] and b"things,300" in said[0]
    assert len(list(cache.glob("multilateral/services/*/*"))) == 1


# --- odd services ----------------------------------------------------------------------------------------------------


def test_a_count_that_is_none_is_one_sentence() -> None:
    def answer(query: str, headers: dict[str, str]) -> Answer:
        if "COUNT" in query:
            return (
                200,
                {"Content-Type": JSON},
                json.dumps({"head": {"vars": []}, "results": {"bindings": [{}]}}).encode(),
            )
        return there(query, headers)

    there = answers(holding(f"{BODY} ."))
    with Bad(answer) as bad:
        assert "does not answer a query that counts with a number" in sentence(run(bad.url, "status"))


def test_a_service_says_when_to_come_again() -> None:
    with Bad(lambda query, headers: (503, {"Retry-After": "120"}, b"")) as bad:
        assert sentence(run(bad.url, "status")).endswith("is too busy; try again in 120 seconds.")
    with Bad(lambda query, headers: (429, {"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}, b"")) as bad:
        assert sentence(run(bad.url, "status")).endswith("is too busy; try again later.")


def test_a_text_of_the_user_is_answered_also_where_graphs_cannot_be_listed() -> None:
    def answer(query: str, headers: dict[str, str]) -> Answer:
        return (504, {}, b"timed out") if "GRAPH" in query else there(query, headers)

    there = answers(holding('<urn:o> skos:prefLabel "Odd body"@en .', None))
    with Bad(answer) as bad:
        result = run(bad.url, "sparql", "SELECT ?s { ?s ?p ?o }", "--format", "json")
        assert told(result)[1] == [{"s": "urn:o"}]
        assert "Note: Only the default graph is asked, because it cannot be found out which others there are" in (
            result.stderr
        )


def test_graphs_of_others_beside_ours_can_be_asked(tmp_path: Path) -> None:
    """Where the default graph is empty, ours are put in its place; GRAPH sees the others too."""
    (tmp_path / "ours.ttl").write_text(f"{PREFIXES} {BODY} .")
    (tmp_path / "theirs.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    with FusekiServer() as server:
        put(server, tmp_path / "ours.ttl", "text/turtle", graph="urn:ours")
        put(server, tmp_path / "theirs.ttl", "text/turtle", graph="urn:theirs")
        for text, rows in (
            ("SELECT DISTINCT ?s { ?s ?p ?o }", [{"s": "urn:o"}]),
            ("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g", [{"g": "urn:ours"}, {"g": "urn:theirs"}]),
            ("SELECT ?s { GRAPH <urn:theirs> { ?s ?p ?o } }", [{"s": "urn:a"}]),
            ("SELECT ?s FROM <urn:theirs> { ?s ?p ?o }", [{"s": "urn:a"}]),
        ):
            assert told(run(server.url, "sparql", text, "--format", "json"))[1] == rows


# --- ours, with decisions --------------------------------------------------------------------------------------------


@pytest.fixture
def tied(workshop: Workshop) -> Iterator[Path]:
    """A store in which things of two sources were decided to be one."""
    first, second, third = (f"{ID}organization/{name}" for name in ("a", "b", "c"))

    def body(iri: str, kind: str, name: str) -> Entity:
        evidence = (Evidence(f"{ID}document/d", name),)
        return Entity(iri, kind, (Name(name, "en", "preferred", "2001"),), evidence=evidence)

    things = [body(first, "Organization", "One"), body(second, "UNBody", "Two"), body(third, "NGO", "Three")]
    with Store.writing(workshop.path) as writer:
        writer.load([Loaded(source("one"), iter(things)), Loaded(source("two"), iter(things[1:]))])
        when = "2025-05-06T07:08:09Z"
        pairs = ((second, first), (first, third))
        writer.decisions.append([Decision("same", a, b, "A. Reader", when) for a, b in pairs])
    yield workshop.path


def test_what_decisions_tied_is_one_in_what_we_serve(tied: Path) -> None:
    with running(tied) as served:
        url = f"{served.address}/sparql"
        for command in (["show", "Two"], ["find", "Three"], ["find", "organization/c"], ["sources"]):
            assert told(run(url, *command, "--format", "json")) == told(run(tied, *command, "--format", "json"))
        assert multilateral.open(url, notice=print).resolve("Two") == f"{ID}organization/a"


def test_an_endpoint_of_ours_tells_by_itself_that_nothing_has_changed(tied: Path, workshop: Workshop) -> None:
    """Also where it is too slow for a checksum, as for a large store: the version of its data is asked."""

    def answer(query: str, headers: dict[str, str]) -> Answer:
        if "MD5" in query:
            return 504, {}, b"timed out"
        if not query and headers["Accept"] != "text/turtle":
            return 404, {}, b""
        (served,) = endpoint
        found = served.query(query, headers["Accept"]) if query else served.send("GET", "/.well-known/void", headers)
        return found.status, {"Content-Type": found.headers["content-type"], "ETag": found.headers["etag"]}, found.body

    endpoint: list[Endpoint] = []
    with Bad(answer) as proxy, running(tied, options=f"{{'url': {proxy.url.removesuffix('/sparql')!r}}}") as served:
        endpoint.append(served)
        assert "in 2 of 2 graphs" in run(proxy.url, "sources").stderr
        again = run(proxy.url, "sources", "--format", "json")
        assert again.stderr == "" and len(told(again)[1]) == 2
        workshop.load((source("three"), [Entity(f"{ID}organization/new", "NGO", (Name("Newcomer", "en"),))]))
        end = time.monotonic() + 60
        while "Newcomer" not in served.query("SELECT ?n { ?s skos:prefLabel ?n }").text:
            assert time.monotonic() < end
            time.sleep(0.1)
        found = run(proxy.url, "find", "Newcomer", "--format", "json")
        assert [row["matched"] for row in told(found)[1]] == ["Newcomer"]
        assert "in 3 of 3 graphs" in found.stderr
        # The description of one endpoint says nothing of another that stands on the same host.
        with Bad(answer) as other:
            for _ in range(2):
                assert "every call reads them" in run(other.url, "sources").stderr
