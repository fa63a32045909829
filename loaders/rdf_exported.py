"""Exports of ours that hold several sources: each comes back as itself, with its id, title, licence and version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, ML, Entity, Loaded, Statement, source_iri
from . import rdf_reading
from .cells import slug
from .rdf import Reading, load_rdf
from .rdf_graph import TYPE
from .rdf_index import IN_MEMORY, Index
from .registry_source import Registry

_SOURCES: Final = f"{ID}source/"
#: The graph in which an export says which records are one thing.
_DECISIONS: Final = f"{ID}source/decisions"
_MOST: Final = 1_000


def load_exported(
    path: Path,
    *,
    read_time: str | None = None,
    skip_bad: bool = False,
    origins: Mapping[str, str] | None = None,
) -> Iterator[Loaded]:
    """Yield the sources of an RDF file: those of an export as they were, of any other file the one that it is.

    The statements of each are to be read before the next is asked for.

    :param origins: The sources of the store, and from which file each came. An export may hold a part of a source
        only: one that came from elsewhere is not replaced by it.
    :raises UnreadableSource: If the file cannot be read, or holds a source that the store has from elsewhere.
    """
    path = Path(path)
    graphs = sources_of(path, skip_bad=skip_bad)
    if not graphs:
        yield load_rdf(path, read_time=read_time, skip_bad=skip_bad)
        return
    for graph in graphs:
        id_ = graph.removeprefix(_SOURCES)
        if (origins or {}).get(id_, path.name).rpartition("/")[2] != path.name:
            raise UnreadableSource(
                f"holds the source {id_!r}, which the store has from {(origins or {})[id_]!r}",
                path=path,
                advice=f"`multilateral forget {id_}` first, or load it into another store",
            )
    readings = {}
    for graph in graphs:
        registry = Registry(
            path, "rdf", "Linked data", source_id=graph.removeprefix(_SOURCES), read_time=read_time, skip_bad=skip_bad
        )  # fmt: skip
        readings[graph] = Reading(registry, Index(IN_MEMORY // len(graphs)))
    try:
        first = readings[graphs[0]]
        for quad in first.quads():
            name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else graphs[0]
            if name in readings:
                readings[name].add(quad)
            else:
                first.registry.left_out("statements of the decisions which records are one thing")
        for reading in readings.values():
            yield _restored(reading)
    finally:
        for reading in readings.values():
            reading.index.remove()


def sources_of(path: Path, *, skip_bad: bool = False) -> list[str]:
    """Return the graphs of the sources that an export of ours holds; none if the file is no such export.

    A file without graphs is one if it holds one source only.
    """
    if rdf_reading.likeness(path) < 3:
        return []
    described: dict[str, None] = {}
    graphs: set[str] = set()
    skip = (lambda error: None) if skip_bad else None
    for quad in rdf_reading.statements(path, source_iri("x"), skip):
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        graphs.add(graph)
        if len(graphs) > _MOST:
            return []
        if (
            quad.predicate.value == TYPE
            and isinstance(quad.subject, ox.NamedNode)
            and isinstance(quad.object, ox.NamedNode)
            and quad.object.value == f"{ML}Source"
            and graph in (quad.subject.value, "")
        ):
            described[quad.subject.value] = None
    ids = [graph.removeprefix(_SOURCES) for graph in described if graph.startswith(_SOURCES)]
    if len(ids) != len(described) or any(slug(id_) != id_ for id_ in ids):
        return []
    whole = graphs <= {""} and len(described) == 1
    return list(described) if whole or graphs - {_DECISIONS} == set(described) else []


def _restored(reading: Reading) -> Loaded:
    """Return a source as it was; the file is a document of it only if something cites it."""
    loaded = reading.loaded()
    # The kind of loader that first read it decides which names speak first, so it stays.
    loaders = [term.value for predicate, term in reading.index.rows(loaded.source.iri) if predicate == f"{ML}loader"]
    loaded.source = replace(loaded.source, loader=(loaders or ["rdf"])[0])

    def stream() -> Iterator[Statement]:
        document = next(loaded.statements)
        cited = False
        for statement in loaded.statements:
            cited = cited or any(evidence.document == document.iri for evidence in statement.evidence)
            yield statement
        if cited and isinstance(document, Entity):
            yield document

    return Loaded(loaded.source, stream(), loaded.skipped, own_id=True)
