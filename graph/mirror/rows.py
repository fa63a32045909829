"""How the graph looks in Neo4j: nodes, relationships and what is compared; and the way back.

Everything that stands in :mod:`multilateral.graph.rows` stands here the same, so that one Cypher text gives the same
rows on both engines. Added is what makes the way back exact, and what Neo4j's users expect:

* ``valid_from_date``, ``valid_to_date``, ``issued_date``: a Neo4j date, where the source gives a day;
* ``amount_exact`` …: a decimal as written, where a float does not say the same;
* ``scores``: of the evidence, -1 where a piece has none; ``exact``: the whole link, where flat values lose something;
* ``position``: the place in the source's file, so that a pulled file has the same order (not compared);
* ``row_checksum``: of labels or ends and all values, by which the next push knows what changed.

A property without a value is absent; so is a list that is empty or holds only blanks, because Neo4j's importer
cannot write one. Every node of ours has the label ``Multilateral``, so that other data in the database stay apart.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import marshal
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from ...ontology.convert import QUALIFIERS
from ...ontology.errors import MultilateralError
from ...ontology.model import ID, Entity, Evidence, Identifier, Link, Name, Reference, Source
from ...ontology.vocabulary import vocabulary
from ..decisions import Decision
from ..rows import Row, entity_row, labels, link_row, relationship_type

#: Goes up when rows change, so that a mirror of an older version is compared whole.
FORMAT = 2
MARK = "Multilateral"
TIE = "RECORDED_AS"
_DECIMALS = tuple(field for field, (_, form) in QUALIFIERS.items() if form == "decimal")
_decimals = attrgetter(*_DECIMALS)
_DATES = ("valid_from", "valid_to", "issued")
#: The forms of a link's qualifiers, in their order.
FORMS = {field: form for field, (_, form) in QUALIFIERS.items()}


class UnknownRelation(MultilateralError):
    """Raised when a link has a relation that the ontology does not define, so that no relationship can be made."""


# --- what goes over ------------------------------------------------------------------------------------------


def entity_node(entity: Entity) -> tuple[tuple[str, ...], Row]:
    """Return the labels and the properties of a thing's node, ``row_checksum`` among them."""
    return node(entity.type, entity_row(entity))


def node(kind: str, row: Row) -> tuple[tuple[str, ...], Row]:
    """Return the labels and the properties of the node of a thing of a class, of all that there is to say of it."""
    marks = _marks(kind)
    return marks, sealed(_dated(_full(row)), list(marks))


@lru_cache(maxsize=512)
def _marks(kind: str) -> tuple[str, ...]:
    return tuple(sorted({MARK, *labels(Entity("", kind))}))


def class_labels() -> tuple[str, ...]:
    """Return every label that a node of ours may have beside ``Multilateral``."""
    known = vocabulary()
    return tuple(sorted({label for name in known.classes for label in known.superclasses(name)} | {"Entity"}))


def our_labels(found: Iterable[str]) -> list[str]:
    """Return those labels of a node that are ours, in order; others on our nodes are their owners' business."""
    return sorted(label for label in found if label in _ours())


@cache
def _ours() -> frozenset[str]:
    return frozenset({MARK, "Record", "Source", "Decision", "Mirror", *class_labels()})


def record_key(source_id: str, iri: str) -> str:
    """Return the key of what a source says of a thing."""
    return f"record:{source_id}|{iri}"


def record_node(source_id: str, iri: str, canonical: str, said: Entity | None) -> Row:
    """Return the properties of the node that holds what a source says of a thing; ``None``: it only names it."""
    row: Row = {
        "key": record_key(source_id, iri),
        "source": source_id,
        "thing": iri,
        "entity": canonical,
        "described": said is not None,
    }
    if said is not None:
        row |= {"type": said.type, "name": said.name("en"), "json": entity_json(said)}
        if said.identifier is not None:
            row["id"] = said.identifier
    return sealed(row, [MARK, "Record"])


def link_relationship(link: Link, source_id: str, as_loaded: Link) -> tuple[str, Row]:
    """Return the type and the properties of a link's relationship.

    ``link`` is under canonical IRIs, ``as_loaded`` as its source wrote it.

    :raises UnknownRelation: If the ontology has no such relation.
    """
    kind = type_of(link.relation)
    if kind is None:
        raise UnknownRelation(
            f"The link {link.iri} of source {source_id!r} has the relation {link.relation!r}, which the ontology does "
            "not define; `multilateral validate` names such links, correct them and load the source again."
        )
    row = link_row(link, source_id)
    for field, value in zip(_DECIMALS, _decimals(link), strict=True):
        if value is not None and (exact := format(value, "f")) != float_text(row[field]):
            row[f"{field}_exact"] = exact
    if any(e.score is not None for e in link.evidence):
        row["scores"] = [-1.0 if e.score is None else e.score for e in link.evidence]
    if link is not as_loaded or any(e.quote == "" for e in link.evidence) or _blank(link.discussed_in):
        row["exact"] = link_json(as_loaded)
    return kind, sealed(_dated(_full(row)), [kind, link.source_iri, link.target_iri])


def _blank(references: Iterable[Reference]) -> bool:
    return any(r.locator == "" for r in references)


@lru_cache(maxsize=512)
def type_of(relation: str) -> str | None:
    """Return the relationship type of a relation, ``None`` if the ontology has no such relation."""
    return relationship_type(relation) if relation in vocabulary().relations else None


def name_property(lang: str) -> str:
    """Return the property that holds the preferred name in a language, as :func:`entity_row` calls it."""
    return f"name_{lang.replace('-', '_').lower()}"


def qualifier_types() -> dict[str, str]:
    """Return the properties of a link that hold its qualifiers, with their types in Neo4j."""
    types = {field: "double" if form == "decimal" else "string" for field, form in FORMS.items()}
    return types | {f"{field}_exact": "string" for field in _DECIMALS}


def source_node(source: Source, fingerprint: str) -> Row:
    """Return the properties of a source's node once all of it is there."""
    row = {k: v for k, v in asdict(source).items() if v is not None}
    return {**row, "key": source_key(source.id), "state": "done", "fingerprint": fingerprint}


def source_key(source_id: str) -> str:
    """Return the key of a source's node."""
    return f"source:{source_id}"


def decision_node(number: int, decision: Decision) -> Row:
    """Return the properties of the node of a decision, the first being number 1."""
    return {"key": f"decision:{number:09}", "number": number, **asdict(decision)}


def _full(row: Row) -> Row:
    for name in [k for k, v in row.items() if type(v) is list and (not v or (v[0] == "" and set(v) == {""}))]:
        del row[name]
    return row


def _dated(row: Row) -> Row:
    for field in _DATES:
        value = row.get(field)
        if value is not None and len(value) == 10:
            add_day(row, field, value)
    return row


def add_day(row: Row, field: str, value: str) -> None:
    """Add the Neo4j date of a day to a row."""
    try:
        row[f"{field}_date"] = datetime.date.fromisoformat(value)
    except ValueError:
        return  # a day that no calendar has stays text; `validate` names it


def float_text(value: float) -> str:
    """Return a float as a decimal is written that says the same."""
    return str(int(value)) if value.is_integer() else repr(value)


# --- what is compared ------------------------------------------------------------------------------------------


def sealed(row: Row, frame: list[str]) -> Row:
    """Put the checksum of a row and of what frames it into the row, and return it."""
    row["row_checksum"] = checksum(row, frame)
    return row


def checksum(row: Row, frame: list[str]) -> str:
    """Return a checksum of a row and of what frames it: labels, or type and ends."""
    return hashlib.blake2b(_text(row, frame), digest_size=9).hexdigest()


def found_checksum(row: Row, frame: list[str]) -> str:
    """Return the checksum of a row as it was found, ``""`` if it is not the one that it bears."""
    said = {k: v for k, v in row.items() if k not in ("row_checksum", "position")}
    found = checksum(said, frame)
    return found if found == row.get("row_checksum") else ""


def digest(row: Row, frame: list[str], *, made: bool = False) -> bytes:
    """Return the eight bytes by which a whole row is compared; ``position`` is left out.

    ``made``: the row was made here a moment ago, so that its checksum is that of its values. Otherwise it is worked
    out, and one that does not stand beside its own values gives other bytes.
    """
    if "row_checksum" not in row:
        return hashlib.blake2b(_text(row, frame), digest_size=8).digest()
    if made or found_checksum(row, frame):
        return bytes.fromhex(row["row_checksum"])[:8]
    return hashlib.blake2b(_text({**row, "position": 0}, frame), digest_size=8).digest()


def _text(row: Row, frame: list[str]) -> bytes:
    """Return a row as bytes, the same whoever made it and in whatever order its properties come.

    The second version of marshal writes equal values alike on every Python, without regard to which of them are
    one object, and takes a fifth of the time of JSON.
    """
    if not _DAYS.isdisjoint(row):
        # A day is a date of Python's here and one of the driver's there; a text in its place is something else.
        days = {k: ["day", str(row[k])] for k in _DAYS if k in row and not isinstance(row[k], str)}
        row = {**row, **days}
    items = sorted(row.items())
    try:
        return marshal.dumps((frame, items), 2)
    except ValueError:  # a value that somebody else put there: a point, a time, a duration
        return repr((frame, items)).encode("utf-8", "surrogatepass")


_DAYS = frozenset(f"{field}_date" for field in _DATES)


# --- the way back ------------------------------------------------------------------------------------------------


def _said(thing: Any) -> Row:
    """Return the fields of a dataclass that say something, as JSON can hold them."""
    row: Row = {}
    names, values = _fields(thing.__class__)
    for name, value in zip(names, values(thing), strict=True):
        if not value and (value is None or value is False or value == ()):
            continue
        if isinstance(value, tuple):
            row[name] = [_said(v) for v in value]
        else:
            row[name] = format(value, "f") if isinstance(value, Decimal) else value
    return row


@lru_cache(maxsize=16)
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(f.name for f in fields(kind))
    return names, attrgetter(*names)


_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def entity_json(entity: Entity) -> str:
    """Return all that a source says of a thing as one line of JSON."""
    return _encoded(_said(entity))


def entity_of(text: str) -> Entity:
    """Return the thing that :func:`entity_json` wrote."""
    row = json.loads(text)
    return Entity(
        **{k: v for k, v in row.items() if k not in ("names", "identifiers", "evidence")},
        names=tuple(Name(**n) for n in row.get("names", ())),
        identifiers=tuple(Identifier(**i) for i in row.get("identifiers", ())),
        evidence=tuple(Evidence(**e) for e in row.get("evidence", ())),
    )


def link_json(link: Link) -> str:
    """Return a link as one line of JSON."""
    return _encoded(_said(link))


def link_from_json(text: str) -> Link:
    """Return the link that :func:`link_json` wrote."""
    said: Row = json.loads(text)
    said["evidence"] = tuple(Evidence(**e) for e in said.get("evidence", ()))
    said["discussed_in"] = tuple(Reference(**r) for r in said.get("discussed_in", ()))
    for field in _DECIMALS:
        if field in said:
            said[field] = Decimal(said[field])
    return Link(**said)


def link_of(row: Row, source_iri: str, target_iri: str) -> Link:
    """Return the link of a relationship's properties and the IRIs of its ends."""
    if "exact" in row:
        return link_from_json(row["exact"])
    values: Row = {}
    for field, form in FORMS.items():
        value = row.get(field)
        if value is not None:
            exact = row.get(f"{field}_exact")
            values[field] = Decimal(exact or float_text(float(value))) if form == "decimal" else value
    count = len(row.get("documents", ()))
    blank = [""] * count
    evidence = tuple(
        Evidence(document, locator, quote or None, certainty, None if score < 0 else score, method)
        for document, locator, quote, certainty, score, method in zip(
            row.get("documents", ()),
            row.get("locators", blank),
            row.get("quotes", blank),
            row.get("certainties", blank),
            row.get("scores", [-1.0] * count),
            row.get("methods", blank),
            strict=True,
        )
    )
    discussed = row.get("discussed_in", ())
    places = row.get("discussed_locators", [""] * len(discussed))
    return Link(
        iri=row["iri"],
        source_iri=source_iri,
        relation=row["relation"],
        target_iri=target_iri,
        evidence=evidence,
        discussed_in=tuple(Reference(d, p or None) for d, p in zip(discussed, places, strict=True)),
        **values,
    )


def source_of(row: Row) -> Source:
    """Return the description of a source that its node holds."""
    return Source(**{f.name: row.get(f.name) for f in fields(Source)})  # type: ignore[arg-type]


def decision_of(row: Row) -> Decision:
    """Return the decision that a node holds."""
    return Decision(**{f.name: row[f.name] for f in fields(Decision)})


def short(iri: str) -> str:
    """Return an IRI of ours without its common beginning."""
    return iri.removeprefix(ID)
