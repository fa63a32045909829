"""``mirror check`` of a SPARQL service: compares every triple of every graph that it has to hold with the store.

What the store says is made anew and what the service holds is read whole; no fingerprint there is believed. Both
sides are written down as digests and compared on disk, so that memory does not grow with the graph; only triples that
differ are looked at a second time, to say what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...ontology.model import source_iri
from ..mirror.check import SHOWN, CheckReport, Difference
from ..mirror.ledger import Ledger
from ..store import Store
from .graphs import differing, noted, picked, there
from .layout import DECISIONS, MANIFEST, ONTOLOGY, TIES, Local, Manifest, as_loaded
from .service import Service

Progress = Callable[[str, int, int], None]
Lines = Callable[[], Iterator[bytes]]
_LONGEST = 400


def check(store: Store, service: Service, *, progress: Progress = lambda stage, done, total: None) -> CheckReport:
    """Compare a service with the store, triple by triple.

    :raises DamagedSource: If a source cannot be read.
    :raises StoreUnavailable: If the service stops answering.
    """
    local = Local(store)
    found = Manifest.of(service)
    report = CheckReport()
    graphs = list(_graphs(local, found or Manifest()))
    for number, (iri, lines) in enumerate(graphs):
        progress("Comparing graphs", number, len(graphs))
        _graph(report, service, iri, lines)
    progress("Comparing graphs", len(graphs), len(graphs))
    _manifest(report, local, found)
    return report


def _graphs(local: Local, found: Manifest) -> Iterator[tuple[str, Lines]]:
    """Yield each graph that has to be there, and each that the manifest names beside them, with what it has to hold."""
    yield ONTOLOGY, local.ontology
    yield TIES, local.ties
    yield DECISIONS, local.decisions
    for source_id in local.sums:
        yield source_iri(source_id), lambda s=source_id: local.shown(s)  # type: ignore[misc]
        yield as_loaded(source_id), lambda s=source_id: local.kept(s)  # type: ignore[misc]
    for source_id in found.sources:
        if source_id not in local.sums:
            yield source_iri(source_id), lambda: iter(())
            yield as_loaded(source_id), lambda: iter(())


def _graph(report: CheckReport, service: Service, iri: str, lines: Lines) -> None:
    missing: set[bytes] = set()
    extra: set[bytes] = set()
    with Ledger() as here, Ledger() as far:
        noted(lines(), here)
        noted(there(service, iri), far)
        report.compared += len(here)
        for mark, mine in differing(here, far):
            report.differing += 1
            if len(report.differences) + len(missing) + len(extra) < SHOWN:
                (missing if mine else extra).add(mark)
    told = [(line, "missing") for line in picked(lines(), missing)] if missing else []
    told += [(line, "extra") for line in picked(there(service, iri), extra)] if extra else []
    for line, kind in sorted(told):
        report.differences.append(Difference(kind, f"{_text(line)} in the graph {iri}"))  # type: ignore[arg-type]


def _text(line: bytes) -> str:
    text = line.decode("utf-8", "replace").removesuffix(" .\n")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _manifest(report: CheckReport, local: Local, found: Manifest | None) -> None:
    """Compare what the manifest says: a next push would believe it."""
    report.compared += 1
    if found is None:
        report.differing += 1
        report.differences.append(Difference("missing", f"the manifest in the graph {MANIFEST}"))
        return
    frame = local.frame
    want = Manifest({s: local.entry(s) for s in local.sums}, frame["decisions"], frame["ties"], frame["ontology"])
    for entry in found.sources.values():  # another file that says the same is the same
        entry.sum = ""
    for entry in want.sources.values():
        entry.sum = ""
    if want != found:
        report.differing += 1
        parts = [n for n in (*want.sources, *found.sources) if want.sources.get(n) != found.sources.get(n)]
        parts += [n for n, value in frame.items() if getattr(found, n) != value]
        names = ", ".join(dict.fromkeys(parts))
        report.differences.append(Difference("changed", "the manifest", names, "all there", "not so"))
