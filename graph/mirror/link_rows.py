"""The rows of links, straight from the lines of a source.

Most of what a push or a check costs on this side is making rows of links. A link that looks as usual, and in which
decisions change nothing, needs no object made of it first: its row is put together from the words of its lines.
Any other one goes the long way, through :func:`.rows.link_relationship`; the tests compare both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, cast

from ...ontology.lines import EvidenceParts, Lines
from ...ontology.model import Entity, Link, source_iri
from ..reading import things_of, under_canonical
from ..rows import Row
from . import rows

_FIELDS = tuple(rows.FORMS.items())


@dataclass(slots=True)
class LinkRow:
    """A link as it stands in Neo4j: the type of the relationship, its ends, its properties.

    ``names`` are the things that the link names, as its source calls them; ``size`` is that of the long texts in it.
    """

    iri: str
    kind: str
    start: str
    end: str
    row: Row
    names: list[str]
    size: int


class LinkRows(Lines):
    """Reads the lines of one source into entities, as they were loaded, and rows of links, under canonical IRIs."""

    def __init__(self, source_id: str, canonical: dict[str, str]) -> None:
        super().__init__(source_iri(source_id))
        self._source_id, self._canonical = source_id, canonical

    def read(self, stream: IO[bytes], tick: Callable[[int], None]) -> Iterator[Entity | LinkRow]:
        """Yield what the lines say, in their order.

        :raises UnknownRelation: If a link has a relation that the ontology does not define.
        """
        for statement in super().read(stream, tick):
            yield self.of_link(statement) if isinstance(statement, Link) else statement

    def of_link(self, link: Link) -> LinkRow:
        """Return the row of any link."""
        shown = link
        if self._canonical and (moved := cast("Link", under_canonical(link, self._canonical))) != link:
            shown = moved
        kind, row = rows.link_relationship(shown, self._source_id, link)
        size = len(link.role or "") + sum(len(e.quote or "") + len(e.locator) for e in link.evidence)
        return LinkRow(link.iri, kind, shown.source_iri, shown.target_iri, row, things_of(link), size)

    def made(
        self,
        iri: str,
        source: str,
        relation: str,
        target: str,
        evidence: list[EvidenceParts],
        values: list[str | None],
        references: list[tuple[str, str | None]],
    ) -> LinkRow:
        """Return the row of a link that looks as usual."""
        kind = rows.type_of(relation)
        names = [source, target]
        row: Row = {"iri": iri, "source": self._source_id, "relation": relation}
        for place, value in enumerate(values):
            if value is None:
                continue
            field, form = _FIELDS[place]
            if form == "decimal":
                number = row[field] = float(value)
                exact = value if value[0] in "123456789" else format(Decimal(value), "f")
                if exact != rows.float_text(number):
                    row[f"{field}_exact"] = exact
                continue
            row[field] = value
            if form == "thing":
                names.append(value)
            elif form == "date" and len(value) == 10:
                rows.add_day(row, field, value)
        size = len(row.get("role", ""))
        plain = kind is not None
        for document, locator, quote, _, score, _ in evidence:
            names.append(document)
            size += len(locator) + len(quote or "")
            if quote == "" or score is not None:
                plain = False
        if len(evidence) == 1:
            document, *texts, _, method = evidence[0]
            row["documents"] = [document]
            for name, text in zip(_LISTS, (*texts, method), strict=True):
                if text:
                    row[name] = [text]
        elif evidence:
            row["documents"] = [e[0] for e in evidence]
            for name, place in _LISTS.items():
                if any(texts := [e[place] or "" for e in evidence]):
                    row[name] = texts
        if references:
            row["discussed_in"] = documents = [r[0] for r in references]
            names += documents
            if any(places := [r[1] or "" for r in references]):
                row["discussed_locators"] = places
            plain = plain and all(r[1] != "" for r in references)
        if self._canonical and not self._canonical.keys().isdisjoint(names):
            plain = False
        if kind is None or not plain:
            return self.of_link(super().made(iri, source, relation, target, evidence, values, references))
        return LinkRow(iri, kind, source, target, rows.sealed(row, [kind, source, target]), names, size)


_LISTS = {"locators": 1, "quotes": 2, "certainties": 3, "methods": 5}
