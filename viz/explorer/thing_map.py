"""The interactive map of a thing and its neighbours, of a size that a browser and a reader can take."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pyoxigraph as ox

from ...graph.reading import Reader, things_of
from ...ontology.model import ML
from ..build import drawn
from ..page import map_html
from .site import number
from .thing_groups import groups

#: Neighbours shown, links between the thing and each of them, and links among them.
MOST, EACH, AMONG = 80, 5, 400
#: A neighbour with more outgoing links than this is not looked through for links to the others.
_FEW = 2000


def thing_map(reader: Reader, iri: str, lang: str) -> str | None:
    """Return a map as a page of its own; ``None`` for a thing without links to others.

    The heading says how many neighbours there are where not all are shown: those with most links are.
    """
    count: Counter[str] = Counter()
    ends: dict[str, str] = {}
    for group in groups(reader, iri):
        for link, other in zip(group.members, group.others, strict=False):
            if other != iri:
                count[other] += 1
                ends[link] = other
    if not count:
        return None
    near = sorted(count, key=lambda other: (-count[other], other))[:MOST]
    own: dict[str, list[str]] = {other: [] for other in near}
    for link, other in ends.items():
        if other in own and len(own[other]) < EACH:
            own[other].append(link)
    shown = [link for other in near for link in own[other]]
    links = [reader.link(link)[0] for link in [*shown, *_among(reader, near)]]
    named = {iri, *(thing for link in links for thing in things_of(link))}
    entities = {thing: reader.entity(thing) for thing in sorted(named)}
    left = _left_out(len(near), len(count), len(shown), len(ends), lang)
    return map_html(drawn(entities, links, title=reader.thing(iri, lang).name + left, focus=iri), lang=lang)


def _among(reader: Reader, near: list[str]) -> list[str]:
    """Return the links among the neighbours."""
    db, wanted, found = reader.index.db, set(near), []
    source, target = ox.NamedNode(ML + "source"), ox.NamedNode(ML + "target")
    for other in near:
        out = list(islice(db.quads_for_pattern(None, source, ox.NamedNode(other), ox.DefaultGraph()), _FEW + 1))
        if len(out) > _FEW:
            continue
        for quad in out:
            ends = db.quads_for_pattern(quad.subject, target, None, ox.DefaultGraph())
            if any(end.object.value in wanted for end in ends):  # type: ignore[union-attr]
                found.append(quad.subject.value)  # type: ignore[union-attr]
    return sorted(set(found))[:AMONG]


def _left_out(shown: int, neighbours: int, links: int, all_links: int, lang: str) -> str:
    if shown == neighbours and links == all_links:
        return ""
    a, b, c, d = (number(n, lang) for n in (shown, neighbours, links, all_links))
    if lang == "fr":
        return f" ({a} des {b} voisins, {c} des {d} liens)"
    return f" ({a} of {b} neighbours, {c} of {d} links)"
