"""The rows of a table of IATI transactions, in CSV (gzip or not) or Excel, under English or French headings."""

from __future__ import annotations

import contextlib
import csv
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from ..ontology.errors import UnreadableSource
from .cells import Fault, short
from .reading import delimiter_note, open_text, peek
from .workbook import WorkbookSheet, open_sheets

#: Columns by key: English and French headings as they are compared, in small letters without accents and signs.
COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "activity": ("iati identifier", "identifiant de l iita"),
    "title": ("title", "titre"),
    "reporting": ("reporting organisation", "organisme declarant"),
    "reporting_type": ("reporting organisation type", "type d organisme declarant"),
    "aid": ("aid type", "type d aide"),
    "finance": ("finance type", "type de financement"),
    "flow": ("flow type", "type de flux"),
    "provider": ("provider organisation", "organisme prestataire"),
    "provider_type": ("provider organisation type", "type d organisme prestataire"),
    "receiver": ("receiver organisation", "organisme beneficiaire"),
    "receiver_type": ("receiver organisation type", "type d organisme beneficiaire"),
    "type": ("transaction type", "type de transaction"),
    "country": ("recipient country or region", "pays ou region beneficiaire"),
    "multi": ("multi country", "multipays"),
    "category": ("sector category", "categorie de secteur"),
    "sector": ("sector", "secteur"),
    "humanitarian": ("humanitarian", "humanitaire"),
    "year": ("calendar year", "annee civile"),
    "quarter": ("calendar quarter", "trimestre civil"),
    "year_quarter": ("calendar year and quarter", "annee et trimestre civils"),
    "url": ("url", "url"),
    "usd": ("value usd", "valeur usd"),
    "eur": ("value eur", "valeur eur"),
    "local": ("value local currency", "valeur monnaie locale"),
}
REQUIRED: Final = ("activity", "reporting", "provider", "receiver", "type", "country", "year", "usd")
_ALIASES: Final = {
    "value local currrency": "local",
    "identifiant iita": "activity",
    "identifiant de l iati": "activity",
}
_TABLES, _WORKBOOKS = (".csv", ".tsv", ".csv.gz", ".tsv.gz"), (".xlsx", ".xlsm")
_LONGEST_LINE, _MOST_ROWS_ABOVE = 1 << 20, 10


def plain(heading: str) -> str:
    """Return a heading as headings are compared.

    >>> plain("Identifiant de l’IITA"), plain("Value (USD)")
    ('identifiant de l iita', 'value usd')
    """
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub("[^a-z0-9]+", " ", "".join(c for c in letters if not unicodedata.combining(c))).strip()


_KEYS = {heading: key for key, both in COLUMNS.items() for heading in both} | _ALIASES


class FaultyRow(list[str]):
    """A row with a cell that has no value of its own: a formula, or an error of the spreadsheet."""

    def __init__(self, error: UnreadableSource) -> None:
        super().__init__()
        self.error = error


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table: where each column stands, the language, and how many cells a row has."""

    at: dict[str, int]
    lang: str
    width: int
    ignored: tuple[str, ...]


def read_heading(cells: list[str], path: Path, row: int) -> Heading:
    """Return what a row of headings says.

    :raises UnreadableSource: If a needed column is missing or a column is there twice.
    """
    at: dict[str, int] = {}
    ignored = []
    votes = {"en": 0, "fr": 0}
    for place, cell in enumerate(cells):
        heading = plain(cell)
        key = _KEYS.get(heading)
        if key is None:
            ignored += [cell] if heading else []
        elif key in at:
            raise UnreadableSource(f"two columns are called {cell!r}", path=path, row=row, advice="keep one of them")
        else:
            at[key] = place
            votes["fr" if heading == COLUMNS[key][1] else "en"] += key != "url"
    lang = max(votes, key=lambda name: votes[name])
    missing = [COLUMNS[key][lang == "fr"] for key in REQUIRED if key not in at]
    if missing:
        raise UnreadableSource(
            f"the column {missing[0]!r} is missing" + (f" (and {len(missing) - 1} more)" if missing[1:] else ""),
            path=path,
            row=row,
            advice="give a table with the headings of the IATI country tables, in English or French, in its first row",
        )
    return Heading(at, lang, len(cells), tuple(ignored))


def _likely(cells: list[str]) -> int:
    return sum(plain(cell) in _KEYS for cell in cells)


def _is_heading(cells: list[str]) -> bool:
    return _likely(cells) >= len(REQUIRED) // 2


def open_rows(
    path: Path,
    wrong: Callable[[UnreadableSource], None] | None = None,
    left_out: Callable[[str], None] = lambda reason: None,
) -> tuple[Heading, Iterator[tuple[int, list[str]]]]:
    """Return the heading of a table and its rows, each with its number (that of the heading included).

    Of a workbook one sheet is read: the first that has the headings, else the first.

    :param wrong: Told of what can be passed over: a row that is no row, the rest of a damaged file, rows above the
        headings. Without it that is raised.
    :param left_out: Told of each other sheet of a workbook, and of what is not read of this one.
    :raises UnreadableSource: If the file is no such table, now or from the rows.
    """
    rows = _raw_rows(path, left_out)
    number = 0
    for number, cells in rows:
        if _is_heading(cells) or number > _MOST_ROWS_ABOVE:
            break
        if any(cells):
            problem = UnreadableSource(
                "the headings do not stand in the first row",
                path=path,
                row=number,
                advice="delete what stands above them, also merged cells",
            )
            if wrong is None:
                read_or = _heading_below(rows)
                raise problem if read_or else _no_heading(cells, path, number)
            wrong(problem)
    else:
        raise _no_heading([], path, number)
    heading = read_heading(cells, path, number)
    return heading, _checked(rows, heading, path, wrong)


def _heading_below(rows: Iterator[tuple[int, list[str]]]) -> bool:
    return any(_is_heading(cells) for (_, cells), _ in zip(rows, range(_MOST_ROWS_ABOVE), strict=False))


def _no_heading(cells: list[str], path: Path, row: int) -> UnreadableSource:
    if not cells:
        return UnreadableSource("the table is empty", path=path, advice="give a table of IATI transactions")
    return UnreadableSource(
        f"the first row has not the headings of a table of IATI transactions (it begins {short(cells[0])!r})",
        path=path,
        row=row or None,
        advice="give a table with the headings of the IATI country tables, in English or French",
    )


def _checked(
    rows: Iterator[tuple[int, list[str]]],
    heading: Heading,
    path: Path,
    wrong: Callable[[UnreadableSource], None] | None,
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, all of the width of the heading."""
    width = heading.width
    while True:
        try:
            number, cells = next(rows)
        except StopIteration:
            return
        except UnreadableSource as error:  # the file is damaged: nothing comes after this
            if wrong is None:
                raise
            wrong(error)
            return
        if isinstance(cells, FaultyRow):
            if wrong is None:
                raise cells.error
            wrong(cells.error)
        elif len(cells) == width:
            yield number, cells
        elif not any(cells):
            continue
        elif len(cells) < width and path.name.lower().endswith(_WORKBOOKS):
            yield number, cells + [""] * (width - len(cells))  # a workbook does not write the empty cells at the end
        elif len(cells) > width and not any(cells[width:]):
            yield number, cells[:width]
        else:
            problem = UnreadableSource(
                f"the row has {len(cells)} cells, the heading {width}", path=path, row=number, advice="correct the row"
            )
            if wrong is None:
                raise problem
            wrong(problem)


def _raw_rows(path: Path, left_out: Callable[[str], None]) -> Iterator[tuple[int, list[str]]]:
    name = path.name.lower()
    if name.endswith(_WORKBOOKS):
        return _workbook_rows(path, left_out)
    return _text_rows(path)


def _workbook_rows(path: Path, left_out: Callable[[str], None]) -> Iterator[tuple[int, list[str]]]:
    cut: dict[str, int] = {}
    sheets = open_sheets(path, cut)
    if not sheets:
        return
    tops = [(sheet, _top(sheet)) for sheet in sheets]
    chosen = next((sheet for sheet, top in tops if any(map(_is_heading, top))), sheets[0])
    for sheet, top in tops:
        if sheet is not chosen and any(map(any, top)):
            left_out(f"sheet {(sheet.title or '')[:80]!r} (a table is one sheet)")
    for number, cells in chosen.rows():
        if Fault not in map(type, cells):
            yield number, list(map(str, cells))
        else:
            fault = next(cell for cell in cells if isinstance(cell, Fault))
            yield number, FaultyRow(UnreadableSource(fault.problem, path=path, row=number, advice=fault.advice))
    for reason in cut:
        left_out(reason)


def _top(sheet: WorkbookSheet) -> list[list[str]]:
    """Return the first rows of a sheet, as far as they can be read: damage is told where the sheet is read."""
    top: list[list[str]] = []
    with contextlib.suppress(UnreadableSource):
        for _, cells in islice(sheet.rows(), _MOST_ROWS_ABOVE):
            top.append(list(map(str, cells)))
    return top


def _text_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    with open_text(path) as file:
        first = file.readline(_LONGEST_LINE)
        number = int(delimiter_note(first) is not None)
        if number:
            first = file.readline(_LONGEST_LINE)
        delimiter = max(",;\t", key=lambda d: _likely(_split(first, d)))
        reader = csv.reader(_lines(first, file, path), delimiter=delimiter, strict=True)
        while True:
            try:
                for cells in reader:
                    number += 1
                    yield number, cells
                return
            except csv.Error as error:
                raise UnreadableSource(
                    f"the row cannot be read as CSV ({error})",
                    path=path,
                    row=number + 1,
                    advice="close every quotation mark, and write it twice within a text",
                ) from None


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _lines(first: str, file: TextIO, path: Path) -> Iterator[str]:
    """Yield the lines of a file, and refuse one that is longer than any row: it would have to be held whole."""
    line = first
    while line:
        if len(line) >= _LONGEST_LINE:
            raise UnreadableSource(
                f"a line has more than {_LONGEST_LINE:,} characters",
                path=path,
                advice="give a table with one row a line",
            )
        yield line
        line = file.readline(_LONGEST_LINE)


def likeness(path: Path) -> int:
    """Say whether a file is a table of IATI transactions by its headings: 2, or 0."""
    name = path.name.lower()
    try:
        if name.endswith(_WORKBOOKS) and path.is_file():
            heads = [cells for _, cells in islice(_workbook_rows(path, lambda reason: None), _MOST_ROWS_ABOVE)]
        elif name.endswith(_TABLES):
            heads = [_split(line, d) for line in peek(path).splitlines()[:_MOST_ROWS_ABOVE] for d in ",;\t"]
        else:
            return 0
    except UnreadableSource:
        return 0
    needed = {heading for key in ("activity", "provider", "receiver") for heading in COLUMNS[key]}
    return 2 if any(len(needed & {plain(cell) for cell in cells}) >= 2 for cells in heads) else 0
