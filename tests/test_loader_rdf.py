"""RDF in any syntax: our own exports, the common vocabularies, what is left out, damaged and mutated files."""

from __future__ import annotations

import gzip
import random
from collections import Counter
from pathlib import Path

import multilateral as ml
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multilateral.graph.validation import validate
from multilateral.loaders import rdf
from multilateral.loaders.detect import KINDS, detect
from multilateral.loaders.rdf import load_rdf
from multilateral.loaders.rdf_index import Index
from multilateral.ontology.convert import quads, read, source_quads
from multilateral.ontology.errors import MultilateralError, UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name, Statement

FIXTURES = Path(__file__).parent / "fixtures"
HERE = FIXTURES / "rdf"
FILES = sorted(HERE.iterdir())
EX = "http://example.org/id/"
PREFIXES = """@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ml: <https://w3id.org/multilateral/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix schema: <http://schema.org/> .
@prefix void: <http://rdfs.org/ns/void#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/id/> .
"""


def check(loaded: Loaded) -> list[Statement]:
    """Return the statements, having proved that they are valid, are cited and survive the way to quads and back."""
    statements = list(loaded.statements)
    written = [quad for statement in statements for quad in quads(statement, loaded.source.id)]
    assert list(validate(lambda: [*source_quads(loaded.source), *written])) == []
    assert Counter(map(repr, read(written))) == Counter(map(repr, statements))
    iris = Counter(statement.iri for statement in statements)
    assert f"{ID}document/{loaded.source.id}" in iris and max(iris.values()) == 1
    assert all(link.evidence for link in statements if isinstance(link, Link))
    return statements


def load(path: Path, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_rdf(path, **options)
    statements = check(loaded)
    entities = {short(s.iri): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def short(iri: str) -> str:
    return iri.removeprefix(ID).removeprefix(EX)


def ends(link: Link) -> tuple[str, str, str]:
    return short(link.source_iri), link.relation, short(link.target_iri)


def turtle(tmp_path: Path, text: str, name: str = "things.ttl") -> Path:
    file = tmp_path / name
    file.write_text(PREFIXES + text, encoding="utf-8")
    return file


# --- our own terms --------------------------------------------------------------------------------------------------


def merged(statements: list[Statement]) -> dict[str, object]:
    """Return statements by IRI, with what several sources say of a thing put together, in no order."""
    found: dict[str, list[Statement]] = {}
    for statement in statements:
        found.setdefault(statement.iri, []).append(statement)
    return {
        iri: same[0]
        if isinstance(same[0], Link)
        else (
            same[0].type,
            frozenset(name for s in same for name in s.names),  # type: ignore[union-attr]
            frozenset(identifier for s in same for identifier in s.identifiers),  # type: ignore[union-attr]
            frozenset(evidence for s in same for evidence in s.evidence),
        )
        for iri, same in found.items()
    }


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> tuple[ml.KnowledgeGraph, list[Statement]]:
    folder = tmp_path_factory.mktemp("five") / "store"
    graph = ml.open(folder)
    graph.load("five-documents")
    statements: list[Statement] = []
    for file in sorted((folder / "sources").glob("*.nq.gz")):
        with gzip.open(file) as lines:
            statements += read(ox.parse(lines, format=ox.RdfFormat.N_QUADS))
    return graph, statements


@pytest.mark.parametrize(("to", "suffix"), [("turtle", ".ttl"), ("nquads", ".nq"), ("jsonld", ".jsonld")])
def test_our_exports_come_back_with_the_same_things_links_and_evidence(
    to: str, suffix: str, five: tuple[ml.KnowledgeGraph, list[Statement]], tmp_path: Path
) -> None:
    graph, before = five
    file = tmp_path / f"five{suffix}"
    graph.export(to, file)
    assert detect(file) == "rdf"
    loaded = load_rdf(file)
    after = list(loaded.statements)
    assert loaded.source.licence == "MIT"
    assert loaded.skipped == {"descriptions of the sources of an export (their licences are kept)": 5}
    document = after.pop(0)
    assert document.iri == f"{ID}document/rdf-five"
    assert merged(after) == merged(before) and len({s.iri for s in after}) == len(after)


def test_the_export_of_one_source_keeps_its_title_and_licence(tmp_path: Path) -> None:
    graph = ml.open(tmp_path / "one")
    graph.load(FIXTURES / "ror" / "both.jsonl")
    (before,) = graph.sources()
    graph.export("turtle", tmp_path / "one.ttl")
    again = ml.open(tmp_path / "two")
    again.load(tmp_path / "one.ttl")
    (after,) = again.sources()
    assert (after.id, after.title, after.licence, after.url) == ("ror-both", before.title, "CC0 1.0", "https://ror.org")
    assert list(again.validate()) == []


def test_the_sdg_loader_and_our_exports_do_not_tie(tmp_path: Path) -> None:
    goals = FIXTURES / "sdg" / "goals.ttl"
    assert detect(goals) == "sdg" and KINDS["rdf"].likeness(goals) == 2
    graph = ml.open(tmp_path / "store")
    graph.load(goals)
    graph.export("turtle", tmp_path / "goals.ttl")
    assert detect(tmp_path / "goals.ttl") == "rdf"
    others = [p for folder in FIXTURES.iterdir() if folder.name not in ("rdf", "sdg") for p in folder.rglob("*.*")]
    assert len(others) > 20 and not [p for p in others if KINDS["rdf"].likeness(p)]


def test_links_in_our_terms_need_no_evidence_and_may_name_things_of_other_sources(tmp_path: Path) -> None:
    file = turtle(
        tmp_path,
        """ex:a a ml:NGO ; skos:prefLabel "A"@en . ex:bj a ml:Country ; skos:prefLabel "Bénin"@fr .
        [] a ml:Link ; ml:source ex:a ; ml:relation ml:locatedIn ; ml:target ex:bj .
        ex:l a ml:Link ; ml:source <https://w3id.org/multilateral/id/organization/oie> ; ml:relation ml:funds ;
             ml:target ex:a ; ml:amount 5.0 ; ml:currency "USD" ; ml:validFrom "2012"^^xsd:gYear .
        ex:a ml:memberOf <https://w3id.org/multilateral/id/organization/un> .""",
    )
    statements = list(load_rdf(file).statements)
    links = [s for s in statements if isinstance(s, Link)]
    country = next(s for s in statements if s.iri == f"{ID}country/BJ")
    assert isinstance(country, Entity) and country.names == (Name("Bénin", "fr"),)
    assert {ends(link) for link in links} == {
        ("a", "locatedIn", "country/BJ"),
        ("organization/oie", "funds", "a"),
        ("a", "memberOf", "organization/un"),
    }
    assert {link.evidence[0].document for link in links} == {f"{ID}document/rdf-things"}


# --- the terms of others --------------------------------------------------------------------------------------------


def test_w3c_org() -> None:
    entities, links, loaded = load(HERE / "org.ttl")
    ministry = entities["ministry"]
    assert ministry.names == (
        Name("Ministry of Water", "en"), Name("Ministère de l'eau", "fr"), Name("MoW", "en", "alternative"),
    )  # fmt: skip
    assert ministry.identifier == "MW-1" and ministry.identifiers == (Identifier("Wikidata", "Q42"),)
    assert ministry.homepage == "http://example.org/water"
    assert entities["unit"].type == "SubsidiaryBody"  # by the file's own class of units
    assert entities["person"].names == (Name("A. B."),) and entities["reform"].valid_from == "2012-05-01"
    assert entities["club"].evidence[0].certainty == "implied"  # only named
    assert sorted(ends(link) for link in links) == [
        ("agency", "supersedes", "ministry"),
        ("ministry", "cooperatesWith", "network"),  # said from both sides: one link
        ("ministry", "memberOf", "network"),
        ("ministry", "memberOf", "network"),
        ("person", "heads", "ministry"),
        ("person", "memberOf", "club"),
        ("unit", "subsidiaryOf", "ministry"),
    ]
    assert [(x.role, x.valid_from, x.valid_to) for x in links if ends(x) == ("ministry", "memberOf", "network")] == [
        ("observer", "2010-03-01", "2015"), (None, "2016", "2018"),
    ]  # fmt: skip
    change = next(x for x in links if x.relation == "supersedes")
    assert change.at_event == f"{EX}reform" and change.valid_from == "2012-05-01"
    assert change.evidence[0].locator == f"{EX}reform org:resultedFrom"
    assert loaded.skipped == {
        "statements of http://example.org/id/colour": 1,
        "things of class http://example.org/id/Lake": 1,
        "things that are only named, called by the end of their IRI (kept)": 1,
    }


@pytest.mark.parametrize("address", ["https://schema.org/", "http://schema.org/"])
def test_schema_org(address: str, tmp_path: Path) -> None:
    file = tmp_path / "schema.jsonld"
    file.write_text((HERE / "schema.jsonld").read_text().replace("https://schema.org/", address))
    entities, links, loaded = load(file)
    ngo = entities["http://example.org/org/a"]
    assert ngo.type == "NGO" and ngo.valid_from == "1998-04" and ngo.homepage == "http://example.org/wfa"
    assert ngo.names == (Name("Water for all", "en"), Name("WFA", "", "alternative"))
    assert ngo.identifiers == (Identifier("IATI", "XM-1"), Identifier("ROR", "03yrm5c26"))
    assert sorted((x.relation, x.role, x.valid_from, x.amount and str(x.amount), x.currency) for x in links) == [
        ("funds", None, None, "250000.5", "EUR"),
        ("locatedIn", None, None, None, None),
        ("locatedIn", None, None, None, None),
        ("memberOf", "chair", "2001", None, None),
        ("subsidiaryOf", None, None, None, None),
    ]
    assert {x.target_iri for x in links if x.relation == "locatedIn"} == {f"{ID}country/BJ"}
    assert loaded.skipped == {"statements of schema:telephone": 1, "statements of schema:addressLocality": 1}


def test_a_place_of_which_only_the_address_is_said(tmp_path: Path) -> None:
    """It is called by its town; without one, what stands at it is in the country."""
    text = """
    @prefix schema: <https://schema.org/> . @prefix org: <http://www.w3.org/ns/org#> .
    @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
    ex:a a org:Organization ; schema:name "A" ; schema:location [ a schema:Place ;
        schema:address [ schema:addressLocality "Cotonou" ; schema:addressCountry "BJ" ] ] .
    ex:f a schema:Event ; schema:name "F" ; schema:location [ a schema:Place ;
        schema:address [ schema:addressCountry "TG" ] ] .
    ex:s a org:Site ; schema:name "S" ; org:siteAddress [ vcard:locality "Bern" ; vcard:country-name "Switzerland" ] .
    """
    entities, links, loaded = load(turtle(tmp_path, text))
    town = next(key for key, entity in entities.items() if entity.name() == "Cotonou")
    found = {(one.rsplit("/", 1)[-1], relation, two.rsplit("/", 1)[-1]) for one, relation, two in map(ends, links)}
    assert found == {
        ("a", "locatedIn", town.rsplit("/", 1)[-1]),
        (town.rsplit("/", 1)[-1], "locatedIn", "BJ"),
        ("f", "heldIn", "TG"),
        ("s", "locatedIn", "CH"),
    }
    assert loaded.skipped == {"blank nodes without a name": 1, "statements of vcard:locality": 1}


def test_the_time_of_a_change_is_that_of_provenance(tmp_path: Path) -> None:
    text = """
    @prefix org: <http://www.w3.org/ns/org#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix prov: <http://www.w3.org/ns/prov#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    ex:c a org:ChangeEvent ; rdfs:label "Merger" ; prov:startedAtTime "2010-07-02T00:00:00Z"^^xsd:dateTime ;
        org:originalOrganization ex:o ; org:resultingOrganization ex:n .
    ex:o a org:Organization ; rdfs:label "O" . ex:n a org:Organization ; rdfs:label "N" .
    """
    entities, links, loaded = load(turtle(tmp_path, text))
    assert [(x.relation, x.valid_from) for x in links] == [("supersedes", "2010-07-02")]
    assert entities["c"].valid_from == "2010-07-02" and loaded.skipped == {}


def test_the_context_of_schema_org_is_known_without_fetching(tmp_path: Path) -> None:
    file = tmp_path / "page.jsonld"
    file.write_text(
        '{"@context": "https://schema.org", "@type": "NGO", "@id": "http://example.org/id/n", "name": "N",'
        ' "sameAs": ["https://www.wikidata.org/wiki/Q5", "https://example.org/n"],'
        ' "parentOrganization": {"@type": "Organization", "name": "Up"}}'
    )
    entities, links, loaded = load(file)
    assert entities["n"].identifiers == (Identifier("Wikidata", "Q5"),) and len(links) == 1
    assert loaded.skipped == {"addresses of the same thing elsewhere, of no register that is known": 1}
    file.write_text(file.read_text().replace("https://schema.org", "https://example.org/context"))
    with pytest.raises(UnreadableSource, match=r"context is on the web, and nothing is fetched.*write the context"):
        load_rdf(file)


def test_skos() -> None:
    entities, links, loaded = load(HERE / "topics.rdf")
    topic = entities["http://example.org/t/2"]
    assert topic.type == "Topic" and topic.identifier == "1.2" and topic.names == (Name("Wells", "en"),)
    assert [(x.relation, x.role, x.source_iri[-1], x.target_iri[-2:]) for x in links] == [
        ("partOf", "in scheme", "1", "t/"),
        ("partOf", None, "2", "/1"),
    ]
    assert loaded.skipped == {"statements of skos:related": 1}


def test_documents_of_dublin_core_and_foaf(tmp_path: Path) -> None:
    file = turtle(
        tmp_path,
        """ex:d a dcterms:BibliographicResource ; dcterms:title "Report"@en ; dcterms:issued "2012-02" ;
          dcterms:language "fr" ; dcterms:creator "J" , ex:p ; dcterms:subject ex:t ; dcterms:license "own" ;
          dcterms:publisher [ a foaf:Organization ; foaf:name "House" ] ; dcterms:isPartOf ex:series .
        ex:p a foaf:Person ; foaf:name "P" . ex:t a skos:Concept ; skos:prefLabel "T"@en .
        <> dcterms:license <http://creativecommons.org/licenses/by/4.0/> .
        ex:set a void:Dataset ; dcterms:title "Set" ; dcterms:license "CC0" .""",
    )
    entities, links, loaded = load(file)
    document = entities["d"]
    assert (document.type, document.issued, document.language) == ("Document", "2012-02", "fr")
    house = next(iri for iri in entities if "blank" in iri)
    assert house.startswith("organization/rdf-things-blank-")
    assert sorted((*ends(x), x.role) for x in links) == [
        ("d", "concerns", "t", None), ("d", "partOf", "series", None),
        (house, "produces", "d", "publisher"), ("p", "produces", "d", "author"),
    ]  # fmt: skip
    assert loaded.source.licence == "http://creativecommons.org/licenses/by/4.0/; CC0"
    assert loaded.skipped["statements of dcterms:creator whose value is a text"] == 1
    assert loaded.skipped["statements of dcterms:license"] == 1  # of the report, not of the file


def test_a_blank_node_has_the_same_iri_wherever_it_stands(tmp_path: Path) -> None:
    one = '[] a org:Organization ; skos:prefLabel "X"@en ; org:subOrganizationOf [ a org:Organization ;'
    one += ' skos:prefLabel "Y"@en ] .\n'
    other = 'ex:z a org:Organization ; skos:prefLabel "Z"@en .\n'
    first = load(turtle(tmp_path, one + other))[0]
    second = load(turtle(tmp_path, other + one.replace("[] a", "_:q a")))[0]
    assert first == second and sum("blank" in iri for iri in first) == 2


# --- syntaxes -------------------------------------------------------------------------------------------------------

SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG, ".rdf": ox.RdfFormat.RDF_XML, ".jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_all_syntaxes_give_the_same(path: Path, tmp_path: Path) -> None:
    expected = list(load_rdf(path, source_id="same", read_time="2025-01-01T00:00:00Z").statements)[1:]
    triples = [quad.triple for quad in ox.parse(path.read_bytes(), format=SYNTAXES[path.suffix], base_iri="urn:x")]
    for suffix, form in SYNTAXES.items():
        for name, pack in ((f"same{suffix}", bytes), (f"same{suffix}.gz", gzip.compress)):
            file = tmp_path / name
            file.write_bytes(pack(ox.serialize(triples, format=form)))
            assert detect(file) == "rdf"
            found = list(load_rdf(file, source_id="same").statements)[1:]
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), name
    for name, form in (("page.xml", ".rdf"), ("data.json", ".jsonld"), ("data.txt", ".ttl"), ("dump", ".nq")):
        file = tmp_path / name
        file.write_bytes(b"\xef\xbb\xbf" + ox.serialize(triples, format=SYNTAXES[form], prefixes={"e": EX}))
        assert detect(file) == "rdf", name
        assert len(list(load_rdf(file, source_id="same").statements)) == len(expected) + 1, name


def test_many_statements_go_to_a_file_and_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [list(load_rdf(path).statements) for path in FILES]
    made: list[Index] = []

    def small() -> Index:
        made.append(Index(in_memory=5))
        return made[-1]

    monkeypatch.setattr(rdf, "Index", small)
    assert [list(load_rdf(path).statements) for path in FILES] == expected
    assert len(made) == len(FILES) and all(index.folder is not None for index in made)
    assert not any(Path(str(index.folder)).exists() for index in made)


# --- bad input ------------------------------------------------------------------------------------------------------


def sentence(error: BaseException, path: Path) -> None:
    text = str(error)
    assert text.startswith(path.name) and text.endswith(".") and "\n" not in text and len(text) < 500, text


BOMB = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {b} '&{a};&{a};&{a};&{a};'>" for a, b in zip("abcdefg", "bcdefgh", strict=True)
)
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>&h;</rdf:Description></rdf:RDF>'
)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.ttl", b"", "the file is empty"),
        ("a.ttl", b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        ("a.ttl", PREFIXES.encode("utf-16"), "UTF-16"),
        ("a.ttl", (PREFIXES + 'ex:a skos:prefLabel "café" .').encode("latin-1"), "row 6: is not UTF-8"),
        ("a.ttl", (PREFIXES + 'ex:a skos:prefLabel "caf').encode(), "row 6: is not well-formed RDF"),
        ("a.ttl.gz", gzip.compress(PREFIXES.encode() * 50)[:-20], "cut off"),
        ("a.nt", b'<http://a> <http://b "c" .\n<http://a> <b', "row 1: is not well-formed RDF"),
        ("a.rdf", (BOMB + "]>" + XML).encode(), "declares the entity 'b'"),
        (
            "a.rdf",
            b"<!DOCTYPE r [<!ENTITY h SYSTEM 'file:///etc/passwd'>]>" + XML.encode(),
            "declares the entity 'h'",
        ),
        ("a.rdf", b"<!DOCTYPE r SYSTEM 'http://localhost/x.dtd'>" + XML.encode(), "outside the file"),
        ("a.rdf", XML.encode()[:-20].replace(b"&h;", b""), "row 1: is not well-formed XML, column 83"),
        ("a.rdf", XML.encode(), "undefined entity"),
        ("a.rdf", XML.encode().replace(b"&h;", b"<a>" * 300), "nested more than"),
        ("a.nt", b"<http://a> <http://b> " + b"<<( <a:a> <b:b> " * 100_000, "nested more than"),
        ("a.jsonld", b'{"@id": ' + b"[" * 100_000, "nested more than"),
        ("a.jsonld", b'{"@id": "http://a", "http://b": ', "not well-formed RDF"),
        ("a.csv", b"a,b\n1,2\n", "is no RDF"),
    ],
)
def test_a_damaged_file_is_one_clear_sentence(name: str, data: bytes, problem: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    for skip_bad in (False, True):
        with pytest.raises(UnreadableSource, match=problem) as caught:
            list(load_rdf(file, skip_bad=skip_bad).statements)
        sentence(caught.value, file)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ex:b a org:Organization .", "http://example.org/id/b: it has no name"),
        ('ex:b a schema:NGO ; schema:name "B" ; schema:foundingDate "2012-02-31" .', "'2012-02-31' is no date"),
        (
            'ex:b a schema:NGO ; schema:name "B" ; schema:foundingDate "2012" ; schema:dissolutionDate "2010" .',
            "it begins in 2012 and ends in 2010",
        ),
        ('ex:b a ml:NGO ; skos:prefLabel "B"@en ; ml:status "asleep" .', "'asleep' is no status"),
        ("ex:b a ml:Link ; ml:source ex:a ; ml:target ex:a .", "has no relation"),
        ("ex:b a ml:Link ; ml:source ex:a ; ml:relation ml:likes ; ml:target ex:a .", "no relation of the ontology"),
        ("ex:b a ml:Link ; ml:source ex:a ; ml:relation ml:funds ; ml:target ex:no .", "does not say what it is"),
        (
            '[] a schema:MonetaryGrant ; schema:funder ex:a ; schema:fundedItem ex:c ; schema:amount "5" .',
            "the amount of a grant has no currency",
        ),
    ],
)
def test_a_bad_record_is_told_or_skipped(text: str, problem: str, tmp_path: Path) -> None:
    sound = 'ex:a a org:Organization ; skos:prefLabel "A"@en . ex:c a foaf:Project ; skos:prefLabel "C"@en .\n'
    file = turtle(tmp_path, f"{sound}{text}\nex:a org:linkedTo ex:b . ex:a schema:memberOf ex:d .")
    store = ml.open(tmp_path / "store")
    with pytest.raises(UnreadableSource, match=r"^things\.ttl") as caught:
        store.load(file)
    sentence(caught.value, file)
    assert problem in str(caught.value) and store.sources() == []
    entities, links, loaded = load(file, skip_bad=True)
    assert {"a", "c"} < set(entities) and ("a", "memberOf", "d") in {ends(x) for x in links}
    assert loaded.skipped["bad records"] == 1
    if "no name" in problem:
        assert loaded.skipped["links with a thing that was left out"] == 1


def test_circles_of_parents_are_cut_and_counted(tmp_path: Path) -> None:
    names = "abcd"
    text = "".join(
        f'ex:{a} a org:Organization ; skos:prefLabel "{a}"@en ; org:subOrganizationOf ex:{b} .\n'
        for a, b in zip(names, names[1:] + names[0], strict=True)
    )
    entities, links, loaded = load(turtle(tmp_path, text + "ex:a org:subOrganizationOf ex:a ."))
    assert len(entities) == 5 and len(links) == 3
    assert loaded.skipped == {
        "statements of org:subOrganizationOf that close a circle": 1,
        "statements of org:subOrganizationOf from a thing to itself": 1,
    }


def test_blank_nodes_and_classes_in_circles_end(tmp_path: Path) -> None:
    text = "_:a a org:Organization ; skos:prefLabel 'A' ; org:linkedTo _:b . _:b a org:Organization ;"
    text += " skos:prefLabel 'B' ; org:linkedTo _:a .\n"
    text += "ex:K <http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:L . ex:L "
    text += "<http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:K . ex:k a ex:K ; skos:prefLabel 'K' ."
    entities, links, loaded = load(turtle(tmp_path, text))
    assert len(entities) == 3 and len(links) == 1
    assert loaded.skipped["things of class http://example.org/id/K"] == 1


def test_loading_twice_gives_the_same() -> None:
    for path in FILES:
        one, two = (load_rdf(path, read_time="2025-01-01T00:00:00Z") for _ in range(2))
        assert list(one.statements) == list(two.statements) and one.source == two.source and one.skipped == two.skipped


# --- mutated files --------------------------------------------------------------------------------------------------

PIECES = [
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\x00", b"\xff", b"\xe9", b"\\ud800", b"\\u0000", b" a ", b";",
    b".", b"<", b">", b"<<", b">>", b"_:a", b"()", b"^^", b"@en", b"&amp;", b"&x;", b"<!ENTITY x 'y'>", b"2023-13-45",
    b"0000", b"\xf0\x9f\x92\xa9", b"a" * 3_000, b"#", b"\\", b"true", b"1e999", b"ml:Link", b"org:Membership",
    b"http://schema.org/", b"https://w3id.org/multilateral/id/country/BJ", b"@prefix", b"@base <x> .",
]  # fmt: skip
OWN = """ex:a a ml:NGO ; skos:prefLabel "A"@en ; ml:validFrom "2012"^^xsd:gYear ; skos:notation "Q1"^^ml:Wikidata ;
  <http://www.w3.org/2008/05/skos-xl#prefLabel> [ <http://www.w3.org/2008/05/skos-xl#literalForm> "A"@en ;
  ml:nameKind "preferred" ; ml:validTo "2013-02"^^xsd:gYearMonth ] ; ml:funds ex:c .
ex:c a ml:Country ; skos:prefLabel "Benin"@en ; ml:evidence [ ml:document ex:d ; ml:locator "1" ; ml:score 0.5 ] .
ex:l a ml:Link ; ml:source ex:a ; ml:relation ml:funds ; ml:target ex:c ; ml:amount 5.5 ; ml:currency "USD" ;
  ml:share 50 ; ml:discussedIn [ ml:document ex:d ] ; ml:evidence [ ml:document ex:d ; ml:locator "2" ] .
"""


def mutate(data: bytes, rng: random.Random, words: list[bytes]) -> bytes:
    """Return a file with one to three small damages: bytes put in, taken out or repeated, or terms exchanged."""
    for _ in range(rng.randint(1, 3)):
        at, length = rng.randrange(len(data) + 1), rng.choice((0, 0, 1, 1, 5, 40))
        if rng.random() < 0.5:
            old, new = rng.choice(words), rng.choice([*words, *PIECES])
            data = data.replace(old, new, rng.choice((1, -1)))
        else:
            piece = rng.choice((b"", rng.choice(PIECES), data[at : at + rng.randint(1, 60)]))
            data = data[:at] + piece + data[at + length :]
    return data


def test_mutated_files_are_read_or_refused_with_a_sentence(tmp_path_factory: pytest.TempPathFactory) -> None:
    where = tmp_path_factory.mktemp("mutated")
    originals = [(path.name, path.read_bytes()) for path in FILES] + [("own.ttl", (PREFIXES + OWN).encode())]
    words = {name: sorted({w for w in data.split() if len(w) < 60}) for name, data in originals}
    read_whole: Counter[bool] = Counter()

    @settings(max_examples=1_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**48))
    def run(seed: int) -> None:
        rng = random.Random(seed)
        name, data = rng.choice(originals)
        file = where / name
        file.write_bytes(mutate(data, rng, words[name]))
        try:
            loaded = load_rdf(file, skip_bad=bool(seed % 2))
            iris: Counter[str] = Counter()
            for statement in loaded.statements:
                iris[statement.iri] += 1
                for _ in quads(statement, loaded.source.id):
                    pass
            assert max(iris.values()) == 1
            read_whole[True] += 1
        except MultilateralError as error:
            sentence(error, file)
            read_whole[False] += 1
        for kind in KINDS.values():
            assert kind.likeness(file) in (0, 1, 2, 3)

    run()
    assert min(read_whole[True], read_whole[False]) > 100  # both ways are tried


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_a_file_cut_anywhere_is_read_or_refused(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    file = tmp_path / path.name
    for cut in range(0, len(data), 37):
        file.write_bytes(data[:cut])
        try:
            list(load_rdf(file).statements)
        except UnreadableSource as error:
            sentence(error, file)


@pytest.mark.parametrize("name", ["utf-9", "utf-32", "gb18030", "é"])
def test_xml_that_declares_another_encoding(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.rdf"
    head = f"<?xml version='1.0' encoding='{name}'?>"
    path.write_text(f"{head}<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"x\.rdf"):
        list(load_rdf(path).statements)
