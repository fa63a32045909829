"""The loader of FollowTheMoney data: entities as JSON lines or a JSON array, and statements as CSV or JSON lines.

Model: https://followthemoney.tech/explorer/. Things (organizations, people, addresses, projects, documents) become
entities; the links among them that the ontology has a relation for become links with dates and amounts, and the names
of the data sets that a record comes from stand beside the file as evidence. Debts, sanctions, family ties and links of
no stated kind have no relation and are counted.

Entities are read twice, first for the schema of each: memory holds the identifier of every thing, about 200 bytes.
Statements, of which one thing may have some far apart, are gathered in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import Loaded, Statement
from . import reading
from .reading_json import Json, JsonStream
from .registry_ftm import CLASSES, Record, check, entity, read_record
from .registry_ftm_links import ENDS, LINKS, EdgeReader
from .registry_source import Registry, Wrong, language, mapping, text

_STATEMENT: Final = frozenset({"entity_id", "prop", "schema", "value"})
# The languages of statements have three letters; these are the ones of which two letters are usual.
_TWO_LETTERS: Final = dict(
    pair.split(":")
    for pair in (
        "eng:en fra:fr fre:fr spa:es ara:ar rus:ru zho:zh chi:zh deu:de ger:de por:pt ita:it nld:nl dut:nl ukr:uk "
        "pol:pl tur:tr fas:fa per:fa jpn:ja kor:ko swe:sv fin:fi dan:da nor:no ell:el heb:he hun:hu ces:cs slk:sk "
        "ron:ro bul:bg srp:sr hrv:hr slv:sl est:et lav:lv lit:lt bel:be kaz:kk uzb:uz hin:hi ben:bn urd:ur vie:vi "
        "tha:th ind:id msa:ms swa:sw"
    ).split()
)


def likeness(path: Path) -> int:
    """Say how much a file looks like FollowTheMoney: 2 by its first records, 0 otherwise."""
    head = reading.peek(path, 65_536)
    if head.lstrip()[:1] not in ("{", "["):
        return 2 if set(reading.peek_header(path)) >= _STATEMENT else 0
    entities = all(f'"{name}"' in head for name in ("schema", "properties", "id"))
    known = any(f'"{name}"' in head for name in (*CLASSES, *LINKS, "Sanction", "Passport", "Position"))
    return 2 if known and (entities or all(f'"{name}"' in head for name in _STATEMENT)) else 0


def load_ftm(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read entities or statements of FollowTheMoney.

    :param skip_bad: Count records that cannot be used instead of raising.
    :raises UnreadableSource: If the file is neither, or (from the stream) a record cannot be used.
    """
    registry = Registry(
        Path(path), "ftm", "FollowTheMoney", source_id=source_id, read_time=read_time, skip_bad=skip_bad,
        url="https://followthemoney.tech",
    )  # fmt: skip
    return registry.loaded(lambda: _statements(registry))


def _statements(registry: Registry) -> Iterator[Statement]:
    with reading.open_text(registry.path):  # says what is wrong with a file that is no text
        pass
    head = reading.peek(registry.path, 65_536)
    within: set[str] = set()
    as_json = head.lstrip()[:1] in ("{", "[")
    if not as_json or ('"prop"' in head and '"properties"' not in head):
        gathered = _gathered(registry, _json_rows(registry) if as_json else _csv_rows(registry))
        schemas = _schemas(registry, iter(gathered.values()), within)
        records: Iterator[Record] = iter(gathered.values())
    else:
        schemas = _schemas(registry, _entities(registry, count=True), within)
        records = _entities(registry, count=False)
    edges = EdgeReader(registry, schemas)
    found = False
    for record in records:
        found = True
        if record.within and record.id not in within:
            continue  # the file gives it by itself too
        try:
            yield from _made(registry, edges, record)
        except Wrong as error:
            registry.wrong(error, place=record.id)
    if not found:
        raise UnreadableSource("holds no record", path=registry.path, advice="give FollowTheMoney data")


def _schemas(registry: Registry, records: Iterator[Record], within: set[str]) -> dict[str, str]:
    """Return the schema of each record; a thing that cannot be used is none that a link may join.

    :param within: Gets the identifiers of records that stand within others only.
    """
    schemas: dict[str, str] = {}
    for record in records:
        if record.within:
            if record.id in schemas:
                continue
            within.add(record.id)
        elif record.id in within:
            within.discard(record.id)
        elif record.id in schemas:
            registry.wrong(Wrong(f"the identifier {record.id[:60]!r} is given twice", "keep one of the records"))
            continue
        schemas[record.id] = record.schema
        if registry.skip_bad and record.schema in CLASSES:
            try:
                check(record)
            except Wrong:
                schemas[record.id] = ""  # counted when it is its turn
    return schemas


def _made(registry: Registry, edges: EdgeReader, record: Record) -> list[Statement]:
    """Return what a record becomes: a thing with what it says of itself, or a link between two things."""
    if record.schema not in LINKS and record.schema not in CLASSES:
        registry.left_out(f"records of the schema {record.schema[:40]!r}")
        return []
    if not registry.new(f"record {record.id}"):
        return []  # a second record of the same identifier has been counted already
    if record.schema in LINKS:
        return list(edges.link(record))
    return [*entity(registry, record), *edges.of_thing(record)]


def _entities(registry: Registry, *, count: bool) -> Iterator[Record]:
    """Yield the records of a file of entities; on the first pass only, bad ones raise or are counted."""
    skip = registry.bad if count else lambda _: None
    for number, value in JsonStream(registry.path).elements(skip=skip if registry.skip_bad else None):
        try:
            yield from _with_nested(mapping(value, "the record"))
        except Wrong as error:
            if count:
                registry.wrong(error, place=f"record {number}")


def _with_nested(value: dict[str, Json]) -> Iterator[Record]:
    """Yield a record and those that stand within it, at any depth.

    :raises Wrong: If one of them is none.
    """
    waiting = [value]
    for one in waiting:
        record = read_record(one, waiting)
        record.within = one is not value
        yield record


def _csv_rows(registry: Registry) -> Iterator[tuple[int | None, str, dict[str, Json]]]:
    for number, row in reading.csv_records(registry.path, skip=registry.skip):
        yield number, f"row {number}", dict(row)


def _json_rows(registry: Registry) -> Iterator[tuple[int | None, str, dict[str, Json]]]:
    for number, value in JsonStream(registry.path).elements(skip=registry.skip):
        if isinstance(value, dict):
            yield None, f"record {number}", value
        else:
            registry.wrong(Wrong("is no object"), place=f"record {number}")


def _gathered(registry: Registry, rows: Iterator[tuple[int | None, str, dict[str, Json]]]) -> dict[str, Record]:
    """Return the records that statements make, by identifier; the canonical identifier counts where there is one."""
    found: dict[str, Record] = {}
    canonical: dict[str, str] = {}
    for row, place, statement in rows:
        try:
            own = text(statement.get("entity_id"), what="entity_id")
            key = text(statement.get("canonical_id")) or own
            prop, schema = text(statement.get("prop"), what="prop"), text(statement.get("schema"), what="schema")
            if not key or not prop or not schema:
                raise Wrong("a statement lacks its entity, property or schema", "give all three")
            value = text(statement.get("value"), longest=100_000, what="the value")
            tag = language(statement.get("lang"))
            dataset = text(statement.get("dataset"), what="the data set")
        except Wrong as error:
            registry.wrong(error, row=row, place=None if row else place)
            continue
        if own and own != key:
            canonical[own] = key
        record = found.setdefault(key, Record(key, schema, {}, [], place))
        if len(schema) and schema in CLASSES and record.schema != schema and _narrower(schema, record.schema):
            record.schema = schema
        if dataset and dataset not in record.datasets:
            record.datasets.append(dataset)
        if prop != "id" and value:
            values = record.properties.setdefault(prop, [])
            if value not in values:
                values.append(value)
            if tag:
                record.languages[prop, value] = _TWO_LETTERS.get(tag, tag)
    for record in found.values() if canonical else ():
        for prop in ENDS & record.properties.keys():
            record.properties[prop] = list(dict.fromkeys(canonical.get(end, end) for end in record.properties[prop]))
    return found


_ORDER: Final = ("Thing", "LegalEntity", "Organization", "Company", "PublicBody", "Person")


def _narrower(one: str, other: str) -> bool:
    """Say whether a schema tells more than another that the same thing is said to have."""
    return one in _ORDER and (other not in _ORDER or _ORDER.index(one) > _ORDER.index(other))
