"""The truth: all or nothing, once or twice the same, one writer, many readers, and what a disk can do to it."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from multilateral.graph.reading import Reader
from multilateral.graph.store import Store
from multilateral.ontology.errors import (
    DamagedSource,
    NewerStore,
    NoStore,
    StorageFailed,
    StoreLocked,
    UnknownSource,
    UnreadableSource,
)
from multilateral.ontology.model import ID, Entity, Evidence, Link, Loaded, Name, Statement

from .conftest import DOC, EU, HPED, OIE, UZ, Workshop, authority, report, source

Dump = Callable[[Reader], list[str]]


def truth(path: Path) -> dict[str, bytes]:
    """Everything in a store that is no projection and no lock, by its place."""
    return {
        str(p.relative_to(path)): p.read_bytes()
        for p in sorted(path.rglob("*"))
        if p.is_file() and "projections" not in p.parts and not p.name.startswith(".lock")
    }


# --- loading -------------------------------------------------------------------------------------------------


def test_what_goes_in_comes_out(workshop: Workshop) -> None:
    reader = workshop.sample()
    assert [s for _, s in reader.all_records()] == [*authority(), *report()]
    for link, source_id in reader.links():
        assert reader.link(link.iri) == (link, source_id)
    for iri, entity in reader.entities().items():
        assert reader.entity(iri) == entity
    assert [s.id for s in reader.sources()] == ["names", "report"]
    assert reader.sources()[0] == source("names", "authority")


def test_loading_twice_is_loading_once(workshop: Workshop, dump: Dump) -> None:
    before = dump(workshop.sample())
    files = truth(workshop.path)
    later = replace(source("report"), loaded="2026-01-01T00:00:00Z")
    reports = workshop.load((source("names", "authority"), authority()), (later, report()))
    assert [r.outcome for r in reports] == ["unchanged", "unchanged"]
    assert truth(workshop.path) == files
    workshop.forget("report")
    workshop.load((source("report"), report()))
    assert truth(workshop.path) == files
    assert dump(workshop.reader()) == before


def test_the_same_records_make_the_same_bytes_elsewhere(workshop: Workshop, tmp_path: Path) -> None:
    workshop.sample()
    other = Workshop(tmp_path / "other")
    other.load((source("report"), report()))
    other.load((source("names", "authority"), authority()))
    assert truth(workshop.path) == truth(other.path)


def test_a_corrected_record_corrects_its_link(workshop: Workshop) -> None:
    def link(amount: str, role: str | None) -> Link:
        return Link(f"{ID}link/s/1", EU, "funds", HPED, (Evidence(DOC, "5"),), amount=Decimal(amount), role=role)

    workshop.load((source("s"), [link("100", "donor"), Link(f"{ID}link/s/2", EU, "funds", HPED)]))
    assert len(list(workshop.reader().links())) == 2
    reports = workshop.load((source("s", checksum="sha256:2"), [link("250.50", None)]))
    assert [(r.outcome, r.links) for r in reports] == [("replaced", 1)]
    reader = workshop.reader()
    assert list(reader.links()) == [(link("250.50", None), "s")]
    assert reader.link(f"{ID}link/s/1") == (link("250.50", None), "s")
    amounts = {r["n"].value for r in reader.index.rows("SELECT ?n WHERE { ?link ml:amount ?n }")}
    assert amounts == {"250.5"}
    _, rows = reader.property_graph.rows("MATCH ()-[r:FUNDS]->() RETURN r.amount AS amount, r.role AS role")
    assert rows == [{"amount": 250.5, "role": None}]


def test_forget_leaves_nothing_behind(workshop: Workshop, dump: Dump) -> None:
    workshop.load((source("names", "authority"), authority()))
    before, files = dump(workshop.reader()), truth(workshop.path)
    workshop.load((source("report"), report()))
    assert dump(workshop.reader()) != before
    assert workshop.reader().names.exact("Report 2012")
    workshop.forget("report")
    reader = workshop.reader()
    assert truth(workshop.path) == files
    assert dump(reader) == before
    assert not reader.names.exact("Report 2012")
    assert reader.property_graph.rows("MATCH (n)-[r]->() RETURN count(r) AS n")[1] == [{"n": 0}]
    with pytest.raises(UnknownSource, match=r"No source 'report' is loaded in .*; loaded are: names"):
        workshop.forget("report")


def test_sources_of_one_load_come_all_or_none(workshop: Workshop) -> None:
    workshop.load((source("old"), authority()))
    files = truth(workshop.path)

    def fails() -> Iterator[Statement]:
        yield from authority()
        raise UnreadableSource("row 3 is wrong")

    with Store.writing(workshop.path) as store, pytest.raises(UnreadableSource, match="row 3"):
        store.load([Loaded(source("a"), iter(report())), Loaded(source("b"), fails())])
    assert truth(workshop.path) == files
    assert [s.id for s in workshop.reader().sources()] == ["old"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([Entity(EU, "NGO"), Entity(EU, "NGO")], "two records with the IRI .*/eu"),
        ([Entity("not an iri", "NGO")], "the record not an iri of source 'x' cannot be written"),
        ([Link(f"{ID}link/x/1", EU, "funds", HPED, valid_from="25.4.2012")], "link/x/1 .*25.4.2012"),
        ([Entity(EU, "NGO", (Name("\ud800", "en"),))], "organization/eu of source 'x' cannot be written"),
        ([Entity(EU, "NGO", (Name("a", "no language"),))], "organization/eu of source 'x' cannot be written"),
    ],
)
def test_a_wrong_record_is_named_and_nothing_is_loaded(workshop: Workshop, wrong: list[Statement], said: str) -> None:
    workshop.load((source("old"), authority()))
    files = truth(workshop.path)
    with pytest.raises(UnreadableSource, match=said):
        workshop.load((source("x"), wrong))
    assert truth(workshop.path) == files


@pytest.mark.parametrize("bad", ["", "../x", "a/b", ".hidden", "decisions", "a b", "ü"])
def test_ids_that_are_no_names_of_files_and_graphs_are_refused(workshop: Workshop, bad: str) -> None:
    with pytest.raises(UnreadableSource, match="cannot be the id of a source"):
        workshop.load((source(bad), authority()))


def test_an_input_that_cannot_be_read_is_not_taken_for_a_full_disk(workshop: Workshop, tmp_path: Path) -> None:
    def reads() -> Iterator[Statement]:
        (tmp_path / "gone.csv").read_text(encoding="utf-8")
        yield from ()

    with Store.writing(workshop.path) as store, pytest.raises(UnreadableSource, match="source 'x' cannot be read"):
        store.load([Loaded(source("x"), reads())])
    with pytest.raises(FileNotFoundError), Store.writing(workshop.path):
        (tmp_path / "gone.csv").read_text(encoding="utf-8")


# --- being killed --------------------------------------------------------------------------------------------

WRITER = textwrap.dedent(
    """
    import sys
    from multilateral.graph.store import Store
    from multilateral.ontology.model import ID, Entity, Evidence, Link, Loaded, Name, Source

    def statements(source_id, version, links):
        for n in range(40):
            yield Entity(f"{ID}organization/{source_id}-{n}", "NGO", (Name(f"Organization {n} of {source_id}", "en"),))
        for n in range(links):
            yield Link(f"{ID}link/{source_id}/{n}", f"{ID}organization/{source_id}-{n % 40}", "funds",
                       f"{ID}organization/{source_id}-{(n * 7 + 1) % 40}",
                       (Evidence(f"{ID}document/d", str(n)),), role=version)

    def loads(version, links):
        for source_id in ("a", "b", "c"):
            when = "2025-01-01T00:00:00Z"
            described = Source(source_id, source_id, "table", f"sha256:{version}", "x", when, version=version)
            yield Loaded(described, statements(source_id, version, links))

    def run(path, version, links):
        with Store.writing(path) as store:
            print("begin", flush=True)
            store.load(loads(version, links))
        print("end", flush=True)
    """
)


def state(path: Path, links: int) -> set[str]:
    """The version of each source and of each of its links: one, or something is half done."""
    store = Store.open(path)
    versions = {str(store.source(source_id).version) for source_id in store.files()}
    assert list(store.files()) in ([], ["a", "b", "c"])
    for source_id in store.files():
        with gzip.open(store.files()[source_id]) as stream:
            found = re.findall(rb'ontology#role> "(\w+)"', stream.read())
        assert len(found) == links
        versions.update(role.decode() for role in found)
    return versions


def check_answers(path: Path, version: str, links: int) -> None:
    reader = Reader(path)
    rows = list(reader.index.rows("SELECT ?role (COUNT(?l) AS ?n) WHERE { ?l ml:role ?role } GROUP BY ?role"))
    assert [(r["role"].value, int(r["n"].value)) for r in rows] == [(version, 3 * links)]
    assert not reader.index.damaged
    assert reader.names.exact("organization 7 of b")[0].iri == f"{ID}organization/b-7"


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_kill_at_any_moment_loses_the_whole_load_or_nothing(tmp_path: Path) -> None:
    path, links = tmp_path / "store", 2500
    script = WRITER + f"\nrun({str(path)!r}, sys.argv[1], {links})"

    def start(version: str) -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-c", script, version], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() == "begin\n"
        return process

    began = time.monotonic()
    process = start("0")
    loading = time.monotonic()
    assert process.wait() == 0
    lasts = time.monotonic() - loading
    chance, outcomes = random.Random(2012), {"old": 0, "new": 0}
    old = "0"
    for number in range(1, 61):
        if number > 40 and time.monotonic() - began > 60:
            break
        process = start(str(number))
        # three quarters anywhere, one quarter about the end, where files are moved in
        share = chance.uniform(0, 1.05) if number % 4 else chance.gauss(1, 0.05)
        time.sleep(max(0.0, share * lasts))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        now = state(path, links)
        assert now in ({old}, {str(number)}), f"half a load after kill {number}"
        new = now == {str(number)}
        outcomes["new" if new else "old"] += 1
        old = str(number) if new else old
        if number % 10 == 0:
            check_answers(path, old, links)
    assert outcomes["old"] > 5  # the kills did hit
    process = start("last")
    process.communicate()
    assert process.returncode == 0
    assert state(path, links) == {"last"}
    check_answers(path, "last", links)
    left = sorted(p.name for p in path.iterdir() if p.name != ".lock-journal")
    assert left == [".lock", "projections", "sources", "store.json"]


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("first", [True, False], ids=["first load", "second load"])
def test_a_kill_before_each_step_on_the_disk(tmp_path: Path, first: bool) -> None:
    """The process kills itself before its n-th opening, renaming, making or deleting of something in the store."""
    script = WRITER + textwrap.dedent(
        """
        import os, signal
        path, version, step = sys.argv[1], sys.argv[2], int(sys.argv[3])
        def count(event, details):
            global step
            steps = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.scandir")
            if event in steps and str(details[0]).startswith(path):
                step -= 1
                if step == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(count)
        run(path, version, 3)
        """
    )
    path = tmp_path / "store"

    def run(version: str, step: int) -> int:
        return subprocess.run(
            [sys.executable, "-c", script, str(path), version, str(step)], stdout=subprocess.DEVNULL
        ).returncode

    assert first or run("old", 0) == 0
    seen: set[str] = set()
    for step in range(1, 200):
        if first:
            shutil.rmtree(path, ignore_errors=True)
        code = run(f"v{step}", step)
        try:
            now = state(path, 3)
        except NoStore:  # the very first steps of a first load
            now = set()
        old = {"old"} if not first and step == 1 else seen
        assert now == {f"v{step}"} or now == (set() if first else old), f"half a load after step {step}"
        if code == 0:
            break
        assert code == -signal.SIGKILL
        seen = now
        if first:
            assert run("again", 0) == 0  # what the kill left behind is in nobody's way
            assert state(path, 3) == {"again"}
    assert code == 0 and step > 15
    assert sorted(p.name for p in path.iterdir() if p.name not in ("projections", ".lock-journal")) == [
        ".lock",
        "sources",
        "store.json",
    ]


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_what_a_killed_writer_committed_is_read_before_anybody_writes_again(workshop: Workshop, dump: Dump) -> None:
    workshop.load((source("a"), authority()), (source("gone"), [Entity(UZ, "Country")]))
    wanted = Workshop(workshop.path.with_name("wanted"))
    wanted.load((source("a", checksum="sha256:2"), report()), (source("b"), authority()))
    committed = workshop.path / "committed-0123"
    committed.mkdir()
    for id_ in ("a", "b"):
        shutil.copy(wanted.file(id_), committed)
    (committed / "gone.forget").touch()
    assert dump(workshop.reader()) == dump(wanted.reader())
    assert list(workshop.reader().links()) == list(wanted.reader().links())
    with Store.writing(workshop.path):
        pass
    assert truth(workshop.path) == truth(wanted.path)


# --- damage --------------------------------------------------------------------------------------------------


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _cut_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) * 2 // 3] ^= 0x20
    path.write_bytes(content)


def _flip_head(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[0] ^= 0xFF
    path.write_bytes(content)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _not_gzip(path: Path) -> None:
    path.write_bytes(b"<a> <b> <c> .\n")


def _not_rdf(path: Path) -> None:
    path.write_bytes(gzip.compress(b"this is no RDF\n"))


def _another_source(path: Path) -> None:
    path.write_bytes((path.parent / "names.nq.gz").read_bytes())


BREAKS = [_truncate, _cut_end, _flip, _flip_head, _empty, _not_gzip, _not_rdf, _another_source]


@pytest.mark.parametrize("damage", BREAKS, ids=lambda f: f.__name__.strip("_"))
@pytest.mark.parametrize("projected", [True, False], ids=["with projections", "without"])
def test_a_damaged_source_is_named_and_the_others_answer(
    workshop: Workshop, dump: Dump, damage: Callable[[Path], None], projected: bool
) -> None:
    workshop.load((source("names", "authority"), authority()))
    without = dump(workshop.reader())
    workshop.load((source("report"), report()))
    with_it = dump(workshop.reader())
    if not projected:
        workshop.forget_projections()
    damage(workshop.file("report"))
    told: list[str] = []
    reader = Reader(workshop.path, told.append)
    assert dump(reader) == without
    assert len(told) == 1 and "'report'" in told[0] and str(workshop.file("report")) in told[0]
    assert "load it again or put the file back" in told[0]
    assert reader.names.exact("Uzbekistan") and not reader.names.exact("Report 2012")
    assert {s for s, _ in reader.all_records()} == {"names"}
    assert reader.property_graph.rows("MATCH (n) RETURN count(n) AS n")[1] == [{"n": len(authority())}]
    assert {iri: reader.entity(iri) for iri in reader.entities()} == reader.entities()
    assert len(told) == 1
    with pytest.raises(DamagedSource):
        list(reader.store.quads("report"))
    # loading it again repairs it, though its description may say that nothing has changed
    reports = workshop.load((source("report", checksum="sha256:2"), report()))
    assert [r.outcome for r in reports] == ["replaced"]
    workshop.load((source("report"), report()))
    assert dump(workshop.reader()) == with_it


@pytest.mark.parametrize("damage", BREAKS, ids=lambda f: f.__name__.strip("_"))
def test_loading_the_same_input_again_repairs_a_damaged_source(
    workshop: Workshop, damage: Callable[[Path], None]
) -> None:
    workshop.sample()
    files = truth(workshop.path)
    damage(workshop.file("report"))
    reports = workshop.load((source("report"), report()))
    assert [r.outcome for r in reports] == ["replaced"]
    assert truth(workshop.path) == files


# --- one writer, many readers --------------------------------------------------------------------------------


def test_a_second_writer_is_told_to_wait_while_readers_read(workshop: Workshop) -> None:
    workshop.sample()
    other = "import sys; from multilateral.graph.store import Store\nwith Store.writing(sys.argv[1]): pass"
    with Store.writing(workshop.path):
        with pytest.raises(StoreLocked, match=r"Another process is writing to .*; wait until it has ended\."):
            workshop.load((source("x"), authority()))
        run = subprocess.run([sys.executable, "-c", other, str(workshop.path)], capture_output=True, text=True)
        assert run.returncode != 0 and "StoreLocked" in run.stderr
        assert len(list(workshop.reader().links())) > 10
    assert subprocess.run([sys.executable, "-c", other, str(workshop.path)]).returncode == 0


def test_a_reader_stays_with_the_state_it_began_with(workshop: Workshop, dump: Dump) -> None:
    link = Link(f"{ID}link/s/1", EU, "funds", HPED, role="old")
    workshop.load((source("s"), [link]), (source("t"), authority()))
    early, late = workshop.reader(), workshop.reader()
    before = dump(early)
    _ = late.store
    workshop.load((source("s", checksum="sha256:2"), [replace(link, role="new")]), (source("u"), report()))
    workshop.forget("t")
    for reader in (early, late):
        assert dump(reader) == before
        assert [k.role for k, _ in reader.links()] == ["old"]
        assert set(reader.entities()) == {EU, HPED, OIE, UZ}
        assert [s.id for s in reader.sources()] == ["s", "t"]
        assert reader.names.exact("Uzbekistan") and not reader.names.exact("Report 2012")
        assert reader.property_graph.rows("MATCH ()-[r]->() RETURN r.role AS role")[1] == [{"role": "old"}]
    now = workshop.reader()
    assert {k.role for k, s in now.links() if s == "s"} == {"new"}
    assert now.names.exact("Report 2012") and not now.names.exact("Uzbekistan")
    rows = now.property_graph.rows("MATCH ()-[r]->() WHERE r.source = 's' RETURN r.role AS role")[1]
    assert rows == [{"role": "new"}]


@pytest.mark.skipif(os.name == "nt", reason="uses the writer of the kill test")
def test_readers_see_whole_loads_while_a_writer_replaces_them(tmp_path: Path) -> None:
    path, links = tmp_path / "store", 20
    script = WRITER + textwrap.dedent(
        f"""
        import time
        for version in range(40):
            run({str(path)!r}, str(version), {links})
            time.sleep(0.1)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL)
    while not (path / "sources" / "c.nq.gz").exists():
        assert process.poll() is None
    seen = set()
    while process.poll() is None:
        reader = Reader(path)
        roles = {str(link.role) for link, _ in reader.links()}
        assert len(roles) == 1 and len(list(reader.links())) == 3 * links
        rows = list(reader.index.rows("SELECT DISTINCT ?role WHERE { ?l ml:role ?role }"))
        assert {r["role"].value for r in rows} == roles
        seen |= roles
    assert process.returncode == 0
    assert len(seen) > 2
    check_answers(path, "39", links)


# --- places --------------------------------------------------------------------------------------------------


def test_what_is_no_store_is_refused(tmp_path: Path, workshop: Workshop) -> None:
    with pytest.raises(NoStore, match=r"There is no store at .*none; `multilateral --store .*none load …` makes one"):
        Store.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("mine", encoding="utf-8")
    for name in ("file", "photos"):
        with pytest.raises(NoStore, match="not a store"):
            Store.open(tmp_path / name)
        with pytest.raises(NoStore, match="not a store"):
            Workshop(tmp_path / name).load((source("x"), authority()))
    assert [p.name for p in (tmp_path / "photos").iterdir()] == ["cat.jpg"]
    (tmp_path / "empty").mkdir()
    Workshop(tmp_path / "empty").load((source("x"), authority()))
    workshop.sample()
    (workshop.path / "store.json").write_text("{", encoding="utf-8")
    with pytest.raises(NoStore, match=r"no readable store\.json"):
        Store.open(workshop.path)


def test_a_store_of_a_newer_version_is_left_alone(workshop: Workshop) -> None:
    workshop.sample()
    (workshop.path / "store.json").write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(NewerStore, match=r"format 99 and this version reads up to 1; upgrade"):
        Reader(workshop.path)
    with pytest.raises(NewerStore):
        workshop.load((source("x"), authority()))


def _mount(path: Path, *options: str) -> None:
    path.mkdir(exist_ok=True)
    run = subprocess.run(["mount", *options, str(path)], capture_output=True, text=True)
    if run.returncode != 0:
        pytest.skip(f"file systems cannot be mounted here: {run.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    if shutil.which("mount") is None:
        pytest.skip("there is no mount command here")
    _mount(place, "-t", "tmpfs", "-o", "size=400k", "none")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _much() -> Iterator[Statement]:
    chance = random.Random(1)
    for n in range(20_000):
        yield Link(f"{ID}link/much/{n}", EU, "funds", HPED, role=f"{chance.getrandbits(256):x}")


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    workshop = Workshop(small_disk / "store")
    workshop.load((source("a"), authority()))
    files = truth(workshop.path)
    with pytest.raises(StorageFailed, match=r"Cannot write to .*store: No space left on device; nothing .* is lost"):
        workshop.load((source("much"), _much()))
    assert truth(workshop.path) == files
    assert [s.id for s in Workshop(small_disk / "store").reader().sources()] == ["a"]
    (small_disk / "filler").write_bytes(b"x" * 100_000)
    with pytest.raises(StorageFailed, match=r"Cannot write to .*projections.*No space left on device"):
        _ = workshop.reader().index
    (small_disk / "filler").unlink()
    assert list(workshop.reader().store.statements("a")) == authority()
    workshop.forget("a")


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
def test_a_limit_on_files_loses_nothing(workshop: Workshop) -> None:
    workshop.load((source("a"), authority()))
    files = truth(workshop.path)
    script = WRITER + textwrap.dedent(
        f"""
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        run({str(workshop.path)!r}, "1", 5000)
        """
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "StorageFailed: Cannot write to" in run.stderr and "nothing that was stored before is lost" in run.stderr
    assert truth(workshop.path) == files


@pytest.mark.parametrize("projected", [True, False], ids=["with projections", "without"])
def test_a_read_only_disk_is_read(workshop: Workshop, tmp_path: Path, dump: Dump, projected: bool) -> None:
    wanted = dump(workshop.sample())
    if not projected:
        workshop.forget_projections()
    place = tmp_path / "archive"
    _mount(place, "--bind", str(workshop.path))
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(place)], check=True)
        archive = Workshop(place)
        files = truth(place)
        reader = archive.reader()
        assert dump(reader) == wanted
        assert reader.names.exact("Uzbekistan")
        assert len(list(reader.links())) == len(list(workshop.reader().links()))
        assert reader.property_graph.rows("MATCH ()-[r]->() RETURN count(r) AS n")[1] == [
            {"n": len(list(reader.links()))}
        ]
        assert dump(archive.reader()) == wanted
        with pytest.raises(StorageFailed, match=r"Cannot write to .*archive: .*[Rr]ead-?only"):
            archive.load((source("x"), authority()))
        assert truth(place) == files
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_store_can_be_moved_and_copied(workshop: Workshop, tmp_path: Path, dump: Dump) -> None:
    wanted = dump(workshop.sample())
    shutil.copytree(workshop.path, tmp_path / "copy")
    assert dump(Reader(tmp_path / "copy")) == wanted
    workshop.path.rename(tmp_path / "moved")
    assert dump(Reader(tmp_path / "moved")) == wanted
    shutil.copytree(tmp_path / "moved", tmp_path / "backup", ignore=shutil.ignore_patterns("projections"))
    assert dump(Reader(tmp_path / "backup")) == wanted
