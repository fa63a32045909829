"""What goes wrong while two processes write files for Neo4j's importer: one sentence, and nothing is left running."""

from __future__ import annotations

import gzip
import io
import itertools
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from multilateral.graph import second
from multilateral.graph.mirror import cuts, offline, offline_halves
from multilateral.graph.mirror.offline import write_files
from multilateral.graph.mirror.rows import UnknownRelation
from multilateral.graph.projections import pin
from multilateral.graph.second import MakerLost
from multilateral.graph.store import Store
from multilateral.ontology.errors import DamagedSource

from .conftest import Workshop
from .test_mirror_failures import many, program

_LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux lists processes in /proc")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> list[offline_halves.Other]:
    """Two processes, whatever there is to write and on whatever machine; the second is put into the list."""
    started: list[offline_halves.Other] = []

    class Noted(offline_halves.Other):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            started.append(self)

    monkeypatch.setattr(offline, "TWO", 0)
    monkeypatch.setattr(offline, "Other", Noted)
    monkeypatch.setattr(cuts, "SIZE", 20_000)
    monkeypatch.setattr(second, "processors", lambda: 2)
    return started


def ended(started: list[offline_halves.Other]) -> bool:
    return [s._process.poll() is not None and not Path(s._folder.name).exists() for s in started] == [True]


def changed(store: Store, block: int, change: Callable[[bytes], bytes]) -> Store:
    """Change a block of the file of a pinned store."""
    pinned = pin(store)
    path = pinned.files()["many"]
    content = gzip.decompress(path.read_bytes())
    pieces = [piece for _, piece in cuts.blocks(io.BytesIO(content), lambda size: None, cuts.SIZE)]
    pieces[block] = change(pieces[block])
    path.unlink()
    path.write_bytes(gzip.compress(b"".join(pieces)))
    return pinned


@pytest.mark.parametrize("block", [2, 3])
def test_a_line_that_cannot_be_read_is_told_whoever_reads_it(
    block: int, two: list[offline_halves.Other], workshop: Workshop, tmp_path: Path
) -> None:
    store = changed(many(workshop, 200), block, lambda piece: piece.replace(b"> <", b"> ^ <", 1))
    with pytest.raises(DamagedSource, match="load it again or put the file back"):
        write_files(store, tmp_path / "files")
    assert ended(two)


@pytest.mark.parametrize("block", [2, 3])
def test_a_relation_that_nobody_knows_is_told_whoever_finds_it(
    block: int, two: list[offline_halves.Other], workshop: Workshop, tmp_path: Path
) -> None:
    store = changed(many(workshop, 200), block, lambda piece: piece.replace(b"ontology#funds>", b"ontology#owes>"))
    with pytest.raises(UnknownRelation, match="'owes'"):
        write_files(store, tmp_path / "files")
    assert ended(two)


def test_a_file_that_is_cut_off_is_told(two: list[offline_halves.Other], workshop: Workshop, tmp_path: Path) -> None:
    store = pin(many(workshop, 200))
    path = store.files()["many"]
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 20])
    with pytest.raises(DamagedSource, match="load it again or put the file back"):
        write_files(store, tmp_path / "files")
    assert ended(two)


def test_a_second_process_that_is_killed_is_told(
    two: list[offline_halves.Other], workshop: Workshop, tmp_path: Path
) -> None:
    def kill(stage: str, done: int, total: int) -> None:
        os.kill(two[0]._process.pid, signal.SIGKILL)

    with pytest.raises(MakerLost, match=r"was ended by signal 9 .* write into a new folder"):
        write_files(many(workshop, 200), tmp_path / "files", progress=kill)
    assert ended(two)


def test_an_error_of_the_caller_ends_the_second_process(
    two: list[offline_halves.Other], workshop: Workshop, tmp_path: Path
) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_files(many(workshop, 200), tmp_path / "files", progress=interrupt)
    assert ended(two)


# --- the program -----------------------------------------------------------------------------------------------------


def _alive(group: int) -> list[int]:
    """Return the processes of a group that are at work."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == group and state != "Z":
            found.append(int(path.parent.name))
    return found


def _begun(workshop: Workshop, tmp_path: Path) -> subprocess.Popen[str]:
    """Start to write a large store, and return when both processes do."""
    many(workshop, 15_000)
    process = subprocess.Popen(
        program("mirror", "push", "--offline", str(tmp_path / "files"), store=workshop.path),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for _ in range(6_000):
        if {p.name.rpartition("-")[2] for p in (tmp_path / "files").glob("*.csv")} >= {"1.csv", "2.csv"}:
            break
        assert process.poll() is None
        time.sleep(0.005)
    assert len(_alive(process.pid)) == 2
    return process


_processors = pytest.mark.skipif(second.processors() < 2, reason="one processor: there is one process")


@_LINUX
@_processors
@pytest.mark.parametrize("everybody", [True, False])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_running(how: signal.Signals, everybody: bool, workshop: Workshop, tmp_path: Path) -> None:
    """Ctrl-C goes to both processes, a kill to the one that was started by hand."""
    with _begun(workshop, tmp_path) as process:
        (os.killpg if everybody else os.kill)(process.pid, how)
        process.wait(60)
        for _ in range(1_200):
            if not _alive(process.pid):
                break
            time.sleep(0.05)
        assert process.returncode != 0 and _alive(process.pid) == []
        assert process.stderr is not None and "Traceback" not in process.stderr.read()


@_LINUX
@_processors
def test_a_full_disk_is_told(workshop: Workshop, tmp_path: Path) -> None:
    many(workshop, 15_000)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))

    done = subprocess.run(
        program("mirror", "push", "--offline", str(tmp_path / "files"), store=workshop.path),
        capture_output=True,
        text=True,
        preexec_fn=limit,
        start_new_session=True,
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert f"Cannot write to {tmp_path / 'files'}: File too large" in done.stderr
    assert list(itertools.islice((tmp_path / "files").glob("*.csv"), 1))
