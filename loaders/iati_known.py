"""Which links other tables have brought, in a few bytes a link, so that no payment is loaded twice."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Protocol

_MASK = (1 << 64) - 1


class Marks:
    """A set of 64-bit numbers in about 20 bytes each; a Python set takes four times that."""

    def __init__(self) -> None:
        self._slots, self._count = array("Q", bytes(8 << 10)), 0

    def _place(self, mark: int) -> int:
        """Return the slot that holds a number, or the one that is free for it."""
        slots = self._slots
        last = len(slots) - 1
        place = (mark * 0x9E3779B97F4A7C15 >> 32) & last  # so that numbers in a row do not stand in a row
        while (found := slots[place]) and found != mark:
            place = (place + 1) & last
        return place

    def __contains__(self, mark: int) -> bool:
        return self._slots[self._place((mark & _MASK) or 1)] != 0

    def add(self, mark: int) -> bool:
        """Add a number; say whether it is new."""
        mark = (mark & _MASK) or 1  # 0 is an empty slot
        place = self._place(mark)
        if self._slots[place]:
            return False
        self._slots[place] = mark
        self._count += 1
        if self._count * 3 > len(self._slots) * 2:
            before, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
            for known in before:
                if known:
                    self._slots[self._place(known)] = known
        return True


class KnownLinks(Protocol):
    """The links that other loads have brought, so that a row which they hold too is not loaded a second time."""

    def holds(self, link_iri: str, source_id: str) -> bool:
        """Say whether a link stands in another source than the one named."""
        ...

    def add(self, link_iri: str, source_id: str) -> None:
        """Note a link that the source named brings."""
        ...


class LinksSoFar:
    """The links of the tables read in one command, and those of a store.

    :param stored: Says whether a store holds a link in another source than the one named; of a store's index this is
        one look-up.
    """

    def __init__(self, stored: Callable[[str, str], bool] | None = None) -> None:
        self._stored = stored
        self._brought: dict[str, Marks] = {}

    def holds(self, link_iri: str, source_id: str) -> bool:
        """Say whether a link stands in another source than the one named."""
        mark = hash(link_iri)
        for owner, marks in self._brought.items():
            if owner != source_id and mark in marks:
                return True
        return self._stored is not None and self._stored(link_iri, source_id)

    def add(self, link_iri: str, source_id: str) -> None:
        """Note a link that the source named brings."""
        marks = self._brought.get(source_id)
        if marks is None:
            marks = self._brought[source_id] = Marks()
        marks.add(hash(link_iri))

    def forget(self, source_id: str) -> None:
        """Forget the links that a source brought, because it could not be read to its end and is left out."""
        self._brought.pop(source_id, None)
