"""The rows of all the files of a mapping, with the columns of second tables joined to them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from .cells import Fault, clean, short
from .mapping_files import KEY, PARENT, VALUE, Content, DataFile, Row
from .mapping_parts import words_of
from .mapping_spec import Condition, JoinSpec, Mapping
from .problems import CellError, nearest

_MOST_JOINED: Final = 2_000_000
_SHOWN: Final = 30


def admits(row: Row, conditions: tuple[Condition, ...]) -> bool:
    """Say whether a row is one of those that are meant. A cell that is empty is ``""``."""
    for condition in conditions:
        cell = row.cells.get(condition.column, "")
        held = [_plain(one) for one in cell] if isinstance(cell, list) else [_plain(cell)]
        if any(text in condition.among for text in held) == condition.negated:
            return False
    return True


def _plain(cell: Content) -> str:
    try:
        return "" if isinstance(cell, list) else clean(cell)
    except CellError:
        return "" if isinstance(cell, Fault) else str(cell)


class Tables:
    """The files of a mapping and what is joined to them; the rows may be read several times."""

    def __init__(
        self, mapping: Mapping, files: list[Path], skipped: dict[str, int], most: int | None, skip_bad: bool
    ) -> None:
        self._mapping, self._skipped, self._most = mapping, skipped, most
        self._files = [DataFile(path, mapping.data, skip_bad=skip_bad) for path in files]
        self._joins = [_Join(mapping, spec, files) for spec in mapping.joins]
        self.paths = [*files, *(path for join in self._joins for path in join.paths if path not in files)]
        self._needed = mapping.columns()

    def rows(self, *, last: bool = False) -> Iterator[Row]:
        """Yield the rows; the ``last`` time what is not used is counted.

        :raises UnreadableSource: If a file cannot be read, or has not the columns that the mapping names.
        """
        unused: dict[str, int] = {}
        unmatched = [0] * len(self._joins)
        for file in self._files:
            first = True
            for row in islice(file.rows(), self._most):
                if first:
                    first = False
                    self._check(file, whole=False)
                for at, join in enumerate(self._joins):
                    unmatched[at] += join.add(row)
                if last:
                    for name in row.cells:
                        if name not in self._needed and not name.startswith(PARENT):
                            unused[name] = unused.get(name, 0) + 1
                yield row
            self._check(file, whole=self._most is None)
            if last:
                for reason, count in file.cut.items():
                    self._count(reason, count)
        if last:
            for name, count in unused.items():
                if name not in (KEY, VALUE) and not any(name in join.given for join in self._joins):
                    self._count(f"values of column {short(name)!r}, which the mapping does not use", count)
            for join, count in zip(self._joins, unmatched, strict=True):
                if count:
                    self._count(f"rows without a match in {join.name}", count)

    def _count(self, reason: str, count: int) -> None:
        self._skipped[reason] = self._skipped.get(reason, 0) + count

    def _check(self, file: DataFile, *, whole: bool) -> None:
        """Refuse a mapping that names a column which the file has not, or has twice.

        The columns of a tree are known once it has been read, those of a table with its first row.
        """
        from .mapping_files import file_kind

        known = {**file.columns, **{name: None for join in self._joins for name in join.given}}
        table = file_kind(file.path) in ("csv", "workbook")
        for name, (line, word) in self._needed.items():
            if name in file.twice:
                problem = f"two columns are called {short(name)!r} ({file.twice[name]}), and the mapping names it"
                raise UnreadableSource(problem, path=file.path, advice="rename one of them")
            if name in known or not (whole or table):
                continue
            what = f"{short(name)!r} is no {word} and no column" if word else f"there is no column {short(name)!r}"
            words = words_of(word) if word and word != "currency" else ()
            meant = nearest(name, [*known, *words])
            listed = ", ".join(repr(short(column)) for column in list(known)[:_SHOWN])
            more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
            advice = f"perhaps you mean {meant[0]!r}; " if meant else ""
            raise UnreadableSource(
                f"{what} in {file.path.name}, as line {line} of {self._mapping.path.name} wants", path=file.path,
                advice=f"{advice}it has {listed}{more}",
            )  # fmt: skip


class _Join:
    """A second table, held in memory by its key."""

    def __init__(self, mapping: Mapping, spec: JoinSpec, files: list[Path]) -> None:
        self._spec = spec
        self.paths = files if spec.source.file is None else [mapping.path.parent / spec.source.file]
        if spec.source.file is None and (len(files) != 1 or spec.source.sheet is None):
            raise UnreadableSource(
                f"line {spec.source.line}: the join does not say with which file or sheet", path=mapping.path,
                advice="write `file: …` or `sheet: …`",
            )  # fmt: skip
        self.name = f"sheet {spec.source.sheet!r}" if spec.source.file is None else self.paths[0].name
        self._file = DataFile(self.paths[0], spec.source)
        self._mapping = mapping
        self.given: dict[str, None] = {}
        self._rows: dict[str, dict[str, Content]] = {}
        self._read()

    def _read(self) -> None:
        on = self._spec.on[1]
        places: dict[str, str] = {}
        wanted = frozenset(self._spec.columns)
        for row in self._file.rows():
            key = _plain(row.cells.get(on, ""))
            if not key:
                continue
            if key in places:
                raise row.wrong(
                    f"the key {short(key)!r} is already that of {places[key]}", column=on,
                    advice="keep one of them: a join takes one row a key",
                )  # fmt: skip
            if len(places) >= _MOST_JOINED:
                raise row.wrong("the joined table has more than two million rows", advice="make it smaller")
            places[key] = row.locator
            self._rows[key] = {
                f"{self._spec.prefix}{name}": cell
                for name, cell in row.cells.items()
                if (name in wanted if wanted else name != on)
            }
        known = self._file.columns
        for name in (on, *self._spec.columns):
            if name not in known:
                meant = nearest(name, known)
                advice = f"perhaps you mean {meant[0]!r}; " if meant else ""
                raise UnreadableSource(
                    f"there is no column {short(name)!r}, as line {self._spec.source.line} of "
                    f"{self._mapping.path.name} wants", path=self._file.path,
                    advice=f"{advice}it has {', '.join(repr(short(column)) for column in list(known)[:_SHOWN])}",
                )  # fmt: skip
        names = self._spec.columns or [name for name in known if name != on]
        self.given = {f"{self._spec.prefix}{name}": None for name in names}

    def add(self, row: Row) -> bool:
        """Add the columns of the row that has the key; say whether there is none though the row has a key."""
        key = _plain(row.cells.get(self._spec.on[0], ""))
        found = self._rows.get(key)
        if found is None:
            return True
        for name, cell in found.items():
            if name in row.cells and name in self.given and row.cells[name] != cell:
                raise UnreadableSource(
                    f"line {self._spec.source.line}: both tables have a column {short(name)!r}",
                    path=self._mapping.path, advice="choose `columns`, or write a `prefix` for those of the join",
                )  # fmt: skip
            row.cells[name] = cell
        return False
