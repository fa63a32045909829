"""What the mirror holds already: which sources are done, and the checksums of the rows of those that are not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import rows
from .connection import Server
from .local import Truth

_M = rows.MARK


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the mirror says of itself: the state and fingerprint of each source, and of all that is not a source's."""

    states: dict[str, str]
    sums: dict[str, str]
    decisions: str | None
    form: str | None
    #: Whether there is no node of ours at all, so that nothing has to be compared.
    fresh: bool

    @classmethod
    def of(cls, server: Server) -> Manifest:
        """Read it."""
        found = server.rows(
            f"MATCH (n:{_M}) WHERE n:Source OR n:Mirror RETURN n.id AS id, n.state AS state, n.fingerprint AS sum, "
            "n.decisions AS decisions, n.form AS form"
        )
        sources = [r for r in found if r["id"] is not None]
        frame: dict[str, Any] = next((r for r in found if r["id"] is None), {})
        return cls(
            {r["id"]: r["state"] for r in sources},
            {r["id"]: r["sum"] for r in sources if r["state"] == "done"},
            frame.get("decisions"),
            frame.get("form"),
            not found and not server.rows(f"MATCH (n:{_M}) RETURN count(n) AS n")[0]["n"],
        )

    def same_frame(self, truth: Truth) -> bool:
        """Return whether the rows of all sources stand on the same decisions and are made in the same way."""
        return self.decisions == truth.decisions and self.form == truth.form

    def holds(self, truth: Truth) -> bool:
        """Return whether everything is there."""
        return self.same_frame(truth) and self.sums == truth.sums and self.states.keys() == truth.sums.keys()


_LINKS = (
    f"MATCH (:{_M})-[r]->(:{_M}) WHERE r.source IN $sources AND r.iri IS NOT NULL "
    "RETURN r.source, r.iri, elementId(r), r.row_checksum"
)
_RECORDS = f"MATCH (r:{_M}:Record) WHERE r.source IN $sources RETURN r.key, elementId(r), r.row_checksum, r.entity"
_WHOLE_LINKS = (
    f"MATCH (a:{_M})-[r]->(b:{_M}) WHERE r.source IS NOT NULL AND r.iri IS NOT NULL "
    "RETURN type(r), a.iri, b.iri, elementId(r), properties(r)"
)
_WHOLE_RECORDS = (
    f"MATCH (r:{_M}:Record) WHERE r.key IS NOT NULL "
    f"RETURN labels(r), elementId(r), properties(r), [(n:{_M})-[:{rows.TIE}]->(r) | n.iri]"
)


class Known:
    """The checksums of rows that the mirror holds, in a temporary table; those not asked for are what must go.

    ``whole``: every row is read and its checksum worked out, instead of trusting the one that stands beside it.
    """

    def __init__(self, db: sqlite3.Connection, *, whole: bool = False) -> None:
        self._db = db
        self._whole = whole
        self._any = False
        db.execute(
            "CREATE TABLE known (key TEXT PRIMARY KEY, old TEXT, sum TEXT, entity TEXT, seen INTEGER) WITHOUT ROWID"
        )
        db.execute("CREATE TABLE surplus (key TEXT, old TEXT)")

    def read(self, server: Server, sources: list[str]) -> None:
        """Fetch the rows of sources; where everything is compared, those of any source."""

        def fill(tx: Any) -> None:
            self._db.execute("DELETE FROM known")
            self._db.execute("DELETE FROM surplus")
            for source_id, iri, old, checksum in self._links(tx) if self._whole else tx.run(_LINKS, sources=sources):
                self._put(_key(source_id, iri), old, checksum, None)
            for key, old, checksum, entity in self._records(tx) if self._whole else tx.run(_RECORDS, sources=sources):
                self._put(key, old, checksum, entity)

        server.read(fill)
        self._any = self._db.execute("SELECT 1 FROM known LIMIT 1").fetchone() is not None

    def _links(self, tx: Any) -> Iterator[tuple[str, str, str, str]]:
        for kind, start, end, old, row in tx.run(_WHOLE_LINKS):
            yield row["source"], row["iri"], old, rows.found_checksum(row, [kind, start, end])

    def _records(self, tx: Any) -> Iterator[tuple[str, str, str, str | None]]:
        for marks, old, row, tied in tx.run(_WHOLE_RECORDS):
            right = tied == [row.get("entity")]
            yield row["key"], old, rows.found_checksum(row, rows.our_labels(marks)) if right else "", row.get("entity")

    def _put(self, key: str, old: str, checksum: str | None, entity: str | None) -> None:
        put = self._db.execute("INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, 0)", (key, old, checksum or "", entity))
        if put.rowcount == 0:  # a second relationship with the IRI of the first: somebody doubled it
            self._db.execute("INSERT INTO surplus VALUES (?, ?)", (key, old))

    def _see(self, key: str) -> tuple[str, str] | None:
        if not self._any:
            return None
        found = self._db.execute("UPDATE known SET seen = 1 WHERE key = ? RETURNING old, sum", (key,)).fetchone()
        return (found[0], found[1]) if found else None

    def link(self, source_id: str, iri: str) -> tuple[str, str] | None:
        """Return the id and the checksum of a link that the mirror holds, and note that it is asked for."""
        return self._see(_key(source_id, iri))

    def record(self, key: str) -> str | None:
        """Return the checksum of a record that the mirror holds, and note that it is asked for."""
        found = self._see(key)
        return found[1] if found else None

    def links_left(self) -> Iterator[tuple[str, str, str]]:
        """Yield the source, IRI and id of every link that was not asked for, and of every one there twice."""
        left = "SELECT key, old FROM known WHERE NOT seen AND key >= 'link:' AND key < 'link;'"
        for query in (left, "SELECT key, old FROM surplus"):
            for key, old in self._db.execute(query):
                source_id, _, iri = key.removeprefix("link:").partition("|")
                yield source_id, iri, old

    def records_left(self) -> Iterator[str]:
        """Yield the key of every record that was not asked for."""
        left = "SELECT key FROM known WHERE NOT seen AND key >= 'record:' AND key < 'record;'"
        yield from (key for (key,) in self._db.execute(left))

    def things_left(self) -> Iterator[str]:
        """Yield the things of the records that were not asked for."""
        for (entity,) in self._db.execute("SELECT DISTINCT entity FROM known WHERE NOT seen AND entity IS NOT NULL"):
            yield entity


def _key(source_id: str, iri: str) -> str:
    return f"link:{source_id}|{iri}"
