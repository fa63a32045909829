"""What a person sees while something takes longer than a second: a line on standard error, if it is a terminal."""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
from collections.abc import Callable, Iterator

import click


@contextlib.contextmanager
def working(what: str) -> Iterator[Callable[[str, int], None]]:
    """Show that work goes on; yield a function that is told what is being done and how many records are done."""
    if not sys.stderr.isatty():
        yield lambda thing, count: None
        return
    started = time.monotonic()
    endless: Iterator[str] = itertools.repeat("")
    with click.progressbar(
        endless,
        label=what,
        file=sys.stderr,
        item_show_func=lambda said: said or "",
        show_eta=False,
        show_percent=False,
        hidden=False,
    ) as bar:
        # What takes less than a second needs no word.
        bar.hidden = True

        def tick(thing: str, count: int) -> None:
            bar.hidden = time.monotonic() - started < 1
            bar.update(1, f"{thing}: {count:,} records")

        yield tick
        bar.hidden = True
