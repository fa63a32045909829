"""Makes the rows of a first load in a process of its own.

Making rows is all computing, and so is packing them for the wire; two threads of one Python take turns at it, and the
connection waits. Another process makes them while this one sends. It has no connection and knows no password: it is
given the store as it was pinned, and writes batches to its standard output until it is done or nobody reads on.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..second import Channel, MakerLost, Second, possible, serve
from ..store import Store
from . import sending
from .local import LocalGraph, Spool
from .making import ROWS, Counts, Maker
from .remote import Known
from .sending import Batch, Batches

__all__ = ["Apart", "MakerLost", "possible"]


class Apart(Second):
    """The batches of a first load, in order; use it as ``with Apart(local, sources) as made``, and go through it once.

    ``read`` is how many bytes of quads were read so far, about, and ``things`` how many things were made; ``counts``
    is complete at the end.

    :raises MultilateralError: While going through it, whatever was raised on the other side.
    :raises MakerLost: If the other side is gone.
    """

    def __init__(self, local: LocalGraph, sources: list[str]) -> None:
        job = (local.store, sources, sending.BATCH)
        super().__init__(__name__, job, does=ROWS, after="make room, then push again: the next push finishes this one.")
        self.read = self.things = 0
        self.counts = Counts()

    def __iter__(self) -> Iterator[Batch]:
        while not isinstance(found := self.receive(), Counts):
            self.read, self.things, batch = found
            yield batch
        self.counts = found


def main() -> None:
    """Be the other side: hand over batches, and the counts at the end."""
    serve(_make)


def _make(job: tuple[Store, list[str], int], first: Channel) -> None:
    store, sources, full = job
    read = things = 0

    def tick(size: int) -> None:
        nonlocal read
        read += size

    def tick_things(count: int) -> None:
        nonlocal things
        things += count

    with Spool() as spool:
        batches = Batches(lambda batch: first.send((read, things, batch)), full)
        maker = Maker(LocalGraph(store, tick), spool, Known(spool.db), batches)
        for source_id in sources:
            maker.statements(source_id)
        batches.flush()
        maker.things(lambda iris: ({}, {}), tick_things)
        batches.flush()
    first.send(maker.counts)
