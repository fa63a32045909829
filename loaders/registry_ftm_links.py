"""Links of FollowTheMoney: which schemas become which relation, with dates, amounts and roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ..ontology.model import Entity, Link, Name, Statement
from ..ontology.vocabulary import vocabulary
from .registry_countries import by_code
from .registry_ftm import CLASSES, Record, datasets, evidence, one_date, thing_iri
from .registry_source import Registry, Wrong, amount, currency, identifiers


@dataclass(frozen=True, slots=True)
class _Edge:
    """How a schema becomes a link: the properties of its two ends, the relation, and the role where none is given."""

    source: str
    relation: str
    target: str
    role: str | None = None


#: Schemas that become links. Who owns an organization stands above it; a person who owns one is a member of it.
LINKS: Final = {
    "Ownership": _Edge("asset", "subsidiaryOf", "owner", "owned"),
    "Directorship": _Edge("director", "leads", "organization", "director"),
    "Membership": _Edge("member", "memberOf", "organization"),
    "Employment": _Edge("employee", "memberOf", "employer", "employee"),
    "Payment": _Edge("payer", "funds", "beneficiary"),
    "Succession": _Edge("successor", "supersedes", "predecessor"),
    "ProjectParticipant": _Edge("participant", "participatesIn", "project"),
}
#: Properties whose values are identifiers of other records.
ENDS: Final = frozenset({end for edge in LINKS.values() for end in (edge.source, edge.target)}) | {
    "addressEntity", "parent", "project",
}  # fmt: skip
_ROLES: Final = ("role", "purpose", "position", "status")
_STARTS: Final = ("startDate", "date")
_ENDS: Final = ("endDate", "date")
_READ: Final = frozenset(
    {*_ROLES, *_STARTS, *_ENDS, "amount", "amountEur", "amountUsd", "currency", "percentage", "project"}
)
# Where a thing says which country it is in, by class; a person's nationality is no place.
_COUNTRIES: Final = ("country", "jurisdiction", "mainCountry")
_PLACED: Final = frozenset({"PrivateSector", "GovernmentBody", "Organization", "Place", "Project", "Event"})


class EdgeReader:
    """Makes links of records; knows the schema of every thing of the file."""

    def __init__(self, registry: Registry, schemas: dict[str, str]) -> None:
        self.registry, self.schemas = registry, schemas

    def link(self, record: Record) -> Iterator[Statement]:
        """Yield the links of a record whose schema is one of :data:`LINKS`, one for each pair of ends.

        :raises Wrong: If a date does not exist, or an amount is no number.
        """
        edge, registry = LINKS[record.schema], self.registry
        start, end = one_date(registry, record, _STARTS), one_date(registry, record, _ENDS)
        if start and end and start[: len(end)] > end[: len(start)]:
            raise Wrong(f"it begins in {start} and ends in {end}", "correct the dates")
        roles = [value for name in _ROLES for value in record.properties.get(name, ())]
        role = roles[0] if roles else edge.role
        sum_, money, dollars = _money(record)
        share = self._share(record)
        ends = [
            (one, two)
            for one in record.properties.get(edge.source, ())
            for two in record.properties.get(edge.target, ())
        ]
        if not ends:
            registry.left_out(f"records of the schema {record.schema!r} without two ends")
        if len(ends) > 1 and sum_ is not None:
            registry.left_out("amounts of records with several ends, of which the part of each is not known")
            sum_ = money = dollars = None
        if len(roles) > 1:
            registry.left_out("further roles of a link (the first is kept)", len(roles) - 1)
        for name, values in record.properties.items():
            if values and name not in _READ and name not in (edge.source, edge.target):
                registry.left_out(f"property {name[:40]!r}")
        made = list(datasets(registry, record))
        for number, (one, two) in enumerate(ends):
            source, relation, target, said = one, edge.relation, two, role
            if record.schema == "Ownership" and self.schemas.get(two) == "Person":
                source, relation, target, said = two, "memberOf", one, "owner" if role == edge.role else role
            if not self._joins(record.schema, source, relation, target):
                continue
            project = next((p for p in record.properties.get("project", ()) if self._class(p) == "Project"), None)
            key = f"{record.id}/{number}" if len(ends) > 1 else record.id
            yield from made
            made = []
            yield self._made(
                record, key, source, relation, target, role=said and said[:1_000], valid_from=start, valid_to=end,
                amount=sum_, currency=money, amount_usd=dollars, share=share,
                in_programme=thing_iri(project, "Project") if project else None,
            )  # fmt: skip

    def of_thing(self, record: Record) -> Iterator[Statement]:
        """Yield what a thing says of itself that is a link: its countries, its address, what it is under."""
        me, kind = thing_iri(record.id, record.schema), CLASSES[record.schema]
        if kind in _PLACED:
            codes = dict.fromkeys(code for name in _COUNTRIES for code in record.properties.get(name, ()))
            for code in codes:
                yield from self._country(record, me, code)
        elif any(record.properties.get(name) for name in _COUNTRIES):
            self.registry.left_out("countries of people and documents")
        for address in record.properties.get("addressEntity", ()):
            if self._joins("addressEntity", record.id, "locatedIn", address):
                yield self._made(record, f"{record.id}/address/{address}", record.id, "locatedIn", address)
        for parent in record.properties.get("parent", ()):
            if self._joins("parent", record.id, "subsidiaryOf", parent):
                yield self._made(record, f"{record.id}/parent/{parent}", record.id, "subsidiaryOf", parent)

    def _country(self, record: Record, me: str, code: str) -> Iterator[Statement]:
        country = by_code(code) if re.fullmatch("[A-Za-z]{2}", code) else None
        if country is None:
            self.registry.left_out("country codes that are not of ISO 3166")
            return
        if self.registry.new(country.iri):
            yield Entity(country.iri, "Country", (Name(country.name, "en"),),
                         identifiers=identifiers([("ISO3166", country.alpha2)]))  # fmt: skip
        link = self.registry.link(f"{record.id}/country/{country.alpha2}", me, "locatedIn", country.iri, record.id)
        yield replace(link, evidence=evidence(self.registry, record))

    def _made(self, record: Record, key: str, source: str, relation: str, target: str, **more: object) -> Link:
        one, two = (thing_iri(end, self.schemas[end]) for end in (source, target))
        link = self.registry.link(key, one, relation, two, record.id, **more)  # type: ignore[arg-type]
        return replace(link, evidence=evidence(self.registry, record))

    def _class(self, key: str) -> str | None:
        return CLASSES.get(self.schemas.get(key, ""))

    def _joins(self, what: str, source: str, relation: str, target: str) -> bool:
        """Say whether both ends are things of the file that the relation may join; what is not is counted."""
        one, two = self._class(source), self._class(target)
        if one is None or two is None:
            self.registry.left_out(f"{what}: an end is not in the file or of a kind that is left out")
        elif source == target:
            self.registry.left_out(f"{what}: both ends are the same")
        elif not vocabulary().admits(relation, one, two):
            self.registry.left_out(f"{what}: {one} and {two} are not joined so")
        else:
            return True
        return False

    def _share(self, record: Record) -> Decimal | None:
        """Return the share that is owned; one that is no number from 0 to 100 is counted."""
        said = record.first("percentage").removesuffix("%").strip().replace(",", ".")
        if not said:
            return None
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,20})?", said) or not 0 <= Decimal(said) <= 100:
            self.registry.left_out("shares that are no number from 0 to 100")
            return None
        return Decimal(said)


def _money(record: Record) -> tuple[Decimal | None, str | None, Decimal | None]:
    """Return the amount, its currency, and the amount in US dollars where the source gives it.

    :raises Wrong: If an amount is no number, or the amount has no currency.
    """
    said, euros, dollars = (amount(record.first(name), name) for name in ("amount", "amountEur", "amountUsd"))
    money = currency(record.first("currency"))
    if said is not None and money:
        return said, money, dollars
    if euros is not None:
        return euros, "EUR", dollars
    if dollars is not None:
        return dollars, "USD", dollars
    if said is not None:
        raise Wrong("the amount has no currency", "give one")
    return None, None, None
