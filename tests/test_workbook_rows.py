"""The quick reader of usual rows reads what openpyxl reads, and leaves to it what is not as usual."""

from __future__ import annotations

import datetime
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multilateral.loaders import workbook
from multilateral.loaders.cells import Cell
from multilateral.loaders.workbook import WIDEST, open_sheets
from multilateral.loaders.workbook_rows import UsualRows, _number, _Unusual
from multilateral.ontology.errors import UnreadableSource
from openpyxl import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\r\n<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/>'
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8)
VALUES = (
    st.none()
    | TEXTS
    | st.sampled_from(["a & b", "<tag>", "_x000D_", "]]>", " blanks ", "line\nfeed", "100%"])
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([datetime.date(2012, 4, 25), datetime.datetime(2012, 4, 25, 12), "=1+1", "#REF!", 0.25])
)


class Nothing:
    """In place of the quick reader: all is read by openpyxl."""

    ended, number = False, 0

    def __init__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[list[Cell]]:
        return iter(())


def rows(path: Path, sheet: int = 0) -> list[tuple[int, list[tuple[str, Cell]]]] | str:
    """Return the rows with the kinds of their cells, or what is said where the sheet is damaged."""
    try:
        found = open_sheets(path, {})[sheet].rows()
        return [(number, [(type(cell).__name__, cell) for cell in cells]) for number, cells in found]
    except UnreadableSource as error:
        return error.problem.partition(" after row")[0]


def both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, bool]:
    """Return what is read with and without the quick reader, and whether that read all of the sheet."""
    made: list[UsualRows] = []

    class Noted(UsualRows):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            made.append(self)

    with monkeypatch.context() as patch:
        patch.setattr(workbook, "UsualRows", Noted)
        quick = rows(path)
    with monkeypatch.context() as patch:
        patch.setattr(workbook, "UsualRows", Nothing)
        return quick, rows(path), made[0].ended


def sheet_of(path: Path, xml: str | bytes, *, texts: tuple[str, ...] = ("one", "two_x000D_", "")) -> Path:
    """Write a workbook whose first sheet is some XML."""
    book = Workbook()
    book.active.cell(1, 1, 0.5).number_format = "0%"  # a style beside the plain one
    book.save(path)
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["xl/worksheets/sheet1.xml"] = xml.encode() if isinstance(xml, str) else xml
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{items}</sst>'.encode()
    form = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    declared = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{form}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", declared.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


@given(st.lists(st.lists(VALUES, max_size=5), max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_workbook_is_read_as_openpyxl_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: list[list[Any]]
) -> None:
    book = Workbook()
    for number, row in enumerate(table, 1):
        for place, value in enumerate(row, 1):
            book.active.cell(number, place, value)
    book.save(tmp_path / "t.xlsx")
    quick, slow, _ = both(tmp_path / "t.xlsx", monkeypatch)
    assert quick == slow


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>',
        '<row r="1" spans="1:3" ht="15.75" x:dyDescent="0.25"><c r="A1" s="0"><v>1.50</v></c><c r="C1"/></row>',
        '<row r="2"/><row r="5"><c r="B5" t="str"><v>x &amp; y &#233;&#xE9;</v></c></row><row r="9"></row>',
        '\n  <row r="1">\n <c r="A1" t="b"><v>1</v></c>\n <c r="B1" t="n"><v>-0.5E-7</v></c>\n </row>\n',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c></row>',
        '<row r="1"><c r="A7"><v>1</v></c></row>',
        '<row r="1"><c r="IV1"><v>1</v></c><c r="IW1"><v>2</v></c><c r="XFD1"><v>3</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c><c r="B1" t="str"/></row>',
        '<row r="1"><c r="A1"><v></v></c><c r="B1" t="s"><v>2</v></c><c r="C1" t="str"><v></v></c></row>',
        '<row r="1"><c r="A1"><v>123456789012345</v></c><c r="B1"><v>0.1234567890123456789</v></c></row>',
        "",
    ],
)  # fmt: skip
def test_what_is_usual_is_read_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: str) -> None:
    head = HEAD.replace("<worksheet", '<worksheet xmlns:x="http://x"')
    path = sheet_of(tmp_path / "t.xlsx", f"{head}<sheetData>{cells}</sheetData><hyperlinks/></worksheet>")
    quick, slow, ended = both(path, monkeypatch)
    assert quick == slow and ended


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>',
        '<row r="1"><c r="A1" s="1"><v>0.25</v></c></row>',
        '<row r="1"><c r="A1" s="77"><v>0.25</v></c></row>',
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>2012-04-25</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>9</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v> 1 </v></c></row>',
        '<row r="1"><c r="A1" t="b"><v>yes</v></c></row>',
        '<row r="1"><c r="A1"><v>123456789012345678</v></c></row>',
        '<row r="1"><c r="A1"><v>1_0</v></c><c r="B1"><v>inf</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>',
        '<row r="1"><c r="A1" t="str"><v><![CDATA[</row><row r="2">]]></v></c></row>',
        '<row r="1"><!-- </row> --><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>stray</row>',
        '<row r="1"><c><v>1</v></c></row>',
        '<row><c r="A1"><v>1</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c></row>",
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="a1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>a\rb\r\nc</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>a ]]> b</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>a \x01 b</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>a \ufffe b</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>a & b</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&#0;&#xFFFE;</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&unknown;</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v>',
    ],
)
def test_what_is_not_usual_is_left_to_openpyxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: str) -> None:
    before = '<row r="1"><c r="A1" t="str"><v>before</v></c></row>'
    after = re.sub(r'r="([A-Za-z]?)([0-9])"', lambda m: f'r="{m[1]}{int(m[2]) + 1}"', cells)
    for text in (cells, before + after):
        path = sheet_of(tmp_path / "t.xlsx", f"{HEAD}<sheetData>{text}</sheetData></worksheet>")
        quick, slow, ended = both(path, monkeypatch)
        assert quick == slow and not ended


@pytest.mark.parametrize(
    "xml",
    [
        f"{HEAD}<sheetData>#</sheetData>",
        f"{HEAD}<sheetData>#",
        f"{HEAD}<sheetData>#</sheetData></worksheet",
        f"{HEAD}<sheetData>#</sheetData><mergeCells></worksheet>",
        f"{HEAD}<!-- <sheetData> --><sheetData>#</sheetData></worksheet>",
        f"<!-- <sheetData> -->{HEAD}<sheetData>#</sheetData></worksheet>",
        f"{HEAD}<row r='1'/><sheetData>#</sheetData></worksheet>",
        f"{HEAD}<sheetData>#</sheetData><row r='2'/></worksheet>",
        HEAD.replace("UTF-8", "UAF-8") + "<sheetData>#</sheetData></worksheet>",
        f"{HEAD}<x:sheetData>#</x:sheetData></worksheet>",
        HEAD.replace(MAIN, "http://another") + "<sheetData>#</sheetData></worksheet>",
        HEAD.replace("UTF-8", "ISO-8859-1") + "<sheetData>#</sheetData></worksheet>",
        f"{HEAD}</worksheet>",
        "",
        "no XML",
    ],
)
def test_what_is_around_the_rows_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xml: str) -> None:
    row = '<row r="1"><c r="A1" t="str"><v>x</v></c></row>'
    path = sheet_of(tmp_path / "t.xlsx", xml.replace("#", row))
    quick, slow, ended = both(path, monkeypatch)
    assert quick == slow and not ended


def test_a_sheet_cut_off_anywhere_is_never_taken_for_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>é</t></is></c><c r="B{0}"><v>{0}</v></c></row>'
    xml = f"{HEAD}<sheetData>{''.join(row.format(n) for n in (1, 2))}</sheetData></worksheet>".encode()
    for end in range(len(HEAD), len(xml), 3):
        quick, slow, ended = both(sheet_of(tmp_path / "t.xlsx", xml[:end]), monkeypatch)
        assert quick == slow and not ended, xml[:end]


def test_pieces_of_the_file_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>été {0}</t></is></c></row>'
    xml = f"{HEAD}<sheetData>{''.join(row.format(n) for n in range(1, 40))}</sheetData><x/></worksheet>"
    path = sheet_of(tmp_path / "t.xlsx", xml)
    for size in (1, 2, 7, 64, 1000):
        monkeypatch.setattr("multilateral.loaders.workbook_rows._CHUNK", size)
        quick, slow, ended = both(path, monkeypatch)
        assert quick == slow and ended


def test_corners_far_apart_and_endless_rows_take_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = sheet_of(tmp_path / "t.xlsx", f"{HEAD}<sheetData>{corners}</sheetData></worksheet>")
    open_sheets(path, {})
    tracemalloc.start()
    cut: dict[str, int] = {}
    found = sum(1 for _ in open_sheets(path, cut)[0].rows())
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()
    assert found == 1 + workbook.EMPTY_ROWS and list(cut) == [
        "rows after 10,000 empty ones in sheet 'Sheet' are not read"
    ]
    wide = "".join(f'<c r="B{1}"><v>1</v></c>' for _ in range(100_000))
    path = sheet_of(tmp_path / "wide.xlsx", f'{HEAD}<sheetData><row r="1">{wide}</row></sheetData></worksheet>')
    quick, slow, ended = both(path, monkeypatch)
    assert quick == slow == [(1, [("str", ""), ("NumberCell", "1")])] and not ended


def test_a_column_beyond_those_that_are_read(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="IV1"><v>1</v></c><c r="IW1"><v>2</v></c></row>'
    ((_, found),) = open_sheets(sheet_of(tmp_path / "t.xlsx", f"{HEAD}<sheetData>{cells}</sheetData></worksheet>"), {})[
        0
    ].rows()
    assert len(found) == WIDEST and found[-1] == "1"


@given(st.from_regex(r"-?[0-9]{1,17}(\.[0-9]{1,17})?(E[+-]?[0-9]{1,2})?", fullmatch=True, alphabet="0123456789.E+-"))
@settings(max_examples=500, deadline=None)
def test_numbers_are_shown_as_ever(text: str) -> None:
    from multilateral.loaders.workbook_cells import number

    try:
        found = _number(text)
    except _Unusual:
        return
    assert found == number(float(text) if "." in text or "E" in text else int(text))
