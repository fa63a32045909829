"""The log of decisions on identity: which IRIs of different sources name one thing.

A line is one decision in JSON with a checksum of its own and of the line before, so that a lost, changed or
reordered line is found (only a loss at the very end is not: what is left is the log as it once was). Nothing is
ever rewritten: an undone decision is undone by a later line.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from ..ontology.errors import DamagedLog

Verdict: TypeAlias = Literal["same", "different", "undo"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Two IRIs are the same thing, or are not, or an earlier decision on them is undone.

    ``who`` is a person or ``"rule"``; ``when`` an ISO 8601 instant in UTC; ``rule`` the name of the rule that
    decided, ``why`` the reason in words.
    """

    verdict: Verdict
    left: str
    right: str
    who: str
    when: str
    why: str = ""
    rule: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The two IRIs in a fixed order."""
        return (self.left, self.right) if self.left <= self.right else (self.right, self.left)


#: Who decides when no person does.
RULE = "rule"


@dataclass(slots=True)
class Standing:
    """What the decisions come to: for each pair, what a person says last, else what a rule says.

    A person's ``undo`` takes back the last thing that a person said of the pair. Where no person has said anything, it
    takes back the rule's decision, and no rule decides on that pair again (it is in ``vetoed``) until a person does.
    """

    by_rule: dict[tuple[str, str], Decision] = field(default_factory=dict)
    by_person: dict[tuple[str, str], list[Decision]] = field(default_factory=dict)
    vetoed: dict[tuple[str, str], Decision] = field(default_factory=dict)

    def add(self, decision: Decision) -> None:
        """Take one more decision in."""
        pair = decision.pair
        if decision.who == RULE:
            if decision.verdict == "undo":
                self.by_rule.pop(pair, None)
            else:
                self.by_rule[pair] = decision
        elif decision.verdict != "undo":
            self.by_person.setdefault(pair, []).append(decision)
        elif self.by_person.get(pair):
            self.by_person[pair].pop()
        else:
            self.vetoed[pair] = decision
            self.by_rule.pop(pair, None)

    def of(self, pair: tuple[str, str]) -> Decision | None:
        """Return the decision on a pair that stands."""
        said = self.by_person.get(pair)
        return said[-1] if said else self.by_rule.get(pair)

    def decisions(self) -> list[Decision]:
        """Return every decision that stands, by pair."""
        pairs = sorted({*self.by_rule, *(p for p, said in self.by_person.items() if said)})
        return [found for pair in pairs if (found := self.of(pair)) is not None]

    @property
    def same(self) -> list[tuple[str, str]]:
        """The pairs that are the same thing."""
        return [d.pair for d in self.decisions() if d.verdict == "same"]


class DecisionLog:
    """The file ``decisions.jsonl`` of a store; ``shown`` is its name in messages, where ``path`` is a copy of it."""

    def __init__(self, path: Path, *, shown: Path | None = None) -> None:
        self.path = path
        self._shown = shown or path

    def __iter__(self) -> Iterator[Decision]:
        """Yield every line in order.

        :raises DamagedLog: At the first line that does not match its checksum.
        """
        yield from (decision for decision, _ in self._lines())

    def _lines(self) -> Iterator[tuple[Decision, str]]:
        if not self.path.exists():
            return
        last = ""
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    record = dict(json.loads(line))
                    checksum = record.pop("checksum")
                    decision = Decision(**record)
                except (ValueError, KeyError, TypeError) as error:
                    raise self._damaged(number) from error
                if checksum != _checksum(record, last):
                    raise self._damaged(number)
                last = checksum
                yield decision, checksum

    def _damaged(self, number: int) -> DamagedLog:
        return DamagedLog(
            f"Line {number} of {self._shown} was changed or lost after it was written; put the file back from a copy."
        )

    def append(self, decisions: Iterable[Decision], into: Path | None = None) -> int:
        """Write decisions at the end, all or none, and return how many there were.

        With ``into`` the longer log is written there, to take the place of this one together with something else.

        :raises DamagedLog: If a line that is there does not match its checksum.
        :raises StorageFailed: If the disk refuses.
        """
        from .store import storage

        last = ""
        for _, checksum in self._lines():
            last = checksum
        text = []
        for decision in decisions:
            record = asdict(decision)
            last = _checksum(record, last)
            text.append(json.dumps({**record, "checksum": last}, ensure_ascii=False, sort_keys=True) + "\n")
        target = into or self.path
        beside = target.with_suffix(".new")
        before = self.path.read_bytes() if self.path.exists() else b""
        with storage(self.path):
            with beside.open("wb") as out:
                out.write(before + "".join(text).encode())
                out.flush()
                os.fsync(out.fileno())
            beside.replace(target)
        return len(text)

    def standing(self) -> Standing:
        """Return what the lines come to, one after the other."""
        standing = Standing()
        for decision in self:
            standing.add(decision)
        return standing

    def canonical(self, rank: Callable[[str], int] = lambda iri: 0) -> dict[str, str]:
        """Return, for every IRI that is not its own canonical thing, the IRI that stands for it.

        Things tied by ``same`` form one; the one with the lowest ``rank``, then the lowest IRI, stands for all,
        so that the choice is the same on every machine.
        """
        parent: dict[str, str] = {}

        def root(iri: str) -> str:
            while (above := parent.get(iri, iri)) != iri:
                parent[iri] = parent.get(above, above)
                iri = above
            return iri

        for left, right in sorted(self.standing().same):
            a, b = sorted((root(left), root(right)), key=lambda iri: (rank(iri), iri))
            parent[b] = a
            parent.setdefault(a, a)
        return {iri: top for iri in sorted(parent) if (top := root(iri)) != iri}


def _checksum(record: dict[str, str], before: str) -> str:
    text = before + json.dumps(record, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
