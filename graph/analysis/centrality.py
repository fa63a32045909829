"""Centralities: which things are well placed in the network, by ten measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from ...ontology.errors import BadParameter
from . import fast
from .fast import Engine
from .model import (
    ENGINE,
    ENTITY,
    LIMIT,
    PROPOSED,
    RANK,
    SEED,
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
    tidy,
)
from .power import Arrays, Lists, eigenvector, hits, pagerank
from .views import View, Weight, view

if TYPE_CHECKING:
    from ..network import Network

Measure: TypeAlias = Literal[
    "degree", "in-degree", "out-degree", "strength", "betweenness",
    "closeness", "harmonic", "eigenvector", "pagerank", "hits",
]  # fmt: skip

DEFINITIONS: dict[Measure, str] = {
    "degree": "Number of distinct things it is tied to, whatever the direction; normalized by n - 1.",
    "in-degree": "Number of distinct things with a link to it; normalized by n - 1.",
    "out-degree": "Number of distinct things it has a link to; normalized by n - 1.",
    "strength": "Number of its links, parallel ones counted each (or the sum of their amounts).",
    "betweenness": "Sum over the pairs of other things of the share of their shortest paths that run through it, on "
    "the simple undirected graph; normalized by the number of pairs, (n - 1)(n - 2)/2.",
    "closeness": "Reciprocal of the mean distance to the things it reaches, times the share (r - 1)/(n - 1) of things "
    "reached, on the simple undirected graph (Wasserman and Faust's form for networks in several pieces).",
    "harmonic": "Sum of the reciprocal distances to all other things, 0 for one out of reach, on the simple "
    "undirected graph; normalized by n - 1.",
    "eigenvector": "Its part in the leading eigenvector of the undirected graph, ties weighted, of length 1. In a "
    "network in several pieces only the piece with the greatest eigenvalue has values above 0.",
    "pagerank": "Share of time that a walk along the links spends at it, which jumps to any thing with probability "
    "1 - damping, and always from a thing without outgoing links; directed, weighted. The values sum to 1.",
    "hits": "Authority: sum of the hub values of those with a link to it, where hub is the sum of the authorities it "
    "links to; directed, weighted. Each sums to 1.",
}
WEIGHTED: frozenset[Measure] = frozenset({"strength", "eigenvector", "pagerank", "hits"})
UNITS: dict[Measure, str] = {
    "degree": "things", "in-degree": "things", "out-degree": "things", "strength": "links", "betweenness": "pairs",
}  # fmt: skip


def centrality(
    graph: Network,
    *,
    measure: Measure = "degree",
    weight: Weight = "links",
    damping: float = 0.85,
    samples: int = 0,
    seed: int = 1,
    engine: Engine = "auto",
    include_proposed: bool = False,
    limit: int = 0,
) -> Result:
    """Return the things by a measure of centrality, the most central first.

    ``samples`` other than 0 estimates betweenness from so many sources, for graphs on which the exact one would take
    hours; the engines then sample differently. Raises BadParameter for a weight that the measure does not use, and
    NotConverged if an iteration does not settle.
    """
    if weight == "amount_usd" and measure not in WEIGHTED:
        able = ", ".join(sorted(WEIGHTED))
        raise BadParameter(f"weight: {measure} does not use amounts; take one of {able}, or weight=links.")
    if samples and measure != "betweenness":
        raise BadParameter(f"samples: {measure} is computed exactly; leave samples out, or take measure=betweenness.")
    if not 0 <= damping < 1:
        raise BadParameter(f"damping: {damping:g} is out of range; it is a probability from 0 to below 1.")
    simple = view(graph, include_proposed=include_proposed, weight=weight)
    used = "python"
    if measure in ("betweenness", "closeness", "harmonic", "pagerank"):
        used = fast.choose(engine, len(simple), "iteration" if measure == "pagerank" else "distances")
        used = "python" if used == "networkx" and measure == "pagerank" else used
    elif measure in ("eigenvector", "hits") and engine == "auto":
        used = fast.numpy(len(simple))
    if engine == "networkit" and used != "networkit":
        raise BadParameter(f"engine: {measure} is not computed by NetworKit; leave engine out.")
    hubs: list[float] | None = None
    if measure == "hits":
        hubs, values = hits(simple, _algebra(used))
    else:
        values = _values(simple, measure, damping, samples, seed, used)
    scale = _scale(measure, len(simple))
    order = sorted(range(len(simple)), key=lambda i: (-tidy(values[i]), i))
    places = ranks([tidy(values[i]) for i in order])
    rows: list[Row] = []
    for place, i in zip(places, order, strict=True):
        row: Row = {"rank": place, "entity": thing(graph, simple.iris[i]), "value": tidy(values[i])}
        if scale is not None:
            row["normalized"] = tidy(values[i] / scale) if scale else 0.0
        if hubs is not None:
            row["hub"] = tidy(hubs[i])
        rows.append(row)
    unit = "USD" if weight == "amount_usd" and measure == "strength" else UNITS.get(measure, "")
    columns = [RANK, ENTITY, Column("value", DEFINITIONS[measure], unit=unit)]
    columns += [_NORMALIZED] if scale is not None else []
    columns += [_HUB] if hubs is not None else []
    estimated = (f"Estimated from {samples} sampled sources (seed {seed}).",) if samples else ()
    summary: dict[str, float | int | str] = {"measure": measure, "things": len(simple), "ties": simple.size}
    said = notes(simple.notes, estimated, shortened(len(rows), limit))
    return Result("centrality", tuple(columns), cut(rows, limit), summary, said, used)


def _values(simple: View, measure: Measure, damping: float, samples: int, seed: int, engine: str) -> list[float]:
    """Return the value of each node, by its number."""
    n, faster = len(simple), engine == "networkit"
    if measure == "degree":
        return [float(len(near)) for near in simple.ties]
    if measure == "out-degree":
        return [float(len(near)) for near in simple.out]
    if measure == "in-degree":
        return [float(len(near)) for near in simple.into()]
    if measure == "strength":
        return [sum(near.values()) for near in simple.ties]
    if measure == "eigenvector":
        return eigenvector(simple, _algebra(engine))
    if measure == "pagerank":
        return fast.pagerank(simple, damping, 1e-12) if faster else pagerank(simple, damping)
    import networkx as nx

    if measure == "closeness":
        return fast.closeness(simple) if faster else _listed(nx.closeness_centrality(simple.graph()), n)
    if measure == "harmonic":
        return fast.harmonic(simple) if faster else _listed(nx.harmonic_centrality(simple.graph()), n)
    if n < 3:  # there is no pair of others
        return [0.0] * n
    if faster:
        shares = fast.betweenness(simple, samples, seed)
    else:
        # An exact computation is asked for where there are no more nodes than samples.
        k = samples if 0 < samples < n else None
        shares = _listed(nx.betweenness_centrality(simple.graph(), k=k, seed=seed), n)
    return [share * (n - 1) * (n - 2) / 2 for share in shares]


def _algebra(engine: str) -> Lists:
    return Arrays() if engine == "numpy" else Lists()


def _listed(values: Mapping[int, float], n: int) -> list[float]:
    return [float(values[i]) for i in range(n)]


def _scale(measure: Measure, n: int) -> int | float | None:
    """Return the greatest value that the measure can have among n things, None where none is customary."""
    if measure in ("degree", "in-degree", "out-degree", "harmonic"):
        return max(n - 1, 0)
    return max((n - 1) * (n - 2) / 2, 0) if measure == "betweenness" else None


_NORMALIZED = Column("normalized", "The value as a share of the greatest that a network of this size allows.")
_HUB = Column("hub", "Hub value: how far it links to things with a high authority; measure hits only.")

ANALYSIS = Analysis(
    name="centrality",
    title="Which things are central?",
    description="Ranks the things of the network by a measure of how well they are placed in it.",
    definition="\n".join(f"{name}: {text}" for name, text in DEFINITIONS.items()),
    references=(
        "Freeman, Centrality in social networks: conceptual clarification, Social Networks 1 (1978/79), 215-239 "
        "(degree, betweenness, closeness)",
        "Brandes, A faster algorithm for betweenness centrality, Journal of Mathematical Sociology 25 (2001), 163-177",
        "Geisberger, Sanders and Schultes, Better approximation of betweenness centrality, ALENEX (2008) "
        "(samples, NetworKit); Brandes and Pich, Centrality estimation in large networks, International Journal of "
        "Bifurcation and Chaos 17 (2007), 2303-2318 (samples, NetworkX)",
        "Wasserman and Faust, Social Network Analysis, Cambridge University Press (1994), p. 201 (closeness)",
        "Boldi and Vigna, Axioms for centrality, Internet Mathematics 10 (2014), 222-262 (harmonic)",
        "Barrat et al., The architecture of complex weighted networks, PNAS 101 (2004), 3747-3752 (strength)",
        "Bonacich, Factoring and weighting approaches to status scores and clique identification, Journal of "
        "Mathematical Sociology 2 (1972), 113-120 (eigenvector)",
        "Brin and Page, The anatomy of a large-scale hypertextual Web search engine, Computer Networks 30 (1998), "
        "107-117 (PageRank)",
        "Kleinberg, Authoritative sources in a hyperlinked environment, Journal of the ACM 46 (1999), 604-632 (HITS)",
    ),
    parameters=(
        Parameter("measure", "choice", "the measure", default="degree", choices=tuple(DEFINITIONS)),
        Parameter(
            "weight",
            "choice",
            "what weighs a tie, for " + ", ".join(sorted(WEIGHTED)) + ": its number of links, the sum of their amounts "
            "in USD, or nothing",
            default="links",
            choices=("links", "amount_usd", "none"),
        ),
        Parameter("damping", "float", "PageRank: the probability of following a link", default=0.85, minimum=0),
        Parameter("samples", "int", "betweenness: estimate from so many sources; 0 is exact", default=0, minimum=0),
        SEED,
        ENGINE,
        PROPOSED,
        LIMIT,
    ),
    columns=(RANK, ENTITY, Column("value", "The measure."), _NORMALIZED, _HUB),
    compute=centrality,
)
