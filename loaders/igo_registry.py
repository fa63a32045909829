"""The loader of SupraVerden, a list of international organizations: families, names in many languages, identifiers.

The list is one YAML mapping from a name to the fields of an organization (``data/general_list.yaml`` of
https://github.com/confirmordeny/supraverden, CC BY-SA 4.0). It is read one organization at a time; anchors and
aliases, by which a small file can unfold without end, are not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from ..ontology.errors import UnreadableSource
from ..ontology.model import Entity, Loaded, Name, Statement
from . import reading
from .registry_countries import CountryCode, by_name
from .registry_source import Names, Registry, Wrong, identifiers, iri, kind_of, text, web, year

_LONGEST_ENTRY: Final = 200_000
_NOTHING: Final = frozenset({"", "~", "null", "none", "[no code found.]", "n/a"})
_NAME = re.compile(
    r"(Name|Name_other|Name_former|Abbreviation|Abbreviation_other|Abbreviation_former)(?:_[0-9]{1,2})?_([a-z]{2,3})"
)
_SUCCESSION: Final = re.compile(r"(Predecessor|Successor|Replaces|Replaced_by)(?:_[0-9]{1,2})?(?:_id)?")
_ID = re.compile(r"SPRVD[0-9]{4,12}")
_PART: Final = re.compile(r"\b(agency|agencies|body|bodies|institution|organ|court|committee|undertaking|tribunal)\b")
_READ: Final = frozenset(
    "SPRVD_id Wikidata_code Org_family Headquarters LEI Type Website Year_established OpenSanctions_id".split()
)


def likeness(path: Path) -> int:
    """Say how much a file looks like the list: 2 by its content, 0 otherwise."""
    return 2 if re.search(r"(?m)^  SPRVD_id: *['\"]?SPRVD", reading.peek(path, 65_536)) else 0


def load_igo_registry(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read a list of international organizations.

    :param skip_bad: Count entries that cannot be used instead of raising.
    :raises UnreadableSource: If the file is no such list, or (from the stream) an entry cannot be used.
    """
    registry = Registry(
        Path(path), "igo-registry", "SupraVerden, international organizations", source_id=source_id,
        read_time=read_time, skip_bad=skip_bad, licence="CC BY-SA 4.0",
        url="https://github.com/confirmordeny/supraverden",
    )  # fmt: skip
    return registry.loaded(_Reader(registry).statements)


def _entries(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the first line and the text of each entry: from a line without indentation to the next.

    A long name is written ``? name``, and its fields then begin with ``:``.
    """
    with reading.open_text(path) as file:
        lines: list[str] = []
        first = size = 0
        number = 0
        while line := file.readline(_LONGEST_ENTRY):
            number += 1
            if line[0] not in " \t\r\n#-.:" and lines:
                yield first, "".join(lines)
                lines, size = [], 0
            if line[0] == "\t":
                raise UnreadableSource("a tab begins the line", path=path, row=number, advice="indent with blanks")
            if line.strip() and line[0] != "#" and not line.startswith(("---", "...")):
                first = first if lines else number
                size += len(line)
                if size > _LONGEST_ENTRY:
                    raise UnreadableSource(
                        "one entry is larger than 200,000 characters", path=path, row=first, advice="correct the file"
                    )
                lines.append(line)
        if lines:
            yield first, "".join(lines)


def _parse(entry: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the fields of an entry, all as text.

    :raises Wrong: If it is no YAML of that form.
    """
    if entry.count("[") + entry.count("{") > 200 or re.search(r"(?m)^ *(?:[-?:] +){3}", entry):
        raise Wrong("the entry is nested too deeply", "an entry is a name with fields")
    if any(len(line) - len(line.lstrip(" ")) > 60 for line in entry.splitlines()):
        raise Wrong("the entry is nested too deeply", "an entry is a name with fields")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # all as text: "NO" is a country, 2012-01-01 no date
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(entry, Loader=loader)):
            raise Wrong("the entry holds an alias", "write the value itself")
        value = yaml.load(entry, Loader=loader)  # noqa: S506 - the base loader makes texts, lists and mappings only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem", None) or "it is not well formed"
        raise Wrong(f"is not YAML ({str(mark)[:80]})", "correct the line") from None
    except RecursionError:
        raise Wrong("the entry is nested too deeply", "an entry is a name with fields") from None
    except ValueError:
        raise Wrong("is not YAML (a character that no text has)", "correct the line") from None
    if not isinstance(value, dict) or len(value) != 1:
        raise Wrong("is no name with fields", "write 'Name:' and the fields indented below")
    ((name, fields),) = value.items()
    if not isinstance(fields, dict) or not isinstance(name, str):
        raise Wrong("is no name with fields", "write 'Name:' and the fields indented below")
    return name, fields


class _Reader:
    """The state of one load: identifiers, and names by which successors are found."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.by_name: dict[str, str] = {}
        self.later: list[tuple[str, str, bool, str]] = []

    def statements(self) -> Iterator[Statement]:
        """Yield organizations with families and seats, then successions."""
        found = 0
        for row, entry in _entries(self.registry.path):
            try:
                yield from self._entry(*_parse(entry), row)
                found += 1
            except Wrong as error:
                self.registry.wrong(error, row=row)
        if not found:
            raise UnreadableSource("holds no organization", path=self.registry.path, advice="give the list itself")
        for me, other, newer, locator in self.later:
            there = self.by_name.get(other.casefold())
            if there is None or there == me:
                self.registry.left_out("predecessors and successors that are not in the list")
                continue
            one, two = (me, there) if newer else (there, me)
            key = f"{one.rsplit('/', 1)[-1]}/supersedes/{two.rsplit('/', 1)[-1]}"
            if self.registry.new(key):
                yield self.registry.link(key, one, "supersedes", two, locator)

    def _entry(self, title: str, fields: dict[str, Any], row: int) -> list[Statement]:
        code = _said(fields, "SPRVD_id")
        if not _ID.fullmatch(code):
            raise Wrong(f"SPRVD_id {code[:40]!r} is no identifier of the list", "write it as SPRVD0688028")
        me = iri("organization", code)
        if self.registry.known(me):
            raise Wrong(f"the identifier {code} is given twice", "keep one of the entries")
        names = _names(title, fields)
        wikidata = _said(fields, "Wikidata_code")
        ids = [
            ("Wikidata", wikidata if re.fullmatch("Q[0-9]{1,12}", wikidata) else ""),
            ("LEI", _said(fields, "LEI")),
            ("OpenSanctions", _said(fields, "OpenSanctions_id").strip("/")),
        ]
        family, seat = _said(fields, "Org_family"), _said(fields, "Headquarters")
        locator = f"{title.strip()[:200]} ({code})"
        entity = Entity(
            me, _class(fields, family), names, identifier=code, identifiers=identifiers(ids),
            valid_from=year(_said(fields, "Year_established"), "Year_established"),
            homepage=web(_said(fields, "Website")), evidence=self.registry.evidence(locator),
        )  # fmt: skip
        made: list[Statement] = [entity, *self._family(me, family, locator), *self._seat(me, seat, locator)]
        self.registry.new(me)
        self._remember(me, code, names, fields, locator)
        return made

    def _remember(self, me: str, code: str, names: tuple[Name, ...], fields: dict[str, Any], locator: str) -> None:
        for key in (code, *(name.text for name in names if name.kind != "acronym")):
            self.by_name.setdefault(key.casefold(), me)
        for key, value in fields.items():
            if (match := _SUCCESSION.fullmatch(key)) is not None:
                newer = match[1] in ("Predecessor", "Replaces")
                self.later += [
                    (me, text(v), newer, locator) for v in (value if isinstance(value, list) else [value]) if v
                ]
            elif key not in _READ and not _NAME.fullmatch(key) and value and str(value).casefold() not in _NOTHING:
                self.registry.left_out(f"field {re.sub(r'(_[0-9]+)?(_[a-z]{2})?$', '', key)[:60]!r}")

    def _family(self, me: str, family: str, locator: str) -> Iterator[Statement]:
        if not family:
            return
        whole = iri("organization", "sprvd-family", family)
        if self.registry.new(whole):
            yield Entity(whole, "Network", (Name(family, "en"),), evidence=self.registry.evidence(locator))
        yield self.registry.link(f"{me.rsplit('/', 1)[-1]}/family", me, "partOf", whole, locator, role="family")

    def _seat(self, me: str, seat: str, locator: str) -> Iterator[Statement]:
        """Yield the place and the country of ``Geneva, Switzerland``, and that the organization is located there."""
        if not seat:
            return
        town, _, land = seat.rpartition(", ")
        country = by_name(land or seat)
        key = me.rsplit("/", 1)[-1]
        if country is not None:
            yield from self._country(country, locator)
            if not town:
                yield self.registry.link(f"{key}/seat", me, "locatedIn", country.iri, locator, role="headquarters")
                return
        place = iri("place", "sprvd", seat)
        if self.registry.new(place):
            name = town if country is not None and town else seat
            yield Entity(place, "Place", (Name(name, "en"),), evidence=self.registry.evidence(locator))
            if country is not None:
                yield self.registry.link(f"{place.rsplit('/', 1)[-1]}/country", place, "partOf", country.iri, locator)
        yield self.registry.link(f"{key}/seat", me, "locatedIn", place, locator, role="headquarters")

    def _country(self, country: CountryCode, locator: str) -> Iterator[Statement]:
        if self.registry.new(country.iri):
            yield Entity(country.iri, "Country", (Name(country.name, "en"),),
                         identifiers=identifiers([("ISO3166", country.alpha2)]),
                         evidence=self.registry.evidence(locator))  # fmt: skip


def _said(fields: dict[str, Any], key: str) -> str:
    """Return the text of a field, ``""`` where it is empty or says that there is nothing."""
    value = fields.get(key)
    if isinstance(value, list | dict):
        raise Wrong(f"{key} is {kind_of(value)}, not text")
    line = text(value, what=key)
    return "" if line.casefold() in _NOTHING else line


def _names(title: str, fields: dict[str, Any]) -> tuple[Name, ...]:
    """Return the names: full ones, then other and former ones, then abbreviations."""
    names = Names()
    names.add(_said(fields, "Name_en") or text(title, what="the name"), "en")
    for key in fields:
        if (match := _NAME.fullmatch(key)) is not None and match[1] == "Name":
            names.add(_said(fields, key), match[2])
    for key in fields:
        if (match := _NAME.fullmatch(key)) is not None and match[1] != "Name":
            name = _said(fields, key)
            short = match[1].startswith("Abbreviation") and name.count(" ") < 3
            names.add(name, match[2], "acronym" if short else "alternative")
    return names.all()


def _class(fields: dict[str, Any], family: str) -> str:
    kind = _said(fields, "Type").casefold()
    if re.match(r"(UN|United Nations)\b", family):
        return "UNBody"
    return "SubsidiaryBody" if _PART.search(kind) and "speciali" not in kind else "IntergovernmentalOrganization"
