"""The links that the rows of a mapping make; each cites its row, and keeps its IRI when an amount is corrected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from ..ontology.model import ID, Evidence, Link
from ..ontology.vocabulary import vocabulary
from . import cells
from .cells import short
from .mapping_files import Row
from .mapping_parts import word_of, words_of
from .mapping_rows import admits
from .mapping_spec import QUALIFIERS, SUMS, LinkSpec, Mapping, Value
from .mapping_things import Gatherer, Thing
from .mapping_values import Fault, count, date, not_known, number, one, parsed, share, texts
from .problems import CellError, did_you_mean
from .table_links import POINTERS
from .things import Thing as Pointed
from .things import Things

_LONGEST_KEY: Final = 200


class LinkMaker:
    """Makes the links of rows, once the things that all rows name are gathered."""

    def __init__(
        self, source_id: str, mapping: Mapping, things: Gatherer, evidence: Callable[[Row], Evidence],
        left_out: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._mapping, self._things, self._evidence, self._left_out = mapping, things, evidence, left_out
        self._base = f"{ID}link/{source_id}/"
        self._iris = Things(source_id, vocabulary(), has_entities=False)
        self._places: dict[str, tuple[Path, str]] = {}
        self._digests: dict[str, int] = {}

    def links(self, row: Row) -> list[Link]:
        """Return the links of a row: all of them, or none where a cell is wrong.

        :raises Fault: If a cell is wrong.
        """
        key = self._key(row, self._mapping.key)
        made: list[tuple[LinkSpec, str | None, dict[str, Any], tuple[str, ...]]] = []
        for spec in self._mapping.links:
            if admits(row, spec.when):
                own = self._key(row, spec.key) if spec.key else None if spec.once else key
                made += [(spec, own, fields, parts) for fields, parts in self._made(row, spec)]
        return self._named(row, made)

    def _made(self, row: Row, spec: LinkSpec) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
        """Return the fields of the links that one part of the mapping makes of a row, and what tells them apart."""
        relations = self._relations(row, spec)
        sources, targets = self._end(row, spec.source), self._end(row, spec.target)
        for what, found in (("source", sources), ("relation", relations), ("target", targets)):
            if not found:
                end = getattr(spec, what)
                name = end if isinstance(end, str) else ", ".join(end.columns)
                self._left_out(f"row without {what} ({name}): no link {'/'.join(spec.relation.words)}".rstrip())
                return []
        fields = self._qualifiers(row, spec, len(sources) * len(targets) * len(relations))
        pointers = {name: self._pointer(row, name, end) for name, end in spec.pointers.items()}
        evidence = self._cited(row, spec)
        links = []
        for source, relation, target in product(sources, relations, targets):
            self._check(source, relation, target, spec)
            parts = [source.iri, relation, target.iri, fields.get("role"), fields.get("valid_from")]
            parts += [fields.get("valid_to"), fields.get("date_note"), fields.get("status"), fields.get("unit")]
            parts += [fields.get("currency"), *pointers.values(), evidence[-1].document]
            given = {**fields, **pointers, "evidence": evidence}
            given |= {"source_iri": source.iri, "relation": relation, "target_iri": target.iri}
            links.append((given, tuple(part or "" for part in parts)))
        return links

    # --- ends --------------------------------------------------------------------------------------------------

    def _relations(self, row: Row, spec: LinkSpec) -> list[str]:
        found = []
        for text in texts(row, spec.relation, left_out=self._left_out):
            known = word_of(text, "relation")
            if known is None:
                column = spec.relation.columns[0] if spec.relation.columns else None
                every = f"translate it with `values` to one of {', '.join(words_of('relation'))}"
                meant = did_you_mean(text, words_of("relation"))
                advice = f"{meant}; {every}" if meant else every
                raise Fault(f"{short(text)!r} is not a relation", advice, column)
            found.append(known)
        return list(dict.fromkeys(found))

    def _end(self, row: Row, end: str | Value) -> list[Thing]:
        if isinstance(end, str):
            return list(dict.fromkeys(self._things.things(row, end)))
        found = []
        for text in texts(row, end):
            try:
                iri = self._iris.parse_iri(cells.parse_line(text))
            except CellError as error:
                raise Fault(error.problem, error.advice, end.columns[0] if end.columns else None) from None
            found.append(Thing(iri, "", text))
        return found

    def _pointer(self, row: Row, name: str, end: str | Value) -> str | None:
        found = self._end(row, end)
        if len(found) > 1:
            raise Fault(
                f"{name} names {len(found)} things, and a link has one", "leave it out, or divide the row", None
            )
        if not found:
            return None
        admitted = POINTERS.get(name, ("Document",))
        type_ = self._type(found[0])
        if type_ and not self._iris.is_any(type_, admitted):
            raise Fault(f"{short(found[0].key)!r} is of class {type_}", f"{name} takes {' or '.join(admitted)}", None)
        return found[0].iri

    def _type(self, thing: Thing) -> str | None:
        return self._things.typed(thing.iri) or thing.type or None

    def _check(self, source: Thing, relation: str, target: Thing, spec: LinkSpec) -> None:
        ends = [Pointed(thing.key, thing.iri, self._type(thing)) for thing in (source, target)]
        try:
            self._iris.check_link(ends[0], relation, ends[1])
        except CellError as error:
            column = spec.relation.columns[0] if spec.relation.columns else None
            raise Fault(error.problem, error.advice, column) from None

    # --- what is said of a link --------------------------------------------------------------------------------

    def _qualifiers(self, row: Row, spec: LinkSpec, several: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in spec.qualifiers.items():
            made[_FIELDS.get(name, name)] = self._qualifier(row, name, value)
        if made.get("amount") is None:
            made.pop("currency", None)
        elif made.get("currency") is None:
            value = spec.qualifiers["currency"]
            raise Fault("the amount has no currency", "fill in the cell, or declare one as `currency: \"=USD\"`",
                        next(iter(value.columns), None))  # fmt: skip
        if made.get("count") is None:
            made.pop("unit", None)
        start, end = made.get("valid_from"), made.get("valid_to")
        if start and end and cells.is_after(start, end):
            raise Fault(f"it begins ({start}) after it ends ({end})", "exchange the dates",
                        next(iter(spec.qualifiers["from"].columns), None))  # fmt: skip
        if several > 1 and not spec.each:
            for name in SUMS:
                if made.pop(name, None) is not None:
                    self._left_out(f"{name} of a row that makes several links together (write `amount_for: each` if "
                                   "each has all of it)")  # fmt: skip
            made.pop("currency", None) if "amount" not in made else None
            made.pop("unit", None) if "count" not in made else None
        return made

    def _qualifier(self, row: Row, name: str, value: Value) -> str | Decimal | None:
        form = QUALIFIERS[name]
        if form in ("text", "line", "status"):
            if form == "text" and value.constant is None and value.values is None:
                found = texts(row, value, dates=True, left_out=self._left_out)
                return "; ".join(dict.fromkeys(found)) or None
            parse: dict[str, Callable[[str], str]] = {
                "text": cells.parse_text,
                "line": cells.parse_line,
                "status": cells.parse_status,
            }
            return parsed(row, value, parse[form], left_out=self._left_out)
        text = one(row, value, dates=form == "date", left_out=self._left_out)
        if text is None:
            return None
        if not_known(text):
            self._left_out(f"{name} that is {short(text)!r} (the link is kept without)")
            return None
        read: dict[str, Callable[[str], str | Decimal]] = {
            "date": lambda given: date(given, value.reading),
            "number": lambda given: number(given, value.reading),
            "count": lambda given: count(given, value.reading),
            "share": lambda given: share(given, value.reading),
            "currency": cells.parse_currency,
        }
        try:
            return read[form](text)
        except CellError as error:
            raise Fault(error.problem, error.advice, next(iter(value.columns), None)) from None

    def _cited(self, row: Row, spec: LinkSpec) -> tuple[Evidence, ...]:
        """Return the row as evidence, then the document that the row itself cites."""
        certainty = parsed(row, spec.certainty, cells.parse_certainty) if spec.certainty else None
        own = self._evidence(row)
        if certainty:
            own = Evidence(own.document, own.locator, certainty=certainty, method=own.method)
        if spec.document is None or spec.locator is None:
            return (own,)
        document = self._pointer(row, "document", spec.document)
        locator = parsed(row, spec.locator, cells.parse_line)
        if document is None:
            return (own,)
        if locator is None:
            raise Fault(
                "it is not said where in the document", "fill in the cell", next(iter(spec.locator.columns), None)
            )
        words = parsed(row, spec.quote, cells.parse_text) if spec.quote else None
        return own, Evidence(document, locator, words, certainty or "explicit", method="table")

    # --- names of links ----------------------------------------------------------------------------------------

    def _key(self, row: Row, key: tuple[Value, ...]) -> str | None:
        """Return the key that a row gives itself, or None where the mapping declares none."""
        if not key:
            return None
        parts = [one(row, value, dates=True) for value in key]
        if not all(parts):
            column = next(v.columns[0] for v, part in zip(key, parts, strict=True) if not part and v.columns)
            raise Fault("the key of the row is missing", "fill in the cell, or leave `key` out of the mapping", column)
        whole = " / ".join(part for part in parts if part)
        if len(whole) > _LONGEST_KEY:
            raise Fault(f"the key has {len(whole)} characters", f"up to {_LONGEST_KEY} are taken", key[0].columns[0])
        return whole

    def _named(self, row: Row, made: list[tuple[LinkSpec, str | None, dict[str, Any], tuple[str, ...]]]) -> list[Link]:
        """Return the links with their IRIs.

        A link of a row with a key is named by the key, and by its ends where a row makes several; another one by all
        that makes it this link and not another, its amount excepted. Links that are alike in all of that are numbered.
        """
        several = len(self._mapping.links) > 1 or any(_may_be_several(self._mapping, spec) for spec, *_ in made)
        names: list[tuple[str, str | None]] = []
        for _, key, fields, parts in made:
            if key is None:
                names.append((hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16], None))
                continue
            name = quote(key, safe="")
            if several:
                ends = "\x1f".join(parts[:3])
                name += f".{fields['relation']}.{hashlib.sha256(ends.encode()).hexdigest()[:8]}"
            names.append((name, key))
        for name, given in names:
            before = self._places.get(name)
            if given is not None and before is not None and before != (row.path, row.locator):
                value = (made[0][0].key or self._mapping.key)[0]
                raise Fault(f"the key {short(given)!r} is already that of {before[1]}", "give each row its own",
                            next(iter(value.columns), None))  # fmt: skip
        links = []
        for (spec, _, fields, _), (name, given) in zip(made, names, strict=True):
            if spec.once and name in self._digests:
                self._left_out(f"{fields['relation']} that an earlier row says too (`once`)")
                continue
            if given is not None:
                self._places[name] = (row.path, row.locator)
            times = self._digests.get(name, 0) + 1
            self._digests[name] = times
            links.append(Link(iri=f"{self._base}{name}" + (f".{times}" if times > 1 else ""), **fields))
        return links


_FIELDS: Final = {"from": "valid_from", "to": "valid_to"}


def _may_be_several(mapping: Mapping, spec: LinkSpec) -> bool:
    """Say whether a row may make several links in one way: whether anything that names an end is divided."""
    values: list[Value] = [spec.relation]
    for end in (spec.source, spec.target):
        if isinstance(end, Value):
            values.append(end)
            continue
        entity = mapping.entities[end]
        values += [*entity.key, *(value for value in (entity.iri, entity.iso) if value)]
        values += [name.value for name in entity.names if name.kind == "name"]
    return any((v.split is not None and v.part is None) or len(v.columns) > 1 for v in values)
