"""``mirror push`` to a SPARQL service: sends the triples that differ, of the sources that differ, and nothing else.

The manifest on the service keeps a fingerprint of every source that is wholly there. A push marks what it is about to
write, writes, and marks it as done; so a push that was cut off anywhere leaves a mark, and the next one compares what
is there with what has to be there, and finishes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from ...ontology.model import source_iri
from ..mirror.local import LocalGraph
from ..store import Store
from .errors import ChangedMeanwhile, NotSparql, Refused, StoreUnavailable
from .graphs import Writer
from .layout import DECISIONS, FRAME, MANIFEST, ONTOLOGY, TIES, Entry, Local, Manifest, as_loaded
from .service import Service

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
#: Seconds for which a request that found nobody is sent again.
RETRY_SECONDS = 30.0
_ROUNDS = 3


@dataclass(slots=True)
class PushReport:
    """What one push sent and took away; ``sources`` are those of which anything was."""

    sources: int = 0
    triples: int = 0
    removed: int = 0
    decisions: int = 0
    forgotten: int = 0
    marked: bool = False

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to do."""
        return self in (PushReport(), PushReport(marked=True))

    def __str__(self) -> str:
        if self.unchanged:
            finished = "; one that was cut off is marked as finished" if self.marked else "; nothing was sent"
            return f"The mirror holds the same already{finished}."
        said = [f"Sent {self.triples:,} triples of {self.sources} sources"] if self.triples or self.removed else []
        said += [f"{self.decisions:,} decisions among them"] if self.decisions else []
        said += [f"took away {self.removed:,} triples"] if self.removed else []
        said += [f"forgot {self.forgotten} sources"] if self.forgotten else []
        text = ", ".join(said)
        return f"{text[:1].upper()}{text[1:]}."


def push(
    store: Store,
    service: Service,
    *,
    everything: bool = False,
    progress: Progress = lambda stage, done, total: None,
    retry_seconds: float = RETRY_SECONDS,
) -> PushReport:
    """Make the service hold what the store holds, sending only what differs; other graphs stay untouched.

    ``everything`` compares every graph with what is there: it repairs what was changed on the service by hand.
    ``progress`` is told the stage, how much is done and how much there is to do.

    :raises DamagedSource: If a source cannot be read; what was sent stays, and the next push goes on.
    :raises StoreUnavailable: If the service goes away for longer than ``retry_seconds``, or refuses.
    :raises ChangedMeanwhile: If others push to it at the same time.
    """
    local = Local(store)
    report = PushReport()
    for last in range(_ROUNDS):
        try:
            return _Push(local, service, everything, progress, retry_seconds, report).run()
        except ChangedMeanwhile:  # or the service came back without what it was sent: compare all of it once more
            if last == _ROUNDS - 1:
                raise
            everything = True
    raise AssertionError


class _Push:
    def __init__(
        self,
        local: Local,
        service: Service,
        everything: bool,
        progress: Progress,
        retry_seconds: float,
        report: PushReport,
    ) -> None:
        self.local, self.service, self.everything, self.progress = local, service, everything, progress
        self.retry_seconds, self.report = retry_seconds, report
        self.writer = Writer(service, self._again)
        self.before = Manifest.of(service) or Manifest()  # not tried again: a wrong address is told at once
        self.after = replace(self.before, sources=dict(self.before.sources))
        self.last, self.marked = self.before, 0.0

    def run(self) -> PushReport:
        changed = [s for s in self.local.sums if not self._holds(s)]
        gone = [s for s in self.before.sources if s not in self.local.sums]
        wanted = self.local.frame
        frame = [n for n in FRAME if self.everything or getattr(self.before, n) != wanted[n]]
        if not (changed or gone or frame):
            return self.report
        for source_id in (*changed, *gone):
            known = self.before.sources.get(source_id)
            self.after.sources[source_id] = Entry("", kept=known is not None and known.kept)
        for name in frame:
            setattr(self.after, name, "")
        self._mark()
        self.report.marked = True
        self._sources(changed)
        for source_id in gone:
            self.writer.delete(source_iri(source_id))
            self.writer.delete(as_loaded(source_id))
            del self.after.sources[source_id]
            self.report.forgotten += 1
        for name in frame:
            self._frame(name)
            setattr(self.after, name, wanted[name])
        self._mark(check=True)
        return self.report

    def _holds(self, source_id: str) -> bool:
        """Tell whether a source is there as it should be."""
        entry = self.before.sources.get(source_id)
        if self.everything or entry is None or not entry.done:
            return False
        if entry.sum == self.local.sums[source_id] and self.before.ties == self.local.frame["ties"]:
            return True
        # The file is another or the decisions are: see on this side whether its graphs are too.
        return entry.sent == self.local.entry(source_id).sent

    def _sources(self, changed: list[str]) -> None:
        total, done = LocalGraph(self.local.store).size(changed), 0

        def counted(lines: Iterator[bytes]) -> Iterator[bytes]:
            nonlocal done
            for number, line in enumerate(lines):
                done += len(line) + 60  # in the file each line names its graph too
                if number % 5_000 == 0:
                    self.progress("Sending", min(done, total), total)
                yield line

        for source_id in changed:
            known = self.before.sources.get(source_id)
            entry = self.local.entry(source_id)

            def shown(source_id: str = source_id) -> Iterator[bytes]:
                return self.local.shown(source_id)

            def kept(source_id: str = source_id) -> Iterator[bytes]:
                return self.local.kept(source_id)

            moved = self._graph(source_iri(source_id), shown, known is None, counted)
            if entry.kept:
                moved |= self._graph(as_loaded(source_id), kept, known is None)
            elif known is not None:
                self.writer.delete(as_loaded(source_id))
            self.after.sources[source_id] = entry
            self.report.sources += moved
            if time.monotonic() - self.marked > 5:  # so that little is compared again if this is cut off
                self._mark(check=True)

    def _frame(self, name: str) -> None:
        graphs = {"ontology": ONTOLOGY, "ties": TIES, "decisions": DECISIONS}
        before = self.report.triples
        self._graph(graphs[name], getattr(self.local, name), not self.before.sources)
        if name == "decisions":
            self.report.decisions += self.report.triples - before

    def _graph(
        self,
        iri: str,
        lines: Callable[[], Iterator[bytes]],
        fresh: bool,
        counted: Callable[[Iterator[bytes]], Iterator[bytes]] = iter,
    ) -> bool:
        """Make a graph hold these lines, all of them sent where it is ``fresh``; tell whether it did not before."""
        if fresh:
            sent, removed = self.writer.put(iri, counted(lines())), 0
        else:
            sent, removed = self.writer.change(iri, lambda: counted(lines()), lines)
        self.report.triples += sent
        self.report.removed += removed
        return bool(sent or removed)

    def _mark(self, *, check: bool = False) -> None:
        """Write down how far this has come, if ``check`` only where what was written down before is still there."""
        if check and self._again(lambda: Manifest.of(self.service)) != self.last:
            raise ChangedMeanwhile(
                self.service.address.url,
                "was changed by somebody else during this push, or lost what was sent",
                "push again when nobody else does",
            )
        self.last = replace(self.after, sources=dict(self.after.sources))
        self.writer.put(MANIFEST, self.after.lines())
        self.marked = time.monotonic()

    def _again(self, work: Callable[[], T]) -> T:
        """Do what may be done twice, and once more while the service is away for a short time."""
        end, pause = None, 0.2
        while True:
            try:
                return work()
            except (Refused, NotSparql):
                raise
            except StoreUnavailable:
                end = end or time.monotonic() + self.retry_seconds  # counted from the first failure
                if time.monotonic() + pause > end:
                    raise
                self.progress("Waiting for the service", 0, 0)
                time.sleep(pause)
                pause = min(pause * 2, 5.0)
