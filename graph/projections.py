"""How a projection is kept: made from a fingerprint of the truth, swapped in whole, made again when it is stale.

A projection is a folder ``projections/<kind>-<fingerprint>``. It is built beside and renamed, so that a reader
sees all of it or none, and one that was opened before goes on with the old one.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from ..ontology.errors import DamagedSource
from .store import Store, storage, write_beside

_META = "meta.json"
_KEPT = ("sums", "decisions", "ontology", "damaged", "facts")
#: Raised whenever a projection is built in another way, so that those of older versions are made again.
PROJECTION_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Truth:
    """The state of the truth that a projection is made from: a checksum a source, and one of the decisions."""

    sums: dict[str, str]
    decisions: str
    ontology: str
    fingerprint: str


def truth(store: Store) -> Truth:
    """Return the present state of a store's truth."""
    sums = store.fingerprints()
    log = store.decisions.path
    decisions = hashlib.sha256(log.read_bytes() if log.exists() else b"").hexdigest()
    ontology = f"{PROJECTION_FORMAT}-{_ontology_checksum()}"
    whole = json.dumps([ontology, decisions, sums], sort_keys=True)
    return Truth(sums, decisions, ontology, hashlib.sha256(whole.encode()).hexdigest()[:16])


def _ontology_checksum() -> str:
    text = resources.files("multilateral.ontology").joinpath("cooperation.ttl").read_bytes()
    return hashlib.sha256(text).hexdigest()


@dataclass(slots=True)
class Built:
    """A projection on disk: its folder, what it was made from and which sources had to be left out of it."""

    folder: Path
    sums: dict[str, str]
    decisions: str
    ontology: str
    damaged: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def projection(store: Store, kind: str, build: Callable[[Built, Built | None], None]) -> Built:
    """Return the projection of this kind that belongs to the present truth, building it where it is missing.

    ``build`` is given an empty folder to fill, and the newest projection of another state, if there is one. It
    puts damaged sources into ``damaged``, and what is worth knowing later into ``facts``.

    :raises StorageFailed: If the disk refuses.
    """
    for attempt in (1, 2, 3):
        state = truth(store)
        folder = store.projections_path / f"{kind}-{state.fingerprint}"
        if (there := _read(folder)) is not None:
            return there
        try:
            return _build(store, kind, state, folder, build)
        except (FileNotFoundError, DamagedSource):
            # A writer moved a source while it was being read: look again. A file that is really gone or broken
            # is told by the third attempt.
            if attempt == 3:
                raise
    raise AssertionError("unreachable")


def _build(
    store: Store, kind: str, state: Truth, folder: Path, build: Callable[[Built, Built | None], None]
) -> Built:
    beside = store.projections_path / f".{kind}-{uuid.uuid4().hex}"
    with storage(store.projections_path):
        beside.mkdir(parents=True)
    try:
        built = Built(beside, state.sums, state.decisions, state.ontology)
        before = sorted(
            (p for p in store.projections_path.glob(f"{kind}-*") if (p / _META).exists()),
            key=lambda p: p.stat().st_mtime_ns,
        )
        build(built, _read(before[-1]) if before else None)
        with storage(beside):
            meta = {k: getattr(built, k) for k in _KEPT}
            write_beside(beside / _META, json.dumps(meta).encode())
            if folder.exists():  # another process was quicker, or what stood there was broken
                shutil.rmtree(folder, ignore_errors=True)
            beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    for old in before[:-1]:  # the newest of the old ones stays for readers that have it open
        shutil.rmtree(old, ignore_errors=True)
    built.folder = folder
    return built


def _read(folder: Path) -> Built | None:
    try:
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
        return Built(folder, **{k: meta[k] for k in _KEPT})
    except (OSError, ValueError, KeyError):
        return None  # missing or broken: it is made again


def discard(built: Built) -> None:
    """Delete a projection that turned out to be broken, so that the next call makes it again."""
    shutil.rmtree(built.folder, ignore_errors=True)
