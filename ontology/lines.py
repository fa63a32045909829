"""Reads the file of a source back into entities and links, fast.

Our writer writes the lines of a link in one order, so that one pattern recognises most of a link at once; that is
several times as fast as making terms of every line. Whatever does not look exactly so – entities, an IRI with other
characters than usual, an unknown property, a file that somebody changed by hand – goes through pyoxigraph and
:mod:`multilateral.ontology.convert`, where what is no N-Quads is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import IO, Any, Final, NamedTuple, TypeAlias

from pyoxigraph import RdfFormat, parse

from .convert import QUALIFIERS, TYPE, XSD, Blocks, read_block
from .model import ML, Evidence, Link, Reference, Statement

_CHUNK = 1 << 20
#: Characters of a record that is still incomplete, beyond which it is not waited for.
_LONGEST = 8 * _CHUNK

#: Document, locator, quote, certainty, score and method.
EvidenceParts: TypeAlias = tuple[str, str, str | None, Any, float | None, str]

# IRIs and texts that need no closer look: all that the patterns let pass is right in N-Quads.
_USUAL = r"[A-Za-z0-9\-._~/?@!$&'()*+,;=:]*"
_IRI = rf"https?://[A-Za-z0-9.-]+/{_USUAL}(?:%[0-9A-Fa-f]{{2}}{_USUAL})*(?:#[A-Za-z0-9\-._~]*)?"
_TEXT = r'"([^"\\\r\n]*(?:\\[tbnrf"\\][^"\\\r\n]*)*)"'
_NUMBER = r'"([+-]?[0-9]+(?:\.[0-9]+)?)"'
_FORMS: Final = {
    "thing": f"<({_IRI})>",
    "text": _TEXT,
    "date": rf'"([0-9-]+)"\^\^<{re.escape(XSD)}(?:gYear|gYearMonth|date)>',
    "decimal": rf"{_NUMBER}\^\^<{re.escape(XSD)}decimal>",
    "double": rf'"([0-9.eE+-]+)"\^\^<{re.escape(XSD)}double>',
}
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "\\": "\\"}
# The fields of a link stand in the order of the qualifiers, between its evidence and its references.
_DECIMALS = tuple(i for i, (_, form) in enumerate(QUALIFIERS.values()) if form == "decimal")
_TEXTS = tuple(i for i, (_, form) in enumerate(QUALIFIERS.values()) if form == "text")


def read_lines(stream: IO[bytes], graph: str, tick: Callable[[int], None] = lambda size: None) -> Iterator[Statement]:
    """Yield the entities and links of an unpacked file of quads of one graph, in record order.

    ``tick`` is told how many bytes were read.

    :raises SyntaxError: If something is no N-Quads.
    :raises ValueError: If it is not UTF-8.
    """
    return Lines(graph).read(stream, tick)


class _Patterns(NamedTuple):
    link: re.Pattern[str]
    evidence: re.Pattern[str]
    reference: re.Pattern[str]


@lru_cache(maxsize=8)
def _patterns(end: str) -> _Patterns:
    """Return the patterns for what a graph's lines end with: the beginning of a link, and each of its nodes."""
    tail = re.escape(end)

    def line(subject: str, predicate: str, value: str) -> str:
        return f"{subject} <{re.escape(predicate)}> {value}{tail}"

    def node(predicate: str, kind: str, *properties: tuple[str, str, bool]) -> re.Pattern[str]:
        me = rf"<\1/{predicate}/\2>"
        text = line(
            f"<({_IRI})>", ML + ("evidence" if kind == "Evidence" else "discussedIn"), rf"<\1/{predicate}/([0-9]+)>"
        )
        text += line(me, TYPE.value, f"<{re.escape(ML + kind)}>")
        for name, form, needed in properties:
            text += f"(?:{line(me, ML + name, _FORMS[form])}){'' if needed else '?'}"
        return re.compile(text)

    link = line(f"<({_IRI})>", TYPE.value, f"<{re.escape(ML)}Link>")
    link += line(r"<\1>", ML + "source", _FORMS["thing"])
    link += line(r"<\1>", ML + "relation", f"<{re.escape(ML)}([A-Za-z]+)>")
    link += line(r"<\1>", ML + "target", _FORMS["thing"])
    link += "".join(f"(?:{line(f'<{chr(92)}1>', ML + local, _FORMS[form])})?" for local, form in QUALIFIERS.values())
    return _Patterns(
        re.compile(link),
        node(
            "evidence",
            "Evidence",
            ("document", "thing", True),
            ("locator", "text", True),
            ("certainty", "text", True),
            ("method", "text", True),
            ("quote", "text", False),
            ("score", "double", False),
        ),
        node("discussed", "Reference", ("document", "thing", True), ("locator", "text", False)),
    )


class Lines:
    """Reads the lines of one graph; what it makes of a link that looks as usual is decided by :meth:`made`."""

    def __init__(self, graph: str) -> None:
        self._end = f" <{graph}> .\n"
        #: How the line ends that begins a link.
        self._mark = f"> <{TYPE.value}> <{ML}Link>{self._end}"
        self._patterns = _patterns(self._end)
        self._blocks = Blocks()

    def read(self, stream: IO[bytes], tick: Callable[[int], None]) -> Iterator[Any]:
        """Yield what the lines say in record order; see :func:`read_lines`."""
        waiting, half = "", b""
        while chunk := stream.read(_CHUNK):
            tick(len(chunk))
            cut = chunk.rfind(b"\n") + 1
            if not cut:
                half += chunk
                continue
            waiting += (half + chunk[:cut]).decode()
            half = chunk[cut:]
            # What stands before the beginning of the last link is complete; the link may go on.
            last = waiting.rfind("\n", 0, max(waiting.rfind(self._mark), 0)) + 1
            if last == 0 and (not waiting.startswith("<") or self._mark not in waiting or len(waiting) > _LONGEST):
                yield from self._general(waiting)
                waiting = ""
            else:
                yield from self._records(waiting[:last])
                waiting = waiting[last:]
        yield from self._records(waiting + half.decode())
        yield from self._ended()

    def _records(self, text: str) -> Iterator[Any]:
        """Yield the statements of a text in which every link is whole."""
        position, size = 0, len(text)
        while position < size:
            found = self._link(text, position)
            if found is not None and not self._blocks.holds(found[0].iri):
                yield from self._ended()
                link, position = found
                yield link
                continue
            # Up to the beginning of the next link, or of the one after that, where this is one itself.
            mark = text.find(self._mark, text.find("\n", position))
            stop = size if mark < 0 else text.rfind("\n", 0, mark) + 1
            yield from self._general(text[position:stop])
            position = stop

    def _general(self, text: str) -> Iterator[Statement]:
        for head, block in self._blocks.add(parse(text, format=RdfFormat.N_QUADS)):
            if (statement := read_block(head, block)) is not None:
                yield statement

    def _ended(self) -> Iterator[Statement]:
        for head, block in self._blocks.end():
            if (statement := read_block(head, block)) is not None:
                yield statement

    def _link(self, text: str, position: int) -> tuple[Any, int] | None:
        """Return the link that begins here and where it ends; ``None`` if it does not look as usual."""
        patterns = self._patterns
        match = patterns.link.match(text, position)
        if match is None:
            return None
        position = match.end()
        iri, source, relation, target, *rest = match.groups()
        values: list[str | None] = rest
        for i in _TEXTS:
            if (value := values[i]) is not None and "\\" in value:
                values[i] = _plain(value)
        evidence: list[EvidenceParts] = []
        references: list[tuple[str, str | None]] = []
        me = f"<{iri}>"
        while text.startswith(me, position):
            if (match := patterns.evidence.match(text, position)) is not None:
                owner, number, document, locator, certainty, method, quote, score = match.groups()
                if owner != iri or number != str(len(evidence) + 1):
                    return None
                known = None if score is None else float(score)
                evidence.append((document, _plain(locator), _plain(quote), _plain(certainty), known, _plain(method)))
            elif (match := patterns.reference.match(text, position)) is not None:
                owner, number, document, locator = match.groups()
                if owner != iri or number != str(len(references) + 1):
                    return None
                references.append((document, _plain(locator)))
            else:
                return None
            position = match.end()
        direct = f"<{source}> <{ML}{relation}> <{target}>{self._end}"
        if text.startswith(direct, position):
            position += len(direct)
        if text.startswith((me, f"<{iri}/"), position):  # there is more of it
            return None
        return self.made(iri, source, relation, target, evidence, values, references), position

    def made(
        self,
        iri: str,
        source: str,
        relation: str,
        target: str,
        evidence: list[EvidenceParts],
        values: list[str | None],
        references: list[tuple[str, str | None]],
    ) -> Any:
        """Return what is made of a link: something with an ``iri``.

        ``values`` are the qualifiers in their order, numbers as they are written; the parts of each piece of evidence
        and of each reference stand in the order of their fields.
        """
        said: list[Any] = [*values, tuple([Reference(*parts) for parts in references])]
        for i in _DECIMALS:
            if said[i] is not None:
                said[i] = Decimal(said[i])
        # The fields of a link stand in this order.
        return Link(iri, source, relation, target, tuple([Evidence(*parts) for parts in evidence]), *said)


def _plain(text: Any) -> Any:
    """Return a text without its escapes; ``None`` for ``None``."""
    if text is None or "\\" not in text:
        return text
    return _ESCAPED.sub(lambda match: _ESCAPES[match[1]], text)
