"""What pages at ``/id/…`` show, as plain data: all that their templates need."""

from __future__ import annotations

from dataclasses import dataclass

from ...graph.reading import Thing
from .thing_groups import Leaf
from .thing_picture import Picture
from .thing_rows import LinkRow, NodeRow, Said


@dataclass(frozen=True, slots=True)
class NameRow:
    """A name with the ids of the sources that record it. ``lang`` is empty where it is one in several languages."""

    text: str
    lang: str
    languages: str
    kind: str
    when: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """A decision that two IRIs are one thing or are not; ``who`` is ``rule`` or a person."""

    left: str
    right: str
    verdict: str
    who: str
    when: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Another IRI under which sources record a thing, with the decision that ties it, where one names it."""

    iri: str
    tie: Tie | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A group as the contents of a page list it: ``here`` if the page has some of it."""

    key: str
    title: str
    total: int
    here: bool


@dataclass(frozen=True, slots=True)
class Section:
    """What a page shows of a group: ``links``, ``nodes`` or ``things``, by its kind."""

    key: str
    kind: str
    title: str
    total: int
    whole: bool
    links: tuple[LinkRow, ...] = ()
    nodes: tuple[NodeRow, ...] = ()
    things: tuple[Thing, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source that something on the page comes from."""

    id: str
    iri: str
    title: str
    licence: str
    version: str


@dataclass(frozen=True, slots=True)
class ThingView:
    """The page of a thing."""

    thing: Thing
    kind: str
    collective: bool
    described: bool
    names: tuple[NameRow, ...]
    facts: tuple[Said, ...]
    recorded: tuple[Recorded, ...]
    contents: tuple[Heading, ...]
    sections: tuple[Section, ...]
    leaf: Leaf
    picture: Picture | None
    mapped: bool
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class LinkView:
    """The page of a link; ``beside`` are some of the ``others`` other links between the same two things."""

    link: LinkRow
    beside: tuple[LinkRow, ...]
    others: int
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class NodeView:
    """The page of evidence, of a reference, of a dated name, or of a term: what it says and what it belongs to."""

    iri: str
    kind: str
    facts: tuple[Said, ...]
    quote: str
    links: tuple[LinkRow, ...]
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """The page of a source: ``counts`` are labels with figures."""

    iri: str
    id: str
    title: str
    facts: tuple[Said, ...]
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class DecisionsView:
    """The page of the decisions on identity, some of them."""

    iri: str
    ties: tuple[Tie, ...]
    leaf: Leaf


View = ThingView | LinkView | NodeView | SourceView | DecisionsView
