"""``mirror push --offline``: files for Neo4j's own importer, for first loads of many millions of links.

``neo4j-admin database import full`` builds a database that does not exist yet from CSV files, much faster than any
connection can. The files hold the very rows that a push sends, so that a check finds no difference afterwards. The
importer takes a single character as the separator inside lists; one is chosen that no value holds.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from ...ontology.errors import MultilateralError, UnreadableSource
from ..rows import Row
from ..store import Store, storage
from . import rows
from .check import mirror_node
from .link_rows import LinkRow
from .local import LocalGraph, Spool, names_of

Progress = Callable[[str, int, int], None]
#: Control characters first; then the private area, where a text of the world is not likely to go.
_SEPARATORS = ("\x1f", "\x1e", "\x1d", "\x1c", "\x02", "\x03", "\x04", *map(chr, range(0xE000, 0xE010)))
_M = rows.MARK
COMMAND_FILE = "import-command.txt"


class FolderNotEmpty(MultilateralError):
    """Raised when the folder for the files holds something already."""


class _Clash(Exception):
    """A list holds the separator: begin again with the next one."""


@dataclass(frozen=True, slots=True)
class OfflineReport:
    """How much was written, and the command that imports it."""

    folder: Path
    entities: int
    links: int
    command: str

    def __str__(self) -> str:
        return f"Wrote {self.entities:,} things and {self.links:,} links to {self.folder}."


def write_files(
    store: Store, folder: Path, *, database: str = "neo4j", progress: Progress = lambda stage, done, total: None
) -> OfflineReport:
    """Write the files into a new or empty folder.

    :raises FolderNotEmpty: If there is something in the folder.
    :raises StorageFailed: If the disk refuses.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmpty(f"{folder} holds something already; name a new or empty folder.")
    local = LocalGraph(store)
    total = local.size(local.order)
    for separator in _SEPARATORS:
        done = 0

        def tick(size: int) -> None:
            nonlocal done
            done += size
            progress("Writing", min(done, total), total)

        try:
            with storage(folder):
                folder.mkdir(parents=True, exist_ok=True)
                with _Files(folder, separator) as files:
                    entities, links = _write(LocalGraph(local.store, tick), files)
                command = files.command(database)
                (folder / COMMAND_FILE).write_text(command + "\n", encoding="utf-8")
        except _Clash:
            continue
        return OfflineReport(folder, entities, links, command)
    raise UnreadableSource("some lists hold every character that could keep their values apart", advice="push online")


def _write(local: LocalGraph, files: _Files) -> tuple[int, int]:
    entities = links = 0
    languages: set[str] = set()
    records = files.nodes("records", "record", "key", _RECORD, ["Record"])
    ties = files.relationships("ties", rows.TIE, "thing", "record", {})
    ends: dict[str, _File] = {}
    with Spool() as spool:
        for source_id in local.order:
            rank = local.rank[source_id]

            def record(iri: str, said: Any, position: int | None, source_id: str = source_id, rank: int = rank) -> None:
                row = rows.record_node(source_id, iri, local.top(iri), said)
                spool.record(row["entity"], rank, row.get("json"))
                if position is not None:
                    row["position"] = position
                records.write(row)
                ties.write({}, row["entity"], row["key"])

            for position, statement in enumerate(local.statements(source_id)):
                if isinstance(statement, LinkRow):
                    spool.named(rank, None, statement.names)
                    kind = statement.kind
                    if kind not in ends:
                        ends[kind] = files.relationships(f"links-{kind}", kind, "thing", "thing", _LINK)
                    ends[kind].write({**statement.row, "position": position}, statement.start, statement.end)
                    links += 1
                else:
                    spool.named(rank, statement.iri, names_of(statement))
                    record(statement.iri, statement, position)
                    languages.update(n.lang for n in statement.names if n.kind == "preferred" and n.lang)
            for iri in spool.only_named(rank):
                record(iri, None, None)
        things = files.nodes(
            "things", "thing", "iri", {**_ENTITY, **{rows.name_property(x): "string" for x in languages}}
        )
        for iri, _, said in spool.entities():
            marks, row = local.node(iri, said)
            things.write(row, labels=marks)
            entities += 1
    others = files.nodes("sources", "record", "key", _SOURCE, ["Source"])
    for source_id in local.order:
        others.write(rows.source_node(local.store.source(source_id), local.truth.sums[source_id]))
    decisions = files.nodes("decisions", "record", "key", _DECISION, ["Decision"])
    for number, decision in enumerate(local.store.decisions, 1):
        decisions.write(rows.decision_node(number, decision))
    files.nodes("mirror", "record", "key", {"form": "string", "decisions": "string"}, ["Mirror"]).write(
        mirror_node(local.truth)
    )
    return entities, links


class _Files:
    """The files of one folder; headers stand in files of their own."""

    def __init__(self, folder: Path, separator: str) -> None:
        self.folder, self.separator = folder, separator
        self._files: list[_File] = []

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files:
            file.close()

    def nodes(self, name: str, space: str, key: str, columns: dict[str, str], labels: Iterable[str] = ()) -> _File:
        """Begin a file of nodes, found by ``key`` in a space of ids of its own; ``columns`` are names and types."""
        fixed = (_M, *labels) if labels else None
        file = _File(self, name, [f"{key}:ID({space})"], [key, *columns], columns, fixed)
        self._files.append(file)
        return file

    def relationships(self, name: str, kind: str, start: str, end: str, columns: dict[str, str]) -> _File:
        """Begin a file of relationships of one type."""
        file = _File(self, name, [f":START_ID({start})", f":END_ID({end})"], list(columns), columns, None, kind)
        self._files.append(file)
        return file

    def command(self, database: str) -> str:
        """Return the command line of the importer."""
        folder = self.folder.resolve()
        parts = ["neo4j-admin", "database", "import", "full", database]
        for file in self._files:
            value = f"{folder / file.header},{folder / file.name}"
            parts.append(f"--nodes={value}" if file.kind is None else f"--relationships={file.kind}={value}")
        longest = max(file.longest for file in self._files)
        buffer = max(4, longest * 4 // 1_000_000 + 1)
        parts += [
            f"--array-delimiter=U+{ord(self.separator):04X}",
            "--multiline-fields=true",
            "--legacy-style-quoting=false",
            "--id-type=string",
            f"--read-buffer-size={buffer}m",
        ]
        return " ".join(shlex.quote(part) for part in parts)


class _File:
    def __init__(
        self,
        files: _Files,
        name: str,
        keys: list[str],
        order: list[str],
        columns: dict[str, str],
        labels: tuple[str, ...] | None,
        kind: str | None = None,
    ) -> None:
        self.header, self.name, self.kind = f"{name}-header.csv", f"{name}.csv", kind
        self.longest = 0
        self._separator, self._order, self._ends = files.separator, order, len(keys) == 2
        self._known = frozenset(order)
        self._labels = None if labels is None else files.separator.join(labels)
        head = keys + [f"{c}:{t}" for c, t in columns.items()] + ([] if self._ends else [":LABEL"])
        (files.folder / self.header).write_text(",".join(head) + "\n", encoding="utf-8")
        self._out = (files.folder / self.name).open("w", encoding="utf-8", newline="")

    def write(self, row: Row, start: str = "", end: str = "", labels: Iterable[str] = ()) -> None:
        if not self._known.issuperset(row):
            raise AssertionError(f"no column for {sorted(set(row) - self._known)} in {self.name}")
        cells = [self._cell(start), self._cell(end)] if self._ends else []
        cell, get = self._cell, row.get
        cells += ["" if (value := get(column)) is None else cell(value) for column in self._order]
        if not self._ends:
            cells.append(self._cell(self._labels or self._separator.join(labels)))
        self._out.write(",".join(cells) + "\n")

    def _cell(self, value: Any) -> str:
        if isinstance(value, str):
            text = value
        elif isinstance(value, list):
            first = value[0]
            if len(value) == 1 and isinstance(first, str):
                text = first
            else:
                text = self._separator.join([v if isinstance(v, str) else repr(v) for v in value])
            if text.count(self._separator) != len(value) - 1:
                raise _Clash
        elif isinstance(value, bool):
            return "true" if value else "false"
        else:
            return str(value)  # a number, or a date in ISO form
        if len(text) > self.longest:
            self.longest = len(text)
        return '"' + text.replace('"', '""') + '"' if '"' in text else f'"{text}"'

    def close(self) -> None:
        self._out.close()


_RECORD = {
    "source": "string",
    "thing": "string",
    "entity": "string",
    "described": "boolean",
    "type": "string",
    "name": "string",
    "json": "string",
    "id": "string",
    "row_checksum": "string",
    "position": "long",
}
_DATED = {"valid_from_date": "date", "valid_to_date": "date"}
_LISTS = dict.fromkeys(("documents", "locators", "quotes", "certainties", "methods"), "string[]")
_ENTITY = {
    **dict.fromkeys(("id", "type", "name"), "string"),
    **dict.fromkeys(("acronyms", "other_names", "identifiers"), "string[]"),
    "collective": "boolean",
    **dict.fromkeys(
        ("description", "valid_from", "valid_to", "status", "homepage", "issued", "language", "body"), "string"
    ),
    **_DATED,
    "issued_date": "date",
    **_LISTS,
    "row_checksum": "string",
}
_LINK = {
    **dict.fromkeys(("iri", "source", "relation"), "string"),
    **rows.qualifier_types(),
    **_DATED,
    **dict.fromkeys(("discussed_in", "discussed_locators"), "string[]"),
    **_LISTS,
    "scores": "double[]",
    "exact": "string",
    "row_checksum": "string",
    "position": "long",
}
_SOURCE = {
    **dict.fromkeys(("id", "title", "loader", "checksum", "origin", "loaded"), "string"),
    **dict.fromkeys(("licence", "version", "issued", "url", "state", "fingerprint"), "string"),
}
_DECISION = {"number": "long"} | dict.fromkeys(("verdict", "left", "right", "who", "when", "why", "rule"), "string")
