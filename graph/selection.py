"""Which links a question is about: dates, relations, classes, sources and statuses, the same in every command.

**Dates are periods.** ``2012`` is 1 January to 31 December 2012, ``2012-04`` all of April, ``2012-04-25`` one day.
A date of a link counts as its whole period: a link that began in ``2012`` is taken to hold on every day of 2012.

**Unknown is not ongoing.** The period in which a link is known to hold, its *extent*, is

====================  ====================================================================================
the link has          extent
====================  ====================================================================================
both dates            from the first day of the one to the last day of the other
only a beginning      the beginning itself (all of 2012 for ``2012``); without end if the status is
                      ``ongoing``, because then the source says that it lasts
only an end           the end itself: nothing says when it began
neither               none, whatever the status: nothing says when
====================  ====================================================================================

``--from`` and ``--until`` keep a link whose extent shares a day with the window; ``--as-of D`` is the window
that begins and ends with ``D``. So a membership "since 1948" is not counted as of 2012 unless the source says that
it lasts or when it ended. A reader must be able to see what that costs: :meth:`Selection.timing` tells a link that
is ``out`` (known not to hold then) from one that is ``undated`` or ``open`` (nothing says whether it held), and
:class:`Chosen` counts them.

All conditions must be met. Relations include their sub-properties (selecting ``leads`` keeps ``chairs``). Of the
classes, *both* ends of a link must be one or a subclass of one: ``--type Organization`` is the network among
organizations, ``--type Organization --type Event`` that of organizations and events. A link without a status is
kept only where no status is asked for.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..ontology.errors import BadParameter
from ..ontology.model import STATUSES, Link

if TYPE_CHECKING:
    from ..ontology.vocabulary import Vocabulary

Timing: TypeAlias = Literal["in", "out", "undated", "open"]
Period: TypeAlias = tuple[str, str]

FOREVER = "9999-12-31"
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class BadSelection(BadParameter):
    """Raised when a selection names a date, relation, class, status or source that does not exist."""


def period(date: str) -> Period:
    """Return the first and the last day of an ISO 8601 date of year, month or day precision.

    Raises BadSelection if it is no such date, or one that no calendar has.

    >>> period("2012"), period("2012-02")
    (('2012-01-01', '2012-12-31'), ('2012-02-01', '2012-02-29'))
    """
    found = _DATE.fullmatch(date)
    if not found or found[1] == "0000":
        raise BadSelection(f"{date!r} is not a date; write a year, month or day such as 2012, 2012-04 or 2012-04-25.")
    year, month, day = found.groups()
    if month is None:
        return f"{year}-01-01", f"{year}-12-31"
    if not 1 <= int(month) <= 12:
        raise BadSelection(f"{date!r} is not a date: there is no month {month}; months go from 01 to 12.")
    last = calendar.monthrange(int(year), int(month))[1]
    if day is None:
        return f"{year}-{month}-01", f"{year}-{month}-{last:02}"
    if not 1 <= int(day) <= last:
        raise BadSelection(f"{date!r} is not a date: {year}-{month} has the days 01 to {last:02}; check the day.")
    return date, date


@lru_cache(maxsize=65_536)
def _stored_period(date: str) -> Period | None:
    """Return the period of a date found in the data; None for one that is none, which ``validate`` reports."""
    try:
        return period(date)
    except BadSelection:
        return None


def extent(valid_from: str | None, valid_to: str | None, status: str | None = None) -> Period | None:
    """Return the first and last day on which a link is known to hold, None if nothing says; see the module's table."""
    begin = _stored_period(valid_from) if valid_from else None
    end = _stored_period(valid_to) if valid_to else None
    if begin and end:
        return begin[0], end[1]
    if begin:
        return begin[0], FOREVER if status == "ongoing" else begin[1]
    return end


def timing(window: Period, valid_from: str | None, valid_to: str | None, status: str | None = None) -> Timing:
    """Tell whether a link with these dates held within a window.

    ``in``: it did. ``out``: it is known not to have. ``undated``: it has no date. ``open``: it began before and
    nothing says whether it lasted, or it ended later and nothing says whether it had begun.
    """
    known = extent(valid_from, valid_to, status)
    if known is None:
        return "undated"
    if known[0] <= window[1] and window[0] <= known[1]:
        return "in"
    # What was read as no date at all counts as missing here too, as in extent.
    begins = bool(valid_from and _stored_period(valid_from))
    ends = bool(valid_to and _stored_period(valid_to))
    if (known[1] < window[0] and not ends) or (known[0] > window[1] and not begins):
        return "open"
    return "out"


@dataclass(frozen=True)
class Selection:
    """Conditions on links; an empty one admits everything. Make it with :meth:`parse`, which checks the words."""

    as_of: str | None = None
    from_: str | None = None
    until: str | None = None
    relations: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()

    @classmethod
    def parse(
        cls,
        vocabulary: Vocabulary,
        *,
        as_of: str | None = None,
        from_: str | None = None,
        until: str | None = None,
        relation: str | Iterable[str] = (),
        type_: str | Iterable[str] = (),
        source: str | Iterable[str] = (),
        status: str | Iterable[str] = (),
        known_sources: Collection[str] | None = None,
    ) -> Selection:
        """Return the selection that these words ask for.

        Relations and classes may be written in any case and with underscores (``MEMBER_OF``). Sources are checked
        where ``known_sources`` is given. Raises BadSelection for a date that does not exist, a window that ends
        before it begins, and an unknown word, with the nearest known one.
        """
        for date in (as_of, from_, until):
            if date is not None:
                period(date)
        if from_ and until and period(from_)[0] > period(until)[1]:
            raise BadSelection(f"The selection ends ({until}) before it begins ({from_}); exchange the two dates.")
        return cls(
            as_of=as_of,
            from_=from_,
            until=until,
            relations=_known("relation", relation, vocabulary.relations),
            types=_known("class", type_, [c for c in vocabulary.classes if vocabulary.is_a(c, "Entity")]),
            sources=_known("source", source, known_sources),
            statuses=_known("status", status, STATUSES),
        )

    @property
    def dated(self) -> bool:
        """Whether the selection asks for a time, so that links without dates are left out."""
        return bool(self.as_of or self.from_ or self.until)

    @property
    def empty(self) -> bool:
        """Whether everything is admitted."""
        return self == Selection()

    def windows(self) -> tuple[Period, ...]:
        """Return the periods that a link's extent has to meet: that of ``as_of``, that of ``from_`` and ``until``."""
        out: list[Period] = [period(self.as_of)] if self.as_of else []
        if self.from_ or self.until:
            begin = period(self.from_)[0] if self.from_ else "0001-01-01"
            out.append((begin, period(self.until)[1] if self.until else FOREVER))
        return tuple(out)

    def timing(self, link: Link) -> Timing:
        """Tell whether a link held in the time asked for; ``in`` where none is asked for. See :func:`timing`."""
        found = {timing(w, link.valid_from, link.valid_to, link.status) for w in _windows(self)}
        order: tuple[Timing, ...] = ("out", "undated", "open")
        return next((t for t in order if t in found), "in")

    def admits(self, link: Link, source_id: str, source_type: str, target_type: str, vocabulary: Vocabulary) -> bool:
        """Return whether a link is selected.

        ``source_id`` is the source that states it, ``source_type`` and ``target_type`` the classes of its two ends.
        """
        return self._concerns(link, source_id, source_type, target_type, vocabulary) and self.timing(link) == "in"

    def admits_type(self, type_: str, vocabulary: Vocabulary) -> bool:
        """Return whether a thing of this class may stand in the selected network."""
        return not self.types or any(vocabulary.is_a(type_, wanted) for wanted in self.types)

    def _concerns(self, link: Link, source_id: str, source_type: str, target_type: str, vocabulary: Vocabulary) -> bool:
        """Return whether all conditions but those of time are met."""
        return (
            (not self.sources or source_id in self.sources)
            and (not self.statuses or link.status in self.statuses)
            and (not self.relations or any(_below(link.relation, wanted, vocabulary) for wanted in self.relations))
            and self.admits_type(source_type, vocabulary)
            and self.admits_type(target_type, vocabulary)
        )


@dataclass
class Chosen:
    """The selected ones of a stream of links, and how many were left out because nothing says when they held.

    Iterate first; ``undated`` and ``open`` are complete when the stream has ended. They count only links that meet
    every other condition, so that a command can say "12 links without dates and 40 whose end is unknown left out".
    """

    selection: Selection
    vocabulary: Vocabulary
    undated: int = field(default=0, init=False)
    open: int = field(default=0, init=False)

    def __call__(self, links: Iterable[tuple[Link, str, str, str]]) -> Iterator[tuple[Link, str]]:
        """Yield ``(link, source id)`` for those admitted of ``(link, source id, source type, target type)``."""
        for link, source_id, source_type, target_type in links:
            if not self.selection._concerns(link, source_id, source_type, target_type, self.vocabulary):
                continue
            when = self.selection.timing(link)
            if when == "in":
                yield link, source_id
            elif when == "undated":
                self.undated += 1
            elif when == "open":
                self.open += 1


def left_out(undated: int, unfinished: int) -> str | None:
    """Return the sentence that says what a selection by date left out because nothing says when it held."""
    if not undated and not unfinished:
        return None
    return (
        f"The selection by date left out {undated} links without a date and {unfinished} of which no source says "
        "whether they had begun or still lasted."
    )


@lru_cache(maxsize=64)
def _windows(selection: Selection) -> tuple[Period, ...]:
    return selection.windows()


def _below(relation: str, wanted: str, vocabulary: Vocabulary) -> bool:
    """Return whether a relation is ``wanted`` or one of its sub-properties; False for one that is unknown."""
    if relation == wanted:
        return True
    term = vocabulary.relations.get(relation)
    return term is not None and any(_below(parent, wanted, vocabulary) for parent in term.parents)


def _fold(word: str) -> str:
    return word.replace("_", "").casefold()


def _known(what: str, words: str | Iterable[str], known: Collection[str] | None) -> frozenset[str]:
    """Return the words as ``known`` spells them; raises BadSelection for one that it does not have."""
    asked = [words] if isinstance(words, str) else list(words)
    asked = [word.strip() for word in asked]
    if known is None:
        return frozenset(asked)
    # Sources are exact slugs, in which case and underscores count; the words of the ontology are not.
    spelled = {name if what == "source" else _fold(name): name for name in known}
    out = set()
    for word in asked:
        key = word if what == "source" else _fold(word)
        if key not in spelled:
            near = get_close_matches(key, sorted(spelled), n=1, cutoff=0.6)
            if near:
                advice = f"did you mean {spelled[near[0]]!r}?"
            elif known:
                advice = "the known ones are " + ", ".join(sorted(known)) + "."
            else:
                advice = "there is none yet."
            raise BadSelection(f"There is no {what} {word!r}; {advice}")
        out.add(spelled[key])
    return frozenset(out)
