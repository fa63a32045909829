"""The loader of tables of IATI transactions and budgets, a row each, with English or French headings.

What becomes what, and how the table in the other language is recognized: ``docs/loaders-iati.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from ..ontology.model import ID, Certainty, Entity, Evidence, Identifier, Link, Loaded, Name, Statement, Status
from .cells import slug
from .iati_codes import INCOMING, is_country, transaction_role, transaction_status, transaction_type
from .iati_known import KnownLinks, Marks
from .iati_money import ends
from .iati_names import is_garbled
from .iati_parties import Parties
from .iati_table_cells import NO_DATA, Remembered, amount, code, period
from .iati_table_rows import Heading, open_rows
from .iati_things import Things, activity_iri
from .registry_source import Registry
from .registry_values import Wrong, text, web

KIND = "iati-tables"
_LINK = f"{ID}link/{KIND}/"
_UNUSED = ("aid", "finance", "flow", "multi", "category", "humanitarian", "local")
_CACHE = 200_000
_ORDER = (
    "activity", "title", "reporting", "reporting_type", "aid", "finance", "flow", "provider", "provider_type",
    "receiver", "receiver_type", "type", "country", "multi", "sector", "humanitarian", "year", "quarter", "url", "usd",
    "eur",
)  # fmt: skip


def load_iati_tables(
    path: Path,
    *,
    source_id: str | None = None,
    read_time: str | None = None,
    skip_bad: bool = False,
    known: KnownLinks | None = None,
) -> Loaded:
    """Read a table of IATI transactions: CSV, also gzip, or the first sheet of an Excel workbook.

    A link's IRI is made of what the row says without its names, so that the same row in the other language, or in
    another file, has the same. Memory grows with the number of different activities and organizations, and by a
    number a row.

    :param skip_bad: Count rows that cannot be used, and what comes after damage, instead of raising.
    :param known: Links of other tables; a row that is among them brings its names and no link.
    :raises UnreadableSource: If there is no such file; from the stream, if it is no such table or a row is wrong.
    """
    path = Path(path)
    stem = slug(re.sub(r"(?i)(\.(gz|csv|tsv|xlsx|xlsm))+$", "", path.name)) or "table"
    made = source_id or (stem if stem.startswith(KIND) else f"{KIND}-{stem}")
    registry = Registry(
        path, KIND, "IATI transactions", source_id=made, read_time=read_time, skip_bad=skip_bad,
        url="https://countrydata.iatistandard.org",
    )  # fmt: skip
    return Loaded(registry.source, _Table(path, registry, known).statements(), registry.skipped)


class _Table:
    def __init__(self, path: Path, registry: Registry, known: KnownLinks | None) -> None:
        self.path, self.registry, self.known = path, registry, known
        self.things = Things(registry.document)
        self._rows = Marks()
        self._again: dict[bytes, int] = {}

    def statements(self) -> Iterator[Statement]:
        """Yield the statements of all rows."""
        registry = self.registry
        heading, rows = open_rows(self.path, registry.bad if registry.skip_bad else None, registry.left_out)
        for heading_text in heading.ignored:
            registry.left_out(f"column {heading_text[:80]!r} is not known")
        unused = [key.replace("_", " ") for key in _UNUSED if key in heading.at]
        if unused:
            registry.left_out(f"columns that are not kept: {', '.join(unused)}", len(unused))
        yield Entity(registry.document, "Document", (Name(registry.source.title, "en"),), self.path.name)
        yield from self._read(heading, rows)
        yield from self.things.end()
        self.things.count(registry.left_out)

    def _read(self, heading: Heading, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Statement]:
        reader = _Rows(self, heading)
        for number, cells in rows:
            try:
                found = reader.read(cells, number)
            except Wrong as error:
                self.registry.wrong(error, row=number)
                continue
            if self.things.new:
                yield from self.things.drain()
            yield from found

    def occurrence(self, key: bytes) -> int:
        """Return how often the content of a row has come before: rows of the same content are different payments."""
        if self._rows.add(int.from_bytes(key[:8], "big")):
            return 0
        count = self._again[key] = self._again.get(key, 0) + 1
        return count


class _Type(NamedTuple):
    """What the type of a transaction comes to; ``code`` is what the cell says."""

    code: str
    incoming: bool
    role: str | None
    status: Status | None


def _type(cell: str) -> _Type:
    first = code(cell)[0]
    if first.casefold() == "budget":
        return _Type(first, False, "Budget", "planned")
    known = transaction_type(first)
    return _Type(first, known in INCOMING, transaction_role(known), transaction_status(known))


class _Rows:
    """Reads the rows of one table; what cells say is remembered, because they repeat."""

    def __init__(self, table: _Table, heading: Heading) -> None:
        self.table, self.things, self.lang = table, table.things, heading.lang
        self._registry, self._known = table.registry, table.known
        self._source_id, self._document = table.registry.source.id, table.registry.document
        at = heading.at
        self._pick = itemgetter(*(at.get(key, heading.width) for key in _ORDER))
        self._parties = Parties(self.things, heading.lang)
        self._codes, self._periods, self._types = Remembered(code), Remembered(period), Remembered(_type)
        self._usd: Remembered[str, tuple[Decimal | None, str]] = Remembered(
            lambda cell: amount(cell, "the value in USD")
        )
        self._eur: Remembered[str, tuple[Decimal | None, str]] = Remembered(
            lambda cell: amount(cell, "the value in EUR")
        )
        self._places: dict[tuple[str, str], str | None] = {}
        self._activities: dict[str, str] = {}

    def read(self, cells: list[str], number: int) -> list[Statement]:
        """Return the link of a row, and what its activity has not been said to have before."""
        cells.append("")  # what a column that is not there holds
        (
            identifier, title, reporting_cell, reporting_type, aid, finance, flow, provider_cell, provider_type,
            receiver_cell, receiver_type, type_cell, country_cell, multi, sector_cell, humanitarian, year, quarter, url,
            usd_cell, eur_cell,
        ) = self._pick(cells)  # fmt: skip
        identifier = identifier.strip()
        if not identifier:
            raise Wrong("the row has no identifier of an activity", "give it one")
        locator = f"row {number}"
        codes, parties = self._codes, self._parties
        type_, country, sector = self._types[type_cell], codes[country_cell], codes[sector_cell]
        usd, usd_key = self._usd[usd_cell]
        eur, eur_key = self._eur[eur_cell]
        when = self._periods[year, quarter]
        if when[2]:
            self._registry.left_out("years that cannot be meant (kept as a note)")
        parties.locator = locator
        reporting, reporting_key = parties.of[reporting_cell, reporting_type, country[0], reporting_cell]
        provider, provider_key = parties.of[provider_cell, provider_type, country[0], reporting_cell]
        receiver, receiver_key = parties.of[receiver_cell, receiver_type, country[0], reporting_cell]
        out: list[Statement] = []
        activity = self._activities.get(identifier)
        if activity is None:
            activity = self._activity(identifier, title, url, locator, out)
        source, relation, target, implied = ends(provider, receiver, reporting, type_.incoming)
        if not source:
            raise Wrong("the row names no organization", "give at least the reporting organization")
        content = "\x1f".join((
            identifier, type_.code, country[0], sector[0], year, quarter, usd_key, eur_key, reporting_key, provider_key,
            receiver_key, codes[provider_type][0], codes[receiver_type][0], codes[aid][0], codes[finance][0],
            codes[flow][0], multi, humanitarian,
        ))  # fmt: skip
        key = blake2b(content.encode("utf-8", "replace"), digest_size=10).digest()
        again = self.table.occurrence(key)
        iri = f"{_LINK}{key.hex()}-{again + 1}" if again else _LINK + key.hex()
        place = self._place(country, country_cell, locator)
        topic = self._topic(sector, sector_cell, locator)
        if self._fresh(iri):
            certainty: Certainty = "implied" if implied else "explicit"
            evidence = (Evidence(self._document, locator, certainty=certainty, method="iati"),)
            out.append(
                Link(
                    iri, source, relation, target or activity, evidence, *when, type_.role, type_.status,
                    eur, None if eur is None else "EUR", usd, in_programme=activity, in_place=place, on_topic=topic,
                )
            )  # fmt: skip
            if eur is None and usd is None:
                self._registry.left_out("rows without an amount (the link is kept)")
        else:
            self._registry.left_out("rows that another table has brought already (only their names are taken)")
        if self.things.first((activity, topic, place, reporting)):
            self._say(activity, "concerns", topic, "Sector", locator, out)
            self._say(activity, "covers", place, None, locator, out)
            self._say(reporting, "participatesIn", activity, "Reporting", locator, out)
        if parties.memberships:
            for member, group in parties.memberships:
                role = "One of several organizations that a row names together"
                self._say(member, "memberOf", group, role, locator, out)
            parties.memberships.clear()
        return out

    def _fresh(self, iri: str) -> bool:
        """Note that this table has a link; say whether no other has brought it."""
        if self._known is None:
            return True
        if self._known.holds(iri, self._source_id):
            return False
        self._known.add(iri, self._source_id)
        return True

    def _say(
        self, source: str | None, relation: str, target: str | None, role: str | None, locator: str,
        out: list[Statement],
    ) -> None:  # fmt: skip
        """Add a link that rows repeat, the first time."""
        if source is None or target is None or not self.things.first((source, relation, target)):
            return
        key = blake2b(f"{source} {relation} {target}".encode(), digest_size=10).hexdigest()
        iri = f"{_LINK}{relation}-{key}"
        if self._fresh(iri):
            evidence = (Evidence(self._document, locator, method="iati"),)
            out.append(Link(iri, source, relation, target, evidence, role=role))

    def _activity(self, identifier: str, title: str, url: str, locator: str, out: list[Statement]) -> str:
        clean = text(identifier, what="the identifier")
        iri = activity_iri(clean)
        if len(self._activities) > _CACHE:
            self._activities.clear()
        self._activities[identifier] = iri
        if self.things.first(iri):
            named = text(title, longest=1 << 20, what="the title")[:1_000]
            self.things.garbled += is_garbled(named)
            names = (Name(named, self.lang),) if named.casefold() not in NO_DATA else (Name(clean),)
            out.append(
                Entity(iri, "Programme", names, clean, (Identifier("IATI", clean),), homepage=web(url),
                       evidence=self.things.evidence(locator))
            )  # fmt: skip
        return iri

    def _place(self, country: tuple[str, str], cell: str, locator: str) -> str | None:
        key = ("place", cell)
        if key in self._places:
            return self._places[key]
        code, name = country
        names = (Name(name, self.lang),) if name else ()
        place: str | None = None
        if is_country(code):
            place = self.things.country(code, locator, [(name, self.lang)])
        elif code:
            place = self.things.region("1" if code.isdigit() else "table", code, names, "", locator)
        return self._keep(key, place)

    def _topic(self, sector: tuple[str, str], cell: str, locator: str) -> str | None:
        key = ("topic", cell)
        if key in self._places:
            return self._places[key]
        code, name = sector
        vocabulary = ("2" if len(code) == 3 else "1") if code.isdigit() else "table"
        names = (Name(name, self.lang),) if name else ()
        return self._keep(key, self.things.sector(vocabulary, code, names, "", locator) if code else None)

    def _keep(self, key: tuple[str, str], iri: str | None) -> str | None:
        if len(self._places) > _CACHE:
            self._places.clear()
        self._places[key] = iri
        return iri
