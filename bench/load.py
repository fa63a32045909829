"""Loading to an answering store beside `bulk_load` of the same quads from a ready file, and loading once more.

Ours is `multilateral load FILE` and the first `multilateral find` after it, as whole processes: the sources are read,
identity is decided, the index and the names are built. Theirs is a process in which pyoxigraph's `Store.bulk_load`
reads the very quads that the load wrote, unpacked, into a fresh folder. Time is given by the clock and by the CPU,
memory as the peak of the larger process. On a shared machine only the ratios, and those of CPU time first, say much.

`python bench/load.py` takes slices, in a few minutes; `--full` the whole files. `--data` names the folder with
`iati_tables_large`, `iati_tables_fr_en` and `ror`; what is not there is left out, with a word.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import BIN, report

_BULK_LOAD = """
import sys, pyoxigraph as ox
store = ox.Store(sys.argv[1])
for path in sys.argv[2:]:
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)
store.flush()
"""
#: As for a program that is installed: what Python has compiled is kept, whatever the shell says.
_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
#: The slices that show whether memory is flat: this many rows, and as many again.
_SLICE = {"iati_tables_large": 50_000, "ror": 10_000}


@dataclass(frozen=True)
class Cost:
    """What one or several processes took: seconds by the clock and of CPU, and the peak of the largest in MB."""

    wall: float
    cpu: float
    peak: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


def run(*command: str) -> Cost:
    """Run a command to its end and say what it took."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_INSTALLED)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(command)} failed: {said.decode(errors='replace')[-500:]}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def ours(store: Path, *files: Path) -> Cost:
    """Load files and ask for the first thing."""
    command = [str(BIN / "multilateral"), "--store", str(store)]
    return run(*command, "load", *map(str, files)) + run(*command, "find", "Ministry of Health")


def theirs(store: Path, folder: Path) -> Cost:
    """Bulk-load the quads that stand in a store of ours from unpacked files."""
    ready = []
    for path in sorted((store / "sources").glob("*.nq.gz")):
        ready.append(folder / path.name.removesuffix(".gz"))
        with gzip.open(path, "rb") as packed, ready[-1].open("wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
    into = folder / "theirs"
    cost = run(sys.executable, "-c", _BULK_LOAD, str(into), *map(str, ready))
    print(f"  {sum(count_lines(p) for p in ready):,} quads; their folder {size(into):.0f} MB")
    shutil.rmtree(into)
    for path in ready:
        path.unlink()
    return cost


def count_lines(path: Path) -> int:
    """Return the number of lines of a file."""
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def size(folder: Path) -> float:
    """Return the size of a folder in MB, a file that stands in it under two names once."""
    found = {(s := p.stat()).st_ino: s.st_size for p in folder.rglob("*") if p.is_file()}
    return sum(found.values()) / 1e6


def sizes(store: Path) -> str:
    """Say what takes the space of a store."""
    parts = sorted((store / "projections").iterdir())
    shown = [f"{p.name.partition('-')[0]} {size(p) if p.is_dir() else p.stat().st_size / 1e6:.0f}" for p in parts]
    return f"sources {size(store / 'sources'):.0f} MB; projections in MB: {', '.join(shown)}"


def compare(what: str, one: Cost, other: Cost, wanted: str) -> None:
    """Print both sides by the clock and by CPU."""
    report(f"{what}, CPU", one.cpu, other.cpu, wanted)
    report(f"{what}, clock", one.wall, other.wall, wanted)


def slice_of(path: Path, rows: int, folder: Path) -> Path:
    """Write the first rows of a packed table or of packed records; return the file, with the rows in its name."""
    header = 1 if ".csv" in path.name else 0
    out = folder / f"{path.name.partition('.')[0]}_{rows}{'.csv.gz' if header else '.jsonl.gz'}"
    with gzip.open(path, "rb") as stream, gzip.open(out, "wb", compresslevel=1) as sliced:
        sliced.writelines(itertools.islice(stream, rows + header))
    return out


def first_load(name: str, file: Path, folder: Path) -> Cost:
    """Compare a first load, and that of the same file once more; return what the first took."""
    store = folder / "store"
    print(f"{name} ({file.name})")
    mine = ours(store, file)
    other = theirs(store, folder)
    compare(f"{name} to an answering store", mine, other, "at most 1.5")
    print(f"{name}: peak {mine.peak:.0f} MB, bulk_load alone {other.peak:.0f} MB (wanted: at most 2,000)")
    print(f"  {sizes(store)}")
    compare(f"{name} again, unchanged", ours(store, file), other, "at most 0.3")
    shutil.rmtree(store)
    return mine


def second_language(data: Path, folder: Path, country: str) -> None:
    """Compare the load of a table in a second language with that of the first."""
    store = folder / "store"
    files = [data / f"{country}_{lang}.xlsx" for lang in ("en", "fr")]
    print(f"iati_tables_fr_en ({country})")
    mine = ours(store, files[0])
    other = theirs(store, folder)
    compare(f"{country}_en to an answering store", mine, other, "at most 1.5")
    again = ours(store, files[1])
    compare(f"{country}_fr after it beside bulk_load of the first", again, other, "at most 0.3")
    compare(f"{country}_fr after it beside our load of the first", again, mine, "at most 0.3")
    print(f"  {sizes(store)}")
    shutil.rmtree(store)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the comparisons that are asked for and that there are data for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside, help="the folder of the data sets")
    parser.add_argument("--only", choices=["iati_tables_large", "ror", "iati_tables_fr_en"], help="one of them")
    parser.add_argument("--rows", type=int, help="slices of this many rows")
    parser.add_argument("--full", action="store_true", help="whole files instead of slices")
    parser.add_argument("--flat", action="store_true", help="also slices twice as long, to see how memory grows")
    options = parser.parse_args(arguments)
    for name, pattern in (("iati_tables_large", "*.csv.gz"), ("ror", "*.jsonl.gz")):
        if options.only not in (None, name):
            continue
        file = next(iter(sorted((options.data / name).glob(pattern))), None)
        if file is None:
            print(f"left out: there is no {options.data / name / pattern}")
            continue
        rows = options.rows or _SLICE[name]
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            if options.full:
                first_load(name, file, folder)
                continue
            mine = first_load(name, slice_of(file, rows, folder), folder)
            if options.flat:
                twice = first_load(f"{name}, twice as much", slice_of(file, 2 * rows, folder), folder)
                report(f"{name}: peak of twice as many rows", twice.peak, mine.peak, "near 1 for large tables")
    if options.only in (None, "iati_tables_fr_en"):
        data = options.data / "iati_tables_fr_en"
        if not (data / "GA_fr.xlsx").exists():
            print(f"left out: there is no {data / 'GA_fr.xlsx'}")
            return
        with tempfile.TemporaryDirectory() as scratch:
            for country in ("GA", "KM") if options.full else ("GA",):
                second_language(data, Path(scratch), country)


if __name__ == "__main__":
    main()
