"""The loader of RDF in any syntax: our own terms as they are, the common vocabularies mapped, the rest counted.

What becomes what stands in :mod:`.rdf_terms`, and in ``docs/loaders-rdf.md``, whose tables are made from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Loaded, Statement
from ..ontology.vocabulary import vocabulary
from . import rdf_own, rdf_reading
from .rdf_graph import Graph
from .rdf_index import Index, term_of
from .rdf_links import LinkReader
from .rdf_source import Description, describe
from .rdf_terms import FIELDS, NAMES, RELATIONS, USED
from .rdf_things import ThingReader
from .registry_source import Registry, Wrong

likeness = rdf_reading.likeness

_MOST_REASONS: Final = 300
_OF_THINGS: Final = frozenset({*NAMES, *FIELDS, *RELATIONS, *USED})
_OF_PARTS: Final = frozenset({*NAMES, *RELATIONS, *USED, "schema:startDate", "schema:endDate"})
_STATEMENTS_ABOUT: Final = "statements about statements"


def load_rdf(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read an RDF file: Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD, compressed with gzip or not.

    All statements are read first, into memory or, where there are many, into a temporary file, which goes when the
    stream has ended. A file that our own export wrote gives the same things and links.

    :param skip_bad: Count records that cannot be used, and pieces that are not well-formed, instead of raising.
    :raises UnreadableSource: If the file is no RDF; from the stream, if a record is wrong.
    """
    path = Path(path)
    registry = Registry(
        path, "rdf", "Linked data", source_id=source_id, read_time=read_time, skip_bad=skip_bad
    )  # fmt: skip
    reading = Reading(registry, Index())
    try:
        for quad in reading.quads():
            reading.add(quad)
        return reading.loaded()
    except BaseException:
        reading.index.remove()
        raise


class Reading:
    """One source that is being read: its statements are put into an index, and then are things and links."""

    def __init__(self, registry: Registry, index: Index) -> None:
        self.registry, self.index = registry, index
        self.base = f"{registry.document}/"

    def quads(self) -> Iterator[ox.Quad]:
        """Yield what stands in the file; pieces that are not well-formed are counted if bad records are to be skipped.

        :raises UnreadableSource: If the file is no RDF.
        """
        return rdf_reading.statements(self.registry.path, self.base, self._skip if self.registry.skip_bad else None)

    def _skip(self, error: UnreadableSource) -> None:
        where = f", the first in row {error.row}" if error.row else ""
        self.registry.left_out(f"pieces that are not well-formed RDF{where}")

    def add(self, quad: ox.Quad) -> None:
        """Take a statement."""
        if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
            self.registry.left_out(_STATEMENTS_ABOUT)
        else:
            self.index.add(term_of(quad.subject).value, quad.predicate.value, term_of(quad.object))

    def loaded(self) -> Loaded:
        """Return what all statements taken so far become."""
        self.index.close()
        described = describe(self.index, self.base)
        self.registry.source = replace(self.registry.source, **described.fields)
        return self.registry.loaded(_Reader(self.registry, self.index, self.base, described).statements)


class _Reader:
    """One pass over a file that has been indexed: things, then links."""

    def __init__(self, registry: Registry, index: Index, base: str, described: Description) -> None:
        self._registry, self._index, self._base, self._described = registry, index, base, described
        self._stem = f"{ID}link/{registry.source.id}/"
        self._graph = Graph(index, registry.source.id)
        self._things = ThingReader(registry, self._graph)
        self._links = LinkReader(registry, self._graph, self._things)

    def statements(self) -> Iterator[Statement]:
        """Yield the things, then the links in our own terms, then those of records and of plain statements."""
        graph, links, registry = self._graph, self._links, self._registry
        registry.new(registry.document)
        try:
            for subject in self._subjects():
                yield from self._made(subject, self._thing(subject))
            for subject in self._subjects():
                if "ml:Link" in graph.types(subject):
                    yield from self._made(subject, self._own_link(subject))
            for subject in self._subjects():
                yield from self._made(subject, links.record(subject))
            for subject in self._subjects():
                if graph.is_part(subject):
                    continue
                own = graph.is_own(subject)
                for predicate, term in graph.rows(subject):
                    if own and predicate in rdf_own.READ:
                        continue
                    yield from self._made(subject, links.plain(subject, predicate, term))
        finally:
            self._index.remove()

    def _subjects(self) -> Iterator[str]:
        return (subject for subject in self._index.subjects() if subject != self._base)

    def _made(self, subject: str, statements: Iterator[Statement]) -> list[Statement]:
        """Return all that is made of a subject, or nothing if something is wrong."""
        try:
            return list(statements)
        except Wrong as error:
            self._registry.wrong(error, place=self._graph.key(subject))
            return []

    def _thing(self, subject: str) -> Iterator[Entity]:
        graph, registry = self._graph, self._registry
        type_ = graph.class_of(subject)
        part = graph.is_part(subject)
        self._count(subject, type_, part)
        if not type_ or part:
            return
        try:
            entity = self._things.entity(subject, type_)
        except Wrong:
            self._links.refuse(subject)
            raise
        if entity is None:
            self._links.refuse(subject)
        elif registry.new(entity.iri):
            yield entity
        else:
            self._left_out("things described twice, as the same country or alike in all")

    def _own_link(self, subject: str) -> Iterator[Statement]:
        graph = self._graph
        link = rdf_own.link(subject, graph, self._registry.evidence(f"{graph.key(subject)} ml:Link"))
        for end in (link.source_iri, link.target_iri):
            if self._links.is_refused(end):
                self._left_out("links with a thing that was left out")
                return
            if not end.startswith(ID) and not self._registry.known(end):
                raise Wrong(f"the link names {end[:200]}, of which the file does not say what it is", "describe it")
        if subject.startswith("_:"):
            link = replace(link, iri=f"{self._stem}{graph.key(subject)[2:]}")
        self._links.note(link.source_iri, link.relation, link.target_iri)
        if self._links.first(link.iri):
            yield link

    def _count(self, subject: str, type_: str, part: bool) -> None:
        """Count the classes and predicates that nothing is made of."""
        graph = self._graph
        types = graph.types(subject)
        if "ml:Source" in types:
            if self._described.sources > 1:
                self._left_out("descriptions of the sources of an export (their licences are kept)")
            return
        if not type_ and not part:
            for name in types:
                self._left_out(f"things of class {name[:100]}")
        for predicate, _ in graph.rows(subject):
            known = graph.known_predicate(predicate)
            if (subject, predicate) in self._described.used or (known == "dcterms:source" and "ml:Link" in types):
                continue
            if known not in (_OF_PARTS if part else _OF_THINGS) and not _is_ours(known):
                self._left_out(f"statements of {known[:100]}")
            elif not type_ and not types and not part and known in {**NAMES, **FIELDS}:
                self._left_out(f"statements of {known[:100]} about things of no class")

    def _left_out(self, reason: str) -> None:
        skipped = self._registry.skipped
        if reason not in skipped and len(skipped) >= _MOST_REASONS:
            reason = "statements of other predicates, and things of other classes"
        self._registry.left_out(reason)


def _is_ours(known: str) -> bool:
    return known.startswith("ml:") and known.removeprefix("ml:") in vocabulary().labels
