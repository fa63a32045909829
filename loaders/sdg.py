"""The loader of the Sustainable Development Goals as linked data: goals, targets, indicators and series as topics.

Known are the files of the UN Statistics Division's knowledge organization system (http://metadata.un.org/sdg; Joshi,
González Morales, Klarman and Helton 2019; https://github.com/UNStats/LOD4Stats) and others that describe the same with
SKOS. The code lists of the indicators give countries, areas and further topics.

Memory grows with what the file describes: properties of one thing may stand anywhere in RDF.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Link, Loaded, Name, Statement
from . import reading
from .registry_countries import by_code
from .registry_source import Names, Registry, Wrong, identifiers, iri, language, text

_SDG: Final = "http://metadata.un.org/sdg/"
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_AREA: Final = f"{_SDG}codes/geoArea/"
_KEPT: Final = {
    _TYPE: "type",
    f"{_SKOS}prefLabel": "preferred",
    f"{_SKOS}altLabel": "alternative",
    f"{_SKOS}note": "alternative",
    f"{_SKOS}notation": "notation",
    f"{_SKOS}broader": "broader",
    f"{_SKOS}exactMatch": "match",
    f"{_SDG}ontology#isTargetOf": "broader",
    f"{_SDG}ontology#isIndicatorOf": "broader",
    f"{_SDG}ontology#isSeriesOf": "broader",
    f"{_SDG}ontology#custodianAgency": "agency",
    f"{_AREA[:-1]}#iso2code": "iso2",
    f"{_AREA[:-1]}#iso3code": "iso3",
    f"{_AREA[:-1]}#m49code": "m49",
}
# The same said from the other side.
_INVERSE: Final = frozenset(
    {f"{_SKOS}narrower", *(f"{_SDG}ontology#has{what}" for what in ("Target", "Indicator", "Series"))}
)
_FORMATS: Final = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML, ".xml": ox.RdfFormat.RDF_XML, ".owl": ox.RdfFormat.RDF_XML,
    ".trig": ox.RdfFormat.TRIG, ".n3": ox.RdfFormat.N3, ".jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip


def likeness(path: Path) -> int:
    """Say how much a file looks like the goals as linked data: 2 by its content, 0 otherwise."""
    if _format(path) is None:
        return 0
    head = reading.peek(path, 65_536)
    if "metadata.un.org/sdg" not in head:
        return 0
    # The vocabulary itself and lists of mappings name the same address and describe no goal.
    return 2 if re.search(r"(sdgo:|sdg/ontology#)(Goal|Target|Indicator|Series)\b|sdg/codes/", head) else 0


def _format(path: Path) -> ox.RdfFormat | None:
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix == ".json" and re.search(r'"@(context|graph|id)"', reading.peek(path, 4096)):
        return ox.RdfFormat.JSON_LD
    return _FORMATS.get(suffix)


def load_sdg(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read the Sustainable Development Goals from an RDF file.

    :param skip_bad: Count things that cannot be used instead of raising.
    :raises UnreadableSource: If the file is not RDF by its name, or (from the stream) cannot be read.
    """
    path = Path(path)
    registry = Registry(
        path, "sdg", "Sustainable Development Goals, knowledge organization system", source_id=source_id,
        read_time=read_time, skip_bad=skip_bad, url="http://metadata.un.org/sdg",
        licence="free of charge with citation (UN Statistics Division)",
    )  # fmt: skip
    if _format(path) is None:
        raise UnreadableSource(
            f"is no RDF file by its name ({path.suffix or 'no suffix'})", path=path, advice="name it .ttl, .nt or .rdf"
        )
    return registry.loaded(_Reader(registry).statements)


class _Reader:
    """What the file says, thing by thing."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.said: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
        self.unread: dict[str, int] = defaultdict(int)

    def statements(self) -> Iterator[Statement]:
        """Yield the things with what they are part of, and the bodies that look after an indicator."""
        self._read()
        made: dict[str, Entity] = {}
        for subject, said in self.said.items():
            if not self._is_thing(said):
                continue
            try:
                entity = self._entity(subject, said)
            except Wrong as error:
                self.registry.wrong(error, place=subject)
                continue
            if self.registry.new(entity.iri):
                made[subject] = entity
                yield entity
        for subject, entity in made.items():
            yield from self._links(subject, entity, made)
        for predicate, count in self.unread.items():
            self.registry.left_out(f"statements of {predicate[:100]}", count)

    def _read(self) -> None:
        path, form = self.registry.path, _format(self.registry.path)
        with reading.open_text(path):  # says what is wrong with a file that is no text
            pass
        try:
            with reading.open_binary(path) as file:
                reading.skip_mark(file)
                for quad in ox.parse(file, format=form, base_iri=_SDG):
                    self._take(quad)
        except SyntaxError as error:
            raise UnreadableSource(
                f"is not well-formed RDF ({' '.join(str(error.msg).split())[:120]})", path=path, row=error.lineno,
                advice="correct it or fetch the file again",
            ) from None  # fmt: skip
        except RecursionError:
            raise UnreadableSource("is nested too deeply", path=path, advice="fetch the file again") from None

    def _take(self, quad: ox.Quad) -> None:
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            return
        if isinstance(subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
            self.unread[predicate] += 1
        elif predicate in _INVERSE and isinstance(value, ox.NamedNode):
            self.said[value.value]["broader"].append((subject.value, ""))
        elif (key := _KEPT.get(predicate)) is not None:
            detail = ""
            if isinstance(value, ox.Literal):
                detail = value.datatype.value if key == "notation" else value.language or ""
            self.said[subject.value][key].append((value.value, detail))
        else:
            self.unread[predicate] += 1

    def _is_thing(self, said: dict[str, list[tuple[str, str]]]) -> bool:
        types = {value for value, _ in said.get("type", ())}
        concept = f"{_SKOS}Concept" in types or any(value.startswith(f"{_SDG}ontology#") for value in types)
        if not concept or not said.get("preferred"):
            if types:
                self.registry.left_out("classes, schemes and things without a name")
            return False
        return True

    def _entity(self, subject: str, said: dict[str, list[tuple[str, str]]]) -> Entity:
        names = Names()
        for kind in ("preferred", "alternative"):
            for value, lang in sorted(said.get(kind, ())):
                names.add(text(value, longest=5_000, what="a label"), language(lang), kind)
        wikidata = [value.rsplit("/", 1)[-1] for value, _ in said.get("match", ()) if "wikidata.org/entity/Q" in value]
        ids = [("Wikidata", code) for code in wikidata if re.fullmatch("Q[0-9]+", code)]
        numbers = [value for value, _ in said.get("m49", ())] + [subject.removeprefix(_AREA)]
        m49 = next((value.zfill(3) for value in numbers if re.fullmatch("[0-9]{1,3}", value)), "")
        country = next((found for value, _ in said.get("iso2", ()) if (found := by_code(value))), None)
        if country is not None:
            me, kind, key = country.iri, "Country", country.alpha2
            ids += [("ISO3166", country.alpha2), ("ISO3166Alpha3", country.alpha3), ("M49", m49 or country.m49)]
        elif m49:
            me, kind, key = f"{ID}place/m49-{m49}", "Place", m49
            ids.append(("M49", m49))
        else:
            me, kind, key = _topic(subject), "Topic", subject.rsplit("/", 1)[-1]
            number = [key] if re.fullmatch(rf"{_SDG}[0-9]+(\.[0-9a-z]+){{0,2}}", subject) else []
            ids += [("SDG", code) for code in _numbers(said.get("notation", ())) or number]
        return Entity(me, kind, names.all(), identifier=key, identifiers=identifiers(ids),
                      evidence=self.registry.evidence(subject))  # fmt: skip

    def _links(self, subject: str, entity: Entity, made: dict[str, Entity]) -> Iterator[Link | Entity]:
        me, said = entity.iri, self.said[subject]
        key = "/".join(me.rsplit("/", 2)[-2:])
        for above in sorted({value for value, _ in said.get("broader", ())}):
            whole = made.get(above)
            if whole is None and re.fullmatch(r"[0-9A-Za-z.]{1,20}", above.removeprefix(_SDG)):
                # Files of series name the indicators that another file describes.
                whole = Entity(_topic(above), "Topic", (Name(above.removeprefix(_SDG)),))
                if self.registry.new(whole.iri):
                    yield whole
            if whole is None:
                self.registry.left_out("things above that the file does not describe")
            elif whole.iri == me or not _fits(entity.type, whole.type):
                self.registry.left_out("things above of another kind")
            else:
                place = f"{subject} broader {above}"
                yield self.registry.link(f"{key}/partOf/{whole.iri.rsplit('/', 1)[-1]}", me, "partOf", whole.iri, place)
        for name, _ in sorted(set(said.get("agency", ()))):
            if entity.type != "Topic":
                continue
            try:
                agency = iri("organization", "un", text(name))
            except Wrong as error:
                self.registry.wrong(error, place=subject)
                continue
            place = f"{subject} custodianAgency"
            if self.registry.new(agency):
                kind = "acronym" if name.isupper() else "preferred"
                names = (Name(text(name), "" if kind == "acronym" else "en", kind),)  # type: ignore[arg-type]
                yield Entity(agency, "Organization", names, evidence=self.registry.evidence(place))
            yield self.registry.link(f"{key}/custodian/{agency.rsplit('/', 1)[-1]}", agency, "concerns", me, place,
                                     role="custodian agency")  # fmt: skip


def _fits(part: str, whole: str) -> bool:
    area = ("Country", "Place")
    return (part == whole == "Topic") or (part in area and whole in area)


def _topic(subject: str) -> str:
    """Return the IRI of a topic: ``id/topic/sdg-1.1`` for ``http://metadata.un.org/sdg/1.1``.

    :raises Wrong: If nothing of it can stand in one.
    """
    local = subject.removeprefix(_SDG)
    if subject.startswith(_SDG) and re.fullmatch(r"[A-Za-z0-9_.]{1,80}", local):
        return f"{ID}topic/sdg-{local}"
    return iri("topic", "sdg", local if subject.startswith(_SDG) else subject)


def _numbers(notations: list[tuple[str, str]] | tuple[()]) -> list[str]:
    """Return the numbers of a goal, target or indicator in their usual form, as 1.1.1, not 01.01.01 or C010101."""
    compact = [value for value, datatype in notations if datatype.endswith("Compact")]
    return compact or [value for value, datatype in notations if datatype.endswith("SDGCode")]
