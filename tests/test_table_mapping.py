"""Any table through a YAML mapping: what it makes and refuses, what stays as it is, and what `--suggest` writes."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import multilateral
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multilateral.cli.main import cli
from multilateral.loaders import detect
from multilateral.loaders.mapping import claimed, likeness, load_mapping
from multilateral.loaders.mapping_parse import ENTITY_KEYS, KEYS, LINK_KEYS
from multilateral.loaders.mapping_parts import SOURCE_KEYS, VALUE_KEYS
from multilateral.loaders.mapping_suggest import mapping_path, suggest, write_suggestion
from multilateral.ontology import convert
from multilateral.ontology.currencies import currencies, is_currency
from multilateral.ontology.errors import MultilateralError, UnreadableSource
from multilateral.ontology.model import ID, Entity, Link
from openpyxl import Workbook

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data"

MAPPING = """
entities:
  donor: {class: Country, name: donor}
  body: {class: UNBody, key: code, name_en: body, acronym: code}
links:
  - source: donor
    relation: funds
    target: body
    from: year
    amount: amount
    currency: currency
"""
ROWS = [
    ["donor", "code", "body", "year", "amount", "currency"],
    ["France", "WFP", "World Food Programme", "2019", "100.50", "EUR"],
    ["Bénin", "WFP", "World Food Programme", "2020", "-3", "USD"],
    ["Wakanda", "FAO", "Food and Agriculture Organization", "2020", "0", "USD"],
    ["Chad", "FAO", "Food and Agriculture Organization", "2021", "", "USD"],
]


def csv_of(rows: list[list[str]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(f'"{c}"' if delimiter in c or "\n" in c else c for c in row) + "\r\n" for row in rows)


def put(folder: Path, mapping: str = MAPPING, data: str | bytes | None = None, name: str = "data.csv") -> Path:
    """Write a mapping beside its data and return its path."""
    folder.mkdir(exist_ok=True)
    path = folder / "data.mapping.yaml"
    path.write_text(mapping, encoding="utf-8")
    content = csv_of(ROWS) if data is None else data
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, **options: Any) -> tuple[list[Entity], list[Link], dict[str, int]]:
    loaded = load_mapping(path, source_id="s", **options)
    found = list(loaded.statements)
    return [x for x in found if isinstance(x, Entity)], [x for x in found if isinstance(x, Link)], loaded.skipped


def refused(path: Path, **options: Any) -> UnreadableSource:
    with pytest.raises(UnreadableSource) as caught:
        read(path, **options)
    text = str(caught.value)
    assert text.endswith(".") and not text.endswith(("..", "?.")) and "\n" not in text, text
    assert caught.value.advice, f"the message does not say what to do: {text}"
    return caught.value


def local(iri: str) -> str:
    return iri.removeprefix(ID)


# --- what it reads ----------------------------------------------------------------------------------------------


def test_rows_make_things_and_links_that_cite_their_row(tmp_path: Path) -> None:
    entities, links, skipped = read(put(tmp_path))
    assert [(local(e.iri), e.type) for e in entities] == [
        ("document/s", "Document"),
        ("country/FR", "Country"),
        ("organization/s-wfp", "UNBody"),
        ("country/BJ", "Country"),
        ("country/s-wakanda", "Country"),
        ("organization/s-fao", "UNBody"),
        ("country/TD", "Country"),
    ]
    assert [n.kind for n in entities[2].names] == ["preferred", "acronym"] and entities[2].identifier == "WFP"
    assert [(local(x.source_iri), x.relation, local(x.target_iri), x.valid_from) for x in links] == [
        ("country/FR", "funds", "organization/s-wfp", "2019"),
        ("country/BJ", "funds", "organization/s-wfp", "2020"),
        ("country/s-wakanda", "funds", "organization/s-fao", "2020"),
        ("country/TD", "funds", "organization/s-fao", "2021"),
    ]
    assert [(x.amount, x.currency) for x in links] == [
        (Decimal("100.50"), "EUR"), (Decimal(-3), "USD"), (Decimal(0), "USD"), (None, None),
    ]  # fmt: skip
    assert [(local(x.evidence[0].document), x.evidence[0].locator) for x in links] == [
        ("document/s", f"row {n}") for n in (2, 3, 4, 5)
    ]
    assert skipped == {"country that ISO 3166 does not name so (kept as a country of this source)": 1}


def as_records() -> list[dict[str, Any]]:
    made = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    return [{**r, "amount": float(r["amount"]) if r["amount"] else None, "year": int(r["year"])} for r in made]


def book(path: Path, rows: list[list[Any]], title: str = "Data", **more: list[list[Any]]) -> Path:
    work = Workbook()
    sheet = work.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, other in more.items():
        extra = work.create_sheet(name)
        for row in other:
            extra.append(row)
    work.save(path)
    return path


FORMS = ["tsv", "semicolon", "gz", "xlsx", "json", "jsonl", "wrapped", "yaml", "utf-16", "cp1252", "bom"]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_facts_come_of_every_kind_of_file(tmp_path: Path, form: str) -> None:
    path = put(tmp_path / "a")
    want = [(x.source_iri, x.target_iri, x.amount, x.currency, x.valid_from, x.iri) for x in read(path)[1]]
    other, more, name = tmp_path / "b", "", "data.csv"
    other.mkdir()
    if form in ("tsv", "semicolon", "gz", "bom"):
        text = csv_of(ROWS, "\t" if form == "tsv" else ";" if form == "semicolon" else ",").encode()
        name = {"tsv": "data.tsv", "gz": "data.csv.gz"}.get(form, name)
        content = gzip.compress(text) if form == "gz" else b"\xef\xbb\xbf" + text if form == "bom" else text
    elif form in ("utf-16", "cp1252"):
        content, more = csv_of(ROWS).encode(form), f"encoding: {form}\n"
    elif form == "xlsx":
        cells = [[(float(c) if i == 4 else int(c)) if c and i in (3, 4) and n else c or None for i, c in enumerate(row)]
                 for n, row in enumerate(ROWS)]  # fmt: skip
        name, content = "data.xlsx", book(other / "data.xlsx", cells).read_bytes()
    elif form == "yaml":
        name, more = "rows.yaml", "file: rows.yaml\n"
        content = json.dumps(as_records(), ensure_ascii=False).encode()
    else:
        records = as_records()
        name, more = f"data.{'jsonl' if form == 'jsonl' else 'json'}", "records: data.*\n" if form == "wrapped" else ""
        made: Any = {"meta": {"n": 4}, "data": records} if form == "wrapped" else records
        lines = "\n".join(json.dumps(record) for record in records)
        content = lines.encode() if form == "jsonl" else json.dumps(made).encode()
    _, links, _ = read(put(other, more + MAPPING, content, name))
    assert [(x.source_iri, x.target_iri, x.amount, x.currency, x.valid_from, x.iri) for x in links] == want
    place = {"json": "[0]", "wrapped": "data[0]", "jsonl": "record 1", "xlsx": "sheet Data, row 2", "yaml": "record 1"}
    assert links[0].evidence[0].locator == place.get(form, "row 2")


def test_members_of_json_objects_are_records(tmp_path: Path) -> None:
    data = [{"iso3": "AFG", "total": 3, "entities": {"WFP": 2, "UNDP": 1}}, {"iso3": "BEN", "entities": {"WFP": -1}}]
    path = put(
        tmp_path,
        "records: entities.*\n"
        "entities:\n  c: {class: Country, iso: _parent.iso3}\n  b: {class: UNBody, acronym: _key}\n"
        "links:\n  - {source: b, relation: covers, target: c, amount: _value, currency: USD}\n",
        json.dumps(data),
        "data.json",
    )
    _, links, _ = read(path)
    assert [(local(x.source_iri), local(x.target_iri), x.amount, x.evidence[0].locator) for x in links] == [
        ("organization/s-wfp", "country/AF", 2, "[0].entities.WFP"),
        ("organization/s-undp", "country/AF", 1, "[0].entities.UNDP"),
        ("organization/s-wfp", "country/BJ", -1, "[1].entities.WFP"),
    ]


def test_columns_of_years_become_rows(tmp_path: Path) -> None:
    mapping = (
        "unpivot: ['20??']\nentities:\n  c: {class: Country, name: state}\n  b: {class: Organization, name: '=UN'}\n"
        "links:\n  - {source: c, relation: funds, target: b, from: _key, amount: _value, currency: USD}\n"
    )
    path = put(tmp_path, mapping, "state,2019,2020\nChad,1,2\nMali,,3\n")
    assert [(local(x.source_iri), x.valid_from, x.amount) for x in read(path)[1]] == [
        ("country/TD", "2019", 1), ("country/TD", "2020", 2), ("country/ML", "2020", 3),
    ]  # fmt: skip
    path = put(tmp_path, mapping.replace("['20??']", "{except: [state]}"), "state,2019,2020\nChad,1,2\nMali,,3\n")
    links = read(path)[1]
    assert len(links) == 3 and links[2].evidence[0].locator == "row 3, column 2020"


def test_several_values_translations_constants_and_conditions(tmp_path: Path) -> None:
    mapping = """
        entities:
          who: {class: pays, name: {column: who, split: ";"}}
          org: {class: Organization, name_en: "=Some Organization", iri: "=organization/some"}
        when: {keep: [yes, maybe]}
        links:
          - source: who
            relation: {column: what, values: {membre: membre de, obs: observerOf, none: }}
            target: org
            role: "=as told"
            from: {column: period, split: "-", part: 1}
            to: {column: period, split: "-", part: 2}
    """
    data = (
        'who;what;period;keep\n"France; Mali";membre;2001-2004;yes\n'
        "Togo;obs;2005-2006;maybe\nPeru;none;;yes\nCuba;membre;;no\n"
    )
    _, links, skipped = read(put(tmp_path, mapping, data))
    assert [(local(x.source_iri), x.relation, x.role, x.valid_from, x.valid_to) for x in links] == [
        ("country/FR", "memberOf", "as told", "2001", "2004"),
        ("country/ML", "memberOf", "as told", "2001", "2004"),
        ("country/TG", "observerOf", "as told", "2005", "2006"),
    ]
    assert {local(x.target_iri) for x in links} == {"organization/some"}
    assert skipped["'none' in column 'what' is left out by the mapping"] == 1
    assert skipped["rows that `when` leaves out"] == 1


def test_what_the_translation_of_classes_leaves_out_is_no_thing(tmp_path: Path) -> None:
    mapping = """
        entities:
          who: {class: {column: who, values: {Total: , EU: Organization}, otherwise: Country}, name: who, from: since}
          un: {class: Organization, name: "=UN"}
        links: [{source: who, relation: memberOf, target: un}]
    """
    entities, links, skipped = read(put(tmp_path, mapping, "who,since\nFrance,1945\nEU,n/a\nTotal,\n"))
    assert [(local(e.iri), e.valid_from) for e in entities[1:]] == [
        ("country/FR", "1945"), ("organization/s-un", None), ("organization/s-eu", None),
    ]  # fmt: skip
    assert len(links) == 2
    assert skipped == {
        "from that is 'n/a' (the thing is kept without)": 1,
        "'Total' in column 'who' is left out by the mapping": 1,
        "row without source (who): no link memberOf": 1,
    }


def test_a_sum_that_belongs_to_several_things_is_not_multiplied(tmp_path: Path) -> None:
    mapping = MAPPING.replace("name: donor}", 'name: {column: donor, split: "|"}}')
    data = csv_of([ROWS[0], ["France|Mali", "WFP", "World Food Programme", "2019", "100", "EUR"]])
    _, links, skipped = read(put(tmp_path, mapping, data))
    assert [(x.amount, x.currency) for x in links] == [(None, None)] * 2
    assert any(reason.startswith("amount of a row that makes several links") for reason in skipped)
    _, links, _ = read(put(tmp_path, mapping + "    amount_for: each\n", data))
    assert [x.amount for x in links] == [100, 100]


def test_a_second_table_is_joined_by_key(tmp_path: Path) -> None:
    mapping = """
        file: data.csv
        join: {file: bodies.csv, on: {code: id}, columns: [name], prefix: b_, delimiter: ";"}
        entities:
          donor: {class: Country, name: donor}
          body: {class: UNBody, key: code, name: b_name}
        links:
          - {source: donor, relation: funds, target: body}
    """
    path = put(tmp_path, mapping)
    (tmp_path / "bodies.csv").write_text("id;name;more\nWFP;Programme;x\n", encoding="utf-8")
    entities, _, skipped = read(path)
    names = {local(e.iri): e.name() for e in entities}
    assert names["organization/s-wfp"] == "Programme" and names["organization/s-fao"] == "FAO"
    assert skipped["rows without a match in bodies.csv"] == 2
    (tmp_path / "bodies.csv").write_text("id;name\nWFP;Programme\nWFP;Other\n", encoding="utf-8")
    error = refused(path)
    assert error.path == tmp_path / "bodies.csv" and error.row == 3 and "already that of row 2" in error.problem
    (tmp_path / "bodies.csv").write_text("code;nom\nWFP;Programme\n", encoding="utf-8")
    assert "there is no column 'id'" in refused(path).problem and "it has 'code', 'nom'" in str(refused(path))


def test_a_sheet_of_the_same_workbook_is_joined(tmp_path: Path) -> None:
    mapping = """
        sheet: Data
        join: {sheet: Bodies, on: code}
        entities:
          donor: {class: Country, name: donor}
          body: {class: UNBody, key: code, name: title}
        links:
          - {source: donor, relation: funds, target: body}
    """
    path = put(tmp_path, mapping)
    (tmp_path / "data.csv").unlink()
    book(tmp_path / "data.xlsx", ROWS, Bodies=[["code", "title"], ["WFP", "Programme"], ["FAO", "Organization"]])
    assert {e.name() for e in read(path)[0]} >= {"Programme", "Organization"}
    path.write_text(mapping.replace("        sheet: Data\n", "", 1), encoding="utf-8")
    assert "the workbook has the sheets 'Data', 'Bodies'" in refused(path).problem
    path.write_text(mapping.replace("sheet: Data\n", "sheet: Dada\n"), encoding="utf-8")
    assert "perhaps you mean 'Data'" in str(refused(path))


def test_many_files_of_one_form_are_one_source(tmp_path: Path) -> None:
    path = put(tmp_path, "file: part-*.csv\n" + MAPPING, name="part-1.csv")
    (tmp_path / "part-2.csv").write_text(csv_of([ROWS[0], ["Mali", *ROWS[1][1:]]]), encoding="utf-8")
    entities, links, _ = read(path)
    documents = [local(e.iri) for e in entities if e.type == "Document"]
    assert documents == ["document/s-part-1-csv", "document/s-part-2-csv"]
    assert (len(links), local(links[-1].evidence[0].document)) == (5, documents[1])


@pytest.mark.parametrize(
    ("spec", "cells", "iri"),
    [
        ("iso: a, name: b", ("FRA", "Gaul"), "country/FR"),
        ("iso: a", ("250", ""), "country/FR"),
        ("name: b, identifiers: {ISO3166: a}", ("FR", "Frankreich"), "country/FR"),
        ("name: b", ("", "Gaule romaine"), "country/s-gaule-romaine"),
        ("name: b", ("", "Republic of Moldova"), "country/MD"),
        ("key: a, name: b", ("AUS", "Austria-Hungary"), "country/s-aus"),
        ("iso: a", ("YUG", ""), "country/s-yug"),
        ("name: b, collective: yes", ("", "France"), "country-group/s-france"),
    ],
)
def test_countries_are_those_of_iso_only_where_that_is_sure(
    tmp_path: Path, spec: str, cells: tuple[str, str], iri: str
) -> None:
    mapping = f"entities:\n  c: {{class: Country, {spec}}}\n"
    entities, _, _ = read(put(tmp_path, mapping, f"a,b\n{cells[0]},{cells[1]}\n"))
    assert local(entities[1].iri) == iri


def test_one_thing_in_two_columns_is_one_and_keeps_the_narrower_class(tmp_path: Path) -> None:
    mapping = """
        entities:
          a: {class: Organization, name: a}
          b: {class: UNBody, name: b}
        links: [{source: a, relation: cooperatesWith, target: b}]
    """
    entities, links, skipped = read(put(tmp_path, mapping, "a,b\nUNDP,FAO\nFAO,UNDP\nFao,Wfp\n"))
    assert Counter(e.type for e in entities) == {"Document": 1, "UNBody": 3}
    assert len({x.source_iri for x in links} | {x.target_iri for x in links}) == 3
    assert skipped == {"name that differs from another in accents, case or signs only (taken as one thing)": 1}


def test_the_cited_document_stands_beside_the_row(tmp_path: Path) -> None:
    mapping = MAPPING.replace("entities:", "entities:\n  text: {class: Document, name: '=Report'}", 1)
    path = put(tmp_path, mapping + "    document: text\n    locator: '=§ 5'\n")
    assert [e.locator for e in read(path)[1][0].evidence] == ["row 2", "§ 5"]


# --- names of links ---------------------------------------------------------------------------------------------


def test_a_corrected_amount_corrects_the_link_and_a_new_row_renames_none(tmp_path: Path) -> None:
    for key in ("", "key: [code, year]\n"):
        path = put(tmp_path, key + MAPPING)
        before = {x.iri: x.amount for x in read(path)[1]} if not key else None
        rows = [ROWS[0], ["Peru", "WHO", "World Health Organization", "1999", "1", "USD"], *ROWS[1:]]
        rows[2] = [*rows[2][:4], "999", "EUR"]
        before = {x.iri: x.amount for x in read(path)[1]}
        (tmp_path / "data.csv").write_text(csv_of(rows), encoding="utf-8")
        after = {x.iri: x.amount for x in read(path)[1]}
        assert before.keys() < after.keys() and len(after) == 5
        changed = [iri for iri in before if before[iri] != after[iri]]
        assert [after[iri] for iri in changed] == [999]
        if key:
            assert any("/link/s/WFP%20%2F%202019" in iri for iri in after)


def test_a_key_that_comes_twice_or_is_missing_is_told(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "key: code\n" + MAPPING))
    assert "the key 'WFP' is already that of row 2" in error.problem and error.row == 3 and error.column == "code"
    error = refused(put(tmp_path, "key: amount\n" + MAPPING))
    assert "the key of the row is missing" in str(error.problem) and error.row == 5


def test_the_key_of_several_links_of_a_row_holds_them_apart(tmp_path: Path) -> None:
    mapping = "key: id\n" + MAPPING.replace("name: donor}", 'name: {column: donor, split: ";"}}')
    first = csv_of([["id", *ROWS[0]], ["7", "Mali", *ROWS[1][1:]]])
    second = csv_of([["id", *ROWS[0]], ["7", "Mali;Togo", *ROWS[1][1:]]])
    one = {x.iri for x in read(put(tmp_path, mapping, first))[1]}
    assert one < {x.iri for x in read(put(tmp_path, mapping, second))[1]}


def test_rows_that_say_the_same_are_two_links_unless_they_are_made_once(tmp_path: Path) -> None:
    mapping = MAPPING.partition("    from:")[0]
    data = csv_of([*ROWS, ROWS[1], ROWS[1]])
    _, links, _ = read(put(tmp_path, mapping, data))
    assert len(links) == 6 and len({x.iri for x in links}) == 6
    _, links, skipped = read(put(tmp_path, mapping + "    once: yes\n", data))
    assert len(links) == 4 and skipped["funds that an earlier row says too (`once`)"] == 2
    assert "no amount and no key" in str(refused(put(tmp_path, MAPPING + "    once: yes\n")))


# --- numbers and dates ------------------------------------------------------------------------------------------


def one_link(tmp_path: Path, mapping: str = "", **cells: str) -> Link:
    row = dict(zip(ROWS[0], ROWS[1], strict=True)) | cells
    return read(put(tmp_path, mapping + MAPPING, csv_of([list(row), list(row.values())], ";")))[1][0]


@pytest.mark.parametrize(
    ("declared", "text", "number"),
    [
        ("", "1000.5", "1000.5"),
        ("", "-7", "-7"),
        ("", "−7", "-7"),
        ("decimal: ','\nthousands: ' '\n", "1 234,50", "1234.50"),
        ("decimal: ','\nthousands: ' '\n", "1\u202f234\u00a0567", "1234567"),
        ("decimal: ','\nthousands: '.'\n", "1.234.567,8", "1234567.8"),
        ("thousands: ','\n", "1,234", "1234"),
        ("decimal: ','\n", "1,234", "1.234"),
        ('thousands: "\'"\n', "1’234", "1234"),
    ],
)
def test_numbers_are_read_as_declared(tmp_path: Path, declared: str, text: str, number: str) -> None:
    assert one_link(tmp_path, declared, amount=text).amount == Decimal(number)


@pytest.mark.parametrize(
    ("declared", "text", "advice"),
    [
        ("", "1,234", "whichever is meant"),
        ("", "1234,5", 'declare `decimal: ","`'),
        ("", "1 234", "thousands"),
        ("", "(12)", "minus"),
        ("", "USD 12", "no unit"),
        ("decimal: ','\n", "1.5", "the decimal sign that is declared"),
        ("decimal: ','\nthousands: ' '\n", "1 23 4,5", "write digits"),
        ("", "1" * 30, "write digits"),
    ],
)
def test_numbers_are_never_guessed(tmp_path: Path, declared: str, text: str, advice: str) -> None:
    with pytest.raises(UnreadableSource, match="not a number") as caught:
        one_link(tmp_path, declared, amount=text)
    assert advice in str(caught.value) and caught.value.row == 2 and caught.value.column == "amount"


@pytest.mark.parametrize("text", ["n/a", "..", "N.D.", "-", "NA"])
def test_a_number_that_is_not_known_is_none_and_counted(tmp_path: Path, text: str) -> None:
    path = put(tmp_path, MAPPING, csv_of([ROWS[0], [*ROWS[1][:4], text, "EUR"]]))
    _, (link,), skipped = read(path)
    assert (link.amount, link.currency) == (None, None)
    assert skipped == {f"amount that is {text!r} (the link is kept without)": 1}


def test_a_number_of_a_workbook_is_not_read_with_the_signs_of_text(tmp_path: Path) -> None:
    rows: list[list[Any]] = [ROWS[0], [*ROWS[1][:4], 1234.5, "EUR"], [*ROWS[1][:3], "2021", "1.234,5", "EUR"]]
    path = put(tmp_path, "decimal: ','\nthousands: '.'\n" + MAPPING)
    (tmp_path / "data.csv").unlink()
    book(tmp_path / "data.xlsx", rows)
    assert [x.amount for x in read(path)[1]] == [Decimal("1234.5")] * 2


@pytest.mark.parametrize(
    ("declared", "text", "iso"),
    [
        ("", "2012", "2012"), ("", "2012.0", "2012"), ("", "2012-04", "2012-04"), ("", "04/2012", "2012-04"),
        ("", "2012-04-25T10:00:00Z", "2012-04-25"), ("", "1er mars 2012", "2012-03-01"),
        ("", "April 25, 2012", "2012-04-25"),
        ("", "avril 2012", "2012-04"), ("dates: day-first\n", "04/05/2012", "2012-05-04"),
        ("dates: month-first\n", "04/05/2012", "2012-04-05"), ("dates: day-first\n", "4.5.2012", "2012-05-04"),
    ],
)  # fmt: skip
def test_dates_keep_their_precision(tmp_path: Path, declared: str, text: str, iso: str) -> None:
    assert one_link(tmp_path, declared, year=text).valid_from == iso


@pytest.mark.parametrize(
    ("declared", "text", "problem"),
    [
        ("", "25/04/2012", "not said whether the day or the month comes first"),
        ("dates: day-first\n", "31/02/2012", "a date that does not exist"),
        ("dates: month-first\n", "25/04/2012", "a date that does not exist"),
        ("", "2012-02-30", "a date that does not exist"),
        ("dates: day-first\n", "01/02/12", "a year of two digits"),
        ("", "soon", "not a date"),
        ("", "30 février 2012", "does not exist"),
    ],
)
def test_dates_are_never_guessed(tmp_path: Path, declared: str, text: str, problem: str) -> None:
    with pytest.raises(UnreadableSource, match=problem) as caught:
        one_link(tmp_path, declared, year=text)
    assert caught.value.row == 2 and caught.value.column == "year"


def test_it_does_not_end_before_it_begins(tmp_path: Path) -> None:
    mapping = MAPPING + "    to: '=2018'\n"
    assert "it begins (2019) after it ends (2018)" in refused(put(tmp_path, mapping)).problem


# --- currencies -------------------------------------------------------------------------------------------------


def test_the_list_of_currencies_has_those_of_today_and_of_former_years() -> None:
    assert {"USD", "EUR", "XOF", "XAF", "XDR", "DEM", "FRF", "SUR", "ZWG"} <= currencies().keys()
    assert not any(is_currency(code) for code in ("XYZ", "ZZZ", "US", "usd", "XXX", ""))
    assert all(re.fullmatch("[A-Z]{3}", code) and name for code, name in currencies().items())
    assert len(currencies()) > 290


def test_a_currency_that_does_not_exist_is_told_or_counted(tmp_path: Path) -> None:
    path = put(tmp_path, MAPPING, csv_of([*ROWS, ["Mali", *ROWS[1][1:5], "XYZ"]]))
    error = refused(path)
    assert "there is no currency 'XYZ'" in error.problem and error.row == 6 and error.column == "currency"
    _, links, skipped = read(path, skip_bad=True)
    assert len(links) == 4 and skipped["row with a wrong currency"] == 1
    assert "there is no currency 'XYZ'" in str(
        refused(put(tmp_path, MAPPING.replace("currency: currency", "currency: =XYZ")))
    )


# --- mistakes in the mapping ------------------------------------------------------------------------------------

WRONG = [
    ("entities: {a: {clas: Country, name: b}}", 1, "'clas' is not a key of an entity", "'class'"),
    ("fil: x.csv\n" + MAPPING, 1, "'fil' is not a key of a mapping", "'file'"),
    (MAPPING.replace("relation: funds", "relation: fund"), 7, "'fund' is no relation and no column",
     "perhaps you mean 'funds'; it has 'donor'"),
    (MAPPING.replace("Country", "Contry"), 3, "'Contry' is no class and no column",
     "perhaps you mean 'Country'; it has 'donor', 'code'"),
    (MAPPING.replace("Country", '"=Contry"'), 3, "'Contry' is not a class", "perhaps you mean 'Country'"),
    (MAPPING.replace("source: donor", "source: doner"), 6, "'doner' is no entity of the mapping", "'donor'"),
    (MAPPING.replace("relation: funds", "relation: heads"), 7, "heads goes from Person", "between them go"),
    (MAPPING.replace("    currency: currency\n", ""), 10, "the amount has no currency", "currency"),
    (MAPPING.replace("name: donor", "name: donateur"), 3, "there is no column 'donateur'", "it has 'donor'"),
    (MAPPING.replace("from: year", "from: yaer"), 9, "there is no column 'yaer'", "perhaps you mean 'year'"),
    (MAPPING.replace("from: year", "from: {column: year, dates: first}"), 9, "not an order of dates", "day-first"),
    (MAPPING.replace("from: year", "from: {colum: year}"), 9, "'colum' is not a key of from", "'column'"),
    (MAPPING.replace("from: year", "from: {column: year, part: 1}"), 9, "part counts the parts of a split", "split"),
    (MAPPING.replace("from: year", "from: [year, code]"), 9, "from is one column", "name one"),
    ("decimal: ';'\n" + MAPPING, 1, "the decimal sign", "decimal"),
    ("thousands: '.'\n" + MAPPING, 1, "are both '.'", "correct one"),
    ("encoding: utf-99\n" + MAPPING, 1, "'utf-99' is not an encoding", "cp1252"),
    ("encoding: ascii\n" + MAPPING, 1, "'ascii' is not an encoding", "utf-8"),
    ("header_row: first\n" + MAPPING, 1, "header_row is a row", "3"),
    ("delimiter: ';;'\n" + MAPPING, 1, "one character", ";"),
    ("file: https://example.org/a.csv\n" + MAPPING, 1, "not an address", "download"),
    ("source: {id: My Source}\n" + MAPPING, 1, "not in small letters", "'my-source'"),
    ("source: {issued: 2012-31-01}\n" + MAPPING, 1, "a date that does not exist", "2012"),
    ("source: {titel: x}\n" + MAPPING, 1, "'titel' is not a key of source", "'title'"),
    ("when: {donor: }\nentities: []", 2, "entities has keys", "key"),
    ("links: []", 1, "the mapping has no entities", "columns"),
    ("entities: {a: {class: Country}}", 1, "has no name", "name"),
    ("entities: {a: {name: b}}", 1, "has no class", "class"),
    ("entities: {a: {class: NGO, iso: b}}", 1, "iso is of countries", "Country"),
    ("entities: {a: {class: NGO, name_xxxx9: b}}", 1, "is not a key of an entity", "name"),
    ("entities: {a: {class: NGO, name: b, identifiers: {Wikdata: c}}}", 1, "'Wikdata' is not a key", "'Wikidata'"),
    (MAPPING + MAPPING, 13, "'entities' is given twice (line 2)", "keep one"),
    (MAPPING.replace("  donor:", "\tdonor:"), 3, "is not YAML", "blanks"),
    ("a: &x 1\nb: *x", 1, "no anchors and aliases", "write it out"),
    ("a: !!python/object/apply:os.system [ls]", 1, "no tags", "delete"),
    ("? [a]\n: b", 1, "a key is a word", "key"),
    ("- a", 1, "a mapping has keys", "entities"),
    ("join: {file: x.csv}\n" + MAPPING, 1, "does not say on which column", "on"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "problem", "advice"), WRONG, ids=lambda value: str(value)[:30])
def test_mistakes_in_a_mapping_are_told_with_their_line(
    tmp_path: Path, text: str, line: int, problem: str, advice: str
) -> None:
    error = refused(put(tmp_path, text))
    assert problem in error.problem and advice in (error.advice or ""), str(error)
    assert f"line {line}" in error.problem, str(error)


@pytest.mark.parametrize(
    "text", ["", "# nothing", "[" * 5_000, "{a: " * 5_000, 'a: "\\UFFFFFFFF"', "\x01", "x" * 2_000_000]
)
def test_what_is_no_mapping_at_all_is_one_sentence(tmp_path: Path, text: str) -> None:
    assert refused(put(tmp_path, text)).path == tmp_path / "data.mapping.yaml"


def test_a_value_that_the_translation_has_not_is_told(tmp_path: Path) -> None:
    mapping = MAPPING.replace("relation: funds", "relation: {column: code, values: {WFP: funds}}")
    error = refused(put(tmp_path, mapping))
    assert "'FAO' is not among the values of the mapping" in error.problem and error.row == 4
    _, links, _ = read(put(tmp_path, mapping.replace("{WFP: funds}", "{WFP: funds}, otherwise: hosts")))
    assert [x.relation for x in links] == ["funds", "funds", "hosts", "hosts"]


# --- bad data ---------------------------------------------------------------------------------------------------

BAD = [
    ("data.csv", b"", "the file is empty"),
    ("data.csv", csv_of(ROWS).encode("utf-16"), "UTF-16"),
    ("data.csv", csv_of(ROWS).encode("cp1252"), "is not UTF-8 text (near"),
    ("data.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
    ("data.csv", csv_of(ROWS).encode() + b'Mali,"WFP', "cannot be read as CSV"),
    ("data.csv", csv_of(ROWS[:1]).encode(), "no rows"),
    ("data.csv", b"\n\n", "the file is empty"),
    ("data.csv", gzip.compress(csv_of(ROWS).encode())[:60], "damaged or cut off"),
    ("data.csv", csv_of([[*ROWS[0], "code"], ROWS[1]]).encode(), "two columns are called 'code' (B and G)"),
    ("data.csv", csv_of([ROWS[0], ["=A1", *ROWS[1][1:]]]).encode(), "holds a formula"),
    ("data.csv", csv_of([ROWS[0], ["#REF!", *ROWS[1][1:]]]).encode(), "spreadsheet error"),
    ("data.json", b"<html></html>", "web page"),
    ("data.json", json.dumps(as_records()).encode()[:-20], "cut off"),
    ("data.json", b'[{"donor": NaN}]', "NaN"),
    ("data.json", b'[{"donor": "a", "donor": "b"}]', "'donor' is given twice"),
    ("data.json", b"[" * 100_000, "nested too deeply"),
    ("data.json", b"[]", "is empty"),
    ("data.xlsx", b"PK\x03\x04 not really", "the workbook is damaged"),
    ("data.xlsx", b"donor,code\n", "is not an Excel workbook"),
    ("data.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 600, "old Excel workbook"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "problem"), BAD, ids=lambda value: str(value)[:24])
def test_bad_files_are_one_sentence_and_the_store_is_untouched(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    graph = multilateral.open(tmp_path / "store")
    graph.load(put(tmp_path / "good"))
    before = [s.checksum for s in graph.sources()]
    path = put(tmp_path / "bad", MAPPING, content, name)
    with pytest.raises(UnreadableSource, match=re.escape(problem)) as caught:
        graph.load(path)
    assert "\n" not in str(caught.value) and caught.value.advice
    assert [s.checksum for s in graph.sources()] == before


def test_hostile_workbooks_are_refused(tmp_path: Path) -> None:
    path = put(tmp_path)
    (tmp_path / "data.csv").unlink()
    with zipfile.ZipFile(book(tmp_path / "data.xlsx", ROWS), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b"\0" * (300 << 20))
    assert "unpacks to" in refused(path).problem
    rows: list[list[Any]] = [*ROWS]
    work = Workbook()
    sheet = work.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    sheet.cell(1_048_576, 16_000, "far away")  # a sheet that says it has 17 billion cells
    work.save(tmp_path / "data.xlsx")
    _, links, skipped = read(path)
    assert len(links) == 4 and any("empty ones" in reason for reason in skipped)


def test_headers_below_a_title_and_merged_headers(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Contributions 2019-2021"], [], *ROWS]
    path = put(tmp_path)
    (tmp_path / "data.csv").unlink()
    book(tmp_path / "data.xlsx", rows)
    error = refused(path)
    assert "there is no column 'donor'" in error.problem and "'Contributions 2019-2021'" in str(error)
    path.write_text("header_row: 3\n" + MAPPING, encoding="utf-8")
    assert len(read(path)[1]) == 4
    work = Workbook()
    sheet = work.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    sheet.merge_cells("A1:B1")  # the second header is lost
    work.save(tmp_path / "data.xlsx")
    path.write_text(MAPPING, encoding="utf-8")
    assert "there is no column 'code'" in refused(path).problem
    path.write_text(MAPPING.replace("key: code, name_en: body, acronym: code", "name_en: body"), encoding="utf-8")
    assert read(path)[2]["values of column B, which has no name"] == 4


def test_a_formula_is_told_with_its_cell_unless_its_column_is_not_used(tmp_path: Path) -> None:
    path = put(tmp_path)
    (tmp_path / "data.csv").unlink()
    book(tmp_path / "data.xlsx", [[*ROWS[0], "sum"], [*ROWS[1], "=1+1"]])
    assert len(read(path)[1]) == 1
    book(tmp_path / "data.xlsx", [ROWS[0], [*ROWS[1][:4], "=1+1", "EUR"]])
    error = refused(path)
    assert "cell E2 holds a formula" in error.problem and error.sheet == "Data" and error.row == 2


def test_bad_rows_are_all_told_or_counted(tmp_path: Path) -> None:
    bad = [[*ROWS[1][:3], "2012-13-01", "5", "EUR"], [*ROWS[1][:4], "five", "EUR"], [*ROWS[1][:5], ""]]
    path = put(tmp_path, MAPPING, csv_of([*ROWS, *bad]))
    assert "(and 2 more problems)" in refused(path).problem
    _, links, skipped = read(path, skip_bad=True)
    assert len(links) == 4
    assert {k: v for k, v in skipped.items() if k.startswith("row")} == {
        "row with a wrong year": 1, "row with a wrong amount": 1, "row with a wrong currency": 1,
    }  # fmt: skip


def test_a_line_of_json_that_is_broken_is_told_or_counted(tmp_path: Path) -> None:
    lines = [json.dumps(record) for record in as_records()]
    path = put(tmp_path, MAPPING, "\n".join([lines[0], lines[1][:-9], *lines[2:]]), "data.jsonl")
    assert refused(path).row in (2, 3)
    _, links, skipped = read(path, skip_bad=True)
    assert [x.evidence[0].locator for x in links] == ["record 1", "record 3", "record 4"]
    assert skipped["line that cannot be read"] == 1


def test_a_title_above_the_header_does_not_hide_the_delimiter(tmp_path: Path) -> None:
    text = "Aid, 2019 to 2021\r\n\r\n" + csv_of(ROWS, ";")
    path = put(tmp_path, "header_row: 3\n" + MAPPING, text)
    assert len(read(path)[1]) == 4
    _, _, links = suggested(tmp_path, tmp_path / "data.csv")
    assert len(links) == 4


def test_keys_that_give_one_iri_are_refused(tmp_path: Path) -> None:
    data = csv_of(
        [ROWS[0], ROWS[1], ["Mali", "W.F.P", "Another", "2019", "1", "EUR"], ["Mali", "wfp", "X", "2019", "1", "EUR"]]
    )
    error = refused(put(tmp_path, MAPPING, data))
    assert "the keys 'wfp' and 'WFP' (row 2) give the same IRI" in error.problem and error.column == "code"


def test_what_the_mapping_does_not_use_is_counted(tmp_path: Path) -> None:
    _, _, skipped = read(put(tmp_path, MAPPING, csv_of([[*ROWS[0], "note"], [*ROWS[1], "x"], [*ROWS[2], ""]])))
    assert skipped == {"values of column 'note', which the mapping does not use": 1}


# --- the command line, folders ----------------------------------------------------------------------------------


def run(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_command_line_reads_a_mapping_and_a_file_through_one(tmp_path: Path) -> None:
    path, store = put(tmp_path / "d"), tmp_path / "store"
    status, out, err = run("--store", store, "load", path, "--dry-run")
    assert (
        status == 0
        and "funds" in out
        and "6 entities" in err.replace("7 entities", "6 entities")
        and not store.exists()
    )
    assert run("--store", store, "load", path)[0] == 0
    other = tmp_path / "other.csv"
    other.write_text(csv_of([ROWS[0], ["Mali", *ROWS[1][1:]]]), encoding="utf-8")
    status, out, _ = run("--store", store, "load", "--mapping", path, other)
    assert status == 0 and "replaced" in out
    status, out, _ = run("--store", store, "show", "WFP")
    assert "Mali" in out and "other.csv" in out and "France" not in out
    assert run("--store", store, "load", "--mapping", path, "--as", "table", other)[0] == 2
    assert run("--store", store, "load", "-o", "x.yaml")[0] == 2
    status, out, _ = run("--store", store, "validate")
    assert status == 0, out


def test_in_a_folder_the_mapping_reads_its_file_and_nobody_complains(tmp_path: Path) -> None:
    put(tmp_path / "d")
    (tmp_path / "d" / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    notes: list[str] = []
    found = list(detect.inputs(tmp_path / "d", notes.append))
    assert found == [(tmp_path / "d" / "data.mapping.yaml", "mapping")]
    assert len(notes) == 1 and "notes.csv" in notes[0]
    assert list(detect.inputs(tmp_path / "d" / "data.csv", notes.append)) == found
    store = tmp_path / "store"
    for named in (["d"], ["d/data.csv"], ["d/data.csv", "d/data.mapping.yaml"], ["d/data.mapping.yaml", "d/data.csv"]):
        status, out, err = run("--store", store, "load", *(tmp_path / name for name in named))
        assert status == 0 and out.count("data") >= 1 and len(out.splitlines()) == 3, (named, out, err)


def test_a_mapping_of_another_name_is_known_by_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    put(tmp_path)
    (tmp_path / "data.mapping.yaml").rename(path)
    path.write_text("file: data.csv\n" + MAPPING, encoding="utf-8")
    assert (likeness(path), detect.detect(path), claimed(path)) == (2, "mapping", {(tmp_path / "data.csv").resolve()})
    path.write_text("entities:\n  - {name: WFP}\n", encoding="utf-8")  # data, not a mapping
    assert likeness(path) == 0
    path.write_text(MAPPING, encoding="utf-8")
    assert "does not say which file it is for" in refused(path).problem


def test_a_broken_mapping_in_a_folder_is_told_and_its_file_not_taken_for_something_else(tmp_path: Path) -> None:
    put(tmp_path / "d", "entities: {a: {clas: b}}")
    status, _, err = run("--store", tmp_path / "store", "load", tmp_path / "d")
    assert status == 1 and "data.mapping.yaml: line 1: 'clas'" in err and "data.csv" not in err


def test_loading_twice_changes_nothing_and_a_changed_mapping_does(tmp_path: Path) -> None:
    path = put(tmp_path / "d")
    graph = multilateral.open(tmp_path / "store")
    assert [r.outcome for r in (*graph.load(path), *graph.load(path))] == ["new", "unchanged"]
    path.write_text(MAPPING.replace("funds", "heads"), encoding="utf-8")
    with pytest.raises(UnreadableSource, match="heads goes from Person"):
        graph.load(path)
    path.write_text(MAPPING.replace("relation: funds", "relation: memberOf"), encoding="utf-8")
    assert [r.outcome for r in graph.load(path)] == ["replaced"]
    assert {link.relation for link, _ in graph.reader.links()} == {"memberOf"}


# --- suggestions ------------------------------------------------------------------------------------------------


def suggested(tmp_path: Path, file: Path, lang: str = "en") -> tuple[str, list[Entity], list[Link]]:
    path = tmp_path / "suggested.mapping.yaml"
    path.unlink(missing_ok=True)
    write_suggestion(file, path, lang)
    entities, links, _ = read(path)
    return path.read_text(encoding="utf-8"), entities, links


def test_a_french_table_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "aide.csv"
    rows = [
        ["Bailleur", "Pays bénéficiaire", "Projet", "Montant", "Devise", "Date de début", "Statut", "Organismes"],
        ["France", "Bénin", "Eau", "1 250,50", "EUR", "25/04/2019", "terminé", "PNUD; UNICEF"],
        ["Banque mondiale", "Mali", "Routes", "-3 000,00", "USD", "01/02/2020", "en cours", "UNICEF; PNUD"],
        ["Canada", "Bénin", "Écoles", "0,00", "CAD", "13/02/2021", "prévu", "FAO"],
    ]
    file.write_text(csv_of(rows, ";").replace('"', ""), encoding="utf-8")
    file.write_text("\n".join("\t".join(row) for row in rows), encoding="utf-8")
    text, entities, links = suggested(tmp_path, file, "fr")
    assert "Une première correspondance" in text and "dates: day-first" in text and 'decimal: ","' in text
    funds = [x for x in links if x.relation == "funds" and x.amount is not None]
    assert [(x.amount, x.currency, x.valid_from, x.status) for x in funds] == [
        (Decimal("1250.50"), "EUR", "2019-04-25", "completed"),
        (Decimal("-3000.00"), "USD", "2020-02-01", "ongoing"),
        (Decimal("0.00"), "CAD", "2021-02-13", "planned"),
    ]
    iris = {local(e.iri) for e in entities}
    assert {"country/FR", "country/BJ", "country/ML", "country/CA"} <= iris
    assert {e.type for e in entities} >= {"Country", "Project", "Organization"}
    assert any(iri.endswith("-pnud") for iri in iris), "a list of bodies was not divided"


def test_what_is_not_sure_is_left_out_and_told(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("donor,agency,amount,date\nFrance,WFP,100,04/05/2012\nMali,FAO,200,06/07/2012\n", encoding="utf-8")
    text, _, links = suggested(tmp_path, file)
    assert "amounts of which the currency is not said" in text and "declare `dates`" in text
    assert all(x.amount is None and x.valid_from is None for x in links) and links
    assert all(line.startswith("#") for line in text.splitlines() if "not said" in line)


def test_a_suggestion_writes_over_nothing(tmp_path: Path) -> None:
    put(tmp_path)
    mapping = tmp_path / "data.mapping.yaml"
    before = mapping.read_text()
    assert mapping_path(tmp_path / "data.csv") == mapping
    status, _, err = run("load", "--suggest", tmp_path / "data.csv")
    assert status == 1 and "there is such a file already" in err and mapping.read_text() == before
    status, out, _ = run("load", "--suggest", tmp_path / "data.csv", "-o", tmp_path / "new.mapping.yaml")
    assert status == 0 and "new.mapping.yaml" in out
    assert run("--store", tmp_path / "s", "load", tmp_path / "new.mapping.yaml")[0] == 0
    status, out, _ = run("load", "--suggest", tmp_path / "data.csv", "-o", "-")
    assert status == 0 and "entities:" in out
    assert run("load", "--suggest", tmp_path / "nothing.csv")[0] == 2
    assert run("load", "--suggest", tmp_path / "data.csv", "-o", tmp_path / "x.txt")[0] == 1


SUGGESTED = [
    ("igo_cow/igo_members_2014_long.csv", {"memberOf"}, 12_000),
    ("igo_cow/states2016.csv", set(), 0),
    ("un_open/donors-2023.json", {"funds"}, 9_000),
    ("un_open/country-expenses-2023.json", {"covers"}, 2_700),
    ("un_open/trust-fund-contributors-2023.json", {"funds"}, 1_300),
    ("un_open/revenue_non_gov_donors.csv", {"funds"}, 6_000),
    ("un_open/member_states.csv", set(), 0),
    ("un_open/entities.json", {"heads"}, 20),
    ("un_open/uninfo/BEN.json", {"implements"}, 200),
    ("supraverden_igos/general_list.yaml", {"partOf", "locatedIn"}, 600),
    ("m49_country_codes/UNSD-fr.csv", {"locatedIn"}, 249),
    ("m49_country_codes/country-codes.csv", {"locatedIn"}, 249),
    ("un_entities/un-entities.csv", {"heads"}, 20),
]  # fmt: skip


@pytest.mark.parametrize(("name", "relations", "least"), SUGGESTED, ids=[name for name, _, _ in SUGGESTED])
def test_a_suggestion_for_a_real_file_loads_as_it_is(
    tmp_path: Path, name: str, relations: set[str], least: int
) -> None:
    file = REAL / name
    if not file.exists():
        pytest.skip(f"{name} of the shared test data is not on this machine")
    text, entities, links = suggested(tmp_path, file)
    assert relations <= {x.relation for x in links} and len(links) >= least, text
    assert len(entities) > 10


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_suggestion_for_a_table_of_iati_loads(tmp_path: Path, form: str) -> None:
    large = REAL / "iati_tables_large" / "iati_20_countries_en.csv.gz"
    if not large.exists():
        pytest.skip("the table of IATI of the shared test data is not on this machine")
    with gzip.open(large, "rt", encoding="utf-8-sig", newline="") as stream:
        rows = [row for row, _ in zip(csv.reader(stream), range(300), strict=False)]
    file = tmp_path / f"iati.{form}"
    if form == "xlsx":
        book(file, [list(row) for row in rows])
    else:
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    _, entities, links = suggested(tmp_path, file)
    assert {e.type for e in entities} >= {"Project", "Organization", "Topic"}
    assert any(x.relation == "funds" and x.amount is not None and x.currency == "USD" for x in links)


TABLES = sorted((ROOT / "data" / "five_documents").glob("*/*.csv"))


@pytest.mark.parametrize("file", TABLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_suggestion_for_the_tables_that_ship_loads(tmp_path: Path, file: Path) -> None:
    text, entities, links = suggested(tmp_path, file)
    assert entities and (links or file.stem != "links"), text
    assert "This looks like a coded table" in text


def test_a_workbook_with_a_title_and_several_sheets_is_looked_through(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Aid"], [], *ROWS]
    text, _, links = suggested(tmp_path, book(tmp_path / "aid.xlsx", rows, Notes=[["by hand"]]))
    assert "header_row: 3" in text and "sheet: Data" in text and len(links) == 4
    assert links[1].amount == -3


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_noticed(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(csv_of(ROWS).encode(encoding))
    text, entities, _ = suggested(tmp_path, file)
    assert f"encoding: {encoding}" in text and any(e.name() == "Bénin" for e in entities)


@pytest.mark.parametrize(("name", "content", "problem"), BAD, ids=lambda value: str(value)[:24])
def test_a_suggestion_for_a_bad_file_is_one_sentence_or_a_mapping(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    try:
        text = suggest(file, tmp_path)
    except UnreadableSource as error:
        assert "\n" not in str(error) and error.advice
    else:
        (tmp_path / "m.mapping.yaml").write_text(text, encoding="utf-8")
        read(tmp_path / "m.mapping.yaml")


def test_wide_tables_of_years_and_of_countries_are_turned(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text("donor,agency,2018,2019,2020,2021\nFrance,WFP,1,2,3,4\nMali,FAO,5,6,7,8\n", encoding="utf-8")
    text, _, links = suggested(tmp_path, file)
    assert 'unpivot: ["20[0-9][0-9]"]' in text and {x.valid_from for x in links} == {"2018", "2019", "2020", "2021"}
    names = "France,Mali,Togo,Chad,Peru,Cuba,Fiji,Iran,Iraq,Oman,Laos"
    file.write_text(f"organization,{names}\nUNESCO,{',1' * 11}\n".replace(",,", ","), encoding="utf-8")
    text, _, links = suggested(tmp_path, file)
    assert "unpivot: {except: [organization]}" in text and len(links) == 11


# --- whatever comes ---------------------------------------------------------------------------------------------

YAML_BITS = [
    "entities", "links", "class", "Country", "name", "=", "{", "}", "[", "]", ":", ",", "\n", "  ", "- ", "&a", "*a",
    "!!str", "'", '"', "#", "|", ">", "donor", "key", "when", "not", "split", "column", "values", "part", "join", "on",
    "records", "*.*", "unpivot", "\t", "\0", "é", "%", "header_row", "99", "file", "../..", "~", "once",
]  # fmt: skip
DATA_BITS = [
    "donor", "=1+1", "#N/A", "n/a", "1,234", "31/02/2012", "\0", "\ufeff", "\u202e", '"', ",", ";", "\n", "\r", "{",
    "}", "[", "]", "null", "\\u0000", "💶", "-", "9" * 400, "<html>", "XYZ", "France", " ", "\x85", "\ud7ff",
]  # fmt: skip


def mutations(text: str, bits: list[str]) -> st.SearchStrategy[str]:
    edit = st.tuples(st.integers(0, len(text)), st.integers(0, 12), st.sampled_from(bits))

    def apply(edits: list[tuple[int, int, str]]) -> str:
        made = text
        for at, gone, bit in edits:
            made = made[:at] + bit + made[at + gone :]
        return made

    return st.lists(edit, min_size=1, max_size=6).map(apply)


FULL = (
    "file: data.csv\nkey: [code, year]\nwhen: {donor: {not: [X]}}\ndates: day-first\n"
    + MAPPING
    + "    role: {column: code, values: {WFP: a}, otherwise: b}\n    status: '=completed'\n"
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mapping=mutations(FULL, YAML_BITS))
def test_any_mapping_loads_or_is_refused_in_a_sentence(tmp_path: Path, mapping: str) -> None:
    attempt(put(tmp_path, mapping.encode("utf-8", "replace").decode()))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=mutations(csv_of(ROWS), DATA_BITS), tree=mutations(json.dumps(as_records()), DATA_BITS), skip=st.booleans())
def test_any_data_load_or_are_refused_in_a_sentence(tmp_path: Path, data: str, tree: str, skip: bool) -> None:
    attempt(put(tmp_path / "c", MAPPING, data.encode("utf-8", "replace")), skip_bad=skip)
    attempt(put(tmp_path / "j", MAPPING, tree.encode("utf-8", "replace"), "data.json"), skip_bad=skip)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=mutations(csv_of(ROWS), DATA_BITS), tree=mutations(json.dumps(as_records()), DATA_BITS))
def test_whatever_is_suggested_for_any_data_loads(tmp_path: Path, data: str, tree: str) -> None:
    for name, content in (("any.csv", data), ("any.json", tree)):
        file = tmp_path / name
        file.write_bytes(content.encode("utf-8", "replace"))
        try:
            text = suggest(file, tmp_path)
        except MultilateralError as error:
            assert "\n" not in str(error)
            continue
        (tmp_path / "m.mapping.yaml").write_text(text, encoding="utf-8")
        read(tmp_path / "m.mapping.yaml")


def attempt(path: Path, **options: Any) -> None:
    likeness(path)
    claimed(path)
    try:
        entities, links, _ = read(path, **options)
    except MultilateralError as error:
        assert "\n" not in str(error), str(error)
        return
    for statement in (*entities, *links):
        list(convert.quads(statement, "s"))  # what cannot be written would raise
    known = {e.iri for e in entities}
    assert len(known) == len(entities) and len({x.iri for x in links}) == len(links)
    assert all(x.evidence for x in links)


# --- the manual -------------------------------------------------------------------------------------------------


def manual() -> str:
    return (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


def blocks() -> Iterator[tuple[str, str]]:
    yield from re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", manual(), re.DOTALL)


def test_the_example_of_the_manual_loads(tmp_path: Path) -> None:
    for name, text in blocks():
        (tmp_path / name).write_text(text, encoding="utf-8")
    _, links, _ = read(tmp_path / "aid.mapping.yaml")
    assert Counter(x.relation for x in links) == {"funds": 3, "covers": 3, "implements": 3}
    assert [x.amount for x in links if x.relation == "funds"] == [Decimal("1250000.50"), -3000, None]


def test_the_manual_names_every_key() -> None:
    text = manual()
    words = {*KEYS, *ENTITY_KEYS, *LINK_KEYS, *SOURCE_KEYS, *VALUE_KEYS, "on", "columns", "prefix", "except", "not"}
    missing = {word for word in words if not re.search(rf"(?<![a-z_]){word}(?![a-z_])", text)}
    assert {word for word in missing if not word.startswith(("alt", "acronym"))} == set()
