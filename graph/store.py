"""The truth: a folder with one compressed file of quads a source, and a log of decisions.

Everything else in a store is a projection of these and can be deleted. A load is written beside the others and
then moved in by one rename, so that a kill at any moment loses the whole load or nothing; a forgotten source
goes the same way.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import itertools
import json
import os
import re
import shutil
import sqlite3
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from pyoxigraph import Quad, RdfFormat, parse

from ..ontology import convert
from ..ontology.errors import (
    DamagedSource,
    MultilateralError,
    NewerStore,
    NoStore,
    StorageFailed,
    StoreLocked,
    UnknownSource,
    UnreadableSource,
)
from ..ontology.lines import read_lines
from ..ontology.model import Loaded, Source, Statement, source_iri
from .decisions import Decision, DecisionLog
from .store_write import Witness, reading, write_source

FORMAT = 1
_MARKER = "store.json"
_COMMITTED = "committed-"
_STAGED = "staged-"
_FORGET = ".forget"
_SUFFIX = ".nq.gz"
_LOG = "decisions.jsonl"
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
#: Ids that no source may have, because the graph of that name is the index's own.
_RESERVED = ("decisions",)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one source brought: ``outcome`` is ``new``, ``replaced`` or ``unchanged``; ``skipped`` counts by reason."""

    source: Source
    outcome: str
    entities: int
    links: int
    skipped: dict[str, int]


def is_store(path: Path) -> bool:
    """Tell whether a folder is a store, of this version or another."""
    return (path / _MARKER).is_file() and (path / "sources").is_dir()


class Store:
    """A folder of sources. Any number of readers; one writer at a time.

    Open with :meth:`open` to read, or as ``with Store.writing(path) as store`` to write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sources_path = path / "sources"
        self.projections_path = path / "projections"

    # --- opening ---------------------------------------------------------------------------------------------

    @classmethod
    def open(cls, path: str | Path) -> Store:
        """Open a store for reading.

        :raises NoStore: If there is no store at ``path``.
        :raises NewerStore: If a newer version of this package made it.
        """
        folder = Path(path)
        if not folder.exists():
            raise NoStore(f"There is no store at {folder}; `multilateral --store {folder} load …` makes one.")
        try:
            marker = json.loads((folder / _MARKER).read_text(encoding="utf-8"))
            version = int(marker["format"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NoStore(
                f"{folder} is not a store (it has no readable {_MARKER}); name another with --store."
            ) from error
        if version > FORMAT:
            raise NewerStore(
                f"The store {folder} has format {version} and this version reads up to {FORMAT}; "
                "upgrade multilateral to open it."
            )
        return cls(folder)

    @classmethod
    @contextlib.contextmanager
    def writing(cls, path: str | Path) -> Iterator[Store]:
        """Open a store for writing, making it where there is none; hold its lock until the end.

        :raises NoStore: If the folder holds something else.
        :raises StoreLocked: If another process is writing.
        :raises StorageFailed: If the disk refuses.
        """
        folder = Path(path)
        with contextlib.ExitStack() as held:
            with storage(folder):  # not around the work of the caller, whose own inputs may fail to be read
                store = cls._locked(folder, held)
            yield store

    @classmethod
    def _locked(cls, folder: Path, held: contextlib.ExitStack) -> Store:
        if folder.exists() and not folder.is_dir():
            raise NoStore(f"{folder} is a file, not a store; name another folder with --store.")
        fresh = not folder.exists() or not any(folder.iterdir())
        if fresh:
            (folder / "sources").mkdir(parents=True, exist_ok=True)
        elif not (folder / _MARKER).exists() and not _half_made(folder):
            raise NoStore(f"{folder} holds something that is not a store; name an empty or new folder with --store.")
        # The lock of an empty SQLite file: known to every system, and gone with the process that held it.
        lock = sqlite3.connect(folder / ".lock", timeout=0, isolation_level=None)
        held.callback(lock.close)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise OSError(error.sqlite_errorcode, str(error)) from error
            raise StoreLocked(f"Another process is writing to {folder}; wait until it has ended.") from error
        if not (folder / _MARKER).exists():
            write_beside(folder / _MARKER, json.dumps({"format": FORMAT}).encode())
        store = cls.open(folder)
        store.sources_path.mkdir(exist_ok=True)
        store._recover()
        return store

    def _recover(self) -> None:
        """Finish what a killed writer had committed, and sweep what it had not."""
        for folder in self.path.glob(f"{_COMMITTED}*"):
            self._move_in(folder)
        for folder in self.path.glob(f"{_STAGED}*"):
            shutil.rmtree(folder)
        for leftover in self.path.glob(f"{_MARKER}.*.new"):
            leftover.unlink()

    @property
    def decisions(self) -> DecisionLog:
        """The log of decisions, with what a killed or working writer has just committed."""
        path = self.path / _LOG
        return DecisionLog(next((p for p in self._committed() if p.name == _LOG), path), shown=path)

    # --- what is there -----------------------------------------------------------------------------------------

    def files(self) -> dict[str, Path]:
        """Return the file of every source by its id, with what a killed or working writer has just committed."""
        while True:
            committed = self._committed()
            found = {p.name.removesuffix(_SUFFIX): p for p in sorted(self.sources_path.glob(f"*{_SUFFIX}"))}
            if committed == self._committed():  # else a writer moved a file while we looked: look again
                break
        for path in committed:
            if path.name.endswith(_FORGET):
                found.pop(path.name.removesuffix(_FORGET), None)
            elif path.name != _LOG:
                found[path.name.removesuffix(_SUFFIX)] = path
        return dict(sorted(found.items()))

    def _committed(self) -> list[Path]:
        paths: list[Path] = []
        for folder in sorted(self.path.glob(f"{_COMMITTED}*")):
            with contextlib.suppress(FileNotFoundError):  # its files have all been moved in
                paths.extend(sorted(folder.iterdir()))
        return paths

    def fingerprints(self) -> dict[str, str]:
        """Return the SHA-256 of every source's file by its id.

        Sums are kept with size, time of change and number of the file, so that an unchanged one is not read again.
        """
        while True:
            try:
                return self._sums()
            except FileNotFoundError:
                continue  # a writer moved a file in while it was being read; the list of files is read anew

    def _sums(self) -> dict[str, str]:
        memory_path = self.projections_path / "checksums.json"
        try:
            memory = json.loads(memory_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            memory = {}
        sums, fresh = {}, False
        for source_id, path in self.files().items():
            stat = path.stat()
            known = memory.get(source_id)
            state = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
            if known and known[:3] == state:
                sums[source_id] = known[3]
                continue
            with path.open("rb") as stream:
                sums[source_id] = hashlib.file_digest(stream, "sha256").hexdigest()
            memory[source_id], fresh = [*state, sums[source_id]], True
        if fresh:
            with contextlib.suppress(OSError):  # a read-only store is read without the memory of its sums
                self.projections_path.mkdir(exist_ok=True)
                write_beside(memory_path, json.dumps({k: memory[k] for k in sums}).encode())
        return sums

    def quads(self, source_id: str) -> Iterator[Quad]:
        """Yield the quads of a source as they were loaded, in record order.

        :raises UnknownSource: If there is no such source.
        :raises DamagedSource: If its file cannot be read to the end.
        """
        path = self.files().get(source_id)
        if path is None:
            raise UnknownSource(self._unknown(source_id))
        shown = self.sources_path / (source_id + _SUFFIX)
        try:
            with gzip.open(path, "rb") as stream:
                quads = iter(parse(cast("IO[bytes]", stream), format=RdfFormat.N_QUADS))
                head = next(quads, None)
                if head is None or getattr(head.subject, "value", "") != source_iri(source_id):
                    raise DamagedSource(source_id, shown, "it does not begin with the description of this source")
                yield head
                yield from quads
        except (OSError, EOFError, zlib.error, SyntaxError, ValueError) as error:
            raise DamagedSource(source_id, shown, str(error) or type(error).__name__) from error

    @contextlib.contextmanager
    def lines(self, source_id: str) -> Iterator[IO[bytes]]:
        """Give a source's file, unpacked, to read its lines from.

        :raises DamagedSource: If it turns out, while it is read, that it cannot be read to the end.
        """
        shown = self.sources_path / (source_id + _SUFFIX)
        try:
            with gzip.open(self.files()[source_id], "rb") as stream:
                yield cast("IO[bytes]", stream)
        except (OSError, EOFError, zlib.error, SyntaxError, ValueError) as error:
            raise DamagedSource(source_id, shown, str(error) or type(error).__name__) from error

    def _unknown(self, source_id: str) -> str:
        known = ", ".join(self.files()) or "none"
        return f"No source {source_id!r} is loaded in {self.path}; loaded are: {known}."

    def source(self, source_id: str) -> Source:
        """Return the description of a source.

        :raises DamagedSource: If its file cannot be read.
        """
        head = itertools.islice(self.quads(source_id), 50)
        try:
            return convert.read_source(head)
        except (ValueError, KeyError) as error:
            raise DamagedSource(source_id, self.files()[source_id], str(error)) from error

    def statements(self, source_id: str, tick: Callable[[int], None] = lambda size: None) -> Iterator[Statement]:
        """Yield the entities and links of a source as they were loaded; ``tick`` is told how many bytes were read.

        :raises UnknownSource: If there is no such source.
        :raises DamagedSource: If its file cannot be read to the end.
        """
        next(self.quads(source_id))  # raises where there is none, or the file is another's
        with self.lines(source_id) as stream:
            yield from read_lines(stream, source_iri(source_id), tick)

    # --- writing -----------------------------------------------------------------------------------------------

    def load(
        self,
        loads: Iterable[Loaded],
        *,
        progress: Callable[[str, int], None] = lambda source, count: None,
        decide: Callable[[Mapping[str, Path]], Iterable[Decision]] = lambda files: (),
        witness: Witness | None = None,
    ) -> list[LoadReport]:
        """Write sources in, all of them or none, each replacing the one with the same id.

        A source whose checksum, loader and version are those of the one in the store is left as it is; so is one that
        turns out to be unreadable and has a ``left_out``, which is told. ``decide`` is given the new files by source,
        and what it decides comes in together with them.
        ``progress`` is told the source and the number of records every thousand records; ``witness`` sees what is
        written.

        :raises UnreadableSource: If a record is wrong; the store is as it was.
        :raises StorageFailed: If the disk refuses; the store is as it was.
        """
        there = self.files()
        staged = self.path / f"{_STAGED}{uuid.uuid4().hex}"
        reports: list[LoadReport] = []
        try:
            with storage(self.path):
                staged.mkdir()
                for loaded in reading(loads, "the input"):
                    try:
                        self._check_id(loaded.source.id, reports)
                        if loaded.source.id in there and self._unchanged(loaded.source):
                            reports.append(LoadReport(loaded.source, "unchanged", 0, 0, {}))
                            continue
                        entities, links = write_source(staged / (loaded.source.id + _SUFFIX), loaded, progress, witness)
                    except UnreadableSource as error:
                        if loaded.left_out is None:
                            raise
                        loaded.left_out(error)
                        continue
                    outcome = "replaced" if loaded.source.id in there else "new"
                    reports.append(LoadReport(loaded.source, outcome, entities, links, dict(loaded.skipped)))
                written = {p.name.removesuffix(_SUFFIX): p for p in staged.iterdir()}
                self._commit(staged, decide(written))
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return reports

    @staticmethod
    def _check_id(source_id: str, reports: Iterable[LoadReport]) -> None:
        if not _ID.fullmatch(source_id) or source_id in _RESERVED:
            advice = "use letters, digits and hyphens"
            raise UnreadableSource(f"{source_id!r} cannot be the id of a source", advice=advice)
        if any(r.source.id == source_id for r in reports):
            advice = "give each an id of its own"
            raise UnreadableSource(f"two of the sources have the id {source_id!r}", advice=advice)

    def _unchanged(self, source: Source) -> bool:
        try:
            before = self.source(source.id)
        except DamagedSource:
            return False
        same = ("checksum", "loader", "version", "licence", "title", "origin")
        return all(getattr(before, field) == getattr(source, field) for field in same) and self._sound(source.id)

    def _sound(self, source_id: str) -> bool:
        """Tell whether a file can be read to its end, which ends in a checksum of the whole."""
        try:
            with gzip.open(self.files()[source_id], "rb") as stream:
                while stream.read(1 << 20):
                    pass
        except (OSError, EOFError, zlib.error):
            return False
        return True

    def forget(self, source_id: str, *, decide: Callable[[], Iterable[Decision]] = lambda: ()) -> None:
        """Take a source out, and take in what ``decide`` decides then.

        :raises UnknownSource: If there is no such source.
        """
        if source_id not in self.files():
            raise UnknownSource(self._unknown(source_id))
        staged = self.path / f"{_STAGED}{uuid.uuid4().hex}"
        with storage(self.path):
            staged.mkdir()
            try:
                (staged / (source_id + _FORGET)).touch()
                self._commit(staged, decide())
            finally:
                shutil.rmtree(staged, ignore_errors=True)

    def _commit(self, staged: Path, decisions: Iterable[Decision]) -> None:
        new = list(decisions)
        if new:
            self.decisions.append(new, into=staged / _LOG)
        _sync(staged)
        committed = staged.with_name(staged.name.replace(_STAGED, _COMMITTED))
        staged.rename(committed)  # from here on the load is in
        _sync(self.path)
        self._move_in(committed)

    def _move_in(self, committed: Path) -> None:
        for path in sorted(committed.iterdir()):
            if path.name == _LOG:
                path.replace(self.path / _LOG)
                _sync(self.path)
            elif path.name.endswith(_FORGET):
                (self.sources_path / (path.name.removesuffix(_FORGET) + _SUFFIX)).unlink(missing_ok=True)
                path.unlink()
            else:
                path.replace(self.sources_path / path.name)
        _sync(self.sources_path)
        committed.rmdir()


def _half_made(folder: Path) -> bool:
    """Tell whether a folder is a store whose making was cut off before its marker was written."""
    return all(p.name == "sources" or p.name.startswith((".lock", f"{_MARKER}.")) for p in folder.iterdir())


@contextlib.contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one sentence.

    :raises StorageFailed: With the reason and the place.
    """
    try:
        yield
    except MultilateralError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageFailed(f"Cannot write to {path}: {reason}; nothing that was stored before is lost.") from error


def write_beside(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then renamed."""
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.new")
    with beside.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def _sync(folder: Path) -> None:
    """Make renames in a folder last through a power cut."""
    if os.name == "nt":  # there a folder cannot be opened, and renames are written at once
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
