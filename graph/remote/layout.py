"""Which graphs a service holds for a store, and how they are made from it.

===================================== ==================================================================================
graph                                 holds
===================================== ==================================================================================
``id/source/<id>``                    a source with every thing under its canonical IRI: what answers are made from
``id/mirror/as-loaded/<id>``          of that source the triples that stand otherwise in the graph above, as lines of
                                      N-Triples: those in which decisions put another IRI, and numbers of which a
                                      service may not keep the digits
``ontology``                          the ontology; its blank nodes have IRIs here
``id/source/decisions``               ``ml:recordedAs``: under which other IRIs canonical things are recorded
``id/mirror/decisions``               the log of decisions, a line a node
``id/mirror/manifest``                what stands here whole: a fingerprint a source, of the decisions and the ontology
===================================== ==================================================================================

What is kept only to read a store back is text in literals, so that nobody who asks the union of all graphs meets it.
Graphs that the manifest does not name are somebody else's and are neither read nor changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib import resources
from typing import Any, NamedTuple, cast

import pyoxigraph as ox

from ...ontology.convert import RDF
from ...ontology.model import ID, ML, source_iri
from ..decisions import Decision
from ..index import DECISIONS_GRAPH, ONTOLOGY_GRAPH, canonical
from ..mirror.ledger import Ledger
from ..projections import pin
from ..store import Store
from .service import Service
from .terms import key, line_of, normal, plain

#: Raised when graphs are made in another way, so that those of older versions are sent again.
FORMAT = 1
MANIFEST = f"{ID}mirror/manifest"
DECISIONS = f"{ID}mirror/decisions"
TIES = DECISIONS_GRAPH.value
ONTOLOGY = ONTOLOGY_GRAPH.value
_VALUE = ox.NamedNode(RDF + "value")
_RECORDED_AS = ox.NamedNode(ML + "recordedAs")
_NODE = f"{ML.rstrip('#')}/node/"
#: Of a manifest: what it has beside the sources.
FRAME = ("decisions", "ties", "ontology")


def as_loaded(source_id: str) -> str:
    """Return the graph of what stands otherwise in the graph of a source, as it was loaded."""
    return f"{ID}mirror/as-loaded/{source_id}"


@dataclass(slots=True)
class Entry:
    """What the manifest says of a source: the sum of its file, and once it is wholly there the sums of what it says.

    ``sent`` is of both its graphs as they have to stand there, by what they say; ``loaded`` of the source as it was
    loaded, letter by letter. Neither depends on the order of lines. ``kept`` says that there is a graph ``as-loaded``.
    """

    sum: str
    sent: str = ""
    loaded: str = ""
    kept: bool = False

    @property
    def done(self) -> bool:
        """Whether all of it is there."""
        return bool(self.sent)


@dataclass(slots=True)
class Manifest:
    """What a service holds. ``decisions``, ``ties`` and ``ontology`` are sums, empty where a push was cut off."""

    sources: dict[str, Entry] = field(default_factory=dict)
    decisions: str = ""
    ties: str = ""
    ontology: str = ""
    format: int = FORMAT

    @classmethod
    def of(cls, service: Service) -> Manifest | None:
        """Read the manifest of a service; ``None`` where there is none."""
        text = f"SELECT ?s ?v WHERE {{ GRAPH <{MANIFEST}> {{ ?s <{_VALUE.value}> ?v }} }}"
        rows = {r["s"].value: r["v"].value for r in service.select(text, whole=True)}
        if MANIFEST not in rows:
            return None
        try:
            found = cls(**json.loads(rows.pop(MANIFEST)))
            found.sources = {k.removeprefix(f"{MANIFEST}/"): Entry(**json.loads(v)) for k, v in sorted(rows.items())}
        except (ValueError, TypeError):
            return None  # of another version: everything is sent again
        return found if found.format == FORMAT else None

    @property
    def half(self) -> list[str]:
        """What a push that was cut off left half done."""
        return [s for s, e in self.sources.items() if not e.done] + [n for n in FRAME if not getattr(self, n)]

    def lines(self) -> Iterator[bytes]:
        """Yield the graph of the manifest as N-Triples."""
        frame = {k: v for k, v in asdict(self).items() if k != "sources"}
        yield _line(MANIFEST, json.dumps(frame, sort_keys=True))
        for source_id, entry in sorted(self.sources.items()):
            yield _line(f"{MANIFEST}/{source_id}", json.dumps(asdict(entry), sort_keys=True))


def _line(subject: str, value: str) -> bytes:
    return line_of(ox.Triple(ox.NamedNode(subject), _VALUE, ox.Literal(value)))


class Triple(NamedTuple):
    """A line of a source as it is shown and as it was loaded; the line that keeps the latter, where they differ."""

    shown: bytes
    loaded: bytes
    kept: bytes | None


class Mover:
    """Puts the things in lines of N-Triples under their canonical IRIs."""

    def __init__(self, tops: dict[str, str]) -> None:
        self._moved = {f"<{iri}>".encode(): f"<{top}>".encode() for iri, top in tops.items()}
        self._touched = {*self._moved, *self._moved.values()}

    def __call__(self, line: bytes) -> tuple[bytes, bool]:
        """Return a line as it is shown, and whether decisions touch it."""
        if not self._moved:
            return line, False
        subject, predicate, thing = line.removesuffix(b" .\n").split(b" ", 2)
        if subject not in self._touched and thing not in self._touched:
            return line, False
        get = self._moved.get
        return b" ".join((get(subject, subject), predicate, get(thing, thing))) + b" .\n", True


class Local:
    """A store as a service has to hold it."""

    def __init__(self, store: Store) -> None:
        self.store = pin(store)
        self.sums = self.store.state.sums
        self.tops = canonical(self.store)
        self._move = Mover(self.tops)

    @property
    def frame(self) -> dict[str, str]:
        """The sums of decisions, ties and ontology."""
        ties = hashlib.sha256(json.dumps(sorted(self.tops.items())).encode()).hexdigest()
        return {"decisions": self.store.state.decisions, "ties": ties, "ontology": self.store.state.ontology}

    def source(self, source_id: str) -> Iterator[Triple]:
        """Yield each triple of a source.

        :raises DamagedSource: If its file cannot be read.
        """
        graph = as_loaded(source_id)
        for line in loaded_lines(self.store, source_id):
            shown, touched = self._move(line)
            if not touched and plain(line) == line:
                yield Triple(shown, line, None)
                continue
            mark = hashlib.blake2b(line, digest_size=12).hexdigest()
            yield Triple(shown, line, _line(f"{graph}/{mark}", line.decode("utf-8", "surrogatepass")))

    def shown(self, source_id: str) -> Iterator[bytes]:
        """Yield the graph of a source as N-Triples."""
        return (triple.shown for triple in self.source(source_id))

    def kept(self, source_id: str) -> Iterator[bytes]:
        """Yield the graph of what stands otherwise there, as N-Triples."""
        return (triple.kept for triple in self.source(source_id) if triple.kept is not None)

    def entry(self, source_id: str) -> Entry:
        """Return what the manifest has to say of a source."""
        kept = False
        with Ledger() as sent, Ledger() as loaded:
            for triple in self.source(source_id):
                note(sent, triple.shown)
                note(loaded, triple.loaded, exact=True)
                if triple.kept is not None:
                    kept = True
                    note(sent, triple.kept)
            return Entry(self.sums[source_id], sent.digest(), loaded.digest(), kept)

    def ontology(self) -> Iterator[bytes]:
        """Yield the ontology as N-Triples, blank nodes with IRIs in the order of the file."""
        text = resources.files("multilateral.ontology").joinpath("cooperation.ttl").read_bytes()
        names: dict[str, ox.NamedNode] = {}

        def named(term: Any) -> Any:
            if not isinstance(term, ox.BlankNode):
                return term
            return names.setdefault(term.value, ox.NamedNode(f"{_NODE}{len(names) + 1}"))

        for triple in ox.parse(text, format=ox.RdfFormat.TURTLE):
            yield line_of(ox.Triple(named(triple.subject), triple.predicate, named(triple.object)))

    def ties(self) -> Iterator[bytes]:
        """Yield under which IRIs canonical things are recorded, as N-Triples."""
        for iri, top in self.tops.items():
            yield line_of(ox.Triple(ox.NamedNode(top), _RECORDED_AS, ox.NamedNode(iri)))

    def decisions(self) -> Iterator[bytes]:
        """Yield the log of decisions as N-Triples."""
        for number, decision in enumerate(self.store.decisions, 1):
            yield _line(f"{DECISIONS}/{number}", json.dumps(asdict(decision), sort_keys=True, ensure_ascii=False))


def loaded_lines(store: Store, source_id: str) -> Iterator[bytes]:
    """Yield the triples of a source as they were loaded, as N-Triples in the form that pyoxigraph writes.

    :raises DamagedSource: If its file cannot be read.
    """
    next(store.quads(source_id))  # raises where the file is another's
    tail = f" <{source_iri(source_id)}> .\n".encode()
    with store.lines(source_id) as lines:
        for line in lines:
            yield normal(line.removesuffix(tail) + b" .\n")


def note(ledger: Ledger, line: bytes, *, exact: bool = False) -> None:
    """Write a line of N-Triples down, by what it says or ``exact`` letter by letter."""
    mark = hashlib.blake2b(line, digest_size=16).digest() if exact else key(line)
    ledger.add(mark[:8], mark[8:])


def decisions_of(service: Service) -> list[Decision]:
    """Read the log of decisions back, in order."""
    text = f"SELECT ?s ?v WHERE {{ GRAPH <{DECISIONS}> {{ ?s <{_VALUE.value}> ?v }} }}"
    rows = service.select(text, whole=True)
    found = sorted((int(r["s"].value.rpartition("/")[2]), r["v"].value) for r in rows)
    return [Decision(**json.loads(text)) for _, text in found]


def ties_of(service: Service) -> dict[str, str]:
    """Read the canonical IRI of each IRI that has another one."""
    text = f"SELECT ?s ?o WHERE {{ GRAPH <{TIES}> {{ ?s <{_RECORDED_AS.value}> ?o }} }}"
    return {r["o"].value: r["s"].value for r in service.select(text, whole=True)}


def kept_of(triple: ox.Triple) -> bytes:
    """Return the line, as it was loaded, that a triple of a graph ``as-loaded`` keeps."""
    return str(cast("ox.Literal", triple.object).value).encode("utf-8", "surrogatepass")
