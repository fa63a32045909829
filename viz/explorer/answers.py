"""Asking a question for a page. These functions run in another process, on the opened graph.

What goes wrong is an answer too, not an exception: an :class:`Asked` with problems, which go back between processes
as they are, each with the field that it is about and with the things that may have been meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ...graph.reading import Reader
from ...graph.resolve import resolve
from ...graph.selection import BadSelection, period
from ...ontology.convert import PREFIXES
from ...ontology.errors import AmbiguousName, BadParameter, MultilateralError, UnknownEntity
from ...queries.binding import bind
from ...queries.catalogue import Question, catalogue
from ...queries.engines import Value, term
from ...queries.runner import Answer, Row, run
from ...queries.values import check
from . import files
from .lookup import Candidate, candidate, candidates

if TYPE_CHECKING:
    from ...knowledge import KnowledgeGraph

Reason = Literal["required", "ambiguous", "unknown", "kind", "date", "other", "nothing"]
_NEAR = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a question cannot be asked: ``parameter`` is the field, ``sentence`` says it where no reason does."""

    reason: Reason
    parameter: str = ""
    given: str = ""
    meant: tuple[Candidate, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page shows of an answer: some of its rows, how many there are, the things given, and the SPARQL text."""

    problems: tuple[Problem, ...] = ()
    rows: list[Row] = field(default_factory=list)
    total: int = 0
    links: bool = False
    given: Mapping[str, Candidate] = field(default_factory=dict)
    sparql: str = ""
    text: str = ""


def ask(graph: KnowledgeGraph, name: str, given: dict[str, str], lang: str, first: int, most: int) -> Asked:
    """Return some rows of an answer, or the problems."""
    reader, question = graph.reader, catalogue()[name]
    answer = _answer(reader, question, given, lang)
    if isinstance(answer, tuple):
        return Asked(answer, given=_things(reader, question, given, lang))
    return Asked(
        rows=answer.rows[first : first + most],
        total=len(answer.rows),
        links=any(row.get("link") for row in answer.rows),
        given=_things(reader, question, given, lang),
        sparql=_bound(question, answer.values),
    )


def write(graph: KnowledgeGraph, name: str, given: dict[str, str], lang: str, form: str) -> Asked:
    """Return a whole answer as the text of a file: ``csv``, ``json``, ``sparql`` or ``map``; or the problems."""
    reader, question = graph.reader, catalogue()[name]
    if form == "sparql":
        values = _checked(reader, question, given, lang)
        return Asked(values) if isinstance(values, tuple) else Asked(text=_bound(question, values))
    answer = _answer(reader, question, given, lang)
    if isinstance(answer, tuple):
        return Asked(answer)
    if form != "map":
        return Asked(text=files.WRITERS[form]([c.name for c in answer.columns], answer.rows))
    links = {str(row["link"]) for row in answer.rows if row.get("link")}
    if not links:
        return Asked((Problem("nothing"),))
    things = _things(reader, question, given, lang).values()
    title = " · ".join([question.title[lang], *(thing.name for thing in things)])
    return Asked(text=graph.map(only=links, title=title, lang=lang).html)


def example(graph: KnowledgeGraph, name: str, lang: str) -> dict[str, str] | None:
    """Return the sample values of a question, things by their keys, if the graph holds what they name."""
    reader, question = graph.reader, catalogue()[name]
    if not question.example or isinstance(_checked(reader, question, dict(question.example), lang), tuple):
        return None
    things = _things(reader, question, dict(question.example), lang)
    return {k: things[k].key if k in things else str(v) for k, v in question.example.items()}


def sample(graph: KnowledgeGraph, name: str, lang: str) -> str:
    """Return the SPARQL text of a question with its sample values, or with none where the graph lacks their things."""
    question = catalogue()[name]
    values = _checked(graph.reader, question, dict(question.example), lang)
    return _bound(question, {} if isinstance(values, tuple) else values)


def _answer(reader: Reader, question: Question, given: dict[str, str], lang: str) -> Answer | tuple[Problem, ...]:
    values = _checked(reader, question, given, lang)
    if isinstance(values, tuple):
        return values
    try:
        return run(reader, question.name, given, lang=lang)
    except MultilateralError as error:
        return (Problem("other", sentence=str(error)),)


def _checked(
    reader: Reader, question: Question, given: dict[str, str], lang: str
) -> dict[str, Value] | tuple[Problem, ...]:
    """Return the values of the parameters, or a problem for each field that is wrong."""
    problems = tuple(_problems(reader, question, given, lang))
    if problems:
        return problems
    try:
        return check(reader, question, given, lang)
    except BadParameter as error:
        return (Problem("other", sentence=str(error)),)


def _problems(reader: Reader, question: Question, given: Mapping[str, str], lang: str) -> Iterable[Problem]:
    for parameter in question.parameters:
        text = given.get(parameter.name, "")
        if not text:
            if parameter.required:
                yield Problem("required", parameter.name)
        elif parameter.type == "date":
            try:
                period(text)
            except BadSelection:
                yield Problem("date", parameter.name, text)
        elif parameter.type == "entity":
            wanted = parameter.values_from
            try:
                resolve(reader, text, classes=wanted, lang=lang)
            except AmbiguousName:
                meant = candidates(reader, reader.names.exact(text), wanted, lang)
                yield Problem("ambiguous", parameter.name, text, tuple(meant))
            except UnknownEntity:
                yield _unknown(reader, parameter.name, text, wanted, lang)


def _unknown(reader: Reader, parameter: str, text: str, wanted: tuple[str, ...], lang: str) -> Problem:
    try:
        other = resolve(reader, text, lang=lang)
    except (UnknownEntity, AmbiguousName):
        hits = reader.names.find(text, 50) if text.isprintable() else []
        near = candidates(reader, (h for h in hits if h.score > 0.25), wanted, lang)
        return Problem("unknown", parameter, text, tuple(near[:_NEAR]))
    return Problem("kind", parameter, text, (candidate(reader, other, lang),))


def _things(reader: Reader, question: Question, given: Mapping[str, str], lang: str) -> dict[str, Candidate]:
    """Return the things that the values given stand for, where they stand for one."""
    found = {}
    for parameter in question.parameters:
        if parameter.type == "entity" and (text := given.get(parameter.name)):
            try:
                iri = resolve(reader, text, classes=parameter.values_from, lang=lang)
            except (UnknownEntity, AmbiguousName):
                continue  # told by _problems
            found[parameter.name] = candidate(reader, iri, lang)
    return found


def _bound(question: Question, values: Mapping[str, Value]) -> str:
    """Return the SPARQL text with its values, and with the prefixes that it uses, as it runs anywhere."""
    terms = {p.name: term(p, v) for p in question.parameters if (v := values.get(p.name)) is not None}
    text = bind(question.sparql, terms)
    used = [f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items() if re.search(rf"\b{name}:(?!//)", text)]
    return "\n".join([*used, text.strip(), ""])
