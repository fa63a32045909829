"""What is asked of a SPARQL 1.1 service: query, update, and whole graphs by the Graph Store Protocol.

A query is sent as a form, and its answer is kept in a temporary file and read through before any of it is used: an
answer that breaks off, that holds an error or that is a page in HTML becomes one sentence and never half a result.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import IO, Any, cast
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import pyoxigraph as ox

from ...ontology.errors import BadQuery
from .connection import Address, Answer, Connection
from .errors import NotSparql, Refused, SignInRefused, StoreUnavailable, TooSlow, brief, shown

_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_IN_MEMORY = 8 << 20
#: Bytes of triples in one update: some services take no long ones.
TEXT = 256 << 10
_RDF_TYPES = ("application/n-triples", "text/turtle", "application/rdf+xml", "application/ld+json", "text/plain")
_GRAPH_TYPES = ("application/n-triples", "text/plain", "text/turtle")
_GAVE_UP = re.compile(rb"(?i)timed? ?out|time ?limit|exceeded .{0,40}time|estimated execution time|cancell?ed")
#: An answer that a service cut off at its own limit says so here (Virtuoso).
_CUT_OFF = ("X-SPARQL-MaxRows", "X-SPARQL-Partial", "X-SQL-State")


class Service:
    """A SPARQL 1.1 service; use it as ``with Service(address) as service``.

    ``dataset`` are protocol parameters that go with every query: the graphs of which it sees the union.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.dataset: list[tuple[str, str]] = []
        self._connection = Connection(address)
        self._graphs: str | None = None
        self._graphs_sought = False
        self._update: str | None = address.update
        self._update_sought = False
        self._by_get = False

    def __enter__(self) -> Service:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next question opens it again."""
        self._connection.close()

    # --- queries ---------------------------------------------------------------------------------------------

    def select(self, text: str, *, whole: bool = False) -> Iterator[dict[str, Any]]:
        """Run a SELECT and yield rows as ``{variable: term or None}``; ``whole`` leaves ``dataset`` out."""
        with self._answered(text, _RESULTS, whole) as (answer, content):
            found = self._results(answer, content)
            if isinstance(found, ox.QueryBoolean):
                raise self._nonsense(answer, content)
            names = [v.value for v in found.variables]
            for solution in found:
                yield {name: solution[name] for name in names}

    def ask(self, text: str, *, whole: bool = False) -> bool:
        """Run an ASK; ``whole`` leaves ``dataset`` out."""
        with self._answered(text, _RESULTS, whole) as (answer, content):
            found = self._results(answer, content)
            if not isinstance(found, ox.QueryBoolean):
                raise self._nonsense(answer, content)
            return bool(found)

    def query(self, text: str, *, graph: bool) -> Any:
        """Run a query and return what pyoxigraph returns for its form; ``graph`` for CONSTRUCT and DESCRIBE."""
        with contextlib.ExitStack() as held:
            if not graph:
                answer, content = held.enter_context(self._answered(text, _RESULTS, False))
                found = self._results(answer, content)
                if not isinstance(found, ox.QueryBoolean):
                    held.pop_all()  # the rows are read from the file later; it goes away with them
                return found
            accept = f"{_TRIPLES}, text/turtle;q=0.5"
            answer, content = held.enter_context(self._answered(text, accept, False))
            store = ox.Store()
            try:
                store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in self._triples(answer, content))
            except (SyntaxError, ValueError) as error:
                raise self._nonsense(answer, content) from error
            most = answer.headers.get("X-SPARQL-MaxRows", "")
            if any(n in answer.headers for n in _CUT_OFF[1:]) or (most.isdigit() and len(store) >= int(most)):
                raise Refused(self.address.url, "cut the answer off at a limit of its own", "ask for less")
            return store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")

    @contextlib.contextmanager
    def _answered(self, text: str, accept: str, whole: bool) -> Iterator[tuple[Answer, IO[bytes]]]:
        """Send a query; give the answer and a file of its body, read to the end."""
        fields = [("query", text), *([] if whole else self.dataset)]
        form, headers = urlencode(fields).encode(), {"Accept": accept}
        by_post = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        content = cast("IO[bytes]", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # its reader closes it
        if not self._by_get:
            with self._connection.asked("POST", self.address.url, headers=by_post, body=form) as answer:
                shutil.copyfileobj(answer.body, content)
            self._by_get = answer.status in (405, 501)
        if self._by_get:
            content.seek(0)
            content.truncate()
            with self._connection.asked("GET", _with(self.address.url, form.decode()), headers=headers) as answer:
                shutil.copyfileobj(answer.body, content)
        content.seek(0)
        self._check(answer, content.read(4096), self.address.url, "the query")
        content.seek(0)
        yield answer, content

    def _results(self, answer: Answer, content: IO[bytes]) -> ox.QuerySolutions | ox.QueryBoolean:
        format_ = ox.QueryResultsFormat.from_media_type(answer.kind)
        if answer.kind == "application/json":
            format_ = ox.QueryResultsFormat.JSON
        for name in _CUT_OFF:
            if name in answer.headers and (name != "X-SPARQL-MaxRows" or self._full(answer, content, format_)):
                raise Refused(self.address.url, "cut the answer off at a limit of its own", "ask for less")
        if format_ is None:
            raise self._nonsense(answer, content)
        try:
            _rows_in(content, format_)  # once through: an error may stand at the end
            content.seek(0)
            return ox.parse_query_results(content, format=format_)
        except (SyntaxError, ValueError, UnicodeDecodeError) as error:
            raise self._nonsense(answer, content) from error

    def _full(self, answer: Answer, content: IO[bytes], format_: ox.QueryResultsFormat | None) -> bool:
        """Tell whether an answer has as many rows as the service gives at most."""
        most = answer.headers["X-SPARQL-MaxRows"]
        if format_ is None or not most.isdigit():
            return False
        content.seek(0)
        try:
            return _rows_in(content, format_) >= int(most)
        except (SyntaxError, ValueError):
            return False  # it is told when the answer is read
        finally:
            content.seek(0)

    def _triples(self, answer: Answer, content: Any) -> Iterator[ox.Triple]:
        if answer.kind not in _GRAPH_TYPES:
            raise self._nonsense(answer, content)
        # Turtle includes N-Triples, but a parser of N-Triples is quicker.
        format_ = ox.RdfFormat.TURTLE if answer.kind == "text/turtle" else ox.RdfFormat.N_TRIPLES
        return cast("Iterator[ox.Triple]", ox.parse(content, format=format_))

    def _nonsense(self, answer: Answer, content: IO[bytes]) -> StoreUnavailable:
        """Return what to say of an answer that claims success and is none."""
        content.seek(0)
        head = content.read(2048)
        if content.seekable():
            size = content.seek(0, 2)
            content.seek(max(0, size - 500))
        tail = content.read(500)
        if _GAVE_UP.search(tail) or _GAVE_UP.search(head[:500]):
            return TooSlow(self.address.url, "gave up for lack of time", "ask for less, or ask its administrator")
        if "html" in answer.kind or head.lstrip()[:1] == b"<":
            said = brief(head, answer.kind)
            return NotSparql(
                self.address.url, f"answers with a page for people and not with results ({said})", "check the address"
            )
        kind = answer.kind or "something without a name"
        return NotSparql(
            self.address.url,
            f"answers with {kind} that holds no whole result ({brief(tail) or 'it is empty'})",
            "check the address, or ask for less",
        )

    def fetch(self, url: str, accept: str, most: int) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and the first ``most`` bytes of what stands at another address of the service."""
        with self._connection.asked("GET", url, headers={"Accept": accept}) as answer:
            body = b""
            while len(body) < most and (part := answer.body.read(most - len(body))):
                body += part
            return answer.status, answer.headers, body

    # --- whole graphs ----------------------------------------------------------------------------------------

    @property
    def graphs(self) -> str | None:
        """The URL of the Graph Store Protocol, looked for beside that for queries; ``None`` if there is none."""
        if not self._graphs_sought:
            self._graphs_sought = True
            given = self.address.graphs
            self._graphs = given or next((u for u in _beside(self.address.url, _GRAPHS) if self._speaks(u)), None)
        return self._graphs

    def _speaks(self, url: str) -> bool:
        headers = {"Accept": _TRIPLES}
        try:
            with self._connection.asked("HEAD", _with(url, "default"), headers=headers) as answer:
                return answer.status == 200 and answer.kind in _RDF_TYPES
        except NotSparql:
            return False

    @contextlib.contextmanager
    def graph(self, iri: str) -> Iterator[Iterator[ox.Triple]]:
        """Give the triples of a named graph in any order, as they come; none where there is no such graph.

        :raises StoreUnavailable: If they break off, while they are read.
        """
        headers = {"Accept": f"{_TRIPLES}, text/turtle;q=0.5"}
        if self.graphs is None:
            form = urlencode({"query": f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"}).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            asked = self._connection.asked("POST", self.address.url, headers=headers, body=form, streamed=True)
        else:
            asked = self._connection.asked("GET", _of(self.graphs, iri), headers=headers, streamed=True)
        with asked as answer:
            if answer.status == 404 and self.graphs is not None:
                yield iter(())
                return
            if answer.status != 200:
                self._check(answer, answer.body.read(4096) or b"", self.graphs or self.address.url, f"the graph {iri}")
            yield self._read(answer)

    def _read(self, answer: Answer) -> Iterator[ox.Triple]:
        try:
            yield from self._triples(answer, answer.body)
        except (SyntaxError, ValueError) as error:
            raise NotSparql(
                self.address.url, f"sends a graph that cannot be read ({brief(str(error))})", "try again"
            ) from error

    def put(self, iri: str, part: IO[bytes], *, more: bool = False) -> None:
        """Replace a named graph by a file of N-Triples, or with ``more`` add to it."""
        if self.graphs is not None:
            self._write("POST" if more else "PUT", _of(self.graphs, iri), part, _TRIPLES, f"the graph {iri}")
            return
        if not more:
            self.update(f"DROP SILENT GRAPH <{iri}>")
        part.seek(0)
        while lines := part.readlines(TEXT):
            self.change(iri, b"", b"".join(lines))

    def delete(self, iri: str) -> None:
        """Delete a named graph, if it is there."""
        if self.graphs is None:
            self.update(f"DROP SILENT GRAPH <{iri}>")
            return
        with self._connection.asked("DELETE", _of(self.graphs, iri)) as answer:
            said = answer.body.read(4096) or b""
            if answer.status != 404:
                self._check(answer, said, self.graphs, f"the graph {iri}", writing=True)

    @property
    def updates(self) -> str | None:
        """The URL of SPARQL Update, found by an update that changes nothing; ``None`` if there is none."""
        if self._update is None and not self._update_sought:
            self._update_sought = True
            self._update = next((u for u in _beside(self.address.url, _UPDATES) if self._takes_updates(u)), None)
        return self._update

    def update(self, text: str) -> None:
        """Run a SPARQL update."""
        if self.updates is None:
            raise Refused(
                self.address.url,
                "takes neither the Graph Store Protocol nor updates at an address that could be found beside it",
                "give it with --graph-store-url or --update-url, or ask its administrator for the right to write",
            )
        self._write("POST", self.updates, text.encode(), "application/sparql-update", "the update")

    def change(self, iri: str, gone: bytes, new: bytes) -> None:
        """Take triples out of a named graph and put others in, both or neither."""
        graph = f"DATA {{ GRAPH <{iri}> {{\n"
        parts = ((word, lines.decode()) for word, lines in (("DELETE", gone), ("INSERT", new)) if lines)
        self.update(";\n".join(f"{word} {graph}{lines}}} }}" for word, lines in parts))

    def _takes_updates(self, url: str) -> bool:
        headers = {"Content-Type": "application/sparql-update"}
        with self._connection.asked("POST", url, headers=headers, body=b"INSERT DATA {}") as answer:
            said = answer.body.read(4096) or b""
            if answer.status in (401, 403):
                self._check(answer, said, url, "the update", writing=True)
            return 200 <= answer.status < 300 and "html" not in answer.kind

    def _write(self, method: str, url: str, body: bytes | IO[bytes], kind: str, what: str) -> None:
        with self._connection.asked(method, url, headers={"Content-Type": kind}, body=body, streamed=True) as answer:
            self._check(answer, answer.body.read(4096) or b"", url, what, writing=True)
            while answer.body.read(1 << 16):
                pass

    # --- what went wrong -------------------------------------------------------------------------------------

    def _check(self, answer: Answer, said: bytes, url: str, what: str, *, writing: bool = False) -> None:
        """Raise what a status stands for."""
        status = answer.status
        if 200 <= status < 300:
            return
        text = brief(said, answer.kind)
        because = f" ({text})" if text else ""
        if status == 401 or (status == 407):
            who = "the token" if self.address.token else f"the user {self.address.user!r}" if self.address.user else ""
            raise SignInRefused(
                url,
                f"does not let {who} in" if who else "wants a user and a password, or a token",
                "set MULTILATERAL_SPARQL_USER and MULTILATERAL_SPARQL_PASSWORD, or MULTILATERAL_SPARQL_TOKEN",
            )
        if status in (408, 504) or (status >= 500 and _GAVE_UP.search(said)):
            raise TooSlow(url, f"gave up on {what} for lack of time{because}", "ask for less, or ask its administrator")
        if writing and status in (403, 404, 405, 501):
            raise Refused(
                url,
                f"refuses to be written to (status {status}{f': {text}' if text else ''})",
                "use a service that may be written to, or name a user who may",
            )
        if status == 403:
            raise Refused(url, f"gives no right to do this{because}", "ask its administrator")
        if status == 404:
            raise NotSparql(url, f"has nothing at this address{because}", "check the address")
        if status == 413:
            raise Refused(url, f"finds {what} too large{because}", "raise its limit for the size of a request")
        if status in (429, 503):
            wait = answer.headers.get("Retry-After") or ""
            advice = f"try again in {wait} seconds" if wait.isascii() and wait.isdigit() else "try again later"
            raise StoreUnavailable(url, f"is too busy{because}", advice)
        if status == 507 or b"No space left" in said:
            raise Refused(url, f"has no room left{because}", "make room there, then try again")
        if status == 400 and "html" not in answer.kind and not writing:
            raise BadQuery(f"The SPARQL service at {shown(url)} refused {what}{because}.")
        raise StoreUnavailable(url, f"failed with status {status}{because}", "try again, or ask its administrator")


def _rows_in(content: IO[bytes], format_: ox.QueryResultsFormat) -> int:
    """Read results to their end and return how many rows there are; of a truth value none."""
    found = ox.parse_query_results(content, format=format_)
    count = 0
    try:
        if not isinstance(found, ox.QueryBoolean):
            for _ in found:
                count += 1
        return count
    finally:
        del found  # an error keeps this frame, and may end in another thread, where pyoxigraph does not let it go


_GRAPHS: Mapping[str, tuple[str, ...]] = {
    "sparql": ("data", "sparql/gsp/", "get"),
    "query": ("data", "get"),
    "": ("", "data", "rdf-graphs/service"),
}
_UPDATES: Mapping[str, tuple[str, ...]] = {
    "sparql": ("update", "sparql"),
    "query": ("update",),
    "": ("", "update", "statements"),
}


def _beside(url: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield where a service with this URL for queries may have another one, as Fuseki, Neptune, RDF4J, GraphDB do."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    last = path.rpartition("/")[2]
    if last in ("sparql", "query"):
        base, names = path[: -len(last)], known[last]
    else:
        base, names = path + "/", known[""]
    for name in names:
        yield urlunsplit((parts.scheme, parts.netloc, (base + name) if name else path, parts.query, ""))


def _with(url: str, more: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(p for p in (parts.query, more) if p), ""))


def _of(graphs: str, iri: str) -> str:
    return _with(graphs, f"graph={quote(iri, safe='')}")
