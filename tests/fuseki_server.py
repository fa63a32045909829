"""A real Apache Jena Fuseki for the tests of SPARQL services: fetched once through Maven, started and stopped by them.

``MULTILATERAL_TEST_SPARQL=http://…/sparql`` names a service that runs already and is used instead, with
``MULTILATERAL_SPARQL_USER`` and ``_PASSWORD``; only tests that kill a server or need its passwords start their own all
the same. ``MULTILATERAL_TOOLS`` is the folder in which the server's file is kept.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from .debian import install
from .maven import fetched
from .neo4j_server import free_port

VERSION = "5.6.0"
_PATIENCE = 120


def jar() -> Path:
    """Return the server's one file, fetching it the first time (56 MB)."""
    if not (shutil.which("java") and shutil.which("mvn")):
        _install()
    return fetched("Fuseki", f"org.apache.jena:jena-fuseki-server:{VERSION}", 56)


def _install() -> None:
    install(
        ("default-jre-headless", "maven"),
        tests="SPARQL services",
        missing="The tests of SPARQL services need Java 17 or 21 and Maven to start a Fuseki, and they were not found: "
        "install them (on Debian and Ubuntu `sudo apt-get install default-jre-headless maven`), or set "
        "MULTILATERAL_TEST_SPARQL to the address of a SPARQL service for tests that may be written to.",
    )


class FusekiServer:
    """A Fuseki with one dataset, in memory or on disk. It can be killed, and started again on the same port.

    ``arguments`` come after the port and before the name of the dataset; the default is a dataset in memory that may
    be written to.
    """

    def __init__(self, *arguments: str, config: str | None = None) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}/ds"
        self.url = f"{self.base}/sparql"
        self._arguments = list(arguments or ("--update", "--mem"))
        self._folder = tempfile.TemporaryDirectory(prefix="multilateral-fuseki-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None
        if config is not None:
            path = Path(self._folder.name) / "config.ttl"
            path.write_text(config, encoding="utf-8")
            self._arguments = [f"--config={path}"]
        else:
            self._arguments.append("/ds")

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = Path(self._folder.name) / "console.log"
        command = ["java", "-Xmx1g", "-jar", str(jar()), "--localhost", "--port", str(self.port), "--ping"]
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [*command, *self._arguments], cwd=self._folder.name, stdout=out, stderr=subprocess.STDOUT
            )
        end = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Fuseki did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/$/ping", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True  # it wants a password
        except OSError:
            return False

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, or kill it as a power cut would. What is in memory is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Kill it and delete its folder."""
        self.stop(kill=True)
        self._folder.cleanup()

    def __enter__(self) -> FusekiServer:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


@functools.cache
def shared() -> str:
    """Return the address of the service of this run: the one of the environment, else one of our own."""
    given = os.environ.get("MULTILATERAL_TEST_SPARQL")
    if given:
        return given
    server = FusekiServer()
    atexit.register(server.close)
    server.start()
    return server.url
