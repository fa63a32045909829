"""Cuts the file of a source between its records, so that two processes can read it, each its part of the pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO

from ...ontology.convert import TYPE

#: Bytes of a block, about.
SIZE = 1 << 19
#: What begins a record: the class of something.
_TYPED = f"> <{TYPE.value}> <".encode()
_SUBJECT = re.compile(rb'<[^<>"{}|^`\\\x00-\x20]+')
#: What is in the IRI of a node that belongs to another record; see :class:`multilateral.ontology.convert.Blocks`.
_NODES = (b"/evidence/", b"/discussed/", b"/name/")


def blocks(stream: IO[bytes], tick: Callable[[int], None], size: int = SIZE) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes of an unpacked file of quads in pieces, each with the number of its block.

    What is read of one block does not depend on the others, so that all blocks say together what the file says.
    A block has one piece, but where no place to cut is found in four times
    ``size`` bytes it has several, so that memory stays bounded. ``tick`` is told
    how many bytes were read.
    """
    waiting, number = b"", 0
    while chunk := stream.read(size):
        tick(len(chunk))
        waiting += chunk
        if cut := _last_record(waiting):
            yield number, waiting[:cut]
            waiting = waiting[cut:]
            number += 1
        elif len(waiting) > 4 * size:
            yield number, waiting
            waiting = b""
    yield number, waiting


def _last_record(text: bytes) -> int:
    """Return where the last record begins that certainly is not part of the one before, 0 if none is found.

    That is where a thing or link gets its class whose IRI is nowhere between there and where another one gets its own.
    """
    stop, place, subject = len(text), 0, b""
    while (at := text.rfind(_TYPED, 0, stop)) >= 0:
        begin = text.rfind(b"\n", 0, at) + 1
        found = text[begin:at]
        stop = begin
        if begin == 0:  # perhaps in the middle of a line
            break
        if not _SUBJECT.fullmatch(found) or any(node in found for node in _NODES):
            continue
        if place and text.find(subject + b">", begin, place) < 0:
            return place
        place, subject = begin, found
    return 0


class Pieces:
    """The pieces of one block as a stream, which :class:`multilateral.ontology.lines.Lines` reads."""

    def __init__(self, pieces: Iterator[tuple[int, bytes]]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1) -> bytes:
        """Return the next piece, ``b""`` at the end."""
        return next(self._pieces, (0, b""))[1]
