"""Bodies of the UN system and those who give to them, as the data of open.un.org and un.org name them."""

from __future__ import annotations

from typing import Final

from ..ontology.model import Entity, Name
from .registry_countries import CountryCode, by_name
from .registry_source import Registry, identifiers, iri

# The class of a donor by the group that the statistics of the UN system put it in: how the group's name begins.
_GROUPS: Final = (
    ("european union", "RegionalOrganization"),
    ("multilateral - un", "UNBody"),
    ("multilateral - ifi", "IntergovernmentalOrganization"),
    ("multilateral - international financial", "IntergovernmentalOrganization"),
    ("ngo", "NGO"),
    ("foundation", "NGO"),
    ("private", "PrivateSector"),
    ("academic", "AcademicInstitution"),
)


def body_iri(code: str) -> str:
    """Return the IRI of a body of the UN system by its code: ``id/organization/un-wfp``.

    :raises Wrong: If the code has no letter or digit.
    """
    return iri("organization", "un", code)


def body_names(code: str) -> tuple[Name, ...]:
    """Return a code as the name that it is: an acronym, or a name where it has small letters as ``UN Women``."""
    if not code:
        return ()
    capitals = sum(char.isupper() for char in code)
    name = " " in code and any(len(word) > 2 and word[1:].islower() for word in code.split())
    if name or capitals < 2:
        return (Name(code, "en"),)
    return (Name(code, "", "acronym"),)


def body(registry: Registry, code: str, locator: str, *, name: str = "") -> list[Entity]:
    """Return the body of a code as an entity if it is met for the first time, else nothing.

    :raises Wrong: If the code has no letter or digit.
    """
    me = body_iri(code)
    if not registry.new(me):
        return []
    names = (Name(name, "en"), Name(code, "", "acronym")) if name and name != code else body_names(code)
    return [
        Entity(me, "UNBody", names, identifier=code, identifiers=identifiers([("UNAgency", code.upper())]),
               evidence=registry.evidence(locator))
    ]  # fmt: skip


def country(registry: Registry, found: CountryCode, locator: str, *, name: str = "") -> list[Entity]:
    """Return a country as an entity if it is met for the first time, else nothing; ``name`` is what the source says."""
    if not registry.new(found.iri):
        return []
    names = [Name(found.name, "en")]
    if name and name != found.name:
        names.append(Name(name, "en", "alternative"))
    ids = identifiers([("ISO3166", found.alpha2), ("ISO3166Alpha3", found.alpha3), ("M49", found.m49)])
    evidence = registry.evidence(locator)
    return [Entity(found.iri, "Country", tuple(names), identifier=found.alpha3, identifiers=ids, evidence=evidence)]


def donor(
    registry: Registry, name: str, group: str, locator: str, *, government: bool, collective: bool = False
) -> tuple[str, list[Entity]]:
    """Return the IRI of a donor, and the donor as an entity if it is met for the first time.

    A government is its country. ``group`` is the source's own; it says what class an organization is of.

    :raises Wrong: If the name has no letter or digit.
    """
    if government and (found := by_name(name)) is not None:
        return found.iri, country(registry, found, locator, name=name)
    plain = group.casefold()
    kind = next((kind for start, kind in _GROUPS if plain.startswith(start)), "Organization")
    # A government that is no country of the table is an authority: Guernsey is one, a development fund is not.
    me = iri("organization", "un-donor", name)
    if not registry.new(me):
        return me, []
    kind = "GovernmentBody" if government else kind
    evidence = registry.evidence(locator)
    return me, [Entity(me, kind, (Name(name, "en"),), identifier=name, collective=collective, evidence=evidence)]
