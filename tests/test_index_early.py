"""The index that is built while a registry is written is the one that would be built after."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from multilateral.graph import index_build, index_early
from multilateral.graph.decisions import Decision
from multilateral.graph.index_early import EarlyIndex
from multilateral.graph.reading import Reader
from multilateral.graph.store import Store
from multilateral.knowledge import KnowledgeGraph
from multilateral.ontology.errors import StorageFailed, UnreadableSource
from multilateral.ontology.model import ID, Entity, Evidence, Identifier, Link, Loaded, Name, Statement

from .conftest import Workshop, source

Dump = Callable[[Reader], list[str]]


def statements(count: int) -> Iterator[Statement]:
    """So many things with names, two in one language now and then, and a link from each to the next."""
    for n in range(count):
        names = [Name(f"Institute {n}", "en"), Name(f"Institut {n}", "fr"), Name(f"I{n}", "", "acronym")]
        if n % 10 == 0:
            names.append(Name(f"The Institute {n}", "en"))
        iri = f"{ID}organization/i{n}"
        evidence = (Evidence(f"{ID}document/d", str(n)),)
        yield Entity(iri, "Organization", tuple(names), identifiers=(Identifier("ROR", f"r{n}"),), evidence=evidence)
        yield Link(f"{ID}link/s/{n}", iri, "cooperatesWith", f"{ID}organization/i{(n + 1) % count}", evidence)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of hundreds of things is a large one."""
    monkeypatch.setattr(index_build, "MANY", 200)


def load(workshop: Workshop, *loads: tuple[str, Iterable[Statement]], decisions: Iterable[Decision] = ()) -> None:
    with Store.writing(workshop.path) as store, EarlyIndex(store) as early:
        made = store.load(
            (Loaded(source(source_id), iter(said)) for source_id, said in loads),
            witness=early,
            decide=lambda files: decisions,
        )
        early.keep(made)


def indexes(workshop: Workshop) -> list[Path]:
    return sorted((workshop.path / "projections").glob("*rdf-*"))


@pytest.mark.parametrize("decided", [False, True])
def test_it_is_the_index_that_is_built_afterwards(
    workshop: Workshop, dump: Dump, decided: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = f"{ID}organization/i1", f"{ID}organization/i7"
    decision = Decision("same", *ends, "tester", "2025-01-01T00:00:00Z")
    load(workshop, ("s", statements(3000)), decisions=[decision] if decided else [])
    assert len(indexes(workshop)) == 1
    monkeypatch.setattr(index_build, "_from_scratch", lambda *_: pytest.fail("it was built again"))
    reader = workshop.reader()
    found = dump(reader)
    assert len(list(reader.index.db.quads_for_pattern(None, None, None, ox.NamedNode(f"{ID}source/s")))) < 20_000
    assert reader.link(f"{ID}link/s/5")[1] == "s"
    assert reader.canonical == ({ends[1]: ends[0]} if decided else {})
    monkeypatch.undo()
    twin = Workshop(workshop.path.with_name("twin"))
    shutil.copytree(workshop.path, twin.path, ignore=shutil.ignore_patterns("projections"))
    fresh = twin.reader()
    assert found == dump(fresh)
    for n in (0, 1, 7, 10, 2999):
        iri = f"{ID}organization/i{n}"
        assert reader.records(iri) == fresh.records(iri)
    assert (reader.entity(ends[0]) == reader.entity(ends[1])) == decided


def test_what_comes_later_is_added_to_it(workshop: Workshop, dump: Dump) -> None:
    load(workshop, ("s", statements(1000)))
    workshop.hold()
    workshop.reader().prepare()
    later = Entity(f"{ID}organization/i3", "NGO", (Name("Third", "en"),))
    workshop.load((source("later"), [later]))
    workshop.hold()
    reader = workshop.reader()
    found = dump(reader)
    assert [source_id for source_id, _ in reader.records(later.iri)] == ["later", "s"]
    workshop.forget_projections()
    assert dump(workshop.reader()) == found


def test_of_small_sources_several_and_later_ones_none_is_built(workshop: Workshop) -> None:
    load(workshop, ("s", statements(150)))
    assert indexes(workshop) == []
    load(workshop, ("t", statements(1000)))  # the store has a source
    assert indexes(workshop) == []
    other = Workshop(workshop.path.with_name("other"))
    twice = [Entity(f"{ID}organization/o", "NGO", (Name("O", "en"),))]
    load(other, ("s", statements(3000)), ("t", twice))
    assert indexes(other) == []
    assert set(other.reader().index.built.sums) == {"s", "t"}


def test_a_load_that_fails_leaves_nothing(workshop: Workshop) -> None:
    def breaking() -> Iterator[Statement]:
        yield from statements(3000)
        raise UnreadableSource("it breaks off", advice="get it again")

    with pytest.raises(UnreadableSource, match="breaks off"):
        load(workshop, ("s", breaking()))
    assert indexes(workshop) == []
    assert Store.open(workshop.path).files() == {}


def test_a_file_left_out_before_it_is_not_in_it(workshop: Workshop, dump: Dump) -> None:
    """Of two inputs with one id the first broke off: what was seen of it belongs to no source."""

    def breaking() -> Iterator[Statement]:
        yield from statements(3000)
        raise UnreadableSource("it breaks off", advice="get it again")

    told: list[UnreadableSource] = []
    with Store.writing(workshop.path) as store, EarlyIndex(store) as early:
        broken = Loaded(source("s"), breaking(), left_out=told.append)
        made = store.load([broken, Loaded(source("s"), statements(400))], witness=early)
        early.keep(made)
    assert len(told) == 1
    assert indexes(workshop) == []
    assert len(list(workshop.reader().links())) == 400


@pytest.mark.parametrize("way", ["no room", "no process", "killed"])
def test_where_it_cannot_be_built_the_index_is_built_as_usual(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "no room":

        def full(*_: object) -> None:
            raise StorageFailed("There is no room.")

        monkeypatch.setattr(index_early, "begun", full)
    elif way == "no process":
        monkeypatch.setattr(sys, "executable", str(workshop.path / "no-python"))
    else:
        started = index_early._Builder.__enter__

        def dying(self: index_early._Builder) -> index_early._Builder:
            os.kill(self._process.pid, signal.SIGKILL)
            return started(self)

        monkeypatch.setattr(index_early._Builder, "__enter__", dying)
    load(workshop, ("s", statements(3000)))
    monkeypatch.undo()
    assert indexes(workshop) == []
    assert len(list(workshop.reader().links())) == 3000


def test_a_large_source_of_few_things_is_not_kept_in_brief(
    workshop: Workshop, dump: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_early, "_LARGE", 10_000)
    load(workshop, ("s", statements(190)))
    assert len(indexes(workshop)) == 1
    reader = workshop.reader()
    assert reader.index.built.facts["brief"] == []
    found = dump(reader)
    workshop.forget_projections()
    assert dump(workshop.reader()) == found


def test_a_load_and_the_first_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "institutes.csv"
    rows = "\n".join(f"i{n},NGO,cooperatesWith,i{n + 1},NGO,d,p. {n}" for n in range(2000))
    file.write_text(f"source,source_type,relation,target,target_type,document,locator\n{rows}\n", encoding="utf-8")
    graph = KnowledgeGraph(tmp_path / "store")
    monkeypatch.setattr(index_build, "_from_scratch", lambda *_: pytest.fail("it was built again"))
    graph.load(file, kind="table")
    assert len(list(graph.reader.links())) == 2000
    assert graph.reader.index.built.facts["brief"] == ["institutes"]
