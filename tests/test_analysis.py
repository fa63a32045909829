"""Analyses: known values from the literature and by hand, the same twice, and the same by either engine."""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from itertools import combinations, pairwise, permutations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multilateral.graph.analysis import LARGE, BadParameter, NotConverged, Result, UnknownAnalysis, analyses, power, run
from multilateral.graph.analysis.brokers import constraints
from multilateral.graph.analysis.projection import project
from multilateral.graph.analysis.views import view
from multilateral.graph.network import to_networkx
from multilateral.ontology.model import ID, Entity, Evidence, Link, Name, Reference

Edge = tuple[str, str] | tuple[str, str, dict[str, Any]]


def iri(name: str) -> str:
    return f"{ID}organization/{name}"


def network(edges: list[Edge], types: dict[str, str] | None = None, alone: str = "") -> nx.MultiDiGraph[str]:
    """A network of links given by the ends' short names; relation ``funds`` where none is given."""
    names = dict.fromkeys([*(end for edge in edges for end in edge[:2]), *alone])
    entities = [Entity(iri(n), (types or {}).get(n, "UNBody"), (Name(n.upper(), "en"),)) for n in names]
    links = []
    for number, edge in enumerate(edges):
        fields: dict[str, Any] = {"relation": "funds"} | (edge[2] if len(edge) > 2 else {})
        evidence = (Evidence(f"{ID}document/d{number % 3}", f"{number}"),)
        ends = {"source_iri": iri(edge[0]), "target_iri": iri(edge[1])}
        links.append((Link(iri=f"{ID}link/s/{number:05}", evidence=evidence, **ends, **fields), "s"))
    return to_networkx(entities, links)


def karate(**fields: Any) -> nx.MultiDiGraph[str]:
    """Zachary's karate club, 34 members, 78 ties, as symmetric links; member 1 of the paper is ``00``."""
    tie = {"relation": "cooperatesWith"} | fields
    return network([(f"{a:02}", f"{b:02}", tie) for a, b in nx.karate_club_graph().edges])


def scattered(nodes: int, links: int, seed: int) -> nx.MultiDiGraph[str]:
    """A random network with parallel links, loops, several pieces and things without links."""
    rng = random.Random(seed)
    names = [f"{i:05}" for i in range(nodes)]
    hubs = names[: max(nodes // 20, 1)]
    edges: list[Edge] = [(rng.choice(names), rng.choice(hubs if rng.random() < 0.3 else names)) for _ in range(links)]
    made = network(edges)
    for name in names:
        if iri(name) not in made:
            made.add_node(iri(name), name=name, type="NGO", types=["NGO"])
    return made


def column(result: Result, name: str, key: str = "entity") -> dict[str, Any]:
    """One column by the short name of the thing."""
    return {row[key]["iri"].rsplit("/", 1)[-1]: row[name] for row in result.rows}


def values(graph: nx.MultiDiGraph[str], measure: str, **options: Any) -> dict[str, float]:
    return column(run("centrality", graph, measure=measure, **options), "value")


def ids(things: list[dict[str, str]]) -> list[str]:
    return [thing["iri"].rsplit("/", 1)[-1] for thing in things]


# ---- the network


def test_a_node_is_a_thing_and_an_edge_a_link() -> None:
    who = Entity(
        iri("woah"),
        "IntergovernmentalOrganization",
        (
            Name("World Organisation for Animal Health", "en"),
            Name("Organisation mondiale", "fr"),
            Name("WOAH", "en", "acronym"),
        ),
        identifier="woah-1",
    )
    evidence = (Evidence(f"{ID}document/d", "5(d)", quote="…"), Evidence(f"{ID}document/e", "6", certainty="implied"))
    one = Link(
        f"{ID}link/s/1", who.iri, "cooperatesWith", iri("x"), evidence, valid_from="2012", amount=Decimal("10.50"),
        currency="EUR", discussed_in=(Reference(f"{ID}document/f"),),
    )  # fmt: skip
    other = Link(f"{ID}link/s/2", who.iri, "funds", iri("x"))
    graph = to_networkx([who], [(one, "s"), (other, "s")], lang="fr")
    node = graph.nodes[who.iri]
    assert (node["name"], node["name_fr"], node["acronyms"]) == (
        "Organisation mondiale",
        "Organisation mondiale",
        ["WOAH"],
    )
    assert node["name_en"] == "World Organisation for Animal Health"
    assert node["types"][:2] == ["IntergovernmentalOrganization", "Organization"]
    assert graph.nodes[iri("x")]["type"] == ""  # named by a link, described by nobody
    assert graph.number_of_edges() == 2
    edge = graph.edges[who.iri, iri("x"), one.iri]
    assert (edge["relation"], edge["source_id"], edge["weight"], edge["symmetric"]) == (
        "cooperatesWith",
        "s",
        1.0,
        True,
    )
    assert (edge["valid_from"], edge["amount"], edge["currency"]) == ("2012", 10.5, "EUR")
    assert edge["documents"] == [f"{ID}document/d", f"{ID}document/e"]
    assert (edge["locators"], edge["quotes"], edge["certainties"]) == (
        ["5(d)", "6"],
        ["…", ""],
        ["explicit", "implied"],
    )
    assert "valid_to" not in edge and "source" not in edge
    assert graph.edges[who.iri, iri("x"), other.iri]["symmetric"] is False
    for _, data in [*graph.nodes(data=True), *((0, d) for *_, d in graph.edges(data=True))]:
        for value in data.values():
            assert isinstance(value, str | int | float | bool) or all(isinstance(item, str) for item in value)
    back = nx.node_link_graph(nx.node_link_data(graph, edges="edges"), edges="edges")
    assert back.edges[who.iri, iri("x"), one.iri]["source_id"] == "s"  # no name collides with what files of graphs use


def test_two_descriptions_of_one_thing_are_united() -> None:
    first = Entity(iri("a"), "NGO", (Name("A", "en"), Name("AA", "en", "acronym")))
    second = Entity(iri("a"), "NGO", (Name("B", "en"), Name("BB", "en", "acronym")), homepage="https://example.org")
    node = to_networkx([first, second], []).nodes[iri("a")]
    assert (node["name"], node["acronyms"], node["homepage"]) == ("A", ["AA", "BB"], "https://example.org")


# ---- centrality


def test_karate_club_has_the_published_centralities() -> None:
    club = karate()
    betweenness = run("centrality", club, measure="betweenness")
    assert column(betweenness, "value")["00"] == pytest.approx(231.0714286, abs=1e-6)
    assert column(betweenness, "normalized")["00"] == pytest.approx(0.4376352813, abs=1e-9)
    assert column(betweenness, "normalized")["33"] == pytest.approx(0.3040749759, abs=1e-9)
    assert betweenness.rows[0]["entity"] == {
        "id": "organization/00", "iri": iri("00"), "name": "00", "type": "UNBody",
    }  # fmt: skip
    degree = values(club, "degree")
    assert (degree["33"], degree["00"], degree["32"], degree["11"]) == (17, 16, 12, 1)
    assert values(club, "closeness")["00"] == pytest.approx(0.5689655172, abs=1e-9)
    assert values(club, "eigenvector")["33"] == pytest.approx(0.3733625, abs=1e-6)
    assert values(club, "pagerank")["33"] == pytest.approx(0.1009192, abs=1e-6)
    assert values(club, "hits")["33"] == pytest.approx(0.07500294, abs=1e-6)


def test_star_by_hand() -> None:
    star = network([("hub", leaf) for leaf in "abcd"])
    assert values(star, "betweenness") == {"hub": 6, "a": 0, "b": 0, "c": 0, "d": 0}  # all 6 pairs of leaves
    assert column(run("centrality", star, measure="betweenness"), "normalized")["hub"] == 1
    assert values(star, "closeness")["a"] == pytest.approx(4 / 7)  # distances 1, 2, 2, 2
    assert values(star, "harmonic") == {"hub": 4, "a": 2.5, "b": 2.5, "c": 2.5, "d": 2.5}
    assert (values(star, "out-degree")["hub"], values(star, "in-degree")["hub"]) == (4, 0)
    assert values(star, "eigenvector")["hub"] == pytest.approx(math.sqrt(0.5))
    hits = run("centrality", star, measure="hits")
    assert (column(hits, "value")["a"], column(hits, "hub")["hub"]) == (0.25, 1)


def test_parallel_links_are_one_tie_and_weigh_their_number() -> None:
    graph = network([("a", "b"), ("a", "b"), ("b", "a"), ("a", "c"), ("a", "a")])
    assert values(graph, "degree") == {"a": 2, "b": 1, "c": 1}
    assert values(graph, "strength") == {"a": 4, "b": 3, "c": 1}  # the loop is none
    assert values(graph, "betweenness")["a"] == 1
    assert values(graph, "pagerank")["b"] > values(graph, "pagerank")["c"]
    equal = values(graph, "pagerank", weight="none")
    assert values(graph, "eigenvector")["b"] > values(graph, "eigenvector")["c"]
    assert equal["b"] == pytest.approx(equal["c"])
    assert "1 link from a thing to itself left out." in run("centrality", graph).notes


def test_amounts_weigh_only_in_one_currency() -> None:
    graph = network(
        [
            ("a", "b", {"amount_usd": Decimal("10"), "amount": Decimal("9"), "currency": "EUR"}),
            ("a", "b", {"amount_usd": Decimal("5")}),
            ("a", "c", {"amount": Decimal("1000"), "currency": "JPY"}),
        ]
    )
    result = run("centrality", graph, measure="strength", weight="amount_usd")
    assert column(result, "value") == {"a": 15, "b": 15, "c": 0}
    assert result.columns[2].unit == "USD"
    assert "1 link without an amount in USD above 0 left out." in result.notes
    with pytest.raises(BadParameter, match="betweenness does not use amounts"):
        run("centrality", graph, measure="betweenness", weight="amount_usd")


def test_a_symmetric_relation_counts_both_ways() -> None:
    graph = network([("a", "b", {"relation": "cooperatesWith"}), ("b", "c")])
    assert values(graph, "in-degree") == {"a": 1, "b": 1, "c": 1}
    assert values(graph, "out-degree") == {"a": 1, "b": 2, "c": 0}
    assert values(graph, "strength") == {"a": 1, "b": 2, "c": 1}


def test_a_proposal_is_no_fact() -> None:
    graph = network([("a", "b", {"status": "proposed"}), ("b", "c", {"status": "planned"})])
    result = run("centrality", graph)
    assert column(result, "value") == {"a": 0, "b": 1, "c": 1}
    assert "1 proposed link left out; include_proposed counts them." in result.notes
    assert values(graph, "degree", include_proposed="yes") == {"a": 1, "b": 2, "c": 1}


def test_order_is_by_value_then_iri_and_ties_share_a_rank() -> None:
    result = run("centrality", network([("c", "b"), ("a", "b"), ("d", "e")], alone="z"))
    assert [(row["rank"], row["entity"]["name"]) for row in result.rows] == [
        (1, "B"), (2, "A"), (2, "C"), (2, "D"), (2, "E"), (6, "Z"),
    ]  # fmt: skip
    short = run("centrality", network([("c", "b"), ("a", "b")]), limit="1")
    assert len(short.rows) == 1 and short.notes == ("The first 1 of 3 rows; limit=0 gives all.",)


@pytest.mark.parametrize("seed", range(3))
def test_power_iterations_agree_with_networkx(seed: int) -> None:
    graph = scattered(80, 400, seed)
    simple = view(graph)
    directed, undirected = simple.digraph(), simple.graph()
    expected = {
        "pagerank": nx.pagerank(directed, tol=1e-14, max_iter=10_000),
        "hits": nx.hits(directed)[1],
        "eigenvector": nx.eigenvector_centrality(undirected, weight="weight", tol=1e-14, max_iter=10_000),
    }
    for measure, wanted in expected.items():
        found = values(graph, measure)
        for i, name in enumerate(simple.iris):
            assert found[name.rsplit("/", 1)[-1]] == pytest.approx(wanted[i], abs=1e-8), measure


def test_what_does_not_settle_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(power, "STEPS", 3)
    with pytest.raises(NotConverged, match="PageRank did not settle in 3 steps"):
        run("centrality", karate(), measure="pagerank", engine="networkx")


# ---- engines


@pytest.mark.parametrize("measure", ["betweenness", "closeness", "harmonic", "pagerank"])
def test_both_engines_give_the_same(measure: str) -> None:
    graph = scattered(500, 1500, 7)
    one = run("centrality", graph, measure=measure, engine="networkx")
    two = run("centrality", graph, measure=measure, engine="networkit")
    assert (one.engine, two.engine) == ("python" if measure == "pagerank" else "networkx", "networkit")
    first, second = column(one, "value"), column(two, "value")
    assert len(first) == 500 and len(set(first.values())) > 100  # there is something to compare
    for name, value in first.items():
        assert second[name] == pytest.approx(value, rel=1e-7, abs=1e-10)
    if measure != "pagerank":  # settled to a tolerance, so that ties may fall either way
        assert one.rows == two.rows


def test_auto_takes_the_faster_library_for_large_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = karate()
    assert run("centrality", graph, measure="betweenness").engine == "networkx"
    monkeypatch.setitem(LARGE, "distances", 30)
    large = run("centrality", graph, measure="betweenness")
    assert large.engine == "networkit"
    assert large.rows == run("centrality", graph, measure="betweenness", engine="networkx").rows
    monkeypatch.setattr("multilateral.graph.analysis.fast.find_spec", lambda name: None)
    assert run("centrality", graph, measure="betweenness").engine == "networkx"
    with pytest.raises(BadParameter, match=r'pip install "multilateral\[fast\]"'):
        run("centrality", graph, measure="betweenness", engine="networkit")
    with pytest.raises(BadParameter, match="degree is not computed by NetworKit"):
        run("centrality", graph, engine="networkit")


@pytest.mark.parametrize("measure", ["eigenvector", "hits"])
def test_iterations_give_the_same_with_arrays(measure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = scattered(500, 1500, 7)
    plain = run("centrality", graph, measure=measure)
    monkeypatch.setitem(LARGE, "iteration", 400)
    arrays = run("centrality", graph, measure=measure)
    assert (plain.engine, arrays.engine) == ("python", "numpy")
    first, second = column(plain, "value"), column(arrays, "value")
    assert sum(value > 1e-6 for value in first.values()) > 100
    assert second == pytest.approx(first, abs=1e-10)
    assert arrays.rows == run("centrality", graph, measure=measure).rows


@pytest.mark.parametrize("engine", ["networkx", "networkit"])
def test_sampled_betweenness_is_near_and_the_same_twice(engine: str) -> None:
    graph = scattered(300, 1500, 3)
    exact = values(graph, "betweenness")
    options = {"measure": "betweenness", "samples": 150, "engine": engine}
    once, again = run("centrality", graph, **options), run("centrality", graph, **options)
    assert once.rows == again.rows
    assert any("Estimated from 150 sampled sources" in note for note in once.notes)
    estimated = column(once, "value")
    assert sum(estimated.values()) == pytest.approx(sum(exact.values()), rel=0.2)
    best = sorted(exact, key=lambda n: -exact[n])[:5]
    assert set(best) <= set(sorted(estimated, key=lambda n: -estimated[n])[:15])
    assert run("centrality", graph, **options | {"seed": 9}).rows != once.rows


# ---- brokers


def test_constraint_by_hand_and_in_the_karate_club() -> None:
    star = run("brokers", network([("hub", leaf) for leaf in "abcd"], alone="z"))
    constraint = column(star, "constraint")
    assert constraint["hub"] == 0.25  # four contacts, none joined: 4 * (1/4)^2
    assert (constraint["a"], constraint["z"]) == (1, None)
    assert column(star, "effective_size")["hub"] == 4
    assert column(star, "articulation") == {"hub": True, "a": False, "b": False, "c": False, "d": False, "z": False}
    assert [row["entity"]["name"] for row in star.rows][::5] == ["HUB", "Z"]  # least constraint first, undefined last
    triangle = run("brokers", network([("a", "b"), ("b", "c"), ("c", "a")]))
    # each of two contacts: (1/2 + 1/2 * 1/2)^2 = 9/16
    assert set(column(triangle, "constraint").values()) == {1.125}
    assert set(column(triangle, "effective_size").values()) == {1}
    assert set(column(triangle, "efficiency").values()) == {0.5}
    club = run("brokers", karate())
    assert column(club, "constraint")["00"] == pytest.approx(0.1555, abs=1e-4)
    assert [name for name, cut in column(club, "articulation").items() if cut] == ["00"]


def test_constraint_may_weigh_ties_by_their_links() -> None:
    graph = network([("a", "b"), ("a", "b"), ("a", "b"), ("a", "c")])
    assert column(run("brokers", graph), "constraint")["a"] == 0.5
    assert column(run("brokers", graph, weight="links"), "constraint")["a"] == 0.625  # (3/4)^2 + (1/4)^2


def test_brokerage_roles_by_hand() -> None:
    types = {"a": "NGO", "b": "NGO", "c": "NGO", "p": "Country", "q": "Country", "e": "Event"}
    edges: list[Edge] = [("a", "b"), ("p", "b"), ("b", "c"), ("b", "q"), ("b", "e")]
    roles = run("brokers", network(edges, types)).rows
    b = next(row for row in roles if row["entity"]["name"] == "B")
    # a>b>c; p>b>c; a>b>q, a>b>e; p>b>q; p>b>e
    assert {k: b[k] for k in ("coordinator", "gatekeeper", "representative", "itinerant", "liaison")} == {
        "coordinator": 1, "gatekeeper": 1, "representative": 2, "itinerant": 1, "liaison": 1,
    }  # fmt: skip
    assert b["brokerage"] == 6
    closed = run("brokers", network([*edges, ("a", "c"), ("p", "e")], types), order="brokerage").rows[0]
    assert (closed["coordinator"], closed["liaison"], closed["brokerage"]) == (0, 0, 4)  # a direct link needs no broker
    mutual = run("brokers", network([("a", "b"), ("b", "a")], types)).rows
    assert [row["brokerage"] for row in mutual] == [0, 0]  # nobody brokers to himself


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=30))
def test_brokers_agree_with_the_definition(edges: list[tuple[str, str]]) -> None:
    types = dict(zip("abcdefg", ["NGO", "NGO", "NGO", "Country", "Country", "Event", "Fund"], strict=True))
    graph = network(list(edges), types)
    simple = view(graph, weight="none")
    expected = nx.constraint(simple.graph(), nodes=range(len(simple)))
    sizes = nx.effective_size(simple.graph(), nodes=range(len(simple)))
    result = run("brokers", graph)
    for i, value in enumerate(constraints(simple)):
        name = simple.iris[i].rsplit("/", 1)[-1]
        if value is None:
            assert math.isnan(expected[i])
        else:
            assert value == pytest.approx(expected[i])
            assert column(result, "effective_size")[name] == pytest.approx(sizes[i])
    directed = {(a, b) for a, b in edges if a != b}
    for row in result.rows:
        j = row["entity"]["name"].lower()
        wanted: Counter[str] = Counter()
        for i, k in permutations("abcdefg", 2):
            if (i, j) in directed and (j, k) in directed and (i, k) not in directed:
                same = types[i] == types[j], types[j] == types[k], types[i] == types[k]
                if all(same):
                    wanted["coordinator"] += 1
                elif same[1]:
                    wanted["gatekeeper"] += 1
                elif same[0]:
                    wanted["representative"] += 1
                else:
                    wanted["itinerant" if same[2] else "liaison"] += 1
        roles = ("coordinator", "gatekeeper", "representative", "itinerant", "liaison")
        assert {role: row[role] for role in roles} == {role: wanted[role] for role in roles}


# ---- communities


def test_communities_of_the_karate_club() -> None:
    louvain = run("communities", karate())
    assert louvain.summary["modularity"] >= 0.415  # the greatest possible is 0.4198
    assert louvain.summary["communities"] == 4
    greedy = run("communities", karate(), method="greedy", weight="none")
    assert greedy.summary["modularity"] == pytest.approx(0.381, abs=5e-4)  # Newman (2004)
    assert greedy.summary["communities"] == 3
    sizes = [row["size"] for row in louvain.rows]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 34


@pytest.mark.parametrize("engine", ["networkx", "networkit"])
def test_two_cliques_with_a_bridge_are_two_communities(engine: str) -> None:
    pairs = [*combinations("abcde", 2), *combinations("vwxyz", 2), ("e", "v")]
    result = run("communities", network(list(pairs)), engine=engine)
    found = column(result, "community")
    assert {name for name, part in found.items() if part == 1} == set("abcde")
    assert result.summary["communities"] == 2
    # 20/21 of the ends are inside, half of them would be by chance
    assert result.summary["modularity"] == pytest.approx(20 / 21 - 0.5)
    assert column(result, "inside")["a"] == 4


def test_members_of_a_community_come_by_their_ties_within_it() -> None:
    rows = run("communities", network([("a", "z"), ("b", "z"), ("c", "z")])).rows
    assert [row["entity"]["name"] for row in rows] == ["Z", "A", "B", "C"]


_PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_analysis import run, scattered
graph = scattered(150, 400, 5)
print(json.dumps([run("communities", graph, method=m, engine=e).rows
    for m, e in (("louvain", "networkx"), ("greedy", "networkx"), ("label", "networkx"), ("louvain", "networkit"),
    ("label", "networkit"))]))
"""


def test_communities_are_the_same_in_every_process() -> None:
    # The order of a set of strings depends on the process; a seed alone does not make a result repeatable.
    folder = os.path.dirname(__file__)  # noqa: PTH120
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM, folder],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in (0, 1, 2)
    }
    assert len(outputs) == 1
    assert all(len(rows) == 150 for rows in json.loads(outputs.pop()))


# ---- paths


def test_shortest_paths_cite_every_link() -> None:
    graph = network([("a", "b"), ("c", "b", {"valid_from": "2012"}), ("b", "c"), ("a", "d"), ("d", "c"), ("a", "e")])
    result = run("paths", graph, source=iri("a"), target="organization/c")
    assert result.summary == {"paths": 2, "distance": 2}
    steps = [
        (r["path"], r["step"], r["from"]["name"], r["to"]["name"], r["direction"], r["link"][-1]) for r in result.rows
    ]
    assert steps == [
        (1, 1, "A", "B", "forward", "0"),
        (1, 2, "B", "C", "forward", "2"),
        (1, 2, "B", "C", "backward", "1"),
        (2, 1, "A", "D", "forward", "3"),
        (2, 2, "D", "C", "forward", "4"),
    ]
    assert result.rows[2]["valid_from"] == "2012"
    assert (result.rows[0]["documents"], result.rows[0]["locators"]) == ([f"{ID}document/d0"], ["0"])


def test_direction_and_what_no_path_joins() -> None:
    graph = network([("a", "b"), ("c", "b"), ("d", "c", {"relation": "cooperatesWith"})], alone="z")
    ends = {"source": iri("a"), "target": iri("c")}
    assert run("paths", graph, **ends).summary == {"paths": 1, "distance": 2}
    none = run("paths", graph, **ends, directed=True)
    assert none.rows == [] and none.notes == ("No path joins the two in this direction.",)
    back = run("paths", graph, source=iri("c"), target=iri("d"), directed=True)
    assert [row["direction"] for row in back.rows] == ["backward"]  # symmetric: may be followed either way
    assert run("paths", graph, source=iri("a"), target=iri("z")).notes == ("No path joins the two.",)
    assert run("paths", graph, source=iri("a"), target=iri("a")).notes == ("Both ends are the same thing.",)
    far = run("paths", graph, source=iri("a"), target=iri("d"), mode="simple", cutoff=2)
    assert far.rows == [] and far.notes == ("The shortest path has 3 steps, more than the cutoff of 2.",)
    with pytest.raises(BadParameter, match="source: 'organization/nobody' is not in the selected network"):
        run("paths", graph, source="organization/nobody", target=iri("a"))
    proposed = network([("a", "b", {"status": "proposed"}), ("a", "b")])
    assert len(run("paths", proposed, source=iri("a"), target=iri("b")).rows) == 1


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_simple_paths_agree_with_networkx(seed: int, directed: bool) -> None:
    graph = scattered(14, 30, seed)
    simple = view(graph)
    a, b = simple.index[iri("00000")], simple.index[iri("00009")]
    plain: Any = simple.digraph() if directed else simple.graph()
    expected = sorted(nx.all_simple_paths(plain, a, b, cutoff=5), key=lambda p: (len(p), p))
    options = {"source": iri("00000"), "target": iri("00009"), "mode": "simple", "cutoff": 5, "directed": directed}
    result = run("paths", graph, **options, limit=0)
    found: dict[int, list[int]] = {}
    for row in result.rows:
        walk = found.setdefault(row["path"], [a])
        if row["step"] == len(walk):
            walk.append(simple.index[row["to"]["iri"]])
    assert list(found.values()) == expected
    if len(expected) > 2:
        short = run("paths", graph, **options, limit=2)
        assert short.summary["paths"] == 2 and "Only the first 2 paths; there are more." in short.notes
        assert short.rows == [row for row in result.rows if row["path"] <= 2]


def test_a_long_path_does_not_exhaust_the_stack() -> None:
    names = [f"{i:05}" for i in range(3000)]
    graph = network(list(pairwise(names)))
    assert run("paths", graph, source=iri(names[0]), target=iri(names[-1])).summary["distance"] == 2999


# ---- similarity, projection, structure


def test_similarity_by_hand() -> None:
    graph = network([("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("b", "z"), ("c", "z")])
    result = run("similarity", graph, entity=iri("a"))
    assert [(ids([r["b"]]), r["value"], ids(r["shared"])) for r in result.rows] == [
        (["b"], pytest.approx(2 / 3), ["x", "y"]),
    ]
    best = run("similarity", graph).rows
    assert [(r["rank"], *ids([r["a"], r["b"]]), r["value"]) for r in best[:2]] == [
        (1, "x", "y", 1),
        (2, "a", "b", pytest.approx(2 / 3)),
    ]
    adamic = run("similarity", graph, entity="organization/a", measure="adamic-adar").rows[0]["value"]
    assert adamic == pytest.approx(2 / math.log(2))


@pytest.mark.parametrize("measure", ["jaccard", "adamic-adar"])
def test_similarity_agrees_with_networkx(measure: str) -> None:
    graph = scattered(60, 200, 2)
    simple = view(graph)
    plain = simple.graph()
    pairs = list(combinations(range(len(simple)), 2))
    with_value = nx.jaccard_coefficient(plain, pairs) if measure == "jaccard" else nx.adamic_adar_index(plain, pairs)
    expected = {(a, b): value for a, b, value in with_value if value}
    found = run("similarity", graph, measure=measure, limit=0).rows
    assert {(simple.index[r["a"]["iri"]], simple.index[r["b"]["iri"]]): r["value"] for r in found} == pytest.approx(
        expected
    )
    assert run("similarity", graph, measure=measure, limit=7).rows == found[:7]


def test_similarity_may_keep_to_one_class() -> None:
    graph = network([("a", "x"), ("b", "x"), ("p", "x")], {"a": "NGO", "b": "NGO", "p": "Country"})
    assert len(run("similarity", graph).rows) == 3
    assert [ids([r["a"], r["b"]]) for r in run("similarity", graph, same_type=True).rows] == [["a", "b"]]


def meetings() -> nx.MultiDiGraph[str]:
    types = {"a": "NGO", "b": "UNBody", "c": "NGO", "p": "Country", "e": "Event", "f": "Event"}
    joins = {"relation": "participatesIn"}
    return network(
        [
            ("a", "e", joins), ("b", "e", joins), ("c", "e", joins), ("p", "e", joins),
            ("a", "f", joins), ("a", "f", joins), ("b", "p", {"relation": "funds", "at_event": iri("f")}),
        ],
        types,
    )  # fmt: skip


def test_projection_by_shared_events() -> None:
    result = run("projection", meetings())
    found = [(*ids([r["a"], r["b"]]), r["count"], ids(r["shared"]), r["weight"]) for r in result.rows]
    # three organizations at e: 1/2 each; two at f, one of them by a qualifier, the two links of the other count once
    assert found == [
        ("a", "b", 2, ["e", "f"], 1.5),
        ("a", "c", 1, ["e"], 0.5),
        ("b", "c", 1, ["e"], 0.5),
    ]
    assert [link[-1] for link in result.rows[0]["links"]] == ["0", "1", "4", "5", "6"]
    assert [r["count"] for r in run("projection", meetings(), minimum=2).rows] == [2]
    assert len(run("projection", meetings(), limit=1).rows) == 1
    graph = project(meetings())
    assert set(graph) == {iri("a"), iri("b"), iri("c")}
    assert graph.edges[iri("a"), iri("b")]["shared"] == [iri("e"), iri("f")]
    both = run("projection", meetings(), of="Agent").rows  # classes include their subclasses
    assert {name for row in both for name in ids([row["a"], row["b"]])} == {"a", "b", "c", "p"}


def test_projection_by_documents_that_are_evidence() -> None:
    graph = network([("a", "x"), ("b", "x"), ("c", "x"), ("d", "x")], {"x": "Country"})  # d0, d1, d2, d0
    rows = run("projection", graph, through="Document", evidence=True).rows
    assert [(*ids([r["a"], r["b"]]), ids(r["shared"])) for r in rows] == [("a", "d", ["d0"])]
    with pytest.raises(BadParameter, match="only documents are evidence"):
        run("projection", graph, evidence=True)
    with pytest.raises(BadParameter, match="there is no class 'Organisation'; did you mean 'Organization'"):
        run("projection", graph, of="Organisation")
    none = run("projection", graph)
    assert none.rows == [] and "There is nothing of class Event in the selected network." in none.notes


def test_a_qualifier_names_a_thing_that_is_not_in_the_network() -> None:
    joined = {"at_event": f"{ID}event/e"}
    rows = run("projection", network([("a", "b", joined), ("c", "b", joined)])).rows
    assert [ids([r["a"], r["b"]]) for r in rows] == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert run("projection", network([("a", "b", joined)]), through="Programme").rows == []


def test_core_and_components() -> None:
    core = run("core", karate())
    assert core.summary == {"things": 34, "deepest": 4, "in_deepest": 10}
    assert column(core, "core")["11"] == 1
    pieces = run("components", network([("a", "b"), ("b", "c"), ("d", "e")], alone="z"))
    assert column(pieces, "component") == {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "z": 3}
    assert pieces.summary == {"things": 6, "components": 3, "largest": 3}
    strong = run("components", network([("a", "b"), ("b", "a"), ("b", "c")]), kind="strong")
    assert column(strong, "component") == {"a": 1, "b": 1, "c": 2}


# ---- change


def test_change_between_two_dates() -> None:
    graph = network(
        [
            ("a", "b", {"valid_from": "2005", "valid_to": "2020"}),
            ("a", "c", {"valid_from": "2005", "valid_to": "2012"}),
            ("a", "d", {"valid_from": "2013", "valid_to": "2016"}),
            ("a", "e", {"valid_from": "2013", "status": "ongoing"}),
            ("a", "f", {"valid_from": "2012"}),
            ("a", "g", {"valid_from": "2010"}),
            ("a", "h", {}),
            ("a", "i", {"valid_from": "1990", "valid_to": "1995"}),
            ("a", "j", {"valid_from": "2013", "valid_to": "2016", "status": "proposed"}),
            ("a", "k", {"valid_to": "2015"}),
        ]
    )
    result = run("change", graph, before="2010", after="2015")
    assert {row["target"]["name"]: row["change"] for row in result.rows} == {
        "B": "persists", "C": "ended", "D": "began", "E": "began", "F": "between",
        "G": "unknown",  # began in 2010 and nothing says whether it ended: that is no end
        "K": "unknown",
    }  # fmt: skip
    assert result.summary == {
        "before": "2010", "after": "2015", "began": 2, "ended": 1, "persists": 1, "between": 1, "unknown": 2,
        "jaccard": 0.25,
    }  # fmt: skip
    assert "1 link without dates left out." in result.notes
    assert "1 proposed link left out; include_proposed counts them." in result.notes
    assert [row["change"] for row in result.rows[:2]] == ["began", "began"]


def test_change_by_tie_takes_yearly_links_as_one() -> None:
    years: list[Edge] = [("a", "b", {"valid_from": str(y), "valid_to": str(y)}) for y in (2011, 2010, 2012)]
    graph = network(years)
    assert [r["change"] for r in run("change", graph, before="2010", after="2012").rows] == [
        "began",
        "ended",
        "between",
    ]
    (tie,) = run("change", graph, before="2010", after="2012", by="tie").rows
    assert (tie["change"], tie["valid_from"], tie["valid_to"]) == ("persists", "2010", "2012")
    assert [link[-1] for link in tie["links"]] == ["1", "0", "2"]
    symmetric = {"relation": "cooperatesWith", "valid_from": "2010", "valid_to": "2010"}
    later = symmetric | {"valid_from": "2012", "valid_to": "2012"}
    both = run("change", network([("a", "b", symmetric), ("b", "a", later)]), before="2010", after="2012", by="tie")
    assert [row["change"] for row in both.rows] == ["persists"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2012", "2012-06", "after: 2012-06 is not later than 2012"),
        ("2012", "2010", "exchange the two dates"),
        ("2012", "2013-14", "after: '2013-14' is not a date: there is no month 14"),
    ],
)
def test_change_needs_two_dates_in_order(before: str, after: str, said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        run("change", karate(), before=before, after=after)


# ---- all of them


OPTIONS: dict[str, dict[str, Any]] = {
    "change": {"before": "2010", "after": "2012"},
    "paths": {"source": iri("00"), "target": iri("01")},
}


@pytest.mark.parametrize("name", sorted(analyses()))
def test_each_is_documented_and_gives_the_columns_that_it_declares(name: str) -> None:
    analysis = analyses()[name]
    assert all([analysis.title, analysis.description, analysis.definition, analysis.references])
    assert all(
        any(part.strip("()/,.").isdigit() for part in ref.replace("/", " ").split()) for ref in analysis.references
    )
    graph = karate(valid_from="2010", valid_to="2011")
    result = run(name, graph, **OPTIONS.get(name, {}))
    declared = {column.name for column in analysis.columns}
    assert result.name == name and [c.name for c in result.columns] and {c.name for c in result.columns} <= declared
    for row in result.rows:
        assert list(row) == [c.name for c in result.columns]
    json.dumps(result.rows, allow_nan=False)
    assert run(name, karate(valid_from="2010", valid_to="2011"), **OPTIONS.get(name, {})) == result


@pytest.mark.parametrize("name", sorted(analyses()))
def test_defaults_are_those_of_the_function(name: str) -> None:
    analysis = analyses()[name]
    defaults = analysis.compute.__kwdefaults__ or {}
    assert {p.name: p.default for p in analysis.parameters if not p.required} == defaults
    for parameter in analysis.parameters:
        assert parameter.help and (parameter.kind == "choice") == bool(parameter.choices)


@pytest.mark.parametrize("name", sorted(set(analyses()) - {"paths"}))
@pytest.mark.parametrize("alone", ["", "z", "yz"])
def test_empty_and_single_things(name: str, alone: str) -> None:
    graph = network([], alone=alone)
    variants: list[dict[str, Any]] = [OPTIONS.get(name, {})]
    for parameter in analyses()[name].parameters:
        if parameter.kind == "choice" and parameter.name != "engine":
            variants += [variants[0] | {parameter.name: choice} for choice in parameter.choices]
    for options in variants:
        if options.get("weight") == "amount_usd" and name == "centrality":
            options = options | {"measure": "strength"}
        result = run(name, graph, **options)
        per_thing = name in {"brokers", "centrality", "communities", "components", "core"}
        assert len(result.rows) == (len(alone) if per_thing else 0)
        json.dumps([result.rows, result.summary], allow_nan=False)


def test_a_single_thing_has_no_centrality() -> None:
    graph = network([], alone="z")
    for measure in ("degree", "betweenness", "closeness", "harmonic", "eigenvector", "hits", "strength"):
        assert values(graph, measure) == {"z": 0}
    assert values(graph, "pagerank") == {"z": 1}


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("centralty", {}, "There is no analysis 'centralty'; did you mean 'centrality'"),
        ("centrality", {"mesure": "degree"}, "centrality has no option 'mesure'; did you mean 'measure'"),
        ("centrality", {"measure": "betweeness"}, "there is no 'betweeness'; did you mean 'betweenness'"),
        ("centrality", {"limit": "-1"}, "limit: -1 is out of range; the least is 0"),
        ("centrality", {"limit": "ten"}, "limit: 'ten' is not a whole number"),
        ("centrality", {"damping": "nan"}, "damping: nan is out of range"),
        ("centrality", {"damping": "1"}, "damping: 1 is out of range"),
        ("centrality", {"damping": "much"}, "damping: 'much' is not a number"),
        ("centrality", {"samples": 3}, "samples: degree is computed exactly"),
        ("communities", {"resolution": "inf"}, "resolution: inf is out of range"),
        ("communities", {"method": "label", "resolution": 2}, "label propagation has none"),
        ("communities", {"method": "greedy", "engine": "networkit"}, "greedy is not computed by NetworKit"),
        ("core", {"include_proposed": "maybe"}, "include_proposed: 'maybe' is neither yes nor no"),
        ("paths", {"source": iri("00")}, "paths needs the option 'target': where the paths end"),
        ("similarity", {"entity": "nobody"}, "entity: 'nobody' is not in the selected network"),
    ],
)
def test_a_wrong_option_is_answered_in_one_sentence(name: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises((BadParameter, UnknownAnalysis)) as caught:
        run(name, karate(), **options)
    assert said in str(caught.value) and str(caught.value).endswith(".")
