"""The RDF index: a pyoxigraph store in which each source is a named graph and the default graph is their union.

The union is stored, not computed: pyoxigraph's own union repeats a triple that several graphs hold, and a count
over it would be wrong. In the union each thing stands under its canonical IRI and has one preferred name a
language; the named graphs keep what each source said.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from typing import IO, Any, cast

import pyoxigraph as ox

from ..ontology.convert import ALT, PREF, PREFIXES
from ..ontology.errors import BadQuery, DamagedSource
from ..ontology.model import ID, ML
from .projections import Built, Pinned, discard, pin, projection
from .store import Store

ONTOLOGY_GRAPH = ox.NamedNode(ML.rstrip("#"))
DECISIONS_GRAPH = ox.NamedNode(ID + "source/decisions")
_RECORDED_AS = ox.NamedNode(ML + "recordedAs")
_DEFAULT = ox.DefaultGraph()
_GRAPH = ID + "source/"

#: Which sources speak first when two give a thing different names: by the kind of loader, then by id.
_RANKS = {"authority": 0, "curated": 1}
#: Quads a second removed and loaded, as measured: what decides between changing an index and making it again.
_REMOVED_PER_SECOND, _LOADED_PER_SECOND = 9_000, 100_000


class RdfIndex:
    """The index of a store's present truth, opened for reading.

    :raises StorageFailed: If it has to be built and the disk refuses.
    """

    def __init__(self, store: Store) -> None:
        self.truth = truth = pin(store)
        self.built = projection(truth, "rdf", lambda built, before: _build(truth, built, before))
        try:
            self.db = ox.Store.read_only(str(self.built.folder / "db"))
        except (OSError, RuntimeError):  # RuntimeError is what pyoxigraph calls corruption
            discard(self.built)
            self.built = projection(truth, "rdf", lambda built, before: _build(truth, built, None))
            self.db = ox.Store.read_only(str(self.built.folder / "db"))

    @property
    def damaged(self) -> dict[str, str]:
        """The sources that could not be read, with the sentence that says why."""
        return self.built.damaged

    def query(self, text: str) -> Any:
        """Run a SPARQL query that reads; return what pyoxigraph returns for its form.

        The prefixes of the ontology are known. Values go into a text by :func:`multilateral.queries.binding.bind`.

        :raises BadQuery: If the text is wrong or is an update.
        """
        try:
            return self.db.query(text, prefixes=PREFIXES)
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


# --- building ------------------------------------------------------------------------------------------------


def canonical(store: Pinned) -> dict[str, str]:
    """Return the canonical IRI of every IRI that has another one, by the decisions and the ranks of the sources."""
    if "canonical" not in store.shared:
        there = store.decisions.path.exists()
        store.shared["canonical"] = store.decisions.canonical(_rank(store)) if there else {}
    found: dict[str, str] = store.shared["canonical"]
    return found


def _build(store: Pinned, built: Built, before: Built | None) -> None:
    tops = canonical(store)
    change = _change(built, before, tops) if before is not None else None
    built.facts = {}
    if before is None or change is None or not _from_before(store, built, before, *change):
        _from_scratch(store, built)
    built.facts["canonical"] = tops


def _from_before(
    store: Pinned, built: Built, before: Built, gone: list[str], new: list[str], moves: dict[str, str]
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
    for source_id in gone:
        _remove(db, source_id)
    if moves and not _move(db, moves, canonical(store)):
        del db
        shutil.rmtree(built.folder / "db")
        return False
    for source_id in new:
        if not _add(store, built, db, source_id):
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
    db.bulk_extend(_twice(ox.Quad(t.subject, t.predicate, t.object, ONTOLOGY_GRAPH) for t in terms))
    ties = ((ox.NamedNode(top), ox.NamedNode(iri)) for iri, top in canonical(store).items())
    db.bulk_extend(_twice(ox.Quad(top, _RECORDED_AS, iri, DECISIONS_GRAPH) for top, iri in ties))
    for source_id in built.sums:
        if source_id not in built.damaged and not _add(store, built, db, source_id):
            return False
    _one_name_a_language(db, store, built)
    db.flush()
    return True


def _add(store: Pinned, built: Built, db: ox.Store, source_id: str) -> bool:
    """Bulk-load a source; tell whether it could be read to the end. If not, part of it is in the index by now."""
    try:
        count = _add_lines(db, store, source_id, canonical(store))
    except DamagedSource as error:
        built.damaged[source_id] = str(error)
        return False
    built.facts["quads"][source_id] = count
    return True


def _add_lines(db: ox.Store, store: Pinned, source_id: str, tops: dict[str, str]) -> int:
    """Load a source's file, and its lines without their graph into the union: quicker than quad by quad.

    Where decisions move things, their IRIs are replaced in the lines.
    """
    next(iter(store.quads(source_id)))  # raises where the file is another's
    tail = f" <{_GRAPH}{source_id}> .\n".encode()
    moved = _mover(tops)
    with store.lines(source_id) as named:
        db.bulk_load(cast("IO[bytes]", _Lines(named, b"", moved)) if moved else named, format=ox.RdfFormat.N_QUADS)
    with store.lines(source_id) as lines:
        triples = _Lines(lines, tail, moved)
        db.bulk_load(cast("IO[bytes]", triples), format=ox.RdfFormat.N_TRIPLES)
    return triples.count


def _mover(tops: dict[str, str]) -> Callable[[bytes], bytes] | None:
    """Return what puts the things in some lines of N-Quads under their canonical IRIs; ``None`` if nothing moves."""
    if not tops:
        return None
    table = {f"<{iri}>".encode(): f"<{top}>".encode() for iri, top in tops.items()}
    kinds = {iri.removeprefix(ID).partition("/")[0] if iri.startswith(ID) else "" for iri in tops}
    ours = re.escape(f"<{ID}") + f"(?:{'|'.join(sorted(map(re.escape, kinds)))})/"
    # As the subject at the beginning of a line, or as the object, between the predicate and the graph.
    iri = f"(?:{'<' if '' in kinds else ours})[^<>]*>"
    pattern = re.compile(f"(?m)^{iri}|(?<=> ){iri}(?= [.<])".encode())

    def move(block: bytes) -> bytes:
        return pattern.sub(lambda found: table.get(found[0], found[0]), block)

    return move


class _Lines(io.RawIOBase):
    """The lines of a source, read as from a file: without their last part ``tail``, and with things moved."""

    def __init__(self, lines: IO[bytes], tail: bytes, moved: Callable[[bytes], bytes] | None) -> None:
        self._lines, self._tail, self._moved, self._rest = lines, tail, moved, b""
        self.count = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with the next lines."""
        wanted = len(buffer)
        if not self._rest:
            lines = self._lines.readlines(max(wanted, 1 << 18))
            self.count += len(lines)
            tail = self._tail
            block = b"".join(line.removesuffix(tail) + b" .\n" for line in lines) if tail else b"".join(lines)
            self._rest = self._moved(block) if self._moved else block
        part, self._rest = self._rest[:wanted], self._rest[wanted:]
        buffer[: len(part)] = part
        return len(part)


def _twice(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def under_canonical(quads: Iterable[ox.Quad], tops: dict[str, str]) -> Iterator[ox.Quad]:
    """Yield quads with every thing under its canonical IRI."""
    if not tops:
        yield from quads
        return
    nodes = {iri: ox.NamedNode(top) for iri, top in tops.items()}
    for quad in quads:
        subject = nodes.get(quad.subject.value)  # type: ignore[union-attr]
        thing = nodes.get(quad.object.value) if isinstance(quad.object, ox.NamedNode) else None
        if subject is None and thing is None:
            yield quad
        else:
            yield ox.Quad(subject or quad.subject, quad.predicate, thing or quad.object, quad.graph_name)


def _remove(db: ox.Store, source_id: str) -> None:
    """Take a source's graph out, and from the union what no other graph holds."""
    graph = ox.NamedNode(_GRAPH + source_id)
    quads = list(db.quads_for_pattern(None, None, None, graph))
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


def _held(db: ox.Store, subject: Any, predicate: Any, thing: Any) -> bool:
    return any(q.graph_name != _DEFAULT for q in db.quads_for_pattern(subject, predicate, thing, None))


def loader_rank(store: Store, source_id: str) -> int:
    """Return how early a source speaks: authority files first, then curated facts, then the rest."""
    return _RANKS.get(store.source(source_id).loader, 2)


def _rank(store: Store) -> Any:
    """Return the rank of an IRI: that of the highest source that describes it."""
    wanted = {iri for decision in store.decisions for iri in decision.pair}
    ranks: dict[str, int] = {}
    for source_id in store.files():
        try:
            rank = loader_rank(store, source_id)
            for subject in described(store, source_id, wanted):
                ranks[subject] = min(rank, ranks.get(subject, rank))
        except DamagedSource:
            continue  # it is named where the index is built
    return lambda iri: ranks.get(iri, 3)


def described(store: Store, source_id: str, wanted: set[str]) -> Iterator[str]:
    """Yield those of some things that a source describes: from the keys of the rules where they are, else from it."""
    path = store.projections_path / "identity.sqlite"
    if path.exists():
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db,
        ):
            held = db.execute("SELECT sum FROM source WHERE id = ?", (source_id,)).fetchone()
            if held is not None and held[0] == store.fingerprints().get(source_id):
                found = [i for (i,) in db.execute("SELECT iri FROM thing WHERE source = ?", (source_id,))]
                yield from (iri for iri in found if iri in wanted)
                return
    for quad in store.quads(source_id):
        if (subject := quad.subject.value) in wanted:  # type: ignore[union-attr]
            yield subject


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
