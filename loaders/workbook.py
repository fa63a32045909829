"""Excel workbooks, read as a stream, after what a hostile or broken file could do has been looked at."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..ontology.errors import UnreadableSource
from .cells import Cell, DateCell, Fault, NumberCell

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

#: The most that a workbook may unpack to, and the most of it that is not sheets (it is held in memory).
MOST_BYTES, MOST_SHARED_BYTES = 1 << 30, 256 << 20

#: Columns that are read, and the empty rows after which a sheet is taken to have ended.
WIDEST, EMPTY_ROWS = 256, 10_000

# What the reader of workbooks raises on files that are damaged.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError, EOFError,
    NotImplementedError, ArithmeticError, AssertionError, OSError,
)  # fmt: skip
_RESAVE = "open it in Excel or LibreOffice and save it again as .xlsx"
_BATCH = 256
# Serial numbers 1800 to 2100 shown as dates: nobody means 1905, somebody typed a year into a date cell.
_YEARS_AS_DAYS = (datetime.date(1904, 12, 4), datetime.date(1905, 9, 30))


class WorkbookSheet:
    """One sheet of a workbook that stays open for as long as one of its sheets is held."""

    def __init__(self, path: Path, worksheet: ReadOnlyWorksheet, cut: dict[str, int]) -> None:
        self.path, self._worksheet, self._cut = path, worksheet, cut
        self.title: str | None = worksheet.title or ""

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows; the size that the file declares is not believed.

        :raises UnreadableSource: If the sheet is damaged.
        """
        number = empty = 0
        stream: Iterator[tuple[Any, ...]] = self._rows()
        while batch := self._next(stream, number):
            for row in batch:
                number += 1
                cells = [_cell(cell) for cell in row]
                while cells and not cells[-1]:
                    cells.pop()
                empty = 0 if cells else empty + 1
                if empty > EMPTY_ROWS:
                    self._cut[f"rows after {EMPTY_ROWS:,} empty ones in sheet {self.title!r} are not read"] = 1
                    return
                yield number, cells

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        self._worksheet.reset_dimensions()
        return self._worksheet.iter_rows(max_col=WIDEST)  # type: ignore[misc]  # the stubs type it as a full sheet

    def _next(self, stream: Iterator[tuple[Any, ...]], number: int) -> list[tuple[Any, ...]]:
        try:
            with warnings.catch_warnings():  # of features that a table does not need: they say nothing to its writer
                warnings.simplefilter("ignore")
                return list(islice(stream, _BATCH))
        except _DAMAGED as error:
            raise UnreadableSource(
                f"the sheet is damaged after row {number} ({_reason(error)})",
                path=self.path,
                sheet=self.title,
                advice=_RESAVE,
            ) from error


def open_sheets(path: Path, cut: dict[str, int]) -> list[WorkbookSheet]:
    """Open a workbook and return its sheets; ``cut`` gets what reading them leaves out.

    :raises UnreadableSource: If the file is no workbook, is protected, or unpacks to more than is reasonable.
    """
    from .workbook_reader import open_workbook

    check_workbook(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = open_workbook(path)
        return [WorkbookSheet(path, sheet, cut) for sheet in book.worksheets]
    except _DAMAGED as error:
        raise UnreadableSource(f"the workbook is damaged ({_reason(error)})", path=path, advice=_RESAVE) from error


def check_workbook(path: Path) -> None:
    """Refuse a file that is named as a workbook and is none, or that is one to be wary of.

    :raises UnreadableSource: With the reason.
    """
    with path.open("rb") as file:
        head = file.read(512)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            file.seek(0)
            protected = any(
                "EncryptedPackage".encode("utf-16-le") in chunk for chunk in iter(lambda: file.read(1 << 20), b"")
            )
            if protected:
                raise UnreadableSource(
                    "is protected by a password", path=path, advice="save a copy without the password"
                )
            raise UnreadableSource(
                "is an old Excel workbook (.xls) under another name", path=path, advice="save it as .xlsx"
            )
    if not head.strip():
        raise UnreadableSource("the file is empty", path=path, advice="save the workbook again")
    if not head.startswith(b"PK"):
        what = "a web page or XML" if head.lstrip().startswith(b"<") else "not an Excel workbook"
        raise UnreadableSource(
            f"is {what}, whatever its name says",
            path=path,
            advice="if it is CSV text, name it .csv; else save it as .xlsx",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive, path)
    except _DAMAGED as error:
        raise UnreadableSource(f"the workbook is damaged ({_reason(error)})", path=path, advice=_RESAVE) from error


def _check_parts(archive: zipfile.ZipFile, path: Path) -> None:
    parts = archive.infolist()
    if not any(part.filename.lstrip("/") == "[Content_Types].xml" for part in parts) or not any(
        part.filename.lstrip("/").startswith("xl/") for part in parts
    ):
        raise UnreadableSource("is a zip file but not an Excel workbook", path=path, advice="save the table as .xlsx")
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableSource("is protected by a password", path=path, advice="save a copy without the password")
    whole = sum(part.file_size for part in parts)
    shared = sum(
        part.file_size
        for part in parts
        if part.filename.endswith((".xml", ".rels")) and "worksheets/" not in part.filename
    )
    if whole > MOST_BYTES or shared > MOST_SHARED_BYTES:
        raise UnreadableSource(
            f"unpacks to {whole / 1e9:.1f} GB, more than a table can need",
            path=path,
            advice="save the sheets as CSV UTF-8 files",
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as file:
                start = file.read(1024).replace(b"\0", b"").upper()
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                raise UnreadableSource(f"its part {part.filename} declares entities", path=path, advice=_RESAVE)


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:100]}" if text else type(error).__name__


def _cell(cell: Any) -> Cell:
    """Return the cell of a workbook as text, a date or a fault."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        formula = value if isinstance(value, str) else getattr(value, "text", None) or "="
        return Fault(
            f"cell {cell.coordinate} holds a formula ({formula[:40]})", "copy the column and paste it as values"
        )
    if cell.data_type == "e":
        return Fault(
            f"cell {cell.coordinate} holds the spreadsheet error {value}", "correct the formula, then paste the value"
        )
    if isinstance(value, str):
        return _unescape(value) if "_x" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return NumberCell(_number(value, "%" in (cell.number_format or "")))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return _date(value, cell.number_format or "", cell.coordinate)
    return Fault(f"cell {cell.coordinate} holds a time of day ({value})", "write the date alone, as 2012-04-25")


def _number(value: float, percent: bool) -> str:
    """Return a number as a spreadsheet shows it: 15 digits, no exponent, no ``.0``."""
    if percent:
        return f"{_number(float(f'{value * 100:.15g}'), False)}%"
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date(day: datetime.date, form: str, coordinate: str) -> Cell:
    """Return a date in the precision in which the cell shows it: 2012-04 is kept as the first of April."""
    if _YEARS_AS_DAYS[0] <= day <= _YEARS_AS_DAYS[1]:
        year = (day - datetime.date(1899, 12, 30)).days
        return Fault(
            f"cell {coordinate} holds the day {day}, which is what the number {year} becomes in a date cell",
            f"format the cell as text, then write {year}, or {day} if that is meant",
        )
    if day.year < 1900:
        advice = "write it as text"
        return Fault(f"cell {coordinate} holds the day {day}, before the first that a workbook can have", advice)
    shown = re.sub(r'\[[^\]]*\]|"[^"]*"|\\.', "", form.lower())
    if "d" in shown or "y" not in shown:
        return DateCell(day.isoformat())
    return DateCell(day.isoformat()[:7] if "m" in shown else day.isoformat()[:4])


def _unescape(text: str) -> str:
    """Undo the way in which workbooks write characters that XML has not: ``_x000D_`` is a carriage return."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
