"""The SPARQL editor: YASGUI, from files of this package, with the prefixes, terms and questions of the graph.

Without scripts it is a text field whose query goes to ``/sparql``.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...ontology.convert import PREFIXES, QUALIFIERS
from ...ontology.model import ML
from ...ontology.vocabulary import vocabulary
from ...queries.catalogue import UnknownQuestion, catalogue
from ...queries.endpoint.errors import Refused
from .answers import sample
from .home import topic_label
from .site import POLICY, language, page, render, say

#: YASGUI builds markup from strings, so it cannot live with trusted types, and CodeMirror and DataTables in it write
#: ``style`` attributes into that markup. Style sheets and scripts still come from this host's files only.
EDITOR_POLICY = POLICY.replace("; require-trusted-types-for 'script'", "").replace(
    "style-src 'self'", "style-src 'self' 'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='"
)
_FIRST = """# Ctrl+Enter {runs}
SELECT ?body ?name WHERE {{
  ?body a ml:UNBody ; skos:prefLabel ?name .
  FILTER(LANG(?name) = "{lang}")
}}
ORDER BY ?name
LIMIT 50
"""
_TERMS = (
    "evidence",
    "document",
    "locator",
    "quote",
    "certainty",
    "discussedIn",
    "source",
    "target",
    "relation",
    "acronym",
)


@page
async def editor(request: Request) -> Response:
    """Show the editor with the query of ``?query=``, the sample of the question ``?example=``, or a first one."""
    lang = language(request)
    name = request.query_params.get("example", "")
    text = request.query_params.get("query", "")
    if name:
        try:
            question = catalogue()[name]
        except UnknownQuestion as error:
            raise Refused(404, say(request, str(error), f"Il n’y a pas de question {name!r}.")) from error
        text = await request.app.state.service.call(request, sample, name, lang)
        title = question.title[lang]
    else:
        title = ""
    topics = [
        (topic_label(topic, lang), list(questions))
        for topic, questions in groupby(catalogue().values(), key=lambda q: q.topic)
    ]
    values: dict[str, Any] = {
        "text": text or _prefixed(_FIRST.format(lang=lang, runs="exécute" if lang == "fr" else "runs it")),
        "given": bool(text),
        "name": title,
        "topics": topics,
        "words": {"prefixes": dict(PREFIXES), "classes": _classes(), "properties": _properties()},
    }
    return render(request, "editor.html", policy=EDITOR_POLICY, **values)


def _prefixed(text: str) -> str:
    used = [f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items() if f"{name}:" in text]
    return "\n".join([*used, text])


def _classes() -> list[str]:
    return [ML + name for name in vocabulary().classes]


def _properties() -> list[str]:
    known = vocabulary()
    ours = [*known.relations, *_TERMS, *(local for local, _ in QUALIFIERS.values())]
    others = [PREFIXES["skos"] + n for n in ("prefLabel", "altLabel", "notation")]
    others += [PREFIXES["dcterms"] + n for n in ("title", "identifier", "issued", "language", "publisher")]
    return [*(ML + name for name in dict.fromkeys(ours)), *others, PREFIXES["rdf"] + "type"]


ROUTES = [Route("/editor", editor)]
