"""Paths between two things, each step with the links that make it and where they are written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .model import LIMIT, PROPOSED, Analysis, Column, Parameter, Result, Row, count, node, notes, thing
from .views import Adjacency, view

if TYPE_CHECKING:
    from ..network import Network

Mode: TypeAlias = Literal["shortest", "simple"]


def paths(
    graph: Network,
    *,
    source: str,
    target: str,
    mode: Mode = "shortest",
    cutoff: int = 3,
    directed: bool = False,
    include_proposed: bool = False,
    limit: int = 100,
) -> Result:
    """Return the paths from one thing to another, shortest first, one row for each link of each step.

    ``mode`` shortest gives all shortest paths, however long; simple gives all paths that pass no thing twice, of at
    most ``cutoff`` steps. Paths of equal length come in the order of the IRIs on them. ``limit`` counts paths.
    Raises BadParameter if an end is not in the graph.
    """
    start, end = node(graph, source, "source"), node(graph, target, "target")
    simple = view(graph, include_proposed=include_proposed)
    near = simple.out if directed else simple.ties
    a, b = simple.index[start], simple.index[end]
    away = _distances(simple.into() if directed else near, b)
    said: tuple[str, ...] = ()
    found: Iterator[list[int]] = iter(())
    if a == b:
        said = ("Both ends are the same thing.",)
    elif a not in away:
        said = ("No path joins the two" + (" in this direction." if directed else "."),)
    elif mode == "shortest":
        found = _of_length(near, a, away, away[a])
    else:
        lengths = range(away[a], cutoff + 1)
        found = chain.from_iterable(_of_length(near, a, away, length) for length in lengths)
        if not lengths:
            said = (f"The shortest path has {away[a]} steps, more than the cutoff of {cutoff}.",)
    rows: list[Row] = []
    shown = 0
    for number, walk in enumerate(islice(found, limit + 1 if limit else None), 1):
        if limit and number > limit:
            said += (f"Only the first {count(limit, 'path')}; there are more.",)
            break
        shown = number
        for step, (x, y) in enumerate(pairwise(walk), 1):
            for data, forward in _links(graph, simple.iris[x], simple.iris[y], directed, include_proposed):
                rows.append(
                    {
                        "path": number,
                        "length": len(walk) - 1,
                        "step": step,
                        "from": thing(graph, simple.iris[x]),
                        "relation": data["relation"],
                        "direction": "forward" if forward else "backward",
                        "to": thing(graph, simple.iris[y]),
                        "valid_from": data.get("valid_from"),
                        "valid_to": data.get("valid_to"),
                        "link": data["iri"],
                        "documents": list(data.get("documents", ())),
                        "locators": list(data.get("locators", ())),
                    }
                )
    summary: dict[str, float | int | str] = {"paths": shown, **({"distance": away[a]} if a in away else {})}
    return Result("paths", _COLUMNS, rows, summary, notes(simple.notes, said))


def _distances(near: Adjacency, start: int) -> dict[int, int]:
    """Return the number of steps from ``start`` to each node that it reaches."""
    away = {start: 0}
    queue = deque([start])
    while queue:
        x = queue.popleft()
        for y in near[x]:
            if y not in away:
                away[y] = away[x] + 1
                queue.append(y)
    return away


def _of_length(near: Adjacency, start: int, away: dict[int, int], length: int) -> Iterator[list[int]]:
    """Yield the paths of exactly ``length`` steps from ``start`` to the node that ``away`` measures from.

    What is too far from the end for the steps that are left is never entered: among the neighbours of a hub with
    thousands of links only those that lead there are followed. The stack is our own, so no path is too long.
    """
    walk, on = [start], {start}
    stack = [iter(sorted(near[start]))]
    while stack:
        y = next(stack[-1], None)
        if y is None:
            stack.pop()
            on.discard(walk.pop())
            continue
        left = length - len(walk)
        if y in on or away.get(y, length + 1) > left:
            continue
        if away[y] == 0:  # the end: a path must not run through it
            if left == 0:
                yield [*walk, y]
            continue
        walk.append(y)
        on.add(y)
        stack.append(iter(sorted(near[y])))


def _links(graph: Network, x: str, y: str, directed: bool, include_proposed: bool) -> list[tuple[dict[str, Any], bool]]:
    """Return the links between two things with whether they run from ``x`` to ``y``, by date and IRI."""
    ahead = [(data, True) for data in (graph.get_edge_data(x, y) or {}).values()]
    back = [(data, False) for data in (graph.get_edge_data(y, x) or {}).values()]
    # A symmetric link, stored once, may be followed against the way it is stored.
    back = [(data, forward) for data, forward in back if not directed or data.get("symmetric")]
    kept = [(d, f) for d, f in ahead + back if include_proposed or d.get("status") != "proposed"]
    return sorted(kept, key=lambda pair: (pair[0].get("valid_from", ""), pair[0]["iri"]))


_COLUMNS = (
    Column("path", "Number of the path; shorter ones first."),
    Column("length", "Steps of the path.", unit="steps"),
    Column("step", "Number of the step on the path."),
    Column("from", "Where the step begins.", kind="thing"),
    Column("relation", "The relation of the link.", kind="text"),
    Column("direction", "forward: the link runs from the one to the other; backward: it runs back.", kind="text"),
    Column("to", "Where the step ends.", kind="thing"),
    Column("valid_from", "The beginning of the link.", unit="date", kind="text"),
    Column("valid_to", "The end of the link.", unit="date", kind="text"),
    Column("link", "The IRI of the link.", kind="text"),
    Column("documents", "The documents in which the link is written.", kind="list"),
    Column("locators", "The place in each of these documents.", kind="list"),
)

ANALYSIS = Analysis(
    name="paths",
    title="How are two things joined?",
    description="Lists the shortest paths, or all paths up to a length, between two things, with the links on them.",
    definition=(
        "A path is a sequence of things, each joined to the next by a link, that passes none twice; its length is the "
        "number of steps. Links are followed either way unless directed is set. Parallel links are one step, with a "
        "row for each."
    ),
    references=(
        "Wasserman and Faust, Social Network Analysis, Cambridge University Press (1994), pp. 105-110",
        "Korf, Depth-first iterative-deepening: an optimal admissible tree search, Artificial Intelligence 27 (1985), "
        "97-109 (the search, pruned by the distance to the end)",
    ),
    parameters=(
        Parameter("source", "thing", "where the paths begin", required=True),
        Parameter("target", "thing", "where the paths end", required=True),
        Parameter(
            "mode",
            "choice",
            "all shortest paths, or all simple ones up to the cutoff",
            default="shortest",
            choices=("shortest", "simple"),
        ),
        Parameter("cutoff", "int", "simple: the most steps", default=3, minimum=1),
        Parameter("directed", "bool", "follow links only from their source to their target", default=False),
        PROPOSED,
        Parameter(LIMIT.name, "int", "paths to return at most; 0 returns all", default=100, minimum=0),
    ),
    columns=_COLUMNS,
    compute=paths,
)
