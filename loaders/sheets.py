"""A table as rows of cells, whatever file it is in: a folder of CSVs, a workbook, or one CSV.

Nothing here knows what the columns mean. Rows are read anew on each pass, and never held.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..ontology.errors import UnreadableSource
from .cells import Cell
from .table_columns import SHEETS, SheetName, key_of, plain

TEXT_SUFFIXES, WORKBOOK_SUFFIXES = (".csv", ".tsv"), (".xlsx", ".xlsm")

#: Sheets of a workbook that explain it; they are passed over in silence.
EXPLANATIONS = ("read_me", "readme", "lisez_moi", "lists")

_DELIMITERS = ",;\t"
_HEAD = 65_536


class Sheet(Protocol):
    """One sheet: ``path`` and ``title`` say where it is (``title`` is None for a CSV file)."""

    path: Path
    title: str | None

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the number (the first row is 1) and the cells of each row, empty rows too."""
        ...


@dataclass(slots=True)
class Input:
    """The sheets of one input, the files that they are in, and what else was in it."""

    sheets: dict[SheetName, Sheet]
    files: list[Path]
    ignored: list[str] = field(default_factory=list)
    cut: dict[str, int] = field(default_factory=dict)

    def checksum(self) -> str:
        """Return ``sha256:…`` of the file, or of the names and contents of the files."""
        if len(self.files) == 1:
            return f"sha256:{_digest(self.files[0])}"
        lines = sorted(f"{_digest(path)}  {path.name}\n" for path in self.files)
        return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def open_input(path: Path) -> Input:
    """Find the sheets of a folder, a workbook or a CSV file.

    :raises UnreadableSource: If there is nothing that could be a table, or a file is not what its name says.
    """
    try:
        if path.is_dir():
            return _open_folder(path)
        if not path.exists():
            raise UnreadableSource("there is no such file or folder", path=path, advice="check the name and the folder")
        suffix = path.suffix.lower()
        if suffix in WORKBOOK_SUFFIXES:
            return _open_workbook(path)
        if suffix in TEXT_SUFFIXES:
            return Input({"links": CsvSheet(path)}, [path])
    except OSError as error:
        raise UnreadableSource(
            f"cannot be read ({error.strerror})", path=path, advice="check its permissions"
        ) from None
    if suffix in (".xls", ".xlsb", ".ods", ".numbers"):
        raise UnreadableSource(
            f"is a spreadsheet of the kind {suffix}", path=path, advice="save it as an Excel workbook (.xlsx)"
        )
    raise UnreadableSource(
        f"is not a table by its name ({suffix or 'no suffix'})",
        path=path,
        advice="give a folder of CSV files, an .xlsx or a .csv",
    )


def _open_folder(path: Path) -> Input:
    found: dict[SheetName, Sheet] = {}
    ignored = []
    for file in sorted(path.iterdir()):
        if (
            not file.is_file()
            or file.suffix.lower() not in (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES)
            or file.name.startswith((".", "~$"))
        ):
            continue
        name = SHEETS.get(plain(file.stem)) if file.suffix.lower() in TEXT_SUFFIXES else None
        if name is None:
            ignored.append(f"file {file.name!r} is not read")
        elif name in found:
            raise UnreadableSource(
                f"{found[name].path.name} and {file.name} are both {name!r}", path=path, advice="keep one of them"
            )
        else:
            found[name] = CsvSheet(file)
    if not found.keys() & {"entities", "links"}:
        advice = "name the files entities.csv, links.csv and source.csv"
        if any(name.lower().endswith((".xlsx' is not read", ".xlsm' is not read")) for name in ignored):
            advice = "give the workbook itself, not its folder"
        raise UnreadableSource("the folder holds no entities.csv and no links.csv", path=path, advice=advice)
    return Input(found, [sheet.path for sheet in found.values()], ignored)


def _open_workbook(path: Path) -> Input:
    from .workbook import open_sheets

    cut: dict[str, int] = {}
    sheets = open_sheets(path, cut)
    found: dict[SheetName, Sheet] = {}
    ignored = []
    for sheet in sheets:
        name = SHEETS.get(plain(sheet.title or ""))
        if name is not None and name in found:
            raise UnreadableSource(
                f"the sheets {found[name].title!r} and {sheet.title!r} are both {name!r}",
                path=path,
                advice="rename one",
            )
        if name is not None:
            found[name] = sheet
        elif plain(sheet.title or "") not in EXPLANATIONS:
            ignored.append(f"sheet {sheet.title!r} is not read")
    if not found.keys() & {"entities", "links"}:
        if len(sheets) != 1 or found:
            titles = ", ".join(repr(sheet.title) for sheet in sheets) or "none"
            raise UnreadableSource(
                f"the workbook has no sheet 'entities' and no sheet 'links' (it has {titles})",
                path=path,
                advice="rename its sheets",
            )
        found["links"], ignored = sheets[0], []
    return Input(found, [path], ignored, cut)


class CsvSheet:
    """A CSV file in UTF-8, with a comma, a semicolon or a tab between cells."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.title: str | None = None

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows.

        :raises UnreadableSource: If the file is not UTF-8 text, or a quotation mark is not closed.
        """
        try:
            with self.path.open("rb") as binary:
                check_text(binary.read(_HEAD), self.path)
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                first = file.readline(_HEAD)
                hint = re.fullmatch(r"sep=([,;\t])\s*", first, re.IGNORECASE)  # Excel's own note of the delimiter
                if hint is None:
                    file.seek(0)
                delimiter = hint[1] if hint else _delimiter(first)
                yield from self._records(csv.reader(file, delimiter=delimiter, strict=True), 2 if hint else 1)
        except UnicodeDecodeError:
            raise self._not_utf8() from None
        except OSError as error:
            raise UnreadableSource(
                f"cannot be read ({error.strerror})", path=self.path, advice="check its permissions"
            ) from None

    def _records(self, reader: Iterator[list[str]], first: int) -> Iterator[tuple[int, list[Cell]]]:
        number = first
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise UnreadableSource(
                    f"the row cannot be read as CSV ({error})",
                    path=self.path,
                    row=number,
                    advice="a quotation mark within a text is written twice, and every opened one is closed",
                ) from None
            yield number, list(record)
            number += 1

    def _not_utf8(self) -> UnreadableSource:
        with self.path.open("rb") as binary:
            for number, line in enumerate(binary, 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError as error:
                    near = line[max(0, error.start - 10) : error.start + 10].decode("cp1252", errors="replace")
                    problem = f"line {number} is not UTF-8 (near {near.strip()!r})"
                    return UnreadableSource(problem, path=self.path, advice=_SAVE_AS_UTF8)
        return UnreadableSource("is not UTF-8", path=self.path, advice=_SAVE_AS_UTF8)


_SAVE_AS_UTF8 = "save it as 'CSV UTF-8' (in Excel: Save as, CSV UTF-8)"


def check_text(head: bytes, path: Path) -> None:
    """Refuse a file named as text that begins as something else.

    :raises UnreadableSource: If it is empty, a workbook, a page, UTF-16 or binary.
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    problem, advice = "", _SAVE_AS_UTF8
    if not start:
        problem, advice = "the file is empty", "write the column names in the first row"
    elif head.startswith(b"PK\x03\x04"):
        problem, advice = "is a workbook or another zip file, not CSV text", "name it .xlsx if it is an Excel workbook"
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        problem = "is an old Excel workbook (.xls) or a protected one, not CSV text"
    elif start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        problem, advice = "is a web page or XML, not CSV text", "download the data file itself"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")) or max(head[:200:2].count(0), head[1:200:2].count(0)) > 40:
        problem = "is UTF-16 text ('Unicode text'), not UTF-8"
    elif head.count(0) > 3 or head.startswith(b"%PDF"):  # a stray one is told of in its cell
        problem = "is a binary file, not CSV text"
    if problem:
        raise UnreadableSource(problem, path=path, advice=advice)


def _delimiter(header: str) -> str:
    """Return the delimiter by which most of a header is known, else by which it has most cells; at last the comma.

    The guess of :class:`csv.Sniffer` depends on the data; the header alone decides here, so that the same table is
    read the same way whatever its rows hold.
    """

    def score(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        known = sum(any(key_of(cell, sheet) for sheet in ("source", "entities", "links")) for cell in cells)
        return known, len(cells)

    return max(_DELIMITERS, key=score)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def likeness(path: Path) -> int:
    """Say how much an input looks like a coded table: 2 by its columns, 1 by its name only, 0 not at all.

    Damaged inputs look like tables by their name, so that reading them says what is wrong with them.
    """
    try:
        sheets = open_input(path).sheets
        for name in sheets.keys() & {"entities", "links"}:
            header: list[Cell] = next((cells for _, cells in sheets[name].rows() if any(cells)), [])
            keys = {key_of(cell, name) for cell in header if isinstance(cell, str)}
            if keys.issuperset({"id", "class"} if name == "entities" else {"relation", "target"}):
                return 2
    except UnreadableSource:
        pass
    if path.is_dir():
        return 0
    return int(path.suffix.lower() in (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES))
