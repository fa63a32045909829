"""The service behind the addresses: the data that is followed and the workers that answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from .data import Publish
from .errors import Refused
from .helpers import Helpers
from .limits import Limits
from .pool import Pool
from .process import Edition

T = TypeVar("T")
log = logging.getLogger("multilateral.serve")


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
    """

    def __init__(self, data: Data, limits: Limits, public: str) -> None:
        self.data, self.limits, self.public = data, limits, public.rstrip("/")
        self.pool = Pool(limits)
        path: Path | None = getattr(data, "path", None)
        self._helpers = Helpers(path, limits) if path is not None else None
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
        await self.data.renew(self.pool.publish)
        self._follower = asyncio.create_task(self.data.follow(self.pool.publish, self.pool.uses))

    async def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return what a function of a module answers, run in another process with the opened graph.

        For pages: ``await request.app.state.service.call(portrait, iri, "fr")`` runs ``portrait(graph, iri, "fr")``,
        where ``graph`` is a :class:`~multilateral.knowledge.KnowledgeGraph`. What it raises is raised here.

        :raises Refused: If there is too much to do, or it takes too long.
        """
        if self._helpers is None:
            raise Refused(404, "This service has no store, only an index.")
        return await self._helpers.call(self.edition.tag, function, *arguments)

    def stopping(self) -> None:
        """Take no more queries: called when the server is told to end."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.pool.closing)  # a signal comes at any moment

    async def stop(self) -> None:
        """Let running queries end, and end everything else."""
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower
        await self.pool.close()
        if self._helpers is not None:
            self._helpers.close()
        self.data.close()
