"""GraphML and GEXF, written by NetworkX.

A node's id is the IRI of the thing, an edge's id that of the link, so parallel links stay apart. The attributes are
those of :mod:`.flat`; in both formats lists are JSON arrays in a text. A thing's own short identifier is the
attribute ``short_id``, since readers take an attribute ``id`` for the node's. Names and relations are labels too;
dates stay attributes, because GEXF's own have no year alone.

Gephi makes one edge of parallel ones of the same kind, unless it is told not to. In GEXF the kind of an edge is
therefore its relation, with a number where two things have several links of that relation. GraphML has no kinds.
"""

from __future__ import annotations

from collections import Counter
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
    """Write GEXF 1.3."""
    from networkx.readwrite.gexf import GEXFWriter

    graph = _graph(content)
    for _, _, key, row in graph.edges(keys=True, data=True):
        row["id"] = key
    writer = GEXFWriter(version="1.3")
    writer.add_graph(graph)
    parallel: Counter[tuple[str, ...]] = Counter()
    for edge in writer.xml.iter("edge"):
        group = (edge.get("source"), edge.get("target"), edge.get("label"))
        parallel[group] += 1
        edge.set("kind", group[2] if parallel[group] == 1 else f"{group[2]} ({parallel[group]})")
    with path.open("wb") as out:
        writer.write(out)
    return content.counts(len(graph))


def _graph(content: Content) -> nx.MultiDiGraph[str]:
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    links = [(flat.link(item, source_id), item.iri) for item, source_id in content.links()]
    for entity in content.things():
        row = flat.node(entity)
        row["short_id"] = row.pop("id")
        graph.add_node(entity.iri, **_attributes(row), label=flat.for_xml(str(row["name"])))
    for row, iri in links:
        start, end = row.pop("from"), row.pop("to")
        label = snake(str(row["relation"])).replace("_", " ")
        graph.add_edge(start, end, key=iri, **_attributes(row), label=label, weight=1.0)
    return graph


def _attributes(row: dict[str, Any]) -> dict[str, Any]:
    return {key: flat.for_xml(value) for key, value in flat.flatten(row).items()}
