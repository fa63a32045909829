"""The build of the network: the pieces that it is in, and how deep in its core a thing lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .model import (
    ENTITY,
    LIMIT,
    PROPOSED,
    RANK,
    Analysis,
    Column,
    Parameter,
    Result,
    Row,
    cut,
    notes,
    ranks,
    shortened,
    thing,
)
from .views import view

if TYPE_CHECKING:
    from ..network import Network


def components(
    graph: Network,
    *,
    kind: Literal["weak", "strong"] = "weak",
    include_proposed: bool = False,
    limit: int = 0,
) -> Result:
    """Return each thing with the piece of the network that it is in, the largest piece first."""
    import networkx as nx

    simple = view(graph, include_proposed=include_proposed, weight="none")
    if kind == "strong":
        found = [set(part) for part in nx.strongly_connected_components(simple.digraph())]
    else:
        found = [set(part) for part in nx.connected_components(simple.graph())]
    parts = sorted(found, key=lambda part: (-len(part), min(part)))
    rows: list[Row] = [
        {"component": number, "size": len(part), "entity": thing(graph, simple.iris[i])}
        for number, part in enumerate(parts, 1)
        for i in sorted(part)
    ]
    summary: dict[str, float | int | str] = {
        "things": len(simple),
        "components": len(parts),
        "largest": len(parts[0]) if parts else 0,
    }
    said = notes(simple.notes, shortened(len(rows), limit))
    return Result("components", COMPONENTS.columns, cut(rows, limit), summary, said)


def core(graph: Network, *, include_proposed: bool = False, limit: int = 0) -> Result:
    """Return the core number of each thing, the innermost first."""
    import networkx as nx

    simple = view(graph, include_proposed=include_proposed, weight="none")
    numbers = nx.core_number(simple.graph())
    order = sorted(numbers, key=lambda i: (-numbers[i], -len(simple.ties[i]), i))
    rows: list[Row] = [
        {"rank": place, "entity": thing(graph, simple.iris[i]), "core": numbers[i], "degree": len(simple.ties[i])}
        for place, i in zip(ranks([numbers[i] for i in order]), order, strict=True)
    ]
    deepest = numbers[order[0]] if order else 0
    summary: dict[str, float | int | str] = {
        "things": len(simple),
        "deepest": deepest,
        "in_deepest": sum(number == deepest for number in numbers.values()),
    }
    return Result("core", CORE.columns, cut(rows, limit), summary, notes(simple.notes, shortened(len(rows), limit)))


COMPONENTS = Analysis(
    name="components",
    title="Which pieces is the network in?",
    description="Finds the parts of the network that no link joins.",
    definition=(
        "weak: two things are in one component if a path joins them, links followed either way. strong: if a path "
        "along the links leads from each to the other, symmetric relations both ways."
    ),
    references=("Tarjan, Depth-first search and linear graph algorithms, SIAM Journal on Computing 1 (1972), 146-160",),
    parameters=(
        Parameter("kind", "choice", "links either way, or along them", default="weak", choices=("weak", "strong")),
        PROPOSED,
        LIMIT,
    ),
    columns=(
        Column("component", "Number of the component; 1 is the largest."),
        Column("size", "Things in the component.", unit="things"),
        ENTITY,
    ),
    compute=components,
)

CORE = Analysis(
    name="core",
    title="Which things are in the core?",
    description="Peels the network from its edge: the core number says how deep a thing lies.",
    definition=(
        "The k-core is what is left of the simple undirected graph when things with fewer than k ties are taken away "
        "until none is left; the core number of a thing is the greatest k whose core it is in."
    ),
    references=(
        "Seidman, Network structure and minimum degree, Social Networks 5 (1983), 269-287",
        "Batagelj and Zaveršnik, An O(m) algorithm for cores decomposition of networks, arXiv cs/0310049 (2003)",
    ),
    parameters=(PROPOSED, LIMIT),
    columns=(
        RANK,
        ENTITY,
        Column("core", "The core number."),
        Column("degree", "Number of distinct things it is tied to.", unit="things"),
    ),
    compute=core,
)
