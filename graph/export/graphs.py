"""GraphML and GEXF, written by NetworkX.

A node's id is the IRI of the thing, an edge's id that of the link, so parallel links stay apart. The attributes are
those of :mod:`.flat`; in both formats lists are JSON arrays in a text. A thing's own short identifier is the
attribute ``short_id``, since readers take an attribute ``id`` for the node's. GEXF also shows names and relations as
labels; dates stay attributes, because GEXF's own have no year alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...ontology.model import snake
from . import flat
from .content import Content, Counts

if TYPE_CHECKING:
    import networkx as nx


def write_graphml(content: Content, path: Path) -> Counts:
    """Write GraphML."""
    import networkx as nx

    graph = _graph(content)
    with path.open("wb") as out:
        nx.write_graphml_xml(graph, out)
    return content.counts(len(graph))


def write_gexf(content: Content, path: Path) -> Counts:
    """Write GEXF 1.2."""
    import networkx as nx

    graph = _graph(content)
    for _, row in graph.nodes(data=True):
        row["label"] = row["name"]
    for _, _, key, row in graph.edges(keys=True, data=True):
        row |= {"id": key, "label": snake(str(row["relation"])).replace("_", " ")}
    with path.open("wb") as out:
        nx.write_gexf(graph, out)
    return content.counts(len(graph))


def _graph(content: Content) -> nx.MultiDiGraph[str]:
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    links = [(flat.link(item, source_id), item.iri) for item, source_id in content.links()]
    for entity in content.things():
        row = flat.node(entity)
        row["short_id"] = row.pop("id")
        graph.add_node(entity.iri, **_attributes(row))
    for row, iri in links:
        start, end = row.pop("from"), row.pop("to")
        graph.add_edge(start, end, key=iri, **_attributes(row), weight=1.0)
    return graph


def _attributes(row: dict[str, Any]) -> dict[str, Any]:
    return {key: flat.for_xml(value) for key, value in flat.flatten(row).items()}
