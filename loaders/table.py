"""The loader of a researcher's own coded table: a folder of CSVs, an Excel workbook, or one CSV of links.

The format is documented in ``docs/tables.md``, column by column from :mod:`.table_columns`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from ..ontology.errors import UnreadableSource
from ..ontology.model import Loaded, Source, Statement
from ..ontology.vocabulary import vocabulary
from . import cells
from .problems import CellError, Counted, Problems
from .records import Layout, read_layout, records
from .sheets import Input, Sheet, open_input
from .table_columns import columns, key_of, near_miss
from .table_entities import EntityReader, index_names, named_entities
from .table_links import LinkReader
from .things import Things


def load_table(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read a coded table.

    ``source_id`` and ``read_time`` (an ISO 8601 instant in UTC) stand in for the id that the table gives, or that
    its file name makes, and for now. The headers are read at once; rows are read and checked as the stream is
    consumed, entities first. Once a row is wrong nothing more is yielded, and the stream ends by raising what is
    wrong with all rows, up to 20 problems. With ``skip_bad`` wrong rows are counted and left out instead.

    Memory grows with the number of entities (their ids and IRIs) and by some hundred bytes a link (its key).

    :raises UnreadableSource: If the input is not such a table, or a row is wrong; now or from the stream.
    """
    path = Path(path)
    found = open_input(path)
    fields = _read_source(found.sheets.get("source"))
    id_ = _source_id(path, source_id, fields)
    layouts = {name: read_layout(name, sheet) for name, sheet in found.sheets.items() if name != "source"}
    source = Source(
        id=id_,
        title=fields.get("title") or path.stem or path.resolve().name,
        loader="table",
        checksum=found.checksum(),
        origin=path.name or path.resolve().name,
        loaded=read_time or datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        licence=fields.get("licence"),
        version=fields.get("version"),
        issued=fields.get("issued"),
        url=fields.get("url"),
    )
    skipped = dict.fromkeys(found.ignored, 1)
    statements = _statements(id_, found, layouts.get("entities"), layouts.get("links"), skipped, skip_bad)
    return Loaded(source, statements, skipped, own_id=bool(source_id or fields.get("id")))


def _source_id(path: Path, given: str | None, fields: dict[str, str]) -> str:
    """Return the slug of the source; what a person gave must be one already, a file name is made one."""
    wanted = given or fields.get("id")
    made = cells.slug(wanted or path.stem or path.resolve().name)
    if not made or (wanted and wanted != made):
        raise UnreadableSource(
            f"the source id {wanted or path.stem!r} is not in small letters, digits and hyphens",
            path=path,
            advice=f"write {made!r}" if made else "give one, for instance my-table",
        )
    return made


def _read_source(sheet: Sheet | None) -> dict[str, str]:
    """Return the fields of the sheet ``source``: a name and a value a row."""
    fields: dict[str, str] = {}
    if sheet is None:
        return fields
    for number, row in sheet.rows():
        name, value = (*row[:2], "", "")[:2]
        try:
            _read_field(fields, cells.clean(name), cells.clean(value))
        except CellError as error:
            raise UnreadableSource(
                error.problem, path=sheet.path, sheet=sheet.title, row=number, advice=error.advice
            ) from None
    return fields


def _read_field(fields: dict[str, str], name: str, value: str) -> None:
    if not name or name.casefold() in ("field", "champ"):  # an empty row, or the header
        return
    key = key_of(name, "source")
    if key is None:
        known, meant = ", ".join(column.name for column in columns("source")), near_miss(name, "source", cutoff=0.6)
        advice = f"perhaps you mean {meant!r}" if meant else f"the fields are {known}"
        raise CellError(f"{cells.short(name)!r} is not a field of a source", advice)
    if key in fields:
        raise CellError(f"the field {name!r} is given twice", "keep one of them")
    if value and key == "issued":
        fields[key] = cells.parse_date(value)
    elif value:
        fields[key] = cells.parse_url(value) if key == "url" else cells.parse_line(value)


def _statements(
    source_id: str,
    found: Input,
    entities: Layout | None,
    links: Layout | None,
    skipped: dict[str, int],
    skip_bad: bool,
) -> Iterator[Statement]:
    """Yield the entities, then the links, until something is wrong; raise that at the end."""
    things = Things(source_id, vocabulary(), has_entities=entities is not None)
    problems = Counted(skipped) if skip_bad else Problems()

    def made() -> Iterator[Statement | None]:
        if entities is not None:
            reader = EntityReader(things, entities)
            reader.index(records(entities, problems))
            problems.spoil()  # each row is read again below, and told wrong again
            for record in records(entities, problems, skipped):
                statement = reader.entity(record)
                if skip_bad and problems.spoilt:  # a link to what is left out has nothing to hold on to
                    things.known.pop(record.peek("id", cells.parse_id) or "", None)
                yield statement
        elif links is not None:
            index_names(things, records(links, problems))
            problems.spoil()
            yield from named_entities(things)
        if links is not None:
            yield from map(LinkReader(things, source_id).link, records(links, problems, skipped))

    rows = 0
    for statement in made():
        rows += 1
        if not problems.spoil() and statement is not None:
            yield statement
    skipped.update(found.cut)
    problems.raise_any()
    last = links or entities
    if not rows and last is not None:
        advice = "write a row for each entity and each link"
        raise last.wrong("the table has column names but no rows", row=last.row, advice=advice)
