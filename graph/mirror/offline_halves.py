"""Writes the files for Neo4j's importer, alone or as one of two processes that do half of it each.

Both read every source and take every second block of it. A statement's position is its number in the source, so each
tells the other how many there are in its blocks; until a block's first position is known its lines wait. Then each
makes the records of one half of the things that are only named, and at last the nodes of one half of all things.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...ontology.model import Entity
from ..rows import Row
from ..second import Channel, Second, serve
from ..store import Store, storage
from . import cuts, rows
from . import offline_columns as columns
from .check import mirror_node
from .link_rows import LinkRow
from .local import BlockEnd, LocalGraph, Spool, names_of
from .making import ROWS
from .offline_files import File, Files, Written

#: Blocks that wait for their first position, at most.
_LAG = 16
#: Characters of the lines of one block that wait, about.
_HELD = 8_000_000


@dataclass(slots=True)
class Half:
    """What was written by one process, or by both together."""

    entities: int
    links: int
    files: dict[str, Written]

    def joined(self, other: Half) -> Half:
        """Return both together."""
        files = dict(self.files)
        for name, file in other.files.items():
            files[name] = files[name].joined(file) if name in files else file
        return Half(self.entities + other.entities, self.links + other.links, files)


class Other(Second):
    """The process that does the second half."""

    def __init__(self, store: Store, folder: Path, separator: str) -> None:
        job = (store, folder, separator, cuts.SIZE)
        super().__init__(__name__, job, does=ROWS, after="make room, then write into a new folder.")


def main() -> None:
    """Be the process that does the second half."""
    serve(_second_half)


def _second_half(job: tuple[Store, Path, str, int], first: Channel) -> None:
    store, folder, separator, size = job
    with storage(folder), Files(folder, separator, 2) as files:
        write(LocalGraph(store), files, first, 1, size)


def write(
    local: LocalGraph, files: Files, other: Channel | None = None, half: int = 0, size: int | None = None
) -> Half:
    """Write the files, or one half of them; the first half (0) returns what both have written."""
    writer = _Writer(local, files)
    with Spool() as spool:
        writer.statements(spool, _Places(other, half), size or cuts.SIZE)
        languages = writer.languages
        if other is not None:
            spool.settle()
            languages, path = _swapped(other, (languages, spool.path))
            languages |= writer.languages
            spool.join(path, half)
        writer.only_named(spool)
        if other is not None:
            spool.settle()
            _swapped(other, None)
        writer.things(spool, languages)
        if half == 0:
            writer.rest()
        done = Half(writer.entities, writer.links, files.written())
        if other is None:
            return done
        spool.leave()
        return done.joined(_swapped(other, done))  # only then may the spool go away


def _swapped(other: Channel, value: Any) -> Any:
    other.send(value)
    return other.receive()


@dataclass(slots=True)
class _Block:
    """Lines of a block of a source; ``first``: its first statement is that of the source. The other may have it."""

    first: bool = False
    own: bool = True
    lines: list[tuple[File, str]] = field(default_factory=list)
    size: int = 0
    written: int = 0


class _Places:
    """Puts positions behind the lines of this half, and writes them."""

    def __init__(self, other: Channel | None, half: int) -> None:
        self._other, self._half = other, half
        self._turn = 1
        self._waiting: deque[_Block] = deque()
        self._block = _Block()
        self._next = 0

    def begin(self) -> None:
        """Begin with a source."""
        self._block.first = True

    def mine(self) -> bool:
        """Return whether the next block is one of this half; half 0 has the first."""
        self._turn = 1 - self._turn
        return self._other is None or self._turn == self._half

    def add(self, file: File, line: str) -> None:
        """Add the line of the next statement, which lacks its position."""
        block = self._block
        block.lines.append((file, line))
        block.size += len(line)
        if block.size > _HELD:  # no place to cut was found
            self.finish()
            self._write(block)

    def end(self, own: bool) -> None:
        """End a block; ``own``: its lines were added here."""
        self._block.own = own
        if own and self._other is not None:
            self._other.send(self._block.written + len(self._block.lines))
        self._waiting.append(self._block)
        self._block = _Block()
        if len(self._waiting) > _LAG:
            self._go()

    def finish(self) -> None:
        """Write what waits."""
        while self._waiting:
            self._go()

    def _go(self) -> None:
        block = self._waiting.popleft()
        if block.own:
            self._write(block)
        elif self._other is not None:
            self._next = (0 if block.first else self._next) + self._other.receive()

    def _write(self, block: _Block) -> None:
        if block.first and not block.written:
            self._next = 0
        lines: defaultdict[File, list[str]] = defaultdict(list)
        for place, (file, line) in enumerate(block.lines, self._next):
            lines[file].append(f"{line},{place}\n")
        for file, complete in lines.items():
            file.put(complete)
        self._next += len(block.lines)
        block.written += len(block.lines)
        block.lines, block.size = [], 0


@dataclass(slots=True)
class _Writer:
    """Makes the rows and writes them."""

    local: LocalGraph
    files: Files
    languages: set[str] = field(default_factory=set)
    entities: int = 0
    links: int = 0
    _records: File = field(init=False)
    _ties: File = field(init=False)

    def __post_init__(self) -> None:
        self._records = self.files.nodes("records", "record", "key", columns.RECORD, ["Record"])
        self._ties = self.files.relationships("ties", rows.TIE, "thing", "record", {})

    def statements(self, spool: Spool, places: _Places, size: int) -> None:
        """Write the links and records of all sources, or of one half of their blocks."""
        ends: dict[str, File] = {}
        for source_id in self.local.order:
            rank = self.local.rank[source_id]
            places.begin()
            for statement in self.local.blocks(source_id, places.mine, size):
                if isinstance(statement, LinkRow):
                    spool.named(rank, None, statement.names)
                    kind = statement.kind
                    if kind not in ends:
                        ends[kind] = self.files.relationships(f"links-{kind}", kind, "thing", "thing", columns.LINK)
                    file = ends[kind]
                    places.add(file, file.line(statement.row, statement.start, statement.end))
                    self.links += 1
                elif isinstance(statement, BlockEnd):
                    places.end(statement.own)
                else:
                    spool.named(rank, statement.iri, names_of(statement))
                    self.languages.update(n.lang for n in statement.names if n.kind == "preferred" and n.lang)
                    row = self._record(spool, source_id, statement.iri, statement)
                    places.add(self._records, self._records.line(row))
            spool.sink(rank)
        places.finish()

    def _record(self, spool: Spool, source_id: str, iri: str, said: Entity | None) -> Row:
        row = rows.record_node(source_id, iri, self.local.top(iri), said)
        spool.record(row["entity"], self.local.rank[source_id], row.get("json"))
        self._ties.write({}, row["entity"], row["key"])
        return row

    def only_named(self, spool: Spool) -> None:
        """Write the records of things that a source names without describing them."""
        for source_id in self.local.order:
            for iri in spool.only_named(self.local.rank[source_id]):
                self._records.write(self._record(spool, source_id, iri, None))

    def things(self, spool: Spool, languages: set[str]) -> None:
        """Write the nodes of all things."""
        names = {rows.name_property(language): "string" for language in sorted(languages)}
        things = self.files.nodes("things", "thing", "iri", {**columns.ENTITY, **names})
        for iri, _, said in spool.entities():
            marks, row = self.local.node(iri, said)
            things.write(row, *marks)
            self.entities += 1

    def rest(self) -> None:
        """Write what there is little of: sources, decisions, and the node of the mirror."""
        store, truth = self.local.store, self.local.truth
        sources = self.files.nodes("sources", "record", "key", columns.SOURCE, ["Source"])
        for source_id in self.local.order:
            sources.write(rows.source_node(store.source(source_id), truth.sums[source_id]))
        decisions = self.files.nodes("decisions", "record", "key", columns.DECISION, ["Decision"])
        for number, decision in enumerate(store.decisions, 1):
            said = rows.decision_node(number, decision)
            decisions.write({name: value for name, value in said.items() if value is not None})
        self.files.nodes("mirror", "record", "key", columns.MIRROR, ["Mirror"]).write(mirror_node(truth))
