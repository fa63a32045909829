"""What a cell of a workbook is to us: text, a number as it is shown, a date in its precision, or a fault."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

from .cells import Cell, DateCell, Fault, NumberCell

# Serial numbers 1800 to 2100 shown as dates: nobody means 1905, somebody typed a year into a date cell.
_YEARS_AS_DAYS = (datetime.date(1904, 12, 4), datetime.date(1905, 9, 30))


def cell_of(cell: Any) -> Cell:
    """Return a cell of openpyxl as text, a date or a fault."""
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
        return unescape(value) if "_x" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return NumberCell(number(value, percent="%" in (cell.number_format or "")))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return _date(value, cell.number_format or "", cell.coordinate)
    return Fault(f"cell {cell.coordinate} holds a time of day ({value})", "write the date alone, as 2012-04-25")


def number(value: float, *, percent: bool = False) -> str:
    """Return a number as a spreadsheet shows it: 15 digits, no exponent, no ``.0``.

    >>> number(3030.4491643454), number(2019), number(0.25, percent=True)
    ('3030.4491643454', '2019', '25%')
    """
    if percent:
        return f"{number(float(f'{value * 100:.15g}'))}%"
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def unescape(text: str) -> str:
    """Undo the way in which workbooks write characters that XML has not: ``_x000D_`` is a carriage return."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


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
