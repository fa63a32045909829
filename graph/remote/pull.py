"""``mirror pull`` from a SPARQL service: reads the truth back into a store, sources and decisions, quad for quad.

Of each source the graph that is shown is taken, what is kept of it as it was loaded is put in the place of what stands
otherwise there, and records are made of it again. A source comes in only if what was made of it has the sum, letter by
letter, of what was pushed.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyoxigraph as ox

from ...ontology import convert
from ...ontology.convert import SKOSXL, Block
from ...ontology.model import ID, ML, Entity, Loaded, Name, Source, Statement, source_iri
from ..mirror.ledger import Ledger
from ..mirror.pull import IncompleteMirror, PullReport, continued
from ..store import Store
from .graphs import there
from .layout import Entry, Manifest, Mover, as_loaded, decisions_of, kept_of, loaded_lines, note, ties_of
from .service import Service
from .terms import key, line_of, plain

Progress = Callable[[str, int, int], None]
#: A node of a record: the record's IRI stands before it.
_NODE = re.compile(r"(.*)/(?:(?:evidence|discussed)(?:/[A-Za-z0-9_.-]+)?|name/[A-Za-z0-9_.-]+)/\d+")
_LINKS = f"{ID}link/"


def pull(path: str | Path, service: Service, *, progress: Progress = lambda stage, done, total: None) -> PullReport:
    """Load what a service holds into the store at ``path``, which is made where there is none; all of it or nothing.

    Sources of the store that the service does not hold stay.

    :raises IncompleteMirror: If there is no mirror, a push into it was cut off, or it was changed since.
    :raises DecisionsDiffer: If the store has decisions that the mirror contradicts.
    :raises StoreLocked: If another process is writing to the store.
    """
    where = service.address.url
    manifest = Manifest.of(service)
    if manifest is None:
        raise IncompleteMirror(f"There is no mirror at {where}; `multilateral mirror push` makes one.")
    if manifest.half:
        raise IncompleteMirror(
            f"A push to {where} was cut off ({', '.join(manifest.half)}); push again to finish it, then pull."
        )
    decisions = decisions_of(service)
    with Store.writing(path) as store:
        new = continued(list(store.decisions), decisions, store)
        wanted = {s: e for s, e in manifest.sources.items() if not _has(store, s, e)}
        report = PullReport(store.load(_loads(service, wanted, progress)))
        if new:
            report.decisions = store.decisions.append(new)
    return report


def _has(store: Store, source_id: str, entry: Entry) -> bool:
    """Tell whether a store holds what was pushed of a source, in whatever order."""
    sums = store.fingerprints()
    if source_id not in sums or sums[source_id] == entry.sum:
        return source_id in sums
    with Ledger() as here:
        for line in loaded_lines(store, source_id):
            note(here, line, exact=True)
        return here.digest() == entry.loaded


def _loads(service: Service, wanted: dict[str, Entry], progress: Progress) -> Iterator[Loaded]:
    move = Mover(ties_of(service))
    for source_id, entry in wanted.items():
        me = ox.NamedNode(source_iri(source_id))
        with _spool(service, source_id, move, progress) as spool:
            head = [line for (line,) in spool.execute("SELECT line FROM triple WHERE head = ?", (me.value,))]
            try:
                source = convert.read_source(_quads(head, me))
            except (ValueError, KeyError):
                raise _changed(service, source_id) from None
            yield Loaded(source, _statements(service, source, entry, spool))


def _statements(service: Service, source: Source, entry: Entry, spool: sqlite3.Connection) -> Iterator[Statement]:
    """Yield the records of a source, things before links, and at the end see that they are what was pushed."""
    me = ox.NamedNode(source.iri)
    rows = spool.execute("SELECT head, line FROM triple WHERE head <> ? ORDER BY link, head", (source.iri,))
    with Ledger() as made:

        def noted(quads: Iterator[ox.Quad]) -> None:
            for q in quads:
                note(made, line_of(ox.Triple(q.subject, q.predicate, q.object)), exact=True)

        noted(convert.source_quads(source))
        for head, lines in groupby(rows, key=itemgetter(0)):
            try:
                statement = statement_of(head, _quads([line for _, line in lines], me))
            except (ValueError, KeyError, StopIteration, ArithmeticError, AttributeError):
                # AttributeError: an IRI where a text belongs.
                raise _changed(service, source.id) from None
            if statement is not None:
                noted(convert.quads(statement, source.id))
                yield statement
        if made.digest() != entry.loaded:
            raise _changed(service, source.id)


def _changed(service: Service, source_id: str) -> IncompleteMirror:
    return IncompleteMirror(
        f"What {service.address.url} holds of the source {source_id!r} is not what was pushed; `mirror check` names "
        "what was changed, and `mirror push --all` from a store that has the source repairs it."
    )


def _quads(lines: list[bytes], graph: ox.NamedNode) -> Iterator[ox.Quad]:
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)


def statement_of(head: str, quads: Iterator[ox.Quad]) -> Statement | None:
    """Return the entity or link of the triples of one record in any order; ``None`` where they are no record."""
    block: Block = {}
    for quad in sorted(quads, key=_place):
        block.setdefault(quad.subject.value, []).append((quad.predicate.value, quad.object))  # type: ignore[union-attr]
    if not any(predicate == convert.TYPE.value for predicate, _ in block.get(head, ())):
        return None
    statement = convert.read_block(head, block)
    if isinstance(statement, Entity):
        return replace(statement, names=tuple(_names(statement, head, block)))
    return statement


def _place(quad: ox.Quad) -> tuple[str, str, int, str]:
    """Return where a triple stands in its record: nodes by their numbers."""
    word = str(quad.object)
    _, _, number = word.rstrip(">").rpartition("/")
    numbered = isinstance(quad.object, ox.NamedNode) and number.isascii() and number.isdigit()
    return str(quad.subject), quad.predicate.value, int(number) if numbered else 0, word


def _names(entity: Entity, head: str, block: Block) -> Iterator[Name]:
    """Yield the names of a thing: those with dates as their labels are numbered, the others after them."""
    dated = []
    for subject, said in block.items():
        values = dict(said)
        if (literal := values.get(f"{SKOSXL}literalForm")) is not None and subject != head:
            times = [values[p].value if p in values else None for p in (f"{ML}validFrom", f"{ML}validTo")]
            kind = values[f"{ML}nameKind"].value
            dated.append((int(subject.rpartition("/")[2]), Name(literal.value, literal.language or "", kind, *times)))
    names = [name for _, name in sorted(dated, key=itemgetter(0))]
    yield from names
    yield from (name for name in entity.names if not (name.valid_from or name.valid_to))


@contextmanager
def _spool(service: Service, source_id: str, move: Mover, progress: Progress) -> Iterator[sqlite3.Connection]:
    """Give a temporary database of the triples of a source as it was loaded: ``triple (head, link, line)``."""
    with tempfile.TemporaryDirectory(prefix="multilateral-") as folder:
        db = sqlite3.connect(Path(folder) / "pulled.db", isolation_level=None)
        try:
            db.executescript(
                """
                PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
                CREATE TABLE triple (head TEXT, link INTEGER, line BLOB);
                CREATE TABLE otherwise (mark BLOB PRIMARY KEY) WITHOUT ROWID;
                BEGIN;
                """
            )
            with service.graph(as_loaded(source_id)) as kept:
                for triple in kept:
                    line = kept_of(triple)
                    db.execute("INSERT INTO triple VALUES (?, ?, ?)", _row(line))
                    db.execute("INSERT OR IGNORE INTO otherwise VALUES (?)", (key(move(line)[0]),))
            for number, line in enumerate(there(service, source_iri(source_id))):
                if number % 5_000 == 0:
                    progress(f"Pulling {source_id}", number, 0)
                if not db.execute("SELECT 1 FROM otherwise WHERE mark = ?", (key(line),)).fetchone():
                    db.execute("INSERT INTO triple VALUES (?, ?, ?)", _row(plain(line)))
            db.execute("COMMIT")
            yield db
        finally:
            db.close()


def _row(line: bytes) -> tuple[str, bool, bytes]:
    """Return a line with the record to which it belongs and whether that is a link."""
    subject = line.partition(b" ")[0][1:-1].decode("utf-8", "surrogatepass")
    found = _NODE.fullmatch(subject)
    head = found[1] if found else subject
    return head, head.startswith(_LINKS), line
