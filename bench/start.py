"""Start-up: `multilateral --help` beside `sqlite-utils --help`, and a canned question on the demo store to its rows."""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import BIN, cpu_seconds, report

with tempfile.TemporaryDirectory() as folder:
    store = ["--store", str(Path(folder) / "store")]
    us = str(BIN / "multilateral")
    cpu_seconds([us, *store, "load", "five-documents"], runs=1)
    help_ = cpu_seconds([us, "--help"], runs=9)
    report(
        "--help beside sqlite-utils --help", help_, cpu_seconds([str(BIN / "sqlite-utils"), "--help"]), "at most 1.5"
    )
    print(f"--help: {help_:.3f} CPU-seconds (wanted: at most 0.20)")
    question = [us, *store, "query", "partners-of", "-p", "org=UNICRI", "--format", "csv"]
    for engine in ("sparql", "cypher"):
        spent = cpu_seconds([*question, "--engine", engine])
        print(f"a canned question, {engine}: {spent:.3f} CPU-seconds from start to rows (wanted: at most 0.6)")
