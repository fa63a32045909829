"""Which loader reads an input: the registry of loaders, and the guess where the user does not say.

A loader is a function from a path to :class:`~multilateral.ontology.model.Loaded`. To add one, write it in a module
of its own and add a :class:`Kind` here; its module is imported only when an input is read with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from ..ontology.errors import UnreadableSource
from ..ontology.model import Loaded, Source
from .places import id_of, origin_of

if TYPE_CHECKING:
    from .iati_known import KnownLinks


class Loader(Protocol):
    """A function that reads one source."""

    def __call__(
        self, path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
    ) -> Loaded:
        """Return the source and the stream of its statements."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: what it is in a few words, how sure it is of an input, and its loader.

    ``likeness`` returns 0 where the input is of another kind, 1 where it may be of this one by its name, 2 where
    its content shows it, 3 where we wrote it ourselves; it never raises on what it cannot read. ``loader`` imports the
    loader. A ``general`` kind gives way to another that is as sure, because that one knows the input better.
    """

    name: str
    description: str
    likeness: Callable[[Path], int]
    loader: Callable[[], Loader]
    general: bool = False


def _table_likeness(path: Path) -> int:
    from .sheets import likeness

    return likeness(path)


def _table_loader() -> Loader:
    from .table import load_table

    return load_table


def _mapping_likeness(path: Path) -> int:
    from .mapping import likeness

    return likeness(path)


def _mapping_loader() -> Loader:
    from .mapping import load_mapping

    return load_mapping


def _un_open_likeness(path: Path) -> int:
    from .un_open import likeness

    return likeness(path)


def _un_open_loader() -> Loader:
    from .un_open import load_un_open

    return load_un_open


def _un_entities_likeness(path: Path) -> int:
    from .un_entities import likeness

    return likeness(path)


def _un_entities_loader() -> Loader:
    from .un_entities import load_un_entities

    return load_un_entities


def _cow_igo_likeness(path: Path) -> int:
    from .cow_igo import likeness

    return likeness(path)


def _cow_igo_loader() -> Loader:
    from .cow_igo import load_cow_igo

    return load_cow_igo


def _igo_registry_likeness(path: Path) -> int:
    from .igo_registry import likeness

    return likeness(path)


def _igo_registry_loader() -> Loader:
    from .igo_registry import load_igo_registry

    return load_igo_registry


def _ror_likeness(path: Path) -> int:
    from .ror import likeness

    return likeness(path)


def _ror_loader() -> Loader:
    from .ror import load_ror

    return load_ror


def _countries_likeness(path: Path) -> int:
    from .countries import likeness

    return likeness(path)


def _countries_loader() -> Loader:
    from .countries import load_countries

    return load_countries


def _sdg_likeness(path: Path) -> int:
    from .sdg import likeness

    return likeness(path)


def _sdg_loader() -> Loader:
    from .sdg import load_sdg

    return load_sdg


def _rdf_likeness(path: Path) -> int:
    from .rdf import likeness

    return likeness(path)


def _rdf_loader() -> Loader:
    from .rdf import load_rdf

    return load_rdf


def _ftm_likeness(path: Path) -> int:
    from .ftm import likeness

    return likeness(path)


def _ftm_loader() -> Loader:
    from .ftm import load_ftm

    return load_ftm


def _iati_xml_likeness(path: Path) -> int:
    from .iati_stream import likeness

    return likeness(path)


def _iati_xml_loader() -> Loader:
    from .iati_xml import load_iati_xml

    return load_iati_xml


def _iati_tables_likeness(path: Path) -> int:
    from .iati_table_rows import likeness

    return likeness(path)


def _iati_tables_loader() -> Loader:
    from .iati_tables import load_iati_tables

    return load_iati_tables


KINDS: Final[dict[str, Kind]] = {
    "table": Kind(
        "table",
        "a coded table: a folder of CSVs, an Excel workbook, or a CSV of links",
        _table_likeness,
        _table_loader,
    ),
    "mapping": Kind(
        "mapping",
        "a mapping (YAML), which says what the columns of any CSV, Excel or JSON file are",
        _mapping_likeness,
        _mapping_loader,
    ),
    "un-open": Kind(
        "un-open",
        "contributions, expenses and programmes of the UN system from open.un.org",
        _un_open_likeness,
        _un_open_loader,
    ),
    "un-entities": Kind(
        "un-entities", "the table of bodies of the UN system", _un_entities_likeness, _un_entities_loader
    ),
    "cow-igo": Kind(
        "cow-igo",
        "membership of intergovernmental organizations, Correlates of War",
        _cow_igo_likeness,
        _cow_igo_loader,
    ),
    "igo-registry": Kind(
        "igo-registry",
        "the SupraVerden list of international organizations",
        _igo_registry_likeness,
        _igo_registry_loader,
    ),
    "ror": Kind("ror", "records of the Research Organization Registry", _ror_likeness, _ror_loader),
    "countries": Kind("countries", "a list of countries with ISO or M49 codes", _countries_likeness, _countries_loader),
    "sdg": Kind("sdg", "the Sustainable Development Goals as linked data", _sdg_likeness, _sdg_loader),
    "iati-xml": Kind(
        "iati-xml",
        "activities or organisations as IATI XML, versions 1.01 to 2.03",
        _iati_xml_likeness,
        _iati_xml_loader,
    ),
    "iati-tables": Kind(
        "iati-tables",
        "a table of IATI transactions with English or French headings",
        _iati_tables_likeness,
        _iati_tables_loader,
    ),
    "ftm": Kind("ftm", "FollowTheMoney entities or statements", _ftm_likeness, _ftm_loader),
    "rdf": Kind(
        "rdf",
        "RDF of any syntax: our own exports, W3C ORG, schema.org, FOAF, SKOS, Dublin Core",
        _rdf_likeness,
        _rdf_loader,
        general=True,
    ),
}


def detect(path: Path, *, at_least: int = 0) -> str:
    """Return the name of the kind that an input is of: the one that is surest of it, and ``at_least`` so sure.

    :raises UnreadableSource: If there is no such input, or no kind or several know it.
    """
    path = Path(path)
    if not path.exists():
        raise UnreadableSource("there is no such file or folder", path=path, advice="check the name and the folder")
    sure = {name: kind.likeness(path) for name, kind in KINDS.items()}
    best = max(sure.values())
    if best < at_least:
        _refuse_damaged(path)
        raise UnreadableSource("does not show by its content that it is of a kind that is known", path=path)
    found = [name for name, degree in sure.items() if degree == best]
    found = [name for name in found if not KINDS[name].general] or found
    if not best:
        other = path.name.lower().endswith((".json", ".jsonl", ".csv", ".tsv", ".xlsx", ".yaml", ".yml"))
        hint = "any table is read through a mapping, which `multilateral load --suggest` writes; " if other else ""
        raise UnreadableSource("is of no kind that is known", path=path, advice=f"{hint}the kinds are {_kinds()}")
    if len(found) > 1:
        raise UnreadableSource(f"may be {' or '.join(found)}", path=path, advice="say which kind it is")
    return found[0]


def _refuse_damaged(path: Path) -> None:
    """Say what is wrong with a table by its name that can be none: no kind can know such a file.

    :raises UnreadableSource: If it is empty, UTF-16, a web page, an archive, a pointer to the data, a damaged workbook.
    """
    name = path.name.lower().removesuffix(".gz")
    if path.is_file() and name.endswith((".csv", ".tsv", ".json", ".jsonl")):
        from .reading import open_text

        with open_text(path):
            pass
    elif path.is_file() and name.endswith((".xlsx", ".xlsm")):
        from .workbook import open_sheets

        open_sheets(path, {})


def load(
    path: Path,
    *,
    kind: str | None = None,
    source_id: str | None = None,
    read_time: str | None = None,
    skip_bad: bool = False,
    known: KnownLinks | None = None,
) -> Loaded:
    """Read an input with the loader of its kind, which is detected if it is not given.

    With ``skip_bad`` what is wrong in it is counted and left out, and what is sound is read. ``known`` are the links
    that other sources have brought: a table of IATI transactions in another language then brings only its names.

    :raises UnreadableSource: If the kind is not known, or the loader cannot read the input; rows that are wrong
        raise from the stream.
    """
    path = Path(path)
    if kind is not None and kind not in KINDS:
        raise UnreadableSource(f"{kind!r} is not a kind of source", path=path, advice=f"the kinds are {_kinds()}")
    name = kind or detect(path)
    if name == "iati-tables" and known is not None:
        from .iati_tables import load_iati_tables

        return load_iati_tables(path, source_id=source_id, read_time=read_time, skip_bad=skip_bad, known=known)
    loader = KINDS[name].loader()
    return loader(path, source_id=source_id, read_time=read_time, skip_bad=skip_bad)


def loads(
    path: Path,
    *,
    kind: str | None = None,
    read_time: str | None = None,
    skip_bad: bool = False,
    known: KnownLinks | None = None,
    stored: Mapping[str, Source] | None = None,
    taken: set[str] | None = None,
) -> Iterator[Loaded]:
    """Yield the sources of an input: several of an RDF export of ours, one of anything else.

    The origin of each is its name with that of its folder. ``stored`` are the sources of the store; an export, which
    may hold a part of a source only, replaces none that came from elsewhere. ``taken`` are the ids of what was read
    before, and takes those of what is read. Where the name of a file has given an id that is taken, or that the
    store has of a file of this name in another folder, that of its folder is added to it (:func:`.places.id_of`). The
    rest is as with :func:`load`.

    :raises UnreadableSource: As :func:`load`.
    """
    name = kind or detect(path)
    taken = set() if taken is None else taken
    stored = stored or {}
    if name == "rdf":
        from .rdf_exported import load_exported

        origins = {id_: source.origin for id_, source in stored.items()}
        found = load_exported(path, read_time=read_time, skip_bad=skip_bad, origins=origins)
    else:
        found = iter([load(path, kind=name, read_time=read_time, skip_bad=skip_bad, known=known)])
    for loaded in found:
        origin = origin_of(loaded, path)
        id_ = id_of(loaded, path, origin, stored, taken)
        if id_ != loaded.source.id:
            loaded = load(path, kind=name, source_id=id_, read_time=read_time, skip_bad=skip_bad, known=known)
        loaded.source = replace(loaded.source, origin=origin)
        taken.add(id_)
        yield loaded


def read_by_mappings(paths: Iterable[Path]) -> frozenset[Path]:
    """Return the files, resolved, that the mappings among some files and folders read: nothing else reads them."""
    from .mapping import claimed, likeness

    found: set[Path] = set()
    for path in paths:
        for file in _inside(path) if path.is_dir() else [path]:
            if likeness(file):
                found |= claimed(file)
    return frozenset(found)


def inputs(
    path: Path,
    skipped: Callable[[str], None],
    *,
    at_least: int = 0,
    mapped: frozenset[Path] = frozenset(),
    stores: Callable[[Path], bool] = lambda path: False,
) -> Iterator[tuple[Path, str]]:
    """Yield the inputs that a file or folder holds, each with its kind.

    A folder that is no input itself is looked through, with those in it, in the order of names; ``skipped`` is told
    what is left out and why. A file that is named itself and not known is an error. A file beside which its mapping
    lies is read through it; what a mapping reads, ``mapped`` by one or in a folder with one, is no input by itself.
    ``stores`` tells which folders are stores, which are not looked into.

    :raises UnreadableSource: If there is no such input, it is of no kind that is known, or a folder holds none.
    """
    path = Path(path)
    if stores(path):
        advice = "load what was loaded into it, or an export of it (`multilateral export --to nquads`)"
        raise UnreadableSource("is itself a store", path=path, advice=advice)
    if path.is_file():
        from .mapping import mapping_beside

        path = mapping_beside(path) or path
    if not path.is_dir() or any(kind.likeness(path) for kind in KINDS.values()):
        yield path, detect(path, at_least=at_least)
        return
    found = False
    mapped |= read_by_mappings([path])
    for below in _inside(path):
        if below.name.startswith(".") or below.resolve() in mapped:
            continue
        try:
            # a name alone does not make a table of a CSV
            for one in inputs(below, skipped, at_least=2, mapped=mapped, stores=stores):
                found = True
                yield one
        except UnreadableSource as error:
            skipped(f"Left out {below}: {error.problem}.")
    if not found:
        raise UnreadableSource("holds nothing that is known", path=path, advice=f"the kinds are {_kinds()}")


def _inside(folder: Path) -> list[Path]:
    """Return what is in a folder, in the order of names."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        problem = f"cannot be looked into ({error.strerror or error})"
        raise UnreadableSource(problem, path=folder, advice="check its permissions") from None


def _kinds() -> str:
    return ", ".join(f"{kind.name} ({kind.description})" for kind in KINDS.values())
