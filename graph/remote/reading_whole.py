"""Whether an answer is all of the answer: services cut off at a limit of their own, and many do not say so.

Such limits are round numbers. An answer of just as many rows is counted by the service, which is no row itself and so
is under no limit; where that cannot be done, it is told that the rows may not be all.
"""

from __future__ import annotations

from collections.abc import Callable

from ...ontology.errors import BadQuery
from .errors import Refused, StoreUnavailable
from .reading_query import has_dataset, has_limit, prologue_of
from .service import Service


def is_typical(rows: int) -> bool:
    """Tell whether a number of rows may well be a limit: a hundred or more, with two digits at most, or a power of two.

    >>> [n for n in (10, 99, 100, 2500, 9999, 10_000, 65_535, 65_536, 100_001) if is_typical(n)]
    [100, 2500, 10000, 65535, 65536]
    """
    two = rows.bit_count() == 1 or (rows + 1).bit_count() == 1
    return rows >= 100 and (len(str(rows).rstrip("0")) <= 2 or (two and rows >= 1000))


def check_whole(service: Service, text: str, rows: int, notice: Callable[[str], None], *, select: bool = True) -> None:
    """See that the rows of a query are all, where their number may be a limit of the service.

    ``text`` is the query as it was sent, ``select`` whether it is a SELECT. ``notice`` is told where that cannot be
    found out.

    :raises Refused: If there are more.
    """
    if not is_typical(rows) or has_limit(text, rows):
        return
    there = _count(service, text) if select and not has_dataset(text) else None
    if there is None:
        notice(
            f"Just {rows:,} rows came, which may be a limit of the service, and it cannot say whether there are more."
        )
    elif there > rows:
        raise Refused(
            service.address.url,
            f"gives {rows:,} of {there:,} rows and does not say that it cut them off",
            "ask for less, or for parts with ORDER BY, LIMIT and OFFSET",
        )


def _count(service: Service, text: str) -> int | None:
    start = prologue_of(text)
    counted = f"{text[:start]}SELECT (COUNT(*) AS ?rows_in_all) WHERE {{ {{ {text[start:]}\n}} }}"
    try:
        for row in service.select(counted):
            if row.get("rows_in_all") is not None and row["rows_in_all"].value.isdigit():
                return int(row["rows_in_all"].value)
    except (BadQuery, StoreUnavailable):
        return None
    return None
