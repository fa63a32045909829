"""The Python face: plain objects, data frames where pandas is installed, a map in a notebook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import multilateral as ml
import networkx as nx
import pandas as pd
import pytest
from IPython.core.formatters import HTMLFormatter
from multilateral.graph.reading import Thing
from multilateral.ontology.errors import BadParameter, MultilateralError, NoStore, UnknownEntity


@pytest.fixture(scope="module")
def kg(tmp_path_factory: pytest.TempPathFactory) -> ml.KnowledgeGraph:
    graph = ml.open(tmp_path_factory.mktemp("python") / "my.db")
    reports = graph.load("five-documents")
    assert [(r.outcome, r.links) for r in reports] == [
        ("new", n) for n in (370, 222, 274, 267, 197)
    ]  # by the ids of the sources
    return graph


def test_a_question_is_a_data_frame_and_an_answer_plain_objects(kg: ml.KnowledgeGraph) -> None:
    frame = kg.query("partners-of", org="UNICRI")
    assert isinstance(frame, pd.DataFrame)
    assert set(frame["locator"]) == {"19", "20"}
    answer = kg.answer("partners-of", {"org": "UNICRI"})
    assert all(isinstance(row["partner"], Thing) for row in answer.rows)
    assert list(frame["partner"]) == [str(row["partner"]) for row in answer.rows]


def test_without_pandas_a_question_is_a_list_of_dictionaries(kg: ml.KnowledgeGraph) -> None:
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "import multilateral as ml\n"
        f"rows = ml.open({str(kg.path)!r}).query('partners-of', org='UNICRI')\n"
        "assert isinstance(rows, list) and rows[0]['partner'] == 'European Union', rows\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_sparql_and_cypher(kg: ml.KnowledgeGraph) -> None:
    assert kg.sparql("ASK { ?link a ml:Link }") is True
    assert kg.sparql("SELECT (COUNT(?link) AS ?n) WHERE { ?link a ml:Link }")["n"][0] == 1330
    found = kg.cypher("MATCH (a {id: $id})-[r]-() RETURN count(r) AS n", id="unicri")
    assert found["n"][0] == 13
    with pytest.raises(MultilateralError, match="only reads"):
        kg.cypher("MATCH (n) DETACH DELETE n")


def test_the_graph_of_a_time(kg: ml.KnowledgeGraph) -> None:
    whole, then = kg.to_networkx(), kg.to_networkx(as_of="2012")
    assert isinstance(whole, nx.MultiDiGraph)
    assert whole.number_of_edges() == 1330
    assert 0 < then.number_of_edges() < 1330
    assert {key for _, _, key in then.edges(keys=True)} < {key for _, _, key in whole.edges(keys=True)}
    assert kg.to_networkx(type_="Organization").number_of_edges() > 0
    with pytest.raises(BadParameter, match="2012-13"):
        kg.to_networkx(as_of="2012-13")
    with pytest.raises(BadParameter, match="colour"):
        kg.to_networkx(colour="red")


def test_find_show_and_explain(kg: ml.KnowledgeGraph) -> None:
    assert kg.find("tachknt")[0].thing.id == "tachkent"
    assert [f.thing.id for f in kg.find("OIE", type_="Organization", limit=1)] == ["oie"]
    portrait = kg.show("UNICRI", relation="implements")
    assert [link.relation for link, _ in portrait.links] == ["implements"]
    found = kg.explain("OIE", "UNICRI")
    assert (found.direct, found.complete) == ((), True)
    assert {step.link.evidence[0].locator for step in found.chains[1][0]} == {"17"}
    assert kg.explain("OMPI", "OMPI").chains == ()
    with pytest.raises(UnknownEntity) as caught:
        kg.show("Organistion mondiale de la santé")
    assert any("(oms)" in name for name in caught.value.near)


def test_a_chain_has_no_shorter_one(kg: ml.KnowledgeGraph) -> None:
    graph = nx.Graph(kg.to_networkx().to_undirected())
    background = {n for n, data in graph.nodes(data=True) if data["type"] in ("Topic", "Document", "Place")}
    start, end = kg.resolve("cesap"), kg.resolve("unesco")
    graph.remove_nodes_from(background)
    expected = {tuple(way) for way in nx.all_shortest_paths(graph, start, end)}
    found = kg.explain("cesap", "unesco", limit=100)
    ways = {(start, *(steps[0].end for steps in chain)) for chain in found.chains}
    assert ways == expected


def test_analyze_resolves_names(kg: ml.KnowledgeGraph) -> None:
    result = (
        kg.analyze("paths", start="OIE", end="UNICRI")
        if "start" in _options("paths")
        else kg.analyze("paths", source="OIE", target="UNICRI")
    )
    assert result.rows


def _options(name: str) -> set[str]:
    from multilateral.graph.analysis.registry import analyses

    return {p.name for p in analyses()[name].parameters}


def test_a_map_shows_in_a_notebook_and_saves(kg: ml.KnowledgeGraph, tmp_path: Path) -> None:
    page = kg.map(focus="UNICRI")
    shown = HTMLFormatter()(page)
    assert shown is not None
    assert shown.startswith("<iframe srcdoc=")
    assert page.save(tmp_path / "unicri.html").read_text(encoding="utf-8") == page.html


def test_validate_and_status(kg: ml.KnowledgeGraph) -> None:
    assert list(kg.validate()) == []
    counted = kg.status()
    assert (counted.thing_count, counted.link_count, counted.sources) == (651, 1330, 5)


def test_what_another_process_loads_is_seen(tmp_path: Path) -> None:
    graph = ml.open(tmp_path / "shared.db")
    graph.load("five-documents")
    assert graph.status().sources == 5
    code = f"import multilateral as ml; ml.open({str(graph.path)!r}).forget('wipo-cdip-24')"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert graph.status().sources == 4
    with pytest.raises(MultilateralError, match="wipo-cdip-24"):
        graph.forget("wipo-cdip-24")


def test_a_damaged_source_is_named_and_the_others_answer(tmp_path: Path) -> None:
    graph = ml.open(tmp_path / "damaged.db")
    graph.load("five-documents")
    path = graph.path / "sources" / "wipo-cdip-24.nq.gz"
    path.write_bytes(path.read_bytes()[:1000])
    said: list[str] = []
    again = ml.open(graph.path, notice=said.append)
    assert again.status().sources == 4
    assert any("wipo-cdip-24" in sentence for sentence in said)
    assert again.load("five-documents")[3].outcome == "replaced"
    assert ml.open(graph.path, notice=pytest.fail).status().sources == 5


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    graph = ml.open(tmp_path / "nothing.db")
    with pytest.raises(NoStore):
        graph.status()
    with pytest.raises(NoStore):
        graph.forget("x")
