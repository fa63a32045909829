"""How the RDF index tells which source says what of a thing.

A thing of which one source speaks has one line in the named graph of that source, its first, which says whose it is;
what the source says of it is what the union says. A thing of which several do, or that decisions made of several, has
in each of their graphs all that this source says of it. Triples of relations between things stand in the graph of
every source that states such a link.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pyoxigraph as ox

from ..ontology.convert import TYPE
from ..ontology.model import ID, ML
from ..ontology.vocabulary import vocabulary

ONTOLOGY_GRAPH = ox.NamedNode(ML.rstrip("#"))
DECISIONS_GRAPH = ox.NamedNode(ID + "source/decisions")
RECORDED_AS = ox.NamedNode(ML + "recordedAs")
DEFAULT = ox.DefaultGraph()


@cache
def _beside() -> frozenset[ox.NamedNode]:
    """Return the predicates of what the graph of a source always holds, or no source says."""
    return frozenset({TYPE, RECORDED_AS, *(ox.NamedNode(ML + name) for name in vocabulary().relations)})


def said_in_union(quads: list[ox.Quad]) -> tuple[ox.NamedNode, list[ox.Quad]] | None:
    """Return the one graph that speaks of a thing and what it says, where only the union holds that.

    :param quads: All that the index holds with the thing as subject.
    :return: The graph and the quads of the union; ``None`` where named graphs hold all that is said.
    """
    graphs = {q.graph_name for q in quads if q.predicate == TYPE} - {DEFAULT}
    if len(graphs) != 1:
        return None
    beside = _beside()
    said = [q for q in quads if q.predicate not in beside]
    (graph,) = graphs
    if not isinstance(graph, ox.NamedNode) or any(q.graph_name != DEFAULT for q in said):
        return None
    return graph, said


def spell_out(db: ox.Store, node: Any) -> list[ox.Quad]:
    """Return what has to be added for the named graphs to hold all that is said of a thing."""
    alone = said_in_union(list(db.quads_for_pattern(node, None, None, None)))
    if alone is None:
        return []
    graph, said = alone
    return [ox.Quad(q.subject, q.predicate, q.object, graph) for q in said]
