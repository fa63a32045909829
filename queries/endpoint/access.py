"""The log of requests: lines are gathered for a moment, since one by one they cost as much as a small query."""

from __future__ import annotations

import asyncio
import logging
import time

log = logging.getLogger("multilateral.serve.access")
_GATHERED = 0.25


class AccessLog:
    """Writes a line with its time for each request to ``multilateral.serve.access``, several in one record."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._second, self._stamp = 0, ""

    @property
    def wanted(self) -> bool:
        """Whether anybody reads the lines."""
        return log.isEnabledFor(logging.INFO)

    def note(self, line: str) -> None:
        """Take a line."""
        now = int(time.time())
        if now != self._second:
            self._second, self._stamp = now, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        if not self._lines:
            asyncio.get_running_loop().call_later(_GATHERED, self.flush)
        self._lines.append(f"{self._stamp} {line}")

    def flush(self) -> None:
        """Write what has been gathered."""
        if self._lines:
            log.info("%s", "\n".join(self._lines))
            self._lines.clear()
