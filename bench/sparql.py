"""Canned SPARQL on the demo store: our index beside rdflib on the same triples, with each question's example values."""

from __future__ import annotations

import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import multilateral as ml
import rdflib
from multilateral.ontology.convert import PREFIXES
from multilateral.queries.binding import bind
from multilateral.queries.catalogue import catalogue
from multilateral.queries.engines import term
from multilateral.queries.values import check

PATIENCE = 20  # seconds that rdflib is given for one question


def seconds(run: Callable[[], Any], runs: int) -> float:
    """Return the median time of some runs after one that is not counted."""
    found = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return statistics.median(found[1:])


def bounded(run: Callable[[], Any]) -> float:
    """Return the time of one run, which is stopped when patience ends."""

    def stop(number: int, frame: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    start = time.perf_counter()
    try:
        run()
    except TimeoutError:
        return float(PATIENCE)
    finally:
        signal.alarm(0)
    return time.perf_counter() - start


with tempfile.TemporaryDirectory() as folder:
    kg = ml.open(Path(folder) / "store")
    kg.load("five-documents")
    kg.export("nquads", Path(folder) / "all.nq")
    theirs = rdflib.Dataset(default_union=True)
    theirs.parse(Path(folder) / "all.nq", format="nquads")
    theirs.parse(Path(ml.__path__[0]) / "ontology" / "cooperation.ttl", format="turtle")
    ratios = []
    for question in catalogue().values():
        values = check(kg.reader, question, question.example, "en")
        text = bind(
            question.sparql, {p.name: term(p, v) for p in question.parameters if (v := values[p.name]) is not None}
        )

        def ours(text: str = text) -> Any:
            return list(kg.reader.index.rows(text))

        def other(text: str = text) -> Any:
            return list(theirs.query(text, initNs=PREFIXES))

        a, b = seconds(ours, 5), bounded(other)
        ratios.append(b / a)
        more = "at least " if b >= PATIENCE else ""
        print(f"{question.name}: {a * 1000:.2f} ms / {b * 1000:.1f} ms, rdflib takes {more}{b / a:.0f} times as long")
    middle = statistics.median(ratios)
    print(f"median of {len(ratios)} questions: rdflib takes {middle:.0f} times as long (wanted: at least 20)")
