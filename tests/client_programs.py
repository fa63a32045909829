"""Programs that ask SPARQL endpoints, for the tests: those of the machine, or installed where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .debian import install
from .neo4j_server import tools

#: Command or R package → Debian's package.
PACKAGES = {
    "curl": "curl",
    "roqet": "rasqal-utils",
    "Rscript": "r-base-core",
    "soffice": "libreoffice-calc-nogui",
    "npm": "npm",
}
COMUNICA = "4.5.0"


def _install(package: str) -> None:
    install(
        (package,),
        tests="SPARQL clients",
        missing=f"The tests of SPARQL clients need {package}, which was not found: install it (on Debian and Ubuntu "
        f"`sudo apt-get install {package}`).",
    )


def command(name: str) -> None:
    """Make sure that a command is there.

    :raises RuntimeError: If it is not and cannot be installed.
    """
    if not shutil.which(name):
        _install(PACKAGES[name])


def r_package() -> None:
    """Make sure that R has the package ``SPARQL``."""
    command("Rscript")
    there = subprocess.run(["Rscript", "-e", "library(SPARQL)"], capture_output=True, check=False)
    if there.returncode:
        _install("r-cran-sparql")


def comunica() -> Path:
    """Return the folder ``node_modules`` that holds Comunica, fetching it the first time (110 MB)."""
    command("npm")
    folder = tools() / f"comunica-{COMUNICA}"
    if not (folder / "complete").exists():
        beside = folder.with_name(f"{folder.name}.{os.getpid()}")
        beside.mkdir(parents=True)
        print(f"\nFetching Comunica {COMUNICA} for the tests into {folder} (once, 110 MB) ...", flush=True)
        arguments = ["npm", "install", "--no-audit", "--no-fund", "--silent", f"@comunica/query-sparql@{COMUNICA}"]
        done = subprocess.run(arguments, cwd=beside, capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(beside)
            raise RuntimeError(f"Comunica could not be fetched with npm: {done.stdout[-500:]}{done.stderr[-500:]}")
        (beside / "complete").touch()
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    return folder / "node_modules"
