"""The connection to a SPARQL service: to whom the password goes, how long is waited, what a broken answer becomes."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from multilateral.graph.remote.connection import Address, Connection
from multilateral.graph.remote.errors import NotSparql, StoreUnavailable, TooSlow
from multilateral.ontology.errors import BadParameter

SECRET = "s3cret-Wörd"


@contextlib.contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler, bytes], None]) -> Iterator[tuple[str, list[Any]]]:
    """Give the address of a server that answers so, and the headers of what it is asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.headers)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with contextlib.suppress(OSError):
                answer(self, body)

        do_POST = do_PUT = do_GET  # noqa: N815 - names of the standard library

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql", asked
    finally:
        server.shutdown()
        server.server_close()


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    def answer(handler: BaseHTTPRequestHandler, sent: bytes) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def read(where: Address, method: str = "GET", **more: Any) -> bytes:
    connection = Connection(where)
    try:
        with connection.asked(method, where.url, **more) as answer:
            return b"".join(iter(lambda: answer.body.read(1000) or b"", b""))
    finally:
        connection.close()


@pytest.mark.parametrize("sign_in", [{"user": "u", "password": SECRET}, {"token": "t0ken"}])
def test_a_redirect_to_another_host_goes_without_the_password(
    sign_in: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    # Not even where ~/.netrc has one for every host.
    (tmp_path / "netrc").write_text("default login somebody password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(says(b"elsewhere")) as (there, heard):
        # It asks for a digest, which would be an answer made of the password.
        digest = says(b"", 401, WWW_Authenticate='Digest realm="r", nonce="n", qop="auth"')
        with serving(digest) as (trap, trapped), serving(says(b"", 302, Location=there)) as (here, asked):
            assert read(Address(here, **sign_in)) == b"elsewhere"
            assert "Authorization" in asked[0] and "Authorization" not in heard[0]
            with serving(says(b"", 302, Location=trap)) as (other, _):
                read(Address(other, **sign_in))
            assert trapped and all("Authorization" not in headers for headers in trapped)
            with pytest.raises(NotSparql, match="sends requests on to") as raised:  # writing does not go elsewhere
                read(Address(here, **sign_in), "PUT", body=b"x")
            assert SECRET not in str(raised.value)


def test_circles_and_addresses_that_are_none_are_refused() -> None:
    with serving(says(b"", 302, Location="/sparql")) as (here, _), pytest.raises(NotSparql, match="round in circles"):
        read(Address(here))
    for url in ("ftp://example.org/", "http://", "http://a b/", "http://u:secret@example.org/", "http://[::1/"):
        with pytest.raises(BadParameter) as raised:
            Address(url)
        assert "secret" not in str(raised.value)
    assert SECRET not in repr(Address("http://example.org/", "u", SECRET, SECRET))


def test_an_answer_that_trickles_is_given_up_in_the_end() -> None:
    """Each byte comes soon; all of them would take a minute."""

    def trickle(handler: BaseHTTPRequestHandler, sent: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "600")
        handler.end_headers()
        for _ in range(600):
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.1)

    with serving(trickle) as (here, _):
        with pytest.raises(TooSlow, match="has not answered within 1 seconds"):
            read(Address(here, seconds=1))
        connection = Connection(Address(here, seconds=1))
        with connection.asked("GET", here, streamed=True) as answer:  # only silence counts
            got = 0
            while got < 20:
                got += len(answer.body.read(1000) or b"")
        connection.close()


def test_a_file_is_sent_whole_and_again_where_a_digest_is_wanted() -> None:
    bodies = []

    def answer(handler: BaseHTTPRequestHandler, sent: bytes) -> None:
        bodies.append(sent)
        ask = says(b"", 401, WWW_Authenticate='Digest realm="r", nonce="n", qop="auth"')
        known = (handler.headers.get("Authorization") or "").startswith("Digest ")
        (says(b"done") if known else ask)(handler, sent)

    content = b"<a> <b> <c> .\n" * 100_000
    with serving(answer) as (here, _):
        assert read(Address(here, "u", SECRET), "PUT", body=io.BytesIO(content)) == b"done"
    assert bodies[-1] == content


@pytest.mark.parametrize("headers", [{"Content-Length": "100"}, {"Transfer-Encoding": "chunked"}])
def test_an_answer_that_breaks_off_is_no_answer(headers: dict[str, str]) -> None:
    def half(handler: BaseHTTPRequestHandler, sent: bytes) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b"5\r\nhello\r\n" if "chunked" in headers.values() else b"hello")
        handler.close_connection = True

    with serving(half) as (here, _), pytest.raises(StoreUnavailable, match="broke off in the middle"):
        read(Address(here))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(BadParameter, match=r"pip install 'multilateral\[remote\]'"):
        Connection(Address("http://example.org/"))


def test_a_kept_connection_that_was_closed_is_opened_again() -> None:
    """The server ends each connection after its answer without saying so, as one does that was idle for too long."""

    def answer(handler: BaseHTTPRequestHandler, sent: bytes) -> None:
        # The second request on a connection is read, and the connection closed instead of an answer.
        if getattr(handler, "seen", False):
            handler.close_connection = True
            return
        handler.seen = True  # type: ignore[attr-defined]
        says(b"answer")(handler, sent)

    with serving(answer) as (here, asked):
        connection = Connection(Address(here))
        for _ in range(3):
            with connection.asked("POST", here, body=b"question") as found:
                assert found.body.readall() == b"answer"
        connection.close()
    assert len(asked) == 5  # the second and the third question came twice
