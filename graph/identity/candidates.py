"""Candidates: things that may be one, with a score and the reasons, for a person to decide on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..decisions import Standing
from ..names import fold
from .keys import LENT, NAMED, is_acronym
from .matching import NameMatcher
from .records import Record, against, kin, same_class
from .words import bracketed, load_words

#: What equal names alone come to.
_NAMES = 0.85
#: Shares by which a reason brings a score nearer to 1, and factors by which what is against it lowers it.
_ACRONYM, _SETTING = 0.4, 0.7
_AGAINST, _COUNTRY, _CLASS, _ONE_SOURCE = 0.5, 0.6, 0.95, 0.95
#: An activity that more things than this share says nothing of any two.
_CROWD = 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two things that may be one: the IRIs that stand for them, the score (0 to 1) and why."""

    left: str
    right: str
    score: float
    reasons: tuple[str, ...]


def merged(records: dict[str, Record], standing: Standing) -> dict[str, Record]:
    """Return the records with those joined that decisions have made one, by the lowest IRI of each."""
    from .rules import Clusters

    clusters = Clusters(records)
    for pair in standing.same:
        for iri in pair:
            records.setdefault(clusters.top(iri), Record({iri}))
        clusters.tie(*pair, "", "")
    return clusters.records


class CandidateFinder:
    """Compares all things of one store; :meth:`of` gives the candidates of one, :meth:`all` those of every one."""

    def __init__(self, records: dict[str, Record], standing: Standing) -> None:
        self.records = {
            top: record
            for top, record in sorted(merged(records, standing).items())
            if record.sources != {LENT} and any(f.removeprefix("group of ") in NAMED for f in record.families)
        }
        self._tops = list(self.records)
        self._number = {top: number for number, top in enumerate(self._tops)}
        self._different = {d.pair for d in standing.decisions() if d.verdict == "different"}
        bodies = ((n[0], top) for top, r in self.records.items() if r.authority and "organization" in r.families
                  for n in sorted(r.names) if n[2] != "acronym" and " " in n[0])  # fmt: skip
        self.words = load_words(bodies)
        self.matcher = NameMatcher(self.words)
        self._acronyms: dict[str, list[int]] = defaultdict(list)
        self._settings: dict[str, list[int]] = defaultdict(list)
        self._short: list[set[str]] = []
        self._countries: list[set[str]] = []
        for number, record in enumerate(self.records.values()):
            self.matcher.add(number, [text for text, _, kind in record.names if kind != "acronym"])
            short = _acronyms(record)
            self._short.append(short)
            self._countries.append(record.homes or self._named_countries(record))
            for acronym in short:
                self._acronyms[acronym].append(number)
            for at in record.settings:
                self._settings[at].append(number)

    def all(
        self, *, least: float = 0.5, each: int = 3, progress: Callable[[int], None] = lambda count: None
    ) -> list[Candidate]:
        """Return the best ``each`` candidates of every thing that reach a score, each pair once, the best first."""
        found: dict[tuple[str, str], Candidate] = {}
        for number, top in enumerate(self._tops):
            if number % 500 == 0:
                progress(number)
            for candidate in self.of(top, least=least, limit=each):
                found.setdefault((candidate.left, candidate.right), candidate)
        return sorted(found.values(), key=lambda c: (-c.score, c.left, c.right))

    def of(self, top: str, *, least: float = 0.3, limit: int = 10) -> list[Candidate]:
        """Return the candidates of one thing, the best first."""
        number = self._number.get(top)
        if number is None:
            return []
        near = self.matcher.near(number)
        others = set(near)
        for acronym in self._short[number]:
            if len(bearers := self._acronyms[acronym]) <= _CROWD:
                others.update(bearers)
        shared = self._shared(number)
        others.update(n for n, share in shared.items() if share >= 0.5)
        others.discard(number)
        scored = (self._score(number, other, near.get(other), shared.get(other, 0.0)) for other in others)
        kept = [c for c in scored if c is not None and c.score >= least]
        return sorted(kept, key=lambda c: (-c.score, c.left, c.right))[:limit]

    def _shared(self, number: int) -> dict[int, float]:
        """Return how much of what a thing does in activities others do too, from 0 to 1."""
        record = self.records[self._tops[number]]
        mine = 0.0
        common: dict[int, float] = defaultdict(float)
        for at in record.settings:
            doers = self._settings[at]
            if 1 < len(doers) <= _CROWD:
                mine += 1 / len(doers)
                for other in doers:
                    common[other] += 1 / len(doers)
        return {other: weight / mine for other, weight in common.items() if other != number}

    def _score(self, number: int, other: int, names: tuple[float, str, str] | None, shared: float) -> Candidate | None:
        one, two = self.records[self._tops[number]], self.records[self._tops[other]]
        pair = (min(self._tops[number], self._tops[other]), max(self._tops[number], self._tops[other]))
        if not kin(one, two) or self._decided_different(one, two) or (one.authority and two.authority):
            return None
        score, mine, theirs = names if names is not None else self.matcher.between(number, other)
        reasons = [f"names {score:.2f} alike: {mine} / {theirs}"] if score > 0.2 else []
        score *= _NAMES
        if acronyms := sorted(self._short[number] & self._short[other]):
            score += (1 - score) * _ACRONYM
            reasons.append(f"same acronym: {acronyms[0].upper()}")
        if shared > 0.1:
            # What two things do together proves little where their names have nothing in common.
            score += (1 - score) * _SETTING * shared * min(1.0, 0.5 + score)
            reasons.append(f"{shared:.0%} of its links are in the same activities")
        if (scheme := against(one, two)) is not None:
            score *= _AGAINST
            reasons.append(f"against it: different identifiers ({scheme})")
        mine_at, theirs_at = self._countries[number], self._countries[other]
        if mine_at and theirs_at and not mine_at & theirs_at and "country" not in one.families:
            score *= _COUNTRY
            reasons.append("against it: different countries")
        if not same_class(one, two):
            score *= _CLASS
            reasons.append("against it: different classes")
        if one.sources & two.sources:
            score *= _ONE_SOURCE
            reasons.append(f"against it: {min(one.sources & two.sources)} speaks of two things")
        return Candidate(*pair, round(score, 3), tuple(reasons))

    def _decided_different(self, one: Record, other: Record) -> bool:
        if not self._different:
            return False
        return any((min(a, b), max(a, b)) in self._different for a in one.iris for b in other.iris)

    def _named_countries(self, record: Record) -> set[str]:
        return {c for text, _, kind in record.names if kind != "acronym" for c in self.words.countries(text)}


def _acronyms(record: Record) -> set[str]:
    found = set()
    for text, _, kind in record.names:
        if kind == "acronym" or is_acronym(text):
            found.add(fold(text))
        found.update(fold(a) for a in bracketed(text))
    return {a for a in found if len(a) > 1}


def pairs(candidates: Iterable[Candidate]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of candidates."""
    for candidate in candidates:
        yield candidate.left, candidate.right
