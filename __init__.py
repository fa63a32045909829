"""A knowledge graph of international cooperation in which every link cites its document and paragraph.

>>> import multilateral as ml
>>> kg = ml.open("my.db")                       # doctest: +SKIP
>>> kg.load("five-documents")                   # doctest: +SKIP
>>> kg.query("partners-of", org="OIE")          # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .knowledge import KnowledgeGraph, open
    from .ontology.errors import MultilateralError

__all__ = ["KnowledgeGraph", "MultilateralError", "open"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Imported when first used: the command line starts without the engines.
    if name in ("KnowledgeGraph", "open"):
        from . import knowledge

        return getattr(knowledge, name)
    if name == "MultilateralError":
        from .ontology.errors import MultilateralError

        return MultilateralError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
