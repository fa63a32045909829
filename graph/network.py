"""The graph as a NetworkX ``MultiDiGraph``: what every analysis, and a notebook, starts from.

**A node** is a thing: the IRI of an entity, with ``name`` (in the language asked for) and ``name_<lang>``, ``type``
(the most specific class), ``types`` (that and its superclasses), ``acronyms``, ``other_names``, ``collective`` and
whatever else the source gives (``identifier``, ``identifiers`` as ``scheme:value``, ``description``, ``valid_from``,
``valid_to``, ``status``, ``homepage``, ``issued``, ``language``, ``body``). An entity without links is a node too.
A thing that links name and no entity describes is a node of type ``""``.

**An edge** is a link, from its source to its target; two links between the same two things are two edges. Its key
is the link's IRI, its attributes ``iri``, ``relation``, ``source_id`` (the source that states it), the qualifiers in
snake case as far as given (``valid_from``, ``amount``, ``at_event`` …), and its evidence as lists of the same length:
``documents``, ``locators``, ``quotes``, ``certainties``, ``methods`` (``""`` where there is no quote). ``symmetric`` is
true where the relation has no direction, so that the edge, stored once, is to be read both ways.

**The weight** of an edge is 1.0: one link. Parallel links add up where an analysis collapses them. An amount is
no weight unless asked for, and then only in one currency (``amount_usd``).

Values are strings, numbers, booleans and lists of strings, never None, so that every writer of graph files takes
them. Amounts are floating-point numbers here; the exact decimals stay in the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ..ontology.model import Entity, Link, Name

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

QUALIFIERS = (
    "valid_from", "valid_to", "date_note", "role", "status", "amount", "currency", "amount_usd", "count", "unit",
    "share", "outcome", "frequency", "under_agreement", "through_fund", "at_event", "in_programme", "in_place",
    "via_document",
)  # fmt: skip
"""The attributes of an edge that are qualifiers of its link."""

_ENTITY_FIELDS = (
    "identifier",
    "description",
    "valid_from",
    "valid_to",
    "status",
    "homepage",
    "issued",
    "language",
    "body",
)
_SYMMETRIC = frozenset({"cooperatesWith"})


class Words(Protocol):
    """What the network needs to know of the ontology."""

    def superclasses(self, name: str) -> Iterable[str]:
        """Return the classes above a class, itself not among them or first."""

    def is_symmetric(self, relation: str) -> bool:
        """Return whether a relation has no direction."""


def to_networkx(
    entities: Iterable[Entity],
    links: Iterable[tuple[Link, str]],
    *,
    vocabulary: Words | None = None,
    lang: str = "en",
) -> Network:
    """Return entities and ``(link, source id)`` pairs as a ``networkx.MultiDiGraph``; see the module for its parts.

    Nodes and edges are added in the order given. Of two entities with one IRI the first gives the values, and lists
    are united. Without a ``vocabulary`` a node's ``types`` is its class alone and only ``cooperatesWith`` is symmetric.
    """
    import networkx as nx

    graph: Network = nx.MultiDiGraph()
    for entity in entities:
        attributes = node_attributes(entity, vocabulary=vocabulary, lang=lang)
        if entity.iri in graph:
            attributes = _united(graph.nodes[entity.iri], attributes)
        graph.add_node(entity.iri, **attributes)
    for link, source_id in links:
        for end in (link.source_iri, link.target_iri):
            if end not in graph:
                graph.add_node(end, name=end.rsplit("/", 1)[-1], type="", types=[], acronyms=[], other_names=[])
        symmetric = vocabulary.is_symmetric(link.relation) if vocabulary else link.relation in _SYMMETRIC
        attributes = edge_attributes(link, source_id) | {"symmetric": symmetric}
        graph.add_edge(link.source_iri, link.target_iri, key=link.iri, **attributes)
    return graph


def node_attributes(entity: Entity, *, vocabulary: Words | None = None, lang: str = "en") -> dict[str, Any]:
    """Return the attributes of the node of an entity."""
    above = [c for c in vocabulary.superclasses(entity.type) if c != entity.type] if vocabulary else []
    out: dict[str, Any] = {"name": entity.name(lang), "type": entity.type, "types": [entity.type, *above]}
    preferred: dict[str, Name] = {}
    for name in entity.names:
        # Of several preferred names in a language the one that is still borne counts, else the last given.
        if name.kind == "preferred" and name.lang and (name.lang not in preferred or preferred[name.lang].valid_to):
            preferred[name.lang] = name
    out |= {f"name_{tag.lower().replace('-', '_')}": name.text for tag, name in preferred.items()}
    shown = {out["name"], *(name.text for name in preferred.values()), *entity.acronyms()}
    out["acronyms"] = list(entity.acronyms())
    out["other_names"] = list(dict.fromkeys(n.text for n in entity.names if n.text not in shown))
    out["collective"] = entity.collective
    if entity.identifiers:
        out["identifiers"] = [f"{i.scheme}:{i.value}" for i in entity.identifiers]
    return out | {field: value for field in _ENTITY_FIELDS if (value := getattr(entity, field)) is not None}


def edge_attributes(link: Link, source_id: str) -> dict[str, Any]:
    """Return the attributes of the edge of a link, but ``symmetric``, which is the ontology's to say."""
    out: dict[str, Any] = {"iri": link.iri, "relation": link.relation, "source_id": source_id, "weight": 1.0}
    for field in QUALIFIERS:
        value = getattr(link, field)
        if value is not None:
            out[field] = float(value) if isinstance(value, Decimal) else value
    out["documents"] = [e.document for e in link.evidence]
    out["locators"] = [e.locator for e in link.evidence]
    out["quotes"] = [e.quote or "" for e in link.evidence]
    out["certainties"] = [e.certainty for e in link.evidence]
    out["methods"] = [e.method for e in link.evidence]
    if link.discussed_in:
        out["discussed_documents"] = [r.document for r in link.discussed_in]
        out["discussed_locators"] = [r.locator or "" for r in link.discussed_in]
    return out


def _united(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    out = second | first
    for key, value in second.items():
        if isinstance(value, list) and key in first:
            out[key] = list(dict.fromkeys([*first[key], *value]))
    return out
