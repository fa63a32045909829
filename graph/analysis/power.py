"""Eigenvector measures by power iteration, in plain Python: NetworkX's own need NumPy and SciPy, which we do not."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

from .model import NotConverged
from .views import Adjacency, View

TOLERANCE = 1e-12
STEPS = 10_000


def eigenvector(view: View) -> list[float]:
    """Return the leading eigenvector of the undirected weighted graph, of length 1; zeros if there is no tie.

    Iterates with A + sI, which has the same eigenvectors and settles on bipartite graphs too. Raises NotConverged.
    """
    if not view.size:
        return [0.0] * len(view)
    # A shift near the eigenvalue itself, whatever the unit of the weights: the leading one is at least the length of
    # any row. A smaller shift would drown in sums of dollars, a greater one would slow the iteration down.
    shift = sqrt(max(sum(w * w for w in near.values()) for near in view.ties))

    def step(x: list[float]) -> list[float]:
        new = [shift * x[i] + sum(w * x[j] for j, w in near.items()) for i, near in enumerate(view.ties)]
        length = sqrt(sum(v * v for v in new))
        return [v / length for v in new]

    return _settled(step, [1 / sqrt(len(view))] * len(view), "eigenvector centrality")


def pagerank(view: View, damping: float) -> list[float]:
    """Return PageRank, summing to 1; a node without outgoing links passes its own on to all. Raises NotConverged."""
    n = len(view)
    if not n:
        return []
    into = view.into()
    sums = [sum(near.values()) for near in view.out]
    sinks = [i for i, total in enumerate(sums) if not total]

    def step(x: list[float]) -> list[float]:
        base = (1 - damping + damping * sum(x[i] for i in sinks)) / n
        return [base + damping * sum(x[j] * w / sums[j] for j, w in near.items()) for near in into]

    return _settled(step, [1 / n] * n, "PageRank")


def hits(view: View) -> tuple[list[float], list[float]]:
    """Return hubs and authorities, each summing to 1 (zeros if there is no link). Raises NotConverged."""
    n = len(view)
    if not any(view.out):
        return [0.0] * n, [0.0] * n
    into = view.into()

    def step(hubs: list[float]) -> list[float]:
        return _shares(_times(view.out, _shares(_times(into, hubs))))

    hubs = _settled(step, [1 / n] * n, "HITS")
    return hubs, _shares(_times(into, hubs))


def _times(rows: Adjacency, x: list[float]) -> list[float]:
    return [sum(w * x[j] for j, w in near.items()) for near in rows]


def _shares(x: list[float]) -> list[float]:
    total = sum(x)
    return [v / total for v in x]


def _settled(step: Callable[[list[float]], list[float]], start: list[float], what: str) -> list[float]:
    x = start
    # The change falls by a constant factor a step, so a small change alone says little where the factor is near 1;
    # the tolerance is therefore far below the digits that a result shows.
    for _ in range(STEPS):
        new = step(x)
        if sum(abs(a - b) for a, b in zip(new, x, strict=True)) < TOLERANCE:
            return new
        x = new
    raise NotConverged(
        f"{what} did not settle in {STEPS:,} steps on this network; select its largest component or another measure."
    )
