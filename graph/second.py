"""A second process of this program, to work beside this one: threads of one Python take turns, processes do not.

It is given a job and objects on its standard input and answers on its standard output. It knows no password, leaves
Ctrl-C to this process, keeps temporary files in a folder that this one takes away, and ends when nobody reads on.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, Self, cast

from ..ontology.errors import MultilateralError


class MakerLost(MultilateralError):
    """Raised when the second process cannot be started, or ends before it is done."""


def possible() -> bool:
    """Return whether this program can be started a second time; one packed into a single file cannot."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def processors() -> int:
    """Return how many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Channel:
    """Hands objects to another process and takes objects from it."""

    def __init__(self, out: IO[bytes], into: IO[bytes]) -> None:
        self._out, self._in = out, into

    def send(self, value: Any) -> None:
        """Hand an object over."""
        pickle.dump(value, self._out, pickle.HIGHEST_PROTOCOL)
        self._out.flush()

    def receive(self) -> Any:
        """Return the next object of the other side, waiting for it."""
        return pickle.load(self._in)  # noqa: S301 - written by this program itself


class Second(Channel):
    """A second process, at work as long as the block ``with Second(…)`` lasts; at its end it is ended.

    ``module`` has a function ``main()``, which calls :func:`serve`; ``job`` is given to it. ``does`` says what it is
    there for, and ``after`` what to do where it is lost.

    :raises MakerLost: If it cannot be started.
    """

    def __init__(self, module: str, job: Any, *, does: str, after: str) -> None:
        self._job, self._does, self._after = job, does, after
        # What the other side keeps on disk for a time is here, so that it goes away even if that is killed.
        self._folder = tempfile.TemporaryDirectory(prefix="multilateral-", ignore_cleanup_errors=True)
        text = (  # Ctrl-C is for this side to hear; the other ends when nobody reads on
            "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[1:]; "
            f"from {module} import main; main()"
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
            raise MakerLost(f"The process that {does} cannot be started ({error}); {after}") from error
        super().__init__(cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout))

    def __enter__(self) -> Self:
        self.send(self._job)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._out, self._in):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._folder.cleanup()

    def send(self, value: Any) -> None:
        """Hand an object over."""
        with contextlib.suppress(BrokenPipeError):  # it is gone, as receiving will show
            super().send(value)

    def receive(self) -> Any:
        """Return the next object of the other side.

        :raises MultilateralError: Whatever was raised on the other side.
        :raises MakerLost: If the other side is gone.
        """
        try:
            found = super().receive()
        except (EOFError, pickle.UnpicklingError):
            raise self._lost() from None
        if isinstance(found, _Failure):
            raise found.error()
        return found

    def _lost(self) -> MakerLost:
        code = self._process.wait()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
        return MakerLost(
            f"The process that {self._does} {how} before it was done, often for want of memory; {self._after}"
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


class _NobodyThere(Exception):
    """The first process is gone."""


class _First(Channel):
    """The first process, seen from the second."""

    def send(self, value: Any) -> None:
        try:
            super().send(value)
        except BrokenPipeError:
            raise _NobodyThere from None

    def receive(self) -> Any:
        try:
            return super().receive()
        except (EOFError, pickle.UnpicklingError):
            raise _NobodyThere from None


def serve(work: Callable[[Any, Channel], None]) -> None:
    """Be the second process: read the job from standard input and do it; what fails is raised in the first."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed must not come in between
    first = _First(out, sys.stdin.buffer)
    try:
        try:
            work(first.receive(), first)
        except _NobodyThere:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again in the process that asked
            first.send(_Failure(error))
        out.close()
    except (_NobodyThere, BrokenPipeError):
        # Nobody reads any more. What is in the buffer cannot be written either.
        os._exit(1)
