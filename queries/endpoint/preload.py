"""What the fork server holds in memory, so that a worker starts in milliseconds: the engine, and what confines it."""

from __future__ import annotations

import contextlib

from . import builder, worker

with contextlib.suppress(ImportError, RuntimeError, OSError):  # the sandbox says so where one is missing
    import py_landlock  # noqa: F401
with contextlib.suppress(ImportError, RuntimeError, OSError):
    import pyseccomp  # noqa: F401

__all__ = ["builder", "worker"]
