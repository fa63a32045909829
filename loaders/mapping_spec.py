"""What a mapping says, checked: which columns make which entities and links, and how their cells are read.

``docs/mapping.md`` explains each key for a user; :mod:`.mapping_parse` makes these objects of the YAML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

#: Whether the day or the month comes first in dates such as 04/05/2012.
Dates: TypeAlias = Literal["day-first", "month-first"]

#: Words for a number, a date or a code that is not known; elsewhere (``NA`` is Namibia) only ``missing`` says so.
NOT_KNOWN: Final = frozenset(
    "n/a na n.a. n.a n/d nd n.d. n.d #n/a null none nan - -- – — … ... .. . ? unknown inconnu inconnue s.o. s/o".split()
)

#: The fields of an entity that tell how many things a row names: several parts in one of them are several things.
IDENTITY: Final = ("key", "iri", "iso", "name", "acronym")
#: The qualifiers of a link that are taken from a cell, and how each is read.
QUALIFIERS: Final[dict[str, str]] = {
    "from": "date", "to": "date", "date_note": "text", "role": "text", "status": "status", "amount": "number",
    "currency": "currency", "amount_usd": "number", "count": "count", "unit": "line", "share": "share",
    "outcome": "text", "frequency": "text",
}  # fmt: skip
#: Numbers that a row gives once, for however many things it names.
SUMS: Final = ("amount", "amount_usd", "count", "share")


@dataclass(frozen=True, slots=True)
class Reading:
    """How cells are written: what is declared for the whole file, or for one column."""

    dates: Dates | None = None
    decimal: str = "."
    thousands: str = ""
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value comes from: a constant, or the cells of columns, read in a way.

    Several columns give several values. ``values`` translates a text; ``None`` in it leaves the text out.
    ``otherwise`` is for the texts that it has not: ``None`` refuses them, ``""`` leaves them out.
    """

    line: int
    columns: tuple[str, ...] = ()
    constant: str | None = None
    split: str | None = None
    part: int | None = None
    values: dict[str, str | None] | None = None
    otherwise: str | None = None
    reading: Reading = Reading()
    #: What the text would be if it were no column: "class", "relation" … for the message where it is neither.
    word: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that this may give, where the mapping itself tells: a constant, or those of a translation."""
        if self.constant is not None:
            return (self.constant,)
        given = [*(self.values or {}).values(), self.otherwise]
        return tuple(dict.fromkeys(text for text in given if text)) if self.values is not None else ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What a cell must hold for a row to count: one of ``among`` (``""`` is an empty cell), or not, if ``negated``."""

    column: str
    line: int
    among: frozenset[str]
    negated: bool


@dataclass(frozen=True, slots=True)
class NamePart:
    """A name of an entity: its kind (``name``, ``alt`` or ``acronym``), its language and where it stands."""

    kind: str
    lang: str
    value: Value


@dataclass(frozen=True, slots=True)
class EntitySpec:
    """How rows name things of one sort."""

    ref: str
    line: int
    type: Value
    key: tuple[Value, ...] = ()
    iri: Value | None = None
    iso: Value | None = None
    names: tuple[NamePart, ...] = ()
    identifiers: tuple[tuple[str, Value], ...] = ()
    collective: Value | None = None
    fields: dict[str, Value] = field(default_factory=dict)
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """How rows make links of one sort. An end is the name of an entity of the mapping, or a value that is an IRI."""

    line: int
    source: str | Value
    relation: Value
    target: str | Value
    qualifiers: dict[str, Value] = field(default_factory=dict)
    pointers: dict[str, str | Value] = field(default_factory=dict)
    document: str | Value | None = None
    locator: Value | None = None
    quote: Value | None = None
    certainty: Value | None = None
    key: tuple[Value, ...] = ()
    each: bool = False
    once: bool = False
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A file of data and how it is laid out."""

    line: int
    file: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    records: tuple[str, ...] = ()
    unpivot: tuple[str, ...] = ()
    #: Whether ``unpivot`` names the columns that stay, and all others are turned into rows.
    unpivot_rest: bool = False


@dataclass(frozen=True, slots=True)
class JoinSpec:
    """A second table whose columns are added to the rows that have its key: ``on`` is our column and its column."""

    source: FileSpec
    on: tuple[str, str]
    columns: tuple[str, ...] = ()
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping; ``path`` is the YAML, ``described`` what it says of the source."""

    path: Path
    data: FileSpec
    described: dict[str, str]
    key: tuple[Value, ...]
    when: tuple[Condition, ...]
    joins: tuple[JoinSpec, ...]
    entities: dict[str, EntitySpec]
    links: tuple[LinkSpec, ...]

    def columns(self) -> dict[str, tuple[int, str | None]]:
        """Return the columns that the mapping reads, each with its first line and what its text might be else."""
        found: dict[str, tuple[int, str | None]] = {}
        for value in self._values():
            for column in value.columns:
                found.setdefault(column, (value.line, value.word))
        conditions = [*self.when, *(c for e in self.entities.values() for c in e.when)]
        conditions += [c for link in self.links for c in link.when]
        for condition in conditions:
            found.setdefault(condition.column, (condition.line, None))
        for join in self.joins:
            found.setdefault(join.on[0], (join.source.line, None))
        return found

    def _values(self) -> list[Value]:
        values: list[Value | None] = [*self.key]
        for entity in self.entities.values():
            values += [entity.type, *entity.key, entity.iri, entity.iso, *(name.value for name in entity.names)]
            values += [*(value for _, value in entity.identifiers), entity.collective, *entity.fields.values()]
        for link in self.links:
            ends = (link.source, link.target, link.document, *link.pointers.values())
            values += [end for end in ends if isinstance(end, Value)]
            values += [link.relation, *link.qualifiers.values(), link.locator, link.quote, link.certainty, *link.key]
        return [value for value in values if value is not None]
