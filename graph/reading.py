"""What the store says, as plain objects: each thing under its canonical IRI, with all that its sources say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

from ..ontology import convert
from ..ontology.errors import DamagedSource
from ..ontology.model import ID, ML, Entity, Evidence, Link, Name, Source
from ..ontology.vocabulary import vocabulary
from .canonical import canonical
from .index import RdfIndex, loader_rank
from .index_records import statements_of
from .names import NameIndex
from .projections import Pinned, pin
from .property_graph import PropertyGraph
from .store import Store

_KINDS = ("preferred", "alternative", "acronym")
_SINGLE = ("identifier", "description", "valid_from", "valid_to", "status", "homepage", "issued", "language", "body")
_THING_FIELDS = tuple(field for field, (_, form) in convert.QUALIFIERS.items() if form == "thing")
#: Sources that are asked one after the other as quickly as all of them together.
_FEW = 3
_thing_values = attrgetter(*_THING_FIELDS)


def short(iri: str) -> str:
    """Return an IRI of ours without its common beginning (``organization/unicri``), another one as it is."""
    return iri.removeprefix(ID)


def merge(records: list[Entity]) -> Entity:
    """Return one entity of what several sources say; the first record speaks first.

    Later preferred names in a language that has one become alternative names; the most specific class wins where
    one is a subclass of the other; identifiers, names and evidence of all are kept, in a fixed order.
    """
    first = records[0]
    known = vocabulary()
    kind = first.type
    names: dict[tuple[str, str, str], set[Name]] = defaultdict(set)
    preferred: dict[str, str] = {}
    for record in records:
        if record.type != kind and record.type in known.classes and known.is_a(record.type, kind):
            kind = record.type
        for name in sorted(record.names, key=lambda n: n.text):
            if name.kind == "preferred" and preferred.setdefault(name.lang, name.text) != name.text:
                name = replace(name, kind="alternative")
            names[(name.text, name.lang, name.kind)].add(name)
    for said_of in names.values():  # one source dates the name and another does not: the dates say more
        if len(said_of) > 1:
            said_of.difference_update([n for n in said_of if not n.valid_from and not n.valid_to])
    said: dict[str, Any] = {}
    for field in _SINGLE:
        said[field] = next((v for r in records if (v := getattr(r, field)) is not None), None)
    return replace(
        first,
        type=kind,
        names=tuple(sorted((n for same in names.values() for n in same), key=_name_order)),
        identifiers=tuple(sorted({i for r in records for i in r.identifiers}, key=lambda i: (i.scheme, i.value))),
        collective=any(r.collective for r in records),
        evidence=tuple(dict.fromkeys(e for r in records for e in r.evidence)),
        **said,
    )


def one_record(parts: list[Entity]) -> Entity:
    """Return one record of several that one source has of a thing, because a decision says that they are the same.

    Of single values the lowest is taken, since no record of a source speaks before another.
    """
    if len(parts) == 1:
        return parts[0]
    lowest: dict[str, Any] = {
        f: min((v for p in parts if (v := getattr(p, f)) is not None), default=None) for f in _SINGLE
    }
    return replace(
        parts[0],
        type=max((p.type for p in parts), key=_depth),
        names=tuple(n for p in parts for n in p.names),
        identifiers=tuple(i for p in parts for i in p.identifiers),
        collective=any(p.collective for p in parts),
        evidence=tuple(sorted((e for p in parts for e in p.evidence), key=_evidence_order)),
        **lowest,
    )


def _evidence_order(item: Evidence) -> tuple[str, str, str, str]:
    return (item.document, item.locator, item.quote or "", item.method)


def _name_order(name: Name) -> tuple[int, str, str, str, str]:
    return (_KINDS.index(name.kind), name.lang, name.text, name.valid_from or "", name.valid_to or "")


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing in a table: ``id`` is its own identifier, else the end of its IRI; ``name`` is in one language."""

    id: str
    iri: str
    name: str
    type: str

    def __str__(self) -> str:
        return self.name


class Reader:
    """A store opened for reading. Projections are opened, and built if need be, when they are first used.

    ``notice`` is told one sentence for each source that could not be read.
    """

    def __init__(self, path: str | Path | Store, notice: Callable[[str], None] = lambda sentence: None) -> None:
        self._live = path if isinstance(path, Store) else Store.open(path)
        self._notice = notice
        self._told: set[str] = set()

    def _tell(self, damaged: dict[str, str]) -> None:
        for source_id, sentence in damaged.items():
            if source_id not in self._told:
                self._told.add(source_id)
                self._notice(sentence)

    @cached_property
    def store(self) -> Pinned:
        """The store as it was when this reader first looked; what is loaded later is seen by a new reader."""
        return pin(self._live)

    def prepare(self) -> None:
        """Open the RDF index and the name index; where both have to be built, that is done side by side.

        :raises StorageFailed: If the disk refuses.
        """
        canonical(self.store)  # which both need
        with ThreadPoolExecutor(1) as thread:
            names = thread.submit(lambda: self.names)
            _ = self.index
            names.result()

    @cached_property
    def index(self) -> RdfIndex:
        """The RDF index."""
        index = RdfIndex(self.store)
        self._tell(index.damaged)
        return index

    @cached_property
    def names(self) -> NameIndex:
        """The name index."""
        names = NameIndex(self.store)
        self._tell(names.built.damaged)
        return names

    @cached_property
    def property_graph(self) -> PropertyGraph:
        """The embedded property graph."""
        graph = PropertyGraph(self)
        self._tell(graph.built.damaged)
        return graph

    @cached_property
    def canonical(self) -> dict[str, str]:
        """The canonical IRI of every IRI that has another one."""
        found = self.index.db.quads_for_pattern(None, ox.NamedNode(ML + "recordedAs"), None, ox.DefaultGraph())
        return {_iri(q.object): _iri(q.subject) for q in found}

    # --- sources ---------------------------------------------------------------------------------------------

    def sources(self) -> list[Source]:
        """Return what is loaded, by id; a damaged source is told and left out."""
        found = []
        for source_id in self.store.files():
            try:
                found.append(self.store.source(source_id))
            except DamagedSource as error:
                self._tell({source_id: str(error)})
        return found

    @cached_property
    def _order(self) -> list[str]:
        """The readable sources in the order in which they speak."""
        there = [s for s in self.index.built.sums if s not in self.index.damaged]
        return sorted(there, key=lambda s: (loader_rank(self.store, s), s))

    # --- one thing -------------------------------------------------------------------------------------------

    def records(self, iri: str) -> list[tuple[str, Entity]]:
        """Return what each source says of a thing, the source that speaks first at the head."""
        said, _ = statements_of(self.index.db, ox.NamedNode(iri))
        found = []
        for source_id in self._order:
            quads = said.get(f"{ID}source/{source_id}")
            if quads is None:
                continue
            block = {iri: [(q.predicate.value, cast("Any", q.object)) for q in quads]}
            block[iri].sort(key=lambda row: (row[0], row[1].value))
            self._add_nodes(block, iri, (ML + "evidence", convert.SKOSXL + "prefLabel", convert.SKOSXL + "altLabel"))
            entity = convert.read_entity(iri, block)
            kinds = [o.value.removeprefix(ML) for p, o in block[iri] if p == convert.TYPE.value]
            stems = {o.value.rpartition("/")[0] for p, o in block[iri] if p == ML + "evidence"}
            if len(kinds) > 1 or len(stems) > 1:  # several records of one source, which a decision made one
                evidence = tuple(sorted(entity.evidence, key=_evidence_order))
                entity = replace(entity, type=max(kinds, key=_depth), evidence=evidence)
            found.append((source_id, entity))
        return found

    def _add_nodes(self, block: dict[str, list[tuple[str, Any]]], iri: str, predicates: tuple[str, ...]) -> None:
        nodes = [o for p, o in block[iri] if p in predicates]
        order = sorted(nodes, key=lambda n: (n.value.rpartition("/")[0], int(n.value.rpartition("/")[2] or 0)))
        place = {node.value: number for number, node in enumerate(order)}
        block[iri].sort(key=lambda row: place.get(row[1].value, -1) if row[0] in predicates else -1)
        for node in nodes:
            quads = self.index.db.quads_for_pattern(node, None, None, ox.DefaultGraph())
            block[node.value] = [(q.predicate.value, q.object) for q in quads]

    def entity(self, iri: str) -> Entity:
        """Return a thing with all that its sources say of it.

        One that links name and no source describes comes with the class ``Entity`` and without names.
        """
        iri = self.canonical.get(iri, iri)
        records = [entity for _, entity in self.records(iri)]
        return merge(records) if records else Entity(iri, "Entity")

    def thing(self, iri: str, lang: str = "en") -> Thing:
        """Return what a table says of a thing: its id, IRI, name in a language and class."""
        iri = self.canonical.get(iri, iri)
        node = ox.NamedNode(iri)
        labels: dict[str, str] = {}
        kinds, ids, acronyms = [], [], []
        for quad in self.index.db.quads_for_pattern(node, None, None, ox.DefaultGraph()):
            predicate, value = quad.predicate.value, quad.object
            if predicate == convert.PREF.value:
                labels[value.language or ""] = _iri(value)  # type: ignore[union-attr]
            elif predicate == convert.TYPE.value:
                kinds.append(_iri(value).removeprefix(ML))
            elif predicate == convert.IDENTIFIER.value:
                ids.append(_iri(value))
            elif predicate == ML + "acronym":
                acronyms.append(_iri(value))
        name = next((labels[k] for k in (lang, "en", "fr", "") if k in labels), None)
        name = name or (labels[min(labels)] if labels else min(acronyms, default=""))
        kind = max(kinds, key=_depth, default="Entity")
        key = min(ids, default=short(iri))
        return Thing(key, iri, name or key, kind)

    def known(self, iri: str) -> bool:
        """Tell whether any source speaks of a thing."""
        try:
            node = ox.NamedNode(iri)
        except ValueError:  # no IRI holds such characters
            return False
        quads = self.index.db.quads_for_pattern
        return any(True for _ in quads(node, None, None, None)) or any(True for _ in quads(None, None, node, None))

    # --- links -----------------------------------------------------------------------------------------------

    def link(self, iri: str) -> tuple[Link, str]:
        """Return a link and the id of its source."""
        node = ox.NamedNode(iri)
        block: dict[str, list[tuple[str, Any]]] = {iri: []}
        source_id = ""
        for quad in self.index.db.quads_for_pattern(node, None, None, None):
            if isinstance(quad.graph_name, ox.NamedNode):  # only the first statement of a link, which says whose it is
                source_id = quad.graph_name.value.removeprefix(f"{ID}source/")
            else:
                block[iri].append((quad.predicate.value, quad.object))
        self._add_nodes(block, iri, (ML + "evidence", ML + "discussedIn"))
        return convert.read_link(iri, block), source_id

    def link_iris(self, iri: str) -> list[str]:
        """Return the IRIs of the links that a thing is an end of."""
        node = ox.NamedNode(iri)
        found = set()
        for end in ("source", "target"):
            for quad in self.index.db.quads_for_pattern(None, ox.NamedNode(ML + end), node, ox.DefaultGraph()):
                found.add(_iri(quad.subject))
        return sorted(found, key=_natural)

    def links_of(self, iri: str) -> list[tuple[Link, str]]:
        """Return the links that a thing is an end of, each with the id of its source."""
        return [self.link(found) for found in self.link_iris(iri)]

    def ends(self, link_iri: str) -> tuple[str, str]:
        """Return the IRIs of the two ends of a link."""
        node = ox.NamedNode(link_iri)
        both = []
        for end in ("source", "target"):
            quad = next(self.index.db.quads_for_pattern(node, ox.NamedNode(ML + end), None, ox.DefaultGraph()))
            both.append(_iri(quad.object))
        return both[0], both[1]

    def stated_elsewhere(self, loader: str) -> Callable[[str, str], bool] | None:
        """Return a quick test whether another source of a loader states a link; ``None`` where there is no such source.

        The test takes the IRI of a link and the id of the source that is not meant.
        """
        graphs = [ox.NamedNode(s.iri) for s in self.sources() if s.loader == loader]
        if not graphs:
            return None
        db, kind = self.index.db, ox.NamedNode(ML + "Link")
        others: dict[str, list[ox.NamedNode]] = {}

        def stated(iri: str, source_id: str) -> bool:
            node = ox.NamedNode(iri)
            if source_id not in others:
                others[source_id] = [graph for graph in graphs if graph.value != f"{ID}source/{source_id}"]
            # Of many sources the union first: most links are new, and it says so at once.
            if len(graphs) > _FEW and ox.Quad(node, convert.TYPE, kind) not in db:
                return False
            for graph in others[source_id]:
                if ox.Quad(node, convert.TYPE, kind, graph) in db:
                    return True
            return False

        return stated

    # --- everything ------------------------------------------------------------------------------------------

    def all_records(self) -> Iterator[tuple[str, Entity | Link]]:
        """Yield every readable source's entities and links under canonical IRIs, with the source's id."""
        canonical = self.canonical
        for source_id in self._order:
            for statement in self.store.statements(source_id):
                yield source_id, under_canonical(statement, canonical) if canonical else statement

    def entities(self) -> dict[str, Entity]:
        """Return every thing that a source describes or a link names, merged, by IRI."""
        records: dict[str, dict[str, list[Entity]]] = defaultdict(lambda: defaultdict(list))
        named: set[str] = set()
        for source_id, statement in self.all_records():
            if isinstance(statement, Entity):
                records[statement.iri][source_id].append(statement)
                named.update(e.document for e in statement.evidence)
                if statement.body:
                    named.add(statement.body)
            else:
                named.update(things_of(statement))
        found = {iri: merge([one_record(parts) for parts in said.values()]) for iri, said in records.items()}
        for iri in sorted(named - found.keys()):
            found[iri] = Entity(iri, "Entity")
        return found

    def links(self) -> Iterator[tuple[Link, str]]:
        """Yield every link with the id of its source."""
        for source_id, statement in self.all_records():
            if isinstance(statement, Link):
                yield statement, source_id


def things_of(link: Link) -> list[str]:
    """Return the IRIs of all things that a link names: its ends, its qualifiers and its documents."""
    named = [link.source_iri, link.target_iri, *[iri for iri in _thing_values(link) if iri is not None]]
    named += [e.document for e in link.evidence]
    named += [r.document for r in link.discussed_in]
    return named


def under_canonical(statement: Entity | Link, canonical: dict[str, str]) -> Entity | Link:
    """Return an entity or a link with every thing in it under its canonical IRI."""

    def top(iri: str | None) -> str | None:
        return canonical.get(iri, iri) if iri else iri

    def evidence(items: Iterable[Evidence]) -> tuple[Evidence, ...]:
        return tuple(replace(e, document=canonical.get(e.document, e.document)) for e in items)

    changed: dict[str, Any] = {"evidence": evidence(statement.evidence)}
    if isinstance(statement, Entity):
        return replace(statement, iri=canonical.get(statement.iri, statement.iri), body=top(statement.body), **changed)
    changed |= {field: top(getattr(statement, field)) for field in ("source_iri", "target_iri", *_THING_FIELDS)}
    changed["discussed_in"] = tuple(
        replace(r, document=canonical.get(r.document, r.document)) for r in statement.discussed_in
    )
    return replace(statement, **changed)


def _depth(kind: str) -> tuple[int, str]:
    known = vocabulary()
    return (len(known.superclasses(kind)) if kind in known.classes else 0, kind)


def _iri(term: Any) -> str:
    return str(term.value)


def _natural(iri: str) -> tuple[str, int, str]:
    """Sort ``…/r9`` before ``…/r10``."""
    digits = len(iri) - len(iri.rstrip("0123456789"))
    return (iri[: len(iri) - digits], int(iri[len(iri) - digits :] or 0), iri)
