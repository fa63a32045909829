"""The columns of the files for Neo4j's importer, with their types."""

from __future__ import annotations

from . import rows

#: The number of a statement in its source.
PLACE = "position"

RECORD = {
    "source": "string",
    "thing": "string",
    "entity": "string",
    "described": "boolean",
    "type": "string",
    "name": "string",
    "json": "string",
    "id": "string",
    "row_checksum": "string",
    PLACE: "long",
}
_DATED = {"valid_from_date": "date", "valid_to_date": "date"}
_LISTS = dict.fromkeys(("documents", "locators", "quotes", "certainties", "methods"), "string[]")
ENTITY = {
    **dict.fromkeys(("id", "type", "name"), "string"),
    **dict.fromkeys(("acronyms", "other_names", "identifiers"), "string[]"),
    "collective": "boolean",
    **dict.fromkeys(
        ("description", "valid_from", "valid_to", "status", "homepage", "issued", "language", "body"), "string"
    ),
    **_DATED,
    "issued_date": "date",
    **_LISTS,
    "row_checksum": "string",
}
LINK = {
    **dict.fromkeys(("iri", "source", "relation"), "string"),
    **rows.qualifier_types(),
    **_DATED,
    **dict.fromkeys(("discussed_in", "discussed_locators"), "string[]"),
    **_LISTS,
    "scores": "double[]",
    "exact": "string",
    "row_checksum": "string",
    PLACE: "long",
}
SOURCE = {
    **dict.fromkeys(("id", "title", "loader", "checksum", "origin", "loaded"), "string"),
    **dict.fromkeys(("licence", "version", "issued", "url", "state", "fingerprint"), "string"),
}
DECISION = {"number": "long"} | dict.fromkeys(("verdict", "left", "right", "who", "when", "why", "rule"), "string")
MIRROR = {"form": "string", "decisions": "string"}
