"""Sending rows in batches while the next ones are being made: one thread, one transaction a batch.

A batch may run twice when a connection is lost after the commit, so every statement here gives the same result the
second time: nodes and relationships are found by their keys (MERGE) before they are made.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Protocol

from ..rows import Row
from .connection import Server, ServerRefused
from .rows import MARK

BATCH = 5_000
#: Rows that wait in batches not yet full; beyond it the longest batch goes as it is.
_WAITING = 20_000
#: Transactions on their way at once, in a push into an empty mirror.
LANES = 2
#: Characters of text in one batch, about: what is long goes in smaller transactions.
_SIZE = 8_000_000


def _claimed(statement: str, lane: int) -> str:
    """Return a statement that does what it does only if the claim stands, and tells for how many rows.

    The first SET is for the lock that it takes: what is read after it cannot change before the end.
    """
    return (
        f"MATCH (m:{MARK} {{key: 'mirror'}}) SET m.locked = true "
        f"WITH m WHERE m.claim = $claim AND coalesce(m.lane_{lane}, 0) < $number SET m.lane_{lane} = $number "
        f"WITH m {statement} RETURN count(*) AS made"
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one statement. ``first`` is a faster statement for rows that are certainly not there."""

    statement: str
    first: str | None
    rows: list[Row]


class Sink(Protocol):
    """What takes rows one by one."""

    def send(self, statement: str, row: Row, size: int = 0, *, first: str | None = None) -> None:
        """Add a row to the next batch of a statement; ``size`` is that of the long texts in it.

        ``first`` is a faster statement for rows that are certainly not there.
        """


class Batches:
    """Collects rows by statement and hands a batch over when it is full, which it is with ``BATCH`` rows."""

    def __init__(self, hand_over: Callable[[Batch], None], full: int | None = None) -> None:
        self._hand_over = hand_over
        self._full = full or BATCH
        self._first: dict[str, str | None] = {}
        self._batches: dict[str, list[Row]] = defaultdict(list)
        self._sizes: Counter[str] = Counter()
        self._waiting = 0

    def send(self, statement: str, row: Row, size: int = 0, *, first: str | None = None) -> None:
        """Add a row; see :class:`Sink`."""
        self._first[statement] = first
        batch = self._batches[statement]
        batch.append(row)
        self._waiting += 1
        self._sizes[statement] += size
        if len(batch) >= self._full or self._sizes[statement] > _SIZE:
            self._go(statement)
        elif self._waiting > _WAITING:
            self._go(max(self._batches, key=lambda s: len(self._batches[s])))

    def flush(self) -> None:
        """Hand over what waits."""
        for statement in list(self._batches):
            self._go(statement)

    def _go(self, statement: str) -> None:
        batch = self._batches.pop(statement)
        self._sizes.pop(statement)
        self._waiting -= len(batch)
        self._hand_over(Batch(statement, self._first.pop(statement), batch))


class Sender:
    """Takes rows or batches and sends them; what fails is raised by the next call or at the end of the block.

    ``claim`` is that of a push into an empty mirror; it stands on the mirror's node. Such a push has two lanes: while
    the server writes the batch of one, that of the other is on its way and waits there for the lock on that node.
    So the server writes one after the other, and no two stand in each other's way. A lane numbers its batches, by
    which one is recognised that was written although the answer was lost.
    """

    def __init__(self, server: Server, claim: str | None = None) -> None:
        self._server = server
        self._claim = claim
        self._batches = Batches(self.put)
        self._queue: queue.Queue[Batch | None] = queue.Queue(maxsize=2)
        self._failures: list[BaseException] = []
        lanes = range(1 if claim is None else LANES)
        self._threads = [threading.Thread(target=self._work, args=(lane,), daemon=True) for lane in lanes]

    def __enter__(self) -> Sender:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            for _ in self._threads:
                self._queue.put(None)
            for thread in self._threads:
                thread.join()
        if kind is None:
            self._raise()

    def send(self, statement: str, row: Row, size: int = 0, *, first: str | None = None) -> None:
        """Add a row to the next batch of its statement; see :class:`Sink`."""
        self._batches.send(statement, row, size, first=first)

    def put(self, batch: Batch) -> None:
        """Send a batch after those that came before."""
        self._raise()
        self._queue.put(batch)

    def flush(self) -> None:
        """Send what waits, and return when the server has all of it."""
        self._batches.flush()
        self._queue.join()
        self._raise()

    def _raise(self) -> None:
        if self._failures:
            self._queue.join()
            failures, self._failures = self._failures, []
            # What one lane broke, the other only finds broken.
            raise next((f for f in failures if isinstance(f, ServerRefused)), failures[0])

    def _work(self, lane: int) -> None:
        number = 0
        while (batch := self._queue.get()) is not None:
            number += 1
            try:
                if not self._failures:
                    self._server.write(partial(self._run, batch=batch, lane=lane, number=number))
            except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that sends
                self._failures.append(error)
            finally:
                self._queue.task_done()

    def _run(self, tx: Any, *, batch: Batch, lane: int, number: int) -> None:
        if self._claim is not None:
            first = _claimed(batch.first or batch.statement, lane)
            if tx.run(first, rows=batch.rows, claim=self._claim, number=number).single(strict=True)["made"]:
                return
        tx.run(batch.statement, rows=batch.rows).consume()


def one(server: Server, statements: list[tuple[str, dict[str, Any]]]) -> None:
    """Run several statements in one transaction."""

    def work(tx: Any) -> None:
        for text, parameters in statements:
            tx.run(text, parameters).consume()

    server.write(work)
