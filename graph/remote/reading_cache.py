"""Where copies of services lie: a folder a service in the user's cache, in it one a state, made beside and renamed.

A copy that another process reads is not touched: a changed service gets a new folder, and those that nobody has used
for a day are swept. Only their owner may read them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..store import storage
from .address import Address

_RECORD = "copy.json"
_UNUSED = 24 * 3600
#: The same for a copy of which nothing tells whether it is fresh: each call makes a new one.
_UNUSED_UNKNOWN = 3600
_UNKNOWN = "unknown-"


def cache_folder() -> Path:
    """Return the folder in which this system keeps what programs can make again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "multilateral" / "services"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy: its store, of its sources the marks and what has to be told of them, and the edition of the service."""

    store: Path
    marks: dict[str, str]
    notes: dict[str, list[str]]
    edition: str | None = None


class Copies:
    """The copies of one service. No password and no token enters their names: the service itself checks those."""

    def __init__(self, address: Address, folder: Path | None = None) -> None:
        key = json.dumps([address.url, address.graphs, address.user])
        self.folder = (folder or cache_folder()) / hashlib.sha256(key.encode()).hexdigest()[:24]

    def fresh(self, fingerprint: str) -> Copy | None:
        """Return the copy of a state, if there is one."""
        found = _read(self.folder / fingerprint)
        if found is not None:
            with contextlib.suppress(OSError):
                os.utime(self.folder / fingerprint)  # in use: not to be swept
        return found

    def of_edition(self, edition: str) -> Copy | None:
        """Return the copy of what one of our own endpoints calls so, if there is one."""
        for record in self.folder.glob(f"*/{_RECORD}"):
            if (found := _read(record.parent)) is not None and found.edition == edition:
                return self.fresh(record.parent.name)
        return None

    def last(self) -> Copy | None:
        """Return the latest copy."""
        for record in sorted(self.folder.glob(f"*/{_RECORD}"), key=_time, reverse=True):
            if (found := _read(record.parent)) is not None:
                return found
        return None

    @contextlib.contextmanager
    def making(self) -> Iterator[Path]:
        """Give a folder in which a copy can be made; what is not :meth:`keep` -t is deleted."""
        beside = self.folder / f"making-{uuid.uuid4().hex}"
        with storage(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.mkdir(mode=0o700)
        try:
            yield beside
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def keep(self, copy: Copy, fingerprint: str | None) -> Path:
        """Put a copy in its place and return its store; where another process was quicker, that one's.

        ``fingerprint`` is ``None`` where it is not known whether the copy will be fresh.
        """
        name = fingerprint or f"{_UNKNOWN}{uuid.uuid4().hex}"
        beside = copy.store.parent
        record = {"marks": copy.marks, "notes": copy.notes, "edition": copy.edition}
        with storage(self.folder):
            (beside / _RECORD).write_text(json.dumps(record), encoding="utf-8")
            try:
                beside.rename(self.folder / name)
            except OSError:
                if not (self.folder / name / _RECORD).exists():
                    raise
        self._sweep(name)
        return self.folder / name / "store"

    def _sweep(self, used: str) -> None:
        for place in self.folder.iterdir():
            limit = _UNUSED_UNKNOWN if place.name.startswith(_UNKNOWN) else _UNUSED
            if place.name != used and time.time() - _time(place) > limit:
                shutil.rmtree(place, ignore_errors=True)


def seed(old: Path, new: Path, source_ids: list[str]) -> None:
    """Take sources over from an older copy, without writing them a second time where the system can do that."""
    (new / "sources").mkdir(parents=True, exist_ok=True)
    for source_id in source_ids:
        file = old / "sources" / f"{source_id}.nq.gz"
        with contextlib.suppress(FileNotFoundError):  # it has just been swept: it is read again
            try:
                os.link(file, new / "sources" / file.name)
            except FileNotFoundError:
                raise
            except OSError:
                shutil.copyfile(file, new / "sources" / file.name)


def _read(place: Path) -> Copy | None:
    try:
        record = json.loads((place / _RECORD).read_text(encoding="utf-8"))
        return Copy(place / "store", dict(record["marks"]), dict(record["notes"]), record["edition"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none there, or one that an older version made


def _time(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
