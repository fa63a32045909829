"""What IATI data call things: IRIs of identifiers and names, names that are none, the order of the names of a thing."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from ..ontology.model import ID, Name
from .cells import slug
from .registry_countries import by_name

_LONGEST = 160
_NO_NAME = frozenset(
    {"", "-", ".", "n/a", "na", "nan", "none", "null", "no data", "aucune donnée", "unknown", "inconnu", "[n/a]"}
)
_GARBLED = re.compile("Ã[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u2010-\u2122]|Â[\u00a0-\u00bf]|â€|ï¿½|\ufffd")


@lru_cache(maxsize=65_536)
def escape(identifier: str) -> str:
    """Return an identifier as it stands in an IRI: letters, digits and ``-._~``, all else per cent-encoded.

    Two identifiers never give the same result; a very long one is cut and gets a checksum.

    >>> escape("GB-1-105838"), escape("SE-0/A B")
    ('GB-1-105838', 'SE-0%2FA%20B')
    """
    made = quote(identifier, safe="")
    if len(made) <= _LONGEST and made.strip("."):
        return made
    cut = re.sub("%.?.?$", "", made[:_LONGEST]).strip(".")
    return f"{cut}-{hashlib.sha256(identifier.encode()).hexdigest()[:16]}"


@lru_cache(maxsize=65_536)
def organization_by_name(name: str, scope: str) -> str:
    """Return the IRI of an organization of which only the name is known, within a scope in which it means one."""
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    checksum = hashlib.sha256(f"{scope}\0{plain}".encode()).hexdigest()[:10]
    return f"{ID}organization/iati-name-{'-'.join(filter(None, (slug(scope)[:40], slug(name)[:60], checksum)))}"


def is_name(text: str) -> bool:
    """Say whether a text names something, and does not merely say that nothing is known."""
    return text.casefold() not in _NO_NAME


def is_garbled(text: str) -> bool:
    """Say whether a text looks as if it had been read in a wrong encoding (``Ã©`` for ``é``)."""
    return not text.isascii() and _GARBLED.search(text) is not None


@lru_cache(maxsize=4_096)
def is_of(name: str, code: str) -> bool:
    """Say whether a name is one of a country."""
    return (known := by_name(name)) is not None and known.alpha2 == code


@lru_cache(maxsize=4_096)
def is_of_another(name: str, code: str) -> bool:
    """Say whether a name is one of another country: ``Rwanda`` beside the code ``CD`` is a slip, and no name of it."""
    return (known := by_name(name)) is not None and known.alpha2 != code


def usual(names: dict[tuple[str, str], int]) -> list[Name]:
    """Return names, the most usual first, of equally usual ones the longest: the order of the file does not matter."""
    return [Name(*name) for name in sorted(names, key=lambda name: (-names[name], -len(name[0]), name))]


def preferred(names: Iterable[Name]) -> tuple[Name, ...]:
    """Return names without repetition; a second preferred one in a language becomes an alternative."""
    found: dict[tuple[str, str], Name] = {}
    languages: set[str] = set()
    for name in names:
        if not name.text or (name.text, name.lang) in found:
            continue
        again = name.lang in languages
        languages.add(name.lang)
        found[name.text, name.lang] = Name(name.text, name.lang, "alternative") if again else name
    return tuple(found.values())
