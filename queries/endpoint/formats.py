"""The formats of results and graphs, and the choice among them by what a client accepts (RFC 9110, 12.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

#: What a query answers with: rows of a SELECT, the truth value of an ASK, the triples of a CONSTRUCT or DESCRIBE.
Kind = Literal["rows", "boolean", "graph"]
Offers = Sequence[tuple[str, str]]

#: Media types of tables in the order of preference, each with the name of its format. The first is the default.
ROWS: Final[Offers] = (
    ("application/sparql-results+json", "json"),
    ("application/sparql-results+xml", "xml"),
    ("text/csv", "csv"),
    ("text/tab-separated-values", "tsv"),
    ("application/json", "json"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
)
GRAPH: Final[Offers] = (
    ("text/turtle", "ttl"),
    ("application/n-triples", "nt"),
    ("application/rdf+xml", "rdf"),
    ("application/ld+json", "jsonld"),
    ("application/json", "jsonld"),
    ("application/xml", "rdf"),
    ("text/xml", "rdf"),
    ("text/n3", "ttl"),
    ("text/plain", "nt"),
)
OFFERS: Final[dict[Kind, Offers]] = {"rows": ROWS, "boolean": ROWS, "graph": GRAPH}
#: Names that the parameter ``format`` knows, for programs that cannot send ``Accept``, such as spreadsheets.
NAMES: Final = ("json", "xml", "csv", "tsv", "ttl", "nt", "rdf", "jsonld")


@dataclass(frozen=True, slots=True)
class Choice:
    """For each kind of answer the media type and format to write it in, or ``None`` where none is acceptable."""

    rows: tuple[str, str] | None
    boolean: tuple[str, str] | None
    graph: tuple[str, str] | None

    def of(self, kind: Kind) -> tuple[str, str] | None:
        """Return the choice for one kind of answer."""
        found: tuple[str, str] | None = getattr(self, kind)
        return found

    def formats(self) -> dict[str, str | None]:
        """Return the names of the formats alone."""
        return {kind: found[1] if (found := self.of(kind)) else None for kind in OFFERS}


def choose(accept: str | None, name: str | None = None) -> Choice:
    """Return the formats for a request; ``name``, the parameter ``format``, speaks before ``Accept``.

    >>> choose("text/csv;q=0.5, application/*").rows
    ('application/sparql-results+json', 'json')
    """
    return _choose(accept if accept is not None and accept.strip() else "*/*", name)


@lru_cache(maxsize=512)
def _choose(accept: str, name: str | None) -> Choice:
    if name is not None:
        return Choice(_named(ROWS, name), _named(ROWS, name), _named(GRAPH, name))
    rows = negotiate(accept, ROWS)
    return Choice(rows, rows, negotiate(accept, GRAPH))


def _named(offers: Offers, name: str) -> tuple[str, str] | None:
    return next((offer for offer in offers if offer[1] == name), None)


def negotiate(accept: str, offers: Offers) -> tuple[str, str] | None:
    """Return the best offer: the highest quality, each media type judged by the range that names it most closely.

    Of offers with the same quality the first is taken. What stands in the header and cannot be read is passed over.

    >>> negotiate("text/*;q=0.3, text/csv;q=0.9, application/json;q=0.1", ROWS)
    ('text/csv', 'csv')
    """
    ranges = _ranges(accept)
    best, best_quality = None, 0.0
    for offer in offers:
        media = offer[0]
        names = (media, media.partition("/")[0] + "/*", "*/*")
        quality = next((ranges[n] for n in names if n in ranges), 0.0)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


def _ranges(header: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (p.strip().lower() for p in part.split(";"))
        if name:
            quality = _quality(parameters)
            found[name] = max(quality, found.get(name, 0.0))
    return found


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(maxsize=256)
def gzip_wanted(header: str | None) -> bool:
    """Tell whether a client takes gzip and does not like the plain text better.

    >>> gzip_wanted("br, gzip"), gzip_wanted("gzip;q=0"), gzip_wanted("*"), gzip_wanted(None)
    (True, False, True, False)
    """
    if not header:
        return False
    ranges = _ranges(header)
    quality = ranges.get("gzip", ranges.get("x-gzip", ranges.get("*", 0.0)))
    return quality > 0 and quality >= ranges.get("identity", 0.0)
