"""Every thing at ``/id/…``: negotiated over HTTP with the real service, and read in a real browser."""

from __future__ import annotations

import http.client
import itertools
import json
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import rdflib
from multilateral.graph.decisions import Decision
from multilateral.graph.store import Store
from multilateral.knowledge import KnowledgeGraph
from multilateral.ontology.model import ID, ML, Entity, Evidence, Identifier, Link, Loaded, Name, Reference, Source
from multilateral.ontology.vocabulary import vocabulary
from multilateral.viz.explorer import thing_groups
from multilateral.viz.explorer.thing_asked import Wanted, answer
from multilateral.viz.explorer.thing_groups import SIZE
from multilateral.viz.explorer.thing_view import ADDRESSES
from playwright.sync_api import Browser, expect

from .endpoint_server import Answer, Endpoint, running
from .site_visit import Visit

EVIL = (
    '<img src=x onerror="evil()">',
    "</script><script>evil()</script>",
    "\"'><svg/onload=evil()>",
    "{{ 7*7 }}${7*7}",
    "javascript:evil()",
)
UNICRI = "organization/united-nations-interregional-crime-and-justice-research-institute"
WIPO = "organization/world-intellectual-property-organization"
REPORT = "document/bwc-meeting-of-experts-2012-background-paper"
HUB, FOREIGN = (
    ID + "organization/hub",
    "http://data.example.org/thing?a=1&b=<2>".replace("<", "%3C").replace(">", "%3E"),
)
TOP, OTHER = ID + "organization/oie-test", ID + "organization/registry-77"
EVIL_HUB, PAPER = ID + "organization/evil-hub", ID + "document/paper"
MANY = 2 * SIZE + 30
WITH_PAGES = (
    "{'routes': __import__('multilateral.viz.explorer.site', fromlist=['routes']).routes(), 'editor': '/editor'}"
)
FORMS = {
    "ttl": ("text/turtle", "turtle"),
    "nt": ("application/n-triples", "nt"),
    "jsonld": ("application/ld+json", "json-ld"),
    "rdf": ("application/rdf+xml", "xml"),
}
RDF_TYPE, MLN = rdflib.RDF.type, rdflib.Namespace(ML)
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")


def statements() -> Iterator[Entity | Link]:
    """A hub with more links than a page has, names that are code, a renamed thing, and a thing of another's IRI."""
    yield Entity(PAPER, "Document", (Name("Paper <b>", "en"),), homepage=EVIL[4], issued="2024-02", language="fr")
    yield Entity(HUB, "Organization", (Name("hub of many", "en"),))
    for number in range(MANY):
        iri = f"{ID}organization/many-{number}"
        yield Entity(iri, "Organization", (Name(f"one of many {number}", "en"),))
        proof = (Evidence(PAPER, f"{number}(a)"),)
        yield Link(f"{ID}link/made/many-{number}", HUB, ("funds", "memberOf")[number % 2], iri, proof)
    yield Entity(EVIL_HUB, "Organization", tuple(Name(f"{name} hub", "en", "alternative") for name in EVIL))
    for number, name in enumerate(EVIL):
        iri = f"{ID}organization/evil-{number}"
        yield Entity(iri, "Organization", (Name(name, "en"), Name(name, "fr")), description=name)
        proof = (Evidence(PAPER, name, name, "extracted", 0.875),)
        yield Link(f"{ID}link/made/evil-{number}", EVIL_HUB, "cooperatesWith", iri, proof, role=name, status="proposed")
    place = ID + "place/geneva-test"
    yield Entity(place, "Place", (Name("Geneva", "en"), Name("Genève", "fr")))
    yield Entity(FOREIGN, "Organization", (Name("of another host", "en"),))
    more = {"in_place": place, "amount": 1234567, "currency": "USD", "valid_from": "2006", "valid_to": "2007-03"}
    yield Link(
        f"{ID}link/made/whole", FOREIGN, "funds", TOP, (Evidence(PAPER, "5(d)", "its words", "implied"),),
        discussed_in=(Reference(PAPER, "annex 2"),), **more,
    )  # fmt: skip
    dated = (Name("World organisation", "en"), Name("Old name", "en", "alternative", "1924", "2003"))
    known = (Identifier("ROR", "01f5ytq51"), Identifier("Wikidata", "Q1"), Identifier("UNSymbol", "A/RES/1(I)"))
    yield Entity(TOP, "Organization", dated, identifiers=known, evidence=(Evidence(PAPER, "9"),))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("things") / "store"
    KnowledgeGraph(path).load("five-documents")
    with Store.writing(path) as opened:
        made = Source("made", "Made <i>", "curated", "sha256:1", "m.csv", "2025-01-02T03:04:05Z", licence="CC0-1.0")
        other = Source("registry", "Registry", "table", "sha256:2", "r.csv", "2025-01-02T03:04:05Z", version="7")
        record = Entity(OTHER, "Organization", (Name("Its name in the registry", "en"),))
        opened.load([Loaded(made, statements()), Loaded(other, iter([record]))])
        opened.decisions.append([Decision("same", TOP, OTHER, "tester", "2025-01-02T03:04:05Z", "same number")])
    return path


@pytest.fixture(scope="module")
def site(store: Path) -> Iterator[Endpoint]:
    with running(store, options=WITH_PAGES) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def graph(store: Path) -> KnowledgeGraph:
    return KnowledgeGraph(store)


def path_of(thing: str) -> str:
    return "/id/" + quote(thing.removeprefix(ID), safe="/:@!$&'()*+,;=~")


def get(
    site: Endpoint, thing: str, accept: str | None = None, method: str = "GET", lang: str = "en", **more: str
) -> Answer:
    """Ask for a thing by its IRI, the part of it behind the common beginning, or a path."""
    path = thing if thing.startswith("/") else path_of(thing)
    headers = {"Accept-Language": lang} | ({"Accept": accept} if accept is not None else {})
    return site.send(method, path + ("?" + urlencode(more) if more else ""), headers)


def parsed(found: Answer) -> rdflib.Graph:
    """Return the triples of an answer, read in the format that its header names."""
    assert found.status == 200, found.text
    media = found.headers["content-type"].partition(";")[0]
    form = dict(FORMS.values())[media]
    return rdflib.Graph().parse(data=found.text, format=form)


class Markup(HTMLParser):
    """The tags of a page, and its text by the tag around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.tags if t == tag and all(a.get(k) == v for k, v in wanted.items())]


# ---- negotiation

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        (JENA, "text/turtle"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml, text/html;q=0.9", "application/rdf+xml"),
        ("text/html;q=0.3, application/ld+json;q=0.4", "application/ld+json"),
        ("text/html;q=0.5, text/turtle;q=0.5", "text/html"),
        ("text/html;q=0, */*", "text/turtle"),
        ("text/*;q=0.2, text/html;q=0.1", "text/turtle"),
        ("application/*", "application/n-triples"),
        ("TEXT/Turtle ; Q=1.0", "text/turtle"),
        ("image/png, text/turtle;q=0.001", "text/turtle"),
        ("text/turtle;q=nonsense, application/n-triples;q=0.1", "application/n-triples"),
    ],
)
def test_the_form_is_the_one_that_the_client_likes_best(site: Endpoint, accept: str | None, media: str) -> None:
    found = get(site, UNICRI, accept)
    assert found.status == 200
    said = found.headers["content-type"].partition(";")[0]
    assert said == {"application/json": "application/ld+json"}.get(media, media)
    assert {"Accept", "Accept-Language"} <= set(re.split(r",\s*", found.headers["vary"]))


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "application/pdf, text/csv"])
def test_nothing_acceptable_is_406_and_names_what_there_is(site: Endpoint, accept: str) -> None:
    found = get(site, UNICRI, accept)
    assert found.status == 406 and found.headers["content-type"].startswith("text/plain")
    assert all(media in found.text for media, _ in FORMS.values()) and "text/html" in found.text
    assert "Accept" in found.headers["vary"]


@pytest.mark.parametrize("form", ["html", *FORMS])
def test_endings_and_the_parameter_speak_before_accept(site: Endpoint, form: str) -> None:
    media = {"html": "text/html"} | {name: kind for name, (kind, _) in FORMS.items()}
    by_accept = get(site, UNICRI, media[form])
    for found in (
        get(site, f"{path_of(UNICRI)}.{form}", "image/png"),
        get(site, UNICRI, "application/rdf+xml", format=form),
    ):
        assert found.status == 200 and found.headers["content-type"].startswith(media[form])
        if form != "html":
            assert found.body == by_accept.body
    assert get(site, UNICRI, format="pdf").status == 400


@pytest.mark.parametrize(
    "thing",
    [
        UNICRI,
        REPORT,
        "link/made/whole",
        "link/made/whole/evidence/1",
        "link/made/whole/discussed/1",
        "source/made",
        "source/decisions",
        TOP,
        f"{TOP}/name/made/1",
        f"{TOP}/evidence/made/1",
    ],
)
def test_every_format_says_the_same_triples_of_every_kind_of_thing(site: Endpoint, thing: str) -> None:
    graphs = [parsed(get(site, thing, media)) for media, _ in FORMS.values()]
    assert len(graphs[0]) > 3
    for other in graphs[1:]:
        assert set(other) == set(graphs[0])
    iri = rdflib.URIRef(thing if thing.startswith("http") else ID + thing)
    documents = [s for s, t in graphs[0].subject_objects(rdflib.FOAF.primaryTopic) if t == iri]
    assert documents == [rdflib.URIRef(site.address + path_of(thing))], "the document is not the thing"
    page = get(site, thing, "text/html")
    assert page.status == 200 and str(iri) in unescape(page.text)


def test_alternates_are_named_in_the_header_and_the_page_and_answer(site: Endpoint) -> None:
    page = get(site, UNICRI, BROWSER)
    offered = {a["type"]: a["href"] for a in Markup(page.text).all("link", rel="alternate") if "type" in a}
    assert set(offered) == {media for media, _ in FORMS.values()}
    header = dict(re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', page.headers["link"]))
    assert {media: href for href, media in header.items()} == offered
    for media, href in offered.items():
        found = get(site, str(href), "image/png")
        assert found.headers["content-type"].startswith(str(media)) and len(parsed(found)) > 50
        assert f'<{path_of(UNICRI)}.html>; rel="alternate"; type="text/html"' in found.headers["link"]
        assert found.headers["content-location"] == href
    assert f'<{ID}{UNICRI}>; rel="describes"' in page.headers["link"]


def test_forms_and_languages_have_tags_of_their_own_and_304_is_true(site: Endpoint) -> None:
    accepts = {"html": BROWSER} | {form: media for form, (media, _) in FORMS.items()}
    tags = {form: get(site, UNICRI, accept).headers["etag"] for form, accept in accepts.items()}
    assert len(set(tags.values())) == len(accepts)
    for (form, accept), held in itertools.product(accepts.items(), tags):
        headers = {"Accept": accept, "Accept-Language": "en", "If-None-Match": tags[held]}
        found = site.send("GET", path_of(UNICRI), headers)
        assert found.status == (304 if form == held else 200)
        if form == held:
            assert found.body == b"" and "Accept" in found.headers["vary"] and found.headers["etag"] == tags[held]
    headers = {"Accept": BROWSER, "Accept-Language": "fr", "If-None-Match": tags["html"]}
    assert site.send("GET", path_of(UNICRI), headers).status == 200


def test_head_is_get_without_a_body_and_pages_of_other_hosts_may_read_data(site: Endpoint) -> None:
    for accept, open_ in ((BROWSER, False), ("text/turtle", True), ("image/png", True)):
        head, full = get(site, UNICRI, accept, "HEAD"), get(site, UNICRI, accept)
        assert (head.status, head.body) == (full.status, b"")
        for name in ("content-type", "content-length", "etag", "link"):
            assert head.headers.get(name) == full.headers.get(name)
        assert (full.headers.get("access-control-allow-origin") == "*") is open_
        assert "access-control-allow-credentials" not in full.headers
    preflight = site.send(
        "OPTIONS",
        path_of(UNICRI),
        {"Origin": "http://elsewhere.example", "Access-Control-Request-Headers": "if-none-match"},
    )
    assert preflight.status == 204 and preflight.headers["access-control-allow-origin"] == "*"
    assert "if-none-match" in preflight.headers["access-control-allow-headers"].lower()
    refused = get(site, UNICRI, method="POST")
    assert refused.status == 405 and set(refused.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


# ---- what is said


def test_the_triples_of_a_link_are_those_of_the_store(site: Endpoint, graph: KnowledgeGraph) -> None:
    iri = ID + "link/made/whole"
    found = parsed(get(site, "link/made/whole", "text/turtle"))
    of_store = rdflib.Graph()
    for subject in (iri, f"{iri}/evidence/1", f"{iri}/discussed/1"):
        text = f"CONSTRUCT {{ <{subject}> ?p ?o }} WHERE {{ <{subject}> ?p ?o }}"
        of_store.parse(data=site.query(text, "application/n-triples").text, format="nt")
    assert len(of_store) > 15
    assert set(of_store) == {t for t in found if str(t[0]).startswith(iri)}
    assert (rdflib.URIRef(FOREIGN), MLN.funds, rdflib.URIRef(TOP)) in found, "the direct triple stands beside it"
    assert rdflib.Literal("Paper <b>", "en") in set(found.objects(rdflib.URIRef(PAPER)))
    assert rdflib.Literal("CC0-1.0") in set(found.objects(rdflib.URIRef(ID + "source/made")))
    row = graph.reader.link(iri)[0]
    page = unescape(get(site, "link/made/whole").text)
    for words in ("1,234,567 USD", "2006 – 2007-03", "5(d)", "implied", "its words", "annex 2", "Geneva", "Made <i>"):
        assert words in page
    assert row.role is None and 'class="facts"' in page


def test_a_proposal_is_marked_and_has_no_direct_triple(site: Endpoint) -> None:
    found = parsed(get(site, "link/made/evil-0", "text/turtle"))
    assert (rdflib.URIRef(ID + "link/made/evil-0"), MLN.status, rdflib.Literal("proposed")) in found
    assert not list(found.triples((rdflib.URIRef(EVIL_HUB), MLN.cooperatesWith, None)))
    page = get(site, "link/made/evil-0")
    assert "It is no fact" in page.text and 'class="tag proposed"' in page.text
    assert "stroke-dasharray" in get(site, EVIL_HUB).text, "a picture shows a proposal as none"


def test_a_thing_comes_with_its_links_whole_so_that_a_client_has_the_sources(site: Endpoint) -> None:
    found = parsed(get(site, UNICRI, "text/turtle"))
    me = rdflib.URIRef(ID + UNICRI)
    links = set(found.subjects(MLN.source, me)) | set(found.subjects(MLN.target, me))
    asked = site.query(f"SELECT (COUNT(*) AS ?n) {{ ?l ml:source|ml:target <{me}> }}", "text/csv").text
    assert len(links) == int(asked.split()[-1]) > 10
    for link in links:
        for proof in set(found.objects(link, MLN.evidence)):
            document = found.value(proof, MLN.document)
            assert found.value(proof, MLN.locator) is not None
            assert found.value(document, rdflib.SKOS.prefLabel) is not None
        assert found.value(found.value(link, MLN.target), rdflib.SKOS.prefLabel) is not None
    sources = set(found.objects(None, rdflib.DCTERMS.source))
    assert sources and all(found.value(source, rdflib.DCTERMS.license) is not None for source in sources)
    assert not list(found.triples((None, HYDRA.next, None))), "nothing is left out, and nothing says so"


def test_the_page_of_a_thing_says_what_show_says(site: Endpoint, graph: KnowledgeGraph) -> None:
    portrait = graph.show("WIPO", lang="fr")
    page = get(site, WIPO, lang="fr")
    text = unescape(page.text)
    assert '<html lang="fr">' in text and page.headers["content-language"] == "fr"
    hrefs = {a.get("href") for a in Markup(page.text).all("a")}
    for name in portrait.entity.names:
        assert name.text in text
    for source, _ in portrait.records:
        assert f"/id/source/{source}" in hrefs
    assert len(portrait.links) > 30
    for link, _ in portrait.links:
        other = link.target_iri if link.source_iri == ID + WIPO else link.source_iri
        assert path_of(other) in hrefs and path_of(link.iri) in hrefs
        label = vocabulary().label if link.source_iri == ID + WIPO else vocabulary().inverse_label
        assert label(link.relation, "fr").lower() in text.lower()
        for proof in link.evidence:
            assert path_of(proof.document) in hrefs and proof.locator in text


def test_identifiers_lead_to_their_registries(site: Endpoint) -> None:
    assert set(ADDRESSES) <= set(vocabulary().schemes)
    hrefs = {a.get("href") for a in Markup(get(site, TOP).text).all("a")}
    assert {"https://ror.org/01f5ytq51", "https://www.wikidata.org/wiki/Q1", "https://undocs.org/A/RES/1(I)"} <= hrefs


def test_a_document_lists_what_it_is_evidence_for_in_its_order(site: Endpoint, graph: KnowledgeGraph) -> None:
    of_document = {g.key: g for g in thing_groups.groups(graph.reader, ID + REPORT)}
    cited = {
        f"{link.iri}/evidence/{number}"
        for link, _ in graph.reader.links()
        for number, proof in enumerate(link.evidence, 1)
        if proof.document == ID + REPORT
    }
    assert set(of_document["^document"].members) == cited != set()
    named = {i for i, e in graph.reader.entities().items() for p in e.evidence if p.document == ID + REPORT}
    assert {m.partition("/evidence/")[0] for m in of_document["^named"].members} == named
    page = get(site, REPORT, group="^document").text
    places = [int(p) for p in re.findall(r">¶\xa0(\d+)</a></td>", unescape(page))]
    assert len(places) > 100 and places == sorted(places)


def test_a_source_tells_licence_version_and_how_much_it_holds(site: Endpoint, graph: KnowledgeGraph) -> None:
    source = next(s for s in graph.sources() if s.id == "wipo-cdip-24")
    links = sum(1 for _, origin in graph.reader.links() if origin == source.id)
    page = unescape(get(site, "source/wipo-cdip-24").text)
    for words in (source.title, source.licence, source.checksum, source.loader, f"Links <b>{links}</b>"):
        assert str(words) in page
    found = parsed(get(site, "source/wipo-cdip-24", "text/turtle"))
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    part = next(found.subjects(void["class"], MLN.Link))
    assert found.value(part, void.entities).toPython() == links


def test_a_recorded_iri_leads_to_the_canonical_one_which_shows_it(site: Endpoint) -> None:
    for accept, ending in ((BROWSER, ""), ("text/turtle", ""), ("image/png", ".ttl")):
        found = get(site, path_of(OTHER) + ending, accept, lang="fr")
        assert found.status == 303 and found.headers["location"] == path_of(TOP) + ending
        assert "Accept" in found.headers["vary"]
    kept = get(site, OTHER, format="nt", lang="en", page="1")
    assert kept.headers["location"] == path_of(TOP) + "?format=nt&page=1"
    page = get(site, TOP)
    text = unescape(page.text)
    for words in (OTHER, "Its name in the registry", "World organisation", "same number", "1924 – 2003", "tester"):
        assert words in text
    assert Markup(page.text).all("link", rel="canonical")[0]["href"] == site.address + path_of(TOP)
    found = parsed(get(site, TOP, "text/turtle"))
    assert (rdflib.URIRef(TOP), MLN.recordedAs, rdflib.URIRef(OTHER)) in found
    decisions = get(site, "source/decisions")
    assert OTHER.removeprefix(ID) in decisions.text and "same number" in decisions.text


def test_things_with_an_iri_of_another_host_answer_too(site: Endpoint) -> None:
    for accept in (BROWSER, "text/turtle"):
        found = get(site, "/id/", accept, iri=FOREIGN)
        assert found.status == 200 and "of another host" in found.text
    assert rdflib.URIRef(FOREIGN) in set(parsed(get(site, "/id/", "text/turtle", iri=FOREIGN)).subjects())
    hrefs = [a.get("href") for a in Markup(get(site, "link/made/whole").text).all("a")]
    assert "/id/?" + urlencode({"iri": FOREIGN}) in hrefs
    ours = get(site, "/id/", iri=ID + UNICRI, format="ttl")
    assert (ours.status, ours.headers["location"]) == (303, f"/id/{UNICRI}?format=ttl")
    assert get(site, "/id/").headers["location"] == "/search"


# ---- what is large


@pytest.mark.parametrize("form", ["html", "ttl"])
def test_large_things_come_in_pages_that_lead_to_each_other_and_lose_nothing(site: Endpoint, form: str) -> None:
    path, seen, pages = f"{path_of(HUB)}.{form}", [], 0
    while path:
        found = get(site, path)
        assert found.status == 200
        pages += 1
        if form == "ttl":
            triples = parsed(found)
            seen += [str(link) for link in triples.subjects(RDF_TYPE, MLN.Link)]
            document = next(triples.subjects(RDF_TYPE, HYDRA.PartialCollectionView))
            assert triples.value(document, HYDRA.totalItems).toPython() == MANY
            comment = str(triples.value(document, rdflib.RDFS.comment))
            assert f"Page {pages} of 3" in comment and f"of {MANY} links" in comment
            following = triples.value(document, HYDRA.next)
            assert (following is None) == (pages == 3)
        else:
            hrefs = {a.get("href") or "" for a in Markup(found.text).all("a")}
            seen += sorted({ID + h.removeprefix("/id/") for h in hrefs if h.startswith("/id/link/made/many-")})
            assert f"Page {pages} of 3" in found.text and f"of {MANY}" in found.text
        ahead = re.search(r'<([^>]+)>; rel="next"', found.headers["link"])
        path = ahead[1] if ahead else ""
    assert len(seen) == len(set(seen)) == MANY and pages == 3
    assert get(site, HUB, page="4").status == 404 and get(site, HUB, "text/turtle", page="4").status == 404
    assert get(site, HUB, page="0").status == 400
    assert get(site, "link/made/whole", page="2").status == 404


def test_one_relation_of_a_large_thing_can_be_had_alone(site: Endpoint) -> None:
    found = parsed(get(site, HUB, "text/turtle", group="funds"))
    relations = set(found.objects(None, MLN.relation))
    assert relations == {MLN.funds} and len(set(found.subjects(RDF_TYPE, MLN.Link))) == SIZE
    comment = str(next(found.objects(None, rdflib.RDFS.comment)))
    assert "of the group funds" in comment and "other groups are left out" in comment
    page = get(site, HUB, group="memberOf", page="2")
    assert page.status == 200 and len(set(re.findall(r"/id/link/made/many-\d+", page.text))) == MANY // 2 - SIZE
    assert get(site, f"organization/many-{MANY - 1}", group="^memberOf").status == 200
    wrong = get(site, HUB, "text/turtle", group="heads")
    assert wrong.status == 404 and "funds, memberOf" in wrong.text


def test_very_large_things_are_not_told_apart_but_lose_nothing(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thing_groups, "MANY", 100)
    thing_groups._kept.clear()
    found = thing_groups.groups(graph.reader, HUB)
    assert [(g.key, len(g.members)) for g in found] == [("from", MANY)]
    assert {len(g.members) for g in thing_groups.groups(graph.reader, PAPER) if g.key == "^document"} == {MANY + 6}
    shown = answer(graph, Wanted(((HUB, ""),), "html", "en", 1, "", "http://here"))
    assert len(shown.view.sections[0].links) == SIZE  # type: ignore[union-attr]
    thing_groups._kept.clear()


# ---- what is not there


def test_an_unknown_thing_is_404_with_a_sentence_and_names_like_it(site: Endpoint) -> None:
    page = get(site, "organization/unicri", BROWSER)
    assert page.status == 404 and "Nothing in this graph has the address organization/unicri" in page.text
    assert path_of(UNICRI) in {a.get("href") for a in Markup(page.text).all("a")}
    data = get(site, "organization/unicri", "text/turtle")
    assert data.status == 404 and data.headers["content-type"].startswith("text/plain")
    assert ID + UNICRI in data.text
    french = get(site, "organization/unicri.html", lang="fr")
    assert french.status == 404 and "Rien dans ce graphe" in french.text


@pytest.mark.parametrize(
    "path",
    [
        "/id/organization",
        "/id/organization/",
        "/id/link/made/none",
        "/id/link/made/whole/evidence/9",
        "/id/source/none",
        "/id/%00",
        "/id/a%20b%3Cscript%3E",
        "/id/..%2f..%2fetc%2fpasswd",
        "/id/%F0%9F%8C%8D/%FF",
        "/id/" + "x" * 5000,
        "/id/?iri=javascript:evil()",
        "/id/?iri=not%20an%20iri",
    ],
)
def test_addresses_of_nothing_are_404_in_every_form(site: Endpoint, path: str) -> None:
    for accept in (BROWSER, "text/turtle"):
        found = get(site, path, accept)
        assert found.status == 404, found.text
        assert "etag" not in found.headers and "Traceback" not in found.text
        assert accept != BROWSER or ("<script>evil" not in found.text and "b<script>" not in found.text)


def test_what_takes_too_long_is_told_in_the_form_that_was_asked_for(store: Path) -> None:
    with running(store, limits="{'seconds': 0.001, 'workers': 1, 'page_workers': 8}", options=WITH_PAGES) as slow:
        for accept, media in ((BROWSER, "text/html"), ("text/turtle", "text/plain")):
            found = get(slow, UNICRI, accept)
            assert found.status == 504 and found.headers["content-type"].startswith(media)
            assert "was stopped after" in found.text


# ---- everything


def test_every_thing_and_link_of_the_five_documents_answers(site: Endpoint, graph: KnowledgeGraph) -> None:
    things = [*graph.reader.entities(), *(f"{ID}source/{s.id}" for s in graph.sources())]
    links = [link.iri for link, source in graph.reader.links() if source != "made"]
    assert len(things) > 600 and len(links) > 1300
    connection = http.client.HTTPConnection(site.host, site.port, timeout=60)
    for iri in things + links[::7]:
        path = path_of(iri) if iri.startswith(ID) else "/id/?" + urlencode({"iri": iri})
        for accept in ("text/html", "text/turtle"):
            connection.request("GET", path, headers={"Accept": accept})
            found = connection.getresponse()
            body = found.read().decode()
            assert found.status == 200, (iri, accept, body)
            assert found.headers["Content-Type"].startswith(accept)
            assert (iri in unescape(body)) if accept == "text/html" else ("foaf:primaryTopic" in body)
    connection.close()


def test_every_link_of_a_page_within_the_site_answers(site: Endpoint) -> None:
    wanted: set[str] = set()
    for thing in (WIPO, "link/made/whole", TOP, "source/made", REPORT, "link/made/whole/evidence/1"):
        hrefs = {unescape(a.get("href") or "") for a in Markup(get(site, thing).text).all("a")}
        wanted |= {h for h in hrefs if h.startswith("/id/")}
    assert len(wanted) > 200
    for href in sorted(wanted)[:: max(1, len(wanted) // 150)]:
        assert get(site, href, BROWSER).status == 200, href


# ---- in the browser


KINDS = [UNICRI, WIPO, REPORT, HUB, EVIL_HUB, "link/made/whole", "link/made/whole/evidence/1", "source/made", TOP]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_pages_fit_a_narrow_screen_in_both_languages(chromium: Browser, site: Endpoint, lang: str) -> None:
    visit = Visit(chromium, site, viewport={"width": 320, "height": 640}, locale=lang)
    for thing in [*KINDS, "source/decisions", "organization/nothing-at-all"]:
        visit.open(path_of(thing))
        wide = visit.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide == [320, 320], thing
        assert visit.page.locator("html").get_attribute("lang") == lang
    visit.close()


def test_pages_read_well_without_scripts(chromium: Browser, site: Endpoint) -> None:
    visit = Visit(chromium, site, java_script_enabled=False)
    visit.open(path_of(UNICRI))
    expect(visit.page.locator("h1")).to_contain_text("Interregional Crime")
    expect(visit.page.locator("table.grouped tbody").first).to_be_visible()
    expect(visit.page.locator("figure svg").first).to_be_visible()
    visit.close()


def test_names_that_are_code_are_shown_as_text(visit: Visit) -> None:
    for path in (
        path_of(EVIL_HUB),
        *(path_of(f"{ID}organization/evil-{n}") for n in range(len(EVIL))),
        path_of(PAPER) + "?group=%5Edocument",
        path_of("link/made/evil-1"),
        path_of("link/made/evil-1/evidence/1"),
        path_of("source/made"),
        path_of(EVIL_HUB) + "?format=map",
        "/id/" + quote(EVIL[0], safe=""),
        "/id/?" + urlencode({"iri": EVIL[1]}),
        path_of(UNICRI) + "?" + urlencode({"group": EVIL[0]}),
        path_of(UNICRI) + "?" + urlencode({"format": EVIL[0]}),
    ):
        visit.open(path)
        visit.page.wait_for_timeout(50)
        assert visit.page.evaluate("document.querySelectorAll('img, [onload], [onerror]').length") == 0, path
        script = (
            "[...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), a.baseURI).protocol)"
        )
        assert set(visit.page.evaluate(script)) <= {"http:", "https:"}, path
    visit.open(path_of(EVIL_HUB))
    for name in EVIL:
        expect(visit.page.get_by_role("link", name=name, exact=True).first).to_be_visible()


def test_a_page_is_walked_by_keyboard(visit: Visit) -> None:
    page = visit.page
    visit.open(path_of(UNICRI))
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Turtle")).to_be_focused()
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid", "what has the focus can be seen"
    for _ in range(80):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('svg')") is None, "the picture repeats the tables"
        if page.evaluate("document.activeElement.textContent") == "European Union":
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("European Union")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Interregional Crime")


def test_the_page_has_names_for_those_who_do_not_see_it(visit: Visit) -> None:
    page = visit.page
    visit.open(path_of(UNICRI))
    expect(page.get_by_role("img", name=re.compile("tables of this page list them"))).to_be_visible()
    expect(page.get_by_role("region", name=re.compile("Links and evidence"))).to_be_visible()
    expect(page.get_by_role("rowheader", name=re.compile("Cooperates with"))).to_be_visible()
    levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(h => +h.tagName[1])")
    assert levels[0] == 1 and all(b - a <= 1 for a, b in itertools.pairwise(levels))
    ids = page.eval_on_selector_all("[id]", "all => all.map(e => e.id)")
    assert len(ids) == len(set(ids))
    wanted = page.eval_on_selector_all("[aria-labelledby]", "all => all.map(e => e.getAttribute('aria-labelledby'))")
    assert set(wanted) <= set(ids)


def test_the_picture_shows_neighbours_and_no_name_leaves_it_or_covers_another(visit: Visit) -> None:
    for thing in (UNICRI, WIPO, HUB):
        visit.open(path_of(thing))
        boxes = visit.page.eval_on_selector_all(
            "figure .scroll svg a text",
            "all => all.map(t => (({x, y, width, height}) => [x, y, width, height])(t.getBBox()))",
        )
        assert 10 <= len(boxes) <= 18
        for x, y, wide, _ in boxes:
            assert x >= 0 and x + wide <= 760 and y >= 0, thing
        for (ax, ay, aw, ah), (bx, by, bw, bh) in itertools.combinations(boxes, 2):
            assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by + 1 or by + bh <= ay + 1, thing
    expect(visit.page.locator("figcaption")).to_contain_text(f"Of {MANY} neighbours the 18 with most links")
    visit.page.locator("figure .scroll svg a text").first.click()
    expect(visit.page.locator("h1")).to_contain_text("one of many")


def test_the_interactive_map_opens_and_says_what_it_leaves_out(visit: Visit) -> None:
    page = visit.page
    visit.open(path_of(UNICRI))
    page.get_by_role("link", name="Interactive map").click()
    page.wait_for_function("window.multilateralMap && multilateralMap.shown().nodes.length > 10")
    shown = page.evaluate("multilateralMap.shown()")
    assert ID + UNICRI in json.dumps(shown)
    visit.open(path_of(HUB) + "?format=map")
    expect(page.locator("h1")).to_contain_text(f"(80 of {MANY} neighbours, 80 of {MANY} links)")


def test_the_other_language_and_the_other_page_are_a_click_away(visit: Visit) -> None:
    page = visit.page
    visit.open(path_of(HUB) + "?group=funds")
    page.get_by_role("link", name="More").first.click()
    expect(page.locator("nav", has_text="Page 2 of 2").first).to_be_visible()
    page.get_by_role("link", name="Français").click()
    expect(page.locator("nav", has_text="Page 2 sur 2").first).to_be_visible()
    page.get_by_role("link", name="one of many").first.click()
    assert page.url.endswith("?lang=fr")
    expect(page.locator("table.grouped th[scope=rowgroup]").first).to_contain_text("Financé par")
