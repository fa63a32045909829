"""What stands in the files for Neo4j's importer is what a push sends, whoever writes them, wherever sources are cut."""

from __future__ import annotations

import datetime
import gzip
import io
import itertools
import os
import re
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from multilateral.graph import second
from multilateral.graph.decisions import Decision
from multilateral.graph.mirror import cuts, offline, offline_halves
from multilateral.graph.mirror.check import Item, _local
from multilateral.graph.mirror.local import LocalGraph
from multilateral.graph.mirror.offline import _command, write_files
from multilateral.graph.mirror.offline_files import Clash, Files
from multilateral.graph.mirror.offline_halves import write
from multilateral.graph.second import Channel
from multilateral.graph.store import Store
from multilateral.ontology.lines import Lines
from multilateral.ontology.model import ID, Entity, Link, Name, Statement, source_iri

from .conftest import EU, OIE, UN, Workshop, full_link, report, source
from .test_mirror_graph import _entities, _links, decided

_CELL = re.compile(r'(?:"((?:[^"]|"")*)"|([^,"\n]*))([,\n])')
_READ: dict[str, Any] = {
    "long": int,
    "double": float,
    "date": datetime.date.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}
Read = tuple[dict[str, tuple[list[str], dict[str, Any]]], dict[str, dict[int, str]]]


def read(command: str) -> Read:
    """Return what the files of a command hold: every item by its key, and the place of each statement by source."""
    words = shlex.split(command)
    separator = next(chr(int(w.partition("U+")[2], 16)) for w in words if w.startswith("--array-delimiter"))
    items: dict[str, tuple[list[str], dict[str, Any]]] = {}
    places: dict[str, dict[int, str]] = {}
    for word in words:
        option, _, value = word.partition("=")
        if option not in ("--nodes", "--relationships"):
            continue
        kind, _, value = value.rpartition("=")
        header, *parts = map(Path, value.split(","))
        columns = [c.partition(":")[::2] for c in header.read_text().strip().split(",")]
        for part in parts:
            for cells in _lines(part.read_bytes().decode()):
                key, frame, row = _item(kind, columns, cells, separator)
                place = row.pop("position", None)
                if place is not None:
                    there = places.setdefault(row["source"], {})
                    assert place not in there
                    there[place] = row["iri" if kind else "thing"]
                assert key not in items
                items[key] = frame, row
    return items, places


def _lines(text: str) -> Iterator[list[str | None]]:
    cells: list[str | None] = []
    end = 0
    for found in _CELL.finditer(text):
        assert found.start() == end
        end = found.end()
        quoted, bare, stop = found.groups()
        cells.append(bare or None if quoted is None else quoted.replace('""', '"'))
        if stop == "\n":
            yield cells
            cells = []
    assert end == len(text) and not cells


def _item(kind: str, columns: list[Any], cells: list[str | None], separator: str) -> Item:
    row: dict[str, Any] = {}
    ends: list[str] = []
    for (name, form), cell in zip(columns, cells, strict=True):
        if form.startswith(("START_ID", "END_ID")):
            ends.append(cell or "")
        elif form == "LABEL":
            ends = sorted((cell or "").split(separator))
        elif cell is not None and form.endswith("[]"):
            row[name] = [float(v) if form == "double[]" else v for v in cell.split(separator)]
        elif cell is not None:
            row[name] = _READ.get(form, str)(cell)
    if not kind:
        return row["key"] if "key" in row else f"thing:{row['iri']}", ends, row
    return f"link:{row['source']}|{row['iri']}" if row else f"tie:{ends[1]}", [kind, *ends], row


def expected(local: LocalGraph) -> Read:
    items = {key: (frame, {k: v for k, v in row.items() if v is not None}) for key, frame, row in _local(local)}
    said = {s: dict(enumerate(x.iri for x in local.store.statements(s))) for s in local.order}
    return items, {source_id: places for source_id, places in said.items() if places}


def written(local: LocalGraph, folder: Path, size: int, *, two: bool) -> Read:
    """Write with blocks of a size, and read what was written; two halves are two threads here."""
    for separator in offline._SEPARATORS:
        folder.mkdir(exist_ok=True)
        try:
            if not two:
                with Files(folder, separator, 1) as files:
                    done = write(local, files, size=size)
            else:
                ends = [os.pipe(), os.pipe()]
                near, far = (Channel(os.fdopen(ends[i][1], "wb"), os.fdopen(ends[1 - i][0], "rb")) for i in (0, 1))
                with Files(folder, separator, 1) as files, Files(folder, separator, 2) as others:
                    with ThreadPoolExecutor(1) as pool:
                        job = pool.submit(_far, LocalGraph(local.store), others, far, size)
                        try:
                            done = write(local, files, near, size=size)
                        finally:
                            near._out.close()
                        job.result()
        except (Clash, EOFError, BrokenPipeError):
            continue
        return read(_command(folder, separator, "neo4j", done.files))
    raise AssertionError("no separator was free")


def _far(local: LocalGraph, files: Files, near: Channel, size: int) -> None:
    try:
        write(local, files, near, 1, size)
    finally:
        near._out.close()


_said = st.lists(
    st.builds(
        replace,
        _entities,
        names=st.lists(
            st.builds(
                Name,
                st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
                st.sampled_from(["", "en", "zh-hans"]),
                st.sampled_from(["preferred", "acronym"]),
            ),
            max_size=3,
        ).map(tuple),
    ),
    max_size=4,
    unique_by=lambda e: e.iri,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    one=_said,
    other=_said,
    links=st.lists(_links, max_size=8),
    tied=st.booleans(),
    size=st.integers(200, 9_000),
    held=st.sampled_from([300, 8_000_000]),
)
def test_the_files_hold_the_rows_that_are_compared(
    one: list[Entity],
    other: list[Entity],
    links: list[Link],
    tied: bool,
    size: int,
    held: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("files")
    workshop = Workshop(folder / "store")
    numbered: list[Statement] = [replace(link, iri=f"{ID}link/a/{n}") for n, link in enumerate(links)]
    mixed = [s for pair in itertools.zip_longest(numbered, one) for s in pair if s is not None]
    workshop.load((source("a"), [*mixed, full_link("a", "full")]), (source("b"), other))
    store = Store.open(workshop.path)
    if tied:
        store.decisions.append([Decision("same", OIE, EU, "rule", "2025-01-01T00:00:00Z")])
    local = LocalGraph(store)
    wanted = expected(local)
    with patch.object(offline_halves, "_HELD", held):
        assert written(local, folder / "one", size, two=False) == wanted
        assert written(local, folder / "two", size, two=True) == wanted


def test_a_real_second_process_writes_the_same(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(decided(workshop).path)
    monkeypatch.setattr(offline, "TWO", 0)
    monkeypatch.setattr(cuts, "SIZE", 5_000)
    wanted = expected(LocalGraph(store))
    for processors in (1, 2):
        monkeypatch.setattr(second, "processors", lambda n=processors: n)
        done = write_files(store, tmp_path / str(processors))
        assert read(done.command) == wanted
        assert done.links == sum(key.startswith("link:") for key in wanted[0])
        assert done.entities == sum(key.startswith("thing:") for key in wanted[0])
        assert len(list((tmp_path / str(processors)).glob("things-?.csv"))) == processors


@pytest.mark.parametrize(("text", "several"), [("a\nb", True), ("a\rb", True), ("a\u2028b\x85c\x0bd\x0ce", False)])
def test_the_importer_is_told_of_lines_in_values_only_where_there_are_some(
    text: str, several: bool, workshop: Workshop, tmp_path: Path
) -> None:
    workshop.load((source("a"), [Entity(UN, "UNBody", (Name(text, "en"),))]))
    done = write_files(Store.open(workshop.path), tmp_path / "files")
    assert ("--multiline-fields=true" in done.command) is several
    assert read(done.command)[0][f"thing:{UN}"][1]["name"] == text


def test_a_long_value_gets_a_buffer_of_its_size(workshop: Workshop, tmp_path: Path) -> None:
    workshop.load((source("a"), [Entity(UN, "UNBody", (Name("x" * 2_000_000, "en"),))]))
    done = write_files(Store.open(workshop.path), tmp_path / "files")
    size = re.search(r"--read-buffer-size=(\d+)m", done.command)
    assert size is not None and int(size[1]) >= 8


# --- cutting ---------------------------------------------------------------------------------------------------------


def _file(workshop: Workshop) -> bytes:
    workshop.load((source("report"), report()))
    return gzip.decompress(workshop.file("report").read_bytes())


def _said_by(content: bytes, size: int) -> list[Any]:
    reader = Lines(source_iri("report"))
    found: list[Any] = []
    for _, pieces in itertools.groupby(cuts.blocks(io.BytesIO(content), lambda n: None, size), lambda piece: piece[0]):
        found += reader.read(cast("Any", cuts.Pieces(pieces)), lambda n: None)
    return found


def test_blocks_say_together_what_the_file_says(workshop: Workshop) -> None:
    content = _file(workshop)
    whole = list(Lines(source_iri("report")).read(io.BytesIO(content), lambda n: None))
    assert len(whole) == len(report())
    for size in (1, 50, 700, 3_000, 20_000, 1_000_000):
        assert _said_by(content, size) == whole
    assert len({number for number, _ in cuts.blocks(io.BytesIO(content), lambda n: None, 1_000)}) > 10
    assert b"".join(piece for _, piece in cuts.blocks(io.BytesIO(content), lambda n: None, 1_000)) == content


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), size=st.integers(300, 6_000))
def test_a_file_that_somebody_turned_upside_down_is_cut_as_well(
    data: st.DataObject, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Things come several times, one after the other or in the middle of another one; links come once, but anywhere."""
    things, links = _records(tmp_path_factory)
    thing = st.sampled_from(things)
    middle = st.none() | thing | st.sampled_from(range(len(links)))
    content: list[bytes] = []
    for one, other, line in data.draw(st.lists(st.tuples(thing, middle, st.integers(1, 9)), max_size=30)):
        between = links[other] if isinstance(other, int) else other or []
        if isinstance(other, int):
            links[other] = []
        content += [*one[:line], *between, *one[line:]]
    try:
        whole = list(Lines(source_iri("report")).read(io.BytesIO(b"".join(content)), lambda n: None))
    except KeyError:  # the middle of a piece of evidence
        assume(False)
    assert _said_by(b"".join(content), size) == whole


_kept: list[bytes] = []


def _records(factory: pytest.TempPathFactory) -> tuple[list[list[bytes]], list[list[bytes]]]:
    """Return the lines of things and of links."""
    if not _kept:
        _kept.append(_file(Workshop(factory.mktemp("cut") / "store")))
    things: list[list[bytes]] = []
    links: list[list[bytes]] = []
    for line in _kept[0].splitlines(keepends=True):
        subject, predicate, value = line.split(b" ", 2)
        if predicate.endswith(b"#type>") and not any(node in subject for node in cuts._NODES):
            kind = links if b"#Link>" in value else things
            kind.append([])
        kind[-1].append(line)
    return [record for record in things if sum(map(len, record)) < 10_000], links
