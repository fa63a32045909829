"""The service behind the addresses: the data that is followed and the workers that answer."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from . import pages, worker
from .data import Publish
from .errors import Refused
from .limits import Limits
from .pool import Pool, Work
from .process import Edition

if TYPE_CHECKING:
    from starlette.requests import Request

T = TypeVar("T")
log = logging.getLogger("multilateral.serve")


def gone(receive: Any) -> Callable[[], Any]:
    """Return what waits until a client has gone away, given the ``receive`` of its request (ASGI)."""

    async def waiting() -> None:
        while (await receive())["type"] != "http.disconnect":
            continue

    return waiting


class Data(Protocol):
    """Where editions come from."""

    async def renew(self, publish: Publish) -> None:
        """Publish the present state."""

    async def follow(self, publish: Publish, used: Callable[[Edition], bool]) -> None:
        """Publish each later state until cancelled."""

    def close(self) -> None:
        """Let go of everything."""


class Service:
    """What answers: started and stopped with the server.

    :param data: The store, or an index that does not change.
    :param public: The address under which the service is known, without a slash at its end.
    :param modules: The modules of the functions that :meth:`call` is given.
    """

    def __init__(self, data: Data, limits: Limits, public: str, modules: Sequence[str] = ()) -> None:
        self.data, self.limits, self.public = data, limits, public.rstrip("/")
        told: set[str] = set()  # what the system lacks is told once
        self.pool = Pool(
            limits, Work(worker.run, "query", "queries", "make it more selective or add LIMIT", True), told
        )
        path: Path | None = getattr(data, "path", None)
        self._pages: Pool | None = None
        if path is not None:
            work = Work(functools.partial(pages.run, path, tuple(modules)), "page", "pages", "ask for less", False)
            self._pages = Pool(limits.of_pages(), work, told)
        self._follower: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def edition(self) -> Edition:
        """The edition that is served now; there is one as soon as the server listens."""
        if self.pool.edition is None:
            raise RuntimeError("the service has not been started")
        return self.pool.edition

    async def start(self) -> None:
        """Open the data and start the workers.

        :raises OSError: If the data cannot be served.
        """
        self._loop = asyncio.get_running_loop()
        await self.data.renew(self._publish)
        self._follower = asyncio.create_task(self.data.follow(self._publish, self._uses))

    async def _publish(self, edition: Edition) -> None:
        """Bring pages to an edition, then queries: a page that is made of a newer one than its tag says is no harm."""
        if self._pages is not None:
            await self._pages.publish(edition)
        await self.pool.publish(edition)

    def _uses(self, edition: Edition) -> bool:
        return self.pool.uses(edition) or (self._pages is not None and self._pages.uses(edition))

    async def call(self, request: Request, function: Callable[..., T], *arguments: Any) -> T:
        """Return what a function of a module answers, run in another process with the opened graph.

        For pages: ``await service.call(request, portrait, iri, "fr")`` runs ``portrait(graph, iri, "fr")``, where
        ``graph`` is a :class:`~multilateral.knowledge.KnowledgeGraph` of the edition that is served.

        :raises Refused: If there is too much to do, or it takes too long, or the function raises an error.
        """
        if self._pages is None:
            raise Refused(404, "This service has no store, only an index.")
        client = request.client.host if request.client else ""
        job, _, _ = await self._pages.ask(pages.request(function, *arguments), client, gone(request.receive))
        answer: T = pickle.loads(job.whole())  # noqa: S301 - from a process of ours
        return answer

    @property
    def _pools(self) -> list[Pool]:
        return [self.pool] if self._pages is None else [self.pool, self._pages]

    def stopping(self) -> None:
        """Take no more queries: called when the server is told to end."""
        if self._loop is not None:
            for pool in self._pools:
                self._loop.call_soon_threadsafe(pool.closing)  # a signal comes at any moment

    async def stop(self) -> None:
        """Let running queries end, and end everything else."""
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower
        await asyncio.gather(*(pool.close() for pool in self._pools))
        self.data.close()
