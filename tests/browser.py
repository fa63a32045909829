"""Find the browser that the tests of the map drive, or install one, saying so. Run by ``make test``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """Return the path of a Chromium: that of ``MULTILATERAL_CHROMIUM``, else the first on the path."""
    given = os.environ.get("MULTILATERAL_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> None:
    """Say which browser is used, installing Debian's where there is none and that is possible."""
    found = browser()
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Chromium with apt-get (set MULTILATERAL_CHROMIUM to use another one) ...", flush=True)
        quiet = {"stdout": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], check=True, env=environment, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-q", "chromium"], check=True, env=environment, **quiet)
        found = browser()
    if found is None:
        sys.exit(
            "The tests of the map need Chromium or Chrome, and none was found: install it (on Debian and Ubuntu "
            "`sudo apt-get install chromium`) or set MULTILATERAL_CHROMIUM to its path."
        )
    print(f"Browser for the tests: {found} (MULTILATERAL_CHROMIUM chooses another one)")


if __name__ == "__main__":
    main()
