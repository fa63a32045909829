"""Every export is read back by a program that is not ours and compared whole: ends, qualifiers, evidence, names."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from multilateral.graph.decisions import Decision
from multilateral.graph.export import FORMATS, export, flat
from multilateral.graph.reading import Reader
from multilateral.graph.selection import Selection
from multilateral.graph.store import Store
from multilateral.ontology.convert import QUALIFIERS
from multilateral.ontology.errors import BadParameter, StorageFailed
from multilateral.ontology.model import ID, Entity, Evidence, Link, Name, Reference
from multilateral.ontology.vocabulary import vocabulary

from .conftest import EU, HPED, NASTY, OIE, UN, Workshop, source

ALL = Selection()
COMPLETED = Selection.parse(vocabulary(), as_of="2011", relation="funds")
SELECTIONS = pytest.mark.parametrize("selection", [ALL, COMPLETED], ids=["all", "selected"])


@pytest.fixture(autouse=True)
def literals_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)  # else rdflib reads "0.10" as 0.1 and compares that


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Workshop(tmp_path_factory.mktemp("export") / "store").sample()


def chosen(reader: Reader, selection: Selection) -> dict[str, tuple[Link, str]]:
    """The links that must be in the export: for the second selection they are told by hand."""
    links = {link.iri: (link, source_id) for link, source_id in reader.links()}
    if selection is ALL:
        assert len(links) == 6 + len(NASTY)
        return links
    return {iri: links[iri] for iri in (f"{ID}link/report/full", f"{ID}link/report/parallel")}


def named(reader: Reader, selection: Selection) -> set[str]:
    if selection is ALL:
        return set(reader.entities())
    rest = "agreement/a fund/f event/meeting-2012 place/geneva topic/health document/report-2012 document/annex"
    return {EU, HPED, *(ID + word for word in rest.split())}


# --- formats of scalars --------------------------------------------------------------------------------------


def link_of(row: dict[str, Any], start: str, end: str) -> tuple[Link, str]:
    """Make a link again of the attributes that a reader found; what it lacks shows as a difference."""
    row = flat.unflatten(row, flat.LINK_LISTS)
    values: dict[str, Any] = {field: row[field] for field in QUALIFIERS if field in row}
    for field in flat.NUMBERS:
        if field in values:
            values[field] = Decimal(str(values[field]))
    columns = [row[c] for c in ("documents", "locators", "quotes", "certainties", "methods", "scores")]
    evidence = [
        Evidence(d, at, quote or None, certainty, float(score) if score else None, method)
        for d, at, quote, certainty, method, score in zip(*columns, strict=True)
    ]
    discussed = zip(row.get("discussed_in", []), row.get("discussed_locators", []), strict=True)
    references = tuple(Reference(d, at or None) for d, at in discussed)
    made = Link(row["iri"], start, row["relation"], end, tuple(evidence), discussed_in=references, **values)
    return made, row["source_id"]


def plain(link: Link) -> Link:
    """A link whose amounts have the digits that a floating-point number prints."""
    amounts = {f: Decimal(str(float(getattr(link, f)))) for f in flat.NUMBERS if getattr(link, f) is not None}
    return replace(link, **amounts)


def check_nodes(reader: Reader, selection: Selection, found: dict[str, dict[str, Any]]) -> None:
    entities = reader.entities()
    assert found.keys() == named(reader, selection)
    for iri, row in found.items():
        entity, row = entities[iri], flat.unflatten(row, flat.NODE_LISTS)
        wanted = flat.node(entity)
        wanted["short_id"] = wanted.pop("id")
        assert {key: row[key] for key in wanted} == wanted
        assert wanted["name"] == entity.name()


@SELECTIONS
@pytest.mark.parametrize("format_", ["graphml", "gexf"])
def test_networkx_reads_graphml_and_gexf(reader: Reader, tmp_path: Path, format_: str, selection: Selection) -> None:
    path = tmp_path / f"graph.{format_}"
    report = export(reader, format_, path, selection)
    graph = nx.read_graphml(path, force_multigraph=True) if format_ == "graphml" else nx.read_gexf(path)
    assert isinstance(graph, nx.MultiDiGraph)
    found = {}
    for start, end, key, row in graph.edges(keys=True, data=True):
        row = {name: flat.from_xml(value) for name, value in row.items()}
        link, source_id = link_of(row, start, end)
        found[key] = (link, source_id)
        assert key == link.iri and row["weight"] == 1.0
    assert found == {iri: (plain(link), s) for iri, (link, s) in chosen(reader, selection).items()}
    nodes = {n: {k: flat.from_xml(v) for k, v in row.items()} for n, row in graph.nodes(data=True)}
    check_nodes(reader, selection, nodes)
    assert (report.counts.things, report.counts.links) == (len(nodes), len(found))


@SELECTIONS
def test_cytoscape_is_json_whose_lists_are_lists(reader: Reader, tmp_path: Path, selection: Selection) -> None:
    path = tmp_path / "graph.cyjs"
    export(reader, "cytoscape", path, selection)
    elements = json.loads(path.read_text(encoding="utf-8"))["elements"]
    found, nodes = {}, {}
    for edge in elements["edges"]:
        data = {k: json.dumps(v) if isinstance(v, list) else v for k, v in edge["data"].items()}
        found[data["id"]] = link_of(data, data["source"], data["target"])
    for node in elements["nodes"]:
        nodes[node["data"]["id"]] = {k: json.dumps(v) if isinstance(v, list) else v for k, v in node["data"].items()}
    assert found == {iri: (plain(link), s) for iri, (link, s) in chosen(reader, selection).items()}
    check_nodes(reader, selection, nodes)
    assert len(elements["edges"]) == len(found) and len(elements["nodes"]) == len(nodes)
    # networkx' own reader of this format agrees on who is joined to whom
    other = nx.cytoscape_graph({"data": {}, "directed": True, "multigraph": True, "elements": _keyed(elements)})
    assert {(a, b, k) for a, b, k in other.edges(keys=True)} == {
        (link.source_iri, link.target_iri, iri) for iri, (link, _) in found.items()
    }


def _keyed(elements: dict[str, Any]) -> dict[str, Any]:
    nodes = [{"data": n["data"] | {"value": n["data"]["id"]}} for n in elements["nodes"]]
    return {"nodes": nodes, "edges": [{"data": e["data"] | {"key": e["data"]["id"]}} for e in elements["edges"]]}


@pytest.fixture
def long_cells() -> Iterator[None]:
    """Let csv read long cells, and leave its limit, which is one for the whole process, as it was."""
    limit = csv.field_size_limit(10_000_000)
    yield
    csv.field_size_limit(limit)


@SELECTIONS
@pytest.mark.usefixtures("long_cells")
def test_csv_is_exact(reader: Reader, tmp_path: Path, selection: Selection) -> None:
    export(reader, "csv", tmp_path / "tables", selection)
    with (tmp_path / "tables" / "links.csv").open(encoding="utf-8", newline="") as lines:
        rows = [{k: v for k, v in row.items() if v != ""} for row in csv.DictReader(lines)]
    found = {row["iri"]: link_of(row, row["from"], row["to"]) for row in rows}
    assert found == chosen(reader, selection) and len(rows) == len(found)
    entities = reader.entities()
    assert all(row["from_name"] == entities[row["from"]].name() for row in rows)
    if selection is ALL:
        amounts = {row["iri"].rpartition("/")[2]: row.get("amount") for row in rows}
        assert amounts["parallel"] == "0.10" and amounts["full"] == "1234567.89"
    with (tmp_path / "tables" / "nodes.csv").open(encoding="utf-8", newline="") as lines:
        nodes = {}
        for row in csv.DictReader(lines):
            values: dict[str, Any] = {k: v for k, v in row.items() if v != ""}
            values["short_id"] = values.pop("id")
            nodes[row["iri"]] = values | {"collective": row["collective"] == "yes"}
    check_nodes(reader, selection, nodes)
    assert sorted(p.name for p in (tmp_path / "tables").iterdir()) == ["links.csv", "nodes.csv"]


# --- RDF -----------------------------------------------------------------------------------------------------


def term(value: Any) -> Any:
    """A term of rdflib or pyoxigraph as a plain tuple."""
    if isinstance(value, rdflib.Literal):
        lang = value.language.lower() if value.language else None
        kind = str(value.datatype) if value.datatype and not lang else None
        return (str(value), lang, None if kind == str(rdflib.XSD.string) else kind)
    if isinstance(value, ox.Literal):
        kind = value.datatype.value
        hide = value.language or kind == str(rdflib.XSD.string)
        return (value.value, value.language, None if hide else kind)
    return value.value if isinstance(value, ox.NamedNode) else str(value)


def expected(reader: Reader, selection: Selection) -> set[tuple[Any, ...]]:
    """The quads of the truth; of a selection those of the selected records, told from the plain objects."""
    from multilateral.ontology import convert

    wanted = set()
    links, things = chosen(reader, selection), named(reader, selection)
    for source_id in ("names", "report"):
        described = reader.store.source(source_id)
        blocks = [convert.source_quads(described)]
        for statement in reader.store.statements(source_id):
            if statement.iri in (links if isinstance(statement, Link) else things):
                blocks.append(convert.quads(statement, source_id))
        for block in blocks:
            wanted.update(tuple(map(term, (q.subject, q.predicate, q.object, q.graph_name))) for q in block)
    return wanted


def rdflib_quads(path: Path, format_: str) -> set[tuple[Any, ...]]:
    graph = rdflib.Dataset()
    graph.parse(path, format=format_)
    return {tuple(map(term, quad)) for quad in graph.quads()}


@SELECTIONS
@pytest.mark.parametrize(("format_", "theirs"), [("nquads", "nquads"), ("jsonld", "json-ld")])
def test_rdflib_reads_the_formats_with_graphs(
    reader: Reader, tmp_path: Path, format_: str, theirs: str, selection: Selection
) -> None:
    path = tmp_path / "graph"
    report = export(reader, format_, path, selection)
    wanted = expected(reader, selection)
    assert rdflib_quads(path, theirs) == wanted
    kind = ox.RdfFormat.N_QUADS if format_ == "nquads" else ox.RdfFormat.JSON_LD
    mine = {
        tuple(map(term, (q.subject, q.predicate, q.object, q.graph_name))) for q in ox.parse(path=path, format=kind)
    }
    assert mine == wanted
    assert report.counts.links == len(chosen(reader, selection))


@SELECTIONS
def test_rdflib_reads_turtle(reader: Reader, tmp_path: Path, selection: Selection) -> None:
    path = tmp_path / "graph.ttl"
    export(reader, "turtle", path, selection)
    graph = rdflib.Graph().parse(path, format="turtle")
    found = {tuple(map(term, triple)) for triple in graph}
    pref, alt = str(rdflib.SKOS.prefLabel), str(rdflib.SKOS.altLabel)
    wanted = {t[:3] for t in expected(reader, selection)}
    # the authority speaks first: what the report calls the Union in English is another name of it
    wanted.remove((EU, pref, ("The European Union", "en", None)))
    wanted.add((EU, alt, ("The European Union", "en", None)))
    links = chosen(reader, selection)
    wanted |= {(iri, str(rdflib.DCTERMS.source), f"{ID}source/{s}") for iri, (_, s) in links.items()}
    assert found == wanted
    direct = (UN, "https://w3id.org/multilateral/ontology#offers", f"{ID}topic/nasty-0")
    assert (direct in found) is (selection is ALL)


def test_what_decisions_made_one_thing_is_one_in_every_export(workshop: Workshop, tmp_path: Path) -> None:
    twin = ID + "organization/table-77"
    workshop.sample()
    workshop.load(
        (source("table"), [Entity(twin, "NGO", (Name("L'OIE", "fr"),)), Link(f"{ID}link/table/1", twin, "funds", EU)])
    )
    with Store.writing(workshop.path) as store:
        store.decisions.append([Decision("same", twin, OIE, "tester", "2025-01-01T00:00:00Z")])
    reader = workshop.reader()
    for name, format_ in FORMATS.items():
        place = tmp_path / f"out{format_.suffix}"
        export(reader, name, place)
        text = (
            place.read_text(encoding="utf-8") if format_.suffix else (place / "links.csv").read_text(encoding="utf-8")
        )
        assert f"{ID}link/table/1" in text or "link\\/table\\/1" in text
        uses = text.count(twin) + text.count("organization\\/table-77")
        assert uses == (1 if name in ("nquads", "jsonld", "turtle") else 0), name


# --- files ---------------------------------------------------------------------------------------------------


def test_an_export_replaces_its_file_whole_or_not_at_all(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, format_ in FORMATS.items():
        place = tmp_path / name / f"graph{format_.suffix}"
        first = export(reader, name, place)
        kept = [path.read_bytes() for path in first.files]
        (tmp_path / name / "mine.txt").write_text("keep", encoding="utf-8")

        def broken(*_: object, **__: object) -> Iterable[Any]:
            yield from ()
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(Reader, "links", broken)
            patch.setattr(Store, "quads", broken)
            with pytest.raises(StorageFailed, match="No space left on device"):
                export(reader, name, place)
        assert [path.read_bytes() for path in first.files] == kept
        export(reader, name, place)
        assert [path.read_bytes() for path in first.files] == kept  # the same graph gives the same bytes
        there = {p.name for p in place.parent.rglob("*") if p.is_file()}
        assert there == {"mine.txt", *(path.name for path in first.files)}


def test_wrong_places_and_formats_are_named(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match=r"no export format 'excel'; use one of turtle, .*csv"):
        export(reader, "excel", tmp_path / "x")
    with pytest.raises(BadParameter, match="is a folder"):
        export(reader, "gexf", tmp_path)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(BadParameter, match="is a file"):
        export(reader, "csv", tmp_path / "file")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_an_empty_selection_of_links_gives_files_that_can_be_read(reader: Reader, tmp_path: Path) -> None:
    nothing = Selection.parse(vocabulary(), as_of="1801")
    for name, format_ in FORMATS.items():
        counts = export(reader, name, tmp_path / f"none{format_.suffix}", nothing).counts
        assert (counts.things, counts.links) == (0, 0) and counts.undated > 0
    assert rdflib_quads(tmp_path / "none.nq", "nquads") == rdflib_quads(tmp_path / "none.jsonld", "json-ld") == set()
    assert nx.read_graphml(tmp_path / "none.graphml").order() == nx.read_gexf(tmp_path / "none.gexf").order() == 0
    assert json.loads((tmp_path / "none.cyjs").read_text(encoding="utf-8"))["elements"] == {"edges": [], "nodes": []}


@pytest.mark.parametrize("text", [*NASTY, "\\u0041", "\\\\u0041", "\x0c\\u", "\ud800"])
def test_texts_come_back_from_xml(text: str) -> None:
    assert flat.from_xml(flat.for_xml(text)) == text


def test_the_five_documents_survive_every_format(tmp_path: Path) -> None:
    from multilateral.loaders.five_documents import five_documents

    with Store.writing(tmp_path / "store") as store:
        store.load(five_documents())
    reader = Reader(tmp_path / "store")
    links = {link.iri: (plain(link), s) for link, s in reader.links()}
    export(reader, "graphml", tmp_path / "five.graphml")
    graph = nx.read_graphml(tmp_path / "five.graphml", force_multigraph=True)
    found = {
        key: link_of({n: flat.from_xml(v) for n, v in row.items()}, start, end)
        for start, end, key, row in graph.edges(keys=True, data=True)
    }
    assert found == links and len(found) > 1000
    export(reader, "nquads", tmp_path / "five.nq")
    again = ox.Store()
    again.bulk_load(path=str(tmp_path / "five.nq"), format=ox.RdfFormat.N_QUADS)
    whole = ox.Store.read_only(str(reader.index.whole))
    graphs = {str(g) for g in whole.named_graphs() if g.value.startswith(f"{ID}source/")}
    assert {str(q) for q in again} == {str(q) for q in whole if str(q.graph_name) in graphs}
