"""What an analysis is and what it returns: options, columns, rows, and where its definition comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ...ontology.errors import BadParameter, MultilateralError
from ...ontology.model import ID

if TYPE_CHECKING:
    from ..network import Network

Row: TypeAlias = dict[str, Any]
Thing: TypeAlias = dict[str, str]
Kind: TypeAlias = Literal["int", "float", "bool", "choice", "thing", "date", "text"]

DIGITS = 10
"""Significant digits of a value: fewer than floating point has, so that what is equal by definition is equal here."""


class UnknownAnalysis(BadParameter):
    """Raised when there is no analysis of a name."""


class NotConverged(MultilateralError):
    """Raised when an iteration does not settle."""


@dataclass(frozen=True)
class Column:
    """A column of a result: its name, what it means, its unit, and of what kind its values are.

    A ``thing`` is ``{"id", "iri", "name", "type"}``, ``things`` a list of such, ``list`` a list of strings.
    """

    name: str
    definition: str
    unit: str = ""
    kind: Literal["thing", "things", "number", "text", "bool", "list"] = "number"


@dataclass(frozen=True)
class Parameter:
    """An option of an analysis; ``default`` None together with ``required`` means that it must be given."""

    name: str
    kind: Kind
    help: str
    default: Any = None
    choices: tuple[str, ...] = ()
    required: bool = False
    minimum: float | None = None


@dataclass(frozen=True)
class Result:
    """Named rows, in order. ``summary`` holds figures on the whole, ``notes`` what a reader must know of the rows.

    ``engine`` is the library that computed them.
    """

    name: str
    columns: tuple[Column, ...]
    rows: list[Row]
    summary: dict[str, float | int | str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    engine: str = "networkx"


@dataclass(frozen=True)
class Analysis:
    """An analysis with all that a reader needs to cite it: what it is for, its definition and its sources."""

    name: str
    title: str
    description: str
    definition: str
    references: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    compute: Callable[..., Result]


PROPOSED = Parameter("include_proposed", "bool", "count proposed links too; a proposal is no fact", default=False)
LIMIT = Parameter("limit", "int", "rows to return at most; 0 returns all", default=0, minimum=0)
SEED = Parameter("seed", "int", "the seed of what is random, so that twice is the same", default=1, minimum=0)
ENGINE = Parameter(
    "engine",
    "choice",
    "the library that computes: auto takes NetworKit for large graphs where it is installed",
    default="auto",
    choices=("auto", "networkx", "networkit"),
)
ENTITY = Column("entity", "The thing.", kind="thing")
RANK = Column("rank", "Place in the order; equal values share one.", unit="place")


def thing(graph: Network, iri: str) -> Thing:
    """Return a node as a value of a row."""
    node = graph.nodes.get(iri, {})
    short = iri.removeprefix(ID)
    return {
        "id": node.get("id") or short,
        "iri": iri,
        "name": node.get("name") or short,
        "type": node.get("type", ""),
    }


def tidy(value: float) -> float:
    """Return a value to ``DIGITS`` significant digits, so that the order does not depend on the order of a sum."""
    return float(f"{value:.{DIGITS}g}")


def ranks(values: Sequence[float]) -> list[int]:
    """Return the rank of each of some descending values; equal ones share the better rank.

    >>> ranks([3.0, 2.0, 2.0, 1.0])
    [1, 2, 2, 4]
    """
    out: list[int] = []
    for i, value in enumerate(values):
        out.append(out[-1] if i and value == values[i - 1] else i + 1)
    return out


def cut(rows: list[Row], limit: int) -> list[Row]:
    """Return the first ``limit`` rows, all if it is 0."""
    return rows[:limit] if limit else rows


def shortened(total: int, limit: int) -> tuple[str, ...]:
    """Return the note that says that a limit left rows out, if it did."""
    return (f"The first {limit} of {total} rows; limit=0 gives all.",) if limit and total > limit else ()


def node(graph: Network, name: str, option: str) -> str:
    """Return the IRI of the node that an option names by its IRI or short id; raises BadParameter if there is none."""
    for iri in (name, ID + name):
        if iri in graph:
            return iri
    raise BadParameter(
        f"{option}: {name!r} is not in the selected network; give an IRI or an id such as organization/woah, and "
        "widen the selection if it left the thing out."
    )


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> count(1, "link"), count(2, "link")
    ('1 link', '2 links')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def notes(*groups: Iterable[str]) -> tuple[str, ...]:
    """Return several groups of notes as one."""
    return tuple(text for group in groups for text in group)
