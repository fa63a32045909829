"""What a store holds, in figures."""

from __future__ import annotations

from dataclasses import dataclass

from ..ontology.model import ML
from ..ontology.vocabulary import vocabulary
from .reading import Reader

_CLASSES = "SELECT ?kind (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing a ?kind } GROUP BY ?kind"
_RELATIONS = "SELECT ?relation (COUNT(?link) AS ?n) WHERE { ?link ml:relation ?relation } GROUP BY ?relation"
_UNDATED = """SELECT (COUNT(?link) AS ?n) WHERE { ?link a ml:Link
  FILTER NOT EXISTS { ?link ml:validFrom ?from } FILTER NOT EXISTS { ?link ml:validTo ?to } }"""
_UNRESOLVED = """SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE {
  { ?link ml:source ?thing } UNION { ?link ml:target ?thing } FILTER NOT EXISTS { ?thing a ?kind } }"""
# A thing of which sources say several classes is one thing; the ontology's own concepts are none.
_THINGS = "SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?kind rdfs:subClassOf* ml:Entity . ?thing a ?kind }"
_IDENTIFIED = """SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE {
  ?kind rdfs:subClassOf* ml:Entity . ?thing a ?kind ; skos:notation ?code }"""


@dataclass(frozen=True, slots=True)
class Status:
    """Counts of a store: things, and by class (most specific), links by relation, sources, and what is open.

    A thing of which sources say different classes is counted in each of them, and once in ``thing_count``.

    ``undated`` are links without any date, ``undescribed`` things that links name and no source describes,
    ``unidentified`` things of any class without an identifier of a public scheme.
    """

    things: dict[str, int]
    links: dict[str, int]
    sources: int
    undated: int
    undescribed: int
    unidentified: int
    thing_count: int

    @property
    def link_count(self) -> int:
        """All links."""
        return sum(self.links.values())


def status(reader: Reader) -> Status:
    """Return the figures of a store."""
    known = vocabulary()
    index = reader.index

    def number(text: str) -> int:
        return int(next(index.rows(text))["n"].value)

    kinds = {r["kind"].value.removeprefix(ML): int(r["n"].value) for r in index.rows(_CLASSES)}
    things = {k: n for k, n in kinds.items() if k in known.classes and known.is_a(k, "Entity")}
    relations = {r["relation"].value.removeprefix(ML): int(r["n"].value) for r in index.rows(_RELATIONS)}
    count = number(_THINGS)
    by_number = sorted(things.items(), key=lambda kn: (-kn[1], kn[0]))
    return Status(
        things=dict(by_number),
        links=dict(sorted(relations.items(), key=lambda rn: (-rn[1], rn[0]))),
        sources=len(index.built.sums) - len(index.damaged),
        undated=number(_UNDATED),
        undescribed=number(_UNRESOLVED),
        unidentified=count - number(_IDENTIFIED),
        thing_count=count,
    )
