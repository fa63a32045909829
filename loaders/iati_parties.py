"""The organizations of one cell of a table: ``Name [CODE]``, several joined by ``;``."""

from __future__ import annotations

import re
from hashlib import blake2b

from ..ontology.model import ID, Entity, Name
from .iati_names import is_name
from .iati_table_cells import Remembered
from .iati_things import Things
from .registry_values import text

_PART = re.compile(r"(.*?)\s*\[([^\[\]]*)\]", re.DOTALL)


class Parties:
    """Reads cells that name organizations, once each.

    Several organizations of one cell become a group of their own, of which each is a member: the row gives them one
    sum together, and says of none what its part is.
    """

    def __init__(self, things: Things, lang: str) -> None:
        self._things, self._lang = things, lang
        #: Where a cell stands that is read now.
        self.locator = ""
        #: By cell, type, country and the cell of the reporting organization, whose own numbers are not those of others:
        #: the organization or group that the cell names, and what of it is the same in every language.
        self.of: Remembered[tuple[str, str, str, str], tuple[str | None, str]] = Remembered(self._read)
        self._references: dict[str, str] = {}
        #: The members and groups that are new since this was emptied.
        self.memberships: list[tuple[str, str]] = []

    def _read(self, key: tuple[str, str, str, str]) -> tuple[str | None, str]:
        cell, type_, country, reporting = key
        line = text(cell, longest=1 << 20, what="the organization")
        if not is_name(line):
            return None, ""
        publisher = self._reference(reporting)
        kind = type_.partition(" - ")[0].strip()
        parts = [part.strip() for part in line.split(";") if part.strip()]
        found: dict[str, str] = {}
        keys = []
        names = []
        for part in parts:
            match = _PART.fullmatch(part)
            name, ref = (match[1].strip(), match[2].strip()) if match else (part, "")
            ref = ref if is_name(ref) else ""
            said = [(name[:1_000], self._lang if ref else "")] if is_name(name) else []
            iri = self._things.organization(
                ref, said, kind if len(parts) == 1 else None, country or publisher, publisher, self.locator
            )
            keys.append(ref or "?")
            if iri is not None:
                found.setdefault(iri, ref)
                names.append(name or ref)
        if len(found) < 2:
            return next(iter(found), None), ";".join(keys)
        return self._group(found, names), ";".join(sorted(keys))

    def _reference(self, reporting: str) -> str:
        found = self._references.get(reporting)
        if found is None:
            match = _PART.fullmatch(reporting.strip())
            found = self._references[reporting] = match[2].strip() if match and is_name(match[2].strip()) else ""
        return found

    def _group(self, members: dict[str, str], names: list[str]) -> str:
        key = blake2b("\n".join(sorted(members)).encode(), digest_size=10).hexdigest()
        group = f"{ID}organization/iati-group-{key}"
        if self._things.first(group):
            name = "; ".join(dict.fromkeys(names))
            name = name if len(name) <= 1_000 else f"{name[:999]}…"
            self._things.new.append(
                Entity(group, "Organization", (Name(name, self._lang if any(members.values()) else ""),),
                       collective=True, evidence=self._things.evidence(self.locator))
            )  # fmt: skip
            self.memberships += [(member, group) for member in members]
        return group
