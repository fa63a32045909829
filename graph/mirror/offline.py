"""``mirror push --offline``: files for Neo4j's own importer, for first loads of many millions of links.

``neo4j-admin database import full`` builds a database that does not exist yet from CSV files, much faster than any
connection can. The files hold the very rows that a push sends, so that a check finds no difference afterwards. The
importer takes a single character as the separator inside lists; one is chosen that no value holds.

Where there is more than a little to write, two processes do it: :mod:`.offline_halves`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...ontology.errors import MultilateralError, UnreadableSource
from .. import second
from ..store import Store, storage
from . import offline_halves
from .local import LocalGraph
from .offline_files import Clash, Files, Written
from .offline_halves import Half, Other

Progress = Callable[[str, int, int], None]
#: Control characters first; then the private area, where a text of the world is not likely to go.
_SEPARATORS = ("\x1f", "\x1e", "\x1d", "\x1c", "\x02", "\x03", "\x04", *map(chr, range(0xE000, 0xE010)))
COMMAND_FILE = "import-command.txt"
#: Bytes of quads from which it pays to start a second process.
TWO = 8_000_000


class FolderNotEmpty(MultilateralError):
    """Raised when the folder for the files holds something already."""


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
    :raises MakerLost: If the second process is lost.
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
                made = _made(LocalGraph(local.store, tick), folder, separator, total)
                command = _command(folder, separator, database, made.files)
                (folder / COMMAND_FILE).write_text(command + "\n", encoding="utf-8")
        except Clash:
            continue
        return OfflineReport(folder, made.entities, made.links, command)
    raise UnreadableSource("some lists hold every character that could keep their values apart", advice="push online")


def _made(local: LocalGraph, folder: Path, separator: str, size: int) -> Half:
    """Write the files, with a second process where that helps."""
    with Files(folder, separator, 1) as files:
        if size < TWO or second.processors() < 2 or not second.possible():
            return offline_halves.write(local, files)
        with Other(local.store, folder, separator) as other:
            return offline_halves.write(local, files, other)


def _command(folder: Path, separator: str, database: str, files: dict[str, Written]) -> str:
    """Write the headers and return the command line of the importer."""
    parts = ["neo4j-admin", "database", "import", "full", database]
    for name, file in files.items():
        header = f"{name}-header.csv"
        (folder / header).write_text(file.header + "\n", encoding="utf-8")
        value = ",".join(str(folder.resolve() / part) for part in (header, *file.parts))
        parts.append(f"--nodes={value}" if file.kind is None else f"--relationships={file.kind}={value}")
    longest = max(file.longest for file in files.values())
    buffer = max(4, longest * 4 // 1_000_000 + 1)
    parts.append(f"--array-delimiter=U+{ord(separator):04X}")
    if any(file.multiline for file in files.values()):  # it makes the importer much slower
        parts.append("--multiline-fields=true")
    parts += ["--legacy-style-quoting=false", "--id-type=string", f"--read-buffer-size={buffer}m"]
    return " ".join(shlex.quote(part) for part in parts)
