"""From a store to a map: which things and links are shown, and what the page says of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ..graph.reading import Reader
from ..graph.selection import Chosen, Selection, left_out
from ..ontology.convert import QUALIFIERS
from ..ontology.model import Entity, Evidence, Link
from ..ontology.vocabulary import vocabulary
from .model import Fact, MapData, MapEdge, MapEvidence, MapNode

_OWN_FIELDS = ("valid_from", "valid_to", "status")  # the page has places of its own for these
_AMOUNT = ("amount", "currency")


def map_data(
    reader: Reader,
    *,
    focus: str | None = None,
    depth: int = 1,
    selection: Selection | None = None,
    only: Iterable[str] | None = None,
    title: str = "multilateral",
) -> tuple[MapData, str | None]:
    """Return what a map shows, and the sentence that says what a selection by date left out, if it did.

    ``focus`` is the IRI of a thing: only things within ``depth`` links of it are shown, with all links among them.
    ``only`` are IRIs of links: only these are shown, with their ends. Without either the whole selection is shown,
    things without links left out.
    """
    entities = reader.entities()
    chosen = Chosen(selection or Selection(), vocabulary())
    stream = ((lk, s, entities[lk.source_iri].type, entities[lk.target_iri].type) for lk, s in reader.links())
    links = [link for link, _ in chosen(stream)]
    if only is not None:
        wanted = set(only)
        links = [link for link in links if link.iri in wanted]
    if focus is not None:
        near = _within(links, focus, depth)
        links = [link for link in links if link.source_iri in near and link.target_iri in near]
    return drawn(entities, links, title=title, focus=focus), left_out(chosen.undated, chosen.open)


def drawn(entities: Mapping[str, Entity], links: Sequence[Link], *, title: str, focus: str | None = None) -> MapData:
    """Return the map of some links and their ends; ``entities`` holds everything that the links name."""
    shown = {end for link in links for end in (link.source_iri, link.target_iri)} | ({focus} if focus else set())
    return MapData(
        nodes=tuple(_node(entities[iri], entities) for iri in sorted(shown)),
        edges=tuple(_edge(link, entities) for link in links),
        title=title,
        focus=focus,
    )


def _within(links: list[Link], focus: str, depth: int) -> set[str]:
    near: dict[str, set[str]] = defaultdict(set)
    for link in links:
        near[link.source_iri].add(link.target_iri)
        near[link.target_iri].add(link.source_iri)
    found, layer = {focus}, {focus}
    for _ in range(depth):
        layer = {other for thing in layer for other in near[thing]} - found
        found |= layer
    return found


def _names(entity: Entity) -> dict[str, str]:
    found = {n.lang: n.text for n in entity.names if n.kind == "preferred"}
    return found or {"": entity.name()}


def _node(entity: Entity, entities: Mapping[str, Entity]) -> MapNode:
    facts: list[Fact] = []
    for field, local in (("valid_from", "validFrom"), ("valid_to", "validTo"), ("status", "status")):
        if (value := getattr(entity, field)) is not None:
            facts.append((*_labels(local), value))
    others = [n.text for n in entity.names if n.kind == "alternative"]
    if others:
        facts.append(("Also called", "Aussi appelé", "; ".join(dict.fromkeys(others))))
    facts += [(i.scheme, i.scheme, i.value) for i in entity.identifiers]
    if entity.body and entity.body in entities:
        facts.append(("Issued by", "Publié par", entities[entity.body].name()))
    if entity.issued:
        facts.append(("Issued", "Date de publication", entity.issued))
    short = {n.lang: n.text for n in reversed(entity.names) if n.kind == "acronym"}
    return MapNode(
        id=entity.iri,
        type=entity.type,
        names=_names(entity),
        acronyms=entity.acronyms(),
        collective=entity.collective,
        facts=tuple(facts),
        url=entity.homepage,
        short=short,
    )


def _edge(link: Link, entities: Mapping[str, Entity]) -> MapEdge:
    facts: list[Fact] = []
    if link.amount is not None:
        facts.append((*_labels("amount"), f"{link.amount:,} {link.currency or ''}".strip()))
    for field, (local, form) in QUALIFIERS.items():
        value = getattr(link, field)
        if value is None or field in _OWN_FIELDS or field in _AMOUNT:
            continue
        if form == "thing":
            value = entities[value].name() if value in entities else value
        facts.append((*_labels(local), f"{value:,}" if form == "decimal" else str(value)))
    for reference in link.discussed_in:
        where = f" ¶{reference.locator}" if reference.locator else ""
        name = entities[reference.document].name() if reference.document in entities else reference.document
        facts.append((*_labels("discussedIn"), name + where))
    return MapEdge(
        id=link.iri,
        source=link.source_iri,
        target=link.target_iri,
        relation=link.relation,
        from_=link.valid_from,
        to=link.valid_to,
        status=link.status,
        facts=tuple(facts),
        evidence=tuple(_evidence(e, entities) for e in link.evidence),
    )


def _evidence(evidence: Evidence, entities: Mapping[str, Entity]) -> MapEvidence:
    document = entities.get(evidence.document)
    return MapEvidence(
        document_name=_names(document) if document else {"": evidence.document},
        locator=evidence.locator,
        quote=evidence.quote,
        certainty=evidence.certainty,
        url=document.homepage if document else None,
    )


def _labels(local: str) -> tuple[str, str]:
    return vocabulary().label(local, "en"), vocabulary().label(local, "fr")
