"""Maps in a real browser, offline: real clicks, what the panel then says, and that the page asks for nothing else."""

from __future__ import annotations

import csv
import io
import itertools
import math
import os
import random
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from multilateral.viz import page as page_module
from multilateral.viz.layout import lay_out
from multilateral.viz.model import MapData, MapEdge, MapError, MapEvidence, MapNode
from multilateral.viz.page import map_html, write_map
from playwright.sync_api import Browser, Dialog, Page, Route, expect, sync_playwright

ID = "https://w3id.org/multilateral/id/"
REPORT = {"en": "Report on capacity-building", "fr": "Rapport sur le renforcement des capacités"}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def node(slug: str, kind: str, en: str, fr: str, **more: Any) -> MapNode:
    return MapNode(ID + slug, kind, {"en": en, "fr": fr}, **more)


def link(number: int, source: str, relation: str, target: str, locator: str, **more: Any) -> MapEdge:
    evidence = MapEvidence(REPORT, locator, f"Words of paragraph {locator}.", url="https://example.org/report")
    return MapEdge(f"{ID}link/test/{number}", ID + source, ID + target, relation, evidence=(evidence,), **more)


def sample() -> MapData:
    """Six things in a chain with a branch; two parallel links between the bank and the programme."""
    return MapData(
        nodes=(
            node("bank", "RegionalOrganization", "Development Bank", "Banque de développement", acronyms=("DB", "BDD")),
            node("programme", "Programme", "Special Programme for Economies", "Programme spécial pour les économies",
                 facts=(("Description", "Description", "A programme of the test."),), url="https://example.org/p"),
            node("uz", "Country", "Uzbekistan", "Ouzbékistan"),
            node("unece", "UNBody", "Economic Commission for Europe", "Commission économique pour l’Europe",
                 acronyms=("UNECE", "CEE")),
            node("forum", "Event", "Economic Forum", "Forum économique"),
            node("poor", "Country", "developing countries", "pays en développement", collective=True),
        ),
        edges=(
            link(1, "bank", "funds", "programme", "5(d)", from_="2006", to="2007", status="completed",
                 facts=(("Amount", "Montant", "250,000 USD"), ("Role", "Rôle", "lead donor"))),
            link(2, "bank", "implements", "programme", "7", from_="2010-04", status="proposed"),
            link(3, "programme", "covers", "uz", "9(a)"),
            link(4, "unece", "cooperatesWith", "bank", "footnote 1", from_="2008"),
            link(5, "unece", "organizes", "forum", "12", from_="2012-05-04", to="2012-05-05"),
            link(6, "forum", "concerns", "poor", "13", status="planned"),
        ),
        title="A map of the test",
    )  # fmt: skip


class Opened:
    """A page and what went wrong on it."""

    def __init__(self, browser: Browser, path: Path, *, width: int = 1280, height: int = 820, hash_: str = "") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        self.context.set_offline(True)
        self.asked: list[str] = []
        self.said: list[str] = []
        self.context.route("**/*", self._only_files)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.goto(path.as_uri() + hash_)

    def _dialog(self, dialog: Dialog) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _only_files(self, route: Route) -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def click(self, kind: str, iri: str) -> None:
        """Click with the mouse where the map says that a node or a link stands."""
        at = self.page.evaluate("([kind, iri]) => multilateralMap[`${kind}Position`](iri)", [kind, iri])
        assert at is not None, f"no place on the picture meets {iri} and nothing else"
        self.page.mouse.click(at["x"], at["y"])

    def search(self, words: str) -> list[str]:
        self.page.fill("#query", words)
        return self.page.locator("#suggestions li").all_inner_texts()

    def shown(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = self.page.evaluate("multilateralMap.shown()")
        return found

    def lit(self) -> set[str]:
        return set(self.page.evaluate("multilateralMap.lit()"))

    def download(self, kind: str) -> bytes:
        with self.page.expect_download() as event:
            self.page.click(f"[data-export={kind}]")
        return Path(event.value.path()).read_bytes()

    @property
    def panel(self) -> str:
        return self.page.inner_text("#panel")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = os.environ.get("MULTILATERAL_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not program:
        pytest.fail(
            "The map is tested in a browser and none was found: install one (Debian: apt-get install chromium) "
            "or set MULTILATERAL_CHROMIUM to its path."
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_map(sample(), path)
    return path


@pytest.fixture
def opened(browser: Browser, sample_path: Path) -> Iterator[Opened]:
    it = Opened(browser, sample_path)
    yield it
    it.context.close()
    assert it.said == [], "the console must stay clean"
    assert it.asked == [], "the page must ask for nothing"


# ---- clicks


def test_a_click_on_a_node_shows_its_facts_and_each_link_with_document_and_paragraph(opened: Opened) -> None:
    opened.click("node", ID + "programme")
    expect(opened.page.locator("#panel h2")).to_have_text("Special Programme for Economies")
    for words in ("A programme of the test.", "Programme spécial pour les économies", "¶ 5(d)",
                  "Report on capacity-building", "¶ 7", "¶ 9(a)", "Words of paragraph 9(a)."):  # fmt: skip
        assert words in opened.panel
    assert "¶ 12" not in opened.panel
    assert opened.page.locator("#panel a[href='https://example.org/report']").count() == 3


def test_a_click_on_a_link_shows_both_ends_dates_amount_status_and_source(opened: Opened) -> None:
    opened.click("link", f"{ID}link/test/1")
    for words in ("Development Bank", "Special Programme for Economies", "funds", "2006 – 2007", "completed",
                  "250,000 USD", "lead donor", "Report on capacity-building", "¶ 5(d)", "Words of"):  # fmt: skip
        assert words in opened.panel
    assert "¶ 9(a)" not in opened.panel


def test_parallel_links_are_drawn_apart_and_each_can_be_clicked(opened: Opened) -> None:
    for number, words in ((1, "¶ 5(d)"), (2, "¶ 7")):
        opened.click("link", f"{ID}link/test/{number}")
        assert words in opened.page.inner_text("#panel .evidence")
        assert opened.lit() == {f"{ID}link/test/{number}"}


def test_a_locator_that_says_itself_what_it_is_gets_no_pilcrow(opened: Opened) -> None:
    opened.click("link", f"{ID}link/test/4")
    assert "footnote 1" in opened.panel
    assert "¶ footnote" not in opened.panel


def test_a_click_on_nothing_clears_and_a_double_click_isolates(opened: Opened) -> None:
    opened.click("node", ID + "bank")
    at = opened.page.evaluate("iri => multilateralMap.nodePosition(iri)", ID + "bank")
    opened.page.wait_for_timeout(400)  # or the browser takes the next click for the second of a pair
    opened.page.mouse.dblclick(at["x"], at["y"])
    assert sorted(opened.shown()["nodes"]) == sorted(ID + n for n in ("bank", "programme", "unece"))
    assert opened.page.inner_text("#count").startswith("3 entities · 3 links (of 6 · 6)")
    opened.page.wait_for_timeout(400)
    box = opened.page.locator("#picture").bounding_box()
    assert box
    opened.page.mouse.click(box["x"] + 5, box["y"] + 5)
    assert len(opened.shown()["nodes"]) == 6
    assert "How to read this map" in opened.panel


# ---- search, filters, time


def test_search_ignores_case_and_accents_and_knows_acronyms_and_the_other_language(opened: Opened) -> None:
    assert "Economic Commission" in opened.search("economique")[0]
    assert "Uzbekistan" in opened.search("ouzbek")[0]
    assert "Uzbekistan" in opened.search("OUZBÉK")[0]
    assert "Economic Commission for Europe" in opened.search("cee")[0]
    assert opened.search("zzz") == ["Nothing by that name"]
    opened.search("europe commission")
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    expect(opened.page.locator("#panel h2")).to_have_text("Economic Commission for Europe")


@pytest.mark.parametrize(
    ("holder", "row", "gone"),
    [
        ("#types", "country", {3, 6}),
        ("#relations", "funds", {1}),
        ("#statuses", "proposed", {2}),
        ("#statuses", "not said", {3, 4, 5}),
    ],
)
def test_filters_hide_what_is_unticked(opened: Opened, holder: str, row: str, gone: set[int]) -> None:
    opened.page.locator(f"{holder} label", has_text=row).locator("input").uncheck()
    assert set(opened.shown()["links"]) == {f"{ID}link/test/{n}" for n in {1, 2, 3, 4, 5, 6} - gone}


def test_the_legend_counts_what_there_is(opened: Opened) -> None:
    rows = opened.page.locator("#types label").all_inner_texts()
    assert [row.split()[-1] for row in rows if "country" in row] == ["2"]
    assert opened.page.locator("#statuses label", has_text="proposed").locator("line[stroke-dasharray]").count() == 1
    assert opened.page.locator("#statuses label", has_text="completed").locator("line[stroke-dasharray]").count() == 0


def test_years_keep_what_overlaps_and_undated_links_have_their_own_switch(opened: Opened) -> None:
    opened.page.focus("#year-from")
    for _ in range(4):
        opened.page.keyboard.press("ArrowRight")
    assert opened.page.inner_text("#years-shown") == "2010 – 2012"
    assert set(opened.shown()["links"]) == {f"{ID}link/test/{n}" for n in (2, 3, 5, 6)}
    opened.page.uncheck("#undated")
    assert set(opened.shown()["links"]) == {f"{ID}link/test/{n}" for n in (2, 5)}
    assert opened.page.inner_text("#count") == "4 entities · 2 links (of 6 · 6)"


# ---- focus, path, language, address


def test_two_steps_light_more_than_one(opened: Opened) -> None:
    opened.click("node", ID + "uz")
    assert opened.lit() == {f"{ID}link/test/3"}
    opened.page.click("#panel >> text=2 steps")
    assert opened.lit() == {f"{ID}link/test/{n}" for n in (1, 2, 3)}


def test_the_shortest_path_lights_all_parallel_links_on_it(opened: Opened) -> None:
    opened.click("node", ID + "uz")
    opened.page.click("#path-from")
    opened.click("node", ID + "unece")
    opened.page.click("#path-to")
    assert opened.lit() == {f"{ID}link/test/{n}" for n in (1, 2, 3, 4)}
    assert "Shortest path: 3 steps" in opened.page.inner_text("#count")
    assert "¶ 5(d)" in opened.panel and "¶ 7" in opened.panel
    opened.page.locator("#relations label", has_text="covers").locator("input").uncheck()
    assert "nothing that is shown connects the two" in opened.page.inner_text("#count")


def test_french_and_back(opened: Opened) -> None:
    opened.click("node", ID + "uz")
    opened.page.click("#lang-fr")
    expect(opened.page.locator("#panel h2")).to_have_text("Ouzbékistan")
    assert opened.page.evaluate("document.documentElement.lang") == "fr"
    assert "Rapport sur le renforcement des capacités" in opened.panel
    assert "pays" in opened.page.inner_text("#types")
    assert "country" not in opened.page.inner_text("#left")
    opened.page.click("#lang-en")
    expect(opened.page.locator("#panel h2")).to_have_text("Uzbekistan")


def test_the_address_restores_the_view(browser: Browser, sample_path: Path, opened: Opened) -> None:
    opened.page.locator("#relations label", has_text="organizes").locator("input").uncheck()
    opened.page.focus("#year-to")
    opened.page.keyboard.press("ArrowLeft")
    opened.page.select_option("#colour-by", "community")
    opened.page.click("#lang-fr")
    opened.click("node", ID + "bank")
    hash_, shown, panel = opened.page.evaluate("location.hash"), opened.shown(), opened.panel
    again = Opened(browser, sample_path, hash_=hash_)
    assert again.shown() == shown
    assert again.panel == panel
    assert again.page.input_value("#colour-by") == "community"
    assert again.page.inner_text("#years-shown") == "2006 – 2011"
    assert again.said == []
    again.context.close()


@pytest.mark.parametrize(
    "hash_",
    ["#node=__proto__&-type=constructor&years=9/x&open=1e9&lang=toString", "#%%%&&=", "#link=nowhere&from=a&to=b"],
)
def test_an_address_of_another_map_does_no_harm(browser: Browser, sample_path: Path, hash_: str) -> None:
    it = Opened(browser, sample_path, hash_=hash_)
    assert len(it.shown()["links"]) == 6
    assert it.said == []
    it.context.close()


# ---- table, exports, keyboard, small screens


def test_the_table_has_one_row_a_shown_link_and_follows_the_filters(opened: Opened) -> None:
    opened.page.click("#table-toggle")
    assert opened.page.locator("#table-body tbody tr").count() == 6
    assert "Report on capacity-building" in opened.page.inner_text(
        "#table-body"
    ) and "¶ 9(a)" in opened.page.inner_text("#table-body")
    opened.page.locator("#types label", has_text="event").locator("input").uncheck()
    assert opened.page.locator("#table-body tbody tr").count() == 4
    opened.page.click("#table-body th >> text=Relation")
    names = opened.page.locator("#table-body tbody td:nth-child(2)").all_inner_texts()
    assert names == sorted(names)
    opened.page.locator("#table-body tbody tr", has_text="funds").locator("button", has_text="funds").click()
    assert "¶ 5(d)" in opened.page.inner_text("#panel .evidence")


def test_csv_has_the_shown_links_with_their_sources(opened: Opened) -> None:
    opened.page.locator("#relations label", has_text="covers").locator("input").uncheck()
    rows = list(csv.DictReader(io.StringIO(opened.download("csv").decode("utf-8-sig"))))
    assert [row["link_id"][-1] for row in rows] == ["1", "2", "4", "5", "6"]
    assert rows[0]["documents"] == "Report on capacity-building"
    assert (rows[0]["locators"], rows[0]["quotes"]) == ("5(d)", "Words of paragraph 5(d).")
    assert (rows[0]["source"], rows[0]["relation"], rows[0]["from"], rows[0]["to"]) == (
        "Development Bank",
        "funds",
        "2006",
        "2007",
    )


def test_gexf_has_sources_and_svg_and_png_are_pictures(opened: Opened) -> None:
    space = {"g": "http://gexf.net/1.3"}
    graph = ET.fromstring(opened.download("gexf"))
    assert len(graph.findall(".//g:node", space)) == 6
    values = {v.get("value") for v in graph.findall(".//g:edge//g:attvalue[@for='sources']", space)}
    assert "Report on capacity-building, ¶ 5(d)" in values
    drawing = ET.fromstring(opened.download("svg"))
    words = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert "A map of the test" in words and "Development Bank" in words
    assert len(list(drawing.iter("{http://www.w3.org/2000/svg}path"))) == 6
    assert opened.download("png").startswith(b"\x89PNG")


def test_the_picture_can_be_walked_by_keyboard(opened: Opened) -> None:
    opened.page.focus("#picture")
    opened.page.keyboard.press("n")
    first = opened.page.inner_text("#panel h2")
    opened.page.keyboard.press("n")
    second = opened.page.inner_text("#panel h2")
    assert first != second
    opened.page.keyboard.press("l")
    assert "Said in" in opened.panel
    opened.page.keyboard.press("Escape")
    assert "How to read this map" in opened.panel
    opened.page.keyboard.press("/")
    assert opened.page.evaluate("document.activeElement.id") == "query"


def test_every_control_has_a_name_for_a_screen_reader(opened: Opened) -> None:
    nameless = opened.page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, [role=application], [role=region]')]
            .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length)))
            .map((e) => e.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("width", [320, 800])
def test_a_small_screen_shows_all_without_scrolling_sideways(browser: Browser, sample_path: Path, width: int) -> None:
    it = Opened(browser, sample_path, width=width, height=640)
    it.page.click("#table-toggle")
    assert it.page.evaluate("document.documentElement.scrollWidth") <= width
    it.page.evaluate("scrollTo(0, 0)")
    it.click("node", ID + "bank")
    expect(it.page.locator("#panel h2")).to_have_text("Development Bank")
    assert it.said == []
    it.context.close()


# ---- hostile names, odd shapes, large maps

HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    '<img src=x onerror="window.hacked = 1">',
    "\"double\" 'single' `back` \\ & &amp; ${1} {{ 7 * 7 }}",
    "🏳️‍🌈 منظمة الأمم المتحدة",
    "‮override‬ 联合国",
    "<!-- --> ]]> \u2028\u2029",
    '=HYPERLINK("http://example.org")',
)


def hostile() -> MapData:
    ids = ("__proto__", "constructor", "toString", "javascript:window.hacked=1", "a b#&=%", "<b>", "hasOwnProperty")
    nodes = tuple(
        MapNode(iri, "Topic" if i else "<i>Type</i>", {"en": name, "__proto__": name}, (name[:9],), False,
                ((name, name, name),), "javascript:window.hacked=1")
        for i, (iri, name) in enumerate(zip(ids, HOSTILE, strict=True))
    )  # fmt: skip
    edges = tuple(
        MapEdge(name, a, b, "concerns", "2001", None, "__proto__", ((name, name, name),),
                (MapEvidence({"en": name}, name, name, name, "javascript:window.hacked=1"),))
        for name, (a, b) in zip(HOSTILE, itertools.pairwise([*ids, ids[0]]), strict=True)
    )  # fmt: skip
    return MapData(nodes, edges, HOSTILE[0])


def test_hostile_names_do_no_harm_and_show_as_they_are(browser: Browser, tmp_path: Path) -> None:
    write_map(hostile(), tmp_path / "h.html")
    it = Opened(browser, tmp_path / "h.html")
    assert it.page.title() == HOSTILE[0]
    it.page.click("#table-toggle")
    for number, entry in enumerate(hostile().nodes):
        it.page.evaluate("iri => { location.hash = new URLSearchParams({ node: iri }).toString(); }", entry.id)
        expect(it.page.locator("#panel h2")).to_have_count(1)
        it.page.wait_for_function(
            "name => document.querySelector('#panel h2').textContent === name", arg=HOSTILE[number]
        )
    it.click("link", HOSTILE[1])
    assert it.page.locator("#panel .evidence q").text_content() == HOSTILE[1]
    it.search("img src")
    it.download("svg")
    rows = list(csv.DictReader(io.StringIO(it.download("csv").decode("utf-8-sig"))))
    assert rows[-1]["source"] == "'" + HOSTILE[-1]
    ET.fromstring(it.download("gexf"))
    assert it.page.evaluate(
        "[window.hacked, {}.hacked, document.images.length, Object.keys(Object.prototype).length]"
    ) == [None, None, 0, 0]
    assert it.page.locator("a[href^=javascript]").count() == 0
    assert (it.said, it.asked) == ([], [])
    it.context.close()


def test_the_policy_stops_a_script_that_is_not_ours_and_a_request(
    browser: Browser, sample_path: Path, tmp_path: Path
) -> None:
    page = sample_path.read_text("utf-8").replace(
        "</body>", "<script>window.hacked = 1</script><img src='https://example.org/x.png'></body>"
    )
    (tmp_path / "changed.html").write_text(page, "utf-8")
    it = Opened(browser, tmp_path / "changed.html")
    assert it.page.evaluate("window.hacked") is None
    assert it.asked == []
    assert sum("Content Security Policy" in said for said in it.said) == 2
    it.context.close()


def test_the_file_refers_to_nothing_outside(sample_path: Path) -> None:
    class References(HTMLParser):
        found: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [
                f"{tag} {name}={value}" for name, value in attrs if name in ("src", "href", "action", "data", "srcset")
            ]

    page = sample_path.read_text("utf-8")
    parser = References()
    parser.feed(page)
    assert parser.found == []
    assert "@import" not in page and "sourceMappingURL" not in page and "url(http" not in page
    assert "default-src 'none'" in page and "unsafe-eval" not in page


def test_a_map_of_nothing_says_so(browser: Browser, tmp_path: Path) -> None:
    write_map(MapData((), ()), tmp_path / "empty.html")
    it = Opened(browser, tmp_path / "empty.html")
    assert "There is nothing to draw" in it.page.inner_text("body")
    assert it.said == []
    it.context.close()


def test_one_thing_a_loop_and_a_name_that_is_no_text(browser: Browser, tmp_path: Path) -> None:
    data = MapData(
        (MapNode("a", "Country", {"en": "half \ud800 a pair"}),), (MapEdge("l", "a", "a", "partOf"),), focus="a"
    )
    write_map(data, tmp_path / "one.html")
    it = Opened(browser, tmp_path / "one.html")
    assert "No document is given." in it.panel
    it.download("svg")
    assert it.said == []
    it.context.close()


def test_a_large_map_opens_as_groups_that_open(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "GROUP_ABOVE", 20)
    nodes = tuple(MapNode(f"n{i}", "Country", {"en": f"Land {i}"}) for i in range(30))
    pairs = [(10 * g, 10 * g + i) for g in range(3) for i in range(1, 10)] + [(0, 10), (10, 20)]
    edges = tuple(MapEdge(f"l{a}-{b}", f"n{a}", f"n{b}", "cooperatesWith") for a, b in pairs)
    write_map(MapData(nodes, edges), tmp_path / "large.html")
    it = Opened(browser, tmp_path / "large.html")
    drawn = "multilateralMap.drawn()"
    assert it.page.evaluate(drawn) == {"nodes": 0, "groups": 3, "links": 0, "bundles": 2}
    at = it.page.evaluate("multilateralMap.groupPosition(0)")
    it.page.mouse.click(at["x"], at["y"])
    it.page.click("#panel >> text=Open the group")
    assert it.page.evaluate(drawn)["groups"] == 2
    assert it.page.evaluate(drawn)["nodes"] == 10
    it.search("land 25")
    it.page.keyboard.press("Enter")
    expect(it.page.locator("#panel h2")).to_have_text("Land 25")
    assert it.page.evaluate("multilateralMap.shown().links.length") == len(edges)
    assert it.said == []
    it.context.close()


# ---- without a browser


def test_the_same_data_give_the_same_page_whatever_the_hash_seed(sample_path: Path) -> None:
    code = (
        "import random; from multilateral.viz.layout import lay_out;"
        "r = random.Random(1); n = [str(i) for i in range(60)];"
        "print(lay_out(n, [(r.choice(n), r.choice(n)) for _ in range(100)]))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert map_html(sample()) == sample_path.read_text("utf-8")


@pytest.mark.parametrize("size", [1, 2, 3, 40, 180, 700])
def test_no_two_things_lie_on_each_other(size: int) -> None:
    choice = random.Random(size)
    names = [f"n{i}" for i in range(size)]
    links = [(choice.choice(names), names[int(size * choice.random() ** 3)]) for _ in range(int(size * 1.7))]
    layout = lay_out(names, links)
    overlaps = [
        (a, b)
        for a, b in itertools.combinations(range(size), 2)
        if math.dist(layout.positions[a], layout.positions[b]) < layout.radii[a] + layout.radii[b]
    ]
    assert overlaps == []
    assert all(math.isfinite(c) for position in layout.positions for c in position)


def test_a_hub_with_many_leaves_is_laid_out() -> None:
    names = [f"n{i}" for i in range(900)]
    layout = lay_out(names, [("n0", name) for name in names[1:]])
    assert len(set(layout.positions)) == 900


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"edges": (MapEdge("l", ID + "bank", "nowhere", "funds"),)}, "'nowhere'"),
        ({"nodes": sample().nodes[:1] * 2, "edges": ()}, "two nodes have the same id"),
        ({"edges": sample().edges[:1] * 2}, "two links have the same id"),
        ({"focus": "nowhere"}, "the focus 'nowhere'"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_a_sentence(change: dict[str, Any], says: str) -> None:
    import dataclasses

    with pytest.raises(MapError, match=says):
        map_html(dataclasses.replace(sample(), **change))


def test_another_language_and_a_place_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no language 'xx'"):
        map_html(sample(), lang="xx")
    with pytest.raises(MapError, match="cannot be written"):
        write_map(sample(), tmp_path / "nowhere" / "map.html")
