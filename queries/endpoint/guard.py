"""What is looked at before a query is parsed: updates, SERVICE, LOAD, the graphs of FROM, depth and length.

A scan of tokens, which knows strings, comments and names, so that a literal that says SERVICE is none. It is the
first wall: behind it a worker has no network, cannot write, and may die without harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from .errors import Refused
from .limits import Limits

READ_ONLY = "This endpoint only reads: SPARQL Update (INSERT, DELETE, LOAD, CLEAR …) is not allowed."
NO_SERVICE = "SERVICE is not allowed: this endpoint opens no connections to other endpoints."
_UPDATES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"])
_PROLOGUE = frozenset(["PREFIX", "BASE", "VERSION"])
#: Functions whose value changes from one call to the next, so that an answer must not be kept.
_CHANGING = frozenset(["RAND", "NOW", "UUID", "STRUUID", "BNODE"])

_JOINTS = re.compile(r"[.-]")
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n\r]*)
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
  | (?P<string>'''(?:'{0,2}(?:[^'\\]|\\.))*'{0,2}'''|\"\"\"(?:"{0,2}(?:[^"\\]|\\.))*"{0,2}\"\"\"
      |'(?:[^'\\\n\r]|\\.)*'|"(?:[^"\\\n\r]|\\.)*")
  | (?P<variable>[?$]\w+|@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<word>\w[\w.-]*+(?P<local>:(?:[\w:%.-]|\\.)*+)?+)
  | (?P<name>:(?:[\w:%.-]|\\.)*+)
  | (?P<open>[({\[]) | (?P<close>[)}\]])
  | (?P<operator>[/|!^])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found: the graphs that FROM names, and whether the answer is the same each time."""

    graphs: tuple[str, ...]
    steady: bool


_NOTHING = Scan((), True)
_TELLING = ("SERVICE", "FROM", *sorted(_UPDATES | _CHANGING))


def _harmless(query: str, limits: Limits) -> bool:
    """Tell at a glance, and far quicker than token by token, that a scan would find nothing."""
    brackets = query.count("(") + query.count("{") + query.count("[")
    operators = query.count("/") + query.count("|") + query.count("!") + query.count("^")
    if brackets > limits.nesting or operators > limits.operators:
        return False
    upper = query.upper()
    return not any(word in upper for word in _TELLING)


def scan(query: str, base: str, limits: Limits) -> Scan:
    """Look through a query before it is parsed.

    :raises Refused: 403 if it would write or reach out, 400 if it is nested too deeply or has too many operators.
    """
    if _harmless(query, limits):
        return _NOTHING
    depth = operators = 0
    first = False
    steady = True
    graphs: list[tuple[str, str]] = []
    prologue: list[tuple[str, str]] = []
    before = ""
    doubtful = False  # after a name such as service:x, which a parser may read as SERVICE :x where a bracket follows
    for token in _TOKEN.finditer(query):
        kind = "name" if token["local"] is not None else token.lastgroup
        if kind == "open":
            if doubtful and token[0] == "{":
                raise Refused(403, NO_SERVICE)
            depth += 1
            if depth > limits.nesting:
                raise Refused(400, f"The query is nested deeper than {limits.nesting} brackets; make it flatter.")
        elif kind == "close":
            depth -= 1
        elif kind == "word":
            word = token[0].upper()
            # A word may cling to a number or to a sign before it (1.SERVICE), and no other word has SERVICE in it.
            if "SERVICE" in word:
                raise Refused(403, NO_SERVICE)
            if not first and word not in _PROLOGUE:
                first = True
                if word in _UPDATES:
                    raise Refused(403, READ_ONLY)
            steady = steady and _CHANGING.isdisjoint(_JOINTS.split(word))
            before = word if not (before == "FROM" and word == "NAMED") else "FROM"
        elif kind == "operator":
            operators += 1
            if operators > limits.operators:
                raise Refused(
                    400, f"The query has more than {limits.operators} path or boolean operators; make it shorter."
                )
        elif kind == "iri" or kind == "name":
            if before == "FROM":
                graphs.append((kind, token[0]))
                before = ""
            elif not first:
                prologue.append((kind, token[0]))
        if kind != "comment":
            doubtful = kind == "name" and "SERVICE" in token[0].partition(":")[0].upper()
    return Scan(_resolved(graphs, prologue, base) if graphs else (), steady)


def wrong_bracket(query: str) -> int | None:
    """Return the place of the first bracket that closes what it did not open, for a parser that only names the end."""
    opened: list[str] = []
    for token in _TOKEN.finditer(query):
        if token.lastgroup == "open":
            opened.append(token[0])
        elif token.lastgroup == "close" and (not opened or opened.pop() + token[0] not in ("()", "{}", "[]")):
            return token.start()
    return None


def _resolved(graphs: list[tuple[str, str]], prologue: list[tuple[str, str]], base: str) -> tuple[str, ...]:
    """Return the full IRIs of graphs, by the prefixes and the base that stand before them."""
    prefixes: dict[str, str] = {}
    name: str | None = None
    for kind, text in prologue:
        if kind == "name":
            name = text
        elif name is not None:
            prefixes[name], name = urljoin(base, text[1:-1]), None
        else:
            base = urljoin(base, text[1:-1])
    found = []
    for kind, text in graphs:
        if kind == "iri":
            found.append(urljoin(base, text[1:-1]))
        else:
            prefix, _, local = text.partition(":")
            found.append(prefixes.get(prefix + ":", "") + re.sub(r"\\(.)", r"\1", local))
    return tuple(found)
