"""What all sources together say of a thing, as far as identity is concerned; and of things that are already one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...ontology.model import ID, Identifier
from ...ontology.vocabulary import vocabulary
from .keys import Keys, country_of_identifier, family, plain_identifier

#: Families between which a thing may be told apart differently by different sources.
_KIN = frozenset({"organization", "fund", "platform", "programme"})
#: Classes of bodies that are of no one country.
INTERNATIONAL = frozenset({"IntergovernmentalOrganization", "UNBody", "RegionalOrganization"})


@dataclass(slots=True)
class Record:
    """A thing under one IRI, or several IRIs that are one thing: all that sources say of it together.

    ``homes`` are the countries that sources say it is of, ``settings`` the activities and ``places`` the countries
    in which links name it. ``authority`` are those of its IRIs that an authority file describes.
    """

    iris: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    names: set[tuple[str, str, str]] = field(default_factory=set)
    ids: dict[str, set[str]] = field(default_factory=dict)
    authority: set[str] = field(default_factory=set)
    homes: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)

    def join(self, other: Record) -> None:
        """Take in what is said of another thing, because the two are one."""
        for name in ("iris", "sources", "types", "families", "names", "authority", "homes", "places", "settings"):
            getattr(self, name).update(getattr(other, name))
        self.apart |= other.apart
        for scheme, values in other.ids.items():
            self.ids.setdefault(scheme, set()).update(values)

    @property
    def international(self) -> bool:
        """Whether a source says that it is a body of several countries."""
        return bool(self.types & INTERNATIONAL)

    def country(self) -> str | None:
        """Return the one country that it is of, else the only one in which links name it."""
        for found in (self.homes, self.places):
            if found:
                return next(iter(found)) if len(found) == 1 else None
        return None


def kin(one: Record, other: Record) -> bool:
    """Tell whether two things may be one by what kind of things they are."""
    return bool(one.families & other.families) or (one.families <= _KIN and other.families <= _KIN)


def same_class(one: Record, other: Record) -> bool:
    """Tell whether the classes of two things agree: the same, or one below the other."""
    known = vocabulary()
    return all(a == b or known.is_a(a, b) or known.is_a(b, a) for a in one.types for b in other.types)


def against(one: Record, other: Record) -> str | None:
    """Return the scheme in which two things have identifiers and none in common."""
    return next((s for s in sorted(one.ids.keys() & other.ids.keys()) if not one.ids[s] & other.ids[s]), None)


def kept_apart(one: Record, other: Record) -> bool:
    """Tell whether no rule may make two things one: a person, the authority, a class or an identifier forbids it."""
    if one.apart & other.iris or other.apart & one.iris or not kin(one, other):
        return True
    if one.authority and other.authority and one.authority != other.authority:
        return True
    return against(one, other) is not None


def want(keys: Keys, iris: Iterable[str]) -> None:
    """Put some IRIs into the table ``wanted`` of the database, in place of those that stood there."""
    keys.db.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (iri TEXT PRIMARY KEY)")
    keys.db.execute("DELETE FROM wanted")
    keys.db.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((iri,) for iri in iris))


def read_records(keys: Keys, iris: Iterable[str] | None = None, *, settings: bool = False) -> dict[str, Record]:
    """Return what is known of things by IRI: of some, or of all. ``settings`` reads in which activities they stand."""
    found: dict[str, Record] = {}
    where = ""
    if iris is not None:
        want(keys, iris)
        where = " WHERE iri IN (SELECT iri FROM wanted)"
    loaders = dict(keys.db.execute("SELECT id, loader FROM source").fetchall())
    for source, iri, said in keys.db.execute(f"SELECT source, iri, said FROM thing{where}"):  # noqa: S608 - our own
        type_, collective, names, ids = json.loads(said)[:4]
        record = found.setdefault(iri, Record({iri}))
        kind = family(type_, collective=collective)
        record.sources.add(source)
        record.types.add(type_)
        record.families.add(kind)
        record.names.update((text, lang, how) for text, lang, how in names)
        for scheme, value in ids:
            plain, code = plain_identifier(Identifier(scheme, value), kind)
            record.ids.setdefault(plain, set()).add(code)
            if kind == "organization" and (country := country_of_identifier(plain, code)):
                record.homes.add(country)
        if loaders.get(source) == "authority":
            record.authority.add(iri)
    for iri, country in keys.db.execute(f"SELECT iri, country FROM home{where}"):  # noqa: S608 - our own
        if iri in found:
            found[iri].homes.add(country)
    if iris is None or settings or found:
        only = "" if settings else (" AND" if where else " WHERE") + " substr(at, 1, 1) = '@'"
        for iri, at in keys.db.execute(f"SELECT iri, at FROM setting{where}{only}"):  # noqa: S608 - our own
            if iri in found:
                (found[iri].places if at[0] == "@" else found[iri].settings).add(at.removeprefix("@"))
    for iri, record in found.items():
        if "country" in record.families and iri.startswith(ID + "country/"):
            record.homes.add(iri.rpartition("/")[2])
    return found
