"""What is wrong with a table: one sentence a problem, gathered so that a person corrects several at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from ..ontology.errors import UnreadableSource

#: How many problems are gathered before reading stops.
LIMIT = 20

_LONGEST_LIST_COMPARED = 20_000


class CellError(ValueError):
    """What is wrong with the text of one cell; the reader of the row adds the place and makes a problem of it."""

    def __init__(self, problem: str, advice: str | None = None) -> None:
        self.problem, self.advice = problem, advice
        super().__init__(problem)


class UnreadableTable(UnreadableSource):
    """Raised when several things are wrong with a table: the message is that of the first and counts the others.

    ``problems`` holds each as an :class:`UnreadableSource` of its own, in the order in which they were found.
    """

    def __init__(self, problems: Sequence[UnreadableSource], *, more: bool = False) -> None:
        self.problems = tuple(problems)
        first, others = self.problems[0], len(self.problems) - 1
        count = f"at least {others}" if more else str(others)
        super().__init__(
            f"{first.problem} (and {count} more {'problem' if others == 1 else 'problems'})",
            path=first.path,
            sheet=first.sheet,
            row=first.row,
            column=first.column,
            advice=first.advice,
        )


class Problems:
    """The problems found so far in one table; raises when there are too many to be worth reading on."""

    def __init__(self) -> None:
        self.found: list[UnreadableSource] = []
        self.spoilt = False

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, problem: UnreadableSource) -> None:
        """Keep a problem, unless the same was found on an earlier pass.

        :raises UnreadableTable: If it is the last one that is kept.
        """
        if any(str(problem) == str(known) for known in self.found):
            return
        self.found.append(problem)
        if len(self.found) >= LIMIT:
            raise UnreadableTable(self.found, more=True)

    def spoil(self) -> bool:
        """Tell whether what was just read is not to be used: once anything is wrong, nothing more is."""
        return bool(self.found)

    def raise_any(self) -> None:
        """Raise what was found, if anything was.

        :raises UnreadableSource: If there is one problem.
        :raises UnreadableTable: If there are several.
        """
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise UnreadableTable(self.found)


class Counted(Problems):
    """Problems that are counted by reason instead of raised: what is sound in the table is read all the same."""

    def __init__(self, skipped: dict[str, int]) -> None:
        super().__init__()
        self._skipped = skipped
        self._places: set[tuple[str | None, int | None]] = set()

    def add(self, problem: UnreadableSource) -> None:
        """Count the row once, whatever else is wrong with it and however often it is read."""
        self.spoilt = True
        place = (problem.sheet, problem.row)
        if place not in self._places:
            self._places.add(place)
            reason = f"row with a wrong {problem.column}" if problem.column else "row that is wrong"
            self._skipped[reason] = self._skipped.get(reason, 0) + 1

    def spoil(self) -> bool:
        """Tell whether anything was wrong with what was read since the last call."""
        spoilt, self.spoilt = self.spoilt, False
        return spoilt


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> list[str]:
    """Return up to three of the known words that a writer of ``word`` may have meant, the likeliest first.

    >>> nearest("member_of", ["hosts", "memberOf"])
    ['memberOf']
    """
    plain: dict[str, list[str]] = {}
    for item in known:
        plain.setdefault(_bare(item), []).append(item)
    if _bare(word) in plain:
        return plain[_bare(word)][:3]
    if len(plain) > _LONGEST_LIST_COMPARED:
        return []
    return [item for bare in difflib.get_close_matches(_bare(word), plain, 3, cutoff) for item in plain[bare]][:3]


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str | None = None) -> str | None:
    """Return advice that names the nearest known words, or ``otherwise`` where there is none.

    >>> did_you_mean("fund", ["funds", "hosts"])
    "perhaps you mean 'funds'"
    """
    found = nearest(word, known)
    if not found:
        return otherwise
    return f"perhaps you mean {' or '.join(repr(item) for item in found)}"


def _bare(word: str) -> str:
    return "".join(char for char in word.casefold() if char.isalnum())
