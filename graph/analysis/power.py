"""Eigenvector measures by power iteration: NetworkX's own need SciPy, which we do not.

The steps are written once, over lists or, for large networks, over NumPy's arrays, which are there where NetworKit is.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any, TypeAlias

from .model import NotConverged
from .views import Adjacency, View

TOLERANCE = 1e-12
STEPS = 10_000

Vector: TypeAlias = Any
"""A list of floats, or an array of them, as the algebra in use has it."""


class Lists:
    """The few operations that the iterations need, on lists of floats."""

    def vector(self, values: list[float]) -> Vector:
        """Return a vector of some values."""
        return values

    def product(self, rows: Adjacency) -> Callable[[Vector], Vector]:
        """Return the function that multiplies a sparse matrix by a vector."""
        return lambda x: [sum(w * x[j] for j, w in near.items()) for near in rows]

    def shares(self, x: Vector) -> Vector:
        """Return a vector divided by the sum of its values."""
        total = sum(x)
        return [v / total for v in x]

    def unit(self, x: Vector) -> Vector:
        """Return a vector divided by its length."""
        length = sqrt(sum(v * v for v in x))
        return [v / length for v in x]

    def change(self, x: Vector, y: Vector) -> float:
        """Return the sum of the absolute differences of two vectors."""
        return float(sum(abs(a - b) for a, b in zip(x, y, strict=True)))


class Arrays(Lists):
    """The same operations with NumPy."""

    def vector(self, values: list[float]) -> Vector:
        """Return a vector of some values."""
        import numpy as np

        return np.array(values)

    def product(self, rows: Adjacency) -> Callable[[Vector], Vector]:
        """Return the function that multiplies a sparse matrix by a vector."""
        import numpy as np

        at = np.array([i for i, near in enumerate(rows) for _ in near], dtype=np.intp)
        columns = np.array([j for near in rows for j in near], dtype=np.intp)
        weights = np.array([w for near in rows for w in near.values()])
        return lambda x: np.bincount(at, weights=weights * x[columns], minlength=len(rows))

    def shares(self, x: Vector) -> Vector:
        """Return a vector divided by the sum of its values."""
        return x / x.sum()

    def unit(self, x: Vector) -> Vector:
        """Return a vector divided by its length."""
        return x / sqrt(x @ x)

    def change(self, x: Vector, y: Vector) -> float:
        """Return the sum of the absolute differences of two vectors."""
        return float(abs(x - y).sum())


def eigenvector(view: View, algebra: Lists) -> list[float]:
    """Return the leading eigenvector of the undirected weighted graph, of length 1; zeros if there is no tie.

    Iterates with A + sI, which has the same eigenvectors and settles on bipartite graphs too. Raises NotConverged.
    """
    if not view.size:
        return [0.0] * len(view)
    # A shift near the eigenvalue itself, whatever the unit of the weights: the leading one is at least the length of
    # any row. A smaller shift would drown in sums of dollars, a greater one would slow the iteration down.
    shift = sqrt(max(sum(w * w for w in near.values()) for near in view.ties))
    times = algebra.product([near | {i: shift} for i, near in enumerate(view.ties)])
    start = algebra.unit(algebra.vector([1.0] * len(view)))
    return _floats(_settled(lambda x: algebra.unit(times(x)), start, algebra, "Eigenvector centrality"))


def pagerank(view: View, damping: float) -> list[float]:
    """Return PageRank, summing to 1; a node without outgoing links passes its own on to all. Raises NotConverged."""
    n = len(view)
    if not n:
        return []
    sums = [sum(near.values()) for near in view.out]
    sinks = [i for i, total in enumerate(sums) if not total]
    times = Lists().product([{j: damping * w / sums[j] for j, w in near.items()} for near in view.into()])

    def step(x: Vector) -> Vector:
        base = (1 - damping + damping * sum(x[i] for i in sinks)) / n
        return [base + v for v in times(x)]

    return _floats(_settled(step, [1 / n] * n, Lists(), "PageRank"))


def hits(view: View, algebra: Lists) -> tuple[list[float], list[float]]:
    """Return hubs and authorities, each summing to 1 (zeros if there is no link). Raises NotConverged."""
    n = len(view)
    if not any(view.out):
        return [0.0] * n, [0.0] * n
    onward, back, shares = algebra.product(view.out), algebra.product(view.into()), algebra.shares
    start = algebra.vector([1 / n] * n)
    hubs = _settled(lambda x: shares(onward(shares(back(x)))), start, algebra, "HITS")
    return _floats(hubs), _floats(shares(back(hubs)))


def _floats(x: Vector) -> list[float]:
    return [float(v) for v in x]


def _settled(step: Callable[[Vector], Vector], start: Vector, algebra: Lists, what: str) -> Vector:
    x = start
    # The change falls by a constant factor a step, so a small change alone says little where the factor is near 1;
    # the tolerance is therefore far below the digits that a result shows.
    for _ in range(STEPS):
        new = step(x)
        if algebra.change(new, x) < TOLERANCE:
            return new
        x = new
    raise NotConverged(
        f"{what} did not settle in {STEPS:,} steps on this network; select its largest component or another measure."
    )
