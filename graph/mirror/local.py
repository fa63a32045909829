"""The truth on this side, as a stream: what each source describes, names and links, in bounded memory."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from ...ontology.model import Entity
from ..index import canonical, loader_rank
from ..projections import pin
from ..reading import merge, one_record, under_canonical
from ..rows import Row
from ..store import Store
from . import cuts, rows
from .link_rows import LinkRow, LinkRows
from .thing_rows import of_record

_FRONT = 200_000


@dataclass(frozen=True, slots=True)
class Truth:
    """What a mirror has to hold: the fingerprint of every source, of the decisions, and of how rows are made."""

    sums: dict[str, str]
    decisions: str
    form: str

    @classmethod
    def of(cls, store: Store) -> Truth:
        """Return the present truth of a store."""
        state = pin(store).state
        return cls(state.sums, state.decisions, f"{rows.FORMAT}-{state.ontology}")


@dataclass(frozen=True, slots=True)
class BlockEnd:
    """The end of a part of a source; ``own``: its statements were read here."""

    own: bool


_ENDS = (BlockEnd(False), BlockEnd(True))


class LocalGraph:
    """A store read for the mirror. ``tick`` is told how many bytes of uncompressed quads were read, about."""

    def __init__(self, store: Store, tick: Callable[[int], None] = lambda size: None) -> None:
        self.store = pin(store)
        self.truth = Truth.of(self.store)
        self._tick = tick
        self.canonical = canonical(self.store)
        self.order = sorted(self.truth.sums, key=lambda s: (loader_rank(self.store, s), s))
        self.rank = {source_id: rank for rank, source_id in enumerate(self.order)}

    def top(self, iri: str) -> str:
        """Return the canonical IRI of a thing."""
        return self.canonical.get(iri, iri)

    def statements(self, source_id: str) -> Iterator[Entity | LinkRow]:
        """Yield each entity of a source as it was loaded, and the row of each link, in the order of its file.

        :raises UnknownSource: If there is no such source.
        :raises DamagedSource: If its file cannot be read to the end.
        :raises UnknownRelation: If a link has a relation that the ontology does not define.
        """
        next(self.store.quads(source_id))  # raises where there is none, or the file is another's
        with self.store.lines(source_id) as stream:
            yield from LinkRows(source_id, self.canonical).read(stream, self._tick)

    def blocks(
        self, source_id: str, mine: Callable[[], bool], size: int = cuts.SIZE
    ) -> Iterator[Entity | LinkRow | BlockEnd]:
        """Yield the statements of a source as :meth:`statements` does, but only those of blocks that are ``mine``.

        ``mine`` is asked for each block in turn; the end of each is told, also of those that are passed over. A
        block has about ``size`` bytes.
        """
        next(self.store.quads(source_id))
        with self.store.lines(source_id) as stream:
            reader = LinkRows(source_id, self.canonical)
            for _, pieces in groupby(cuts.blocks(stream, self._tick, size), itemgetter(0)):
                if own := mine():
                    yield from reader.read(cast("IO[bytes]", cuts.Pieces(pieces)), lambda size: None)
                yield _ENDS[own]

    def shown(self, iri: str, said: Iterable[tuple[int, str]]) -> Entity:
        """Return a thing as the graph shows it, of the JSON of what its sources say, each with the source's rank."""
        by_source: dict[int, list[Entity]] = {}
        for rank, text in sorted(said):
            entity = rows.entity_of(text)
            if self.canonical:
                entity = cast("Entity", under_canonical(entity, self.canonical))
            by_source.setdefault(rank, []).append(entity)
        return merge([one_record(parts) for parts in by_source.values()]) if by_source else Entity(iri, "Entity")

    def node(self, iri: str, said: list[tuple[int, str]]) -> tuple[tuple[str, ...], Row]:
        """Return the labels and properties of a thing's node, of the JSON of what sources say, each with its rank."""
        if len(said) == 1 and (found := of_record(said[0][1], self.canonical)) is not None:
            return found
        return rows.entity_node(self.shown(iri, said))

    def size(self, sources: Iterable[str]) -> int:
        """Return about how many bytes of quads these sources hold."""
        files = self.store.files()
        return sum(_unpacked(files[s]) for s in sources)


def _unpacked(path: Path) -> int:
    """Return the uncompressed size with which a gzip file ends; modulo 4 GiB, so that of a large one is estimated."""
    size = path.stat().st_size
    if size > 150_000_000:
        return size * 19
    with path.open("rb") as stream:
        stream.seek(-4, 2)
        return int.from_bytes(stream.read(4), "little")


def names_of(entity: Entity) -> list[str]:
    """Return the IRIs of the things that a record names beside the one that it describes."""
    return [*[e.document for e in entity.evidence], *([entity.body] if entity.body else ())]


class Spool:
    """A temporary file of records by thing, sorted when they are read; it goes away with the block that opened it.

    Two processes can each fill one and then read both, each one half of the things: see :meth:`join`.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="multilateral-")
        self.path = Path(self._folder.name)
        self.db = sqlite3.connect(self.path / "spool.db", isolation_level=None, check_same_thread=False)
        # What is named stands in a file of its own: the other process reads it while records are still written here.
        self.db.execute("ATTACH ? AS naming", (str(self.path / "naming.db"),))
        self.db.executescript(
            """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000; PRAGMA temp_store = FILE;
            PRAGMA naming.synchronous = OFF; PRAGMA naming.cache_size = -16000;
            CREATE TABLE record (iri TEXT, rank INTEGER, json TEXT);
            CREATE TABLE naming.thing (source INTEGER, iri TEXT, PRIMARY KEY (source, iri)) WITHOUT ROWID;
            CREATE TEMP VIEW records AS SELECT *, NULL AS half FROM record;
            CREATE TEMP VIEW things AS SELECT *, NULL AS half FROM naming.thing;
            BEGIN;
            """
        )
        self._records: list[tuple[str, int, str | None]] = []
        self._described: set[str] = set()
        self._named: set[str] = set()
        self._half: int | None = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.db.close()
        self._folder.cleanup()

    def record(self, entity: str, rank: int, text: str | None) -> None:
        """Keep what the source of this rank says of a thing as JSON, or that it names it."""
        self._records.append((entity, rank, text))
        if len(self._records) >= 10_000:
            self._flush()

    def _flush(self) -> None:
        self.db.executemany("INSERT INTO record VALUES (?, ?, ?)", self._records)
        self._records.clear()

    def named(self, source: int, described: str | None, names: Iterable[str]) -> None:
        """Note what a statement of a source describes and names."""
        if described is not None:
            self._described.add(described)
        self._named.update(names)
        if len(self._described) + len(self._named) > _FRONT:
            self.sink(source)

    def sink(self, source: int) -> None:
        """Put what is noted of a source on disk; before that of the next is noted."""
        # Described things go in as well, under a source number of their own, so that memory stays bounded.
        put = "INSERT OR IGNORE INTO thing VALUES (?, ?)"
        self.db.executemany(put, ((-source - 1, iri) for iri in self._described))
        self.db.executemany(put, ((source, iri) for iri in self._named - self._described))
        self._described.clear()
        self._named.clear()

    def only_named(self, source: int) -> Iterator[str]:
        """Yield, once, the things that a source names and does not describe, in order."""
        self.sink(source)
        rest = """
            SELECT iri FROM things WHERE source = ? AND coalesce(half = ?, true)
            EXCEPT SELECT iri FROM things WHERE source = ? ORDER BY iri
        """
        yield from (iri for (iri,) in self.db.execute(rest, (source, self._half, -source - 1)))
        if self._half is None:
            self.db.execute("DELETE FROM naming.thing WHERE source IN (?, ?)", (source, -source - 1))

    def entities(self) -> Iterator[tuple[str, bool, list[tuple[int, str]]]]:
        """Yield every thing in the order of IRIs, whether a source names it, and what is said of it by rank.

        A rank below 0 stands for no source.
        """
        self._flush()
        ordered = "SELECT iri, rank, json FROM records WHERE coalesce(half = ?, true) ORDER BY iri, rank"
        for entity, records in groupby(self.db.execute(ordered, (self._half,)), key=itemgetter(0)):
            said = list(records)
            yield entity, said[-1][1] >= 0, [(rank, text) for _, rank, text in said if text is not None]

    # --- two processes -----------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Put all on disk, where another process finds it."""
        self._flush()
        self.db.execute("COMMIT")
        self.db.execute("BEGIN")

    def join(self, other: Path, half: int) -> None:
        """Read from here on also what the spool at another path holds, and of all only one half, 0 or 1.

        Both have to be settled: before what is named is read, and once more before the things are.
        """
        self._half = half
        self.db.execute("COMMIT")
        self.db.execute("ATTACH ? AS other", (str(other / "spool.db"),))
        self.db.execute("ATTACH ? AS other_naming", (str(other / "naming.db"),))
        self.db.executescript(
            """
            DROP VIEW records;
            DROP VIEW things;
            -- IRIs differ most in their last characters.
            CREATE TEMP VIEW records AS SELECT *, unicode(substr(iri, -1)) % 2 AS half
              FROM (SELECT * FROM main.record UNION ALL SELECT * FROM other.record);
            CREATE TEMP VIEW things AS SELECT *, unicode(substr(iri, -1)) % 2 AS half
              FROM (SELECT * FROM naming.thing UNION ALL SELECT * FROM other_naming.thing);
            BEGIN;
            """
        )

    def leave(self) -> None:
        """Let go of the other spool, which may go away after this."""
        self.db.execute("COMMIT")
        for file in ("other", "other_naming"):
            self.db.execute("DETACH ?", (file,))
        self.db.execute("BEGIN")
