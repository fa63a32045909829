"""The data that is served, and how a change of it is noticed: the files of the store are looked at twice a second."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from . import builder
from .process import Edition, context

log = logging.getLogger("multilateral.serve")
_LOOKS_EVERY = 0.5
_TRIES_AGAIN = 5.0
_ALIVE_EVERY = 600.0
Publish = Callable[[Edition], Awaitable[None]]


class StoreData:
    """The present truth of a store, published as an edition whenever it changes.

    :param path: The folder of the store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._scratch = tempfile.TemporaryDirectory(prefix="multilateral-serve-", ignore_cleanup_errors=True)
        self._editions: list[Edition] = []
        self._seen: Any = None
        self._alive = 0.0

    async def follow(self, publish: Publish, used: Callable[[Edition], bool]) -> None:
        """Publish each new state of the store until cancelled; let go of editions that are not ``used`` any more."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOKS_EVERY)
            for old in self._editions[:-1]:
                if not used(old):
                    self._drop(old)
            if loop.time() - self._alive > _ALIVE_EVERY:
                self._alive = loop.time()
                for edition in self._editions:
                    if edition.projections is not None:
                        with contextlib.suppress(OSError):
                            (edition.projections / "alive").touch()
            if self._seen != self._look():
                try:
                    await self.renew(publish)
                except OSError as error:
                    log.error("the new state of the store is not served yet: %s", error)
                    self._seen = None
                    await asyncio.sleep(_TRIES_AGAIN)

    async def renew(self, publish: Publish) -> None:
        """Make an edition of the present state and publish it.

        :raises OSError: If that fails; what was published before stays.
        """
        seen = self._look()
        ours, theirs = context().Pipe(duplex=False)
        process = context().Process(target=builder.build, args=(theirs, str(self.path), self._scratch.name))
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, process.start)
        theirs.close()
        try:
            edition = None
            while (said := await loop.run_in_executor(None, _received, ours)) is not None:
                if said[0] == "failed":
                    raise OSError(said[1])
                if said[0] == "note":
                    log.warning("%s", said[1])
                elif said[0] == "edition":
                    folder = Path(said[2])
                    edition = Edition(said[1], builder.index_in(folder, said[1]), folder)
                    await publish(edition)
                    self._editions.append(edition)
                    self._seen = seen
                    log.info("serving version %s of %s", edition.tag, self.path)
                elif edition is not None:
                    edition.counts.update(said[1])
            if edition is None:
                raise OSError("the process that reads the store ended without an answer")
        finally:
            ours.close()
            process.kill()
            await loop.run_in_executor(None, process.join)

    def _look(self) -> Any:
        """Return what changes when the store does: names, sizes and times of its files."""
        found = []
        folders = [self.path / "sources", *self.path.glob("committed-*")]
        for folder in folders:
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):
                        found.append(_state(entry.path, entry.stat()))
        with contextlib.suppress(OSError):
            log_path = self.path / "decisions.jsonl"
            found.append(_state(str(log_path), log_path.stat()))
        return sorted(found)

    def _drop(self, edition: Edition) -> None:
        self._editions.remove(edition)
        if edition.projections is not None:
            shutil.rmtree(edition.projections, ignore_errors=True)

    def close(self) -> None:
        """Delete the copies."""
        for edition in list(self._editions):
            self._drop(edition)
        self._scratch.cleanup()


def _state(name: str, stat: os.stat_result) -> tuple[str, int, int, int]:
    return (name, stat.st_size, stat.st_mtime_ns, stat.st_ino)


def _received(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except (EOFError, OSError):
        return None


class IndexData:
    """An index of pyoxigraph as it lies in a folder, which does not change: for tests and measurements."""

    def __init__(self, folder: Path, tag: str = "fixed") -> None:
        self._edition = Edition(tag, folder)

    async def renew(self, publish: Publish) -> None:
        """Publish the index."""
        import pyoxigraph as ox

        self._edition.counts.update(builder.count(ox.Store.read_only(str(self._edition.index))))
        await publish(self._edition)

    async def follow(self, publish: Publish, used: Callable[[Edition], bool]) -> None:
        """Wait until cancelled: nothing changes."""
        await asyncio.Event().wait()

    def close(self) -> None:
        """Do nothing: the folder is not ours."""
