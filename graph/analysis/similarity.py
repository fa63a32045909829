"""Similarity: which things have the same neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest
from math import log
from typing import TYPE_CHECKING, Literal, TypeAlias

from .model import LIMIT, PROPOSED, RANK, Analysis, Column, Parameter, Result, Row, node, notes, ranks, thing, tidy
from .views import View, view

if TYPE_CHECKING:
    from ..network import Network

Likeness: TypeAlias = Literal["jaccard", "adamic-adar"]


def similarity(
    graph: Network,
    *,
    entity: str | None = None,
    measure: Likeness = "jaccard",
    same_type: bool = False,
    include_proposed: bool = False,
    limit: int = 50,
) -> Result:
    """Return the pairs of things with the most similar neighbours, or those most similar to one ``entity``.

    Pairs without a common neighbour are left out: their similarity is 0. ``same_type`` keeps pairs of one class.
    Raises BadParameter if the entity is not in the graph.
    """
    simple = view(graph, include_proposed=include_proposed, weight="none")
    types = [graph.nodes[iri].get("type", "") for iri in simple.iris]
    pairs: Iterator[tuple[float, int, int]]
    if entity is None:
        pairs = (pair for a in range(len(simple)) for pair in _alike(simple, a, measure) if pair[2] > a)
    else:
        pairs = _alike(simple, simple.index[node(graph, entity, "entity")], measure)
    kept = (pair for pair in pairs if not same_type or types[pair[1]] == types[pair[2]])
    # nsmallest holds only ``limit`` pairs at a time; there may be billions.
    best = nsmallest(limit, kept) if limit else sorted(kept)
    rows: list[Row] = []
    for place, (value, a, b) in zip(ranks([-pair[0] for pair in best]), best, strict=True):
        shared = sorted(simple.ties[a].keys() & simple.ties[b].keys())
        rows.append(
            {
                "rank": place,
                "a": thing(graph, simple.iris[a]),
                "b": thing(graph, simple.iris[b]),
                "value": -value,
                "shared_count": len(shared),
                "shared": [thing(graph, simple.iris[z]) for z in shared],
            }
        )
    said = (f"At most {limit} rows; limit=0 gives all.",) if limit and len(rows) == limit else ()
    return Result("similarity", _COLUMNS, rows, {"measure": measure, "pairs": len(rows)}, notes(simple.notes, said))


def _alike(simple: View, a: int, measure: Likeness) -> Iterator[tuple[float, int, int]]:
    """Yield ``(-value, a, b)`` for each b that shares a neighbour with a."""
    shared: dict[int, float] = {}
    for z in sorted(simple.ties[a]):
        # A shared neighbour has two ties at least, so its logarithm is not 0.
        worth = 1.0 if measure == "jaccard" or len(simple.ties[z]) < 2 else 1 / log(len(simple.ties[z]))
        for b in simple.ties[z]:
            shared[b] = shared.get(b, 0.0) + worth
    for b, value in shared.items():
        if b != a:
            if measure == "jaccard":
                value /= len(simple.ties[a]) + len(simple.ties[b]) - value
            yield -tidy(value), a, b


_COLUMNS = (
    RANK,
    Column("a", "The one thing.", kind="thing"),
    Column("b", "The other thing.", kind="thing"),
    Column("value", "The similarity."),
    Column("shared_count", "The neighbours that both have.", unit="things"),
    Column("shared", "These neighbours.", kind="things"),
)

ANALYSIS = Analysis(
    name="similarity",
    title="Which things have the same neighbours?",
    description="Finds pairs that are tied to the same others, whether or not to each other.",
    definition=(
        "On the simple undirected graph. jaccard: the number of common neighbours as a share of those that either "
        "has, 0 to 1. adamic-adar: the sum over the common neighbours z of 1/ln(number of neighbours of z), so that a "
        "neighbour that few have counts more."
    ),
    references=(
        "Jaccard, Étude comparative de la distribution florale dans une portion des Alpes et du Jura, Bulletin de la "
        "Société vaudoise des sciences naturelles 37 (1901), 547-579",
        "Adamic and Adar, Friends and neighbors on the Web, Social Networks 25 (2003), 211-230",
    ),
    parameters=(
        Parameter("entity", "thing", "only pairs with this thing"),
        Parameter("measure", "choice", "the measure", default="jaccard", choices=("jaccard", "adamic-adar")),
        Parameter("same_type", "bool", "only pairs of one class", default=False),
        PROPOSED,
        Parameter(LIMIT.name, "int", "rows to return at most; 0 returns all", default=50, minimum=0),
    ),
    columns=_COLUMNS,
    compute=similarity,
)
