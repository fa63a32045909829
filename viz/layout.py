"""Where each thing stands on a map, how large it is, and which group it belongs to.

The same nodes and links always give the same picture: every random choice is seeded, and the work is done on
numbers rather than on sets of strings, whose order differs between runs.

Parts that nothing connects are laid out one by one and packed side by side. A part of up to
``FORCE_LIMIT`` things is laid out by ForceAtlas2 (Jacomy et al. 2014, doi:10.1371/journal.pone.0098679) with
logarithmic attraction, which keeps communities apart. That needs the square of the number of things in memory
and time, so a larger part is divided into its Louvain communities (Blondel et al. 2008,
doi:10.1088/1742-5468/2008/10/P10008): each is laid out by itself, and then they are placed as if each were one
large thing. So communities stay recognisable at any size, and a page can show a community as one thing that opens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

FORCE_LIMIT = 500
SEED = 7
LABEL_STRETCH = 1.45  # names are wide: things need more room sideways than up and down
MANY_ROUNDS, FEW_ROUNDS = 500, 120  # where a small map would show the difference, and where nobody would
ROOMY = 250  # up to so many things, each gets room for its name
PACKED_WIDTH = 1.5  # width of the packed picture by its height


@dataclass(frozen=True, slots=True)
class Layout:
    """One entry a node, in the order given: x and y (pixels, y downwards), radius, community (0 is the largest)."""

    positions: tuple[tuple[float, float], ...]
    radii: tuple[float, ...]
    groups: tuple[int, ...]


def lay_out(nodes: Sequence[str], links: Sequence[tuple[str, str]]) -> Layout:
    """Place ``nodes``, joined by ``links`` (pairs of nodes; several between the same two count more).

    Raises :class:`KeyError` if a link names something that is not in ``nodes``.
    """
    import networkx as nx
    import numpy as np

    number = {node: i for i, node in enumerate(nodes)}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(nodes)))
    degree = [0] * len(nodes)
    for source, target in links:
        a, b = number[source], number[target]
        degree[a] += 1
        degree[b] += 1
        if a != b:
            graph.add_edge(a, b, weight=graph[a][b]["weight"] + 1 if graph.has_edge(a, b) else 1)
    radii = np.array([min(34.0, 6.0 + 2.4 * d**0.55) for d in degree])
    # half of the room that a thing takes, its margin included
    reach = radii + (22.0 if len(nodes) <= ROOMY else 11.0)
    points = np.zeros((len(nodes), 2))
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part[0]))
    communities = _communities(graph)
    placed = [_place_part(graph.subgraph(part), part, reach, communities) for part in parts]
    boxes = [_extent(local, reach[part] + 15) for part, local in zip(parts, placed, strict=True)]
    for part, local, centre in zip(parts, placed, _pack(boxes), strict=True):
        points[part] = local + centre
    group_of = {member: rank for rank, members in enumerate(communities) for member in members}
    return Layout(
        tuple((round(float(x), 1), round(float(y), 1)) for x, y in points),
        tuple(round(float(r), 1) for r in radii),
        tuple(group_of[i] for i in range(len(nodes))),
    )


def _communities(graph: nx.Graph[int]) -> list[list[int]]:
    """Return Louvain's communities, the largest first; a thing without links is one by itself."""
    import networkx as nx

    if not graph.number_of_edges():
        return [[node] for node in graph]
    found = nx.community.louvain_communities(graph, weight="weight", seed=SEED)
    return sorted((sorted(members) for members in found), key=lambda members: (-len(members), members[0]))


def _place_part(graph: nx.Graph[int], part: list[int], reach: Points, communities: list[list[int]]) -> Points:
    """Return positions around the origin for the nodes of one connected part, in the order of ``part``.

    ``communities`` are those of the whole map; none for a part that is itself a community.
    """
    import numpy as np

    if len(part) == 1:
        return np.zeros((1, 2))
    if len(part) == 2:
        half = float(reach[part].sum()) * 1.2
        return np.array([[-half, 0.0], [half, 0.0]])
    if len(part) <= FORCE_LIMIT:
        return _by_forces(graph, part, reach[part], crowded=not communities or len(part) > ROOMY)
    inside = set(part)
    return _by_communities(graph, part, reach, [members for members in communities if members[0] in inside])


def _by_forces(graph: nx.Graph[int], part: list[int], reach: Points, *, crowded: bool) -> Points:
    import networkx as nx
    import numpy as np

    rounds = FEW_ROUNDS if crowded else MANY_ROUNDS
    # numpy warns of the distance of a thing to itself, which networkx then sets to zero
    with np.errstate(divide="ignore", invalid="ignore"):
        found = nx.forceatlas2_layout(graph, seed=SEED, max_iter=rounds, linlog=True, scaling_ratio=3.0, gravity=1.5)
    points = np.array([found[node] for node in part])
    points = points - points.mean(axis=0)
    room = float(np.sum((2 * reach) ** 2)) * 1.6
    spread = np.percentile(np.abs(points), 90, axis=0) * 2
    points *= math.sqrt(room / max(float(spread[0] * spread[1]), 1e-9))
    return _pull_in(_separate(points, reach * 0.9))


def _pull_in(points: Points) -> Points:
    """Draw the few far-off things nearer, so that they do not make all the others small."""
    import numpy as np

    distance = np.hypot(points[:, 0], points[:, 1])
    usual = float(np.percentile(distance, 85)) or 1.0
    far = distance > usual
    scale = np.ones_like(distance)
    scale[far] = usual * (1 + np.log(distance[far] / usual) * 0.8) / distance[far]
    moved: Points = points * scale[:, None]
    return moved


def _separate(points: Points, reach: Points, rounds: int = 120) -> Points:
    """Push things that overlap apart, sideways more than up and down."""
    import numpy as np

    stretch = np.array([LABEL_STRETCH, 1.0])
    points = points / stretch
    # two things in the very same place have no direction to part in: a spiral far smaller than a pixel gives one
    turn = np.arange(len(points)) * 2.399963
    points = points + 1e-3 * np.column_stack([np.cos(turn), np.sin(turn)])
    apart = reach[:, None] + reach[None]
    for _ in range(rounds):
        gap = points[:, None] - points[None]
        distance = np.hypot(gap[..., 0], gap[..., 1]) + 1e-9
        excess = np.maximum(apart - distance, 0)
        np.fill_diagonal(excess, 0)
        if excess.max() < 0.5:
            break
        points = points + (gap / distance[..., None] * (excess * 0.3)[..., None]).sum(axis=1)
    return np.asarray(points * stretch, dtype=float)


def _by_communities(graph: nx.Graph[int], part: list[int], reach: Points, groups: list[list[int]]) -> Points:
    """Lay out each community by itself, then the communities as large things joined by the links between them."""
    import networkx as nx
    import numpy as np

    if len(groups) == 1:
        return _spiral(graph, part, reach)
    local = []
    for members in groups:
        inside = graph.subgraph(members)
        if len(members) <= FORCE_LIMIT:
            local.append(_place_part(inside, members, reach, []))
        else:
            local.append(_by_communities(inside, members, reach, _communities(inside)))
    sides = [_extent(points, reach[members]) for points, members in zip(local, groups, strict=True)]
    room = np.array([max(wide / LABEL_STRETCH, high) / 2 for wide, high in sides])
    of = {member: rank for rank, members in enumerate(groups) for member in members}
    between: nx.Graph[int] = nx.Graph()
    between.add_nodes_from(range(len(groups)))
    between.add_edges_from((of[a], of[b]) for a, b in graph.edges if of[a] != of[b])
    centres = np.array([[-1.0, 0.0], [1.0, 0.0]])
    if len(groups) > 2:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = nx.forceatlas2_layout(between, seed=SEED, max_iter=250, linlog=True, gravity=2.0)
        centres = np.array([found[rank] for rank in range(len(groups))])
    centres -= centres.mean(axis=0)
    centres *= math.sqrt(float(np.sum(room**2))) * 0.75 / max(float(np.percentile(np.abs(centres), 90)), 1e-9)
    centres = _separate(centres, room + 20, rounds=300)
    where = {
        member: point + centre
        for members, points, centre in zip(groups, local, centres, strict=True)
        for member, point in zip(members, points, strict=True)
    }
    return np.array([where[node] for node in part])


def _spiral(graph: nx.Graph[int], part: list[int], reach: Points) -> Points:
    """Place what has no communities (a hub and its leaves) on a sunflower spiral, the best connected in the middle."""
    import numpy as np

    step = 1.3 * float(np.mean(reach))
    where: dict[int, Any] = {}
    for i, node in enumerate(sorted(part, key=lambda n: (-graph.degree(n), n))):
        turn, far = i * 2.399963, step * math.sqrt(i)
        where[node] = (far * math.cos(turn) * LABEL_STRETCH, far * math.sin(turn))
    return np.array([where[node] for node in part])


def _extent(points: Points, reach: Points) -> tuple[float, float]:
    """Return width and height of what is placed, and centre it on the origin in place."""
    low, high = (points - reach[:, None]).min(axis=0), (points + reach[:, None]).max(axis=0)
    points -= (low + high) / 2
    return float(high[0] - low[0]), float(high[1] - low[1])


def _pack(boxes: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Place boxes (largest first): the first in the middle, the others in columns beside it, rows below when many.

    Returns the centre of each. The picture as a whole comes out about ``PACKED_WIDTH`` times as wide as high.
    """
    if not boxes:
        return []
    total = sum(w * h for w, h in boxes)
    height = max(boxes[0][1], math.sqrt(total * 1.25 / PACKED_WIDTH))
    centres, x, y, column = [(0.0, 0.0)], boxes[0][0] / 2, -height / 2, 0.0
    for width, high in boxes[1:]:
        if y + high > height / 2 and column:
            x, y, column = x + column, -height / 2, 0.0
        centres.append((x + width / 2, y + high / 2))
        y, column = y + high, max(column, width)
    return centres
