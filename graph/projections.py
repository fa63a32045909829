"""How a projection is kept: made from a fingerprint of the truth, swapped in whole, made again when it is stale.

A projection is a folder ``projections/<kind>-<fingerprint>``. It is built beside and renamed, so that a reader
sees all of it or none, and one that was opened before goes on with the old one.

A reader first pins the truth: ``projections/truth-<fingerprint>`` holds hard links to the files of that moment, which
take no space. So all that one reader says comes from one state, while a writer replaces one file after another.
Where a store cannot be written (a read-only disk), projections are made in a temporary folder of the process.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from ..ontology.errors import StoreLocked
from .decisions import DecisionLog
from .store import Store, storage, write_beside

_META = "meta.json"
_KEPT = ("sums", "decisions", "ontology", "damaged", "facts")
#: Raised whenever a projection is built in another way, so that those of older versions are made again.
PROJECTION_FORMAT = 4
#: Seconds after which a half-built folder is taken to be left by a killed process: none is built so slowly.
_LEFT_BEHIND = 6 * 3600
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_temporary: dict[Path, tempfile.TemporaryDirectory[str]] = {}
_making = threading.Lock()  # index and names are built side by side


@dataclass(frozen=True, slots=True)
class Truth:
    """The state of the truth that a projection is made from: a checksum a source, and one of the decisions."""

    sums: dict[str, str]
    decisions: str
    ontology: str
    fingerprint: str


def truth(store: Store) -> Truth:
    """Return the present state of a store's truth, or the one to which it is pinned."""
    if isinstance(store, Pinned):
        return store.state
    sums = store.fingerprints()
    try:
        log = store.decisions.path.read_bytes()
    except FileNotFoundError:
        log = b""
    return truth_of(sums, log)


def truth_of(sums: dict[str, str], log: bytes) -> Truth:
    """Return the state of a truth that consists of the files of these checksums and a log of decisions."""
    decisions = hashlib.sha256(log).hexdigest()
    ontology = f"{PROJECTION_FORMAT}-{_ontology_checksum()}"
    whole = json.dumps([ontology, decisions, sums], sort_keys=True)
    return Truth(sums, decisions, ontology, hashlib.sha256(whole.encode()).hexdigest()[:16])


def _ontology_checksum() -> str:
    text = resources.files("multilateral.ontology").joinpath("cooperation.ttl").read_bytes()
    return hashlib.sha256(text).hexdigest()


class Pinned(Store):
    """A store as it was at one moment: later loads do not show. Made by :func:`pin`, and only read."""

    def __init__(self, store: Store, projections: Path, folder: Path, state: Truth) -> None:
        super().__init__(store.path)
        self.projections_path = projections
        self.state = state
        #: What several projections of this moment share, so that it is worked out once.
        self.shared: dict[str, Any] = {}
        self.folder = folder
        self._files = {source_id: folder / f"{source_id}.nq.gz" for source_id in state.sums}
        self._log = DecisionLog(folder / store.decisions.path.name, shown=store.path / store.decisions.path.name)

    @property
    def decisions(self) -> DecisionLog:
        """The log of decisions of that moment."""
        return self._log

    def files(self) -> dict[str, Path]:
        """Return the file of every source of that moment by its id."""
        if not self.folder.exists():  # somebody deleted the projections under our feet: the truth is still there
            return super().files()
        return self._files

    def fingerprints(self) -> dict[str, str]:
        """Return the SHA-256 of every source's file of that moment by its id."""
        return dict(self.state.sums)


def pin(store: Store) -> Pinned:
    """Return the store as it is now and will be for this reader, whatever a writer does meanwhile.

    :raises StoreLocked: If a writer changes the store faster than it can be looked at.
    :raises StorageFailed: If the disk refuses.
    """
    if isinstance(store, Pinned):
        return store
    for _ in range(20):
        state = truth(store)
        for projections in (store.projections_path, _elsewhere(store, make=False)):
            if projections and (projections / f"truth-{state.fingerprint}" / _META).exists():
                return Pinned(store, projections, projections / f"truth-{state.fingerprint}", state)
        projections = _writable(store)
        with _beside(projections, "truth") as beside:
            try:
                for source_id, path in store.files().items():
                    _link(path, beside / f"{source_id}.nq.gz")
                if store.decisions.path.exists():
                    _link(store.decisions.path, beside / store.decisions.path.name)
            except FileNotFoundError:
                continue
            if truth(store) != state:
                continue
            (beside / _META).write_text("{}", encoding="utf-8")
            folder = projections / f"truth-{state.fingerprint}"
            _move_in(beside, folder)
        _sweep(projections, "truth", keep=folder)
        return Pinned(store, projections, folder, state)
    raise StoreLocked(f"{store.path} is being changed again and again; try once more when the loads have ended.")


def pinned_in(projections: Path, fingerprint: str, path: Path) -> Pinned:
    """Return a store as it was, from a folder that has copies of its projections of that moment, the RDF index's too.

    :param path: The folder of the store, which is not looked at.
    :raises OSError: If the index is not there.
    """
    built = _read(projections / f"rdf-{fingerprint}")
    if built is None:
        raise OSError(f"there is no readable index of {path} in {projections}")
    state = Truth(built.sums, built.decisions, built.ontology, fingerprint)
    return Pinned(Store(path), projections, projections / f"truth-{fingerprint}", state)


def _link(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(path, to)


def _writable(store: Store) -> Path:
    """Return the folder in which projections can be made: the store's own, else a temporary one."""
    probe = store.projections_path / f".probe-{uuid.uuid4().hex}"
    with storage(store.projections_path):
        try:
            probe.mkdir(parents=True)
            probe.rmdir()
        except OSError as error:
            if error.errno not in _READ_ONLY:
                raise
            return _elsewhere(store, make=True) or store.projections_path
    return store.projections_path


def _elsewhere(store: Store, *, make: bool) -> Path | None:
    place = store.path.resolve()
    with _making:
        if place not in _temporary and make:
            _temporary[place] = tempfile.TemporaryDirectory(prefix="multilateral-", ignore_cleanup_errors=True)
        return Path(_temporary[place].name) if place in _temporary else None


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
    """Return the projection of this kind that belongs to a pinned state, building it where it is missing.

    ``build`` is given an empty folder to fill, and the newest projection of another state, if there is one. It
    puts damaged sources into ``damaged``, and what is worth knowing later into ``facts``.

    :raises StorageFailed: If the disk refuses.
    """
    pinned = pin(store)
    for place in (pinned.projections_path, _elsewhere(pinned, make=False)):
        if place and (there := _read(place / f"{kind}-{pinned.state.fingerprint}")) is not None:
            return there
    return _build(pinned.state, _writable(pinned), kind, build)


def _build(state: Truth, projections: Path, kind: str, build: Callable[[Built, Built | None], None]) -> Built:
    with _beside(projections, kind) as beside:
        built = Built(beside, state.sums, state.decisions, state.ontology)
        before = _newest(projections, kind)
        with storage(projections):
            build(built, _read(before[-1]) if before else None)
            return _finish(built, projections, f"{kind}-{state.fingerprint}")


@contextlib.contextmanager
def begun(projections: Path, kind: str) -> Iterator[Built]:
    """Give the folder for a projection whose truth is not in the store yet; without :func:`settle` it goes away.

    :raises StorageFailed: If the disk refuses.
    """
    with _beside(projections, kind) as beside:
        yield Built(beside, {}, "", "")


def settle(built: Built, projections: Path, kind: str, state: Truth) -> None:
    """Put a projection that was begun in its place, now that this is the state of the truth.

    :raises StorageFailed: If the disk refuses.
    """
    built.sums, built.decisions, built.ontology = state.sums, state.decisions, state.ontology
    with storage(projections):
        _finish(built, projections, f"{kind}-{state.fingerprint}")


def _finish(built: Built, projections: Path, name: str) -> Built:
    """Put a projection that is complete in its place."""
    meta = {k: getattr(built, k) for k in _KEPT}
    write_beside(built.folder / _META, json.dumps(meta).encode())
    folder = projections / name
    _move_in(built.folder, folder)
    _sweep(projections, name.partition("-")[0], keep=folder)
    built.folder = folder
    return built


@contextlib.contextmanager
def _beside(projections: Path, kind: str) -> Iterator[Path]:
    """Make a folder to build in; what has not been moved into its place at the end is swept."""
    beside = projections / f".{kind}-{uuid.uuid4().hex}"
    with storage(projections):
        beside.mkdir(parents=True)
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _move_in(beside: Path, folder: Path) -> None:
    """Put a finished folder in its place, unless another process was quicker and readers already have that one."""
    if (folder / _META).exists():
        return
    shutil.rmtree(folder, ignore_errors=True)  # what is broken is made again
    try:
        beside.rename(folder)
    except OSError:
        if not (folder / _META).exists():
            raise


def _newest(projections: Path, kind: str) -> list[Path]:
    """Return the finished projections of a kind, the newest last."""
    found = []
    for path in projections.glob(f"{kind}-*"):
        with contextlib.suppress(FileNotFoundError):  # another process sweeps
            found.append(((path / _META).stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def _sweep(projections: Path, kind: str, keep: Path) -> None:
    """Delete old projections but the newest of them, which readers may have open, and what killed processes left."""
    for old in [p for p in _newest(projections, kind) if p != keep][:-1]:
        shutil.rmtree(old, ignore_errors=True)
    for left in projections.glob(".*"):
        with contextlib.suppress(FileNotFoundError):
            newest = max((p.stat().st_mtime for p in left.rglob("*")), default=left.stat().st_mtime)
            if left.is_dir() and time.time() - newest > _LEFT_BEHIND:
                shutil.rmtree(left, ignore_errors=True)


def _read(folder: Path) -> Built | None:
    try:
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
        return Built(folder, **{k: meta[k] for k in _KEPT})
    except (OSError, ValueError, KeyError, TypeError):
        return None  # missing or broken: it is made again


def discard(built: Built) -> None:
    """Delete a projection that turned out to be broken, so that the next call makes it again."""
    shutil.rmtree(built.folder, ignore_errors=True)
