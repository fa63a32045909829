"""Sending rows in batches while the next ones are being made: one thread, one transaction a batch.

A batch may run twice when a connection is lost after the commit, so every statement here gives the same result the
second time: nodes and relationships are found by their keys (MERGE) before they are made.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter, defaultdict
from functools import partial
from types import TracebackType
from typing import Any

from ..rows import Row
from .connection import Server
from .rows import MARK

BATCH = 5_000
#: Rows that wait in batches not yet full; beyond it the longest batch goes as it is.
_WAITING = 20_000
#: Characters of text in one batch, about: what is long goes in smaller transactions.
_SIZE = 8_000_000


#: The first SET is for the lock that it takes: what is read after it cannot change before the end.
_CLAIMED = (
    f"MATCH (m:{MARK} {{key: 'mirror'}}) SET m.locked = true WITH m WHERE m.claim = $claim AND m.batch < $number "
    "SET m.batch = $number RETURN 1"
)


class Sender:
    """Takes rows by statement and sends them; what fails is raised by the next call or at the end of the block.

    ``claim`` is that of a push into an empty mirror; it stands on the mirror's node, with ``batch`` 0.
    """

    def __init__(self, server: Server, claim: str | None = None) -> None:
        self._server = server
        self._claim = claim
        self._first: dict[str, str] = {}
        self._number = 0
        self._batches: dict[str, list[Row]] = defaultdict(list)
        self._sizes: Counter[str] = Counter()
        self._waiting = 0
        self._queue: queue.Queue[tuple[str, list[Row]] | None] = queue.Queue(maxsize=2)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Sender:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._queue.put(None)
            self._thread.join()
        if kind is None:
            self._raise()

    def send(self, statement: str, row: Row, size: int = 0, *, first: str | None = None) -> None:
        """Add a row to the next batch of a statement; ``size`` is that of the long texts in it.

        ``first`` is a faster statement for rows that are certainly not there.
        """
        if first is not None and self._claim is not None:
            self._first[statement] = first
        batch = self._batches[statement]
        batch.append(row)
        self._waiting += 1
        self._sizes[statement] += size
        if len(batch) >= BATCH or self._sizes[statement] > _SIZE:
            self._go(statement)
        elif self._waiting > _WAITING:
            self._go(max(self._batches, key=lambda s: len(self._batches[s])))

    def flush(self) -> None:
        """Send what waits, and return when the server has all of it."""
        for statement in list(self._batches):
            self._go(statement)
        self._queue.join()
        self._raise()

    def _go(self, statement: str) -> None:
        self._raise()
        batch = self._batches.pop(statement, None)
        self._sizes.pop(statement, None)
        if batch:
            self._waiting -= len(batch)
            self._queue.put((statement, batch))

    def _raise(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            statement, batch = item
            try:
                if self._failure is None:
                    self._number += 1
                    self._server.write(partial(self._run, statement=statement, batch=batch, number=self._number))
            except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that sends
                self._failure = error
            finally:
                self._queue.task_done()

    def _run(self, tx: Any, *, statement: str, batch: list[Row], number: int) -> None:
        first = self._first.get(statement)
        if first is not None and tx.run(_CLAIMED, claim=self._claim, number=number).single() is not None:
            statement = first
        tx.run(statement, rows=batch).consume()


def one(server: Server, statements: list[tuple[str, dict[str, Any]]]) -> None:
    """Run several statements in one transaction."""

    def work(tx: Any) -> None:
        for text, parameters in statements:
            tx.run(text, parameters).consume()

    server.write(work)
