"""From an HTTP request to a query: GET, form and direct POST, with its dataset (SPARQL 1.1 Protocol, 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from .errors import Refused
from .formats import NAMES
from .guard import READ_ONLY
from .limits import Limits

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
_WRITING = ("update", "using-graph-uri", "using-named-graph-uri")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its dataset; ``format`` is the parameter of that name."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None


def read(method: str, query_string: bytes, content_type: str, body: bytes, limits: Limits) -> Asked | None:
    """Return what a request asks, ``None`` if it is a GET without a query, which asks for the service description.

    :raises Refused: If it breaks the protocol (400, 413, 415) or would write (403).
    """
    pairs = _pairs(query_string, "address")
    if method == "POST":
        pairs += _posted(content_type, body)
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if any(name in values for name in _WRITING):
        raise Refused(403, READ_ONLY)
    queries = values.get("query", [])
    if not queries:
        if method == "POST":
            raise Refused(400, "The parameter 'query' is missing.")
        return None
    if len(queries) > 1:
        raise Refused(400, "The parameter 'query' is given more than once; send one query a request.")
    if not queries[0].strip():
        raise Refused(400, "The query is empty.")
    if len(queries[0]) > limits.body * 1024:
        raise too_large(limits)
    if "\x00" in queries[0]:
        raise Refused(400, "The query holds the character U+0000.")
    form = values["format"][-1] if "format" in values else None
    if form is not None and form not in NAMES:
        raise Refused(400, f"The format {form!r} is not known; known are: {', '.join(NAMES)}.")
    default, named = values.get("default-graph-uri", ()), values.get("named-graph-uri", ())
    return Asked(queries[0], tuple(default), tuple(named), form)


def too_large(limits: Limits) -> Refused:
    """Return the refusal of a request that is too long."""
    return Refused(413, f"The request is larger than {limits.body} KB; send a shorter query.", Connection="close")


def _posted(content_type: str, body: bytes) -> list[tuple[str, str]]:
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if media not in (FORM, DIRECT, UPDATE):
        sent = f"not {media}" if media else "and say so in Content-Type"
        raise Refused(415, f"Send a POST as {FORM} or {DIRECT}, {sent}.")
    for parameter in parameters:
        if parameter.startswith("charset=") and parameter[8:].strip("\"'") not in ("utf-8", "utf8"):
            raise Refused(415, f"Send the query in UTF-8, not {parameter[8:]}.")
    if media == UPDATE:
        raise Refused(403, READ_ONLY)
    if media == FORM:
        return _pairs(body, "form")
    try:
        return [("query", body.decode("utf-8"))]
    except UnicodeDecodeError as error:
        raise Refused(400, f"The query is not UTF-8: byte {error.start + 1} is wrong.") from error


def _pairs(text: bytes, where: str) -> list[tuple[str, str]]:
    if not text:
        return []
    try:
        return parse_qsl(text.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except UnicodeDecodeError as error:
        raise Refused(400, f"The parameters of the {where} are not UTF-8.") from error
    except ValueError as error:
        raise Refused(400, f"The {where} has more than 200 parameters.") from error
