"""What a service holds in our terms: in which graphs, whether its default graph is their union, its fingerprints."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pyoxigraph as ox

from ...ontology.convert import RDF, TYPE
from ...ontology.errors import BadQuery
from ...ontology.model import ID, ML, source_iri
from ...ontology.vocabulary import vocabulary
from ..store import _ID
from .errors import NotSparql, Refused, SignInRefused, StoreUnavailable
from .layout import DECISIONS, ONTOLOGY, TIES, Manifest, ties_of
from .service import Service

_RECORDED_AS = ox.NamedNode(ML + "recordedAs")
_OWN = f"{ID}source/"
_MIRROR = f"{ID}mirror/"
#: Triples of which a sum is asked for of a service that tells its edition too.
_SUMMED = 250_000
#: Things that are asked for in one query.
_IN_A_QUERY = 100
#: Raised when copies are made in another way, so that those of older versions are made again.
_FORMAT = 3
#: What stands for one triple in a checksum: 32 hexadecimal digits that depend on all of it.
MARK = (
    'MD5(CONCAT(COALESCE(STR(?s), ""), " ", STR(?p), " ", COALESCE(STR(?o), ""), " ", COALESCE(LANG(?o), ""), " ", '
    'COALESCE(STR(DATATYPE(?o)), "")))'
)
#: SPARQL cannot read hexadecimal digits as a number, but the place of a digit in a list of them is one.
_NUMBER = " + ".join(
    f'STRLEN(STRBEFORE("0123456789abcdef", SUBSTR(?m, {place}, 1))) * {16 ** (place - 1)}' for place in range(1, 8)
)


class NothingOfOurs(StoreUnavailable):
    """Raised when a service answers and holds no thing and no link in the terms of the ontology."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph that becomes a source, the default graph if ``iri`` is ``None``; ``described``, if it says what it is."""

    iri: str | None
    source_id: str
    described: bool = False

    def pattern(self) -> str:
        """Return the pattern of all its triples."""
        return "?s ?p ?o" if self.iri is None else f"GRAPH {ox.NamedNode(self.iri)} {{ ?s ?p ?o }}"

    def __str__(self) -> str:
        return "the default graph" if self.iri is None else f"the graph {self.iri}"


@dataclass(slots=True)
class Found:
    """What a service holds: ``manifest`` where `mirror push` wrote one, ``ontology`` whether that is there too.

    ``union`` tells whether the default graph is the union of the named graphs.
    """

    graphs: list[Graph] = field(default_factory=list)
    manifest: Manifest | None = None
    union: bool = True
    ontology: bool = False

    @classmethod
    def of(cls, service: Service) -> Found:
        """Ask a service what it holds.

        :raises StoreUnavailable: If it does not answer as a SPARQL service does.
        """
        manifest = Manifest.of(service)
        if manifest is not None:
            found = cls([Graph(source_iri(s), s, True) for s in manifest.sources], manifest)
            examples = {source_iri(s): source_iri(s) for s in manifest.sources}
        else:
            examples = _examples(service)
            found = cls(_named(examples))
        found.ontology = service.ask(f"ASK {{ GRAPH {ox.NamedNode(ONTOLOGY)} {{ ?s ?p ?o }} }}", whole=True)
        found.union = all(service.ask(f"ASK {{ {part} }}", whole=True) for part in _all_of(list(examples.values())))
        own = manifest is None and (not examples or not found.union)
        if own and service.ask(f"ASK {{ {_ours()} }}", whole=True):
            found.graphs.append(Graph(None, _free("default-graph", found.graphs)))
        return found

    @property
    def own_default(self) -> bool:
        """Whether the default graph holds something of its own."""
        return any(graph.iri is None for graph in self.graphs)

    def dataset(self) -> list[tuple[str, str]]:
        """Return the parameters of the protocol with which a query sees the union of all graphs."""
        if self.union or self.own_default or not self.graphs:
            return []
        graphs = [graph.iri for graph in self.graphs if graph.iri is not None] + [ONTOLOGY, TIES]
        return [(f"{kind}-graph-uri", iri) for kind in ("default", "named") for iri in graphs]


def named_graphs(service: Service) -> list[str]:
    """Return all named graphs of a service, but those that only keep what a mirror needs to be read back."""
    for pattern in ("", "?s ?p ?o"):  # the first is quick and does not give them on every service
        found = service.select(f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {pattern} }} }}", whole=True)
        iris = {row["g"].value for row in found if isinstance(row.get("g"), ox.NamedNode)}
        if iris:
            return sorted(iri for iri in iris if not iri.startswith(_MIRROR))
    return []


def _ours() -> str:
    kinds = " ".join(str(ox.NamedNode(ML + name)) for name in ("Link", "Source", *vocabulary().entity_classes()))
    return f"VALUES ?kind {{ {kinds} }} ?thing {TYPE} ?kind"


def _examples(service: Service) -> dict[str, str]:
    """Return each named graph that has something in our terms, with one thing that it types."""
    text = f"SELECT ?g (SAMPLE(?thing) AS ?one) WHERE {{ GRAPH ?g {{ {_ours()} }} }} GROUP BY ?g"
    found = {}
    for row in service.select(text, whole=True):
        graph, one = row.get("g"), row.get("one")
        if isinstance(graph, ox.NamedNode) and isinstance(one, ox.NamedNode):
            found[graph.value] = graph.value if graph.value.startswith(_OWN) else one.value
    passed = (ONTOLOGY, TIES)
    return {g: one for g, one in sorted(found.items()) if g not in passed and not g.startswith(_MIRROR)}


def _named(iris: Iterable[str]) -> list[Graph]:
    graphs: list[Graph] = []
    for iri in sorted(iris, key=lambda iri: (not _is_own(iri), iri)):
        if _is_own(iri):
            graphs.append(Graph(iri, iri.removeprefix(_OWN), True))
        else:
            graphs.append(Graph(iri, _free(_slug(iri), graphs)))
    return graphs


def _is_own(iri: str) -> bool:
    """Tell whether a graph has the IRI of a source; what stands there becomes the name of a file."""
    return iri.startswith(_OWN) and _ID.fullmatch(iri.removeprefix(_OWN)) is not None


def _slug(iri: str) -> str:
    tail = re.sub(r"[^A-Za-z0-9]+", "-", iri.partition("://")[2] or iri).strip("-").lower()
    return tail[:80] or "graph"


def _free(wanted: str, graphs: list[Graph]) -> str:
    taken = {graph.source_id for graph in graphs} | {"decisions"}
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _all_of(things: list[str]) -> Iterator[str]:
    """Yield patterns that together hold where all things have a type: of thousands none is too long."""
    for start in range(0, len(things), _IN_A_QUERY):
        part = enumerate(things[start : start + _IN_A_QUERY])
        yield " . ".join(f"{ox.NamedNode(iri)} {TYPE} ?kind{n}" for n, iri in part)


@dataclass(slots=True)
class State:
    """What a service holds at one moment: of each source its number of triples and a mark of what it says.

    A mark is empty where the service cannot work it out in time; then nothing tells whether the source has changed.
    """

    counts: dict[str, int]
    marks: dict[str, str]
    ties: dict[str, str]

    @property
    def known(self) -> bool:
        """Whether a later state can be compared with this one."""
        return all(self.marks.values())

    @property
    def fingerprint(self) -> str:
        """One word for all of it."""
        whole = json.dumps([_FORMAT, self.counts, self.marks, self.ties], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:24]


def state(service: Service, found: Found, edition: str | None = None) -> State:
    """Ask a service for the fingerprints of what it holds: its manifest, else a checksum that it works out itself.

    ``edition`` stands for the checksum of a graph that is too large for that.

    :raises NothingOfOurs: If there is nothing.
    """
    if found.manifest is not None:
        entries = {s: json.dumps(asdict(e), sort_keys=True) for s, e in found.manifest.sources.items()}
        frame = {k: v for k, v in asdict(found.manifest).items() if k != "sources"}
        return State(dict.fromkeys(entries, 0), entries, {k: str(v) for k, v in frame.items()})
    if not found.graphs:
        raise NothingOfOurs(
            service.address.url,
            "holds no thing and no link in the terms of multilateral",
            "`multilateral mirror push` puts a store there, and `sparql` asks it in its own terms",
        )
    counts = {graph.source_id: _number(service, graph.pattern()) for graph in found.graphs}
    marks: dict[str, str] = {}
    too_large = _SUMMED if edition else float("inf")
    for source_id, graph in sorted(((g.source_id, g) for g in found.graphs), key=lambda pair: counts[pair[0]]):
        mark = _mark(service, graph) if counts[source_id] < too_large else ""
        if not mark:
            too_large = counts[source_id]  # it is not asked in vain for the larger ones
        marks[source_id] = mark or edition or ""
    return State(counts, marks, _ties(service))


def _ties(service: Service) -> dict[str, str]:
    """Return under which IRIs things are recorded, all of them."""
    ties = ties_of(service)
    count = _number(service, f"GRAPH <{TIES}> {{ ?s {_RECORDED_AS} ?o }}")
    if count != len(ties):
        raise Refused(
            service.address.url,
            f"gives {len(ties):,} of the {count:,} statements of the graph {TIES}",
            "ask its administrator for a higher limit of rows",
        )
    return ties


def decision_count(service: Service) -> int:
    """Return how many decisions a mirror holds."""
    return _number(service, f"GRAPH <{DECISIONS}> {{ ?s <{RDF}value> ?v }}")


def _number(service: Service, pattern: str) -> int:
    found = _one(service, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    if not isinstance(found, ox.Literal) or not found.value.isdigit():
        raise NotSparql(service.address.url, "does not answer a query that counts with a number", "check the address")
    return int(found.value)


def _mark(service: Service, graph: Graph) -> str:
    """Return the sum of a number that stands for each triple, so that order does not matter."""
    text = f"SELECT (SUM({_NUMBER}) AS ?n) WHERE {{ {graph.pattern()} BIND({MARK} AS ?m) }}"
    try:
        found = _one(service, text)
    except SignInRefused:
        raise
    except (BadQuery, StoreUnavailable):  # too slow, or it knows no MD5; what else is wrong, the reading will tell
        return ""
    return "" if found is None else str(found.value)


def _one(service: Service, text: str) -> Any:
    return next((row.get("n") for row in service.select(text, whole=True)), None)
