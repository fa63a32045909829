"""Reading one graph of a service whole, in flat memory: all of it, or one sentence that says why not.

A service may cut an answer off at a limit of its own and say nothing. So the triples that came are counted against
those that it says it has, and where they are fewer, or the answer was too long for it, another way is tried.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyoxigraph as ox

from ...ontology import convert
from ...ontology.convert import XSD
from ...ontology.errors import BadQuery, MultilateralError
from ...ontology.model import Link, Loaded, Source, Statement
from .errors import SignInRefused, StoreUnavailable
from .pull import _LINKS
from .reading_layout import Graph
from .reading_pages import cut_off, ways
from .reading_records import PARTS, Records, direct
from .service import Service
from .terms import line_of, plain

_DECIMAL = f'.0"^^<{XSD}decimal> .\n'.encode()


@contextlib.contextmanager
def read(service: Service, graph: Graph, count: int, source: Source) -> Iterator[Loaded]:
    """Give a graph as a source; ``source`` describes it where it does not do so itself.

    What of it fits the ontology not or not wholly is counted as skipped.

    :raises StoreUnavailable: If not all of its triples come.
    """
    with tempfile.TemporaryDirectory(prefix="multilateral-") as folder:
        db = sqlite3.connect(Path(folder) / "graph.db", isolation_level=None)
        try:
            db.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;"
                "CREATE TABLE triple (subject TEXT, line BLOB); CREATE TABLE part (node TEXT, record TEXT);"
                "CREATE TABLE seen (mark INTEGER PRIMARY KEY);"
                "CREATE TABLE stated (mark INTEGER PRIMARY KEY); CREATE TABLE linked (mark INTEGER PRIMARY KEY);"
            )
            _fill(db, service, graph, count)
            described = _described(db, graph) or source
            skipped: dict[str, int] = {}
            records = Records(described, skipped)
            own = described is not source
            yield Loaded(described, (_statements if own else _all_statements)(db, described, records), skipped)
        finally:
            db.close()


def _fill(db: sqlite3.Connection, service: Service, graph: Graph, count: int) -> None:
    """Read a graph in one way after another, until as many triples have come as there are."""
    problem: MultilateralError | None = None
    for triples, may_repeat in ways(service, graph, count):
        db.executescript("DELETE FROM triple; DELETE FROM part; DELETE FROM seen; BEGIN;")
        try:
            number = sum(1 for triple in triples if _taken(db, triple, may_repeat))
        except SignInRefused:
            raise
        except (StoreUnavailable, BadQuery) as error:
            problem = error
        else:
            if number == count:
                db.execute("COMMIT")
                db.execute("CREATE INDEX subjects ON triple (subject)")
                return
            problem = cut_off(service, graph, number, count)
        db.execute("COMMIT")
    if problem is not None:
        raise problem


def _taken(db: sqlite3.Connection, triple: ox.Triple, may_repeat: bool) -> bool:
    """Write a triple down; tell whether it counts: one that comes a second time does not."""
    line = line_of(triple)
    if may_repeat:
        mark = int.from_bytes(hashlib.blake2b(line, digest_size=8).digest(), signed=True)
        if not db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (mark,)).rowcount:
            return False
    if isinstance(triple.subject, ox.NamedNode):
        db.execute("INSERT INTO triple VALUES (?, ?)", (triple.subject.value, _usual(line)))
        if triple.predicate.value in PARTS and isinstance(triple.object, ox.NamedNode):
            db.execute("INSERT INTO part VALUES (?, ?)", (triple.object.value, triple.subject.value))
    return True


def _usual(line: bytes) -> bytes:
    """Return a line without the ``.0`` that some services add to whole numbers (Fuseki on disk)."""
    return plain(line) if line.endswith(_DECIMAL) else line


def _described(db: sqlite3.Connection, graph: Graph) -> Source | None:
    """Return what a graph says of itself."""
    if not graph.described or graph.iri is None:
        return None
    head = [line for (line,) in db.execute("SELECT line FROM triple WHERE subject = ?", (graph.iri,))]
    try:
        found = convert.read_source(_quads(head, ox.NamedNode(graph.iri)))
    except (ValueError, KeyError):
        return None
    return found if found.iri == graph.iri else None


def _statements(db: sqlite3.Connection, source: Source, records: Records) -> Iterator[Statement]:
    """Yield the records, things before links."""
    for _, _, statement in _read(db, source, records):
        if statement is not None:
            yield statement


def _all_statements(db: sqlite3.Connection, source: Source, records: Records) -> Iterator[Statement]:
    """Yield the records, and count the direct triples of a graph of others that no link stands beside."""
    for head, quads, statement in _read(db, source, records):
        if isinstance(statement, Link):
            ends = (statement.source_iri, statement.relation, statement.target_iri)
            db.execute("INSERT OR IGNORE INTO linked VALUES (?)", (hash(ends),))
        else:
            db.executemany("INSERT OR IGNORE INTO stated VALUES (?)", ((hash(t),) for t in direct(head, quads)))
        if statement is not None:
            yield statement
    (alone,) = db.execute("SELECT count(*) FROM stated WHERE mark NOT IN (SELECT mark FROM linked)").fetchone()
    if alone:
        records.skip("relation that is stated without a link", alone)


def _read(
    db: sqlite3.Connection, source: Source, records: Records
) -> Iterator[tuple[str, list[ox.Quad], Statement | None]]:
    """Yield the IRI, the triples and what is made of them of each record, things before links.

    A node of evidence belongs to the records that point to it: its own IRI may be that of a thing before decisions.
    """
    rows = db.execute(
        "SELECT head, line FROM (SELECT subject AS head, line FROM triple WHERE subject <> :source "
        "UNION ALL SELECT record, line FROM part JOIN triple ON subject = node WHERE node <> record) "
        "ORDER BY substr(head, 1, :length) = :links, head",
        {"source": source.iri, "length": len(_LINKS), "links": _LINKS},
    )
    graph = ox.NamedNode(source.iri)
    for head, lines in groupby(rows, key=itemgetter(0)):
        quads = list(_quads([line for _, line in lines], graph))
        yield head, quads, records.read(head, quads)


def _quads(lines: list[bytes], graph: ox.NamedNode) -> Iterator[ox.Quad]:
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
