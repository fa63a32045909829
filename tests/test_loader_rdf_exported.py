"""RDF: exports that come back as the sources they hold, pieces that are not well-formed, lists, untyped things."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable
from pathlib import Path

import multilateral as ml
import pyoxigraph as ox
import pytest
from multilateral.loaders import rdf_exported, rdf_reading
from multilateral.loaders.detect import loads
from multilateral.loaders.rdf import load_rdf
from multilateral.loaders.rdf_exported import load_exported, sources_of
from multilateral.ontology.convert import read
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Link, Loaded, Source, Statement

FIXTURES = Path(__file__).parent / "fixtures"
PREFIXES = """@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix schema: <http://schema.org/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix ex: <http://example.org/id/> .
"""

Held = dict[str, tuple[Source, list[Statement]]]


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> tuple[ml.KnowledgeGraph, Held]:
    folder = tmp_path_factory.mktemp("five") / "store"
    graph = ml.open(folder)
    graph.load("five-documents")
    held: Held = {}
    for source in graph.sources():
        with gzip.open(folder / "sources" / f"{source.id}.nq.gz") as lines:
            held[source.id] = source, list(read(ox.parse(lines, format=ox.RdfFormat.N_QUADS)))
    return graph, held


def plain(statements: Iterable[Statement]) -> list[str]:
    """Return statements as texts; of things that stand once or more, names and identifiers are in no order."""
    found = []
    for s in statements:
        if isinstance(s, Entity):
            parts = sorted(map(repr, s.names)), sorted(map(repr, s.identifiers))
            rest = (s.iri, s.type, s.identifier, s.description, s.valid_from, s.valid_to, s.status, s.homepage)
            found.append(repr((*rest, s.collective, s.issued, s.language, s.body, s.evidence, parts)))
        else:
            found.append(repr(s))
    return sorted(found)


def same_sources(loads: Iterable[Loaded], held: Held) -> None:
    ids = []
    for loaded in loads:
        before, statements = held[loaded.source.id]
        ids.append(loaded.source.id)
        after = loaded.source
        assert (after.title, after.licence, after.version, after.issued, after.url, after.loader) == (
            before.title, before.licence, before.version, before.issued, before.url, before.loader,
        )  # fmt: skip
        assert plain(loaded.statements) == plain(statements)
    assert ids == list(held)


@pytest.mark.parametrize(("to", "suffix"), [("nquads", ".nq"), ("jsonld", ".jsonld")])
def test_an_export_with_graphs_gives_back_each_source_as_it_was(
    to: str, suffix: str, five: tuple[ml.KnowledgeGraph, Held], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, held = five
    file = tmp_path / f"five{suffix}"
    graph.export(to, file)
    same_sources(load_exported(file), held)
    same_sources(loads(file), held)
    monkeypatch.setattr(rdf_exported, "IN_MEMORY", 50)  # each goes to a temporary file
    same_sources(load_exported(file), held)


def test_the_order_of_the_lines_of_an_export_does_not_matter(
    five: tuple[ml.KnowledgeGraph, Held], tmp_path: Path
) -> None:
    graph, held = five
    file = tmp_path / "five.nq"
    graph.export("nquads", file)
    lines = file.read_bytes().splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    file.write_bytes(b"".join(lines))
    loaded = {one.source.id: {s.iri for s in one.statements} for one in load_exported(file)}
    assert loaded == {id_: {s.iri for s in statements} for id_, (_, statements) in held.items()}


def test_an_export_of_one_source_is_that_source_in_turtle_too(
    five: tuple[ml.KnowledgeGraph, Held], tmp_path: Path
) -> None:
    graph, _ = five
    graph.export("turtle", tmp_path / "five.ttl")
    assert sources_of(tmp_path / "five.ttl") == []  # five sources and no graphs: one source, made of all
    assert [loaded.source.id for loaded in load_exported(tmp_path / "five.ttl")] == ["rdf-five"]
    one = ml.open(tmp_path / "one")
    one.load(FIXTURES / "ror" / "both.jsonl")
    (before,) = one.sources()
    one.export("turtle", tmp_path / "one.ttl")
    (loaded,) = load_exported(tmp_path / "one.ttl")
    assert (loaded.source.id, loaded.source.loader) == (before.id, "ror") and before.id == "ror-both"
    assert loaded.skipped == {} and len(list(loaded.statements)) == len({s.iri for s in load_ror().statements})


def load_ror() -> Loaded:
    from multilateral.loaders.ror import load_ror as load

    return load(FIXTURES / "ror" / "both.jsonl")


def test_a_source_that_the_store_has_from_elsewhere_is_not_replaced_by_an_export(
    five: tuple[ml.KnowledgeGraph, Held], tmp_path: Path
) -> None:
    graph, held = five
    file = tmp_path / "five.nq"
    graph.export("nquads", file)
    origins = {id_: source.origin for id_, (source, _) in held.items()}
    with pytest.raises(UnreadableSource, match=r"five\.nq: holds the source 'apctt-gc-20', which the store has from"):
        next(load_exported(file, origins=origins))
    assert next(load_exported(file, origins=dict.fromkeys(origins, "five.nq"))).source.id == "apctt-gc-20"


def test_what_only_looks_like_an_export_is_one_source(tmp_path: Path) -> None:
    own = "https://w3id.org/multilateral/ontology#"
    a = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    me = f"<{ID}source/mine>"
    file = tmp_path / "some.nq"
    for lines in (
        [f"{me} {a} <{own}Source> {me} .", "<x:a> <x:b> <x:c> <x:another-graph> ."],
        [f"{me} {a} <{own}Source> <x:another-graph> ."],
        [f"<{ID}source/NotASlug> {a} <{own}Source> <{ID}source/NotASlug> ."],
        [f"<x:mine> {a} <{own}Source> <x:mine> ."],
    ):
        file.write_text("\n".join(lines))
        assert sources_of(file) == [] and next(load_exported(file)).source.id == "rdf-some"


# --- pieces that are not well-formed --------------------------------------------------------------------------------


def things(file: Path, *, skip_bad: bool = False) -> tuple[set[str], list[Link], dict[str, int]]:
    loaded = load_rdf(file, skip_bad=skip_bad)
    statements = list(loaded.statements)
    links = [s for s in statements if isinstance(s, Link)]
    return {s.iri.rpartition("/")[2] for s in statements[1:] if isinstance(s, Entity)}, links, loaded.skipped


@pytest.mark.parametrize(
    ("name", "bad", "count"),
    [
        ("a.ttl", b"ex:b a <not an iri> .\n", 1),
        ("a.ttl", b'ex:b skos:prefLabel "two\nlines" .\n', 1),
        ("a.ttl", b"ex:b nope:x 1 .\n", 1),
        ("a.ttl", 'ex:b skos:prefLabel "café" .\n'.encode("latin-1"), 2),
    ],
)
def test_a_piece_that_is_not_well_formed_is_told_or_skipped(name: str, bad: bytes, count: int, tmp_path: Path) -> None:
    file = tmp_path / name
    sound = PREFIXES + 'ex:a a org:Organization ; skos:prefLabel "A"@en .\n'
    more = 'ex:c a org:Organization ; skos:prefLabel "C"@en .\n'
    file.write_bytes(sound.encode() + bad + more.encode())
    with pytest.raises(UnreadableSource, match="row 5"):
        things(file)
    found, _, skipped = things(file, skip_bad=True)
    assert {"a", "c"} <= found
    assert skipped["pieces that are not well-formed RDF, the first in row 5"] == count


def test_a_file_that_was_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonld"
    item = '{"@id": "http://x/%s", "http://schema.org/name": "N", "@type": "http://schema.org/NGO"}'
    file.write_text(f"[{item % 'a'}, {item % 'b'}, {{")
    with pytest.raises(UnreadableSource, match="row 1: is not well-formed RDF"):
        things(file)
    found, _, skipped = things(file, skip_bad=True)
    assert found == {"a", "b"} and sum(skipped.values()) == 1


def test_a_context_on_the_web_is_told_and_never_skipped(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonld"
    file.write_text('{"@context": "https://example.org/context.jsonld", "@id": "http://x/a", "name": "A"}')
    for skip_bad in (False, True):
        with pytest.raises(UnreadableSource, match="context is on the web, and nothing is fetched"):
            things(file, skip_bad=skip_bad)


def test_the_context_of_schema_org_is_known_wherever_a_chunk_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pages.jsonld"
    page = '{"@context": ["http://schema.org"], "@type": "NGO", "@id": "http://x/%d", "name": "N"}'
    file.write_text(f"[{', '.join(page % n for n in range(200))}]")
    for chunk in (7, 64, 1_000, 1 << 20):
        monkeypatch.setattr(rdf_reading, "_CHUNK", chunk)
        assert len(things(file)[0]) == 200


# --- lists and things without a class -------------------------------------------------------------------------------


def test_the_members_of_a_list_are_linked_one_by_one(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    named = "".join(f'ex:{n} a org:Organization ; skos:prefLabel "{n}"@en .\n' for n in "abc")
    file.write_text(f"{PREFIXES}{named}ex:a schema:member ( ex:b ex:c ) . ex:b schema:member () .")
    found, links, skipped = things(file)
    assert found == {"a", "b", "c"} and skipped == {}
    assert [(x.source_iri[-1], x.relation, x.target_iri[-1]) for x in links] == [
        ("b", "memberOf", "a"), ("c", "memberOf", "a"),
    ]  # fmt: skip


def test_what_has_no_class_is_classed_by_what_is_said_of_it(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(
        f"""{PREFIXES}
        [] a org:Membership ; org:member ex:a ; org:organization ex:b .
        ex:a a foaf:Agent ; foaf:name "A" . ex:b skos:prefLabel "B"@en .
        ex:d a foaf:Document ; dcterms:title "D" ; dcterms:creator [ foaf:mbox <mailto:x@example.org> ] .""",
    )
    loaded = load_rdf(file)
    statements = list(loaded.statements)[1:]
    entities = {s.iri[-1]: s for s in statements if isinstance(s, Entity)}
    assert {n: (e.type, e.evidence[0].certainty) for n, e in entities.items()} == {
        "a": ("Organization", "implied"), "b": ("Organization", "implied"), "d": ("Document", "explicit"),
    }  # fmt: skip
    assert [(x.source_iri[-1], x.relation, x.target_iri[-1]) for x in statements if isinstance(x, Link)] == [
        ("a", "memberOf", "b")
    ]
    assert loaded.skipped["blank nodes without a name"] == 1
