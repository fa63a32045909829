"""How two things hang together: their direct links, and the shortest chains of links between them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ..ontology.model import Link
from ..ontology.vocabulary import vocabulary
from .reading import Reader, Thing
from .selection import Selection

#: What does not explain a connection when it stands between two others: that two bodies deal with one topic, are
#: named in one document or lie in one place does not tie them together.
BACKGROUND = ("Topic", "Document", "Place")


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a chain. ``forward`` is false where the chain goes from the link's target to its source."""

    link: Link
    source_id: str
    forward: bool

    @property
    def start(self) -> str:
        """The IRI that the step leaves."""
        return self.link.source_iri if self.forward else self.link.target_iri

    @property
    def end(self) -> str:
        """The IRI that the step reaches."""
        return self.link.target_iri if self.forward else self.link.source_iri


@dataclass(frozen=True, slots=True)
class Explanation:
    """What joins two things: ``direct`` links, and ``chains`` of things with all parallel links of each step.

    ``complete`` is false where there were more chains than were asked for.
    """

    start: Thing
    end: Thing
    direct: tuple[Step, ...]
    chains: tuple[tuple[tuple[Step, ...], ...], ...]
    complete: bool = True


class Network:
    """The links around things, read from the index as they are needed."""

    def __init__(self, reader: Reader, selection: Selection) -> None:
        self._reader, self._selection = reader, selection
        self._near: dict[str, dict[str, list[Step]]] = {}

    def near(self, iri: str) -> dict[str, list[Step]]:
        """Return the neighbours of a thing, each with the links that lead to it."""
        if iri not in self._near:
            found: dict[str, list[Step]] = defaultdict(list)
            for link, source_id in self._reader.links_of(iri):
                step = Step(link, source_id, forward=link.source_iri == iri)
                if step.end != iri and self._admits(link, source_id):
                    found[step.end].append(step)
            self._near[iri] = dict(sorted(found.items()))
        return self._near[iri]

    def _admits(self, link: Link, source_id: str) -> bool:
        if self._selection.empty:
            return True
        kinds = [self._reader.thing(end).type for end in (link.source_iri, link.target_iri)]
        return self._selection.admits(link, source_id, kinds[0], kinds[1], vocabulary())

    def background(self, iri: str) -> bool:
        """Tell whether a thing is of a class that explains no connection."""
        known, kind = vocabulary(), self._reader.thing(iri).type
        return kind in known.classes and any(known.is_a(kind, c) for c in BACKGROUND)


def explain(
    reader: Reader,
    start: str,
    end: str,
    *,
    selection: Selection | None = None,
    longest: int = 6,
    limit: int = 10,
    through_all: bool = False,
    lang: str = "en",
) -> Explanation:
    """Return what joins two things, given by IRI.

    A chain follows links in either direction (an unweighted shortest path in the undirected graph; Dijkstra 1959
    with unit weights is breadth-first search). It passes through topics, documents and places only if
    ``through_all``. ``longest`` bounds the number of steps, ``limit`` the number of chains returned. Direct links
    make no chain: the chains are the shortest ways that pass through something else.
    """
    network = Network(reader, selection or Selection())
    direct = network.near(start).get(end, []) if start != end else []
    chains: list[tuple[tuple[Step, ...], ...]] = []
    complete = True
    if start != end:
        for way in _ways(network, start, end, longest, through_all):
            if len(chains) == limit:
                complete = False
                break
            chains.append(tuple(tuple(network.near(a)[b]) for a, b in itertools.pairwise(way)))
    return Explanation(reader.thing(start, lang), reader.thing(end, lang), tuple(direct), tuple(chains), complete)


def _ways(network: Network, start: str, end: str, longest: int, through_all: bool) -> Iterator[list[str]]:
    """Yield the shortest ways of two steps or more, in a fixed order."""
    away = {end: 0}
    layer = [end]
    while layer and start not in away and away[layer[0]] < longest:
        reached = []
        for thing in layer:
            for near in network.near(thing):
                if near in away or (near == start and thing == end):  # the direct links are told apart
                    continue
                if near != start and not through_all and network.background(near):
                    continue
                away[near] = away[thing] + 1
                reached.append(near)
        layer = reached
    if start in away:
        yield from _down(network, [start], away)


def _down(network: Network, way: list[str], away: dict[str, int]) -> Iterator[list[str]]:
    here = way[-1]
    if away[here] == 0:
        yield way
        return
    for near in network.near(here):
        if away.get(near) == away[here] - 1 and not (len(way) == 1 and away[near] == 0):
            yield from _down(network, [*way, near], away)
