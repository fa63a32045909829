"""Answers as files, in the forms of ``multilateral query --format``: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from ...graph.reading import Thing
from ...queries.runner import Cell, Row


def as_csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Return rows as CSV (RFC 4180) under the names of the columns; a thing is its name."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([plain(row[c]) for c in columns] for row in rows)
    return out.getvalue()


def as_json(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Return rows as a JSON list of objects; a thing is an object with id, iri, name and type."""
    found = [{c: _json(row[c]) for c in columns} for row in rows]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def plain(cell: Cell) -> str:
    """Return a cell as text."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return "; ".join(thing.name for thing in cell)
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _json(cell: Cell) -> Any:
    if isinstance(cell, Thing):
        return asdict(cell)
    if isinstance(cell, tuple):
        return [asdict(thing) for thing in cell]
    return float(cell) if isinstance(cell, Decimal) else cell


WRITERS: dict[str, Callable[[Sequence[str], Sequence[Row]], str]] = {"csv": as_csv, "json": as_json}
