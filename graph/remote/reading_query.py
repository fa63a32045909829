"""A SPARQL text of the user's, sent to a service as it is: with our prefixes, and on the union of our graphs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...ontology.convert import PREFIXES
from ...ontology.errors import BadParameter, BadQuery
from ..index import _NO_WORDS
from .errors import SignInRefused, StoreUnavailable
from .reading_layout import Found, named_graphs
from .service import Service

_PROLOGUE = re.compile(r"(?i)\s*(?:(?:prefix\s+[^\s:]*:|base\b)\s*)*(\w*)")
_READS = ("select", "ask", "construct", "describe")
_WRITES = ("insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with")
_FROM = re.compile(r"(?i)(?<![?$:\w])from\b")
_GRAPH = re.compile(r"(?i)(?<![?$:\w])graph\b")
_NAMED = "named-graph-uri"
_DECLARED = re.compile(r"(?i)\bprefix\s+([^\s:]*):")


def ask(service: Service, text: str, notice: Callable[[str], None]) -> Any:
    """Send a text that reads and return what pyoxigraph returns for its form.

    ``notice`` is told where it may not be what was meant.

    :raises BadParameter: If it is an update.
    :raises BadQuery: If it is no query, or the service finds it wrong.
    :raises StoreUnavailable: If the service does not answer, or not with all of its answer.
    """
    form = form_of(text)
    service.dataset = [] if has_dataset(text) else _dataset(service, text, notice)
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


def has_dataset(text: str) -> bool:
    """Tell whether a query says itself of which graphs it speaks (``FROM``)."""
    return _FROM.search(_words(text)) is not None


def has_limit(text: str, rows: int) -> bool:
    """Tell whether a query asks itself for just as many rows."""
    return re.search(rf"(?i)(?<![?$:\w])limit\s+0*{rows}\b", _words(text)) is not None


def prologue_of(text: str) -> int:
    """Return where the prologue of a query, which declares prefixes, ends and the query itself begins.

    >>> prologue_of("PREFIX a: <urn:a> ASK {}")
    18
    """
    found = _PROLOGUE.match(_words(text))
    return found.start(1) if found else 0


def with_prefixes(text: str) -> str:
    """Return a text with those of our prefixes declared that it uses and does not; lines stay where they are."""
    words = _words(text)
    declared = set(_DECLARED.findall(words))
    used = [p for p in PREFIXES if p not in declared and re.search(rf"(?<![\w:?$-]){p}:", words)]
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in used) + text


def _words(text: str) -> str:
    """Return a text with blanks in place of IRIs, strings and comments."""
    return _NO_WORDS.sub(lambda found: " " * len(found[0]), text)


def _dataset(service: Service, text: str, notice: Callable[[str], None]) -> list[tuple[str, str]]:
    """Return the graphs that a query is to see, where the service does not show them by itself.

    Its default graph is then the union of ours; ``GRAPH`` sees all that there are.
    """
    try:
        dataset = Found.of(service).dataset()
        if dataset and _GRAPH.search(_words(text)):
            named = dict.fromkeys([*(iri for kind, iri in dataset if kind == _NAMED), *named_graphs(service)])
            dataset = [(kind, iri) for kind, iri in dataset if kind != _NAMED] + [(_NAMED, iri) for iri in named]
        return dataset
    except SignInRefused:
        raise
    except (BadQuery, StoreUnavailable) as error:  # a service of others that cannot say: it may still answer
        notice(f"Only the default graph is asked, because it cannot be found out which others there are: {error}")
        return []
