"""What stands in a column of a file: its texts, and what they may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..ontology.currencies import is_currency
from . import registry_countries
from .cells import Cell, Fault, NumberCell
from .mapping_spec import Dates, Reading
from .mapping_values import date, not_known, number
from .problems import CellError

_MOST_DISTINCT: Final = 3_000
_SIGNS: Final = (";", "|", "\n", " / ")
_NUMBERS: Final = (
    Reading(), Reading(decimal=","), Reading(decimal=",", thousands=" "), Reading(thousands=","),
    Reading(decimal=",", thousands="."), Reading(thousands=" "), Reading(thousands="'"),
)  # fmt: skip


@dataclass(slots=True)
class Column:
    """What stands in a column: its texts with how often each does, and whether cells hold lists or are typed."""

    name: str
    texts: Counter[str] = field(default_factory=Counter)
    filled: int = 0
    lists: bool = False
    numbers: int = 0
    faults: int = 0
    separated: Counter[str] = field(default_factory=Counter)

    def add(self, cell: Cell | list[str]) -> None:
        """Take a cell."""
        for one in cell if isinstance(cell, list) else [cell]:
            if isinstance(one, Fault):
                self.faults += 1
                continue
            text = " ".join(one.split()) if "\n" not in one else one.strip()
            if text.startswith("=") and len(text) > 1:
                self.faults += 1  # a formula
                continue
            if not text:
                continue
            self.filled += 1
            self.numbers += isinstance(one, NumberCell)
            if len(self.texts) < _MOST_DISTINCT or text in self.texts:
                self.texts[text] += 1
            for sign in _SIGNS:
                self.separated[sign] += sign in text
        self.lists = self.lists or isinstance(cell, list)

    @property
    def known(self) -> list[str]:
        """The distinct texts that say something: not ``n/a`` and the like."""
        return [text for text in self.texts if not not_known(text)]

    def all(self, pattern: str) -> bool:
        """Say whether every text is of a form."""
        return bool(self.known) and all(re.fullmatch(pattern, text) for text in self.known)

    def share(self, known: Iterable[bool]) -> float:
        """Return the share of the distinct texts of which something holds."""
        found = list(known)
        return sum(found) / len(found) if found else 0.0

    def separator(self) -> str | None:
        """Return the sign that divides the cells into several values, if one does."""
        if self.lists or not self.filled:
            return None
        sign, count = max(self.separated.items(), key=lambda item: item[1], default=(";", 0))
        least = 0.2 if len(self.texts) == self.filled else 0.02  # names that are all different rarely are lists
        if count < max(2, self.filled * least):
            return ", " if self._commas() else None
        parts = [part.strip() for text in self.known for part in text.split(sign)]
        return sign if len(parts) and sum(map(len, parts)) / len(parts) < 90 else None

    def divided(self) -> str | None:
        """Return the sign that divides cells which are known to hold bodies, countries or topics: one cell may tell."""
        if self.lists:
            return None
        for sign in (";", "|", "\n"):
            cells = [[part.strip() for part in text.split(sign)] for text in self.known if sign in text]
            parts = [part for cell in cells for part in cell]
            if parts and all(parts) and max(map(len, parts)) < 120 and max(map(len, cells)) < 40:
                return sign
        for sign in (" / ", "/", " + "):
            if self._commas(sign):
                return sign
        return self.separator()

    def parts(self, sign: str | None) -> list[str]:
        """Return the distinct values of the cells, divided by a sign."""
        if not sign:
            return self.known
        return list(dict.fromkeys(part.strip() for text in self.known for part in text.split(sign) if part.strip()))

    def _commas(self, sign: str = ", ") -> bool:
        """Say whether a sign divides names that come again, alone or in other company; most names have none."""
        cells = [text.split(sign) for text in self.known]
        several = [parts for parts in cells if len(parts) > 1]
        again = Counter(part for parts in cells for part in set(parts))
        parts = [part for found in several for part in found]
        return len(several) > 1 and sum(again[part] > 1 for part in parts) > len(parts) * 0.7

    def years(self) -> bool:
        """Say whether all are years."""
        return self.all(r"(1[5-9]|20)[0-9]{2}(\.0+)?")

    def date_order(self) -> tuple[bool, Dates | None]:
        """Return whether all are dates, and the order of day and month if the dates themselves leave no doubt."""
        if not self.known or self.all(r"-?[0-9.]+"):
            return False, None
        orders: list[Dates | None] = [None, "day-first", "month-first"]
        fitting = [order for order in orders if all(_is_date(text, order) for text in self.known)]
        if None in fitting:
            return True, None
        return (True, fitting[0]) if len(fitting) == 1 else (False, None)

    def ambiguous_dates(self) -> bool:
        """Say whether all are dates that may be read in two ways."""
        known = self.known
        either = bool(known) and all(_is_date(t, "day-first") and _is_date(t, "month-first") for t in known)
        return either and not all(_is_date(t, None) for t in known)

    def reading(self) -> Reading | None:
        """Return how all of them are numbers, or None if they are not, or may be read in two ways."""
        fitting = [reading for reading in _NUMBERS if self.known and all(_is_number(t, reading) for t in self.known)]
        if not fitting or fitting[0] == Reading():
            return fitting[0] if fitting else None
        made = {tuple(number(text, reading) for text in self.known) for reading in fitting}
        return fitting[0] if len(made) == 1 else None

    def ambiguous_numbers(self) -> bool:
        """Say whether all are numbers that may be read in two ways."""
        return self.reading() is None and any(
            self.known and all(_is_number(t, reading) for t in self.known) for reading in _NUMBERS
        )

    def currencies(self) -> bool:
        """Say whether all are codes of currencies."""
        return bool(self.known) and all(is_currency(text) for text in self.known)

    def codes(self) -> str | None:
        """Return which codes of countries these are: ``ISO3166``, ``ISO3166Alpha3`` or None."""
        for pattern, scheme in (("[A-Z]{2}", "ISO3166"), ("[A-Z]{3}", "ISO3166Alpha3")):
            if self.all(pattern) and self.share(registry_countries.by_code(t) is not None for t in self.known) > 0.97:
                return scheme
        return None

    def countries(self, sign: str | None = None) -> float:
        """Return the share of the distinct texts that are names of countries."""
        return self.share(registry_countries.by_name(text) is not None for text in self.parts(sign)[:500])

    def country_list(self) -> str | None:
        """Return the sign that divides cells with several countries, if one does and makes names of most of them."""
        signs = [sign for sign in (";", "|", "\n", " / ", "/", ", ", ",") if any(sign in text for text in self.known)]
        best = max(signs, key=self.countries, default=None)
        return best if best and self.countries(best) > max(0.6, self.countries()) else None


def _is_date(text: str, order: Dates | None) -> bool:
    try:
        date(text, Reading(dates=order))
    except CellError:
        return False
    return True


def _is_number(text: str, reading: Reading) -> bool:
    try:
        number(text, reading)
    except CellError:
        return False
    return True
