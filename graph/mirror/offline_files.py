"""The CSV files for Neo4j's importer: one or more a kind of node or relationship, and a header of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from ..rows import Row
from . import rows

#: Characters that wait to be written.
_WAITING = 256_000
#: Characters of a line beyond which its longest value is of interest; the importer's buffer has at least 4 MB.
_LONG = 500_000
_CELL = '"%s"'
#: Types of columns whose values need no quotes: numbers, and dates in ISO form.
_BARE = ("boolean", "double", "long", "date")
_M = rows.MARK
PLACE = "position"


class Clash(Exception):
    """A list holds the separator: begin again with the next one."""


@dataclass(slots=True)
class Written:
    """What the importer has to know of a file: its header, its parts, the type of relationships (``None``: nodes)."""

    header: str
    kind: str | None
    parts: list[str]
    longest: int = 0
    multiline: bool = False

    def joined(self, other: Written) -> Written:
        """Return both, which are parts of one."""
        longest, multiline = max(self.longest, other.longest), self.multiline or other.multiline
        return Written(self.header, self.kind, [*self.parts, *other.parts], longest, multiline)


class Files:
    """The files of one folder. ``part`` is in the names of those of one process."""

    def __init__(self, folder: Path, separator: str, part: int) -> None:
        self.folder, self.separator, self.part = folder, separator, part
        self._files: list[File] = []

    def __enter__(self) -> Files:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files:
            file.close()

    def nodes(self, name: str, space: str, key: str, columns: dict[str, str], labels: Iterable[str] = ()) -> File:
        """Begin a file of nodes, found by ``key`` in a space of ids of its own; ``columns`` are names and types."""
        fixed = (_M, *labels) if labels else ()
        file = File(self, name, {key: f"ID({space})", **columns}, [":LABEL"], fixed)
        self._files.append(file)
        return file

    def relationships(self, name: str, kind: str, start: str, end: str, columns: dict[str, str]) -> File:
        """Begin a file of relationships of one type."""
        file = File(self, name, columns, [f":START_ID({start})", f":END_ID({end})"], (), kind)
        self._files.append(file)
        return file

    def written(self) -> dict[str, Written]:
        """Finish the files and return what is to know of those that hold anything, by name."""
        for file in self._files:
            file.close()
        return {file.name: file.written for file in self._files if file.written.parts}


class File:
    """One file of rows with the same columns; ``ends`` are columns beside those of the rows, or the labels."""

    def __init__(
        self,
        files: Files,
        name: str,
        columns: dict[str, str],
        ends: list[str],
        labels: tuple[str, ...],
        kind: str | None = None,
    ) -> None:
        self.name = name
        self._path = files.folder / f"{name}-{files.part}.csv"
        self._separator, self._columns, self._labels = files.separator, columns, labels
        self._placed = PLACE in columns
        last = [f"{PLACE}:{columns[PLACE]}"] if self._placed else []
        head = [*ends, *(f"{c}:{t}" for c, t in columns.items() if c != PLACE), *last]
        self.written = Written(",".join(head), kind, [])
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._lines: list[str] = []
        self._waiting = 0
        self._out: Any = None

    def write(self, row: Row, *ends: str) -> None:
        """Write a row that has no place; of a node ``ends`` are the labels, where they are not always the same."""
        self.put([f"{self.line(row, *ends)},\n" if self._placed else f"{self.line(row, *ends)}\n"])

    def line(self, row: Row, *ends: str) -> str:
        """Return a row as CSV without the column of its place, which is the last one, and without the line's end."""
        apart = 0
        if self.written.kind is None:
            labels = self._labels or ends
            ends, apart = (self._separator.join(labels),), len(labels) - 1
        shape = self._shapes.get(tuple(row))
        if shape is None:
            shape = self._shapes[tuple(row)] = _Shape(row, self._columns, len(ends))
        return shape.line(row, ends, apart, self._separator, self.written)

    def put(self, lines: list[str]) -> None:
        """Write lines that are complete."""
        self._lines += lines
        self._waiting += sum(map(len, lines))
        if self._waiting > _WAITING:
            self._flush()

    def _flush(self) -> None:
        text = "".join(self._lines)
        if text.count("\n") > len(self._lines) or "\r" in text:
            self.written.multiline = True
        self._lines.clear()
        self._waiting = 0
        if self._out is None:
            self._out = self._path.open("wb")
            self.written.parts.append(self._path.name)
        self._out.write(text.encode())

    def close(self) -> None:
        """Write what waits."""
        if self._lines:
            self._flush()
        if self._out is not None:
            self._out.close()
            self._out = None


class _Shape:
    """How rows with the same properties become lines.

    A line is filled in as if nothing in it needed a closer look; whether that is so can be counted in it.
    """

    def __init__(self, row: Row, columns: dict[str, str], ends: int) -> None:
        if not columns.keys() >= row.keys():
            raise AssertionError(f"no column for {sorted(row.keys() - columns.keys())}")
        names = [c for c in columns if c != PLACE]
        self._there = [c for c in names if c in row]
        cells = [_CELL] * ends
        for name in names:
            kind = columns[name]
            cells.append("" if name not in row else "%s" if kind in _BARE else _CELL)
        self._template = ",".join(cells)
        self._quotes = self._template.count('"')
        self._lists = [i for i, name in enumerate(self._there, ends) if columns[name] == "string[]"]
        self._numbers = [i for i, name in enumerate(self._there, ends) if columns[name] == "double[]"]
        self._flags = [i for i, name in enumerate(self._there, ends) if columns[name] == "boolean"]

    def line(self, row: Row, ends: tuple[str, ...], apart: int, separator: str, written: Written) -> str:
        """Return a row as CSV; so many separators are in its ``ends``.

        :raises Clash: If a value in a list holds the separator.
        """
        values: list[Any] = [*ends, *map(row.__getitem__, self._there)]
        for i in self._lists:
            value = values[i]
            if len(value) == 1:
                values[i] = value[0]
            else:
                values[i] = separator.join(value)
                apart += len(value) - 1
        for i in self._numbers:
            apart += len(values[i]) - 1
            values[i] = separator.join(map(repr, values[i]))
        for i in self._flags:
            values[i] = "true" if values[i] else "false"
        line = self._template % tuple(values)
        if line.count('"') == self._quotes and line.count(separator) == apart and len(line) < _LONG:
            return line
        for i in self._lists:
            if values[i].count(separator) != len(row[self._there[i - len(ends)]]) - 1:
                raise Clash
        written.longest = max(written.longest, *[len(v) for v in values if isinstance(v, str)])
        return self._template % tuple([v.replace('"', '""') if isinstance(v, str) else v for v in values])
