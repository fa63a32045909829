"""Work in a second thread, for what leaves Python's lock free meanwhile: packing, unpacking, the disk, the engine."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

T = TypeVar("T")
_END: Final = object()
#: Where a file that is open has a path.
_DESCRIPTORS = Path("/dev/fd")


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
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


@contextlib.contextmanager
def as_file(blocks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """Give what reads a file itself some blocks of bytes, each of which is made while the ones before are read.

    A pipe is given by its path, so that a reader that is no Python waits for no lock of Python's; where a pipe has no
    path, it is an object that is read from.

    :return: ``path=`` or ``input=``, as pyoxigraph takes either. Leaving the block raises what ``blocks`` raises.
    """
    if not _DESCRIPTORS.is_dir():  # as on Windows
        with contextlib.closing(ahead(blocks)) as made:
            yield {"input": _Blocks(made)}
        return
    given, end = os.pipe()

    def write() -> None:
        with os.fdopen(end, "wb", buffering=0) as out:
            for block in blocks:
                rest = memoryview(block)
                while rest:
                    rest = rest[out.write(rest) :]

    with ThreadPoolExecutor(1) as thread:
        written = thread.submit(write)
        try:
            try:
                yield {"path": str(_DESCRIPTORS / str(given))}
            finally:
                os.close(given)  # whoever still writes is told that nobody reads on
            written.result()
        finally:
            del written  # as in `ahead`


class _Blocks:
    """Blocks of bytes to be read in parts of any size."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._block, self._at = b"", 0

    def read(self, size: int) -> bytes:
        """Return some of what comes next, nothing at the end."""
        while self._at >= len(self._block):
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._block, self._at = block, 0
        part = self._block[self._at : self._at + size]
        self._at += len(part)
        return part


class Behind:
    """Writes pieces in another thread, one at a time and in their order. Leaving the block waits for the last.

    So many pieces wait, at ``most``, the one that is written among them. What ``write`` raises is raised by a later
    call, or at the end of the block.
    """

    def __init__(self, write: Callable[[bytes], object], most: int = 1) -> None:
        self._write, self._most = write, most
        self._thread = ThreadPoolExecutor(1)
        self._pending: deque[Future[object]] = deque()

    def __call__(self, piece: bytes) -> None:
        """Write one more piece, as soon as there is room for it among those that wait."""
        self._wait(self._most - 1)
        self._pending.append(self._thread.submit(self._write, piece))

    def _wait(self, most: int) -> None:
        while self._pending and (len(self._pending) > most or self._pending[0].done()):
            first = self._pending.popleft()
            try:
                first.result()
            finally:
                del first  # as in `ahead`

    def __enter__(self) -> Behind:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown()
        if kind is None:
            self._wait(0)
