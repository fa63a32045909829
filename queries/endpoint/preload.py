"""What the fork server holds in memory, so that a worker starts in milliseconds: the engine, and what confines it."""

from __future__ import annotations

from . import builder, pages, sandbox, worker

sandbox.prepare()

__all__ = ["builder", "pages", "worker"]
