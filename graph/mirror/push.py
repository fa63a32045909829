"""``mirror push``: sends to Neo4j what the store holds and the mirror does not, and takes away what it no longer holds.

The mirror keeps the fingerprint of every source that is wholly there. A push looks at those first, and at nothing else
if all are the same. A source that differs is marked as being written; its rows are compared by checksum with what is
there, and only rows that differ go over. At the end, when the server has everything, the source is marked as done with
its new fingerprint. So a push that was cut off anywhere leaves a mark, and the next one compares and finishes.

A thing's node is made of the records of all sources that speak of it. Those of sources that did not change are read
from the mirror, which holds them whole, and not from this side.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from ..store import Store
from . import rows
from .apart import Apart, possible
from .check import mirror_node
from .connection import Server
from .local import LocalGraph, Spool, Truth
from .making import Counts, Found, Maker
from .remote import Known, Manifest
from .sending import Sender, one

Progress = Callable[[str, int, int], None]
#: Bytes of quads, unpacked, from which on the rows of a first load are made by a process of its own.
APART = 8_000_000

_M = rows.MARK
CONSTRAINTS = (
    f"CREATE CONSTRAINT multilateral_iri IF NOT EXISTS FOR (n:{_M}) REQUIRE n.iri IS UNIQUE",
    f"CREATE CONSTRAINT multilateral_key IF NOT EXISTS FOR (n:{_M}) REQUIRE n.key IS UNIQUE",
)
#: For those who ask: a thing is looked up by `(:Entity {iri: …})`.
INDEX = "CREATE INDEX multilateral_entity_iri IF NOT EXISTS FOR (n:Entity) ON (n.iri)"

_UNLINK = (
    "UNWIND $rows AS row MATCH ()-[old]->() WHERE elementId(old) = row.old AND old.source = row.source "
    "AND old.iri = row.iri DELETE old"
)


@dataclass(slots=True)
class PushReport:
    """What one push sent and took away. ``sources`` are those that differed; ``kept`` nodes had foreign links."""

    sources: int = 0
    entities: int = 0
    links: int = 0
    records: int = 0
    removed_entities: int = 0
    removed_links: int = 0
    removed_records: int = 0
    forgotten: int = 0
    kept: int = 0
    decisions: int = 0

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to do."""
        return self == PushReport()

    def __str__(self) -> str:
        if self.unchanged:
            return "The mirror holds the same already; nothing was sent."
        things, links, records = f"{self.entities:,} things", f"{self.links:,} links", f"{self.records:,} records"
        gone = self.removed_links + self.removed_entities + self.removed_records
        text = f"Sent {things}, {links} and {records} of {self.sources} sources"
        text += f", {self.decisions:,} decisions" if self.decisions else ""
        if gone or self.forgotten:
            text += (
                f"; took away {self.removed_links:,} links, {self.removed_entities:,} things and "
                f"{self.removed_records:,} records"
            )
        text += f", forgetting {self.forgotten} sources" if self.forgotten else ""
        text += f"; left {self.kept:,} nodes on which other data hang" if self.kept else ""
        return text + "."


def push(
    store: Store,
    server: Server,
    *,
    everything: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> PushReport:
    """Make the mirror hold what the store holds, sending only what differs.

    ``everything`` compares every row, also of sources whose fingerprint says that they are there: it repairs what was
    changed in the mirror by hand. ``progress`` is told the stage, how much is done and how much there is to do.

    :raises DamagedSource: If a source cannot be read; what was sent stays, and the next push goes on.
    :raises UnknownRelation: If a link has a relation outside the ontology.
    """
    truth = Truth.of(store)
    manifest = Manifest.of(server)
    if not everything and manifest.holds(truth):
        _ensure(server)  # the importer of files makes neither constraints nor indexes
        return PushReport()
    return _Push(LocalGraph(store), server, manifest, everything, progress).run()


def _ensure(server: Server) -> None:
    for text in (*CONSTRAINTS, INDEX):
        server.schema(text)


class _Push:
    def __init__(
        self, local: LocalGraph, server: Server, manifest: Manifest, everything: bool, progress: Progress
    ) -> None:
        self.local, self.server, self.manifest = local, server, manifest
        self.progress = progress
        self.report = PushReport()
        truth = local.truth
        self.everything = everything
        whole = everything or not manifest.same_frame(truth)
        self.changed = [s for s in local.order if whole or manifest.sums.get(s) != truth.sums[s]]
        self.forgotten = [s for s in manifest.states if s not in truth.sums]
        self.whole = set(self.changed) >= set(truth.sums)
        self.labels = ":".join(rows.class_labels())
        self.size = local.size(self.changed)
        self.claim: str | None = None

    def run(self) -> PushReport:
        if self.manifest.fresh and self.size >= APART and possible():
            with Apart(self.local, self.changed) as made:  # it begins while the server is made ready
                self._begin()
                self._first_load(made)
        else:
            self._begin()
            self._compared()
        self._decisions()
        self._end()
        self.server.schema(INDEX)
        self.report.sources, self.report.forgotten = len(self.changed), len(self.forgotten)
        return self.report

    def _begin(self) -> None:
        for text in CONSTRAINTS:
            self.server.schema(text)
        writing = [{"id": s, "key": rows.source_key(s)} for s in (*self.changed, *self.forgotten)]
        mark = (
            f"UNWIND $rows AS row MERGE (s:{_M} {{key: row.key}}) SET s:Source, s.id = row.id, s.state = 'writing' "
            "REMOVE s.fingerprint"
        )
        claim = uuid.uuid4().hex
        made = "ON CREATE SET m.claim = $claim" if self.manifest.fresh else ""
        frame = (  # another push that may be at work loses its claim
            f"MERGE (m:{_M} {{key: 'mirror'}}) {made} SET m:Mirror, m.form = $form, "
            "m.claim = CASE m.claim WHEN $claim THEN $claim END"
        )
        if not self.manifest.same_frame(self.local.truth):
            frame += " REMOVE m.decisions"  # until the end, so that a push cut off compares everything again
        one(self.server, [(frame, {"form": self.local.truth.form, "claim": claim}), (mark, {"rows": writing})])
        if self.manifest.fresh:
            there = self.server.rows(f"MATCH (m:{_M} {{key: 'mirror'}}) RETURN m.claim AS claim")
            self.claim = claim if there == [{"claim": claim}] else None

    # --- what goes over --------------------------------------------------------------------------------------

    def _first_load(self, made: Apart) -> None:
        """Send everything into an empty mirror; the rows are made by another process."""
        with Sender(self.server, self.claim) as sender:
            for batch in made:
                self._tell(made.read, made.things)
                sender.put(batch)
            self._count(made.counts)

    def _compared(self) -> None:
        """Send what the mirror does not hold and take away what it should not."""
        with Spool() as spool:
            known = Known(spool.db, whole=self.everything)
            if not self.manifest.fresh:
                self.progress("Looking at the mirror", 0, 0)
                known.read(self.server, [*self.changed, *self.forgotten])
            read = things = 0

            def tick(size: int) -> None:
                nonlocal read
                read += size
                self._tell(read, 0)

            def tick_things(count: int) -> None:
                nonlocal things
                things += count
                self._tell(read, things)

            with Sender(self.server, self.claim) as sender:
                maker = Maker(LocalGraph(self.local.store, tick), spool, known, sender)
                for source_id in self.changed:
                    maker.statements(source_id)
            self._take_links(known)
            for iri in known.things_left():
                spool.record(iri, -1, None)
            with Sender(self.server) as sender:
                maker.sink = sender
                maker.things(self._look, tick_things)
            self._count(maker.counts)
            self._take_nodes(known)

    def _tell(self, read: int, things: int) -> None:
        if things:
            self.progress("Sending things", things, 0)
        else:
            self.progress("Sending", min(read, self.size), self.size)

    def _count(self, made: Counts) -> None:
        self.report.links, self.report.records, self.report.entities = made.links, made.records, made.entities

    def _take_links(self, known: Known) -> None:
        with Sender(self.server) as sender:
            for source_id, iri, old in known.links_left():
                sender.send(_UNLINK, {"old": old, "source": source_id, "iri": iri})
                self.report.removed_links += 1

    def _look(self, iris: list[str]) -> Found:
        """Return what the mirror has of things of which a changed source speaks, or spoke."""
        there = {} if self.manifest.fresh else self._checksums(iris)
        return there, {} if self.whole else self._elsewhere(iris)

    def _checksums(self, iris: list[str]) -> dict[str, str]:
        """Return the checksum of every thing that has a node with one; ``""`` where it is not what the node says."""
        find = f"UNWIND $iris AS iri MATCH (n:{_M} {{iri: iri}}) "
        if self.everything:
            found = self.server.rows(f"{find} RETURN iri, labels(n) AS marks, properties(n) AS row", iris=iris)
            return {r["iri"]: rows.found_checksum(r["row"], rows.our_labels(r["marks"])) for r in found}
        text = f"{find} WHERE n.row_checksum IS NOT NULL RETURN iri, n.row_checksum AS checksum"
        return {r["iri"]: r["checksum"] for r in self.server.rows(text, iris=iris)}

    def _elsewhere(self, iris: list[str]) -> dict[str, list[tuple[int, str]]]:
        """Return what the sources that did not change say of things, as the mirror holds it."""
        text = (
            f"UNWIND $iris AS iri MATCH (n:{_M} {{iri: iri}})-[:{rows.TIE}]->(r:Record) WHERE NOT r.source IN $gone "
            "RETURN iri, r.source AS source, r.json AS json"
        )
        found: dict[str, list[tuple[int, str]]] = {}
        for row in self.server.rows(text, iris=iris, gone=[*self.changed, *self.forgotten]):
            said = found.setdefault(row["iri"], [])
            if row["json"] is not None and row["source"] in self.local.rank:
                said.append((self.local.rank[row["source"]], row["json"]))
        return found

    def _take_nodes(self, known: Known) -> None:
        """Take away records that are no longer said, then the things of which no record is left."""
        untie = (
            f"UNWIND $rows AS row MATCH (r:{_M} {{key: row.key}}) OPTIONAL MATCH ()-[t:{rows.TIE}]->(r) DELETE t "
            "SET r.gone = true REMOVE r.row_checksum"
        )
        with Sender(self.server) as sender:
            for key in known.records_left():
                sender.send(untie, {"key": key})
                self.report.removed_records += 1
        if self.manifest.fresh:
            return
        self._sweep(f"MATCH (n:{_M}:Record) WHERE n.gone", f"{_M}:Record")
        orphan = f"MATCH (n:{_M}) WHERE n.iri IS NOT NULL AND NOT EXISTS {{ (n)-[:{rows.TIE}]->(:{_M}) }}"
        self.report.removed_entities += self._sweep(orphan, f"{_M}:{self.labels}")

    def _sweep(self, match: str, labels: str) -> int:
        """Delete nodes of ours. One on which somebody else hung something stays for them, bare of what was ours."""
        total = 0
        delete = f"{match} AND NOT EXISTS {{ (n)--() }} WITH n LIMIT 10000 DELETE n RETURN count(*) AS n"
        while gone := int(self.server.run(delete)[0]["n"]):
            total += gone
        leave = (
            f"{match} SET n = {{iri: coalesce(n.iri, n.key), name: n.name, left_by: 'multilateral'}} "
            f"REMOVE n:{labels} RETURN count(*) AS n"
        )
        kept = int(self.server.run(leave)[0]["n"])
        self.report.kept += kept
        return total + kept

    # --- decisions, and the end --------------------------------------------------------------------------------

    def _decisions(self) -> None:
        truth = self.local.truth
        if self.manifest.decisions == truth.decisions and not self.everything:
            return
        nodes = [rows.decision_node(n, d) for n, d in enumerate(self.local.store.decisions, 1)]
        with Sender(self.server) as sender:
            for node in nodes:
                sender.send(f"UNWIND $rows AS row MERGE (d:{_M} {{key: row.key}}) SET d = row, d:Decision", node)
        self.server.run(f"MATCH (d:{_M}:Decision) WHERE d.number > $last DETACH DELETE d", last=len(nodes))
        self.report.decisions = len(nodes)

    def _end(self) -> None:
        truth = self.local.truth
        done = [rows.source_node(self.local.store.source(s), truth.sums[s]) for s in self.changed]
        one(
            self.server,
            [
                (f"UNWIND $rows AS row MERGE (s:{_M} {{key: row.key}}) SET s = row, s:Source", {"rows": done}),
                (f"MATCH (s:{_M}:Source) WHERE s.id IN $ids DETACH DELETE s", {"ids": self.forgotten}),
                # All that was noted on the way goes from the mirror's node.
                (f"MERGE (m:{_M} {{key: 'mirror'}}) SET m = $frame, m:Mirror", {"frame": mirror_node(truth)}),
            ],
        )
