"""The sheet ``entities`` of a coded table; and the entities of a table that has none, from the names in its links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from ..ontology.model import ID, Entity, Evidence, Identifier, Name, NameKind
from . import cells
from .problems import CellError
from .records import Layout, Record
from .things import Things

_KINDS: Final[dict[str, NameKind]] = {"name": "preferred", "alt": "alternative", "acronym": "acronym"}
_DOCUMENT: Final = ("Document",)

# What a name in one of these columns of the links is, in a table that has no sheet of entities.
_IMPLIED: Final = {
    "under_agreement": "Agreement",
    "through_fund": "Fund",
    "at_event": "Event",
    "in_programme": "Programme",
    "in_place": "Place",
    "on_topic": "Topic",
    "via_document": "Document",
}


class EntityReader:
    """Reads the sheet in two passes: what there is, then what is said of it (which may point at a later row)."""

    def __init__(self, things: Things, layout: Layout) -> None:
        self._things, self._names_of = things, layout.name_keys()
        self._body = things.of_class("body", ("Organization", "Country"))
        self._document = things.of_class("mentions", _DOCUMENT)

    def index(self, rows: Iterable[Record]) -> None:
        """Make the entities known by their ids: the first pass."""
        for record in rows:
            id_ = record.require("id", cells.parse_id, "give each row an id of its own")
            type_ = record.require("class", self._things.parse_class, "write its class, as Organization or Event")
            iri = record.read("iri", self._things.parse_iri)
            collective = bool(record.read("collective", cells.parse_yes))
            if id_ is None:
                continue
            try:
                self._things.add(id_, type_ or "", record.number, iri=iri, collective=collective)
            except CellError as error:
                record.wrong(error.problem, "id", error.advice)
            try:
                self._check_kind(iri, type_, collective)
            except CellError as error:
                record.wrong(error.problem, "iri", error.advice)

    def _check_kind(self, iri: str | None, type_: str | None, collective: bool) -> None:
        if not iri or not type_ or not iri.startswith(ID):
            return
        local, wanted = iri.removeprefix(ID), self._things.kind(type_, collective=collective)
        if local.partition("/")[0] != wanted:
            raise CellError(f"the IRI {local} is not that of a thing of class {type_}", f"write {wanted}/…")

    def entity(self, record: Record) -> Entity | None:
        """Return the entity of a row, or None where something is wrong: the second pass."""
        id_ = record.peek("id", cells.parse_id)
        known = self._things.known.get(id_ or "")
        names = self._names(record)
        start, end = record.period()
        identifiers = record.read("identifiers", self._identifiers)
        mentions = record.read("mentions", self._mentions)
        description = record.read("description", cells.parse_text)
        status = record.read("status", cells.parse_status)
        homepage = record.read("homepage", cells.parse_url)
        issued = record.read("issued", cells.parse_date, date=True)
        language = record.read("language", cells.parse_language)
        body = record.read("body", self._body)
        if known is None or not known.type:
            return None
        if not self._things.is_any(known.type, _DOCUMENT):
            for column, value in (("issued", issued), ("language", language), ("body", body)):
                if value is not None:
                    problem = f"{column} is of documents, and this is of class {known.type}"
                    record.wrong(problem, column, "leave the cell empty")
        return Entity(
            iri=known.iri,
            type=known.type,
            names=tuple(names),
            identifier=id_,
            identifiers=tuple(identifiers or ()),
            collective=bool(record.peek("collective", cells.parse_yes)),
            description=description,
            valid_from=start,
            valid_to=end,
            status=status,
            homepage=homepage,
            evidence=tuple(mentions or ()),
            issued=issued,
            language=language,
            body=body.iri if body else None,
        )

    def _names(self, record: Record) -> list[Name]:
        names: dict[Name, None] = {}
        for key, column, lang in self._names_of:
            if column == "name":
                name = record.read(key, cells.parse_name)
                texts = [name] if name else []
            else:
                texts = record.read(key, cells.parse_names) or []
            names.update(dict.fromkeys(Name(text, lang, _KINDS[column]) for text in texts))
        if all(record.is_empty(key) for key, _, _ in self._names_of):
            record.wrong("the entity has no name", advice="fill in name_en, name_fr or another column of names")
        names.update(dict.fromkeys(record.read("former_names", cells.parse_former_names) or []))
        return list(names)

    def _identifiers(self, text: str) -> list[Identifier]:
        found = []
        for part in cells.split(text):
            scheme, colon, value = (piece.strip() for piece in part.partition(":"))
            if not colon or not scheme or not value:
                raise CellError(f"{cells.short(part)!r} is not an identifier", "write scheme:value, as ISO3166:UZ")
            cells.one_of(scheme, self._things.vocabulary.schemes, "scheme of identifiers")
            found.append(Identifier(scheme, value))
        return list(dict.fromkeys(found))

    def _mentions(self, text: str) -> list[Evidence]:
        found = []
        for part in cells.split(text):
            document, locator = cells.parse_place(part)
            if locator is None:
                raise CellError(f"{cells.short(part)!r} does not say where in the document", "write document#locator")
            found.append(Evidence(self._document(document).iri, locator, method="coded"))
        return found


def index_names(things: Things, rows: Iterable[Record]) -> None:
    """Make known what a table without a sheet of entities names, and what it is.

    The ends of links are of the class that ``source_type`` or ``target_type`` gives in any row; the other columns
    say by themselves what they name, where no row says more.
    """
    implied: dict[str, tuple[str, Record]] = {}
    for record in rows:
        for end in ("source", "target"):
            type_ = record.read(f"{end}_type", things.parse_class)
            text = record.peek(end, cells.parse_name)
            if type_ and text:
                _add(things, record, end, text, type_)
        documents = [*(record.peek("document", cells.split) or ())]
        documents += (cells.parse_place(part)[0] for part in record.peek("discussed_in", cells.split) or ())
        named = [(text, "Document") for text in documents]
        named += [(text, type_) for name, type_ in _IMPLIED.items() if (text := record.peek(name, cells.parse_name))]
        for text, type_ in named:
            if text not in implied:
                implied[text] = (type_, record)
    for text, (type_, record) in implied.items():
        if text not in things.known:
            _add(things, record, None, text, type_)


def _add(things: Things, record: Record, column: str | None, text: str, type_: str) -> None:
    try:
        known = things.known.get(text)
        if known is not None and known.type != type_:
            problem = f"{cells.short(text)!r} is of class {type_} here and of class {known.type} in row {known.row}"
            raise CellError(problem, "write the same class in both")
        if known is None and not things.is_elsewhere(text):
            things.add(text, type_, record.number)
    except CellError as error:
        record.wrong(error.problem, column, error.advice)


def named_entities(things: Things) -> Iterator[Entity]:
    """Yield the entities that :func:`index_names` found; the language of their names is not known."""
    return map(partial(_named, things), things.known)


def _named(things: Things, text: str) -> Entity:
    known = things.known[text]
    return Entity(known.iri, known.type, (Name(text),))
