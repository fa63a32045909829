"""The pages for people, served by the real service and used in a real browser that may reach no other host."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from multilateral.graph.store import Store
from multilateral.knowledge import KnowledgeGraph
from multilateral.ontology.model import ID, Entity, Evidence, Link, Loaded, Name, Source
from multilateral.queries.catalogue import catalogue
from multilateral.viz.explorer import question as question_module
from multilateral.viz.explorer.fields import LABELS
from multilateral.viz.explorer.home import TOPICS
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
MANY = 450
UNICRI = "organization/united-nations-interregional-crime-and-justice-research-institute"
COMMAND = (sys.executable, "-c", "from multilateral.cli.main import main; main()")
HUB, REPORT = ID + "organization/evil-hub", ID + "document/evil-report"
WITH_PAGES = (
    "{'routes': __import__('multilateral.viz.explorer.site', fromlist=['routes']).routes(), 'editor': '/editor'}"
)


def evil() -> Iterator[Entity | Link]:
    """Things whose names are code, and links among them whose every text is code."""
    yield Entity(REPORT, "Document", (Name(EVIL[1], "en"),), homepage=EVIL[4])
    yield Entity(HUB, "Organization", (Name("Evil hub " + EVIL[0], "en"), Name("Mêmes initiales", "fr", "acronym")))
    yield Entity(ID + "organization/other-hub", "Organization", (Name("Mêmes initiales", "fr"),))
    for number, name in enumerate(EVIL):
        iri = f"{ID}organization/evil-{number}"
        yield Entity(iri, "Organization", (Name(name, "en"), Name(name, "fr")))
        evidence = Evidence(REPORT, EVIL[0], EVIL[1])
        yield Link(
            f"{ID}link/evil/{number}", HUB, "cooperatesWith", iri, (evidence,), role=EVIL[number], status="proposed"
        )
    hub = ID + "organization/hub-of-many"
    yield Entity(hub, "Organization", (Name("hub of many", "en"),))
    for number in range(MANY):
        iri = f"{ID}organization/many-{number}"
        yield Entity(iri, "Organization", (Name(f"one of many {number}", "en"),))
        yield Link(f"{ID}link/evil/many-{number}", hub, "cooperatesWith", iri, (Evidence(REPORT, str(number)),))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explorer") / "store"
    KnowledgeGraph(path).load("five-documents")
    with Store.writing(path) as opened:
        source = Source("evil", EVIL[1], "table", "sha256:1", "evil.csv", "2025-01-02T03:04:05Z", licence=EVIL[0])
        opened.load([Loaded(source, evil())])
    return path


@pytest.fixture(scope="module")
def site(store: Path) -> Iterator[Endpoint]:
    with running(store, options=WITH_PAGES) as endpoint:
        yield endpoint


def get(site: Endpoint, path: str, accept_language: str = "en", method: str = "GET", **parameters: str) -> Answer:
    address = path + ("?" + urlencode(parameters) if parameters else "")
    return site.send(method, address, {"Accept-Language": accept_language})


class Markup(HTMLParser):
    """Collects what a page would run or load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


# ---- questions as files


def rows_of(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_csv_and_json_are_those_of_the_command_line(site: Endpoint, store: Path) -> None:
    for form in ("csv", "json"):
        command = [*COMMAND, "--store", str(store), "query", "partners-of"]
        said = subprocess.run(
            [*command, "-p", "org=UNICRI", "--format", form], capture_output=True, text=True, check=True
        )
        answer = get(site, "/questions/partners-of", org="UNICRI", format=form)
        if form == "csv":
            assert rows_of(answer) == list(csv.DictReader(io.StringIO(said.stdout))) != []
        else:
            assert json.loads(answer.body) == json.loads(said.stdout) != []


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_question_has_a_form_and_answers_alike_as_page_csv_and_sparql(site: Endpoint, name: str) -> None:
    question = catalogue()[name]
    for lang in ("en", "fr"):
        form = get(site, f"/questions/{name}", lang)
        assert form.status == 200 and question.title[lang] in unescaped(form.text)
        assert {f"p-{p.name}" for p in question.parameters} <= {a.get("id") for _, a in Markup(form.text).tags}
    given = dict(question.example)
    rows = rows_of(get(site, f"/questions/{name}", format="csv", **given))
    assert rows, "an example has an answer"
    page = get(site, f"/questions/{name}", **given)
    assert f"{len(rows):,} row" in page.text
    for document in {row["document"] for row in rows[:200] if row.get("document")}:
        assert document in unescaped(page.text)
    text = get(site, f"/questions/{name}", format="sparql", **given)
    assert text.headers["content-type"].startswith("application/sparql-query")
    found = list(csv.DictReader(io.StringIO(site.query(text.text, "text/csv").text)))
    assert len({tuple(row.values()) for row in found}) >= len(rows)
    assert set(found[0]) == {c.name for c in question.columns}


def unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)


def test_labels_cover_the_catalogue_and_no_parameter_is_called_as_one_of_the_page(site: Endpoint) -> None:
    names = {p.name for q in catalogue().values() for p in q.parameters}
    assert names <= LABELS.keys()
    assert names.isdisjoint(question_module.OWN)
    assert {q.topic for q in catalogue().values()} <= TOPICS.keys()


def test_long_answers_come_in_pages_and_files_whole(site: Endpoint) -> None:
    asked = {"thing": "organization/hub-of-many"}
    assert len(rows_of(get(site, "/questions/everything-about", format="csv", **asked))) == MANY
    seen: list[str] = []
    path = "/questions/everything-about?" + urlencode(asked)
    while path:
        answer = get(site, path)
        assert f"{MANY} rows" in answer.text
        seen += re.findall(r">one of many (\d+)<", answer.text)
        following = [a["href"] for tag, a in Markup(answer.text).tags if tag == "a" and a.get("rel") == "next"]
        path = following[0] or "" if following else ""
    assert len(seen) == len(set(seen)) == MANY


# ---- headers, languages, statuses


def test_pages_forbid_inline_code_and_other_hosts_and_are_kept_by_version(site: Endpoint) -> None:
    for path in ("/", "/questions/partners-of?org=UNICRI", "/search?q=un", "/editor", "/nothing-here"):
        answer = get(site, path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        for tag, attributes in Markup(answer.text).tags:
            assert not any(name.startswith("on") or name == "style" for name in attributes), (path, tag)
            assert tag != "script" or "src" in attributes or attributes["type"] == "application/json"
            for name in ("src", "action") + (("href",) if tag == "link" else ()):
                assert (attributes.get(name) or "/").startswith("/"), (path, tag)
    answer = get(site, "/")
    again = site.send("GET", "/", {"Accept-Language": "en", "If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    french = site.send("GET", "/", {"Accept-Language": "fr", "If-None-Match": answer.headers["etag"]})
    assert french.status == 200 and french.headers["content-language"] == "fr"


def test_static_files_are_kept_for_good_and_nothing_else_is_sent(site: Endpoint) -> None:
    page = get(site, "/editor").text
    files = sorted(set(re.findall(r"/static/[0-9a-f]+/[\w.]+", page)))
    assert len(files) == 7
    for file in files:
        answer = site.send("GET", file, {"Accept-Encoding": "gzip"})
        assert answer.status == 200 and "immutable" in answer.headers["cache-control"]
        assert b"sourceMappingURL" not in answer.body
    folder = files[-1].rpartition("/")[0]
    for wrong in ("/static/0/site.css", f"{folder}/site.py", f"{folder}/..%2fsite.py", f"{folder}/"):
        assert get(site, wrong).status == 404


def test_head_answers_as_get_without_a_body_and_other_methods_are_refused(site: Endpoint) -> None:
    for path in ("/", "/questions/partners-of?org=UNICRI&format=csv", "/editor", "/questions/nope", "/suggest?q=un"):
        head, full = get(site, path, method="HEAD"), get(site, path)
        assert (head.status, head.body) == (full.status, b"")
        assert head.headers["content-type"] == full.headers["content-type"]
    assert get(site, "/", method="POST").status == 405


def test_the_language_is_that_of_the_reader_or_the_one_chosen(site: Endpoint) -> None:
    for accept, lang in (
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("de, en;q=0.5, fr;q=0.4", "en"),
        ("", "en"),
        ("fr;q=x", "en"),
    ):
        assert f'<html lang="{lang}">' in get(site, "/", accept).text
    chosen = get(site, "/questions/partners-of", "en", lang="fr", org="UNICRI").text
    assert '<html lang="fr">' in chosen and "Agence internationale de l" in chosen
    links = [a.get("href") or "" for tag, a in Markup(chosen).tags if tag == "a"]
    kept = [href for href in links if href.startswith(("/questions", "/id", "/editor"))]
    assert kept and all("lang=fr" in href or "lang=en" in href for href in kept)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing-here", 404, "no page at this address"),
        ("/questions/partner-of", 404, "partners-of"),
        ("/questions/partners-of?org=Zzyzx+Qwrt", 404, "is called"),
        ("/questions/partners-of?org=M%C3%AAmes+initiales", 400, "may mean several things"),
        ("/questions/partners-of?org=Uzbekistan&event=Uzbekistan", 400, "something else is wanted"),
        ("/questions/partners-of?with=EU", 400, "This field is needed"),
        ("/questions/partners-of?org=UNICRI&from=lately", 400, "is no date"),
        ("/questions/partners-of?org=UNICRI&from=2010&until=2001", 400, "ends (2001"),
        ("/questions/partners-of?org=UNICRI&colour=red", 400, "has no parameter"),
        ("/questions/partners-of?org=UNICRI&format=pdf", 400, "There is no format"),
        ("/questions/partners-of?org=UNICRI&page=0", 400, "The page is a number"),
        ("/questions/partners-of?org=UNICRI&page=2", 404, "no page 2"),
        ("/questions/partners-of?org=UNICRI&format=map&from=1066&until=1067", 404, "nothing to draw"),
        ("/editor?example=nope", 404, "There is no question"),
        ("/suggest?q=un&type=Unicorn", 400, "no class"),
    ],
)
def test_what_goes_wrong_is_one_sentence_with_a_true_status(site: Endpoint, path: str, status: int, words: str) -> None:
    answer = get(site, path)
    assert answer.status == status
    assert words in unescaped(answer.text)
    assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers
    assert "Traceback" not in answer.text
    if "format=" in path:
        assert answer.headers["content-type"].startswith("text/plain")


def test_what_takes_too_long_is_told_above_the_form_that_asked(store: Path) -> None:
    with running(store, limits="{'seconds': 0.001, 'workers': 1, 'page_workers': 8}", options=WITH_PAGES) as slow:
        form = get(slow, "/questions/partners-of")
        assert form.status == 200, "a form needs no data"
        answer = get(slow, "/questions/partners-of", org="UNICRI")
        assert answer.status == 504 and "was stopped after" in answer.text
        assert ("input", "UNICRI") in {(tag, a.get("value")) for tag, a in Markup(answer.text).tags}
        file = get(slow, "/questions/partners-of", org="UNICRI", format="csv")
        assert file.status == 504 and file.headers["content-type"].startswith("text/plain")


def test_a_load_shows_up_and_what_a_browser_held_is_renewed(tmp_path: Path) -> None:
    def load(number: int) -> None:
        iri, hub = f"{ID}organization/late-{number}", f"{ID}organization/late-hub"
        with Store.writing(tmp_path / "store") as opened:
            source = Source(f"late-{number}", "Late", "table", f"sha256:{number}", "l.csv", "2025-01-02T03:04:05Z")
            link = Link(f"{ID}link/late/{number}", hub, "cooperatesWith", iri, (Evidence(REPORT, "1"),))
            things = [Entity(i, "Organization", (Name(i.rpartition("/")[2], "en"),)) for i in (iri, hub)]
            opened.load([Loaded(source, iter([*things, link]))])

    load(1)
    with running(tmp_path / "store", limits="{'workers': 1}", options=WITH_PAGES) as live:
        path = "/questions/partners-of?org=late-hub"
        first = get(live, path)
        assert "late-1" in first.text and "late-2" not in first.text
        load(2)
        ends = time.monotonic() + 20
        while (now := live.send("GET", path, {"If-None-Match": first.headers["etag"]})).status == 304:
            assert time.monotonic() < ends, "the load never showed up"
            time.sleep(0.2)
        assert "late-2" in now.text and now.headers["etag"] != first.headers["etag"]


def test_an_ambiguous_name_offers_the_things_it_may_mean(visit: Visit) -> None:
    assert visit.open("/questions/partners-of", org="Mêmes initiales") == 400
    offered = visit.page.locator(".field a")
    assert sorted(offered.evaluate_all("all => all.map(a => new URL(a.href).searchParams.get('org'))")) == [
        "organization/evil-hub",
        "organization/other-hub",
    ]
    offered.filter(has_text="Evil hub").click()
    expect(visit.page.locator("#answer")).to_have_text("5 rows")


# ---- in the browser


def test_a_question_is_asked_by_keyboard_alone_with_suggestions(visit: Visit) -> None:
    page = visit.page
    visit.open("/questions/partners-of")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    field = page.locator("#p-org")
    expect(field).to_be_focused()
    page.keyboard.type("interregional crime")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".options:visible li").first).to_contain_text("United Nations Interregional Crime")
    expect(page.locator("[role=status]")).to_contain_text("suggestion")
    page.keyboard.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    expect(field).to_have_value(re.compile("United Nations Interregional Crime"))
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_have_text("8 rows")
    key = UNICRI.replace("/", "%2F")
    assert page.url.split("?")[1] == f"org={key}", "the address is short and names the thing by its key"
    expect(page.locator("table.answer tbody tr").first).to_contain_text("European Union")
    expect(page.locator("table.answer td.source").first).to_contain_text("¶ 19")
    expect(field).to_have_value(re.compile("United Nations Interregional Crime"))


def test_suggestions_know_both_languages_fields_and_escape(visit: Visit) -> None:
    page = visit.page
    visit.open("/questions/partners-of", lang="fr")
    page.fill("#p-org", "ouzbek")
    first = page.locator(".options:visible li").first
    expect(first).to_contain_text("Ouzbékistan")
    expect(first).to_contain_text("pays")
    page.keyboard.press("Escape")
    expect(page.locator(".options:visible")).to_have_count(0)
    page.fill("#p-event", "Uzbekistan")  # the field takes events only
    page.wait_for_timeout(600)
    assert not any("Ouzbékistan\n" in text for text in page.locator(".options:visible li").all_inner_texts())
    visit.open("/questions/partners-of", lang="en")
    page.fill("#p-org", "Ouzbék")
    expect(page.locator(".options:visible li").first).to_contain_text("Uzbekistan")
    page.locator(".options:visible li").first.click()
    page.fill("#p-org", "UNICRI")  # typing again forgets the thing chosen before
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_have_text("8 rows")


def test_the_search_leads_to_things_and_works_without_a_choice(visit: Visit) -> None:
    page = visit.page
    visit.open("/")
    page.fill("#search", "unicri")
    page.keyboard.press("Enter")
    expect(page.locator("main .plain li").first).to_contain_text("United Nations Interregional Crime")
    expect(page.locator("main .plain a").first).to_have_attribute("href", "/id/" + UNICRI)


def test_an_answer_can_be_had_as_csv_json_map_and_sparql(visit: Visit, site: Endpoint) -> None:
    page = visit.page
    visit.open("/questions/partners-of", org="UNICRI")
    for label, form in (("CSV", "csv"), ("JSON", "json"), ("Map", "map")):
        href = page.get_by_role("link", name=label, exact=True).get_attribute("href")
        assert href == f"/questions/partners-of?org=UNICRI&format={form}&lang=en"
        assert get(site, href).status == 200
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.locator("#count")).to_contain_text("9 entities · 8 links")
    page.go_back()
    page.locator("main").get_by_role("link", name="SPARQL", exact=True).click()
    expect(page.locator("#query")).to_be_visible()
    expect(page.locator("#query")).to_contain_text(f"<{ID}{UNICRI}>")
    page.get_by_role("link", name="Open in the editor").click()
    expect(page.locator(".CodeMirror:visible")).to_contain_text("SELECT DISTINCT")
    page.locator(".yasqe_queryButton:visible").click()
    expect(page.locator(".yasr_response_chip:visible")).to_contain_text("8 results")


def test_the_editor_runs_a_query_by_keyboard_knows_terms_and_links_to_things(visit: Visit) -> None:
    page = visit.page
    visit.open("/editor")
    expect(page.locator("#plain")).to_be_hidden()
    page.locator(".CodeMirror:visible").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?x { ?x a ml:Country ; ml:memberO", delay=5)
    page.keyboard.press("Control+Space")
    expect(page.locator(".CodeMirror-hints li").first).to_contain_text("memberOf")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.CodeMirror-code, .CodeMirror textarea')"), "no trap"
    page.locator(".CodeMirror:visible").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?x WHERE ")
    page.keyboard.insert_text("{ ?x a ml:Country ; skos:prefLabel 'Uzbekistan'@en }")
    page.keyboard.press("Control+Enter")
    found = page.locator("td a.iri")
    expect(found).to_have_text("id:country/UZ")
    found.evaluate(
        "link => { link.removeAttribute('target'); link.addEventListener('click', e => e.preventDefault()) }"
    )
    found.click()
    expect(found).to_have_attribute("href", "/id/country/UZ")


def test_the_editor_begins_with_a_query_that_runs_in_the_language_of_the_reader(visit: Visit) -> None:
    for lang, shows in (("fr", "Conférence des Nations Unies"), ("en", "World Intellectual Property")):
        visit.open("/editor", lang=lang)
        visit.page.locator(".tabsList .addTab").click()  # a new one: the browser keeps the tabs of the other language
        visit.page.locator(".yasqe_queryButton:visible").click()
        expect(visit.page.locator(".yasr_results:visible")).to_contain_text(shows)
        if lang == "fr":
            visit.open("/editor", lang=lang)
            expect(visit.page.locator(".tabsList .tab")).to_have_count(2)  # kept
    visit.page.evaluate("location.hash = '#query=ASK%20%7B%7D'")
    visit.page.reload()
    expect(visit.page.locator(".yasr_results:visible")).to_contain_text("True")


def test_the_editor_shows_errors_graphs_and_truths(visit: Visit) -> None:
    page = visit.page
    for text, shows in (
        ("SELECT ?x WHERE { ?x a ml:Country . ?x unknown:p ?y }", "wrong"),
        ("CONSTRUCT { ?x a ml:Country } WHERE { ?x a ml:Country } LIMIT 3", "Country"),
        ("ASK { ?x a ml:Country }", "True"),
    ):
        visit.open("/editor", query=text)
        page.locator(".yasqe_queryButton:visible").click()
        expect(page.locator(".yasr_results:visible")).to_contain_text(shows)


def test_names_that_are_code_stay_text_in_the_editor_even_if_there_were_no_policy(
    chromium: Browser, site: Endpoint
) -> None:
    visit = Visit(chromium, site, bypass_csp=True)
    page = visit.page
    visit.open("/editor", query="SELECT ?x WHERE { ?thing skos:prefLabel ?x FILTER(CONTAINS(?x, 'evil()')) }")
    page.locator(".yasqe_queryButton:visible").click()
    expect(page.locator(".yasr_results:visible")).to_contain_text("evil()")
    page.locator(".select_response:visible").click()
    expect(page.locator(".yasr_results:visible")).to_contain_text("evil()")
    visit.close()


def test_names_and_parameters_that_are_code_stay_text(visit: Visit) -> None:
    page = visit.page
    visit.open("/questions/partners-of", org="organization/evil-hub")
    expect(page.locator("#answer")).to_have_text("5 rows")
    shown = page.locator("table.answer").inner_text()
    assert all(text in shown for text in EVIL)
    page.fill("#p-with", "onerror")
    expect(page.locator(".options:visible li").first).to_contain_text("onerror")
    for text in EVIL:
        for lang in ("en", "fr"):
            visit.open("/questions/partners-of", org=text + " no", lang=lang)
            visit.open("/questions/partners-of", org="UNICRI", **{"from": text, "lang": lang})
            visit.open("/search", q=text, lang=lang)
            visit.open("/editor", query=text, lang=lang)
        visit.open("/questions/" + quote(text, safe=""))
        visit.open("/" + quote(text, safe=""))
        visit.open("/editor", example=text)
    visit.open("/")
    assert EVIL[1] in page.locator("main").inner_text()
    visit.open("/questions/partners-of", org="organization/evil-hub", format="map")
    expect(page.locator("#count")).to_contain_text("6 entities")
    hrefs = [get(visit.site, "/questions/partners-of", org="organization/evil-hub")]
    assert not any("javascript:" in (a.get("href") or "") for _, a in Markup(hrefs[0].text).tags)


PAGES = ("/", "/questions/partners-of?org=UNICRI", "/questions/everything-about?thing=istic", "/questions/path-between",
         "/search?q=un", "/editor", "/nothing-here", "/questions/partners-of?org=Zzyzx")  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_is_wider_than_320_pixels(chromium: Browser, site: Endpoint, lang: str) -> None:
    visit = Visit(chromium, site, viewport={"width": 320, "height": 640}, locale=lang)
    for path in PAGES:
        visit.open(path)
        wide = visit.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} pixels wide"
        assert visit.page.locator("html").get_attribute("lang") == lang
    visit.close()


def test_forms_and_links_work_without_scripts(chromium: Browser, site: Endpoint) -> None:
    visit = Visit(chromium, site, java_script_enabled=False)
    page = visit.page
    visit.open("/")
    page.get_by_role("link", name="With whom does an organization cooperate?").click()
    page.fill("#p-org", "UNICRI")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_have_text("8 rows")
    page.fill("#search", "unicri")
    page.keyboard.press("Enter")
    expect(page.locator("main .plain li").first).to_contain_text("United Nations Interregional Crime")
    visit.open("/editor")
    page.get_by_role("button", name="Run").click()
    assert '"bindings"' in page.content()
    visit.close()


def test_everything_that_can_be_pressed_has_a_name_and_every_field_a_label(visit: Visit) -> None:
    for path in PAGES:
        visit.open(path)
        nameless = visit.page.evaluate(
            """() => [...document.querySelectorAll('body :is(a, button, input, select)')]
            .filter(e => !e.closest('#editor') && e.type !== 'hidden' && e.checkVisibility())
            .filter(e => !(e.innerText || '').trim() && !(e.labels && e.labels.length) && !e.getAttribute('aria-label'))
            .map(e => e.outerHTML)"""
        )
        assert nameless == [], path
        assert visit.page.locator("h1").count() == 1 and visit.page.title()


def test_a_token_lets_a_browser_in_by_password_only(chromium: Browser, store: Path) -> None:
    command = [*COMMAND, "--store", str(store), "serve", "--port", "0", "--quiet"]
    process = subprocess.Popen([*command, "--token", "open-sesame"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        endpoint = Endpoint.__new__(Endpoint)
        endpoint.address = re.findall(r"http://[\d.]+:\d+", process.stdout.readline())[-1]
        for password, status in (("wrong", 401), ("open-sesame", 200)):
            visit = Visit(chromium, endpoint, http_credentials={"username": "me", "password": password})
            assert visit.open("/questions/partners-of", org="UNICRI") == status
            if status == 200:
                visit.page.fill("#p-with", "europol")
                expect(visit.page.locator(".options:visible li").first).to_contain_text("Europol")
                visit.open("/editor")
                visit.page.locator(".yasqe_queryButton:visible").click()
                expect(visit.page.locator(".yasr_response_chip:visible")).to_contain_text("results")
            visit.close()
    finally:
        process.terminate()
        process.wait(20)
