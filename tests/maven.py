"""Single files from Maven Central for the tests, fetched once into ``MULTILATERAL_TOOLS``."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .neo4j_server import tools


def fetched(what: str, artifact: str, megabytes: int) -> Path:
    """Return a file of Maven Central: ``fetched("Fuseki", "org.apache.jena:jena-fuseki-server:5.6.0", 56)``.

    Java and Maven must be there.

    :raises RuntimeError: If Maven cannot fetch it.
    """
    name, version, *rest = artifact.split(":")[1:]
    folder = tools() / f"{name}-{version}"
    file = folder / f"{'-'.join([name, version, *rest[1:]])}.jar"
    if file.exists():
        return file
    beside = folder.with_name(f"{folder.name}.{os.getpid()}")
    beside.mkdir(parents=True)
    print(f"\nFetching {what} {version} for the tests into {folder} (once, {megabytes} MB) ...", flush=True)
    copy = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
    command = ["mvn", "-q", "-B", copy, f"-Dartifact={artifact}", f"-DoutputDirectory={beside}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(beside)
        raise RuntimeError(f"{what} could not be fetched through Maven: {done.stdout[-500:]}{done.stderr[-500:]}")
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    return file
