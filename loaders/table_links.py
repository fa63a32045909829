"""The sheet ``links`` of a coded table: one dated, sourced edge a row."""

from __future__ import annotations

import hashlib
from typing import Final

from ..ontology.model import ID, Evidence, Link, Reference
from . import cells
from .problems import CellError, did_you_mean
from .records import Record
from .things import Thing, Things

#: The qualifiers that point at a thing, and the classes that the ontology admits there.
POINTERS: Final[dict[str, tuple[str, ...]]] = {
    "under_agreement": ("Work", "Programme"),
    "through_fund": ("Fund", "Organization", "Programme"),
    "at_event": ("Event",),
    "in_programme": ("Programme",),
    "in_place": ("Area",),
    "on_topic": ("Topic",),
    "via_document": ("Work",),
}

_CITE = "a link says in which document it is written, and where in it"


class LinkReader:
    """Makes links of rows, once the entities are known."""

    def __init__(self, things: Things, source_id: str) -> None:
        self._things, self._source_id = things, source_id
        self._ids: dict[str, int] = {}
        self._digests: dict[str, int] = {}
        self._pointers = {name: things.of_class(name, admitted) for name, admitted in POINTERS.items()}
        self._document = things.of_class("document", ("Document",))

    def link(self, record: Record) -> Link | None:
        """Return the link of a row, or None where something is wrong."""
        source = record.require("source", self._things.point, "write the id of the thing that the link starts from")
        relation = record.require("relation", self._relation, "write how source stands to target, as memberOf")
        target = record.require("target", self._things.point, "write the id of the thing that the link goes to")
        source, target = self._typed(record, "source", source), self._typed(record, "target", target)
        if source and relation and target:
            try:
                self._things.check_link(source, relation, target)
            except CellError as error:
                record.wrong(error.problem, "relation", error.advice)
        documents = record.require("document", self._documents, _CITE)
        locators = record.require("locator", cells.split, _CITE)
        evidence = self._evidence(record, documents, locators)
        start, end = record.period()
        pointers = {name: record.read(name, parse) for name, parse in self._pointers.items()}
        self._check_units(record)
        references = record.read("discussed_in", self._references)
        key = self._key(record)
        if key is None and source and relation and target and documents and locators:
            event = pointers["at_event"]
            names = [source.text, relation, target.text, " | ".join(thing.text for thing in documents)]
            key = self._digest([*names, " | ".join(locators), event.text if event else ""])
        iris = {name: thing.iri if thing else None for name, thing in pointers.items()}
        link = Link(
            iri=f"{ID}link/{self._source_id}/{key}",
            source_iri=source.iri if source else "",
            relation=relation or "",
            target_iri=target.iri if target else "",
            evidence=evidence,
            valid_from=start,
            valid_to=end,
            date_note=record.read("date_note", cells.parse_text),
            role=record.read("role", cells.parse_text),
            status=record.read("status", cells.parse_status),
            amount=record.read("amount", cells.parse_number),
            currency=record.read("currency", cells.parse_currency),
            amount_usd=record.read("amount_usd", cells.parse_number),
            count=record.read("count", cells.parse_count),
            unit=record.read("unit", cells.parse_line),
            share=record.read("share", cells.parse_share),
            outcome=record.read("outcome", cells.parse_text),
            frequency=record.read("frequency", cells.parse_text),
            discussed_in=tuple(references or ()),
            **iris,
        )
        return link if source and relation and target and evidence and key else None

    def _relation(self, text: str) -> str:
        known = self._things.vocabulary.relations
        if text in known:
            return text
        meant, every = did_you_mean(text, known), f"the relations are {', '.join(sorted(known))}"
        raise CellError(f"{cells.short(text)!r} is not a relation", f"{meant}; {every}" if meant else every)

    def _typed(self, record: Record, end: str, thing: Thing | None) -> Thing | None:
        """Return an end with the class that the row gives it; a class that contradicts the entity's is wrong."""
        type_ = record.read(f"{end}_type", self._things.parse_class)
        if thing is None or type_ is None:
            return thing
        if thing.type and not self._things.vocabulary.is_a(thing.type, type_):
            problem = f"{cells.short(thing.text)!r} is of class {thing.type}, not {type_}"
            record.wrong(problem, f"{end}_type", "correct one of them")
        return thing if thing.type else thing._replace(type=type_)

    def _documents(self, text: str) -> list[Thing]:
        return [self._document(part) for part in cells.split(text)]

    def _references(self, text: str) -> list[Reference]:
        places = (cells.parse_place(part) for part in cells.split(text))
        return [Reference(self._document(document).iri, locator) for document, locator in places]

    def _evidence(
        self, record: Record, documents: list[Thing] | None, locators: list[str] | None
    ) -> tuple[Evidence, ...]:
        """Return a piece of evidence a locator; documents, quotes and certainties are one for all, or one for each."""
        certainties = record.read("certainty", lambda text: [cells.parse_certainty(part) for part in cells.split(text)])
        quote = record.read("quote", cells.parse_text)
        if not documents or not locators:
            return ()
        places = len(locators)
        # a quote may hold the sign that separates several, so it is only divided where there are several places
        quotes: list[str | None] = [*quote.split(" | ")] if quote and places > 1 else [quote] * places
        certainties = certainties or ["explicit"]
        for column, given, one_for_all in (
            ("document", len(documents), True), ("certainty", len(certainties), True), ("quote", len(quotes), False),
        ):  # fmt: skip
            if given != places and not (given == 1 and one_for_all):
                advice = f"write one {column} for each locator" + (", or one for all" if one_for_all else "")
                record.wrong(f"the {column} and the locator do not go together ({given} and {places})", column, advice)
                return ()
        if len(documents) == 1:
            documents = documents * places
        if len(certainties) == 1:
            certainties = certainties * places
        return tuple(
            Evidence(document.iri, locator, words, certainty, method="coded")
            for document, locator, words, certainty in zip(documents, locators, quotes, certainties, strict=True)
        )

    def _check_units(self, record: Record) -> None:
        if not record.is_empty("amount") and record.is_empty("currency"):
            record.wrong("the amount has no currency", "currency", "write its code of ISO 4217, as USD or EUR")
        if not record.is_empty("currency") and record.is_empty("amount"):
            record.wrong("there is a currency but no amount", "amount", "write the amount or delete the currency")
        if not record.is_empty("unit") and record.is_empty("count"):
            record.wrong("there is a unit but no count", "count", "write how many there are or delete the unit")

    def _key(self, record: Record) -> str | None:
        """Return the last part of the link's IRI from its id, or None where it has no id or a wrong one."""
        id_ = record.read("id", cells.parse_id)
        if id_ is None:
            return None
        key = cells.slug(id_)
        if not key:
            record.wrong(
                f"the id {cells.short(id_)!r} has no letter and no digit", "id", "use letters, digits, hyphens"
            )
            return None
        before = self._ids.setdefault(key, record.number)
        if before != record.number or key in self._digests:
            where = f"row {before}" if before != record.number else "an earlier row without id"
            record.wrong(f"the id {cells.short(id_)!r} is already that of {where}", "id", "give each link its own id")
        return key

    def _digest(self, parts: list[str]) -> str:
        """Return the last part of the IRI of a link without id: from what makes it this link and not another.

        Amounts and dates have no part in it, so that correcting one corrects the link; nor has the row number, so
        that a row put in between changes no other link. Links that are alike in all parts are numbered.
        """
        digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
        number = self._digests.get(digest, int(digest in self._ids)) + 1
        self._digests[digest] = number
        return digest if number == 1 else f"{digest}.{number}"
