"""The loader of the table of bodies of the UN system that un.org sites share (CSV or JSON, one record a body).

The same columns stand in ``un-entities.csv`` of github.com/united-nations/logos and ``entities.json`` of open.un.org.
No licence is stated for either.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import Entity, Loaded, Name, Statement
from . import reading
from .reading_json import Json, JsonStream
from .registry_source import Names, Registry, Wrong, identifiers, iri, listing, mapping, scalar, text, web
from .registry_un import body_iri, body_names

_NOTHING: Final = frozenset(
    {"", "none", "n/a", "not applicable", "not found", "not found.", "no link found", "no annual report", "(vacant)"}
)
# What stands in the column of principal organs without being an organ.
_NO_ORGAN: Final = frozenset({"other", "specialized agencies", "related organizations"})
_ORGANS: Final = {
    "general assembly": "General Assembly", "security council": "Security Council", "secretariat": "Secretariat",
    "economic and social council": "Economic and Social Council", "trusteeship council": "Trusteeship Council",
    "international court of justice": "International Court of Justice",
}  # fmt: skip
_SYSTEM: Final = "United Nations system"
_READ: Final = frozenset(
    "entity entity_long entity_description entity_link system_grouping category un_principal_organ is_ceb_member "
    "head_of_entity_title_general head_of_entity_title_specific head_of_entity_name entity_aliases record_id "
    "entity_combined".split()
)


def likeness(path: Path) -> int:
    """Say how much a file looks like this table: 2 by its columns, 0 otherwise."""
    head = reading.peek(path)
    if head.lstrip()[:1] in ("[", "{"):
        return 2 if '"entity_long"' in head and ('"system_grouping"' in head or '"un_principal_organ"' in head) else 0
    return 2 if {"entity", "entity_long"} <= set(reading.peek_header(path)) else 0


def load_un_entities(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read the table of UN bodies.

    :param skip_bad: Count records that cannot be used instead of raising.
    :raises UnreadableSource: If the file is no such table, or (from the stream) a record cannot be used.
    """
    registry = Registry(
        Path(path), "un-entities", "Bodies of the United Nations system", source_id=source_id, read_time=read_time,
        skip_bad=skip_bad, url="https://www.un.org/en/about-us/un-system",
    )  # fmt: skip
    return registry.loaded(lambda: _statements(registry))


def _records(registry: Registry) -> Iterator[tuple[str, int, dict[str, Json]]]:
    """Yield how records are counted, the number and the fields of each."""
    if reading.peek(registry.path).lstrip()[:1] in ("[", "{"):
        for number, value in JsonStream(registry.path).elements(skip=registry.skip):
            try:
                yield "record", number, mapping(value, "the record")
            except Wrong as error:
                registry.wrong(error, place=f"record {number}")
    else:
        for number, row in reading.csv_records(registry.path, skip=registry.skip):
            yield "row", number, {name: cell or None for name, cell in row.items()}


def _statements(registry: Registry) -> Iterator[Statement]:
    found = False
    mentioned: dict[str, Entity] = {}
    for unit, number, record in _records(registry):
        found = True
        try:
            yield from _record(registry, record, f"{unit} {number}", mentioned)
        except Wrong as error:
            row = number if unit == "row" else None
            registry.wrong(error, row=row, place=None if row else f"record {number}")
    if not found:
        raise UnreadableSource("holds no body", path=registry.path, advice="give a table of UN bodies")
    yield from (entity for me, entity in mentioned.items() if not registry.known(me))


def _record(registry: Registry, record: dict[str, Json], place: str, mentioned: dict[str, Entity]) -> list[Statement]:
    code, long = _said(record, "entity"), _said(record, "entity_long")
    if not code and not long:
        raise Wrong("it has neither an acronym nor a name", "give it one")
    me = body_iri(code or long)
    if registry.known(me):
        raise Wrong(f"{code or long!r} is given twice", "keep one of the records")
    locator = f"{place}, {code or long}"[:300]
    body = Entity(
        me, "UNBody", _names(record, code, long), identifier=_said(record, "record_id") or code or long,
        identifiers=identifiers([("UNAgency", code.upper())]),
        description=_said(record, "entity_description", longest=20_000) or None,
        homepage=web(record.get("entity_link")), evidence=registry.evidence(locator),
    )  # fmt: skip
    made = [body, *_links(registry, record, me, locator, mentioned)]
    registry.new(me)
    for column, value in record.items():
        if column not in _READ and isinstance(value, str) and value.strip().casefold() not in _NOTHING:
            registry.left_out(f"column {column[:60]!r}")
    return made


def _names(record: dict[str, Json], code: str, long: str) -> tuple[Name, ...]:
    names = Names()
    names.add(long, "en")
    for text_ in (code, *_aliases(record.get("entity_aliases"))):
        for name in body_names(text_):
            names.add(name.text, name.lang, name.kind)
    return names.all()


def _links(
    registry: Registry, record: dict[str, Json], me: str, locator: str, mentioned: dict[str, Entity]
) -> Iterator[Statement]:
    """Yield the links of a body: organs above it, the grouping that it is in, the board it sits on, its head."""

    def mention(name: Name, kind: str = "UNBody") -> str:
        there = body_iri(name.text)
        mentioned.setdefault(there, Entity(there, kind, (name,), evidence=registry.evidence(locator)))
        return there

    category, grouping = _said(record, "category"), _said(record, "system_grouping")
    for organ in dict.fromkeys(_organs(record.get("un_principal_organ"))):
        above = mention(Name(organ, "en"))
        if above == me:
            registry.left_out("bodies said to be under themselves")
            continue
        key = f"{_local(me)}/organ/{_local(above)}"
        yield registry.link(key, me, "subsidiaryOf", above, locator, role=category or None)
    if grouping:
        system = mention(Name(_SYSTEM, "en"), "Network")
        yield registry.link(f"{_local(me)}/system", me, "partOf", system, locator, role=grouping)
    if str(record.get("is_ceb_member")).casefold() in ("true", "1", "yes"):
        board = mention(Name("CEB", "", "acronym"))
        if board != me:
            yield registry.link(f"{_local(me)}/ceb", me, "memberOf", board, locator)
    head = _said(record, "head_of_entity_name")
    title = _said(record, "head_of_entity_title_specific") or _said(record, "head_of_entity_title_general")
    if head:
        person = iri("person", "un", head)
        mentioned.setdefault(person, Entity(person, "Person", (Name(head),), evidence=registry.evidence(locator)))
        key = f"{_local(me)}/head/{_local(person)}"
        yield registry.link(key, person, "heads", me, locator, role=title or None)


def _local(thing: str) -> str:
    return thing.rsplit("/", 1)[-1]


def _said(record: dict[str, Json], column: str, *, longest: int = 1_000) -> str:
    """Return the text of a column, ``""`` where it says that there is nothing."""
    value = record.get(column)
    line = scalar(value, column) if not isinstance(value, str) else text(value, what=column, longest=longest)
    return "" if line.casefold() in _NOTHING else line


def _aliases(value: Json) -> list[str]:
    """Return the aliases of a list, or of the text of one as Python or JSON writes it."""
    if isinstance(value, str):
        value = _listed(value)
    return [text(one, what="an alias") for one in listing(value, "entity_aliases") if one]


def _listed(line: str) -> list[Json]:
    """Return what the text of a list holds; of a text that is none, what stands between semicolons or bars."""
    if line.strip().casefold() in _NOTHING:
        return []
    try:
        found = ast.literal_eval(line.strip())
    except (ValueError, SyntaxError):
        return [*re.split(r"[;|]", line.strip("[]"))]
    except (RecursionError, MemoryError):  # the parser says either of what is nested too deeply
        raise Wrong("entity_aliases is nested too deeply") from None
    return list(found) if isinstance(found, list | tuple) else [line]


def _organs(value: Json) -> Iterator[str]:
    """Yield the organs of a list, or of a text that may give an acronym in brackets."""
    for one in value if isinstance(value, list) else [value]:
        plain = re.sub(r"\s*\([^()]*\)$", "", text(one, what="un_principal_organ"))
        if plain and plain.casefold() not in _NOTHING | _NO_ORGAN:
            yield _ORGANS.get(plain.casefold(), plain)
