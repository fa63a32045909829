"""The triples of one graph of a service: at once, page by page, or in parts by what they say.

Each way is tried where the one before does not give all. Pages (``LIMIT``, ``OFFSET``) are quick everywhere, but SPARQL
does not promise an order: who reads them has to see that no triple came twice. Parts are ranges of the MD5 of a triple,
so that each is in one part whatever the order; but the service goes through the whole graph for every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from ...ontology.errors import BadQuery
from .errors import Refused, SignInRefused, StoreUnavailable
from .reading_layout import MARK, Graph
from .reading_records import BLANK
from .service import Service

#: Triples in a page; a tenth of it is asked for where a service does not give as many, down to the least.
_PAGE, _LEAST = 100_000, 10
#: Triples in a part.
_PARTS = (20_000, 2_000, 400)


def ways(service: Service, graph: Graph, count: int) -> Iterator[tuple[Iterator[ox.Triple], bool]]:
    """Yield ways to read a graph of ``count`` triples, each with whether triples may come twice.

    Each may raise :class:`StoreUnavailable` or :class:`BadQuery` while it is read. Blank nodes come as IRIs.
    """
    if graph.iri is not None:
        yield _whole(service, graph.iri), False
    yield _in_pages(service, graph, count), True
    for size in _PARTS:
        if size < count:
            yield _in_parts(service, graph, count, size), False


def cut_off(service: Service, graph: Graph, came: int, there: int) -> Refused:
    """Return what to say of a graph of which not all triples came."""
    return Refused(
        service.address.url,
        f"gives {came:,} of {there:,} triples of {graph}",
        "try again if others write to it, else ask its administrator for a higher limit of rows",
    )


def _whole(service: Service, iri: str) -> Iterator[ox.Triple]:
    with service.graph(iri) as triples:
        yield from (_named(triple, 0) for triple in triples)


def _in_pages(service: Service, graph: Graph, count: int) -> Iterator[ox.Triple]:
    size, number, place = _PAGE, 0, 0
    while number < count:
        try:
            page = list(_asked(service, f"{graph.pattern()} }} OFFSET {number} LIMIT {size}"))
        except SignInRefused:
            raise
        except (StoreUnavailable, BadQuery):
            if size <= _LEAST:
                raise
            size //= 10
            continue
        if not page:
            raise cut_off(service, graph, number, count)
        if len(page) < size and number + len(page) < count:
            size = len(page)  # its limit, of which it says nothing: what it left out may stand anywhere in the page
            continue
        yield from (_named(triple, place) for triple in page)
        number, place = number + len(page), place + 1


def _in_parts(service: Service, graph: Graph, count: int, size: int) -> Iterator[ox.Triple]:
    parts = -(-count // size)
    bounds = [f"{(n << 32) // parts:08x}" for n in range(parts)]
    for place, (start, end) in enumerate(zip(bounds, [*bounds[1:], "g"], strict=True)):
        part = f'BIND({MARK} AS ?m) FILTER(?m >= "{start}" && ?m < "{end}")'
        came = 0
        for triple in _asked(service, f"{graph.pattern()} {part} }}"):
            came += 1
            yield _named(triple, place)
        expected = count / parts  # the marks are spread evenly: so much less is no accident
        if came < expected - 10 * expected**0.5:
            raise cut_off(service, graph, came, round(expected))


def _asked(service: Service, rest: str) -> Iterator[ox.Triple]:
    triples: Iterator[ox.Triple] = service.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {rest}", graph=True)
    return triples


def _named(triple: ox.Triple, answer: int) -> ox.Triple:
    """Return a triple with IRIs for blank nodes: a blank node of one answer is none of another."""
    if not isinstance(triple.subject, ox.BlankNode) and not isinstance(triple.object, ox.BlankNode):
        return triple
    subject, thing = (
        ox.NamedNode(f"{BLANK}{answer}:{term.value}") if isinstance(term, ox.BlankNode) else term
        for term in (triple.subject, triple.object)
    )
    return ox.Triple(subject, triple.predicate, thing)  # type: ignore[arg-type]
