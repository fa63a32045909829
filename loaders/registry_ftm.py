"""Things of FollowTheMoney: what a record says, and the entity that it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from ..ontology.model import ID, Entity, Evidence, Name
from .cells import slug
from .reading_json import Json
from .registry_countries import by_code
from .registry_source import Names, Registry, Wrong, date, identifiers, iri, listing, mapping, scalar, text, web

#: Schemas of things and the class of each; the other schemas are links, or are left out.
CLASSES: Final = {
    "Person": "Person",
    "Company": "PrivateSector",
    "PublicBody": "GovernmentBody",
    "Organization": "Organization",
    "LegalEntity": "Organization",
    "Address": "Place",
    "Project": "Project",
    "Event": "Event",
    "Document": "Document", "Article": "Document", "Pages": "Document", "PlainText": "Document",
    "HyperText": "Document",
    "Contract": "Agreement", "License": "Agreement",
}  # fmt: skip
_KINDS: Final = {
    "Person": "person", "Place": "place", "Project": "programme", "Event": "event", "Document": "document",
    "Agreement": "agreement",
}  # fmt: skip
_SCHEMES: Final = {"wikidataId": "Wikidata", "leiCode": "LEI", "isniCode": "ISNI", "rorId": "ROR", "dunsCode": ""}
_NAME_PROPERTIES: Final = (
    ("name", "preferred"), ("title", "preferred"), ("full", "preferred"), ("fileName", "preferred"),
    ("alias", "alternative"), ("weakAlias", "alternative"), ("previousName", "alternative"),
    ("abbreviation", "acronym"),
)  # fmt: skip
#: What a thing is called by that has no name: the parts of a person's name or of an address, else a number or address.
_PARTS: Final = {
    "Person": ("firstName", "secondName", "middleName", "fatherName", "matronymic", "lastName"),
    "Address": ("street", "street2", "street3", "postOfficeBox", "postalCode", "city", "state", "region"),
}
_LAST: Final = ("registrationNumber", "email")
_STARTS: Final = ("incorporationDate", "startDate", "date", "publishedAt")
_ENDS: Final = ("dissolutionDate", "endDate")
_USED: Final = frozenset(
    {name for name, _ in _NAME_PROPERTIES} | set(_SCHEMES) | set(_STARTS) | set(_ENDS)
    | {"website", "summary", "country", "jurisdiction", "mainCountry", "addressEntity", "parent", "projectEntity"}
)  # fmt: skip
_LONGEST: Final = 100_000


@dataclass(slots=True)
class Record:
    """One entity of FollowTheMoney as the file gives it; ``place`` is where its first statement stands."""

    id: str
    schema: str
    properties: dict[str, list[str]]
    datasets: list[str]
    place: str = ""
    caption: str = ""
    languages: dict[tuple[str, str], str] = field(default_factory=dict)
    within: bool = False  # it stands as a value in another record

    def first(self, name: str) -> str:
        """Return the first value of a property, ``""`` if it has none."""
        return next(iter(self.properties.get(name, ())), "")


def read_record(value: dict[str, Json], nested: list[dict[str, Json]] | None = None) -> Record:
    """Return the record of a JSON object.

    :param nested: Gets the entities that stand within it as values, with all that they say of themselves.
    :raises Wrong: If it has no identifier or schema, or its properties are no lists of texts.
    """
    key = scalar(value.get("id"), "the id")
    schema = text(value.get("schema"), what="the schema")
    if not key or not schema:
        raise Wrong("it has no id or no schema", "give both")
    properties = {}
    for name, values in mapping(value.get("properties"), "properties").items():
        found = []
        for one in listing([values] if isinstance(values, str) else values, name):
            if isinstance(one, dict) and nested is not None and "properties" in one and "schema" in one:
                nested.append(one)
                if one["schema"] not in CLASSES:
                    continue  # a link, which names this record at its end
            found.append(_value(one, name))
        properties[text(name, what="the name of a property")] = [one for one in dict.fromkeys(found) if one]
    datasets = [text(one, what="a data set") for one in listing(value.get("datasets"), "datasets")]
    return Record(key, schema, properties, datasets, key, text(value.get("caption"), what="the caption"))


def _value(value: Json, name: str) -> str:
    """Return a value as text; an entity that stands within another is known by its identifier."""
    if isinstance(value, dict):
        return scalar(value.get("id"), f"the id in {name}")
    return text(value, longest=_LONGEST, what=name) if isinstance(value, str) else scalar(value, name)


def thing_iri(key: str, schema: str) -> str:
    """Return the IRI of a thing by its identifier and schema.

    :raises Wrong: If the identifier has no letter or digit.
    """
    kind = _KINDS.get(CLASSES[schema], "organization")
    if re.fullmatch(r"[A-Za-z0-9_.~-]{1,80}", key):
        return f"{ID}{kind}/ftm-{key}"  # as it is: NK-a and NK-A are two
    if slug(key):
        return f"{ID}{kind}/ftm-{quote(key[:200], safe='')}"
    return iri(kind, "ftm", key)


def _is_named(record: Record) -> bool:
    return bool(record.caption) or any(record.properties.get(prop) for prop, _ in _NAME_PROPERTIES)


def _called(record: Record) -> tuple[str, tuple[str, ...]]:
    """Return what a thing without a name is called by, and the properties that this is made of."""
    parts = _PARTS.get(record.schema, ())
    found = [record.first(name) for name in parts if record.first(name)]
    if found:
        return (", " if record.schema == "Address" else " ").join(found), parts
    if record.schema == "Address":
        country = by_code(record.first("country"))
        return (country.name if country else "", ())
    if CLASSES[record.schema] in ("Document", "Agreement", "Event", "Project"):
        return "", ()
    return next(((record.first(name), (name,)) for name in _LAST if record.first(name)), ("", ()))


def check(record: Record) -> None:
    """Refuse a thing that :func:`entity` refuses.

    :raises Wrong: If it has no name, or a date that does not exist.
    """
    thing_iri(record.id, record.schema)
    if not _is_named(record) and not _called(record)[0]:
        raise Wrong("it has no name", "give it one")
    for name in (*_STARTS, *_ENDS):
        for value in record.properties.get(name, ()):
            date(value, name)


def entity(registry: Registry, record: Record) -> Iterator[Entity]:
    """Yield a thing, after the data sets that it comes from where they are new.

    :raises Wrong: If it has no name, or a date that does not exist.
    """
    me, names = thing_iri(record.id, record.schema), Names()
    if record.caption and record.caption in record.properties.get("name", ()):
        names.add(_line(record.caption))
    for prop, kind in _NAME_PROPERTIES:
        for value in record.properties.get(prop, ()):
            names.add(_line(value), record.languages.get((prop, value), ""), kind)
    if record.caption:
        names.add(_line(record.caption))
    used = _USED
    if not _is_named(record):
        called, parts = _called(record)
        names.add(_line(called))
        used = _USED.union(parts)
    start, end = one_date(registry, record, _STARTS), one_date(registry, record, _ENDS)
    if start and end and start[: len(end)] > end[: len(start)]:
        registry.left_out("dates of a thing that are the wrong way round")
        start = end = None
    kind = CLASSES[record.schema]
    ids = [(scheme, value.rsplit("/", 1)[-1]) for prop, scheme in _SCHEMES.items() if scheme
           for value in record.properties.get(prop, ())]  # fmt: skip
    if record.id.startswith("NK-"):
        ids.append(("OpenSanctions", record.id))
    pages = [page for value in record.properties.get("website", ()) if (page := web(value))]
    for prop in ("website", "summary"):
        if (more := len(record.properties.get(prop, ())) - 1) > 0 or (prop == "website" and more == 0 and not pages):
            registry.left_out(f"values of {prop!r} besides the first that can be kept", max(more, 1))
    made = Entity(
        me, kind, names.all(), identifier=record.id, identifiers=identifiers(ids),
        description=record.first("summary")[:20_000] or None, homepage=pages[0] if pages else None,
        valid_from=None if kind == "Document" else start, valid_to=end,
        issued=start if kind == "Document" else None, evidence=evidence(registry, record),
    )  # fmt: skip
    yield from datasets(registry, record)
    yield made
    for prop, values in record.properties.items():
        if prop not in used and values:
            registry.left_out(f"property {prop[:40]!r}")


def _line(value: str) -> str:
    return value if len(value) <= 1_000 else value[:999] + "…"


def one_date(registry: Registry, record: Record, names: tuple[str, ...]) -> str | None:
    """Return the date of the first property that has one; where it has several, which is right is not known.

    :raises Wrong: If the calendar does not have it.
    """
    for name in names:
        found = sorted(day for value in record.properties.get(name, ()) if (day := date(value, name)))
        if found and all(max(found, key=len).startswith(day) for day in found):
            return max(found, key=len)  # 2001 and 2001-02-03 do not contradict each other
        if found:
            registry.left_out(f"several dates for {name}, of which none was taken")
            return None
    return None


def evidence(registry: Registry, record: Record) -> tuple[Evidence, ...]:
    """Return where a record stands: in the file, and in the data sets that it was made from."""
    locator = f"{record.schema} {record.id}" if record.place == record.id else f"{record.id}, {record.place}"
    sets = [Evidence(dataset_iri(name), record.id, method=registry.kind) for name in record.datasets if slug(name)]
    return (*registry.evidence(locator[:500]), *sets)


def dataset_iri(name: str) -> str:
    """Return the IRI of a data set as a document."""
    return iri("document", "ftm-dataset", name)


def datasets(registry: Registry, record: Record) -> Iterator[Entity]:
    """Yield the data sets of a record as documents, when new."""
    for name in record.datasets:
        if slug(name) and registry.new(dataset_iri(name)):
            yield Entity(dataset_iri(name), "Document", (Name(name),), identifier=name)
