"""How the RDF index is built, and how a new one is made from an older one where that is quicker.

Two databases are kept. The first holds the union as its default graph, and of the named graphs what is needed to say
which source states a record and to take a source out again: the first line of each link, and all others that do not
describe a link, evidence or a dated name. It is the one that nearly every question needs. The second holds the whole
of the named graphs too; it is made from the first when somebody asks for a named graph.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox

from ..ontology.convert import ALT, PREF, PREFIXES, SKOSXL, TYPE
from ..ontology.errors import DamagedSource
from ..ontology.model import ID, ML
from . import kept
from .background import ahead
from .canonical import canonical, loader_rank
from .projections import Built, Pinned
from .source_lines import Records, end_of_line, whole_lines
from .store import Store

ONTOLOGY_GRAPH = ox.NamedNode(ML.rstrip("#"))
DECISIONS_GRAPH = ox.NamedNode(ID + "source/decisions")
_RECORDED_AS = ox.NamedNode(ML + "recordedAs")
_LINK = ox.NamedNode(ML + "Link")
_NODES = tuple(
    ox.NamedNode(iri) for iri in (ML + "evidence", ML + "discussedIn", SKOSXL + "prefLabel", SKOSXL + "altLabel")
)
_DEFAULT = ox.DefaultGraph()
_GRAPH = ID + "source/"
#: Bytes above which a load goes on with one batch at a time: pyoxigraph would hold several, of about 300 MB each.
_MOST_MEMORY = 1_200_000_000
_LONGEST_WAIT = 60.0
#: Quads a second removed and loaded, as measured: what decides between changing an index and making it again.
_REMOVED_PER_SECOND, _LOADED_PER_SECOND = 9_000, 100_000


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
        _bulk_load(db, store, [s for s in built.sums if s not in built.damaged], union=False, whole=True)
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
    built.facts = {"quads": {s: n for s, n in before.facts["quads"].items() if s not in gone}}
    if not (
        all(_remove(db, source_id, whole=whole) for source_id in gone)
        and (not moves or _move(db, moves, canonical(store)))
        and _add(store, built, db, new, whole=whole)
    ):
        del db
        shutil.rmtree(built.folder / "db")
        return False
    _one_name_a_language(db, store, built)
    db.flush()
    return True


def _change(built: Built, before: Built, tops: dict[str, str]) -> tuple[list[str], list[str], dict[str, str]] | None:
    """Return what goes, what comes and what moves, or ``None`` where making the index again is quicker or needed."""
    if before.damaged or before.ontology != built.ontology or "canonical" not in before.facts:
        return None
    moves = _moves(before.facts["canonical"], tops)
    if moves is None:
        return None
    gone = [s for s in before.sums if built.sums.get(s) != before.sums[s]]
    new = [s for s in built.sums if before.sums.get(s) != built.sums[s]]
    sizes: dict[str, int] = before.facts["quads"]
    stay = sum(n for s, n in sizes.items() if s not in gone)
    if sum(sizes[s] for s in gone) / _REMOVED_PER_SECOND > stay / _LOADED_PER_SECOND:
        return None
    return gone, new, moves


def _moves(before: dict[str, str], tops: dict[str, str]) -> dict[str, str] | None:
    """Return the new IRI of what stood under another one, or ``None`` where what was one thing is several again."""
    moves: dict[str, str] = {}
    for iri in {*before, *before.values(), *tops}:
        old, top = before.get(iri, iri), tops.get(iri, iri)
        if moves.setdefault(old, top) != top:
            return None
    return {old: top for old, top in moves.items() if old != top}


def _move(db: ox.Store, moves: dict[str, str], tops: dict[str, str]) -> bool:
    """Put things under their new canonical IRIs; tell whether that was quicker than making the index again."""
    nodes: dict[Any, ox.NamedNode] = {ox.NamedNode(old): ox.NamedNode(top) for old, top in moves.items()}
    most = len(db) // _LOADED_PER_SECOND * _REMOVED_PER_SECOND // 2 + _REMOVED_PER_SECOND
    touched: list[ox.Quad] = []
    for node in nodes:
        for pattern in ((node, None, None, None), (None, None, node, None)):
            touched += [q for q in db.quads_for_pattern(*pattern) if q.predicate != _RECORDED_AS]
            if len(touched) > most:
                return False
    for quad in touched:
        subject: Any = nodes.get(quad.subject, quad.subject)
        moved = ox.Quad(subject, quad.predicate, nodes.get(quad.object, quad.object), quad.graph_name)
        db.remove(quad)
        db.add(moved)
    for top in set(nodes.values()):  # which name stands first may be another now: begin with what the sources say
        for predicate in (PREF, ALT):
            for quad in list(db.quads_for_pattern(top, predicate, None, _DEFAULT)):
                db.remove(quad)
            for quad in list(db.quads_for_pattern(top, predicate, None, None)):
                db.add(ox.Quad(top, predicate, quad.object))
    for quad in list(db.quads_for_pattern(None, _RECORDED_AS, None, None)):
        db.remove(quad)
    ties = ((ox.NamedNode(top), ox.NamedNode(iri)) for iri, top in tops.items())
    db.extend(_twice(ox.Quad(top, _RECORDED_AS, iri, DECISIONS_GRAPH) for top, iri in ties))
    return True


def _from_scratch(store: Pinned, built: Built) -> None:
    built.damaged.clear()
    while not _attempt(store, built):  # a damaged source was found half-way: once more without it
        shutil.rmtree(built.folder / "db")


def _attempt(store: Pinned, built: Built) -> bool:
    db = ox.Store(str(built.folder / "db"))
    built.facts = {"quads": {}}
    ontology = resources.files("multilateral.ontology").joinpath("cooperation.ttl").read_bytes()
    terms = ox.parse(ontology, format=ox.RdfFormat.TURTLE)
    described = (ox.Quad(t.subject, t.predicate, t.object, ONTOLOGY_GRAPH) for t in terms)
    ties = ((ox.NamedNode(top), ox.NamedNode(iri)) for iri, top in canonical(store).items())
    tied = (ox.Quad(top, _RECORDED_AS, iri, DECISIONS_GRAPH) for top, iri in ties)
    db.bulk_extend(_twice(chain(described, tied)))
    if not _add(store, built, db, [s for s in built.sums if s not in built.damaged], whole=False):
        return False
    _one_name_a_language(db, store, built)
    db.flush()
    return True


def _add(store: Pinned, built: Built, db: ox.Store, sources: list[str], *, whole: bool) -> bool:
    """Bulk-load sources; tell whether all could be read to the end. If not, part of them is in the index by now."""
    try:
        built.facts["quads"] |= _bulk_load(db, store, sources, union=True, whole=whole)
    except DamagedSource as error:
        built.damaged[error.source_id] = str(error)
        return False
    return True


def _bulk_load(db: ox.Store, store: Pinned, sources: list[str], *, union: bool, whole: bool) -> dict[str, int]:
    """Load the files of sources in one go; return how many lines each has.

    One go is not only quicker. What comes in several makes RocksDB merge its files, which then take twice the space.
    """
    lines = _Lines(store, sources, union=union, whole=whole)
    # To prove every IRI takes a tenth of the time, and those that are held have been proved when they were made.
    proved = all(kept.holds(store, source_id) for source_id in sources)
    try:
        db.bulk_load(cast("IO[bytes]", lines), format=ox.RdfFormat.N_QUADS, lenient=proved)
    except (SyntaxError, ValueError):
        for source_id in sources:  # which one it was, the reader of them all cannot tell
            for _ in store.quads(source_id):
                pass
        raise
    return lines.counts


def _memory() -> int:
    """Return how many bytes of memory this process holds, 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _threads() -> int:
    """Return how many threads this process has, 0 where the system does not tell."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return 0


class _Lines:
    """What of some sources goes into an index, read as from a file of N-Quads, with things moved by the decisions.

    With ``union`` all lines without their graph; with their graph all of them (``whole``), or those that tell whose
    a record is.
    """

    def __init__(self, store: Pinned, sources: list[str], *, union: bool, whole: bool) -> None:
        self.counts = dict.fromkeys(sources, 0)
        self._table = {f"<{iri}>".encode(): f"<{top}>".encode() for iri, top in canonical(store).items()}
        self._union, self._whole = union, whole
        self._threads = _threads() + 1  # the one that reads ahead
        self._blocks = ahead(block for source_id in sources for block in self._of(store, source_id))
        self._block, self._at = b"", 0

    def read(self, size: int) -> bytes:
        """Return some of what comes next, nothing at the end."""
        if self._at >= len(self._block):
            self._wait()
            self._block, self._at = next(self._blocks, b""), 0
        part = self._block[self._at : self._at + size]
        self._at += len(part)
        return part

    def _wait(self) -> None:
        """Where memory runs high, let pyoxigraph's threads finish what they sort before they are given more."""
        until = time.monotonic() + _LONGEST_WAIT
        while self._threads and _memory() > _MOST_MEMORY and _threads() > self._threads:
            time.sleep(0.02)
            if time.monotonic() > until:  # it is another thread that does not end
                self._threads = 0

    def _of(self, store: Pinned, source_id: str) -> Iterator[bytes]:
        end, records = end_of_line(source_id), Records()
        for block in whole_lines(store, source_id):
            lines = block.split(end)
            lines.pop()
            self.counts[source_id] += len(lines)
            if self._table:
                lines = self._moved(lines)
            if self._union:
                yield b" .\n".join([*lines, b""])
            if named := lines if self._whole else records.beside_nodes(lines, links=True):
                yield end.join([*named, b""])

    def _moved(self, lines: list[bytes]) -> list[bytes]:
        """Put the things in some lines under their canonical IRIs."""
        table, found = self._table, []
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


def _twice(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _remove(db: ox.Store, source_id: str, *, whole: bool) -> bool:
    """Take a source's graph out, and from the union what no other graph holds; tell whether that can be known."""
    graph = ox.NamedNode(_GRAPH + source_id)
    quads = list(db.quads_for_pattern(None, None, None, graph))
    if not whole:
        links = {q.subject for q in quads if q.predicate == TYPE and q.object == _LINK}
        if any(
            q.graph_name not in (_DEFAULT, graph) for n in links for q in db.quads_for_pattern(n, TYPE, _LINK, None)
        ):
            return False  # which of them says what of the link, only their files tell
        own = [q for link in links for q in db.quads_for_pattern(link, None, None, _DEFAULT)]
        # The IRI of a node tells the link or the source that it belongs to, so that nothing else speaks of it.
        nodes = {q.object for q in [*own, *quads] if q.predicate in _NODES}
        own += [q for node in nodes for q in db.quads_for_pattern(node, None, None, _DEFAULT)]  # type: ignore[arg-type]
        for quad in own:
            db.remove(quad)
    db.remove_graph(graph)
    named: set[Any] = set()
    for quad in quads:
        if quad.predicate in (PREF, ALT):
            named.add(quad.subject)
        for predicate in (PREF, ALT) if quad.predicate in (PREF, ALT) else (quad.predicate,):
            # A preferred name may stand in the union as an alternative one, behind that of another source.
            if not _held(db, quad.subject, predicate, quad.object):
                db.remove(ox.Quad(quad.subject, predicate, quad.object))
    for subject in named:  # a name that stood back behind the one now gone comes forward again
        for quad in list(db.quads_for_pattern(subject, PREF, None, None)):
            if quad.graph_name == _DEFAULT:
                continue
            db.add(ox.Quad(subject, PREF, quad.object))
            if not _held(db, subject, ALT, quad.object):
                db.remove(ox.Quad(subject, ALT, quad.object))
    return True


def _held(db: ox.Store, subject: Any, predicate: Any, thing: Any) -> bool:
    return any(q.graph_name != _DEFAULT for q in db.quads_for_pattern(subject, predicate, thing, None))


_SEVERAL_NAMES = """
SELECT ?thing ?lang WHERE { ?thing skos:prefLabel ?label BIND(LANG(?label) AS ?lang) }
GROUP BY ?thing ?lang HAVING (COUNT(?label) > 1)
"""


def _one_name_a_language(db: ox.Store, store: Store, built: Built) -> None:
    """In the union, leave one preferred name a language and make the others alternative ones."""
    order = {_GRAPH + s: (loader_rank(store, s), s) for s in built.sums if s not in built.damaged}
    several: Any = db.query(_SEVERAL_NAMES, prefixes=PREFIXES)
    for row in list(several):
        thing, lang = row["thing"], row["lang"].value
        said: dict[Any, tuple[int, str]] = {}
        for quad in db.quads_for_pattern(thing, PREF, None, None):
            place = order.get(getattr(quad.graph_name, "value", ""))
            if place is not None and _language(quad.object) == lang:
                said[quad.object] = min(place, said.get(quad.object, place))
        first = min(said, key=lambda label: (said[label], label.value))
        for label in said:
            if label != first:
                db.remove(ox.Quad(thing, PREF, label))
                db.add(ox.Quad(thing, ALT, label))


def _language(term: Any) -> str:
    return str(term.language or "")
