"""The name index: every name, acronym and identifier of every thing, found in spite of accents, case and spelling.

SQLite alone. A text is folded (NFKD, no marks, case-folded, punctuation as spaces). First come exact keys, then
key prefixes, then all words by FTS5, then the things that share the rarest trigrams with the text, ranked by the
similarity of their trigram sets (Dice, 1945). All stages run, so that one that finds something hides none.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..ontology.errors import DamagedSource
from . import kept
from .canonical import canonical
from .projections import Built, Pinned, discard, pin, projection
from .source_lines import names as names_in_file
from .store import Store

_SCHEMA = """
CREATE TABLE name (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL,
                   lang TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL, UNIQUE (iri, key, kind, lang));
CREATE VIRTUAL TABLE words USING fts5(key, content='name', content_rowid='id',
                                      tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE grams USING fts5(padded, content='', detail=none, columnsize=0,
                                      tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE grams_counted USING fts5vocab(grams, row);
CREATE VIRTUAL TABLE gram USING fts5vocab(grams, instance);
CREATE TABLE frequency (gram TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
"""
_RAREST, _CANDIDATES = 10, 100
#: A pasted page is searched by its beginning: the words of a query, and the characters compared by trigrams.
_MOST_WORDS, _LONGEST = 30, 500
_NOISE = 0.2
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing found by a name: ``score`` is 1 for the whole name, less for a part or a likeness of it."""

    iri: str
    text: str
    lang: str
    kind: str
    type: str
    score: float


def fold(text: str) -> str:
    """Return a text as the index compares it.

    >>> fold("Côte d’Ivoire"), fold("ÉTATS-UNIS")
    ('cote d ivoire', 'etats unis')
    """
    plain = text
    if not text.isascii():
        plain = "".join([c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)])
    folded = plain.casefold()
    return _PUNCTUATION.sub(" ", folded).strip() or folded.strip()  # a name that is all signs is compared as it is


def _trigrams(key: str) -> set[str]:
    padded = f"  {key} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


class NameIndex:
    """The names of a store's present truth."""

    def __init__(self, store: Store) -> None:
        self._store = pin(store)
        self._open()
        try:
            self._db.execute("SELECT 1 FROM name LIMIT 1").fetchall()
        except sqlite3.DatabaseError:
            self._db.close()
            discard(self.built)
            self._open()

    def _open(self) -> None:
        self.built = projection(self._store, "names", lambda built, before: _build(self._store, built))
        path = (self.built.folder / "names.sqlite").resolve()
        self._db = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._db.execute("PRAGMA temp_store = MEMORY")  # whoever serves pages may write no file

    def exact(self, text: str) -> list[Hit]:
        """Return the things one of whose names, acronyms or identifiers is the text, folded."""
        rows = self._db.execute(
            "SELECT iri, text, lang, kind, type FROM name WHERE key = ? ORDER BY iri, kind, lang", (fold(text),)
        )
        return _best(_hit(row, 1.0) for row in rows)

    def find(self, text: str, limit: int = 20) -> list[Hit]:
        """Return the things whose names come nearest to the text, best first."""
        key = fold(text)
        if not key:
            return []
        hits = [*self.exact(text), *self._prefix(key), *self._words(key), *self._similar(key)]
        best = _best(hits)
        # What shares but a few trigrams with the text is noise beside a real likeness.
        least = max(_NOISE, best[0].score / 2) if best else 0.0
        return [hit for hit in best if hit.score >= least][:limit]

    def _prefix(self, key: str) -> Iterator[Hit]:
        rows = self._db.execute(
            "SELECT iri, text, lang, kind, type, key FROM name WHERE key >= ? AND key < ? ORDER BY length(key) LIMIT ?",
            (key, key + "\U0010ffff", _CANDIDATES),
        )
        for *row, found in rows:
            yield _hit(row, 0.8 + 0.19 * len(key) / max(len(found), 1))

    def _words(self, key: str) -> Iterator[Hit]:
        wanted = " AND ".join(f'"{word}"*' for word in list(dict.fromkeys(key.split()))[:_MOST_WORDS] if word.isalnum())
        if not wanted:
            return
        rows = self._db.execute(
            "SELECT iri, text, lang, kind, type, name.key FROM words JOIN name ON name.id = words.rowid "
            "WHERE words MATCH ? ORDER BY bm25(words), length(name.key) LIMIT ?",
            (wanted, _CANDIDATES),
        )
        for *row, found in rows:
            yield _hit(row, 0.6 + 0.19 * len(key) / max(len(found), len(key)))

    def _similar(self, key: str) -> Iterator[Hit]:
        grams = _trigrams(key[:_LONGEST])
        marks = ",".join("?" * len(grams))
        rare = self._db.execute(
            f"SELECT gram FROM frequency WHERE gram IN ({marks}) ORDER BY n, gram LIMIT ?",  # noqa: S608 - marks only
            (*sorted(grams), _RAREST),
        ).fetchall()
        if not rare:
            return
        marks = ",".join("?" * len(rare))
        rows = self._db.execute(
            "SELECT iri, text, lang, kind, type, name.key FROM name JOIN (SELECT doc, COUNT(*) AS shared FROM gram "  # noqa: S608
            f"WHERE term IN ({marks}) GROUP BY doc ORDER BY shared DESC, doc LIMIT ?) AS near ON near.doc = name.id",
            (*(gram for (gram,) in rare), _CANDIDATES),
        ).fetchall()
        for *row, found in rows:
            theirs = _trigrams(found)
            yield _hit(row, 0.59 * 2 * len(grams & theirs) / (len(grams) + len(theirs)))


def _hit(row: Sequence[str], score: float) -> Hit:
    iri, text, lang, kind, type_ = row
    return Hit(iri, text, lang, kind, type_, score)


def _best(hits: Iterable[Hit]) -> list[Hit]:
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.iri not in best or hit.score > best[hit.iri].score:
            best[hit.iri] = hit
    return sorted(best.values(), key=lambda h: (-h.score, len(h.text), h.text, h.iri))


def _build(store: Pinned, built: Built) -> None:
    try:
        _fill(store, built)
    except sqlite3.OperationalError as error:  # what SQLite makes of a disk that refuses
        raise OSError(str(error)) from error


def _fill(store: Pinned, built: Built) -> None:
    path = built.folder / "names.sqlite"
    tops = canonical(store)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA synchronous = OFF;" + _SCHEMA)
        for source_id in built.sums:
            try:
                db.executemany(
                    "INSERT OR IGNORE INTO name (iri, key, text, lang, kind, type) VALUES (?, ?, ?, ?, ?, ?)",
                    _names(store, source_id, tops),
                )
                db.commit()
            except DamagedSource as error:
                built.damaged[source_id] = str(error)
                db.rollback()
        # FTS5 takes rows in the order of their ids three times as fast as in that of an index, which holds them too.
        db.execute("INSERT INTO words (rowid, key) SELECT id, key FROM name NOT INDEXED ORDER BY id")
        # What differs by a letter from an identifier is another one.
        db.execute(
            "INSERT INTO grams (rowid, padded) "
            "SELECT id, '  ' || key || ' ' FROM name NOT INDEXED WHERE kind != 'identifier' ORDER BY id"
        )
        db.execute("INSERT INTO frequency SELECT term, doc FROM grams_counted")
        db.execute("CREATE INDEX name_key ON name (key)")
        db.commit()


def _names(store: Store, source_id: str, tops: dict[str, str]) -> Iterator[tuple[str, str, str, str, str, str]]:
    found = kept.names(store, source_id)
    for iri, type_, kind, text, lang in names_in_file(store, source_id) if found is None else found:
        yield tops.get(iri, iri), fold(text), text, lang, kind, type_
