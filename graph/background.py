"""Work in a second thread, for what leaves Python's lock free meanwhile: packing, unpacking, the disk, the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final, TypeVar

T = TypeVar("T")
_END: Final = object()


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield the items of an iterator, each of which is made while the one before is worked on.

    What the iterator raises is raised at its place.
    """
    with ThreadPoolExecutor(1) as thread:
        coming: Future[Any] = thread.submit(next, items, _END)
        try:
            while (item := coming.result()) is not _END:
                coming = thread.submit(next, items, _END)
                yield item
        finally:
            del coming  # it holds what was raised, and that this frame: what frames hold would stay open


class Behind:
    """Writes pieces in another thread, one at a time and in their order. Leaving the block waits for the last.

    What ``write`` raises is raised by the next call, or at the end of the block.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._thread = ThreadPoolExecutor(1)
        self._last: Future[object] | None = None

    def __call__(self, piece: bytes) -> None:
        """Write one more piece when the one before is written."""
        self._wait()
        self._last = self._thread.submit(self._write, piece)

    def _wait(self) -> None:
        last, self._last = self._last, None
        try:
            if last is not None:
                last.result()
        finally:
            del last  # as in `ahead`

    def __enter__(self) -> Behind:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown()
        if kind is None:
            self._wait()
