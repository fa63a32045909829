"""What one record of ROR says, in schema 1 or 2: names, places, relationships, class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..ontology.model import ID, Name
from .reading_json import Json
from .registry_source import Names, Wrong, kind_of, language, listing, mapping, scalar, text

_ROR = re.compile(r"(?:https?://ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})")

# The class of the first of these types that a record has; "funder" says what it does, not what it is.
_CLASSES: Final = {
    "government": "GovernmentBody",
    "education": "AcademicInstitution",
    "company": "PrivateSector",
    "nonprofit": "NGO",
    "facility": "AcademicInstitution",
}


def relationships_of(record: dict[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Yield the type, the other record and its name of each relationship."""
    for item in listing(record.get("relationships"), "relationships"):
        one = mapping(item, "a relationship")
        label = text(one.get("label"), what="the label of a relationship")
        yield str(one.get("type")).lower(), ror_id(one.get("id")), label


def ror_iri(ror: str) -> str:
    """Return the IRI of an organization by its nine characters."""
    return f"{ID}organization/ror-{ror}"


def ror_id(value: Json) -> str:
    """Return the nine characters of an identifier, which may be an address.

    :raises Wrong: If it is none.
    """
    match = _ROR.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        raise Wrong(f"{kind_of(value)} is no ROR identifier", "write it as https://ror.org/03yrm5c26")
    return match[1]


def class_of(record: dict[str, Json]) -> str:
    """Return the class of a record by its types."""
    types = {str(kind).lower() for kind in listing(record.get("types"), "types")}
    return next((name for kind, name in _CLASSES.items() if kind in types), "Organization")


def names_of(record: dict[str, Json]) -> tuple[Name, ...]:
    """Return the names of schema 2: the one displayed first, then labels, then the rest."""
    names = Names()
    found = []
    for item in listing(record.get("names"), "names"):
        one = mapping(item, "a name")
        types = listing(one.get("types"), "the types of a name")
        rank = 0 if "ror_display" in types else 1 if "label" in types else 2
        kind = "preferred" if rank < 2 else "acronym" if "acronym" in types else "alternative"
        found.append((rank, text(one.get("value"), what="a name"), language(one.get("lang")), kind))
    for _, name, lang, kind in sorted(found, key=lambda one: one[0]):
        names.add(name, lang, kind)
    return names.all()


def names_of_1(record: dict[str, Json]) -> tuple[Name, ...]:
    """Return the names of schema 1, which says of labels only which language they are in."""
    names = Names()
    names.add(text(record.get("name"), what="the name"))
    for item in listing(record.get("labels"), "labels"):
        one = mapping(item, "a label")
        names.add(text(one.get("label"), what="a label"), language(one.get("iso639")))
    for key, kind in (("aliases", "alternative"), ("acronyms", "acronym")):
        for value in listing(record.get(key), key):
            names.add(text(value, what="a name"), "", kind)
    return names.all()


def places_of(record: dict[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Yield the country, the name and the GeoNames number of each location of schema 2."""
    for item in listing(record.get("locations"), "locations"):
        one = mapping(item, "a location")
        details = mapping(one.get("geonames_details"), "geonames_details")
        number = scalar(one.get("geonames_id"), "geonames_id")
        yield (
            text(details.get("country_code"), what="the country"),
            text(details.get("name"), what="the place"),
            number if number.isdecimal() else "",
        )


def places_of_1(record: dict[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Yield the same of the addresses of schema 1; the country is that of the record."""
    code = text(mapping(record.get("country"), "country").get("country_code"), what="the country")
    addresses = listing(record.get("addresses"), "addresses")
    for item in addresses or [None]:
        address = mapping(item, "an address")
        city = mapping(address.get("geonames_city"), "geonames_city")
        number = scalar(city.get("id"), "the number of the city")
        name = text(city.get("city") or address.get("city"), what="the city")
        yield code, name, number if number.isdecimal() else ""
