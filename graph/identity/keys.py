"""What the rules need to know of every thing, by source, in one small database beside the projections.

``projections/identity.sqlite`` holds for each source, by the checksum of its file: its things with their names and
identifiers, the countries that it says they are of, the activities and countries in which its links name them
(*settings*), and the keys by which one thing is found under another IRI. A load fills it while its records pass by
(:class:`Watch`), so that no source is read twice; where it is missing or stale it is made again from the sources.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from zlib import crc32

from ...ontology.errors import DamagedSource, StorageFailed
from ...ontology.model import ID, Entity, Identifier, Link, Loaded, Statement
from ...ontology.vocabulary import vocabulary
from ..decisions import Decision
from ..kept import FORMAT
from ..store import Store
from .words import acronym_like, name_key, shipped_words

#: The place of the authority file that ships with the package, where no source of the store is one.
LENT = "authority file"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS source (id TEXT PRIMARY KEY, sum TEXT, loader TEXT);
CREATE TABLE IF NOT EXISTS thing (source TEXT, iri TEXT, said TEXT);
CREATE TABLE IF NOT EXISTS home (source TEXT, iri TEXT, country TEXT);
CREATE TABLE IF NOT EXISTS setting (source TEXT, iri TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS key (key TEXT, iri TEXT, source TEXT);
CREATE TABLE IF NOT EXISTS pending (iri TEXT PRIMARY KEY);
"""
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS thing_iri ON thing (iri)",
    "CREATE INDEX IF NOT EXISTS home_iri ON home (iri)",
    "CREATE INDEX IF NOT EXISTS setting_iri ON setting (iri)",
    "CREATE INDEX IF NOT EXISTS key_key ON key (key)",
    "CREATE INDEX IF NOT EXISTS key_iri ON key (iri)",
)
_TABLES = ("thing", "home", "setting", "key")
_COUNTRY = ID + "country/"
_AT_HOME = ("locatedIn", "partOf")
#: Families of things whose names, not only identifiers, may tell that they are one.
NAMED = frozenset({"organization", "fund", "country", "platform", "agreement", "award", "topic"})
_BATCH, _MOST_SEEN = 20_000, 200_000
_encoded = json.JSONEncoder(ensure_ascii=False).encode
_PREFIX = re.compile(r"([A-Z]{2})-[A-Z0-9]")


@lru_cache(maxsize=1_000)
def family(type_: str, *, collective: bool = False) -> str:
    """Return the kind of things among which one may be another: ``organization``, ``country``, ``programme``."""
    known = vocabulary()
    kind = known.kind(type_) if type_ in known.classes and type_ in known.entity_classes() else "thing"
    return f"group of {kind}" if collective else kind


def plain_identifier(item: Identifier, kind: str) -> tuple[str, str]:
    """Return an identifier as it is compared: channel codes of the OECD are IATI identifiers with ``XM-DAC-`` before.

    >>> plain_identifier(Identifier("OECDDAC", "41119"), "organization")
    ('IATI', 'XM-DAC-41119')
    >>> plain_identifier(Identifier("Wikidata", "https://www.wikidata.org/wiki/Q42"), "person")
    ('Wikidata', 'Q42')
    """
    scheme, value = item.scheme, item.value.strip()
    if scheme in ("Wikidata", "ROR", "GRID", "DOI", "LEI"):
        value = value.rpartition("/")[2] if scheme != "DOI" else value
        return scheme, value.upper() if scheme in ("Wikidata", "LEI") else value.lower()
    if scheme in ("IATI", "OECDDAC") and re.fullmatch(r"[1-9]\d{4}", value):
        return "IATI", f"XM-DAC-{value}"
    if scheme == "COW":  # states and organizations are numbered apart
        return f"COW {kind}", value
    if scheme == "M49" and value.isdecimal():
        return scheme, value.zfill(3)
    return scheme, value.upper()


def is_acronym(text: str) -> bool:
    """Tell whether a name is an acronym or a row of acronyms, which decides nothing: ``BID``, ``CEE-ONU``, ``UN DESA``.

    >>> is_acronym("CAF"), is_acronym("SAVE THE CHILDREN"), is_acronym("UN Women"), is_acronym("Oxfam")
    (True, False, False, False)
    """
    words = text.replace("-", " ").split()
    if not text.isupper() and not (len(words) == 1 and acronym_like(text) and sum(c.isupper() for c in text) >= 2):
        return False
    return len(words) == 1 or all(len(word) <= 5 for word in words)


def name_keys(entity: Entity) -> set[str]:
    """Return the normalized names of a thing, without acronyms; with a country before it, the rest of the name too."""
    kind = family(entity.type, collective=entity.collective)
    if kind.removeprefix("group of ") not in NAMED:
        return set()
    found = set()
    words = shipped_words()
    for name in entity.names:
        if name.kind == "acronym" or is_acronym(name.text) or not (key := name_key(name.text)):
            continue
        found.add(f"name {kind} {key}")
        if kind != "organization":
            continue
        for parted in (words.led_by_country(name.text), words.without_country(name.text)):
            if parted is not None:
                found.add(f"name {kind} {name_key(parted[1])}\t{parted[0]}")
    return found


class Keys:
    """The database, opened by the one who holds the store's lock (``writable``) or by a reader."""

    def __init__(self, store: Store, *, writable: bool) -> None:
        self.store = store
        path = store.projections_path / "identity.sqlite"
        try:
            if writable:
                path.parent.mkdir(exist_ok=True)
            self.db = self._opened(path, writable=writable)
        except (sqlite3.Error, OSError) as error:
            raise StorageFailed(f"Cannot open {path}: {error}.") from error

    @staticmethod
    def _opened(path: Path, *, writable: bool) -> sqlite3.Connection:
        if not writable:
            return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        for attempt in (1, 2):
            db = sqlite3.connect(path)
            try:
                db.execute("PRAGMA synchronous = OFF")
                if db.execute("PRAGMA user_version").fetchone()[0] not in (0, FORMAT):
                    raise sqlite3.DatabaseError("made by another version")
                db.executescript(_SCHEMA + f"PRAGMA user_version = {FORMAT};")
                if db.execute("SELECT 1 FROM source").fetchone():
                    _index(db)  # else when the first records are in: to sort them once is quicker
                return db
            except sqlite3.DatabaseError:
                db.close()
                if attempt == 2:
                    raise
                path.unlink(missing_ok=True)  # it is only a projection
        raise AssertionError

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    # --- filling ---------------------------------------------------------------------------------------------

    def start(self, source_id: str) -> None:
        """Forget what is known of a source, to take it in anew; :meth:`finish` makes it last."""
        self.db.execute("DELETE FROM source WHERE id = ?", (source_id,))
        for table in _TABLES:
            self.db.execute(f"DELETE FROM {table} WHERE source = ?", (source_id,))  # noqa: S608 - our own names

    def take(self, source_id: str, statements: Iterable[Statement]) -> Iterator[Statement]:
        """Pass statements on and take in what they say."""
        things: list[tuple[str, str, str]] = []
        keys: list[tuple[str, str, str]] = []
        seen: set[tuple[str, str]] = set()
        known = vocabulary()

        def flush() -> None:
            self.db.executemany("INSERT INTO thing VALUES (?, ?, ?)", things)
            self.db.executemany("INSERT INTO key VALUES (?, ?, ?)", keys)
            homes = [(source_id, iri, at[1:]) for iri, at in seen if at[0] == "="]
            self.db.executemany("INSERT INTO home VALUES (?, ?, ?)", homes)
            settings = ((source_id, iri, at) for iri, at in seen if at[0] != "=")
            self.db.executemany("INSERT INTO setting VALUES (?, ?, ?)", settings)
            for held in (things, keys, seen):
                held.clear()

        for statement in statements:
            if isinstance(statement, Entity):
                document = statement.type in known.classes and known.is_a(statement.type, "Document")
                things.append((source_id, statement.iri, _said(statement, 1 if document else len(statement.names))))
                kind = family(statement.type, collective=statement.collective)
                ids = {plain_identifier(i, kind) for i in statement.identifiers}
                keys += [(f"id {scheme} {value}", statement.iri, source_id) for scheme, value in ids]
                keys += [(key, statement.iri, source_id) for key in name_keys(statement)]
            else:
                seen.update(_settings(statement))  # a row that stands twice in the table says nothing more
            if len(things) > _BATCH or len(seen) > _MOST_SEEN:
                flush()
            yield statement
        flush()

    def finish(self, source_id: str, checksum: str, loader: str) -> None:
        """Say that a source is taken in whole."""
        self.db.execute("INSERT OR REPLACE INTO source VALUES (?, ?, ?)", (source_id, checksum, loader))

    def bring_up(self, sums: Mapping[str, str], fresh: Mapping[str, str] | None = None) -> tuple[set[str], set[str]]:
        """Bring the database to the sources of some checksums; return those that changed, and the IRIs that went.

        ``fresh`` are the loaders of sources that were just taken in.
        """
        held = dict(self.db.execute("SELECT id, sum FROM source").fetchall())
        took = fresh or {}
        changed: set[str] = set()
        gone: set[str] = set()
        for source_id in sorted(held.keys() - sums.keys() - {LENT}):
            gone |= self._iris(source_id)
            self.start(source_id)
            changed.add(source_id)
        for source_id, checksum in sums.items():
            if held.get(source_id) == checksum and source_id not in took:
                continue
            changed.add(source_id)
            try:
                if source_id not in took:
                    gone |= self._iris(source_id)
                    self.start(source_id)
                    for _ in self.take(source_id, self.store.statements(source_id)):
                        pass
                loader = took[source_id] if source_id in took else self.store.source(source_id).loader
                self.finish(source_id, checksum, loader)
            except DamagedSource:
                self.start(source_id)  # what it says cannot be relied on; it is told where the index is built
        _index(self.db)
        return changed, gone

    def catch_up(self) -> None:
        """Bring the database to the present sources; what changed waits in ``pending`` for the rules."""
        changed, gone = self.bring_up(self.store.fingerprints())
        self.db.executemany("INSERT OR IGNORE INTO pending VALUES (?)", ((iri,) for iri in gone | self.keyed(changed)))

    def waiting(self) -> set[str]:
        """Return the IRIs on which the rules have not decided yet, and take them to be decided on now.

        Nothing is returned where the authority file is not known: without it the rules would take decisions back.
        """
        if not self.db.execute("SELECT 1 FROM source WHERE loader = 'authority'").fetchone():
            return set()
        found = {iri for (iri,) in self.db.execute("SELECT iri FROM pending")}
        self.db.execute("DELETE FROM pending")
        return found

    def keyed(self, sources: Iterable[str]) -> set[str]:
        """Return the IRIs by which some sources can tie things."""
        wanted = sorted(sources)
        marks = ",".join("?" * len(wanted))
        return {i for (i,) in self.db.execute(f"SELECT iri FROM key WHERE source IN ({marks})", wanted)}  # noqa: S608

    def lend(self, authority: Callable[[], Iterable[Loaded]]) -> tuple[set[str], set[str]]:
        """Take in the authority file of the package where none is loaded; return what :meth:`bring_up` returns.

        Its things are then known to the rules, and are no things of the store.
        """
        held = self.db.execute("SELECT sum FROM source WHERE id = ?", (LENT,)).fetchone()
        if self.db.execute("SELECT 1 FROM source WHERE loader = 'authority' AND id != ?", (LENT,)).fetchone():
            gone = self._iris(LENT) if held else set()
            self.start(LENT)
            return ({LENT} if held else set()), gone
        loads = list(authority())
        checksum = " ".join(load.source.checksum for load in loads)
        if held is not None and held[0] == checksum:
            return set(), set()
        gone = self._iris(LENT)
        self.start(LENT)
        for load in loads:
            for _ in self.take(LENT, load.statements):
                pass
        self.db.execute("INSERT OR REPLACE INTO source VALUES (?, ?, 'authority')", (LENT, checksum))
        return {LENT}, gone

    def _iris(self, source_id: str) -> set[str]:
        return {iri for (iri,) in self.db.execute("SELECT iri FROM thing WHERE source = ?", (source_id,))}


def _index(db: sqlite3.Connection) -> None:
    for create in _INDEXES:
        db.execute(create)


def _said(entity: Entity, telling: int) -> str:
    """Return what a thing is called; its first names, so many, are those by which it may be told."""
    names = [[n.text, n.lang, n.kind] for n in entity.names]
    ids = [[i.scheme, i.value] for i in entity.identifiers]
    return _encoded([entity.type, entity.collective, names[:telling], ids, entity.identifier, names[telling:]])


def _settings(link: Link) -> Iterator[tuple[str, str]]:
    """Yield where a link shows its ends: ``=`` a country as theirs, ``@`` a country, a number an activity."""
    if link.relation in _AT_HOME and link.target_iri.startswith(_COUNTRY):
        yield link.source_iri, f"={link.target_iri.removeprefix(_COUNTRY)}"
    if link.in_place is not None and link.in_place.startswith(_COUNTRY):
        where = f"@{link.in_place.removeprefix(_COUNTRY)}"
        yield link.source_iri, where
        yield link.target_iri, where
    if link.in_programme is not None:
        activity = f"{crc32(link.in_programme.encode()):08x}"
        yield link.source_iri, f"{activity}>{link.relation}"
        yield link.target_iri, f"{activity}<{link.relation}"
    else:
        yield link.source_iri, f"{crc32(link.target_iri.encode()):08x}>{link.relation}"
        yield link.target_iri, f"{crc32(link.source_iri.encode()):08x}<{link.relation}"


def _checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def country_of_identifier(scheme: str, value: str) -> str | None:
    """Return the country whose register gave an IATI identifier out: ``GB`` of ``GB-CHC-1081247``."""
    found = _PREFIX.match(value) if scheme == "IATI" else None
    return found[1] if found and not found[1].startswith("X") else None


class Watch:
    """Takes in what a load brings while it passes by.

    Use inside the store's lock: ``watch = Watch(store)``, ``store.load(watch(loads), decide=watch.decide)`` or
    ``store.forget(source_id, decide=watch.decide_without(source_id))``, then ``watch.keep()``; :meth:`close` in the
    end, whatever happened. ``authority`` gives the authority file of the package, by which the rules go where none is
    loaded.
    """

    def __init__(self, store: Store, authority: Callable[[], Iterable[Loaded]] | None = None) -> None:
        self.keys = Keys(store, writable=True)
        self._authority = authority
        self.gone: set[str] = set()
        self._loaders: dict[str, str] = {}
        self._begun: set[str] = set()

    def __call__(self, loads: Iterable[Loaded]) -> Iterator[Loaded]:
        """Yield the loads, each with its statements watched."""
        for loaded in loads:
            self._loaders[loaded.source.id] = loaded.source.loader
            yield replace(loaded, statements=self._watched(loaded.source.id, loaded.statements))

    def _watched(self, source_id: str, statements: Iterable[Statement]) -> Iterator[Statement]:
        self.gone |= self.keys._iris(source_id)
        self._begun.add(source_id)
        self.keys.start(source_id)  # only when the first statement is asked for: an unchanged source is not
        yield from self.keys.take(source_id, statements)

    def decide(self, files: Mapping[str, Path]) -> list[Decision]:
        """Return what the rules decide on what came, when its files are written and not yet in the store.

        :raises DamagedLog: If the log of decisions was changed or lost.
        """
        for source_id in self._begun - files.keys():
            self.keys.start(source_id)  # it could not be read to its end; what the store has of it is taken in again
        sums = self.keys.store.fingerprints() | {source_id: _checksum(path) for source_id, path in files.items()}
        return self._follow(sums, {source_id: self._loaders[source_id] for source_id in files})

    def decide_without(self, source_id: str) -> Callable[[], list[Decision]]:
        """Return what gives the rules' decisions when a source has gone."""
        sums = {s: checksum for s, checksum in self.keys.store.fingerprints().items() if s != source_id}
        return lambda: self._follow(sums, {})

    def _follow(self, sums: Mapping[str, str], fresh: Mapping[str, str]) -> list[Decision]:
        from .rules import follow

        standing = self.keys.store.decisions.standing()
        return follow(self.keys, standing, sums=sums, fresh=fresh, gone=self.gone, authority=self._authority)

    def keep(self) -> None:
        """Keep what was taken in: it is in the store now. A kill before this is made good by the next load."""
        self.keys.db.commit()

    def close(self) -> None:
        """Close the database; what was taken in of a load that failed is let go."""
        with contextlib.suppress(sqlite3.Error):
            self.keys.db.rollback()
        self.keys.close()
