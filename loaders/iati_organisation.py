"""One organisation of an IATI organisation file: what it is called, and to whom and where its budgets go.

What becomes what: ``docs/loaders-iati.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ontology.model import Statement
from . import iati_values as values
from .iati_codes import english, is_country
from .iati_names import is_name
from .iati_records import Activity, Records
from .iati_stream import Element
from .registry_source import Registry
from .registry_values import Wrong

#: Elements that are read elsewhere than as a record, and those that name no second thing.
_READ_ELSEWHERE = frozenset({"organisation-identifier", "iati-identifier", "name", "reporting-org"})
_TOTALS = frozenset({"total-budget", "total-expenditure"})
_KEPT = frozenset({"period-start", "period-end", "value", "recipient-org", "recipient-country", "recipient-region"})


class Organisation(Activity):
    """The organisation being read; its records fall back on it as those of an activity do on the activity."""

    def place(self, tag: str = "", number: int = 0) -> str:
        """Return the locator of one of its elements."""
        whole = f"iati-organisation[{self.identifier}]"
        return f"{whole}/{tag}[{number}]" if tag else whole


class OrganisationReader:
    """Reads the organisations of one file, which share the things of ``records``."""

    def __init__(self, registry: Registry, records: Records) -> None:
        self.registry, self.records, self.things = registry, records, records.things
        self._count = 0

    def read(self, element: Element) -> Iterator[Statement]:
        """Yield the links of an organisation, and the things that it is the first to name.

        :raises UnreadableSource: If a record is wrong and bad records are not to be skipped.
        """
        self._count += 1
        try:
            organisation = self._begin(element)
        except Wrong as error:
            self.registry.wrong(error, place=f"iati-organisation[{self._count}]")
            return
        if organisation is None:
            return
        counts: dict[str, int] = {}
        for child in element:
            number = counts[child.tag] = counts.get(child.tag, 0) + 1
            try:
                found = list(self._record(organisation, child, number))
            except Wrong as error:
                self.registry.wrong(error, place=organisation.place(child.tag, number))
                continue
            yield from self.things.drain()
            yield from found

    def _begin(self, element: Element) -> Organisation | None:
        own_name = element.find("organisation-identifier")  # IATI 1 calls it as that of an activity
        identifier = values.line(element.find("iati-identifier") if own_name is None else own_name)
        if not is_name(identifier):
            raise Wrong("the organisation has no organisation-identifier", "give it one")
        made = Organisation(element, identifier)
        if not self.things.first(f"organisation {identifier}"):
            self.registry.left_out("organisations whose identifier an earlier one has")
            return None
        reporting = element.find("reporting-org")
        made.publisher = values.attribute(reporting, "ref") or identifier
        made.scope = made.publisher
        own = made.publisher == identifier
        iri = self.things.organization(
            identifier,
            [(n.text, n.lang) for n in values.names(values.texts(element.findall("name"), made.language))],
            values.attribute(reporting, "type") if own else None,
            made.scope,
            identifier,  # who has an organisation file of its own is known beyond the file of its publisher
            made.place(),
        )
        made.iri = iri or made.iri
        made.reporting = self.records.party(made, reporting, made.place("reporting-org", 1))
        return made

    def _record(self, made: Organisation, child: Element, number: int) -> Iterator[Statement]:
        tag, place = child.tag, made.place(child.tag, number)
        if tag == "document-link":
            yield from self.records.document(made, child, number)
        elif tag == "reporting-org":
            if made.reporting and made.reporting != made.iri:
                key = f"organisation/{made.key}/reporting"
                yield self.records.link(key, made.reporting, "concerns", made.iri, place, role="Reporting")
        elif tag in _TOTALS:
            self.registry.left_out(f"{tag} elements (they name no second thing)")
        elif tag in ("recipient-org-budget", "recipient-country-budget", "recipient-region-budget"):
            yield from self._budget(made, child, number)
        elif tag not in _READ_ELSEWHERE:
            self.registry.left_out(f"elements {tag.rpartition('}')[2]!r} (not kept)")

    def _budget(self, made: Organisation, child: Element, number: int) -> Iterator[Statement]:
        """Yield what an organisation means to give to another, or to spend in a country or region."""
        place = made.place(child.tag, number)
        relation, target = self._recipient(made, child, place)
        if target is None or target == made.iri:
            self.registry.left_out(f"{child.tag} elements that do not say for whom")
            return
        for part in child:
            if part.tag not in _KEPT:
                self.registry.left_out(f"elements '{child.tag}/{part.tag.rpartition('}')[2]}' (not kept)")
        money = values.money(child.find("value"), made.currency)
        if money.unpriced:
            self.registry.left_out("amounts without a currency (the link is kept without the amount)")
        status = english("BudgetStatus", values.attribute(child, "status")).lower()
        more: dict[str, Any] = {"amount": money.amount, "currency": money.currency, "status": "planned"}
        more["role"] = f"Budget ({status})" if status else "Budget"
        more["valid_from"] = values.day(child.find("period-start"), "the beginning of the period")
        more["valid_to"] = values.day(child.find("period-end"), "the end of the period")
        yield self.records.link(
            f"organisation/{made.key}/{child.tag}-{number}", made.iri, relation, target, place, **more
        )

    def _recipient(self, made: Organisation, child: Element, place: str) -> tuple[str, str | None]:
        """Return the relation to the recipient of a budget, and the recipient if there is one.

        What an organisation spends in a country it does not give to it.
        """
        country, region = child.find("recipient-country"), child.find("recipient-region")
        if country is not None:
            code = values.attribute(country, "code").upper()
            called = values.texts([country], made.language)
            return "covers", self.things.country(code, place, called) if is_country(code) else None
        if region is not None:
            return "covers", self.records.region(made, region, place)
        return "funds", self.records.party(made, child.find("recipient-org"), f"{place}/recipient-org")
