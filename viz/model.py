"""What a map is made of: plain objects that say nothing of how they are drawn.

Whoever selects what to show builds these; :mod:`multilateral.viz.layout` and :mod:`multilateral.viz.page` take
only these. Names are given by language (``{"en": "World Bank", "fr": "Banque mondiale"}``; ``""`` where the
language is not known), so that a reader can switch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ..ontology.errors import MultilateralError

Fact: TypeAlias = tuple[str, str, str]
"""A label in English, the same in French, and the value as it is shown."""


class MapError(MultilateralError):
    """Raised when the pieces of a map do not fit together, or its file cannot be written."""


@dataclass(frozen=True, slots=True)
class MapEvidence:
    """Where a link is written: a document (its names by language), the place in it, its words, how sure."""

    document_name: Mapping[str, str]
    locator: str = ""
    quote: str | None = None
    certainty: str = "explicit"
    url: str | None = None


@dataclass(frozen=True, slots=True)
class MapNode:
    """A thing: ``id`` is its IRI, ``type`` the local name of its class.

    ``short`` says, by language, what to write beside the dot where the name is long and the acronyms' languages
    are known; without it the first acronym is taken.
    """

    id: str
    type: str
    names: Mapping[str, str]
    acronyms: tuple[str, ...] = ()
    collective: bool = False
    facts: tuple[Fact, ...] = ()
    url: str | None = None
    short: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapEdge:
    """A link: ``id`` is its IRI, ``source`` and ``target`` those of the two things, ``relation`` a local name.

    Dates are ISO 8601 of the precision that the source gives; ``None`` means unknown, never "until today".
    """

    id: str
    source: str
    target: str
    relation: str
    from_: str | None = None
    to: str | None = None
    status: str | None = None
    facts: tuple[Fact, ...] = ()
    evidence: tuple[MapEvidence, ...] = ()


@dataclass(frozen=True, slots=True)
class MapData:
    """A whole map; ``focus`` is the IRI of the thing that is selected when the page opens."""

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]
    title: str = "multilateral"
    focus: str | None = None

    def check(self) -> None:
        """Raise :class:`MapError` if an id occurs twice, or a link or the focus names a thing that is not here."""
        ids = {node.id for node in self.nodes}
        if len(ids) < len(self.nodes):
            raise MapError(f"Map {self.title!r}: two nodes have the same id; give each thing once.")
        if len({edge.id for edge in self.edges}) < len(self.edges):
            raise MapError(f"Map {self.title!r}: two links have the same id; give each link once.")
        for edge in self.edges:
            for end in (edge.source, edge.target):
                if end not in ids:
                    raise MapError(
                        f"Map {self.title!r}: link {edge.id!r} joins {end!r}, which is no node; add the node."
                    )
        if self.focus is not None and self.focus not in ids:
            raise MapError(f"Map {self.title!r}: the focus {self.focus!r} is no node; choose one that is on the map.")
