"""Processes beside the workers that run code of ours, such as a canned question for a page, on the opened store.

They are not confined, since no text of a request is run in them; they keep work out of the process that listens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import Refused
from .limits import Limits
from .process import context

if TYPE_CHECKING:
    from ...knowledge import KnowledgeGraph

T = TypeVar("T")
_HELPERS = 2
_WAITING = 64
_opened: dict[tuple[str, str], KnowledgeGraph] = {}


class Helpers:
    """A few processes, started when they are first needed.

    :param path: The folder of the store.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self._processes: ProcessPoolExecutor | None = None
        self._running = 0

    async def call(self, tag: str, function: Callable[..., T], *arguments: Any) -> T:
        """Return what a function of a module answers that is given the opened graph and arguments.

        :param tag: The edition that is served: the graph is opened anew when it has changed.
        :raises Refused: 503 if there is too much to do or the process died, 504 if it takes too long.
        """
        if self._running >= _WAITING:
            raise Refused(503, "Too many pages are being made; try again in a few seconds.", Retry_After="5")
        if self._processes is None:
            self._processes = ProcessPoolExecutor(_HELPERS, mp_context=context())
        self._running += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                ours = asyncio.get_running_loop().run_in_executor(
                    self._processes, _run, str(self._path), tag, function, arguments
                )
                return await ours
        except TimeoutError as error:
            self.close()
            sentence = f"The page took more than {self._limits.seconds:g} seconds; ask for less."
            raise Refused(504, sentence) from error
        except BrokenProcessPool as error:
            self.close()
            raise Refused(503, "The process that made the page ended; try again.", Retry_After="1") from error
        finally:
            self._running -= 1

    def close(self) -> None:
        """End the processes; the next call starts others."""
        if self._processes is not None:
            processes, self._processes = self._processes, None
            for process in list((processes._processes or {}).values()):
                process.kill()
            processes.shutdown(wait=False, cancel_futures=True)


def _run(path: str, tag: str, function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    graph = _opened.get((path, tag))
    if graph is None:
        from ...knowledge import open

        _opened.clear()
        graph = _opened[path, tag] = open(path, notice=lambda sentence: None)
    return function(graph, *arguments)
