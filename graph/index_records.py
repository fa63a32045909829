"""How the RDF index tells which source says what of a thing.

The first line of a record stands in the named graph of its source and says whose it is, and so do the triples of
relations between things, in the graph of every source that states such a link. What a source says of a thing itself
stands there too, but not always: where the graph has the first line of the only record of a thing, and nothing more,
the source says what the union says.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import pyoxigraph as ox

from ..ontology.convert import ENTITY_PREDICATES, TYPE
from ..ontology.model import ID, ML

ONTOLOGY_GRAPH = ox.NamedNode(ML.rstrip("#"))
DECISIONS_GRAPH = ox.NamedNode(ID + "source/decisions")
RECORDED_AS = ox.NamedNode(ML + "recordedAs")
DEFAULT = ox.DefaultGraph()
_PREDICATES = frozenset(ENTITY_PREDICATES)
#: As many quads are read more quickly than it is looked for each predicate.
_FEW = 100


def statements_of(db: ox.Store, node: Any) -> tuple[dict[str, list[ox.Quad]], list[ox.Quad]]:
    """Return what each source says of a thing, without its links, and what of that its graph does not hold.

    :return: Quads by the IRI of the graph in which they are said, those of a record with its class at the head; and
        those of them that only the union holds.
    """
    quads = list(islice(db.quads_for_pattern(node, None, None, None), _FEW))
    if len(quads) == _FEW:  # it has many links
        quads = [
            q for predicate in (TYPE, *ENTITY_PREDICATES) for q in db.quads_for_pattern(node, predicate, None, None)
        ]
    said: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        if quad.predicate == TYPE and quad.graph_name != DEFAULT:
            said.setdefault(quad.graph_name.value, []).append(quad)  # type: ignore[union-attr]
    found = [q for q in quads if q.predicate in _PREDICATES]
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
