"""What is guessed of a file: the things, the links, and the columns that stand in each."""

from __future__ import annotations

from dataclasses import dataclass, field

from .mapping_column import Column
from .mapping_spec import Reading


@dataclass(slots=True)
class Part:
    """A column in a role, and the words that say why.

    ``split`` is the sign that divides its cells, ``""`` if none does, ``None`` if that is to be seen from them; with
    ``part`` only that part of a cell counts. ``otherwise`` is what stands for a text that is not among ``values``.
    """

    column: Column
    why: str = ""
    reading: Reading | None = None
    values: dict[str, str] = field(default_factory=dict)
    constant: str = ""
    split: str | None = None
    part: int | None = None


@dataclass(slots=True)
class Guess:
    """An entity that may be meant: its class, and the columns by key of the mapping (``name_fr``, ``key`` …)."""

    ref: str
    type: str
    words: frozenset[str]
    parts: dict[str, Part] = field(default_factory=dict)
    classes: Part | None = None
    unique: bool = False
    gives: bool = False

    @property
    def main(self) -> Column:
        """The column by which the thing is known."""
        order = ("key", "iso", "name_en", "name", "name_fr")
        return next((self.parts[key] for key in order if key in self.parts), next(iter(self.parts.values()))).column


@dataclass(slots=True)
class Between:
    """A link that may be meant."""

    source: Guess
    relation: str
    target: Guess
    relations: Part | None = None
    parts: dict[str, Part] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """All that is guessed of a file, and why a column is not used."""

    entities: list[Guess] = field(default_factory=list)
    links: list[Between] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
