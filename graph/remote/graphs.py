"""One graph here and on a service: what differs between the two, and how the one there becomes the one here."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

from ..mirror.ledger import Ledger, parts
from .errors import Refused
from .layout import note
from .service import TEXT, Service
from .terms import key, line_of

#: Bytes of N-Triples in one request: a graph that is larger goes over in several.
PART = 64 << 20
#: Triples that may differ before a graph is sent whole.
DIFFERING = 1_000_000


def there(service: Service, iri: str) -> Iterator[bytes]:
    """Yield the triples of a graph on a service as lines of N-Triples, in any order."""
    with service.graph(iri) as triples:
        for triple in triples:
            yield line_of(triple)


def noted(lines: Iterable[bytes], ledger: Ledger) -> None:
    """Write lines down, in place of what was written down before."""
    ledger.clear()
    for line in lines:
        note(ledger, line)


def differing(here: Ledger, there: Ledger) -> Iterator[tuple[bytes, bool]]:
    """Yield the key of every triple that only one side has, and whether it is this side; how often does not matter."""
    for left, right in parts(here, there):
        yield from ((mark, True) for mark in sorted(left.keys() - right.keys()))
        yield from ((mark, False) for mark in sorted(right.keys() - left.keys()))


def picked(lines: Iterable[bytes], wanted: set[bytes]) -> Iterator[bytes]:
    """Yield once each line of which the key is wanted."""
    left = set(wanted)
    for line in lines:
        if (mark := key(line)) in left:
            left.remove(mark)
            yield line


class Writer:
    """Writes graphs. Every request goes through ``again``, which may send it a second time."""

    def __init__(self, service: Service, again: Callable[[Callable[[], object]], object]) -> None:
        self._service, self._again = service, again

    def delete(self, iri: str) -> None:
        """Delete a graph, if it is there."""
        self._again(lambda: self._service.delete(iri))

    def put(self, iri: str, lines: Iterable[bytes]) -> int:
        """Replace a graph and return how many triples were sent; the first part takes away what was there."""
        count = self._send(iri, lines, more=False)
        if not count:
            self.delete(iri)
        return count

    def change(
        self, iri: str, here: Callable[[], Iterator[bytes]], again: Callable[[], Iterator[bytes]]
    ) -> tuple[int, int]:
        """Make a graph hold the lines that ``here`` and then ``again`` yield; return how many were sent and removed."""
        marks = self._marks(iri, here())
        if marks is None:
            return self.put(iri, again()), 0
        new, gone = marks
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as into:
            if gone and not self._gone(iri, gone, out):
                return self.put(iri, again()), 0
            into.writelines(picked(again(), new) if new else ())
            if gone and out.tell() + into.tell() <= TEXT:
                texts = [_all(file) for file in (out, into)]
                self._again(lambda: self._service.change(iri, *texts))
            else:
                out.seek(0)
                while lines := out.readlines(TEXT):
                    text = b"".join(lines)
                    self._again(lambda text=text: self._service.change(iri, text, b""))  # type: ignore[misc]
                into.seek(0)
                self._send(iri, into, more=True)
        return len(new), len(gone)

    def _marks(self, iri: str, lines: Iterator[bytes]) -> tuple[set[bytes], set[bytes]] | None:
        """Return the keys of what is new and of what has to go; ``None`` where that is too much to tell."""
        with Ledger() as left, Ledger() as right:
            noted(lines, left)
            self._again(lambda: noted(there(self._service, iri), right))
            if not right.count:
                return None
            found = list(itertools.islice(differing(left, right), DIFFERING + 1))
        if len(found) > DIFFERING:
            return None
        return {mark for mark, mine in found if mine}, {mark for mark, mine in found if not mine}

    def _gone(self, iri: str, gone: set[bytes], out: IO[bytes]) -> bool:
        """Write what has to go into a file, as it stands there; tell whether it can be taken away by itself."""

        def fill() -> None:
            out.seek(0)
            out.truncate()
            out.writelines(picked(there(self._service, iri), gone))

        try:
            if self._service.updates is None:
                return False
        except Refused:
            return False
        self._again(fill)
        out.seek(0)
        named = not any(line.startswith(b"_:") or b"> _:" in line for line in out)  # a blank node has no name there
        out.seek(0, 2)
        return named

    def _send(self, iri: str, lines: Iterable[bytes], *, more: bool) -> int:
        count = 0
        for number, (part, size) in enumerate(_parts(lines)):
            with part:
                add = more or number > 0
                self._again(lambda part=part, add=add: self._service.put(iri, part, more=add))  # type: ignore[misc]
            count += size
        return count


def _all(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _parts(lines: Iterable[bytes]) -> Iterator[tuple[IO[bytes], int]]:
    """Yield lines as temporary files of about a part each, with the number of lines."""
    stream = iter(lines)
    for first in stream:
        part = cast("IO[bytes]", tempfile.TemporaryFile())  # closed by the one who sends it
        part.write(first)
        count = 1
        while part.tell() < PART and (line := next(stream, None)) is not None:
            part.write(line)
            count += 1
        yield part, count
