"""Looking at a file of data: how it is laid out, and what stands in each of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ..ontology.currencies import is_currency
from ..ontology.errors import UnreadableSource
from . import registry_countries
from .cells import Cell, Fault, NumberCell
from .mapping_files import DataFile, Row, file_kind
from .mapping_spec import Dates, FileSpec, Reading
from .mapping_values import date, not_known, number
from .problems import CellError
from .reading import open_binary
from .reading_json import Json, JsonStream

_ROWS: Final = 20_000
_HEAD_ROWS: Final = 60
_MOST_DISTINCT: Final = 3_000
_SIGNS: Final = (";", "|", "\n", " / ")
_NUMBERS: Final = (
    Reading(), Reading(decimal=","), Reading(decimal=",", thousands=" "), Reading(thousands=","),
    Reading(decimal=",", thousands="."), Reading(thousands=" "), Reading(thousands="'"),
)  # fmt: skip


@dataclass(slots=True)
class Column:
    """What stands in a column: its texts with how often each does, and whether cells hold lists or are typed."""

    name: str
    texts: Counter[str] = field(default_factory=Counter)
    filled: int = 0
    lists: bool = False
    numbers: int = 0
    faults: int = 0
    separated: Counter[str] = field(default_factory=Counter)

    def add(self, cell: Cell | list[str]) -> None:
        """Take a cell."""
        for one in cell if isinstance(cell, list) else [cell]:
            if isinstance(one, Fault):
                self.faults += 1
                continue
            text = " ".join(one.split()) if "\n" not in one else one.strip()
            if text.startswith("=") and len(text) > 1:
                self.faults += 1  # a formula
                continue
            if not text:
                continue
            self.filled += 1
            self.numbers += isinstance(one, NumberCell)
            if len(self.texts) < _MOST_DISTINCT or text in self.texts:
                self.texts[text] += 1
            for sign in _SIGNS:
                self.separated[sign] += sign in text
        self.lists = self.lists or isinstance(cell, list)

    @property
    def known(self) -> list[str]:
        """The distinct texts that say something: not ``n/a`` and the like."""
        return [text for text in self.texts if not not_known(text)]

    def all(self, pattern: str) -> bool:
        """Say whether every text is of a form."""
        return bool(self.known) and all(re.fullmatch(pattern, text) for text in self.known)

    def share(self, known: Iterable[bool]) -> float:
        """Return the share of the distinct texts of which something holds."""
        found = list(known)
        return sum(found) / len(found) if found else 0.0

    def separator(self) -> str | None:
        """Return the sign that divides the cells into several values, if one does."""
        if self.lists or not self.filled:
            return None
        sign, count = max(self.separated.items(), key=lambda item: item[1], default=(";", 0))
        least = 0.2 if len(self.texts) == self.filled else 0.02  # names that are all different rarely are lists
        if count < max(2, self.filled * least):
            return ", " if self._commas() else None
        parts = [part.strip() for text in self.known for part in text.split(sign)]
        return sign if len(parts) and sum(map(len, parts)) / len(parts) < 90 else None

    def _commas(self) -> bool:
        """Say whether commas divide names that come again, alone or in other company; most names have none."""
        cells = [text.split(", ") for text in self.known]
        several = [parts for parts in cells if len(parts) > 1]
        again = Counter(part for parts in cells for part in set(parts))
        parts = [part for found in several for part in found]
        return len(several) > 1 and sum(again[part] > 1 for part in parts) > len(parts) * 0.7

    def years(self) -> bool:
        """Say whether all are years."""
        return self.all(r"(1[5-9]|20)[0-9]{2}(\.0+)?")

    def date_order(self) -> tuple[bool, Dates | None]:
        """Return whether all are dates, and the order of day and month if the dates themselves leave no doubt."""
        if not self.known or self.all(r"-?[0-9.]+"):
            return False, None
        orders: list[Dates | None] = [None, "day-first", "month-first"]
        fitting = [order for order in orders if all(_is_date(text, order) for text in self.known)]
        if None in fitting:
            return True, None
        return (True, fitting[0]) if len(fitting) == 1 else (False, None)

    def ambiguous_dates(self) -> bool:
        """Say whether all are dates that may be read in two ways."""
        known = self.known
        either = bool(known) and all(_is_date(t, "day-first") and _is_date(t, "month-first") for t in known)
        return either and not all(_is_date(t, None) for t in known)

    def reading(self) -> Reading | None:
        """Return how all of them are numbers, or None if they are not, or may be read in two ways."""
        fitting = [reading for reading in _NUMBERS if self.known and all(_is_number(t, reading) for t in self.known)]
        if not fitting or fitting[0] == Reading():
            return fitting[0] if fitting else None
        made = {tuple(number(text, reading) for text in self.known) for reading in fitting}
        return fitting[0] if len(made) == 1 else None

    def ambiguous_numbers(self) -> bool:
        """Say whether all are numbers that may be read in two ways."""
        return self.reading() is None and any(
            self.known and all(_is_number(t, reading) for t in self.known) for reading in _NUMBERS
        )

    def currencies(self) -> bool:
        """Say whether all are codes of currencies."""
        return bool(self.known) and all(is_currency(text) for text in self.known)

    def codes(self) -> str | None:
        """Return which codes of countries these are: ``ISO3166``, ``ISO3166Alpha3`` or None."""
        for pattern, scheme in (("[A-Z]{2}", "ISO3166"), ("[A-Z]{3}", "ISO3166Alpha3")):
            if self.all(pattern) and self.share(registry_countries.by_code(t) is not None for t in self.known) > 0.97:
                return scheme
        return None

    def countries(self) -> float:
        """Return the share of the distinct texts that are names of countries."""
        return self.share(registry_countries.by_name(text) is not None for text in self.known[:500])


@dataclass(slots=True)
class Look:
    """What was seen: the layout of the file, its columns, some rows, and what had to be guessed."""

    path: Path
    spec: FileSpec
    columns: dict[str, Column]
    sample: list[Row]
    rows: int
    guessed_encoding: bool = False


def look(path: Path) -> Look:
    """Look at a file of data.

    :raises UnreadableSource: If it cannot be read, or holds no rows.
    """
    kind = file_kind(path)
    spec = FileSpec(line=1)
    guessed = False
    if kind == "csv":
        spec, guessed = _encoded(path, spec)
        rows = _rows_of_csv(path, spec)
        spec = replace(spec, header_row=_header_row(rows))
    elif kind == "workbook":
        spec = _sheet(path, spec)
    else:
        spec = replace(spec, records=_records(path, kind))
    columns, sample, count = _columns(path, spec)
    if kind in ("csv", "workbook") and (turned := _wide(columns)):
        spec = replace(spec, **turned)
        columns, sample, count = _columns(path, spec)
    if not columns or not count:
        raise UnreadableSource("there are no rows", path=path, advice="give a file with column names and rows")
    return Look(path, spec, columns, sample, count, guessed)


def _wide(columns: dict[str, Column]) -> dict[str, Any]:
    """Return how a table is turned that has a column for each year, or for each country."""
    years = [name for name in columns if re.fullmatch(r"(19|20)[0-9]{2}", name)]
    if len(years) > 3:
        return {"unpivot": tuple(dict.fromkeys(f"{name[:2]}[0-9][0-9]" for name in years))}
    names = list(columns)
    named = [at for at, name in enumerate(names) if registry_countries.by_name(name) is not None]
    if len(named) < 10 or named[0] > 12 or len(named) < (len(names) - named[0]) * 0.6:
        return {}
    return {"unpivot": tuple(names[: named[0]]), "unpivot_rest": True}


def _columns(path: Path, spec: FileSpec) -> tuple[dict[str, Column], list[Row], int]:
    data = DataFile(path, spec)
    columns: dict[str, Column] = {}
    sample: list[Row] = []
    count = 0
    for row in islice(data.rows(), _ROWS):
        count += 1
        if len(sample) < 2_000:
            sample.append(row)
        for name, cell in row.cells.items():
            if name not in columns:
                columns[name] = Column(name)
            columns[name].add(cell)
    if data.twice and len(data.twice) == len(data.columns):
        name = next(iter(data.twice))
        raise UnreadableSource(f"two columns are called {name!r}", path=path, advice="rename one of them")
    order = [name for name in data.columns if name.strip() and name in columns and name not in data.twice]
    return {name: columns[name] for name in order}, sample, count


def _encoded(path: Path, spec: FileSpec) -> tuple[FileSpec, bool]:
    """Return the layout with the encoding in which the file can be read, and whether it is a guess."""
    with open_binary(path) as file:
        head = file.read(65_536)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return replace(spec, encoding="utf-16"), False
    if head[1:200:2].count(0) > 40:
        return replace(spec, encoding="utf-16-le"), True
    for encoding in (None, "cp1252", "latin-1"):
        tried = replace(spec, encoding=encoding)
        try:
            with open_binary(path) as file:
                while block := file.readlines(1 << 20):
                    b"".join(block).decode(encoding or "utf-8")
        except UnicodeDecodeError:
            continue
        return tried, encoding is not None
    return spec, False


def _rows_of_csv(path: Path, spec: FileSpec) -> list[tuple[int, list[Cell]]]:
    return list(islice(DataFile(path, spec).raw_rows(), _HEAD_ROWS))


def _header_row(rows: list[tuple[int, list[Cell]]]) -> int | None:
    """Return the row of the column names where it is not simply the first that holds anything."""
    filled = [(number, cells, sum(bool(cell) for cell in cells)) for number, cells in rows if any(cells)]
    if not filled:
        return None
    width = max(count for _, _, count in filled)
    for row, cells, count in filled:
        texts = [cell for cell in cells if isinstance(cell, str) and cell and not isinstance(cell, NumberCell)]
        if count >= width * 0.6 and len(texts) >= count * 0.5:
            return None if row == filled[0][0] else row
    return None


def _sheet(path: Path, spec: FileSpec) -> FileSpec:
    """Return the layout with the sheet that holds most, and the row of its column names."""
    from .workbook import open_sheets

    best: tuple[int, FileSpec] | None = None
    sheets = open_sheets(path, {})
    for sheet in sheets:
        rows = list(islice(sheet.rows(), _HEAD_ROWS))
        held = sum(bool(cell) for _, cells in rows for cell in cells)
        if held and (best is None or held > best[0]):
            title = sheet.title if len(sheets) > 1 else None
            best = (held, replace(spec, sheet=title, header_row=_header_row(rows)))
    if best is None:
        raise UnreadableSource("the workbook is empty", path=path, advice="give one with column names and rows")
    return best[1]


def _records(path: Path, kind: str) -> tuple[str, ...]:
    """Return the path to the records within the elements of a tree."""
    if kind == "yaml":
        from .mapping_yaml import document

        value = document(path)
        elements = value if isinstance(value, list) else [value]
    else:
        elements = [value for _, value in islice(JsonStream(path).elements(), 300)]
    steps: tuple[str, ...] = ()
    found = [element for element in elements if isinstance(element, dict)]
    if len(elements) == 1 and found:
        steps = _down(found[0]) or ()
        found = _under(found, steps)
    for _ in range(3):
        name = _deeper(found)
        if name is None:
            break
        more = (name, "*") if name else ("*",)
        steps = (*steps, *more)
        found = _under(found, more)
    return steps


def _under(values: list[dict[str, Json]], steps: tuple[str, ...]) -> list[dict[str, Json]]:
    held: list[Json] = list(values)
    for step in steps:
        below: list[Json] = []
        for value in held:
            if step == "*":
                below += list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
            elif isinstance(value, dict) and step in value:
                below.append(value[step])
        held = below[:2_000]
    return [value for value in held if isinstance(value, dict)]


def _down(value: dict[str, Json], depth: int = 0) -> tuple[str, ...] | None:
    """Return the way to the longest list of objects in an object, or to its members if they are the records."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for name, item in value.items():
        if isinstance(item, list) and item and all(isinstance(part, dict) for part in item):
            found.append((len(item), (name, "*")))
    objects = [item for item in value.values() if isinstance(item, dict)]
    if len(objects) > 2 and len(objects) > len(value) * 0.8 and _alike(objects):
        found.append((len(objects), ("*",)))
    for name, item in value.items():
        if isinstance(item, dict) and depth < 3 and not any("*" in steps[:1] for _, steps in found):
            below = _down(item, depth + 1)
            if below:
                found.append((1, (name, *below)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _alike(objects: list[dict[str, Json]]) -> bool:
    first = set(objects[0])
    return sum(bool(first & set(other)) for other in objects[:50]) > min(len(objects), 50) * 0.6


def _deeper(records: list[dict[str, Json]]) -> str | None:
    """Return the field in which the real records stand, by their key or in a list; ``""`` if they are the members."""
    if not records:
        return None
    first = records[:100]
    if all(record and all(map(_numeric, record.values())) for record in first) and len(set().union(*first)) > 1:
        sets = {tuple(sorted(record)) for record in records[:100]}
        return "" if len(sets) > 3 else None
    best: tuple[int, str] | None = None
    for name in dict.fromkeys(name for record in records for name in record):
        items = [record[name] for record in records if record.get(name)]
        if len(items) * 2 < len(records):
            continue
        objects = [item for item in items if isinstance(item, dict)]
        lists = [item for item in items if isinstance(item, list) and item and isinstance(item[0], dict)]
        keys = {key for item in objects for key in item}
        size = sum(map(len, objects)) / len(objects) if objects else 0
        if objects and len(keys) >= 8 and len({tuple(sorted(item)) for item in objects}) > len(objects) * 0.3:
            best = max(best or (0, ""), (int(size * len(objects)), name))
        elif len(lists) * 2 > len(items) and len(lists[0][0]) > 1:  # type: ignore[arg-type]  # an object
            best = max(best or (0, ""), (sum(map(len, lists)), name))
    return best[1] if best else None


def _numeric(item: Json) -> bool:
    return isinstance(item, int | float | Decimal) and not isinstance(item, bool)


def _is_date(text: str, order: Dates | None) -> bool:
    try:
        date(text, Reading(dates=order))
    except CellError:
        return False
    return True


def _is_number(text: str, reading: Reading) -> bool:
    try:
        number(text, reading)
    except CellError:
        return False
    return True
