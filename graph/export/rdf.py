"""Turtle, N-Quads and JSON-LD, streamed from the files of the sources record by record.

Things stand under their canonical IRIs; in the formats with graphs ``ml:recordedAs``, in the graph of the decisions,
says under which IRIs the sources have them. With a selection a source's graph holds its description, the blocks of the
selected links, and what it says of the things that they name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ...ontology.convert import ALT, DCTERMS, PREF, PREFIXES, SKOSXL, TYPE
from ...ontology.model import ID, ML
from ..index import DECISIONS_GRAPH, canonical, under_canonical
from ..projections import pin
from .content import Content, Counts

#: Types of the nodes that belong to the record before them.
_PARTS = (ML + "Evidence", ML + "Reference", SKOSXL + "Label")
_SOURCE = ox.NamedNode(DCTERMS + "source")
_RECORDED_AS = ox.NamedNode(ML + "recordedAs")

Block = list[ox.Quad]


def write_nquads(content: Content, path: Path) -> Counts:
    """Write N-Quads: one named graph a source, which describes itself."""
    records = _Records(content)
    with path.open("wb") as out:
        ox.serialize((quad for block in records for quad in block), out, format=ox.RdfFormat.N_QUADS)
    return records.counts()


def write_turtle(content: Content, path: Path) -> Counts:
    """Write Turtle: the union of all sources, with one preferred name a language.

    Turtle has no graphs: ``dcterms:source`` says which source states a link.
    """
    records = _Records(content)
    with path.open("wb") as out:
        ox.serialize(_union(content, records), out, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    return records.counts()


def _union(content: Content, records: _Records) -> Iterator[ox.Triple]:
    union = content.reader.index.db
    for block in records:
        for quad in block:
            predicate = quad.predicate
            if predicate == PREF and ox.Quad(quad.subject, PREF, quad.object) not in union:
                predicate = ALT  # a name of a source that speaks later, as in the union of the index
            yield ox.Triple(quad.subject, predicate, quad.object)
        if _kind(block) == "Link":
            yield ox.Triple(block[0].subject, _SOURCE, block[0].graph_name)  # type: ignore[arg-type]


def write_jsonld(content: Content, path: Path) -> Counts:
    """Write JSON-LD 1.1: one context, a graph a source, in it a node a record with its evidence inside."""
    context = {"@version": 1.1, "@vocab": ML} | {p: n for p, n in PREFIXES.items() if p not in ("ml", "id")}
    records = _Records(content)
    graph: Any = None
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f'{{"@context": {json.dumps(context)},\n"@graph": [')
        for block in records:
            if block[0].graph_name != graph:
                out.write("\n]}," if graph else "")
                graph = block[0].graph_name
                out.write(f'\n{{"@id": {json.dumps(graph.value)}, "@graph": [')
                between = ""
            for item in _objects(block):
                out.write(f"{between}\n{json.dumps(item, ensure_ascii=False)}")
                between = ","
        out.write("\n]}\n]}\n" if graph else "]}\n")
    return records.counts()


class _Records:
    """The blocks of quads to write, source by source; counts them on the way."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._store = pin(content.reader.store)
        self._tops = canonical(self._store)
        self._seen: dict[str, set[str]] = {"things": set(), "links": set()}
        self._statements = 0

    def __iter__(self) -> Iterator[Block]:
        content = self._content
        keep: Callable[[str, str], bool] = lambda kind, iri: True  # noqa: E731 - the simple case of two
        if not content.selection.empty:
            links = {link.iri for link, _ in content.links()}
            keep = lambda kind, iri: iri in (links if kind == "Link" else content.named)  # noqa: E731
        for source_id in self._store.files():
            if source_id not in content.reader.index.damaged:
                yield from self._counted(self._source(source_id, keep))
        ties = [(top, iri) for iri, top in self._tops.items() if keep("", top)]
        for top, iri in ties:
            self._statements += 1
            yield [ox.Quad(ox.NamedNode(top), _RECORDED_AS, ox.NamedNode(iri), DECISIONS_GRAPH)]

    def _source(self, source_id: str, keep: Callable[[str, str], bool]) -> Iterator[Block]:
        blocks = _blocks(under_canonical(self._store.quads(source_id), self._tops))
        description: Block | None = next(blocks, None)
        if self._content.selection.empty and description:
            yield description
            description = None
        for block in blocks:
            if keep(_kind(block), _value(block[0].subject)):
                if description:
                    yield description
                    description = None
                yield block

    def _counted(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            self._statements += len(block)
            kind = _kind(block)
            if kind != "Source":
                self._seen["links" if kind == "Link" else "things"].add(_value(block[0].subject))
            yield block

    def counts(self) -> Counts:
        """Return what has been written."""
        left_out = self._content.counts(0)
        things, links = len(self._seen["things"]), len(self._seen["links"])
        return Counts(things, links, self._statements, left_out.undated, left_out.open)


def _blocks(quads: Iterable[ox.Quad]) -> Iterator[Block]:
    """Group quads in record order into records, each with its direct triple."""
    block: Block = []
    for quad in quads:
        if quad.predicate == TYPE and _value(quad.object) not in _PARTS and block:
            yield block
            block = []
        block.append(quad)
    if block:
        yield block


def _kind(block: Block) -> str:
    return _value(block[0].object).removeprefix(ML)


def _value(term: Any) -> str:
    return str(term.value)


# --- JSON-LD -------------------------------------------------------------------------------------------------


def _objects(block: Block) -> Iterator[dict[str, Any]]:
    """Yield the node objects of a record: itself, with its parts inside, and the subject of its direct triple."""
    rows: dict[str, list[tuple[str, Any]]] = {}
    for quad in block:
        rows.setdefault(_value(quad.subject), []).append((_value(quad.predicate), quad.object))
    inside = {_value(o) for said in rows.values() for p, o in said if p.removeprefix(ML) in _INSIDE} & rows.keys()
    for subject in rows:
        if subject not in inside:
            yield _object(subject, rows)


_INSIDE = ("evidence", "discussedIn", SKOSXL + "prefLabel", SKOSXL + "altLabel")


def _object(subject: str, rows: dict[str, list[tuple[str, Any]]]) -> dict[str, Any]:
    item: dict[str, Any] = {"@id": subject}
    for predicate, term in rows[subject]:
        if predicate == TYPE.value:
            item.setdefault("@type", []).append(_compact(_value(term)))
        elif predicate.removeprefix(ML) in _INSIDE and _value(term) in rows:
            item.setdefault(_compact(predicate), []).append(_object(_value(term), rows))
        else:
            item.setdefault(_compact(predicate), []).append(_term(term))
    return {key: said[0] if isinstance(said, list) and len(said) == 1 else said for key, said in item.items()}


def _term(term: Any) -> Any:
    if isinstance(term, ox.NamedNode):
        return {"@id": term.value}
    if term.language:
        return {"@language": term.language, "@value": term.value}
    kind = term.datatype.value
    return term.value if kind == PREFIXES["xsd"] + "string" else {"@type": _compact(kind), "@value": term.value}


def _compact(iri: str) -> str:
    if iri.startswith(ML):
        return iri.removeprefix(ML)
    for prefix, namespace in PREFIXES.items():
        if namespace != ID and iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
