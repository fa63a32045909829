"""What ``requests`` leaves open: one time limit for a whole answer, sign-in for our own addresses alone, one sentence.

Nothing here knows of SPARQL. A body is bytes or a file, so that it can be sent a second time when a service asks for
the password in another way first.
"""

from __future__ import annotations

import contextlib
import io
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from ...ontology.errors import BadParameter
from .address import Address as Address
from .errors import NotSparql, StoreUnavailable, TooSlow, shown

if TYPE_CHECKING:
    from requests import Response

_CONNECT_SECONDS = 10.0
_REDIRECTS = 5


@dataclass(slots=True)
class Answer:
    """Status, headers and body of an answer; who asked reads the body, then the connection is free again."""

    status: int
    headers: Mapping[str, str]
    body: io.RawIOBase

    @property
    def kind(self) -> str:
        """The media type in lower case, without its parameters."""
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()


class Connection:
    """Sends requests for one address; keeps connections open between them. Not to be shared by threads.

    :raises BadParameter: If ``requests`` is not installed.
    """

    def __init__(self, address: Address) -> None:
        try:
            import requests
        except ImportError as error:
            raise BadParameter(
                "SPARQL services need the library requests; install it with `pip install 'multilateral[remote]'`."
            ) from error
        self.address = address
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "multilateral"
        self._ours = {_origin(u) for u in (address.url, address.update, address.graphs) if u}
        self._digest: Any = None

    def close(self) -> None:
        """Close what is open."""
        self._session.close()

    @contextlib.contextmanager
    def asked(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | IO[bytes] | None = None,
        streamed: bool = False,
    ) -> Iterator[Answer]:
        """Send a request and give its answer, whatever its status.

        The time limit of the address is one for the whole answer, or if ``streamed`` for each silence in it.

        :raises StoreUnavailable: If nothing answers, or the answer breaks off.
        :raises TooSlow: If it takes too long.
        """
        clock = _Clock(url, self.address.seconds, streamed)
        with self._follow(method, url, dict(headers or {}), body, clock) as response:
            yield Answer(response.status_code, response.headers, _Body(response, clock))

    def _follow(
        self, method: str, url: str, headers: dict[str, str], body: bytes | IO[bytes] | None, clock: _Clock
    ) -> Response:
        """Go where an answer points, for reading only, and without the password where that is not ours.

        ``requests`` would do it too, but would answer a digest challenge there.
        """
        for _ in range(_REDIRECTS):
            response = self._send(method, url, headers, body, clock)
            digest = "digest" in (response.headers.get("WWW-Authenticate") or "").lower()
            if response.status_code == 401 and digest and not self._digest and self.address.password is not None:
                from requests.auth import HTTPDigestAuth

                response.close()
                self._digest = HTTPDigestAuth(self.address.user or "", self.address.password)
                response = self._send(method, url, headers, body, clock)
            to = response.headers.get("Location")
            if response.status_code not in (301, 302, 303, 307, 308) or not to:
                return response
            response.close()
            if method not in ("GET", "HEAD") and urljoin(url, to) != url:
                raise NotSparql(url, f"sends requests on to {shown(urljoin(url, to))}", "give that address instead")
            url = urljoin(url, to)
        raise NotSparql(url, "sends requests round in circles", "check the address")

    def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes | IO[bytes] | None, clock: _Clock
    ) -> Response:
        from requests.exceptions import ReadTimeout, RequestException

        for last in (False, True):
            first = clock.left() if _is_file(body) else min(_CONNECT_SECONDS, clock.left())
            try:
                return self._session.request(
                    method,
                    url,
                    headers=headers,
                    data=body,
                    auth=self._sign_in(url),
                    timeout=(first, clock.left()),
                    allow_redirects=False,
                    stream=True,
                )
            except ReadTimeout as error:
                raise clock.too_slow() from error
            except (RequestException, OSError, ValueError) as error:
                # A connection that was kept may have been closed meanwhile; all that we send may be sent twice.
                if last or not any(isinstance(e, ConnectionResetError | BrokenPipeError) for e in _chain(error)):
                    problem = f"does not answer ({_reason(error)})"
                    raise StoreUnavailable(url, problem, "check that it runs and that this is its address") from error
        raise AssertionError

    def _sign_in(self, url: str) -> Any:
        """Return what signs a request in; what does nothing, and keeps ``~/.netrc`` out, for other hosts than ours."""
        from requests.auth import HTTPBasicAuth

        user, password, token = self.address.user or "", self.address.password, self.address.token

        def bearer(request: Any) -> Any:
            if token and ours:
                request.headers["Authorization"] = f"Bearer {token}"
            return request

        ours = _origin(url) in self._ours
        if not ours or token or password is None:
            return bearer
        return self._digest or HTTPBasicAuth(user.encode(), password.encode())


def _is_file(body: bytes | IO[bytes] | None) -> bool:
    """Tell whether a body is a file, and wind it back to its beginning."""
    if body is None or isinstance(body, bytes):
        return False
    body.seek(0)
    return True


class _Clock:
    """How long may be waited yet: for the whole answer, or if ``streamed`` for what comes next."""

    def __init__(self, url: str, limit: float, streamed: bool) -> None:
        self.url, self._limit = url, limit
        self._end = None if streamed else time.monotonic() + limit

    def left(self) -> float:
        """Return for how many seconds it may be waited from now on."""
        left = self._limit if self._end is None else self._end - time.monotonic()
        if left <= 0:
            raise self.too_slow()
        return left

    def too_slow(self) -> TooSlow:
        advice = "try again, ask for less, or give it more time with MULTILATERAL_SPARQL_SECONDS"
        return TooSlow(self.url, f"has not answered within {self._limit:g} seconds", advice)


class _Body(io.RawIOBase):
    """The body of an answer, which tells what breaks off and what takes too long in one sentence."""

    def __init__(self, response: Response, clock: _Clock) -> None:
        self._response, self._clock = response, clock

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what comes next."""
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        left, raw = self._clock.left(), self._response.raw
        if (socket := getattr(raw.connection, "sock", None)) is not None:
            socket.settimeout(left)
        try:  # not by read(), which waits until a whole block is there, however slowly it comes
            content = raw.read1(len(buffer), decode_content=True)
        except ReadTimeoutError as error:
            raise self._clock.too_slow() from error
        except (HTTPError, OSError, ValueError) as error:
            problem = f"broke off in the middle of its answer ({_reason(error)})"
            raise StoreUnavailable(self._clock.url, problem, "try again") from error
        buffer[: len(content)] = content
        return len(content)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and those below it, the lowest first."""
    chain = [error]
    while (below := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(below)
    return chain[::-1]


def _reason(error: BaseException) -> str:
    """Return why a connection failed, from the bottom of the chain of errors; what lies above repeats addresses."""
    for found in _chain(error):
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted: {found.verify_message}"
        if isinstance(found, TimeoutError):
            return "nothing came in time"
        if isinstance(found, OSError) and found.strerror:
            return found.strerror
    return "it closed the connection"
