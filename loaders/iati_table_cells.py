"""What a cell of a table of IATI transactions holds: a code and its name, an amount, a quarter."""

from __future__ import annotations

import re
from decimal import Decimal

from .registry_values import Wrong, text

#: What a cell says where nothing is known, in small letters.
NO_DATA = frozenset({"", "no data", "aucune donnée", "pas de données", "n/a", "nan", "not applicable", "sans objet"})
_QUARTERS = {"Q1": ("01", "03"), "Q2": ("04", "06"), "Q3": ("07", "09"), "Q4": ("10", "12")} | {
    "T1": ("01", "03"), "T2": ("04", "06"), "T3": ("07", "09"), "T4": ("10", "12"),
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,2})?")
_CACHE = 200_000


class Cells:
    """Reads cells, each once: they repeat from row to row."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, str]] = {}
        self._amounts: dict[str, tuple[Decimal | None, str]] = {}
        self._periods: dict[tuple[str, str], tuple[str | None, str | None, str | None]] = {}

    def code(self, cell: str) -> tuple[str, str]:
        """Return the code and the name of ``12110 - Health policy``; a cell without a code is its own."""
        found = self._codes.get(cell)
        if found is None:
            line = text(cell)
            code, dash, name = line.partition(" - ")
            found = ("", "") if line.casefold() in NO_DATA else (code.strip(), name.strip() if dash else line)
            if len(self._codes) > _CACHE:
                self._codes.clear()
            self._codes[cell] = found
        return found

    def amount(self, cell: str, what: str) -> tuple[Decimal | None, str]:
        """Return an amount, and ten of its digits: a workbook keeps fewer than CSV, and both are the same row."""
        found = self._amounts.get(cell)
        if found is None:
            line = cell.strip()
            if _NUMBER.fullmatch(line):
                number = Decimal(line)
                if number and not -31 < number.adjusted() < 19:
                    raise Wrong(f"{what} {line[:60]!r} is no amount", "correct it")
                found = number, f"{float(line):.10g}"
            elif line.casefold() in NO_DATA:
                found = None, ""
            else:
                raise Wrong(f"{what} {line[:60]!r} is no number", "write digits and a point, as 1000.50")
            if len(self._amounts) > _CACHE:
                self._amounts.clear()
            self._amounts[cell] = found
        return found

    def period(self, year: str, quarter: str) -> tuple[str | None, str | None, str | None]:
        """Return the months of a quarter, or the year; a year that nobody can mean is kept as a note."""
        found = self._periods.get((year, quarter))
        if found is None:
            when, part = text(year), self.code(quarter)[0].upper()
            if when.casefold() in NO_DATA:
                found = None, None, None
            elif not re.fullmatch("[0-9]{1,4}(\\.0)?", when) or (part and part not in _QUARTERS):
                raise Wrong(f"{f'{when} {part}'.strip()[:60]!r} is no year and quarter", "write 2012 and Q1 to Q4")
            elif len(when := when.removesuffix(".0")) < 4 or not "1900" <= when <= "2200":
                found = None, None, f"{when} {part}".strip()
            else:
                months = _QUARTERS.get(part)
                found = (f"{when}-{months[0]}", f"{when}-{months[1]}", None) if months else (when, when, None)
            if len(self._periods) > _CACHE:
                self._periods.clear()
            self._periods[year, quarter] = found
        return found
