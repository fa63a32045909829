"""The facts that ship with the package: five UN documents, coded by hand as tables, a folder a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

from ..ontology.model import Loaded
from .table import load_table


def five_documents() -> Iterator[Loaded]:
    """Yield one source a document, in the order of their ids."""
    root = Path(str(resources.files("multilateral.data") / "five_documents"))
    for folder in sorted(p for p in root.iterdir() if p.is_dir()):
        loaded = load_table(folder)
        loaded.source = replace(loaded.source, loader="curated")
        yield loaded
