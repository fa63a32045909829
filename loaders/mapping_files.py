"""The rows of any file of data by the names of its columns: CSV in any encoding, workbooks, JSON, JSON lines, YAML.

Nothing here knows what the columns mean. One row is held in memory, never the file (but for YAML, and for JSON that is
one single object).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeAlias

from ..ontology.errors import UnreadableSource
from .cells import Cell, Fault, NumberCell, clean, short
from .mapping_spec import FileSpec
from .problems import CellError, nearest
from .reading import open_binary
from .reading_json import Json, JsonStream
from .records import letter
from .sheets import EXPLANATIONS, WORKBOOK_SUFFIXES, check_text
from .table_columns import plain

JSON_SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".geojson")
YAML_SUFFIXES: Final = (".yaml", ".yml")
#: The columns that a row has beside its own, in JSON below `records` and where columns were turned into rows.
KEY, VALUE, PARENT = "_key", "_value", "_parent."

_HEAD, _LINES, _DEEPEST, _WIDEST = 65_536, 20, 24, 4_000
_DELIMITERS = ",;\t|"
_OTHER_ENCODING = "say which encoding it has, as `encoding: cp1252` (Excel for Windows) or `encoding: utf-16`"

#: A cell of a row: what a sheet has, or several texts where JSON has a list.
Content: TypeAlias = Cell | list[str]


@dataclass(slots=True)
class Row:
    """One row: its cells by column (empty ones are left out) and its place."""

    cells: dict[str, Content]
    path: Path
    sheet: str | None
    number: int | None
    locator: str

    def wrong(self, problem: str, *, column: str | None = None, advice: str | None = None) -> UnreadableSource:
        """Return what is wrong at this place."""
        if self.number is None:
            problem = f"{self.locator}: {problem}"
        return UnreadableSource(
            problem, path=self.path, sheet=self.sheet, row=self.number, column=column, advice=advice
        )


@dataclass(slots=True)
class DataFile:
    """A file of data with its layout. ``columns`` are those met so far: all of a table once a row was read."""

    path: Path
    spec: FileSpec
    columns: dict[str, None] = field(default_factory=dict)
    #: Columns that two headers have, with their letters: which one is meant cannot be told.
    twice: dict[str, str] = field(default_factory=dict)
    #: What was left out in reading, by reason.
    cut: dict[str, int] = field(default_factory=dict)
    #: Whether a line of JSON lines that cannot be read is counted, and reading goes on.
    skip_bad: bool = False

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold anything.

        :raises UnreadableSource: If the file cannot be read, or a row of it.
        """
        self.cut.clear()
        kind = file_kind(self.path)
        rows = self._elements(kind) if kind in ("json", "yaml") else self._table(kind)
        return self._unpivoted(rows) if self.spec.unpivot or self.spec.unpivot_rest else rows

    def raw_rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows of a CSV file as they are, before it is known which one holds the column names."""
        return self._csv()

    # --- tables ------------------------------------------------------------------------------------------------

    def _table(self, kind: str) -> Iterator[Row]:
        sheet, source = self._sheet() if kind == "workbook" else (None, self._csv())
        header: list[str] | None = None
        nameless: dict[int, int] = {}
        prefix = f"sheet {sheet}, " if sheet else ""
        for number, cells in source:
            if header is None:
                if number >= (self.spec.header_row or 1) and (self.spec.header_row or any(cells)):
                    header = self._header(cells, number, sheet)
                continue
            found: dict[str, Content] = {}
            for index, cell in enumerate(cells):
                if not cell or (isinstance(cell, str) and cell.isspace()):
                    continue
                if index < len(header) and header[index]:
                    found[header[index]] = cell
                else:
                    nameless[index] = nameless.get(index, 0) + 1
            if found:
                yield Row(found, self.path, sheet, number, f"{prefix}row {number}")
        if header is None:
            problem = f"there is no row {self.spec.header_row}" if self.spec.header_row else "there are no rows"
            raise UnreadableSource(problem, path=self.path, sheet=sheet, advice="the column names stand in a row of it")
        for index, count in nameless.items():
            self.cut[f"values of column {letter(index)}, which has no name"] = count

    def _header(self, cells: list[Cell], number: int, sheet: str | None) -> list[str]:
        header: list[str] = []
        for index, cell in enumerate(cells):
            try:
                name = " ".join(clean(cell).split())
            except CellError as error:
                raise UnreadableSource(
                    f"the header of column {letter(index)}: {error.problem}",
                    path=self.path, sheet=sheet, row=number, advice=error.advice,
                ) from None  # fmt: skip
            if name and name in header:
                self.twice[name] = f"{letter(header.index(name))} and {letter(index)}"
                name = ""
            header.append(name)
            if name:
                self.columns[name] = None
        if not any(header):
            raise UnreadableSource(
                "the row has no column names", path=self.path, sheet=sheet, row=number,
                advice="say in which row they stand, as `header_row: 3`",
            )  # fmt: skip
        return header

    def _sheet(self) -> tuple[str | None, Iterator[tuple[int, list[Cell]]]]:
        from .workbook import open_sheets

        try:
            sheets = open_sheets(self.path, self.cut)
        except OSError as error:
            raise UnreadableSource(
                f"cannot be read ({error.strerror})", path=self.path, advice="check its permissions"
            ) from None
        titles = [sheet.title or "" for sheet in sheets]
        wanted = self.spec.sheet
        if wanted is not None:
            if wanted not in titles:
                meant = nearest(wanted, titles)
                advice = f"perhaps you mean {meant[0]!r}" if meant else f"it has {', '.join(map(repr, titles))}"
                raise UnreadableSource(f"there is no sheet {short(wanted)!r}", path=self.path, advice=advice)
            chosen = sheets[titles.index(wanted)]
        else:
            likely = [sheet for sheet in sheets if plain(sheet.title or "") not in EXPLANATIONS]
            if len(likely) > 1:
                likely = [sheet for sheet in likely if any(any(cells) for _, cells in sheet.rows())]
            if len(likely) != 1:
                raise UnreadableSource(
                    f"the workbook has the sheets {', '.join(map(repr, titles))}", path=self.path,
                    advice="say which one is meant, as `sheet: name`",
                )  # fmt: skip
            chosen = likely[0]
        return chosen.title, chosen.rows()

    def _csv(self) -> Iterator[tuple[int, list[Cell]]]:
        encoding = self.spec.encoding or "utf-8-sig"
        with open_binary(self.path) as file:
            head = file.read(_HEAD)
        self._check_head(head)
        try:
            with open_binary(self.path) as file, io.TextIOWrapper(file, encoding, newline="") as text:
                lines = list(islice(iter(partial(text.readline, _HEAD), ""), _LINES))
                delimiter, start = self.spec.delimiter, 1
                first = lines[0] if lines else ""
                if first[:4].casefold() == "sep=" and first[4:].strip("\r\n") in (*_DELIMITERS, ""):
                    delimiter = delimiter or first[4:].strip("\r\n") or None  # Excel's own note of the delimiter
                    lines, start = lines[1:], 2
                if any(len(line) >= _HEAD for line in lines[: self.spec.header_row or 1]):
                    raise UnreadableSource(
                        f"the header has more than {_HEAD:,} characters", path=self.path, advice="it is no table"
                    )
                delimiter = delimiter or delimiter_of(lines, self.spec.header_row)
                yield from self._csv_rows(chain(lines, text), delimiter, start)
        except UnicodeDecodeError as error:
            problem = f"is not {'UTF-8' if self.spec.encoding is None else self.spec.encoding} text"
            near = error.object[max(0, error.start - 10) : error.start + 10].decode("cp1252", errors="replace")
            raise UnreadableSource(
                f"{problem} (near {' '.join(near.split())!r})", path=self.path, advice=_OTHER_ENCODING
            ) from None
        except UnicodeError as error:  # UTF-16 without its mark
            raise UnreadableSource(
                f"is not {encoding} text ({short(str(error))})", path=self.path, advice=_OTHER_ENCODING
            ) from None

    def _check_head(self, head: bytes) -> None:
        try:
            check_text(head, self.path)
        except UnreadableSource as error:
            wide = "UTF-16" in error.problem or head.count(0) > 3
            if not wide:
                raise
            if self.spec.encoding is None:
                raise UnreadableSource(error.problem, path=self.path, advice=_OTHER_ENCODING) from None

    def _csv_rows(self, lines: Iterator[str], delimiter: str, start: int) -> Iterator[tuple[int, list[Cell]]]:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number = start
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise UnreadableSource(
                    f"the row cannot be read as CSV ({error})", path=self.path, row=number,
                    advice="a quotation mark within a text is written twice, and every opened one is closed",
                ) from None  # fmt: skip
            yield number, list(row)
            number += 1

    # --- trees -------------------------------------------------------------------------------------------------

    def _elements(self, kind: str) -> Iterator[Row]:
        array = kind == "json" and _first(self.path) == "["
        skip = self._bad if self.skip_bad else None
        elements = JsonStream(self.path, unique=True).elements(skip=skip) if kind == "json" else _yaml(self.path)
        empty = True
        for number, element in elements:
            place = f"[{number - 1}]" if array else f"record {number}"
            single = not array and bool(self.spec.records) and number == 1
            for leaf, context, where in _walk(element, self.spec.records, {}, "" if single else place):
                cells = context if isinstance(leaf, dict) else {**context, VALUE: _scalar(leaf)}
                if isinstance(leaf, dict):
                    cells = {**context, **flat(leaf)}
                empty = False
                self.columns.update(dict.fromkeys(cells))
                cells = {name: cell for name, cell in cells.items() if cell}
                if cells:
                    where = "".join(char if char.isprintable() else " " for char in where.lstrip("."))
                    yield Row(cells, self.path, None, None, where or place)
        if empty:
            what = f"nothing stands under `records: {'.'.join(self.spec.records)}`" if self.spec.records else "is empty"
            raise UnreadableSource(what, path=self.path, advice="say where the list of records is, as `records: a.*`")

    def _bad(self, error: UnreadableSource) -> None:
        self.cut["line that cannot be read"] = self.cut.get("line that cannot be read", 0) + 1

    def _unpivoted(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Turn columns into rows: each cell of one of the columns is a row, with the rest of its row."""
        known: dict[str, bool] = {}
        for row in rows:
            if len(known) < len(self.columns):
                for name in list(self.columns):
                    known.setdefault(name, self._turned(name))
                    if known[name]:
                        self.columns.pop(name)
                self.columns.update({KEY: None, VALUE: None})
                known.update({KEY: False, VALUE: False})
            rest = {name: cell for name, cell in row.cells.items() if not known.get(name)}
            for name, cell in row.cells.items():
                if known.get(name):
                    cells = {**rest, KEY: name, VALUE: cell}
                    yield Row(cells, row.path, row.sheet, row.number, f"{row.locator}, column {name}")
        if not any(known.values()):
            raise UnreadableSource(
                f"no column is one of {', '.join(map(repr, self.spec.unpivot))}, as `unpivot` says", path=self.path,
                advice=f"it has {', '.join(map(repr, list(self.columns)[:12]))}",
            )  # fmt: skip

    def _turned(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.spec.unpivot) is not self.spec.unpivot_rest


def file_kind(path: Path) -> str:
    """Return what a file is read as: ``csv``, ``workbook``, ``json`` or ``yaml``.

    :raises UnreadableSource: If there is none, or it is of a kind that is not read.
    """
    if path.is_dir():
        raise UnreadableSource("is a folder", path=path, advice="name its files, as `folder/*.csv`")
    if not path.is_file():
        raise UnreadableSource(
            "there is no such file", path=path, advice="check the name; it is relative to the mapping"
        )
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    suffix = suffixes[-1] if suffixes else ""
    if suffix in WORKBOOK_SUFFIXES:
        return "workbook"
    if suffix in JSON_SUFFIXES:
        return "json"
    if suffix in YAML_SUFFIXES:
        return "yaml"
    if suffix in (".xls", ".xlsb", ".ods", ".numbers", ".pdf", ".doc", ".docx", ".zip"):
        raise UnreadableSource(f"is of the kind {suffix}", path=path, advice="save it as .xlsx, .csv or .json")
    return "csv"


def delimiter_of(lines: list[str], header_row: int | None = None) -> str:
    """Return the sign by which the header has most cells; at last the comma.

    Where it is not said which line is the header, it is the first, unless that has far fewer cells than those below,
    as a title has.
    """

    def cells(delimiter: str, line: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            return 0

    filled = [line for line in lines if line.strip()]
    if header_row is not None:
        filled = lines[header_row - 1 : header_row] or filled
    if not filled:
        return ","
    best = max(_DELIMITERS, key=lambda sign: cells(sign, filled[0]))
    most = max(_DELIMITERS, key=lambda sign: sum(cells(sign, line) for line in filled))
    widest = max(cells(most, line) for line in filled)
    return most if cells(best, filled[0]) * 2 < widest else best


def flat(value: dict[str, Json], prefix: str = "", depth: int = 0) -> dict[str, Content]:
    """Return the fields of an object as cells; those of objects within have dots, and lists give several texts.

    >>> flat({"a": {"b": "x"}, "c": ["y", "z"], "d": [{"e": "1"}, {"e": "2"}], "f": None})
    {'a.b': 'x', 'c': ['y', 'z'], 'd.e': ['1', '2'], 'f': ''}
    """
    cells: dict[str, Content] = {}
    for name, item in value.items():
        column = f"{prefix}{' '.join(name.split())}"
        if isinstance(item, dict):
            if depth < _DEEPEST:
                cells.update(flat(item, f"{column}.", depth + 1))
        elif isinstance(item, list):
            cells[column] = [text for part in item if not isinstance(part, dict | list) and (text := _scalar(part))]
            for part in item:
                if isinstance(part, dict) and depth < _DEEPEST:
                    cells.pop(column, None)
                    for inner, cell in flat(part, f"{column}.", depth + 1).items():
                        held = cells.setdefault(inner, [])
                        if isinstance(held, list) and not isinstance(cell, Fault):
                            held += cell if isinstance(cell, list) else [cell] if cell else []
        else:
            cells[column] = _scalar(item)
        if len(cells) > _WIDEST:
            break
    return cells


def _walk(
    value: Json, steps: tuple[str, ...], context: dict[str, Content], where: str
) -> Iterator[tuple[Json, dict[str, Content], str]]:
    """Yield what stands at the end of a path, what is known of it from above, and the path that led there."""
    if not steps:
        yield value, context, where
        return
    step, rest = steps[0], steps[1:]
    if step != "*":
        if isinstance(value, dict) and step in value:
            yield from _walk(value[step], rest, _below(value, context), f"{where}.{step}")
        return
    if isinstance(value, dict):
        above = _below({}, context)  # the members are the records, so none of them is what the others stand in
        for key, item in value.items():
            yield from _walk(item, rest, {**above, KEY: " ".join(key.split())}, f"{where}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _walk(item, rest, context, f"{where}[{number}]")


def _below(value: dict[str, Json], context: dict[str, Content]) -> dict[str, Content]:
    """Return what a record sees of what it stands in: its single fields and its key, as ``_parent.name``."""
    own = {name: _scalar(item) for name, item in value.items() if not isinstance(item, dict | list)}
    own = dict(list(own.items())[:_WIDEST])
    if KEY in context:
        own.setdefault(KEY, context[KEY])  # type: ignore[arg-type]  # a key is a text
    above = {name: cell for name, cell in context.items() if name.startswith(PARENT)}
    if not own:
        return above
    return {f"{PARENT}{name}": cell for name, cell in {**above, **own}.items()}


def _scalar(value: Json) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal) and -40 < value.adjusted() < 40:
        return NumberCell(format(value, "f"))
    return NumberCell(value)


def _first(path: Path) -> str:
    with open_binary(path) as file:
        return file.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")[:1].decode("latin-1")


def _yaml(path: Path) -> Iterator[tuple[int, Json]]:
    """Yield the one document of a YAML file, or the elements of its list."""
    from .mapping_yaml import document

    value = document(path)
    yield from enumerate(value, 1) if isinstance(value, list) else [(1, value)]
