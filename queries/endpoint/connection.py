"""An HTTP connection that does not wait for ever: for a request's head, for a client to read, for its own end."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .limits import Limits
from .response import ABORT

#: Bytes of a request before its body; the parser takes no address of more than 64 KB.
_HEAD = 65_000


def bounded(limits: Limits) -> type[HttpToolsProtocol]:
    """Return the protocol class of uvicorn for these limits."""

    class Connection(HttpToolsProtocol):
        _late: asyncio.TimerHandle | None = None
        _in_head = False
        _head = 0
        _unread = -1

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            mine = self.client[0] if self.client else ""
            others = [c for c in self.connections if isinstance(c, Connection) and c.client and c.client[0] == mine]
            if len(self.connections) > limits.connections or len(others) > limits.connections_per_client:
                self._refuse(503, "Service Unavailable", "Too many connections are open; try again later.")
                return
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._arrived()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            if self._in_head or self.cycle is None or self.cycle.response_complete:
                end = data.find(b"\r\n\r\n") if self._head + len(data) > _HEAD else 0
                if self._head + (end if end >= 0 else len(data)) > _HEAD:
                    self._too_long(data)
                    return
                self._head += len(data)
            super().data_received(data)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._in_head = True
            self._wait()
            self.scope["extensions"] = {ABORT: {"call": self.transport.abort}}

        def on_headers_complete(self) -> None:
            self._in_head, self._head = False, 0
            self._arrived()
            super().on_headers_complete()

        def timeout_keep_alive_handler(self) -> None:
            """Close an idle connection; one whose client still reads is given time, one that reads nothing is not."""
            unread = self.transport.get_write_buffer_size()
            if unread and unread != self._unread:
                self._unread = unread
                self.timeout_keep_alive_task = self.loop.call_later(
                    self.timeout_keep_alive, self.timeout_keep_alive_handler
                )
            elif unread:
                self.transport.abort()
            else:
                super().timeout_keep_alive_handler()

        def _wait(self) -> None:
            self._arrived()
            self._late = self.loop.call_later(limits.arrival, self._too_late)

        def _arrived(self) -> None:
            if self._late is not None:
                self._late.cancel()
                self._late = None

        def _too_late(self) -> None:
            if self._in_head:
                self._refuse(408, "Request Timeout", f"The request did not arrive within {limits.arrival:g} seconds.")
            else:
                self.transport.abort()

        def _too_long(self, data: bytes) -> None:
            if b"\r\n" in data[:_HEAD] or (self._in_head and self.headers):
                self._refuse(431, "Request Header Fields Too Large", "The head of the request is longer than 64 KB.")
            else:
                self._refuse(414, "URI Too Long", "The address is longer than 64 KB; send the query by POST.")

        def _refuse(self, status: int, reason: str, sentence: str) -> None:
            body = f"{sentence}\n"
            self.transport.write(
                f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
            )
            self.transport.close()

    return Connection
