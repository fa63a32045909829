"""The statements of an RDF file by subject and by object, in memory, or in a temporary file where there are many.

RDF says nothing of order: what is said of one thing may stand anywhere in a file. The order in which statements stand
is kept all the same, so that names and evidence come back as they were written.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

#: The statements that are held in memory; with more, all go to a temporary file.
IN_MEMORY: Final = 400_000
_BATCH: Final = 50_000


class Term(NamedTuple):
    """An object of a statement. ``kind`` is ``"i"`` (IRI), ``"b"`` (blank) or ``"l"`` (literal).

    ``lang`` and ``datatype`` are those of a literal, ``""`` where it has none or is plain text.
    """

    kind: str
    value: str
    lang: str = ""
    datatype: str = ""


_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


def term_of(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> Term:
    """Return a term of the parser as ours."""
    if isinstance(term, ox.NamedNode):
        return Term("i", term.value)
    if isinstance(term, ox.BlankNode):
        return Term("b", f"_:{term.value}")
    if term.language:
        return Term("l", term.value, term.language)
    datatype = term.datatype.value
    return Term("l", term.value, "", "" if datatype == _STRING else datatype)


Row = tuple[str, Term]


class Index:
    """Statements by subject and by object. Blank nodes are named ``_:label``. Call :meth:`remove` at the end."""

    def __init__(self, in_memory: int | None = None) -> None:
        self._limit = IN_MEMORY if in_memory is None else in_memory
        self._said: dict[str, list[Row]] = {}
        self._back: dict[str, list[tuple[str, str]]] = {}
        self._count = 0
        self.folder: tempfile.TemporaryDirectory[str] | None = None
        self._base: sqlite3.Connection | None = None
        self._pending: list[tuple[str, str, str, str, str, str]] = []

    def remove(self) -> None:
        """Delete the temporary file, if there is one; nothing can be asked after that."""
        if self._base is not None:
            self._base.close()
        if self.folder is not None:
            self.folder.cleanup()

    def add(self, subject: str, predicate: str, term: Term) -> None:
        """Take a statement."""
        self._count += 1
        if self._base is not None:
            self._pending.append((subject, predicate, *term))
            if len(self._pending) >= _BATCH:
                self._flush()
            return
        self._said.setdefault(subject, []).append((predicate, term))
        if term.kind != "l":
            self._back.setdefault(term.value, []).append((subject, predicate))
        if self._count >= self._limit:
            self._spill()

    def close(self) -> None:
        """Say that all statements have been taken; must come before anything is asked."""
        if self._base is not None:
            self._flush()
            self._base.execute("CREATE INDEX by_subject ON said (subject)")
            self._base.execute("CREATE INDEX by_object ON said (value) WHERE kind <> 'l'")
            self._base.execute(
                "CREATE TABLE subjects AS SELECT subject, min(rowid) AS first FROM said GROUP BY subject"
            )
            self._base.execute("CREATE INDEX by_first ON subjects (first)")

    def subjects(self) -> Iterator[str]:
        """Yield the subjects in the order in which they first stand in the file."""
        if self._base is None:
            yield from self._said
        else:
            for (subject,) in self._base.execute("SELECT subject FROM subjects ORDER BY first"):
                yield subject

    def rows(self, subject: str) -> list[Row]:
        """Return what is said of a subject, each statement once, in the order of the file."""
        if self._base is None:
            return list(dict.fromkeys(self._said.get(subject, ())))
        found = self._base.execute(
            "SELECT predicate, kind, value, lang, datatype FROM said WHERE subject = ? ORDER BY rowid", (subject,)
        )
        return list(dict.fromkeys((row[0], Term._make(row[1:])) for row in found))

    def incoming(self, thing: str, most: int = 100) -> list[tuple[str, str]]:
        """Return the first statements whose object is a thing, as (subject, predicate)."""
        if self._base is None:
            return self._back.get(thing, [])[:most]
        return self._base.execute(
            "SELECT subject, predicate FROM said WHERE value = ? AND kind <> 'l' ORDER BY rowid LIMIT ?", (thing, most)
        ).fetchall()

    def _spill(self) -> None:
        """Go over to a temporary file."""
        self.folder = tempfile.TemporaryDirectory(prefix="multilateral-rdf-", ignore_cleanup_errors=True)
        base = sqlite3.connect(Path(self.folder.name) / "statements", isolation_level=None, check_same_thread=False)
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA synchronous = OFF")
        base.execute("PRAGMA cache_size = -65536")
        base.execute("CREATE TABLE said (subject, predicate, kind, value, lang, datatype)")
        self._base = base
        for subject, rows in self._said.items():
            self._pending += [(subject, predicate, *term) for predicate, term in rows]
            if len(self._pending) >= _BATCH:
                self._flush()
        self._flush()
        self._said, self._back = {}, {}

    def _flush(self) -> None:
        if self._base is not None and self._pending:
            self._base.execute("BEGIN")
            self._base.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?)", self._pending)
            self._base.execute("COMMIT")
        self._pending.clear()
