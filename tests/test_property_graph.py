"""The embedded property graph: every link arrives, parallel ones too, with all that it says."""

from __future__ import annotations

from typing import Any

import pytest
from multilateral.graph.reading import Reader
from multilateral.graph.rows import entity_row, labels, link_row
from multilateral.graph.store import Store
from multilateral.ontology.errors import BadQuery, MultilateralError
from multilateral.ontology.model import ID, Entity, Evidence, Link, Name

from .conftest import DOC, EU, HPED, OIE, Workshop, source


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Workshop(tmp_path_factory.mktemp("cypher") / "store").sample()


def rows(reader: Reader, text: str, **parameters: Any) -> list[dict[str, Any]]:
    return reader.property_graph.rows(text, parameters)[1]


def test_every_link_arrives_with_its_ends_and_all_that_it_says(reader: Reader) -> None:
    found = {
        r["iri"]: r
        for r in rows(reader, "MATCH (a)-[r]->(b) RETURN a.iri AS a, b.iri AS b, type(r) AS t, r.iri AS iri")
    }
    wanted = {link.iri: (link, s) for link, s in reader.links()}
    assert found.keys() == wanted.keys() and len(wanted) > 10
    for iri, (link, source_id) in wanted.items():
        assert (found[iri]["a"], found[iri]["b"]) == (link.source_iri, link.target_iri)
        row = link_row(link, source_id)
        fields = ", ".join(f"r.{key} AS {key}" for key in row)
        said = rows(reader, f"MATCH ()-[r]->() WHERE r.iri = $iri RETURN {fields}", iri=iri)
        assert [said[0][key] for key in row] == list(row.values()), iri
        assert found[iri]["t"] == {"funds": "FUNDS", "memberOf": "MEMBER_OF"}.get(link.relation, found[iri]["t"])


def test_every_thing_arrives_with_its_labels(reader: Reader) -> None:
    for iri, entity in reader.entities().items():
        row = entity_row(entity)
        fields = ", ".join(f"n.{key} AS {key}" for key in row if key != "id")
        said = rows(reader, f"MATCH (n) WHERE n.iri = $iri RETURN {fields}", iri=iri)
        assert len(said) == 1
        assert [said[0][key] for key in row if key != "id"] == [v for k, v in row.items() if k != "id"], iri
        for label in labels(entity):
            assert rows(reader, f"MATCH (n:{label}) WHERE n.iri = $iri RETURN n.iri AS iri", iri=iri) == [{"iri": iri}]


def test_two_links_between_two_things_are_two(workshop: Workshop) -> None:
    """Also where the ends have different classes, several sources speak, and links differ only in their IRI."""
    kinds = ["NGO", "UNBody", "Country", "Topic"]
    things = [Entity(f"{ID}topic/t{n}", kind, (Name("same name", "en"),)) for n, kind in enumerate(kinds)]
    for id_ in "ab":
        links = [
            Link(f"{ID}link/{id_}/{n}-{m}-{k}", a.iri, "concerns", b.iri, (Evidence(DOC, "1"),))
            for n, a in enumerate(things) for m, b in enumerate(things) for k in range(5)
        ]  # fmt: skip
        workshop.load((source(id_), [*things, *links]))
    reader = workshop.reader()
    assert rows(reader, "MATCH ()-[r:CONCERNS]->() RETURN count(r) AS n") == [{"n": 2 * 4 * 4 * 5}]
    pair = "MATCH (a)-[r]->(b) WHERE a.iri = $a AND b.iri = $b RETURN count(r) AS n"
    for a in things:
        for b in things:
            assert rows(reader, pair, a=a.iri, b=b.iri) == [{"n": 10}]


def test_ids_that_clash_do_not_make_two_things_one(workshop: Workshop) -> None:
    things = [
        Entity(EU, "NGO", (Name("one", "en"),), identifier="7"),
        Entity(OIE, "NGO", (Name("two", "en"),), identifier="7"),
        Entity(HPED, "Project", (Name("three", "en"),), identifier="organization/eu"),
        Entity(DOC, "Document", (Name("four", "en"),), identifier="own"),
    ]
    workshop.load((source("s"), things))
    found = {r["iri"]: r["id"] for r in rows(workshop.reader(), "MATCH (n) RETURN n.iri AS iri, n.id AS id")}
    assert found == {EU: "organization/eu", OIE: "organization/oie", HPED: "programme/hped", DOC: "own"}


def test_a_graph_that_lost_a_link_is_not_used(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    import kglite

    workshop.sample()
    kept = kglite.from_records

    def loses(records: dict[str, Any], **options: Any) -> Any:
        records["connections"][0]["records"].pop()
        return kept(records, **options)

    monkeypatch.setattr(kglite, "from_records", loses)
    with pytest.raises(MultilateralError, match=r"holds \d+ of \d+ links, so it is not used"):
        _ = workshop.reader().property_graph
    assert not list((workshop.path / "projections").glob("cypher-*"))
    monkeypatch.undo()
    assert rows(workshop.reader(), "MATCH ()-[r]->() RETURN count(r) AS n")[0]["n"] > 10


def test_values_are_bound_and_writing_is_refused(reader: Reader) -> None:
    assert rows(reader, "MATCH (n) WHERE n.name = $name RETURN n.iri AS iri", name="x' OR 1=1 //") == []
    assert rows(reader, "MATCH (n) WHERE n.name = $name RETURN n.iri AS iri", name="European Union") == [{"iri": EU}]
    for text in ("CREATE (n:NGO {id: 'x'})", "MATCH (n) SET n.name = 'x'", "MATCH (n) DETACH DELETE n"):
        with pytest.raises(BadQuery, match="would write, and this command only reads"):
            rows(reader, text)
    with pytest.raises(BadQuery, match="The Cypher text is wrong"):
        rows(reader, "MATCH (n RETURN n")


def test_an_empty_store_has_an_empty_graph(workshop: Workshop) -> None:
    with Store.writing(workshop.path):
        pass
    assert rows(workshop.reader(), "MATCH (n) RETURN count(n) AS n") == [{"n": 0}]
