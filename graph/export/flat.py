"""The one flattening step: entities and links as rows of scalars, for formats that know nothing else, and back.

A list is written as a JSON array in a text (``["5(d)", "7"]``): any program can read it, and no separator has to be
kept out of the values. The lists ``documents``, ``locators``, ``certainties``, ``methods``, ``scores`` and ``quotes``
of one link have the same length: the n-th of each belong to one piece of evidence. ``""`` in a list stands for what a
piece of evidence does not have. The fields are those of a property graph (``rows.py``); a value that is missing is
left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from ...ontology.convert import QUALIFIERS
from ...ontology.model import Entity, Link
from ..rows import entity_row, link_row

Scalar: TypeAlias = str | int | float | bool

#: Fields that hold lists, by the kind of row; every other field is a scalar.
NODE_LISTS = ("acronyms", "other_names", "identifiers", "dated_names", "documents", "locators", "quotes", "certainties",
              "methods", "scores")  # fmt: skip
LINK_LISTS = ("documents", "locators", "quotes", "certainties", "methods", "scores", "discussed_in",
              "discussed_locators")  # fmt: skip
#: Qualifiers of links that are numbers.
NUMBERS = tuple(field for field, (_, form) in QUALIFIERS.items() if form == "decimal")


def node(entity: Entity) -> dict[str, Any]:
    """Return an entity as a row whose values are scalars or lists of texts.

    ``names`` are in ``name_<lang>``; ``dated_names`` tells when a name was borne, as
    ``"alternative|fr|1924|2003|Office international des épizooties"``.
    """
    row = entity_row(entity)
    row["dated_names"] = [
        "|".join((n.kind, n.lang, n.valid_from or "", n.valid_to or "", n.text))
        for n in entity.names
        if n.valid_from or n.valid_to
    ]
    row["scores"] = ["" if e.score is None else repr(e.score) for e in entity.evidence]
    return row


def link(item: Link, source_id: str, *, exact: bool = False) -> dict[str, Any]:
    """Return a link as a row whose values are scalars or lists of texts; the ends are ``from`` and ``to``.

    ``exact`` gives amounts as decimals in a text, ``"0.10"``; else they are floating-point numbers.
    """
    row = link_row(item, source_id)
    row = {"iri": row.pop("iri"), "from": item.source_iri, "to": item.target_iri} | row
    row["source_id"] = row.pop("source")
    if exact:
        for field in NUMBERS:
            value: Decimal | None = getattr(item, field)
            if value is not None:
                row[field] = format(value, "f")
    row["scores"] = ["" if e.score is None else repr(e.score) for e in item.evidence]
    return row


def flatten(row: Mapping[str, Any]) -> dict[str, Scalar]:
    r"""Return a row in which each list is a JSON array in a text.

    >>> flatten({"role": "chair", "locators": ["5(d)", 'a "b"']})
    {'role': 'chair', 'locators': '["5(d)", "a \\"b\\""]'}
    """
    return {k: json.dumps(v, ensure_ascii=False) if isinstance(v, list) else v for k, v in row.items()}


def unflatten(row: Mapping[str, Any], lists: tuple[str, ...]) -> dict[str, Any]:
    """Return the row that :func:`flatten` was given; ``lists`` are :data:`NODE_LISTS` or :data:`LINK_LISTS`."""
    return {k: json.loads(v) if k in lists else v for k, v in row.items()}


# XML 1.0 (5th edition, production 2) has no way to write these; carriage returns are made line feeds by every parser.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\ud800-\udfff\ufffe\uffff]|\\\\(?=u[0-9a-f]{4})")
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


def for_xml(value: Scalar) -> Scalar:
    r"""Return a value as XML can hold it: a character that XML forbids is written ``\u0001``, in JSON's manner.

    A backslash that would be read as the beginning of such a sequence is written ``\u005c``.

    >>> for_xml("bell\x07"), for_xml(r"C:\u0001")
    ('bell\\u0007', 'C:\\u005cu0001')
    """
    if not isinstance(value, str):
        return value
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def from_xml(value: Scalar) -> Scalar:
    """Return the value that :func:`for_xml` was given."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value
