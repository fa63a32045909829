"""The competency questions of the five documents: complete answers and where they are written, on both engines.

``fixtures_questions.json`` holds for each question the questions of the catalogue that answer it, with parameters,
the column that holds the answer, its complete and exact content by identifiers, and the complete and exact set of
places (document, locator) that support it. Where the catalogue's general question rightly says more than the
competency question lists, the fixture has the whole answer and a ``note`` that says what the rest is. With ``by``, the
answer is given for each value of another column. ``support_includes`` is for questions whose support is every
mention of a thing: the places named by the question are among them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from multilateral.graph.reading import Reader, Thing
from multilateral.graph.store import Store
from multilateral.loaders.table import load_table
from multilateral.queries.runner import Cell, run

EXPECTED = json.loads(Path(__file__).with_name("fixtures_questions.json").read_text(encoding="utf-8"))
CASES = [pytest.param(case, id=f"{name}.{n}") for name, cases in EXPECTED.items() for n, case in enumerate(cases, 1)]


@pytest.fixture(scope="module")
def five_documents(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("questions") / "store"
    tables = resources.files("multilateral.data") / "five_documents"
    with Store.writing(path) as store:
        store.load(load_table(Path(str(f))) for f in sorted(tables.iterdir(), key=lambda f: f.name) if f.is_dir())
    return Reader(path)


def plain(cell: Cell) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, Thing):
        return cell.id
    if isinstance(cell, tuple):
        return " ".join(thing.id for thing in cell)
    return cell


def test_all_25_competency_questions_are_here() -> None:
    assert list(EXPECTED) == [f"Q{n}" for n in range(1, 50, 2)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("engine", ["sparql", "cypher"])
def test_the_answer_is_complete_and_exact(five_documents: Reader, case: dict[str, Any], engine: Any) -> None:
    answer = run(five_documents, case["name"], case["parameters"], engine=engine)
    rows = [{name: plain(cell) for name, cell in row.items()} for row in answer.rows]
    if "by" in case:
        found: dict[str, set[Any]] = defaultdict(set)
        for row in rows:
            found[str(row[case["by"]])].add(row[case["column"]])
        # Rows for the same thing may differ in this column, as a proposal beside a plan does.
        assert {key: sorted(values) for key, values in found.items()} == case["ids"]
    else:
        assert sorted({row[case["column"]] for row in rows if row[case["column"]] != ""}) == case["ids"]
    places = {(row["document"], row["locator"]) for row in rows if "locator" in row}
    if "support" in case:
        assert places == {tuple(place) for place in case["support"]}
    assert places >= {tuple(place) for place in case.get("support_includes", [])}
    for cells in case.get("cells", []):
        assert any(cells.items() <= row.items() for row in rows)


@pytest.mark.parametrize("case", CASES)
def test_both_engines_give_the_same_rows(five_documents: Reader, case: dict[str, Any]) -> None:
    sparql, cypher = (
        run(five_documents, case["name"], case["parameters"], engine=e).rows for e in ("sparql", "cypher")
    )
    assert sparql == cypher


def test_a_proposal_is_told_from_a_fact_and_can_be_left_out(five_documents: Reader) -> None:
    shown = run(five_documents, "partners-of", {"org": "apctt", "with": "istic"})
    assert {row["status"] for row in shown.rows} == {"proposed"}
    assert run(five_documents, "partners-of", {"org": "apctt", "with": "istic", "include_proposed": "no"}).rows == []
