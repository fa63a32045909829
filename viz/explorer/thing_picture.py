"""A small picture of a thing and its neighbours, as a drawing that needs no script: places, colours and words.

The thing stands in the middle, its neighbours in two columns that bend around it, so that no name covers another.
What the picture shows stands in the tables of the page too; the page says so to those who do not see it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

import pyoxigraph as ox

from ...ontology.model import ML
from ..look import FAMILIES, FAMILY_OF, NODE_LOOKS, OTHER_NODE
from .thing_groups import Group, title
from .thing_rows import Teller

#: Neighbours that fit with their names.
MOST = 18
WIDTH = 760
_ROW, _MARGIN = 30, 34
_NAME, _OWN = 30, 22


@dataclass(frozen=True, slots=True)
class Spot:
    """A neighbour: where it stands and how it looks. ``left`` if its name is to the left of it."""

    iri: str
    name: str
    title: str
    x: float
    y: float
    left: bool
    shape: str
    colour: str
    line: str
    dashed: bool
    links: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing. ``total`` is the number of all neighbours, ``legend`` the families of relations with colours."""

    width: int
    height: int
    x: float
    y: float
    name: str
    shape: str
    colour: str
    spots: tuple[Spot, ...]
    curves: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]
    total: int
    proposed: bool


def picture(teller: Teller, iri: str, groups: tuple[Group, ...]) -> Picture | None:
    """Return the picture of a thing, with those neighbours to which it has most links; ``None`` without links."""
    count: Counter[str] = Counter()
    relations: dict[str, Counter[str]] = defaultdict(Counter)
    for group in groups:
        for other in group.others:
            if other != iri:
                count[other] += 1
                relations[other][group.key] += 1
    if not count:
        return None
    family = {o: FAMILY_OF.get(relations[o].most_common(1)[0][0].lstrip("^"), "other") for o in count}
    shown = sorted(count, key=lambda o: (-count[o], o))[:MOST]
    shown.sort(key=lambda o: (list(FAMILIES).index(family[o]), -count[o], o))
    proposed = _only_proposed(teller, iri, groups, set(shown))
    right = shown[: -(-len(shown) // 2)]
    left = shown[len(right) :]
    height = max(150, len(right) * _ROW + 2 * _MARGIN)
    x, y = WIDTH / 2, height / 2
    spots = []
    for side, members in ((1, right), (-1, left[::-1])):
        for number, other in enumerate(members):
            at = y + (number - (len(members) - 1) / 2) * _ROW
            away = 78 + 62 * math.sqrt(max(0.0, 1 - ((at - y) / (height / 2)) ** 2))
            thing = teller.thing(other)
            look = NODE_LOOKS.get(thing.type, OTHER_NODE)
            said = ", ".join(_label(teller, key) for key, _ in relations[other].most_common())
            spots.append(
                Spot(
                    iri=other,
                    name=_short(teller, other, _NAME),
                    title=f"{thing.name} – {said}",
                    x=round(x + side * away, 1),
                    y=round(at, 1),
                    left=side < 0,
                    shape=shape(look.shape, round(x + side * away, 1), round(at, 1), 6),
                    colour=look.colour,
                    line=FAMILIES[family[other]].colour,
                    dashed=other in proposed,
                    links=count[other],
                )
            )
    own = NODE_LOOKS.get(teller.thing(iri).type, OTHER_NODE)
    french = teller.lang == "fr"
    seen = [name for name in FAMILIES if any(family[o] == name for o in shown)]
    return Picture(
        WIDTH,
        height,
        x,
        y,
        _short(teller, iri, _OWN),
        shape(own.shape, x, y, 10),
        own.colour,
        tuple(spots),
        tuple(_curves(teller, spots, x, y)),
        tuple((FAMILIES[n].fr if french else FAMILIES[n].en, FAMILIES[n].colour) for n in seen),
        len(count),
        bool(proposed),
    )


def _label(teller: Teller, key: str) -> str:
    kind = "in" if key.startswith("^") else "out"
    return title(Group(key, kind, key.lstrip("^"), ()), teller.lang).lower()  # type: ignore[arg-type]


def _only_proposed(teller: Teller, iri: str, groups: tuple[Group, ...], shown: set[str]) -> set[str]:
    """Return those neighbours to which no link is a fact: a proposal has no direct triple."""
    db, me = teller.reader.index.db, ox.NamedNode(iri)
    facts: set[str] = set()
    for group in groups:
        relation = ox.NamedNode(ML + group.term)
        for other in {o for o in group.others if o in shown} - facts:
            node = ox.NamedNode(other)
            if ox.Quad(me, relation, node) in db or ox.Quad(node, relation, me) in db:
                facts.add(other)
    return shown - facts


def _curves(teller: Teller, spots: list[Spot], x: float, y: float) -> list[str]:
    """Return the paths of links among the neighbours, where one is a fact, bent towards the middle."""
    db, found = teller.reader.index.db, []
    for a, b in combinations(spots, 2):
        one, two = ox.NamedNode(a.iri), ox.NamedNode(b.iri)
        if any(
            True
            for s, o in ((one, two), (two, one))
            for q in db.quads_for_pattern(s, None, o, ox.DefaultGraph())
            if q.predicate.value.removeprefix(ML) in FAMILY_OF
        ):
            middle = ((a.x + b.x) / 2 * 0.5 + x * 0.5, (a.y + b.y) / 2 * 0.5 + y * 0.5)
            found.append(f"M{a.x} {a.y}Q{middle[0]:.1f} {middle[1]:.1f} {b.x} {b.y}")
    return found


def _short(teller: Teller, iri: str, most: int) -> str:
    """Return a name that fits: the whole one, an acronym, or the beginning."""
    name = teller.thing(iri).name
    if len(name) <= most:
        return name
    predicate = ox.NamedNode(ML + "acronym")
    found = teller.reader.index.db.quads_for_pattern(ox.NamedNode(iri), predicate, None, ox.DefaultGraph())
    acronyms = [q.object for q in found if isinstance(q.object, ox.Literal)]
    best = min(acronyms, key=lambda a: (a.language != teller.lang, a.language or "", a.value), default=None)
    if best is not None and len(best.value) <= most:
        return best.value
    cut = name[: most - 1]
    words = cut.rsplit(" ", 1)[0]
    return (words if len(words) > most * 0.6 else cut).rstrip(" ,;:(") + "…"


def shape(name: str, x: float, y: float, r: float) -> str:
    """Return the outline of a shape that the map knows too, as the data of a path."""
    if name == "dot":
        return f"M{x - r} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"
    corners = {"square": 4, "diamond": 4, "triangle": 3, "triangleDown": 3, "hexagon": 6, "star": 10}.get(name, 4)
    turn = {"square": 45.0, "triangleDown": 180.0, "hexagon": 30.0}.get(name, 0.0)
    points = []
    for i in range(corners):
        away = r * (1.25 if corners < 10 else 1.35 if i % 2 == 0 else 0.6)
        angle = math.radians(turn + 360 * i / corners - 90)
        points.append(f"{x + away * math.cos(angle):.1f} {y + away * math.sin(angle):.1f}")
    return "M" + "L".join(points) + "z"
