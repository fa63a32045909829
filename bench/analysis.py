"""NetworkX against NetworKit behind the same call, in one run: seconds, their ratio, and whether the rows agree.

    python bench/analysis.py [--things 3000] [--links 15000]

Read the ratios, not the seconds. NetworKit runs with one thread where the order of a sum would show (betweenness,
PageRank, communities), so the ratios do not come from more cores.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import Any

import networkx as nx
from multilateral.graph.analysis import Result, run
from multilateral.graph.network import to_networkx
from multilateral.ontology.model import ID, Entity, Link, Name

CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("centrality", {"measure": "betweenness"}),
    ("centrality", {"measure": "betweenness", "samples": 100}),
    ("centrality", {"measure": "closeness"}),
    ("centrality", {"measure": "harmonic"}),
    ("centrality", {"measure": "pagerank"}),
    ("communities", {"method": "louvain"}),
    ("communities", {"method": "label"}),
)
ALONE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("brokers", {}),
    ("core", {}),
    ("components", {}),
    ("similarity", {}),
    ("centrality", {"measure": "eigenvector"}),
    ("centrality", {"measure": "hits"}),
)


def made(things: int, links: int) -> nx.MultiDiGraph[str]:
    """Return a network with hubs: half of the ends are drawn from those drawn before, so that degrees are unequal."""
    rng = random.Random(1)
    iris = [f"{ID}organization/{i:07}" for i in range(things)]
    entities = [Entity(iri, rng.choice(("NGO", "UNBody", "Country")), (Name(iri[-7:], "en"),)) for iri in iris]
    ends = [rng.choice(iris)]
    drawn = []
    for number in range(links):
        pair = [rng.choice(ends) if rng.random() < 0.5 else rng.choice(iris) for _ in range(2)]
        ends += pair
        drawn.append((Link(f"{ID}link/bench/{number}", pair[0], "funds", pair[1]), "bench"))
    return to_networkx(entities, drawn)


def timed(name: str, graph: nx.MultiDiGraph[str], **options: Any) -> tuple[float, Result]:
    start = time.perf_counter()
    result = run(name, graph, **options)
    return time.perf_counter() - start, result


def agreement(one: Result, two: Result) -> str:
    """Say how far two results are the same: by value for a centrality, by modularity for communities."""
    if one.name == "communities":
        return f"modularity {one.summary['modularity']:.3f} and {two.summary['modularity']:.3f}"
    if any("Estimated" in note for note in one.notes):
        best = [{row["entity"]["iri"] for row in result.rows[:50]} for result in (one, two)]
        return f"{len(best[0] & best[1])} of the first 50 the same (both are estimates)"
    other = {row["entity"]["iri"]: row["value"] for row in two.rows}
    worst = max(abs(row["value"] - other[row["entity"]["iri"]]) / (abs(row["value"]) or 1) for row in one.rows)
    return f"largest relative difference {worst:.1e}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=3_000)
    parser.add_argument("--links", type=int, default=15_000)
    wanted = parser.parse_args()
    graph = made(wanted.things, wanted.links)
    print(f"{graph.number_of_nodes():,} things, {graph.number_of_edges():,} links")
    print(f"{'':44}{'networkx':>10}{'networkit':>11}{'ratio':>8}")
    for name, options in CASES:
        label = " ".join([name, *map(str, options.values())])
        slow, one = timed(name, graph, engine="networkx", **options)
        fast, two = timed(name, graph, engine="networkit", **options)
        print(f"{label:44}{slow:9.2f}s{fast:10.2f}s{slow / fast:7.1f}x  {agreement(one, two)}")
    for name, options in ALONE:
        label = " ".join([name, *map(str, options.values())])
        print(f"{label:44}{timed(name, graph, **options)[0]:9.2f}s")


if __name__ == "__main__":
    main()
