"""A question as a page: its form, its answer as a table, and the same answer as CSV, JSON, map and SPARQL text."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...queries.catalogue import Question, UnknownQuestion, catalogue
from ...queries.endpoint.errors import Refused
from .answers import Asked, Problem, ask, example, write
from .fields import fields, sentence
from .site import headers, language, page, render, say
from .table import table

#: Rows of an answer on one page.
ROWS = 200
#: Parameters of the address that are not those of a question.
OWN = ("format", "lang", "page")
_FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "sparql": "application/sparql-query; charset=utf-8",
    "map": "text/html; charset=utf-8",
}
_STATUS = {"unknown": 404, "nothing": 404}
_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')


@page
async def question(request: Request) -> Response:
    """Show a question, and its answer as soon as all that it needs is given; ``?format=`` gives it as a file."""
    name = request.path_params["name"]
    try:
        asked = catalogue()[name]
    except UnknownQuestion as error:
        raise Refused(404, _no_question(request, error)) from error
    form = request.query_params.get("format", "html")
    if form != "html" and form not in _FORMATS:
        offered = ", ".join(("html", *_FORMATS))
        raise Refused(
            400,
            say(
                request,
                f"There is no format {form!r}; there are {offered}.",
                f"Il n’y a pas de format {form!r} ; il y a {offered}.",
            ),
        )
    given = {k: v.strip() for k, v in request.query_params.items() if k not in OWN and v.strip()}
    return await (_page(request, asked, given) if form == "html" else _file(request, asked, given, form))


async def _page(request: Request, asked: Question, given: dict[str, str]) -> Response:
    lang, service = language(request), request.app.state.service
    begun = bool(given) or not any(p.required for p in asked.parameters)
    number = _number(request)
    refused: Refused | None = None
    answer, sample = Asked(), None
    try:
        if begun:
            answer = await service.call(request, ask, asked.name, given, lang, (number - 1) * ROWS, ROWS)
        else:
            sample = await service.call(request, example, asked.name, lang)
    except Refused as error:  # told on the page, where the reader can ask for less
        refused = error
    problems, pages = answer.problems, max(1, -(-answer.total // ROWS))
    if begun and not refused and not problems and number > pages:
        raise Refused(
            404,
            say(request, f"This answer has no page {number}.", f"Cette réponse n’a pas de page {number}."),
        )
    status = refused.status if refused and begun else max((_STATUS.get(p.reason, 400) for p in problems), default=200)
    known = fields(asked, given, answer.given, problems, lang)
    # The second of a pair tells whether the sentence is in English whatever the reader reads.
    general = [(sentence(p, lang), p.reason == "other") for p in problems if not p.parameter]
    general += [(refused.sentence, True)] if refused and begun else []
    first = [f for f in known if f.required or f.kind == "entity"]
    more = [f for f in known if f not in first]
    values: dict[str, Any] = {
        "question": asked,
        "first": first,
        "more": more,
        "narrowed": any(f.name in given for f in more),
        "given": given,
        "sample": sample,
        "answered": begun and not refused and not problems,
        "answer": answer,
        "table": table(asked.columns, answer.rows, lang),
        "general": general,
        "number_of_page": number,
        "pages": pages,
        "rows_before": (number - 1) * ROWS,
    }
    response = render(request, "question.html", status, **values)
    if refused:
        response.headers.update(refused.headers)
    return response


async def _file(request: Request, asked: Question, given: dict[str, str], form: str) -> Response:
    lang = language(request)
    answer: Asked = await request.app.state.service.call(request, write, asked.name, given, lang, form)
    if answer.problems:
        status = max(_STATUS.get(p.reason, 400) for p in answer.problems)
        raise Refused(status, "\n".join(_told(p, lang) for p in answer.problems))
    body = answer.text.encode("utf-8", "replace")
    limits = request.app.state.service.limits
    if len(body) > limits.result << 20:
        raise Refused(413, f"The answer is larger than {limits.result} MB; ask for less.")
    policy = _POLICY.search(answer.text) if form == "map" else None
    found = headers(request, f"{policy[1]}; frame-ancestors 'none'" if policy else "default-src 'none'")
    if form in ("csv", "sparql"):
        found["Content-Disposition"] = f'inline; filename="{asked.name}.{"rq" if form == "sparql" else form}"'
    if form != "map":  # pages of other hosts may read files, as they may ask /sparql
        found |= {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(body, headers={**found, "Content-Type": _FORMATS[form]})


def _told(problem: Problem, lang: str) -> str:
    """Return a problem as a line of text, with its parameter and with what may have been meant."""
    names = "".join(f" {thing.key} ({thing.name});" for thing in problem.meant).rstrip(";")
    listed = names if problem.reason in ("ambiguous", "unknown") else ""
    where = f"{problem.parameter}: " if problem.parameter else ""
    return f"{where}{sentence(problem, lang)}{listed}"


def _number(request: Request) -> int:
    given = request.query_params.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,6}", given):
        raise Refused(400, say(request, "The page is a number from 1.", "La page est un nombre à partir de 1."))
    return int(given)


def _no_question(request: Request, error: UnknownQuestion) -> str:
    return say(request, str(error), f"Il n’y a pas de question {error.name!r}.")


ROUTES = [Route("/questions/{name}", question)]
