"""Cells of the Correlates of War data: years, numbers and codes of membership; and the project's list of states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..ontology.model import ID, Entity, Name, Statement
from . import reading
from .registry_cow import CowState, state
from .registry_source import Names, Registry, Wrong, date, identifiers, scalar, text

#: What the codes of membership mean, how "not known" (-9) is kept, and the cells that say that there is none.
ROLES: Final = {1: "full member", 2: "associate member", 3: "observer"}
UNKNOWN: Final = 0
NOTHING: Final = frozenset({"0.0", "", "-1.0", "0", "-1", "NA", "NaN", "nan", "."})
#: The same in the words of the codebook.
_WORDS: Final = {
    "full membership": 1, "full member": 1, "associate membership": 2, "associate member": 2, "observer": 3,
    "missing data": UNKNOWN, "no membership": None, "state not system member": None,
}  # fmt: skip


class StatesReader:
    """The list of states: each with the times at which it was in the system of states."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def statements(self) -> Iterator[Statement]:
        """Yield the states, the system as a network, and membership of it."""
        system = f"{ID}organization/cow-state-system"
        yield Entity(system, "Network", (Name("Interstate system (Correlates of War)", "en"),))
        rows = list(reading.csv_records(self.registry.path, skip=self.registry.skip))  # a few hundred
        last = max((row["endyear"] for _, row in rows), default="")
        for number, row in rows:
            try:
                yield from self._row(row, system, last)
            except Wrong as error:
                self.registry.wrong(error, row=number)

    def _row(self, row: dict[str, str], system: str, last: str) -> list[Statement]:
        number = str(whole_number(row["ccode"], "ccode"))
        found = state(number) or CowState(number, "", "", "", "")
        name = text(row["statenme"], what="the name")
        start, end = (_day(row, which) for which in ("st", "end"))
        made: list[Statement] = []
        if not self.registry.new(f"{number}/{start}"):
            raise Wrong(f"the state {number} is given twice from {start}", "keep one of the rows")
        link = self.registry.link(
            f"{number}/{start}", found.iri, "memberOf", system, f"ccode {number}, from {start}",
            role="state", valid_from=start, valid_to=end,
            date_note="the data end here" if row["endyear"] == last else None,
        )  # fmt: skip
        if self.registry.new(found.iri):
            names = Names()
            names.add(name, "en")
            made.append(country_entity(found, names.all(), text(row["stateabb"])))
        return [*made, link]


def country_entity(country: CowState, names: tuple[Name, ...] = (), letters: str = "") -> Entity:
    """Return a state as an entity, under the names given or that of the project."""
    return Entity(
        country.iri, "Country", names or (Name(country.name or country.key, "en"),),
        identifier=letters or country.letters or country.key,
        identifiers=identifiers([("ISO3166", country.alpha2), ("COW", country.number)]),
    )  # fmt: skip


def whole_number(value: str, what: str) -> int:
    """Return a whole number that may be written as 2.0.

    :raises Wrong: If it is none.
    """
    plain = scalar(value, what)
    whole = plain.removesuffix(".0")
    if not whole.removeprefix("-").isascii() or not whole.removeprefix("-").isdecimal() or len(whole) > 9:
        raise Wrong(f"{what} {plain[:40]!r} is no whole number", "write digits")
    return int(whole)


def year_of(value: str) -> int:
    """Return a year.

    :raises Wrong: If it is none from 1400 to 2200.
    """
    found = whole_number(value, "the year")
    if not 1400 <= found <= 2200:
        raise Wrong(f"the year {found} cannot be", "write a year from 1400 to 2200")
    return found


def code_of(value: str, column: str) -> int | None:
    """Return 1, 2 or 3, 0 where the data set does not know, ``None`` where there is no membership."""
    if value in NOTHING:
        return None
    if (word := value.strip().casefold()) in _WORDS:
        return _WORDS[word]
    number = whole_number(value, column)
    if number in ROLES:
        return number
    if number == -9:
        return UNKNOWN
    raise Wrong(f"{number} in column {column[:40]!r} is no code of membership", "the codes are 0, 1, 2, 3, -9 and -1")


def _day(row: dict[str, str], which: str) -> str:
    parts = [whole_number(row.get(f"{which}{part}") or "1", part) for part in ("year", "month", "day")]
    return date("{:04d}-{:02d}-{:02d}".format(*parts)) or ""
