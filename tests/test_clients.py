"""The examples of ``docs/clients.md``, run as they stand there by the real programs against a real endpoint."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import multilateral as ml
import pytest

from . import client_programs
from .endpoint_server import Endpoint, running

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "clients.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8080"
#: Section of the page → how many examples it has.
SECTIONS = {
    "curl": 1,
    "SPARQLWrapper": 1,
    "rdflib": 1,
    "rdflib with SERVICE": 1,
    "sparql-dataframe": 1,
    "pandas": 1,
    "roqet": 1,
    "R": 1,
    "Comunica": 1,
    "A spreadsheet": 1,
    "Gephi and Cytoscape": 1,
}


def blocks(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M)


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M)
    assert found, title
    return found[1]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    place = tmp_path_factory.mktemp("clients") / "store"
    ml.open(place).load("five-documents")
    with running(place) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    queries = [text for language, text in blocks(PAGE) if language == "sparql"]
    (tmp_path / "partners.rq").write_text(queries[0])
    (tmp_path / "graph.rq").write_text(queries[1])
    return tmp_path


def test_every_section_is_run() -> None:
    assert re.findall(r"^## (.*)$", PAGE, re.M) == list(SECTIONS)


@pytest.mark.parametrize("title", SECTIONS)
def test_example(title: str, endpoint: Endpoint, folder: Path) -> None:
    prepare(title, folder)
    found = [b for b in blocks(section(title)) if b[0] != "sparql"]
    examples = list(zip(found[::2], found[1::2], strict=True))
    assert len(examples) == SECTIONS[title]
    for (language, text), (plain, printed) in examples:
        assert plain == ""
        arguments = {"bash": ["bash", "-ec"], "python": [sys.executable, "-c"], "r": ["Rscript", "-e"]}[language]
        assert ADDRESS in text
        done = subprocess.run(
            [*arguments, text.replace(ADDRESS, endpoint.address)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        shown = done.stdout.replace(f"{folder}/", "").replace("./", "")
        assert shown == printed, done.stderr


def prepare(title: str, folder: Path) -> None:
    """Have the program that an example needs."""
    commands = {"curl": "curl", "roqet": "roqet", "A spreadsheet": "soffice"}
    if title in commands:
        client_programs.command(commands[title])
    elif title == "R":
        client_programs.r_package()
    elif title == "Comunica":
        (folder / "node_modules").symlink_to(client_programs.comunica())


def test_gephi_opens_what_the_example_writes(endpoint: Endpoint, folder: Path) -> None:
    [text] = [text for language, text in blocks(section("Gephi and Cytoscape")) if language == "python"]
    subprocess.run([sys.executable, "-c", text.replace(ADDRESS, endpoint.address)], cwd=folder, check=True)
    nodes, links = client_programs.opened_in_gephi(folder / "cooperation.graphml")
    assert (len(nodes), len(links)) == (17, 13)
    assert all(label != "null" for label, _ in nodes.values())
