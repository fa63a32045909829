"""Installing the core into a fresh environment: packages, megabytes, seconds, and that nothing is compiled."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(Path(folder) / "bin" / "python")
    source = Path(folder) / "source"  # a copy, because building leaves files beside the source
    tracked = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, tracked):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    size = sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file())
    start = time.perf_counter()
    # Only wheels: what would have to be compiled makes this fail. Our own source is the one thing that is built.
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", "--no-binary", "multilateral", str(source)],
        check=True,
    )
    took = time.perf_counter() - start
    listed = json.loads(subprocess.check_output([python, "-m", "pip", "list", "--format", "json"]))
    names = sorted(p["name"] for p in listed if p["name"] not in ("pip", "setuptools"))
    added = (sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file()) - size) / 1e6
    print(f"{len(names)} packages (wanted: at most 30), {added:.0f} MB, {took:.0f} s, nothing compiled")
    print(", ".join(names))
