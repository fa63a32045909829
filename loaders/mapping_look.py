"""Looking at a file of data: how it is laid out, and what stands in each of its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ..ontology.errors import UnreadableSource
from . import registry_countries
from .cells import Cell, NumberCell
from .mapping_column import Column
from .mapping_files import DataFile, Row, file_kind
from .mapping_spec import FileSpec
from .reading import open_binary
from .reading_json import Json, JsonStream

_ROWS: Final = 20_000
_HEAD_ROWS: Final = 60


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
