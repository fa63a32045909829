"""Which columns of a list of countries hold what: codes, names and their languages, regions, groups."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

#: Languages by what file names and headings call them.
LANGUAGES: Final = {
    "en": "en", "fr": "fr", "es": "es", "ar": "ar", "ru": "ru", "cn": "zh", "zh": "zh",
    "english": "en", "french": "fr", "spanish": "es", "arabic": "ar", "russian": "ru", "chinese": "zh",
}  # fmt: skip
# Groups of countries that a column marks with an x: by what the column's name says.
GROUPS: Final = (
    ("ldc", "least-developed-countries", "Least developed countries", "Pays les moins avancés"),
    ("lldc", "landlocked-developing-countries", "Landlocked developing countries",
     "Pays en développement sans littoral"),
    ("sids", "small-island-developing-states", "Small island developing States",
     "Petits États insulaires en développement"),
)  # fmt: skip
# What a column of names is called that does not say in which language they are; the first that fits is taken.
_NAME: Final = (
    r"country or area|pays ou (?:zone|territoire)",
    r"country[ _.-]?(?:name)?|(?:nom (?:du )?)?pays|(?:nombre (?:del? )?)?pa[ií]s",
    r"name|(?:short|common|usual)[ _.-]?name|name[ _.-](?:short|common)|nom|nombre|libell[eé]",
    r"official[ _.-]?name",
)
_LEVELS: Final = ("global", "region", "sub-region", "intermediate region")


@dataclass(slots=True)
class Columns:
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


def columns_of(header: list[str]) -> Columns | None:
    """Return what the columns of a header hold, ``None`` if it is no list of countries."""
    found = Columns()
    plain = {column: re.sub(r"[\s_-]+", "", column) for column in header if column}
    for column, name in plain.items():
        if re.search(r"alpha2|iso2(?!\d)|^cca2$", name) and not found.alpha2:
            found.alpha2 = column
        elif re.search(r"alpha3|iso3(?!\d)|^cca3$", name) and not found.alpha3:
            found.alpha3 = column
        elif "m49" in name or name in ("countrycode", "ccn3") or ("numeric" in name and "currency" not in name):
            found.m49 = column if not found.m49 or "m49" in name else found.m49
        elif "wikidata" in name:
            found.wikidata = column
        elif "geoname" in name:
            found.geonames = column
        elif name == "isindependent":
            found.status = column
        elif (group := re.search(r"\((ldc|lldc|sids)\)", column)) is not None:
            found.groups.append((column, next(g for g in GROUPS if g[0] == group[1])))
        else:
            _name_column(found, column)
    for level in _LEVELS:
        for code in (f"{level} code", f"{level}-code"):
            name = level if code.endswith("-code") else f"{level} name"
            for sign in (" ", "-", "_"):  # as `intermediate-region-code` and `sub_region_code` are written
                pair = (code.replace(" ", sign), name.replace(" ", sign))
                if pair[0] in header and pair[1] in header and pair not in found.levels:
                    found.levels.append(pair)
    for pattern in _NAME:
        free = [column for column in header if column not in found.used() and re.fullmatch(pattern, column)]
        found.name = found.name or (free[0] if free else "")
    _by_position(found, header)
    if not found.name and not found.names:
        found.name = _before(header, found)
    if not found.alpha2 or not (found.names or found.name):
        return None
    return found


def _by_position(found: Columns, header: list[str]) -> None:
    """Take the columns of an M49 list by where they stand, if its header is in another language than English.

    Pairs of a code and a name come first, then the country and its codes, then the three groups.
    """
    if found.levels or not (found.m49 and found.alpha2 and found.alpha3) or found.names:
        return
    at = header.index(found.m49)
    if at == 9 and header[at : at + 3] == [found.m49, found.alpha2, found.alpha3]:
        found.levels = [(header[n], header[n + 1]) for n in range(0, 8, 2)]
        if not found.groups:
            found.groups = list(zip(header[at + 3 : at + 6], GROUPS, strict=False))


def _name_column(found: Columns, column: str) -> None:
    """Take a column that names the country, in a language that it gives or in that of the whole list."""
    if match := re.fullmatch(r"official[ _]name[ _](\w+)", column):
        if match[1] in LANGUAGES:
            found.names.insert(0, (column, LANGUAGES[match[1]], "preferred"))
    elif match := re.fullmatch(r"unterm (\w+) (short|formal)", column):
        if match[1] in LANGUAGES:
            found.names.append((column, LANGUAGES[match[1]], "alternative"))
    elif column == "cldr display name":
        found.names.append((column, "en", "alternative"))
    elif (lang := _in_language(column)) is not None:
        kind = "preferred" if all(known != lang for _, known, _ in found.names) else "alternative"
        found.names.append((column, lang, kind))


def _in_language(column: str) -> str | None:
    """Return the language that a column of names says of itself, as `name_fr` and `English short name` do."""
    match = re.fullmatch(
        r"(?:(?:name|nom|nombre|label|libelle|libellé)[ _.-]([a-z]+)|([a-z]+)[ _.-](?:short[ _.-])?name)", column
    )
    return LANGUAGES.get(match[1] or match[2]) if match else None


def _before(header: list[str], found: Columns) -> str:
    """Return the column before that of the M49 code, where lists in any language have the name, if it is free."""
    at = header.index(found.m49) if found.m49 in header else 0
    return header[at - 1] if at and header[at - 1] not in found.used() else ""
