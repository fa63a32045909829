"""The loader of lists of countries: the UN M49 lists in six languages, and tables of ISO codes with names.

Known are the lists of https://unstats.un.org/unsd/methodology/m49/overview/ (one language a file), the table of
https://github.com/datasets/country-codes (names in six languages, PDDL 1.0), and tables with the two codes of ISO
3166-1 and a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Identifier, Loaded, Name, Statement
from . import reading
from .registry_source import Names, Registry, Wrong, identifiers, text

# The language of a list is that of its name for the world.
_WORLD: Final = {
    "world": "en", "monde": "fr", "mundo": "es", "العالم": "ar", "весь мир": "ru", "мир": "ru", "世界": "zh",
    "全球": "zh",
}  # fmt: skip
_LANGUAGES: Final = {
    "en": "en", "fr": "fr", "es": "es", "ar": "ar", "ru": "ru", "cn": "zh", "zh": "zh",
    "english": "en", "french": "fr", "spanish": "es", "arabic": "ar", "russian": "ru", "chinese": "zh",
}  # fmt: skip
# Groups of countries that a column marks with an x: by what the column's name says.
_GROUPS: Final = (
    ("ldc", "least-developed-countries", "Least developed countries", "Pays les moins avancés"),
    ("lldc", "landlocked-developing-countries", "Landlocked developing countries",
     "Pays en développement sans littoral"),
    ("sids", "small-island-developing-states", "Small island developing States",
     "Petits États insulaires en développement"),
)  # fmt: skip
_LEVELS: Final = ("global", "region", "sub-region", "intermediate region")


def likeness(path: Path) -> int:
    """Say how much a file looks like a list of countries: 2 by its columns, 0 otherwise."""
    header = reading.peek_header(path)
    columns = _columns(header)
    if any(
        re.search("year|annee|année|date|amount|montant|value|valeur", column) for column in header if len(column) < 16
    ):
        return 0  # data about countries, with their codes beside
    return 2 if columns is not None and (columns.alpha3 or columns.m49) else 0


@dataclass(slots=True)
class _Columns:
    """Which columns hold what; ``""`` where none does."""

    alpha2: str = ""
    alpha3: str = ""
    m49: str = ""
    name: str = ""
    wikidata: str = ""
    geonames: str = ""
    status: str = ""
    names: list[tuple[str, str, str]] = field(default_factory=list)  # column, language, kind
    levels: list[tuple[str, str]] = field(default_factory=list)  # column of the code, column of the name
    groups: list[tuple[str, tuple[str, str, str, str]]] = field(default_factory=list)

    def used(self) -> set[str]:
        """Return the columns that something is made of."""
        one = {self.alpha2, self.alpha3, self.m49, self.name, self.wikidata, self.geonames, self.status}
        one |= {column for column, _, _ in self.names} | {column for column, _ in self.groups}
        return one | {column for pair in self.levels for column in pair}


def _columns(header: list[str]) -> _Columns | None:
    """Return what the columns of a header hold, ``None`` if it is no list of countries."""
    found = _Columns()
    plain = {column: re.sub(r"[\s_-]+", "", column) for column in header if column}
    for column, name in plain.items():
        if re.search(r"alpha2|iso2(?!\d)", name) and not found.alpha2:
            found.alpha2 = column
        elif re.search(r"alpha3|iso3(?!\d)", name) and not found.alpha3:
            found.alpha3 = column
        elif "m49" in name or name == "countrycode" or ("numeric" in name and "currency" not in name):
            found.m49 = column if not found.m49 or "m49" in name else found.m49
        elif "wikidata" in name:
            found.wikidata = column
        elif "geoname" in name:
            found.geonames = column
        elif name == "isindependent":
            found.status = column
        elif (group := re.search(r"\((ldc|lldc|sids)\)", column)) is not None:
            found.groups.append((column, next(g for g in _GROUPS if g[0] == group[1])))
        else:
            _name_column(found, column)
    for level in _LEVELS:
        for code in (f"{level} code", f"{level}-code"):
            name = level if code.endswith("-code") else f"{level} name"
            if code in header and name in header:
                found.levels.append((code, name))
    _by_position(found, header)
    if not found.name and not found.names:
        found.name = _before(header, found.m49)
    if not found.alpha2 or not (found.names or found.name):
        return None
    return found


def _by_position(found: _Columns, header: list[str]) -> None:
    """Take the columns of an M49 list by where they stand, if its header is in another language than English.

    Pairs of a code and a name come first, then the country and its codes, then the three groups.
    """
    if found.levels or not (found.m49 and found.alpha2 and found.alpha3) or found.names:
        return
    at = header.index(found.m49)
    if at == 9 and header[at : at + 3] == [found.m49, found.alpha2, found.alpha3]:
        found.levels = [(header[n], header[n + 1]) for n in range(0, 8, 2)]
        if not found.groups:
            found.groups = list(zip(header[at + 3 : at + 6], _GROUPS, strict=False))


def _name_column(found: _Columns, column: str) -> None:
    """Take a column that names the country, in a language that it gives or in that of the whole list."""
    if match := re.fullmatch(r"official[ _]name[ _](\w+)", column):
        if match[1] in _LANGUAGES:
            found.names.insert(0, (column, _LANGUAGES[match[1]], "preferred"))
    elif match := re.fullmatch(r"unterm (\w+) (short|formal)", column):
        if match[1] in _LANGUAGES:
            found.names.append((column, _LANGUAGES[match[1]], "alternative"))
    elif column == "cldr display name":
        found.names.append((column, "en", "alternative"))
    elif column in ("country or area", "name", "country", "country name"):
        found.name = column


def _before(header: list[str], column: str) -> str:
    """Return the column before that of the M49 code, where lists in any language have the name."""
    at = header.index(column) if column in header else 0
    return header[at - 1] if at else ""


def load_countries(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read a list of countries.

    :param skip_bad: Count rows that cannot be used instead of raising.
    :raises UnreadableSource: If the file is no such list, or (from the stream) a row cannot be used.
    """
    path = Path(path)
    header = next((row for _, row in reading.csv_rows(path)), [])
    columns = _columns([cell.casefold() for cell in header])
    if columns is None:
        advice = "it has a column with the two letters of ISO 3166-1 and one with the name"
        raise UnreadableSource("is no list of countries", path=path, advice=advice)
    open_data = bool(columns.names)
    registry = Registry(
        path, "countries", "Countries and areas, M49 and ISO 3166", source_id=source_id, read_time=read_time,
        skip_bad=skip_bad, licence="ODC-PDDL 1.0" if open_data else None,
        url="https://github.com/datasets/country-codes" if open_data
        else "https://unstats.un.org/unsd/methodology/m49/overview/",
    )  # fmt: skip
    return registry.loaded(_Reader(registry, columns).statements)


class _Reader:
    """The state of one load: the language of the list, once known."""

    def __init__(self, registry: Registry, columns: _Columns) -> None:
        self.registry, self.columns, self.lang = registry, columns, ""
        self.mentioned: dict[str, str] = {}

    def statements(self) -> Iterator[Statement]:
        """Yield countries with the regions and groups that they are in."""
        seen: set[str] = set()
        unused: dict[str, int] = {}
        used = self.columns.used()
        for number, row in reading.csv_records(self.registry.path, skip=self.registry.skip):
            try:
                yield from self._country(row, number, seen)
            except Wrong as error:
                self.registry.wrong(error, row=number)
                continue
            for column, value in row.items():
                if value and column not in used:
                    unused[column] = unused.get(column, 0) + 1
        if not seen:
            raise UnreadableSource("holds no country", path=self.registry.path, advice="give a list of countries")
        for code, name in self.mentioned.items():
            if code not in seen:
                yield Entity(f"{ID}country/{code}", "Country", (Name(name),))
        for column, count in unused.items():
            self.registry.left_out(f"column {column!r}", count)

    def _country(self, row: dict[str, str], number: int, seen: set[str]) -> list[Statement]:
        columns = self.columns
        alpha2, alpha3 = row[columns.alpha2].upper(), row.get(columns.alpha3, "").upper()
        if not alpha2 and not alpha3:
            self.registry.left_out("areas without an ISO code")
            return []
        if not re.fullmatch("[A-Z]{2}", alpha2):
            raise Wrong(f"{alpha2[:20]!r} is no code of ISO 3166-1 alpha-2", "write two letters, as BJ")
        if alpha3 and not re.fullmatch("[A-Z]{3}", alpha3):
            raise Wrong(f"{alpha3[:20]!r} is no code of ISO 3166-1 alpha-3", "write three letters, as BEN")
        if alpha2 in seen:
            raise Wrong(f"the code {alpha2} is given twice", "keep one of the rows")
        levels = [(_m49(row[code]), text(row[name])) for code, name in columns.levels]
        if not self.lang:
            self.lang = self._language(levels)
        locator = f"row {number}, {alpha2}"
        me = f"{ID}country/{alpha2}"
        entity = Entity(
            me, "Country", self._names(row), identifier=alpha3 or alpha2, identifiers=self._ids(row, alpha2, alpha3),
            evidence=self.registry.evidence(locator),
        )  # fmt: skip
        made: list[Statement] = [entity, *self._regions(me, alpha2, levels, locator)]
        made += self._groups(row, me, alpha2, locator)
        made += self._whole(row, me, alpha2, locator)
        seen.add(alpha2)
        return made

    def _language(self, levels: list[tuple[str, str]]) -> str:
        """Return the language of the list: from the name of the world, or of the file."""
        for _, name in levels:
            if name.casefold() in _WORLD:
                return _WORLD[name.casefold()]
        parts = re.findall("[a-z]+", self.registry.path.name.casefold())
        return next((_LANGUAGES[part] for part in reversed(parts) if part in _LANGUAGES), "")

    def _names(self, row: dict[str, str]) -> tuple[Name, ...]:
        names = Names()
        if self.columns.name and (not self.columns.names or row[self.columns.name]):
            names.add(text(row[self.columns.name], what="the name"), "" if self.columns.names else self.lang)
        for wanted in ("preferred", "alternative"):
            for column, lang, kind in self.columns.names:
                if kind == wanted:
                    names.add(re.sub(r"^\*|\*$", "", text(row[column], what=f"the cell {column!r}")), lang, kind)
        return names.all()

    def _ids(self, row: dict[str, str], alpha2: str, alpha3: str) -> tuple[Identifier, ...]:
        wikidata = re.search("Q[0-9]+$", row.get(self.columns.wikidata, ""))
        geonames = row.get(self.columns.geonames, "").removesuffix(".0")
        return identifiers(
            [
                ("ISO3166", alpha2), ("ISO3166Alpha3", alpha3), ("M49", _m49(row.get(self.columns.m49, ""))),
                ("Wikidata", wikidata[0] if wikidata else ""), ("GeoNames", geonames if geonames.isdecimal() else ""),
            ]
        )  # fmt: skip

    def _regions(self, me: str, key: str, levels: list[tuple[str, str]], locator: str) -> Iterator[Statement]:
        """Yield the regions from the world down, when new, and that the country is part of the smallest."""
        above = ""
        for code, name in levels:
            if not code or not name:
                continue
            region = f"{ID}place/m49-{code}"
            if self.registry.new(region):
                lang = "en" if self.columns.names else self.lang
                yield Entity(region, "Place", (Name(name, lang),), identifier=code,
                             identifiers=identifiers([("M49", code)]),
                             evidence=self.registry.evidence(locator))  # fmt: skip
                if above:
                    yield self.registry.link(f"m49-{code}/partOf", region, "partOf", above, locator)
            above = region
        if above:
            yield self.registry.link(f"{key}/partOf", me, "partOf", above, locator)

    def _groups(self, row: dict[str, str], me: str, key: str, locator: str) -> Iterator[Statement]:
        for column, (short, slug_, english, french) in self.columns.groups:
            if row[column].casefold() not in ("x", "yes", "1", "true"):
                continue
            group = f"{ID}country-group/{slug_}"
            if self.registry.new(group):
                names = (Name(english, "en"), Name(french, "fr"), Name(short.upper(), "en", "acronym"))
                yield Entity(group, "Country", names, collective=True, evidence=self.registry.evidence(locator))
            yield self.registry.link(f"{key}/{short}", me, "memberOf", group, locator)

    def _whole(self, row: dict[str, str], me: str, key: str, locator: str) -> Iterator[Statement]:
        """Yield that a territory is part of a country, where the list says of which."""
        said = text(row.get(self.columns.status, ""))
        match = re.fullmatch(r"(?:Part|Territor(?:y|ies)|Commonwealth|Crown dependency) of ([A-Z]{2})", said)
        if match is not None and match[1] != key:
            self.mentioned.setdefault(match[1], match[1])
            yield self.registry.link(
                f"{key}/of/{match[1]}", me, "partOf", f"{ID}country/{match[1]}", locator, role=said
            )


def _m49(value: str) -> str:
    """Return a code of M49 with its three digits, ``""`` where there is none.

    :raises Wrong: If it is none.
    """
    plain = value.strip().removesuffix(".0")
    if not plain:
        return ""
    if not re.fullmatch("[0-9]{1,3}", plain):
        raise Wrong(f"{value[:20]!r} is no M49 code", "write three digits, as 204")
    return plain.zfill(3)
