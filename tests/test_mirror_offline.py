"""Files for Neo4j's own importer: imported by it, and proven equal by the check."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from multilateral.graph.mirror.check import check
from multilateral.graph.mirror.connection import Address, Server
from multilateral.graph.mirror.offline import COMMAND_FILE, FolderNotEmpty, write_files
from multilateral.graph.mirror.pull import pull
from multilateral.graph.mirror.push import push
from multilateral.graph.store import Store

from . import neo4j_server
from .conftest import Workshop
from .test_mirror_graph import decided


def test_the_importer_makes_an_equal_mirror_of_the_files(workshop: Workshop, tmp_path: Path) -> None:
    store = Store.open(decided(workshop).path)
    written = write_files(store, tmp_path / "files")
    assert (tmp_path / "files" / COMMAND_FILE).read_text() == written.command + "\n"
    program, *arguments = shlex.split(written.command)
    assert program == "neo4j-admin"
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
