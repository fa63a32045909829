"""A real Neo4j for the tests of the mirror: fetched once through Maven, started and stopped by them.

``MULTILATERAL_TEST_NEO4J=bolt://…`` names one that runs already and is used instead, with
``MULTILATERAL_NEO4J_USER`` and ``_PASSWORD``; only tests that kill a server, import into one or need its passwords
start their own all the same. ``MULTILATERAL_TOOLS`` is the folder in which the server's files are kept.
"""

from __future__ import annotations

import atexit
import functools
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from .debian import install

VERSION = "5.26.9"
_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>multilateral.test</groupId><artifactId>neo4j-server</artifactId><version>1</version>
<dependencies><dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{VERSION}</version>
</dependency></dependencies></project>
"""
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_PATIENCE = 180


def tools() -> Path:
    """Return the folder in which fetched tools are kept."""
    given = os.environ.get("MULTILATERAL_TOOLS")
    return Path(given) if given else Path(__file__).resolve().parent.parent / ".tools"


def jars() -> Path:
    """Return the folder of the server's files, fetching them the first time (129 MB)."""
    folder = tools() / f"neo4j-{VERSION}"
    if (folder / "complete").exists():
        return folder / "lib"
    if not (shutil.which("java") and shutil.which("mvn")):
        _install()
    beside = folder.with_name(f"{folder.name}.{os.getpid()}")
    beside.mkdir(parents=True)
    (beside / "pom.xml").write_text(_POM)
    print(f"\nFetching Neo4j {VERSION} for the tests into {folder} (once, 129 MB) ...", flush=True)
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib", "-DincludeScope=runtime"]
    done = subprocess.run(command, cwd=beside, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(beside)
        raise RuntimeError(f"Neo4j could not be fetched through Maven: {done.stdout[-500:]}{done.stderr[-500:]}")
    (beside / "complete").touch()
    if folder.exists():
        shutil.rmtree(folder)
    beside.rename(folder)
    return folder / "lib"


def _install() -> None:
    install(
        ("default-jre-headless", "maven"),
        tests="the mirror",
        missing="The tests of the mirror need Java 17 or 21 and Maven to start a Neo4j, and they were not found: "
        "install them (on Debian and Ubuntu `sudo apt-get install default-jre-headless maven`), or set "
        "MULTILATERAL_TEST_NEO4J to the bolt:// address of a Neo4j for tests.",
    )


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Neo4jServer:
    """A Neo4j in a folder of its own. It can be stopped, killed, and started again on the same data and port."""

    def __init__(self, home: Path, *, password: str | None = None, settings: tuple[str, ...] = ()) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"bolt://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        for folder in ("conf", "data", "logs", "plugins", "import"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        self._auth = password is not None
        self.configure(*settings)
        if password:
            self.admin("dbms", "set-initial-password", password)

    def configure(self, *settings: str) -> None:
        """Write the settings with which it starts the next time."""
        (self.home / "conf" / "neo4j.conf").write_text(
            f"dbms.security.auth_enabled={str(self._auth).lower()}\n"
            f"server.bolt.listen_address=127.0.0.1:{self.port}\n"
            "server.http.enabled=false\nserver.https.enabled=false\ndbms.usage_report.enabled=false\n"
            "server.memory.pagecache.size=256m\ndbms.security.auth_max_failed_attempts=0\n"
            + "".join(f"{line}\n" for line in settings)
        )

    def _java(self, *arguments: str) -> list[str]:
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
        return ["java", "-Xmx1g", *opened, "-cp", f"{jars()}/*", *arguments]

    def admin(self, *arguments: str) -> str:
        """Run ``neo4j-admin`` on this server, which must be stopped, and return what it printed."""
        environment = {**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        command = self._java("org.neo4j.cli.AdminTool", *arguments)
        done = subprocess.run(command, cwd=self.home, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"neo4j-admin {arguments[:3]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def start(self, *, largest_file: int | None = None) -> None:
        """Start it and wait until it answers. ``largest_file`` is the size beyond which it can write no file."""

        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        log = self.home / "logs" / "console.log"
        command = self._java(
            "org.neo4j.server.CommunityEntryPoint",
            f"--home-dir={self.home}",
            f"--config-dir={self.home / 'conf'}",
            "--console-mode",
        )
        command.insert(1, "--enable-native-access=ALL-UNNAMED")
        with log.open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, preexec_fn=limit)
        end = time.monotonic() + _PATIENCE
        while "Started." not in log.read_text(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Neo4j did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, or kill it as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Kill it; its data go away with the folder."""
        self.stop(kill=True)

    def __enter__(self) -> Neo4jServer:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def connect(url: str) -> Any:
    """Return a driver of the tests' own, with the user and password of the environment."""
    import neo4j

    user, password = os.environ.get("MULTILATERAL_NEO4J_USER"), os.environ.get("MULTILATERAL_NEO4J_PASSWORD")
    signed = (user or "neo4j", password) if password else None
    return neo4j.GraphDatabase.driver(url, auth=signed, notifications_min_severity="OFF")


def clean(driver: Any) -> None:
    """Take away what the tests made: nodes of ours, and those that the tests mark as other people's."""
    with driver.session() as session:
        for label in ("Multilateral", "TestNeighbour"):
            session.run(f"MATCH (n:{label}) CALL {{ WITH n DETACH DELETE n }} IN TRANSACTIONS OF 5000 ROWS").consume()
        session.run("MATCH (n) WHERE n.left_by = 'multilateral' DETACH DELETE n").consume()


@functools.cache
def shared() -> str:
    """Return the address of the server of this run: the one of the environment, else one of our own."""
    given = os.environ.get("MULTILATERAL_TEST_NEO4J")
    if not given:
        home = tempfile.TemporaryDirectory(prefix="multilateral-neo4j-", ignore_cleanup_errors=True)
        server = Neo4jServer(Path(home.name))
        atexit.register(home.cleanup)
        atexit.register(server.stop, kill=True)  # runs before the folder goes: the last one registered runs first
        server.start()
        return server.url
    with connect(given) as driver, driver.session() as session:
        if session.run("MATCH (n:Multilateral) RETURN count(n) AS n").single()["n"]:
            raise RuntimeError(f"There is a mirror at {given}, which the tests would delete; name a Neo4j for tests.")
    return given
