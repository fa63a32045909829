"""Makes the rows that a push sends: of every record and link of a source, and then of every thing they speak of.

Where they go is not its business: into the connection, or out of a process of its own (:mod:`.apart`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from ...ontology.model import Entity
from ..rows import Row
from . import rows
from .link_rows import LinkRow
from .local import LocalGraph, Spool, names_of
from .remote import Known
from .sending import BATCH, Sink

#: What a process of its own does that makes rows.
ROWS = "makes the rows of the mirror"
T = TypeVar("T")
#: What the mirror has of some things: the checksums of their nodes, and what sources that are not compared say of them.
Found = tuple[dict[str, str], dict[str, list[tuple[int, str]]]]

_M = rows.MARK
_LINK = (
    f"UNWIND $rows AS row MERGE (a:{_M} {{iri: row.a}}) MERGE (b:{_M} {{iri: row.b}}) "
    "MERGE (a)-[r:%s {iri: row.p.iri, source: row.p.source}]->(b) SET r = row.p"
)
#: The same for a link that is certainly not there.
_LINK_FIRST = (
    f"UNWIND $rows AS row MERGE (a:{_M} {{iri: row.a}}) MERGE (b:{_M} {{iri: row.b}}) "
    "CREATE (a)-[r:%s]->(b) SET r = row.p"
)
#: A link that changed goes and comes in one transaction; the old one is found by its id, and recognised by its IRI.
_LINK_AGAIN = (
    "UNWIND $rows AS row CALL { WITH row MATCH ()-[old]->() WHERE elementId(old) = row.old "
    "AND old.iri = row.p.iri AND old.source = row.p.source DELETE old } "
    f"WITH row MERGE (a:{_M} {{iri: row.a}}) MERGE (b:{_M} {{iri: row.b}}) "
    "MERGE (a)-[r:%s {iri: row.p.iri, source: row.p.source}]->(b) SET r = row.p"
)
_RECORD = (
    f"UNWIND $rows AS row MERGE (n:{_M} {{iri: row.p.entity}}) MERGE (r:{_M} {{key: row.p.key}}) "
    f"SET r = row.p, r:Record MERGE (n)-[:{rows.TIE}]->(r)"
)
_RECORD_FIRST = (
    f"UNWIND $rows AS row MERGE (n:{_M} {{iri: row.p.entity}}) "
    f"CREATE (r:{_M}:Record) SET r = row.p CREATE (n)-[:{rows.TIE}]->(r)"
)
_RECORD_AGAIN = (
    f"UNWIND $rows AS row MERGE (n:{_M} {{iri: row.p.entity}}) MERGE (r:{_M} {{key: row.p.key}}) "
    "SET r = row.p, r:Record WITH n, r "
    f"CALL {{ WITH n, r MATCH (other)-[t:{rows.TIE}]->(r) DELETE t }} "
    f"MERGE (n)-[:{rows.TIE}]->(r)"
)
_ENTITY = f"UNWIND $rows AS row MERGE (n:{_M} {{iri: row.p.iri}}) SET n = row.p, n:%s"
_ENTITY_AGAIN = f"UNWIND $rows AS row MERGE (n:{_M} {{iri: row.p.iri}}) REMOVE n:%s SET n = row.p, n:%s"


@dataclass(slots=True)
class Counts:
    """How many rows were made."""

    links: int = 0
    records: int = 0
    entities: int = 0


class Maker:
    """Makes rows of a store for a sink, leaving out those that the mirror holds already."""

    def __init__(self, local: LocalGraph, spool: Spool, known: Known, sink: Sink) -> None:
        self.local, self.spool, self.known, self.sink = local, spool, known, sink
        self.counts = Counts()
        self._again = ":".join(rows.class_labels())

    def statements(self, source_id: str) -> None:
        """Make the rows of all links and records of a source."""
        rank, named = self.local.rank[source_id], self.spool.named
        for position, statement in enumerate(self.local.statements(source_id)):
            if isinstance(statement, LinkRow):
                self._link(source_id, position, statement)
                named(rank, None, statement.names)
            else:
                self._record(source_id, position, statement.iri, statement)
                named(rank, statement.iri, names_of(statement))
        for iri in self.spool.only_named(rank):
            self._record(source_id, None, iri, None)

    def _link(self, source_id: str, position: int, link: LinkRow) -> None:
        row = link.row
        old = self.known.link(source_id, link.iri)
        if old is not None and old[1] == row["row_checksum"]:
            return
        row["position"] = position
        self.counts.links += 1
        over: Row = {"a": link.start, "b": link.end, "p": row}
        if old is None:
            self.sink.send(_LINK % link.kind, over, link.size, first=_LINK_FIRST % link.kind)
        else:
            self.sink.send(_LINK_AGAIN % link.kind, {**over, "old": old[0]}, link.size)

    def _record(self, source_id: str, position: int | None, iri: str, said: Entity | None) -> None:
        row = rows.record_node(source_id, iri, self.local.top(iri), said)
        self.spool.record(row["entity"], self.local.rank[source_id], row.get("json"))
        old = self.known.record(row["key"])
        if old == row["row_checksum"]:
            return
        if position is not None:
            row["position"] = position
        self.counts.records += 1
        size = len(row.get("json", ""))
        if old is None:
            self.sink.send(_RECORD, {"p": row}, size, first=_RECORD_FIRST)
        else:
            self.sink.send(_RECORD_AGAIN, {"p": row}, size)

    def things(self, look: Callable[[list[str]], Found], tick: Callable[[int], None]) -> None:
        """Make the nodes of all things that were named; ``look`` finds what the mirror has of some."""
        for batch in _batches(self.spool.entities(), BATCH):
            there, elsewhere = look([iri for iri, _, _ in batch])
            for iri, named, said in batch:
                if named or iri in elsewhere:
                    self._thing(iri, [*said, *elsewhere.get(iri, ())], there.get(iri))
            tick(len(batch))

    def _thing(self, iri: str, said: list[tuple[int, str]], there: str | None) -> None:
        marks, row = self.local.node(iri, said)
        if there == row["row_checksum"]:
            return
        self.counts.entities += 1
        label = ":".join(marks)
        statement = _ENTITY % label if there is None else _ENTITY_AGAIN % (self._again, label)
        self.sink.send(statement, {"p": row}, sum(len(text) for _, text in said))


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
