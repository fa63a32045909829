"""Values for the parameters of a SPARQL text, put in as terms.

pyoxigraph's own substitutions do not serve: a variable that a text tests with ``BOUND`` or uses only in a filter is
taken for one that is never bound, and the filter is dropped in silence (0.5.11: ``FILTER(!BOUND($x) || ?s = $x)``
lets everything through). SPARQL has no parameters of its own either. So a text writes them ``$name``, which no
other variable does, and here each such token, outside of strings, IRIs and comments, becomes an RDF term as
N-Triples writes it, with all that could end it escaped. What a user typed is never part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import pyoxigraph as ox

_TOKEN = re.compile(
    r"""
    (?P<skip> \#[^\n]* | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | <[^<>"{}|^`\\\s]*> )
    | (?P<bound> BOUND \s* \( \s* \$ (?P<tested>\w+) \s* \) )
    | \$ (?P<name>\w+)
    """,
    re.VERBOSE,
)


def parameters_of(text: str) -> set[str]:
    """Return the names that a SPARQL or Cypher text writes as ``$name``."""
    return {match["tested"] or match["name"] for match in _tokens(text)}


Term: TypeAlias = ox.NamedNode | ox.Literal


def bind(text: str, values: Mapping[str, Term | tuple[Term, ...]]) -> str:
    r"""Return a SPARQL text in which the parameters given are terms; the others stay variables.

    ``BOUND($name)`` becomes ``true`` or ``false``. Several terms are for a list: ``?x IN ($name)``.

    >>> bind("FILTER(!BOUND($x) || ?s = $x)", {"x": ox.Literal('a"b')})
    'FILTER(!true || ?s = "a\\"b")'
    >>> bind("FILTER(!BOUND($x) || ?s = $x)", {})
    'FILTER(!false || ?s = $x)'
    """
    out: list[str] = []
    done = 0
    for match in _tokens(text):
        out.append(text[done : match.start()])
        if match["bound"]:
            out.append("true" if match["tested"] in values else "false")
        else:
            name = match["name"]
            value = values.get(name)
            terms = value if isinstance(value, tuple) else () if value is None else (value,)
            out.append(", ".join(map(str, terms)) or f"${name}")
        done = match.end()
    return "".join([*out, text[done:]])


def _tokens(text: str) -> Iterator[re.Match[str]]:
    return (match for match in _TOKEN.finditer(text) if match["skip"] is None)
