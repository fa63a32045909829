"""The loader of IATI activity and organisation files, versions 1.01 to 2.03, of any publisher.

What becomes what: ``docs/loaders-iati.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ..ontology.errors import UnreadableSource
from ..ontology.model import Entity, Loaded, Name, Statement
from .iati_activity import ActivityReader
from .iati_organisation import OrganisationReader
from .iati_stream import activities
from .registry_source import Registry
from .registry_values import Wrong, date

KIND = "iati-xml"


def load_iati_xml(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read an IATI activity or organisation file, plain or gzip.

    Memory grows with the number of different things (activities by a number each, organizations by their names), not
    with transactions; the largest activity is held whole.

    :param skip_bad: Count records that cannot be used, and what comes after damage, instead of raising.
    :raises UnreadableSource: If there is no such file; from the stream, if it is no IATI file, is damaged, or
        a record in it is wrong.
    """
    path = Path(path)
    registry = Registry(
        path, KIND, "IATI activities", source_id=source_id, read_time=read_time, skip_bad=skip_bad,
        url="https://iatistandard.org",
    )  # fmt: skip
    return Loaded(registry.source, _statements(path, registry), registry.skipped)


def _statements(path: Path, registry: Registry) -> Iterator[Statement]:
    header: dict[str, str] = {}
    reader = ActivityReader(registry)

    def cut_off(error: UnreadableSource) -> None:
        row = f" after line {error.row}" if error.row else ""
        registry.left_out(f"the file is damaged, the rest{row} is not read")

    found = activities(path, header, cut_off if registry.skip_bad else None)
    first = next(found, None)
    yield Entity(registry.document, "Document", (Name(registry.source.title, "en"),), path.name, issued=_issued(header))
    if first is None:
        registry.left_out("the file has no activities and no organisations")
        return
    organisations = OrganisationReader(registry, reader.records)
    for element in chain((first,), found):
        yield from (organisations if element.tag == "iati-organisation" else reader).read(element)
    yield from reader.end()


def _issued(header: dict[str, str]) -> str | None:
    try:
        return date(header.get("generated-datetime", "").strip()[:10])
    except Wrong:
        return None
