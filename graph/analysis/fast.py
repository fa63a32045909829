"""The faster library behind the same calls: which engine computes, and the calls to NetworKit.

NetworKit (MIT) is an optional dependency. ``bench/analysis.py`` compares it with NetworkX: on 3,000 things and 15,000
links it is 15 times faster at betweenness and 14 times at closeness, with the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ...ontology.errors import BadParameter

if TYPE_CHECKING:
    from .views import View

Engine: TypeAlias = Literal["auto", "networkx", "networkit"]

Work: TypeAlias = Literal["distances", "iteration"]

LARGE: dict[Work, int] = {"distances": 500, "iteration": 20_000}
"""The number of nodes above which ``auto`` takes NetworKit.

For what goes through the distances of all pairs (betweenness, closeness) that is soon: the engines give the same
values, and NetworkX takes seconds where NetworKit takes none. PageRank and communities are quick in either, and two
implementations of a community method divide a network differently, so the change comes where it has to.
"""


def choose(engine: Engine, nodes: int, work: Work) -> Literal["networkx", "networkit"]:
    """Return the engine to use; raises BadParameter if NetworKit is asked for and not installed."""
    if engine == "networkx" or (engine == "auto" and nodes <= LARGE[work]):
        return "networkx"
    if find_spec("networkit") is None:
        if engine == "networkit":
            raise BadParameter('engine: NetworKit is not installed; install it with pip install "multilateral[fast]".')
        return "networkx"
    return "networkit"


def numpy(nodes: int) -> Literal["numpy", "python"]:
    """Return whether to iterate with NumPy, which comes with NetworKit, or in plain Python (small graphs, or no NumPy).

    On 50,000 things it is the difference between a minute and a second.
    """
    return "numpy" if nodes > LARGE["iteration"] and find_spec("numpy") is not None else "python"


def betweenness(view: View, samples: int, seed: int) -> list[float]:
    """Return the betweenness of each node as a share of the pairs of others; estimated if ``samples`` is not 0."""
    with _one_thread(seed) as nk:
        graph = _built(nk, view)
        if samples:
            scores = nk.centrality.EstimateBetweenness(graph, samples, normalized=True, parallel=False).run().scores()
        else:
            scores = nk.centrality.Betweenness(graph, normalized=True).run().scores()
    return list(scores)


def closeness(view: View) -> list[float]:
    """Return Wasserman and Faust's closeness of each node."""
    import networkit as nk

    graph, variant = _built(nk, view), nk.centrality.ClosenessVariant.GENERALIZED
    return list(nk.centrality.Closeness(graph, True, variant).run().scores())


def harmonic(view: View) -> list[float]:
    """Return the sum of the reciprocal distances of each node to all others."""
    import networkit as nk

    return list(nk.centrality.HarmonicCloseness(_built(nk, view), normalized=False).run().scores())


def pagerank(view: View, damping: float, tolerance: float) -> list[float]:
    """Return the PageRank of each node; a node without outgoing links passes its own on to all."""
    with _one_thread(0) as nk:
        graph = _built(nk, view, directed=True)
        sinks = nk.centrality.SinkHandling.DistributeSinks
        return list(nk.centrality.PageRank(graph, damping, tolerance, False, sinks).run().scores())


def louvain(view: View, seed: int, resolution: float) -> list[set[int]]:
    """Return communities by the Louvain method; one thread and a seed, so that twice is the same."""
    return _communities(view, seed, lambda nk, g: nk.community.PLM(g, gamma=resolution, par="none randomized"))


def label_propagation(view: View, seed: int) -> list[set[int]]:
    """Return communities by label propagation; one thread and a seed, so that twice is the same."""
    return _communities(view, seed, lambda nk, g: nk.community.PLP(g))


def _communities(view: View, seed: int, method: Callable[[Any, Any], Any]) -> list[set[int]]:
    with _one_thread(seed) as nk:
        parts = method(nk, _built(nk, view, weighted=True)).run().getPartition().getVector()
    out: dict[int, set[int]] = {}
    for i, part in enumerate(parts):
        out.setdefault(part, set()).add(i)
    return list(out.values())


def _built(nk: Any, view: View, *, directed: bool = False, weighted: bool = False) -> Any:
    graph = nk.Graph(len(view), weighted=directed or weighted, directed=directed)
    for a, near in enumerate(view.out if directed else view.ties):
        for b, weight in near.items():
            if directed or a < b:
                graph.addEdge(a, b, weight)
    return graph


@contextmanager
def _one_thread(seed: int) -> Iterator[Any]:
    """Give NetworKit with one thread and a seed: the order in which threads add up changes the last digits."""
    import networkit as nk

    before = nk.getMaxNumberOfThreads()
    nk.setNumberOfThreads(1)
    nk.setSeed(seed, False)
    try:
        yield nk
    finally:
        nk.setNumberOfThreads(before)
