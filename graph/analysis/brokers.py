"""Brokers: which things stand between others, by structural holes, cut points and the roles of a go-between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

from .model import ENTITY, LIMIT, PROPOSED, Analysis, Column, Parameter, Result, Row, cut, notes, shortened, thing, tidy
from .views import View, view

if TYPE_CHECKING:
    from ..network import Network

Role: TypeAlias = Literal["coordinator", "gatekeeper", "representative", "itinerant", "liaison"]
Order: TypeAlias = Literal[
    "constraint", "effective_size", "brokerage", "coordinator", "gatekeeper", "representative", "itinerant", "liaison"
]

ROLES: dict[Role, str] = {
    "coordinator": "Go-between within its own class: all three are of one class (A > A > A).",
    "gatekeeper": "Receives from another class for its own: B > A > A.",
    "representative": "Passes on from its own class to another: A > A > B.",
    "itinerant": "Go-between for two of one class that is not its own: B > A > B.",
    "liaison": "Go-between for two other classes: B > A > C.",
}


def brokers(
    graph: Network,
    *,
    order: Order = "constraint",
    group: str = "type",
    weight: Literal["none", "links"] = "none",
    include_proposed: bool = False,
    limit: int = 0,
) -> Result:
    """Return for each thing its constraint, effective size, whether it is a cut point, and its brokerage roles.

    ``group`` is the attribute of a node that gives its class; ``weight`` whether ties of several links are stronger,
    for the constraint. Things with the least constraint, or the most of another ``order``, come first.
    """
    import networkx as nx

    simple = view(graph, include_proposed=include_proposed, weight="links" if weight == "links" else "none")
    tight = constraints(simple)
    cuts = set(nx.articulation_points(simple.graph()))
    groups = [str(graph.nodes[iri].get(group, "")) for iri in simple.iris]
    into = [set(near) for near in simple.into()]
    onward = [set(near) for near in simple.out]
    rows: list[Row] = []
    for i, iri in enumerate(simple.iris):
        roles = _roles(i, into, onward, groups)
        size = effective_size(simple, i)
        rows.append(
            {
                "entity": thing(graph, iri),
                "constraint": None if tight[i] is None else tidy(tight[i] or 0.0),
                "effective_size": None if size is None else tidy(size),
                "efficiency": None if size is None else tidy(size / len(simple.ties[i])),
                "articulation": i in cuts,
                "brokerage": sum(roles.values()),
                **{role: roles[role] for role in ROLES},
            }
        )
    rows.sort(key=_sorter(order))
    summary: dict[str, float | int | str] = {
        "things": len(simple),
        "articulation_points": len(cuts),
        **{role: sum(row[role] for row in rows) for role in ROLES},
    }
    said = notes(simple.notes, shortened(len(rows), limit))
    return Result("brokers", _COLUMNS, cut(rows, limit), summary, said)


def constraints(simple: View) -> list[float | None]:
    """Return Burt's constraint of each node of the undirected graph, None for one without ties.

    The sum over the neighbours j of (p_ij + sum over the others q of p_iq p_qj) squared, where p_ij is the share of
    the tie to j in all ties of i.
    """
    # Not NetworkX's: it wants NumPy and a dense matrix, 300 GB at 200,000 nodes.
    totals = [sum(near.values()) for near in simple.ties]
    out: list[float | None] = []
    for i, near in enumerate(simple.ties):
        if not near:
            out.append(None)
            continue
        indirect = dict.fromkeys(near, 0.0)
        for q, weight in near.items():
            beyond = simple.ties[q]
            few, many = (near, beyond) if len(near) < len(beyond) else (beyond, near)
            share = weight / totals[i] / totals[q]
            for j in few:
                if j in many:
                    indirect[j] += share * beyond[j]
        out.append(sum((weight / totals[i] + indirect[j]) ** 2 for j, weight in near.items()))
    return out


def effective_size(simple: View, i: int) -> float | None:
    """Return the number of neighbours less their mean number of ties to each other; None for a node without ties."""
    near = simple.ties[i]
    if not near:
        return None
    twice = sum(sum(1 for j in near if j in simple.ties[q]) for q in near)
    return len(near) - twice / len(near)


def _roles(j: int, into: list[set[int]], onward: list[set[int]], groups: list[str]) -> Counter[Role]:
    """Count the pairs i > j > k without a link i > k, by the classes of the three.

    All pairs of classes are counted first and the excluded ones taken off, which costs the smaller of two
    neighbourhoods where going through the pairs would cost their product.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    before, after = Counter(groups[i] for i in into[j]), Counter(groups[k] for k in onward[j])
    for first, many in before.items():
        for last, more in after.items():
            pairs[first, last] = many * more
    for i in into[j]:
        if i in onward[j]:
            pairs[groups[i], groups[i]] -= 1
        for k in onward[i] & onward[j]:
            pairs[groups[i], groups[k]] -= 1
    roles: Counter[Role] = Counter()
    for (first, last), number in pairs.items():
        roles[_role(first, groups[j], last)] += number
    return roles


def _role(first: str, middle: str, last: str) -> Role:
    if first == middle:
        return "coordinator" if last == middle else "representative"
    if last == middle:
        return "gatekeeper"
    return "itinerant" if first == last else "liaison"


def _sorter(order: Order) -> Callable[[Row], tuple[bool, float, str]]:
    """Return the key that puts brokers first; things without ties, which have no value, come last."""
    sign = 1 if order == "constraint" else -1

    def key(row: Row) -> tuple[bool, float, str]:
        value = row[order]
        return value is None, sign * (value or 0), row["entity"]["iri"]

    return key


_COLUMNS = (
    ENTITY,
    Column("constraint", "Burt's constraint: how far its contacts are each other's; low is a broker. None: no ties."),
    Column("effective_size", "Its contacts less their mean number of ties to each other.", unit="things"),
    Column("efficiency", "Effective size as a share of its contacts."),
    Column("articulation", "Whether the network, or its piece of it, falls apart without it.", kind="bool"),
    Column("brokerage", "Pairs i, k with links i > it > k and none i > k; the sum of the five roles.", unit="pairs"),
    *(Column(role, text, unit="pairs") for role, text in ROLES.items()),
)

ANALYSIS = Analysis(
    name="brokers",
    title="Which things stand between others?",
    description="Finds those through whom others are joined: structural holes, cut points and roles between classes.",
    definition=(
        "Constraint, effective size and articulation points: on the simple undirected graph. Constraint is the sum "
        "over the contacts j of i of (p_ij + sum over q of p_iq p_qj) squared, p_ij being the share of j in the ties "
        "of i (equal, or by number of links). Effective size is n - 2t/n, with n contacts and t ties among them. "
        "Roles: on the simple directed graph, symmetric relations both ways, the number of ordered pairs i, k with "
        "links i > j and j > k and none i > k, by the classes of the three: " + " ".join(ROLES.values())
    ),
    references=(
        "Burt, Structural Holes: The Social Structure of Competition, Harvard University Press (1992), ch. 2",
        "Burt, Structural holes and good ideas, American Journal of Sociology 110 (2004), 349-399",
        "Borgatti, Structural holes: unpacking Burt's redundancy measures, Connections 20 (1997), 35-38",
        "Gould and Fernandez, Structures of mediation: a formal approach to brokerage in transaction networks, "
        "Sociological Methodology 19 (1989), 89-126",
        "Hopcroft and Tarjan, Efficient algorithms for graph manipulation, Communications of the ACM 16 (1973), "
        "372-378 (articulation points)",
    ),
    parameters=(
        Parameter(
            "order",
            "choice",
            "what the rows are sorted by: the least constraint, or the most of another column",
            default="constraint",
            choices=("constraint", "effective_size", "brokerage", *ROLES),
        ),
        Parameter("group", "text", "the attribute of a thing that gives its class, for the roles", default="type"),
        Parameter(
            "weight",
            "choice",
            "constraint: whether a tie of several links is stronger",
            default="none",
            choices=("none", "links"),
        ),
        PROPOSED,
        LIMIT,
    ),
    columns=_COLUMNS,
    compute=brokers,
)
