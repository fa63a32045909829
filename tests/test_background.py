"""Work in a second thread keeps its order and loses no error."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from multilateral.graph import background
from multilateral.graph.background import Behind, ahead, as_file


def failing() -> Iterator[int]:
    yield 1
    yield 2
    raise OSError("the disk is gone")


def test_items_come_in_order_and_an_error_at_its_place() -> None:
    assert list(ahead(iter(range(1000)))) == list(range(1000))
    seen = []
    with pytest.raises(OSError, match="the disk is gone"):
        for item in ahead(failing()):
            seen.append(item)
    assert seen == [1, 2]


def test_an_item_is_made_while_the_one_before_is_worked_on() -> None:
    made = [threading.Event() for _ in range(3)]

    def making() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    items = ahead(making())
    assert next(items) == 0
    assert made[1].wait(10) and not made[2].is_set()
    assert list(items) == [1, 2]


def test_leaving_early_ends_the_thread() -> None:
    before = threading.active_count()
    items = ahead(iter(range(10)))
    next(items)
    items.close()
    assert threading.active_count() <= before  # another test's may end meanwhile


def test_pieces_are_written_in_order_and_all_of_them() -> None:
    written: list[bytes] = []
    with Behind(written.append) as write:
        for number in range(1000):
            write(bytes([number % 256]))
    assert b"".join(written) == bytes(n % 256 for n in range(1000))


def test_as_many_pieces_wait_as_may() -> None:
    go, written = threading.Event(), list[bytes]()

    def slow(piece: bytes) -> None:
        assert go.wait(10)
        written.append(piece)

    with Behind(slow, most=3) as write:
        for number in range(3):
            write(bytes([number]))
        assert written == []
        fourth = threading.Thread(target=write, args=(b"4",))
        fourth.start()
        fourth.join(0.2)
        assert fourth.is_alive()
        go.set()
        fourth.join(10)
    assert written == [b"\x00", b"\x01", b"\x02", b"4"]


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_an_error_in_writing_is_raised_even_by_the_last_piece(pieces: int) -> None:
    def full(piece: bytes) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"), Behind(full) as write:
        for _ in range(pieces):
            write(b"x")


def test_an_error_of_the_block_is_not_hidden_by_one_in_writing() -> None:
    def full(piece: bytes) -> None:
        raise OSError("no space left")

    with pytest.raises(ValueError, match="mine"), Behind(full) as write:
        write(b"x")
        raise ValueError("mine")


def test_what_was_open_when_an_error_came_is_closed_as_soon_as_it_is_handled() -> None:
    def holding() -> weakref.ref[threading.Event]:
        held = threading.Event()
        watched = weakref.ref(held)
        try:
            for _ in ahead(failing()):
                assert not held.is_set()
        except OSError:
            pass
        return watched

    gc.disable()  # nothing but the last reference going away may be needed
    try:
        assert holding()() is None
    finally:
        gc.enable()


@pytest.fixture(params=["a pipe", "an object"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways in which blocks are given to what reads a file."""
    if request.param == "an object":
        monkeypatch.setattr(background, "_DESCRIPTORS", Path("/there-is-none"))
    return str(request.param)


def lines(number: int) -> list[bytes]:
    return [b'<https://example.org/%d> <https://example.org/says> "%s" .\n' % (n, b"x" * 999) for n in range(number)]


def test_blocks_are_read_as_one_file(way: str) -> None:
    blocks = lines(500)
    with as_file(iter([b"", b"".join(blocks[:400]), b"", *blocks[400:]])) as opened:
        assert list(opened) == (["path"] if way == "a pipe" else ["input"])
        found = list(ox.parse(**opened, format=ox.RdfFormat.N_QUADS))
    assert [q.subject.value for q in found] == [f"https://example.org/{n}" for n in range(500)]  # type: ignore[union-attr]


@pytest.mark.usefixtures("way")
def test_an_error_in_making_blocks_is_raised_after_they_were_read() -> None:
    def breaking() -> Iterator[bytes]:
        yield from lines(300)
        raise OSError("the disk is gone")

    found: list[ox.Quad] = []
    with pytest.raises(OSError, match="the disk is gone"), as_file(breaking()) as opened:
        found.extend(ox.parse(**opened, format=ox.RdfFormat.N_QUADS))
    assert len(found) in (0, 300)


@pytest.mark.usefixtures("way")
def test_the_error_of_a_reader_that_stops_is_the_one_that_is_raised() -> None:
    before = threading.active_count()
    blocks = [*lines(10), b"this is no line\n", *lines(5000)]
    with pytest.raises(SyntaxError), as_file(iter(blocks)) as opened:
        list(ox.parse(**opened, format=ox.RdfFormat.N_QUADS))
    gc.collect()
    assert threading.active_count() <= before  # another test's may end meanwhile


@pytest.mark.usefixtures("way")
def test_a_reader_that_asks_for_nothing_more_leaves_no_thread() -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="mine"), as_file(iter(lines(5000))):
        raise ValueError("mine")
    gc.collect()
    assert threading.active_count() <= before  # another test's may end meanwhile
