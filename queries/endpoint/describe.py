"""What the endpoint says of itself (SPARQL 1.1 Service Description) and of its data (VoID), with counted figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pyoxigraph as ox

from ...ontology.convert import DCTERMS, PREFIXES
from .formats import GRAPH, negotiate
from .process import Edition

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_TOTALS = ("triples", "entities", "classes", "properties", "distinctSubjects", "distinctObjects")
_WRITTEN = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_SHOWN = {k: v for k, v in PREFIXES.items() if k in ("dcterms", "foaf", "ml")} | {"sd": SD, "void": VOID}


def written(triples: Iterator[ox.Triple], accept: str | None) -> tuple[str, str, bytes] | None:
    """Return media type, format and text of triples, or ``None`` where no format is acceptable."""
    choice = negotiate(accept if accept and accept.strip() else "*/*", GRAPH)
    if choice is None:
        return None
    text = ox.serialize(triples, format=_WRITTEN[choice[1]], prefixes=_SHOWN)
    return *choice, text or b""


def service(endpoint: str, edition: Edition) -> Iterator[ox.Triple]:
    """Yield the service description of an endpoint."""
    me = ox.NamedNode(f"{endpoint}#service")
    yield ox.Triple(me, _TYPE, _sd("Service"))
    yield ox.Triple(me, _sd("endpoint"), ox.NamedNode(endpoint))
    yield ox.Triple(me, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    yield ox.Triple(me, _sd("defaultEntailmentRegime"), ox.NamedNode("http://www.w3.org/ns/entailment/Simple"))
    for name in _RESULTS:
        yield ox.Triple(me, _sd("resultFormat"), ox.NamedNode(_FORMATS + name))
    data = ox.NamedNode(f"{endpoint}#dataset")
    default = ox.NamedNode(f"{endpoint}#default-graph")
    yield ox.Triple(me, _sd("defaultDataset"), data)
    yield ox.Triple(data, _TYPE, _sd("Dataset"))
    yield ox.Triple(data, _sd("defaultGraph"), default)
    yield ox.Triple(default, _TYPE, _sd("Graph"))
    yield ox.Triple(default, _TYPE, _void("Dataset"))
    yield from _totals(default, edition.counts)
    for number, (graph, triples) in enumerate(edition.counts.get("byGraph", ()), 1):
        named = ox.NamedNode(f"{endpoint}#graph-{number}")
        content = ox.NamedNode(f"{endpoint}#content-{number}")
        yield ox.Triple(data, _sd("namedGraph"), named)
        yield ox.Triple(named, _TYPE, _sd("NamedGraph"))
        yield ox.Triple(named, _sd("name"), ox.NamedNode(graph))
        yield ox.Triple(named, _sd("graph"), content)
        yield ox.Triple(content, _TYPE, _sd("Graph"))
        yield ox.Triple(content, _void("triples"), _number(triples))


def dataset(root: str, edition: Edition) -> Iterator[ox.Triple]:
    """Yield the VoID description of the data: totals, and parts by class, by property and by source."""
    about = ox.NamedNode(f"{root}/.well-known/void")
    me = ox.NamedNode(f"{root}/.well-known/void#dataset")
    yield ox.Triple(about, _TYPE, _void("DatasetDescription"))
    yield ox.Triple(about, ox.NamedNode("http://xmlns.com/foaf/0.1/topic"), me)
    yield ox.Triple(me, _TYPE, _void("Dataset"))
    yield ox.Triple(me, ox.NamedNode(DCTERMS + "title"), ox.Literal("International cooperation", language="en"))
    yield ox.Triple(me, _void("sparqlEndpoint"), ox.NamedNode(f"{root}/sparql"))
    yield ox.Triple(me, _void("vocabulary"), ox.NamedNode(PREFIXES["ml"]))
    yield ox.Triple(me, _void("uriSpace"), ox.Literal(PREFIXES["id"]))
    yield from _totals(me, edition.counts)
    for number, (name, entities) in enumerate(edition.counts.get("byClass", ()), 1):
        part = ox.NamedNode(f"{me.value}-class-{number}")
        yield ox.Triple(me, _void("classPartition"), part)
        yield ox.Triple(part, _void("class"), ox.NamedNode(name))
        yield ox.Triple(part, _void("entities"), _number(entities))
    for number, (name, triples) in enumerate(edition.counts.get("byProperty", ()), 1):
        part = ox.NamedNode(f"{me.value}-property-{number}")
        yield ox.Triple(me, _void("propertyPartition"), part)
        yield ox.Triple(part, _void("property"), ox.NamedNode(name))
        yield ox.Triple(part, _void("triples"), _number(triples))
    said = edition.counts.get("about", {})
    for name, triples in edition.counts.get("byGraph", ()):
        part = ox.NamedNode(name)
        yield ox.Triple(me, _void("subset"), part)
        yield ox.Triple(part, _TYPE, _void("Dataset"))
        yield ox.Triple(part, _void("triples"), _number(triples))
        for predicate, value in sorted(said.get(name, {}).items()):
            yield ox.Triple(part, ox.NamedNode(predicate), ox.Literal(value))


def _totals(me: ox.NamedNode, counts: dict[str, Any]) -> Iterator[ox.Triple]:
    for name in _TOTALS:
        if name in counts:
            yield ox.Triple(me, _void(name), _number(counts[name]))


def _number(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=_INTEGER)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(VOID + name)
