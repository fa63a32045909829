"""What answers a question: anything that runs its SPARQL or its Cypher text.

An engine gets values that were checked, and gives rows with IRIs and plain values; names of things and order are the
runner's. A further engine (Neo4j, a SPARQL service) is one of the two classes here with another callable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

import pyoxigraph as ox

from ..ontology.convert import XSD
from ..ontology.model import ML
from ..ontology.vocabulary import vocabulary
from .binding import Term, bind
from .catalogue import Parameter, Question

#: A checked value: the IRI of an entity, the local name of a class or relation, a day, a word, a number or a truth.
Value: TypeAlias = str | int | Decimal | bool | None


class Engine(Protocol):
    """What the runner needs of an engine."""

    @property
    def name(self) -> str:
        """The language that it speaks: ``sparql`` or ``cypher``."""

    def rows(self, question: Question, values: Mapping[str, Value]) -> list[dict[str, Any]]:
        """Run the question's text; ``values`` holds every parameter of it, ``None`` where it is not given."""


class SparqlEngine:
    """Runs the SPARQL text. ``select`` takes a text and yields rows as ``{variable: RDF term or None}``."""

    name = "sparql"

    def __init__(self, select: Callable[[str], Iterable[Mapping[str, Any]]]) -> None:
        self._select = select

    def rows(self, question: Question, values: Mapping[str, Value]) -> list[dict[str, Any]]:
        """Run the SPARQL text with the values as RDF terms."""
        terms = {p.name: term(p, v) for p in question.parameters if (v := values.get(p.name)) is not None}
        found = self._select(bind(question.sparql, terms))
        return [{k: None if v is None else v.value for k, v in row.items()} for row in found]


class CypherEngine:
    """Runs the Cypher text. ``run`` takes a text and parameters and returns columns and rows."""

    name = "cypher"

    def __init__(self, run: Callable[[str, dict[str, Any]], tuple[list[str], list[dict[str, Any]]]]) -> None:
        self._run = run

    def rows(self, question: Question, values: Mapping[str, Value]) -> list[dict[str, Any]]:
        """Run the Cypher text with the values as its parameters, null where there is none."""
        given = {p.name: values.get(p.name) for p in question.parameters}
        plain = {k: float(v) if isinstance(v, Decimal) else v for k, v in given.items()}
        return self._run(question.cypher, plain)[1]


def term(parameter: Parameter, value: Value) -> Term | tuple[Term, ...]:
    """Return a checked value as what a SPARQL text expects: a term; for a class, it and all its subclasses."""
    if parameter.type == "entity":
        return ox.NamedNode(str(value))
    if parameter.type == "class":
        return tuple(ox.NamedNode(ML + name) for name in vocabulary().subclasses(str(value)))
    if parameter.type == "relation":
        return ox.NamedNode(f"{ML}{value}")
    if isinstance(value, Decimal):
        return ox.Literal(format(value, "f"), datatype=ox.NamedNode(XSD + "decimal"))
    if isinstance(value, bool):
        return ox.Literal("true" if value else "false", datatype=ox.NamedNode(XSD + "boolean"))
    if isinstance(value, int):
        return ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer"))
    return ox.Literal(str(value))
