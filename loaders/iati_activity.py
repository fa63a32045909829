"""One IATI activity as an entity and its links; its records are read by :mod:`.iati_records`."""

from __future__ import annotations

from collections.abc import Iterator

from ..ontology.model import ID, Entity, Identifier, Name, Statement, Status
from . import iati_values as values
from .iati_codes import (
    STATUS,
    code_of,
    english,
    is_country,
)
from .iati_names import is_garbled, is_name, preferred
from .iati_records import Activity, Records
from .iati_stream import Element
from .iati_things import Things
from .registry_source import Registry
from .registry_values import Wrong, web

#: Activity date types, by the code of IATI 2 and the word of IATI 1: whether planned, whether the end.
_DATES = {
    "1": (True, False), "start-planned": (True, False), "2": (False, False), "start-actual": (False, False),
    "3": (True, True), "end-planned": (True, True), "4": (False, True), "end-actual": (False, True),
}  # fmt: skip


_PARTIES = frozenset({"reporting-org", "participating-org", "provider-org", "receiver-org"})


class ActivityReader:
    """Reads the activities of one file; ``end`` gives what waits for the last."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.things = Things(registry.document)
        self.records = Records(registry, self.things)
        self._count = 0
        self._twice = ""

    def read(self, element: Element) -> Iterator[Statement]:
        """Yield an activity, its links, and the things that it is the first to name.

        :raises UnreadableSource: If a record is wrong and bad records are not to be skipped.
        """
        self._count += 1
        try:
            activity = self._begin(element)
            if activity is None:
                return
        except Wrong as error:
            name = (element.findtext("iati-identifier") or "").strip()
            self.registry.wrong(error, place=f"iati-activity[{name or self._count}]")
            return
        yield from self._describe(activity)
        yield from self.records.read(activity)

    def end(self) -> Iterator[Statement]:
        """Yield organizations, and activities that are named and not described."""
        yield from self.things.end()
        self.things.count(self.registry.left_out)

    def _begin(self, element: Element) -> Activity | None:
        """Return the activity, or nothing if an earlier one has its identifier.

        Published files do have an activity twice. Joining the two would count money twice, so the first one stands;
        the report names the first that was left out.
        """
        identifier = values.line(element.find("iati-identifier"))
        if not identifier:
            raise Wrong("the activity has no iati-identifier", "give it one")
        activity = Activity(element, identifier)
        if not self.things.activity_described(activity.iri):
            self._twice = self._twice or f"activities whose identifier an earlier one has (first: {identifier[:80]})"
            self.registry.left_out(self._twice)
            return None
        reporting = element.find("reporting-org")
        activity.publisher = values.attribute(reporting, "ref")
        countries = {values.attribute(e, "code").upper() for e in element.findall("recipient-country")} - {""}
        activity.countries = sorted(code for code in countries if is_country(code))
        if len(activity.countries) == 1 and element.find("recipient-region") is None:
            activity.only_country = f"{ID}country/{activity.countries[0]}"
        activity.scope = activity.countries[0] if len(activity.countries) == 1 else activity.publisher
        activity.named = _named(element, activity.language)
        activity.reporting = self.records.party(activity, reporting, activity.place("reporting-org", 1))
        return activity

    def _describe(self, activity: Activity) -> Iterator[Statement]:
        element, place = activity.element, activity.place()
        titles = preferred(values.names(values.texts(element.findall("title"), activity.language)))
        self.things.garbled += sum(is_garbled(name.text) for name in titles)
        if not titles:
            self.registry.left_out("activities without a title (named by their identifier)")
        code = code_of("ActivityStatus", values.attribute(element.find("activity-status"), "code"))
        status = STATUS.get(code)
        if code and status is None:
            reason = english("ActivityStatus", code) or "unknown"
            self.registry.left_out(f"activity status {reason!r} (neither planned, ongoing nor completed)")
        dates = self._dates(activity)
        start, end = dates.get((False, False)) or dates.get((True, False)), None
        end = dates.get((False, True)) or dates.get((True, True))
        if start and end and start > end:
            end = dates.get((False, True)) if dates.get((False, False)) is None else None
            start = start if end is None else None
        website = element.find("activity-website")
        yield Entity(
            activity.iri,
            self._class(activity),
            titles or (Name(activity.identifier),),
            activity.identifier,
            (Identifier("IATI", activity.identifier),),
            description=self._description(activity),
            valid_from=start,
            valid_to=end,
            status=status,
            homepage=web(website.text) if website is not None else None,
            evidence=self.things.evidence(place),
        )
        yield from self.things.drain()
        yield from self._reporting(activity, dates, status)

    def _class(self, activity: Activity) -> str:
        """Return Programme for an activity with children, Project for others: what a file itself says of the two."""
        related = activity.element.findall("related-activity")
        return "Programme" if any(r.get("type", "").strip() == "2" for r in related) else "Project"

    def _description(self, activity: Activity) -> str | None:
        found = values.texts(activity.element.findall("description"), activity.language)
        if len(found) > 1:
            self.registry.left_out("further descriptions of an activity (one is kept, in English where there is one)",
                                   len(found) - 1)  # fmt: skip
        return next((text for text, lang in found if lang in ("en", "")), found[0][0] if found else None)

    def _dates(self, activity: Activity) -> dict[tuple[bool, bool], str]:
        dates: dict[tuple[bool, bool], str] = {}
        for number, element in enumerate(activity.element.findall("activity-date"), 1):
            try:
                type_ = _DATES.get(values.attribute(element, "type").casefold())
                found = values.day(element, "the date")
            except Wrong as error:
                self.registry.wrong(error, place=activity.place("activity-date", number))
                continue
            if type_ is None or found is None:
                self.registry.left_out("activity dates without a type or a date")
            elif dates.setdefault(type_, found) != found:
                self.registry.left_out("further dates of one type in an activity (the first is kept)")
        return dates

    def _reporting(
        self, activity: Activity, dates: dict[tuple[bool, bool], str], status: Status | None
    ) -> Iterator[Statement]:
        """Yield the link of the reporting organization, once for the actual and once for the planned dates."""
        if activity.reporting is None:
            self.registry.left_out("activities without a reporting organization")
            return
        reporting = activity.element.find("reporting-org")
        second = values.attribute(reporting, "secondary-reporter").casefold() in ("1", "true")
        relation, role = ("concerns", "Secondary reporter") if second else ("participatesIn", "Reporting")
        ends = (activity.reporting, relation, activity.iri)
        place = activity.place("reporting-org", 1)
        yield self.records.link(
            f"{activity.key}/reporting", *ends, place, role=role, valid_from=dates.get((False, False)),
            valid_to=dates.get((False, True)), status=None if status == "planned" else status,
        )  # fmt: skip
        planned = dates.get((True, False)), dates.get((True, True))
        if any(planned):
            yield self.records.link(
                f"{activity.key}/planned", *ends, activity.place("activity-date", 1), role=f"{role}: planned dates",
                valid_from=planned[0], valid_to=planned[1], status="planned",
            )  # fmt: skip


def _named(element: Element, lang: str) -> dict[str, set[str]]:
    """Return which references the organizations of an activity have under each of their names.

    A transaction often gives the name only of an organization of which the activity says elsewhere which one it is.
    """
    found: dict[str, set[str]] = {}
    for party in element.iter():
        if party.tag in _PARTIES and is_name(ref := values.attribute(party, "ref")):
            for name, _ in values.texts([party], lang):
                if is_name(name):
                    found.setdefault(name.casefold(), set()).add(ref)
    return found
