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
    if len(names) > 1:
        ordered = sorted([(_KINDS[n["kind"]], n["lang"], n["text"]) for n in names])
        if len(set(ordered)) < len(ordered):
            return None
    else:
        ordered = [(_KINDS[n["kind"]], n["lang"], n["text"]) for n in names]
    preferred = {lang: text for kind, lang, text in ordered if kind == 0}
    if len(preferred) < sum([kind == 0 for kind, _, _ in ordered]):
        return None
    row: Row = {
        "iri": iri,
        "id": said.get("identifier") or iri.removeprefix(ID),
        "type": said["type"],
        "name": _name(preferred, ordered, said),
        "acronyms": list(dict.fromkeys([text for kind, _, text in ordered if kind == 2])),
        "other_names": list(dict.fromkeys([text for kind, _, text in ordered if kind == 1])),
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


def _name(preferred: dict[str, str], names: list[tuple[int, str, str]], said: dict[str, Any]) -> str:
    """Return the name as :meth:`multilateral.ontology.model.Entity.name` does."""
    for lang in ("en", "fr", ""):
        if lang in preferred:
            return preferred[lang]
    if preferred:
        return preferred[min(preferred)]
    said_first: str = names[0][2] if names else said.get("identifier") or said["iri"].rsplit("/", 1)[-1]
    return said_first
