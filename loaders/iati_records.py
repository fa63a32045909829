"""The records of an IATI activity, each as a link with the things it names; :mod:`.iati_flows` reads those of money."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from ..ontology.model import ID, Entity, Link, Name, Statement
from . import iati_values as values
from .iati_codes import (
    ROLES,
    code_of,
    english,
    is_country,
    sector_vocabulary,
)
from .iati_flows import FlowReader
from .iati_names import escape, is_name, preferred
from .iati_stream import Element
from .iati_things import Things, activity_iri
from .registry_countries import by_code
from .registry_source import Registry
from .registry_values import Wrong, language, web

_RELATED = {"1": "Parent", "2": "Child", "3": "Sibling", "4": "Co-funded", "5": "Third Party"}
#: Roles of organizations whose own activity gives money to this one (False) or has money of it (True).
_GIVES = {"Funding": False, "Implementing": True}
#: Elements of the activity itself, which are not records.
_READ_ELSEWHERE = frozenset(
    {
        "iati-identifier", "title", "description", "reporting-org", "activity-status", "activity-date",
        "activity-website",
    }
)  # fmt: skip


class Activity:
    """The activity being read: its identifier and IRI, and what its records fall back on."""

    def __init__(self, element: Element, identifier: str) -> None:
        self.element, self.identifier, self.iri = element, identifier, activity_iri(identifier)
        self.key = escape(identifier)
        self.language = values.default_language(element)
        self.currency = values.attribute(element, "default-currency")
        self.reporting: str | None = None
        self.publisher = ""
        self.countries: list[str] = []
        self.only_country: str | None = None
        #: Whether it names countries or regions itself, and not only its transactions.
        self.placed = any(child.tag in ("recipient-country", "recipient-region") for child in element)
        self.scope = ""
        #: Names in small letters → the references that organizations of this name have in the activity.
        self.named: dict[str, set[str]] = {}

    def place(self, tag: str = "", number: int = 0) -> str:
        """Return the locator of one of its elements."""
        whole = f"iati-activity[{self.identifier}]"
        return f"{whole}/{tag}[{number}]" if tag else whole


class Records:
    """Reads the records of the activities of one file, which share their things."""

    def __init__(self, registry: Registry, things: Things) -> None:
        self.registry, self.things = registry, things
        self._stem = f"{ID}link/{registry.source.id}/"
        self._flows = FlowReader(self)
        self._readers: dict[str, Callable[[Activity, Element, int], Iterator[Statement]]] = {
            "participating-org": self._participant,
            "recipient-country": self._country,
            "recipient-region": self._region,
            "sector": self._sector,
            "related-activity": self._related,
            "document-link": self.document,
            "transaction": self._flows.read,
            "budget": self._flows.read,
            "planned-disbursement": self._flows.read,
        }

    def read(self, activity: Activity) -> Iterator[Statement]:
        """Yield the links of an activity, and the things that they are the first to name.

        :raises UnreadableSource: If a record is wrong and bad records are not to be skipped.
        """
        counts: dict[str, int] = {}
        for child in activity.element:
            tag = child.tag
            number = counts[tag] = counts.get(tag, 0) + 1
            read = self._readers.get(tag)
            if read is None:
                if tag not in _READ_ELSEWHERE:
                    self.registry.left_out(f"elements {tag.rpartition('}')[2]!r} (not kept)")
                continue
            try:
                found = list(read(activity, child, number))
            except Wrong as error:
                self.registry.wrong(error, place=activity.place(tag, number))
                continue
            yield from self.things.drain()
            yield from found
        yield from self.things.drain()

    def link(
        self, key: str, source: str, relation: str, target: str, locator: str, *, implied: bool = False, **more: Any
    ) -> Link:
        """Return a link; ``key`` is unique in the file. A period that ends before it begins is left out and counted."""
        start, end = more.get("valid_from"), more.get("valid_to")
        if start and end and start[: len(end)] > end[: len(start)]:
            more["valid_from"] = more["valid_to"] = None
            more["date_note"] = f"{start} to {end}"
            self.registry.left_out("periods that end before they begin (kept as a note)")
        iri = self._stem + quote(key, safe="/-._~%")
        return Link(iri, source, relation, target, self.things.evidence(locator, implied=implied), **more)

    def party(self, activity: Activity, element: Element | None, locator: str) -> str | None:
        """Return the IRI of the organization that an element names, if it names one."""
        if element is None:
            return None
        names = [(n.text, n.lang) for n in values.names(values.texts([element], activity.language))]
        ref, type_ = values.attribute(element, "ref"), values.attribute(element, "type")
        if not is_name(ref):
            found: set[str] = set().union(*(activity.named.get(name.casefold(), ()) for name, _ in names))
            if len(found) == 1:  # the activity says elsewhere who that is
                ref = found.pop()
        return self.things.organization(
            ref,
            names,
            type_ or None,
            activity.scope,
            activity.publisher,
            locator,
        )

    def _participant(self, activity: Activity, element: Element, number: int) -> Iterator[Statement]:
        role = ROLES.get(code_of("OrganisationRole", values.attribute(element, "role")))
        place = activity.place("participating-org", number)
        organization = self.party(activity, element, place)
        if role is None or organization is None:
            missing = "a role" if role is None else "a name and reference"
            self.registry.left_out(f"participating organizations without {missing}")
            return
        yield self.link(
            f"{activity.key}/participating-org-{number}", organization, role[0], activity.iri, place, role=role[1]
        )
        other = values.attribute(element, "activity-id")
        if other and other != activity.identifier:
            if role[1] in _GIVES:
                yield from self._flows.between(
                    activity, other, f"participating-org-{number}", place, passed_on=_GIVES[role[1]]
                )
            else:
                self.registry.left_out(f"activities of {role[1].lower()} organizations (money goes neither way)")

    def _country(self, activity: Activity, element: Element, number: int) -> Iterator[Statement]:
        place, code = activity.place("recipient-country", number), values.attribute(element, "code").upper()
        if not is_country(code) and len(code) == 3 and (known := by_code(code)):
            code = known.alpha2
        if not is_country(code):
            self.registry.left_out("recipient countries without an ISO 3166 code")
            return
        country = self.things.country(code, place, values.texts([element], activity.language))
        key = f"{activity.key}/recipient-country-{number}"
        yield self.link(key, activity.iri, "covers", country, place, share=self._share(element))

    def _region(self, activity: Activity, element: Element, number: int) -> Iterator[Statement]:
        place = activity.place("recipient-region", number)
        region = self.region(activity, element, place)
        if region is None:
            self.registry.left_out("recipient regions without a code")
            return
        key = f"{activity.key}/recipient-region-{number}"
        yield self.link(key, activity.iri, "covers", region, place, share=self._share(element))

    def region(self, activity: Activity, element: Element, locator: str) -> str | None:
        """Return the IRI of the region that an element names by a code, if it does."""
        code = values.attribute(element, "code")
        if not code:
            return None
        vocabulary = values.attribute(element, "vocabulary") or "1"
        vocabulary = {"dac": "1", "un": "2", "ro": "99"}.get(vocabulary.casefold(), vocabulary)
        return self.things.region(vocabulary, code, self._names(activity, element), activity.publisher, locator)

    def _sector(self, activity: Activity, element: Element, number: int) -> Iterator[Statement]:
        place, code = activity.place("sector", number), values.attribute(element, "code")
        if not code:
            self.registry.left_out("sectors without a code")
            return
        topic = self.topic(activity, element, code, place)
        key = f"{activity.key}/sector-{number}"
        yield self.link(key, activity.iri, "concerns", topic, place, role="Sector", share=self._share(element))

    def topic(self, activity: Activity, element: Element, code: str, place: str) -> str:
        """Return the IRI of the topic that a sector element names by a code."""
        vocabulary = sector_vocabulary(values.attribute(element, "vocabulary"))
        if vocabulary == "1" and len(code) == 3:
            vocabulary = "2"
        return self.things.sector(vocabulary, code, self._names(activity, element), activity.publisher, place)

    def _names(self, activity: Activity, element: Element) -> list[Name]:
        return [n for n in values.names(values.texts([element], activity.language)) if is_name(n.text)]

    def _share(self, element: Element) -> Decimal | None:
        try:
            return values.share(element)
        except Wrong:  # 100.01 and the like: a matter of rounding, for which no one should have to mend a file
            self.registry.left_out("percentages that are not from 0 to 100 (the link is kept)")
            return None

    def _related(self, activity: Activity, element: Element, number: int) -> Iterator[Statement]:
        ref, type_ = values.attribute(element, "ref"), values.attribute(element, "type")
        role = _RELATED.get(code_of("RelatedActivityType", type_))
        if not ref or role is None or ref == activity.identifier:
            self.registry.left_out("related activities without another activity's identifier and a type")
            return
        place = activity.place("related-activity", number)
        class_ = "Programme" if role == "Parent" else "Project"
        other = self.things.activity_named(ref, self._names(activity, element), class_, place)
        if role in ("Parent", "Child"):
            child, parent = (activity.iri, other) if role == "Parent" else (other, activity.iri)
            keys, relation = (child, parent), "partOf"
        else:
            child, parent = activity.iri, other
            keys, relation = (min(child, parent), max(child, parent)), "concerns"
        if self.things.first(f"{role if relation == 'concerns' else relation} {keys[0]} {keys[1]}"):
            yield self.link(
                f"{activity.key}/related-activity-{number}", child, relation, parent, place,
                role="Sub-activity" if relation == "partOf" else f"{role} activity",
            )  # fmt: skip

    def document(self, activity: Activity, element: Element, number: int) -> Iterator[Statement]:
        """Yield a document, when it is new, and that it concerns the activity.

        :raises Wrong: If its date does not exist.
        """
        address = " ".join((element.get("url") or "").split())
        if not address:
            self.registry.left_out("document links without an address")
            return
        place = activity.place("document-link", number)
        iri = f"{ID}document/iati-{hashlib.sha256(address.encode()).hexdigest()[:20]}"
        if self.things.first(iri):
            found = preferred(values.names(values.texts(element.findall("title"), activity.language)))
            spoken = element.find("language")
            said = values.attribute(spoken, "code") or (values.line(spoken) if spoken is not None else "")
            homepage = web(quote(address, safe=":/?&=#%+,;@!$'()*~-._")[:1999])
            if homepage is None:
                self.registry.left_out("addresses of documents that are none (the document is kept)")
            yield Entity(
                iri, "Document", found or (Name(address[:1000]),), None, homepage=homepage,
                evidence=self.things.evidence(place), issued=values.day(element.find("document-date"), "the date"),
                language=language(said) or None,
            )  # fmt: skip
        for tag in ("category", "language"):
            if (more := len(element.findall(tag)) - 1) > 0:
                self.registry.left_out(f"further {tag} elements of a document (the first is kept)", more)
        category = values.attribute(element.find("category"), "code")
        yield self.link(
            f"{activity.key}/document-link-{number}", iri, "concerns", activity.iri, place,
            role=english("DocumentCategory", category) or category or None,
        )  # fmt: skip
