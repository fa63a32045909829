"""Things and links that an RDF file describes in our own terms: they come back as they were written.

The inverse of :mod:`multilateral.ontology.convert`, for files of any order and of other people's making.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ..ontology.convert import DCTERMS, FOAF, QUALIFIERS, SKOS, SKOSXL
from ..ontology.model import CERTAINTIES, ML, STATUSES, Entity, Evidence, Identifier, Link, Name, NameKind, Reference
from ..ontology.vocabulary import vocabulary
from .cells import short
from .rdf_graph import Graph
from .rdf_index import Row, Term
from .registry_values import Wrong

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_FIELD_OF: Final = {ML + local: (field, form) for field, (local, form) in QUALIFIERS.items()}
_KINDS: Final[dict[str, NameKind]] = {
    SKOS + "prefLabel": "preferred",
    SKOS + "altLabel": "alternative",
    ML + "acronym": "acronym",
}
_SAID: Final = {
    DCTERMS + "identifier": "identifier", DCTERMS + "description": "description", ML + "validFrom": "valid_from",
    ML + "validTo": "valid_to", ML + "status": "status", FOAF + "homepage": "homepage", DCTERMS + "issued": "issued",
    DCTERMS + "language": "language", DCTERMS + "publisher": "body",
}  # fmt: skip
#: What :func:`entity` reads; the rest may be said in the terms of others.
READ: Final = frozenset(
    {*_KINDS, *_SAID, SKOS + "notation", ML + "collective", ML + "evidence", SKOSXL + "prefLabel", SKOSXL + "altLabel"}
)


def date(value: str) -> str:
    """Return an ISO date of the three precisions; a time of day or a time zone is cut off.

    :raises Wrong: If the calendar has no such date.
    """
    line = re.sub(r"(T.*|Z|(?<=\d\d-\d\d)[+-]\d\d:\d\d)$", "", value.strip())
    match = _DATE.fullmatch(line)
    try:
        if match is None:
            raise ValueError
        datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        raise Wrong(f"{short(value)!r} is no date that the calendar has") from None
    return line


def decimal(value: str) -> Decimal:
    """Return a number. Raises :class:`Wrong` if it is none, or one of thousands of digits."""
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 60:
        raise Wrong(f"{short(value)!r} is no number")
    return number


def link(iri: str, graph: Graph, fallback: tuple[Evidence, ...]) -> Link:
    """Return a link that the file describes; one that cites nothing has the file as its evidence.

    :raises Wrong: If an end or the relation is missing, or a value is none that the model has.
    """
    values: dict[str, Any] = {}
    references = []
    ends: dict[str, str] = {}
    for predicate, term in graph.rows(iri):
        if (known := _FIELD_OF.get(predicate)) is not None:
            _set(values, *known, term, graph)
        elif predicate == ML + "discussedIn":
            said = graph.first(term)
            references.append(Reference(_thing(said, "document", "reference", graph), _text(said, "locator")))
        elif predicate in (ML + "source", ML + "relation", ML + "target"):
            local = predicate.removeprefix(ML)
            value = _iri(term, local, graph)
            if ends.setdefault(local, value) != value:
                raise Wrong(f"the link {short(iri)} has two values of {local}")
    for end in ("source", "relation", "target"):
        if end not in ends:
            raise Wrong(f"the link {short(iri)} has no {end}")
    relation = ends["relation"].removeprefix(ML)
    if relation not in vocabulary().relations:
        raise Wrong(f"{short(ends['relation'])} is no relation of the ontology")
    cited = evidence(iri, graph.rows(iri), graph)
    return Link(iri, ends["source"], relation, ends["target"], cited or fallback, discussed_in=tuple(references),
                **values)  # fmt: skip


def _set(values: dict[str, Any], field: str, form: str, term: Term, graph: Graph) -> None:
    if field in values:
        return
    if form == "thing":
        values[field] = _iri(term, field, graph)
    elif term.kind != "l":
        raise Wrong(f"{field} is a thing, not a value")
    elif form == "date":
        values[field] = date(term.value)
    elif form == "decimal":
        values[field] = decimal(term.value)
    elif field == "status" and term.value not in STATUSES:
        raise Wrong(f"{short(term.value)!r} is no status", f"use one of {', '.join(STATUSES)}")
    else:
        values[field] = term.value


def evidence(owner: str, rows: Iterable[Row], graph: Graph) -> tuple[Evidence, ...]:
    """Return the evidence of a thing or link.

    :raises Wrong: If a piece has no document or locator, or a certainty that does not exist.
    """
    found = []
    for predicate, term in rows:
        if predicate != ML + "evidence":
            continue
        said = graph.first(term)
        certainty, score = _text(said, "certainty") or "explicit", _text(said, "score")
        locator = _text(said, "locator")
        if certainty not in CERTAINTIES or locator is None:
            problem = "no locator" if locator is None else f"the certainty {short(certainty)!r}"
            raise Wrong(f"the evidence of {short(owner)} has {problem}")
        try:
            number = None if score is None else float(score)
        except ValueError:
            raise Wrong(f"the score {short(score or '')!r} is no number") from None
        found.append(
            Evidence(
                _thing(said, "document", "evidence", graph), locator, _text(said, "quote"),
                certainty, number, _text(said, "method") or "rdf",
            )
        )  # fmt: skip
    return tuple(found)


def entity(iri: str, type_: str, graph: Graph) -> Entity:
    """Return a thing as our own terms describe it; terms of others are left to the caller.

    :raises Wrong: If a value is none that the model has.
    """
    rows = graph.rows(iri)
    values: dict[str, str] = {}
    identifiers = []
    schemes = vocabulary().schemes
    for predicate, term in rows:
        field = _SAID.get(predicate)
        if field in ("homepage", "body"):
            if term.kind != "l":
                values.setdefault(field, _iri(term, field, graph))
        elif field is not None and term.kind == "l" and field not in values:
            values[field] = date(term.value) if field in ("valid_from", "valid_to", "issued") else term.value
        elif predicate == SKOS + "notation" and term.datatype.removeprefix(ML) in schemes:
            identifiers.append(Identifier(term.datatype.removeprefix(ML), term.value))
    if values.get("status", STATUSES[0]) not in STATUSES:
        raise Wrong(f"{short(values['status'])!r} is no status", f"use one of {', '.join(STATUSES)}")
    return Entity(
        iri=iri,
        type=type_,
        names=tuple(_names(rows, graph)),
        identifiers=tuple(identifiers),
        collective=any(p == ML + "collective" and t.value in ("true", "1") for p, t in rows),
        evidence=evidence(iri, rows, graph),
        **values,  # type: ignore[arg-type]
    )


def _names(rows: list[Row], graph: Graph) -> list[Name]:
    dated: dict[tuple[NameKind, str, str], list[tuple[str | None, str | None]]] = {}
    for predicate, term in rows:
        if predicate not in (SKOSXL + "prefLabel", SKOSXL + "altLabel") or term.kind == "l":
            continue
        said = graph.first(term)
        literal = said.get(SKOSXL + "literalForm")
        if literal is None:
            continue
        kind: Any = _text(said, "nameKind") or ("preferred" if predicate.endswith("prefLabel") else "alternative")
        start, end = _text(said, "validFrom"), _text(said, "validTo")
        times = (date(start) if start else None, date(end) if end else None)
        if kind in _KINDS.values():
            dated.setdefault((kind, literal.value, literal.lang), []).append(times)
    names = []
    for predicate, term in rows:
        name_kind = _KINDS.get(predicate)
        if name_kind is None or term.kind != "l":
            continue
        borne = dated.pop((name_kind, term.value, term.lang), [(None, None)])
        borne.sort(key=lambda t: (t[0] or "", t[1] or ""))
        names += [Name(term.value, term.lang, name_kind, *times) for times in borne]
    for (name_kind, text, lang), borne in dated.items():  # labels of SKOS-XL that have no plain triple beside them
        names += [Name(text, lang, name_kind, *times) for times in borne]
    return names


def _text(said: dict[str, Term], local: str) -> str | None:
    term = said.get(ML + local)
    return term.value if term is not None and term.kind == "l" else None


def _thing(said: dict[str, Term], local: str, what: str, graph: Graph) -> str:
    term = said.get(ML + local)
    if term is None:
        raise Wrong(f"a piece of {what} names no {local}")
    return _iri(term, local, graph)


def _iri(term: Term, what: str, graph: Graph) -> str:
    if term.kind == "l":
        raise Wrong(f"{what} is the text {short(term.value)!r}, not a thing", "write its IRI")
    return graph.iri(term.value)
