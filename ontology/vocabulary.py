"""The vocabulary as Python sees it: classes, relations, identifier schemes and code lists.

``cooperation.ttl`` is the only place where terms are defined; this module reads it once, with pyoxigraph because the
command line pays for every start, and answers from plain dictionaries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from .errors import MultilateralError
from .model import ML

TTL = Path(__file__).with_name("cooperation.ttl")

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"

# The folder of a class in the IRIs of things (contract); a subclass takes that of its nearest superclass here.
_KINDS = {
    "Organization": "organization",
    "Country": "country",
    "Programme": "programme",
    "Fund": "fund",
    "Event": "event",
    "Platform": "platform",
    "Agreement": "agreement",
    "Document": "document",
    "Person": "person",
    "Place": "place",
    "Award": "award",
    "Topic": "topic",
}

_Index: TypeAlias = dict[str, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]]


class UnknownTerm(MultilateralError):
    """Raised when a class or relation is asked for that the ontology does not define."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"The ontology has no {kind} {name!r}; use one of {', '.join(sorted(known))}.")


@dataclass(frozen=True, slots=True)
class ClassTerm:
    """A class of the ontology. ``labels`` and ``definitions`` are by language, ``parents`` our own local names.

    ``abstract`` classes group others; no thing is typed with one. Superterms in other vocabularies are not kept
    here: they are in the file, and in every store's ontology graph.
    """

    name: str
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    parents: tuple[str, ...]
    abstract: bool


@dataclass(frozen=True, slots=True)
class RelationTerm:
    """A relation that links use. ``domain`` and ``range`` are class names; a thing of a subclass is admitted too.

    ``inverse`` is the local name of the inverse and ``inverse_labels`` how to read a link from its target; a
    symmetric relation has no inverse and the same labels both ways.
    """

    name: str
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    domain: tuple[str, ...]
    range: tuple[str, ...]
    inverse: str | None
    inverse_labels: Mapping[str, str]
    symmetric: bool
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Everything that ``cooperation.ttl`` declares.

    ``schemes`` are the identifier datatypes, ``concepts`` the code lists (``"status"``, ``"certainty"``,
    ``"method"``) as notation → labels by language, ``labels`` the names of all our terms (qualifiers too), and
    ``terms`` every IRI that the file declares, of ours and of other vocabularies.
    """

    classes: Mapping[str, ClassTerm]
    relations: Mapping[str, RelationTerm]
    schemes: tuple[str, ...]
    concepts: Mapping[str, Mapping[str, Mapping[str, str]]]
    labels: Mapping[str, Mapping[str, str]]
    terms: frozenset[str]
    _ancestors: Mapping[str, tuple[str, ...]]

    def superclasses(self, name: str) -> tuple[str, ...]:
        """Return a class and its superclasses, nearest first: ``("Project", "Programme", "Activity", "Entity")``.

        Raises :class:`UnknownTerm` if the ontology has no such class.
        """
        try:
            return self._ancestors[name]
        except KeyError:
            raise UnknownTerm("class", name, self.classes) from None

    def is_a(self, name: str, ancestor: str) -> bool:
        """Say whether class ``name`` is ``ancestor`` or one of its subclasses; ``False`` for an unknown name."""
        return ancestor in self._ancestors.get(name, ())

    def subclasses(self, name: str) -> tuple[str, ...]:
        """Return a class and all its subclasses, itself first, the others in the order of the file.

        Raises :class:`UnknownTerm` if the ontology has no such class.
        """
        self.superclasses(name)
        return (name, *(c for c, ancestors in self._ancestors.items() if c != name and name in ancestors))

    def relation(self, name: str) -> RelationTerm:
        """Return a relation by its local name. Raises :class:`UnknownTerm` if there is none."""
        try:
            return self.relations[name]
        except KeyError:
            raise UnknownTerm("relation", name, self.relations) from None

    def label(self, name: str, lang: str = "en") -> str:
        """Return the label of any term of ours in ``lang``, else in English, else the local name itself."""
        labels = self.labels.get(name, {})
        return labels.get(lang) or labels.get("en") or name

    def inverse_label(self, relation: str, lang: str = "en") -> str:
        """Return how a link reads from its target: ``"funded by"``, ``"financé par"``; English where ``lang`` lacks it.

        Raises :class:`UnknownTerm` if the ontology has no such relation.
        """
        labels = self.relation(relation).inverse_labels
        return labels.get(lang) or labels["en"]

    def admits(self, relation: str, source: str, target: str) -> bool:
        """Say whether ``relation`` may join a thing of class ``source`` to one of class ``target``.

        Raises :class:`UnknownTerm` if the ontology has no such relation or class.
        """
        term = self.relation(relation)
        sources, targets = self.superclasses(source), self.superclasses(target)
        return any(c in sources for c in term.domain) and any(c in targets for c in term.range)

    def kind(self, class_name: str) -> str:
        """Return the folder of a class in IRIs: ``"organization"`` for ``"UNBody"``, ``"programme"`` for ``"Project"``.

        Raises :class:`UnknownTerm` if no thing can have the class (unknown, abstract, or not an entity).
        """
        for ancestor in self.superclasses(class_name):
            if ancestor in _KINDS:
                return _KINDS[ancestor]
        raise UnknownTerm("class of things", class_name, (c for c in self.classes if self._typed(c)))

    def entity_classes(self) -> tuple[str, ...]:
        """Return the classes that things are typed with: those below ``Entity`` that are not abstract."""
        return tuple(c for c in self.classes if self._typed(c))

    def _typed(self, name: str) -> bool:
        return self.is_a(name, "Entity") and not self.classes[name].abstract


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary, read from ``cooperation.ttl`` the first time."""
    triples, types = _read(TTL)
    ours = {name: props for iri, props in triples.items() if (name := _local(iri)) and _RDF + "type" in props}
    classes = {name: _class(name, props) for name, props in ours.items() if _OWL + "Class" in types[ML + name]}
    relations = {n: _relation(n, p, ours, triples) for n, p in ours.items() if ML + "Relation" in types[ML + n]}
    concepts: dict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
    for props in ours.values():
        for scheme in _locals(props.get(_SKOS + "inScheme", ())):
            for notation in props[_SKOS + "notation"]:
                concepts[scheme.removesuffix("Scheme").lower()][notation.value] = _texts(props, _RDFS + "label")
    return Vocabulary(
        classes=classes,
        relations=relations,
        schemes=tuple(n for n in ours if _RDFS + "Datatype" in types[ML + n]),
        concepts=dict(concepts),
        labels={name: _texts(props, _RDFS + "label") for name, props in ours.items()},
        terms=frozenset(iri for iri, props in triples.items() if _RDF + "type" in props and not iri.startswith("_:")),
        _ancestors={name: _ancestry(name, classes) for name in classes},
    )


def _read(path: Path) -> tuple[_Index, dict[str, set[str]]]:
    """Return subject → predicate → objects, in the order of the file, and the types of each subject."""
    triples: _Index = defaultdict(lambda: defaultdict(list))
    types: dict[str, set[str]] = defaultdict(set)
    for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
        subject, predicate, obj = quad.triple
        if isinstance(subject, ox.Triple) or isinstance(obj, ox.Triple):
            continue  # RDF 1.2 triple terms: the file has none, the parser could return them
        key = _key(subject)
        triples[key][predicate.value].append(obj)
        if predicate.value == _RDF + "type":
            types[key].add(_key(obj))
    return triples, types


def _key(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value


def _local(iri: str) -> str:
    return iri[len(ML) :] if iri.startswith(ML) else ""


def _locals(terms: Iterable[ox.NamedNode | ox.BlankNode | ox.Literal]) -> tuple[str, ...]:
    """Return the local names of those terms that are ours."""
    return tuple(name for term in terms if isinstance(term, ox.NamedNode) and (name := _local(term.value)))


def _texts(props: Mapping[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]], predicate: str) -> dict[str, str]:
    return {o.language or "": o.value for o in props.get(predicate, ()) if isinstance(o, ox.Literal)}


def _class(name: str, props: Mapping[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]) -> ClassTerm:
    return ClassTerm(
        name=name,
        labels=_texts(props, _RDFS + "label"),
        definitions=_texts(props, _SKOS + "definition"),
        parents=_locals(props.get(_RDFS + "subClassOf", ())),
        abstract=ML + "abstract" in props,
    )


def _relation(
    name: str,
    props: Mapping[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]],
    ours: Mapping[str, Mapping[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]],
    triples: _Index,
) -> RelationTerm:
    labels = _texts(props, _RDFS + "label")
    symmetric = any(o.value == _OWL + "SymmetricProperty" for o in props[_RDF + "type"])
    inverse = next(iter(_locals(props.get(_OWL + "inverseOf", ()))), None)
    return RelationTerm(
        name=name,
        labels=labels,
        definitions=_texts(props, _SKOS + "definition"),
        domain=_union(props[_RDFS + "domain"], triples),
        range=_union(props[_RDFS + "range"], triples),
        inverse=inverse,
        inverse_labels=_texts(ours[inverse], _RDFS + "label") if inverse else labels,
        symmetric=symmetric,
        parents=_locals(props.get(_RDFS + "subPropertyOf", ())),
    )


def _union(terms: Iterable[ox.NamedNode | ox.BlankNode | ox.Literal], triples: _Index) -> tuple[str, ...]:
    """Return the class names of a domain or range: a class, or an ``owl:unionOf`` list of classes."""
    names: list[str] = []
    for term in terms:
        if isinstance(term, ox.NamedNode):
            names += _locals([term])
            continue
        cell = _key(triples[_key(term)][_OWL + "unionOf"][0])
        while cell != _RDF + "nil":
            names += _locals(triples[cell][_RDF + "first"])
            cell = _key(triples[cell][_RDF + "rest"][0])
    return tuple(names)


def _ancestry(name: str, classes: Mapping[str, ClassTerm]) -> tuple[str, ...]:
    """Return a class and its ancestors breadth first, so that nearer ones come first and a common top comes last."""
    order: dict[str, int] = {}
    queue = [(name, 0)]
    for current, depth in queue:  # grows while it is read
        order[current] = max(depth, order.get(current, 0))
        queue += [(parent, depth + 1) for parent in classes[current].parents]
    return tuple(sorted(order, key=lambda c: (order[c], list(order).index(c))))
