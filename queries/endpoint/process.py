"""A worker as the service sees it: forked from a clean process, spoken to through a pair of sockets, killed at will."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from . import wire
from .limits import Limits

_OPENS_WITHIN = 60.0
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
#: Starting a process blocks for some milliseconds, and is done in one thread, one after another.
_starter = ThreadPoolExecutor(1, thread_name_prefix="workers")


#: What runs in a process: it speaks through the socket, on an edition, within limits.
Target = Callable[[socket.socket, "Edition", Limits], None]


@dataclass(frozen=True)
class Edition:
    """One state of the data: the folder of its index, and a tag that no other state has.

    ``projections`` holds copies of all that pages are made from; an index that belongs to no store has none.
    """

    tag: str
    index: Path
    projections: Path | None = None
    #: What the description of the dataset says of it, when it has been counted.
    counts: dict[str, Any] = field(default_factory=dict, compare=False)


def context() -> Any:
    """Return the way processes are started: forked from a server that has the engine in memory but no data."""
    chosen = multiprocessing.get_context(_METHOD)
    if _METHOD == "forkserver":
        chosen.set_forkserver_preload([f"{__package__}.preload"])
    return chosen


class Worker(asyncio.Protocol):
    """A process that does one thing at a time. Made by :meth:`start`."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.missing: list[str] = []
        self.long = False
        self.alive = True
        self.pid = 0
        self.exit_code: int | None = None
        self.lost: Callable[[Worker], None] = lambda worker: None
        self._frames = wire.Frames()
        self._take: Callable[[bytes, bytes], None] | None = None
        self._crashed: Callable[[], None] | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._process: BaseProcess | None = None

    @classmethod
    async def start(cls, edition: Edition, limits: Limits, target: Target) -> Worker:
        """Start a worker and return it when it has opened its edition.

        :raises OSError: If it ends before, or takes too long.
        """
        loop = asyncio.get_running_loop()
        worker = cls(edition)
        ours, theirs = socket.socketpair()
        try:
            process = await loop.run_in_executor(_starter, _spawn, target, theirs, edition, limits)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        worker._process, worker.pid = process, process.pid or 0
        ours.setblocking(False)
        await loop.create_connection(lambda: worker, sock=ours)
        try:
            async with asyncio.timeout(_OPENS_WITHIN):
                await worker._ready
        except BaseException as error:
            worker.kill()
            if isinstance(error, TimeoutError):
                raise OSError("the data took too long to open") from error
            raise
        return worker

    # --- asyncio.Protocol ------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the process."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Pass the frames of an answer on."""
        for sign, payload in self._frames.feed(data):
            if sign == wire.READY:
                self.missing = wire.unpacked(payload)
                if not self._ready.done():
                    self._ready.set_result(None)
            elif self._take is not None:
                self._take(sign, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """Find out what the process died of, and tell it."""
        self.alive = False
        if not self._ready.done():
            self._ready.set_exception(OSError("the data cannot be opened"))
        if self._process is not None:
            found = asyncio.get_running_loop().run_in_executor(None, _reap, self._process)
            found.add_done_callback(self._died)

    def _died(self, found: asyncio.Future[int | None]) -> None:
        self.exit_code = None if found.cancelled() or found.exception() else found.result()
        if self._crashed is not None:
            self._crashed()
        else:
            self.lost(self)

    # --- the pool --------------------------------------------------------------------------------------------

    def begin(self, message: bytes, take: Callable[[bytes, bytes], None], crashed: Callable[[], None]) -> None:
        """Send a question; frames of the answer go to ``take``, and ``crashed`` is called if none can come."""
        self._take, self._crashed = take, crashed
        if self.alive and self._transport is not None:
            self._transport.write(message)
        elif self.exit_code is not None:
            crashed()

    def gone(self) -> bool:
        """Tell whether the process has ended, also if nobody has taken note of that yet."""
        return self._process is None or not self._process.is_alive()

    def end(self) -> None:
        """Forget the question that has been answered."""
        self._take = self._crashed = None

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._take = self._crashed = None
        self.lost = lambda worker: None
        if self._process is not None:
            with contextlib.suppress(ValueError, OSError):
                self._process.kill()
        if self._transport is not None:
            self._transport.abort()


def _spawn(target: Target, pipe: socket.socket, edition: Edition, limits: Limits) -> BaseProcess:
    process: BaseProcess = context().Process(target=target, args=(pipe, edition, limits), daemon=True)
    process.start()
    return process


def _reap(process: BaseProcess) -> int | None:
    process.join(5)
    return process.exitcode
