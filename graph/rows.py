"""How entities and links look in a property graph, Neo4j or embedded: flat values, and lists of the same length."""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import Any

from ..ontology.convert import QUALIFIERS
from ..ontology.model import ID, Entity, Evidence, Link, snake
from ..ontology.vocabulary import vocabulary

Row = dict[str, Any]
_qualifiers = attrgetter(*QUALIFIERS)


def relationship_type(relation: str) -> str:
    """Return a relation as a relationship type: ``"memberOf"`` gives ``"MEMBER_OF"``."""
    return snake(relation).upper()


def labels(entity: Entity) -> tuple[str, ...]:
    """Return the labels of a node: its class and the superclasses of it."""
    known = vocabulary()
    return known.superclasses(entity.type) if entity.type in known.classes else ("Entity",)


def entity_row(entity: Entity) -> Row:
    """Return the properties of an entity's node. ``name_fr`` … hold the preferred name in each language."""
    row: Row = {
        "iri": entity.iri,
        "id": entity.identifier or entity.iri.removeprefix(ID),
        "type": entity.type,
        "name": entity.name("en"),
        "acronyms": list(entity.acronyms()),
        "other_names": list(dict.fromkeys(n.text for n in entity.names if n.kind == "alternative")),
        "collective": entity.collective,
        "identifiers": [f"{i.scheme}:{i.value}" for i in entity.identifiers],
    }
    for name in entity.names:
        if name.kind == "preferred" and name.lang:
            row[f"name_{name.lang.replace('-', '_').lower()}"] = name.text
    for field in ("description", "valid_from", "valid_to", "status", "homepage", "issued", "language", "body"):
        if (value := getattr(entity, field)) is not None:
            row[field] = value
    return row | _evidence(entity.evidence)


def link_row(link: Link, source_id: str) -> Row:
    """Return the properties of a link's relationship; a thing is named by its IRI, an amount is a float."""
    row: Row = {"iri": link.iri, "source": source_id, "relation": link.relation}
    for field, value in zip(QUALIFIERS, _qualifiers(link), strict=True):
        if value is not None:
            row[field] = float(value) if isinstance(value, Decimal) else value
    if link.discussed_in:
        row["discussed_in"] = [r.document for r in link.discussed_in]
        row["discussed_locators"] = [r.locator or "" for r in link.discussed_in]
    return row | _evidence(link.evidence)


def _evidence(items: tuple[Evidence, ...]) -> Row:
    return {
        "documents": [e.document for e in items],
        "locators": [e.locator for e in items],
        "quotes": [e.quote or "" for e in items],
        "certainties": [e.certainty for e in items],
        "methods": [e.method for e in items],
    }
