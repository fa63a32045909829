"""Communities: groups with more ties among themselves than chance would give, seeded so that twice is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ...ontology.errors import BadParameter
from . import fast
from .fast import Engine
from .model import (
    ENGINE,
    ENTITY,
    LIMIT,
    PROPOSED,
    SEED,
    Analysis,
    Column,
    Parameter,
    Result,
    Row,
    cut,
    notes,
    shortened,
    thing,
    tidy,
)
from .views import View, Weight, view

if TYPE_CHECKING:
    from ..network import Network

Method: TypeAlias = Literal["louvain", "greedy", "label"]


def communities(
    graph: Network,
    *,
    method: Method = "louvain",
    resolution: float = 1.0,
    weight: Weight = "links",
    seed: int = 1,
    engine: Engine = "auto",
    include_proposed: bool = False,
    limit: int = 0,
) -> Result:
    """Return each thing with its community, the largest community first.

    The two engines are two implementations and may divide a graph differently; each gives the same twice. Raises
    BadParameter for a resolution that the method has not.
    """
    if method == "label" and resolution != 1.0:
        raise BadParameter("resolution: label propagation has none; leave it out, or take method=louvain.")
    simple = view(graph, include_proposed=include_proposed, weight=weight)
    if method == "greedy" and engine == "networkit":
        raise BadParameter("engine: greedy is not computed by NetworKit; leave engine out, or take method=louvain.")
    used: Literal["networkx", "networkit"] = (
        "networkx" if method == "greedy" else fast.choose(engine, len(simple), "iteration")
    )
    found = _found(simple, method, resolution, seed, used)
    parts = sorted(found, key=lambda part: (-len(part), min(part)))
    rows: list[Row] = []
    for number, part in enumerate(parts, 1):
        inner = {i: sum(w for j, w in simple.ties[i].items() if j in part) for i in part}
        for i in sorted(part, key=lambda i: (-tidy(inner[i]), i)):
            entity = thing(graph, simple.iris[i])
            rows.append({"community": number, "size": len(part), "entity": entity, "inside": tidy(inner[i])})
    summary: dict[str, float | int | str] = {
        "communities": len(parts),
        "modularity": tidy(modularity(simple, parts, resolution)),
    }
    said = notes(simple.notes, shortened(len(rows), limit))
    return Result("communities", _COLUMNS, cut(rows, limit), summary, said, used)


def modularity(simple: View, parts: list[set[int]], resolution: float = 1.0) -> float:
    """Return Newman and Girvan's modularity of a division, ties weighted; 0 for a graph without ties."""
    strength = [sum(near.values()) for near in simple.ties]
    twice = sum(strength)
    if not twice:
        return 0.0
    total = 0.0
    for part in parts:
        inner = sum(w for i in part for j, w in simple.ties[i].items() if j in part)
        total += inner / twice - resolution * (sum(strength[i] for i in part) / twice) ** 2
    return total


def _found(simple: View, method: Method, resolution: float, seed: int, engine: str) -> list[set[int]]:
    if not simple.size:  # the algorithms divide by the number of ties
        return [{i} for i in range(len(simple))]
    if engine == "networkit":
        return fast.label_propagation(simple, seed) if method == "label" else fast.louvain(simple, seed, resolution)
    from networkx.algorithms import community

    graph = simple.graph()
    if method == "label":
        return [set(part) for part in community.asyn_lpa_communities(graph, weight="weight", seed=seed)]
    if method == "greedy":
        found = community.greedy_modularity_communities(graph, weight="weight", resolution=resolution)
        return [set(part) for part in found]
    return [set(p) for p in community.louvain_communities(graph, weight="weight", resolution=resolution, seed=seed)]


_COLUMNS = (
    Column("community", "Number of the community; 1 is the largest."),
    Column("size", "Things in the community.", unit="things"),
    ENTITY,
    Column("inside", "Weight of its ties within the community; the most central members come first.", unit="links"),
)

ANALYSIS = Analysis(
    name="communities",
    title="Which groups does the network fall into?",
    description="Divides the things into groups with more ties inside than between them.",
    definition=(
        "On the simple undirected graph, ties weighted by their number of links. louvain and greedy look for a "
        "division of high modularity: the share of tie weight inside communities less what it would be if the same "
        "strengths were joined at random (times the resolution). louvain moves things between communities and merges "
        "these level by level; greedy merges the pair of communities that gains most. label gives each thing the "
        "label that most of its neighbours have until none changes. None promises the best division; another seed may "
        "give another one of similar modularity."
    ),
    references=(
        "Newman and Girvan, Finding and evaluating community structure in networks, Physical Review E 69 (2004), "
        "026113 (modularity)",
        "Blondel et al., Fast unfolding of communities in large networks, Journal of Statistical Mechanics (2008), "
        "P10008 (louvain)",
        "Clauset, Newman and Moore, Finding community structure in very large networks, Physical Review E 70 (2004), "
        "066111 (greedy)",
        "Raghavan, Albert and Kumara, Near linear time algorithm to detect community structures in large-scale "
        "networks, Physical Review E 76 (2007), 036106 (label)",
        "Staudt and Meyerhenke, Engineering parallel algorithms for community detection in massive networks, IEEE "
        "Transactions on Parallel and Distributed Systems 27 (2016), 171-184 (NetworKit's implementations)",
    ),
    parameters=(
        Parameter("method", "choice", "the method", default="louvain", choices=("louvain", "greedy", "label")),
        Parameter(
            "resolution", "float", "louvain, greedy: above 1 gives more and smaller communities", default=1.0, minimum=0
        ),
        Parameter(
            "weight",
            "choice",
            "what weighs a tie: its number of links, the sum of their amounts in USD, or nothing",
            default="links",
            choices=("links", "amount_usd", "none"),
        ),
        SEED,
        ENGINE,
        PROPOSED,
        LIMIT,
    ),
    columns=_COLUMNS,
    compute=communities,
)
