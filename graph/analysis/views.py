"""The simple graph under the multigraph: parallel links collapsed, loops and proposals left out.

Nodes are whole numbers in the order of their IRIs. That is what makes seeded algorithms give the same result in
every process: the order of a set of strings changes from one Python process to the next, that of small integers
does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .model import count

if TYPE_CHECKING:
    import networkx as nx

    from ..network import Network

Weight: TypeAlias = Literal["links", "amount_usd", "none"]
Adjacency: TypeAlias = list[dict[int, float]]


@dataclass(frozen=True)
class View:
    """A simple graph twice: ``out`` directed (symmetric relations both ways), ``ties`` undirected.

    ``ties[a][b] == ties[b][a]`` is the weight of all links between the two, each counted once.
    """

    iris: list[str]
    index: dict[str, int]
    out: Adjacency
    ties: Adjacency
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.iris)

    @property
    def size(self) -> int:
        """The number of ties."""
        return sum(map(len, self.ties)) // 2

    def into(self) -> Adjacency:
        """Return the directed graph turned round."""
        back: Adjacency = [{} for _ in self.iris]
        for a, targets in enumerate(self.out):
            for b, weight in targets.items():
                back[b][a] = weight
        return back

    def graph(self) -> nx.Graph[int]:
        """Return the undirected graph as NetworkX has it, with ``weight`` on its edges."""
        import networkx as nx

        made: nx.Graph[int] = nx.Graph()
        made.add_nodes_from(range(len(self)))
        made.add_weighted_edges_from((a, b, w) for a, near in enumerate(self.ties) for b, w in near.items() if a < b)
        return made

    def digraph(self) -> nx.DiGraph[int]:
        """Return the directed graph as NetworkX has it, with ``weight`` on its edges."""
        import networkx as nx

        made: nx.DiGraph[int] = nx.DiGraph()
        made.add_nodes_from(range(len(self)))
        made.add_weighted_edges_from((a, b, w) for a, near in enumerate(self.out) for b, w in near.items())
        return made


def links(graph: Network, include_proposed: bool = False) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield ``(source, target, attributes)`` of the links that an analysis counts, loops among them."""
    for source, target, data in graph.edges(data=True):
        if include_proposed or data.get("status") != "proposed":
            yield source, target, data


def proposals(graph: Network, include_proposed: bool) -> tuple[str, ...]:
    """Return the note that says how many proposed links are left out, if any."""
    left = 0 if include_proposed else sum(d.get("status") == "proposed" for _, _, d in graph.edges(data=True))
    return (f"{count(left, 'proposed link')} left out; include_proposed counts them.",) if left else ()


def view(graph: Network, *, include_proposed: bool = False, weight: Weight = "links") -> View:
    """Return the simple graph of a multigraph.

    ``weight`` is the number of links (``links``), the sum of their ``amount_usd`` (a link without one is no tie) or
    1 for a tie of any number of links (``none``).
    """
    iris = sorted(graph)
    index = {iri: i for i, iri in enumerate(iris)}
    out: Adjacency = [{} for _ in iris]
    ties: Adjacency = [{} for _ in iris]
    loops = unpriced = 0
    # Sorted, so that neighbours come in the same order however the graph was put together.
    ends = sorted(
        ((index[s], index[t], d) for s, t, d in links(graph, include_proposed)),
        key=lambda e: (e[0], e[1], e[2].get("iri", "")),
    )
    for a, b, data in ends:
        if a == b:
            loops += 1
            continue
        value = 1.0
        if weight == "amount_usd":
            value = data.get("amount_usd", 0.0)
            if value <= 0:
                unpriced += 1
                continue
        pairs = ((a, b), (b, a)) if data.get("symmetric") else ((a, b),)
        for x, y in pairs:
            out[x][y] = 1.0 if weight == "none" else out[x].get(y, 0.0) + value
        for x, y in ((a, b), (b, a)):
            ties[x][y] = 1.0 if weight == "none" else ties[x].get(y, 0.0) + value
    said = proposals(graph, include_proposed)
    if loops:
        said += (f"{count(loops, 'link')} from a thing to itself left out.",)
    if unpriced:
        said += (f"{count(unpriced, 'link')} without an amount in USD above 0 left out.",)
    return View(iris, index, out, ties, said)
