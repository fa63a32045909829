"""The loader of the Correlates of War data on intergovernmental organizations (versions 2 and 3): who was in when.

Three forms are read, and the project's list of states: one row an organization and year with a column a state, one
row a state and year with a column an organization, and one row an organization, state and year. A cell is 0 (no
member), 1 (full member), 2 (associate), 3 (observer), -9 (not known) or -1 or empty (one of the two did not exist or
is not in the data). Codebook: Pevehouse and others, "Tracking Organizations in the World", Journal of Peace Research
57 (2020); data at https://correlatesofwar.org/data-sets/igos/.

Memory holds four bytes a membership and year, and nothing else of the rows.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import Entity, Link, Loaded, Statement
from . import reading
from .registry_cow import CowState, state
from .registry_cow_cells import NOTHING, ROLES, UNKNOWN, StatesReader, code_of, country_entity, whole_number, year_of
from .registry_source import Names, Registry, Wrong, identifiers, iri, text, year

_STATE_COLUMNS: Final = ("ccode", "year", "state", "version")
#: What the column of the code is called in the long form.
_STATUS: Final = ("status", "value", "category")
_ABOUT: Final = frozenset(
    "ioname orgname longorgname year sdate deaddate dead integrated replaced ionum igocode version "
    "accuracyofpre1965membershipdates sourcesandnotes imputed political social economic".split()
)
_USED: Final = frozenset("ioname orgname longorgname year sdate deaddate ionum imputed".split())
_ACCURACY: Final = "accuracyofpre1965membershipdates"
_STATES: Final = frozenset({"stateabb", "ccode", "statenme", "styear", "endyear"})


def likeness(path: Path) -> int:
    """Say how much a file looks like these data: 2 by its columns, 0 otherwise."""
    return 2 if _form(frozenset(reading.peek_header(path))) else 0


def _form(header: frozenset[str]) -> str:
    if header >= _STATES:
        return "states"
    if header >= {"ioname", "year", "state"} and header & set(_STATUS):
        return "long"
    if header >= {"ccode1", "ccode2", "year"} and len(header) > 5:
        return "pairs"
    if header >= {"ioname", "year"} and any(state(column) for column in header - _ABOUT):
        return "organizations"
    if header >= {"ccode", "year", "state"} and len(header) > 5 and "ioname" not in header:
        return "years"
    return ""


def load_cow_igo(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read a table of the Correlates of War data on intergovernmental organizations.

    :param skip_bad: Count rows that cannot be used instead of raising.
    :raises UnreadableSource: If the file is no such table, or (from the stream) a row cannot be used.
    """
    registry = Registry(
        Path(path), "cow-igo", "Correlates of War, intergovernmental organizations", source_id=source_id,
        read_time=read_time, skip_bad=skip_bad, url="https://correlatesofwar.org/data-sets/igos/",
        licence="free of charge with citation (Correlates of War Project; Pevehouse and others 2020)",
    )  # fmt: skip
    header = next((frozenset(cell.casefold() for cell in row) for _, row in reading.csv_rows(registry.path)), None)
    form = _form(header or frozenset())
    if not form:
        raise UnreadableSource(
            "has not the columns of these data", path=registry.path, advice="they are ioname, year and a column a state"
        )
    if form == "pairs":
        raise UnreadableSource(
            "holds pairs of states, which do not say how each of the two was a member",
            path=registry.path,
            advice="load the table by organization and year, or by state and year",
        )
    reader = StatesReader(registry) if form == "states" else _Reader(registry, form)
    return registry.loaded(reader.statements)


@dataclass(slots=True)
class _Organization:
    """What is known of an organization: its names with the years of each, and the years that have a row."""

    number: str = ""
    acronym: str = ""
    names: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    began: str | None = None
    ended: str | None = None
    accuracy: str = ""
    years: set[int] = field(default_factory=set)
    imputed: set[int] = field(default_factory=set)

    @property
    def key(self) -> str:
        return self.number or self.acronym

    @property
    def iri(self) -> str:
        return iri("organization", "cow", self.key)


class _Reader:
    """The state of one load: organizations, states and the codes of each pair of them."""

    def __init__(self, registry: Registry, form: str) -> None:
        self.registry, self.form = registry, form
        self.organizations: dict[str, _Organization] = {}
        self.columns: dict[str, CowState] = {}
        #: How each state was first written, by how it is written and by what it is.
        self.spelled: dict[str, str] = {}
        self.letters: dict[tuple[str, str], str] = {}
        self.codes: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("i"))
        self.rows: set[tuple[str, int]] = set()
        self.numbers: dict[str, str] = {}
        self.state_years: dict[str, set[int]] = defaultdict(set)

    def statements(self) -> Iterator[Statement]:
        """Yield organizations and states, then memberships as intervals."""
        take = {"organizations": self._organization_row, "years": self._state_row, "long": self._long_row}[self.form]
        for number, row in reading.csv_records(self.registry.path, skip=self.registry.skip):
            try:
                take(row)
            except Wrong as error:
                self.registry.wrong(error, row=number)
        usable = set()
        for key, organization in self.organizations.items():
            try:
                entity = self._entity(organization)
                if not self.registry.new(entity.iri):
                    raise Wrong(f"the letters {key[:40]!r} are those of another organization too")
                usable.add(key)
                yield entity
            except Wrong as error:
                self.registry.wrong(error, place=key)
        for pair, codes in self.codes.items():
            if pair[0] not in usable:
                continue
            try:
                yield from self._memberships(*pair, sorted(codes))
            except Wrong as error:
                self.registry.wrong(error, place=f"{pair[0]}, {pair[1]}")

    # --- rows ---------------------------------------------------------------------------------------------------

    def _organization_row(self, row: dict[str, str]) -> None:
        name, when = self._letters(row), year_of(row["year"])
        cells = [(column, value) for column, value in row.items() if value not in NOTHING and column not in _ABOUT]
        codes = [(column, code_of(value, column)) for column, value in cells]
        imputed = whole_number(row.get("imputed", "0") or "0", "imputed") == 1
        organization = self.organizations.get(name) or _Organization(acronym=name)
        self._about(organization, row, when)
        self._once(name, when)
        self.organizations[name] = organization
        organization.years.add(when)
        if imputed:
            organization.imputed.add(when)
        for column in row.keys() - _USED:
            if column in _ABOUT and column != _ACCURACY and row[column]:
                self.registry.left_out(f"column {column!r}")
        for column, code in codes:
            if code is not None and (first := self.spelled.get(column) or self._state(column)):
                self.codes[name, first].append(when * 4 + code)

    def _about(self, organization: _Organization, row: dict[str, str], when: int) -> None:
        number = row.get("ionum", "")
        if number:
            found = str(whole_number(number, "ionum"))
            if organization.number not in ("", found):
                raise Wrong(f"{organization.acronym} has the numbers {organization.number} and {found}")
            if self.numbers.setdefault(found, organization.acronym) != organization.acronym:
                raise Wrong(f"{self.numbers[found]} and {organization.acronym} have the same number {found}")
            organization.number = found
        long, short = text(row.get("longorgname", "")), text(row.get("orgname", ""))
        for kind, name in (("long", long), ("short", short)):
            if name:
                organization.names.setdefault((kind, name), []).append(when)
        organization.began = year(row.get("sdate"), "the first year") or organization.began
        organization.ended = year(row.get("deaddate"), "the last year") or organization.ended
        organization.accuracy = text(row.get(_ACCURACY, "")) or organization.accuracy

    def _state_row(self, row: dict[str, str]) -> None:
        when, name = year_of(row["year"]), self._key(row, "state")
        column = number = str(whole_number(row["ccode"], "ccode"))
        found = state(number) or CowState(number, "", name, "", name)
        cells = [(name, value) for name, value in row.items() if value not in NOTHING and name not in _STATE_COLUMNS]
        codes = [(name, code_of(value, name)) for name, value in cells]
        self._once(column, when)
        self.columns.setdefault(column, found)
        self.state_years[column].add(when)
        for name in row if len(self.state_years) == 1 else ():
            if name not in _STATE_COLUMNS:
                self.organizations.setdefault(name, _Organization(acronym=name))
        for name, code in codes:
            if code is not None:
                self.codes[name, column].append(when * 4 + code)

    def _long_row(self, row: dict[str, str]) -> None:
        name, column, when = self._letters(row), self._key(row, "state"), year_of(row["year"])
        given = next(name for name in _STATUS if name in row)
        code = code_of(row[given], given)
        organization = self.organizations.get(name) or _Organization(acronym=name)
        self._about(organization, row, when)
        self.organizations[name] = organization
        organization.years.add(when)
        for other in row.keys() - _USED - {"state", given}:
            if row[other]:
                self.registry.left_out(f"column {other!r}")
        if code is not None and (first := self._state(column)):
            self.codes[name, first].append(when * 4 + code)

    def _key(self, row: dict[str, str], column: str) -> str:
        key = text(row[column], what=f"the cell {column!r}")
        if not key:
            raise Wrong(f"the cell {column!r} is empty", "write the letters of the data set")
        return key

    def _letters(self, row: dict[str, str]) -> str:
        """Return the letters of the organization as they were first written: ABC and abc with one number are one."""
        name = self._key(row, "ioname")
        return self.letters.setdefault((name.casefold(), row.get("ionum", "")), name)

    def _once(self, name: str, when: int) -> None:
        if (name, when) in self.rows:
            raise Wrong(f"there are two rows for {name} in {when}", "keep one of them")
        self.rows.add((name, when))

    def _state(self, column: str) -> str | None:
        """Return how the state of a column or cell was first written; what is no state is counted."""
        if (known := self.spelled.get(column)) is not None:
            return known
        found = state(column)
        if found is None:
            self.registry.left_out(f"cells of {column[:40]!r}, which is no state of the data set")
            return None
        # France and FRN are one state; West Germany and Germany are two, though both are DE today.
        first = self.spelled.setdefault(f"={found.number or found.iri}", column)
        self.spelled[column] = first
        self.columns.setdefault(first, found)
        return first

    # --- what they become -----------------------------------------------------------------------------------------

    def _entity(self, organization: _Organization) -> Entity:
        names = Names()
        for wanted in ("long", "short"):
            found = [
                (max(years), min(years), name) for (kind, name), years in organization.names.items() if kind == wanted
            ]
            for last, first, name in sorted(found, reverse=True):
                renamed = len(found) > 1 and wanted == "long"
                since, until = (f"{first:04d}", f"{last:04d}") if renamed else (None, None)
                names.add(name, "en", since=since, until=until)
        names.add(organization.acronym.upper() if self.form == "years" else organization.acronym, "", "acronym")
        began, ended = organization.began, organization.ended
        if began and ended and began > ended:
            raise Wrong(f"it begins in {began} and ends in {ended}", "correct the years")
        return Entity(
            organization.iri, "IntergovernmentalOrganization", names.all(), identifier=organization.key,
            identifiers=identifiers([("COW", organization.number)]), valid_from=began, valid_to=ended,
            evidence=self.registry.evidence(f"ioname {organization.acronym}"),
        )  # fmt: skip

    def _memberships(self, name: str, column: str, codes: list[int]) -> Iterator[Statement]:
        """Yield a membership for each run of years with one code: a year that is not known ends the run."""
        unknown = {code // 4 for code in codes if code % 4 == UNKNOWN}
        self.registry_unknown(len(unknown))
        said = [code for code in codes if code % 4 != UNKNOWN]
        known = [(code // 4, code % 4) for code in dict.fromkeys(said)]
        for (one, _), (two, _) in pairwise(known):
            if one == two:
                raise Wrong(f"there are two rows for {one}, which do not say the same", "keep one of them")
        if len(known) < len(said):
            self.registry.left_out("memberships of a year that another row gives too", len(said) - len(known))
        start = 0
        for at in range(1, len(known) + 1):
            if at < len(known) and known[at] == (known[at - 1][0] + 1, known[at - 1][1]):
                if self._country(column, known[at - 1][0]).iri == self._country(column, known[at][0]).iri:
                    continue
            yield from self._membership(name, column, known[start:at], unknown)
            start = at

    def registry_unknown(self, count: int) -> None:
        """Count years of a state in an organization of which the data set says that it does not know."""
        if count:
            self.registry.left_out("memberships of a year that the data set does not know (-9)", count)

    def _country(self, column: str, when: int) -> CowState:
        found = self.columns[column]
        return state(found.number, when) or found if found.number else found

    def _membership(self, name: str, column: str, run: list[tuple[int, int]], unknown: set[int]) -> Iterator[Statement]:
        organization, country = self.organizations[name], self._country(column, run[0][0])
        first, last, code = run[0][0], run[-1][0], run[0][1]
        if self.registry.new(country.iri):
            yield country_entity(country)
        imputed = organization.imputed.intersection(range(first, last + 1))
        yield self._link(
            organization, country, column, first, last, code,
            self._note(organization, column, first, last, unknown, len(imputed)), len(imputed) == last - first + 1,
        )  # fmt: skip

    def _link(
        self, organization: _Organization, country: CowState, column: str, first: int, last: int, code: int,
        note: str | None, implied: bool,
    ) -> Link:  # fmt: skip
        return self.registry.link(
            f"{organization.key}/{country.number or column}/{first}-{code}",
            country.iri, "observerOf" if code == 3 else "memberOf", organization.iri,
            f"ioname {organization.acronym}, state {column}, {first} to {last}",
            implied=implied, role=ROLES[code], valid_from=f"{first:04d}", valid_to=f"{last:04d}", date_note=note,
        )  # fmt: skip

    def _note(
        self, organization: _Organization, column: str, first: int, last: int, unknown: set[int], imputed: int
    ) -> str | None:
        """Return what the interval does not tell: where it was cut, and how sure its years are."""
        notes = []
        years = organization.years if self.form != "years" else self.state_years[column]
        if first - 1 in unknown:
            notes.append(f"not known for {first - 1}")
        elif first - 1 not in years and organization.began not in (f"{first:04d}", None):
            notes.append(f"no data for {first - 1}")
        if last + 1 in unknown:
            notes.append(f"not known for {last + 1}")
        elif last + 1 not in years and organization.ended is None:
            notes.append(f"no data for {last + 1}: the end is not known")
        if imputed:
            notes.append(f"{imputed} of {last - first + 1} years imputed by the data set")
        if first < 1965 and organization.accuracy and "not applicable" not in organization.accuracy.casefold():
            notes.append(f"before 1965: {organization.accuracy[0].lower()}{organization.accuracy[1:]}")
        return "; ".join(notes) or None
