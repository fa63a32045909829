"""``mirror pull``: reads the truth back out of a Neo4j into a store, sources and decisions, quad for quad.

A link is read from its relationship, a thing from the record of each source, so that direct triples, names and all the
rest follow as they did at first. A source that the store holds already in the same form is left as it is.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...ontology.errors import MultilateralError
from ...ontology.model import Entity, Link, Loaded, Source
from ..decisions import Decision
from ..store import LoadReport, Store
from . import rows
from .connection import Server

_M = rows.MARK
Progress = Callable[[str, int, int], None]


class IncompleteMirror(MultilateralError):
    """Raised when there is nothing to pull, or a push into it was cut off."""


class DecisionsDiffer(MultilateralError):
    """Raised when the decisions of store and mirror contradict each other, so that neither continues the other."""


@dataclass(slots=True)
class PullReport:
    """What came of each source, and how many decisions."""

    sources: list[LoadReport] = field(default_factory=list)
    decisions: int = 0

    @property
    def unchanged(self) -> bool:
        """Whether the store had everything already."""
        return not self.decisions and all(r.outcome == "unchanged" for r in self.sources)

    def __str__(self) -> str:
        new = [r for r in self.sources if r.outcome != "unchanged"]
        if self.unchanged:
            return "The store holds the same already; nothing was changed."
        entities, links = sum(r.entities for r in new), sum(r.links for r in new)
        text = f"Pulled {entities:,} descriptions of things and {links:,} links of {len(new)} sources"
        return text + (f", {self.decisions:,} decisions." if self.decisions else ".")


def pull(path: str | Path, server: Server, *, progress: Progress = lambda stage, done, total: None) -> PullReport:
    """Load what the mirror holds into the store at ``path``, which is made where there is none; all of it or nothing.

    Sources of the store that the mirror does not hold stay.

    :raises IncompleteMirror: If there is no mirror, or a push into it was cut off.
    :raises DecisionsDiffer: If the store has decisions that the mirror contradicts.
    :raises StoreLocked: If another process is writing to the store.
    """
    found = server.rows(f"MATCH (s:{_M}:Source) RETURN properties(s) AS row ORDER BY s.id")
    whole = server.rows(f"MATCH (m:{_M}:Mirror) WHERE m.decisions IS NOT NULL RETURN m.form AS form")
    if not found and not whole:
        raise IncompleteMirror(f"There is no mirror at {server.address.url}; `multilateral mirror push` makes one.")
    half = [r["row"]["id"] for r in found if r["row"].get("state") != "done"]
    if half or not whole:
        raise IncompleteMirror(
            f"A push to {server.address.url} was cut off ({', '.join(half) or 'the decisions'}); push again to finish "
            "it, then pull."
        )
    decisions = [
        rows.decision_of(r["row"])
        for r in server.rows(f"MATCH (d:{_M}:Decision) RETURN properties(d) AS row ORDER BY d.number")
    ]
    with Store.writing(path) as store:
        there = store.fingerprints()
        new = continued(list(store.decisions), decisions, store)
        wanted = [r["row"] for r in found if there.get(r["row"]["id"]) != r["row"]["fingerprint"]]
        loads = (_loaded(server, rows.source_of(row), progress) for row in wanted)
        report = PullReport(store.load(loads))
        if new:
            report.decisions = store.decisions.append(new)
    return report


def continued(here: list[Decision], there: list[Decision], store: Store) -> list[Decision]:
    """Return the decisions that the store lacks.

    :raises DecisionsDiffer: If those of the mirror do not go on where those of the store end.
    """
    for number, (a, b) in enumerate(zip(here, there, strict=False), 1):
        if a != b:
            raise DecisionsDiffer(
                f"Decision {number} of {store.path} and of the mirror differ; pull into a new store and decide there "
                "which to keep."
            )
    return there[len(here) :]


def _loaded(server: Server, source: Source, progress: Progress) -> Loaded:
    return Loaded(source, _statements(server, source.id, progress))


def _statements(server: Server, source_id: str, progress: Progress) -> Iterator[Entity | Link]:
    """Yield the statements of a source in the order in which it was loaded; what came later stands at its place.

    They are put in order on this side, on disk, because a server has less room to sort than we have.
    """
    with tempfile.TemporaryDirectory(prefix="multilateral-") as folder:
        db = sqlite3.connect(Path(folder) / "pulled.db", isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.execute("CREATE TABLE statement (position INTEGER, iri TEXT, link INTEGER, json TEXT)")

            def fill(tx: Any) -> int:
                db.execute("DELETE FROM statement")
                db.execute("BEGIN")
                db.executemany("INSERT INTO statement VALUES (?, ?, ?, ?)", _told(tx, source_id, progress))
                db.execute("COMMIT")
                return 0

            server.read(fill)
            for is_link, text in db.execute("SELECT link, json FROM statement ORDER BY position, iri"):
                yield rows.link_from_json(text) if is_link else rows.entity_of(text)
        finally:
            db.close()


def _told(tx: Any, source_id: str, progress: Progress) -> Iterator[tuple[int, str, int, str]]:
    records = f"MATCH (r:{_M}:Record {{source: $source}}) WHERE r.described RETURN r.position, r.thing, r.json"
    links = f"MATCH (a:{_M})-[r]->(b:{_M}) WHERE r.source = $source RETURN a.iri, b.iri, properties(r)"
    number = 0
    for position, iri, text in tx.run(records, source=source_id):
        yield position or 0, iri, 0, text
        number += 1
        if number % 1000 == 0:
            progress(f"Pulling {source_id}", number, 0)
    for start, end, row in tx.run(links, source=source_id):
        if "iri" in row:
            yield row.get("position") or 0, row["iri"], 1, rows.link_json(rows.link_of(row, start, end))
            number += 1
            if number % 1000 == 0:
                progress(f"Pulling {source_id}", number, 0)
