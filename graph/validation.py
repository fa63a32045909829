"""Validation of quads against ``ontology/shapes.ttl``, in one pass of plain Python.

The shapes are the published contract; a SHACL engine needs minutes for what this does in seconds, so the same
rules are written here a second time, and the tests prove that both find the same violations. A rule bears the
local name of its shape, and its messages are read from there.

Memory holds the class of each thing and little else: the quads of a record stand close together (convert.py writes
them so), so a record is judged as soon as the stream has moved on. What a record cannot say by itself (the class of
a thing named by a link, perhaps in another source) is judged at once when it is known already, else at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from math import isnan
from pathlib import Path
from re import compile as regex
from typing import TypeAlias

import pyoxigraph as ox

from ..ontology import vocabulary as _vocabulary
from ..ontology.model import CERTAINTIES, ID, ML, STATUSES

SHAPES = Path(_vocabulary.__file__).with_name("shapes.ttl")
SHAPES_NS = "https://w3id.org/multilateral/shapes#"

_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Properties: TypeAlias = dict[str, list[_Term]]
_Finding: TypeAlias = tuple[str, str | None]
_Check: TypeAlias = Callable[[_Properties], Iterator[_Finding]]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_PREF, _NOTATION = _SKOS + "prefLabel", _SKOS + "notation"
_NAMES = frozenset((_PREF, _SKOS + "altLabel", ML + "acronym"))
_SOURCE, _RELATION, _TARGET = ML + "source", ML + "relation", ML + "target"
_FROM, _TO, _STATUS = ML + "validFrom", ML + "validTo", ML + "status"
_LINK, _AMOUNT, _CURRENCY = ML + "Link", ML + "amount", ML + "currency"
_SHARED = frozenset((_FROM, _TO, _STATUS))  # said of links, things and dated names alike
_EVIDENCE = ML + "evidence"
_DOCUMENT, _LOCATOR, _CERTAINTY, _SCORE = (ML + x for x in ("document", "locator", "certainty", "score"))
_STATUSES: frozenset[_Term] = frozenset(ox.Literal(x) for x in STATUSES)
_CERTAINTIES: frozenset[_Term] = frozenset(ox.Literal(x) for x in CERTAINTIES)
_NODES = ((_EVIDENCE, ML + "Evidence"), (ML + "discussedIn", ML + "Reference"))

_DATE = regex(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_DATE_TYPES = {4: _XSD + "gYear", 7: _XSD + "gYearMonth", 10: _XSD + "date"}
_DECIMAL = regex(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_ISO4217 = regex(r"[A-Z]{3}")

# Records of which quads may still come. Blocks are far shorter; the margin lets several writers interleave.
_WINDOW = 256


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of one rule.

    ``rule`` is the local name of the shape (``"link-evidence"``), ``source`` the id of the source whose graph holds
    the record, ``record`` the IRI of the link, entity, evidence, reference or dated name, ``value`` what is wrong
    with it where something is there.
    """

    rule: str
    source: str
    record: str
    value: str | None = None

    def message(self, lang: str = "en") -> str:
        """Return what the rule demands, in ``lang`` or else in English, in the words of the shape."""
        texts = _messages().get(self.rule, {})
        return texts.get(lang) or texts.get("en") or self.rule


def validate(
    quads: Callable[[], Iterable[ox.Quad]], elsewhere: Callable[[], Iterable[ox.Quad]] | None = None
) -> Iterator[Violation]:
    """Yield every violation of the shapes in the quads of one or more sources.

    :param quads: Called once; gives the quads, those of a record close together.
    :param elsewhere: Gives the quads of other sources that the first ones refer to (a country of an authority file).
        They are not judged, they only tell the classes and names of things.
    :return: Violations; those that only the whole can show (a thing without a class anywhere) come last.
    """
    state = _State(_vocabulary.vocabulary())
    for quad in elsewhere() if elsewhere is not None else ():
        state.learn(quad.subject.value, quad.predicate.value, quad.object)  # type: ignore[union-attr]
    for record, graph, properties in _records(quads(), state.direct):
        source = graph.removeprefix(ID + "source/")
        for rule, value in state.judge(record, source, properties):
            yield Violation(rule, source, record, value)
    yield from state.finish()


def _records(quads: Iterable[ox.Quad], skip: Collection[str]) -> Iterator[tuple[str, str, _Properties]]:
    """Group quads by subject and graph within a window; predicates in ``skip`` (direct triples) are left out."""
    opened: dict[tuple[str, str], _Properties] = {}
    subject = graph = None
    properties: _Properties = {}
    known: dict[ox.NamedNode, str] = {}  # one string a predicate: its hash is computed once; "" is to be left out
    for quad in quads:
        predicate = known.get(quad.predicate)
        if predicate is None:
            iri = quad.predicate.value
            predicate = known[quad.predicate] = "" if iri in skip else iri
        if not predicate:
            continue
        if quad.subject != subject or quad.graph_name != graph:
            subject, graph = quad.subject, quad.graph_name
            key = (_value(subject), "" if isinstance(graph, ox.DefaultGraph) else graph.value)
            found = opened.get(key)
            if found is None:
                if len(opened) >= _WINDOW:
                    for old in list(opened)[: _WINDOW // 2]:
                        yield (*old, opened.pop(old))
                found = opened[key] = {}
            properties = found
        objects = properties.get(predicate)
        if objects is None:
            properties[predicate] = [quad.object]
        elif quad.object not in objects:  # RDF is a set: a repeated quad says nothing new
            objects.append(quad.object)
    for old, rest in opened.items():
        yield (*old, rest)


@dataclass(slots=True)
class _State:
    """What must be remembered between records."""

    terms: _vocabulary.Vocabulary
    direct: frozenset[str] = frozenset()
    classes: dict[str, frozenset[str]] = field(default_factory=dict)
    admitted: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    typed: frozenset[str] = frozenset()
    schemes: frozenset[str] = frozenset()
    types: dict[str, frozenset[str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    things: dict[str, str] = field(default_factory=dict)  # not yet known to have a class and a name → source
    ends: list[tuple[str, str, str, str, str]] = field(default_factory=list)  # rule, source, link, relation, thing
    awaited: dict[str, tuple[str, str]] = field(default_factory=dict)  # node that a record names → kind, source
    early: set[str] = field(default_factory=set)  # nodes met before the record that names them

    def __post_init__(self) -> None:
        self.direct = frozenset(ML + r for r in self.terms.relations)
        self.classes = {ML + c: frozenset([c]) for c in self.terms.classes if self.terms.is_a(c, "Entity")}
        self.typed = frozenset(self.terms.entity_classes())
        self.schemes = frozenset(ML + s for s in self.terms.schemes)
        for relation in self.terms.relations.values():
            for rule, roots in (("link-domain", relation.domain), ("link-range", relation.range)):
                below = frozenset(c for root in roots for c in self.terms.subclasses(root))
                self.admitted[rule, ML + relation.name] = below

    def learn(self, subject: str, predicate: str, value: _Term) -> None:
        """Take in the class or name of a thing."""
        if predicate == _TYPE:
            if (names := self.classes.get(_value(value))) is not None:
                before = self.types.get(subject)
                self.types[subject] = names if before is None or before == names else before | names
        elif predicate in _NAMES:
            self.named.add(subject)

    def judge(self, record: str, source: str, properties: _Properties) -> Iterator[_Finding]:
        """Yield what a record breaks by itself, and remember what only the whole can tell."""
        types = properties.get(_TYPE, ())
        kinds = {_value(t) for t in types}
        for term in types:
            self.learn(record, _TYPE, term)
        if not _NAMES.isdisjoint(properties):
            self.named.add(record)
            yield from self._entity(record, source, properties)
        elif record in self.types:
            yield from self._entity(record, source, properties)
        if _LINK in kinds or _SOURCE in properties:
            yield from self._link(record, source, properties)
        if _TARGET in properties:
            self._end("link-range", record, source, properties, _TARGET)
        if _AMOUNT in properties and _CURRENCY not in properties:
            yield "link-amount-currency", _value(properties[_AMOUNT][0])
        if not _SHARED.isdisjoint(properties):
            yield from _dates_and_status(properties)
        for predicate, kind in _NODES:
            for node in properties.get(predicate, ()):
                iri = _value(node)
                if iri in self.early:
                    self.early.discard(iri)
                else:
                    self.awaited[iri] = (kind, source)
        kinds &= _NODE_CHECKS.keys()
        if record in self.awaited:
            kinds.add(self.awaited.pop(record)[0])
        elif kinds:
            self.early.add(record)
        for kind in kinds:
            yield from _NODE_CHECKS[kind](properties)

    def _link(self, record: str, source: str, properties: _Properties) -> Iterator[_Finding]:
        for rule, predicate in _LINK_ENDS:
            if not _one_iri(values := properties.get(predicate)):
                yield rule, _first(values)
        for relation in map(_value, properties.get(_RELATION, ())):
            if relation not in self.direct:
                yield "link-relation-known", relation
        evidence = properties.get(_EVIDENCE, ())
        if not evidence or [e for e in evidence if not isinstance(e, ox.NamedNode)]:
            yield "link-evidence", None
        for predicate, values in properties.items():
            if (check := _LINK_CHECKS.get(predicate)) is not None:
                rule, right = check
                if len(values) > 1 or not right(values[0]):
                    yield rule, _value(values[0])
        self._end("link-domain", record, source, properties, _SOURCE)

    def _end(self, rule: str, record: str, source: str, properties: _Properties, end: str) -> None:
        """Judge one end of a link if the class of the thing is known and right, else keep it for the end."""
        for thing in properties.get(end, ()):
            iri = _value(thing)
            types = self.types.get(iri)
            if types is None or iri not in self.named:
                self.things.setdefault(iri, source)
            for relation in map(_value, properties.get(_RELATION, ())):
                admitted = self.admitted.get((rule, relation))
                if admitted is not None and (types is None or types.isdisjoint(admitted)):
                    self.ends.append((rule, source, record, relation, iri))

    def _entity(self, record: str, source: str, properties: _Properties) -> Iterator[_Finding]:
        if record not in self.named or self.types.get(record, frozenset()).isdisjoint(self.typed):
            self.things.setdefault(record, source)
        preferred = properties.get(_PREF, ())
        if len(preferred) > 1:
            languages = [(n.language or "").lower() for n in preferred if isinstance(n, ox.Literal) and n.language]
            for language in sorted({x for x in languages if languages.count(x) > 1}):
                yield "name-unique", language
        for identifier in properties.get(_NOTATION, ()):
            if not isinstance(identifier, ox.Literal) or identifier.datatype.value not in self.schemes:
                yield "entity-identifier", _value(identifier)

    def finish(self) -> Iterator[Violation]:
        """Yield what only the whole shows."""
        for iri, source in self.things.items():
            if self.types.get(iri, frozenset()).isdisjoint(self.typed):
                yield Violation("entity-type", source, iri)
            if iri not in self.named:
                yield Violation("entity-name", source, iri)
        for rule, source, link, relation, iri in self.ends:
            types = self.types.get(iri)
            if types is not None and types.isdisjoint(self.admitted[rule, relation]):
                yield Violation(rule, source, link, iri)
        for node, (kind, source) in self.awaited.items():
            for rule, value in _NODE_CHECKS[kind]({}):
                yield Violation(rule, source, node, value)


def _value(term: _Term) -> str:
    try:
        return term.value  # type: ignore[union-attr]
    except AttributeError:  # a triple term (RDF 1.2): no rule allows one, so that its text is all that is wanted
        return str(term)


def _first(values: Sequence[_Term] | None) -> str | None:
    return _value(values[0]) if values else None


def _one_iri(values: Sequence[_Term] | None) -> bool:
    return values is not None and len(values) == 1 and isinstance(values[0], ox.NamedNode)


def _is_text(term: _Term) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value == _XSD + "string"


def _is_decimal(term: _Term) -> bool:
    if not isinstance(term, ox.Literal) or term.datatype.value != _XSD + "decimal":
        return False
    return _DECIMAL.fullmatch(term.value) is not None


@lru_cache(maxsize=4096)
def _is_currency(term: _Term) -> bool:
    return _is_text(term) and _ISO4217.fullmatch(_value(term)) is not None


def _is_share(term: _Term) -> bool:
    return _is_decimal(term) and 0 <= float(_value(term)) <= 100


def _is_anything(_term: _Term) -> bool:
    return True


def _is_score(term: _Term) -> bool:
    if not isinstance(term, ox.Literal) or term.datatype.value not in _NUMERIC:
        return False
    try:
        number = float(term.value)
    except ValueError:
        return False
    return not isnan(number) and 0 <= number <= 1


_NUMERIC = frozenset(_XSD + t for t in ("decimal", "double", "float", "integer"))
_LINK_ENDS = (("link-source", _SOURCE), ("link-relation", _RELATION), ("link-target", _TARGET))
_LINK_CHECKS: Mapping[str, tuple[str, Callable[[_Term], bool]]] = {
    _AMOUNT: ("link-amount", _is_decimal),
    ML + "amountUSD": ("link-amount-usd", _is_decimal),
    ML + "count": ("link-count", _is_decimal),
    _CURRENCY: ("link-currency", _is_currency),
    ML + "share": ("link-share", _is_share),
    _STATUS: ("link-one-status", _is_anything),
}


@lru_cache(maxsize=4096)
def _is_date(term: _Term) -> bool:
    """Say whether a term is a year, month or day that exists, typed as its precision demands."""
    if not isinstance(term, ox.Literal) or term.datatype.value != _DATE_TYPES.get(len(term.value)):
        return False
    if _DATE.fullmatch(term.value) is None:
        return False
    try:
        date.fromisoformat(f"{term.value}-01-01"[:10])  # a year and a month are completed to a day
    except ValueError:
        return False
    return True


def _dates_and_status(properties: _Properties) -> Iterator[_Finding]:
    for rule, predicate in (("valid-from", _FROM), ("valid-to", _TO)):
        values = properties.get(predicate, ())
        if values and (len(values) > 1 or not _is_date(values[0])):
            yield rule, _value(values[0])
    if _FROM in properties and _TO in properties:
        starts, ends = [_value(x) for x in properties[_FROM]], [_value(x) for x in properties[_TO]]
        late = [end for end in ends if any(start[: len(end)] > end[: len(start)] for start in starts)]
        if late:
            yield "period-order", late[0]
    for status in properties.get(_STATUS, ()):
        if status not in _STATUSES:
            yield "status-known", _value(status)


def _evidence(properties: _Properties) -> Iterator[_Finding]:
    if not _one_iri(documents := properties.get(_DOCUMENT)):
        yield "evidence-document", _first(documents)
    locators = properties.get(_LOCATOR, ())
    if len(locators) != 1 or not _is_text(locators[0]) or not _value(locators[0]).strip():
        yield "evidence-locator", _first(locators)
    certainty = properties.get(_CERTAINTY, ())
    if len(certainty) != 1 or certainty[0] not in _CERTAINTIES:
        yield "evidence-certainty", _first(certainty)
    scores = properties.get(_SCORE, ())
    if scores and (len(scores) > 1 or not _is_score(scores[0])):
        yield "evidence-score", _first(scores)


def _reference(properties: _Properties) -> Iterator[_Finding]:
    if not _one_iri(documents := properties.get(_DOCUMENT)):
        yield "reference-document", _first(documents)


_NODE_CHECKS: Mapping[str, _Check] = {ML + "Evidence": _evidence, ML + "Reference": _reference}


@cache
def _messages() -> Mapping[str, Mapping[str, str]]:
    """Return the messages of the shapes by rule and language; a constraint in SPARQL bears that of its shape."""
    sh = "http://www.w3.org/ns/shacl#"
    texts: dict[str, dict[str, str]] = {}
    owner: dict[str, str] = {}
    for quad in ox.parse(SHAPES.read_bytes(), format=ox.RdfFormat.TURTLE):
        subject, predicate, value = _value(quad.subject), quad.predicate.value, quad.object
        if predicate == sh + "sparql":
            owner[_value(value)] = subject
        elif predicate == sh + "message" and isinstance(value, ox.Literal):
            texts.setdefault(subject, {})[value.language or ""] = value.value
    return {owner.get(s, s).removeprefix(SHAPES_NS): said for s, said in texts.items()}
