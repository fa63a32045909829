"""The graph as a NetworkX ``MultiDiGraph``: what every analysis, and a notebook, starts from.

**A node** is a thing: the IRI of an entity, with the properties that its node has in a property graph (``id``,
``name``, ``name_<lang>``, ``type`` for the most specific class, ``acronyms``, ``other_names``, ``identifiers``,
``collective``, ``description``, its own dates …; see ``rows.py``) and ``types``, the class and its superclasses,
nearest first. ``name`` is in the language asked for. An entity without links is a node too. A thing that links name
and no entity describes is a node of type ``""``.

**An edge** is a link, from its source to its target; two links between the same two things are two edges. Its key
is the link's IRI, its attributes ``iri``, ``relation``, ``source_id`` (the source that states it; in files of graphs
``source`` is the end of an edge), the qualifiers in snake case as far as given (``valid_from``, ``amount``,
``at_event`` …), and its evidence as lists of the same length: ``documents``, ``locators``, ``quotes``, ``certainties``,
``methods`` (``""`` where there is no quote). ``symmetric`` is true where the relation has no direction, so that the
edge, stored once, is to be read both ways.

**The weight** of an edge is 1.0: one link. Parallel links add up where an analysis collapses them. An amount is
no weight unless asked for, and then only in one currency (``amount_usd``).

Values are strings, numbers, booleans and lists of strings, never None, so that writers of graph files take them
(GraphML has no lists: they are to be joined before). Amounts are floating-point numbers here; the exact decimals stay
in the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from ..ontology.model import ID, Entity, Link
from ..ontology.vocabulary import vocabulary
from .rows import entity_row, labels, link_row

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]


def to_networkx(entities: Iterable[Entity], links: Iterable[tuple[Link, str]], *, lang: str = "en") -> Network:
    """Return entities and ``(link, source id)`` pairs as a ``networkx.MultiDiGraph``; see the module for its parts.

    Nodes and edges are added in the order given. Of two entities with one IRI the first gives the values, and lists
    are united.
    """
    import networkx as nx

    graph: Network = nx.MultiDiGraph()
    for entity in entities:
        attributes = node_attributes(entity, lang=lang)
        if entity.iri in graph:
            attributes = _united(graph.nodes[entity.iri], attributes)
        graph.add_node(entity.iri, **attributes)
    for link, source_id in links:
        for end in (link.source_iri, link.target_iri):
            if end not in graph:
                short = end.removeprefix(ID)
                graph.add_node(end, iri=end, id=short, name=short, type="", types=[])
        graph.add_edge(link.source_iri, link.target_iri, key=link.iri, **edge_attributes(link, source_id))
    return graph


def node_attributes(entity: Entity, *, lang: str = "en") -> dict[str, Any]:
    """Return the attributes of the node of an entity."""
    return entity_row(entity) | {"name": entity.name(lang), "types": list(labels(entity))}


def edge_attributes(link: Link, source_id: str) -> dict[str, Any]:
    """Return the attributes of the edge of a link."""
    row = link_row(link, source_id)
    row["source_id"] = row.pop("source")
    term = vocabulary().relations.get(link.relation)
    return row | {"symmetric": term is not None and term.symmetric, "weight": 1.0}


def _united(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of two descriptions of one thing; aligned lists of evidence are put end to end."""
    out = second | first
    for key, value in second.items():
        if isinstance(value, list) and key in first:
            whole = [*first[key], *value]
            out[key] = whole if key in _ALIGNED else list(dict.fromkeys(whole))
    return out


_ALIGNED = frozenset({"documents", "locators", "quotes", "certainties", "methods"})
