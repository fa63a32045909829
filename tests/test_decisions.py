"""The log of decisions: what was written stays, what was changed is found at its line, what was undone is undone."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import multilateral as ml
import pytest
from multilateral.graph.decisions import Decision, DecisionLog, Verdict
from multilateral.graph.identity.decide import Wish, apply
from multilateral.graph.store import Store
from multilateral.ontology.errors import DamagedLog, StorageFailed
from multilateral.ontology.model import ID

from .conftest import Workshop

A, B, C, D = (f"https://w3id.org/multilateral/id/organization/{letter}" for letter in "abcd")


def decision(verdict: Verdict, left: str, right: str, why: str = "same ROR") -> Decision:
    return Decision(verdict, left, right, "rule", "2025-01-01T00:00:00Z", why, "ror")


@pytest.fixture
def log(tmp_path: Path) -> DecisionLog:
    made = DecisionLog(tmp_path / "decisions.jsonl")
    made.append([decision("same", A, B), decision("different", A, C, "ünlike “C”\nreally")])
    made.append([decision("same", D, C)])
    return made


def test_what_is_written_is_read(log: DecisionLog) -> None:
    assert [(d.verdict, d.left, d.right) for d in log] == [("same", A, B), ("different", A, C), ("same", D, C)]
    assert next(itertools.islice(log, 1, None)).why == "ünlike “C”\nreally"
    assert list(DecisionLog(log.path.with_name("none.jsonl"))) == []


def test_lines_are_only_ever_added(log: DecisionLog) -> None:
    before = log.path.read_bytes()
    assert log.append([decision("undo", B, A)]) == 1
    assert log.path.read_bytes().startswith(before)
    assert log.append([]) == 0


def _lines(log: DecisionLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


TAMPERINGS = {
    "a changed verdict": (lambda lines: [lines[0], lines[1].replace(b"different", b"same"), lines[2]], 2),
    "a changed reason": (lambda lines: [lines[0].replace(b"ROR", b"RoR"), *lines[1:]], 1),
    "a lost line": (lambda lines: [lines[0], lines[2]], 2),
    "a lost first line": (lambda lines: lines[1:], 1),
    "two lines exchanged": (lambda lines: [lines[1], lines[0], lines[2]], 1),
    "a line twice": (lambda lines: [lines[0], lines[0], *lines[1:]], 2),
    "half a line": (lambda lines: [*lines[:2], lines[2][:40]], 3),
    "a new checksum alone": (lambda lines: [_with_checksum(lines[0]), *lines[1:]], 1),
    "no checksum": (lambda lines: [b'{"verdict": "same"}\n', *lines[1:]], 1),
    "no object": (lambda lines: [b'"text"\n', *lines[1:]], 1),
    "a number": (lambda lines: [lines[0], b"7\n", *lines[1:]], 2),
    "no UTF-8": (lambda lines: [lines[0], b"\xff\xfe\n", *lines[1:]], 2),
    "an empty line": (lambda lines: [*lines, b"\n"], 4),
}


def _with_checksum(line: bytes) -> bytes:
    return json.dumps(json.loads(line) | {"checksum": "0" * 16}).encode() + b"\n"


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_at_its_line(log: DecisionLog, name: str) -> None:
    change, number = TAMPERINGS[name]
    log.path.write_bytes(b"".join(change(_lines(log))))
    sentence = f"Line {number} of .*decisions.jsonl was changed or lost .*; put the file back from a copy"
    with pytest.raises(DamagedLog, match=sentence):
        list(log)
    kept = log.path.read_bytes()
    with pytest.raises(DamagedLog):
        log.append([decision("same", A, D)])
    with pytest.raises(DamagedLog):
        log.canonical()
    assert log.path.read_bytes() == kept


def test_a_damaged_log_is_named_where_it_stands(workshop: Workshop) -> None:
    workshop.sample()
    (workshop.path / "decisions.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(DamagedLog, match=f"Line 1 of {workshop.path / 'decisions.jsonl'} "):
        _ = workshop.reader().index


def test_the_canonical_thing_is_the_same_in_any_order(tmp_path: Path) -> None:
    pairs = [(A, B), (C, B), (D, C)]
    for number, order in enumerate(itertools.permutations(pairs)):
        for flip in (False, True):
            log = DecisionLog(tmp_path / f"{number}-{flip}.jsonl")
            log.append(decision("same", *(reversed(p) if flip else p)) for p in order)
            assert log.canonical() == {B: A, C: A, D: A}
            assert log.canonical(lambda iri: 0 if iri == C else 1) == {A: C, B: C, D: C}


def test_undo_restores(log: DecisionLog) -> None:
    assert log.canonical() == {B: A, D: C}
    log.append([decision("same", B, D)])
    assert log.canonical() == {B: A, C: A, D: A}
    log.append([decision("undo", D, B)])
    assert log.canonical() == {B: A, D: C}
    log.append([decision("undo", A, B), decision("undo", C, D)])
    assert log.canonical() == {}
    log.append([decision("same", A, B)])
    assert log.canonical() == {B: A}
    log.append([decision("different", A, B)])  # the later word counts
    assert log.canonical() == {}


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="Cannot write to"):
        DecisionLog(tmp_path / "none" / "decisions.jsonl").append([decision("same", A, B)])


def test_status_counts_a_thing_of_two_classes_once(tmp_path: Path) -> None:
    table = "id,class,name_en\na,NGO,A\n"
    other = "id,class,name_en\nb,Network,B\n"
    for name, text in (("one", table), ("two", other)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "entities.csv").write_text(text, encoding="utf-8")
    graph = ml.open(tmp_path / "store")
    graph.load(tmp_path / "one", tmp_path / "two")
    assert graph.status().thing_count == 2
    with Store.writing(tmp_path / "store") as store:
        apply(store, [Wish("same", f"{ID}organization/one-a", f"{ID}organization/two-b", "because")], "coder")
    found = graph.status()
    assert (found.thing_count, found.things, found.unidentified) == (1, {"NGO": 1, "Network": 1}, 1)
