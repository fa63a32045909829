"""``/suggest``: what a field offers while somebody types, as JSON."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...ontology.vocabulary import vocabulary
from ...queries.endpoint.errors import Refused
from .lookup import found
from .site import headers, language, link, page, thing_path

_MOST = 10
_LONGEST = 200


@page
async def suggest(request: Request) -> Response:
    """Answer ``?q=TEXT&type=Class,Class&lang=fr`` with up to ten things: key, name, class, matching name, address."""
    text = request.query_params.get("q", "").strip()[:_LONGEST]
    classes = tuple(name for name in request.query_params.get("type", "").split(",") if name)
    for name in classes:
        if name not in vocabulary().classes:
            raise Refused(400, f"The ontology has no class {name!r}.")
    lang = language(request)
    hits = await request.app.state.service.call(request, found, text, classes, lang, _MOST) if text else []
    offered = [
        {"key": h.key, "name": h.name, "type": h.kind, "matched": h.matched, "path": link(request, thing_path(h.iri))}
        for h in hits
    ]
    return JSONResponse(offered, headers=headers(request))


ROUTES = [Route("/suggest", suggest)]
