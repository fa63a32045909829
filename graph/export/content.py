"""What an export holds: the selected links, and the things that they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ...ontology.model import Entity, Link
from ...ontology.vocabulary import vocabulary
from ..reading import Reader, things_of
from ..selection import Chosen, Selection


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was written; ``undated`` and ``open`` links were left out because nothing says when they held."""

    things: int
    links: int
    statements: int = 0
    undated: int = 0
    open: int = 0


class Content:
    """The selected part of a store. Links are streamed; things are held, since several sources speak of each.

    Go through :meth:`links` first: only then is it known which things they name.
    """

    def __init__(self, reader: Reader, selection: Selection) -> None:
        self.reader, self.selection = reader, selection
        self.named: set[str] = set()
        self._chosen = Chosen(selection, vocabulary())
        self._links = 0

    @cached_property
    def entities(self) -> dict[str, Entity]:
        """Every thing of the store, selected or not, by IRI."""
        return self.reader.entities()

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The class of every thing."""
        return {iri: entity.type for iri, entity in self.entities.items()}

    def links(self) -> Iterator[tuple[Link, str]]:
        """Yield the selected links, each with the id of its source."""
        self._links = 0
        for link, source_id in self._selected():
            self._links += 1
            if not self.selection.empty:
                self.named.update(things_of(link))
            yield link, source_id

    def _selected(self) -> Iterator[tuple[Link, str]]:
        if self.selection.empty:
            return self.reader.links()
        self._chosen = Chosen(self.selection, vocabulary())
        kinds = self.kinds
        return self._chosen((k, s, kinds[k.source_iri], kinds[k.target_iri]) for k, s in self.reader.links())

    def things(self) -> Iterator[Entity]:
        """Yield the things to write, by IRI: those that the links named, or all if nothing was selected."""
        for iri in sorted(self.entities):
            if self.selection.empty or iri in self.named:
                yield self.entities[iri]

    def counts(self, things: int, statements: int = 0) -> Counts:
        """Return what was written, when it was."""
        return Counts(things, self._links, statements, self._chosen.undated, self._chosen.open)
