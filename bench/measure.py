"""What the benchmarks share: CPU time of whole processes, and a line that gives both sides and their ratio."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BIN = Path(sys.executable).parent


def cpu_seconds(command: Sequence[str], runs: int = 5) -> float:
    """Return the median CPU time (user and system) of a command over some runs after one that is not counted."""
    found = []
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(found[1:])


def report(what: str, ours: float, theirs: float, wanted: str) -> None:
    """Print both sides of a comparison in seconds and their ratio, beside what is wanted."""
    print(f"{what}: {ours:.4f} s / {theirs:.4f} s = {ours / theirs:.3f}  (wanted: {wanted})")
