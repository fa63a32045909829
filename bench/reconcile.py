"""Measure reconciling: 50,000 names against themselves, what the rules cost at a load, and French against English.

    python bench/reconcile.py [NAMES]
    python bench/reconcile.py --tables FOLDER   # pairs XX_en.xlsx and XX_fr.xlsx of IATI transactions

The names are made up from the words of the authority file, a third of them a second time with a slip or in another
order, so that there is something to find.
"""

from __future__ import annotations

import csv
import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from multilateral.graph.decisions import Standing
from multilateral.graph.identity.candidates import CandidateFinder
from multilateral.graph.identity.keys import Keys, Watch
from multilateral.graph.identity.reconcile import Reconciler
from multilateral.graph.identity.records import read_records
from multilateral.graph.store import Store
from multilateral.loaders.authority import authority
from multilateral.loaders.iati_known import LinksSoFar
from multilateral.loaders.iati_tables import load_iati_tables
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


# --- the same tables in French and in English ---------------------------------------------------------------

ORGANIZATIONS = (2, 7, 9)
PART = re.compile(r"(.*?)\s*\[([^\[\]]*)\]", re.DOTALL)
NONE = ("", "None", "No data", "Aucune donnée", "nan", "N/A")


def cut(path: Path, to: Path, *, codes: bool, each: int | None) -> dict[str, set[str]]:
    """Write a table as CSV, with codes or without, at most ``each`` rows for an organization; return names by code."""
    found: dict[str, set[str]] = defaultdict(set)
    seen: Counter[str] = Counter()
    with to.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            cells = ["" if value is None else str(value) for value in row]
            told = [cells[at] for at in ORGANIZATIONS]
            if number and each is not None and all(seen[cell] >= each for cell in told):
                continue
            seen.update(told)
            for at in ORGANIZATIONS if number else ():
                names = []
                for part in cells[at].split(";"):
                    match = PART.fullmatch(part.strip())
                    if match and match[1] not in NONE and match[2] not in NONE:
                        found[match[2]].add(match[1])
                    names.append(match[1] if match else part.strip())
                if not codes:
                    cells[at] = ";".join(names)
            out.writerow(cells)
    return found


def tables(folder: Path, store_path: Path, *, codes: bool, each: int | None = None, only: str = "") -> dict[str, Any]:
    """Load pairs of tables, and say of the pairs with one name in each language how many are one or stand first."""
    known = LinksSoFar()
    truth: dict[tuple[str, str], tuple[str, str]] = {}
    for english in sorted(folder.glob(f"{only}*_en.xlsx")):
        place = english.name.removesuffix("_en.xlsx")
        said = {}
        for lang in ("en", "fr"):
            made = store_path.parent / f"{place}-{lang}.csv"
            said[lang] = cut(folder / f"{place}_{lang}.xlsx", made, codes=codes, each=each)
            with Store.writing(store_path) as store:
                watch = Watch(store, authority)
                store.load(watch([load_iati_tables(made, known=known, skip_bad=True)]), decide=watch.decide)
                watch.keep()
                watch.close()
        for code, names in said["en"].items():
            if len(names) == 1 and len(said["fr"][code]) == 1:
                truth[(place.lower(), code)] = (*names, *said["fr"][code])
    reconciler = Reconciler(Store.open(store_path))
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for top, record in reconciler.finder.records.items():
        for source in record.sources:
            for text, _, _ in record.names:
                named[(source, text)].add(top)
    result: dict[str, Any] = {"pairs": 0, "one": 0, "first": 0, "missed": []}
    codes_of: dict[str, set[str]] = defaultdict(set)
    for (place, code), (en, fr) in sorted(truth.items()):
        left, right = (named[(f"iati-tables-{place}-{lang}", name)] for lang, name in (("en", en), ("fr", fr)))
        if not left or not right:
            continue  # its rows name it together with others only
        for top in left | right:
            codes_of[top].add(code)
        if en == fr and not codes:
            continue
        result["pairs"] += 1
        if left & right:
            result["one"] += 1
            continue
        first = next(iter(reconciler.candidates(min(right), least=0.3, each=1)), None)
        if first is not None and {first.left, first.right} & left:
            result["first"] += 1
        else:
            result["missed"].append((code, en, fr))
    result["several codes"] = [(top, sorted(found)) for top, found in codes_of.items() if len(found) > 1]
    return result


def main() -> None:
    if sys.argv[1:2] == ["--tables"]:
        for codes in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                found = tables(Path(sys.argv[2]), Path(folder) / "store", codes=codes)
                print("with codes:" if codes else "without codes:", found)
        return
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
            store.load(watch([load]), decide=watch.decide)
            watch.keep()
            watch.close()
            print(f"… with rules: {time.perf_counter() - start:.1f} s")
            print(f"{len(list(store.decisions))} decisions")
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
