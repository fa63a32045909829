"""The exports opened by the programs that they are for: Gephi's own importers, and Cytoscape.js."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from multilateral.graph.export import export, flat
from multilateral.graph.reading import Reader
from multilateral.graph.selection import Selection
from multilateral.knowledge import KnowledgeGraph

from . import client_programs
from .client_programs import opened_in_gephi

#: Reads elements as Cytoscape.js does, which refuses an edge without its ends, and says what it has.
CYTOSCAPE = """
const graph = require("cytoscape")({headless: true, elements: JSON.parse(require("fs").readFileSync(0)).elements});
const data = elements => elements.map(element => element.data());
console.log(JSON.stringify({nodes: data(graph.nodes()), edges: data(graph.edges())}));
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    graph = KnowledgeGraph(tmp_path_factory.mktemp("programs") / "store")
    graph.load("five-documents")
    return graph.reader


@pytest.mark.parametrize(("format_", "edges"), [("gexf", "as set"), ("graphml", "apart")])
def test_gephi_opens_an_export_with_every_thing_and_every_link(
    reader: Reader, tmp_path: Path, format_: str, edges: str
) -> None:
    path = tmp_path / f"five.{format_}"
    export(reader, format_, path, Selection())
    nodes, links = opened_in_gephi(path, edges)
    things = reader.entities()
    assert set(nodes) == set(things)
    for iri, (label, type_) in nodes.items():
        assert (type_, label) == (things[iri].type, " ".join(str(flat.node(things[iri])["name"]).split()))
    known = {link.iri: link for link, _ in reader.links()}
    assert set(links) == set(known)
    for iri, (label, source, target, documents) in links.items():
        assert (source, target) == (known[iri].source_iri, known[iri].target_iri)
        assert label.replace(" ", "") == known[iri].relation.lower() and json.loads(documents)


def test_gephi_as_set_makes_one_edge_of_parallel_links_of_a_graphml_as_the_documentation_says(
    reader: Reader, tmp_path: Path
) -> None:
    export(reader, "graphml", tmp_path / "five.graphml", Selection())
    _, links = opened_in_gephi(tmp_path / "five.graphml", "as set")
    assert len(links) == len({(link.source_iri, link.target_iri) for link, _ in reader.links()})


def test_cytoscape_js_opens_an_export_with_every_thing_and_every_link(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "five.cyjs"
    export(reader, "cytoscape", path, Selection())
    folder = client_programs.cytoscape()
    done = subprocess.run(["node", "-e", CYTOSCAPE], cwd=folder, input=path.read_bytes(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert {node["id"] for node in found["nodes"]} == set(reader.entities())
    known = {link.iri: link for link, _ in reader.links()}
    assert {edge["id"] for edge in found["edges"]} == set(known)
    for edge in found["edges"]:
        assert (edge["source"], edge["target"]) == (known[edge["id"]].source_iri, known[edge["id"]].target_iri)
        assert edge["documents"]
