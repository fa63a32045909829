"""Transactions, budgets and planned disbursements of an IATI activity as links, and what they say of the activity.

What one comes to is read by :mod:`.iati_money`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..ontology.model import ID, Statement
from . import iati_values as values
from .iati_codes import is_country, sector_vocabulary
from .iati_money import Party, read_money
from .iati_names import escape
from .iati_stream import Element

if TYPE_CHECKING:
    from .iati_records import Activity, Records


class FlowReader:
    """Reads the flows of the activities of one file, with what else ``records`` reads of them."""

    def __init__(self, records: Records) -> None:
        self._records, self._registry, self._things = records, records.registry, records.things

    def read(self, activity: Activity, element: Element, number: int) -> Iterator[Statement]:
        """Yield the link of an element, and those between activities and to sectors and countries that it implies.

        :raises Wrong: If its amount, currency or date is wrong.
        """
        record, place = f"{element.tag}-{number}", activity.place(element.tag, number)

        def party(tag: str) -> Party:
            found = element.find(tag)
            organization = self._records.party(activity, found, f"{place}/{tag}")
            return Party(organization, values.attribute(found, tag.replace("-org", "-activity-id")))

        where = self._where(activity, element, place)
        topic = self._sector(activity, element, place)
        planned = element.tag == "planned-disbursement"
        for flow in read_money(element, activity.currency, activity.reporting, party, self._registry.left_out):
            yield self._records.link(
                f"{activity.key}/{record}", flow.source or activity.iri, flow.relation, flow.target or activity.iri,
                place, implied=flow.implied, in_programme=activity.iri, in_place=where or activity.only_country,
                on_topic=topic, **flow.qualifiers,
            )  # fmt: skip
            for ref, passed_on in ((flow.provider_activity, False), (flow.receiver_activity, True)):
                if ref and ref != activity.identifier:
                    yield from self.between(activity, ref, record, place, passed_on=passed_on, planned=planned)
        yield from self._of_activity(activity, element, where, place)

    def between(
        self, activity: Activity, ref: str, record: str, place: str, *, passed_on: bool, planned: bool = False
    ) -> Iterator[Statement]:
        """Yield that money goes, or is planned to go, from one activity to another, each once a pair."""
        other = self._things.activity_named(ref, (), "Project", place)
        ends = (activity.iri, other) if passed_on else (other, activity.iri)
        if self._things.first(f"contributesTo {ends[0]} {ends[1]}{' planned' * planned}"):
            role, way = ("Passes money on", "out") if passed_on else ("Gives money", "in")
            key = f"{activity.key}/{record}/{way}"
            status = "planned" if planned else None
            yield self._records.link(key, ends[0], "contributesTo", ends[1], place, role=role, status=status)

    def _where(self, activity: Activity, element: Element, place: str) -> str | None:
        """Return the country that an element names, else the region."""
        country = element.find("recipient-country")
        code = values.attribute(country, "code").upper()
        region = element.find("recipient-region")
        if country is not None and is_country(code):
            if region is not None:
                self._registry.left_out("regions of an amount that names a country")
            return self._things.country(code, place, values.texts([country], activity.language))
        return self._records.region(activity, region, place) if region is not None else None

    def _sector(self, activity: Activity, element: Element, place: str) -> str | None:
        """Return the topic of an amount: the sector that it names, else the only one of its activity."""
        named = [s for s in element.findall("sector") if values.attribute(s, "code")]
        if named:
            first = min(named, key=lambda s: sector_vocabulary(values.attribute(s, "vocabulary")) not in ("1", "2"))
            if len(named) > 1:
                self._registry.left_out(
                    "further sectors of an amount (one of the DAC, else the first, is kept with it)"
                )
            return self._records.topic(activity, first, values.attribute(first, "code"), f"{place}/sector")
        whole = [s for s in activity.element.findall("sector") if values.attribute(s, "code")]
        if len(whole) == 1:
            return self._records.topic(
                activity, whole[0], values.attribute(whole[0], "code"), activity.place("sector", 1)
            )
        return None

    def _of_activity(self, activity: Activity, element: Element, where: str | None, place: str) -> Iterator[Statement]:
        """Yield sectors and the place of an activity that names those of its transactions only, each once."""
        if not activity.element.findall("sector"):
            for sector in element.findall("sector"):
                code = values.attribute(sector, "code")
                topic = self._records.topic(activity, sector, code, place) if code else ""
                if topic and self._things.first(f"concerns {activity.iri} {topic}"):
                    key = f"{activity.key}/sector-{escape(topic.removeprefix(ID))}"
                    yield self._records.link(key, activity.iri, "concerns", topic, f"{place}/sector", role="Sector")
        if where and not activity.placed and self._things.first(f"covers {activity.iri} {where}"):
            key = f"{activity.key}/covers-{escape(where.removeprefix(ID))}"
            yield self._records.link(key, activity.iri, "covers", where, place)
