"""What is said of a thing, in a fixed order and in groups that can be counted, chosen and paged.

The order depends on nothing but the data, so that ``?page=2`` is the same in every language and every format: the
links by relation as the ontology lists them, outgoing before incoming; then links that name the thing as a qualifier;
then what a document is evidence for; then where the thing is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from ...graph.reading import Reader
from ...ontology.convert import PREFIXES, PUBLISHER, QUALIFIERS
from ...ontology.model import ML
from ...ontology.vocabulary import vocabulary

#: How many links and pieces of evidence one page has, in HTML and in data alike.
SIZE = 200
#: How many links and pieces of evidence are kept, of things that are read page by page or in several formats.
_KEPT = 500_000
#: From so many links on one side on they are not told apart by relation, and so much evidence is not put into the
#: order of the document, since either takes a look at each.
MANY = 100_000

Kind = Literal["out", "in", "both", "qualifier", "published", "statements", "discussed", "mentions", "named"]


@dataclass(frozen=True, slots=True)
class Group:
    """Links or nodes that say one kind of thing.

    ``key`` is the group in an address (``funds``, ``^funds`` for the links that come in). ``members`` are IRIs: of
    links, of documents (``published``), or of evidence and references. ``others`` are, for links, the other ends.
    """

    key: str
    kind: Kind
    term: str
    members: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What one page has of a group."""

    group: Group
    members: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether the page has all of the group."""
        return len(self.members) == len(self.group.members)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of what is said of a thing: ``first`` and ``last`` count from 1; ``only`` is the group chosen."""

    parts: tuple[Part, ...]
    number: int
    pages: int
    first: int
    last: int
    total: int
    only: str


_OUT = "SELECT ?me ?link ?relation ?other { ?link ml:source ?me ; ml:relation ?relation ; ml:target ?other }"
_IN = "SELECT ?me ?link ?relation ?other { ?link ml:target ?me ; ml:relation ?relation ; ml:source ?other }"
_CITED = "SELECT ?me ?node ?locator { ?node ml:document ?me OPTIONAL { ?node ml:locator ?locator } }"
_NAMED = """SELECT ?me ?node ?document ?locator {
  ?me ml:evidence ?node . ?node ml:document ?document ; ml:locator ?locator }"""

_HEADINGS = {
    "^publisher": ("Documents that it issued", "Documents publiés"),
    "^document": ("Evidence: what this document says of others", "Preuves : ce que dit ce document"),
    "^named": ("Things that this document names", "Choses que nomme ce document"),
    "^discussedIn": ("Links of which this document says more", "Liens dont ce document dit davantage"),
    "evidence": ("Where it is named", "Où le nom figure"),
    "from": ("All links from it", "Tous les liens qui en partent"),
    "to": ("All links to it", "Tous les liens qui y mènent"),
}

_kept: WeakKeyDictionary[Reader, dict[str, tuple[Group, ...]]] = WeakKeyDictionary()


def groups(reader: Reader, iri: str) -> tuple[Group, ...]:
    """Return all that is said of a thing by links and evidence; groups without members are left out."""
    kept = _kept.setdefault(reader, {})
    if iri not in kept:
        found = tuple(g for g in _groups(reader, iri) if g.members)
        if sum(len(g.members) for there in (*kept.values(), found) for g in there) > _KEPT:
            kept.clear()
        kept[iri] = found
    return kept[iri]


def leaf(found: Sequence[Group], number: int, only: str = "") -> Leaf | None:
    """Return one page of some groups, or of the one called ``only``; ``None`` where there is no such page or group."""
    chosen = [g for g in found if g.key == only] if only else list(found)
    total = sum(len(g.members) for g in chosen)
    pages = max(1, -(-total // SIZE))
    if number > pages or (only and not chosen):
        return None
    begin, end = (number - 1) * SIZE, min(number * SIZE, total)
    parts, at = [], 0
    for group in chosen:
        members = group.members[max(0, begin - at) : max(0, end - at)]
        if members:
            parts.append(Part(group, members))
        at += len(group.members)
    return Leaf(tuple(parts), number, pages, min(begin + 1, total), end, total, only)


def title(group: Group, lang: str) -> str:
    """Return the heading of a group."""
    french = lang == "fr"
    words = vocabulary()
    if group.key in _HEADINGS:
        return _HEADINGS[group.key][french]
    if group.kind == "qualifier":
        label = words.label(group.term, lang)
        return f"Liens où c’est « {label} »" if french else f"Links with this as “{label}”"
    if group.term not in words.relations:
        return group.term
    text = words.inverse_label(group.term, lang) if group.kind == "in" else words.label(group.term, lang)
    return text[:1].upper() + text[1:]


def rows(reader: Reader, text: str, iri: str) -> Iterator[Any]:
    """Yield the solutions of a query about one thing, ``?me``, over the union of all sources."""
    me: dict[ox.Variable, Any] = {ox.Variable("me"): ox.NamedNode(iri)}
    found: Any = reader.index.db.query(text, prefixes=PREFIXES, substitutions=me)
    yield from found


def _groups(reader: Reader, iri: str) -> Iterator[Group]:
    yield from _links(reader, iri)
    for local, form in QUALIFIERS.values():
        if form == "thing":
            yield Group(f"^{local}", "qualifier", local, _ordered(_subjects(reader, ML + local, iri)))
    yield Group("^publisher", "published", "publisher", _ordered(_subjects(reader, PUBLISHER.value, iri)))
    places: dict[str, list[tuple[Any, str]]] = {"^document": [], "^named": [], "^discussedIn": []}
    for node, place in _cited(reader, iri):
        places[_use(node)].append((place, node))
    kinds: dict[str, Kind] = {"^document": "statements", "^named": "mentions", "^discussedIn": "discussed"}
    for key, kind in kinds.items():
        yield Group(key, kind, key.lstrip("^"), tuple(node for _, node in sorted(places[key])))
    named = ((r["document"].value, _place(r["locator"]), r["node"].value) for r in rows(reader, _NAMED, iri))
    yield Group("evidence", "named", "evidence", tuple(dict.fromkeys(node for *_, node in sorted(named))))


def _links(reader: Reader, iri: str) -> Iterator[Group]:
    sides = {"from": (ML + "source", _OUT), "to": (ML + "target", _IN)}
    found: dict[str, dict[str, dict[str, str]]] = {}
    for side, (predicate, text) in sides.items():
        links = _subjects(reader, predicate, iri)
        if len(links) > MANY:
            yield Group(side, "qualifier", side, tuple(sorted(links)))
            found[side] = {}
        else:
            found[side] = _by_relation(reader, text, iri)
    known = vocabulary().relations
    for relation in [*known, *sorted({*found["from"], *found["to"]} - known.keys())]:
        there, back = found["from"].get(relation, {}), found["to"].get(relation, {})
        if relation in known and known[relation].symmetric:
            yield Group(relation, "both", relation, *_members(there | back))
        else:
            yield Group(relation, "out", relation, *_members(there))
            yield Group(f"^{relation}", "in", relation, *_members(back))


def _subjects(reader: Reader, predicate: str, iri: str) -> set[str]:
    """Return the IRIs of all that say one thing of another in the union."""
    node, default = ox.NamedNode(iri), ox.DefaultGraph()
    found: Any = reader.index.db.quads_for_pattern(None, ox.NamedNode(predicate), node, default)
    return {quad.subject.value for quad in found}


def _cited(reader: Reader, iri: str) -> Iterator[tuple[str, Any]]:
    """Yield the evidence and references that cite a document, with a key to put them into its order."""
    nodes = _subjects(reader, ML + "document", iri)
    if len(nodes) > MANY:
        yield from ((node, ()) for node in nodes)
    else:
        places = {r["node"].value: _place(r["locator"]) for r in rows(reader, _CITED, iri)}
        yield from places.items()


def _use(node: str) -> str:
    """Return the group of a node, by its IRI (``ontology/convert.py``): the evidence of a thing names its source."""
    if re.search(r"/discussed/\d+$", node):
        return "^discussedIn"
    return "^document" if re.search(r"/evidence/\d+$", node) else "^named"


def _by_relation(reader: Reader, text: str, iri: str) -> dict[str, dict[str, str]]:
    """Return the links of a thing on one side: by relation, the other end by link."""
    found: dict[str, dict[str, str]] = {}
    for row in rows(reader, text, iri):
        relation = row["relation"].value.rpartition("#")[2]
        found.setdefault(relation, {})[row["link"].value] = row["other"].value
    return found


def _members(others: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    order = sorted(others, key=natural)
    return tuple(order), tuple(others[link] for link in order)


def _ordered(iris: set[str]) -> tuple[str, ...]:
    return tuple(sorted(iris, key=natural))


def _place(locator: Any) -> tuple[tuple[str, int, str], ...]:
    return natural(locator.value if locator is not None else "")


def natural(text: str) -> tuple[tuple[str, int, str], ...]:
    """Return a key that sorts ``5(d)`` before ``12``, and ``…/r9`` before ``…/r10``.

    >>> sorted(["12", "5(d)", "5(b)", "footnote 1"], key=natural)
    ['5(b)', '5(d)', '12', 'footnote 1']
    """
    parts = re.findall(r"([^0-9]*)([0-9]*)", text)
    return tuple((words, int(digits[:18] or -1), digits) for words, digits in parts if words or digits)
