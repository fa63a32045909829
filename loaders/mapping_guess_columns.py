"""What single columns of a file tell for a guess at its mapping."""

from __future__ import annotations

import re

from . import registry_countries
from .mapping_column import Column
from .mapping_files import Row
from .mapping_plan import Part


def country_of(row: Row, column: Column) -> str | None:
    """Return the country that a cell names by a name or a code, if it names one."""
    cell = row.cells.get(column.name)
    if not isinstance(cell, str):
        return None
    found = registry_countries.by_name(cell) or (
        registry_countries.by_code(cell) if re.fullmatch("[A-Z]{2,3}|[0-9]{1,3}", cell.strip()) else None
    )
    return found.alpha2 if found else None


def mixed(column: Column, sign: str | None = None) -> Part | None:
    """Return a class by name where a column of countries holds organizations too."""
    others = [text for text in column.parts(sign) if registry_countries.by_name(text) is None and len(text) < 100]
    bodies = re.compile(r"\b(union|bank|banque|fund|fonds|foundation|fondation|commission|organi[sz]ation|programme|"
                        r"agency|agence|inc|ltd|council|conseil|committee|network|university)\b", re.I)  # fmt: skip
    found = {text: "Organization" for text in others if bodies.search(text)}
    return Part(column, values=found, split=sign) if found and len(found) <= 60 else None


def counted(column: Column, found: list[str]) -> bool:
    """Say whether a column only numbers the rows."""
    numbered = set(found) <= {"no", "number", "numero", "nr"}
    return numbered and [text.removesuffix(".0") for text in column.texts] == [
        str(at) for at in range(1, len(column.texts) + 1)
    ]


def is_texts(column: Column) -> bool:
    """Say whether a column holds names or the like: letters, and not as long as whole texts."""
    known = column.known[:500]
    letters = sum(any(char.isalpha() for char in text) for text in known)
    longest = sum(len(text) for text in known) / len(known) if known else 0
    return letters > len(known) * 0.9 and longest < 160 and not column.all(r"(?i)(true|false|yes|no|oui|non|x)") \
        and not column.all(r"https?://\S+")  # fmt: skip
