"""Change between two dates: what began, what ended, what lasted, and of what nothing says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ...ontology.errors import BadParameter
from ..selection import BadSelection, Period, Timing, extent, period, timing
from .model import (
    LIMIT,
    PROPOSED,
    Analysis,
    Column,
    Parameter,
    Result,
    Row,
    count,
    cut,
    notes,
    shortened,
    thing,
    tidy,
)
from .views import links, proposals

if TYPE_CHECKING:
    from ..network import Network

Change: TypeAlias = Literal["began", "ended", "persists", "between", "unknown"]
CHANGES: tuple[Change, ...] = ("began", "ended", "persists", "between", "unknown")


def change(
    graph: Network,
    *,
    before: str,
    after: str,
    by: Literal["link", "tie"] = "link",
    include_proposed: bool = False,
    limit: int = 0,
) -> Result:
    """Return what became of the links between two dates, but for those known to lie wholly before or after both.

    ``by`` tie takes all links with the same source, relation and target as one: a yearly contribution then persists
    where each year's link begins and ends. Raises BadParameter if a date is none or ``after`` is not later.
    """
    first, last = _period("before", before), _period("after", after)
    if last[0] <= first[1]:
        raise BadParameter(f"after: {after} is not later than {before}; exchange the two dates.")
    grouped: dict[tuple[str, ...], list[tuple[str, str, dict[str, Any]]]] = {}
    for source, target, data in links(graph, include_proposed):
        ends = (source, target)
        if by == "tie" and data.get("symmetric"):
            ends = (min(ends), max(ends))
        key = (ends[0], data["relation"], ends[1]) if by == "tie" else (data["iri"],)
        grouped.setdefault(key, []).append((source, target, data))
    rows: list[Row] = []
    left: Counter[str] = Counter()
    for group in grouped.values():
        group.sort(key=lambda item: (item[2].get("valid_from", ""), item[2]["iri"]))
        what = _change(first, last, [data for _, _, data in group])
        if what in CHANGES:
            rows.append(_row(graph, what, group))
        else:
            left[what] += 1
    rows.sort(
        key=lambda r: (CHANGES.index(r["change"]), r["source"]["iri"], r["relation"], r["target"]["iri"], r["links"])
    )
    counts = Counter(row["change"] for row in rows)
    held = counts["began"] + counts["ended"] + counts["persists"]
    summary: dict[str, float | int | str] = {"before": before, "after": after, **{c: counts[c] for c in CHANGES}}
    if held:
        summary["jaccard"] = tidy(counts["persists"] / held)
    undated = (f"{count(left['undated'], by)} without dates left out.",) if left["undated"] else ()
    said = notes(proposals(graph, include_proposed), undated, shortened(len(rows), limit))
    return Result("change", _COLUMNS, cut(rows, limit), summary, said)


def _change(first: Period, last: Period, group: list[dict[str, Any]]) -> Change | Literal["undated", "outside"]:
    """Return what became of links that count as one."""
    dates = [(data.get("valid_from"), data.get("valid_to"), data.get("status")) for data in group]
    then, now = ({timing(window, *d) for d in dates} for window in (first, last))
    if "in" in then and "in" in now:
        return "persists"
    if "in" in then:
        # "Ended" is a statement: it needs an end that is known.
        return "unknown" if _unsaid(now) else "ended"
    if "in" in now:
        return "unknown" if _unsaid(then) else "began"
    if all(extent(*d) is None for d in dates):
        return "undated"
    # Something of it is known, and held at neither date: so it is known to have held between them, or not.
    if any((known := extent(*d)) is not None and first[1] < known[0] and known[1] < last[0] for d in dates):
        return "between"
    return "unknown" if _unsaid(then) or _unsaid(now) else "outside"


def _unsaid(found: set[Timing]) -> bool:
    return "open" in found or "undated" in found


def _row(graph: Network, what: str, group: list[tuple[str, str, dict[str, Any]]]) -> Row:
    source, target, first = group[0]
    begins = [data["valid_from"] for _, _, data in group if "valid_from" in data]
    ends = [data["valid_to"] for _, _, data in group if "valid_to" in data]
    return {
        "change": what,
        "source": thing(graph, source),
        "relation": first["relation"],
        "target": thing(graph, target),
        "valid_from": min(begins, default=None),
        "valid_to": max(ends, default=None),
        "links": [data["iri"] for _, _, data in group],
        "documents": [document for _, _, data in group for document in data.get("documents", ())],
        "locators": [locator for _, _, data in group for locator in data.get("locators", ())],
    }


def _period(option: str, date: str) -> Period:
    try:
        return period(date)
    except BadSelection as error:
        raise BadParameter(f"{option}: {error}") from None


_COLUMNS = (
    Column("change", "began, ended, persists, between (held between the dates only) or unknown.", kind="text"),
    Column("source", "The source of the link.", kind="thing"),
    Column("relation", "The relation.", kind="text"),
    Column("target", "The target of the link.", kind="thing"),
    Column("valid_from", "The (first) beginning that is known.", unit="date", kind="text"),
    Column("valid_to", "The (last) end that is known.", unit="date", kind="text"),
    Column("links", "The IRI of the link, or of all links of the tie.", kind="list"),
    Column("documents", "The documents in which they are written.", kind="list"),
    Column("locators", "The place in each of these documents.", kind="list"),
)

ANALYSIS = Analysis(
    name="change",
    title="What changed between two dates?",
    description="Compares the network as of two dates: what began, ended and lasted, and of what nothing says.",
    definition=(
        "A link holds at a date if the period in which it is known to hold shares a day with it (see --as-of: unknown "
        "is not ongoing). began: holds at the later date and is known not to have held at the earlier; ended: the "
        "reverse; persists: holds at both; between: known to have held between them, and at neither; unknown: at one "
        "of the dates nothing says whether it held. Links without any date are counted and left out, those known to "
        "lie before or after both dates too. jaccard is the share of those that persist in those that began, ended or "
        "persist."
    ),
    references=(
        "Snijders, van de Bunt and Steglich, Introduction to stochastic actor-based models for network dynamics, "
        "Social Networks 32 (2010), 44-60 (the Jaccard index of two observations, section 4)",
    ),
    parameters=(
        Parameter("before", "date", "the earlier date: a year, month or day", required=True),
        Parameter("after", "date", "the later date", required=True),
        Parameter(
            "by",
            "choice",
            "each link by itself, or all with the same source, relation and target as one tie",
            default="link",
            choices=("link", "tie"),
        ),
        PROPOSED,
        LIMIT,
    ),
    columns=_COLUMNS,
    compute=change,
)
