"""What a worker gives up for good before it sees its first query: network, files, memory without end.

seccomp (by ``pyseccomp``) takes the system calls that open connections and start programs, Landlock (by
``py-landlock``) every file but those that it reads. Where the system or the libraries lack one, the rest still
holds, and the service writes a line to its log.
"""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterable
from pathlib import Path

#: System calls that a worker has no use for: connections, other programs, other processes.
_FORBIDDEN = (
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "execve",
    "execveat",
    "fork",
    "vfork",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kill",
    "tgkill",
    "io_uring_setup",
    "mount",
    "bpf",
)

_CLONE_THREAD = 0x10000


def confine(readable: Iterable[Path], memory: int) -> list[str]:
    """Give up what a worker does not need, keeping ``readable`` to read and ``memory`` more megabytes.

    :return: A sentence for each measure that this system does not offer.
    """
    prepare()
    held = _held()  # read now: later there is no /proc any more
    if sys.platform == "linux":
        missing = [_files(readable), _network(), _limit(memory, held)]
    else:
        missing = [
            f"Workers can reach the network and files: {sys.platform} has neither seccomp nor Landlock.",
            _limit(memory, held),
        ]
    return [sentence for sentence in missing if sentence]


def prepare() -> None:
    """Load the libraries, while there still are files and other programs, with which they look for the system's."""
    with contextlib.suppress(ImportError, RuntimeError, OSError):
        import pyseccomp  # noqa: F401
    with contextlib.suppress(ImportError, RuntimeError, OSError):
        import py_landlock

        with contextlib.suppress(py_landlock.LandlockError):
            py_landlock.get_abi_version()


def _held() -> int | None:
    """Return the bytes of address space that this process has."""
    try:
        import resource

        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return None


def _limit(memory: int, held: int | None) -> str | None:
    try:
        import resource
    except ImportError:
        return f"Workers have no limit of memory: {sys.platform} cannot set one."
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if held is None:
        return f"Workers have no limit of memory: {sys.platform} does not tell how much they have."
    limit = held + (memory << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return None


def _files(readable: Iterable[Path]) -> str | None:
    try:
        from py_landlock import Landlock, LandlockError
    except ImportError:
        return "Workers can read files besides the data: py-landlock is not installed (pip install py-landlock)."
    try:
        Landlock(strict=False).allow_read(*map(str, readable)).apply()
    except (LandlockError, OSError) as error:
        return f"Workers can read files besides the data: this system does not offer Landlock ({error})."
    return None


def _network() -> str | None:
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        return f"Workers can open connections: seccomp is not at hand ({error}); install pyseccomp and libseccomp2."
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in _FORBIDDEN:
        with contextlib.suppress(OSError, ValueError):  # one that this architecture does not have
            rules.add_rule(pyseccomp.ERRNO(errno.EACCES), name)
    with contextlib.suppress(OSError, ValueError):
        # A new process, but not a new thread; clone3 hides its flags and is done without where it is not there.
        process = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0)
        rules.add_rule(pyseccomp.ERRNO(errno.EACCES), "clone", process)
        rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    try:
        rules.load()
    except OSError as error:
        return f"Workers can open connections: this system refuses seccomp ({error})."
    return None
