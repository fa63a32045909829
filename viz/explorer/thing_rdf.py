"""What there is of a thing as RDF: its own statements, its links whole with evidence, and the names of what they name.

The IRIs are those of the data. Beside them stands a description of the document itself, under its address at this
service: what it is about, from which sources, and, where it is one page of several, what is left out and where that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pyoxigraph as ox

from ...graph.reading import Reader
from ...ontology import convert
from ...ontology.convert import DCTERMS, FOAF, PREFIXES
from ...ontology.model import ID, ML, source_iri
from ...ontology.vocabulary import vocabulary
from ...queries.endpoint.describe import VOID
from .thing_groups import Group, Leaf
from .thing_rows import NODES, Teller

HYDRA: Final = "http://www.w3.org/ns/hydra/core#"
_RDFS = PREFIXES["rdfs"]
FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_DEFAULT = ox.DefaultGraph()
_BRIEF = {
    convert.TYPE.value, convert.PREF.value, convert.IDENTIFIER.value, convert.ISSUED.value, convert.HOMEPAGE.value,
    convert.NOTATION.value, ML + "acronym",
}  # fmt: skip
_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")


class Gathered:
    """Triples of the union, each once, subject by subject in the order in which they were asked for."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self._db = reader, reader.index.db
        self._found: dict[ox.Triple, None] = {}
        self.named: dict[str, None] = {}
        self.sources: set[str] = set()
        self._relations = {ML + name for name in vocabulary().relations}

    def __iter__(self) -> Iterator[ox.Triple]:
        return iter(self._found)

    def add(self, subject: Any, predicate: str, value: Any) -> None:
        """Add a triple."""
        self._found[ox.Triple(subject, ox.NamedNode(predicate), value)] = None

    def about(self, iri: str, *, relations: bool = True, nodes: bool = True) -> None:
        """Add all statements of a subject, and of its evidence and other nodes.

        Without ``relations`` direct triples to other things are left out, without ``nodes`` its evidence.
        """
        below = []
        statements = self._db.quads_for_pattern(ox.NamedNode(iri), None, None, _DEFAULT)
        for quad in sorted(statements, key=lambda q: (q.predicate != convert.TYPE, q.predicate.value, str(q.object))):
            predicate = quad.predicate.value
            if not relations and predicate in self._relations:
                continue
            if predicate == ML + "evidence" and not nodes:
                continue
            self._found[quad.triple] = None
            if isinstance(quad.object, ox.NamedNode):
                if predicate in NODES:
                    below.append(quad.object.value)
                elif predicate != convert.TYPE.value and predicate != ML + "relation":
                    self.named[quad.object.value] = None
        for node in below:
            self.about(node)

    def link(self, iri: str, teller: Teller) -> None:
        """Add a link whole, and the direct triple beside it, where it is a fact."""
        self.about(iri)
        self.sources.update(teller.sources_of(iri, "Link"))
        me = ox.NamedNode(iri)
        ends = {
            part: quad.object
            for part in ("source", "relation", "target")
            for quad in self._db.quads_for_pattern(me, ox.NamedNode(ML + part), None, _DEFAULT)
        }
        direct = ox.Quad(ends["source"], ends["relation"], ends["target"])  # type: ignore[arg-type]
        if direct in self._db:
            self._found[direct.triple] = None

    def names(self, but: str = "") -> None:
        """Add class, names and identifiers of everything that was named, and its dates if it is a document."""
        for iri in self.named:
            if iri != but:
                for quad in self._db.quads_for_pattern(ox.NamedNode(iri), None, None, _DEFAULT):
                    if quad.predicate.value in _BRIEF:
                        self._found[quad.triple] = None

    def described_sources(self) -> None:
        """Add what each source says of itself: title, licence, version."""
        for source_id in sorted(self.sources):
            self.about(source_iri(source_id))


def thing_triples(reader: Reader, iri: str, leaf: Leaf, document: str) -> Gathered:
    """Return the triples of one page of a thing."""
    found, teller = Gathered(reader), Teller(reader, "en")
    document_of(found, iri, leaf, document)
    found.about(iri, relations=False, nodes=False)
    found.sources.update(teller.sources_of(iri))
    for part in leaf.parts:
        for member in part.members:
            _member(found, teller, iri, part.group, member)
    _closed(found, iri, document)
    return found


def _member(found: Gathered, teller: Teller, iri: str, group: Group, member: str) -> None:
    if group.kind in ("out", "in", "both", "qualifier"):
        found.link(member, teller)
    elif group.kind == "published":
        found.add(ox.NamedNode(member), convert.PUBLISHER.value, ox.NamedNode(iri))
        found.named[member] = None
    else:
        found.about(member)
        predicate = ML + ("discussedIn" if group.kind == "discussed" else "evidence")
        for owner in teller.owners(member):
            if teller.is_link(owner):
                found.link(owner, teller)
            else:
                found.add(ox.NamedNode(owner), predicate, ox.NamedNode(member))
                found.named[owner] = None


def node_triples(reader: Reader, iri: str, document: str) -> Gathered:
    """Return the triples of a link, or of a node with what it belongs to."""
    found, teller = Gathered(reader), Teller(reader, "en")
    document_of(found, iri, None, document)
    if teller.is_link(iri):
        found.link(iri, teller)
    else:
        found.about(iri)
        for owner, predicate in teller.ties(iri):
            if teller.is_link(owner):
                found.link(owner, teller)
            else:
                found.add(ox.NamedNode(owner), predicate, ox.NamedNode(iri))
                found.named[owner] = None
                found.sources.update(teller.sources_of(owner))
    _closed(found, iri, document)
    return found


def source_triples(reader: Reader, iri: str, counts: dict[str, int], document: str) -> Gathered:
    """Return the triples of a source: what it says of itself, and how much it holds (VoID)."""
    found, me = Gathered(reader), ox.NamedNode(iri)
    document_of(found, iri, None, document)
    found.about(iri)
    found.add(me, convert.TYPE.value, ox.NamedNode(VOID + "Dataset"))
    for name, n in sorted(counts.items()):
        part = ox.NamedNode(f"{document}#class-{name}")
        found.add(me, VOID + "classPartition", part)
        found.add(part, VOID + "class", ox.NamedNode(ML + name))
        found.add(part, VOID + "entities", ox.Literal(str(n), datatype=_INTEGER))
    return found


def decision_triples(reader: Reader, iri: str, pairs: Iterable[tuple[str, str]], leaf: Leaf, document: str) -> Gathered:
    """Return the triples of some decisions: which thing each IRI of a tied pair is recorded as."""
    found = Gathered(reader)
    document_of(found, iri, leaf, document)
    for other in sorted({end for pair in pairs for end in pair}):
        if (top := reader.canonical.get(other)) is not None:
            found.add(ox.NamedNode(top), ML + "recordedAs", ox.NamedNode(other))
            found.named[top] = None
    found.names()
    return found


def document_of(found: Gathered, iri: str, leaf: Leaf | None, document: str) -> None:
    """Describe the document: what it is about, and which part of that it has where it has not all."""
    me = ox.NamedNode(paged(document, leaf.number if leaf else 1))
    found.add(me, convert.TYPE.value, ox.NamedNode(FOAF + "Document"))
    found.add(me, FOAF + "primaryTopic", ox.NamedNode(iri))
    if leaf is None or (leaf.pages == 1 and not leaf.only):
        return
    found.add(me, convert.TYPE.value, ox.NamedNode(HYDRA + "PartialCollectionView"))
    found.add(me, _RDFS + "comment", ox.Literal(left_out(leaf), language="en"))
    found.add(me, HYDRA + "totalItems", ox.Literal(str(leaf.total), datatype=_INTEGER))
    turns = {"first": 1, "previous": leaf.number - 1, "next": leaf.number + 1, "last": leaf.pages}
    for name, number in turns.items():
        if 1 <= number <= leaf.pages:
            found.add(me, HYDRA + name, ox.NamedNode(paged(document, number)))


def left_out(leaf: Leaf) -> str:
    """Return the sentence that says which part of what is said of a thing a document has."""
    of_group = f" of the group {leaf.only}" if leaf.only else ""
    there = f"Page {leaf.number} of {leaf.pages}, with {leaf.first:,} to {leaf.last:,} of {leaf.total:,} links and"
    elsewhere = "; the others are on the pages that hydra:next leads to" if leaf.pages > 1 else ""
    groups = "; other groups are left out" if leaf.only else ""
    return f"{there} pieces of evidence{of_group}{elsewhere}{groups}. /sparql answers for all at once."


def paged(document: str, number: int) -> str:
    """Return the address of a page of a document; the first has no number."""
    if number == 1:
        return document
    return f"{document}{'&' if '?' in document else '?'}page={number}"


def _closed(found: Gathered, iri: str, document: str) -> None:
    """Add the names of all that is named, the sources, and that the document is made of them."""
    found.names(but=iri)
    found.described_sources()
    me = next(iter(found)).subject  # the description of the document comes first
    for source_id in sorted(found.sources):
        found.add(me, DCTERMS + "source", ox.NamedNode(source_iri(source_id)))


def written(triples: Iterable[ox.Triple], form: str) -> bytes:
    """Return triples as text, subject by subject, with a prefix for each vocabulary and each kind of thing in them."""
    order: dict[Any, list[ox.Triple]] = {}
    for triple in triples:
        order.setdefault(triple.subject, []).append(triple)
    flat = [t for same in order.values() for t in same]
    return ox.serialize(flat, format=FORMATS[form], prefixes=dict(_prefixes(flat))) or b""


def _prefixes(triples: list[ox.Triple]) -> Iterator[tuple[str, str]]:
    terms = {term for t in triples for term in (t.subject, t.predicate, t.object)}
    iris = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    iris |= {term.datatype.value for term in terms if isinstance(term, ox.Literal)}
    for name, beginning in {**PREFIXES, "hydra": HYDRA, "void": VOID}.items():
        if name != "id" and any(iri.startswith(beginning) for iri in iris):
            yield name, beginning
    for kind in sorted({iri.removeprefix(ID).partition("/")[0] for iri in iris if iri.startswith(ID)}):
        if re.fullmatch("[a-z]+(-[a-z]+)*", kind) and kind not in PREFIXES:
            yield kind, f"{ID}{kind}/"
