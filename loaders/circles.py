"""Circles of parents: an organization that, by what a file says, would be above itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_MOST: Final = 1_000


def leads(above: Mapping[str, Sequence[str]], start: str, goal: str) -> bool:
    """Say whether ``goal`` stands above ``start``; looks at no more than a thousand things.

    >>> leads({"unit": ["ministry"], "ministry": ["state"]}, "unit", "state")
    True
    """
    seen, queue = {start}, [start]
    while queue and len(seen) < _MOST:
        current = queue.pop()
        if current == goal:
            return True
        fresh = [other for other in above.get(current, ()) if other not in seen]
        seen.update(fresh)
        queue += fresh
    return goal in seen
