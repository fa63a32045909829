"""A SPARQL text of the user's, sent to a service as it is: with our prefixes, and on the union of our graphs."""

from __future__ import annotations

import re
from typing import Any

from ...ontology.convert import PREFIXES
from ...ontology.errors import BadParameter, BadQuery
from ..index import _NO_WORDS
from .errors import StoreUnavailable
from .reading_layout import Found
from .service import Service

_PROLOGUE = re.compile(r"(?i)\s*(?:(?:prefix\s+[^\s:]*:|base\b)\s*)*(\w*)")
_READS = ("select", "ask", "construct", "describe")
_WRITES = ("insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with")
_FROM = re.compile(r"(?i)(?<![?$:\w])from\b")
_DECLARED = re.compile(r"(?i)\bprefix\s+([^\s:]*):")


def ask(service: Service, text: str) -> Any:
    """Send a text that reads and return what pyoxigraph returns for its form.

    :raises BadParameter: If it is an update.
    :raises BadQuery: If it is no query, or the service finds it wrong.
    :raises StoreUnavailable: If the service does not answer, or not with all of its answer.
    """
    form = form_of(text)
    words = _words(text)
    service.dataset = [] if _FROM.search(words) else _dataset(service)
    return service.query(with_prefixes(text), graph=form in ("construct", "describe"))


def form_of(text: str) -> str:
    r"""Return the form of a query in lower case.

    >>> form_of("PREFIX select: <http://example.org/insert> # drop\nASK { ?s ?p 'delete' }")
    'ask'

    :raises BadParameter: If the text is an update.
    :raises BadQuery: If it is neither.
    """
    found = _PROLOGUE.match(_words(text))
    word = found[1].lower() if found else ""
    if word in _WRITES:
        raise BadParameter(
            "The SPARQL text is an update, and this command only reads; send updates to the service with its own tools."
        )
    if word not in _READS:
        raise BadQuery(
            f"The SPARQL text begins with {word!r} and not with SELECT, ASK, CONSTRUCT or DESCRIBE; correct it."
            if word
            else "The SPARQL text has no SELECT, ASK, CONSTRUCT or DESCRIBE; correct it."
        )
    return word


def with_prefixes(text: str) -> str:
    """Return a text with those of our prefixes declared that it uses and does not; lines stay where they are."""
    words = _words(text)
    declared = set(_DECLARED.findall(words))
    used = [p for p in PREFIXES if p not in declared and re.search(rf"(?<![\w:?$-]){p}:", words)]
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in used) + text


def _words(text: str) -> str:
    return _NO_WORDS.sub(" ", text)


def _dataset(service: Service) -> list[tuple[str, str]]:
    """Return the graphs that a query is to see, where the service does not show them by itself."""
    try:
        return Found.of(service).dataset()
    except (BadQuery, StoreUnavailable):
        return []  # a service of others that cannot say: the query itself tells what is wrong with it
