"""What every page shares: the frame, the language, the headers that keep it safe, and the list of routes.

A page is a handler with :func:`page` around it that returns :func:`render`::

    @page
    async def home(request: Request) -> Response:
        return render(request, "home.html", topics=...)

Its template extends ``base.html`` and finds there, besides what the handler gives:

``lang``
    ``en`` or ``fr``.
``say(english, french)``
    the one of two texts that the reader reads.
``link(path, **parameters)``
    an address within the site that keeps the language, if the reader chose one.
``thing(iri)``
    the address of the page of a thing.
``static(name)``
    the address of a file of :data:`.assets.FILES`.
``label(term)``
    the label of a class or relation of the ontology.
``number(n)``
    a number as the language writes it.

A refusal, ``raise Refused(404, say(request, "…", "…"))``, becomes a page with that status and sentence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...ontology.errors import MultilateralError
from ...ontology.model import ID
from ...ontology.vocabulary import vocabulary
from ...queries.endpoint.errors import Refused
from . import assets

LANGUAGES = ("en", "fr")
#: No inline script or style, nothing from another host, no frame around the page, and no text made into markup by a
#: script (trusted types).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FRENCH = str.maketrans(",.", "\u202f,")
Handler = Callable[[Request], Awaitable[Response]]


# --- language and addresses ------------------------------------------------------------------------------------


def language(request: Request) -> str:
    """Return the language of the answer: ``?lang=``, else the first of ours that the browser asks for, else English."""
    chosen = request.query_params.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        name, _, quality = part.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        wanted.append((weight, name.strip().lower().partition("-")[0]))
    known = [(weight, name) for weight, name in wanted if name in LANGUAGES and weight > 0]
    return max(known, key=lambda pair: pair[0], default=(1.0, "en"))[1]


def say(request: Request, english: str, french: str) -> str:
    """Return the one of two texts that is in the reader's language."""
    return french if language(request) == "fr" else english


def thing_path(iri: str) -> str:
    """Return the path of the page of a thing: ``/id/organization/oie``; for an IRI that is not ours ``/id/?iri=…``."""
    if iri.startswith(ID):
        return "/id/" + quote(iri.removeprefix(ID), safe="/:@!$&'()*+,;=~")
    return "/id/?" + urlencode({"iri": iri})


def link(request: Request, path: str, **parameters: object) -> str:
    """Return an address within the site with parameters (those that are ``None`` or empty left out).

    It names the language if this request does.
    """
    given = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
    chosen = request.query_params.get("lang", "")
    if chosen in LANGUAGES:
        given.setdefault("lang", chosen)
    if not given:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(given)}"


def here(request: Request, **changes: object) -> str:
    """Return the address of this page with other parameters; ``None`` takes one out."""
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k not in changes]
    pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
    path = quote(request.url.path, safe="/:@!$&'()*+,;=~")
    return f"{path}?{urlencode(pairs)}" if pairs else path


# --- rendering ---------------------------------------------------------------------------------------------------


@cache
def environment() -> Environment:
    """Return the templates, which escape everything."""
    folder = resources.files(assets.VIZ).joinpath("explorer", "templates")
    loader = FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(static=assets.static)
    return made


@cache
def version() -> str:
    """Return a checksum of all that pages are made of besides the data."""
    digest = hashlib.sha256()
    root = resources.files(assets.VIZ).joinpath("explorer")
    for folder in (root, root.joinpath("templates"), root.joinpath("static")):
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.is_file() and not file.name.startswith("."):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def tag(request: Request) -> str:
    """Return the entity tag of what this request gets: it changes with the data, the language and this package.

    It is that of the data when the request came: a change while the page is made must not pass for the new state.
    """
    if not hasattr(request.state, "tag"):
        request.state.tag = f'W/"{request.app.state.service.edition.tag}-{language(request)}-{version()}"'
    found: str = request.state.tag
    return found


def render(request: Request, template: str, status: int = 200, *, policy: str = POLICY, **values: Any) -> Response:
    """Return a page made of a template."""
    lang = language(request)
    edition = request.app.state.service.edition
    text = environment().get_template(template).render(
        request=request,
        lang=lang,
        other_lang="en" if lang == "fr" else "fr",
        say=lambda english, french: french if lang == "fr" else english,
        link=lambda path, **parameters: link(request, path, **parameters),
        here=lambda **changes: here(request, **changes),
        thing=lambda iri: link(request, thing_path(iri)),
        label=lambda term: vocabulary().label(term, lang),
        number=lambda value: number(value, lang),
        edition=edition,
        **values,
    )  # fmt: skip
    # What cannot be written in UTF-8, such as half of a surrogate pair in a name, becomes a question mark.
    return HTMLResponse(text.encode("utf-8", "replace"), status, headers(request, policy, kept=status == 200))


def headers(request: Request, policy: str = POLICY, *, kept: bool = True) -> dict[str, str]:
    """Return the headers of an answer: what keeps it safe, and what lets a browser keep it."""
    found = {**_SAFE, "Content-Security-Policy": policy, "Vary": "Accept-Language"}
    found["Content-Language"] = language(request)
    return found | ({"ETag": tag(request), "Cache-Control": "no-cache"} if kept else {"Cache-Control": "no-store"})


def number(value: Any, lang: str) -> str:
    """Return a number with its thousands apart, as a language writes it: 1,234.5 or 1 234,5."""
    text = f"{value:,}"
    return text.translate(_FRENCH) if lang == "fr" else text


def page(handler: Handler) -> Handler:
    """Let a handler answer 304 where the browser holds this very page, and refuse on a page with a true status."""

    @wraps(handler)
    async def wrapped(request: Request) -> Response:
        known = request.headers.get("if-none-match", "")
        if tag(request) in known:
            return Response(status_code=304, headers=headers(request))
        try:
            return await handler(request)
        except Refused as refused:
            return refusal(request, refused)
        except MultilateralError as error:
            return refusal(request, Refused(400, str(error)))

    return wrapped


def refusal(request: Request, refused: Refused) -> Response:
    """Return the answer that says why there is none: a page, or a line of text where a file was asked for."""
    if request.query_params.get("format", "html") != "html":
        answer: Response = PlainTextResponse(f"{refused.sentence}\n", refused.status, headers(request, kept=False))
    else:
        answer = render(request, "error.html", refused.status, sentence=refused.sentence)
    answer.headers.update(refused.headers)
    return answer


@page
async def nothing_here(request: Request) -> Response:
    """Say that there is no such page."""
    raise Refused(
        404,
        say(
            request,
            "There is no page at this address; start from the questions or search for a name.",
            "Il n’y a pas de page à cette adresse ; partez des questions ou cherchez un nom.",
        ),
    )


def routes() -> list[Route]:
    """Return all routes of the site, the one that says 404 last."""
    from . import editor, home, question, suggest, thing

    pages = [*home.ROUTES, *question.ROUTES, *suggest.ROUTES, *editor.ROUTES, *thing.ROUTES]
    return [pressed(route.path, route.endpoint) for route in [*pages, assets.ROUTE]] + [
        pressed("/{path:path}", nothing_here)
    ]


def pressed(path: str, handler: Handler) -> Route:
    """Return a route whose answers are compressed where the browser takes that."""
    return Route(path, handler, middleware=[Middleware(GZipMiddleware, minimum_size=1024)])
