"""Makes the rows of a first load in a process of its own.

Making rows is all computing, and so is packing them for the wire; two threads of one Python take turns at it, and the
connection waits. Another process makes them while this one sends. It has no connection and knows no password: it is
given the store as it was pinned, and writes batches to its standard output until it is done or nobody reads on.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO, cast

from ...ontology.errors import MultilateralError
from ..store import Store
from . import sending
from .local import LocalGraph, Spool
from .making import Counts, Maker
from .remote import Known
from .sending import Batch, Batches


class MakerLost(MultilateralError):
    """Raised when the process that makes the rows ends before it is done."""


def possible() -> bool:
    """Return whether this program can be started a second time; one packed into a single file cannot."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


class Apart:
    """The batches of a first load, in order; use it as ``with Apart(local, sources) as made``, and go through it once.

    ``read`` is how many bytes of quads were read so far, about, and ``things`` how many things were made; ``counts``
    is complete at the end.

    :raises MultilateralError: While going through it, whatever was raised on the other side.
    :raises MakerLost: If the other side is gone.
    """

    def __init__(self, local: LocalGraph, sources: list[str]) -> None:
        self.read = self.things = 0
        self.counts = Counts()
        self._job = pickle.dumps((local.store, sources, sending.BATCH))
        # What the other side keeps on disk for a time is here, so that it goes away even if that is killed.
        self._folder = tempfile.TemporaryDirectory(prefix="multilateral-", ignore_cleanup_errors=True)
        text = (  # Ctrl-C is for this side to hear; the other ends when nobody reads on
            "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[1:]; "
            f"from {__name__} import main; main()"
        )
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-c", text, *map(str, sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "TMPDIR": self._folder.name, "SQLITE_TMPDIR": self._folder.name},
            )
        except OSError as error:
            self._folder.cleanup()
            raise MakerLost(
                f"The process that makes the rows of the mirror cannot be started ({error}); make room for it, then "
                "push again."
            ) from error
        self._out, self._in = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)

    def __enter__(self) -> Apart:
        with contextlib.suppress(BrokenPipeError):  # it is gone, as reading will show
            self._out.write(self._job)
            self._out.close()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._out, self._in):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._folder.cleanup()

    def __iter__(self) -> Iterator[Batch]:
        while True:
            try:
                found = pickle.load(self._in)  # noqa: S301 - written by this program itself
            except (EOFError, pickle.UnpicklingError):
                raise self._lost() from None
            if isinstance(found, Counts):
                self.counts = found
                return
            if isinstance(found, _Failure):
                raise found.error()
            self.read, self.things, batch = found
            yield batch

    def _lost(self) -> MakerLost:
        code = self._process.wait()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
        return MakerLost(
            f"The process that makes the rows of the mirror {how} before it was done, often for want of memory; "
            "make room, then push again: the next push finishes this one."
        )


class _Failure:
    """An error on its way to another process, whatever its class asks of those who make one."""

    def __init__(self, error: Exception) -> None:
        self._kind, self._arguments, self._said = type(error), error.args, error.__dict__

    def error(self) -> Exception:
        """Return it."""
        error = self._kind.__new__(self._kind)
        error.args = self._arguments
        error.__dict__.update(self._said)
        return error


def main() -> None:
    """Be the other side: read the job from standard input, write batches to standard output."""
    store, sources, full = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by this program itself
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed must not come in between
    try:
        _make(store, sources, full, out)
    except BrokenPipeError:
        # Nobody reads any more. What is in the buffer cannot be written either.
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - it is raised again in the process that asked
        pickle.dump(_Failure(error), out)
    out.close()


def _make(store: Store, sources: list[str], full: int, out: IO[bytes]) -> None:
    read = things = 0

    def tick(size: int) -> None:
        nonlocal read
        read += size

    def tick_things(count: int) -> None:
        nonlocal things
        things += count

    def hand_over(batch: Batch) -> None:
        pickle.dump((read, things, batch), out, pickle.HIGHEST_PROTOCOL)
        out.flush()

    with Spool() as spool:
        batches = Batches(hand_over, full)
        maker = Maker(LocalGraph(store, tick), spool, Known(spool.db), batches)
        for source_id in sources:
            maker.statements(source_id)
        batches.flush()
        maker.things(lambda iris: ({}, {}), tick_things)
        batches.flush()
    pickle.dump(maker.counts, out)
