"""Measure reconciling: 50,000 names against themselves, and what the rules cost at a load.

    python bench/reconcile.py [NAMES]

The names are made up from the words of the authority file, a third of them a second time with a slip or in another
order, so that there is something to find.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from multilateral.graph.decisions import Standing
from multilateral.graph.identity.candidates import CandidateFinder
from multilateral.graph.identity.keys import Keys, Watch
from multilateral.graph.identity.records import read_records
from multilateral.graph.store import Store
from multilateral.loaders.authority import authority
from multilateral.ontology.model import ID, Entity, Loaded, Name, Source, Statement


def names(count: int) -> list[str]:
    rng = random.Random(7)  # the same names at every run
    known = [n.text for loaded in authority() for s in loaded.statements if isinstance(s, Entity)
             for n in s.names if n.lang in ("en", "fr") and n.kind != "acronym"]  # fmt: skip
    words = sorted({w for name in known for w in name.split() if len(w) > 2})
    rare = ["".join(rng.choices("abcdefghilmnoprstuvz", k=rng.randint(5, 9))).title() for _ in range(count // 4)]
    made: list[str] = []
    while len(made) < count:
        if made and rng.random() < 0.33:
            parts = rng.choice(made).split()
            if rng.random() < 0.5:
                rng.shuffle(parts)
            else:
                at = rng.randrange(len(parts))
                parts[at] = parts[at][:-1] or parts[at]
            made.append(" ".join(parts))
        else:
            made.append(" ".join([*rng.choices(words, k=rng.randint(2, 5)), rng.choice(rare)]))
    return made


def statements(texts: list[str]) -> Iterator[Statement]:
    for number, text in enumerate(texts):
        yield Entity(f"{ID}organization/bench-{number}", "Organization", (Name(text, "en"),))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    texts = names(count)
    with tempfile.TemporaryDirectory() as folder, Store.writing(Path(folder) / "store") as store:
        for bare in (True, False):
            start = time.perf_counter()
            source = Source("bench", "bench", "table", f"sha256:{bare}", "bench", "2025-01-01T00:00:00Z")
            load = Loaded(source, statements(texts))
            if bare:
                store.load([load])
                print(f"{count} names loaded without rules: {time.perf_counter() - start:.1f} s")
                continue
            watch = Watch(store)
            reports = store.load(watch([load]))
            stored = time.perf_counter()
            made = watch.settle(reports)
            watch.close()
            whole, own = time.perf_counter() - start, time.perf_counter() - stored
            print(f"… with rules: {whole:.1f} s ({own:.1f} s the rules' own)")
            print(f"{made} decisions")
        keys = Keys(store, writable=False)
        start = time.perf_counter()
        finder = CandidateFinder(read_records(keys, settings=True), Standing())
        print(f"made ready: {time.perf_counter() - start:.1f} s")
        found = finder.all(least=0.5, each=3)
        print(f"{count} names against themselves: {time.perf_counter() - start:.1f} s, {len(found)} candidates")
        keys.close()
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
