"""The loader of lists of countries: the UN M49 lists in six languages, and tables of ISO codes with names.

Known are the lists of https://unstats.un.org/unsd/methodology/m49/overview/ (one language a file), the table of
https://github.com/datasets/country-codes (names in six languages, PDDL 1.0), and tables with the two codes of ISO
3166-1 and a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Identifier, Loaded, Name, Statement
from . import reading
from .registry_countries import by_code
from .registry_country_columns import LANGUAGES, Columns, columns_of
from .registry_source import Names, Registry, Wrong, identifiers, text

# The language of a list is that of its name for the world.
_WORLD: Final = {
    "world": "en", "monde": "fr", "mundo": "es", "العالم": "ar", "весь мир": "ru", "мир": "ru", "世界": "zh",
    "全球": "zh",
}  # fmt: skip
# The language of a list whose column of names is called so.
_TOLD: Final = ((re.compile(r"nom\b|pays|libell"), "fr"), (re.compile("nombre|pa[ií]s"), "es"))


def likeness(path: Path) -> int:
    """Say how much a file looks like a list of countries: 2 by its columns, 0 otherwise."""
    header = reading.peek_header(path)
    columns = columns_of(header)
    if any(
        re.search("year|annee|année|date|amount|montant|value|valeur", column) for column in header if len(column) < 16
    ):
        return 0  # data about countries, with their codes beside
    return 2 if columns is not None and (columns.alpha3 or columns.m49) else 0


def load_countries(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read a list of countries.

    :param skip_bad: Count rows that cannot be used instead of raising.
    :raises UnreadableSource: If the file is no such list, or (from the stream) a row cannot be used.
    """
    path = Path(path)
    header = next((row for _, row in reading.csv_rows(path)), [])
    columns = columns_of([cell.casefold() for cell in header])
    if columns is None:
        advice = "it has a column with the two letters of ISO 3166-1 and one with the name"
        raise UnreadableSource("is no list of countries", path=path, advice=advice)
    open_data = any(column.startswith("unterm ") for column, _, _ in columns.names)
    united_nations = not open_data and bool(columns.levels and columns.groups)
    registry = Registry(
        path, "countries", "Countries and areas, M49 and ISO 3166", source_id=source_id, read_time=read_time,
        skip_bad=skip_bad, licence="ODC-PDDL 1.0" if open_data else None,
        url="https://github.com/datasets/country-codes" if open_data
        else "https://unstats.un.org/unsd/methodology/m49/overview/" if united_nations else None,
    )  # fmt: skip
    return registry.loaded(_Reader(registry, columns).statements)


class _Reader:
    """The state of one load: the language of the list, once known."""

    def __init__(self, registry: Registry, columns: Columns) -> None:
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
        known = None if alpha2 else by_code(alpha3)
        alpha2 = known.alpha2 if known else alpha2
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
        for pattern, lang in _TOLD:
            if pattern.match(self.columns.name):
                return lang
        parts = re.findall("[a-z]+", self.registry.path.name.casefold())
        return next((LANGUAGES[part] for part in reversed(parts) if part in LANGUAGES), "")

    def _names(self, row: dict[str, str]) -> tuple[Name, ...]:
        names = Names()
        if self.columns.name and (not self.columns.names or row[self.columns.name]):
            names.add(text(row[self.columns.name], what="the name"), "" if self.columns.names else self.lang)
        for wanted in ("preferred", "alternative"):
            for column, lang, kind in self.columns.names:
                if kind == wanted:
                    names.add(_plain(text(row[column], what=f"the cell {column!r}")), lang, kind)
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
                lang = "en" if self.columns.names and not self.lang else self.lang
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


def _plain(name: str) -> str:
    """Return a name without signs of notes and without what a list of terms says of its article and gender."""
    return re.sub(r"^\*|\*$|\s*\((?:le|la|les|l['’]|el|los|las)\)(?:\s*\[[a-z.]+\])?$", "", name)


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
