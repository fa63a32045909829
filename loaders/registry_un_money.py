"""Money of the UN system as open.un.org gives it: contributions, expenses by country, trust funds, and its members.

Each function takes a :class:`~.registry_source.Registry` and yields the statements of its file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Name, Statement
from . import reading
from .reading_json import Json, JsonStream
from .registry_countries import by_code, by_name
from .registry_source import Registry, Wrong, amount, currency, iri, listing, mapping, text, year
from .registry_un import body, body_iri, country, donor

_USD: Final = "USD"
_NO_YEAR: Final = "years of amounts, which the name of the file does not give"
_UN: Final = "UN"


def _year_of_file(path: Path) -> str | None:
    years = set(re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", path.name))
    return years.pop() if len(years) == 1 else None


def contributions(registry: Registry) -> Iterator[Statement]:
    """Yield donors, UN bodies, and a link ``funds`` for each donor, body and instrument, with the amount.

    The year stands in the name of the file only.
    """
    when = _year_of_file(registry.path)
    for name, value in JsonStream(registry.path, unique=True).members():
        try:
            yield from _donor(registry, name, value, when)
        except Wrong as error:
            registry.wrong(error, place=name)


def _donor(registry: Registry, name: str, value: Json, when: str | None) -> list[Statement]:
    record = mapping(value, "the donor")
    line, group = text(name, what="the name"), text(record.get("category"), what="the category")
    if not line:
        raise Wrong("a donor has no name", "give it one")
    given = [
        (text(code, what="the code of a body"), text(instrument, what="an instrument"), amount(sum_))
        for code, parts in mapping(record.get("contributions"), "contributions").items()
        for instrument, sum_ in mapping(parts, f"what {code[:40]!r} received").items()
    ]
    for code, _, _ in given:
        body_iri(code)  # refuses one without letters before anything is remembered
    government = group.casefold() == "government" or record.get("status") in ("member", "nonmember", "observer")
    collective = record.get("is_other") is True
    me, made = donor(registry, line, group, line, government=government, collective=collective)
    statements: list[Statement] = [*made]
    for code, instrument, sum_ in given:
        locator = f"{line}/contributions/{code}/{instrument}"
        statements += body(registry, code, locator)
        if when is None:
            registry.left_out(_NO_YEAR)
        statements.append(
            registry.link(
                f"{line}/{code}/{instrument}/{when or 'undated'}", me, "funds", body_iri(code), locator,
                role=instrument or None, amount=sum_, currency=None if sum_ is None else _USD,
                valid_from=when, valid_to=when,
            )
        )  # fmt: skip
    return statements


def expenses(registry: Registry) -> Iterator[Statement]:
    """Yield countries, UN bodies, and a link ``covers`` from a body to a country with what it spent there.

    Money is spent in a country, not given to it: ``funds`` would say too much.
    """
    when = _year_of_file(registry.path)
    seen: set[str] = set()
    for number, value in JsonStream(registry.path, unique=True).elements(skip=registry.skip):
        try:
            yield from _spent(registry, number, mapping(value, "the record"), when, seen)
        except Wrong as error:
            registry.wrong(error, place=f"[{number - 1}]")


def _spent(
    registry: Registry, number: int, record: dict[str, Json], when: str | None, seen: set[str]
) -> list[Statement]:
    code, name = text(record.get("iso3"), what="iso3"), text(record.get("name"), what="the name")
    found = by_code(code) or by_name(name)
    if found is None:
        raise Wrong(f"{code or name!r} is no country", "give its three letters of ISO 3166 in iso3")
    if found.iri in seen:
        raise Wrong(f"the country {code or name!r} is given twice", "keep one of the records")
    spent = [
        (text(agency, what="the code of a body"), amount(sum_))
        for agency, sum_ in mapping(record.get("entities"), "entities").items()
    ]
    for agency, _ in spent:
        body_iri(agency)
    seen.add(found.iri)
    place = f"[{number - 1}] {code}"
    made: list[Statement] = [*country(registry, found, place, name=name)]
    for agency, sum_ in spent:
        locator = f"{place}/entities/{agency}"
        made += body(registry, agency, locator)
        if when is None:
            registry.left_out(_NO_YEAR)
        made.append(
            registry.link(
                f"{agency}/{found.alpha2}/{when or 'undated'}", body_iri(agency), "covers", found.iri, locator,
                role="expenses", amount=sum_, currency=None if sum_ is None else _USD, valid_from=when, valid_to=when,
            )
        )  # fmt: skip
    registry.left_out("totals of a country, region and coordinates")
    return made


def trust_funds(registry: Registry) -> Iterator[Statement]:
    """Yield contributors, funds, UN bodies, who administers which fund, and contributions to a body through a fund.

    Which body a fund belongs to is a reconstruction of the source, so ``administers`` is implied. A fund without a body
    receives the contribution itself.
    """
    meta: dict[str, Json] = {}
    for key, value in JsonStream(registry.path, unique=True).members():
        if key == "meta":
            try:
                meta = mapping(value, "meta")
            except Wrong as error:
                registry.wrong(error, place="meta")
    try:
        when, money = year(meta.get("year"), "the year"), currency(meta.get("currency")) or _USD
    except Wrong as error:
        registry.wrong(error, place="meta")
        when, money = None, _USD
    when = when or _year_of_file(registry.path)
    for key, value in JsonStream(registry.path, unique=True).members():
        if key == "contributors":
            if not isinstance(value, list):
                raise UnreadableSource("contributors is no list", path=registry.path, advice="fetch the file again")
            for number, item in enumerate(value):
                try:
                    yield from _contributor(registry, f"contributors[{number}]", item, when, money)
                except Wrong as error:
                    registry.wrong(error, place=f"contributors[{number}]")
        elif key != "meta" and isinstance(value, list):
            registry.left_out(f"records of {key[:40]!r}", len(value))


def _contributor(registry: Registry, place: str, item: Json, when: str | None, money: str) -> list[Statement]:
    record = mapping(item, "the contributor")
    name = text(record.get("name"), what="the name")
    if not name:
        raise Wrong("a contributor has no name", "give it one")
    group = text(record.get("counterparty_group"), what="the group")
    if not registry.new(f"contributor {name}"):
        raise Wrong(f"the contributor {name[:60]!r} is given twice", "keep one of the records")
    given: list[tuple[str, str, str, str, Decimal | None]] = []
    for value in listing(record.get("destinations"), "destinations"):
        one = mapping(value, "a destination")
        fund, code = text(one.get("fund_code"), what="fund_code"), text(one.get("entity_code"), what="entity_code")
        if not fund and not code:
            raise Wrong("a destination has neither a fund nor a body", "give one")
        _ = fund and _fund_iri(fund), code and body_iri(code)  # refuses codes without letters
        fund_name, code_name = (text(one.get(f), what=f) for f in ("fund_name", "entity_name"))
        given.append((fund, fund_name, code, code_name, amount(one.get("amount_usd", one.get("amount")))))
    me, made = donor(registry, name, group, place, government=group.casefold() == "government")
    statements: list[Statement] = [*made]
    if not given:
        registry.left_out("contributors without a destination")
    for number, (fund, fund_name, code, code_name, sum_) in enumerate(given):
        locator = f"{place}/destinations[{number}]"
        through = _fund_iri(fund) if fund else None
        if through and registry.new(through):
            statements.append(_fund(registry, fund, fund_name, locator))
        if code:
            statements += body(registry, code, locator, name=code_name)
        if through and code and registry.new(f"{through} {code}"):
            statements.append(registry.link(f"fund/{fund}/{code}", body_iri(code), "administers", through, locator,
                                            implied=True))  # fmt: skip
        statements.append(
            registry.link(
                f"{name}/{fund}/{code}/{when or 'undated'}/{number}", me, "funds",
                body_iri(code) if code else through or "", locator, role="voluntary contribution to a trust fund",
                through_fund=through if code else None, amount=sum_,
                currency=None if sum_ is None else money, valid_from=when, valid_to=when,
            )
        )  # fmt: skip
    return statements


def _fund_iri(code: str) -> str:
    return iri("fund", "un-trust-fund", code)


def _fund(registry: Registry, code: str, name: str, locator: str) -> Entity:
    names = (Name(name, "en"), Name(code, "", "alternative")) if name else (Name(code),)
    return Entity(_fund_iri(code), "Fund", names, identifier=code, evidence=registry.evidence(locator))


def fund_review(registry: Registry) -> Iterator[Statement]:
    """Yield funds and bodies, and a link ``administers`` where a reviewer decided that a fund belongs to a body."""
    for number, row in reading.csv_records(registry.path, skip=registry.skip):
        try:
            code, name = text(row["fund_code"]), text(row.get("old_open_fund_name", ""))
            agency, decision = text(row["candidate_entity_code"]), text(row["decision"])
            if not code:
                raise Wrong("the fund has no code", "give it one")
            if decision != "map" or not agency:
                registry.left_out(f"funds with the decision {decision[:40]!r}")
                continue
            made: list[Statement] = [*body(registry, agency, f"row {number}")]
            if registry.new(_fund_iri(code)):
                made.append(_fund(registry, code, name, f"row {number}"))
            made.append(registry.link(f"fund/{code}/{agency}/{number}", body_iri(agency), "administers",
                                      _fund_iri(code), f"row {number}", implied=True))  # fmt: skip
            yield from made
        except Wrong as error:
            registry.wrong(error, row=number)


def other_donors(registry: Registry) -> Iterator[Statement]:
    """Yield donors, UN bodies, and a link ``funds`` for each row; the role is the type of revenue as coded."""
    alike: Counter[str] = Counter()
    for number, row in reading.csv_records(registry.path, skip=registry.skip):
        try:
            yield from _other_donor(registry, number, row, alike)
        except Wrong as error:
            registry.wrong(error, row=number)


def _other_donor(registry: Registry, number: int, row: dict[str, str], alike: Counter[str]) -> list[Statement]:
    """Return what a row becomes. Its link is named by what it says but the amount; rows alike in that are numbered."""
    name, code = text(row["donor"], what="the donor"), text(row["entity"], what="the entity")
    if not name or not code:
        registry.left_out("contributions without a donor or a body")
        return []
    sum_, money = amount(row["amount"]), currency(row.get("_currency") or row.get("currency") or _USD)
    when = year(row.get("calendar_year") or row.get("year"))
    group = text(row.get("contrib_type", ""), what="the type of contributor")
    kind = text(row.get("rev_type", ""), what="the type of revenue")
    body_iri(code)
    locator = f"row {number}"
    key = "/".join(part for part in (name, code, when or "undated", kind, group) if part)
    alike[key] += 1
    key = f"{key}/{alike[key]}" if alike[key] > 1 else key
    for column in row.keys() - _DONOR_COLUMNS:
        if row[column]:
            registry.left_out(f"column {column[:40]!r}")
    me, made = donor(registry, name, group, locator, government=False, collective=name.casefold() in _COLLECTIVE)
    return [
        *made, *body(registry, code, locator),
        registry.link(
            key, me, "funds", body_iri(code), locator,
            role="; ".join(part for part in (kind, f"contributor type {group}" if group else "") if part) or None,
            amount=sum_, currency=None if sum_ is None else money, valid_from=when, valid_to=when,
        ),
    ]  # fmt: skip


_DONOR_COLUMNS: Final = frozenset(
    "amount _currency currency entity calendar_year year rev_type donor contrib_type".split()
)
#: Donors of the statistics that are many donors taken together.
_COLLECTIVE: Final = frozenset({"private sector", "private donors", "private donor", "multi donor trust funds"})


def member_states(registry: Registry) -> Iterator[Statement]:
    """Yield countries, and that they are members or observers of the United Nations."""
    un = f"{ID}organization/un-un"
    yield from body(registry, _UN, "header", name="United Nations")
    for number, row in reading.csv_records(registry.path, skip=registry.skip):
        try:
            name, status = text(row["country"]), text(row["status"])
            found = by_name(name)
            if found is None:
                raise Wrong(f"{name[:60]!r} is no country", "write its name in English or French")
            plain = re.fullmatch(r"(?:non-member |permanent )?(member|observer)(?: state)?", status.casefold())
            if plain is None:
                registry.left_out(f"countries of the status {status[:40]!r}")
                continue
            status = plain[1]
            if registry.known(found.iri):
                raise Wrong(f"{name[:60]!r} is given twice", "keep one of the rows")
            yield from country(registry, found, f"row {number}", name=name)
            relation = "memberOf" if status == "member" else "observerOf"
            yield registry.link(f"{found.alpha2}/{status}", found.iri, relation, un, f"row {number}", role=status)
        except Wrong as error:
            registry.wrong(error, row=number)
