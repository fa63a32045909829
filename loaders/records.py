"""The rows of one sheet by column name, with the place of each kept for what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from ..ontology.errors import UnreadableSource
from .cells import Cell, DateCell, clean, is_after, parse_date, short
from .problems import CellError, Problems
from .sheets import Sheet
from .table_columns import NAME_COLUMNS, SheetName, columns, key_of, near_miss

_Value = TypeVar("_Value")


@dataclass(slots=True)
class Layout:
    """The header of a sheet: which column stands where, and how its writer spelled it."""

    name: SheetName
    sheet: Sheet
    row: int
    keys: list[str | None]
    titles: dict[str, str]
    unknown: dict[int, str]

    def wrong(
        self, problem: str, *, row: int | None = None, column: str | None = None, advice: str | None = None
    ) -> UnreadableSource:
        """Return what is wrong at a place of this sheet; ``column`` is a column of ours."""
        title = self.titles.get(column, column) if column else None
        return UnreadableSource(
            problem, path=self.sheet.path, sheet=self.sheet.title, row=row, column=title, advice=advice
        )

    def name_keys(self) -> list[tuple[str, str, str]]:
        """Return the columns of names as (key, ``"name"``/``"alt"``/``"acronym"``, language)."""
        return [(key, *_split(key)) for key in self.titles if "@" in key]


def _split(key: str) -> tuple[str, str]:
    kind, _, lang = key.partition("@")
    return kind, lang


def read_layout(name: SheetName, sheet: Sheet) -> Layout:
    """Read the header of a sheet: its first row that is not empty.

    :raises UnreadableSource: If there is none, a required column is missing, or two columns are the same.
    """
    number, cells = next(((number, cells) for number, cells in sheet.rows() if any(cells)), (0, []))
    if not cells:
        raise UnreadableSource(
            "the sheet is empty",
            path=sheet.path,
            sheet=sheet.title,
            advice="write the column names in the first row or delete it",
        )
    layout = Layout(name, sheet, number, [], {}, {})
    for index, cell in enumerate(cells):
        try:
            title = clean(cell)
        except CellError as error:
            raise layout.wrong(
                f"the header of column {letter(index)}: {error.problem}", row=number, advice=error.advice
            ) from None
        key = key_of(title, name) if title else None
        layout.keys.append(key)
        if key is None:
            if title:
                layout.unknown[index] = title
            continue
        if key in layout.titles:
            raise layout.wrong(
                f"the columns {letter(layout.keys.index(key))} and {letter(index)} are both {_shown(key)!r}",
                row=number,
                advice="keep one of them",
            )
        layout.titles[key] = title
    _check_required(layout)
    for title in layout.unknown.values():
        if meant := near_miss(title, name):
            raise layout.wrong(
                f"the column {short(title)!r} is not known", row=number, advice=f"perhaps you mean {meant!r}"
            )
    return layout


def _check_required(layout: Layout) -> None:
    missing = [column.name for column in columns(layout.name) if column.required and column.name not in layout.titles]
    if layout.name == "entities" and not any("@" in key for key in layout.titles):
        missing.append("name_en (or another name)")
    if not missing:
        return
    advice = "the first row must hold the column names"
    meant = [
        f"{title!r} as {near}"
        for title in layout.unknown.values()
        if (near := near_miss(title, layout.name)) in missing
    ]
    other = layout.name == "links" and {"relation", "document"} <= set(missing)  # hardly a coded table
    if meant and (not other or len(meant) > 1):
        advice = f"perhaps you mean {', '.join(meant)}"
    elif layout.name == "links" and sum(
        key_of(title, "entities") in ("id", "class") for title in layout.unknown.values()
    ):
        advice = "this looks like a sheet of entities; give the folder that holds it and links.csv"
    elif layout.unknown:
        advice += f" (it has {', '.join(repr(short(title)) for title in list(layout.unknown.values())[:6])})"
        if other:
            advice += "; any other table is read through a mapping, which `multilateral load --suggest` writes"
    names = ", ".join(repr(name) for name in missing)
    what = f"columns {names} are" if len(missing) > 1 else f"column {names} is"
    raise layout.wrong(f"the required {what} missing", row=layout.row, advice=advice)


class Record:
    """One row. Reading a cell that is wrong adds a problem and gives None, as an empty cell does."""

    __slots__ = ("_cells", "_layout", "_problems", "number")

    def __init__(self, layout: Layout, number: int, cells: dict[str, Cell], problems: Problems) -> None:
        self._layout, self.number, self._cells, self._problems = layout, number, cells, problems

    def read(self, column: str, parse: Callable[[str], _Value], *, date: bool = False) -> _Value | None:
        """Return the value of a cell, or None where it is empty or wrong. ``date`` says that a date cell is welcome."""
        cell = self._cells.get(column)
        if not cell:
            return None
        try:
            if isinstance(cell, DateCell) and not date:
                raise CellError(
                    f"the spreadsheet made the date {cell} of what was typed",
                    "format the column as text and type the value again",
                )
            text = clean(cell)
            return parse(text) if text else None
        except CellError as error:
            self.wrong(error.problem, column, error.advice)
            return None

    def require(self, column: str, parse: Callable[[str], _Value], advice: str) -> _Value | None:
        """Return the value of a cell that must not be empty."""
        if self.is_empty(column):
            self.wrong(f"the {column} is missing", column, advice)
            return None
        return self.read(column, parse)

    def period(self) -> tuple[str | None, str | None]:
        """Return the dates of the columns ``from`` and ``to``; it is wrong if the first is after the second."""
        start = self.read("from", parse_date, date=True)
        end = self.read("to", parse_date, date=True)
        if start and end and is_after(start, end):
            self.wrong(f"it begins ({start}) after it ends ({end})", "from", "exchange the dates of 'from' and 'to'")
        return start, end

    def peek(self, column: str, parse: Callable[[str], _Value]) -> _Value | None:
        """Return the value of a cell, or None where it is empty or wrong; a problem is left for who reads it."""
        try:
            text = clean(self._cells.get(column, ""))
            return parse(text) if text else None
        except CellError:
            return None

    def is_empty(self, column: str) -> bool:
        """Say whether a cell holds nothing."""
        cell = self._cells.get(column)
        return not cell or (isinstance(cell, str) and not cell.strip())

    def wrong(self, problem: str, column: str | None = None, advice: str | None = None) -> None:
        """Add a problem of this row."""
        self._problems.add(self._layout.wrong(problem, row=self.number, column=column, advice=advice))


def records(layout: Layout, problems: Problems, skipped: dict[str, int] | None = None) -> Iterator[Record]:
    """Yield the rows below the header that are not empty.

    ``skipped``, where given, counts the values of columns that are not known.
    """
    width, title = len(layout.keys), layout.sheet.title or layout.sheet.path.stem
    reasons = {index: f"column {name!r} of sheet {title} is not known" for index, name in layout.unknown.items()}
    for number, cells in layout.sheet.rows():
        if number <= layout.row:
            continue
        values: dict[str, Cell] = {}
        stray: int | None = None
        filled = False
        for index, cell in enumerate(cells):
            if not cell or (isinstance(cell, str) and cell.isspace()):
                continue
            filled = True
            key = layout.keys[index] if index < width else None
            if key is not None:
                values[key] = cell
            elif index in reasons:
                if skipped is not None:
                    skipped[reasons[index]] = skipped.get(reasons[index], 0) + 1
            elif stray is None:
                stray = index
        if not filled:
            continue
        if stray is not None:
            problems.add(_stray(layout, stray, len(cells), number))
            continue
        yield Record(layout, number, values, problems)


def _stray(layout: Layout, index: int, length: int, number: int) -> UnreadableSource:
    """Return what is wrong with a row that has a value where the header has nothing."""
    if index < len(layout.keys) or layout.sheet.title is not None:  # a workbook has no separators to go wrong
        return layout.wrong(
            f"column {letter(index)} has a value but no header",
            row=number,
            advice="give each column a name of its own; if header cells are merged, unmerge them",
        )
    return layout.wrong(
        f"the row has {length} cells but the header has {len(layout.keys)}",
        row=number,
        advice="put a text that has the separator in it between quotation marks, or name the extra column",
    )


def letter(index: int) -> str:
    """Return the letters of a column as spreadsheets count them.

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    text, rest = "", index + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        text = chr(65 + digit) + text
    return text


def _shown(key: str) -> str:
    return (
        "_".join(part for part in _split(key) if part) if key.startswith(tuple(f"{n}@" for n in NAME_COLUMNS)) else key
    )
