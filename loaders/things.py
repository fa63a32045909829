"""What the cells of a table point at: its own entities, and things of other sources by their IRIs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..ontology.model import ID
from ..ontology.vocabulary import Vocabulary
from .cells import is_iri, one_of, parse_line, short, slug
from .problems import CellError, did_you_mean

_SHORT_IRI = re.compile(r"([a-z]+(?:-[a-z]+)*)/([^/\s]+)")
_COUNTRY_GROUP = "country-group"


class Known(NamedTuple):
    """An entity of the table: its IRI, its class (``""`` where the cell was wrong) and its row."""

    iri: str
    type: str
    row: int


class Thing(NamedTuple):
    """What one cell points at: the text of the cell, the IRI, and the class where the table says it."""

    text: str
    iri: str
    type: str | None


class Things:
    """The entities of one table by the ids (or, in a table without a sheet of entities, the names) that it uses."""

    def __init__(self, source_id: str, vocabulary: Vocabulary, *, has_entities: bool) -> None:
        self.known: dict[str, Known] = {}
        self.vocabulary = vocabulary
        self._source_id, self._has_entities = source_id, has_entities
        self._ids: dict[str, str] = {}
        self._classes = vocabulary.entity_classes()
        self._kinds = frozenset(vocabulary.kind(name) for name in self._classes) | {_COUNTRY_GROUP}

    def parse_class(self, text: str) -> str:
        """Return a class that things can have."""
        return one_of(text, self._classes, "class of the ontology")

    def kind(self, type_: str, *, collective: bool) -> str:
        """Return the folder of a thing's IRI."""
        return _COUNTRY_GROUP if collective and type_ == "Country" else self.vocabulary.kind(type_)

    def parse_iri(self, text: str) -> str:
        """Return the IRI that a full IRI or ``kind/slug`` stands for."""
        if (iri := self._iri(text)) is not None:
            return iri
        kind = text.partition("/")[0]
        raise CellError(
            f"{short(text)!r} is not an IRI",
            did_you_mean(kind, self._kinds) if "/" in text and not text.startswith("http") else None
            or "write it whole (https://…) or as kind/slug, for instance country/UZ",
        )  # fmt: skip

    def add(self, text: str, type_: str, row: int, *, iri: str | None = None, collective: bool = False) -> None:
        """Make a thing known.

        :raises CellError: If another row has its id or its IRI.
        """
        if (before := self.known.get(text)) is not None:
            raise CellError(
                f"the id {short(text)!r} is already that of row {before.row}", "give each row an id of its own"
            )
        if iri is None:
            if not (stem := slug(text)):
                raise CellError(
                    f"the id {short(text)!r} has no letter and no digit", "use letters, digits, hyphens and dots"
                )
            iri = f"{ID}{self.kind(type_, collective=collective)}/{self._source_id}-{stem}" if type_ else ""
        if iri and (other := self._ids.setdefault(iri, text)) != text:
            self.known[text] = Known("", type_, row)
            raise CellError(
                f"{short(text)!r} and {short(other)!r} (row {self.known[other].row}) have the same IRI, "
                f"{iri.removeprefix(ID)}",
                "keep one of them, or make them differ in a letter or digit",
            )
        self.known[text] = Known(iri, type_, row)

    def is_elsewhere(self, text: str) -> bool:
        """Say whether a text is the IRI, full or short, of a thing that may be in another source."""
        return self._iri(text) is not None

    def point(self, text: str) -> Thing:
        """Return what a cell points at.

        :raises CellError: If it is nothing that this table knows, and no IRI.
        """
        line = parse_line(text)
        if (known := self.known.get(line)) is not None:
            return Thing(line, known.iri, known.type or None)
        if (iri := self._iri(line)) is not None:
            return Thing(line, iri, None)
        if self._has_entities:
            problem = f"{short(line)!r} is not an id of the sheet entities"
            otherwise = "add it there, or write an IRI (https://… or kind/slug as country/UZ)"
        else:
            problem = f"the table does not say what {short(line)!r} is"
            otherwise = (
                "give its class in source_type or target_type, or write an IRI (https://… or kind/slug as country/UZ)"
            )
        raise CellError(problem, did_you_mean(line, self.known, otherwise=otherwise))

    def of_class(self, column: str, admitted: tuple[str, ...]) -> Callable[[str], Thing]:
        """Return a parser of cells that point at a thing of one of the classes."""

        def parse(text: str) -> Thing:
            thing = self.point(text)
            if thing.type and not self.is_any(thing.type, admitted):
                raise CellError(f"{short(thing.text)!r} is of class {thing.type}", f"{column} takes {words(admitted)}")
            return thing

        return parse

    def is_any(self, type_: str, admitted: Iterable[str]) -> bool:
        """Say whether a class is one of those admitted or below one."""
        return any(self.vocabulary.is_a(type_, name) for name in admitted)

    def check_link(self, source: Thing, relation: str, target: Thing) -> None:
        """Refuse a link whose ends the relation does not join, as far as their classes are known.

        :raises CellError: With what the relation joins.
        """
        term = self.vocabulary.relation(relation)
        for thing, admitted, end in ((source, term.domain, "from"), (target, term.range, "to")):
            if thing.type and not self.is_any(thing.type, admitted):
                advice = f"it goes {end} {words(admitted)}"
                if source.type and target.type and self.vocabulary.admits(relation, target.type, source.type):
                    advice += "; perhaps source and target are the wrong way round"
                raise CellError(
                    f"{relation} does not go {end} {short(thing.text)!r}, which is of class {thing.type}", advice
                )

    def _iri(self, text: str) -> str | None:
        if is_iri(text):
            return text
        match = _SHORT_IRI.fullmatch(text)
        if match is None or match[1] not in self._kinds or not is_iri(ID + text):
            return None
        if match[1] == "country" and len(match[2]) <= 3 and not re.fullmatch("[A-Z]{2}", match[2]):
            raise CellError(f"{text!r} is not a country", "write the two capital letters of ISO 3166, as country/UZ")
        return ID + text


def words(names: Iterable[str]) -> str:
    """Return names as a choice in a sentence.

    >>> words(["Country", "Organization", "Event"])
    'Country, Organization or Event'
    """
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
