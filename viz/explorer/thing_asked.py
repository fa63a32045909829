"""From an address to what answers there: which thing is meant, and its page, its triples or its map.

:func:`answer` runs in another process, on the opened graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pyoxigraph as ox

from ...graph.index import DECISIONS_GRAPH
from ...graph.reading import Reader, short
from ...ontology import convert
from ...ontology.model import ID, ML
from ...ontology.vocabulary import vocabulary
from . import thing_rdf as rdf
from .lookup import Candidate, candidates
from .thing_address import document
from .thing_groups import Group, Leaf, groups, leaf
from .thing_map import thing_map
from .thing_model import DecisionsView, View
from .thing_view import counted, link_view, node_view, source_view, thing_view, ties

if TYPE_CHECKING:
    from ...knowledge import KnowledgeGraph

Outcome = Literal["found", "elsewhere", "unknown", "no page", "no group", "no map"]
_NEAR = 6
_CATALOGUED = {"Link": "link", "Source": "source", "Evidence": "node", "Reference": "node"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for.

    ``readings`` are the IRIs that its path may mean, the likeliest first, each with the format that its ending names
    (``""`` where it names none). ``form`` is the format chosen otherwise. ``service`` is the address of the service.
    """

    readings: tuple[tuple[str, str], ...]
    form: str
    lang: str
    page: int
    only: str
    service: str


@dataclass(frozen=True, slots=True)
class Found:
    """What answers. ``iri`` is the thing meant (``elsewhere``: the one that stands for it); ``text`` is a file."""

    outcome: Outcome
    iri: str = ""
    form: str = ""
    view: View | None = None
    text: bytes = b""
    leaf: Leaf | None = None
    near: tuple[Candidate, ...] = ()
    groups: tuple[str, ...] = field(default=())


def answer(graph: KnowledgeGraph, wanted: Wanted) -> Found:
    """Return what answers a request for a thing, whatever kind of thing it is."""
    reader = graph.reader
    for iri, ending in wanted.readings:
        top = reader.canonical.get(iri, iri)
        kind = kind_of(reader, top)
        if kind:
            form = ending or wanted.form
            if top != iri:
                return Found("elsewhere", top, form=ending)
            return _of_kind(reader, kind, iri, form, wanted)
    return Found("unknown", wanted.readings[0][0], wanted.readings[-1][1] or wanted.form, near=_near(reader, wanted))


def kind_of(reader: Reader, iri: str) -> str:
    """Return ``thing``, ``link``, ``node``, ``source`` or ``decisions``; ``""`` where nothing is known of an IRI."""
    if iri == DECISIONS_GRAPH.value:
        return "decisions"
    try:
        node = ox.NamedNode(iri)
    except ValueError:  # no IRI holds such characters
        return ""
    db, default = reader.index.db, ox.DefaultGraph()
    types = {q.object.value for q in db.quads_for_pattern(node, convert.TYPE, None, default)}  # type: ignore[union-attr]
    names = {name.removeprefix(ML) for name in types}
    if known := next((kind for name, kind in _CATALOGUED.items() if name in names), ""):
        return known
    if any(vocabulary().is_a(name, "Entity") for name in names):
        return "thing"
    ends = ["source", "target", "document", *(local for local, form in convert.QUALIFIERS.values() if form == "thing")]
    for predicate in [*(ML + end for end in ends), convert.PUBLISHER.value]:
        if any(True for _ in db.quads_for_pattern(None, ox.NamedNode(predicate), node, default)):
            return "thing"
    return "node" if any(True for _ in db.quads_for_pattern(node, None, None, default)) else ""


def _of_kind(reader: Reader, kind: str, iri: str, form: str, wanted: Wanted) -> Found:
    if form == "map" and kind != "thing":
        return Found("no map", iri, form)
    if kind == "thing":
        return _thing(reader, iri, form, wanted)
    if kind == "decisions":
        return _decisions(reader, iri, form, wanted)
    if wanted.page > 1:
        return Found("no page", iri, form)
    view: View | None = None
    triples: Any = None
    if kind == "source":
        source = next((s for s in reader.sources() if s.iri == iri), None)
        if source is None:  # its file was damaged or forgotten since the index was made
            return Found("unknown", iri, form)
        if form == "html":
            view = source_view(reader, source, wanted.lang)
        else:
            triples = rdf.source_triples(reader, iri, counted(reader, iri), document(wanted.service, iri, wanted.only))
    elif form == "html":
        view = (link_view if kind == "link" else node_view)(reader, iri, wanted.lang)
    else:
        triples = rdf.node_triples(reader, iri, document(wanted.service, iri, wanted.only))
    return Found("found", iri, form, view, rdf.written(triples, form) if triples is not None else b"")


def _thing(reader: Reader, iri: str, form: str, wanted: Wanted) -> Found:
    if form == "map":
        page = thing_map(reader, iri, wanted.lang)
        return Found("found", iri, form, text=page.encode("utf-8", "replace")) if page else Found("no map", iri, form)
    there = groups(reader, iri)
    part = leaf(there, wanted.page, wanted.only)
    if part is None:
        known = tuple(g.key for g in there)
        return Found("no group" if wanted.only and wanted.only not in known else "no page", iri, form, groups=known)
    if form == "html":
        return Found("found", iri, form, thing_view(reader, iri, wanted.lang, there, part), leaf=part)
    triples = rdf.thing_triples(reader, iri, part, document(wanted.service, iri, wanted.only))
    return Found("found", iri, form, text=rdf.written(triples, form), leaf=part)


def _decisions(reader: Reader, iri: str, form: str, wanted: Wanted) -> Found:
    standing = ties(reader)
    numbers = tuple(str(number) for number in range(len(standing)))
    part = leaf([Group("decisions", "named", "decisions", numbers)], wanted.page)
    if part is None:
        return Found("no page", iri, form)
    shown = tuple(standing[int(number)] for there in part.parts for number in there.members)
    if form == "html":
        return Found("found", iri, form, DecisionsView(iri, shown, part), leaf=part)
    pairs = [(tie.left, tie.right) for tie in shown]
    triples = rdf.decision_triples(reader, iri, pairs, part, document(wanted.service, iri, wanted.only))
    return Found("found", iri, form, text=rdf.written(triples, form), leaf=part)


def _near(reader: Reader, wanted: Wanted) -> tuple[Candidate, ...]:
    """Return things whose names or addresses are like the end of an address that nothing has."""
    iri = wanted.readings[-1][0]
    words = short(iri).rstrip("/").rpartition("/")[2].replace("-", " ").strip()
    if not words or not words.isprintable() or iri.startswith(f"{ID}link/"):
        return ()
    hits = [hit for hit in reader.names.find(words, 40) if hit.score > 0.3]
    return tuple(candidates(reader, hits, (), wanted.lang)[:_NEAR])
