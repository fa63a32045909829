"""What the fork server holds in memory, so that a worker starts in milliseconds: the engine, and what confines it."""

from __future__ import annotations

from . import builder, sandbox, worker

sandbox.prepare()

__all__ = ["builder", "worker"]
