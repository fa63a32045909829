"""Sending rows in batches while the next ones are being made: one thread, one transaction a batch.

A batch may run twice when a connection is lost after the commit, so every statement here gives the same result the
second time: nodes and relationships are found by their keys (MERGE) before they are made.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from types import TracebackType
from typing import Any

from ..rows import Row
from .connection import Server

BATCH = 5_000
#: Rows that wait in batches not yet full; beyond it the longest batch goes as it is.
_WAITING = 20_000
#: Characters of text in one batch, about: what is long goes in smaller transactions.
_SIZE = 8_000_000


class Sender:
    """Takes rows by statement and sends them; what fails is raised by the next call or at the end of the block."""

    def __init__(self, server: Server, sent: Callable[[int], None] = lambda rows: None) -> None:
        self._server = server
        self._sent = sent
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

    def send(self, statement: str, row: Row, size: int = 0) -> None:
        """Add a row to the next batch of a statement; ``size`` is that of the long texts in it."""
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
                    self._server.write(lambda tx, s=statement, b=batch: tx.run(s, rows=b).consume())  # type: ignore[misc]
                    self._sent(len(batch))
            except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that sends
                self._failure = error
            finally:
                self._queue.task_done()


def one(server: Server, statements: list[tuple[str, dict[str, Any]]]) -> None:
    """Run several statements in one transaction."""

    def work(tx: Any) -> None:
        for text, parameters in statements:
            tx.run(text, parameters).consume()

    server.write(work)
