"""How alike two names are, in one language or across two, and which names are worth comparing at all.

A name is a bag of signs (:meth:`.words.Words.signs`): countries, peoples and well-known bodies in any language are one
sign, other words are led to English. Names are compared where they share a rare sign, the beginning of one, an acronym
or, where asked, an activity (blocking); then by a soft Dice coefficient of their signs, weighted by how rare each is
(after Cohen, Ravikumar and Fienberg 2003, "soft TF-IDF"), and letter by letter with RapidFuzz.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from ...ontology.errors import MultilateralError
from .words import Words, name_key

#: How many postings are followed for a name, the rarest first; and how many of its two rarest, if those are longer.
_FOLLOWED, _LONGEST = 500, 600
#: How many names are compared closely with one name.
_CLOSE = 12
_PREFIX = 5
#: How alike two words must be, letter by letter, to count as one.
_WORD = 80.0


class MatchingMissing(MultilateralError):
    """Raised when the matching library is not installed."""


def library() -> Any:
    """Return RapidFuzz.

    :raises MatchingMissing: If it is not installed.
    """
    try:
        import rapidfuzz
    except ImportError as error:
        raise MatchingMissing(
            "Looking for candidates needs RapidFuzz; install it with `pip install 'multilateral[match]'`."
        ) from error
    return rapidfuzz


@dataclass(frozen=True, slots=True)
class Form:
    """A name made ready: its normalized text, its signs with bodies and without, and whose it is."""

    owner: int
    text: str
    key: str
    signs: tuple[str, ...]
    plain: tuple[str, ...]


@dataclass(slots=True)
class NameMatcher:
    """Finds the owners whose names are most like those of another; owners are numbers that the caller gives out."""

    words: Words
    forms: list[Form] = field(default_factory=list)
    _of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _blocks: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _count: Counter[str] = field(default_factory=Counter)
    _weight: dict[str, float] = field(default_factory=dict)
    _ratio: Any = None

    def add(self, owner: int, names: Iterable[str]) -> None:
        """Add the names of an owner."""
        seen = set()
        met: set[str] = set()
        for text in names:
            key = name_key(text)
            if not key or key in seen:
                continue
            seen.add(key)
            signs = tuple(dict.fromkeys(self.words.signs(text)))
            plain = tuple(dict.fromkeys(self.words.signs(text, bodies=False)))
            number = len(self.forms)
            self.forms.append(Form(owner, text, key, signs or (key,), plain or (key,)))
            self._of[owner].append(number)
            for block in _blocks_of(self.forms[-1]):
                self._blocks[block].append(number)
            met.update(signs, plain)
        self._count.update(met)

    def near(self, owner: int) -> dict[int, tuple[float, str, str]]:
        """Return the other owners with names like those of one: how alike (0 to 1), and the two names."""
        if self._ratio is None:
            self._ratio = library().fuzz.ratio
        best: dict[int, tuple[float, str, str]] = {}
        for number in self._of.get(owner, ()):
            form = self.forms[number]
            for other in self._close(form):
                theirs = self.forms[other]
                score = self.alike(form, theirs)
                if score > best.get(theirs.owner, (0.0, "", ""))[0]:
                    best[theirs.owner] = (score, form.text, theirs.text)
        return best

    def between(self, one: int, other: int) -> tuple[float, str, str]:
        """Return how alike the likest names of two owners are, and those names."""
        if self._ratio is None:
            self._ratio = library().fuzz.ratio
        best = (0.0, "", "")
        for a in self._of.get(one, ()):
            for b in self._of.get(other, ()):
                score = self.alike(self.forms[a], self.forms[b])
                if score > best[0]:
                    best = (score, self.forms[a].text, self.forms[b].text)
        return best

    def _close(self, form: Form) -> list[int]:
        blocks = sorted((len(self._blocks[b]), b) for b in _blocks_of(form) if b in self._blocks)
        score: dict[int, float] = defaultdict(float)
        followed = 0
        for size, block in blocks:
            followed += size
            if followed > _FOLLOWED:
                break
            weight = math.log(1 + len(self.forms) / size) * (0.5 if block.startswith("~") else 1.0)
            for number in self._blocks[block]:
                score[number] += weight
        if not score and blocks:  # all its words are frequent: those that share the two rarest of them
            rarest = [set(self._blocks[b]) for _, b in blocks[:2]]
            for number in list(set.intersection(*rarest))[:_LONGEST]:
                score[number] = 1.0
        mine = form.owner
        forms = self.forms
        most = sorted(score.items(), key=itemgetter(1), reverse=True)[: 5 * _CLOSE]
        found = [(s / (2 + len(forms[n].signs)), n) for n, s in most if forms[n].owner != mine]
        return [n for _, n in heapq.nlargest(_CLOSE, found)]

    def weight(self, sign: str) -> float:
        """Return how much a sign tells: more, the rarer it is."""
        found = self._weight.get(sign)
        if found is None:
            total = max(len(self._of), 1)
            found = self._weight[sign] = math.log(1 + total / max(self._count.get(sign, 1), 1))
        return found

    def alike(self, one: Form, other: Form) -> float:
        """Return how alike two names are, from 0 to 1."""
        if one.key == other.key:
            return 1.0
        score = self._soft(one.signs, other.signs)
        if one.signs != one.plain or other.signs != other.plain:
            score = max(score, self._soft(one.plain, other.plain))
        letters = self._ratio(one.key, other.key, score_cutoff=70) / 100
        return float(min(0.99, max(score, letters * 0.95)))

    def _soft(self, one: Sequence[str], other: Sequence[str]) -> float:
        total = shared = 0.0
        left = list(other)
        alone: list[tuple[float, str]] = []
        for sign in one:
            weight = self.weight(sign)
            total += weight
            if sign in left:
                left.remove(sign)
                shared += 2 * weight
                total += weight
            else:
                alone.append((weight, sign))
        for weight, sign in alone:
            likeness, found = max(((_alike(sign, b), b) for b in left), default=(0.0, ""))
            if likeness:
                left.remove(found)
                theirs = self.weight(found)
                total += theirs
                shared += (weight + theirs) * likeness
        total += sum(self.weight(b) for b in left)
        return shared / total if total else 0.0


@lru_cache(maxsize=500_000)
def _alike(one: str, other: str) -> float:
    """Return how alike two words are, 0 where they are too unlike to be one word in two languages or spellings."""
    if one[0] in "@#" or other[0] in "@#" or min(len(one), len(other)) < 4 or one[:2] != other[:2]:
        return 0.0
    ratio = library().fuzz.ratio(one, other, score_cutoff=_WORD)
    return float(ratio) / 100 * 0.9


def _blocks_of(form: Form) -> set[str]:
    found = {*form.signs, *form.plain}
    found.update(f"={' '.join(sorted(bag))}" for bag in (form.signs, form.plain))
    for number, sign in enumerate(form.plain):
        if sign[0] == "@" and len(form.plain) <= 8:  # a country with each other word: "ministry" alone is too frequent
            found.update(f"{sign} {other}" for at, other in enumerate(form.plain) if at != number)
    return found | {f"~{s[:_PREFIX]}" for s in form.plain if s[0] not in "@#" and len(s) > _PREFIX}
