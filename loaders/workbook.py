"""Excel workbooks, read as a stream, after what a hostile or broken file could do has been looked at."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..ontology.errors import UnreadableSource
from .cells import Cell
from .workbook_cells import cell_of
from .workbook_rows import UsualRows

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

#: The most that a workbook may unpack to, and the most of it that is not sheets (it is held in memory).
MOST_BYTES, MOST_SHARED_BYTES = 1 << 30, 256 << 20

#: Columns that are read, and the empty rows after which a sheet is taken to have ended.
WIDEST, EMPTY_ROWS = 256, 10_000

# What the reader of workbooks raises on files that are damaged.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, AttributeError, SyntaxError, EOFError,
    NotImplementedError, ArithmeticError, AssertionError, OSError,
)  # fmt: skip
_RESAVE = "open it in Excel or LibreOffice and save it again as .xlsx"
_BATCH = 256


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
        for number, cells in enumerate(self._cells(), 1):
            while cells and not cells[-1]:
                cells.pop()
            empty = 0 if cells else empty + 1
            if empty > EMPTY_ROWS:
                self._cut[f"rows after {EMPTY_ROWS:,} empty ones in sheet {self.title!r} are not read"] = 1
                return
            yield number, cells

    def _cells(self) -> Iterator[list[Cell]]:
        """Yield the cells of each row: by the pattern of usual rows as far as it goes, from there on by openpyxl."""
        from .workbook_reader import first_columns, is_plain

        sheet: Any = self._worksheet  # the stubs leave out half of it
        texts = sheet._shared_strings
        usual = UsualRows(sheet._get_source, texts, lambda style: is_plain(sheet, style), first_columns(WIDEST))
        yield from usual
        if usual.ended:
            return
        number = usual.number
        sheet.reset_dimensions()
        stream = sheet.iter_rows(min_row=number + 1, max_col=WIDEST)
        while batch := self._next(stream, number):
            yield from batch
            number += len(batch)

    def _next(self, stream: Iterator[tuple[Any, ...]], number: int) -> list[list[Cell]]:
        try:
            with warnings.catch_warnings():  # of features that a table does not need: they say nothing to its writer
                warnings.simplefilter("ignore")
                return [[cell_of(cell) for cell in row] for row in islice(stream, _BATCH)]
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
