"""The things that the rows of a mapping name, gathered from all rows: one entity a thing, however often it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ..ontology.model import ID, Entity, Evidence, Identifier
from ..ontology.vocabulary import vocabulary
from . import cells, registry_countries
from .cells import short
from .mapping_files import Row
from .mapping_parts import word_of, words_of
from .mapping_spec import EntitySpec, NamePart, Value
from .mapping_values import Fault, date, not_known, one, parsed, texts
from .problems import CellError, did_you_mean
from .registry_source import Names, Wrong, iri
from .registry_values import web
from .things import Things

_ISO_SCHEMES: Final = ("ISO3166", "ISO3166Alpha3", "M49")
_MOST_KEPT: Final = 300_000


class Thing(NamedTuple):
    """A thing that a row names: its IRI, its class and the key by which the file knows it."""

    iri: str
    type: str
    key: str


@dataclass(slots=True)
class _Said:
    """What one row says of one thing."""

    thing: Thing
    by_name: bool
    names: list[tuple[str, str, str]]
    identifiers: list[tuple[str, str]]
    collective: bool
    fields: dict[str, Any]


@dataclass(slots=True)
class _Gathered:
    """What all rows so far say of one thing; ``row`` is the first that names it."""

    thing: Thing
    by_name: bool
    row: str
    evidence: Evidence
    names: Names = field(default_factory=Names)
    identifiers: dict[tuple[str, str], None] = field(default_factory=dict)
    collective: bool = False
    fields: dict[str, Any] = field(default_factory=dict)


class Gatherer:
    """Finds the things in rows; ``gather`` keeps what is said of them, ``entities`` gives it back."""

    def __init__(
        self, source_id: str, specs: dict[str, EntitySpec], evidence: Callable[[Row], Evidence],
        left_out: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._source_id, self._specs, self._evidence, self._told = source_id, specs, evidence, left_out
        self._gathering = False
        self._iris = Things(source_id, vocabulary(), has_entities=False)
        self._known: dict[str, _Gathered] = {}
        # What the same cells said before: a donor that stands in ten thousand rows is read once.
        self._columns = {ref: _columns(spec) for ref, spec in specs.items()}
        self._before: dict[tuple[Any, ...], list[Thing]] = {}

    def things(self, row: Row, ref: str) -> list[Thing]:
        """Return the things that a row names in the way of an entity of the mapping.

        :raises Fault: If a cell is wrong.
        """
        self._gathering = False
        mark = self._mark(row, ref)
        found = self._before.get(mark)
        if found is None:
            found = [said.thing for said in self._read(row, self._specs[ref])]
            self._keep(mark, found)
        return found

    def gather(self, row: Row) -> None:
        """Keep what a row says of the things that it names: all of them, or none where a cell is wrong.

        :raises Fault: If a cell is wrong, or contradicts an earlier row.
        """
        self._gathering = True
        fresh = [ref for ref in self._specs if self._mark(row, ref) not in self._before]
        read = [(ref, self._read(row, self._specs[ref])) for ref in fresh]
        checked: list[tuple[_Said, _Gathered | None]] = []
        for ref, saids in read:
            checked += [(said, self._check(said, self._specs[ref])) for said in saids]
        for said, known in checked:
            # two columns of one row may name one thing for the first time
            self._add(said, known or self._known.get(said.thing.iri), row)
        for ref, saids in read:
            self._keep(self._mark(row, ref), [said.thing for said in saids])

    def entities(self) -> Iterator[Entity]:
        """Yield what has been gathered, in the order in which it was first named."""
        for known in self._known.values():
            more = dict(known.fields)
            names = known.names.all()
            yield Entity(
                iri=known.thing.iri,
                type=known.thing.type,
                names=names,
                identifier=known.thing.key if not known.by_name else None,
                identifiers=tuple(Identifier(scheme, value) for scheme, value in known.identifiers),
                collective=known.collective,
                evidence=(known.evidence,),
                valid_from=more.pop("from", None),
                valid_to=more.pop("to", None),
                **more,
            )

    def typed(self, iri_: str) -> str | None:
        """Return the class of a thing that was gathered."""
        known = self._known.get(iri_)
        return known.thing.type if known else None

    # --- reading one row ---------------------------------------------------------------------------------------

    def _mark(self, row: Row, ref: str) -> tuple[Any, ...]:
        found: list[Any] = [ref]
        for column in self._columns[ref]:
            cell = row.cells.get(column)
            found.append((type(cell).__name__, tuple(cell) if isinstance(cell, list) else cell))
        return tuple(found)

    def _keep(self, mark: tuple[Any, ...], found: list[Thing]) -> None:
        if len(self._before) > _MOST_KEPT:
            self._before.clear()
        self._before[mark] = found

    def _left_out(self, reason: str) -> None:
        """Tell what is left out, once: when it is gathered, not when links are made of the same cells."""
        if self._gathering:
            self._told(reason)

    def _read(self, row: Row, spec: EntitySpec) -> list[_Said]:
        """Return the things that a row names; several where a cell that tells what they are is divided."""
        from .mapping_rows import admits

        if not admits(row, spec.when):
            return []
        keys = _joined([texts(row, part, left_out=self._left_out) for part in spec.key]) if spec.key else []
        iris = texts(row, spec.iri) if spec.iri else []
        isos = texts(row, spec.iso) if spec.iso else []
        names = [(part, self._named(row, part)) for part in spec.names if part.kind != "alt"]
        others = [(part, texts(row, part.value)) for part in spec.names if part.kind == "alt"]
        number = len(keys or isos or iris) or max(
            (len(found) for part, found in names if part.kind == "name"), default=0
        )
        number = number or max((len(found) for _, found in names), default=0)
        if spec.key and not keys:
            if number:
                self._left_out(f"{spec.ref} without a key (not made)")
            return []
        said = []
        for at in range(number):
            own = [(part, _at(part.value, found, at, number)) for part, found in names]
            own += [(part, _at(part.value, found, at, number)) for part, found in others]
            key = keys[at] if at < len(keys) else None
            type_ = self._type(row, spec, at, number)
            if type_ is not None:
                said.append(self._one(row, spec, type_, at, number, key, iris, isos, own))
        return said

    def _named(self, row: Row, part: NamePart) -> list[str]:
        """Return the names in a row; a text without a letter or digit (``***``) names nothing."""
        found = texts(row, part.value, left_out=self._left_out)
        named = [text for text in found if any(char.isalnum() for char in text)]
        if len(named) < len(found):
            self._left_out("name without a letter or digit (not made)")
        return named

    def _one(
        self, row: Row, spec: EntitySpec, type_: str, at: int, number: int, key: str | None, iris: list[str],
        isos: list[str], own: list[tuple[NamePart, list[str]]],
    ) -> _Said:  # fmt: skip
        names = [(self._name(part, text), part.lang, _KINDS[part.kind]) for part, found in own for text in found]
        identifiers = []
        for scheme, value in spec.identifiers:
            found = texts(row, value)
            for text in found if number == 1 else found[at : at + 1]:
                identifiers.append((scheme, _line(text, value)))
        collective = bool(spec.collective and parsed(row, spec.collective, cells.parse_yes))
        fields = self._fields(row, spec, type_)
        iso = isos[at] if at < len(isos) else None
        country = self._country(iso, identifiers, names) if type_ == "Country" and not collective else None
        if spec.iri is not None and iris:
            whole = _parsed(iris[min(at, len(iris) - 1)], self._iris.parse_iri, spec.iri)
        elif country is not None:
            whole = country.iri
        else:
            whole = ""
        first = key or iso or next((text for text, _, _ in names), None) or whole.removeprefix(ID)
        by_name = key is None and iso is None and not (spec.iri and iris)
        if country is not None:
            identifiers = [("ISO3166", country.alpha2), *(pair for pair in identifiers if pair[0] != "ISO3166")]
            if not names:
                names = [(country.name, "en", "preferred")]
        if not whole:
            kind = self._iris.kind(type_, collective=collective)
            try:
                whole = iri(kind, self._source_id, first)
            except Wrong as error:
                column = next((c for part in (*spec.key, *(n.value for n in spec.names)) for c in part.columns), None)
                raise Fault(error.problem, error.advice, column) from None
        if not names:
            names = [(first, "", "preferred")]
        return _Said(Thing(whole, type_, first), by_name, names, identifiers, collective, fields)

    def _name(self, part: NamePart, text: str) -> str:
        return _line(text, part.value)

    def _type(self, row: Row, spec: EntitySpec, at: int, number: int) -> str | None:
        """Return the class of a thing, or None where the translation of the classes leaves it out."""
        dropped: list[str] = []
        found = texts(row, spec.type, left_out=dropped.append)
        if dropped and len(found) != number:
            self._left_out(dropped[0])
            return None
        text = found[at] if len(found) == number else found[0] if len(found) == 1 else None
        column = spec.type.columns[0] if spec.type.columns else None
        if text is None:
            raise Fault(f"the class of {spec.ref!r} is not given", "fill in the cell, or write `otherwise`", column)
        known = word_of(text, "class")
        if known is None:
            classes = words_of("class")
            raise Fault(
                f"{short(text)!r} is not a class",
                did_you_mean(text, classes, otherwise=f"translate it with `values` to one of {', '.join(classes)}"),
                column,
            )
        return known

    def _fields(self, row: Row, spec: EntitySpec, type_: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in spec.fields.items():
            if name in ("from", "to", "issued", "homepage"):
                given = one(row, value, dates=True)
                if given is not None and not_known(given):
                    self._left_out(f"{name} that is {short(given)!r} (the thing is kept without)")
                    continue
                text = parsed(row, value, _homepage if name == "homepage" else _date_of(value), dates=True)
            else:
                parse: dict[str, Callable[[str], str]] = {
                    "status": cells.parse_status, "language": cells.parse_language, "description": cells.parse_text,
                }  # fmt: skip
                text = parsed(row, value, parse[name])
            if text is None:
                continue
            if name in ("issued", "language") and not vocabulary().is_a(type_, "Document"):
                raise Fault(f"{name} is of documents, and {spec.ref!r} is of class {type_}", "delete it there",
                            value.columns[0] if value.columns else None)  # fmt: skip
            made[name] = text
        if made.get("from") and made.get("to") and cells.is_after(made["from"], made["to"]):
            raise Fault(f"it begins ({made['from']}) after it ends ({made['to']})", "exchange the dates",
                        next(iter(spec.fields["from"].columns), None))  # fmt: skip
        return made

    def _country(
        self, iso: str | None, identifiers: list[tuple[str, str]], names: list[tuple[str, str, str]]
    ) -> registry_countries.CountryCode | None:
        """Return the country that codes declared as such, else names in English or French, say for sure."""
        codes = [iso] if iso else []
        codes += [value for scheme in _ISO_SCHEMES for known, value in identifiers if known == scheme]
        found = {country for code in codes if (country := registry_countries.by_code(code)) is not None}
        if len(found) > 1:
            raise Fault(f"the codes {', '.join(codes)} are of different countries", "correct one of them", None)
        named = {country for text, _, _ in names if (country := registry_countries.by_name(text)) is not None}
        if found:
            if named and not named & found:
                self._left_out("country whose name is that of another than its code (the code was taken)")
            return found.pop()
        if codes:
            self._left_out("code that is no country of ISO 3166 (kept as a country of this source)")
            return None
        if len(named) == 1:
            return named.pop()
        self._left_out("country that ISO 3166 does not name so (kept as a country of this source)")
        return None

    # --- gathering ---------------------------------------------------------------------------------------------

    def _check(self, said: _Said, spec: EntitySpec) -> _Gathered | None:
        """Return what is known of a thing already; refuse what cannot be the same thing."""
        known = self._known.get(said.thing.iri)
        if known is None:
            return None
        column = next((c for part in (*spec.key, *(n.value for n in spec.names)) for c in part.columns), None)
        mine, theirs = said.thing.type, known.thing.type
        if not (vocabulary().is_a(mine, theirs) or vocabulary().is_a(theirs, mine)):
            raise Fault(
                f"{short(said.thing.key)!r} is of class {mine} here and of class {theirs} in {known.row}",
                "give both the same class", column,
            )  # fmt: skip
        same = said.thing.key == known.thing.key or said.thing.iri.startswith(f"{ID}country/")
        if not same and not (said.by_name or known.by_name or spec.iri):
            raise Fault(
                f"the keys {short(said.thing.key)!r} and {short(known.thing.key)!r} ({known.row}) give the same IRI",
                "make them differ in a letter or digit", column,
            )  # fmt: skip
        if not same and said.by_name and known.by_name:
            self._left_out("name that differs from another in accents, case or signs only (taken as one thing)")
        return known

    def _add(self, said: _Said, known: _Gathered | None, row: Row) -> None:
        if known is None:
            known = _Gathered(said.thing, said.by_name, row.locator, self._evidence(row))
            self._known[said.thing.iri] = known
        elif vocabulary().is_a(said.thing.type, known.thing.type):
            known.thing = known.thing._replace(type=said.thing.type)
        for text, lang, kind in said.names:
            known.names.add(text, lang, kind)
        known.identifiers.update(dict.fromkeys(said.identifiers))
        known.collective = known.collective or said.collective
        for name, text in said.fields.items():
            if known.fields.setdefault(name, text) != text:
                self._left_out(f"{name} that differs from that of an earlier row (the first was kept)")


_KINDS: Final = {"name": "preferred", "alt": "alternative", "acronym": "acronym"}


def _columns(spec: EntitySpec) -> tuple[str, ...]:
    values = [spec.type, *spec.key, spec.iri, spec.iso, *(n.value for n in spec.names), spec.collective]
    values += [*(value for _, value in spec.identifiers), *spec.fields.values()]
    found = [column for value in values if value is not None for column in value.columns]
    return tuple(dict.fromkeys([*found, *(condition.column for condition in spec.when)]))


def _joined(parts: list[list[str]]) -> list[str]:
    """Return the keys that several columns make together; the row has none where one of them is empty."""
    if not all(parts):
        return []
    number = max(len(found) for found in parts)
    if any(len(found) not in (1, number) for found in parts):
        return []
    return [" / ".join(found[at] if len(found) == number else found[0] for found in parts) for at in range(number)]


def _at(value: Value, found: list[str], at: int, number: int) -> list[str]:
    """Return the names that belong to one of the things of a row."""
    if number == 1:
        return found
    if len(found) == number:
        return [found[at]]
    if not found:
        return []
    raise Fault(
        f"the cell has {len(found)} values where the row names {number} things", "give as many, or none",
        value.columns[0] if value.columns else None,
    )  # fmt: skip


def _date_of(value: Value) -> Callable[[str], str]:
    return lambda text: date(text, value.reading)


def _homepage(text: str) -> str:
    found = web(text if "://" in text else f"https://{text}" if text.startswith("www.") else text)
    if found is None:
        raise CellError(f"{short(text)!r} is not a web address", "write it whole, beginning with https://")
    return found


def _line(text: str, value: Value) -> str:
    return _parsed(text, cells.parse_line, value)


def _parsed(text: str, parse: Callable[[str], str], value: Value) -> str:
    try:
        return parse(text)
    except CellError as error:
        raise Fault(error.problem, error.advice, value.columns[0] if value.columns else None) from None
