"""What an RDF file says of itself: its licence, and of the one source that an export of ours holds, its description."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..ontology.convert import DCTERMS, OWL, SCHEMA
from ..ontology.model import ML
from . import rdf_own
from .rdf_graph import TYPE
from .rdf_index import Index
from .registry_values import Wrong, web

_FIELDS: Final = {
    DCTERMS + "title": "title",
    OWL + "versionInfo": "version",
    SCHEMA + "url": "url",
    DCTERMS + "issued": "issued",
}
_LICENCES: Final = (
    DCTERMS + "license",
    DCTERMS + "rights",
    "http://purl.org/dc/elements/1.1/rights",
    SCHEMA + "license",
    "http://schema.org/license",
    "http://creativecommons.org/ns#license",
)
# Classes of things that may stand for the file as a whole.
_WHOLES: Final = (
    "http://rdfs.org/ns/void#Dataset",
    "http://www.w3.org/ns/dcat#Dataset",
    "https://schema.org/Dataset",
    "http://schema.org/Dataset",
    OWL + "Ontology",
    "http://www.w3.org/2004/02/skos/core#ConceptScheme",
)
_MOST: Final = 200
_LONGEST: Final = 500


class Description(NamedTuple):
    """``fields`` of the source, the statements (subject, predicate) that they come from, how many sources it holds."""

    fields: dict[str, str]
    used: frozenset[tuple[str, str]]
    sources: int


def describe(index: Index, base: str) -> Description:
    """Return what a file says of itself: of a source in our own terms, of a data set, of ``<>``.

    Of several sources or data sets the licences are kept, each once, and nothing else.
    """
    own = _of_class(index, ML + "Source")
    wholes = list(dict.fromkeys([*own, base, *(s for class_ in _WHOLES for s in _of_class(index, class_))]))
    used: set[tuple[str, str]] = set()
    licences: dict[str, None] = {}
    fields: dict[str, str] = {}
    for subject in wholes:
        for predicate, term in index.rows(subject):
            if predicate in _LICENCES and term.kind != "b" and term.value.strip():
                licences.setdefault(" ".join(term.value.split())[:_LONGEST])
                used.add((subject, predicate))
            elif len(own) == 1 and subject in own and term.kind == "l" and (field := _FIELDS.get(predicate)):
                fields.setdefault(field, term.value)
    if licences:
        fields["licence"] = "; ".join(licences)
    if not web(fields.get("url")):
        fields.pop("url", None)
    try:
        if "issued" in fields:
            fields["issued"] = rdf_own.date(fields["issued"])
    except Wrong:  # a description, on which nothing is built
        del fields["issued"]
    return Description(fields, frozenset(used), len(own))


def _of_class(index: Index, class_: str) -> list[str]:
    return list(dict.fromkeys(subject for subject, predicate in index.incoming(class_, _MOST) if predicate == TYPE))
