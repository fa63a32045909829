"""Decisions of people: same, different, undone; each with who, when and why, and checked against the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...ontology.errors import MultilateralError
from ...ontology.model import ID
from ..decisions import RULE, Decision, Standing, Verdict
from ..store import Store
from .keys import Keys
from .rules import follow, now


class BadDecision(MultilateralError):
    """Raised when a decision contradicts others, or is on something that the store does not know."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says of two things: ``same``, ``different`` or ``undo``; ``place`` is where it is written."""

    verdict: Verdict
    left: str
    right: str
    why: str = ""
    place: str = ""


def short(iri: str) -> str:
    """Return an IRI of ours without its common beginning."""
    return iri.removeprefix(ID)


def apply(store: Store, wishes: Iterable[Wish], who: str) -> tuple[int, int]:
    """Write down what a person decides, all of it or nothing, and let the rules follow.

    To be called inside ``Store.writing``. What is already decided so by a person is not written again. Returns how
    many decisions of the person and how many of the rules were written.

    :raises BadDecision: If a decision contradicts another one, takes back what nobody decided, or is on unknown things.
    :raises DamagedLog: If the log of decisions was changed or lost.
    :raises StorageFailed: If the disk refuses.
    """
    if not who.strip() or who == RULE:
        raise BadDecision(f"A decision needs the name of who decides, and {who!r} is none; give one with --by.")
    standing = store.decisions.standing()
    when = now()
    new: list[Decision] = []
    keys = Keys(store, writable=True)
    try:
        keys.catch_up()
        for wish in wishes:
            decision = Decision(wish.verdict, wish.left, wish.right, who, when, wish.why)
            if _check(keys, standing, decision, wish.place):
                standing.add(decision)
                new.append(decision)
        if not new:
            return 0, 0
        touched = {iri for d in new for iri in d.pair}
        following = follow(keys, standing, sums=store.fingerprints(), touched=touched)
        store.decisions.append([*new, *following])
        keys.db.commit()
        return len(new), len(following)
    finally:
        keys.db.rollback()
        keys.close()


def _check(keys: Keys, standing: Standing, decision: Decision, place: str) -> bool:
    """Tell whether a decision says something new.

    :raises BadDecision: If it cannot stand.
    """
    at = f"{place}: " if place else ""
    pair = decision.pair
    one, other = (short(iri) for iri in pair)
    if pair[0] == pair[1]:
        raise BadDecision(f"{at}{one} stands on both sides; a decision is on two different things.")
    said = standing.by_person.get(pair)
    if decision.verdict == "undo":
        if standing.of(pair) is None:
            tied = [f"{short(a)} and {short(b)}" for a, b in _tied(standing, *pair)]
            hint = f"; they are one through {', '.join(tied)}" if tied else ""
            raise BadDecision(f"{at}Nothing is decided on {one} and {other} that could be undone{hint}.")
        return True
    for iri in pair:
        if not keys.db.execute("SELECT 1 FROM thing WHERE iri = ? LIMIT 1", (iri,)).fetchone():
            raise BadDecision(
                f"{at}No source describes {short(iri)}; `multilateral find` gives the id of what is there."
            )
    if said and said[-1].verdict == decision.verdict:
        return False
    chain = _tied(standing, *pair, people_only=True)
    if decision.verdict == "different" and chain and chain != [pair]:
        through = ", ".join(f"{short(a)} and {short(b)}" for a, b in chain)
        raise BadDecision(
            f"{at}{one} and {other} are one by what people decided on {through}; undo one of these first."
        )
    if decision.verdict == "same" and (against := _against(standing, pair)):
        a, b = (short(iri) for iri in against)
        raise BadDecision(
            f"{at}This would make {a} and {b} one, which a person decided are different; undo that first."
        )
    return True


def _neighbours(standing: Standing, *, people_only: bool) -> dict[str, list[str]]:
    beside: dict[str, list[str]] = {}
    for pair in standing.same:
        if people_only and not standing.by_person.get(pair):
            continue
        beside.setdefault(pair[0], []).append(pair[1])
        beside.setdefault(pair[1], []).append(pair[0])
    return beside


def _tied(standing: Standing, start: str, end: str, *, people_only: bool = False) -> list[tuple[str, str]]:
    """Return the pairs by which two things are one, the shortest way; empty if they are not."""
    beside = _neighbours(standing, people_only=people_only)
    before: dict[str, str] = {start: start}
    front = [start]
    while front and end not in before:
        following = []
        for iri in front:
            for other in sorted(beside.get(iri, ())):
                if other not in before:
                    before[other] = iri
                    following.append(other)
        front = following
    chain: list[tuple[str, str]] = []
    while end in before and end != start:
        chain.append((min(before[end], end), max(before[end], end)))
        end = before[end]
    return chain[::-1]


def _against(standing: Standing, pair: tuple[str, str]) -> tuple[str, str] | None:
    """Return two things that people say are different and that ``same`` on a pair would make one."""
    beside = _neighbours(standing, people_only=True)
    beside.setdefault(pair[0], []).append(pair[1])
    beside.setdefault(pair[1], []).append(pair[0])
    one, front = {pair[0]}, [pair[0]]
    while front:
        for other in beside.get(front.pop(), ()):
            if other not in one:
                one.add(other)
                front.append(other)
    for parted, said in sorted(standing.by_person.items()):
        if said and said[-1].verdict == "different" and parted != pair and parted[0] in one and parted[1] in one:
            return parted
    return None
