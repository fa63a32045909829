"""The one converter between the plain objects and RDF.

A source is written in record order: first its own description, then a block of quads a record. A block begins
with the ``rdf:type`` of the entity or link and holds its evidence, references and dated names, whose IRIs are
made from that of the record, so that there are no blank nodes and reading needs no look-ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad

from .model import ML, Entity, Evidence, Identifier, Link, Name, Reference, Source, Statement

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SKOSXL = "http://www.w3.org/2008/05/skos-xl#"
DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
PROV = "http://www.w3.org/ns/prov#"
OWL = "http://www.w3.org/2002/07/owl#"
SCHEMA = "https://schema.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final = {
    "ml": ML,
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": SKOS,
    "skosxl": SKOSXL,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "prov": PROV,
    "owl": OWL,
    "schema": SCHEMA,
    "xsd": XSD,
    "id": "https://w3id.org/multilateral/id/",
}

TYPE = NamedNode(RDF + "type")
PREF = NamedNode(SKOS + "prefLabel")
ALT = NamedNode(SKOS + "altLabel")
NOTATION = NamedNode(SKOS + "notation")
IDENTIFIER = NamedNode(DCTERMS + "identifier")
DESCRIPTION = NamedNode(DCTERMS + "description")
HOMEPAGE = NamedNode(FOAF + "homepage")
ISSUED = NamedNode(DCTERMS + "issued")
LANGUAGE = NamedNode(DCTERMS + "language")
PUBLISHER = NamedNode(DCTERMS + "publisher")

_DATE_TYPES = {4: NamedNode(XSD + "gYear"), 7: NamedNode(XSD + "gYearMonth"), 10: NamedNode(XSD + "date")}
_DECIMAL = NamedNode(XSD + "decimal")
_TRUE = Literal("true", datatype=NamedNode(XSD + "boolean"))
_NAME_PREDICATES = {"preferred": PREF, "alternative": ALT, "acronym": NamedNode(ML + "acronym")}
_XL_PREDICATES = {
    "preferred": NamedNode(SKOSXL + "prefLabel"),
    "alternative": NamedNode(SKOSXL + "altLabel"),
    "acronym": NamedNode(SKOSXL + "altLabel"),
}

#: The predicates of what a record says of a thing, besides its class.
ENTITY_PREDICATES: Final = (
    *_NAME_PREDICATES.values(),
    *dict.fromkeys(_XL_PREDICATES.values()),
    IDENTIFIER,
    NOTATION,
    DESCRIPTION,
    HOMEPAGE,
    ISSUED,
    LANGUAGE,
    PUBLISHER,
    *(NamedNode(ML + name) for name in ("collective", "validFrom", "validTo", "status", "evidence")),
)

#: Qualifiers of a link by field name: the local name of the property and how its value is written.
QUALIFIERS: Final[dict[str, tuple[str, str]]] = {
    "valid_from": ("validFrom", "date"),
    "valid_to": ("validTo", "date"),
    "date_note": ("dateNote", "text"),
    "role": ("role", "text"),
    "status": ("status", "text"),
    "amount": ("amount", "decimal"),
    "currency": ("currency", "text"),
    "amount_usd": ("amountUSD", "decimal"),
    "count": ("count", "decimal"),
    "unit": ("unit", "text"),
    "share": ("share", "decimal"),
    "outcome": ("outcome", "text"),
    "frequency": ("frequency", "text"),
    "under_agreement": ("underAgreement", "thing"),
    "through_fund": ("throughFund", "thing"),
    "at_event": ("atEvent", "thing"),
    "in_programme": ("inProgramme", "thing"),
    "in_place": ("inPlace", "thing"),
    "on_topic": ("onTopic", "thing"),
    "via_document": ("viaDocument", "thing"),
}

_SOURCE_FIELDS: Final = {
    "title": DCTERMS + "title",
    "licence": DCTERMS + "license",
    "version": OWL + "versionInfo",
    "issued": DCTERMS + "issued",
    "url": SCHEMA + "url",
    "checksum": ML + "checksum",
    "loader": ML + "loader",
    "origin": ML + "origin",
    "loaded": PROV + "generatedAtTime",
}


@lru_cache(maxsize=4096)
def _ml(local: str) -> NamedNode:
    return NamedNode(ML + local)


def date_literal(value: str) -> Literal:
    """Return an ISO date as a literal of its own precision: ``xsd:gYear``, ``xsd:gYearMonth`` or ``xsd:date``.

    :raises ValueError: If the text has another length than those of the three forms.
    """
    try:
        return Literal(value, datatype=_DATE_TYPES[len(value)])
    except KeyError:
        raise ValueError(f"{value!r} is not a year, a year and month, or a day in ISO 8601") from None


def _decimal(value: Decimal) -> Literal:
    return Literal(format(value, "f"), datatype=_DECIMAL)


def _text(value: str, lang: str) -> Literal:
    return Literal(value, language=lang) if lang else Literal(value)


def source_quads(source: Source) -> Iterator[Quad]:
    """Yield the description that a source's graph carries of itself."""
    me = NamedNode(source.iri)
    yield Quad(me, TYPE, _ml("Source"), me)
    yield Quad(me, IDENTIFIER, Literal(source.id), me)
    for field, predicate in _SOURCE_FIELDS.items():
        value = getattr(source, field)
        if value is None:
            continue
        if field == "issued":
            literal = date_literal(value)
        elif field == "loaded":
            literal = Literal(value, datatype=NamedNode(XSD + "dateTime"))
        else:
            literal = Literal(value)
        yield Quad(me, NamedNode(predicate), literal, me)


def quads(statement: Statement, source_id: str) -> Iterator[Quad]:
    """Yield the block of quads of one entity or link of a source."""
    graph = NamedNode(f"https://w3id.org/multilateral/id/source/{source_id}")
    if isinstance(statement, Link):
        return _link_quads(statement, graph)
    return _entity_quads(statement, source_id, graph)


def _evidence_quads(owner: NamedNode, evidence: Iterable[Evidence], stem: str, graph: NamedNode) -> Iterator[Quad]:
    for number, item in enumerate(evidence, 1):
        node = NamedNode(f"{stem}/{number}")
        yield Quad(owner, _ml("evidence"), node, graph)
        yield Quad(node, TYPE, _ml("Evidence"), graph)
        yield Quad(node, _ml("document"), NamedNode(item.document), graph)
        yield Quad(node, _ml("locator"), Literal(item.locator), graph)
        yield Quad(node, _ml("certainty"), Literal(item.certainty), graph)
        yield Quad(node, _ml("method"), Literal(item.method), graph)
        if item.quote is not None:
            yield Quad(node, _ml("quote"), Literal(item.quote), graph)
        if item.score is not None:
            yield Quad(node, _ml("score"), Literal(repr(item.score), datatype=NamedNode(XSD + "double")), graph)


def _link_quads(link: Link, graph: NamedNode) -> Iterator[Quad]:
    me, relation = NamedNode(link.iri), _ml(link.relation)
    source, target = NamedNode(link.source_iri), NamedNode(link.target_iri)
    yield Quad(me, TYPE, _ml("Link"), graph)
    yield Quad(me, _ml("source"), source, graph)
    yield Quad(me, _ml("relation"), relation, graph)
    yield Quad(me, _ml("target"), target, graph)
    for field, (local, form) in QUALIFIERS.items():
        value = getattr(link, field)
        if value is None:
            continue
        term: Literal | NamedNode
        if form == "date":
            term = date_literal(value)
        elif form == "decimal":
            term = _decimal(value)
        elif form == "thing":
            term = NamedNode(value)
        else:
            term = Literal(value)
        yield Quad(me, _ml(local), term, graph)
    yield from _evidence_quads(me, link.evidence, f"{link.iri}/evidence", graph)
    for number, reference in enumerate(link.discussed_in, 1):
        node = NamedNode(f"{link.iri}/discussed/{number}")
        yield Quad(me, _ml("discussedIn"), node, graph)
        yield Quad(node, TYPE, _ml("Reference"), graph)
        yield Quad(node, _ml("document"), NamedNode(reference.document), graph)
        if reference.locator is not None:
            yield Quad(node, _ml("locator"), Literal(reference.locator), graph)
    if link.status != "proposed":  # a proposal is no fact: it has no direct triple
        yield Quad(source, relation, target, graph)


def _entity_quads(entity: Entity, source_id: str, graph: NamedNode) -> Iterator[Quad]:
    me = NamedNode(entity.iri)
    yield Quad(me, TYPE, _ml(entity.type), graph)
    dated = [n for n in entity.names if n.valid_from or n.valid_to]
    for name in entity.names:
        yield Quad(me, _NAME_PREDICATES[name.kind], _text(name.text, name.lang), graph)
    for number, name in enumerate(dated, 1):
        node = NamedNode(f"{entity.iri}/name/{source_id}/{number}")
        yield Quad(me, _XL_PREDICATES[name.kind], node, graph)
        yield Quad(node, TYPE, NamedNode(SKOSXL + "Label"), graph)
        yield Quad(node, NamedNode(SKOSXL + "literalForm"), _text(name.text, name.lang), graph)
        yield Quad(node, _ml("nameKind"), Literal(name.kind), graph)
        if name.valid_from:
            yield Quad(node, _ml("validFrom"), date_literal(name.valid_from), graph)
        if name.valid_to:
            yield Quad(node, _ml("validTo"), date_literal(name.valid_to), graph)
    if entity.identifier is not None:
        yield Quad(me, IDENTIFIER, Literal(entity.identifier), graph)
    for identifier in entity.identifiers:
        yield Quad(me, NOTATION, Literal(identifier.value, datatype=_ml(identifier.scheme)), graph)
    if entity.collective:
        yield Quad(me, _ml("collective"), _TRUE, graph)
    if entity.description is not None:
        yield Quad(me, DESCRIPTION, Literal(entity.description), graph)
    if entity.valid_from is not None:
        yield Quad(me, _ml("validFrom"), date_literal(entity.valid_from), graph)
    if entity.valid_to is not None:
        yield Quad(me, _ml("validTo"), date_literal(entity.valid_to), graph)
    if entity.status is not None:
        yield Quad(me, _ml("status"), Literal(entity.status), graph)
    if entity.homepage is not None:
        yield Quad(me, HOMEPAGE, NamedNode(entity.homepage), graph)
    if entity.issued is not None:
        yield Quad(me, ISSUED, date_literal(entity.issued), graph)
    if entity.language is not None:
        yield Quad(me, LANGUAGE, Literal(entity.language), graph)
    if entity.body is not None:
        yield Quad(me, PUBLISHER, NamedNode(entity.body), graph)
    yield from _evidence_quads(me, entity.evidence, f"{entity.iri}/evidence/{source_id}", graph)


# --- and back ------------------------------------------------------------------------------------------------


def read(stream: Iterable[Quad]) -> Iterator[Statement]:
    """Yield the entities and links of quads that stand in record order, as :func:`quads` writes them.

    The description of the source itself is passed over; :func:`read_source` reads it.
    """
    found = Blocks()
    for head, block in chain(found.add(stream), found.end()):
        if (statement := read_block(head, block)) is not None:
            yield statement


Block = dict[str, list[tuple[str, Any]]]


class Blocks:
    """Groups quads in record order: the IRI of each record with ``{subject: [(predicate, object), …]}``.

    Direct triples (``eu ml:funds hped``) are left out: their subject is not the record.
    """

    def __init__(self) -> None:
        self._head = ""
        self._block: Block = {}
        self._own: tuple[str, ...] = ()

    def add(self, stream: Iterable[Quad]) -> Iterator[tuple[str, Block]]:
        """Yield the records that are complete when these quads have come; the last one may go on."""
        for quad in stream:
            subject, predicate = quad.subject.value, quad.predicate.value  # type: ignore[union-attr]
            if subject in self._block:
                self._block[subject].append((predicate, quad.object))
            elif self.holds(subject):
                self._block[subject] = [(predicate, quad.object)]
            elif predicate == TYPE.value:
                yield from self.end()
                self.begin(subject)
                self._block[subject] = [(predicate, quad.object)]

    def end(self) -> Iterator[tuple[str, Block]]:
        """Yield the record that is being read, if there is one: no more of it will come."""
        if self._block:
            block, self._block = self._block, {}
            yield self._head, block
        self._own = ()

    def begin(self, head: str) -> None:
        """Note the record to which the quads that come belong."""
        self._head, self._own = head, (f"{head}/evidence/", f"{head}/discussed/", f"{head}/name/")

    def holds(self, subject: str) -> bool:
        """Tell whether a subject is a node of the record that is being read, by its IRI."""
        return subject.startswith(self._own) if self._own else False


def read_block(head: str, block: Block) -> Statement | None:
    """Return the entity or link of a block; ``None`` for the description of the source itself."""
    kind = next(o for p, o in block[head] if p == TYPE.value).value
    if kind == ML + "Link":
        return read_link(head, block)
    return None if kind == ML + "Source" else read_entity(head, block)


def _one(rows: list[tuple[str, Any]], predicate: str) -> str | None:
    return next((o.value for p, o in rows if p == predicate), None)


def _read_evidence(block: Block, rows: list[tuple[str, Any]]) -> tuple[Evidence, ...]:
    found = []
    for predicate, node in rows:
        if predicate != ML + "evidence":
            continue
        values = {p: o.value for p, o in block[node.value]}
        score = values.get(ML + "score")
        found.append(
            Evidence(
                document=values[ML + "document"],
                locator=values[ML + "locator"],
                quote=values.get(ML + "quote"),
                certainty=values[ML + "certainty"],
                score=None if score is None else float(score),
                method=values[ML + "method"],
            )
        )
    return tuple(found)


_FIELD_OF = {ML + local: (field, form) for field, (local, form) in QUALIFIERS.items()}


def read_link(iri: str, block: Block) -> Link:
    """Return the link of a block of quads, as :func:`blocks` yields it."""
    rows = block[iri]
    values: dict[str, Any] = {}
    references = []
    for predicate, term in rows:
        if (known := _FIELD_OF.get(predicate)) is not None:
            field, form = known
            values[field] = Decimal(term.value) if form == "decimal" else term.value
        elif predicate == ML + "discussedIn":
            said = {p: o.value for p, o in block[term.value]}
            references.append(Reference(said[ML + "document"], said.get(ML + "locator")))
    ends = {p: o.value for p, o in rows if p in (ML + "source", ML + "relation", ML + "target")}
    return Link(
        iri=iri,
        source_iri=ends[ML + "source"],
        relation=ends[ML + "relation"].removeprefix(ML),
        target_iri=ends[ML + "target"],
        evidence=_read_evidence(block, rows),
        discussed_in=tuple(references),
        **values,
    )


def read_entity(iri: str, block: Block) -> Entity:
    """Return the entity of a block of quads, as :func:`blocks` yields it."""
    rows = block[iri]
    said: dict[str, str] = {}
    names: list[Name] = []
    dated = _dated_names(iri, block) if len(block) > 1 else {}
    for predicate, term in rows:
        said.setdefault(predicate, term.value)
        if (kind := _NAME_KINDS.get(predicate)) is None:
            continue
        text, lang = term.value, term.language or ""
        if (times := dated.get((kind, text, lang))) is None:
            names.append(Name(text, lang, kind))
            continue
        # A name borne twice stands in one triple and has two dated labels; none is left when the triple is repeated.
        names += [Name(text, lang, kind, *borne) for borne in sorted(times, key=lambda t: (t[0] or "", t[1] or ""))]
        times.clear()
    return Entity(
        iri=iri,
        type=said[TYPE.value].removeprefix(ML),
        names=tuple(names),
        identifier=said.get(IDENTIFIER.value),
        identifiers=tuple(
            [Identifier(o.datatype.value.removeprefix(ML), o.value) for p, o in rows if p == NOTATION.value]
            if NOTATION.value in said
            else ()
        ),
        collective=said.get(ML + "collective") == "true",
        description=said.get(DESCRIPTION.value),
        valid_from=said.get(ML + "validFrom"),
        valid_to=said.get(ML + "validTo"),
        status=said.get(ML + "status"),  # type: ignore[arg-type]
        homepage=said.get(HOMEPAGE.value),
        evidence=_read_evidence(block, rows),
        issued=said.get(ISSUED.value),
        language=said.get(LANGUAGE.value),
        body=said.get(PUBLISHER.value),
    )


_NAME_KINDS: dict[str, Any] = {predicate.value: kind for kind, predicate in _NAME_PREDICATES.items()}


def _dated_names(iri: str, block: Block) -> dict[tuple[str, str, str], list[tuple[str | None, str | None]]]:
    """Return the times of dated names by kind, text and language."""
    dated: dict[tuple[str, str, str], list[tuple[str | None, str | None]]] = {}
    for subject, said in block.items():
        literal = next((o for p, o in said if p == SKOSXL + "literalForm"), None)
        if subject == iri or literal is None:
            continue
        kind = _one(said, ML + "nameKind") or "alternative"
        times = (_one(said, ML + "validFrom"), _one(said, ML + "validTo"))
        dated.setdefault((kind, literal.value, literal.language or ""), []).append(times)
    return dated


def read_source(stream: Iterable[Quad]) -> Source:
    """Return the description that stands at the head of a source's quads.

    :raises ValueError: If the first record is not the description of a source.
    """
    said: dict[str, str] = {}
    for quad in stream:
        if quad.subject != quad.graph_name:
            break
        said[quad.predicate.value] = quad.object.value  # type: ignore[union-attr]
    if said.get(TYPE.value) != ML + "Source":
        raise ValueError("the quads do not begin with the description of a source")
    known = {f.name for f in fields(Source)}
    values = {field: said.get(predicate) for field, predicate in _SOURCE_FIELDS.items() if field in known}
    return Source(id=said[IDENTIFIER.value], **values)  # type: ignore[arg-type]
