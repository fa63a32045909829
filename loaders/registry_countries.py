"""Countries and territories by code and by name: from what sources write to ``id/country/<ISO 3166-1 alpha-2>``.

The table holds, for each country, the two codes of ISO 3166-1, the number of UN M49 (``---`` where it has none) and the
names that data on cooperation use for it in English and French, the usual one in English first. It was made from
``country-codes.csv`` of github.com/datasets/country-codes (UNSD M49, UNTERM, CLDR; public domain, PDDL 1.0) with the
names that data of earlier years use (Swaziland, Czech Republic). XK is the user-assigned code that the EU, the World
Bank and ROR use for Kosovo. A name is given once for all its spellings: words are compared without order, case,
accents and articles, so that "Bolivia, Plurinational State of" is "Bolivia (Plurinational State of)".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from ..ontology.model import ID
from .registry_country_table import TABLE


@dataclass(frozen=True, slots=True)
class CountryCode:
    """A country: its codes (``m49`` may be ``""``) and its usual name in English."""

    alpha2: str
    alpha3: str
    m49: str
    name: str

    @property
    def iri(self) -> str:
        """The IRI that every source gives the country."""
        return f"{ID}country/{self.alpha2}"


#: Where documents of cooperation are written in French, Spanish or Portuguese when nothing else tells.
LANGUAGES: Final = {
    **dict.fromkeys(
        "BE BF BI BJ CD CF CG CI CM DJ DZ FR GA GF GN GP HT KM LU MA MC MG ML MQ MR NC NE PF PM RE RW SN TD TF TG TN "
        "WF YT".split(),
        "fr",
    ),
    **dict.fromkeys("AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PY SV UY VE".split(), "es"),
    **dict.fromkeys("AO BR CV GW MZ PT ST".split(), "pt"),
}

_ARTICLES = frozenset("the of and la le les l de du des et d al el los las y".split())
_SHORT = {"st": "saint", "ste": "saint", "rep": "republic"}


def by_code(code: str) -> CountryCode | None:
    """Return the country of an ISO code of two or three letters or an M49 number, in any case; ``None`` if none has it.

    >>> by_code("ben").alpha2, by_code("4").alpha2, by_code("ZZ")
    ('BJ', 'AF', None)
    """
    plain = code.strip().upper()
    return _codes().get(plain.zfill(3) if plain.isdecimal() else plain)


def by_name(name: str) -> CountryCode | None:
    """Return the country of a name in English or French; ``None`` if it is none's.

    >>> by_name("Bolivia, Plurinational State of").alpha2, by_name("Côte D'Ivoire").alpha2, by_name("Wakanda")
    ('BO', 'CI', None)
    """
    return _names().get(_key(name))


def _key(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    words = [_SHORT.get(word, word) for word in re.split(r"[\W_]+", plain) if word]
    return " ".join(sorted(word for word in words if word not in _ARTICLES) or words)


@cache
def _rows() -> tuple[tuple[CountryCode, list[str]], ...]:
    rows = []
    for entry in " ".join(TABLE.split()).removesuffix(";").split("; "):
        alpha2, alpha3, m49, names = entry.split(" ", 3)
        known = names.split("|")
        rows.append((CountryCode(alpha2, alpha3, "" if m49 == "---" else m49, known[0]), known))
    return tuple(rows)


@cache
def _codes() -> dict[str, CountryCode]:
    return {code: row for row, _ in _rows() for code in (row.alpha2, row.alpha3, row.m49) if code}


@cache
def _names() -> dict[str, CountryCode]:
    return {_key(name): row for row, names in _rows() for name in names}
