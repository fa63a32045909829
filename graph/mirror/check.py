"""``mirror check``: compares every node and relationship in Neo4j with the truth, property by property.

What the store says is made anew and what Neo4j holds is read whole; checksums that stand there are not believed but
compared like any other value. Both sides are written down as digests and compared on disk, so that memory does not grow
with the graph; only rows that differ are looked at a second time, to say what differs.

Not compared are ``position``, labels and nodes that are not ours, and relationships from or to other nodes. A
relationship between two nodes of ours that is not a link of the store is a difference, because it changes answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ..rows import Row
from ..store import Store
from . import rows
from .connection import Server
from .ledger import Ledger, differing, key_digest
from .link_rows import LinkRow
from .local import LocalGraph, Spool, Truth, names_of

Progress = Callable[[str, int, int], None]
#: One thing that is compared: a key, what frames it (labels, or type and ends), and its properties.
Item = tuple[str, list[str], Row]
SHOWN = 100
_M = rows.MARK
#: Of a source's or the mirror's own node: what says how far a push has come.
_ABSENT = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: something is ``missing`` there, ``extra`` there, or ``changed`` in a property."""

    kind: Literal["missing", "extra", "changed"]
    what: str
    property: str | None = None
    here: Any = None
    there: Any = None

    def __str__(self) -> str:
        if self.kind == "changed":
            return f"changed: {self.what}: {self.property} is {self.here!r} here and {self.there!r} there"
        return f"{self.kind}: {self.what}"


@dataclass(slots=True)
class CheckReport:
    """How many rows were compared, how many differ, and the differences of the first hundred of them."""

    compared: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether the mirror holds what the store holds."""
        return not self.differing


def check(store: Store, server: Server, *, progress: Progress = lambda stage, done, total: None) -> CheckReport:
    """Compare the mirror with the store.

    :raises DamagedSource: If a source cannot be read.
    """
    local = LocalGraph(store)
    with Ledger() as here, Ledger() as there:
        _note_local(local, here, progress)

        def note(tx: Any) -> None:
            there.clear()
            for number, (key, frame, row) in enumerate(_remote(tx)):
                there.add(key_digest(key), rows.digest(row, frame))
                if number % 5_000 == 0:
                    progress("Reading the mirror", number, here.count)

        server.read(note)
        report = CheckReport(compared=here.count)
        wanted: set[bytes] = set()
        for key in differing(here, there):
            report.differing += 1
            if len(wanted) < SHOWN:
                wanted.add(key)
    if wanted:
        progress("Looking at what differs", 0, 0)
        report.differences = _details(local, server, wanted)
    return report


def _note_local(local: LocalGraph, ledger: Ledger, progress: Progress) -> None:
    total, done = local.size(local.order), 0

    def tick(size: int) -> None:
        nonlocal done
        done += size
        progress("Reading the store", min(done, total), total)

    for key, frame, row in _local(LocalGraph(local.store, tick)):
        ledger.add(key_digest(key), rows.digest(row, frame, made=True))


# --- both sides as items -------------------------------------------------------------------------------------------


def _local(local: LocalGraph) -> Iterator[Item]:
    """Yield everything that the mirror has to hold."""
    with Spool() as spool:
        for source_id in local.order:
            rank = local.rank[source_id]
            for statement in local.statements(source_id):
                if isinstance(statement, LinkRow):
                    spool.named(rank, None, statement.names)
                    yield _link_key(statement.row), [statement.kind, statement.start, statement.end], statement.row
                    continue
                spool.named(rank, statement.iri, names_of(statement))
                row = rows.record_node(source_id, statement.iri, local.top(statement.iri), statement)
                spool.record(row["entity"], rank, row["json"])
                yield from _record_items(row)
            for iri in spool.only_named(rank):
                row = rows.record_node(source_id, iri, local.top(iri), None)
                spool.record(row["entity"], rank, None)
                yield from _record_items(row)
            yield (
                rows.source_key(source_id),
                sorted([_M, "Source"]),
                rows.source_node(local.store.source(source_id), local.truth.sums[source_id]),
            )
        for iri, _, said in spool.entities():
            marks, row = local.node(iri, said)
            yield f"thing:{iri}", list(marks), row
    for number, decision in enumerate(local.store.decisions, 1):
        row = rows.decision_node(number, decision)
        yield row["key"], sorted([_M, "Decision"]), row
    yield "mirror", sorted([_M, "Mirror"]), mirror_node(local.truth)


def mirror_node(truth: Truth) -> Row:
    """Return the properties of the node that describes the mirror itself."""
    return {"key": "mirror", "form": truth.form, "decisions": truth.decisions}


def _record_items(row: Row) -> Iterator[Item]:
    yield row["key"], [_M, "Record"], row
    yield f"tie:{row['key']}", [rows.TIE, row["entity"], row["key"]], {}


def _link_key(row: Row) -> str:
    return f"link:{row.get('source')}|{row['iri']}"


def _remote(tx: Any) -> Iterator[Item]:
    """Yield everything that the mirror holds between nodes of ours."""
    for marks, row in tx.run(f"MATCH (n:{_M}) RETURN labels(n), properties(n)"):
        ours = rows.our_labels(marks)
        if isinstance(row.get("key"), str):
            yield row["key"], ours, row
        else:
            yield f"thing:{row.get('iri')}", ours, row
    ends = f"MATCH (a:{_M})-[r]->(b:{_M}) RETURN type(r), coalesce(a.iri, a.key), coalesce(b.iri, b.key), properties(r)"
    for kind, start, end, row in tx.run(ends):
        if kind == rows.TIE:
            yield f"tie:{end}", [kind, start, end], row
        elif isinstance(row.get("iri"), str):
            yield _link_key(row), [kind, start, end], row
        else:
            yield f"foreign:{kind}|{start}|{end}", [kind, start, end], row


# --- what differs --------------------------------------------------------------------------------------------------


def _details(local: LocalGraph, server: Server, wanted: set[bytes]) -> list[Difference]:
    here: dict[str, list[Item]] = defaultdict(list)
    for item in _local(local):
        if key_digest(item[0]) in wanted:
            here[item[0]].append(item)

    def look(tx: Any) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = defaultdict(list)
        for item in _remote(tx):
            if key_digest(item[0]) in wanted and len(found[item[0]]) < SHOWN:
                found[item[0]].append(item)
        return found

    there = server.read(look)
    return [
        difference
        for key in sorted({*here, *there})
        for difference in _compare(key, here.get(key, []), there.get(key, []))
    ]


def _compare(key: str, here: list[Item], there: list[Item]) -> Iterator[Difference]:
    """Yield how the items of one key differ; more than one on a side is a doubled link."""
    if here and there:
        yield from _changed(here[0], min(there, key=lambda item: len(list(_changed(here[0], item)))))
    for item in there[max(len(here), 1) if here else 0 :]:
        again = " (a second one)" if here else ""
        yield Difference("extra", _told(key, item) + again)
    if not there:
        for item in here:
            yield Difference("missing", _told(key, item))


def _changed(here: Item, there: Item) -> Iterator[Difference]:
    what = _told(here[0], here)
    names = ("type", "from", "to") if here[0].partition(":")[0] in ("link", "tie") else ("labels",)
    left: list[Any] = here[1] if len(names) == 3 else [here[1]]
    right: list[Any] = there[1] if len(names) == 3 else [there[1]]
    for name, a, b in zip(names, left, right, strict=True):
        if a != b:
            yield Difference("changed", what, name, a, b)
    for name in sorted({*here[2], *there[2]} - {"position"}):
        a, b = here[2].get(name, _ABSENT), there[2].get(name, _ABSENT)
        if _plain(a) != _plain(b) or type(_plain(a)) is not type(_plain(b)):
            yield Difference("changed", what, name, _plain(a), _plain(b))


def _plain(value: Any) -> Any:
    """Return a value as both sides can show it: a date as text that says so, and a list as a list."""
    if hasattr(value, "isoformat"):
        return f"date {value.isoformat()}"
    return list(value) if isinstance(value, tuple) else value


def _told(key: str, item: Item) -> str:
    """Return in words what an item is."""
    sort, _, name = key.partition(":")
    _, frame, row = item
    if sort in ("link", "foreign"):
        joined = f"{rows.short(str(frame[1]))} -[{frame[0]}]-> {rows.short(str(frame[2]))}"
        return f"link {row['iri']} ({joined})" if sort == "link" else f"relationship of nobody's ({joined})"
    if sort == "tie":
        return f"tie between {rows.short(str(frame[1]))} and its record {name}"
    return {"thing": f"thing {name}", "record": f"record {name}", "source": f"source {name}"}.get(sort, key)


def counted(differences: list[Difference]) -> Counter[str]:
    """Return how many differences there are of each kind."""
    return Counter(d.kind for d in differences)
