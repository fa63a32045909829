"""The RDF index: an index that grew is an index made at once; decisions, ranks, and what deleting it changes."""

from __future__ import annotations

import dataclasses
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from multilateral.graph import index as index_opened
from multilateral.graph import index_build as index_module
from multilateral.graph.decisions import Decision
from multilateral.graph.index_records import spell_out
from multilateral.graph.projections import projection
from multilateral.graph.reading import Reader
from multilateral.graph.resolve import resolve
from multilateral.graph.store import Store
from multilateral.ontology import convert
from multilateral.ontology.errors import BadQuery
from multilateral.ontology.model import ID, Entity, Evidence, Identifier, Link, Name, Statement

from .conftest import DOC, EU, OIE, Workshop, authority, source

Dump = Callable[[Reader], list[str]]
THINGS = [f"{ID}organization/o{n}" for n in range(6)]
TEXTS = ["World Bank", "Banque mondiale", "The Bank", "Fund", "WB"]


def decide(workshop: Workshop, verdict: str, left: str, right: str) -> None:
    with Store.writing(workshop.path) as store:
        store.decisions.append([Decision(verdict, left, right, "tester", "2025-01-01T00:00:00Z")])  # type: ignore[arg-type]


def some_source(chance: random.Random, source_id: str, size: int) -> list[Statement]:
    """Entities that other sources describe too, with names that contradict each other, and links among them."""
    statements: list[Statement] = []
    for iri in chance.sample(THINGS, chance.randint(1, 4)):
        names = {
            Name(
                chance.choice(TEXTS),
                chance.choice(["en", "fr", ""]),
                chance.choice(["preferred", "alternative", "acronym"]),
            )  # type: ignore[arg-type]
            for _ in range(chance.randint(1, 4))
        }
        statements.append(
            Entity(
                iri,
                chance.choice(["NGO", "Organization", "UNBody"]),
                tuple(sorted(names, key=repr)),
                identifiers=(Identifier("ROR", chance.choice("ab")),) if chance.random() < 0.3 else (),
                evidence=(Evidence(DOC, str(chance.randint(1, 3))),) if chance.random() < 0.5 else (),
            )
        )
    for n in range(chance.randint(0, size)):
        ends = chance.sample(THINGS, 2)
        relation = chance.choice(["funds", "memberOf", "cooperatesWith"])
        statements.append(Link(f"{ID}link/{source_id}/{n}", ends[0], relation, ends[1], (Evidence(DOC, "1"),)))
    return statements


def graphs(reader: Reader) -> list[str]:
    """Every quad of the index that holds all named graphs."""
    return sorted(str(q) for q in ox.Store.read_only(str(reader.index.whole)) if "_:" not in str(q))


@pytest.mark.parametrize("held", [False, True], ids=["read", "held"])
@pytest.mark.parametrize("seed", range(4))
def test_an_index_that_grew_equals_one_from_scratch(
    workshop: Workshop, dump: Dump, seed: int, held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    grew = alone = 0
    kept = index_module._from_before

    def counting(*args: object, whole: bool) -> bool:
        nonlocal grew
        grew += 1
        return kept(*args, whole=whole)  # type: ignore[arg-type]

    monkeypatch.setattr(index_module, "_from_before", counting)
    if seed % 2:  # take the slow way too, in which a large part of the index is removed
        monkeypatch.setattr(index_module, "REMOVED_PER_SECOND", 10**9)
    for step in range(8):
        there = list(Store.open(workshop.path).files()) if workshop.path.exists() else []
        choice = chance.random()
        if there and choice < 0.3:
            workshop.forget(chance.choice(there))
        elif len(there) > 1 and choice < 0.45:
            left, right = chance.sample(THINGS, 2)
            decide(workshop, chance.choice(["same", "different", "undo"]), left, right)
        else:
            id_ = chance.choice("abcd")
            loader = chance.choice(["authority", "curated", "table"])
            described = source(id_, loader, f"sha256:{seed}-{step}")
            workshop.load((described, some_source(chance, id_, 12)))
        if held:  # then what one source alone says of a thing stands in the union only; the twin spells it all out
            workshop.hold()
            monkeypatch.setattr(index_module, "MANY", chance.choice([0, 0, 2]))
        reader = workshop.reader()
        found = dump(reader)
        alone += sum(bool(spell_out(reader.index.db, ox.NamedNode(iri))) for iri in THINGS)
        twin = Workshop(workshop.path.with_name(f"twin{step}"))
        shutil.copytree(workshop.path, twin.path, ignore=shutil.ignore_patterns("projections"))
        fresh = twin.reader()
        assert found == dump(fresh), f"seed {seed}, step {step}"
        if seed > 1:
            assert graphs(reader) == graphs(fresh), f"seed {seed}, step {step}"
        for iri, entity in reader.entities().items():
            assert reader.entity(iri) == entity, f"seed {seed}, step {step}"
            assert reader.records(iri) == fresh.records(iri), f"seed {seed}, step {step}"
            preferred = [n.lang for n in entity.names if n.kind == "preferred"]
            assert len(preferred) == len(set(preferred))
            if preferred:
                assert reader.thing(iri).name == entity.name()
        for link, source_id in reader.links():
            assert reader.link(link.iri) == (link, source_id)
    assert grew > 1
    assert (alone > 0) == held


def test_deleting_projections_changes_no_answer(workshop: Workshop, dump: Dump) -> None:
    def answers(reader: Reader) -> list[object]:
        cypher = "MATCH (a)-[r]->(b) RETURN a.iri AS a, r.iri AS r, b.iri AS b ORDER BY r"
        return [
            dump(reader),
            reader.entities(),
            list(reader.links()),
            reader.names.find("european"),
            reader.property_graph.rows(cypher),
        ]

    before = answers(workshop.sample())
    workshop.forget_projections()
    assert answers(workshop.reader()) == before
    assert answers(workshop.reader()) == before


def _break_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("{", encoding="utf-8")


def _break_data(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "meta.json":
            path.write_bytes(b"broken")


@pytest.mark.parametrize("damage", [_break_meta, _break_data])
def test_a_broken_projection_is_made_again(workshop: Workshop, dump: Dump, damage: Callable[[Path], None]) -> None:
    def answers() -> list[object]:
        reader = workshop.reader()
        count = "MATCH ()-[r]->() RETURN count(r) AS n"
        return [dump(reader), reader.names.find("Uzbekistan"), reader.property_graph.rows(count)]

    workshop.sample()
    before = answers()
    for kind in ("rdf", "names", "cypher"):
        folders = list((workshop.path / "projections").glob(f"{kind}-*"))
        assert len(folders) == 1
        damage(folders[0])
    assert answers() == before


def test_old_projections_do_not_pile_up(workshop: Workshop) -> None:
    for n in range(6):
        workshop.load((source("s", checksum=f"sha256:{n}"), [Entity(EU, "NGO", (Name(str(n), "en"),))]))
        reader = workshop.reader()
        assert reader.thing(EU).name == str(n) and reader.names.exact(str(n)) and reader.property_graph
    kinds = [p.name.partition("-")[0] for p in (workshop.path / "projections").iterdir() if p.is_dir()]
    assert sorted(kinds) == sorted(["rdf", "names", "cypher", "truth"] * 2)


def test_a_build_that_fails_leaves_nothing_lying_about(workshop: Workshop) -> None:
    store = workshop.sample().store

    def fails(*_: object) -> None:
        raise RuntimeError("stopped")

    before = sorted(p.name for p in (workshop.path / "projections").iterdir())
    with pytest.raises(RuntimeError):
        projection(store, "other", fails)
    assert sorted(p.name for p in (workshop.path / "projections").iterdir()) == before


# --- identity ------------------------------------------------------------------------------------------------


def test_the_authority_gives_the_name_and_the_iri(workshop: Workshop) -> None:
    """The lowest IRI would be the table's: rank goes before order, in every projection."""
    low = ID + "organization/a-table-12"
    assert low < OIE
    workshop.load(
        (
            source("table"),
            [Entity(low, "NGO", (Name("Office des épizooties", "fr"),)), Link(f"{ID}link/table/1", low, "funds", EU)],
        ),
    )
    decide(workshop, "same", low, OIE)
    assert workshop.reader().thing(OIE).iri == low  # nothing describes the other one yet
    workshop.load((source("names", "authority"), authority()))
    reader = workshop.reader()
    assert reader.canonical == {low: OIE}
    assert reader.names.exact("office des epizooties")[0].iri == OIE
    assert resolve(reader, "Office des épizooties") == OIE
    assert reader.link_iris(OIE) == [f"{ID}link/table/1"]
    assert [k.source_iri for k, _ in reader.links()] == [OIE]
    assert reader.thing(low).name == "World Organisation for Animal Health"
    names = {(n.text, n.kind) for n in reader.entity(low).names if n.lang == "fr"}
    assert ("Office des épizooties", "alternative") in names
    rows = reader.property_graph.rows("MATCH (a)-[:FUNDS]->(b) RETURN a.iri AS a, b.iri AS b")[1]
    assert rows == [{"a": OIE, "b": EU}]
    assert [s for s, _ in reader.records(OIE)] == ["names", "table"]
    workshop.forget("names")
    assert workshop.reader().canonical == {OIE: low}


def test_a_decision_undone_leaves_no_trace(workshop: Workshop, dump: Dump) -> None:
    before = dump(workshop.sample())
    entities = workshop.reader().entities()
    decide(workshop, "same", OIE, EU)
    merged = workshop.reader()
    assert dump(merged) != before and len(merged.entities()) == len(entities) - 1
    decide(workshop, "undo", EU, OIE)
    assert dump(workshop.reader()) == before
    assert workshop.reader().entities() == entities


def test_source_files_keep_the_sources_own_iris(workshop: Workshop) -> None:
    workshop.sample()
    files = {p.name: p.read_bytes() for p in (workshop.path / "sources").iterdir()}
    decide(workshop, "same", OIE, EU)
    _ = workshop.reader().index
    assert {p.name: p.read_bytes() for p in (workshop.path / "sources").iterdir()} == files


# --- the union and queries -----------------------------------------------------------------------------------


def test_the_union_holds_a_triple_once_and_a_source_what_it_said(workshop: Workshop) -> None:
    workshop.load(*((source(id_), [Entity(EU, "NGO", (Name("EU", "en"),))]) for id_ in "abc"))
    reader = workshop.reader()
    count = next(reader.index.rows("SELECT (COUNT(*) AS ?n) WHERE { ?e skos:prefLabel 'EU'@en }"))
    assert count["n"].value == "1"
    graphs = list(reader.index.rows("SELECT ?g WHERE { GRAPH ?g { ?e skos:prefLabel 'EU'@en } }"))
    assert len(graphs) == 3
    workshop.forget("b")
    again = workshop.reader().index.rows("SELECT (COUNT(*) AS ?n) WHERE { ?e skos:prefLabel 'EU'@en }")
    assert next(again)["n"].value == "1"


def test_a_named_graph_is_whole_when_a_query_asks_for_it(workshop: Workshop) -> None:
    """Only then are all its statements indexed; the union is the same in both."""
    reader = workshop.sample()
    assert not list((workshop.path / "projections").glob("graphs-*"))
    for source_id in reader.store.files():
        graph = f"<{ID}source/{source_id}>"
        numbers = "http://www.w3.org/2001/XMLSchema#decimal"  # 0.10 is indexed as 0.1
        said = {str(q.object) for q in reader.store.quads(source_id)}
        for text in (f"SELECT ?o {{ GRAPH {graph} {{ ?s ?p ?o }} }}", f"SELECT ?o FROM {graph} {{ ?s ?p ?o }}"):
            found = {str(row["o"]) for row in reader.index.rows(text)}
            assert {o for o in found if numbers not in o} == {o for o in said if numbers not in o}
    union = {str(q) for q in reader.index.db.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    both = ox.Store.read_only(str(reader.index.whole)).quads_for_pattern(None, None, None, ox.DefaultGraph())
    assert {q for q in map(str, both) if "_:" not in q} == {q for q in union if "_:" not in q}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT * { graph ?g { ?s ?p ?o } }", True),
        ("SELECT * FROM<http://a/b>{ ?s ?p ?o }", True),
        ("SELECT * { ?s ml:role 'it''s' } # '\nFROM <a:b>", True),
        ("SELECT * { ?s ex:a\\#b ?o . GRAPH ?g { ?s ?p ?o } }", True),
        ("SELECT * { ?s ?p 'a\\'b' GRAPH ?g {} }", True),
        ('SELECT * { ?s ?p """a " GRAPH """ FILTER(?a<1) GRAPH ?g { ?b ?p ?c } FILTER(?b>1) }', True),
        ("SELECT * { \\u0047RAPH ?g { ?s ?p ?o } }", True),
        ("SELECT ?from ?graph { ?from ?graph 'funds from \"GRAPH' } # from", False),
        ("SELECT * { <http://a/graph> ?p \"\"\"from \" GRAPH\"\"\" , '''it's from''' }", False),
    ],
)
def test_which_queries_need_named_graphs(text: str, named: bool) -> None:
    assert index_opened.names_graphs(text) is named


def test_the_ontology_is_a_graph_of_its_own(workshop: Workshop) -> None:
    reader = workshop.sample()
    rows = reader.index.rows("SELECT ?e WHERE { ?e a/rdfs:subClassOf* ml:Organization }")
    assert {r["e"].value for r in rows} == {OIE, EU}
    assert reader.index.query("ASK { GRAPH ?g { ml:funds a ?kind } }")


def test_proposals_have_no_direct_triple(workshop: Workshop) -> None:
    reader = workshop.sample()
    assert not reader.index.query("ASK { ?country ml:memberOf ?body }")
    assert reader.index.query("ASK { ?link ml:relation ml:memberOf ; ml:status 'proposed' }")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT ?x WHERE { ?x a }", "The SPARQL text is wrong at line 1, column"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "is an update, and this command only reads"),
        ("DROP ALL", "is an update"),
        ("SELECT * WHERE { ?x nope:a ?y }", "The SPARQL text is wrong"),
    ],
)
def test_wrong_queries_are_told_in_a_sentence(workshop: Workshop, text: str, said: str) -> None:
    with pytest.raises(BadQuery, match=said):
        workshop.sample().index.query(text)


def test_reports_load_beside_each_other(workshop: Workshop) -> None:
    reader = workshop.sample()
    assert [s for s, _ in reader.records(EU)] == ["names", "report"]
    entity = reader.entity(EU)
    assert entity.name("en") == "European Union" and entity.name("fr") == "Union européenne"
    assert {e.locator for e in entity.evidence} == {"5", "6(a)"}


def test_every_predicate_of_a_record_is_known() -> None:
    """Else a part of what a source says of a thing would be lost where its graph holds the first line only."""
    every = Entity(
        f"{ID}document/x", "Document",
        (Name("A", "en"), Name("B", "en", "alternative"), Name("C", "", "acronym"),
         Name("D", "fr", "preferred", "1990"), Name("E", "en", "acronym", "1990")),
        "1", (Identifier("ROR", "r"),), collective=True, description="d", valid_from="1990", valid_to="1991",
        status="completed", homepage="https://example.org", evidence=(Evidence(DOC, "1"),), issued="1990",
        language="en", body=OIE,
    )  # fmt: skip
    assert not [f.name for f in dataclasses.fields(every) if not getattr(every, f.name)]
    said = {q.predicate for q in convert.quads(every, "s") if q.subject.value == every.iri}  # type: ignore[union-attr]
    assert said == {convert.TYPE, *convert.ENTITY_PREDICATES}
