"""What a cell of a table of IATI transactions holds: a code and its name, an amount, a quarter."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import TypeVar

from .registry_values import Wrong, text

#: What a cell says where nothing is known, in small letters.
NO_DATA = frozenset({"", "no data", "aucune donnée", "pas de données", "n/a", "nan", "not applicable", "sans objet"})
_QUARTERS = {"Q1": ("01", "03"), "Q2": ("04", "06"), "Q3": ("07", "09"), "Q4": ("10", "12")} | {
    "T1": ("01", "03"), "T2": ("04", "06"), "T3": ("07", "09"), "T4": ("10", "12"),
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,2})?")
_CACHE = 200_000
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Remembered(dict[_Key, _Value]):
    """What was read of cells, each once: they repeat from row to row. A cell that is not in it is read when asked for.

    What is known is had at the speed of a dictionary, which over a table of millions of cells is what counts.
    """

    def __init__(self, read: Callable[[_Key], _Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, key: _Key) -> _Value:
        found = self._read(key)
        if len(self) >= _CACHE:
            self.clear()
        self[key] = found
        return found


def code(cell: str) -> tuple[str, str]:
    """Return the code and the name of ``12110 - Health policy``; a cell without a code is its own."""
    line = text(cell)
    first, dash, name = line.partition(" - ")
    return ("", "") if line.casefold() in NO_DATA else (first.strip(), name.strip() if dash else line)


def amount(cell: str, what: str) -> tuple[Decimal | None, str]:
    """Return an amount, and ten of its digits: a workbook keeps fewer than CSV, and both are the same row."""
    line = cell.strip()
    if _NUMBER.fullmatch(line):
        number = Decimal(line)
        if number and not -31 < number.adjusted() < 19:
            raise Wrong(f"{what} {line[:60]!r} is no amount", "correct it")
        return number, f"{float(line):.10g}"
    if line.casefold() in NO_DATA:
        return None, ""
    raise Wrong(f"{what} {line[:60]!r} is no number", "write digits and a point, as 1000.50")


def period(year_and_quarter: tuple[str, str]) -> tuple[str | None, str | None, str | None]:
    """Return the months of a quarter, or the year; a year that nobody can mean is kept as a note."""
    year, quarter = year_and_quarter
    when, part = text(year), code(quarter)[0].upper()
    if when.casefold() in NO_DATA:
        return None, None, None
    if not re.fullmatch("[0-9]{1,4}(\\.0)?", when) or (part and part not in _QUARTERS):
        raise Wrong(f"{f'{when} {part}'.strip()[:60]!r} is no year and quarter", "write 2012 and Q1 to Q4")
    if len(when := when.removesuffix(".0")) < 4 or not "1900" <= when <= "2200":
        return None, None, f"{when} {part}".strip()
    months = _QUARTERS.get(part)
    return (f"{when}-{months[0]}", f"{when}-{months[1]}", None) if months else (when, when, None)
