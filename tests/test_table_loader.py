"""The loader of coded tables: what it reads, what it refuses and in which words, and its template and manual."""

from __future__ import annotations

import csv
import datetime
import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multilateral.loaders import cells, table_columns, workbook
from multilateral.loaders.cells import clean, is_iri, parse_language, parse_line, slug
from multilateral.loaders.detect import KINDS, detect, load
from multilateral.loaders.problems import LIMIT, CellError, UnreadableTable
from multilateral.loaders.table import load_table
from multilateral.loaders.table_links import POINTERS
from multilateral.loaders.table_template import write_template
from multilateral.ontology.convert import quads, read
from multilateral.ontology.errors import MultilateralError, UnreadableSource
from multilateral.ontology.model import ID, Entity, Evidence, Identifier, Link, Name, Reference
from multilateral.ontology.vocabulary import vocabulary
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart
from openpyxl.chart import Reference as ChartReference
from openpyxl.comments import Comment
from pyoxigraph import Literal, NamedNode

Rows = Sequence[Sequence[Any]]

ENTITIES: Rows = [
    ["id", "class", "name_en", "name_fr", "acronym_en", "iri"],
    ["wipo", "UNBody", "World Intellectual Property Organization", "", "WIPO", "organization/wipo"],
    [
        "wto",
        "IntergovernmentalOrganization",
        "World Trade Organization",
        "Organisation mondiale du commerce",
        "WTO",
        "",
    ],
    ["uz", "Country", "Uzbekistan", "Ouzbékistan", "", "country/UZ"],
    ["agr", "Agreement", "Agreement between WIPO and the WTO", "", "", ""],
    ["d1", "Document", "Report", "", "", ""],
    ["geneva", "Place", "Geneva", "Genève", "", ""],
]
HEADER = ["source", "relation", "target", "document", "locator"]
LINK = ["wipo", "cooperatesWith", "wto", "d1", "5(d)"]


def write_csv(path: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def folder(path: Path, **sheets: Rows) -> Path:
    path.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        write_csv(path / f"{name}.csv", rows)
    return path


def book(path: Path, **sheets: Rows) -> Path:
    work = Workbook()
    work.remove(work.active)
    for name, rows in sheets.items():
        sheet = work.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    work.save(path)
    return path


def links_of(*rows: Mapping[str, Any] | Sequence[Any]) -> Rows:
    """A sheet of links: each row is the values that differ from a good one."""
    columns = list(dict.fromkeys([*HEADER, *(key for row in rows if isinstance(row, Mapping) for key in row)]))
    good = dict(zip(HEADER, LINK, strict=True))
    return [columns, *([{**good, **row}.get(name, "") for name in columns] for row in rows if isinstance(row, Mapping))]


def entities_of(*rows: Mapping[str, Any]) -> Rows:
    """The good entities, and one more with these values."""
    header = list(dict.fromkeys([*ENTITIES[0], *(key for row in rows for key in row)]))
    good = {"id": "x", "class": "Organization", "name_en": "X"}
    return [
        header,
        *([*row, *[""] * (len(header) - len(row))] for row in ENTITIES[1:]),
        *([{**good, **row}.get(name, "") for name in header] for row in rows),
    ]


def statements(path: Path, **options: Any) -> tuple[list[Entity], list[Link]]:
    everything = list(load_table(path, source_id="s", **options).statements)
    return [s for s in everything if isinstance(s, Entity)], [s for s in everything if isinstance(s, Link)]


def one_link(tmp_path: Path, **values: Any) -> Link:
    return statements(folder(tmp_path / "t", entities=ENTITIES, links=links_of(values)))[1][0]


def one_entity(tmp_path: Path, **values: Any) -> Entity:
    return statements(folder(tmp_path / "t", entities=entities_of(values)))[0][-1]


def refused(path: Path) -> UnreadableSource:
    with pytest.raises(UnreadableSource) as caught:
        list(load_table(path).statements)
    text = str(caught.value)
    assert text.endswith(".") and not text.endswith(("..", "?.")), text
    assert "\n" not in text and text.count(f"{path.name}:") <= 1
    assert caught.value.advice, f"the message does not say what to do: {text}"
    return caught.value


# --- what it reads ------------------------------------------------------------------------------------------


def test_entities_come_first_and_links_point_at_their_iris(tmp_path: Path) -> None:
    entities, links = statements(folder(tmp_path / "t", entities=ENTITIES, links=[HEADER, LINK]))
    assert [e.iri.removeprefix(ID) for e in entities] == [
        "organization/wipo",
        "organization/s-wto",
        "country/UZ",
        "agreement/s-agr",
        "document/s-d1",
        "place/s-geneva",
    ]
    assert entities[1].names == (
        Name("World Trade Organization", "en"),
        Name("Organisation mondiale du commerce", "fr"),
        Name("WTO", "en", "acronym"),
    )
    assert entities[1].identifier == "wto" and entities[1].type == "IntergovernmentalOrganization"
    (link,) = links
    assert (link.source_iri, link.relation, link.target_iri) == (entities[0].iri, "cooperatesWith", entities[1].iri)
    assert link.evidence == (Evidence(entities[4].iri, "5(d)", method="coded"),)
    assert link.iri.startswith(f"{ID}link/s/")


def test_a_workbook_and_a_folder_with_the_same_rows_say_the_same(tmp_path: Path) -> None:
    rows = links_of({"from": "2012-04"}, {"amount": "1000.50", "currency": "EUR"})
    in_folder = statements(folder(tmp_path / "t", entities=ENTITIES, links=rows))
    assert in_folder == statements(book(tmp_path / "t.xlsx", entities=ENTITIES, links=rows))


def test_the_source_is_described_by_its_sheet_else_by_its_name(tmp_path: Path) -> None:
    fields = [
        ["field", "value"],
        ["title", "My coding"],
        ["Licence", "CC0-1.0"],
        ["issued", "2024-05"],
        ["ID", "my-coding"],
    ]
    described = load_table(folder(tmp_path / "a", entities=ENTITIES, source=fields), read_time="2024-05-06T07:08:09Z")
    source = described.source
    assert (source.id, source.title, source.licence, source.issued) == ("my-coding", "My coding", "CC0-1.0", "2024-05")
    assert (source.loader, source.origin, source.loaded) == ("table", "a", "2024-05-06T07:08:09Z")
    plain = load_table(book(tmp_path / "Coopération 2024.xlsx", entities=ENTITIES)).source
    assert (plain.id, plain.title, plain.origin) == ("cooperation-2024", "Coopération 2024", "Coopération 2024.xlsx")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", plain.loaded)


def test_the_checksum_is_that_of_the_contents(tmp_path: Path) -> None:
    one = load_table(folder(tmp_path / "a", entities=ENTITIES)).source.checksum
    same = load_table(folder(tmp_path / "b", entities=ENTITIES)).source.checksum
    other = load_table(folder(tmp_path / "c", entities=ENTITIES, links=[HEADER, LINK])).source.checksum
    assert one == same != other
    assert re.fullmatch("sha256:[0-9a-f]{64}", other)


def test_every_column_of_links_arrives_in_its_field(tmp_path: Path) -> None:
    link = one_link(
        tmp_path,
        **{"from": "2012", "to": "2013-02-28"},
        date_note="in due course",
        role="lead",
        status="ongoing",
        amount="1000.50",
        currency="CHF",
        amount_usd="1100",
        count="12",
        unit="experts",
        share="25%",
        outcome="a guide",
        frequency="yearly",
        under_agreement="agr",
        through_fund="wipo",
        at_event="event/other-1",
        in_programme="https://example.org/p",
        in_place="geneva",
        via_document="d1",
        certainty="implied",
        quote="They cooperate | and more.",
        discussed_in="d1#7 | document/other-2",
    )
    assert (link.valid_from, link.valid_to, link.status, link.role) == ("2012", "2013-02-28", "ongoing", "lead")
    assert (link.amount, link.currency, link.amount_usd) == (Decimal("1000.50"), "CHF", Decimal(1100))
    assert (link.count, link.unit, link.share) == (12, "experts", 25)
    assert (link.outcome, link.frequency, link.date_note) == ("a guide", "yearly", "in due course")
    assert (link.under_agreement, link.through_fund) == (f"{ID}agreement/s-agr", f"{ID}organization/wipo")
    assert (link.at_event, link.in_programme) == (f"{ID}event/other-1", "https://example.org/p")
    assert (link.in_place, link.via_document) == (f"{ID}place/s-geneva", f"{ID}document/s-d1")
    assert link.evidence[0].certainty == "implied" and link.evidence[0].quote == "They cooperate | and more."
    assert link.discussed_in == (Reference(f"{ID}document/s-d1", "7"), Reference(f"{ID}document/other-2"))


def test_every_column_of_entities_arrives_in_its_field(tmp_path: Path) -> None:
    entity = one_entity(
        tmp_path,
        alt_fr="Un | Deux",
        acronym="X1 | X2",
        identifiers="ISO3166:UZ | Wikidata:Q265",
        description="A thing.",
        former_names="Old@en@1924/2003 | acronym:OIE@fr@/2022 | Older@@1900/",
        mentions="d1#5(d) | d1#7",
        status="planned",
        homepage="https://example.org/",
        **{"from": "1924", "to": "2022-05"},
    )
    assert entity.names == (
        Name("X", "en"),
        Name("Un", "fr", "alternative"),
        Name("Deux", "fr", "alternative"),
        Name("X1", "", "acronym"),
        Name("X2", "", "acronym"),
        Name("Old", "en", "alternative", "1924", "2003"),
        Name("OIE", "fr", "acronym", None, "2022"),
        Name("Older", "", "alternative", "1900", None),
    )
    assert entity.identifiers == (Identifier("ISO3166", "UZ"), Identifier("Wikidata", "Q265"))
    assert [e.locator for e in entity.evidence] == ["5(d)", "7"] and entity.evidence[0].method == "coded"
    assert (entity.valid_from, entity.valid_to, entity.status) == ("1924", "2022-05", "planned")
    assert (entity.description, entity.homepage) == ("A thing.", "https://example.org/")


def test_documents_have_a_date_a_language_and_a_body_that_may_stand_below(tmp_path: Path) -> None:
    document = {"id": "d2", "class": "Document", "issued": "2012-02-29", "language": "FR", "body": "later"}
    entities, _ = statements(folder(tmp_path / "t", entities=entities_of(document, {"id": "later"})))
    assert (entities[-2].issued, entities[-2].language, entities[-2].body) == ("2012-02-29", "fr", entities[-1].iri)


def test_a_group_of_countries_has_an_iri_of_its_own_kind(tmp_path: Path) -> None:
    entity = one_entity(tmp_path, id="ldc", **{"class": "Country"}, collective="oui")
    assert entity.collective and entity.iri == f"{ID}country-group/s-ldc"


def test_french_headers_any_order_and_case_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.mkdir()
    write_csv(
        path / "Entités.csv", [["Nom FR", "CLASSE", "Identifiant"], ["Rapport", "Document", "d"], ["Un", "NGO", "a"]]
    )
    write_csv(
        path / "LIENS.csv",
        [["Repère", "document", "Cible", "relation", "DE", "Début"], ["5", "d", "a", "cooperatesWith", "a", "2012"]],
    )
    entities, links = statements(path)
    assert entities[0].names == (Name("Rapport", "fr"),) and links[0].valid_from == "2012"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_as_spreadsheets_write_it(tmp_path: Path, delimiter: str, encoding: str) -> None:
    folder(tmp_path / "t", entities=ENTITIES)
    rows = links_of({"role": "lead, or; co\tlead", "quote": "two\nlines “é”"})
    write_csv(tmp_path / "t" / "links.csv", rows, delimiter=delimiter, encoding=encoding)
    (link,) = statements(tmp_path / "t")[1]
    assert link.role == "lead, or; co\tlead" and link.evidence[0].quote == "two\nlines “é”"


def test_a_byte_order_mark_before_a_quoted_header_is_no_part_of_it(tmp_path: Path) -> None:
    folder(tmp_path / "t", entities=ENTITIES)
    lines = [",".join(f'"{cell}"' for cell in row) for row in (HEADER, LINK)]
    (tmp_path / "t" / "links.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    assert len(statements(tmp_path / "t")[1]) == 1


def test_the_note_of_the_delimiter_that_excel_understands_is_passed_over(tmp_path: Path) -> None:
    folder(tmp_path / "t", entities=ENTITIES)
    (tmp_path / "t" / "links.csv").write_text("sep=;\n" + ";".join(HEADER) + "\n" + ";".join([*LINK[:4], "p. 5, 6"]))
    assert statements(tmp_path / "t")[1][0].evidence[0].locator == "p. 5, 6"


def test_empty_rows_are_passed_over_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    rows = [HEADER, [], ["", " ", "", "", ""], LINK, ["nobody", *LINK[1:]]]
    for path in (
        folder(tmp_path / "t", entities=ENTITIES, links=rows),
        book(tmp_path / "t.xlsx", entities=ENTITIES, links=rows),
    ):
        assert refused(path).row == 5


def test_unknown_columns_and_sheets_are_counted_not_fatal(tmp_path: Path) -> None:
    rows = [[*HEADER, "my remarks"], [*LINK, "good"], [*LINK, ""], [*LINK, "=A1"]]
    loaded = load_table(book(tmp_path / "t.xlsx", entities=ENTITIES, links=rows, Notes=[["x"]]))
    assert sum(isinstance(s, Link) for s in loaded.statements) == 3
    assert loaded.skipped == {"sheet 'Notes' is not read": 1, "column 'my remarks' of sheet links is not known": 2}


def test_several_documents_are_several_pieces_of_evidence(tmp_path: Path) -> None:
    link = one_link(
        tmp_path, document="d1 | document/other", locator="5 | 7(a)", certainty="explicit | implied", quote="a | b"
    )
    assert link.evidence == (
        Evidence(f"{ID}document/s-d1", "5", "a", "explicit", method="coded"),
        Evidence(f"{ID}document/other", "7(a)", "b", "implied", method="coded"),
    )
    same = one_link(tmp_path, locator="5 | 7")
    assert [(e.document, e.locator) for e in same.evidence] == [
        (f"{ID}document/s-d1", "5"),
        (f"{ID}document/s-d1", "7"),
    ]


def test_everything_read_can_be_written_as_rdf_and_read_back(tmp_path: Path) -> None:
    path = folder(
        tmp_path / "t",
        entities=entities_of({"id": "中国 É", "former_names": "A@fr@1/2".replace("1/2", "1901/1902")}),
        links=links_of({"id": "Ä 1", "amount": "-3.50", "currency": "USD"}, {"share": "0.1"}),
    )
    everything = list(load_table(path).statements)
    assert list(read(quad for statement in everything for quad in quads(statement, "t"))) == everything


# --- links only ---------------------------------------------------------------------------------------------


def test_a_table_of_links_only_names_its_things(tmp_path: Path) -> None:
    rows = [
        [*HEADER, "source_type", "target_type", "at_event"],
        ["Élan", "cooperatesWith", "World Bank", "A/1", "5", "NGO", "IntergovernmentalOrganization", "Forum"],
        ["Élan", "memberOf", "World Bank", "A/1", "6", "", "", ""],
        ["country/UZ", "memberOf", "World Bank", "https://example.org/d", "6", "", "", ""],
    ]
    for path in (write_csv(tmp_path / "t.csv", rows), book(tmp_path / "t.xlsx", whatever=rows)):
        entities, links = statements(path)
        assert [(e.iri.removeprefix(ID), e.type, e.names) for e in entities] == [
            ("organization/s-elan", "NGO", (Name("Élan"),)),
            ("organization/s-world-bank", "IntergovernmentalOrganization", (Name("World Bank"),)),
            ("document/s-a-1", "Document", (Name("A/1"),)),
            ("event/s-forum", "Event", (Name("Forum"),)),
        ]
        assert [link.source_iri for link in links] == [entities[0].iri, entities[0].iri, f"{ID}country/UZ"]
        assert links[2].evidence[0].document == "https://example.org/d"


def test_a_name_that_is_two_things_is_refused_with_both_rows(tmp_path: Path) -> None:
    rows = links_of({"source_type": "NGO", "target_type": "Fund"}, {"source_type": "Country", "target_type": "Fund"})
    error = refused(write_csv(tmp_path / "t.csv", rows))
    assert error.row == 3 and "'wipo' is of class Country here and of class NGO in row 2" in str(error)


def test_a_name_without_a_class_is_refused(tmp_path: Path) -> None:
    error = refused(write_csv(tmp_path / "t.csv", [HEADER, LINK]))
    assert "does not say what 'wipo' is" in error.problem and "source_type" in str(error.advice)


# --- what keeps a link the same -----------------------------------------------------------------------------


def test_a_corrected_amount_or_a_row_put_in_between_changes_no_iri(tmp_path: Path) -> None:
    first = links_of({"amount": "1", "currency": "USD"}, {"locator": "7"}, {"locator": "7"})
    later = links_of(
        {"locator": "0"}, {"amount": "2", "currency": "USD", "to": "2012"}, {"locator": "7"}, {"locator": "7"}
    )
    before = [link.iri for link in statements(folder(tmp_path / "t", entities=ENTITIES, links=first))[1]]
    after = [link.iri for link in statements(folder(tmp_path / "t", entities=ENTITIES, links=later))[1]]
    assert after[1:] == before and len(set(after)) == 4


@pytest.mark.parametrize(
    "column, value",
    [
        ("source", "uz"),
        ("relation", "memberOf"),
        ("target", "uz"),
        ("document", "document/x"),
        ("locator", "6"),
        ("at_event", "event/x"),
    ],
)
def test_each_part_of_the_key_makes_another_link(tmp_path: Path, column: str, value: str) -> None:
    links = statements(folder(tmp_path / "t", entities=ENTITIES, links=links_of({}, {column: value})))[1]
    assert len({link.iri.removesuffix(".2") for link in links}) == 2


def test_two_rows_that_are_alike_are_two_links(tmp_path: Path) -> None:
    links = statements(folder(tmp_path / "t", entities=ENTITIES, links=[HEADER, LINK, LINK]))[1]
    assert links[1].iri == f"{links[0].iri}.2"


def test_an_id_makes_the_iri(tmp_path: Path) -> None:
    assert one_link(tmp_path, id="Row A.1").iri == f"{ID}link/s/row-a-1"


# --- what it refuses ----------------------------------------------------------------------------------------

BAD_LINKS = [
    (
        {"relation": "member_of"},
        "relation",
        "'member_of' is not a relation; perhaps you mean 'memberOf'; the relations are administers,",
    ),
    ({"relation": "zzz"}, "relation", "'zzz' is not a relation; the relations are administers, adopts"),
    ({"relation": ""}, "relation", "the relation is missing"),
    ({"source": "wipoo"}, "source", "'wipoo' is not an id of the sheet entities; perhaps you mean 'wipo'"),
    ({"source": "WIPO"}, "source", "perhaps you mean 'wipo'"),
    ({"target": "nothing like it"}, "target", "add it there, or write an IRI"),
    ({"target": "planet/x"}, "target", "'planet/x' is not an id of the sheet entities"),
    ({"target": "country/uz"}, "target", "write the two capital letters of ISO 3166"),
    ({"target": "country/UZB"}, "target", "write the two capital letters of ISO 3166"),
    ({"target": ""}, "target", "the target is missing"),
    ({"document": ""}, "document", "the document is missing; a link says in which document it is written"),
    ({"locator": " "}, "locator", "the locator is missing; a link says in which document it is written"),
    ({"document": "wto"}, "document", "'wto' is of class IntergovernmentalOrganization; document takes Document"),
    ({"document": "d1 | d1"}, "document", "the document and the locator do not go together (2 and 1)"),
    ({"locator": "1 | 2", "quote": "only one"}, "quote", "write one quote for each locator"),
    ({"locator": "1 | | 2"}, "locator", "is not a list"),
    ({"from": "2012-02-30"}, "from", "'2012-02-30' is a date that does not exist; write 2012, 2012-04 or 2012-04-25"),
    ({"from": "2012-13"}, "from", "'2012-13' is a date that does not exist"),
    ({"from": "12/04/2012"}, "from", "'12/04/2012' is not a date in ISO 8601; write 2012, 2012-04 or 2012-04-25"),
    ({"to": "0000"}, "to", "does not exist"),
    ({"to": "2012-4"}, "to", "is not a date"),
    ({"to": "２０１２"}, "to", "is not a date"),
    ({"from": "2012-05", "to": "2012-04-30"}, "from", "it begins (2012-05) after it ends (2012-04-30)"),
    ({"amount": "5"}, "currency", "the amount has no currency"),
    ({"currency": "USD"}, "amount", "there is a currency but no amount"),
    (
        {"amount": "1 000,50", "currency": "EUR"},
        "amount",
        "'1 000,50' is not a number as it is written here; write '1000.50'",
    ),
    ({"amount": "1,000", "currency": "EUR"}, "amount", "write digits and a point"),
    ({"amount": "1e6", "currency": "EUR"}, "amount", "'1e6' is not a number"),
    ({"amount": "NaN", "currency": "EUR"}, "amount", "'NaN' is not a number"),
    ({"amount": "9" * 40, "currency": "EUR"}, "amount", "is not a number"),
    ({"amount": "5", "currency": "usd"}, "currency", "'usd' is not a currency code; write 'USD'"),
    ({"amount": "5", "currency": "€"}, "currency", "'€' is not a currency code; write 'EUR'"),
    ({"amount": "5", "currency": "US1"}, "currency", "three capital letters of ISO 4217"),
    ({"amount": "5", "currency": "XYZ"}, "currency", "there is no currency 'XYZ'"),
    ({"share": "101"}, "share", "101 is not a percentage"),
    ({"count": "-1", "unit": "x"}, "count", "-1 is negative"),
    ({"unit": "experts"}, "count", "there is a unit but no count"),
    ({"status": "finished"}, "status", "'finished' is not a status; use one of completed, ongoing, planned, proposed"),
    ({"certainty": "explicitt"}, "certainty", "perhaps you mean 'explicit'"),
    ({"at_event": "wto"}, "at_event", "at_event takes Event"),
    ({"in_place": "wipo"}, "in_place", "in_place takes Area"),
    (
        {"relation": "heldIn", "target": "geneva"},
        "relation",
        "heldIn does not go from 'wipo', which is of class UNBody; it goes from Event",
    ),
    (
        {"relation": "partyTo", "target": "geneva"},
        "relation",
        "partyTo does not go to 'geneva', which is of class Place",
    ),
    (
        {"source": "agr", "relation": "partyTo", "target": "wto"},
        "relation",
        "perhaps source and target are the wrong way round",
    ),
    ({"id": "***"}, "id", "has no letter and no digit"),
    ({"id": "a|b"}, "id", "has a '|' or a '#'"),
    ({"role": "a\x00b"}, "role", "holds the control character U+0000 after 'a'"),
    ({"role": "it\x92s"}, "role", "U+0092 after 'it'; delete it and type the text again"),
    ({"role": "Ouzb�kistan"}, "role", "U+FFFD"),
    ({"role": "x" * 40_000}, "role", "the cell has 40,000 characters"),
    ({"unit": "x" * 2_000, "count": "1"}, "unit", "the text has 2,000 characters"),
    ({"role": "=SUM(A1)"}, "role", "the cell holds a formula (=SUM(A1)); copy the column and paste it as values"),
    ({"role": "#REF!"}, "role", "the cell holds the spreadsheet error #REF!"),
    ({"discussed_in": "nobody#5"}, "discussed_in", "'nobody' is not an id"),
    ({"source_type": "Fund"}, "source_type", "'wipo' is of class UNBody, not Fund"),
]


@pytest.mark.parametrize("values, column, words", BAD_LINKS, ids=[f"{c}-{n}" for n, (_, c, _) in enumerate(BAD_LINKS)])
def test_a_wrong_link_is_refused_in_one_sentence(
    tmp_path: Path, values: dict[str, str], column: str, words: str
) -> None:
    error = refused(folder(tmp_path / "t", entities=ENTITIES, links=links_of({}, values)))
    assert words in str(error)
    assert (Path(str(error.path)).name, error.row, error.column) == ("links.csv", 3, column)


BAD_ENTITIES = [
    (
        {"class": "Organisation"},
        "class",
        "'Organisation' is not a class of the ontology; perhaps you mean 'Organization'",
    ),
    ({"class": "Agent"}, "class", "'Agent' is not a class of the ontology"),
    ({"class": "Link"}, "class", "'Link' is not a class of the ontology"),
    ({"class": ""}, "class", "the class is missing"),
    ({"id": ""}, "id", "the id is missing; give each row an id of its own"),
    ({"id": "wto"}, "id", "the id 'wto' is already that of row 3"),
    ({"id": "W.T.O", "class": "UNBody"}, None, None),
    ({"id": "***"}, "id", "has no letter and no digit"),
    ({"id": "a#b"}, "id", "has a '|' or a '#'"),
    ({"name_en": ""}, None, "the entity has no name; fill in name_en, name_fr"),
    ({"name_en": "A | B"}, "name_en", "the name 'A | B' has a '|'"),
    ({"alt_fr": "A|B"}, "alt_fr", "write a blank on each side of '|'"),
    ({"iri": "organization/wipo"}, "id", "'x' and 'wipo' (row 2) have the same IRI, organization/wipo"),
    (
        {"iri": "country/XX"},
        "iri",
        "the IRI country/XX is not that of a thing of class Organization; write organization/…",
    ),
    ({"iri": "organisation/x"}, "iri", "perhaps you mean 'organization'"),
    ({"iri": "https://exa mple.org"}, "iri", "is not an IRI"),
    ({"identifiers": "UZ"}, "identifiers", "write scheme:value"),
    ({"identifiers": "ISO:UZ"}, "identifiers", "'ISO' is not a scheme of identifiers"),
    ({"collective": "maybe"}, "collective", "'maybe' is neither yes nor no"),
    ({"homepage": "www.example.org"}, "homepage", "'www.example.org' is not a web address"),
    ({"issued": "2012"}, "issued", "issued is of documents, and this is of class Organization"),
    ({"body": "wto"}, "body", "body is of documents"),
    ({"class": "Document", "language": "French"}, "language", "'French' is not a language code"),
    ({"class": "Document", "body": "geneva"}, "body", "'geneva' is of class Place; body takes Organization or Country"),
    ({"former_names": "Old"}, "former_names", "'Old' is not a former name; write name@language@from/to"),
    ({"former_names": "Old@en@1924"}, "former_names", "'1924' is not a period"),
    ({"former_names": "Old@en@1925/1924"}, "former_names", "ends before it begins"),
    ({"mentions": "d1"}, "mentions", "'d1' does not say where in the document"),
    ({"mentions": "d2#5"}, "mentions", "'d2' is not an id of the sheet entities; add it there"),
    ({"from": "2013", "to": "2012"}, "from", "it begins (2013) after it ends (2012)"),
]


@pytest.mark.parametrize(
    "values, column, words", BAD_ENTITIES, ids=[f"{c}-{n}" for n, (_, c, _) in enumerate(BAD_ENTITIES)]
)
def test_a_wrong_entity_is_refused_in_one_sentence(
    tmp_path: Path, values: dict[str, str], column: str | None, words: str | None
) -> None:
    path = folder(tmp_path / "t", entities=entities_of(values))
    if words is None:
        assert statements(path)[0][-1].iri == f"{ID}organization/s-w-t-o"
        return
    error = refused(path)
    assert words in str(error)
    assert (Path(str(error.path)).name, error.row, error.column) == ("entities.csv", 8, column)


def test_ids_that_make_the_same_iri_are_refused(tmp_path: Path) -> None:
    error = refused(folder(tmp_path / "t", entities=entities_of({"id": "WTO", "class": "UNBody"})))
    assert "'WTO' and 'wto' (row 3) have the same IRI, organization/t-wto" in str(error)


def test_two_links_with_one_id_are_refused_with_both_rows(tmp_path: Path) -> None:
    error = refused(folder(tmp_path / "t", entities=ENTITIES, links=links_of({"id": "a"}, {"id": "b"}, {"id": "A"})))
    assert error.row == 4 and "the id 'A' is already that of row 2" in str(error)


def test_all_problems_are_gathered_and_nothing_follows_the_first(tmp_path: Path) -> None:
    rows = links_of({}, {"source": "nobody"}, {}, {"from": "x", "relation": "y"})
    path = folder(tmp_path / "t", entities=ENTITIES, links=rows)
    stream = load_table(path).statements
    got = []
    with pytest.raises(UnreadableTable) as caught:
        got.extend(stream)
    assert [type(statement) for statement in got] == [Entity] * 6 + [Link]
    assert "(and 2 more problems)" in str(caught.value) and "'nobody'" in str(caught.value)
    assert [(p.row, p.column) for p in caught.value.problems] == [(3, "source"), (5, "relation"), (5, "from")]


def test_reading_stops_at_twenty_problems(tmp_path: Path) -> None:
    path = folder(tmp_path / "t", entities=ENTITIES, links=links_of(*[{"source": f"nobody{n}"} for n in range(500)]))
    with pytest.raises(UnreadableTable, match=r"\(and at least 19 more problems\)") as caught:
        list(load_table(path).statements)
    assert len(caught.value.problems) == LIMIT == 20


@pytest.mark.parametrize(
    "header, words",
    [
        (["source", "target", "document", "locator"], "row 1: the required column 'relation' is missing"),
        (["source", "relations", "target", "document", "locator"], "perhaps you mean 'relations' as relation"),
        (
            ["My table 2020", "", "", "", ""],
            "the required columns 'source', 'relation', 'target', 'document', 'locator' are missing; the first row "
            "must hold the column names (it has 'My table 2020'); any other table is read through a mapping",
        ),
        (
            ["Name", "Country", "ISO"],
            "(it has 'Name', 'Country', 'ISO'); any other table is read through a mapping",
        ),
        ([*HEADER, "Relation"], "the columns B and F are both 'relation'"),
        ([*HEADER, "date"], "the column 'date' is not known; perhaps you mean 'from'"),
        ([*HEADER, "amounts"], "the column 'amounts' is not known; perhaps you mean 'amount'"),
        ([*HEADER, "=A1"], "the header of column F: the cell holds a formula"),
    ],
)
def test_wrong_headers_are_refused_at_once(tmp_path: Path, header: list[str], words: str) -> None:
    path = folder(tmp_path / "t", entities=ENTITIES, links=[header, LINK])
    with pytest.raises(UnreadableSource) as caught:
        load_table(path)
    assert words in str(caught.value)


def test_entities_need_a_column_of_names(tmp_path: Path) -> None:
    error = refused(folder(tmp_path / "t", entities=[["id", "class"], ["a", "NGO"]]))
    assert "the required column 'name_en (or another name)' is missing" in str(error)


def test_entities_alone_in_one_csv_are_explained(tmp_path: Path) -> None:
    assert "this looks like a sheet of entities" in str(refused(write_csv(tmp_path / "entities.csv", ENTITIES)))


def test_merged_header_cells_are_explained(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", entities=ENTITIES, links=[[*HEADER, "role", ""], [*LINK, "a", "b"]])
    work = load_workbook(path)
    work["links"].merge_cells("F1:G1")
    work.save(path)
    error = refused(path)
    assert "column G has a value but no header" in str(error) and "unmerge" in str(error) and error.row == 2


def test_a_row_longer_than_the_header_is_refused(tmp_path: Path) -> None:
    rows = [HEADER, [*LINK, "", "stray"]]
    in_csv = refused(folder(tmp_path / "t", entities=ENTITIES, links=rows))
    assert "the row has 7 cells but the header has 5" in str(in_csv)
    assert "column G has a value but no header" in str(
        refused(book(tmp_path / "t.xlsx", entities=ENTITIES, links=rows))
    )


@pytest.mark.parametrize(
    "sheets, words",
    [
        ({"links": [HEADER]}, "the table has column names but no rows"),
        ({"entities": [ENTITIES[0]], "links": [HEADER]}, "the table has column names but no rows"),
        ({"entities": ENTITIES, "links": []}, "empty"),
        ({"other": [HEADER]}, "the folder holds no entities.csv and no links.csv"),
        ({"source": [["title", "x"]]}, "the folder holds no entities.csv and no links.csv"),
        ({}, "the folder holds no entities.csv and no links.csv"),
        (
            {"entities": ENTITIES, "source": [["titel", "x"]]},
            "'titel' is not a field of a source; perhaps you mean 'title'",
        ),
        ({"entities": ENTITIES, "source": [["title", "x"], ["Titre", "y"]]}, "the field 'Titre' is given twice"),
        ({"entities": ENTITIES, "source": [["issued", "May 2012"]]}, "'May 2012' is not a date"),
        ({"entities": ENTITIES, "source": [["id", "My Table"]]}, "small letters, digits and hyphens; write 'my-table'"),
    ],
)
def test_tables_without_what_they_need(tmp_path: Path, sheets: dict[str, Rows], words: str) -> None:
    assert words in str(refused(folder(tmp_path / "t", **sheets)))


def test_a_folder_with_two_files_for_one_sheet_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path / "t", links=[HEADER, LINK])
    write_csv(path / "Liens.csv", [HEADER, LINK])
    assert "Liens.csv and links.csv are both 'links'" in str(refused(path))


def test_a_folder_with_a_workbook_only_is_explained(tmp_path: Path) -> None:
    path = folder(tmp_path / "t")
    book(path / "my.xlsx", links=[HEADER, LINK])
    assert "give the workbook itself" in str(refused(path))


# --- files that are not what they should be -----------------------------------------------------------------

TEXT = "source,relation,target,document,locator,role\nwipo,cooperatesWith,wto,d1,5,Économie\n"


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("t.csv", b"", "the file is empty"),
        ("t.csv", b"\xef\xbb\xbf\n", "the file is empty"),
        ("t.csv", TEXT.encode("cp1252"), "line 2 is not UTF-8 (near ',wto,d1,5,Économie')"),
        ("t.csv", TEXT.encode("utf-16"), "is UTF-16 text"),
        ("t.csv", TEXT.encode("utf-16-le"), "is UTF-16 text"),
        ("t.csv", b"\x89PNG\r\n" + bytes(range(256)) * 4, "is a binary file"),
        ("t.csv", b"PK\x03\x04rest", "is a workbook or another zip file, not CSV text; name it .xlsx"),
        ("t.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel workbook (.xls) or a protected one"),
        ("t.csv", b"<!DOCTYPE html><html>", "is a web page or XML"),
        (
            "t.csv",
            b'source,relation,target,document,locator\n"a,b\n',
            "row 2: the row cannot be read as CSV (unexpected end of data)",
        ),
        (
            "t.csv",
            TEXT.encode() + b'x,"' + b"y" * 200_000 + b'",',
            "row 3: the row cannot be read as CSV (field larger",
        ),
        ("t.xlsx", b"", "the file is empty"),
        ("t.xlsx", TEXT.encode(), "is not an Excel workbook, whatever its name says"),
        ("t.xlsx", b"<html><table>", "is a web page or XML, whatever its name says"),
        ("t.xlsx", b"PK\x03\x04broken", "the workbook is damaged"),
        (
            "t.xlsx",
            b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password",
        ),
        ("t.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "is an old Excel workbook (.xls) under another name"),
        ("t.xls", b"x", "is a spreadsheet of the kind .xls; save it as an Excel workbook"),
        ("t.ods", b"x", "is a spreadsheet of the kind .ods"),
        ("t.pdf", b"x", "is not a table by its name (.pdf)"),
        ("t", b"x", "is not a table by its name (no suffix)"),
    ],
)
def test_files_that_are_not_what_their_name_says(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert words in str(refused(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "t.csv: there is no such file or folder" in str(refused(tmp_path / "t.csv"))


def archive(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """Replace a text in a part of a workbook."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    return archive(path, parts)


def good_book(tmp_path: Path) -> Path:
    return book(tmp_path / "t.xlsx", entities=ENTITIES, links=[HEADER, LINK])


def test_a_zip_of_another_kind(tmp_path: Path) -> None:
    error = refused(archive(tmp_path / "t.xlsx", {"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}))
    assert "is a zip file but not an Excel workbook" in str(error)


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert workbook.MOST_BYTES == 1 << 30
    monkeypatch.setattr(workbook, "MOST_BYTES", 100 << 20)  # a whole gigabyte takes ten seconds to write
    path = good_book(tmp_path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file,
        file.open("xl/media/x.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(110):
            part.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    assert "unpacks to 0.1 GB, more than a table can need" in str(refused(path))


def test_a_workbook_whose_shared_texts_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_SHARED_BYTES", 1000)
    assert "more than a table can need" in str(refused(good_book(tmp_path)))


def test_a_workbook_that_declares_entities(tmp_path: Path) -> None:
    path = changed(good_book(tmp_path), "xl/workbook.xml", "<workbook", '<!DOCTYPE x [<!ENTITY a "b">]><workbook')
    assert "its part xl/workbook.xml declares entities" in str(refused(path))


def test_a_damaged_sheet(tmp_path: Path) -> None:
    path = changed(good_book(tmp_path), "xl/worksheets/sheet2.xml", "</sheetData>", "")
    error = refused(path)
    assert "the sheet is damaged" in str(error) and error.sheet == "links"


def test_a_sheet_that_declares_a_billion_cells_is_read_as_it_is(tmp_path: Path) -> None:
    path = changed(good_book(tmp_path), "xl/worksheets/sheet2.xml", 'ref="A1:E2"', 'ref="A1:XFD1048576"')
    assert len(statements(path)[1]) == 1


def test_rows_far_below_are_left_out_and_counted(tmp_path: Path) -> None:
    path = changed(
        good_book(tmp_path),
        "xl/worksheets/sheet2.xml",
        "</sheetData>",
        '<row r="900000000"><c r="A900000000" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
    )
    loaded = load_table(path)
    assert sum(isinstance(s, Link) for s in loaded.statements) == 1
    assert loaded.skipped == {"rows after 10,000 empty ones in sheet 'links' are not read": 1}


def test_a_cell_far_to_the_right_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = changed(
        good_book(tmp_path),
        "xl/worksheets/sheet2.xml",
        "</row></sheetData>",
        '<c r="ZZZ2" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
    )
    assert len(statements(path)[1]) == 1


@pytest.mark.parametrize("seed", range(60))
def test_no_damage_to_a_workbook_ends_in_another_error(tmp_path: Path, seed: int) -> None:
    path = good_book(tmp_path)
    with zipfile.ZipFile(path) as file:
        parts = {name: bytearray(file.read(name)) for name in file.namelist()}
    names = [name for name in parts if not name.startswith("docProps")]
    part = parts[names[seed % len(names)]]
    for step in range(1 + seed // len(names)):
        place = (seed * 7919 + step * 104_729) % len(part)
        part[place : place + 1 + seed % 5] = bytes([(seed * 31) % 256]) * (seed % 3)
    archive(path, {name: bytes(content) for name, content in parts.items()})
    try:
        list(load_table(path).statements)
    except MultilateralError:
        pass


# --- what spreadsheets do to cells --------------------------------------------------------------------------


def with_cell(tmp_path: Path, column: str, value: Any, form: str | None = None, **others: Any) -> Path:
    path = book(tmp_path / "t.xlsx", entities=ENTITIES, links=links_of({column: "?", **others}))
    work = load_workbook(path)
    sheet = work["links"]
    cell = next(c for c in sheet[2] if c.value == "?")
    cell.value = value
    if form:
        cell.number_format = form
    work.save(path)
    return path


@pytest.mark.parametrize(
    "value, form, expected",
    [
        (datetime.date(2012, 4, 25), "yyyy-mm-dd", "2012-04-25"),
        (datetime.datetime(2012, 4, 25), "dd/mm/yyyy", "2012-04-25"),
        (datetime.datetime(2012, 4, 1), "mmm-yy", "2012-04"),
        (datetime.datetime(2012, 1, 1), "yyyy", "2012"),
        (2012, None, "2012"),
        (2012.0, None, "2012"),
        ("2012-04", "@", "2012-04"),
    ],
)
def test_date_cells_are_read_as_they_are_shown(tmp_path: Path, value: Any, form: str | None, expected: str) -> None:
    assert statements(with_cell(tmp_path, "from", value, form))[1][0].valid_from == expected


@pytest.mark.parametrize(
    "column, value, form, words",
    [
        ("role", "=A1&B1", None, "cell F2 holds a formula (=A1&B1); copy the column and paste it as values"),
        ("from", "=TODAY()", None, "cell F2 holds a formula (=TODAY())"),
        ("role", "#REF!", None, "cell F2 holds the spreadsheet error #REF!"),
        ("from", datetime.datetime(2012, 4, 25, 13, 30), None, "cell F2 holds a time of day"),
        ("from", datetime.time(13, 30), None, "cell F2 holds a time of day"),
        (
            "from",
            2012,
            "yyyy-mm-dd",
            "cell F2 holds the day 1905-07-04, which is what the number 2012 becomes in a date cell",
        ),
        ("from", 1e10, "yyyy-mm-dd", "spreadsheet error #VALUE!"),
        ("from", -5, "yyyy-mm-dd", "cell F2 holds the day 1899-12-25"),
        ("role", datetime.date(2025, 1, 5), None, "the spreadsheet made the date 2025-01-05 of what was typed"),
        ("from", 201204, None, "'201204' is not a date"),
        ("share", True, None, "'true' is not a number"),
    ],
)
def test_cells_that_a_spreadsheet_spoilt(tmp_path: Path, column: str, value: Any, form: str | None, words: str) -> None:
    error = refused(with_cell(tmp_path, column, value, form))
    assert words in str(error)
    assert (error.sheet, error.row, error.column) == ("links", 2, column)


def test_a_locator_that_became_a_date_is_refused(tmp_path: Path) -> None:
    assert "made the date" in str(refused(with_cell(tmp_path, "locator", datetime.date(2025, 3, 4))))


def test_numbers_are_read_as_they_are_shown(tmp_path: Path) -> None:
    for value, expected in ((0.1 + 0.2, "0.3"), (1e15, "1000000000000000"), (2.5e-7, "0.00000025"), (1000.5, "1000.5")):
        link = statements(with_cell(tmp_path, "amount", value, currency="USD"))[1][0]
        assert link.amount == Decimal(expected)
    assert statements(with_cell(tmp_path, "share", 0.07, "0%"))[1][0].share == 7
    assert statements(with_cell(tmp_path, "locator", 5.0))[1][0].evidence[0].locator == "5"


def test_ids_that_became_numbers_still_meet(tmp_path: Path) -> None:
    entities = [["id", "class", "name_en"], [1, "NGO", "One"], [2.0, "NGO", "Two"], ["3", "Document", "Three"]]
    path = book(tmp_path / "t.xlsx", entities=entities, links=[HEADER, ["1", "cooperatesWith", 2, 3.0, 4]])
    assert statements(path)[1][0].target_iri == f"{ID}organization/s-2"


def test_characters_that_workbooks_escape(tmp_path: Path) -> None:
    assert statements(with_cell(tmp_path, "role", "a_x000D_\nb"))[1][0].role == "a\r\nb"
    assert "U+0007" in str(refused(with_cell(tmp_path, "role", "a_x0007_b")))


def test_comments_and_hidden_sheets_do_no_harm(tmp_path: Path) -> None:
    path = good_book(tmp_path)
    work = load_workbook(path)
    work["links"]["A2"].comment = Comment("why", "me")
    work["entities"].sheet_state = "hidden"
    chart = BarChart()
    chart.add_data(ChartReference(work["links"], min_col=1, min_row=1, max_row=2))
    work.create_chartsheet("chart").add_chart(chart)
    work.save(path)
    assert len(statements(path)[1]) == 1


# --- there and back -----------------------------------------------------------------------------------------

_text = st.text(
    st.characters(categories=["L", "N", "Pd", "Po", "Zs"], exclude_characters="|#@"), min_size=1, max_size=20
)


def _is_plain(text: str) -> bool:
    """Whether a text is its own cleaned form and no formula, error, IRI or id in disguise."""
    return clean(text) == text == parse_line(text) and bool(slug(text)) and not text.startswith("=") and "/" not in text


_plain = _text.filter(_is_plain)
_date = st.dates(datetime.date(1000, 1, 1)).map(str).flatmap(lambda day: st.sampled_from([day, day[:7], day[:4]]))
_amount = st.decimals(-(10**12), 10**12, places=3)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Entity], list[dict[str, Any]]]:
    """A valid table: entities as they should come back, and rows of links by column."""
    ids = draw(st.lists(_plain, min_size=2, max_size=6, unique_by=slug))
    entities = []
    for number, id_ in enumerate(ids):
        type_ = "Document" if number == 0 else draw(st.sampled_from(["Organization", "UNBody", "Country", "Network"]))
        names = [Name(draw(_plain), "en")]
        names += [Name(text, "fr", "alternative") for text in draw(st.lists(_plain, max_size=2, unique=True))]
        names += [Name(text, "", "acronym") for text in draw(st.lists(_plain, max_size=2, unique=True))]
        kind = vocabulary().kind(type_)
        entities.append(
            Entity(f"{ID}{kind}/s-{slug(id_)}", type_, tuple(names), id_, valid_from=draw(st.none() | _date))
        )
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "source": st.sampled_from(ids[1:]),
                    "relation": st.just("cooperatesWith"),
                    "target": st.sampled_from(ids[1:]),
                    "document": st.just(ids[0]),
                    "locator": _plain,
                    "from": st.none() | _date,
                    "role": st.none() | _plain,
                    "amount": st.none() | _amount,
                }
            ),
            max_size=6,
        )
    )
    return entities, rows


def _rows(entities: list[Entity], links: list[dict[str, Any]]) -> dict[str, Rows]:
    header = ["id", "class", "name_en", "alt_fr", "acronym", "from"]
    rows: list[list[str]] = [header]
    for entity in entities:
        by_kind = [
            " | ".join(n.text for n in entity.names if n.kind == kind)
            for kind in ("preferred", "alternative", "acronym")
        ]
        rows.append([str(entity.identifier), entity.type, *by_kind, entity.valid_from or ""])
    columns = [*HEADER, "from", "role", "amount", "currency"]
    filled = [{**link, "currency": "USD" if link["amount"] is not None else None} for link in links]
    return {
        "entities": rows,
        "links": [columns, *(["" if link[c] is None else str(link[c]) for c in columns] for link in filled)],
    }


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(table=tables(), as_book=st.booleans())
def test_a_valid_table_comes_back_as_it_was_written_and_twice_the_same(
    tmp_path: Path, table: tuple[list[Entity], list[dict[str, Any]]], as_book: bool
) -> None:
    entities, links = table
    sheets = _rows(entities, links)
    path = book(tmp_path / "t.xlsx", **sheets) if as_book else folder(tmp_path / "t", **sheets)
    got_entities, got_links = statements(path)
    assert got_entities == entities
    iris = {entity.identifier: entity.iri for entity in entities}
    assert [
        (g.source_iri, g.relation, g.target_iri, g.evidence, g.valid_from, g.role, g.amount, g.currency)
        for g in got_links
    ] == [
        (
            iris[w["source"]],
            w["relation"],
            iris[w["target"]],
            (Evidence(iris[w["document"]], w["locator"], method="coded"),),
            w["from"],
            w["role"],
            w["amount"],
            None if w["amount"] is None else "USD",
        )
        for w in links
    ]
    assert len({link.iri for link in got_links}) == len(links)
    assert statements(path) == (got_entities, got_links)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fail_in_another_way(text: str) -> None:
    parsers = [value for name, value in vars(cells).items() if name.startswith("parse_")]
    assert len(parsers) > 15
    try:
        cleaned = cells.clean(text)
    except CellError:
        return
    for parse in parsers:
        try:
            parse(cleaned)
        except CellError:
            continue


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(r"(https?://|urn:)[\w./%#?\[\]@:é中-]{1,20}", fullmatch=True)
    | st.text(max_size=20).map("https://e.org/".__add__)
)
def test_what_is_taken_for_an_iri_is_one(text: str) -> None:
    if is_iri(text):
        NamedNode(text)


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", fullmatch=True))
def test_what_is_taken_for_a_language_is_one(tag: str) -> None:
    try:
        Literal("x", language=parse_language(tag))
    except CellError:
        pass
    key = table_columns.key_of(f"name_{tag}", "entities")
    if key is not None:
        Literal("x", language=key.partition("@")[2])


@pytest.mark.parametrize("tag", ["en", "FR", "zh-Hant", "pt_br", "es-419", "sr-Latn-RS", "de-1996"])
def test_languages_of_the_world(tag: str) -> None:
    assert parse_language(tag).lower() == tag.lower().replace("_", "-")
    assert table_columns.key_of(f"alt_{tag}", "entities") == f"alt@{parse_language(tag)}"


@given(_plain)
def test_a_slug_can_stand_in_an_iri(text: str) -> None:
    assert is_iri(f"{ID}x/{slug(text)}") and slug(slug(text)) == slug(text)
    NamedNode(f"{ID}x/{slug(text)}")


# --- size ---------------------------------------------------------------------------------------------------


def test_links_are_streamed(tmp_path: Path) -> None:
    def rows(number: int) -> Iterator[list[str]]:
        yield HEADER
        yield from ([*LINK[:4], str(n)] for n in range(number))

    path = folder(tmp_path / "t", entities=ENTITIES)
    with (path / "links.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows(5_000))
    stream = load_table(path).statements
    tracemalloc.start()
    try:
        number = sum(isinstance(s, Link) for s in stream)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert number == 5_000
    assert peak < 5_000 * 300  # the keys alone: a Link takes more than 1,000 bytes


# --- detection ----------------------------------------------------------------------------------------------


def test_tables_are_detected_by_their_columns_else_by_their_name(tmp_path: Path) -> None:
    table = KINDS["table"]
    assert table.likeness(folder(tmp_path / "t", entities=ENTITIES)) == 2
    assert table.likeness(good_book(tmp_path)) == 2
    assert table.likeness(write_csv(tmp_path / "l.csv", [HEADER, LINK])) == 2
    assert table.likeness(write_csv(tmp_path / "other.csv", [["ccode", "year"]])) == 1
    assert table.likeness(folder(tmp_path / "empty")) == 0
    (tmp_path / "broken.xlsx").write_bytes(b"PK")
    assert table.likeness(tmp_path / "broken.xlsx") == 1
    assert detect(tmp_path / "t") == detect(tmp_path / "broken.xlsx") == "table"


def test_an_input_of_no_kind_is_refused_with_the_kinds(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"x")
    with pytest.raises(
        UnreadableSource, match=r"x\.bin: is of no kind that is known; the kinds are table \(a coded table"
    ):
        load(tmp_path / "x.bin")
    (tmp_path / "x.json").write_text('[{"name": "x"}]')
    with pytest.raises(UnreadableSource, match=r"known; any table is read through a mapping.*--suggest.*the kinds are"):
        load(tmp_path / "x.json")
    with pytest.raises(UnreadableSource, match="'tabel' is not a kind of source; the kinds are table"):
        load(tmp_path / "x.bin", kind="tabel")
    with pytest.raises(UnreadableSource, match="there is no such file or folder"):
        detect(tmp_path / "nothing")


def test_load_hands_on_what_it_is_given(tmp_path: Path) -> None:
    loaded = load(good_book(tmp_path), source_id="mine", read_time="2024-01-01T00:00:00Z")
    assert (loaded.source.id, loaded.source.loaded, loaded.source.loader) == ("mine", "2024-01-01T00:00:00Z", "table")


# --- template and manual ------------------------------------------------------------------------------------


def test_the_template_loads_and_offers_the_words_of_the_ontology(tmp_path: Path) -> None:
    path = tmp_path / "my.xlsx"
    write_template(path)
    loaded = load(path)
    entities = [s for s in loaded.statements if isinstance(s, Entity)]
    assert len(entities) == 4 and not loaded.skipped and loaded.source.id == "my-table"
    work = load_workbook(path)
    assert work.sheetnames == ["source", "entities", "links", "read me", "lists"]
    assert work["lists"].sheet_state == "hidden"
    offered = {cell.value for column in work["lists"].iter_cols() for cell in column}
    assert {*vocabulary().relations, *vocabulary().entity_classes(), "proposed", "extracted"} <= offered
    assert len(work["links"].data_validations.dataValidation) == 3
    for name in ("entities", "links"):
        assert all(cell.comment and cell.comment.text for cell in work[name][1])
    explained = {(row[0].value, str(row[1].value).removesuffix(" *")) for row in work["read me"].iter_rows()}
    assert {(column.sheet, column.name) for column in table_columns.COLUMNS} <= explained


def test_the_template_is_not_written_over_a_table(tmp_path: Path) -> None:
    path = tmp_path / "my.xlsx"
    path.write_bytes(b"precious")
    with pytest.raises(
        UnreadableSource, match=r"my\.xlsx: is there already and is not written over; give another name\."
    ):
        write_template(path)
    assert path.read_bytes() == b"precious"
    with pytest.raises(UnreadableSource, match=r"ends in \.xlsx"):
        write_template(tmp_path / "my.csv")
    with pytest.raises(UnreadableSource, match="cannot be written"):
        write_template(tmp_path / "no folder" / "my.xlsx")


def test_the_manual_has_the_columns_as_they_are() -> None:
    manual = (Path(__file__).parents[1] / "docs" / "tables.md").read_text(encoding="utf-8")
    assert table_columns.with_columns(manual) == manual
    assert all(f"`{column.name}`" in manual for column in table_columns.COLUMNS)


def test_the_pointers_are_those_of_the_model() -> None:
    fields = {"under_agreement", "through_fund", "at_event", "in_programme", "in_place", "on_topic", "via_document"}
    assert set(POINTERS) == fields
    assert all(name in vocabulary().classes for admitted in POINTERS.values() for name in admitted)


def test_no_two_columns_of_a_sheet_share_a_word() -> None:
    for sheet in ("source", "entities", "links"):
        words = [word for column in table_columns.columns(sheet) for word in (column.name, *column.also)]
        assert len(words) == len(set(words))
        assert all(table_columns.plain(word) == word for word in words)


def test_a_csv_with_a_null_byte_far_down(tmp_path: Path) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(
        [HEADER, *([["country/UZ", "memberOf", "organization/x", "document/d", n] for n in range(5000)])]
    )
    (tmp_path / "t.csv").write_text(text.getvalue() + "country/UZ,memberOf,organization/x,document/d,a\0b\n")
    error = refused(tmp_path / "t.csv")
    assert error.row == 5002 and "U+0000" in str(error)
