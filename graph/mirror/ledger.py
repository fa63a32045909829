"""Comparing two streams that come in different orders, in bounded memory: a ledger of digests kept on disk.

Each row is written down as sixteen bytes, eight of its key and eight of all it says, into one of many files by its
key; then each pair of files is compared by itself. Equal rows, however many, leave nothing behind.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

_PARTS = 64
_BUFFER = 65_536


def key_digest(key: str) -> bytes:
    """Return the eight bytes that stand for a key."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class Ledger:
    """One side of the comparison."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="multilateral-")
        self._files = [(Path(self._folder.name) / str(n)).open("w+b", buffering=0) for n in range(_PARTS)]
        self._buffers = [bytearray() for _ in range(_PARTS)]
        self.count = 0

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files:
            file.close()
        self._folder.cleanup()

    def add(self, key: bytes, row: bytes) -> None:
        """Write down a row: the digest of its key and of what it says, eight bytes each."""
        part = key[0] % _PARTS
        buffer = self._buffers[part]
        buffer += key
        buffer += row
        self.count += 1
        if len(buffer) >= _BUFFER:
            self._files[part].write(buffer)
            buffer.clear()

    def clear(self) -> None:
        """Begin anew."""
        for file, buffer in zip(self._files, self._buffers, strict=True):
            buffer.clear()
            file.seek(0)
            file.truncate()
        self.count = 0

    def __len__(self) -> int:
        """Return how many different rows there are."""
        return sum(len(self.part(number)) for number in range(_PARTS))

    def digest(self) -> str:
        """Return a checksum of the set of rows, in whatever order and however often they came."""
        found = hashlib.sha256()
        for number in range(_PARTS):
            found.update(b"".join(sorted(self.part(number))))
        return found.hexdigest()

    def part(self, number: int) -> Counter[bytes]:
        """Return the rows of one part with how often each was written down."""
        file = self._files[number]
        file.write(self._buffers[number])
        self._buffers[number].clear()
        file.seek(0)
        content = file.read()
        return Counter(content[i : i + 16] for i in range(0, len(content), 16))


def parts(here: Ledger, there: Ledger) -> Iterator[tuple[Counter[bytes], Counter[bytes]]]:
    """Yield the rows of both sides, a part after the other; the same row is in the same part."""
    for number in range(_PARTS):
        yield here.part(number), there.part(number)


def differing(here: Ledger, there: Ledger) -> Iterator[bytes]:
    """Yield the digest of every key whose rows are not the same on both sides."""
    for left, right in parts(here, there):
        if left != right:
            yield from sorted({row[:8] for row in (left - right) + (right - left)})
