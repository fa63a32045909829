"""Milliseconds a search takes among 60,000 names, beside a scan of all of them with rapidfuzz, where that is installed.

Run: ``python bench/names.py``. The names are made of the words of real ones with a fixed seed; a query is a name as it
is, without accents, with a letter less, with two words exchanged, or its first half.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from multilateral.graph.names import NameIndex, fold
from multilateral.graph.store import Store
from multilateral.ontology.model import ID, Entity, Loaded, Name, Source

NAMES, QUERIES = 60_000, 200
KINDS = "Ministry Institute Agency Fund Commission Programme Centre Organisation Bureau Union Council Network".split()
FIELDS = (
    "Agriculture Santé Éducation Energy Transport Water Climate Pêche Forêts Trade Statistics Industry Justice Science "
    "Développement Refugees Culture Technology Environment Labour Finance Biosafety Migration Tourism Innovation"
).split()
PLACES = "Uzbekistan Côte-d’Ivoire Brasil España Kenya Viet-Nam Türkiye Québec Samoa Nepal Chile Maroc Polska".split()


def made(chance: random.Random, number: int) -> str:
    fields = " and ".join(chance.sample(FIELDS, chance.randint(1, 3)))
    return f"{chance.choice(KINDS)} for {fields} of {chance.choice(PLACES)} {number % 977}"


def asked(chance: random.Random, name: str) -> str:
    words, at = name.split(), chance.randrange(len(name))
    chance.shuffle(words)
    return chance.choice([name, fold(name), name[:at] + name[at + 1 :], " ".join(words), name[: len(name) // 2]])


def report(what: str, search: Callable[[str], object], queries: list[str]) -> float:
    took = []
    for text in queries:
        began = time.perf_counter()
        search(text)
        took.append((time.perf_counter() - began) * 1000)
    middle = statistics.median(took)
    print(f"{what:<32}{middle:8.1f} ms median {max(took):8.1f} ms at most")
    return middle


def main() -> None:
    chance = random.Random(2012)
    names = [made(chance, n) for n in range(NAMES)]
    queries = [asked(chance, chance.choice(names)) for _ in range(QUERIES)]
    described = Source("names", "Names", "bench", "sha256:0", "names", "2025-01-01T00:00:00Z")
    with tempfile.TemporaryDirectory() as folder:
        things = (Entity(f"{ID}organization/o{n}", "Organization", (Name(t, "en"),)) for n, t in enumerate(names))
        with Store.writing(Path(folder) / "store") as store:
            store.load([Loaded(described, things)])
        began = time.perf_counter()
        index = NameIndex(Store.open(Path(folder) / "store"))
        print(f"{'index of 60,000 names made in':<32}{time.perf_counter() - began:8.1f} s")
        ours = report("name index", lambda text: index.find(text, 10), queries)
    try:
        from rapidfuzz import fuzz, process  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        print("rapidfuzz is not installed, so there is nothing to compare with")
        return
    folded = [fold(name) for name in names]
    theirs = report(
        "rapidfuzz, scan of all",
        lambda text: process.extract(fold(text), folded, scorer=fuzz.WRatio, limit=10),
        queries[:40],
    )
    print(f"{'ratio':<32}{theirs / ours:8.1f}")


if __name__ == "__main__":
    main()
