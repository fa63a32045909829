"""What goes wrong on the way to a Neo4j: cut-offs, which the next push finishes, and refusals in one sentence each."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from multilateral.graph.mirror import sending
from multilateral.graph.mirror.check import check
from multilateral.graph.mirror.connection import (
    Address,
    Server,
    ServerRefused,
    ServerUnavailable,
)
from multilateral.graph.mirror.local import LocalGraph
from multilateral.graph.mirror.pull import IncompleteMirror, pull
from multilateral.graph.mirror.push import _Push, push
from multilateral.graph.mirror.remote import Manifest
from multilateral.graph.store import Store
from multilateral.ontology.errors import BadParameter
from multilateral.ontology.model import ID, Entity, Name, Statement

from . import neo4j_server
from .conftest import Workshop, full_link, source

PASSWORD = "a-Secret-w0rd"
DAMAGE = "MATCH ()-[r:FUNDS]->() RETURN count(r) AS n, count(DISTINCT r.iri) AS distinct"


def program(*arguments: str, store: Path, **environment: str) -> list[str]:
    return [sys.executable, "-c", "from multilateral.cli.main import main; main()", "--store", str(store), *arguments]


def run(*arguments: str, store: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clear = {k: v for k, v in os.environ.items() if not k.startswith("MULTILATERAL_NEO4J")}
    return subprocess.run(
        program(*arguments, store=store),
        env={**clear, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def many(workshop: Workshop, count: int, checksum: str = "sha256:1") -> Store:
    """A source of many links, long enough that a push of it can be cut off."""
    things: list[Statement] = [
        Entity(f"{ID}organization/o{n}", "NGO", (Name(f"NGO {n} {checksum}", "en"),)) for n in range(count // 10)
    ]
    links = [
        replace(
            full_link("many", str(n)),
            source_iri=f"{ID}organization/o{n % (count // 10)}",
            target_iri=f"{ID}organization/o{n * 7 % (count // 10)}",
            role=checksum,
        )
        for n in range(count)
    ]
    workshop.load((source("many", checksum=checksum), [*things, *links]))
    return Store.open(workshop.path)


@pytest.fixture(scope="module")
def url() -> str:
    return neo4j_server.shared()


@pytest.fixture
def empty(url: str) -> Iterator[str]:
    with neo4j_server.connect(url) as driver:
        neo4j_server.clean(driver)
        yield url
        neo4j_server.clean(driver)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[neo4j_server.Neo4jServer]:
    """A server with a password, which tests may kill."""
    with neo4j_server.Neo4jServer(tmp_path_factory.mktemp("neo4j"), password=PASSWORD) as server:
        yield server


# --- cut off, and finished -----------------------------------------------------------------------------------------


def test_a_client_killed_at_any_moment_is_finished_by_the_next_push(workshop: Workshop, empty: str) -> None:
    store = many(workshop, 3_000)
    chance = random.Random(7)
    killed = 0
    for attempt in range(6):
        if attempt == 3:  # a correction of everything, cut off as well
            store = many(workshop, 3_000, "sha256:2")
        process = subprocess.Popen(
            program("mirror", "push", empty, store=workshop.path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        _wait_for(lambda process=process: _state(empty) == "writing" or process.poll() is not None)
        time.sleep(chance.uniform(0, 1))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL and _state(empty) == "writing"
        with Server(Address(empty)) as server, contextlib.suppress(IncompleteMirror):
            pull(workshop.path.with_name(f"half-{attempt}"), server)
            assert _state(empty) == "done", "half a mirror was pulled"
    assert killed >= 2, "the pushes were too quick to be cut off"
    with Server(Address(empty)) as server:
        push(store, server)
        assert check(store, server).differences == []
        assert server.rows(DAMAGE) == [{"n": 3_000, "distinct": 3_000}]


def _state(url: str) -> str | None:
    with neo4j_server.connect(url) as driver:
        found = driver.execute_query("MATCH (s:Source {id: 'many'}) RETURN s.state AS state").records
    return found[0]["state"] if found else None


def _wait_for(what: Any) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_server_killed_in_the_middle_is_filled_by_the_next_push(
    workshop: Workshop, own: neo4j_server.Neo4jServer
) -> None:
    store = many(workshop, 3_000)
    where = Address(own.url, "neo4j", PASSWORD)
    sent = threading.Event()

    def after_some(stage: str, done: int, total: int) -> None:
        if stage == "Sending" and done > total / 2:
            sent.set()

    def kill() -> None:
        sent.wait(60)
        own.stop(kill=True)

    killer = threading.Thread(target=kill)
    killer.start()
    with Server(where, retry_seconds=2) as server, pytest.raises(ServerUnavailable, match=r"No Neo4j answers at bolt"):
        push(store, server, progress=after_some)
    killer.join()
    own.start()
    with Server(where) as server:
        push(store, server)
        assert check(store, server).differences == []
        assert server.rows(DAMAGE) == [{"n": 3_000, "distinct": 3_000}]


class Cable:
    """A wire to a server that breaks after every so many bytes, for a number of times."""

    def __init__(self, port: int, every: int, times: int) -> None:
        self._to, self._every, self.left = port, every, times
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(a, b, a is near), daemon=True).start()

    def _carry(self, a: socket.socket, b: socket.socket, out: bool) -> None:
        carried = 0
        with contextlib.suppress(OSError):
            while data := a.recv(65_536):
                carried += len(data)
                if out and carried > self._every and self.left > 0:
                    self.left -= 1
                    # Every second time the server has got all of it and only its answer is lost.
                    if self.left % 2:
                        b.sendall(data)
                        time.sleep(0.2)
                    break
                b.sendall(data)
        for end in (a, b):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


def test_a_lost_connection_is_tried_again_and_nothing_is_counted_twice(
    workshop: Workshop, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 300)
    store = many(workshop, 5_000)
    cable = Cable(int(empty.rpartition(":")[2]), every=400_000, times=6)
    try:
        with Server(Address(f"bolt://127.0.0.1:{cable.port}")) as server:
            push(store, server)
    finally:
        cable.close()
    assert cable.left < 4, "the connection was hardly ever lost"
    with Server(Address(empty)) as server:
        assert check(store, server).differences == []
        assert server.rows(DAMAGE) == [{"n": 5_000, "distinct": 5_000}]


def test_two_pushes_at_once_into_an_empty_mirror_make_nothing_twice(
    workshop: Workshop, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sees that nothing is there, and only one may write without looking; as soon as the other begins, neither."""
    monkeypatch.setattr(sending, "BATCH", 100)
    store = many(workshop, 3_000)
    begun = threading.Barrier(2)

    def one() -> None:
        with Server(Address(empty)) as server:
            manifest = Manifest.of(server)
            assert manifest.fresh
            begun.wait(30)
            _Push(LocalGraph(store), server, manifest, False, lambda stage, done, total: None).run()

    with ThreadPoolExecutor(2) as pool:
        for push_of_one in [pool.submit(one), pool.submit(one)]:
            push_of_one.result()
    with Server(Address(empty)) as server:
        assert check(store, server).differences == []
        assert server.rows(DAMAGE) == [{"n": 3_000, "distinct": 3_000}]


def test_a_batch_that_comes_again_is_looked_for(empty: str) -> None:
    with Server(Address(empty)) as server:
        server.run("CREATE (:Multilateral:Mirror {key: 'mirror', claim: 'mine'})")
        usual = "UNWIND $rows AS row MERGE (:Multilateral:Record {key: row.key})"
        make = "UNWIND $rows AS row CREATE (:Multilateral:Record {key: row.key, made: true})"
        for claim in ("mine", "mine", "another's"):
            with sending.Sender(server, claim) as sender:  # a new sender counts from 1 again, as one that runs again
                sender.send(usual, {"key": "a"}, first=make)
        assert server.rows("MATCH (n:Record) RETURN n.key AS key, n.made AS made") == [{"key": "a", "made": True}]


def test_a_disk_that_takes_no_more_is_told_and_the_next_push_finishes(workshop: Workshop, tmp_path: Path) -> None:
    """And a server that only reads: the same one, started again so."""
    store = many(workshop, 1_500)
    small = ("db.tx_log.preallocate=false", "db.tx_log.rotation.size=1m")
    with contextlib.closing(neo4j_server.Neo4jServer(tmp_path / "neo4j", settings=small)) as limited:
        limited.start(largest_file=1_500_000)
        with (
            pytest.raises(ServerRefused, match=r"could not write to its disk, .*push again"),
            Server(Address(limited.url)) as server,
        ):
            push(store, server)
        limited.stop(kill=True)
        limited.start()
        with Server(Address(limited.url)) as server:
            push(store, server)
            assert check(store, server).differences == []
        limited.stop()
        limited.configure("server.databases.default_to_read_only=true")
        limited.start()
        store = many(workshop, 20, "sha256:2")
        with Server(Address(limited.url)) as server, pytest.raises(ServerRefused, match="only reads"):
            push(store, server)


# --- refusals ------------------------------------------------------------------------------------------------------


def test_nothing_answers(workshop: Workshop) -> None:
    workshop.sample()
    url = f"bolt://127.0.0.1:{neo4j_server.free_port()}"
    for verb in ("push", "check", "pull"):
        done = run("mirror", verb, url, store=workshop.path)
        assert done.returncode == 1 and re.match(f"Error: No Neo4j answers at {url} .*try again", done.stderr), (
            done.stderr
        )


def test_something_else_answers(workshop: Workshop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    near, _ = listener.accept()
                    near.recv(100)
                    near.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    near.close()

        threading.Thread(target=answer, daemon=True).start()
        url = f"bolt://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises((ServerRefused, ServerUnavailable), match=f"at {url}"):
            Server(Address(url), retry_seconds=1)


@pytest.mark.parametrize("user", ["neo4j", "nobody"])
def test_a_wrong_password_is_told_and_never_shown(user: str, workshop: Workshop, own: neo4j_server.Neo4jServer) -> None:
    workshop.sample()
    wrong = {"MULTILATERAL_NEO4J_USER": user, "MULTILATERAL_NEO4J_PASSWORD": "not-the-Word"}
    done = run("mirror", "push", own.url, store=workshop.path, **wrong)
    assert done.returncode == 1 and f"does not let the user '{user}' in" in done.stderr
    assert "not-the-Word" not in done.stderr + done.stdout and "Traceback" not in done.stderr


def test_no_password_is_told(workshop: Workshop, own: neo4j_server.Neo4jServer) -> None:
    workshop.sample()
    done = run("mirror", "push", own.url, store=workshop.path)
    assert done.returncode == 1 and "MULTILATERAL_NEO4J_PASSWORD or at the prompt" in done.stderr


def test_the_right_password_from_everywhere(workshop: Workshop, own: neo4j_server.Neo4jServer) -> None:
    workshop.sample()
    given = {"MULTILATERAL_NEO4J_USER": "neo4j", "MULTILATERAL_NEO4J_PASSWORD": PASSWORD}
    assert run("mirror", "push", own.url, store=workshop.path, **given).returncode == 0
    words = ["mirror", "check", own.url, "--user", "neo4j", "--password"]
    assert run(*words, PASSWORD, store=workshop.path).returncode == 0
    piped = subprocess.run(program(*words, "-", store=workshop.path), input=PASSWORD + "\n", text=True)
    assert piped.returncode == 0


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux shows, and lets wipe, the command line so")
def test_a_password_in_the_command_line_is_wiped_from_the_list_of_processes(
    workshop: Workshop, own: neo4j_server.Neo4jServer
) -> None:
    many(workshop, 3_000)
    words = program("mirror", "check", own.url, "--user", "neo4j", "--password", PASSWORD, store=workshop.path)
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        line = Path(f"/proc/{process.pid}/cmdline")
        _wait_for(lambda: b"*" * len(PASSWORD) in line.read_bytes() or process.poll() is not None)
        assert process.poll() is None
        assert PASSWORD.encode() not in line.read_bytes() and b"--password" in line.read_bytes()
        process.kill()


def test_a_password_in_the_address_is_refused_without_showing_it(workshop: Workshop) -> None:
    workshop.sample()
    done = run("mirror", "push", f"bolt://neo4j:{PASSWORD}@localhost:1", store=workshop.path)
    assert done.returncode == 2 and "must hold no user and no password" in done.stderr
    assert PASSWORD not in done.stderr
    assert PASSWORD not in repr(Address("bolt://localhost", "neo4j", PASSWORD))


@pytest.mark.parametrize("url", ["localhost:7687", "ftp://localhost", "bolt://", ""])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(BadParameter, match=r"is not the address of a Neo4j"):
        Address(url)


def test_a_database_that_does_not_exist(workshop: Workshop, empty: str) -> None:
    workshop.sample()
    done = run("mirror", "push", empty, "--database", "atlantis", store=workshop.path)
    assert done.returncode == 1
    assert (
        done.stderr
        == f"Error: There is no database 'atlantis' on the server at {empty}; name another with --database.\n"
    )


def test_a_constraint_in_the_way(workshop: Workshop, empty: str) -> None:
    workshop.sample()
    with neo4j_server.connect(empty) as driver:
        driver.execute_query("CREATE CONSTRAINT one_of_a_type FOR (n:Topic) REQUIRE n.type IS UNIQUE")
        try:
            done = run("mirror", "push", empty, store=workshop.path)
            assert done.returncode == 1 and "stands in the way" in done.stderr and "`type`" in done.stderr, done.stderr
        finally:
            driver.execute_query("DROP CONSTRAINT one_of_a_type")
    assert run("mirror", "push", empty, store=workshop.path).returncode == 0
    assert run("mirror", "check", empty, store=workshop.path).returncode == 0


def test_without_the_driver_one_sentence_says_what_to_install(workshop: Workshop) -> None:
    workshop.sample()
    text = "import sys; sys.modules['neo4j'] = None; from multilateral.cli.main import main; main()"
    command = [sys.executable, "-c", text, "--store", str(workshop.path), "mirror", "push", "bolt://localhost:1"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 1 and "pip install multilateral[neo4j]" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_check_that_finds_something_exits_with_1(workshop: Workshop, empty: str) -> None:
    workshop.sample()
    assert run("mirror", "push", empty, store=workshop.path).stdout.startswith("Sent ")
    with neo4j_server.connect(empty) as driver:
        driver.execute_query("MATCH ()-[r:MEMBER_OF]->() SET r.valid_from = '2014'")
    done = run("mirror", "check", empty, store=workshop.path)
    assert done.returncode == 1 and "valid_from is '2013' here and '2014' there" in done.stdout
    assert "1 of " in done.stderr and "mirror push --all" in done.stderr
