"""The addresses of things: in each format, page by page, and as the header ``Link`` names them (RFC 8288)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request

from .site import thing_path
from .thing_groups import Leaf

#: Formats with their media type: the names are those of ``?format=`` and, but for the map, the endings of paths.
FORMATS: Final = {
    "html": "text/html",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "map": "text/html",
}
DATA: Final = ("ttl", "nt", "jsonld", "rdf")


def address(iri: str, form: str, leaf: Leaf | None = None) -> str:
    """Return the address of a thing in one format: by the ending of its path, where it has one."""
    path = thing_path(iri)
    given: dict[str, Any] = {}
    if path.startswith("/id/?") or form == "map":
        given["format"] = form
    else:
        path += f".{form}"
    if leaf is not None:
        given |= {"group": leaf.only or None, "page": leaf.number if leaf.number > 1 else None}
    return _with(path, given)


def document(service: str, iri: str, group: str) -> str:
    """Return the address of the document of a thing at a service, which is the same in every format."""
    found = service + thing_path(iri)
    if found == iri:  # the service answers for the IRIs themselves: a document is not what it is about
        found += ".html"
    return _with(found, {"group": group or None})


def header_links(request: Request, iri: str, form: str, leaf: Leaf | None) -> list[str]:
    """Return the links of the header: the same in other formats, the canonical address, and the pages beside this."""
    made = [
        f'<{address(iri, other, leaf)}>; rel="alternate"; type="{FORMATS[other]}"'
        for other in ("html", *DATA)
        if other != form
    ]
    made.append(f'<{request.app.state.service.public + thing_path(iri)}>; rel="canonical"')
    made.append(f'<{_ascii(iri)}>; rel="describes"')
    if leaf is not None and leaf.pages > 1 and form != "map":
        path = request.url.path if request.url.path != "/id/" else thing_path(iri)
        given = {k: v for k, v in request.query_params.items() if k not in ("page", "iri")}
        turns = {"first": 1, "prev": leaf.number - 1, "next": leaf.number + 1, "last": leaf.pages}
        for rel, number in turns.items():
            if 1 <= number <= leaf.pages:
                made.append(f'<{_with(_ascii(path), {**given, "page": number})}>; rel="{rel}"')
    return made


def _with(path: str, given: dict[str, Any]) -> str:
    pairs = {name: value for name, value in given.items() if value is not None}
    return f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}" if pairs else path


def _ascii(text: str) -> str:
    """Return an IRI or a path as a header may hold it."""
    return quote(text, safe="/:@!$&'()*+,;=~?#%[]-._")
