"""A service read as if it were a store: a copy of it in the user's cache, which is as fresh as the service.

Each call asks the service for fingerprints of what it holds; only what has changed is read again. Why a copy, and what
is asked of the service itself, is in ``docs/decisions/remote-store.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from ...ontology.model import Loaded, Source
from ..decisions import RULE, Decision
from ..store import LoadReport, Store
from . import reading_graphs
from .errors import ChangedMeanwhile, Refused, shown
from .pull import pull
from .reading_cache import Copies, Copy, seed
from .reading_edition import edition_of
from .reading_layout import Found, Graph, State, decision_count, state
from .service import Service

Notice = Callable[[str], None]
#: What has to be told of each source.
Notes = dict[str, list[str]]
_ATTEMPTS = 3


def copy_of(service: Service, notice: Notice, *, folder: Path | None = None) -> tuple[Path, Found]:
    """Return the folder of a store that says what a service says now, and what was found there.

    ``notice`` is told what is read, and what of it could not be used. ``folder`` is where copies lie, by default the
    user's cache.

    :raises NothingOfOurs: If the service holds nothing in our terms.
    :raises IncompleteMirror: If it is a mirror, and a push into it was cut off or it was changed since.
    :raises StoreUnavailable: If it does not answer, or does not give all that it says it holds.
    """
    copies = Copies(service.address, folder)
    for _ in range(_ATTEMPTS):
        edition = edition_of(service)
        found = Found.of(service)
        if edition is not None and (same := copies.of_edition(edition)) is not None:
            _tell(same.notes, notice)
            return same.store, found
        now = state(service, found, edition)
        if now.known and (fresh := copies.fresh(now.fingerprint)) is not None:
            _tell(fresh.notes, notice)
            return fresh.store, found
        with copies.making() as beside:
            made = _mirrored if found.manifest is not None else _copied
            notes = made(service, found, now, copies, beside / "store", notice)
            after = state(service, Found.of(service), edition_of(service))
            if after.fingerprint != now.fingerprint:
                continue  # somebody wrote while it was read: what was read may be of two moments
            _tell(notes, notice)
            copy = Copy(beside / "store", now.marks, notes, edition if edition == edition_of(service) else None)
            return copies.keep(copy, now.fingerprint if now.known else None), found
    raise ChangedMeanwhile(
        service.address.url, f"changed {_ATTEMPTS} times while it was read", "try again when nobody writes to it"
    )


def _tell(notes: Notes, notice: Notice) -> None:
    for sentences in notes.values():
        for sentence in sentences:
            notice(sentence)


def _kept(copies: Copies, now: State, store: Path) -> Notes:
    """Take over from the latest copy what has not changed since; return those sources with their notes."""
    last = copies.last()
    if last is None:
        return {}
    same = [s for s, mark in now.marks.items() if mark and last.marks.get(s) == mark]
    seed(last.store, store, same)
    return {s: last.notes.get(s, []) for s in same if (store / "sources" / f"{s}.nq.gz").exists()}


def _mirrored(service: Service, found: Found, now: State, copies: Copies, store: Path, notice: Notice) -> Notes:
    """Read a mirror back."""
    kept = _kept(copies, now, store)
    new = len(now.marks) - len(kept)
    notice(
        f"Copying {new} of {len(now.marks)} sources of the mirror at {shown(service.address.url)}, to answer from the "
        "copy until they change."
    )
    pull(store, service)
    came, there = sum(1 for _ in Store.open(store).decisions), decision_count(service)
    if came != there:
        raise Refused(
            service.address.url,
            f"gives {came:,} of the {there:,} decisions of the mirror",
            "ask its administrator for a higher limit of rows",
        )
    return {}


def _copied(service: Service, found: Found, now: State, copies: Copies, store: Path, notice: Notice) -> Notes:
    """Read the graphs that have changed; each becomes a source. Return what has to be told of them."""
    kept = _kept(copies, now, store)
    wanted = [graph for graph in found.graphs if graph.source_id not in kept]
    triples = sum(now.counts[graph.source_id] for graph in wanted)
    slow = "" if now.known else " (it fails or is too slow to say whether they have changed, so every call reads them)"
    notice(
        f"Copying {triples:,} triples in {len(wanted)} of {len(found.graphs)} graphs of {shown(service.address.url)}, "
        f"to answer from the copy until they change{slow}."
    )
    with Store.writing(store) as target:
        reports: list[LoadReport] = target.load(_loads(service, wanted, now))
        if now.ties:
            when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            target.decisions.append(
                Decision("same", top, iri, RULE, when, "the service says so", "recorded-as")
                for iri, top in sorted(now.ties.items())
            )
    new = {
        report.source.id: [
            f"{report.source.title or report.source.id}: left out {count:,} × {reason}."
            for reason, count in report.skipped.items()
        ]
        for report in reports
    }
    return kept | new


def _loads(service: Service, graphs: list[Graph], now: State) -> Iterator[Loaded]:
    for graph in graphs:
        count = now.counts[graph.source_id]
        with reading_graphs.read(service, graph, count, _source(service, graph, now)) as loaded:
            yield loaded


def _source(service: Service, graph: Graph, now: State) -> Source:
    """Describe a graph that says nothing of itself."""
    where = shown(service.address.url)
    return Source(
        id=graph.source_id,
        title=f"The default graph of {where}" if graph.iri is None else graph.iri,
        loader="rdf",
        checksum=f"sum:{now.counts[graph.source_id]}-{now.marks[graph.source_id]}",
        origin=where,
        loaded=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
