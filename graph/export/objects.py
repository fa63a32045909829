"""Cytoscape JSON (``.cyjs``): elements with their data, lists as lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...ontology.model import snake
from . import flat
from .content import Content, Counts


def write_cytoscape(content: Content, path: Path) -> Counts:
    """Write the JSON that Cytoscape and Cytoscape.js read.

    ``data.id`` of a node is the IRI of the thing (its own short identifier is ``short_id``), that of an edge the IRI
    of the link; ``source`` and ``target`` are its ends and ``source_id`` is the source that states it. Links come
    first, since they say which things are needed; readers go by the names.
    """
    things = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"format_version": "1.0", "data": {"name": "multilateral"},\n"elements": {"edges": [')
        for number, (item, source_id) in enumerate(content.links()):
            row = flat.link(item, source_id)
            ends = {"id": item.iri, "source": row.pop("from"), "target": row.pop("to")}
            shown = {"interaction": row["relation"], "name": snake(item.relation).replace("_", " ")}
            out.write(_element(number, ends | shown | row))
        out.write('\n],\n"nodes": [')
        for things, entity in enumerate(content.things(), 1):
            row = flat.node(entity)
            short_id = row.pop("id")
            out.write(_element(things - 1, {"id": entity.iri, "short_id": short_id} | row))
        out.write("\n]}}\n")
    return content.counts(things)


def _element(number: int, data: dict[str, Any]) -> str:
    return ("," if number else "") + "\n" + json.dumps({"data": data}, ensure_ascii=False)
