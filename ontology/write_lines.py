"""Writes entities and links as lines of N-Quads, the same bytes as :mod:`.convert` and a serializer give.

Links are most of what a large source holds, and all have the same form: a line a statement. So their lines are put
together from texts; every term of them has been made by pyoxigraph once, which refuses what is none, and those that
come again are remembered. Entities, and whatever is unusual in a link, go through :mod:`.convert`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, serialize

from . import convert
from .model import ML, Evidence, Link, Source, Statement, source_iri

#: Terms that are remembered, because most of them come again.
_REMEMBERED = 100_000
#: What a serializer writes in another way than it is.
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]').search

_TYPE = f"<{convert.TYPE.value}>"
_LINK_TYPE = f" {_TYPE} <{ML}Link>"
_ENDS = tuple(f" <{ML}{name}> " for name in ("source", "relation", "target"))
_EVIDENCE, _EVIDENCE_TYPE = f" <{ML}evidence> ", f" {_TYPE} <{ML}Evidence>"
_DOCUMENT, _LOCATOR, _CERTAINTY, _METHOD = (
    f" <{ML}{name}> " for name in ("document", "locator", "certainty", "method")
)
_IS_DECIMAL = f"^^<{convert.XSD}decimal>"
_QUALIFIERS: Final = tuple((f" <{ML}{local}> ", form) for local, form in convert.QUALIFIERS.values())
_values = attrgetter(*convert.QUALIFIERS)


class LineWriter:
    """Writes the statements of one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._end = f" <{source_iri(source.id)}> .\n"
        self._iris: dict[str, str] = {}
        self._known: list[dict[Any, str]] = [{} for _ in _QUALIFIERS]

    def head(self) -> bytes:
        """Return the lines of the source's own description."""
        return serialize(convert.source_quads(self._source), format=RdfFormat.N_QUADS) or b""

    def lines(self, statement: Statement) -> bytes:
        """Return the lines of an entity or a link.

        :raises ValueError: If it holds what is no IRI, language tag or date.
        """
        if isinstance(statement, Link) and not statement.discussed_in:
            return self._link(statement)
        return serialize(convert.quads(statement, self._source.id), format=RdfFormat.N_QUADS) or b""

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
        for (predicate, form), known, value in zip(_QUALIFIERS, self._known, _values(link), strict=True):
            if value is None:
                continue
            if form == "decimal":  # not to be looked up: 1.0 and 1.00 are equal and are written differently
                found.append(f'{me}{predicate}"{value:f}"{_IS_DECIMAL}')
            else:
                term = known.get(value) or self._remember(known, value, _term(value, form))
                found.append(me + predicate + term)
        for number, item in enumerate(link.evidence, 1):
            found += self._evidence(me, f"{me[:-1]}/evidence/{number}>", item)
        if link.status != "proposed":
            found.append(f"{source} {relation} {target}")
        found.append("")
        return self._end.join(found).encode()

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
