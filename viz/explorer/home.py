"""The first page, with all questions and what the graph holds, and the page of a search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...ontology.convert import DCTERMS
from ...ontology.model import ID, ML
from ...ontology.vocabulary import vocabulary
from ...queries.catalogue import catalogue
from ...queries.endpoint.process import Edition
from .lookup import found
from .site import language, page, render

#: The topics of the catalogue as headings.
TOPICS = {
    "assistance": ("Assistance", "Assistance"),
    "connections": ("Connections", "Connexions"),
    "decisions": ("Decisions", "Décisions"),
    "events": ("Events", "Manifestations"),
    "figures": ("Figures", "Chiffres"),
    "funding": ("Funding", "Financement"),
    "membership": ("Membership", "Appartenance"),
    "overview": ("Overview", "Vue d’ensemble"),
    "partnerships": ("Partnerships", "Partenariats"),
    "people": ("People", "Personnes"),
    "platforms": ("Platforms", "Plateformes"),
    "programmes": ("Programmes", "Programmes"),
    "review": ("Review", "Examen"),
}
_MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source as the first page lists it."""

    iri: str
    title: str
    licence: str
    issued: str
    triples: int


@page
async def home(request: Request) -> Response:
    """Show all questions by topic, and what the graph holds."""
    lang = language(request)
    topics = [
        (topic, topic_label(topic, lang), list(questions))
        for topic, questions in groupby(catalogue().values(), key=lambda q: q.topic)
    ]
    topics.sort(key=lambda row: (row[0] != "overview", row[1]))
    edition = request.app.state.service.edition
    return render(request, "home.html", topics=topics, classes=_classes(edition, lang), sources=list(_sources(edition)))


def topic_label(topic: str, lang: str) -> str:
    """Return the heading of a topic of the catalogue."""
    return TOPICS.get(topic, (topic.capitalize(),) * 2)[lang == "fr"]


def _classes(edition: Edition, lang: str) -> list[tuple[str, int]]:
    """Return the classes of things with the number of things of each, the largest first."""
    counted = ((iri.removeprefix(ML), n) for iri, n in edition.counts.get("byClass", ()))
    things = [(name, n) for name, n in counted if name in vocabulary().entity_classes()]
    return [(vocabulary().label(name, lang), n) for name, n in sorted(things, key=lambda row: (-row[1], row[0]))]


def _sources(edition: Edition) -> Iterator[Loaded]:
    about = edition.counts.get("about", {})
    for iri, triples in edition.counts.get("byGraph", ()):
        if iri.startswith(f"{ID}source/"):
            said = about.get(iri, {})
            title = said.get(DCTERMS + "title", iri.removeprefix(f"{ID}source/"))
            yield Loaded(iri, title, said.get(DCTERMS + "license", ""), said.get(DCTERMS + "issued", ""), triples)


@page
async def search(request: Request) -> Response:
    """Show the things whose names come nearest to ``?q=``."""
    text = request.query_params.get("q", "").strip()
    hits = []
    if text:
        hits = await request.app.state.service.call(request, found, text, (), language(request), _MOST_FOUND)
    return render(request, "search.html", text=text, hits=hits)


ROUTES = [Route("/", home), Route("/search", search)]
