"""Exports: the graph in the formats that other programs read, each link with its identity, qualifiers and evidence.

========== ================================= ==========================================================================
format     written                           for
========== ================================= ==========================================================================
turtle     one ``.ttl``                      RDF tools: the union of all sources; ``dcterms:source`` tells a link's
nquads     one ``.nq``                       RDF tools: a named graph a source, which describes itself
jsonld     one ``.jsonld``                   JSON and RDF tools: a named graph a source, a node a record
graphml    one ``.graphml``                  Gephi, yEd, Cytoscape, igraph, NetworkX
gexf       one ``.gexf``                     Gephi
cytoscape  one ``.cyjs``                     Cytoscape and Cytoscape.js
csv        a folder: ``nodes``, ``links``    spreadsheets, R, pandas
========== ================================= ==========================================================================

Things stand under their canonical IRIs. A selection keeps links, and of the things those that the kept links name, as
ends, qualifiers or documents. The RDF formats are exact and so is CSV; the graph formats have amounts as floating-point
numbers, because their readers compute with them (:mod:`.flat` says how everything else is written).

An export is written beside its place and renamed, so a file of that name is replaced whole or not at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...ontology.errors import BadParameter, StorageFailed
from ..reading import Reader
from ..selection import Selection
from .content import Content, Counts
from .graphs import write_gexf, write_graphml
from .objects import write_cytoscape
from .rdf import write_jsonld, write_nquads, write_turtle
from .tables import FILES, write_csv


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, how a file of it ends (``""`` for a folder), and what writes it.

    ``write`` is given what to write and the path of a new file, or of a new folder, and returns what it wrote.
    """

    name: str
    suffix: str
    title: str
    write: Callable[[Content, Path], Counts]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote: the files, how many things and links (RDF: also statements), and what a date left out."""

    files: tuple[Path, ...]
    counts: Counts


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("turtle", ".ttl", "RDF Turtle, all sources in one", write_turtle),
        Format("nquads", ".nq", "RDF N-Quads, a named graph a source", write_nquads),
        Format("jsonld", ".jsonld", "JSON-LD, a named graph a source", write_jsonld),
        Format("graphml", ".graphml", "GraphML (Gephi, yEd, Cytoscape, igraph)", write_graphml),
        Format("gexf", ".gexf", "GEXF (Gephi)", write_gexf),
        Format("cytoscape", ".cyjs", "Cytoscape JSON", write_cytoscape),
        Format("csv", "", "a folder with nodes.csv and links.csv", write_csv),
    )
}


def export(reader: Reader, to: str, path: Path, selection: Selection | None = None) -> ExportReport:
    """Write the graph, or the selected part of it, in the format ``to`` at ``path``.

    ``path`` is a file, which is replaced if it exists, or for ``csv`` a folder, in which only ``nodes.csv`` and
    ``links.csv`` are replaced. Missing folders above it are made.

    :raises BadParameter: If there is no such format, or a folder is where a file should be or the other way round.
    :raises StorageFailed: If the disk refuses; what was at ``path`` is as it was.
    """
    if to not in FORMATS:
        raise BadParameter(f"There is no export format {to!r}; use one of {', '.join(FORMATS)}.")
    format_ = FORMATS[to]
    if format_.suffix and path.is_dir():
        raise BadParameter(f"{path} is a folder, and {to} is written as one file; name a file.")
    if not format_.suffix and path.exists() and not path.is_dir():
        raise BadParameter(f"{path} is a file, and {to} is written as a folder; name a folder.")
    content = Content(reader, selection or Selection())
    try:
        return _written(format_, path, content)
    except OSError as error:
        raise StorageFailed(
            f"Cannot write the export to {path}: {error.strerror or error}; what was there before is as it was."
        ) from error


def _written(format_: Format, path: Path, content: Content) -> ExportReport:
    path.parent.mkdir(parents=True, exist_ok=True)
    mark = uuid.uuid4().hex[:8]
    if format_.suffix:
        pairs = {path.with_name(f".{path.name}.{mark}"): path}
        counts = _into(format_, content, next(iter(pairs)), pairs)
    else:
        path.mkdir(exist_ok=True)
        beside = path / f".{mark}"
        beside.mkdir()
        try:
            pairs = {beside / name: path / name for name in FILES}
            counts = _into(format_, content, beside, pairs)
        finally:
            beside.rmdir()
    return ExportReport(tuple(pairs.values()), counts)


def _into(format_: Format, content: Content, beside: Path, pairs: dict[Path, Path]) -> Counts:
    """Write new files and, when all are whole, put them in their places; leave nothing lying about otherwise."""
    try:
        counts = format_.write(content, beside)
        for new, place in pairs.items():
            new.replace(place)
    finally:
        for new in pairs:
            new.unlink(missing_ok=True)
    return counts
