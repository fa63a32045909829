"""How an RDF index is changed: things moved to other IRIs, a source taken out, one preferred name a language left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import pyoxigraph as ox

from ..ontology.convert import ALT, PREF, PREFIXES, SKOSXL, TYPE
from ..ontology.model import ID, ML
from .index_records import DECISIONS_GRAPH, DEFAULT, RECORDED_AS, spell_out

_LINK = ox.NamedNode(ML + "Link")
_NODES = tuple(
    ox.NamedNode(iri) for iri in (ML + "evidence", ML + "discussedIn", SKOSXL + "prefLabel", SKOSXL + "altLabel")
)
_GRAPH = ID + "source/"
#: Quads a second removed and loaded, as measured: what decides between changing an index and making it again.
REMOVED_PER_SECOND, LOADED_PER_SECOND = 9_000, 100_000
#: Quads that are added in one transaction, which is held in memory.
_AT_ONCE = 10_000


def moves_between(before: dict[str, str], tops: dict[str, str]) -> dict[str, str] | None:
    """Return the new IRI of what stood under another one, or ``None`` where what was one thing is several again."""
    moves: dict[str, str] = {}
    for iri in {*before, *before.values(), *tops}:
        old, top = before.get(iri, iri), tops.get(iri, iri)
        if moves.setdefault(old, top) != top:
            return None
    return {old: top for old, top in moves.items() if old != top}


def move(db: ox.Store, moves: dict[str, str], tops: dict[str, str]) -> bool:
    """Put things under their new canonical IRIs; tell whether that was quicker than making the index again."""
    nodes: dict[Any, ox.NamedNode] = {ox.NamedNode(old): ox.NamedNode(top) for old, top in moves.items()}
    most = len(db) // LOADED_PER_SECOND * REMOVED_PER_SECOND // 2 + REMOVED_PER_SECOND
    touched: list[ox.Quad] = []
    for node in {*nodes, *nodes.values()}:
        db.extend(spell_out(db, node))
    for node in nodes:
        for pattern in ((node, None, None, None), (None, None, node, None)):
            touched += [q for q in db.quads_for_pattern(*pattern) if q.predicate != RECORDED_AS]
            if len(touched) > most:
                return False
    for quad in touched:
        db.remove(quad)
    moved = (
        ox.Quad(nodes.get(q.subject, q.subject), q.predicate, nodes.get(q.object, q.object), q.graph_name)
        for q in touched
    )
    while some := list(islice(moved, _AT_ONCE)):
        db.extend(some)
    for top in set(nodes.values()):  # which name stands first may be another now: begin with what the sources say
        for predicate in (PREF, ALT):
            for quad in list(db.quads_for_pattern(top, predicate, None, DEFAULT)):
                db.remove(quad)
            for quad in list(db.quads_for_pattern(top, predicate, None, None)):
                db.add(ox.Quad(top, predicate, quad.object))
    for quad in list(db.quads_for_pattern(None, RECORDED_AS, None, None)):
        db.remove(quad)
    ties = ((ox.NamedNode(top), ox.NamedNode(iri)) for iri, top in tops.items())
    db.extend(twice(ox.Quad(top, RECORDED_AS, iri, DECISIONS_GRAPH) for top, iri in ties))
    return True


def twice(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield every quad, and its triple for the union."""
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def remove(db: ox.Store, source_id: str, *, whole: bool, brief: bool) -> bool:
    """Take a source's graph out, and from the union what no other graph holds; tell whether that can be known.

    :param whole: All of the graph is in the index.
    :param brief: It is kept in brief where all of it is not.
    """
    graph = ox.NamedNode(_GRAPH + source_id)
    quads = list(db.quads_for_pattern(None, None, None, graph))
    if not whole:
        links = {q.subject for q in quads if q.predicate == TYPE and q.object == _LINK}
        if any(q.graph_name not in (DEFAULT, graph) for n in links for q in db.quads_for_pattern(n, TYPE, _LINK, None)):
            return False  # which of them says what of the link, only their files tell
        own = [q for link in links for q in db.quads_for_pattern(link, None, None, DEFAULT)]
        for thing in {q.subject for q in quads if q.predicate == TYPE} - links if brief else ():
            own += [ox.Quad(q.subject, q.predicate, q.object) for q in spell_out(db, thing)]
        # The IRI of a node tells the link or the source that it belongs to, so that nothing else speaks of it.
        nodes = {q.object for q in [*own, *quads] if q.predicate in _NODES}
        own += [q for node in nodes for q in db.quads_for_pattern(node, None, None, DEFAULT)]  # type: ignore[arg-type]
        for quad in own:
            db.remove(quad)
    db.remove_graph(graph)
    named: set[Any] = set()
    for quad in quads:
        if quad.predicate in (PREF, ALT):
            named.add(quad.subject)
        for predicate in (PREF, ALT) if quad.predicate in (PREF, ALT) else (quad.predicate,):
            # A preferred name may stand in the union as an alternative one, behind that of another source.
            if not _held(db, quad.subject, predicate, quad.object):
                db.remove(ox.Quad(quad.subject, predicate, quad.object))
    for subject in named:  # a name that stood back behind the one now gone comes forward again
        for quad in list(db.quads_for_pattern(subject, PREF, None, None)):
            if quad.graph_name == DEFAULT:
                continue
            db.add(ox.Quad(subject, PREF, quad.object))
            if not _held(db, subject, ALT, quad.object):
                db.remove(ox.Quad(subject, ALT, quad.object))
    return True


def _held(db: ox.Store, subject: Any, predicate: Any, thing: Any) -> bool:
    return any(q.graph_name != DEFAULT for q in db.quads_for_pattern(subject, predicate, thing, None))


_SEVERAL_NAMES = """
SELECT ?thing ?lang WHERE { ?thing skos:prefLabel ?label BIND(LANG(?label) AS ?lang) }
GROUP BY ?thing ?lang HAVING (COUNT(?label) > 1)
"""


def one_name_a_language(db: ox.Store, ranks: Mapping[str, int]) -> None:
    """In the union, leave one preferred name a language and make the others alternative ones.

    :param ranks: How early each source speaks.
    """
    order = {_GRAPH + source_id: (rank, source_id) for source_id, rank in ranks.items()}
    several: Any = db.query(_SEVERAL_NAMES, prefixes=PREFIXES)
    for row in list(several):
        thing, lang = row["thing"], row["lang"].value
        db.extend(spell_out(db, thing))
        said: dict[Any, tuple[int, str]] = {}
        for quad in db.quads_for_pattern(thing, PREF, None, None):
            place = order.get(getattr(quad.graph_name, "value", ""))
            if place is not None and _language(quad.object) == lang:
                said[quad.object] = min(place, said.get(quad.object, place))
        first = min(said, key=lambda label: (said[label], label.value))
        for label in said:
            if label != first:
                db.remove(ox.Quad(thing, PREF, label))
                db.add(ox.Quad(thing, ALT, label))


def _language(term: Any) -> str:
    return str(term.language or "")
