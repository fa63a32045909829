"""What ``identity.sqlite`` holds of a source, for those who would else have to read the whole of its file again.

A load fills that database (:mod:`.identity.keys`) while its records pass by. It is asked for what belongs to the very
file of a source, by its checksum; where it is missing, stale, broken or just being written, there is no answer.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Collection, Iterator

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


def described(store: Store, sources: Collection[str]) -> dict[str, int]:
    """Return how many things each of some sources describes; nothing where one of them is not held."""
    wanted = sorted(sources)
    marks = ",".join("?" * len(wanted))
    counts = f"SELECT source, COUNT(*) FROM thing WHERE source IN ({marks}) GROUP BY source"  # noqa: S608 - marks only
    return {source_id: int(count) for source_id, count in _asked(store, wanted, counts) or ()}


def described_twice(store: Store, sources: Collection[str]) -> set[str] | None:
    """Return the IRIs of the things that several of these sources describe; ``None`` where a source is not held."""
    if len(sources) < 2:
        return set() if all(holds(store, source_id) for source_id in sources) else None
    wanted = sorted(sources)
    marks = ",".join("?" * len(wanted))
    rows = _asked(
        store,
        wanted,
        f"SELECT iri FROM thing WHERE source IN ({marks}) GROUP BY iri HAVING COUNT(*) > 1",  # noqa: S608 - marks only
    )
    return None if rows is None else {iri for (iri,) in rows}


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
    return _asked(store, [source_id], select)


def _asked(store: Store, sources: list[str], select: str) -> list[tuple[str, ...]] | None:
    """Return the rows of a question whose parameters are the sources, if all of them are held as they are now."""
    path = store.projections_path / "identity.sqlite"
    sums = store.fingerprints()
    if not path.exists():
        return None
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE, isolation_level=None)
        ) as db,
    ):
        db.execute("BEGIN")  # what follows is of one moment
        (made,) = db.execute("PRAGMA user_version").fetchone()
        held = dict(db.execute("SELECT id, sum FROM source").fetchall())
        if made == FORMAT and all(s in sums and held.get(s) == sums[s] for s in sources):
            return db.execute(select, sources).fetchall()
    return None
