"""openpyxl's reader of workbooks without its first pass over every sheet.

For a sheet that does not declare its size openpyxl reads the whole of it when the workbook is opened, to find the size
out. We do not believe what is declared, and opening is all that is needed to see what a workbook is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

if TYPE_CHECKING:
    from openpyxl import Workbook


class _Sheet(ReadOnlyWorksheet):
    def _get_size(self) -> None:
        """Leave the size open."""


class _Reader(ExcelReader):
    def read_worksheets(self) -> None:
        """Open the sheets that hold cells."""
        for sheet, rel in self.parser.find_sheets():
            if rel.target in self.valid_files and "chartsheet" not in rel.Type:
                opened = _Sheet(self.wb, sheet.name, rel.target, self.shared_strings)
                opened.sheet_state = sheet.state  # type: ignore[assignment]
                self.wb._sheets.append(opened)  # type: ignore[attr-defined]


def open_workbook(path: Path) -> Workbook:
    """Open a workbook to read the cells of its sheets; raises what openpyxl raises of one that is damaged."""
    reader = _Reader(path, read_only=True, keep_links=False)
    reader.read()
    return reader.wb


def is_plain(sheet: ReadOnlyWorksheet, style: int) -> bool:
    """Tell whether a number in a cell of a style is shown as it is, not as a date or per cent."""
    book: Any = sheet.parent
    if style in book._date_formats or style >= len(book._cell_styles):
        return False
    return "%" not in (ReadOnlyCell(sheet, 1, 1, None, style_id=style).number_format or "")


def first_columns(count: int) -> list[str]:
    """Return the names of the first columns, from ``A``."""
    return [get_column_letter(column) for column in range(1, count + 1)]
