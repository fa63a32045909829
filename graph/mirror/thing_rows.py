"""The node of a thing of which one record speaks, straight from what the record says.

Most things are named by one source, once. Then there is nothing to merge, and the node's properties are made of the
JSON of the record without objects in between. What needs a closer look goes the long way, through
:func:`multilateral.graph.reading.merge` and :func:`.rows.entity_node`; the tests compare both.
"""

from __future__ import annotations

import json
from typing import Any

from ...ontology.model import ID
from ..rows import Row
from . import rows

_KINDS = {"preferred": 0, "alternative": 1, "acronym": 2}
_SINGLE = ("description", "valid_from", "valid_to", "status", "homepage", "issued", "language", "body")
_LISTS = (("locators", "locator"), ("quotes", "quote"), ("certainties", "certainty"), ("methods", "method"))


def of_record(text: str, canonical: dict[str, str]) -> tuple[tuple[str, ...], Row] | None:
    """Return the labels and properties of the node of a thing that has this one record, which is JSON.

    ``None`` if it needs a closer look: names that stand in each other's way, or things that decisions move.
    """
    said = json.loads(text)
    iri, evidence = said["iri"], said.get("evidence", ())
    if canonical and not canonical.keys().isdisjoint([iri, said.get("body", ""), *[e["document"] for e in evidence]]):
        return None
    names = said.get("names", ())
    preferred = {n["lang"]: n["text"] for n in names if n["kind"] == "preferred"}
    if len(names) > 1:
        names = sorted(names, key=_order)
        if len({_order(n) for n in names}) < len(names) or len(preferred) < sum(_order(n)[0] == 0 for n in names):
            return None
    row: Row = {
        "iri": iri,
        "id": said.get("identifier") or iri.removeprefix(ID),
        "type": said["type"],
        "name": _name(preferred, names, said),
        "acronyms": list(dict.fromkeys([n["text"] for n in names if n["kind"] == "acronym"])),
        "other_names": list(dict.fromkeys([n["text"] for n in names if n["kind"] == "alternative"])),
        "collective": said.get("collective", False),
    }
    if "identifiers" in said:
        known = {(i["scheme"], i["value"]) for i in said["identifiers"]}
        row["identifiers"] = [f"{scheme}:{value}" for scheme, value in sorted(known)]
    for lang in sorted(preferred):
        if lang:
            row[rows.name_property(lang)] = preferred[lang]
    for field in _SINGLE:
        if field in said:
            row[field] = said[field]
    if evidence:
        if len(evidence) > 1:
            evidence = {tuple(sorted(e.items())): e for e in evidence}.values()
        row["documents"] = [e["document"] for e in evidence]
        for name, part in _LISTS:
            row[name] = [e.get(part, "") for e in evidence]
    return rows.node(said["type"], row)


def _order(name: dict[str, str]) -> tuple[int, str, str]:
    return _KINDS[name["kind"]], name["lang"], name["text"]


def _name(preferred: dict[str, str], names: Any, said: dict[str, Any]) -> str:
    """Return the name as :meth:`multilateral.ontology.model.Entity.name` does."""
    for lang in ("en", "fr", ""):
        if lang in preferred:
            return preferred[lang]
    if preferred:
        return preferred[min(preferred)]
    said_first: str = names[0]["text"] if names else said.get("identifier") or said["iri"].rsplit("/", 1)[-1]
    return said_first
