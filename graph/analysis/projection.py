"""Bipartite projection: who is joined by taking part in the same things."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING

from ...ontology.errors import BadParameter
from ...ontology.vocabulary import vocabulary
from .model import (
    LIMIT,
    PROPOSED,
    RANK,
    Analysis,
    Column,
    Parameter,
    Result,
    Row,
    notes,
    ranks,
    shortened,
    thing,
    tidy,
)
from .views import links, proposals

if TYPE_CHECKING:
    import networkx as nx

    from ..network import Network

NAMED = {
    "at_event": "Event",
    "in_programme": "Programme",
    "through_fund": "Fund",
    "under_agreement": "Agreement",
    "via_document": "Document",
    "in_place": "Place",
    "on_topic": "Topic",
}
"""Qualifiers by which a link names a third thing, in which both its ends take part, and the class of that thing."""


def projection(
    graph: Network,
    *,
    of: str = "Organization",
    through: str = "Event",
    minimum: int = 1,
    evidence: bool = False,
    include_proposed: bool = False,
    limit: int = 1000,
) -> Result:
    """Return the pairs of things of a class by the number of things of another class that they share.

    ``evidence`` takes the documents in which links are written as shared things as well. ``minimum`` is the least
    number shared. Raises BadParameter for a class that the ontology does not have, and for ``evidence`` of another
    class than Document.
    """
    for option, name in (("of", of), ("through", through)):
        _check(option, name)
    if evidence and not vocabulary().is_a("Document", through):
        raise BadParameter(
            f"evidence: only documents are evidence, not things of class {through}; take through=Document."
        )
    shared = _shared(graph, of, through, evidence, include_proposed)
    members: dict[str, list[str]] = {}
    for one, joined in shared.items():
        for third in joined:
            members.setdefault(third, []).append(one)
    counts: Counter[tuple[str, str]] = Counter()
    weights: dict[tuple[str, str], float] = {}
    for third in sorted(members):
        for pair in combinations(sorted(members[third]), 2):
            counts[pair] += 1
            weights[pair] = weights.get(pair, 0.0) + 1 / (len(members[third]) - 1)
    pairs = sorted((p for p in counts if counts[p] >= minimum), key=lambda p: (-counts[p], -tidy(weights[p]), p))
    rows: list[Row] = []
    # Only the rows that are shown get their lists: those of all pairs together may not fit into memory.
    for place, (a, b) in zip(ranks([counts[p] for p in pairs]), _first(pairs, limit), strict=False):
        common = sorted(shared[a].keys() & shared[b].keys())
        rows.append(
            {
                "rank": place,
                "a": thing(graph, a),
                "b": thing(graph, b),
                "count": counts[a, b],
                "weight": tidy(weights[a, b]),
                "shared": [thing(graph, third) for third in common],
                "links": sorted({iri for third in common for iri in shared[a][third] | shared[b][third]}),
            }
        )
    absent = tuple(
        f"There is nothing of class {name} in the selected network."
        for name in (of, through)
        if not any(_is(graph, iri, name) for iri in graph)
    )
    summary: dict[str, float | int | str] = {"of": of, "through": through, "things": len(shared), "pairs": len(pairs)}
    said = notes(proposals(graph, include_proposed), absent, shortened(len(pairs), limit))
    return Result("projection", _COLUMNS, rows, summary, said)


def project(
    graph: Network,
    *,
    of: str = "Organization",
    through: str = "Event",
    evidence: bool = False,
    include_proposed: bool = False,
) -> nx.Graph[str]:
    """Return the projection as a ``networkx.Graph``, for other analyses.

    Every thing of class ``of`` is a node, with its attributes; an edge has ``count``, ``weight``, ``shared`` (IRIs)
    and ``links`` (IRIs).
    """
    import networkx as nx

    found = projection(graph, of=of, through=through, evidence=evidence, include_proposed=include_proposed, limit=0)
    made: nx.Graph[str] = nx.Graph()
    made.add_nodes_from((iri, graph.nodes[iri]) for iri in sorted(graph) if _is(graph, iri, of))
    for row in found.rows:
        made.add_edge(
            row["a"]["iri"],
            row["b"]["iri"],
            count=row["count"],
            weight=row["weight"],
            shared=[third["iri"] for third in row["shared"]],
            links=row["links"],
        )
    return made


def _shared(
    graph: Network, of: str, through: str, evidence: bool, include_proposed: bool
) -> dict[str, dict[str, set[str]]]:
    """Return, for each thing of class ``of``, what it takes part in, with the IRIs of the links that say so."""
    ones = {iri for iri in graph if _is(graph, iri, of)}
    thirds = {iri for iri in graph if _is(graph, iri, through)}
    out: dict[str, dict[str, set[str]]] = {}
    for source, target, data in links(graph, include_proposed):
        # A qualifier may name a thing that the selection left out of the network; its class is then the qualifier's.
        joined = [
            data[q]
            for q, name in NAMED.items()
            if q in data and (data[q] in thirds if data[q] in graph else vocabulary().is_a(name, through))
        ]
        if evidence:
            joined += data.get("documents", ())
        for one, other in ((source, target), (target, source)):
            if one in ones:
                for third in [*joined, *([other] if other in thirds else [])]:
                    if third != one:
                        out.setdefault(one, {}).setdefault(third, set()).add(data["iri"])
    return out


def _is(graph: Network, iri: str, name: str) -> bool:
    node = graph.nodes[iri]
    return name == node.get("type") or name in node.get("types", ())


def _check(option: str, name: str) -> None:
    known = vocabulary().classes
    if name not in known:
        near = get_close_matches(name, list(known), n=1)
        advice = f"did you mean {near[0]!r}" if near else "there are " + ", ".join(vocabulary().entity_classes())
        raise BadParameter(f"{option}: there is no class {name!r}; {advice}.")


def _first(pairs: list[tuple[str, str]], limit: int) -> list[tuple[str, str]]:
    return pairs[:limit] if limit else pairs


_COLUMNS = (
    RANK,
    Column("a", "The one thing.", kind="thing"),
    Column("b", "The other thing.", kind="thing"),
    Column("count", "How many things they share.", unit="things"),
    Column("weight", "Each shared thing counted as 1/(number of those that share it - 1)."),
    Column("shared", "The things that they share.", kind="things"),
    Column("links", "The IRIs of the links by which either takes part in them.", kind="list"),
)

ANALYSIS = Analysis(
    name="projection",
    title="Who is joined by sharing events, programmes or documents?",
    description="Joins things of one class that take part in the same things of another class.",
    definition=(
        "A thing takes part in another if a link of any relation and direction joins them, or if a link of which it "
        "is an end names the other as event, programme, fund, agreement, document or place; with evidence, also in "
        "each document in which one of its links is written. Two things are joined by the number of things in which "
        "both take part, each counted once however many links there are. The weight counts a thing that k share as "
        "1/(k - 1), so that a conference of all does not outweigh a committee of two. Classes include their "
        "subclasses."
    ),
    references=(
        "Breiger, The duality of persons and groups, Social Forces 53 (1974), 181-190",
        "Newman, Scientific collaboration networks. II. Shortest paths, weighted networks, and centrality, Physical "
        "Review E 64 (2001), 016132 (the weight)",
    ),
    parameters=(
        Parameter("of", "text", "the class of the things to join", default="Organization"),
        Parameter("through", "text", "the class of what they share: Event, Programme, Document ...", default="Event"),
        Parameter("minimum", "int", "the least number of shared things", default=1, minimum=1),
        Parameter("evidence", "bool", "count the documents in which links are written as shared", default=False),
        PROPOSED,
        Parameter(LIMIT.name, "int", "rows to return at most; 0 returns all", default=1000, minimum=0),
    ),
    columns=_COLUMNS,
    compute=projection,
)
