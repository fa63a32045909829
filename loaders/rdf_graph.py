"""What an RDF file says, asked thing by thing: classes by the file's own hierarchy, and IRIs for blank nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from ..ontology.convert import RDF
from ..ontology.model import ID, ML
from ..ontology.vocabulary import vocabulary
from .rdf_index import Index, Row, Term
from .rdf_terms import CLASSES, FIELDS, GENERIC, NAMED, NAMES, PARTS, RELATIONS, USED, short

TYPE: Final = RDF + "type"
_SUBCLASS: Final = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
_SUBPROPERTY: Final = "http://www.w3.org/2000/01/rdf-schema#subPropertyOf"
_FIRST, _REST, _NIL = RDF + "first", RDF + "rest", RDF + "nil"
_DEEPEST_BLANK: Final = 4
_HIGHEST: Final = 8
_MOST_BLANK: Final = 1_000


class Graph:
    """The statements of one file, with what they are in our terms."""

    def __init__(self, index: Index, source_id: str) -> None:
        self._index, self._source_id = index, source_id
        self._vocabulary = vocabulary()
        self._typed = frozenset(self._vocabulary.entity_classes())
        self.rows = lru_cache(maxsize=4_096)(index.rows)
        self.types = lru_cache(maxsize=200_000)(self._types)
        self.class_of = lru_cache(maxsize=200_000)(self._class_of)
        self.known_class = lru_cache(maxsize=4_096)(self._known_class)
        self.known_predicate = lru_cache(maxsize=4_096)(self._known_predicate)
        #: What finds the IRI of a country, ``""`` where it is not recognized; given by the reader of things.
        self.find_country: Callable[[str], str] = lambda node: ""
        self._country = lru_cache(maxsize=4_096)(lambda node: self.find_country(node))
        self._blank = lru_cache(maxsize=200_000)(self._blank_hash)
        self._inside = lru_cache(maxsize=200_000)(self._inside_hash)

    def values(self, subject: str, *predicates: str) -> list[Term]:
        """Return the objects of a subject's statements with predicates that are given short, as ``org:member``."""
        return [term for predicate, term in self.rows(subject) if self.known_predicate(predicate) in predicates]

    def first(self, term: Term) -> dict[str, Term]:
        """Return what is said of a node by predicate, of several values the first."""
        found: dict[str, Term] = {}
        if term.kind != "l":
            for predicate, value in self.rows(term.value):
                found.setdefault(predicate, value)
        return found

    def incoming(self, thing: str) -> list[tuple[str, str]]:
        """Return statements whose object is a thing, as (subject, predicate given short)."""
        return [(s, self.known_predicate(p)) for s, p in self._index.incoming(thing)]

    def _types(self, subject: str) -> tuple[str, ...]:
        """Return the types of a subject as the mapping knows them, or as they are, short; none that says nothing."""
        found = [self.known_class(t.value) for p, t in self.rows(subject) if p == TYPE and t.kind == "i"]
        return tuple(dict.fromkeys(type_ for type_ in found if type_ not in GENERIC))

    def is_part(self, subject: str) -> bool:
        """Say whether a node is a record or a part of another, not a thing."""
        return any(type_ in PARTS for type_ in self.types(subject)) or self._is_list(subject)

    def members(self, term: Term) -> list[Term]:
        """Return the members of a list, in order, or the term itself if it is none."""
        if not self._is_list(term.value):
            return [term]
        found: list[Term] = []
        node, seen = term.value, {_NIL}
        while node not in seen:
            seen.add(node)
            said = self.first(Term("b", node))
            found += [said[_FIRST]] if _FIRST in said else []
            node = said[_REST].value if _REST in said else _NIL
        return found

    def _is_list(self, node: str) -> bool:
        return node == _NIL or (node.startswith("_:") and any(p == _FIRST for p, _ in self.rows(node)))

    def is_own(self, subject: str) -> bool:
        """Say whether a thing is described in our own terms."""
        return any(p == TYPE and t.value.startswith(ML) for p, t in self.rows(subject))

    def iri(self, node: str) -> str:
        """Return the IRI of a node: a country has that of all sources, a blank one what the file says of it makes."""
        type_ = self.class_of(node)
        if type_ == "Country" and (known := self._country(node)):
            return known
        if not node.startswith("_:"):
            return node
        kind = self._vocabulary.kind(type_) if type_ else "node"
        return f"{ID}{kind}/{self._source_id}-blank-{self._blank(node)}"

    def key(self, node: str) -> str:
        """Return what stands for a node in hashes and locators, the same on every reading."""
        return f"_:{self._blank(node)}" if node.startswith("_:") else node

    def _class_of(self, node: str) -> str:
        """Return our class of a thing by its types, else by the statements about it; ``""`` where nothing tells."""
        best = ""
        for type_ in self.types(node):
            ours = type_.removeprefix("ml:") if type_.startswith("ml:") else CLASSES.get(type_, "")
            if ours in self._typed and (not best or self._vocabulary.is_a(ours, best)):
                best = ours
        if best or self.types(node) or self.is_part(node):
            return best
        for predicate, _ in self.rows(node):
            mapped = RELATIONS.get(self.known_predicate(predicate))
            if mapped is not None and mapped.subject:
                return mapped.subject
        for _, predicate in self.incoming(node):
            mapped = RELATIONS.get(predicate)
            if named := NAMED.get(predicate, mapped.object if mapped is not None else ""):
                return named
        return ""

    def _known_class(self, iri: str) -> str:
        return self._nearest(
            iri, _SUBCLASS, lambda s: s in CLASSES or s in PARTS or s in GENERIC or s.startswith("ml:")
        )

    def _known_predicate(self, iri: str) -> str:
        return self._nearest(
            iri,
            _SUBPROPERTY,
            lambda s: s in RELATIONS or s in NAMES or s in FIELDS or s in USED or s.startswith("ml:"),
        )

    def _nearest(self, iri: str, above: str, known: Callable[[str], bool]) -> str:
        """Return a term, or the nearest term above it that the mapping knows, short."""
        level, seen = [iri], {iri}
        for _ in range(_HIGHEST):
            for term in level:
                if known(short(term)):
                    return short(term)
            level = [t.value for term in level for p, t in self.rows(term) if p == above and t.kind == "i"]
            level = [term for term in dict.fromkeys(level) if term not in seen]
            seen.update(level)
        return short(iri)

    def _blank_hash(self, node: str) -> str:
        parts = [self._inside(node, _DEEPEST_BLANK)]
        for subject, predicate in self._index.incoming(node, _MOST_BLANK):
            parts.append(f"{self._outer(subject)} {predicate}")
        return _digest(parts)

    def _outer(self, subject: str) -> str:
        return self._inside(subject, _DEEPEST_BLANK - 1) if subject.startswith("_:") else subject

    def _inside_hash(self, node: str, depth: int) -> str:
        """Return a hash of what is said of a blank node, and of the blank nodes in it down to a depth."""
        if not depth:
            return "_:"
        return _digest([f"{predicate} {self._said(term, depth)}" for predicate, term in self.rows(node)])

    def _said(self, term: Term, depth: int) -> str:
        return self._inside(term.value, depth - 1) if term.kind == "b" else "\x1e".join(term)


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\x1f".join(sorted(parts)).encode()).hexdigest()[:16]


__all__ = ["TYPE", "Graph", "Row"]
