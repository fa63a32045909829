"""The RDF index: a pyoxigraph store in which each source is a named graph and the default graph is their union.

The union is stored, not computed: pyoxigraph's own union repeats a triple that several graphs hold, and a count
over it would be wrong. In the union each thing stands under its canonical IRI and has one preferred name a
language; the named graphs keep what each source said. They are indexed when a query first asks for one
(``docs/decisions/union-graph.md``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..ontology.convert import PREFIXES
from ..ontology.errors import BadQuery
from .canonical import canonical, loader_rank, under_canonical
from .index_build import build, build_whole
from .index_records import DECISIONS_GRAPH, ONTOLOGY_GRAPH
from .projections import Built, discard, pin, projection
from .store import Store

__all__ = ["DECISIONS_GRAPH", "ONTOLOGY_GRAPH", "RdfIndex", "canonical", "loader_rank", "place", "under_canonical"]

#: What in a query is no word of it: escaped signs, IRIs, strings and comments.
_NO_WORDS = re.compile(
    r"""\\.|<[^<>"{}|^`\\\x00-\x20]*>|\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}"""
    r"""|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'|\#[^\r\n]*""",
    re.DOTALL,
)
_DATASET = re.compile(r"(?i)(?<![?$:\w])(?:graph|from)\b")


class RdfIndex:
    """The index of a store's present truth, opened for reading.

    ``db`` holds the union, and of the named graphs what says which source states a record (``index_build``).

    :raises StorageFailed: If it has to be built and the disk refuses.
    """

    def __init__(self, store: Store) -> None:
        self.truth = pin(store)
        self.built, self.db = self._opened("rdf")

    def _opened(self, kind: str) -> tuple[Built, ox.Store]:
        def make(built: Built, before: Built | None) -> None:
            if kind == "rdf":
                build(self.truth, built, before)
            else:
                build_whole(self.truth, built, before, self.built)

        for attempt in (1, 2):
            built = projection(self.truth, kind, make if attempt == 1 else lambda built, _: make(built, None))
            try:
                return built, ox.Store.read_only(str(built.folder / "db"))
            except (OSError, RuntimeError):  # RuntimeError is what pyoxigraph calls corruption
                if attempt == 2:
                    raise
                discard(built)
        raise AssertionError

    @cached_property
    def _whole(self) -> tuple[Built, ox.Store]:
        return self._opened("graphs")

    @property
    def whole(self) -> Path:
        """The folder of the index with all named graphs, built if need be.

        :raises StorageFailed: If it has to be built and the disk refuses.
        """
        return self._whole[0].folder / "db"

    @property
    def damaged(self) -> dict[str, str]:
        """The sources that could not be read, with the sentence that says why."""
        return self.built.damaged

    def query(self, text: str) -> Any:
        """Run a SPARQL query that reads; return what pyoxigraph returns for its form.

        The prefixes of the ontology are known. Values go into a text by :func:`multilateral.queries.binding.bind`.

        :raises BadQuery: If the text is wrong or is an update.
        :raises StorageFailed: If named graphs have to be indexed for it and the disk refuses.
        """
        db = self._whole[1] if names_graphs(text) else self.db
        try:
            return db.query(text, prefixes=PREFIXES)
        except SyntaxError as error:
            raise BadQuery(_syntax(text, error)) from error
        except (ValueError, OSError, RuntimeError) as error:  # Runtime: a variable not selected
            raise BadQuery(f"The SPARQL text cannot be run: {error}.") from error

    def rows(self, text: str) -> Iterator[dict[str, Any]]:
        """Run a SELECT; yield a row as ``{variable: term or None}``."""
        solutions = self.query(text)
        names = [v.value for v in solutions.variables]
        for solution in solutions:
            yield {name: solution[name] for name in names}


def names_graphs(text: str) -> bool:
    """Tell whether a SPARQL text may speak of named graphs; only one that says ``GRAPH`` or ``FROM`` can.

    >>> names_graphs("SELECT * { GRAPH ?g { ?s ?p ?o } }"), names_graphs("SELECT * { ?s ?p 'from' } # GRAPH")
    (True, False)
    """
    # Where letters may be written as \\u0047, it is not worth finding out which.
    return "\\u" in text.lower() or _DATASET.search(_NO_WORDS.sub(" ", text)) is not None


def _syntax(text: str, error: SyntaxError) -> str:
    try:
        ox.Store().update(text, prefixes=PREFIXES)
    except (SyntaxError, ValueError, OSError):
        return f"The SPARQL text is wrong{place(text, str(error.msg or error))}."
    return "The SPARQL text is an update, and this command only reads; use `load` and `forget` to change the store."


def place(text: str, message: str) -> str:
    """Return where and why in words, from the parser's "error at 1:23: expected one of …"."""
    found = re.match(r"error at (\d+):(\d+)", message)
    if not found:
        return f": {message.splitlines()[0]}"
    line, column = int(found[1]), int(found[2])
    written = (text.splitlines() or [""])[line - 1 : line]
    rest = written[0][column - 1 : column + 19] if written else ""
    said = [s for s in ("Prefix not found", "The SELECT contains a variable that is unbound") if s in message]
    why = f" ({said[0].removeprefix('The ').lower()})" if said else ""
    near = f"near {rest!r}" if rest.strip() else "where it ends too early"
    return f" at line {line}, column {column}, {near}{why}"
