"""A running endpoint for tests: a process of its own on a free port, and an HTTP client that sends what it is told."""

from __future__ import annotations

import contextlib
import http.client
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

_RUN = """
import logging, sys
from pathlib import Path
from multilateral.queries.endpoint.data import IndexData
from multilateral.queries.endpoint.limits import Limits
from multilateral.queries.endpoint.server import serve
logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
place = Path(sys.argv[1])
serve(place if sys.argv[2] == "store" else IndexData(place), port=0, listening=lambda a: print(a, flush=True),
      limits=Limits(**eval(sys.argv[3])), **eval(sys.argv[4]))
"""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Endpoint:
    """A running endpoint."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process, self.address = process, address
        self.host, _, port = address.removeprefix("http://").partition(":")
        self.port = int(port)
        self.log: list[str] = []
        threading.Thread(target=self._read_log, daemon=True).start()

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.rstrip())

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 60,
        source: str | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(
            self.host, self.port, timeout=timeout, source_address=(source, 0) if source else None
        )
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def query(self, text: str, accept: str | None = None, method: str = "GET", **more: str) -> Answer:
        headers = {"Accept": accept} if accept is not None else {}
        return self.send(method, "/sparql?" + urlencode({"query": text, **more}), headers)

    def workers(self) -> set[int]:
        """The ids of the processes below the service that answer queries: they have an index open, and no names."""
        return {pid for pid in _descendants(self.process.pid) if _opened(pid, ".sst") and not _opened(pid, ".sqlite")}

    def page_workers(self) -> set[int]:
        """The ids of the processes below the service that make pages."""
        return {pid for pid in _descendants(self.process.pid) if _opened(pid, ".sst") and _opened(pid, ".sqlite")}

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def until(holds: Callable[[], bool], within: float = 10) -> None:
    """Wait until something holds, and fail if that takes longer."""
    ends = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def _descendants(pid: int) -> set[int]:
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= {int(child)} | _descendants(int(child))
    return found


def _opened(pid: int, ending: str) -> bool:
    with contextlib.suppress(OSError):
        return any(ending in str(f.readlink()) for f in Path(f"/proc/{pid}/fd").iterdir())
    return False


@contextlib.contextmanager
def running(place: Path, kind: str = "store", limits: str = "{}", options: str = "{}") -> Iterator[Endpoint]:
    """Run an endpoint on a store, or on an index of pyoxigraph, until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(place), kind, limits, options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, process.stderr.read() if process.stderr else ""
        yield Endpoint(process, address)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
