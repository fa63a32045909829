"""Canned SPARQL on the demo store: our index beside rdflib on the same triples, each question with its example values."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import multilateral as ml
import rdflib
from multilateral.queries.catalogue import questions
from multilateral.queries.runner import bindings, checked


def seconds(run: Callable[[], Any], runs: int) -> float:
    """Return the median time of some runs after one that is not counted."""
    found = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return statistics.median(found[1:])


with tempfile.TemporaryDirectory() as folder:
    kg = ml.open(Path(folder) / "store")
    kg.load("five-documents")
    kg.export("nquads", Path(folder) / "all.nq")
    theirs = rdflib.Dataset(default_union=True)
    theirs.parse(Path(folder) / "all.nq", format="nquads")
    theirs.parse(Path(ml.__path__[0]) / "ontology" / "cooperation.ttl", format="turtle")
    ratios = []
    for question in questions().values():
        values = bindings(checked(kg.reader, question, question.example))
        same = {name: rdflib.util.from_n3(str(term)) for name, term in values.items()}

        def ours(question: Any = question, values: Any = values) -> Any:
            return list(kg.reader.index.query(question.sparql, values))

        def other(question: Any = question, same: Any = same) -> Any:
            return list(theirs.query(question.sparql, initBindings=same))

        a, b = seconds(ours, 5), seconds(other, 1)
        ratios.append(b / a)
        print(f"{question.name}: {a * 1000:.2f} ms / {b * 1000:.1f} ms, rdflib takes {b / a:.0f} times as long")
    print(
        f"median over {len(ratios)} questions: rdflib takes {statistics.median(ratios):.0f} times as long (wanted: at least 20)"
    )
