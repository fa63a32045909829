"""Names: the things that a text may mean, for suggestions, for a search, and where a name was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...graph.reading import Reader, short
from ...ontology.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...graph.names import Hit
    from ...knowledge import KnowledgeGraph

#: So many names are looked at before those of other classes are left out.
_CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a text may mean: ``key`` finds it again, ``matched`` is the name that the text is like."""

    key: str
    iri: str
    name: str
    kind: str
    matched: str


def found(graph: KnowledgeGraph, text: str, classes: tuple[str, ...], lang: str, most: int) -> list[Candidate]:
    """Return the things of some classes (all, where none is named) whose names come nearest to a text, best first."""
    reader = graph.reader
    return candidates(reader, reader.names.find(text, _CANDIDATES if classes else most), classes, lang)[:most]


def candidates(reader: Reader, hits: Iterable[Hit], classes: tuple[str, ...], lang: str) -> list[Candidate]:
    """Return those hits that are of some classes as candidates."""
    known = vocabulary()
    return [
        candidate(reader, hit.iri, lang, hit.text)
        for hit in hits
        if not classes or any(known.is_a(hit.type, wanted) for wanted in classes)
    ]


def candidate(reader: Reader, iri: str, lang: str, matched: str = "") -> Candidate:
    """Return a thing as a candidate."""
    thing = reader.thing(iri, lang)
    return Candidate(short(thing.iri), thing.iri, thing.name, vocabulary().label(thing.type, lang), matched)
