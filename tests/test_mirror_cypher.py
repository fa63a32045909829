"""Questions put to a real Neo4j: the same rows as from the embedded engines, and nothing but reading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from multilateral.graph.mirror.check import check
from multilateral.graph.mirror.connection import Address, Server
from multilateral.graph.mirror.push import push
from multilateral.graph.mirror.remote_cypher import RemoteCypher
from multilateral.graph.reading import Reader
from multilateral.graph.store import Store
from multilateral.loaders.table import load_table
from multilateral.ontology.errors import BadQuery
from multilateral.queries.engines import CypherEngine
from multilateral.queries.runner import run

from . import neo4j_server

EXPECTED = json.loads(Path(__file__).with_name("fixtures_questions.json").read_text(encoding="utf-8"))
CASES = [pytest.param(case, id=f"{name}.{n}") for name, cases in EXPECTED.items() for n, case in enumerate(cases, 1)]


@pytest.fixture(scope="module")
def five_documents(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("mirrored") / "store"
    tables = resources.files("multilateral.data") / "five_documents"
    with Store.writing(path) as store:
        store.load(load_table(Path(str(f))) for f in sorted(tables.iterdir(), key=lambda f: f.name) if f.is_dir())
    return Reader(path)


@pytest.fixture(scope="module")
def url(five_documents: Reader) -> Iterator[str]:
    url = neo4j_server.shared()
    with neo4j_server.connect(url) as driver:
        neo4j_server.clean(driver)
        with Server(Address(url)) as server:
            push(five_documents.store, server)
        yield url
        neo4j_server.clean(driver)


@pytest.fixture(scope="module")
def remote(url: str) -> Iterator[RemoteCypher]:
    with RemoteCypher(Address(url)) as remote:
        yield remote


@pytest.mark.parametrize("case", CASES)
def test_every_question_gives_the_same_rows_on_three_engines(
    five_documents: Reader, remote: RemoteCypher, case: dict[str, Any]
) -> None:
    name, given = case["name"], case["parameters"]
    sparql = run(five_documents, name, given, engine="sparql")
    embedded = run(five_documents, name, given, engine="cypher")
    neo4j = run(five_documents, name, given, engine=CypherEngine(remote.rows))
    assert neo4j.rows == embedded.rows == sparql.rows
    assert neo4j.rows or not case["ids"]


WRITES = (
    "CREATE (:Organization {name: 'new'})",
    "MATCH (n:Entity) DETACH DELETE n",
    "MATCH (n:Entity) SET n.name = 'x' RETURN n",
    "MATCH ()-[r]->() WITH r LIMIT 1 DELETE r RETURN 1",
    "MERGE (n:Entity {iri: 'new'}) RETURN n",
    "CREATE INDEX sneaky FOR (n:Entity) ON (n.name)",
    "MATCH (n:Entity) CALL { WITH n SET n.name = 'x' } IN TRANSACTIONS",
    "CALL db.createLabel('Sneaky')",
)


@pytest.mark.parametrize("text", WRITES)
def test_a_text_that_writes_is_refused_and_has_changed_nothing(
    five_documents: Reader, url: str, remote: RemoteCypher, text: str
) -> None:
    with pytest.raises(BadQuery) as told:
        remote.rows(text)
    if "TRANSACTIONS" not in text:
        assert "would write" in str(told.value) and "nothing was changed" in str(told.value)
    with Server(Address(url)) as server:
        assert check(five_documents.store, server).same
        assert not server.rows("SHOW INDEXES YIELD name WHERE name = 'sneaky' RETURN name")


def test_a_text_that_only_speaks_of_writing_is_run(remote: RemoteCypher) -> None:
    columns, rows = remote.rows("RETURN 'CREATE, SET and DELETE' AS said, $n AS n", {"n": 1})
    assert (columns, rows) == (["said", "n"], [{"said": "CREATE, SET and DELETE", "n": 1}])


def test_a_wrong_text_is_told_in_a_sentence(remote: RemoteCypher) -> None:
    with pytest.raises(BadQuery, match=r"^The Cypher text is wrong: .*\.$"):
        remote.rows("MATCH (n RETURN n")


def test_nodes_relationships_paths_and_dates_are_plain_values(remote: RemoteCypher) -> None:
    text = "MATCH p = (a:Entity)-[r]->(b:Entity) RETURN a, r, p, date('2012-04-25') AS day LIMIT 1"
    row = remote.rows(text)[1][0]
    assert row["a"]["iri"] and "Entity" in row["a"]["labels"] and row["r"]["type"]
    assert len(row["p"]) == 3 and row["day"] == "2012-04-25"
    json.dumps(row, default=None)
