"""What the database of identity holds of a source is what stands in its file, and is not asked when it is stale."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path

import multilateral
import pytest
from multilateral.graph import kept, source_lines
from multilateral.graph.index import RdfIndex
from multilateral.graph.names import NameIndex
from multilateral.graph.reading import Reader
from multilateral.graph.store import Store
from multilateral.ontology.model import ID, Entity, Identifier, Link, Name

from .conftest import NASTY, Workshop, source

THINGS = [
    Entity(
        f"{ID}organization/a", "NGO",
        (Name("A", "fr-CA"), Name("B", "", "acronym"), Name("C", "en", "alternative", "2001", "2005"), Name("A", "")),
        "a \"1\"", (Identifier("ROR", "1\\2"), Identifier("Wikidata", "Q1")), collective=True,
    ),
    Entity(f"{ID}document/d", "Document", (Name("Report", "en"), Name("Rapport", "fr"), Name("RR", "", "acronym"))),
    *(Entity(f"{ID}topic/{n}", "Topic", (Name(text, "en"),)) for n, text in enumerate(NASTY)),
    Link(f"{ID}link/s/1", f"{ID}organization/a", "funds", f"{ID}organization/b", role="a role"),
]  # fmt: skip


@pytest.fixture
def filled(workshop: Workshop) -> Workshop:
    """A store whose source is held."""
    workshop.load((source("s"), THINGS))
    workshop.hold()
    return workshop


def database(workshop: Workshop) -> Path:
    return workshop.path / "projections" / "identity.sqlite"


def test_the_names_held_are_those_of_the_file_in_their_order(filled: Workshop) -> None:
    store = Store.open(filled.path)
    held = kept.names(store, "s")
    assert held is not None
    found = list(held)
    assert found == list(source_lines.names(store, "s"))
    assert (f"{ID}organization/a", "NGO", "preferred", "A", "fr-ca") in found
    assert (f"{ID}document/d", "Document", "acronym", "RR", "") in found


def test_of_every_source_that_ships(tmp_path: Path) -> None:
    graph = multilateral.open(tmp_path / "store")
    graph.load("five-documents", "authority")
    store = Store.open(tmp_path / "store")
    assert len(store.files()) > 5
    for source_id in store.files():
        held = kept.names(store, source_id)
        assert held is not None and list(held) == list(source_lines.names(store, source_id))
        described = kept.things(store, source_id)
        assert described is not None and {iri for iri, *_ in source_lines.names(store, source_id)} <= {*described}


def changed_file(workshop: Workshop) -> None:
    lines = gzip.decompress(workshop.file("s").read_bytes()).replace(b'"Report"', b'"Another"')
    workshop.file("s").write_bytes(gzip.compress(lines))


def another_version(workshop: Workshop) -> None:
    with sqlite3.connect(database(workshop)) as db:
        db.execute("PRAGMA user_version = 1")


@pytest.mark.parametrize(
    "spoil",
    [
        changed_file,
        another_version,
        lambda workshop: database(workshop).write_bytes(b"no database at all " * 100),
        lambda workshop: database(workshop).unlink(),
    ],
)
def test_what_is_stale_or_broken_is_not_asked(filled: Workshop, spoil: Callable[[Workshop], None]) -> None:
    spoil(filled)
    store = Store.open(filled.path)
    assert kept.names(store, "s") is None and kept.things(store, "s") is None and not kept.holds(store, "s")
    assert {hit.iri for hit in NameIndex(store).exact("Rapport")} == {f"{ID}document/d"}


def test_a_writer_at_work_is_not_waited_for_long(filled: Workshop) -> None:
    with sqlite3.connect(database(filled), isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        assert kept.names(Store.open(filled.path), "s") is None
        db.execute("ROLLBACK")
    assert kept.names(Store.open(filled.path), "s") is not None


def test_a_file_changed_by_hand_is_proved_before_it_is_indexed(filled: Workshop) -> None:
    lines = gzip.decompress(filled.file("s").read_bytes())
    assert f"<{ID}organization/b>".encode() in lines
    filled.file("s").write_bytes(gzip.compress(lines.replace(b"organization/b>", b"organization/b c>")))
    assert list(RdfIndex(Store.open(filled.path)).damaged) == ["s"]


def test_the_index_of_what_is_held_is_that_of_what_is_proved(
    filled: Workshop, dump: Callable[[Reader], list[str]]
) -> None:
    quick = dump(filled.reader())
    filled.forget_projections()
    assert not kept.holds(Store.open(filled.path), "s")
    assert dump(filled.reader()) == quick
