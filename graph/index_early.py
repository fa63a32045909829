"""The first index of a store, built in a second process while its first source, a large one, is still being read.

The index is that of the store with this source and without decisions. If the rules decide something when all is read,
the index of that is made from this one, as after any decision.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from ..ontology.errors import MultilateralError
from . import index_build
from .background import Behind
from .projections import Built, begun, settle, truth_of
from .second import Channel, Second, possible, processors, serve
from .store import LoadReport, Store

#: Bytes above which a source is a large one, whatever it describes.
_LARGE = 64_000_000
#: Blocks of lines, of a quarter of a megabyte each, that the other process may be behind.
_AHEAD = 128


class EarlyIndex:
    """Sees the lines of a load; use it as ``with EarlyIndex(store) as early`` around the load.

    Nothing is built where the store has sources or decisions already, where more than one source comes, or where the
    source is small; nor on one processor. What :meth:`keep` does not keep leaves no trace.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._on = possible() and processors() > 1 and not store.files() and not store.decisions.path.exists()
        self._source = ""
        self._waiting: list[bytes] = []
        self._size = 0
        self._held = contextlib.ExitStack()
        self._sending = contextlib.ExitStack()
        self._built: Built | None = None
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._give_up()

    def begin(self, source_id: str) -> None:
        """Begin with a source; with a second one all is given up."""
        if self._source:
            self._give_up()
        self._source = source_id

    def take(self, lines: bytes, things: int) -> None:
        """Take whole lines, and how many things of the source there have been so far."""
        if not self._on:
            return
        if self._built is not None:
            self._put(lines)
            return
        self._waiting.append(lines)
        self._size += len(lines)
        if things > index_build.MANY or self._size > _LARGE:
            self._start(brief=things > index_build.MANY)

    def _start(self, *, brief: bool) -> None:
        try:
            self._built = self._held.enter_context(begun(self._store.projections_path, "rdf"))
            self._other = self._held.enter_context(_Builder(self._built.folder, self._source, brief))
        except MultilateralError:  # no room: the index is built as any other is, and what is wrong is told by that
            self._give_up()
            return
        self._put = self._sending.enter_context(Behind(self._other.send, _AHEAD))
        self._put(b"".join(self._waiting))
        self._waiting.clear()

    def end(self) -> None:
        """Hear that these were all lines of the source."""
        if self._on and self._built is not None:
            self._put(b"")
            self._ended = True

    @property
    def under_way(self) -> bool:
        """Whether an index is being built."""
        return self._on and self._ended

    def keep(self, reports: Iterable[LoadReport]) -> None:
        """Keep the index, if the source that was taken is in the store and nothing else is."""
        if not self.under_way or self._built is None:
            return
        if [report.source.id for report in reports] != [self._source]:
            return
        self._sending.close()
        with contextlib.suppress(MultilateralError):  # as above
            self._built.facts = self._other.receive()
            state = truth_of(self._store.fingerprints(), b"")
            settle(self._built, self._store.projections_path, "rdf", state)

    def _give_up(self) -> None:
        self._on = False
        self._waiting.clear()
        self._sending.close()
        self._held.close()


class _Builder(Second):
    """The process that builds the index."""

    def __init__(self, folder: Path, source_id: str, brief: bool) -> None:
        super().__init__(__name__, (folder, source_id, brief), does="builds an index", after="load again.")


def main() -> None:
    """Be the process that builds the index."""
    serve(_build)


def _build(job: tuple[Path, str, bool], first: Channel) -> None:
    folder, source_id, brief = job
    built = Built(folder, {}, "", "")
    index_build.build_ahead(built, source_id, iter(first.receive, b""), brief=brief)
    first.send(built.facts)
