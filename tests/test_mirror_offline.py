"""Files for Neo4j's own importer: imported by it, and proven equal by the check."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from multilateral.graph import second
from multilateral.graph.mirror import cuts, offline
from multilateral.graph.mirror.check import check
from multilateral.graph.mirror.connection import Address, Server
from multilateral.graph.mirror.offline import COMMAND_FILE, FolderNotEmpty, write_files
from multilateral.graph.mirror.pull import pull
from multilateral.graph.mirror.push import push
from multilateral.graph.store import Store
from multilateral.ontology.model import ID, Entity, Evidence, Link, Name

from . import neo4j_server
from .conftest import DOC, EU, NASTY, Workshop, source
from .test_mirror_graph import decided


def one_line(workshop: Workshop) -> Workshop:
    """Names, roles and quotes with all that is odd but a line's end; what looks like one to others is none here."""
    texts = [re.sub(r"[\r\n]+", " ", text) for text in (*NASTY, "a\u2028b\x85c\x0bd\x0ce", '"', '""', ",", "\\", "")]
    things = [
        Entity(f"{ID}topic/t{n}", "Topic", (Name(text or "-", "en"), Name(text or "-", "", "acronym")))
        for n, text in enumerate(texts)
    ]
    links = [
        Link(f"{ID}link/a/{n}", EU, "funds", t.iri, (Evidence(DOC, text, text),), role=text)
        for n, (t, text) in enumerate(zip(things, texts, strict=True))
    ]
    workshop.load((source("a"), [*things, *links]))
    return workshop


@pytest.mark.parametrize(("made", "processes"), [(decided, 2), (one_line, 1)])
def test_the_importer_makes_an_equal_mirror_of_the_files(
    made: Callable[[Workshop], Workshop],
    processes: int,
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(offline, "TWO", 0)
    monkeypatch.setattr(cuts, "SIZE", 5_000)
    monkeypatch.setattr(second, "processors", lambda: processes)
    store = Store.open(made(workshop).path)
    written = write_files(store, tmp_path / "files")
    assert (tmp_path / "files" / COMMAND_FILE).read_text() == written.command + "\n"
    assert ("--multiline-fields=true" in written.command) is (made is decided)
    program, *arguments = shlex.split(written.command)
    assert program == "neo4j-admin"
    assert any(argument.endswith("-2.csv") for argument in arguments) is (processes == 2)
    new = neo4j_server.Neo4jServer(tmp_path / "neo4j")
    assert "IMPORT DONE" in new.admin(*arguments)
    with new, Server(Address(new.url)) as server:
        found = check(store, server)
        assert found.differences == [] and found.compared > 40
        assert push(store, server).unchanged
        assert {r["name"] for r in server.rows("SHOW CONSTRAINTS YIELD name RETURN name")} >= {"multilateral_iri"}
        pull(tmp_path / "copy", server)
    assert Store.open(tmp_path / "copy").fingerprints() == store.fingerprints()


def test_a_folder_that_holds_something_is_left_alone(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "own.txt").write_text("mine")
    with pytest.raises(FolderNotEmpty, match="name a new or empty folder"):
        write_files(workshop.sample().store, tmp_path / "files")
    assert [p.name for p in (tmp_path / "files").iterdir()] == ["own.txt"]
