"""CSV: ``nodes.csv`` and ``links.csv`` in a folder, UTF-8, RFC 4180, lists as JSON arrays in a cell.

Values are exact, also those that begin with ``=``, ``+``, ``-`` or ``@``, which a spreadsheet program would compute:
a title is not changed because of the program that may open it, and negative amounts begin so too. Whoever opens files
of strangers in a spreadsheet program imports the columns as text. A value that is missing is an empty cell.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from ...ontology.convert import QUALIFIERS
from . import flat
from .content import Content, Counts

FILES = ("nodes.csv", "links.csv")

LINK_COLUMNS = ("iri", "from", "from_name", "relation", "to", "to_name", "source_id", *QUALIFIERS, *flat.LINK_LISTS)
_NODE_COLUMNS = ("iri", "id", "type", "name")
_NODE_FIELDS = (
    "collective",
    "description",
    "valid_from",
    "valid_to",
    "status",
    "homepage",
    "issued",
    "language",
    "body",
)


def write_csv(content: Content, folder: Path) -> Counts:
    """Write both files; links name their ends by IRI and, for the eye, by name."""
    entities = content.entities
    with (folder / "links.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, LINK_COLUMNS, restval="")
        writer.writeheader()
        for item, source_id in content.links():
            names = {
                "from_name": entities[item.source_iri].name(),
                "to_name": entities[item.target_iri].name(),
            }
            writer.writerow(_cells(flat.link(item, source_id, exact=True) | names))
    rows = [flat.node(entity) for entity in content.things()]
    languages = sorted({key for row in rows for key in row if key.startswith("name_")})
    with (folder / "nodes.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, (*_NODE_COLUMNS, *languages, *_NODE_FIELDS, *flat.NODE_LISTS), restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow(_cells(row))
    return content.counts(len(rows))


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    return {k: ("yes" if v else "") if isinstance(v, bool) else v for k, v in flat.flatten(row).items()}
