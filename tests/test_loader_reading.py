"""Reading JSON and CSV piece by piece: the same as reading it whole, and damage is told with its line."""

from __future__ import annotations

import csv
import gzip
import json
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multilateral.loaders import reading_json
from multilateral.loaders.reading import csv_records, csv_rows
from multilateral.loaders.reading_json import JsonStream
from multilateral.ontology.errors import UnreadableSource

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(VALUES, max_size=5), st.sampled_from([1, 2, 5, 64]), st.sampled_from([None, 1]))
def test_an_array_or_an_object_reads_as_the_whole_does(
    tmp_path_factory: pytest.TempPathFactory, values: list[object], chunk: int, indent: int | None
) -> None:
    file = tmp_path_factory.getbasetemp() / "values.json"
    before, reading_json._CHUNK = reading_json._CHUNK, chunk
    try:
        file.write_text(json.dumps(values, indent=indent, ensure_ascii=False), encoding="utf-8", newline="")
        assert [value for _, value in JsonStream(file).elements()] == values
        whole = {f"k{n}": value for n, value in enumerate(values)}
        file.write_text(json.dumps(whole, indent=indent), encoding="utf-8")
        assert dict(JsonStream(file).members()) == whole
        rows = [{"v": value} for value in values] or [{"v": 0}]
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        assert [value for _, value in JsonStream(file).elements()] == rows
    finally:
        reading_json._CHUNK = before


def test_numbers_are_kept_as_they_are_written(tmp_path: Path) -> None:
    file = tmp_path / "n.json"
    file.write_text("[0.10, -1234567890123456.78, 12]")
    assert [v for _, v in JsonStream(file).elements()] == [Decimal("0.10"), Decimal("-1234567890123456.78"), 12]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"a": 1},\n{"a": 2}', "row 2: the JSON is cut off"),
        ('[{"a": 1},\n{"a": "2', "row 2: the JSON is cut off"),
        ('[{"a": 1}\n{"a": 2}]', "row 2: is not JSON (a comma or ']' is expected)"),
        ('[{"a": 1},\n]', "row 2: is not JSON (a comma before ']')"),
        ('[{"a": 1}]\n[', "row 2: something follows the end of the JSON"),
        ('[\n{"a": tru}, {"a": 1}, {"a": 1}]', "row 2: is not JSON"),
        ("[\n" + "9" * 10_000 + ", 1]", "a number in the JSON has thousands of digits"),
        ("hello", "row 1: is not JSON"),
    ],
)
def test_damaged_json_is_told_with_its_line(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    file.write_text(text)
    with pytest.raises(UnreadableSource) as caught:
        list(JsonStream(file).elements())
    assert problem in str(caught.value)


def test_an_element_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_json, "LONGEST_ELEMENT", 1_000_000)
    file = tmp_path / "bomb.json.gz"
    with gzip.open(file, "wb") as out:
        out.write(b'["')
        for _ in range(100):
            out.write(b"a" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(UnreadableSource, match="larger than"):
        list(JsonStream(file).elements())
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def test_memory_is_flat_in_the_size_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "many.json.gz"
    with gzip.open(file, "wt") as out:
        out.write("[" + ",".join('{"name": "' + "x" * 500 + '"}' for _ in range(40_000)) + "]")
    tracemalloc.start()
    assert sum(1 for _ in JsonStream(file).elements()) == 40_000
    assert tracemalloc.get_traced_memory()[1] < 6_000_000  # of 20 MB
    tracemalloc.stop()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_rows_are_read_whatever_divides_the_cells(delimiter: str, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        csv.writer(out, delimiter=delimiter).writerows([["Name", "B c"], ["é", 'a "b", c; d'], ["", ""], ["x\ny", "z"]])
    rows = list(csv_records(file))
    assert rows == [(2, {"name": "é", "b c": 'a "b", c; d'}), (4, {"name": "x\ny", "b c": "z"})]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'a,b\n1,"2', "row 2: the row cannot be read as CSV"),
        (b"a,b\n1,\xe9", "row 2: is not UTF-8 (near"),
        (b"a,A\n1,2", "row 1: two columns are called 'a'"),
        (b"a,b\n1,2,3", "row 2: the row has 3 cells, the header 2"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
        (b"BZh91AY", "is an archive"),
    ],
)
def test_damaged_csv_is_told_with_its_row(data: bytes, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(data)
    with pytest.raises(UnreadableSource) as caught:
        list(csv_records(file))
    assert problem in str(caught.value)


def test_a_cell_without_end_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('a,b\n"' + "x,\n" * 2_000_000)
    limit = csv.field_size_limit()
    with pytest.raises(UnreadableSource, match="cannot be read as CSV"):
        list(csv_rows(file))
    assert csv.field_size_limit() == limit


def test_two_files_read_in_turns_leave_the_limit_of_a_cell_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a,b\n1,2\n")
    limit = csv.field_size_limit()
    one, two = csv_rows(file), csv_rows(file)
    next(one), next(two)
    assert csv.field_size_limit() == limit
    list(one), list(two)
    assert csv.field_size_limit() == limit
