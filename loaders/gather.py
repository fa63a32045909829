"""All that a person names in one load, read one after the other: files, folders, addresses, and what ships.

With ``skip_bad`` a file of a folder that cannot be read, at once or not to its end, is left out, told and counted, and
the others are read. What is named itself must be readable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from ..ontology.errors import UnreadableSource
from ..ontology.model import Loaded, Source
from .detect import inputs, loads, read_by_mappings
from .fetch import fetched
from .iati_known import LinksSoFar
from .places import beside_another


class Gathering:
    """One load: what has been read so far, and what was left out.

    ``stored`` are the sources of the store, ``known`` the links that tables of payments have brought (one in a second
    language brings names, not the payments once more); ``notice`` is told what is left out, in one sentence each;
    ``is_store`` tells which folders are not looked into.
    """

    def __init__(
        self,
        *,
        stored: Mapping[str, Source],
        known: LinksSoFar,
        notice: Callable[[str], None],
        is_store: Callable[[Path], bool],
        skip_bad: bool,
    ) -> None:
        self._stored, self._known, self._notice, self._is_store = stored, known, notice, is_store
        self._skip_bad = skip_bad
        #: The ids of what has been read: files of two folders may have one name.
        self._taken: set[str] = set()
        #: The mappings that were read: one may be named beside its data.
        self._through: set[Path] = set()
        self._left_out = self._unread = 0

    def read(
        self,
        sources: Iterable[str | Path],
        kind: str | None = None,
        ships: Mapping[str, Callable[[], Iterable[Loaded]]] | None = None,
    ) -> Iterator[Loaded]:
        """Yield the sources of files, folders and addresses; ``ships`` are those that have a name of their own.

        :raises UnreadableSource: If what is named itself cannot be read; without ``skip_bad``, also if a file of a
            folder cannot.
        """
        named = list(sources)
        mapped = read_by_mappings(Path(source) for source in named) if kind is None else frozenset()
        for source in named:
            if Path(source).resolve() in mapped:
                continue
            own = (ships or {}).get(str(source))
            if own is not None and not Path(source).exists():
                yield from own()
                continue
            with fetched(source) as path:
                yield from self._loads(path, kind) if kind is not None else self._inside(path)
        if self._unread:
            count = "1 file was" if self._left_out == 1 else f"{self._left_out} files were"
            self._notice(f"{count} left out because of what is said of each above; all others were read.")

    def _inside(self, path: Path) -> Iterator[Loaded]:
        for below, kind in inputs(path, self._tell, stores=self._is_store):
            if kind == "mapping":
                if below.resolve() in self._through:
                    continue
                self._through.add(below.resolve())
            if not self._skip_bad or below == path:
                yield from self._loads(below, kind)
                continue
            try:
                for loaded in self._loads(below, kind):
                    loaded.left_out = partial(self._broken, below, loaded.source.id)
                    yield loaded
            except (UnreadableSource, OSError) as error:
                self._broken(below, None, error)

    def _loads(self, path: Path, kind: str) -> Iterator[Loaded]:
        for loaded in loads(
            path, kind=kind, skip_bad=self._skip_bad, known=self._known, stored=self._stored, taken=self._taken
        ):
            if told := beside_another(loaded.source, self._stored):
                self._notice(told)
            yield loaded

    def _broken(self, path: Path, source_id: str | None, error: UnreadableSource | OSError) -> None:
        """Tell that a file is left out; a source of which some has been read already is taken back."""
        said = str(error).removeprefix(f"{path.name}: ").removeprefix(f"{path.name}, ")
        kept = " What the store has of it stays as it is." if source_id in self._stored else ""
        if source_id is not None:
            self._known.forget(source_id)
        self._unread += 1
        self._tell(f"Left out {path}: {said}{kept}")

    def _tell(self, sentence: str) -> None:
        self._left_out += 1
        self._notice(sentence)
