"""Writing a source while it is read: its records as compressed lines, each checked to be the only one with its IRI."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from ..ontology.errors import UnreadableSource
from ..ontology.model import Link, Loaded
from ..ontology.write_lines import LineWriter
from .background import Behind

_T = TypeVar("_T")
#: Bytes that are compressed at a time.
_BLOCK = 1 << 18


class Witness(Protocol):
    """Sees the lines of sources as they are written; that a source is not ended means that it cannot be read."""

    def begin(self, source_id: str) -> None:
        """Begin with a source."""

    def take(self, lines: bytes, things: int) -> None:
        """Take whole lines, and how many things of the source there have been so far."""

    def end(self) -> None:
        """Hear that these were all lines of the source."""


def write_source(
    path: Path, loaded: Loaded, progress: Callable[[str, int], None], witness: Witness | None
) -> tuple[int, int]:
    """Write a source and return how many entities and links it has; nothing is left of one that cannot be read.

    ``progress`` is told the source and the number of records every thousand records; ``witness`` sees the lines.

    :raises UnreadableSource: If a record is wrong, or the stream cannot be read.
    """
    try:
        return _write(path, loaded, progress, witness)
    except UnreadableSource:
        path.unlink(missing_ok=True)
        raise


def _write(
    path: Path, loaded: Loaded, progress: Callable[[str, int], None], witness: Witness | None
) -> tuple[int, int]:
    counts = [0, 0]
    seen: set[int] = set()
    writer = LineWriter(loaded.source)
    if witness is not None:
        witness.begin(loaded.source.id)
    # A file object of our own, so that the name and the time of writing do not enter the compressed file.
    with path.open("wb") as raw:
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=1, mtime=0) as out,
            Behind(out.write) as write,
        ):

            def put() -> None:
                block = b"".join(waiting)
                write(block)
                if witness is not None:
                    witness.take(block, counts[0])

            waiting = [writer.head()]
            size = 0
            for number, statement in enumerate(reading(loaded.statements, f"source {loaded.source.id!r}"), 1):
                mark = hash(statement.iri)
                if mark in seen:
                    raise UnreadableSource(
                        f"source {loaded.source.id!r} has two records with the IRI {statement.iri}",
                        advice="give each record an id of its own",
                    )
                seen.add(mark)
                counts[isinstance(statement, Link)] += 1
                if number % 1000 == 0:
                    progress(loaded.source.id, number)
                try:
                    lines = writer.lines(statement)
                except ValueError as error:
                    raise UnreadableSource(
                        f"the record {statement.iri} of source {loaded.source.id!r} cannot be written ({error})",
                        advice="correct the record",
                    ) from error
                waiting.append(lines)
                size += len(lines)
                if size > _BLOCK:
                    put()
                    waiting.clear()
                    size = 0
            put()
            if witness is not None:
                witness.end()
        raw.flush()
        os.fsync(raw.fileno())
    return counts[0], counts[1]


def reading(items: Iterable[_T], what: str) -> Iterator[_T]:
    """Pass items on, so that an input that cannot be read is not taken for a disk that cannot be written."""
    try:
        yield from items
    except OSError as error:
        raise UnreadableSource(f"{what} cannot be read ({error})", advice="check that it is there") from error
