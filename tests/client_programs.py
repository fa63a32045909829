"""Other programs that the tests run: those of the machine, or installed where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .debian import install
from .maven import fetched
from .neo4j_server import tools

#: Command or R package → Debian's package.
PACKAGES = {
    "curl": "curl",
    "roqet": "rasqal-utils",
    "Rscript": "r-base-core",
    "soffice": "libreoffice-calc-nogui",
    "npm": "npm",
    "javac": "default-jdk-headless",
    "mvn": "maven",
}
_OPEN = Path(__file__).with_name("OpenInGephi.java")
COMUNICA, CYTOSCAPE, GEPHI = "4.5.0", "3.34.4", "0.10.1"


def _install(package: str) -> None:
    install(
        (package,),
        tests="other programs",
        missing=f"The tests with other programs need {package}, which was not found: install it (on Debian and Ubuntu "
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
    return _from_npm("Comunica", "@comunica/query-sparql", COMUNICA, 110) / "node_modules"


def cytoscape() -> Path:
    """Return a folder in which Node.js finds Cytoscape.js, fetching it the first time (6 MB)."""
    return _from_npm("Cytoscape.js", "cytoscape", CYTOSCAPE, 6)


def gephi() -> Path:
    """Return the file of the Gephi toolkit, which is Gephi without its windows, fetching it the first time (83 MB).

    A compiler of Java is there too, in which programs that use it are written.
    """
    for name in ("javac", "mvn"):
        command(name)
    return fetched("the Gephi toolkit", f"org.gephi:gephi-toolkit:{GEPHI}:jar:all", 83)


def opened_in_gephi(path: Path, edges: str = "as set") -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return what Gephi has of a file: the cells of each node and edge by its id.

    ``edges`` says whether parallel ones are kept ``apart``.
    """
    command = ["java", "-Djava.awt.headless=true", "-cp", str(gephi()), str(_OPEN), str(path), edges]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if done.returncode:
        raise RuntimeError(done.stderr)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    nodes, links = ({row[1]: row[2:] for row in rows if row[0] == kind} for kind in ("node", "edge"))
    return nodes, links


def _from_npm(what: str, package: str, version: str, megabytes: int) -> Path:
    command("npm")
    folder = tools() / f"{what.lower().removesuffix('.js')}-{version}"
    if not (folder / "complete").exists():
        beside = folder.with_name(f"{folder.name}.{os.getpid()}")
        beside.mkdir(parents=True)
        print(f"\nFetching {what} {version} for the tests into {folder} (once, {megabytes} MB) ...", flush=True)
        arguments = ["npm", "install", "--no-audit", "--no-fund", "--silent", f"{package}@{version}"]
        done = subprocess.run(arguments, cwd=beside, capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(beside)
            raise RuntimeError(f"{what} could not be fetched with npm: {done.stdout[-500:]}{done.stderr[-500:]}")
        (beside / "complete").touch()
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    return folder
