"""What the loaders of registries and open data share: one source, its document, its links, what it leaves out."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Evidence, Identifier, Link, Loaded, Name, Source, Statement
from .cells import is_iri, short, slug
from .reading import checksum
from .registry_values import (
    Wrong,
    amount,
    currency,
    date,
    kind_of,
    language,
    listing,
    mapping,
    scalar,
    text,
    web,
    year,
)

#: The readers of single values stand in a module of their own and are had from here.
__all__ = [
    "Names",
    "Registry",
    "Wrong",
    "amount",
    "currency",
    "date",
    "identifiers",
    "iri",
    "kind_of",
    "language",
    "listing",
    "mapping",
    "scalar",
    "text",
    "web",
    "year",
]

# What text of one encoding that was read in another looks like; it is told of and kept as it is.
_MOJIBAKE = re.compile("[\x80-\x9f\ufffd]|Ã[\xa0-\xbf]|â€|Ð[\xa0-\xbf]")
_LONGEST_SLUG = 100
# A key that stands in an IRI as it is.
_PLAIN_KEY = re.compile("[A-Za-z0-9_./-]*").fullmatch


class Registry:
    """One load of one file: makes its entities and links, and keeps count of what is left out.

    ``source`` describes the load; ``document`` is the IRI of the file as a document, which all evidence names.
    """

    def __init__(
        self,
        path: Path,
        kind: str,
        title: str,
        *,
        source_id: str | None,
        read_time: str | None,
        skip_bad: bool,
        licence: str | None = None,
        url: str | None = None,
        issued: str | None = None,
    ) -> None:
        self.path, self.kind, self.skip_bad = path, kind, skip_bad
        self.skipped: dict[str, int] = {}
        self._declared: set[str] = set()
        self._fresh: list[str] = []  # declared since a statement was last yielded
        made = slug(source_id or _stem(path, kind))
        if not made or (source_id and source_id != made):
            raise UnreadableSource(
                f"the source id {source_id or path.name!r} is not in small letters, digits and hyphens",
                path=path,
                advice=f"write {made!r}" if made else "give one, for instance my-source",
            )
        self.source = Source(
            id=made,
            title=f"{title} ({path.name})",
            loader=kind,
            checksum=checksum(path),
            origin=path.name,
            loaded=read_time or datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            licence=licence,
            url=url,
            issued=issued,
        )
        self.document = f"{ID}document/{made}"
        self._link = f"{ID}link/{made}/"

    def loaded(self, statements: Callable[[], Iterator[Statement]]) -> Loaded:
        """Return the source with the file as a document, then what ``statements`` gives.

        ``statements`` makes all that a record becomes before it yields the first of it.
        """

        def stream() -> Iterator[Statement]:
            yield Entity(self.document, "Document", (Name(self.source.title, "en"),), identifier=self.path.name)
            for statement in statements():
                self._fresh.clear()
                if isinstance(statement, Entity):
                    for line in (statement.description or "", *(name.text for name in statement.names)):
                        if not line.isascii() and _MOJIBAKE.search(line):
                            self.left_out("signs of a wrong encoding in a text, which was kept as it is")
                yield statement

        return Loaded(self.source, stream(), self.skipped)

    def left_out(self, reason: str, count: int = 1) -> None:
        """Count something that is in the file and becomes nothing."""
        self.skipped[reason] = self.skipped.get(reason, 0) + count

    def wrong(self, error: Wrong, *, row: int | None = None, place: str | None = None) -> None:
        """Count a record that cannot be used if bad records are to be skipped; what it declared is forgotten.

        :raises UnreadableSource: Otherwise.
        """
        if not self.skip_bad:
            plain = " ".join(place.encode("utf-8", "replace").decode().split()) if place else ""
            where = f"{short(plain)}: " if plain else ""
            raise UnreadableSource(where + error.problem, path=self.path, row=row, advice=error.advice)
        self._declared.difference_update(self._fresh)
        self._fresh.clear()
        self.left_out("bad records")

    def bad(self, error: UnreadableSource) -> None:
        """Count a piece of the file that could not be read; for readers that go on after one."""
        self.left_out("bad records")

    @property
    def skip(self) -> Callable[[UnreadableSource], None] | None:
        """What readers of files do with a piece that cannot be read: raise, or count it and go on."""
        return self.bad if self.skip_bad else None

    def new(self, iri: str) -> bool:
        """Say whether an IRI is met for the first time in this load."""
        if iri in self._declared:
            return False
        self._declared.add(iri)
        self._fresh.append(iri)
        return True

    def known(self, iri: str) -> bool:
        """Say whether an IRI has been met."""
        return iri in self._declared

    def evidence(self, locator: str, *, implied: bool = False) -> tuple[Evidence, ...]:
        """Return the evidence that stands at a place of the file."""
        return (Evidence(self.document, locator, certainty="implied" if implied else "explicit", method=self.kind),)

    def link(
        self, key: str, source: str, relation: str, target: str, locator: str, *, implied: bool = False, **more: Any
    ) -> Link:
        """Return a link; ``key`` is unique in the file and made of the file's own identifiers."""
        start, end = more.get("valid_from"), more.get("valid_to")
        if start and end and start[: len(end)] > end[: len(start)]:
            raise Wrong(f"it begins in {start} and ends in {end}", "correct the dates")
        iri = self._link + (key if _PLAIN_KEY(key) else quote(key, safe="/:@,;=~!$&()*"))
        return Link(iri, source, relation, target, self.evidence(locator, implied=implied), **more)


def _stem(path: Path, kind: str) -> str:
    name = re.sub(
        r"(?i)(\.(gz|jsonl?|ndjson|csv|tsv|ya?ml|ttl|nt|nq|trig|jsonld|rdf|owl|xml|txt|ftm|n3))+$", "", path.name
    )
    made = slug(name)
    return made if made.startswith(kind) else f"{kind}-{made}"


def iri(kind: str, *parts: object) -> str:
    """Return the IRI of a thing: ``iri("organization", "ror", "03yrm5c26")``.

    :raises Wrong: If nothing of the last part can stand in an IRI.
    """
    return _iri(kind, tuple(map(str, parts)))


@lru_cache(maxsize=65_536)
def _iri(kind: str, parts: tuple[str, ...]) -> str:
    made = [slug(part) for part in parts]
    if not made[-1]:
        raise Wrong(f"no IRI can be made of {short(parts[-1])!r}", "give it a name with letters or digits")
    whole = "-".join(made)
    if len(whole) > _LONGEST_SLUG:
        whole = f"{whole[:_LONGEST_SLUG]}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}"
    if not is_iri(f"{ID}{kind}/{whole}"):
        raise Wrong(f"no IRI can be made of {short(parts[-1])!r}", "give it a name with letters or digits")
    return f"{ID}{kind}/{whole}"


class Names:
    """The names of one entity as they are gathered: at most one preferred a language, none twice."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Name] = {}
        self._preferred: set[str] = set()

    def add(self, name: str, lang: str = "", kind: str = "preferred", *, since: str | None = None,
            until: str | None = None) -> None:  # fmt: skip
        """Take a name; a second preferred one of a language becomes an alternative."""
        if not name or (name, lang) in self._found:
            return
        if kind == "preferred":
            if lang in self._preferred:
                kind = "alternative"
            self._preferred.add(lang)
        self._found[name, lang] = Name(name, lang, kind, since, until)  # type: ignore[arg-type]

    def all(self) -> tuple[Name, ...]:
        """Return the names in the order in which they came.

        :raises Wrong: If there is none.
        """
        if not self._found:
            raise Wrong("it has no name", "give it one")
        return tuple(self._found.values())


def identifiers(found: list[tuple[str, str]]) -> tuple[Identifier, ...]:
    """Return identifiers by scheme and value, none twice."""
    return tuple(Identifier(scheme, value) for scheme, value in dict.fromkeys(found) if value)
