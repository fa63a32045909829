"""Writes entities and links as lines of N-Quads, the same bytes as :mod:`.convert` and a serializer give.

All links have the same form, and so have nearly all entities: a line a statement. So their lines are put together from
texts; every term of them has been made by pyoxigraph once, which refuses what is none, and those that come again are
remembered. What is unusual, a link with references or a thing with dated names, goes through :mod:`.convert`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, serialize

from . import convert
from .model import ML, Entity, Evidence, Link, Source, Statement, source_iri

#: Terms that are remembered, because most of them come again.
_REMEMBERED = 100_000
#: What a serializer writes in another way than it is.
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]').search

_TYPE = f"<{convert.TYPE.value}>"
_IS_A = f" {_TYPE} "
_LINK_TYPE = f"{_IS_A}<{ML}Link>"
_ENDS = tuple(f" <{ML}{name}> " for name in ("source", "relation", "target"))
_EVIDENCE, _EVIDENCE_TYPE = f" <{ML}evidence> ", f"{_IS_A}<{ML}Evidence>"
_DOCUMENT, _LOCATOR, _CERTAINTY, _METHOD = (
    f" <{ML}{name}> " for name in ("document", "locator", "certainty", "method")
)
_IS_DECIMAL = f"^^<{convert.XSD}decimal>"
_QUALIFIERS: Final = tuple((f" <{ML}{local}> ", form) for local, form in convert.QUALIFIERS.values())
_values = attrgetter(*convert.QUALIFIERS)
_NO_VALUES = (None,) * len(_QUALIFIERS)
_NAMES: Final = {"preferred": f" {convert.PREF} ", "alternative": f" {convert.ALT} ", "acronym": f" <{ML}acronym> "}
_IDENTIFIER, _NOTATION = (f" {predicate} " for predicate in (convert.IDENTIFIER, convert.NOTATION))
_COLLECTIVE = f' <{ML}collective> "true"^^<{convert.XSD}boolean>'
# What else is said of an entity, in the order in which it is written.
_SAID: Final = (
    (f" {convert.DESCRIPTION} ", "text"),
    (f" <{ML}validFrom> ", "date"),
    (f" <{ML}validTo> ", "date"),
    (f" <{ML}status> ", "text"),
    (f" {convert.HOMEPAGE} ", "thing"),
    (f" {convert.ISSUED} ", "date"),
    (f" {convert.LANGUAGE} ", "text"),
    (f" {convert.PUBLISHER} ", "thing"),
)
_said = attrgetter("description", "valid_from", "valid_to", "status", "homepage", "issued", "language", "body")
_NOTHING_SAID = (None,) * len(_SAID)


class LineWriter:
    """Writes the statements of one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._end = f" <{source_iri(source.id)}> .\n"
        self._iris: dict[str, str] = {}
        self._known: list[dict[Any, str]] = [{} for _ in _QUALIFIERS]
        self._languages: dict[str, str] = {}
        self._schemes: dict[str, str] = {}
        self._mentions = f"/evidence/{source.id}/"

    def head(self) -> bytes:
        """Return the lines of the source's own description."""
        return serialize(convert.source_quads(self._source), format=RdfFormat.N_QUADS) or b""

    def lines(self, statement: Statement) -> bytes:
        """Return the lines of an entity or a link.

        :raises ValueError: If it holds what is no IRI, language tag or date.
        """
        if isinstance(statement, Entity):
            if not any(name.valid_from or name.valid_to for name in statement.names):
                return self._entity(statement)
        elif not statement.discussed_in:
            return self._link(statement)
        return serialize(convert.quads(statement, self._source.id), format=RdfFormat.N_QUADS) or b""

    def _entity(self, entity: Entity) -> bytes:
        me = str(NamedNode(entity.iri))
        found = [me + _IS_A + self._iri(ML + entity.type)]
        for name in entity.names:
            found.append(me + _NAMES[name.kind] + _literal(name.text) + self._language(name.lang))
        if entity.identifier is not None:
            found.append(me + _IDENTIFIER + _literal(entity.identifier))
        for identifier in entity.identifiers:
            found.append(me + _NOTATION + _literal(identifier.value) + self._scheme(identifier.scheme))
        if entity.collective:
            found.append(me + _COLLECTIVE)
        said = _said(entity)
        if said != _NOTHING_SAID:
            for (predicate, form), value in zip(_SAID, said, strict=True):
                if value is not None:
                    found.append(me + predicate + _term(value, form))
        for number, item in enumerate(entity.evidence, 1):
            found += self._evidence(me, f"{me[:-1]}{self._mentions}{number}>", item)
        found.append("")
        return self._end.join(found).encode()

    def _language(self, lang: str) -> str:
        """Return what stands behind a text in a language, as pyoxigraph spells it."""
        return self._languages.get(lang) or (
            self._remember(self._languages, lang, str(Literal("", language=lang))[2:]) if lang else ""
        )

    def _scheme(self, scheme: str) -> str:
        """Return what stands behind an identifier of a scheme."""
        return self._schemes.get(scheme) or self._remember(self._schemes, scheme, f"^^{NamedNode(ML + scheme)}")

    def _link(self, link: Link) -> bytes:
        me = str(NamedNode(link.iri))
        source, target = self._iri(link.source_iri), self._iri(link.target_iri)
        relation = self._iri(ML + link.relation)
        is_source, is_relation, is_target = _ENDS
        found = [
            me + _LINK_TYPE,
            me + is_source + source,
            me + is_relation + relation,
            me + is_target + target,
        ]
        if (values := _values(link)) != _NO_VALUES:
            found += self._qualifiers(me, values)
        for number, item in enumerate(link.evidence, 1):
            found += self._evidence(me, f"{me[:-1]}/evidence/{number}>", item)
        if link.status != "proposed":
            found.append(f"{source} {relation} {target}")
        found.append("")
        return self._end.join(found).encode()

    def _qualifiers(self, me: str, values: tuple[Any, ...]) -> Iterable[str]:
        for (predicate, form), known, value in zip(_QUALIFIERS, self._known, values, strict=True):
            if value is None:
                continue
            if form == "decimal":  # not to be looked up: 1.0 and 1.00 are equal and are written differently
                yield f'{me}{predicate}"{value:f}"{_IS_DECIMAL}'
            else:
                yield me + predicate + (known.get(value) or self._remember(known, value, _term(value, form)))

    def _evidence(self, me: str, node: str, item: Evidence) -> Iterable[str]:
        found = [
            me + _EVIDENCE + node,
            node + _EVIDENCE_TYPE,
            node + _DOCUMENT + self._iri(item.document),
            node + _LOCATOR + _literal(item.locator),
            node + _CERTAINTY + _literal(item.certainty),
            node + _METHOD + _literal(item.method),
        ]
        if item.quote is not None:
            found.append(f"{node} <{ML}quote> {_literal(item.quote)}")
        if item.score is not None:
            score = Literal(repr(item.score), datatype=NamedNode(convert.XSD + "double"))
            found.append(f"{node} <{ML}score> {score}")
        return found

    def _iri(self, iri: str) -> str:
        return self._iris.get(iri) or self._remember(self._iris, iri, str(NamedNode(iri)))

    @staticmethod
    def _remember(known: dict[Any, str], value: Any, term: str) -> str:
        if len(known) >= _REMEMBERED:
            known.clear()
        known[value] = term
        return term


def _literal(text: str) -> str:
    return str(Literal(text)) if _ESCAPED(text) else f'"{text}"'


def _term(value: str, form: str) -> str:
    if form == "thing":
        return str(NamedNode(value))
    if form == "date":
        return str(convert.date_literal(value))
    return _literal(value)
