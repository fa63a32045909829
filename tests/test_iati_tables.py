"""Tables of IATI transactions in English and French, made up here, as CSV and Excel."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from multilateral.loaders.detect import detect, load
from multilateral.loaders.iati_known import LinksSoFar, Marks
from multilateral.loaders.iati_table_rows import COLUMNS, plain
from multilateral.loaders.iati_tables import load_iati_tables
from multilateral.ontology.convert import quads
from multilateral.ontology.errors import MultilateralError, UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name
from multilateral.ontology.vocabulary import vocabulary
from openpyxl.worksheet.worksheet import Worksheet

FIXTURES = Path(__file__).parent / "fixtures" / "iati"
EN, FR = FIXTURES / "table_en.csv", FIXTURES / "table_fr.csv"
# Published tables that lie beside the repository on some machines; the other tests need none.
SHARED = Path(__file__).parents[2] / "shared" / "data"


def read(
    path: Path, *, skip_bad: bool = False, known: LinksSoFar | None = None
) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_iati_tables(path, skip_bad=skip_bad, known=known)
    entities: dict[str, Entity] = {}
    links: list[Link] = []
    for statement in loaded.statements:
        if isinstance(statement, Entity):
            assert statement.iri not in entities, "an entity is given once"
            entities[statement.iri] = statement
        else:
            links.append(statement)
    assert len({link.iri for link in links}) == len(links)
    return entities, links, loaded


def of_rows(links: list[Link]) -> list[Link]:
    return [link for link in links if link.in_programme]


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def as_csv(path: Path, rows: list[list[str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def as_workbook(path: Path, rows: list[list[str]], *, change: object = None) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    amounts = [i for i, name in enumerate(rows[0]) if plain(name).startswith(("value", "valeur"))]
    for number, row in enumerate(rows):
        sheet.append(
            [float(cell) if number and i in amounts and cell[-1:].isdigit() else cell for i, cell in enumerate(row)]
        )
    if callable(change):
        change(sheet)
    book.save(path)
    return path


def test_a_row_is_one_link() -> None:
    entities, links, loaded = read(EN)
    found = of_rows(links)
    assert len(found) == len(rows_of(EN)) - 1
    first = found[0]
    assert (first.source_iri, first.relation, first.target_iri) == (
        f"{ID}organization/iati-FR-3", "funds", f"{ID}organization/iati-XM-DAC-41119",
    )  # fmt: skip
    assert (first.amount, first.currency, first.amount_usd) == (Decimal("900.5"), "EUR", Decimal("1000"))
    assert (first.valid_from, first.valid_to) == ("2019-10", "2019-12")
    assert (first.role, first.status, first.in_place) == ("Disbursement", "completed", f"{ID}country/KM")
    assert first.on_topic == f"{ID}topic/dac-12110"
    assert first.in_programme == f"{ID}programme/iati-FR-3-A"
    assert first.evidence[0].locator == "row 2"
    assert loaded.skipped["columns that are not kept: aid, finance, flow, multi, category, humanitarian, local"] == 7
    known = vocabulary()
    for link in links:
        for iri in (link.source_iri, link.target_iri, link.in_programme, link.in_place, link.on_topic):
            assert iri is None or iri in entities
        assert known.admits(link.relation, entities[link.source_iri].type, entities[link.target_iri].type)
        list(quads(link, "x"))


def test_who_is_not_named_is_not_invented() -> None:
    _, links, _ = read(EN)
    by_row = {link.evidence[0].locator: link for link in of_rows(links)}
    budget = by_row["row 3"]
    assert (budget.target_iri, budget.role, budget.status) == (budget.in_programme, "Budget", "planned")
    assert budget.evidence[0].certainty == "explicit"
    outgoing = by_row["row 5"]
    assert outgoing.source_iri == f"{ID}organization/iati-XM-DAC-41119"
    assert outgoing.evidence[0].certainty == "implied", "IATI: the reporting organization is meant"
    incoming = by_row["row 6"]
    assert (incoming.relation, incoming.target_iri) == ("beneficiaryOf", incoming.in_programme)


def test_amounts_stay_what_they_are() -> None:
    _, links, loaded = read(EN)
    by_row = {link.evidence[0].locator: link for link in of_rows(links)}
    assert (by_row["row 3"].amount_usd, by_row["row 5"].amount_usd) == (Decimal(0), Decimal("-12.25"))
    nothing = by_row["row 6"]
    assert (nothing.amount, nothing.currency, nothing.amount_usd) == (None, None, None)
    assert loaded.skipped["rows without an amount (the link is kept)"] == 1
    assert (by_row["row 7"].valid_from, by_row["row 7"].date_note) == (None, "15 Q1")


def test_several_organizations_of_a_cell_are_a_group_with_members() -> None:
    entities, links, _ = read(EN)
    link = next(link for link in links if link.evidence[0].locator == "row 4" and link.in_programme)
    group = entities[link.target_iri]
    assert group.collective
    assert {m.source_iri for m in links if m.relation == "memberOf" and m.target_iri == group.iri} >= {
        f"{ID}organization/iati-XM-DAC-928", f"{ID}organization/iati-XM-DAC-41119",
    }  # fmt: skip
    members = [m for m in links if m.relation == "memberOf"]
    assert len(members) == 3, "also the one that has a name only"


def test_organizations_by_their_codes() -> None:
    entities, _, _ = read(EN)
    who = entities[f"{ID}organization/iati-XM-DAC-928"]
    assert who.names == (Name("World Health Organization (WHO)", "en"),)
    assert set(who.identifiers) == {Identifier("IATI", "XM-DAC-928"), Identifier("OECDDAC", "928")}
    own = entities[f"{ID}organization/iati-XM-DAC-41119--01690"]
    assert own.identifiers == (), "a number in the books of one publisher"
    by_name = [e for e in entities.values() if e.name() == "Ministry of Health"]
    assert [e.iri.startswith(f"{ID}organization/iati-name-km-") for e in by_name] == [True], "[N/A] is no code"


def test_sectors_country_and_reporting_organization_of_an_activity_are_said_once() -> None:
    entities, links, _ = read(EN)
    said = Counter((link.source_iri, link.relation, link.target_iri) for link in links if not link.in_programme)
    assert max(said.values()) == 1
    assert (f"{ID}programme/iati-FR-3-A", "concerns", f"{ID}topic/dac-12110") in said
    assert (f"{ID}programme/iati-FR-3-A", "covers", f"{ID}country/KM") in said
    assert (f"{ID}organization/iati-FR-3", "participatesIn", f"{ID}programme/iati-FR-3-A") in said
    topic = entities[f"{ID}topic/dac-12110"]
    assert topic.identifiers == (Identifier("DACSector", "12110"),)


def test_rows_of_the_same_content_are_different_payments(tmp_path: Path) -> None:
    rows = rows_of(EN)
    path = as_csv(tmp_path / "twice.csv", [*rows, rows[1], rows[1]])
    _, links, _ = read(path)
    same = [link.iri for link in of_rows(links) if link.amount_usd == 1000]
    assert len(same) == 3 and {iri.removeprefix(same[0]) for iri in same} == {"", "-2", "-3"}


def test_the_table_in_the_other_language_adds_names_and_no_links() -> None:
    known = LinksSoFar()
    english, links, _ = read(EN, known=known)
    french, more, loaded = read(FR, known=known)
    assert links and not more
    rows = len(rows_of(FR)) - 1
    assert loaded.skipped["rows that another table has brought already (only their names are taken)"] == rows
    coded = {iri for iri in english if "/organization/iati-" in iri and "-name-" not in iri}
    assert coded == {iri for iri in french if "/organization/iati-" in iri and "-name-" not in iri}
    who = f"{ID}organization/iati-XM-DAC-928"
    assert french[who].names == (Name("Organisation mondiale de la Santé (OMS)", "fr"),)
    assert {iri for iri in english if "/topic/" in iri} == {iri for iri in french if "/topic/" in iri}


def test_in_either_order_the_links_are_the_same() -> None:
    """Rows stand in another order in the French table, and it says "Aucune donnée" where the English has "No data"."""
    assert {link.iri for link in read(EN)[1]} == {link.iri for link in read(FR)[1]}
    english = {link.iri: link for link in read(EN)[1]}
    for link in read(FR)[1]:
        other = english[link.iri]
        assert (link.role, link.status, link.amount, link.amount_usd, link.valid_from, link.in_place) == (
            other.role, other.status, other.amount, other.amount_usd, other.valid_from, other.in_place,
        )  # fmt: skip


def test_only_what_the_first_table_lacks_comes_from_the_second(tmp_path: Path) -> None:
    rows = rows_of(EN)
    short = as_csv(tmp_path / "short.csv", rows[:4])
    known = LinksSoFar()
    read(short, known=known)
    _, links, _ = read(FR, known=known)
    assert len(of_rows(links)) == len(rows) - 4
    stored = {link.iri for link in read(EN)[1]}
    assert read(FR, known=LinksSoFar(lambda iri, source: iri in stored))[1] == []


def test_a_table_loaded_again_is_not_hidden_by_itself() -> None:
    known = LinksSoFar()
    first = read(EN, known=known)[1]
    assert read(EN, known=known)[1] == first


def test_the_same_table_as_csv_and_as_workbook(tmp_path: Path) -> None:
    rows = rows_of(EN)
    rows[1][list(map(plain, rows[0])).index("value usd")] = "33655.690000000001"  # a workbook keeps 15 digits
    text = as_csv(tmp_path / "t.csv", rows, delimiter=";")
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(text.read_bytes()))
    book = as_workbook(tmp_path / "t.xlsx", rows)
    expected = {link.iri for link in read(text)[1]}
    assert len(expected) > 5
    assert {link.iri for link in read(packed)[1]} == expected
    assert {link.iri for link in read(book)[1]} == expected
    for path in (text, packed, book, EN, FR):
        assert detect(path) == "iati-tables"
    assert load(book).source.id == "iati-tables-t"


@pytest.mark.parametrize("first", [[], [["Notes"], ["What the columns mean"]]])
def test_the_table_of_a_workbook_may_stand_behind_another_sheet(tmp_path: Path, first: list[list[str]]) -> None:
    rows = rows_of(EN)

    def put_before(sheet: Worksheet) -> None:
        about = sheet.parent.create_sheet("About", 0)
        for row in first:
            about.append(row)

    book = as_workbook(tmp_path / "behind.xlsx", rows, change=put_before)
    assert detect(book) == "iati-tables"
    alone = read(as_workbook(tmp_path / "alone.xlsx", rows))[1]
    _, links, loaded = read(book)
    assert len(of_rows(links)) == len(of_rows(alone)) > 0
    assert ("sheet 'About' (a table is one sheet)" in loaded.skipped) == bool(first)


def changed(column: str, value: str) -> list[list[str]]:
    rows = rows_of(EN)
    rows[2][list(map(plain, rows[0])).index(COLUMNS[column][0])] = value
    return rows


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("usd", "12a", "'12a' is no number"),
        ("eur", "1e99", "is no amount"),
        ("usd", "1" * 40, "is no number"),
        ("year", "20x9", "is no year and quarter"),
        ("quarter", "Q7", "is no year and quarter"),
        ("activity", " ", "no identifier"),
    ],
)
def test_a_wrong_cell_raises_with_its_row_or_is_counted(tmp_path: Path, column: str, value: str, says: str) -> None:
    path = as_csv(tmp_path / "t.csv", changed(column, value))
    with pytest.raises(UnreadableSource, match=rf"t.csv, row 3: .*{says}"):
        read(path)
    _, links, loaded = read(path, skip_bad=True)
    assert len(of_rows(links)) == len(rows_of(EN)) - 2
    assert loaded.skipped["bad records"] == 1


def test_a_row_without_any_organization(tmp_path: Path) -> None:
    rows = rows_of(EN)
    for i, name in enumerate(map(plain, rows[0])):
        if name.endswith("organisation"):
            rows[1][i] = "No data"
    with pytest.raises(UnreadableSource, match="row 2: the row names no organization"):
        read(as_csv(tmp_path / "t.csv", rows))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>404</html>", "web page"),
        (EN.read_bytes().decode().encode("utf-16"), "UTF-16"),
        (FR.read_bytes().decode().encode("cp1252", "replace"), "not UTF-8"),
        (b"a,b\n1,2\n", "headings"),
        (EN.read_bytes().replace(b"Provider Organisation,", b"Provider,"), "'provider organisation' is missing"),
        (EN.read_bytes().replace(b"Flow Type", b"Aid Type"), "two columns"),
        (EN.read_bytes() + b'x,"y', "cannot be read as CSV"),
        (EN.read_bytes() + b"x,y\n", "the row has 2 cells, the heading 24"),
        (EN.read_bytes() + b"x" * 2_000_000, "characters"),
        (b"Development finance in the Comoros,,\n" + EN.read_bytes(), "headings do not stand in the first row"),
    ],
)
def test_what_is_no_such_table_is_refused_with_a_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=says) as raised:
        read(path)
    assert str(raised.value).startswith("t.csv") and "\n" not in str(raised.value)


def test_rows_above_the_headings_are_counted_with_skip_bad(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"Development finance in the Comoros,,\n" + EN.read_bytes())
    _, links, loaded = read(path, skip_bad=True)
    assert len(of_rows(links)) == len(rows_of(EN)) - 1
    assert loaded.skipped["bad records"] == 1


def test_workbooks_with_formulas_bombs_and_damage(tmp_path: Path) -> None:
    def formula(sheet: object) -> None:
        sheet["V3"] = "=1+1"  # type: ignore[index]

    with pytest.raises(UnreadableSource, match="V3 holds a formula"):
        read(as_workbook(tmp_path / "f.xlsx", rows_of(EN), change=formula))
    book = as_workbook(tmp_path / "t.xlsx", rows_of(EN))
    data = book.read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableSource, match="damaged"):
        read(tmp_path / "cut.xlsx")
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
        with new.open("xl/media/zeros.bin", "w", force_zip64=True) as out:
            for _ in range(1_100):
                out.write(bytes(1 << 20))
    with pytest.raises(UnreadableSource, match="unpacks to"):
        read(bomb)
    (tmp_path / "page.xlsx").write_bytes(b"<html>404</html>")
    with pytest.raises(UnreadableSource, match="web page"):
        read(tmp_path / "page.xlsx")


def test_truncated_gzip_is_told_and_its_beginning_read_with_skip_bad(tmp_path: Path) -> None:
    rows = rows_of(EN)
    many = [rows[0]] + [[f"{row[0]}-{i}", *row[1:]] for i in range(2_000) for row in rows[1:]]
    data = gzip.compress(as_csv(tmp_path / "t.csv", many).read_bytes())
    path = tmp_path / "t.csv.gz"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableSource, match="cut off"):
        read(path)
    assert of_rows(read(path, skip_bad=True)[1])


def test_mojibake_is_told_and_not_repaired(tmp_path: Path) -> None:
    rows = changed("provider", "MinistÃ¨re [XM-DAC-77]")
    entities, _, loaded = read(as_csv(tmp_path / "t.csv", rows))
    assert entities[f"{ID}organization/iati-XM-DAC-77"].name() == "MinistÃ¨re"
    assert loaded.skipped["texts that look wrongly encoded (kept as they are)"] == 1


def test_a_character_that_no_text_has_is_replaced_and_told(tmp_path: Path) -> None:
    entities, _, loaded = read(as_csv(tmp_path / "t.csv", changed("provider", "A\x07B [XM-DAC-77]")))
    assert entities[f"{ID}organization/iati-XM-DAC-77"].name() == "A\ufffdB"
    assert loaded.skipped["texts that look wrongly encoded (kept as they are)"] == 1


def test_marks_are_a_set() -> None:
    chance, marks, expected = random.Random(1), Marks(), set[int]()
    for _ in range(20_000):
        number = chance.choice((chance.getrandbits(64), chance.randrange(5_000), -chance.randrange(5_000)))
        assert marks.add(number) == ((number % (1 << 64) or 1) not in expected)
        expected.add(number % (1 << 64) or 1)
    assert all(number in marks for number in expected) and 123_456_789_123 not in marks


def test_fuzz(tmp_path: Path) -> None:
    """A thousand damaged files: each loads, or is refused with a sentence."""
    chance = random.Random(20_240_502)
    seeds = [EN.read_bytes(), FR.read_bytes()]
    book = as_workbook(tmp_path / "t.xlsx", rows_of(EN)).read_bytes()
    pieces = [
        b",",
        b'"',
        b"\n",
        b"\0",
        b"\xff",
        b";",
        b"[",
        b"]",
        b" - ",
        b"9" * 40,
        b"=1+1",
        b"\xef\xbf\xbd",
        b"nan",
        b"1e-9",
    ]
    outcomes: Counter[str] = Counter()
    for turn in range(1_000):
        workbook = turn % 5 == 0
        data = bytearray(book if workbook else chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            place = chance.randrange(len(data))
            change = chance.randrange(4)
            if change == 0:
                data[place] = chance.randrange(256)
            elif change == 1:
                data[place:place] = chance.choice(pieces)
            elif change == 2:
                del data[place : place + chance.randrange(1, 60)]
            else:
                data[place:place] = data[place : place + chance.randrange(1, 300)]
        path = tmp_path / ("fuzz.xlsx" if workbook else "fuzz.csv")
        path.write_bytes(data)
        loaded = load_iati_tables(path, skip_bad=chance.random() < 0.5)
        try:
            for statement in loaded.statements:
                for _ in quads(statement, loaded.source.id):
                    pass
            outcomes["read"] += 1
        except MultilateralError as error:
            assert str(error).startswith("fuzz.") and "\n" not in str(error), error
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 100, outcomes


@pytest.mark.skipif(not SHARED.exists(), reason="needs published tables in ../shared/data/iati_tables_fr_en")
def test_published_tables_in_two_languages() -> None:
    folder = SHARED / "iati_tables_fr_en"
    known = LinksSoFar()
    english, links, _ = read(folder / "KM_en.xlsx", known=known)
    french, more, _ = read(folder / "KM_fr.xlsx", known=known)
    assert len(of_rows(links)) == 27_049
    assert more == []
    coded = {iri for iri in french if "/organization/iati-" in iri and "-name-" not in iri and "-group-" not in iri}
    assert coded <= english.keys()
    assert sum(english[iri].name("en") != french[iri].name("fr") for iri in coded) > 50
