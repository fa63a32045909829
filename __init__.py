"""A knowledge graph of international cooperation in which every link cites its source."""

from __future__ import annotations

__version__ = "0.1.0"
