"""How the service and its workers talk: frames of a sign, a length and a payload on a pair of sockets."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, Final

_HEAD = struct.Struct(">cI")
READY: Final = b"R"  # a worker has opened its index; JSON: what its system does not offer
ASK: Final = b"Q"  # a question; JSON
DATA: Final = b"D"  # a part of the answer
END: Final = b"E"  # the end of the answer; JSON: its status and form


def frame(sign: bytes, payload: bytes) -> bytes:
    """Return a frame as it is sent."""
    return _HEAD.pack(sign, len(payload)) + payload


def packed(sign: bytes, said: Any) -> bytes:
    """Return a frame whose payload is JSON."""
    return frame(sign, json.dumps(said, separators=(",", ":")).encode())


class Frames:
    """Puts together the frames of a stream that comes in pieces of any size."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, piece: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the sign and payload of each frame that is complete with this piece."""
        rest = self._rest
        rest += piece
        place = 0
        while len(rest) - place >= _HEAD.size:
            sign, length = _HEAD.unpack_from(rest, place)
            end = place + _HEAD.size + length
            if len(rest) < end:
                break
            yield sign, bytes(rest[place + _HEAD.size : end])
            place = end
        del rest[:place]


def unpacked(payload: bytes) -> Any:
    """Return what a JSON payload says."""
    return json.loads(payload)
