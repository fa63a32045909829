"""Pages are made in processes that are confined, replaced, and no trouble to each other."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from multilateral.graph.store import Store
from multilateral.loaders.five_documents import five_documents

from .endpoint_server import Answer, Endpoint, running, until

PAGES = """
import os, socket, sys, time
from pathlib import Path
from starlette.responses import PlainTextResponse
from starlette.routing import Route

def wait(graph, seconds):
    time.sleep(float(seconds))
    return f"waited {seconds}"

def hungry(graph, megabytes):
    return str(len(bytearray(int(megabytes) << 20)))

def faulty(graph, word):
    raise LookupError(f"a fault of {word}")

def large(graph, megabytes):
    return "x" * (int(megabytes) << 20)

def steal(graph, path):
    def outcome(action):
        try:
            return str(action())
        except OSError as error:
            return type(error).__name__
    tried = {
        "connect": lambda: socket.socket(),
        "passwords": lambda: open("/etc/passwd").read(),
        "sources": lambda: os.listdir(f"/{path}/sources"),
        "write": lambda: open(f"/{path}/x", "w"),
        "scratch": lambda: open("/tmp/written-by-a-page", "w"),
        "start": lambda: os.execv("/bin/true", ["true"]),
        "fork": lambda: os.fork() or os._exit(0),
        "kill": lambda: os.kill(os.getppid(), 0),
        "links": lambda: sum(graph.status().links.values()),
    }
    return "\\n".join(f"{name}={outcome(action)}" for name, action in tried.items())

def route(function):
    async def page(request):
        return PlainTextResponse(await request.app.state.service.call(request, function, request.path_params["word"]))
    page.__module__ = __name__
    return Route(f"/{function.__name__}/{{word:path}}", page)

routes = [route(f) for f in (wait, hungry, faulty, large, steal)]
"""
LIMITS = "{'workers': 1, 'seconds': 2, 'memory': 200, 'result': 8}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "store"
    with Store.writing(path) as opened:
        opened.load(five_documents())
    return path


@pytest.fixture(scope="module")
def site(store: Path) -> Iterator[Endpoint]:
    (store.parent / "pages_beside.py").write_text(PAGES)
    routes = f"__import__('sys').path.insert(0, {str(store.parent)!r}) or __import__('pages_beside').routes"
    with running(store, limits=LIMITS, options=f"{{'routes': {routes}}}") as endpoint:
        yield endpoint


def test_a_process_that_makes_pages_has_the_graph_and_nothing_else(site: Endpoint, store: Path) -> None:
    if lacking := [line for line in site.log if "Workers can" in line]:
        pytest.skip(f"this system does not confine processes: {lacking}")
    found = dict(line.split("=", 1) for line in site.send("GET", f"/steal{store}").text.splitlines())
    assert int(found.pop("links")) > 500
    assert set(found) >= {"connect", "passwords", "sources", "write", "fork"}
    assert set(found.values()) == {"PermissionError"}, found


def test_a_page_that_takes_too_long_costs_no_other_page_its_answer(site: Endpoint) -> None:
    answers: dict[str, Answer] = {}

    def ask(path: str) -> None:
        answers[path] = site.send("GET", path)

    asked = ["/wait/60", "/wait/1.5", "/wait/0.1", "/wait/0.2"]
    threads = [threading.Thread(target=ask, args=(path,)) for path in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers["/wait/60"].status == 504
    assert answers["/wait/60"].text == "The page was stopped after 2 seconds; ask for less.\n"
    assert [answers[path].text for path in asked[1:]] == ["waited 1.5", "waited 0.1", "waited 0.2"]


def test_memory_and_size_of_a_page_have_limits(site: Endpoint) -> None:
    assert site.send("GET", "/hungry/50").text == str(50 << 20)
    refused = site.send("GET", "/hungry/2000")
    assert (refused.status, refused.text) == (413, "The page needs more than 200 MB of memory; ask for less.\n")
    assert len(site.send("GET", "/large/7").text) == 7 << 20
    refused = site.send("GET", "/large/9")
    assert (refused.status, refused.text) == (413, "The answer is larger than 8 MB; ask for less.\n")


def test_a_fault_is_told_in_the_log_and_not_on_the_page(site: Endpoint) -> None:
    until(lambda: bool(site.page_workers()))
    before = site.page_workers()
    answer = site.send("GET", "/faulty/mine")
    assert answer.status == 500 and "fault of this program" in answer.text and "LookupError" not in answer.text
    until(lambda: any("LookupError: a fault of mine" in line for line in site.log))
    assert site.page_workers() & before, "a fault ends no process"


def test_a_killed_process_is_replaced_and_nobody_notices(site: Endpoint) -> None:
    until(lambda: len(site.page_workers()) >= 2)
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(site.send("GET", "/wait/1")))
    asking.start()
    time.sleep(0.2)
    killed = site.page_workers()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    asking.join()
    assert (answers[0].status, answers[0].text) == (200, "waited 1")
    until(lambda: len(site.page_workers() - killed) >= 2)
