"""The authority file that ships with the package: countries, the UN system, intergovernmental organizations, donors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

from ..ontology.model import Loaded
from .table import load_table

_FOLDERS = ("countries", "organizations", "igo-names")


def authority() -> Iterator[Loaded]:
    """Yield the sources of the authority file, each under one licence, as ``data/authority/README.md`` says."""
    root = Path(str(resources.files("multilateral.data") / "authority"))
    for name in _FOLDERS:
        loaded = load_table(root / name)
        loaded.source = replace(loaded.source, loader="authority")
        yield loaded
