"""What a person sees while something takes longer than a second: a line on standard error, if it is a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def working(what: str) -> Iterator[Callable[[str, int], None]]:
    """Show that work goes on; yield a function that is told what is being done and how many records are done."""
    if not sys.stderr.isatty():
        yield lambda thing, count: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    task = progress.add_task(what)
    wait = threading.Timer(1, progress.start)  # what takes less needs no word
    wait.start()
    try:
        yield lambda thing, count: progress.update(task, description=f"{what} {thing}: {count:,} records")
    finally:
        wait.cancel()
        progress.stop()
