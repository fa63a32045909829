"""What a service left running must stand: endless, huge and deep queries, slow and silent clients, dying workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import multilateral
import pytest
from multilateral.queries.endpoint.limits import Limits

from .endpoint_server import Answer, Endpoint, running, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HUGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a"
COMMAND = [
    sys.executable,
    "-c",
    "from multilateral.cli import main; main.COMMANDS.setdefault('serve', ('serve', '')); main.main()",
]
QUICK = "ASK { ?s a ml:Link }"
LIMITS = """{'workers': 2, 'seconds': 4, 'memory': 300, 'result': 4, 'arrival': 2, 'idle': 2, 'stall': 2, 'long': 3,
             'long_per_client': 2, 'connections': 60, 'connections_per_client': 40, 'grace': 2}"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("safety") / "store"
    multilateral.open(path).load("five-documents")
    return path


@pytest.fixture(scope="module")
def endpoint(store: Path) -> Iterator[Endpoint]:
    with running(store, limits=LIMITS) as found:
        yield found


def settled(endpoint: Endpoint) -> bool:
    return len(endpoint.workers()) == 2


def in_background(run: Callable[[], Answer]) -> tuple[threading.Thread, list[Answer]]:
    found: list[Answer] = []
    thread = threading.Thread(target=lambda: found.append(run()))
    thread.start()
    return thread, found


def raw(endpoint: Endpoint, text: bytes, timeout: float = 15) -> socket.socket:
    connection = socket.create_connection((endpoint.host, endpoint.port), timeout)
    connection.sendall(text)
    return connection


def get(query: str) -> bytes:
    return f"GET /sparql?{urlencode({'query': query})} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


# --- queries ---------------------------------------------------------------------------------------------------


def test_an_endless_query_ends_at_its_deadline_and_holds_up_nobody(endpoint: Endpoint) -> None:
    begun = time.monotonic()
    thread, found = in_background(lambda: endpoint.query(ENDLESS))
    spent = []
    while thread.is_alive():
        asked = time.monotonic()
        assert endpoint.query(QUICK).status == 200
        spent.append(time.monotonic() - asked)
    assert found[0].status == 504 and "4 seconds" in found[0].text
    assert 3.5 < time.monotonic() - begun < 8
    assert len(spent) > 100 and sorted(spent)[len(spent) // 2] < 0.1
    until(lambda: settled(endpoint))


def test_a_huge_result_is_refused_with_a_true_status(endpoint: Endpoint) -> None:
    answer = endpoint.query(HUGE, "text/csv")
    assert answer.status == 413 and "4 MB" in answer.text


def test_a_hungry_query_dies_alone(endpoint: Endpoint) -> None:
    answer = endpoint.query(HUNGRY)
    assert answer.status == 413 and "300 MB of memory" in answer.text
    assert endpoint.query(QUICK).status == 200
    until(lambda: settled(endpoint))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { FILTER" + "(" * 20_000 + "1" + ")" * 20_000 + " }",
        "SELECT * " + "{" * 20_000 + "}" * 20_000,
        "SELECT * { ?s " + "/".join(["<x:p>"] * 20_000) + " ?o }",
        "ASK { FILTER(" + "!" * 20_000 + "true) }",
        "SELECT * { ?s <x:p> " + "[ <x:p> " * 20_000 + "1" + "]" * 20_000 + " }",
    ],
    ids=["parentheses", "braces", "path", "negations", "brackets"],
)
def test_deep_queries_are_refused_before_they_are_parsed(endpoint: Endpoint, query: str) -> None:
    before = endpoint.workers()
    answer = endpoint.send("POST", "/sparql", {"Content-Type": "application/sparql-query"}, query.encode())
    assert answer.status == 400, answer.text
    assert endpoint.workers() == before


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { " + "{ ?s ?p 1 } UNION " * 20_000 + "{} }",
        "SELECT * { FILTER(1" + " + 1" * 50_000 + " = 2) }",
        "SELECT * { FILTER(" + "- " * 50_000 + "1 = 2) }",
        "SELECT * { FILTER(1 = 1" + " && 1 = 1" * 50_000 + ") }",
        "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 20_000 + " }",
        "SELECT * { FILTER" + "(" * 399 + "1" + ")" * 399 + " }",
    ],
    ids=["union", "plus", "minus", "and", "optional", "400 parentheses"],
)
def test_what_the_guard_lets_through_costs_a_worker_at_most(endpoint: Endpoint, query: str) -> None:
    answer = endpoint.send("POST", "/sparql", {"Content-Type": "application/sparql-query"}, query.encode())
    assert answer.status in (200, 400, 413, 504), answer.text
    assert endpoint.query(QUICK).status == 200
    until(lambda: settled(endpoint))


@pytest.mark.parametrize("form", ["query", "update"])
def test_nothing_is_written_or_fetched(endpoint: Endpoint, form: str) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.3)
        url = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        texts = [
            f"LOAD <{url}>",
            f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
            f"PREFIX : <{url}> ASK {{ SERVICE:x {{ ?s ?p ?o }} }}",
            f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            "INSERT DATA { <x:a> <x:b> <x:c> }",
            "CLEAR ALL",
            "DROP ALL",
        ]
        for text in texts:
            answer = endpoint.send("GET", "/sparql?" + urlencode({form: text}))
            assert answer.status == 403, (text, answer.text)
            kind = f"application/sparql-{form}"
            assert endpoint.send("POST", "/sparql", {"Content-Type": kind}, text.encode()).status == 403
        try:
            heard.append(trap.accept()[0].recv(100))
        except TimeoutError:
            pass
    assert heard == []


CONFINED = """
import errno, os, socket, sys
from pathlib import Path
from multilateral.queries.endpoint.sandbox import confine
missing = confine([Path(sys.argv[1])], 200)
assert missing == [], missing
def denied(action):
    try:
        action()
    except OSError as error:
        return error.errno in (errno.EACCES, errno.EPERM)
    return False
assert denied(lambda: socket.socket())
assert denied(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
assert denied(lambda: open("/etc/passwd"))
assert denied(lambda: open(sys.argv[1] + "/x", "w"))
assert denied(lambda: os.listdir("/"))
assert denied(lambda: os.execv("/bin/true", ["true"]))
assert denied(lambda: os.fork() or os._exit(0))
assert denied(lambda: os.kill(os.getppid(), 0))
assert open(sys.argv[1] + "/readable").read() == "yes"
try:
    bytearray(1 << 30)
    sys.exit("memory without limit")
except MemoryError:
    print("confined")
"""


def test_a_worker_has_no_network_no_files_and_no_endless_memory(tmp_path: Path) -> None:
    pytest.importorskip(
        "pyseccomp", reason="pyseccomp or libseccomp is not installed", exc_type=(ImportError, RuntimeError)
    )
    pytest.importorskip("py_landlock", reason="py-landlock is not installed")
    from py_landlock import LandlockError, get_abi_version

    try:
        get_abi_version()
    except LandlockError as error:
        pytest.skip(f"this kernel has no Landlock: {error}")
    (tmp_path / "readable").write_text("yes")
    ended = subprocess.run([sys.executable, "-c", CONFINED, str(tmp_path)], capture_output=True, text=True)
    assert ended.stdout == "confined\n", ended.stderr


def test_what_the_system_does_not_offer_is_logged(endpoint: Endpoint) -> None:
    lacks = [line for line in endpoint.log if line.startswith("WARNING Workers can")]
    try:
        import py_landlock  # noqa: F401
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError):
        assert lacks
    else:
        assert lacks == []


# --- workers ---------------------------------------------------------------------------------------------------


def test_a_killed_worker_is_replaced_and_nobody_notices(endpoint: Endpoint) -> None:
    until(lambda: settled(endpoint))
    statuses: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            statuses.append(endpoint.query("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 3000").status)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    killed = 0
    for _ in range(8):
        for pid in list(endpoint.workers())[:1]:
            os.kill(pid, signal.SIGKILL)
            killed += 1
        time.sleep(0.4)
    done.set()
    for asker in askers:
        asker.join()
    assert killed >= 6
    assert set(statuses) == {200} and len(statuses) > 20
    until(lambda: settled(endpoint))


def test_a_client_that_goes_away_frees_its_worker(endpoint: Endpoint) -> None:
    until(lambda: settled(endpoint))
    for text in (get(ENDLESS), _post(ENDLESS)):
        connection = raw(endpoint, text)
        until(lambda: len(endpoint.workers()) > 2)  # the long query has its own process by now
        left = time.monotonic()
        connection.close()
        until(lambda: settled(endpoint))
        assert time.monotonic() - left < 2  # long before the deadline


def _post(query: str) -> bytes:
    kind = "Content-Type: application/sparql-query"
    return f"POST /sparql HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: {len(query)}\r\n\r\n{query}".encode()


def test_long_queries_have_limits_for_a_client_and_for_all(endpoint: Endpoint) -> None:
    until(lambda: settled(endpoint))
    running_ = [in_background(lambda n=n: ask_from(endpoint, f"127.0.0.{2 + n // 3}")) for n in range(6)]  # type: ignore[misc]
    for thread, _ in running_:
        thread.join()
    statuses = sorted(found[0].status for _, found in running_)
    # Two clients with three each: at most two a client and three together; the rest are told so at once.
    assert statuses[3:] == [504, 504, 504]
    refused = [found[0] for _, found in running_ if found[0].status in (429, 503)]
    assert len(refused) == 3
    assert all(answer.headers["retry-after"] == "10" for answer in refused)
    until(lambda: settled(endpoint))


def ask_from(endpoint: Endpoint, source: str) -> Answer:
    return endpoint.send("GET", "/sparql?" + urlencode({"query": ENDLESS}), source=source)


# --- clients ---------------------------------------------------------------------------------------------------


def test_a_silent_connection_is_closed(endpoint: Endpoint) -> None:
    connection = raw(endpoint, b"")
    begun = time.monotonic()
    assert connection.recv(10) == b""
    assert time.monotonic() - begun < 4


def test_a_head_that_trickles_in_is_refused(endpoint: Endpoint) -> None:
    connection = raw(endpoint, b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n")
    begun = time.monotonic()
    try:
        while time.monotonic() - begun < 5:
            connection.sendall(b"X: y\r\n")
            time.sleep(0.3)
    except OSError:
        pass
    assert time.monotonic() - begun < 4
    assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_a_body_that_does_not_come_is_refused(endpoint: Endpoint) -> None:
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 500\r\n\r\nASK"
    )
    assert raw(endpoint, head).recv(100).startswith(b"HTTP/1.1 408")


def test_a_client_that_does_not_read_is_dropped(endpoint: Endpoint) -> None:
    query = "SELECT ?s ?p ?o ?x { ?s ?p ?o . BIND('" + "x" * 2000 + "' AS ?x) } LIMIT 1500"
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect((endpoint.host, endpoint.port))
    connection.sendall(get(query))
    time.sleep(7)
    received = b""
    with pytest.raises(OSError):  # it was reset, not ended as if it were whole
        while piece := connection.recv(1 << 16):
            received += piece
        length = int(received.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert len(received) < length
        raise OSError("ended early")
    assert endpoint.query(QUICK).status == 200


def test_more_connections_than_allowed_are_told_so(endpoint: Endpoint) -> None:
    held = [socket.create_connection((endpoint.host, endpoint.port), 5) for _ in range(40)]
    try:
        refused = raw(endpoint, get(QUICK))
        assert refused.recv(100).startswith(b"HTTP/1.1 503")
        other = endpoint.send("GET", "/sparql?" + urlencode({"query": QUICK}), source="127.0.0.9")
        assert other.status == 200
    finally:
        for connection in held:
            connection.close()
    until(lambda: _answers(endpoint))


def _answers(endpoint: Endpoint) -> bool:
    try:
        return endpoint.query(QUICK).status == 200
    except OSError:
        return False


@pytest.mark.parametrize("text", [b"\x00\xff\xfe\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 100])
def test_nonsense_is_no_harm(endpoint: Endpoint, text: bytes) -> None:
    connection = raw(endpoint, text)
    connection.shutdown(socket.SHUT_WR)
    answer = connection.recv(200)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 303"))
    assert endpoint.query(QUICK).status == 200


# --- the service -----------------------------------------------------------------------------------------------


def test_sigterm_ends_open_queries_in_order(store: Path) -> None:
    with running(store, limits=LIMITS) as endpoint:
        pids = endpoint.workers()
        short, answered = in_background(
            lambda: endpoint.query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?c ?d ?e . ?e ?f ?g }")
        )
        endless, ended = in_background(lambda: endpoint.query(ENDLESS))
        until(lambda: len(endpoint.workers()) > 2)
        pids |= endpoint.workers()
        begun = time.monotonic()
        assert endpoint.stop() == 0
        assert time.monotonic() - begun < 6
        short.join()
        endless.join()
    assert ended[0].status == 503 and "stopping" in ended[0].text
    assert answered[0].status in (200, 503)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_workers_end_when_the_service_is_killed(store: Path) -> None:
    with running(store, limits=LIMITS) as endpoint:
        thread, _ = in_background(lambda: _lost(endpoint))
        until(lambda: len(endpoint.workers()) > 2)
        pids = endpoint.workers()
        endpoint.process.kill()
        endpoint.process.wait()
        thread.join()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), within=15)


def _lost(endpoint: Endpoint) -> Answer:
    try:
        return endpoint.query(ENDLESS)
    except OSError:
        return Answer(0, {}, b"")


def test_the_command_serves_and_warns_where_everybody_can_read(store: Path) -> None:
    command = [*COMMAND, "--store", str(store), "serve", "--port", "0", "--host"]
    for host, warned in (("127.0.0.1", False), ("0.0.0.0", True)):
        process = subprocess.Popen([*command, host], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(f"SPARQL endpoint at http://{host}:")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
        assert process.returncode == 0
        assert ("--token" in log) == warned


def test_a_taken_port_is_one_sentence(store: Path, endpoint: Endpoint) -> None:
    command = [*COMMAND, "--store", str(store), "serve", "--port", str(endpoint.port)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1].startswith(f"Error: Cannot listen on 127.0.0.1 port {endpoint.port}")
    assert "Traceback" not in ended.stderr


def test_every_limit_stands_in_the_documentation_with_its_default() -> None:
    from dataclasses import fields

    page = (Path(multilateral.__file__).parent / "docs" / "serve.md").read_text(encoding="utf-8")
    for field in fields(Limits):
        shown = "2 × cores" if field.name == "workers" else f"{field.default:g}"
        assert any(f"`{field.name}`" in line and f"| {shown} |" in line for line in page.splitlines()), field.name


def test_json_is_json(endpoint: Endpoint) -> None:
    assert json.loads(endpoint.query(QUICK).body)["boolean"] is True
