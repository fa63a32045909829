"""Programs that tests need, installed from Debian's packages where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess


def install(packages: tuple[str, ...], *, tests: str, missing: str) -> None:
    """Install packages with apt-get, saying so; ``tests`` are what they are for.

    :raises RuntimeError: With the sentence ``missing``, if there is no apt-get or no right to use it.
    """
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise RuntimeError(missing)
    print(f"\nInstalling {' and '.join(packages)} with apt-get for the tests of {tests} ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)
