"""An answer as a table for people: things as links, words in the reader's language, empty columns left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...graph.reading import Thing
from ...queries.catalogue import Column
from ...queries.runner import Cell, Row, cell_text
from .site import number


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell: things with their IRIs, or text. ``word`` is a word of the ontology that the page may mark."""

    things: tuple[Thing, ...] = ()
    text: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column, and what it holds."""

    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its cells, and where it is written. ``link`` is the IRI of the link that it tells of."""

    cells: list[TableCell]
    document: Thing | None
    locator: str
    certainty: str
    link: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``sourced`` tells whether its rows cite a document each; that comes last."""

    headings: list[Heading]
    lines: list[Line]
    sourced: bool


_SOURCE = ("document", "locator", "certainty", "link")


def table(columns: Sequence[Column], rows: Sequence[Row], lang: str) -> Table:
    """Return rows as a table; a column that is empty in every row says nothing, and is left out."""
    sourced = any(c.name == "document" for c in columns)
    apart = _SOURCE if sourced else ("link",)
    kept = [c for c in columns if c.name not in apart and any(row[c.name] is not None for row in rows)]
    known = {c.name: c for c in columns}
    lines = []
    for row in rows:
        document = row.get("document")
        lines.append(
            Line(
                [_cell(c, row[c.name], lang) for c in kept],
                document if isinstance(document, Thing) else None,
                str(row.get("locator") or ""),
                cell_text(known["certainty"], row["certainty"], lang) if "certainty" in known else "",
                str(row.get("link") or ""),
            )
        )
    headings = [Heading(_label(c, lang), c.type) for c in kept]
    return Table(headings, lines, sourced and bool(rows))


def _label(column: Column, lang: str) -> str:
    label = column.label[lang] + (f" ({column.unit})" if column.unit else "")
    return label[:1].upper() + label[1:]


def _cell(column: Column, cell: Cell, lang: str) -> TableCell:
    if isinstance(cell, Thing):
        return TableCell(things=(cell,))
    if isinstance(cell, tuple):
        return TableCell(things=cell)
    if isinstance(cell, (int, Decimal)):
        return TableCell(text=number(cell, lang))
    return TableCell(text=cell_text(column, cell, lang), word=str(cell) if column.type == "status" and cell else "")
