"""The loader of the Research Organization Registry (ROR), schema 1 and 2: organizations, places, parents, predecessors.

Records come as JSON lines, as the array of a data dump, or as a single record; both schemas may be mixed. Schema:
https://ror.readme.io/docs/ror-data-structure. Licence of the data: CC0 1.0.

Memory grows with the number of organizations and places (a short text each), not with what is said of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Link, Loaded, Name, Statement
from . import reading
from .circles import leads
from .reading_json import Json, JsonStream
from .registry_countries import by_code
from .registry_ror import class_of, names_of, names_of_1, places_of, places_of_1, relationships_of, ror_id, ror_iri
from .registry_source import (
    Registry,
    Wrong,
    identifiers,
    listing,
    mapping,
    text,
    web,
    year,
)

_SCHEMES: Final = {
    "isni": "ISNI", "wikidata": "Wikidata", "grid": "GRID", "fundref": "FundRef",
}  # fmt: skip
# Relation, and whether it goes from the record to the other one or the other way round.
_RELATIONS: Final = {
    "parent": ("subsidiaryOf", True),
    "child": ("subsidiaryOf", False),
    "predecessor": ("supersedes", True),
    "successor": ("supersedes", False),
    "related": ("cooperatesWith", True),
}
_NO_PLACE = "locations without a country"


def likeness(path: Path) -> int:
    """Say how much a file looks like ROR: 2 by its first record, 1 by its name only, 0 not at all."""
    head = reading.peek(path, 65_536)
    if '"https://ror.org/0' in head and '"relationships"' in head and ('"names"' in head or '"aliases"' in head):
        return 2
    return int(head.lstrip()[:1] in ("{", "[") and path.name.lower().startswith(("ror_", "ror-", "ror.")))


def load_ror(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read records of ROR.

    :param skip_bad: Count records that cannot be used instead of raising.
    :raises UnreadableSource: If the file is no JSON, or (from the stream) a record cannot be used.
    """
    registry = Registry(
        Path(path), "ror", "Research Organization Registry", source_id=source_id, read_time=read_time,
        skip_bad=skip_bad, licence="CC0 1.0", url="https://ror.org",
    )  # fmt: skip
    return registry.loaded(_Reader(registry).statements)


class _Reader:
    """The state of one load: which organizations, pairs and places are known, and who is only mentioned."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.records: set[str] = set()
        self.mentioned: dict[str, str] = {}
        self.pairs: set[str] = set()
        self.above: dict[str, dict[str, list[str]]] = {
            "subsidiaryOf": defaultdict(list),
            "supersedes": defaultdict(list),
        }

    def statements(self) -> Iterator[Statement]:
        """Yield organizations with their links, then those that are only mentioned."""
        registry = self.registry
        found = 0
        for number, value in self._records():
            found += 1
            try:
                yield from self._record(value)
            except Wrong as error:
                registry.wrong(error, place=f"record {number}")
        if not found:
            raise UnreadableSource("holds no record", path=registry.path, advice="give a file of ROR records")
        for ror, label in self.mentioned.items():
            if ror not in self.records:
                names = (Name(label),) if label else (Name(f"https://ror.org/{ror}"),)
                yield Entity(
                    ror_iri(ror), "Organization", names, identifier=f"https://ror.org/{ror}",
                    identifiers=identifiers([("ROR", ror)]), evidence=registry.evidence(f"relationships to {ror}"),
                )  # fmt: skip

    def _records(self) -> Iterator[tuple[int, Json]]:
        """Yield the records of the file with their numbers; an answer of the registry's API holds some as ``items``."""
        number = 0
        for _, value in JsonStream(self.registry.path, decimals=False).elements(skip=self.registry.skip):
            items = value.get("items") if isinstance(value, dict) and "id" not in value else None
            for one in items if isinstance(items, list) else [value]:
                number += 1
                yield number, one

    def _record(self, value: Json) -> list[Statement]:
        """Return what one record becomes; nothing of a record that cannot be used is kept."""
        record = mapping(value, "the record")
        ror = ror_id(record.get("id"))
        if ror in self.records:
            raise Wrong(f"the identifier {ror} is given twice", "keep one of the records")
        status = record.get("status")
        if status == "withdrawn":
            self.registry.left_out("withdrawn records")
            return []
        newer = "names" in record
        names, kind = names_of(record) if newer else names_of_1(record), class_of(record)
        ids = [("ROR", ror), *(self._ids(record) if newer else self._ids_1(record))]
        locator = f"https://ror.org/{ror}"
        entity = Entity(
            ror_iri(ror), kind, names, identifier=locator, identifiers=identifiers(ids),
            valid_from=year(record.get("established"), "the year of establishment"),
            homepage=self._homepage(record), evidence=self.registry.evidence(locator),
        )  # fmt: skip
        if status == "inactive":
            self.registry.left_out("the status 'inactive', which has no date")
        # All is read before anything is remembered: a record that cannot be used leaves no trace.
        places = list(places_of(record) if newer else places_of_1(record))
        relationships = list(relationships_of(record))
        made: list[Statement] = [entity]
        for place in dict.fromkeys(places):
            made += self._located(ror, *place)
        made += self._relations(ror, relationships)
        self.records.add(ror)
        return made

    def _ids(self, record: dict[str, Json]) -> Iterator[tuple[str, str]]:
        for item in listing(record.get("external_ids"), "external_ids"):
            found = mapping(item, "an external identifier")
            yield from self._scheme(str(found.get("type")), found.get("all"))

    def _ids_1(self, record: dict[str, Json]) -> Iterator[tuple[str, str]]:
        for name, item in mapping(record.get("external_ids"), "external_ids").items():
            yield from self._scheme(name, mapping(item, "an external identifier").get("all"))

    def _scheme(self, name: str, values: Json) -> Iterator[tuple[str, str]]:
        scheme = _SCHEMES.get(name.lower())
        found = values if isinstance(values, list) else [values]
        if scheme is None:
            self.registry.left_out(f"identifiers of the scheme {name[:40]!r}", len(found))
            return
        for value in found:
            line = text(value, what="an identifier")
            yield scheme, line.replace(" ", "") if scheme == "ISNI" else line

    def _homepage(self, record: dict[str, Json]) -> str | None:
        """Return the first website; Wikipedia pages and further websites are left out."""
        first = None
        for item in listing(record.get("links"), "links"):
            site = item.get("value") if isinstance(item, dict) and item.get("type") != "wikipedia" else item
            if first is None and (first := web(site)):
                continue
            self.registry.left_out("web addresses besides the first website")
        if record.get("wikipedia_url"):
            self.registry.left_out("web addresses besides the first website")
        return first

    def _located(self, ror: str, code: str, place: str, geonames: str) -> Iterator[Statement]:
        """Yield the country and the place with what they are part of, when new, and the links to them."""
        registry, me, locator = self.registry, ror_iri(ror), f"https://ror.org/{ror}, locations"
        country = by_code(code) if code else None
        if country is None:
            registry.left_out(_NO_PLACE)
            return
        if registry.new(country.iri):
            yield Entity(country.iri, "Country", (Name(country.name, "en"),),
                         identifiers=identifiers([("ISO3166", country.alpha2)]))  # fmt: skip
        if f"{ror}/{country.alpha2}" not in self.pairs:
            yield registry.link(f"{ror}/locatedIn/{country.alpha2}", me, "locatedIn", country.iri, locator)
        self.pairs.add(f"{ror}/{country.alpha2}")
        if not geonames or not place:
            if geonames or place:
                registry.left_out("places without a name or without a number of GeoNames (the country is kept)")
            return
        if f"{ror}/{geonames}" in self.pairs:
            return
        self.pairs.add(f"{ror}/{geonames}")
        city = f"{ID}place/geonames-{geonames}"
        if registry.new(city):
            yield Entity(city, "Place", (Name(place),), identifier=geonames,
                         identifiers=identifiers([("GeoNames", geonames)]))  # fmt: skip
            yield registry.link(f"geonames-{geonames}/partOf", city, "partOf", country.iri, locator)
        yield registry.link(f"{ror}/locatedIn/{geonames}", me, "locatedIn", city, locator)

    def _relations(self, ror: str, found: list[tuple[str, str, str]]) -> Iterator[Link]:
        for number, (kind, other, label) in enumerate(found):
            if kind not in _RELATIONS:
                self.registry.left_out(f"relationships of the type {kind[:40]!r}")
                continue
            if other == ror:
                self.registry.left_out("relationships of a record with itself")
                continue
            relation, forward = _RELATIONS[kind]
            one, two = (ror, other) if forward else (other, ror)
            if relation == "cooperatesWith":
                one, two = sorted((one, two))
            if f"{one}/{relation}/{two}" in self.pairs:  # both records say it
                continue
            if relation in self.above and leads(self.above[relation], two, one):
                self.registry.left_out(f"{kind} relationships that close a circle")
                continue
            self.mentioned.setdefault(other, label)
            self.pairs.add(f"{one}/{relation}/{two}")
            if relation in self.above:
                self.above[relation][one].append(two)
            yield self.registry.link(
                f"{one}/{relation}/{two}", ror_iri(one), relation, ror_iri(two),
                f"https://ror.org/{ror}, relationships[{number}]", role="related" if kind == "related" else None,
            )  # fmt: skip
