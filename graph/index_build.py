"""How the RDF index is built, and how a new one is made from an older one where that is quicker.

Two databases are kept. The first holds the union as its default graph, and of the named graphs what is needed to say
which source states a record and to take a source out again (:mod:`.index_records`): the first line of each link and
thing, and what is said of a thing itself. Of a source of very many things, which few others speak of, that is left out
where no other does. It is the database that nearly every question needs. The second holds the whole of the named graphs
too; it is made from the first when somebody asks for a named graph.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Collection, Iterator
from importlib import resources
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from ..ontology.errors import DamagedSource
from . import kept
from .background import as_file
from .canonical import canonical, loader_rank
from .index_change import (
    LOADED_PER_SECOND,
    REMOVED_PER_SECOND,
    move,
    moves_between,
    one_name_a_language,
    remove,
    twice,
)
from .index_records import DECISIONS_GRAPH, ONTOLOGY_GRAPH, RECORDED_AS, spell_out
from .projections import Built, Pinned
from .source_lines import Records, end_of_line, whole_lines

#: Bytes above which a load goes on with one batch at a time: pyoxigraph would hold several, of about 300 MB each.
_MOST_MEMORY = 1_270_000_000
_LONGEST_WAIT = 60.0
#: A source that describes more things than this is kept in brief.
MANY = 5_000


def build(store: Pinned, built: Built, before: Built | None) -> None:
    """Fill the folder of the first database; ``before`` is an older one."""
    tops = canonical(store)
    change = _change(built, before, tops) if before is not None else None
    built.facts = {}
    if before is None or change is None or not _from_before(store, built, before, *change, whole=False):
        _from_scratch(store, built)
    built.facts["canonical"] = tops


def build_whole(store: Pinned, built: Built, before: Built | None, union: Built) -> None:
    """Fill the folder of the second database, from an older one or from the first one of the same moment."""
    change = _change(built, before, canonical(store)) if before is not None and not union.damaged else None
    if before is None or change is None or not _from_before(store, built, before, *change, whole=True):
        built.damaged = dict(union.damaged)
        ox.Store.read_only(str(union.folder / "db")).backup(str(built.folder / "db"))
        db = ox.Store(str(built.folder / "db"))
        there = [s for s in built.sums if s not in built.damaged]
        _bulk_load(db, store, _Lines(canonical(store), _files(store, there), union=False, whole=True))
        db.flush()
    built.facts = dict(union.facts)


def _from_before(
    store: Pinned, built: Built, before: Built, gone: list[str], new: list[str], moves: dict[str, str], *, whole: bool
) -> bool:
    """Make the index from an older one; tell whether that worked, which it does not where a source is damaged."""
    try:
        # A backup is made of hard links: it costs next to nothing, and readers of the older index notice nothing.
        ox.Store.read_only(str(before.folder / "db")).backup(str(built.folder / "db"))
    except (OSError, RuntimeError):  # it is broken, or another process has just swept it
        shutil.rmtree(built.folder / "db", ignore_errors=True)
        return False
    db = ox.Store(str(built.folder / "db"))
    built.facts = {
        "quads": {s: n for s, n in before.facts["quads"].items() if s not in gone},
        "brief": [s for s in before.facts["brief"] if s not in gone],
    }
    if not (
        all(remove(db, source_id, whole=whole, brief=source_id in before.facts["brief"]) for source_id in gone)
        and (not moves or move(db, moves, canonical(store)))
        and _add_beside(store, built, db, new, whole=whole)
    ):
        del db
        shutil.rmtree(built.folder / "db")
        return False
    one_name_a_language(db, _ranks(store, built))
    db.flush()
    return True


def _change(built: Built, before: Built, tops: dict[str, str]) -> tuple[list[str], list[str], dict[str, str]] | None:
    """Return what goes, what comes and what moves, or ``None`` where making the index again is quicker or needed."""
    if before.damaged or before.ontology != built.ontology or "canonical" not in before.facts:
        return None
    moves = moves_between(before.facts["canonical"], tops)
    if moves is None:
        return None
    gone = [s for s in before.sums if built.sums.get(s) != before.sums[s]]
    new = [s for s in built.sums if before.sums.get(s) != built.sums[s]]
    sizes: dict[str, int] = before.facts["quads"]
    stay = sum(n for s, n in sizes.items() if s not in gone)
    if sum(sizes[s] for s in gone) / REMOVED_PER_SECOND > stay / LOADED_PER_SECOND:
        return None
    return gone, new, moves


def _from_scratch(store: Pinned, built: Built) -> None:
    built.damaged.clear()
    while not _attempt(store, built):  # a damaged source was found half-way: once more without it
        shutil.rmtree(built.folder / "db")


def build_ahead(built: Built, source_id: str, blocks: Iterator[bytes], *, brief: bool) -> None:
    """Fill the folder of the first database with one source, of whose lines each block has whole ones.

    It is the only source, and nothing has been decided.
    """
    db = _begun(built, {})
    lines = _Lines({}, {source_id: blocks}, union=True, whole=False, brief=[source_id] if brief else [])
    with as_file(lines.blocks()) as opened:
        db.bulk_load(**opened, format=ox.RdfFormat.N_QUADS, lenient=True)
    one_name_a_language(db, {source_id: 0})
    db.flush()
    built.facts = {"quads": lines.counts, "brief": [source_id] if brief else [], "canonical": {}}


def _ranks(store: Pinned, built: Built) -> dict[str, int]:
    return {s: loader_rank(store, s) for s in built.sums if s not in built.damaged}


def _begun(built: Built, tops: dict[str, str]) -> ox.Store:
    """Return the first database with the ontology and the decisions."""
    db = ox.Store(str(built.folder / "db"))
    ontology = resources.files("multilateral.ontology").joinpath("cooperation.ttl").read_bytes()
    terms = ox.parse(ontology, format=ox.RdfFormat.TURTLE)
    described = (ox.Quad(t.subject, t.predicate, t.object, ONTOLOGY_GRAPH) for t in terms)
    ties = ((ox.NamedNode(top), ox.NamedNode(iri)) for iri, top in tops.items())
    tied = (ox.Quad(top, RECORDED_AS, iri, DECISIONS_GRAPH) for top, iri in ties)
    db.bulk_extend(twice(chain(described, tied)))
    return db


def _attempt(store: Pinned, built: Built) -> bool:
    db = _begun(built, canonical(store))
    built.facts = {"quads": {}, "brief": []}
    there = [s for s in built.sums if s not in built.damaged]
    if not _add(store, built, db, there, whole=False):
        return False
    one_name_a_language(db, _ranks(store, built))
    db.flush()
    return True


def _several(store: Pinned, built: Built) -> set[str] | None:
    """Return the IRIs of things of which there may be several records, ``None`` where that is not known."""
    found = kept.described_twice(store, [s for s in built.sums if s not in built.damaged])
    tops = canonical(store)
    return None if found is None else found.union(tops, tops.values())


def _add_beside(store: Pinned, built: Built, db: ox.Store, sources: list[str], *, whole: bool) -> bool:
    """Add sources to what is there; tell whether that could be done."""
    if not sources:
        return True
    several, first = None, b""
    if built.facts["brief"] and not whole:  # what they alone said of a thing until now has to be spelled out
        coming = [kept.things(store, source_id) for source_id in sources]
        several, tops = _several(store, built), canonical(store)
        if several is None or None in coming:
            return False
        named = {tops.get(iri, iri) for things in coming for iri in things or ()} & several
        spelled = [quad for iri in sorted(named) for quad in spell_out(db, ox.NamedNode(iri))]
        first = ox.serialize(spelled, format=ox.RdfFormat.N_QUADS) or b""
    return _add(store, built, db, sources, whole=whole, several=several, first=first)


def _add(
    store: Pinned, built: Built, db: ox.Store, sources: list[str], *, whole: bool,
    several: set[str] | None = None, first: bytes = b"",
) -> bool:  # fmt: skip
    """Bulk-load sources; tell whether all could be read to the end. If not, part of them is in the index by now."""
    brief = [] if whole else [s for s, things in kept.described(store, sources).items() if things > MANY]
    if brief and several is None:
        several = _several(store, built)
    if several is None:
        brief = []
    files = _files(store, sources)
    lines = _Lines(canonical(store), files, union=True, whole=whole, brief=brief, several=several or (), first=first)
    try:
        _bulk_load(db, store, lines)
    except DamagedSource as error:
        built.damaged[error.source_id] = str(error)
        return False
    built.facts["quads"] |= lines.counts
    built.facts["brief"] += brief
    return True


def _bulk_load(db: ox.Store, store: Pinned, lines: _Lines) -> None:
    """Load the lines of sources in one go.

    One go is not only quicker. What comes in several makes RocksDB merge its files, which then take twice the space.
    """
    # To prove every IRI takes a tenth of the time, and those that are held have been proved when they were made.
    proved = all(kept.holds(store, source_id) for source_id in lines.counts)
    try:
        with as_file(lines.blocks()) as opened:
            db.bulk_load(**opened, format=ox.RdfFormat.N_QUADS, lenient=proved)
    except (SyntaxError, ValueError):
        for source_id in lines.counts:  # which one it was, the reader of them all cannot tell
            for _ in store.quads(source_id):
                pass
        raise


def _memory() -> int:
    """Return how many bytes of memory this process holds, 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _engine_threads() -> int | None:
    """Return how many threads this process has that are none of Python's, ``None`` where the system does not tell."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir()) - threading.active_count()
    except OSError:
        return None


def _files(store: Pinned, sources: list[str]) -> dict[str, Iterator[bytes]]:
    return {source_id: whole_lines(store, source_id) for source_id in sources}


class _Lines:
    """What of some sources goes into an index as lines of N-Quads, with things moved by the decisions.

    With ``union`` all lines without their graph; with their graph all of them (``whole``), or those that tell whose
    a record is and what is said of the things themselves, of sources in ``brief`` only of things in ``several``.
    """

    def __init__(
        self, tops: dict[str, str], files: dict[str, Iterator[bytes]], *, union: bool, whole: bool,
        brief: Collection[str] = (), several: Collection[str] = (), first: bytes = b"",
    ) -> None:  # fmt: skip
        self.counts = dict.fromkeys(files, 0)
        self._table = {f"<{iri}>".encode(): f"<{top}>".encode() for iri, top in tops.items()}
        self._union, self._whole, self._brief = union, whole, brief
        self._several = {f"<{iri}>".encode() for iri in several}
        self._files, self._first = files, first
        self._idle = _engine_threads()

    def blocks(self) -> Iterator[bytes]:
        """Yield the lines in blocks."""
        yield self._first
        for source_id in self.counts:
            for block in self._of(source_id):
                self._wait()
                yield block

    def _wait(self) -> None:
        """Where memory runs high, let pyoxigraph's threads finish what they sort before they are given more."""
        until = time.monotonic() + _LONGEST_WAIT
        while self._idle is not None and _memory() > _MOST_MEMORY and (_engine_threads() or 0) > self._idle:
            time.sleep(0.02)
            if time.monotonic() > until:  # it is another thread that does not end
                self._idle = None

    def _of(self, source_id: str) -> Iterator[bytes]:
        end, records = end_of_line(source_id), Records()
        spelled = self._several if source_id in self._brief else None
        for block in self._files[source_id]:
            lines = block.split(end)
            lines.pop()
            self.counts[source_id] += len(lines)
            # Found by the IRIs of the source, which those of evidence begin with, and only then moved.
            named = lines if self._whole else records.beside_nodes(lines, links=True, spelled=spelled)
            if self._union:
                yield b" .\n".join([*self._moved(lines), b""])
            if named:
                yield end.join([*self._moved(named), b""])

    def _moved(self, lines: list[bytes]) -> list[bytes]:
        """Put the things in some lines under their canonical IRIs."""
        table, found = self._table, []
        if not table:
            return lines
        mine, moved = b"\n", False  # the subject, which most lines share with the one before
        for line in lines:
            if not line.startswith(mine):
                subject = line[: line.index(b" ")]
                mine, moved = subject + b" ", subject in table
            if moved or (line.endswith(b">") and line[line.rfind(b" ") + 1 :] in table):
                subject, predicate, thing = line.split(b" ", 2)
                line = b" ".join((table.get(subject, subject), predicate, table.get(thing, thing)))
            found.append(line)
        return found
