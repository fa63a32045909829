"""What a person is shown and asked: candidates, decisions that stand, and decisions taken from a table."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from ...ontology.errors import UnreadableSource
from ...ontology.model import ID
from ..decisions import Decision, Verdict
from ..store import Store
from .candidates import Candidate, CandidateFinder
from .decide import Wish, short
from .keys import LENT, Keys
from .records import Record, read_records

COLUMNS: Final = (
    "decision",
    "left",
    "left_name",
    "right",
    "right_name",
    "score",
    "reasons",
    "why",
    "who",
    "when",
    "rule",
)
_VERDICTS: Final = {
    "same": "same", "yes": "same", "oui": "same", "identique": "same", "different": "different", "no": "different",
    "non": "different", "différent": "different", "undo": "undo", "annuler": "undo",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Described:
    """A thing as a person is shown it: its IRI, a name, its class, and all names with the sources that give them."""

    iri: str
    name: str
    type: str
    names: tuple[str, ...]
    sources: tuple[str, ...]


class Reconciler:
    """Looks for candidates in the present state of a store; reads everything when it is made."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.standing = store.decisions.standing()
        keys = opened(store)
        try:
            self.records = read_records(keys, settings=True)
        finally:
            keys.close()
        self._plain = {iri: describe(iri, record) for iri, record in self.records.items()}
        self.finder = CandidateFinder(self.records, self.standing)

    def candidates(
        self,
        of: str | None = None,
        *,
        least: float = 0.5,
        each: int = 3,
        progress: Callable[[int], None] = lambda count: None,
    ) -> list[Candidate]:
        """Return candidates, the best first: those of one thing, or the best ``each`` of every thing.

        :raises MatchingMissing: If the matching library is not installed.
        """
        if of is None:
            return self.finder.all(least=least, each=each, progress=progress)
        top = next((t for t, record in self.finder.records.items() if of in record.iris), of)
        return self.finder.of(top, least=least, limit=each)

    def described(self, iri: str) -> Described:
        """Return what a person is shown of a thing, all IRIs together that are one."""
        record = self.finder.records.get(iri)
        return describe(iri, record) if record is not None else self._plain.get(iri, Described(iri, iri, "", (), ()))

    def of_name(self, text: str) -> str | None:
        """Return the IRI that a full or short IRI is, if a source describes it or a decision speaks of it."""
        known = {iri for pair in (*self.standing.by_rule, *self.standing.by_person) for iri in pair}
        return next((iri for iri in (text, ID + text) if iri in self._plain or iri in known), None)


def describe(iri: str, record: Record) -> Described:
    """Return what a person is shown of a thing."""
    order = {"preferred": 0, "alternative": 1, "acronym": 2}
    names = sorted(record.names, key=lambda n: (order.get(n[2], 3), {"en": 0, "fr": 1}.get(n[1], 2), n[0]))
    texts = tuple(dict.fromkeys(text for text, _, _ in names))
    return Described(iri, texts[0] if texts else short(iri), min(record.types, default="Entity"), texts,
                     tuple(sorted(record.sources)))  # fmt: skip


def opened(store: Store) -> Keys:
    """Return the keys of a store, brought up to its sources, and then read only.

    :raises StoreLocked: If they have to be brought up and another process is writing.
    """
    path = store.projections_path / "identity.sqlite"
    if path.exists():
        keys = Keys(store, writable=False)
        try:
            held = dict(keys.db.execute("SELECT id, sum FROM source WHERE id != ?", (LENT,)).fetchall())
            if held == store.fingerprints():
                return keys
        except sqlite3.Error:  # a broken or half-made projection is made again below
            pass
        keys.close()
    with Store.writing(store.path) as writing:
        made = Keys(writing, writable=True)
        made.catch_up()
        made.db.commit()
    return made


# --- tables ---------------------------------------------------------------------------------------------------


def table_rows(reconciler: Reconciler, candidates: Iterable[Candidate]) -> Iterator[dict[str, str]]:
    """Yield the rows of a table to judge: the decisions that stand, then candidates whose ``decision`` is empty."""
    for decision in reconciler.standing.decisions():
        yield _row(reconciler, decision.left, decision.right) | {
            "decision": decision.verdict, "why": decision.why, "who": decision.who, "when": decision.when,
            "rule": decision.rule,
        }  # fmt: skip
    for candidate in candidates:
        yield _row(reconciler, candidate.left, candidate.right) | {
            "decision": "", "score": f"{candidate.score:.3f}", "reasons": " | ".join(candidate.reasons),
        }  # fmt: skip


def _row(reconciler: Reconciler, left: str, right: str) -> dict[str, str]:
    return {
        "left": short(left), "left_name": reconciler.described(left).name,
        "right": short(right), "right_name": reconciler.described(right).name,
    }  # fmt: skip


def write_table(path: Path, rows: Iterable[dict[str, str]]) -> int:
    """Write a table of decisions and candidates as CSV, or as XLSX by the name's ending; return how many rows it has.

    :raises UnreadableSource: If the file cannot be written.
    """
    lines = [list(COLUMNS), *([row.get(name, "") for name in COLUMNS] for row in rows)]
    try:
        if path.suffix.casefold() == ".xlsx":
            _write_workbook(path, lines)
        else:
            with path.open("w", encoding="utf-8-sig", newline="") as stream:  # the mark lets Excel read accents
                csv.writer(stream, lineterminator="\n").writerows(lines)
    except OSError as error:
        raise UnreadableSource(f"cannot be written ({error.strerror})", path=path, advice="choose another") from error
    return len(lines) - 1


def _write_workbook(path: Path, lines: list[list[str]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("decisions")
    for line in lines:
        cells = [WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", text)) for text in line]
        for cell in cells:
            cell.data_type = "s"  # a name that begins with an equals sign is no formula
        sheet.append(cells)
    book.save(path)


def wishes_of(
    path: Path, rows: Iterable[tuple[int, list[str]]], standing: Callable[[tuple[str, str]], Decision | None]
) -> list[Wish]:
    """Return what a person decides in a table: its rows with a ``decision`` that does not stand already.

    The columns ``decision``, ``left`` and ``right`` are needed, ``why`` is taken, others make no difference.

    :param path: The file, for what is said of it.
    :param rows: The number and the cells of each row, the header first.
    :param standing: Gives the decision on a pair that stands.
    :raises UnreadableSource: If this is no such table or a decision is none of same, different and undo.
    """
    stream = iter(rows)
    header = [name.strip().casefold() for name in next(stream, (1, []))[1]]
    missing = [name for name in ("decision", "left", "right") if name not in header]
    if missing:
        advice = "start from `multilateral reconcile --export FILE`"
        raise UnreadableSource(f"has no column {missing[0]!r}", path=path, row=1, advice=advice)
    wishes = []
    for number, cells in stream:
        row = dict(zip(header, [*cells, *[""] * len(header)], strict=False))
        said = row["decision"].strip().casefold()
        if not said:
            continue
        if said not in _VERDICTS:
            advice = "write same, different or undo, or leave it empty"
            raise UnreadableSource(f"{said!r} is no decision", path=path, row=number, column="decision", advice=advice)
        left, right = (_iri(row[side], path, number, side) for side in ("left", "right"))
        verdict = cast("Verdict", _VERDICTS[said])
        held = standing((min(left, right), max(left, right)))
        if held is not None and held.verdict == verdict:
            continue  # a row of the table as it was written out
        wishes.append(Wish(verdict, left, right, row.get("why", "").strip(), f"{path.name}, row {number}"))
    return wishes


def _iri(cell: str, path: Path, number: int, column: str) -> str:
    text = cell.strip()
    if text.startswith(("http://", "https://")):
        return text
    if "/" not in text:
        advice = "write it as organization/fao or in full"
        raise UnreadableSource(f"{text!r} is no IRI", path=path, row=number, column=column, advice=advice)
    return ID + text
