"""A response and how it is sent: with its length, and never faster than the client reads, nor slower than it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from .errors import Refused

#: The name of the extension of a connection that ends it at once: :mod:`.connection` puts it into the scope.
ABORT = "multilateral.abort"
_PIECE = 1 << 16
_ALLOWED = "GET, HEAD, POST, OPTIONS"
_EVERYWHERE = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Retry-After, WWW-Authenticate"),
    (b"x-content-type-options", b"nosniff"),
]
_PREFLIGHT = [
    (b"allow", _ALLOWED.encode()),
    (b"access-control-allow-methods", _ALLOWED.encode()),
    (b"access-control-allow-headers", b"Accept, Authorization, Content-Type, If-None-Match"),
    (b"access-control-max-age", b"86400"),
]


@dataclass(slots=True)
class Response:
    """A status, headers and a body, which is bytes or an open file of a known size."""

    status: int
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    file: IO[bytes] | None = None
    size: int = 0

    @property
    def length(self) -> int:
        """The number of bytes in the body."""
        return self.size if self.file is not None else len(self.body)


def plain(refused: Refused) -> Response:
    """Return the response that says why a request is refused: a plain sentence."""
    headers = [(name.lower().encode(), value.encode()) for name, value in refused.headers.items()]
    text = (refused.sentence + "\n").encode("utf-8", "replace")
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    return Response(refused.status, [*kind, *headers], text)


def options() -> Response:
    """Return the response to OPTIONS, which is also that to a CORS preflight."""
    return Response(204, list(_PREFLIGHT))


def not_allowed(method: str) -> Refused:
    """Return the refusal of a method."""
    return Refused(405, f"The method {method} is not allowed here; use GET, HEAD, POST or OPTIONS.", Allow=_ALLOWED)


async def send(response: Response, scope: Any, sender: Callable[[Any], Any], stall: float) -> None:
    """Send a response; end the connection of a client that reads nothing for ``stall`` seconds."""
    headers = _EVERYWHERE + response.headers
    if response.status not in (204, 304):
        headers.append((b"content-length", str(response.length).encode()))
    await sender({"type": "http.response.start", "status": response.status, "headers": headers})
    head_only = scope["method"] == "HEAD"
    if response.file is None or head_only:
        await sender({"type": "http.response.body", "body": b"" if head_only else response.body})
        return
    response.file.seek(0)
    try:
        while piece := response.file.read(_PIECE):
            async with asyncio.timeout(stall):
                await sender({"type": "http.response.body", "body": piece, "more_body": True})
        async with asyncio.timeout(stall):
            await sender({"type": "http.response.body", "body": b""})
    except TimeoutError:
        way = scope.get("extensions", {}).get(ABORT)
        if way is not None:
            way["call"]()
