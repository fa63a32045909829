"""How the RDF index tells which source says what of a thing.

A thing of which one source speaks has one line in the named graph of that source, its first, which says whose it is;
what the source says of it is what the union says. A thing of which several do, or that decisions made of several, has
in each of their graphs all that this source says of it. Triples of relations between things stand in the graph of
every source that states such a link.
"""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from ..ontology.convert import ENTITY_PREDICATES, TYPE
from ..ontology.model import ID, ML

ONTOLOGY_GRAPH = ox.NamedNode(ML.rstrip("#"))
DECISIONS_GRAPH = ox.NamedNode(ID + "source/decisions")
RECORDED_AS = ox.NamedNode(ML + "recordedAs")
DEFAULT = ox.DefaultGraph()


def statements_of(db: ox.Store, node: Any) -> tuple[dict[str, list[ox.Quad]], list[ox.Quad]]:
    """Return what each source says of a thing, without its links, and what of that its graph does not hold.

    :return: Quads by the IRI of the graph in which they are said, those of a record with its class at the head; and
        those of them that only the union holds.
    """
    said: dict[str, list[ox.Quad]] = {}
    for quad in db.quads_for_pattern(node, TYPE, None, None):
        if quad.graph_name != DEFAULT:
            said.setdefault(quad.graph_name.value, []).append(quad)  # type: ignore[union-attr]
    found = [q for predicate in ENTITY_PREDICATES for q in db.quads_for_pattern(node, predicate, None, None)]
    spelled = [q for q in found if q.graph_name != DEFAULT]
    if spelled or len(said) != 1:
        for quad in spelled:
            if (graph := quad.graph_name.value) in said:  # type: ignore[union-attr]
                said[graph].append(quad)
        return said, []
    ((iri, (first, *_)),) = said.items()
    alone = [ox.Quad(node, q.predicate, q.object, first.graph_name) for q in found]
    said[iri] += alone
    return said, alone


def spell_out(db: ox.Store, node: Any) -> list[ox.Quad]:
    """Return what has to be added for the named graphs to hold all that is said of a thing."""
    return statements_of(db, node)[1]
