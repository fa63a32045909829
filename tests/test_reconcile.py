"""The command ``reconcile``: candidates out, decisions in, one by one or as a table, undone; every error a sentence."""

from __future__ import annotations

import builtins
import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from multilateral.cli.reconcile import reconcile
from multilateral.graph.reading import Reader
from multilateral.graph.store import Store
from multilateral.ontology.errors import MultilateralError
from multilateral.ontology.model import ID, Entity, Evidence, Identifier, Link, Loaded, Name, Source, Statement
from openpyxl import load_workbook

ORG = ID + "organization/"


def load(path: Path, id_: str, *statements: Statement, loader: str = "table") -> None:
    from multilateral.graph.identity.keys import Watch

    with Store.writing(path) as store:
        watch = Watch(store)
        source = Source(id_, id_, loader, f"sha256:{id_}", id_, "2025-01-02T03:04:05Z")
        store.load(watch([Loaded(source, iter(statements))]), decide=watch.decide)
        watch.keep()
        watch.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    proof = (Evidence(ID + "document/x", "1"),)
    load(
        path, "english",
        Entity(ORG + "afdb", "Organization", (Name("African Development Bank", "en"),)),
        Entity(ORG + "efi", "Organization", (Name("European Forest Institute", "en"),)),
        Link(f"{ID}link/english/1", ORG + "afdb", "funds", ORG + "efi", proof),
    )  # fmt: skip
    load(
        path, "french",
        Entity(ORG + "bafd", "Organization", (Name("Banque africaine de développement", "fr"),)),
        Entity(ORG + "ief", "Organization", (Name("Institut européen des forêts", "fr"),)),
        Link(f"{ID}link/french/1", ORG + "bafd", "funds", ORG + "ief", proof),
    )  # fmt: skip
    return path


def run(store: Path, *words: str, stdin: str = "") -> Result:
    result = CliRunner().invoke(reconcile, [*words], obj=store, input=stdin, env={"MULTILATERAL_USER": "second coder"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def rows(store: Path, *words: str) -> list[dict[str, Any]]:
    result = run(store, *words, "--format", "json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def together(store: Path) -> dict[str, str]:
    tops = Store.open(store).decisions.canonical()
    return {iri.removeprefix(ORG): top.removeprefix(ORG) for iri, top in tops.items()}


def test_candidates_come_with_score_reasons_and_things(store: Path) -> None:
    found = rows(store)
    pairs = {(row["left_id"], row["right_id"]) for row in found}
    assert {("organization/afdb", "organization/bafd"), ("organization/efi", "organization/ief")} <= pairs
    assert found == sorted(found, key=lambda r: -r["score"])
    assert found[0]["left"]["iri"].startswith(ORG) and "alike" in found[0]["reasons"]
    assert "African Development Bank" in run(store).stdout


def test_the_candidates_of_one_thing_by_name_or_id(store: Path) -> None:
    for words in (["Banque", "africaine", "de", "développement"], ["organization/bafd"]):
        found = rows(store, *words)
        assert {found[0]["left_id"], found[0]["right_id"]} == {"organization/afdb", "organization/bafd"}


def test_a_table_goes_out_is_filled_in_and_comes_back(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "to judge.csv"
    assert "fill in the column decision" in run(store, "--export", str(table)).output
    with table.open(encoding="utf-8-sig", newline="") as stream:
        filled = list(csv.DictReader(stream))
    for row in filled:
        if {row["left"], row["right"]} == {"organization/afdb", "organization/bafd"}:
            row |= {"decision": "same", "why": "their statutes"}
        elif {row["left"], row["right"]} == {"organization/efi", "organization/ief"}:
            row["decision"] = "non"
    with table.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, filled[0].keys(), delimiter=";")
        out.writeheader()
        out.writerows(filled)
    assert "Wrote 2 decisions by third coder (é)" in run(store, "--apply", str(table), "--by", "third coder (é)").output
    assert together(store) == {"bafd": "afdb"}
    kept = {(d.verdict, d.who, d.why) for d in Store.open(store).decisions}
    assert kept == {("same", "third coder (é)", "their statutes"), ("different", "third coder (é)", "")}
    assert "Wrote 0 decisions" in run(store, "--apply", str(table)).output  # the same table again says nothing new
    listed = rows(store, "--decisions")
    assert {(r["decision"], r["who"], r["left"]["name"]) for r in listed} == {
        ("same", "third coder (é)", "African Development Bank"),
        ("different", "third coder (é)", "European Forest Institute"),
    }
    run(store, "--export", str(table), "--least", "0.9")
    assert [r["decision"] for r in csv.DictReader(table.open(encoding="utf-8-sig"))][:2] == ["same", "different"]


def test_a_workbook_goes_out_is_filled_in_and_comes_back(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "to judge.xlsx"
    run(store, "--export", str(table))
    book = load_workbook(table)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    at = {name: header.index(name) + 1 for name in ("decision", "left", "right", "why")}
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, at["left"]).value == "organization/afdb":
            assert sheet.cell(row, at["right"]).value == "organization/bafd"
            sheet.cell(row, at["decision"]).value = "oui"
            sheet.cell(row, at["why"]).value = "two lines,\nas in a cell"
    book.save(table)
    assert "Wrote 1 decision by" in run(store, "--apply", str(table)).output
    assert [(d.verdict, d.why) for d in Store.open(store).decisions] == [("same", "two lines,\nas in a cell")]
    sheet.cell(2, at["decision"]).value = "=1+1"
    book.save(table)
    with pytest.raises(MultilateralError, match=r"to judge\.xlsx, sheet .*row 2.*formula"):
        run(store, "--apply", str(table))


def test_a_why_of_two_lines_in_a_csv(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text('decision,left,right,why\nsame,organization/afdb,organization/bafd,"one\ntwo"\n', encoding="utf-8")
    run(store, "--apply", str(table))
    assert [d.why for d in Store.open(store).decisions] == ["one\ntwo"]


def test_a_wrong_row_is_named_and_nothing_of_the_table_is_taken(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    cases = {
        "decision,left,right\nsame,organization/afdb,organization/bafd\nperhaps,a/b,c/d\n":
            r"t.csv, row 3, .*'perhaps'",
        "decision,left,right\nsame,organization/afdb,organization/bafd\nsame,organization/afdb,organization/zz\n":
            r"t.csv, row 3: No source describes organization/zz",
        "decision,left,right\nsame,afdb,organization/bafd\n": r"row 2, column 'left': 'afdb' is no IRI",
        "verdict,left,right\n": "has no column 'decision'",
        "": "the file is empty",
    }  # fmt: skip
    for text, sentence in cases.items():
        table.write_text(text, encoding="utf-8")
        with pytest.raises(MultilateralError, match=sentence):
            run(store, "--apply", str(table))
    table.write_bytes("decision,left,right\nsame,é,b\n".encode("latin-1"))
    with pytest.raises(MultilateralError, match="row 2: is not UTF-8"):
        run(store, "--apply", str(table))
    with pytest.raises(MultilateralError, match=r"none\.csv: there is no such file"):
        run(store, "--apply", str(tmp_path / "none.csv"))
    assert together(store) == {} and not Store.open(store).decisions.path.exists()


def test_one_by_one_in_the_terminal(store: Path) -> None:
    result = run(store, "--ask", "--least", "0.6", stdin="y\nn\nq\n")
    assert "African Development Bank" in result.output and "score" in result.output
    assert {d.verdict for d in Store.open(store).decisions} == {"same", "different"}
    assert all(d.who == "second coder" and d.why for d in Store.open(store).decisions)


def test_by_name_and_undone_gives_back_exactly_what_was_before(
    store: Path, dump: Callable[[Reader], list[str]]
) -> None:
    def state() -> list[str]:
        return dump(Reader(store))

    before = state()
    run(store, "--same", "African Development Bank", "organization/bafd", "--why", "their statutes")
    assert together(store) == {"bafd": "afdb"}
    assert state() != before
    assert "Wrote 1 decision by second coder" in run(store, "--undo", "organization/afdb", "organization/bafd").output
    assert state() == before
    with pytest.raises(MultilateralError, match="Nothing is decided"):
        run(store, "--undo", "organization/afdb", "organization/bafd")


def test_a_rules_decision_can_be_undone_and_stays_undone(store: Path) -> None:
    extra = Entity(ORG + "afdb2", "Organization", (Name("The African Development Bank", "en"),))
    load(store, "more", extra)
    assert together(store) == {"afdb2": "afdb"}
    assert [r["rule"] for r in rows(store, "--decisions")] == ["name"]
    run(store, "--undo", "organization/afdb", "organization/afdb2")
    load(
        store, "later", Entity(ORG + "x", "Organization", (Name("Xylo", "en"),), identifiers=(Identifier("ROR", "x"),))
    )
    load(store, "more", extra, Entity(ORG + "y", "Organization", (Name("Ypsilo", "en"),)))
    assert together(store) == {}


def test_without_the_matching_library_a_sentence_says_what_to_install(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("rapidfuzz"):
            raise ImportError(name)
        return real(name, *rest, **more)

    for name in [n for n in sys.modules if n.startswith("rapidfuzz")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MultilateralError, match=r"pip install 'multilateral\[match\]'"):
        run(store)
    run(store, "--same", "organization/afdb", "organization/bafd")  # deciding needs no library
    assert together(store) == {"bafd": "afdb"}


def test_two_orders_at_once_are_wrong_usage(store: Path) -> None:
    result = run(store, "--ask", "--same", "a", "b")
    assert result.exit_code == 2 and "Give one of" in result.output


TABLES = Path(__file__).parent.parent.parent / "shared" / "data" / "iati_tables_fr_en"


def measured(tmp_path: Path, **options: Any) -> dict[str, Any]:
    import importlib.util

    spec = importlib.util.spec_from_file_location(
        "bench_reconcile", Path(__file__).parent.parent / "bench/reconcile.py"
    )
    assert spec is not None and spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    found: dict[str, Any] = bench.tables(TABLES, tmp_path / "store", each=3, only="KM", **options)
    return found


@pytest.mark.skipif(not TABLES.exists(), reason="the tables are not here")
def test_french_and_english_tables_with_codes_are_one(tmp_path: Path) -> None:
    found = measured(tmp_path, codes=True)
    assert found["pairs"] > 100 and found["one"] == found["pairs"], found


@pytest.mark.skipif(not TABLES.exists(), reason="the tables are not here")
def test_french_and_english_tables_without_codes_find_each_other(tmp_path: Path) -> None:
    found = measured(tmp_path, codes=False)
    assert found["pairs"] > 40 and found["one"] + found["first"] >= 0.93 * found["pairs"], found
