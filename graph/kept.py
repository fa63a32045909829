"""What ``identity.sqlite`` holds of a source, for those who would else have to read the whole of its file again.

A load fills that database (:mod:`.identity.keys`) while its records pass by. It is asked for what belongs to the very
file of a source, by its checksum; where it is missing, stale, broken or just being written, there is no answer.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator

from .store import Store

#: Raised whenever the database is made in another way.
FORMAT = 2
#: Seconds that a writer is waited for: to read the source itself takes no longer.
_PATIENCE = 0.5


def holds(store: Store, source_id: str) -> bool:
    """Tell whether a source is held: then its file was written here, or has been read to its end without a fault."""
    return _rows(store, source_id, "SELECT id FROM source WHERE id = ?") is not None


def things(store: Store, source_id: str) -> list[str] | None:
    """Return the IRIs of the things that a source describes, in its order."""
    rows = _rows(store, source_id, "SELECT iri FROM thing WHERE source = ? ORDER BY rowid")
    return None if rows is None else [iri for (iri,) in rows]


def names(store: Store, source_id: str) -> Iterator[tuple[str, str, str, str, str]] | None:
    """Return every name and identifier in a source as :func:`.source_lines.names` does."""
    rows = _rows(store, source_id, "SELECT iri, said FROM thing WHERE source = ? ORDER BY rowid")
    return None if rows is None else _named(rows)


def _named(rows: list[tuple[str, ...]]) -> Iterator[tuple[str, str, str, str, str]]:
    for iri, said in rows:
        class_, _, first, identifiers, identifier, more = json.loads(said)
        for text, lang, kind in (*first, *more):
            yield iri, class_, kind, text, lang.lower()  # as it stands in RDF
        if identifier is not None:
            yield iri, class_, "identifier", identifier, ""
        for _, value in identifiers:
            yield iri, class_, "identifier", value, ""


def _rows(store: Store, source_id: str, select: str) -> list[tuple[str, ...]] | None:
    path = store.projections_path / "identity.sqlite"
    checksum = store.fingerprints().get(source_id)
    if checksum is None or not path.exists():
        return None
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE, isolation_level=None)
        ) as db,
    ):
        db.execute("BEGIN")  # what follows is of one moment
        (made,) = db.execute("PRAGMA user_version").fetchone()
        held = db.execute("SELECT sum FROM source WHERE id = ?", (source_id,)).fetchone()
        if made == FORMAT and held is not None and held[0] == checksum:
            return db.execute(select, (source_id,)).fetchall()
    return None
