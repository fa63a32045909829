"""Analyses of the network: each a function from a ``MultiDiGraph`` to named rows, with its definition and source.

``analyses()`` lists them, ``run("centrality", graph, measure="betweenness")`` runs one; options may be strings, as a
command line gives them. Rules that all follow:

- **Proposed links are left out** unless ``include_proposed`` is set: a proposal is no fact, and has no direct triple
  in the store either. Planned links count; a selection of statuses decides otherwise.
- **Parallel links** between two things are one tie where a measure wants a simple graph; its weight is their number.
- **Direction** is kept where the definition has it (in- and out-degree, PageRank, HITS, brokerage roles); a symmetric
  relation then counts both ways. All else reads a link as a tie between its two ends.
- **Loops** (a link of a thing to itself) are left out.
- **Order** is by value, then by IRI, so that the same graph gives the same rows; what is random is seeded.
- **Large graphs** go to NetworKit where it is installed (``pip install "multilateral[fast]"``), by the same call; the
  result says which engine computed it.
"""

from __future__ import annotations

from ...ontology.errors import BadParameter
from .fast import LARGE
from .model import Analysis, Column, NotConverged, Parameter, Result, UnknownAnalysis
from .registry import analyses, run

__all__ = [
    "LARGE",
    "Analysis",
    "BadParameter",
    "Column",
    "NotConverged",
    "Parameter",
    "Result",
    "UnknownAnalysis",
    "analyses",
    "run",
]
