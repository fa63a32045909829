"""Who answers, who waits, and what becomes of a query that takes long, a client that goes, a worker that dies.

Queries and pages have a pool each; both are spoken of as queries here.
A few workers answer short queries. A query that turns out to be long keeps its worker, which gets a lower priority
and a successor; so there is always somebody for short ones. Those that wait are served client by client in turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import tempfile
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import IO, Any

from . import wire
from .errors import Refused
from .limits import Limits
from .process import Edition, Target, Worker

log = logging.getLogger("multilateral.serve")
_SPOOLED = 1 << 20
_NICE = 10
_STARTS_AGAIN = 1.0
#: While others wait, a query of this many seconds is a long one already.
_URGENT = 0.03
Gone = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Work:
    """What the workers of a pool do, how it is called, and what helps if it is too much."""

    target: Target
    one: str
    many: str
    advice: str
    #: Whether what is asked is a text that may be nested too deeply for the parser.
    parsed: bool


class Job:
    """One query, or one page, on its way: its answer is gathered in memory, and in a file where it is large."""

    __slots__ = ("began", "client", "done", "file", "gone", "parts", "size", "timer", "watcher", "worker")

    def __init__(self, worker: Worker, client: str, gone: Gone, done: asyncio.Future[dict[str, Any]]) -> None:
        self.worker, self.client, self.gone, self.done = worker, client, gone, done
        self.began = done.get_loop().time()
        self.parts: list[bytes] = []
        self.size = 0
        self.file: IO[bytes] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.watcher: asyncio.Task[None] | None = None

    def take(self, sign: bytes, payload: bytes) -> None:
        """Take a frame of the worker."""
        if sign == wire.DATA:
            self.size += len(payload)
            self.parts.append(payload)
            if self.size > _SPOOLED:
                self._spool()
        elif not self.done.done():
            self.done.set_result(wire.unpacked(payload))

    def _spool(self) -> None:
        if self.file is None:
            self.file = tempfile.TemporaryFile()
        self.file.write(b"".join(self.parts))
        self.parts.clear()

    def stop(self, status: int, sentence: str, **headers: str) -> None:
        """End the job with a refusal, if it has not ended yet."""
        if not self.done.done():
            self.done.set_exception(Refused(status, sentence, **headers))

    def close(self) -> None:
        """Let go of the file."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def whole(self) -> bytes:
        """Return the whole answer, and let go of the file."""
        if self.file is None:
            return b"".join(self.parts)
        self.file.seek(0)
        found = self.file.read() + b"".join(self.parts)
        self.close()
        return found


class Pool:
    """Workers on one edition of the data; :meth:`publish` brings them to another one.

    ``told`` has the sentences that have been logged of what the system lacks.
    """

    def __init__(self, limits: Limits, work: Work, told: set[str]) -> None:
        self.limits, self._work, self._told = limits, work, told
        self.edition: Edition | None = None
        self._workers: set[Worker] = set()
        self._free: deque[Worker] = deque()
        self._queues: OrderedDict[str, deque[asyncio.Future[Worker]]] = OrderedDict()
        self._waiting = 0
        self._starting = 0
        self._long: list[Job] = []
        self._running: set[Job] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._urged: asyncio.TimerHandle | None = None

    # --- the workers -----------------------------------------------------------------------------------------

    async def publish(self, edition: Edition) -> None:
        """Bring the pool to an edition: new workers stand beside the old ones, then take over.

        :raises OSError: If the edition cannot be opened; the pool stays with the old one.
        """
        started = await asyncio.gather(
            *(Worker.start(edition, self.limits, self._work.target) for _ in range(self.limits.workers)),
            return_exceptions=True,
        )
        failed = [e for e in started if isinstance(e, BaseException)]
        workers = [w for w in started if isinstance(w, Worker)]
        if failed:
            for worker in workers:
                worker.kill()
            raise failed[0]
        self.edition = edition
        for old in list(self._free):
            self._retire(old)
        self._free.clear()
        for worker in workers:
            self._welcome(worker)

    def _welcome(self, worker: Worker) -> None:
        for sentence in worker.missing:
            if sentence not in self._told:
                self._told.add(sentence)
                log.warning("%s", sentence)
        self._workers.add(worker)
        worker.lost = self._lost
        self._release(worker)

    def _retire(self, worker: Worker) -> None:
        self._workers.discard(worker)
        worker.kill()

    def _lost(self, worker: Worker) -> None:
        """Take note of a worker that died while it had nothing to do."""
        if worker in self._workers:
            self._workers.discard(worker)
            with contextlib.suppress(ValueError):
                self._free.remove(worker)
            log.warning("worker %d ended while idle; another one takes its place", worker.pid)
            self._fill()

    def _fill(self) -> None:
        """Start workers until there are as many as there should be."""
        short = sum(1 for w in self._workers if not w.long and w.edition is self.edition)
        while not self._closing and short + self._starting < self.limits.workers:
            self._starting += 1
            task = asyncio.get_running_loop().create_task(self._start_one())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _start_one(self) -> None:
        try:
            edition = self.edition
            if edition is None or self._closing:
                return
            worker = await Worker.start(edition, self.limits, self._work.target)
            if self._closing or edition is not self.edition:
                worker.kill()
            else:
                self._welcome(worker)
        except OSError as error:
            log.error("a worker could not be started (%s); trying again", error)
            await asyncio.sleep(_STARTS_AGAIN)
        finally:
            self._starting -= 1
        self._fill()

    def uses(self, edition: Edition) -> bool:
        """Tell whether an edition is still read by a worker."""
        return edition is self.edition or any(w.edition is edition for w in self._workers)

    # --- who gets one ----------------------------------------------------------------------------------------

    async def _worker(self, client: str, *, again: bool) -> Worker:
        while self._free:
            worker = self._free.pop()  # the one that worked last has the index in the caches of the processor
            if worker.alive and not (again and worker.gone()):  # who killed one may have killed this one too
                return worker
        if self._closing:
            raise Refused(503, "The service is stopping.", Retry_After="10")
        mine = self._queues.get(client)
        if self._waiting >= self.limits.waiting or (mine and len(mine) >= self.limits.waiting_per_client):
            sentence = f"Too many {self._work.many} are waiting; try again in a few seconds."
            raise Refused(503, sentence, Retry_After="5")
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(turn)
        self._waiting += 1
        if self._urged is None:
            self._urge()
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await turn
        except TimeoutError:
            raise Refused(503, "No worker became free in time; try again in a few seconds.", Retry_After="5") from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._release(turn.result())
            raise
        finally:
            self._waiting -= 1

    def _release(self, worker: Worker) -> None:
        """Give a worker to the next who waits, of each client one in turn; else it is free."""
        if not worker.alive or worker.long or worker.edition is not self.edition or self._closing:
            self._retire(worker)
            self._fill()
            return
        while self._queues:
            client, turns = self._queues.popitem(last=False)
            while turns and (turn := turns.popleft()).done():
                continue
            found = turn if not turn.done() else None
            if turns:
                self._queues[client] = turns
            if found is not None:
                found.set_result(worker)
                return
        self._free.append(worker)

    # --- a query ---------------------------------------------------------------------------------------------

    async def ask(self, message: bytes, client: str, gone: Gone) -> tuple[Job, dict[str, Any], Edition]:
        """Run a query; return the job with its answer, what the worker says of it, and the edition that it is of.

        ``gone`` is awaited for long queries; when it returns, nobody wants the answer any more.

        :raises Refused: With the true status, if there is no answer.
        """
        loop = asyncio.get_running_loop()
        last = False
        while True:
            worker = await self._worker(client, again=last)
            job = Job(worker, client, gone, loop.create_future())
            self._running.add(job)
            job.timer = loop.call_later(min(self.limits.patience, self.limits.seconds), self._grown_long, job)
            worker.begin(message, job.take, lambda job=job: self._crashed(job))  # type: ignore[misc]
            try:
                said = await job.done
            except Refused as refused:
                job.close()
                if refused.status == _KILLED and not last:
                    last = True  # it was not the query's fault: once more with another worker
                    continue
                raise (Refused(503, self._killed) if refused.status == _KILLED else refused) from None
            finally:
                self._over(job, worker)
            if said["status"] != 200:
                job.close()
                if "fault" in said:
                    log.error("a %s failed\n%s", self._work.one, said["fault"])
                raise Refused(said["status"], said["sentence"])
            return job, said, worker.edition

    def _over(self, job: Job, worker: Worker) -> None:
        self._running.discard(job)
        if job.timer is not None:
            job.timer.cancel()
        if job.watcher is not None:
            job.watcher.cancel()
        if job in self._long:
            self._long.remove(job)
        ended = job.done.done() and not job.done.cancelled() and job.done.exception() is None
        if ended:
            worker.end()
            self._release(worker)
        else:
            self._retire(worker)
            self._fill()

    def _crashed(self, job: Job) -> None:
        """Say what became of a query whose worker died: its own fault, or somebody else's."""
        worker = job.worker
        code = worker.exit_code
        log.warning("worker %d ended by %s during a %s", worker.pid, _cause(code), self._work.one)
        if code == -signal.SIGKILL or code is None:
            job.stop(_KILLED, self._killed)
        elif worker.long or not self._work.parsed:
            # Only parsing recurses deeply, and that is soon done: what dies later has no memory left.
            needs = f"needs more than {self.limits.memory} MB of memory"
            job.stop(413, f"The {self._work.one} {needs}; {self._work.advice}.")
        else:
            memory = f"needs more than {self.limits.memory} MB of memory"
            job.stop(400, f"The query is too complex: it is nested or chained too deeply, or {memory}.")

    # --- a long query ----------------------------------------------------------------------------------------

    def _urge(self) -> None:
        """While somebody waits, move the oldest queries aside before their time, as far as there is room."""
        self._urged = None
        if not self._queues or self._closing:
            return
        loop = asyncio.get_running_loop()
        soon = loop.time() + _URGENT
        for job in sorted((j for j in self._running if not j.worker.long), key=lambda j: j.began):
            mine = sum(1 for other in self._long if other.client == job.client)
            if mine >= self.limits.long_per_client or len(self._long) >= self.limits.long:
                continue
            if loop.time() - job.began >= _URGENT:
                self._grown_long(job)
            else:
                soon = job.began + _URGENT
                break
        self._urged = loop.call_at(soon, self._urge)

    def _grown_long(self, job: Job) -> None:
        """Move a query that has run out of patience aside, if there is room for it."""
        worker, loop = job.worker, asyncio.get_running_loop()
        if job.done.done() or worker.long:
            return
        if loop.time() - job.began >= self.limits.seconds:
            self._expired(job)
            return
        mine = sum(1 for other in self._long if other.client == job.client)
        if mine >= self.limits.long_per_client:
            sentence = f"You have {mine} long {self._work.many} running; wait until one has ended."
            job.stop(429, sentence, Retry_After="10")
            return
        if len(self._long) >= self.limits.long:
            if not self._make_room(mine):
                sentence = f"Too many long {self._work.many} are running; try again later."
                job.stop(503, sentence, Retry_After="10")
                return
        self._long.append(job)
        worker.long = True
        with contextlib.suppress(OSError, AttributeError):  # not on Windows
            os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)
        if job.timer is not None:
            job.timer.cancel()
        job.timer = loop.call_at(job.began + self.limits.seconds, self._expired, job)
        job.watcher = loop.create_task(self._watch(job))
        self._fill()

    def _make_room(self, mine: int) -> bool:
        """End the newest long query of the client that has most of them, if that is fair."""
        held: dict[str, list[Job]] = {}
        for job in self._long:
            held.setdefault(job.client, []).append(job)
        most = max(held.values(), key=len)
        if len(most) <= mine + 1:
            return False
        sentence = f"Others were waiting, and you had most of the long {self._work.many}; try again."
        most[-1].stop(503, sentence, Retry_After="10")
        self._long.remove(most[-1])
        return True

    def _expired(self, job: Job) -> None:
        after = f"was stopped after {self.limits.seconds:g} seconds"
        job.stop(504, f"The {self._work.one} {after}; {self._work.advice}.")

    @property
    def _killed(self) -> str:
        return f"The process that worked on the {self._work.one} was ended from outside; try again."

    async def _watch(self, job: Job) -> None:
        await job.gone()
        job.stop(499, "The client went away.")

    # --- the end ---------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Wait for running queries, which have a while, and end all workers."""
        self.closing()
        while self._running:
            await asyncio.sleep(0.02)
        for worker in list(self._workers):
            self._retire(worker)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def closing(self) -> None:
        """Take no more queries, answer those that wait, and let those that run go on for a while only."""
        if self._closing:
            return
        self._closing = True
        for turns in self._queues.values():
            for turn in turns:
                if not turn.done():
                    turn.set_exception(Refused(503, "The service is stopping.", Retry_After="10"))
        self._queues.clear()
        if self._running:
            asyncio.get_running_loop().call_later(self.limits.grace, self._end_running)

    def _end_running(self) -> None:
        for job in list(self._running):
            job.stop(503, f"The service is stopping; the {self._work.one} was ended.", Retry_After="10")


#: The status, inside the pool only, of a query that lost its worker without fault of its own.
_KILLED = -1


def _cause(code: int | None) -> str:
    if code is None:
        return "an unknown cause"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit status {code}"
