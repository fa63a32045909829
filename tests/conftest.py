"""Small graphs made by hand, with the names and links that break things, and helpers that several tests need."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from multilateral.graph.identity.keys import Keys
from multilateral.graph.index_records import spell_out
from multilateral.graph.reading import Reader
from multilateral.graph.store import LoadReport, Store
from multilateral.ontology.model import (
    ID,
    Entity,
    Evidence,
    Identifier,
    Link,
    Loaded,
    Name,
    Reference,
    Source,
    Statement,
)
from playwright.sync_api import Browser, sync_playwright
from pyoxigraph import BlankNode

from .browser import browser as find_browser
from .endpoint_server import Endpoint
from .site_visit import Visit

OIE, EU, UN = ID + "organization/oie", ID + "organization/eu", ID + "organization/un"
FAO, UZ, HPED = ID + "organization/fao", ID + "country/UZ", ID + "programme/hped"
MEETING, DOC, OTHER_DOC = ID + "event/meeting-2012", ID + "document/report-2012", ID + "document/annex"
LONG = "assistance " * 20_000
#: Names that writers of files stumble over: quotes, emoji, another direction, line ends, control characters.
NASTY = (
    "the \"big\" 'one', said & <so>",
    "🌍 réseau 👩‍🔬 mondial",
    "منظمة الأمم المتحدة",
    "two\nlines\r\nand\ta tab\rend",
    "bell\x07 and\x00null \x1f\x7f\x85\u2028",
    "\ufffe not a character \uffff",
    r"back\slash \u0041 \n | pipe ; semicolon",
    "=1+1",
    "  kept  spaces  ",
    LONG,
)


def source(id_: str, loader: str = "table", checksum: str = "sha256:1") -> Source:
    return Source(id_, f"Source “{id_}”", loader, checksum, f"{id_}.csv", "2025-01-02T03:04:05Z", licence="CC0-1.0")


def full_link(source_id: str, key: str, relation: str = "funds") -> Link:
    """A link that has a value in every field, and two pieces of evidence."""
    return Link(
        f"{ID}link/{source_id}/{key}",
        EU,
        relation,
        HPED,
        (
            Evidence(DOC, "5(d)", 'a "quoted"\npassage\x01', "extracted", 0.875, "model"),
            Evidence(OTHER_DOC, "¶ 7 | table 2", None, "implied", None, "coded"),
        ),
        valid_from="2010-01",
        valid_to="2012-04-25",
        date_note="since the “third” session",
        role="donor & <host>",
        status="ongoing",
        amount=Decimal("1234567.89"),
        currency="EUR",
        amount_usd=Decimal("1500000"),
        count=Decimal("3"),
        unit="workshops",
        share=Decimal("12.5"),
        outcome="adopted;\nby consensus",
        frequency="yearly",
        under_agreement=ID + "agreement/a",
        through_fund=ID + "fund/f",
        at_event=MEETING,
        in_programme=HPED,
        in_place=ID + "place/geneva",
        on_topic=ID + "topic/health",
        via_document=OTHER_DOC,
        discussed_in=(Reference(DOC, "12"), Reference(OTHER_DOC)),
    )


def authority() -> list[Statement]:
    return [
        Entity(
            UZ,
            "Country",
            (Name("Uzbekistan", "en"), Name("Ouzbékistan", "fr")),
            identifiers=(Identifier("ISO3166", "UZ"),),
        ),
        Entity(
            OIE,
            "IntergovernmentalOrganization",
            (
                Name("World Organisation for Animal Health", "en"),
                Name("Organisation mondiale de la santé animale", "fr"),
                Name("Office international des épizooties", "fr", "alternative", "1924", "2003-05"),
                Name("OIE", "fr", "acronym", "1924", "2022-05-28"),
                Name("WOAH", "en", "acronym", "2022"),
            ),
            identifier="oie",
            identifiers=(Identifier("ROR", "02t274463"), Identifier("Wikidata", "Q191384")),
            homepage="https://www.woah.org/",
            description="Sets standards.",
            valid_from="1924-01-25",
        ),
        Entity(EU, "RegionalOrganization", (Name("European Union", "en"), Name("EU", "en", "acronym"))),
    ]


def report() -> list[Statement]:
    nasty = [
        Entity(f"{ID}topic/nasty-{n}", "Topic", (Name(text, "en"), Name(text, "", "alternative")))
        for n, text in enumerate(NASTY)
    ]
    evidence = (Evidence(DOC, "5"), Evidence(DOC, "6(a)", quote="“the Union”"))
    return [
        Entity(DOC, "Document", (Name("Report 2012", "en"),), issued="2012-04", language="fr", body=OIE),
        Entity(
            EU,
            "RegionalOrganization",
            (Name("Union européenne", "fr"), Name("The European Union", "en")),
            evidence=evidence,
        ),
        Entity(
            HPED, "Project", (Name("Highly pathogenic emerging diseases", "en"),), valid_from="2009", status="completed"
        ),
        Entity(ID + "country-group/developing", "Country", (Name("developing countries", "en"),), collective=True),
        *nasty,
        full_link("report", "full"),
        replace(full_link("report", "parallel"), amount=Decimal("0.10")),  # another link between the same two things
        Link(f"{ID}link/report/same", EU, "funds", HPED, (Evidence(DOC, "9"),)),
        Link(f"{ID}link/report/loop", OIE, "cooperatesWith", OIE, (Evidence(DOC, "9"),)),
        Link(
            f"{ID}link/report/proposed",
            UZ,
            "memberOf",
            OIE,
            (Evidence(DOC, "10"),),
            status="proposed",
            valid_from="2013",
        ),
        Link(
            f"{ID}link/report/undescribed",
            UN,
            "offers",
            f"{ID}topic/nasty-0",
            (Evidence(DOC, "11"),),
            valid_from="1999",
        ),
        *(
            Link(
                f"{ID}link/report/n{n}",
                OIE,
                "concerns",
                f"{ID}topic/nasty-{n}",
                (Evidence(DOC, text, text),),
                role=text,
            )
            for n, text in enumerate(NASTY)
        ),
    ]


@dataclass
class Workshop:
    """A store in a temporary folder, and what tests do with it."""

    path: Path

    def load(self, *loads: tuple[Source, Iterable[Statement]]) -> list[LoadReport]:
        with Store.writing(self.path) as store:
            return store.load(Loaded(described, iter(list(statements))) for described, statements in loads)

    def forget(self, source_id: str) -> None:
        with Store.writing(self.path) as store:
            store.forget(source_id)

    def sample(self) -> Reader:
        """The two sources of this file: an authority and a report."""
        self.load((source("names", "authority"), authority()), (source("report"), report()))
        return self.reader()

    def reader(self) -> Reader:
        return Reader(self.path)

    def hold(self) -> None:
        """Fill the database of identity, as a load by the command line does."""
        with Store.writing(self.path) as store:
            keys = Keys(store, writable=True)
            keys.catch_up()
            keys.db.commit()
            keys.close()

    def forget_projections(self) -> None:
        shutil.rmtree(self.path / "projections", ignore_errors=True)

    def file(self, source_id: str) -> Path:
        return self.path / "sources" / f"{source_id}.nq.gz"


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "store")


@pytest.fixture
def make_source() -> Callable[..., Source]:
    return source


@pytest.fixture
def dump() -> Callable[[Reader], list[str]]:
    """Return every quad that a reader's index holds or stands for, sorted: two indexes are equal if these are."""

    def quads(reader: Reader) -> list[str]:
        db = reader.index.db
        there = [q for q in db if not isinstance(q.subject, BlankNode) and not isinstance(q.object, BlankNode)]
        meant = [q for node in {q.subject for q in there} for q in spell_out(db, node)]
        return sorted(str(quad) for quad in (*there, *meant))

    return quads


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.fail("The pages are tested in a browser and none was found: run `python tests/browser.py`.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def visit(chromium: Browser, site: Endpoint) -> Iterator[Visit]:
    it = Visit(chromium, site)
    yield it
    it.close()
