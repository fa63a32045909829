"""A worker: a process with the index open for reading that answers one query at a time and may be killed at any."""

from __future__ import annotations

import json
import os
import signal
import socket
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ...graph.index import place
from ...ontology.convert import PREFIXES
from . import wire
from .guard import wrong_bracket
from .limits import Limits
from .sandbox import confine

if TYPE_CHECKING:
    from .process import Edition

_ROWS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPH = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_PIECE = 1 << 16
#: Bytes below which compression is not worth it.
_SMALL = 1024
#: A worker that has outlived its deadline by this many seconds was left alone: it ends itself.
_OVERDUE = 2


class TooLarge(Exception):
    """Raised inside a worker when an answer outgrows its limit."""


class Answer:
    """Where an answer is written: sent in pieces, compressed where wanted, up to a limit."""

    def __init__(self, send: Callable[[bytes], None], limit: int, gzip: bool) -> None:
        self._send, self._limit, self._gzip = send, limit, gzip
        self._press: Any = None
        self._held = bytearray()
        self._written = 0

    def write(self, piece: bytes) -> int:
        """Take a piece of the answer.

        :raises TooLarge: If the answer is longer than it may be.
        """
        self._written += len(piece)
        if self._written > self._limit:
            raise TooLarge
        if self._press is None and self._gzip and self._written > _SMALL:
            self._press = zlib.compressobj(level=1, wbits=31)
            self._held = bytearray(self._press.compress(self._held))
        self._held += self._press.compress(piece) if self._press is not None else piece
        if len(self._held) >= _PIECE:
            self._send(wire.frame(wire.DATA, bytes(self._held)))
            self._held.clear()
        return len(piece)

    def flush(self) -> None:
        """Do nothing: what is held goes with the end."""

    def end(self, said: dict[str, Any]) -> None:
        """Send what is left, and the end."""
        if self._press is not None:
            self._held += self._press.flush()
        said["gzip"] = self._press is not None
        self._send(wire.frame(wire.DATA, bytes(self._held)) + wire.packed(wire.END, said))


def run(pipe: socket.socket, edition: Edition, limits: Limits) -> None:
    """Open an index, give up everything else, and answer queries until the other side closes."""
    quiet()
    db = ox.Store.read_only(str(edition.index))
    missing = confine([edition.index], limits.memory)
    listen(pipe, missing, limits, lambda payload: answer(db, json.loads(payload), pipe.sendall, limits))


def quiet() -> None:
    """Say nothing on the error stream, and leave signals of the terminal to the service."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)  # what the engine says when it dies; the service writes its own line
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends its workers in order


def listen(pipe: socket.socket, missing: list[str], limits: Limits, answer: Callable[[bytes], None]) -> None:
    """Say that this process is ready and what its system lacks, and answer what comes until the other side closes."""
    pipe.sendall(wire.packed(wire.READY, missing))
    frames = wire.Frames()
    while piece := pipe.recv(_PIECE):
        for _, payload in frames.feed(piece):
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, limits.seconds + _OVERDUE)
            answer(payload)
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0)


def answer(db: ox.Store, asked: dict[str, Any], send: Callable[[bytes], None], limits: Limits) -> None:
    """Answer one query; every outcome is sent, as a result or as a status with a sentence."""
    out = Answer(send, limits.result << 20, asked["gzip"])
    try:
        for graph in asked["from"]:
            if not db.contains_named_graph(ox.NamedNode(graph)):
                return refuse(send, 403, _NO_GRAPH.format(graph))
        found: Any = db.query(asked["query"], base_iri=asked["base"], prefixes=PREFIXES, **_dataset(asked))
        kind = _kind(found)
        form = asked["formats"][kind]
        if form is not None:
            found.serialize(out, (_GRAPH if kind == "graph" else _ROWS)[form])
            return out.end({"status": 200, "kind": kind})
        refuse(send, 406, kind)
    except TooLarge:
        refuse(send, 413, f"The result is larger than {limits.result} MB; ask for less, with LIMIT and OFFSET.")
    except MemoryError:
        refuse(send, 413, f"The query needs more than {limits.memory} MB of memory; make it more selective.")
    except SyntaxError as error:
        refuse(send, 400, f"The SPARQL text is wrong{_where(asked['query'], str(error.msg or error))}.")
    except (ValueError, OSError, RuntimeError) as error:  # RuntimeError: a function that is not known
        refuse(send, 400, f"The query cannot be run: {str(error).rstrip('.')}.")


def _where(query: str, message: str) -> str:
    """Return line, column and cause; the parser names the end of the text for a bracket that is too many before it."""
    wrong = wrong_bracket(query)
    if wrong is not None:
        before = query[:wrong]
        message = f"error at {before.count(chr(10)) + 1}:{wrong - before.rfind(chr(10))}"
    return place(query, message)


_NO_GRAPH = (
    "The graph <{}> of FROM is not in this store, and nothing is fetched from elsewhere; GRAPH ?g lists the graphs."
)


def refuse(send: Callable[[bytes], None], status: int, sentence: str) -> None:
    """Send a status and a sentence in place of an answer."""
    send(wire.packed(wire.END, {"status": status, "sentence": sentence}))


def _kind(found: Any) -> str:
    if isinstance(found, ox.QueryTriples):
        return "graph"
    return "boolean" if isinstance(found, ox.QueryBoolean) else "rows"


def _dataset(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the dataset of the protocol, which speaks before FROM; without one the query and the store decide."""
    if not asked["default"] and not asked["named"]:
        return {}
    return {
        "default_graph": [ox.NamedNode(graph) for graph in asked["default"]],
        "named_graphs": [ox.NamedNode(graph) for graph in asked["named"]],
    }
