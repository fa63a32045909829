"""The SPARQL endpoint beside pyoxigraph in process, the oxigraph server and rdflib-endpoint, on the same triples.

CPU time a small request, requests a second, the slowest of a hundred with hostile clients beside honest ones, and
memory over 100,000 requests. The peers are installed into a temporary environment, or taken from the one that
MULTILATERAL_PEERS names (its folder of programs). MULTILATERAL_BENCH=short takes a tenth of the time.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import multilateral as ml
import pyoxigraph as ox

SHORT = os.environ.get("MULTILATERAL_BENCH") == "short"
ML = "https://w3id.org/multilateral/ontology#"
#: A small SELECT asks what a thing is called and belongs to; each time of another thing, as people do.
SMALL = f"""SELECT ?name ?kind ?group WHERE {{ <THING> <http://www.w3.org/2004/02/skos/core#prefLabel> ?name ; a ?kind
            OPTIONAL {{ <THING> <{ML}memberOf> ?group }} }} LIMIT 10"""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HUGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
HONEST, HOSTILE, PAUSE = 45, 5, 0.2
TICK = os.sysconf("SC_CLK_TCK")


def request(query: str, path: str = "/sparql") -> bytes:
    accept = "Accept: application/sparql-results+json\r\n"
    return f"GET {path}?{urlencode({'query': query})} HTTP/1.1\r\nHost: localhost\r\n{accept}\r\n".encode()


def things(db: ox.Store) -> list[str]:
    """Return the small questions of the benchmark: one of each of 500 things."""
    kind = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    found = sorted({str(q.subject.value) for q in db.quads_for_pattern(None, kind, None, ox.DefaultGraph())})  # type: ignore[union-attr]
    return [SMALL.replace("THING", iri) for iri in found[:500]]


class Client:
    """A connection that is kept, and reads an answer by its length or its chunks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = socket.create_connection(("127.0.0.1", port), 60)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, text: bytes) -> int:
        """Send a request; return the status."""
        self.connection.sendall(text)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        lower = head.lower()
        if b"content-length:" in lower:
            length = int(lower.partition(b"content-length:")[2].partition(b"\r\n")[0])
            while len(body) < length:
                body += self._more()
        elif b"chunked" in lower:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
        return int(head[9:12])

    def _more(self) -> bytes:
        piece = self.connection.recv(1 << 16)
        if not piece:
            raise ConnectionError("closed")
        return piece


def family(pid: int) -> set[int]:
    """Return a process and all below it."""
    found = {pid}
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= family(int(child))
    return found


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process and all below it, those that have ended included."""
    ticks = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(fields[i]) for i in (11, 12, 13, 14))
    return ticks / TICK


def memory(pid: int) -> float:
    """Return the megabytes that a process and all below it hold for themselves."""
    pages = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            resident, shared = map(int, Path(f"/proc/{member}/statm").read_text().split()[1:3])
            pages += resident - shared
    return pages * resource.getpagesize() / 1e6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(command: list[str], port: int, path: str = "/sparql") -> Iterator[int]:
    """Run a server until the end of the block; yield its process id when it answers."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    if Client(port).ask(request("ASK {}", path)) == 200:
                        break
                if process.poll() is not None:
                    log.seek(0)
                    raise RuntimeError(log.read().decode()[-2000:])
                time.sleep(0.1)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def one_by_one(port: int, pid: int, count: int, texts: list[bytes]) -> float:
    """Return the CPU milliseconds of the server a small request."""
    client = Client(port)
    for text in texts[:200]:
        assert client.ask(text) == 200
    before = cpu(pid)
    for number in range(count):
        client.ask(texts[number % len(texts)])
    return (cpu(pid) - before) / count * 1000


def rate(port: int, seconds: float, texts: list[bytes]) -> float:
    """Return the requests a second that eight clients get answered."""
    counts = [0] * 8
    ends = time.monotonic() + seconds

    def run(number: int) -> None:
        client = Client(port)
        while time.monotonic() < ends:
            assert client.ask(texts[(number * 61 + counts[number]) % len(texts)]) == 200
            counts[number] += 1

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def honest(port: int, seconds: float, texts: list[bytes]) -> tuple[list[float], int]:
    """Run the honest clients; return the milliseconds of each answer, and how many requests had none."""
    spent: list[float] = []
    lost = 0
    ends = time.monotonic() + seconds

    def run(number: int) -> None:
        nonlocal lost
        chance = random.Random(number)
        client = Client(port)
        while time.monotonic() < ends:
            time.sleep(chance.random() * 2 * PAUSE)
            begun = time.perf_counter()
            try:
                lost += client.ask(chance.choice(texts)) != 200
            except OSError:
                lost += 1
                client = Client(port)
            spent.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(HONEST)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent, lost


def hostile(port: int, number: int, done: threading.Event) -> None:
    """Do harm of one kind, again and again: endless, huge, unread, or half-open."""
    while not done.is_set():
        with contextlib.suppress(OSError):
            kind = number % 5
            if kind == 4:
                held = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(20)]
                for connection in held:
                    connection.sendall(b"GET /sparql?query=")
                done.wait(5)
                for connection in held:
                    connection.close()
            elif kind == 3:
                unread = socket.create_connection(("127.0.0.1", port), 60)
                unread.sendall(request("SELECT * { ?s ?p ?o }"))
                done.wait(5)
                unread.close()
            else:
                connection = socket.create_connection(("127.0.0.1", port), 60)
                connection.sendall(request(HUGE if kind == 2 else ENDLESS))
                connection.settimeout(30)
                while connection.recv(1 << 20) and not done.is_set():
                    pass
                connection.close()


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def peers() -> Path:
    if "MULTILATERAL_PEERS" in os.environ:
        return Path(os.environ["MULTILATERAL_PEERS"])
    folder = Path(tempfile.gettempdir()) / "multilateral-bench-peers"
    if not (folder / "bin" / "rdflib-endpoint").exists():
        venv.create(folder, with_pip=True)
        pip = [folder / "bin" / "pip", "install", "--quiet", "rdflib-endpoint[cli,oxigraph]", "oxigraph"]
        subprocess.run(pip, check=True)
    return folder / "bin"


def main() -> None:
    theirs = peers()
    scale = 0.1 if SHORT else 1.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kg = ml.open(folder / "store")
        kg.load("five-documents")
        db = kg.reader.index.db
        quads = db.quads_for_pattern(None, None, None, ox.DefaultGraph())
        flat = (ox.Triple(q.subject, q.predicate, q.object) for q in quads)
        ox.serialize(flat, str(folder / "all.nt"), ox.RdfFormat.N_TRIPLES)
        load = [theirs / "oxigraph", "load", "-l", folder / "ox", "-f", folder / "all.nt"]
        subprocess.run(load, check=True, capture_output=True)
        ports = [free_port() for _ in range(3)]
        code = "from multilateral.cli import main; main.COMMANDS.setdefault('serve', ('serve', '')); main.main()"
        ours = [sys.executable, "-c", code, "--store", str(folder / "store"), "serve", "--port", str(ports[0])]
        oxigraph = [
            str(theirs / "oxigraph"),
            "serve-read-only",
            "-l",
            str(folder / "ox"),
            "-b",
            f"127.0.0.1:{ports[1]}",
        ]
        rdflib = [str(theirs / "rdflib-endpoint"), "serve", "--port", str(ports[2]), str(folder / "all.nt")]
        questions = things(db)
        texts = [request(question) for question in questions]
        servers = [
            ("ours", ours, "/sparql"),
            ("oxigraph server", oxigraph, "/sparql"),
            ("rdflib-endpoint", rdflib, "/"),
        ]
        speed(db, questions, scale, servers, ports)
        with served(ours, ports[0]):
            siege(ports[0], scale, texts)
        with served(ours, ports[0]) as pid:
            steadiness(ports[0], pid, scale, texts)


def speed(
    db: ox.Store, questions: list[str], scale: float, servers: list[tuple[str, list[str], str]], ports: list[int]
) -> None:
    """CPU time a small request and requests a second, of each server in turn."""
    count = int(5000 * scale)
    begun = time.process_time()
    for number in range(count):
        found: Any = db.query(questions[number % len(questions)])
        found.serialize(format=ox.QueryResultsFormat.JSON)
    alone = (time.process_time() - begun) / count * 1000
    print(f"CPU a small SELECT, pyoxigraph in process: {alone:.3f} ms")
    rates = []
    for (title, command, path), port in zip(servers, ports, strict=True):
        with served(command, port, path) as pid:
            texts = [request(question, path) for question in questions]
            spent = one_by_one(port, pid, count, texts)
            rates.append(rate(port, 10 * scale, texts))
        print(f"{title}: {spent:.3f} CPU-ms a request, {rates[-1]:.0f} requests a second")
        if title == "ours":
            print(f"  more than in process: {spent - alone:.3f} ms (wanted: at most 0.5)")
    print(f"requests a second beside rdflib-endpoint: {rates[0] / rates[2]:.1f} times (wanted: at least 5)")
    print(f"requests a second beside the oxigraph server: {rates[0] / rates[1]:.2f} times")


def siege(port: int, scale: float, texts: list[bytes]) -> None:
    """Honest clients alone, then for a minute with hostile ones beside them."""
    unloaded, lost = honest(port, 20 * scale, texts)
    middle, slowest = statistics.median(unloaded), p99(unloaded)
    print(f"{HONEST} honest clients alone: p50 {middle:.1f} ms, p99 {slowest:.1f} ms, lost {lost}")
    done = threading.Event()
    enemies = [threading.Thread(target=hostile, args=(port, n, done)) for n in range(HOSTILE)]
    for enemy in enemies:
        enemy.start()
    loaded, lost = honest(port, 60 * scale, texts)
    done.set()
    for enemy in enemies:
        enemy.join()
    middle = statistics.median(loaded)
    print(f"with {HOSTILE} hostile ones: p50 {middle:.1f} ms, p99 {p99(loaded):.1f} ms, {len(loaded)} requests")
    print(f"  lost {lost} (wanted: 0); p99 {p99(loaded) / slowest:.1f} times that without them (wanted: at most 5)")


def steadiness(port: int, pid: int, scale: float, texts: list[bytes]) -> None:
    """Measure the memory of the service over 100,000 requests."""
    client = Client(port)
    total = int(100_000 * scale)
    seen = []
    for number in range(total + 1):
        if number % (total // 10) == 0:
            seen.append(memory(pid))
        client.ask(texts[number % len(texts)])
    print(f"memory over {total} requests, every tenth: {', '.join(f'{m:.0f}' for m in seen)} MB")
    print(f"  grown since the first tenth: {(seen[-1] / seen[1] - 1) * 100:.1f} % (wanted: flat)")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
