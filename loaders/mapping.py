"""The loader of any table through a mapping: a short YAML that says which columns are what.

How to write one is told in ``docs/mapping.md``; ``multilateral load --suggest FILE`` writes a first one.
"""

from __future__ import annotations

import datetime
import glob
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Evidence, Loaded, Name, Source, Statement
from . import cells
from .mapping_files import JSON_SUFFIXES, YAML_SUFFIXES, Row
from .mapping_links import LinkMaker
from .mapping_parse import KEYS, parse
from .mapping_rows import Tables, admits
from .mapping_spec import Mapping
from .mapping_things import Gatherer
from .mapping_values import Fault
from .mapping_yaml import Fields, Reader
from .problems import Counted, Problems
from .reading import checksum, peek
from .sheets import TEXT_SUFFIXES, WORKBOOK_SUFFIXES

_T = TypeVar("_T")

#: How a mapping is called that lies beside its data: ``members.csv`` and ``members.mapping.yaml``.
SUFFIXES: Final = (".mapping.yaml", ".mapping.yml")
#: What text of one encoding that was read in another looks like.
_WRONGLY_READ: Final = re.compile("[\x80-\x9f\ufffd]|Ã[\xa0-\xbf]|â€|Ð[\xa0-\xbf]")
_MOST_FILES: Final = 1_000
_OUR_KEY: Final = re.compile(rf"^({'|'.join(KEYS)})[ \t]*:", re.MULTILINE)


def load_mapping(
    path: Path,
    *,
    data: Iterable[Path] = (),
    source_id: str | None = None,
    read_time: str | None = None,
    skip_bad: bool = False,
    most_rows: int | None = None,
) -> Loaded:
    """Read the files that a mapping names, or ``data`` in their place; no more than ``most_rows``, if that is given.

    The rows are read twice: for the things that they name, then for the links between them. Once a row is wrong
    nothing more is yielded, and the stream ends by raising what is wrong, up to 20 problems; with ``skip_bad`` wrong
    rows are counted and left out. Memory grows with the number of things and by some hundred bytes a link.

    :raises UnreadableSource: If the mapping or a file is wrong, or a row; now or from the stream.
    """
    path = Path(path)
    mapping = parse(path)
    files = [Path(one) for one in data] or _files(mapping)
    id_ = _source_id(mapping, files, source_id)
    skipped: dict[str, int] = {}

    tables = Tables(mapping, files, skipped, most_rows, skip_bad)
    described = mapping.described
    source = Source(
        id=id_,
        title=described.get("title") or ", ".join(file.name for file in files[:3]) + (" …" if files[3:] else ""),
        loader="mapping",
        checksum=_checksum([path, *tables.paths]),
        origin=files[0].name if len(files) == 1 else path.name,
        loaded=read_time or datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        licence=described.get("licence"),
        version=described.get("version"),
        issued=described.get("issued"),
        url=described.get("url"),
    )
    problems = Counted(skipped) if skip_bad else Problems()
    own_id = bool(source_id or described.get("id"))
    return Loaded(source, _Load(source, mapping, tables, files, skipped, problems).statements(), skipped, own_id)


class _Load:
    """One load: two passes over the rows."""

    def __init__(
        self, source: Source, mapping: Mapping, tables: Tables, files: list[Path], skipped: dict[str, int],
        problems: Problems,
    ) -> None:  # fmt: skip
        self._source, self._mapping, self._tables, self._problems = source, mapping, tables, problems
        self._skipped = skipped
        self._documents: dict[Path, str] = {}
        for file in files:
            name = source.id if len(files) == 1 else f"{source.id}-{cells.slug(file.name)}"
            self._documents[file] = f"{ID}document/{name}"
        self._bad: set[tuple[Path, str]] = set()

    def statements(self) -> Iterator[Statement]:
        """Yield the files as documents, the things, then the links."""
        things = Gatherer(self._source.id, self._mapping.entities, self._evidence, self._left_out)
        rows = 0
        for row in self._tables.rows(last=not self._mapping.links):
            rows += 1
            if admits(row, self._mapping.when):
                self._tried(row, things.gather)
        if not rows:
            advice = "write a row for each thing or link"
            raise UnreadableSource("the table has column names but no rows", path=self._tables.paths[0], advice=advice)
        if not self._problems.found:
            for path, iri in self._documents.items():
                title = self._source.title if len(self._documents) == 1 else f"{self._source.title}: {path.name}"
                yield Entity(iri, "Document", (Name(title),), identifier=path.name)
            for entity in things.entities():
                lines = (entity.description or "", *(name.text for name in entity.names))
                if any(not line.isascii() and _WRONGLY_READ.search(line) for line in lines):
                    self._left_out("signs of a wrong encoding in a text, which was kept as it is")
                if entity.iri not in self._documents.values():
                    yield entity
        if self._mapping.links:
            maker = LinkMaker(self._source.id, self._mapping, things, self._evidence, self._left_out)
            for row in self._tables.rows(last=True):
                if not admits(row, self._mapping.when):
                    self._left_out("rows that `when` leaves out")
                elif (row.path, row.locator) not in self._bad:
                    for link in self._tried(row, maker.links) or ():
                        if not self._problems.found:
                            yield link
        self._problems.raise_any()

    def _tried(self, row: Row, read: Callable[[Row], _T]) -> _T | None:
        """Return what is read of a row, or None where it is wrong, which is kept as a problem or counted."""
        try:
            return read(row)
        except Fault as error:
            self._bad.add((row.path, row.locator))
            self._problems.add(row.wrong(error.problem, column=error.column, advice=error.advice))
            return None

    def _evidence(self, row: Row) -> Evidence:
        return Evidence(self._documents[row.path], row.locator, method="table")

    def _left_out(self, reason: str) -> None:
        self._skipped[reason] = self._skipped.get(reason, 0) + 1


# --- files ------------------------------------------------------------------------------------------------------


def _files(mapping: Mapping) -> list[Path]:
    """Return the files that a mapping names, or the one that lies beside it under its name."""
    folder, path = mapping.path.parent, mapping.path
    wanted = mapping.data.file
    if wanted is None:
        beside = beside_mapping(path)
        if len(beside) == 1:
            return beside
        listed = " and ".join(file.name for file in beside)
        raise UnreadableSource(
            f"both {listed} lie beside the mapping" if beside else "the mapping does not say which file it is for",
            path=path, advice="write `file: members.csv`, or give the file: load --mapping MAPPING FILE",
        )  # fmt: skip
    if not any(sign in wanted for sign in "*?["):
        return [folder / wanted]
    if (folder / wanted).is_file():
        return [folder / wanted]
    try:
        names = sorted(glob.glob(wanted, root_dir=folder, recursive=True))  # noqa: PTH207  # it may be absolute
    except (ValueError, re.error, OSError) as error:
        raise UnreadableSource(f"the file name {cells.short(wanted)!r} cannot be used ({error})", path=path,
                               advice="correct it") from None  # fmt: skip
    found = [folder / name for name in names if (folder / name).is_file() and not Path(name).name.startswith("~$")]
    if not found:
        raise UnreadableSource(f"no file is called {cells.short(wanted)!r}", path=path, advice="correct `file`")
    if len(found) > _MOST_FILES:
        raise UnreadableSource(
            f"{len(found):,} files are called {cells.short(wanted)!r}", path=path, advice="be narrower"
        )
    return found


def beside_mapping(path: Path) -> list[Path]:
    """Return the files of data that lie beside a mapping under its name."""
    stem = stem_of(path)
    suffixes = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, *JSON_SUFFIXES)
    names = [f"{stem}{suffix}{more}" for suffix in suffixes for more in ("", ".gz")]
    return [found for name in names if (found := path.parent / name).is_file()]


def mapping_beside(path: Path) -> Path | None:
    """Return the mapping that lies beside a file of data under its name: ``a.mapping.yaml`` beside ``a.csv``."""
    name = path.name.removesuffix(".gz")
    stem = name[: -len(Path(name).suffix)] if Path(name).suffix else name
    if Path(name).suffix.lower() in YAML_SUFFIXES:
        return None
    for suffix in SUFFIXES:
        found = path.with_name(f"{stem}{suffix}")
        if found.is_file() and path.resolve() in claimed(found):
            return found
    return None


def stem_of(path: Path) -> str:
    """Return the name of a mapping without what marks it as one."""
    name = path.name
    for suffix in (*SUFFIXES, *YAML_SUFFIXES):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def claimed(path: Path) -> set[Path]:
    """Return the files that a mapping reads, resolved, so that they are not read on their own; never raises."""
    if not likeness(path):
        return set()
    try:
        mapping = parse(path)
        files = _files(mapping)
        joined = [path.parent / join.source.file for join in mapping.joins if join.source.file]
    except UnreadableSource:
        files, joined = beside_mapping(path), []
    return {file.resolve() for file in (*files, *joined)}


def likeness(path: Path) -> int:
    """Say how much an input looks like a mapping: 2 by its name or its keys, else 0."""
    name = path.name.lower()
    if not name.endswith(YAML_SUFFIXES) or not path.is_file():
        return 0
    if name.endswith(SUFFIXES):
        return 2
    head = peek(path)
    found = set(_OUR_KEY.findall(head))
    if "entities" not in found:
        return 0
    try:  # a file of data may have such a key too
        root = Reader(path).read()
    except UnreadableSource:
        return 2 if len(found) > 1 else 0
    entities = root.fields.get("entities")
    ours = isinstance(entities, Fields) and any(
        isinstance(node, Fields) and "class" in node.fields for node in entities.fields.values()
    )
    return 2 if ours or len(found) > 1 else 0


def _source_id(mapping: Mapping, files: list[Path], given: str | None) -> str:
    if given is not None and cells.slug(given) != given:
        raise UnreadableSource(
            f"the source id {cells.short(given)!r} is not in small letters, digits and hyphens", path=mapping.path,
            advice=f"write {cells.slug(given) or 'my-table'!r}",
        )  # fmt: skip
    made = given or mapping.described.get("id") or cells.slug(stem_of(mapping.path))
    if not made:
        raise UnreadableSource("no id of a source can be made of its name", path=mapping.path,
                               advice="write `id: my-table` under `source`")  # fmt: skip
    return made


def _checksum(paths: list[Path]) -> str:
    """Return ``sha256:…`` of the mapping and all files that it reads: a change in any is another source."""
    lines = "".join(f"{checksum(path)}  {path.name}\n" for path in paths)
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
