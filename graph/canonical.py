"""Which IRI stands for a thing: by the decisions, and by the sources that describe it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from ..ontology.convert import TYPE
from ..ontology.errors import DamagedSource
from .kept import things
from .projections import Pinned
from .store import Store

#: Which sources speak first when two give a thing different names: by the kind of loader, then by id.
_RANKS = {"authority": 0, "curated": 1}


def canonical(store: Pinned) -> dict[str, str]:
    """Return the canonical IRI of every IRI that has another one, by the decisions and the ranks of the sources."""
    if "canonical" not in store.shared:
        there = store.decisions.path.exists()
        store.shared["canonical"] = store.decisions.canonical(_rank(store)) if there else {}
    found: dict[str, str] = store.shared["canonical"]
    return found


def under_canonical(quads: Iterable[ox.Quad], tops: dict[str, str]) -> Iterator[ox.Quad]:
    """Yield quads with every thing under its canonical IRI."""
    if not tops:
        yield from quads
        return
    nodes = {iri: ox.NamedNode(top) for iri, top in tops.items()}
    for quad in quads:
        subject = nodes.get(quad.subject.value)  # type: ignore[union-attr]
        thing = nodes.get(quad.object.value) if isinstance(quad.object, ox.NamedNode) else None
        if subject is None and thing is None:
            yield quad
        else:
            yield ox.Quad(subject or quad.subject, quad.predicate, thing or quad.object, quad.graph_name)


def loader_rank(store: Store, source_id: str) -> int:
    """Return how early a source speaks: authority files first, then curated facts, then the rest."""
    return _RANKS.get(store.source(source_id).loader, 2)


def _rank(store: Store) -> Any:
    """Return the rank of an IRI: that of the highest source that describes it."""
    wanted = {iri for decision in store.decisions for iri in decision.pair}
    ranks: dict[str, int] = {}
    for source_id in store.files():
        try:
            rank = loader_rank(store, source_id)
            for subject in described(store, source_id, wanted):
                ranks[subject] = min(rank, ranks.get(subject, rank))
        except DamagedSource:
            continue  # it is named where the index is built
    return lambda iri: ranks.get(iri, 3)


def described(store: Store, source_id: str, wanted: set[str]) -> Iterator[str]:
    """Yield those of some things that a source describes: from the keys of the rules where they are, else from it."""
    if (held := things(store, source_id)) is not None:
        yield from (iri for iri in held if iri in wanted)
        return
    for quad in store.quads(source_id):
        if quad.predicate == TYPE and (subject := quad.subject.value) in wanted:  # type: ignore[union-attr]
            yield subject
