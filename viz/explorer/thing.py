"""Every thing at ``/id/…``: a page for people, Turtle, N-Triples, JSON-LD or RDF/XML for programs, and a map.

What is sent is chosen by ``?format=``, else by the ending of the path (``.ttl``), else by ``Accept``. An IRI that is
recorded for a thing with another canonical IRI is sent on to that one (303); the page there shows the recorded one.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ...ontology.errors import MultilateralError
from ...ontology.model import ID
from ...queries.endpoint.errors import Refused
from ...queries.endpoint.formats import GRAPH, negotiate
from . import site
from .site import language, link, page, render, say, thing_path
from .thing_address import DATA, FORMATS, address, header_links
from .thing_asked import Found, Wanted, answer
from .thing_model import DecisionsView, LinkView, NodeView, SourceView, ThingView

#: HTML comes first: it is what a client gets that takes anything.
_OFFERS = (("text/html", "html"), *GRAPH)
_ENDING = re.compile(r"(.+)\.(html|ttl|nt|jsonld|rdf)")
_VARY = "Accept, Accept-Language"
_MAP_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')
_TEMPLATES: dict[type[Any], str] = {
    ThingView: "thing.html",
    LinkView: "thing_link.html",
    NodeView: "thing_node.html",
    SourceView: "thing_source.html",
    DecisionsView: "thing_decisions.html",
}
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Content-Location",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_PREFLIGHT = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Authorization, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class Thing(HTTPEndpoint):
    """What answers at ``/id/…``."""

    async def get(self, request: Request) -> Response:
        """Answer with the thing in the form that is wanted."""
        response = await _negotiated(request)
        response.headers["Vary"] = _VARY
        return response

    async def options(self, request: Request) -> Response:
        """Let pages of other hosts ask for data, with a tag of what they hold."""
        return Response(status_code=204, headers=_PREFLIGHT)


async def _negotiated(request: Request) -> Response:
    try:
        form = _form(request)
    except Refused as refused:
        return PlainTextResponse(f"{refused.sentence}\n", refused.status, _plain_headers(request))
    request.state.form = form
    # Forms of one address are told apart by their tags: a browser that holds the page has not got the Turtle.
    request.state.tag = f'{site.tag(request)[:-1]}-{form}"'
    return await _answered(request)


def _form(request: Request) -> str:
    """Return the format of an answer.

    :raises Refused: 400 for a format that there is not, 406 if nothing that there is is acceptable.
    """
    named = request.query_params.get("format")
    if named is not None:
        if named in FORMATS:
            return named
        offered = ", ".join(FORMATS)
        raise Refused(
            400,
            say(
                request,
                f"There is no format {named!r}; there are {offered}.",
                f"Il n’y a pas de format {named!r} ; il y a {offered}.",
            ),
        )
    if ending := _ENDING.fullmatch(request.url.path):
        return ending[2]
    accept = request.headers.get("accept", "").strip()
    choice = negotiate(accept or "*/*", _OFFERS)
    if choice is None:
        offers = ", ".join(FORMATS[name] for name in ("html", *DATA))
        raise Refused(
            406,
            say(
                request,
                f"This can be had as {offers}; none of them is accepted.",
                f"Cela existe en {offers} ; rien de cela n’est accepté.",
            ),
        )
    return choice[1]


@page
async def _answered(request: Request) -> Response:
    try:
        return await _made(request)
    except MultilateralError as error:
        if request.state.form not in DATA:
            raise  # it becomes a page
        refused = error if isinstance(error, Refused) else Refused(400, str(error))
        given = {**_plain_headers(request), **refused.headers}
        return PlainTextResponse(f"{refused.sentence}\n".encode("utf-8", "replace"), refused.status, given)


async def _made(request: Request) -> Response:
    readings = _readings(request)
    if not readings:
        return RedirectResponse(link(request, "/search"), 303)
    if (iri := request.query_params.get("iri")) and iri.startswith(ID) and request.url.path == "/id/":
        return _sent_on(request, iri, "")
    service = request.app.state.service
    wanted = Wanted(
        readings=readings,
        form=request.state.form,
        lang=language(request),
        page=_number(request),
        only=request.query_params.get("group", ""),
        service=service.public,
    )
    found = await service.call(request, answer, wanted)
    if found.outcome == "elsewhere":
        return _sent_on(request, found.iri, found.form)
    if found.outcome != "found":
        return _nothing(request, found)
    response = _file(request, found) if found.text else _page(request, found)
    response.headers["Link"] = ", ".join(header_links(request, found.iri, found.form, found.leaf))
    return response


def _readings(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the IRIs that an address may mean, each with the format that the ending of its path names."""
    given = request.query_params.get("iri", "").strip()
    path = request.path_params["path"]
    if not path:
        return ((given, ""),) if given else ()
    # An IRI may itself hold %20, as the path of a request writes a space.
    raw = request.scope.get("raw_path", b"").decode("ascii", "replace").partition("?")[0]
    written = raw.removeprefix("/id/") if raw.startswith("/id/") else path
    found: dict[tuple[str, str], None] = {}
    for text in (path, written, unquote(written)):
        found[ID + text, ""] = None
    for text in (path, written):
        if ending := _ENDING.fullmatch(text):
            found[ID + ending[1], ending[2]] = None
    return tuple(found)


def _number(request: Request) -> int:
    given = request.query_params.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,6}", given):
        raise Refused(400, say(request, "The page is a number from 1.", "La page est un nombre à partir de 1."))
    return int(given)


def _sent_on(request: Request, iri: str, ending: str) -> Response:
    """Send on to the address of a thing, in the same form and with the same parameters."""
    path = thing_path(iri)
    kept = {k: v for k, v in request.query_params.items() if k != "iri"}
    if ending and not path.startswith("/id/?"):
        path += f".{ending}"
    elif ending:
        kept.setdefault("format", ending)
    return RedirectResponse(link(request, path, **kept), 303, _plain_headers(request))


def _plain_headers(request: Request) -> dict[str, str]:
    return {**site.headers(request, "default-src 'none'", kept=False), **_OPEN}


# --- what is found -------------------------------------------------------------------------------------------------


def _page(request: Request, found: Found) -> Response:
    view, service = found.view, request.app.state.service
    return render(
        request,
        _TEMPLATES[type(view)],
        view=view,
        iri=found.iri,
        leaf=found.leaf,
        forms=[(label, form, address(found.iri, form, found.leaf)) for label, form in _LABELS],
        canonical=service.public + thing_path(found.iri),
        types=FORMATS,
        own=lambda iri: iri.startswith(ID),
    )


_LABELS = (("Turtle", "ttl"), ("N-Triples", "nt"), ("JSON-LD", "jsonld"), ("RDF/XML", "rdf"))


def _file(request: Request, found: Found) -> Response:
    service = request.app.state.service
    if len(found.text) > service.limits.result << 20:
        raise Refused(413, f"The answer is larger than {service.limits.result} MB; ask for a part of it by `?group=`.")
    if found.form == "map":
        policy = _MAP_POLICY.search(found.text[:4000].decode("utf-8", "replace"))
        rules = f"{policy[1]}; frame-ancestors 'none'" if policy else "default-src 'none'"
        headers = site.headers(request, rules)
        return Response(found.text, headers={**headers, "Content-Type": "text/html; charset=utf-8"})
    media = FORMATS[found.form] + ("; charset=utf-8" if found.form == "ttl" else "")
    headers = {**site.headers(request, "default-src 'none'"), **_OPEN, "Content-Type": media}
    headers["Content-Location"] = address(found.iri, found.form, found.leaf)
    del headers["Content-Language"]  # the data are in all languages
    return Response(found.text, headers=headers)


# --- what is not ---------------------------------------------------------------------------------------------------


def _nothing(request: Request, found: Found) -> Response:
    sentence = _sentence(request, found)
    if request.state.form not in ("html", "map"):
        near = "".join(f"{other.iri} ({other.name})\n" for other in found.near)
        return PlainTextResponse(f"{sentence}\n{near}".encode("utf-8", "replace"), 404, _plain_headers(request))
    return render(request, "thing_none.html", 404, sentence=sentence, near=found.near, known=found)


def _sentence(request: Request, found: Found) -> str:
    name = found.iri.removeprefix(ID)
    name = name if len(name) <= 120 else f"{name[:117]}…"
    if found.outcome == "unknown":
        near = bool(found.near)
        return say(
            request,
            f"Nothing in this graph has the address {name}{'; these have names like it:' if near else '.'}",
            f"Rien dans ce graphe n’a l’adresse {name}{' ; ceci porte un nom semblable :' if near else '.'}",
        )
    if found.outcome == "no map":
        return say(
            request,
            "There is no map of this, because no link joins it to another thing.",
            "Il n’y a pas de carte, car aucun lien ne joint ceci à autre chose.",
        )
    if found.outcome == "no group":
        groups = ", ".join(found.groups)
        return say(
            request,
            f"{name} has no links of this group; it has {groups or 'none at all'}.",
            f"{name} n’a pas de liens de ce groupe ; il y a {groups or 'aucun groupe'}.",
        )
    number = request.query_params.get("page", "1")
    return say(request, f"{name} has no page {number}.", f"{name} n’a pas de page {number}.")


def routes() -> list[Route]:
    """Return the routes of things."""
    return [Route("/id/{path:path}", Thing)]


ROUTES = routes()
