"""Asks a question of the catalogue: checks values, runs one of its texts, gives rows that any engine gives alike.

An answer holds one row for each place where a document states a link, with the document, the place in it and the
certainty, so that each row can be cited. Links with the status ``proposed`` are shown unless a question says
otherwise, and say so: a proposal is no fact, but leaving it out in silence would hide what a document says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from ..graph.reading import Reader, Thing
from ..ontology.errors import BadParameter
from ..ontology.model import ML
from ..ontology.vocabulary import vocabulary
from .catalogue import Column, Question, catalogue
from .engines import CypherEngine, Engine, SparqlEngine, Value
from .values import check

Cell: TypeAlias = Thing | tuple[Thing, ...] | str | int | Decimal | None
Row: TypeAlias = dict[str, Cell]

_CHUNK = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows in a fixed order; each holds a cell for every column, ``None`` where nothing is said.

    A cell is a ``Thing``, a tuple of them (a chain), a number (``int`` or ``Decimal``), or text; a relation is its
    local name, a date an ISO string, a link its IRI. ``values`` are the parameters as they were understood.
    """

    question: Question
    columns: tuple[Column, ...]
    rows: list[Row]
    values: Mapping[str, Value]
    lang: str = "en"


def run(
    reader: Reader,
    name: str,
    parameters: Mapping[str, object] | None = None,
    *,
    engine: Literal["sparql", "cypher"] | Engine = "sparql",
    lang: str = "en",
) -> Answer:
    """Ask a question of a store.

    ``engine`` is one of the embedded ones by name, or another. Names in the answer are in ``lang`` where there are
    such, else in English or French.

    :raises UnknownQuestion: If the catalogue has no question of that name.
    :raises BadParameter: If a parameter is unknown, missing or has a value that it cannot have.
    :raises UnknownEntity: If nothing bears a name given.
    :raises AmbiguousName: If several things bear a name given.
    :raises BadQuery: If the engine gives up, for instance because an answer takes too long.
    """
    question = catalogue()[name]
    values = check(reader, question, parameters or {}, lang)
    runs = _embedded(reader, engine) if isinstance(engine, str) else engine
    cell = _Cells(reader, lang)
    found = [{c.name: cell(c, row.get(c.name)) for c in question.columns} for row in runs.rows(question, values)]
    unique = {tuple(row.values()): row for row in found}
    return Answer(question, question.columns, sorted(unique.values(), key=_key(question)), values, lang)


def cell_text(column: Column, cell: Cell, lang: str = "en") -> str:
    """Return a cell as a table shows it: things by name, relations and words of the ontology by their label."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return " – ".join(thing.name for thing in cell)
    if column.type == "relation":
        return vocabulary().label(str(cell), lang)
    if column.type in ("status", "certainty"):
        labels = vocabulary().concepts.get(column.type, {}).get(str(cell), {})
        return labels.get(lang) or labels.get("en") or str(cell)
    return str(cell)


def _embedded(reader: Reader, engine: str) -> Engine:
    if engine == "sparql":
        return SparqlEngine(reader.index.rows)
    if engine == "cypher":
        return CypherEngine(reader.property_graph.rows)
    raise BadParameter(f"There is no engine {engine!r}; use sparql or cypher.")


class _Cells:
    """Makes cells of what engines return, reading each thing once."""

    def __init__(self, reader: Reader, lang: str) -> None:
        self._reader, self._lang = reader, lang
        self._things: dict[str, Thing] = {}

    def __call__(self, column: Column, value: Any) -> Cell:
        if value is None or value == "":
            return None
        match column.type:
            case "thing":
                return self._thing(str(value))
            case "chain":
                return tuple(self._thing(iri) for iri in str(value).split(" "))
            case "number":
                # A property graph holds floats, RDF decimals: 0.10 and 0.1 are to be one number.
                number = Decimal(str(value)).normalize()
                return int(number) if number == number.to_integral_value() else number
            case "relation":
                return str(value).removeprefix(ML)
            case _:
                return str(value)

    def _thing(self, iri: str) -> Thing:
        if iri not in self._things:
            self._things[iri] = self._reader.thing(iri, self._lang)
        return self._things[iri]


def _key(question: Question) -> Callable[[Row], tuple[Any, ...]]:
    first = [(name.removeprefix("-"), name.startswith("-")) for name in question.order]
    named = {name for name, _ in first}
    columns = [*first, *((c.name, False) for c in question.columns if c.name not in named)]

    def key(row: Row) -> tuple[Any, ...]:
        return tuple(_rank(row[name], down) for name, down in columns)

    return key


def _rank(cell: Cell, down: bool) -> tuple[Any, ...]:
    """Return what a cell sorts by: what is missing last, numbers and digits in text by size, names without case."""
    if cell is None:
        return (1,)
    if isinstance(cell, (int, Decimal)):
        return (0, -cell if down else cell)
    if isinstance(cell, Thing):
        return (0, cell.name.casefold(), cell.iri)
    if isinstance(cell, tuple):
        return (0, len(cell), [t.name.casefold() for t in cell], [t.iri for t in cell])
    return (0, [(int(part), "") if part.isdigit() else (-1, part) for part in _CHUNK.split(cell)], cell)
