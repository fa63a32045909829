"""The ASGI application: ``/sparql``, ``/.well-known/void``, and whatever routes are given beside them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from typing import Any

from . import describe, wire
from .access import AccessLog
from .asked import Asked, read, too_large
from .errors import Refused
from .formats import OFFERS, Choice, choose, gzip_wanted, negotiate
from .guard import Scan, scan
from .process import Edition
from .response import Response, not_allowed, options, plain, send
from .service import Service, gone

_SPARQL = ("/sparql", "/sparql/")
_VOID = "/.well-known/void"
_TAG = re.compile(r'"([^"]*)-(json|xml|csv|tsv|ttl|nt|rdf|jsonld)(-gzip)?"')
_CACHED = (b"cache-control", b"no-cache")
_VARY = (b"vary", b"Accept, Accept-Encoding")
_UNMARKED = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")


class Application:
    """The endpoint as an ASGI application.

    :param service: What answers queries.
    :param routes: Further routes of Starlette, such as HTML pages; ``request.app.state.service`` is the service.
    :param token: Where given, requests must carry it: ``Authorization: Bearer …``, or Basic with it as the password.
    :param editor: The path of a page to which a browser that opens ``/sparql`` is sent.
    :param log_queries: Whether the log tells the text of queries.
    """

    def __init__(
        self,
        service: Service,
        *,
        routes: Sequence[Any] = (),
        token: str | None = None,
        editor: str | None = None,
        log_queries: bool = False,
    ) -> None:
        from starlette.applications import Starlette

        self.service, self.limits = service, service.limits
        self._token, self._editor, self._log_queries = token, editor, log_queries
        self._access = AccessLog()
        self._pages = Starlette(routes=list(routes), exception_handlers={Refused: _refused_page})
        self._pages.state.service = service
        self._with_root = any(getattr(route, "path", None) == "/" for route in routes)

    async def __call__(self, scope: Any, receive: Any, sender: Any) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, sender)
        elif scope["type"] == "http":
            await self._http(scope, receive, sender)

    async def _lifespan(self, receive: Any, sender: Any) -> None:
        await receive()
        try:
            await self.service.start()
        except OSError as error:
            await sender({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await sender({"type": "lifespan.startup.complete"})
        await receive()
        await self.service.stop()
        self._access.flush()
        await sender({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Any, receive: Any, sender: Any) -> None:
        begun = time.perf_counter()
        asked: list[str] = []
        response: Response | None = None
        try:
            headers = _headers(scope)
            self._admit(headers, scope["method"])
            path = scope["path"]
            if path in _SPARQL:
                response = await self._sparql(scope, headers, receive, asked)
            elif path == _VOID:
                response = await self._void(scope["method"], headers)
            elif path == "/" and not self._with_root:
                response = Response(303, [(b"location", _SPARQL[0].encode())])
        except Refused as refused:
            response = plain(refused)
            if refused.status == 401:  # in a line of its own: Chromium asks for no password if it stands in another
                response.headers.insert(0, (b"www-authenticate", b'Basic realm="multilateral", charset="UTF-8"'))
        if response is None:
            await self._page(scope, receive, sender, begun)
            return
        try:
            await send(response, scope, sender, self.limits.stall)
        finally:
            if response.file is not None:
                response.file.close()
            self._note(scope, response.status, response.length, begun, asked)

    async def _page(self, scope: Any, receive: Any, sender: Any, begun: float) -> None:
        status = 0

        async def noted(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await sender(message)

        try:
            await self._pages(scope, receive, noted)
        finally:
            self._note(scope, status, 0, begun, [])

    # --- who asks --------------------------------------------------------------------------------------------

    def _admit(self, headers: dict[bytes, str], method: str) -> None:
        if self._token is None or method == "OPTIONS":  # browsers send no credentials with a preflight
            return
        given = _credential(headers.get(b"authorization", ""))
        if given is None or not hmac.compare_digest(given.encode(), self._token.encode()):
            raise Refused(
                401,
                "This endpoint needs a token: send `Authorization: Bearer TOKEN`, or the token as a password.",
                WWW_Authenticate='Bearer realm="multilateral"',
            )

    def _note(self, scope: Any, status: int, size: int, begun: float, asked: Sequence[str]) -> None:
        """Write a line about a request: no header, no address beyond the path, no query unless that is wanted."""
        if not self._access.wanted:
            return
        query = ""
        if asked:
            query = f" query={hashlib.sha256(asked[0].encode('utf-8', 'replace')).hexdigest()[:12]}"
            if self._log_queries:
                query += " " + repr(_UNMARKED.sub(" ", asked[0]))
        client = scope["client"][0] if scope.get("client") else "-"
        path = _UNMARKED.sub("?", scope["path"])[:200]
        spent = (time.perf_counter() - begun) * 1000
        self._access.note(f"{client} {scope['method']} {path} {status} {size}B {spent:.1f}ms{query}")

    # --- /sparql ---------------------------------------------------------------------------------------------

    async def _sparql(self, scope: Any, headers: dict[bytes, str], receive: Any, said: list[str]) -> Response:
        method = scope["method"]
        if method == "OPTIONS":
            return options()
        if method not in ("GET", "HEAD", "POST"):
            raise not_allowed(method)
        body = await self._body(receive) if method == "POST" else b""
        asked = read(method, scope["query_string"], headers.get(b"content-type", ""), body, self.limits)
        if asked is None:
            return await self._description(headers)
        said.append(asked.query)
        found = scan(asked.query, f"{self.service.public}/sparql", self.limits)
        choice = choose(headers.get(b"accept"), asked.format)
        gzip = gzip_wanted(headers.get(b"accept-encoding"))
        if found.steady and method != "POST":
            known = self._known(headers.get(b"if-none-match"), choice, gzip)
            if known is not None:
                return known
        return await self._answer(scope, receive, asked, found, choice, gzip)

    async def _answer(
        self, scope: Any, receive: Any, asked: Asked, found: Scan, choice: Choice, gzip: bool
    ) -> Response:
        message = wire.packed(
            wire.ASK,
            {
                "query": asked.query,
                "base": f"{self.service.public}/sparql",
                "from": found.graphs,
                "default": asked.default_graphs,
                "named": asked.named_graphs,
                "formats": choice.formats(),
                "gzip": gzip,
            },
        )
        client = scope["client"][0] if scope.get("client") else ""
        try:
            job, said, edition = await self.service.pool.ask(message, client, gone(receive))
        except Refused as refused:
            if refused.status == 406:
                raise _not_acceptable(refused.sentence) from refused
            raise
        kind = said["kind"]
        media, form = choice.of(kind) or ("", "")
        coded = "-gzip" if said["gzip"] else ""
        headers = [(b"content-type", _content_type(media)), _VARY]
        if found.steady:
            headers += [(b"etag", f'"{edition.tag}-{form}{coded}"'.encode()), _CACHED]
        else:
            headers.append((b"cache-control", b"no-store"))
        if coded:
            headers.append((b"content-encoding", b"gzip"))
        if job.file is None:
            return Response(200, headers, b"".join(job.parts))
        if job.parts:
            job.file.write(b"".join(job.parts))
        return Response(200, headers, file=job.file, size=job.size)

    def _known(self, header: str | None, choice: Choice, gzip: bool) -> Response | None:
        """Return 304 if the client holds what it would get: this version of the data in a form it would be sent."""
        if not header:
            return None
        tag = self.service.edition.tag
        forms = choice.formats().values()
        for found in _TAG.finditer(header):
            if found[1] == tag and found[2] in forms and (gzip or not found[3]):
                return Response(304, [(b"etag", found[0].encode()), _VARY, _CACHED])
        return None

    async def _body(self, receive: Any) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(self.limits.arrival):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(499, "The client went away.")
                    body += message.get("body", b"")
                    if len(body) > self.limits.body * 1024:
                        raise too_large(self.limits)
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError as error:
            sentence = f"The request did not arrive within {self.limits.arrival:g} seconds."
            raise Refused(408, sentence, Connection="close") from error

    # --- descriptions ----------------------------------------------------------------------------------------

    async def _description(self, headers: dict[bytes, str]) -> Response:
        accept = headers.get(b"accept")
        if self._editor and accept:
            page = ("text/html", "html")
            if negotiate(accept, (*OFFERS["graph"], page)) == page:
                return Response(303, [(b"location", self._editor.encode()), (b"vary", b"Accept")])
        edition = await self._counted()
        return self._described(describe.service(f"{self.service.public}/sparql", edition), edition, headers)

    async def _void(self, method: str, headers: dict[bytes, str]) -> Response:
        if method == "OPTIONS":
            return options()
        if method not in ("GET", "HEAD"):
            raise not_allowed(method)
        edition = await self._counted()
        return self._described(describe.dataset(self.service.public, edition), edition, headers)

    async def _counted(self) -> Edition:
        """Return the edition that is served when its figures are there, which takes a moment after a change."""
        ends = time.monotonic() + self.limits.seconds
        while not (edition := self.service.edition).counts:
            if time.monotonic() > ends:
                raise Refused(503, "The data are still being counted; try again in a moment.", Retry_After="5")
            await asyncio.sleep(0.05)
        return edition

    def _described(self, triples: Any, edition: Edition, headers: dict[bytes, str]) -> Response:
        accept = headers.get(b"accept")
        if accept and "text/html" in accept:
            accept += ", */*;q=0.001"  # a person: something to read is better than a refusal
        found = describe.written(triples, accept)
        if found is None:
            raise _not_acceptable("graph")
        media, form, text = found
        tag = f'"{edition.tag}-{form}"'.encode()
        known = [(b"etag", tag), (b"vary", b"Accept"), _CACHED]
        if tag.decode() in headers.get(b"if-none-match", ""):
            return Response(304, known)
        return Response(200, [(b"content-type", _content_type(media)), *known], text)


async def _refused_page(request: Any, refused: Any) -> Any:
    """Say on a page what a helper refused."""
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(f"{refused.sentence}\n", refused.status, refused.headers)


def _headers(scope: Any) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        text = value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _credential(header: str) -> str | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def _content_type(media: str) -> bytes:
    return (f"{media}; charset=utf-8" if media.startswith("text/") else media).encode()


def _not_acceptable(kind: str) -> Refused:
    offers = ", ".join(media for media, _ in OFFERS["graph" if kind == "graph" else "rows"])
    answer = {"rows": "a table", "boolean": "yes or no"}.get(kind, "a graph")
    return Refused(406, f"The answer is {answer}, which can be had as: {offers}.")
