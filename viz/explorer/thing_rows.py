"""Links and evidence as the page of a thing shows them: names, qualifiers, documents and places in a language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ...graph.reading import Reader, Thing
from ...ontology import convert
from ...ontology.model import ID, ML, Evidence, Link, Reference
from ...ontology.vocabulary import vocabulary
from .site import number

_DEFAULT = ox.DefaultGraph()
#: Qualifiers that are shown beside another value, or at a place of their own.
_OWN = ("valid_from", "valid_to", "status", "currency", "unit")


#: What leads from a record to its nodes: evidence, references and dated names.
NODES = (ML + "evidence", ML + "discussedIn", convert.SKOSXL + "prefLabel", convert.SKOSXL + "altLabel")


@dataclass(frozen=True, slots=True)
class Said:
    """A value with its label; ``thing`` where it is a thing, ``url`` where it leads elsewhere."""

    label: str
    text: str
    thing: Thing | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """Where something is written. ``node`` is the IRI of the evidence; ``sure`` its certainty as written."""

    node: str
    document: Thing
    locator: str
    quote: str = ""
    sure: str = ""
    certainty: str = ""
    method: str = ""
    score: str = ""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link, read from one of its ends: ``other`` is the far one. ``start relation end`` is the link as a sentence."""

    iri: str
    start: Thing
    relation: str
    end: Thing
    other: Thing
    when: str
    status: str
    status_label: str
    said: tuple[Said, ...]
    cited: tuple[Cited, ...]
    discussed: tuple[Cited, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A piece of evidence seen from its document: what it is evidence for, a link or a thing that is named."""

    cited: Cited
    link: LinkRow | None = None
    thing: Thing | None = None


class Teller:
    """Makes rows of one store in one language; names are looked up once."""

    def __init__(self, reader: Reader, lang: str) -> None:
        self.reader, self.lang = reader, lang
        self._db = reader.index.db
        self._things: dict[str, Thing] = {}

    def thing(self, iri: str) -> Thing:
        """Return a thing with its name in the language."""
        if iri not in self._things:
            self._things[iri] = self.reader.thing(iri, self.lang)
        return self._things[iri]

    def label(self, term: str) -> str:
        """Return the label of a term of the ontology."""
        return vocabulary().label(term, self.lang)

    def word(self, scheme: str, notation: str) -> str:
        """Return the label of a word of a code list."""
        return vocabulary().concepts.get(scheme, {}).get(notation, {}).get(self.lang, notation)

    def link(self, iri: str, seen_from: str = "") -> LinkRow:
        """Return a link, read from one of its ends (from its source where nothing else is said)."""
        link, _ = self.reader.link(iri)
        forward = link.source_iri == seen_from or link.target_iri != seen_from
        known = vocabulary().relations
        start, end = self.thing(link.source_iri), self.thing(link.target_iri)
        return LinkRow(
            iri=iri,
            start=start,
            relation=self.label(link.relation) if link.relation in known else link.relation,
            end=end,
            other=end if forward else start,
            when=period(link.valid_from, link.valid_to, self.lang),
            status=link.status or "",
            status_label=self.word("status", link.status) if link.status else "",
            said=tuple(self._qualifiers(link)),
            cited=tuple(self._cited(f"{iri}/evidence/{n}", e) for n, e in enumerate(link.evidence, 1)),
            discussed=tuple(self._cited(f"{iri}/discussed/{n}", r) for n, r in enumerate(link.discussed_in, 1)),
            sources=tuple(self.sources_of(iri, "Link")),
        )

    def sources_of(self, iri: str, kind: str = "") -> list[str]:
        """Return the ids of the sources that state a record, by the graphs that hold its first statement."""
        wanted = ox.NamedNode(ML + kind) if kind else None
        found = self._db.quads_for_pattern(ox.NamedNode(iri), convert.TYPE, wanted, None)
        graphs = {q.graph_name.value for q in found if isinstance(q.graph_name, ox.NamedNode)}
        return sorted(g.removeprefix(f"{ID}source/") for g in graphs if g.startswith(f"{ID}source/"))

    def _qualifiers(self, link: Link) -> Iterable[Said]:
        units = {"amount": link.currency, "count": link.unit, "amount_usd": "USD", "share": "%"}
        for field, (local, form) in convert.QUALIFIERS.items():
            value = getattr(link, field)
            if value is None or field in _OWN:
                continue
            if form == "thing":
                thing = self.thing(value)
                yield Said(self.label(local), thing.name, thing)
            elif form == "decimal":
                yield Said(self.label(local), f"{number(value, self.lang)} {units.get(field) or ''}".strip())
            else:
                yield Said(self.label(local), str(value))

    def _cited(self, node: str, item: Evidence | Reference) -> Cited:
        if isinstance(item, Reference):
            return Cited(node, self.thing(item.document), item.locator or "")
        return Cited(
            node,
            self.thing(item.document),
            item.locator,
            item.quote or "",
            item.certainty,
            self.word("certainty", item.certainty),
            self.word("method", item.method),
            "" if item.score is None else number(item.score, self.lang),
        )

    def cited(self, node: str) -> Cited:
        """Return a node of evidence, or a reference."""
        said = {q.predicate.value: q.object.value for q in self._statements(node)}
        document, locator = said.get(ML + "document", node), said.get(ML + "locator", "")
        if ML + "certainty" not in said:
            return self._cited(node, Reference(document, locator))
        score = said.get(ML + "score")
        evidence = Evidence(
            document,
            locator,
            said.get(ML + "quote"),
            said[ML + "certainty"],
            None if score is None else float(score),
            said.get(ML + "method", ""),
        )
        return self._cited(node, evidence)

    def owners(self, node: str) -> list[str]:
        """Return the links and things that a node of evidence, a reference or a dated name belongs to."""
        return sorted({owner for owner, _ in self.ties(node)})

    def ties(self, node: str) -> Iterator[tuple[str, str]]:
        """Yield what a node belongs to, each with the predicate that says so."""
        for predicate in NODES:
            for quad in self._db.quads_for_pattern(None, ox.NamedNode(predicate), ox.NamedNode(node), _DEFAULT):
                yield quad.subject.value, predicate  # type: ignore[union-attr]

    def node(self, node: str) -> NodeRow:
        """Return a node of evidence with what it belongs to."""
        cited = self.cited(node)
        for owner in self.owners(node):
            if self.is_link(owner):
                return NodeRow(cited, link=self.link(owner))
            return NodeRow(cited, thing=self.thing(owner))
        return NodeRow(cited)

    def is_link(self, iri: str) -> bool:
        """Tell whether an IRI is that of a link."""
        return ox.Quad(ox.NamedNode(iri), convert.TYPE, ox.NamedNode(ML + "Link")) in self._db

    def _statements(self, node: str) -> list[Any]:
        return list(self._db.quads_for_pattern(ox.NamedNode(node), None, None, _DEFAULT))


def period(start: str | None, end: str | None, lang: str) -> str:
    """Return a time in words: ``2006 – 2007``, ``from 2006``, ``until 2007``, ``2006``; empty where it is not known.

    >>> period("2006", None, "fr"), period("2006", "2006", "en"), period(None, None, "en")
    ('depuis 2006', '2006', '')
    """
    if start and end:
        return start if start == end else f"{start} – {end}"
    if start:
        return f"depuis {start}" if lang == "fr" else f"from {start}"
    return (f"jusqu’à {end}" if lang == "fr" else f"until {end}") if end else ""
