"""The links of a table of projects: who pays for each, who carries it out, where, and what it is about."""

from __future__ import annotations

import re

from ..ontology.vocabulary import vocabulary
from .mapping_column import Column
from .mapping_parts import word_of
from .mapping_plan import Between, Guess, Part
from .mapping_words import DOES, GIVES, PARTNERS, RECEIVES, UNDERTAKINGS, told
from .registry_countries import by_name

#: The names of which a class is written by name; more would make the mapping unreadable.
_MOST = 80
_REGION = re.compile(
    r"\b(global|world\w*|monde|mondial\w*|r[eé]gion\w*|multi\w*|inter-?r[eé]gional\w*|africa|afrique|asia|asie|europe|"
    r"america|am[eé]rique|latin\w*|caribbean|cara[iï]bes|pacific|pacifique|sahel|maghreb|middle east|moyen-orient|"
    r"balkans|all countries|tous)\b", re.I,
)  # fmt: skip


def links_of_project(project: Guess, entities: list[Guess]) -> list[Between]:
    """Return the links between a project and the other things of its row, who pays first.

    Cells that name several are divided, and countries among those who pay or do are countries.
    """
    others = [e for e in entities if e is not project]
    relations = {id(e): _relation(e, others) for e in others}
    links: list[Between] = []
    for other in others:
        relation = relations[id(other)]
        if relation is None:
            continue
        _divide(other)
        away = relation in ("covers", "concerns", "partOf")
        source, target = (project, other) if away and other.type != "Document" else (other, project)
        if vocabulary().admits(relation, source.type, target.type):
            links.append(Between(source, relation, target))
    order = ("funds", "implements")
    links.sort(key=lambda link: order.index(link.relation) if link.relation in order else len(order))
    return links


def _relation(thing: Guess, others: list[Guess]) -> str | None:
    """Return what a thing of the row is to the project."""
    known = vocabulary()
    if thing.classes is not None and not thing.classes.values:  # a column of classes, which must be those of bodies
        given = {word_of(text, "class") for text in thing.classes.column.known}
        if not all(type_ and known.is_a(type_, "Organization") for type_ in given):
            return None
    if thing.type == "Fund" or ((thing.gives or told(thing.words, GIVES)) and not told(thing.words, RECEIVES)):
        return "funds"
    partner = told(thing.words, PARTNERS) and not told(thing.words, frozenset({"country", "countrie", "pays"}))
    if thing.type == "Country" and not partner and not told(thing.words, DOES - PARTNERS):
        return "covers"  # a partner country is where the project is
    if thing.type == "Country" or known.is_a(thing.type, "Organization"):
        if told(thing.words, RECEIVES):
            return "beneficiaryOf"
        if told(thing.words, DOES - PARTNERS):
            return "implements"
        doing = any(told(e.words, DOES - PARTNERS) and not told(e.words, GIVES) for e in others if e is not thing)
        return "participatesIn" if doing else "implements"
    return {
        "Place": "covers", "Topic": "concerns", "Document": "concerns", **dict.fromkeys(UNDERTAKINGS, "partOf"),
    }.get(thing.type)  # fmt: skip


def _divide(thing: Guess) -> None:
    """Say by which sign the cells of a thing are divided, and which of its names are countries."""
    names = [part for key, part in thing.parts.items() if key.startswith("name")]
    if len(names) != 1 or thing.parts.keys() & {"key", "iso"}:
        return
    (name,) = names
    if name.split is None:
        name.split = name.column.divided() or ""
    if vocabulary().is_a(thing.type, "Organization") and thing.classes is None:
        thing.classes = _countries_among(name.column, name.split)
    elif thing.type == "Country" and thing.gives:  # a body that gives, and no country that nobody knows
        values = {t: "Organization" for t in name.column.parts(name.split) if by_name(t) is None}
        thing.classes = Part(name.column, values=values, split=name.split) if 0 < len(values) <= _MOST else None
    elif thing.type == "Country":
        regions = {t: "Place" for t in name.column.parts(name.split) if by_name(t) is None and _REGION.search(t)}
        values = regions | (thing.classes.values if thing.classes else {})
        if 0 < len(values) <= _MOST:
            thing.classes = Part(name.column, values=values, split=name.split)


def _countries_among(column: Column, sign: str | None) -> Part | None:
    """Return a class by name where a column of bodies holds countries too: who gives may be either."""
    found = {text: "Country" for text in column.parts(sign) if by_name(text) is not None}
    return Part(column, values=found, split=sign) if 0 < len(found) <= _MOST else None
