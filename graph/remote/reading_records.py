"""Records out of triples of anybody's making: what fits the ontology becomes a thing or a link, the rest is counted.

Graphs that we wrote come back as they are. In those of others a value may be of another kind than the ontology says,
evidence may be a blank node or be shared, a link may lack an end: nothing of that stops the reading, and nothing is
lost in silence. A value that can be kept is kept, also a wrong one, so that ``validate`` can tell of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from ...ontology import convert
from ...ontology.convert import DCTERMS, FOAF, QUALIFIERS, SKOS, SKOSXL
from ...ontology.model import ML, Source, Statement
from ...ontology.vocabulary import vocabulary
from ...ontology.write_lines import LineWriter
from .pull import statement_of

#: The IRIs that blank nodes have while a graph is read.
BLANK: Final = "urn:x-multilateral:blank:"
_EVIDENCE, _REFERENCE, _LINK = ML + "evidence", ML + "discussedIn", ML + "Link"
_LABELS: Final = (SKOSXL + "prefLabel", SKOSXL + "altLabel")
#: What ties a record to the nodes that are parts of it.
PARTS: Final = frozenset({_EVIDENCE, _REFERENCE, *_LABELS})
_NAMES: Final = frozenset({convert.PREF.value, convert.ALT.value, ML + "acronym"})
#: Labels are told apart by the numbers at the end of their IRIs.
_NUMBERED: Final = re.compile(r".*/\d+", re.ASCII | re.DOTALL).fullmatch
_ENDS: Final = frozenset({ML + "source", ML + "relation", ML + "target"})
_PREFIXES: Final = ((ML, "ml:"), (SKOS, "skos:"), (SKOSXL, "skosxl:"), (DCTERMS, "dcterms:"), (FOAF, "foaf:"))

Rule = Callable[[Any], bool]


def _is_thing(term: Any) -> bool:
    return isinstance(term, ox.NamedNode) and not term.value.startswith(BLANK)


def _is_text(term: Any) -> bool:
    return isinstance(term, ox.Literal) and bool(term.value.strip())


def _is_date(term: Any) -> bool:
    return isinstance(term, ox.Literal) and len(term.value) in (4, 7, 10)


def _is_number(term: Any) -> bool:
    try:
        return isinstance(term, ox.Literal) and abs(Decimal(term.value).adjusted()) < 60
    except InvalidOperation:
        return False


def _is_ours(term: Any) -> bool:
    return isinstance(term, ox.NamedNode) and term.value.startswith(ML)


def _is_identifier(term: Any) -> bool:
    return _is_text(term) and term.datatype.value.startswith(ML)


def _is_kind(term: Any) -> bool:
    return isinstance(term, ox.Literal) and term.value in ("preferred", "alternative", "acronym")


_FORMS: Final[dict[str, Rule]] = {"text": _is_text, "date": _is_date, "decimal": _is_number, "thing": _is_thing}
_TIMES: Final[dict[str, Rule]] = {ML + "validFrom": _is_date, ML + "validTo": _is_date}
_OF_THINGS: Final[dict[str, Rule]] = {
    **_TIMES,
    **dict.fromkeys(_NAMES, _is_text),
    convert.NOTATION.value: _is_identifier,
    convert.IDENTIFIER.value: _is_text,
    convert.DESCRIPTION.value: _is_text,
    convert.HOMEPAGE.value: _is_thing,
    convert.ISSUED.value: _is_date,
    convert.LANGUAGE.value: _is_text,
    convert.PUBLISHER.value: _is_thing,
    ML + "collective": _is_text,
    ML + "status": _is_text,
}
_OF_LINKS: Final[dict[str, Rule]] = {
    **{ML + local: _FORMS[form] for local, form in QUALIFIERS.values()},
    ML + "source": _is_thing,
    ML + "relation": _is_ours,
    ML + "target": _is_thing,
}
_MANY: Final = _NAMES | {convert.NOTATION.value}
#: Of each part of a record: its values, those it must have, and what is taken for one that is missing.
_OF_PARTS: Final[dict[str, tuple[dict[str, Rule], frozenset[str], dict[str, str]]]] = {
    _EVIDENCE: (
        {
            ML + "document": _is_thing,
            ML + "score": _is_number,
            **{ML + name: _is_text for name in ("locator", "quote", "certainty", "method")},
        },
        frozenset({ML + "document", ML + "locator"}),
        {ML + "certainty": "explicit", ML + "method": "rdf"},
    ),
    _REFERENCE: (
        {ML + "document": _is_thing, ML + "locator": _is_text},
        frozenset({ML + "document"}),
        {},
    ),
    **{
        label: (
            {**_TIMES, SKOSXL + "literalForm": _is_text, ML + "nameKind": _is_kind},
            frozenset({SKOSXL + "literalForm"}),
            {ML + "nameKind": "preferred" if label.endswith("prefLabel") else "alternative"},
        )
        for label in _LABELS
    },
}


class Records:
    """Makes the statements of one source; ``skipped`` counts by reason what of it becomes nothing."""

    def __init__(self, source: Source, skipped: dict[str, int]) -> None:
        self._skipped = skipped
        self._writer = LineWriter(source)

    def skip(self, reason: str, count: int = 1) -> None:
        """Count something that is left out."""
        self._skipped[reason] = self._skipped.get(reason, 0) + count

    def read(self, head: str, quads: list[ox.Quad]) -> Statement | None:
        """Return the thing or link of the triples of one record; ``None`` where they are none, or not a whole one."""
        kind = _kind(q.object for q in quads if q.predicate == convert.TYPE and _of(q) == head)
        if kind is None:
            return None
        if head.startswith(BLANK):
            self.skip("thing or link without an IRI")
            return None
        try:
            statement = statement_of(head, self._sound(head, kind, quads))
            if statement is not None:
                self._writer.lines(statement)  # now, and not when it is too late to leave it out
        except (ValueError, KeyError):
            self.skip("record that is not whole")
            return None
        return statement

    def _sound(self, head: str, kind: str, quads: list[ox.Quad]) -> Iterator[ox.Quad]:
        """Yield of a record the triples that the ontology allows; of those that stand alone the first."""
        rules = _OF_LINKS if kind == _LINK else _OF_THINGS
        nodes: dict[str, list[ox.Quad]] = {}
        alone: dict[str, ox.Quad] = {}
        yield ox.Quad(ox.NamedNode(head), convert.TYPE, ox.NamedNode(kind))
        for quad in sorted(quads, key=_order):
            predicate = quad.predicate.value
            if _of(quad) != head:
                nodes.setdefault(_of(quad), []).append(quad)
            elif (rule := rules.get(predicate)) is not None:
                if not rule(quad.object):
                    self._refuse(predicate)
                elif predicate in _MANY:
                    yield quad
                elif (first := alone.setdefault(predicate, quad)) is not quad:
                    if predicate in _ENDS:
                        raise ValueError(predicate)
                    if first.object.value != quad.object.value:  # type: ignore[union-attr]
                        self.skip(f"further value of {_short(predicate)}")
        yield from alone.values()
        yield from self._parts(head, kind, quads, nodes)

    def _parts(self, head: str, kind: str, quads: list[ox.Quad], nodes: dict[str, list[ox.Quad]]) -> Iterator[ox.Quad]:
        """Yield evidence, references and dated names, with what ties them to the record."""
        for number, quad in enumerate(quads):
            predicate, thing = quad.predicate.value, quad.object
            if _of(quad) != head or predicate not in PARTS or (kind != _LINK and predicate == _REFERENCE):
                continue
            said = self._part(predicate, nodes.get(thing.value, [])) if isinstance(thing, ox.NamedNode) else []
            if not said:
                self.skip(f"value of {_short(predicate)} that is not whole")
                continue
            node = said[0].subject
            if predicate in _LABELS and not _NUMBERED(_of(said[0])):
                node = ox.NamedNode(f"{head}/name/theirs/{number}")
            yield ox.Quad(quad.subject, quad.predicate, node)
            yield from (ox.Quad(node, part.predicate, part.object) for part in said)

    def _part(self, predicate: str, quads: list[ox.Quad]) -> list[ox.Quad]:
        """Return the triples of evidence, a reference or a dated name; none where it lacks what it must have."""
        rules, needed, else_ = _OF_PARTS[predicate]
        found: dict[str, ox.Quad] = {}
        for quad in quads:
            if (rule := rules.get(quad.predicate.value)) is None:
                continue
            if rule(quad.object):
                found.setdefault(quad.predicate.value, quad)
            else:
                self._refuse(quad.predicate.value)
        if not needed <= found.keys():
            return []
        missing = ((p, v) for p, v in else_.items() if p not in found)
        return [*found.values(), *(ox.Quad(quads[0].subject, ox.NamedNode(p), ox.Literal(v)) for p, v in missing)]

    def _refuse(self, predicate: str) -> None:
        self.skip(f"value of {_short(predicate)} that the ontology does not allow")


def direct(head: str, quads: Iterable[ox.Quad]) -> Iterator[tuple[str, str, str]]:
    """Yield the direct triples of a thing: those by which a relation is stated without a link."""
    for quad in quads:
        predicate = quad.predicate.value
        if predicate in _relations() and _of(quad) == head and _is_thing(quad.object):
            yield head, predicate.removeprefix(ML), quad.object.value  # type: ignore[union-attr]


@lru_cache(maxsize=1)
def _relations() -> frozenset[str]:
    return frozenset(ML + name for name in vocabulary().relations)


def _of(quad: ox.Quad) -> str:
    return quad.subject.value  # type: ignore[union-attr]


def _order(quad: ox.Quad) -> tuple[str, str]:
    return quad.predicate.value, str(quad.object)


def _kind(types: Iterable[Any]) -> str | None:
    """Return of a record's types the one that makes it one of ours, the most special; ``None`` where none does."""
    found = {t.value for t in types if isinstance(t, ox.NamedNode)}
    if _LINK in found:
        return _LINK
    return max(found & _classes().keys(), key=lambda iri: (_classes()[iri], iri), default=None)


@lru_cache(maxsize=1)
def _classes() -> dict[str, int]:
    known = vocabulary()
    return {ML + name: len(known.superclasses(name)) for name in known.entity_classes()}


def _short(iri: str) -> str:
    return next((prefix + iri.removeprefix(start) for start, prefix in _PREFIXES if iri.startswith(start)), iri)
