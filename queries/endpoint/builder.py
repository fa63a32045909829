"""A process that makes an edition of a store: builds the projections if need be, keeps a copy, counts what is in it.

Building is work for a processor and must not hold up answers, so it is not done in the process of the service. The
copy is made of hard links and costs next to nothing; it stays whole while a query reads it, whatever newer
projections sweep away meanwhile.
"""

from __future__ import annotations

import os
import shutil
import uuid
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ...graph.reading import Reader
from ...graph.store import Store
from ...ontology.convert import PREFIXES
from ...ontology.errors import MultilateralError

#: The name begins like that of a half-built projection, so that what a killed service leaves is swept like one.
COPIES = ".serving-"
_NICE = 5

_COUNTS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c }",
    "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
}
_BY_CLASS = "SELECT ?key (COUNT(DISTINCT ?s) AS ?n) { ?s a ?key } GROUP BY ?key ORDER BY STR(?key)"
_BY_PROPERTY = "SELECT ?key (COUNT(*) AS ?n) { ?s ?key ?o } GROUP BY ?key ORDER BY STR(?key)"
_BY_GRAPH = "SELECT ?key (COUNT(*) AS ?n) { GRAPH ?key { ?s ?p ?o } } GROUP BY ?key ORDER BY STR(?key)"
_ABOUT = "SELECT ?g ?p ?o { GRAPH ?g { ?g ?p ?o } VALUES ?p { dcterms:title dcterms:license dcterms:issued } }"


def build(pipe: Connection, store: str, scratch: str) -> None:
    """Make an edition and send it: first ``("edition", tag, folder)``, then ``("counts", …)``; or ``("failed", why)``.

    The copy goes into the folder of the projections, or into ``scratch`` where that cannot be written.
    """
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        reader = Reader(Store.open(store))
        index = reader.index
        folder = _copied(reader, Path(scratch))
    except (MultilateralError, OSError) as error:
        pipe.send(("failed", str(error)))
        return
    for sentence in index.damaged.values():
        pipe.send(("note", sentence))
    tag = index.truth.state.fingerprint
    pipe.send(("edition", tag, str(folder)))
    pipe.send(("counts", count(ox.Store.read_only(str(index_in(folder, tag))))))


def index_in(folder: Path, tag: str) -> Path:
    """Return the index with all graphs in the copy of an edition."""
    return folder / f"graphs-{tag}" / "db"


def _copied(reader: Reader, scratch: Path) -> Path:
    """Copy the projections that answers are made from, built if need be."""
    projections = [reader.index.whole.parent, reader.index.built.folder, reader.names.built.folder]
    folder = projections[0].parent / f"{COPIES}{uuid.uuid4().hex}"
    try:
        folder.mkdir()
    except OSError:
        folder = scratch / folder.name
        folder.mkdir()
    (folder / "alive").touch()
    for projection in (*projections, reader.index.truth.folder):
        shutil.copytree(projection, folder / projection.name, copy_function=_link)
    return folder


def _link(path: str, to: str) -> None:
    try:
        os.link(path, to)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(path, to)


def count(db: ox.Store) -> dict[str, Any]:
    """Return the figures of an index for its description: totals, and parts by class, property and graph."""
    found: dict[str, Any] = {name: _numbers(db, text)[0][1] for name, text in _COUNTS.items()}
    found["byClass"] = _numbers(db, _BY_CLASS)
    found["byProperty"] = _numbers(db, _BY_PROPERTY)
    found["byGraph"] = _numbers(db, _BY_GRAPH)
    about: dict[str, dict[str, str]] = {}
    rows: Any = db.query(_ABOUT, prefixes=PREFIXES)
    for row in rows:
        about.setdefault(row["g"].value, {})[row["p"].value] = row["o"].value
    found["about"] = about
    return found


def _numbers(db: ox.Store, text: str) -> list[tuple[str, int]]:
    rows: Any = db.query(text)
    return [(row["key"].value if len(rows.variables) > 1 else "", int(row["n"].value)) for row in rows]
