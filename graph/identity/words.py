"""How names are compared: the normalized name that the rules use, and the words by which languages are bridged.

The rules compare strictly (:func:`name_key`): accents, case, signs, spelling variants, a leading article and an acronym
in brackets make no difference, and nothing else is let go. The search for candidates compares loosely
(:class:`Words`): countries, peoples and well-known bodies become one sign in every language, and the other words are
led to their English counterpart by a dictionary that was made from two-language code lists
(``data/authority/words``, see the README there).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from ...ontology.model import ID
from ..names import fold

#: Spellings of one word; the rules and the search take them for the same.
_SPELLINGS = {
    "organization": "organisation",
    "organizations": "organisations",
    "program": "programme",
    "programs": "programmes",
    "center": "centre",
    "centers": "centres",
    "labor": "labour",
    "defense": "defence",
}
_ARTICLES = ("the", "le", "la", "les", "l")
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]{2,16})[)\]]")
_DASH = re.compile(r"\s[-–—:]\s")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_JOINING = frozenset("of the de du des d la le les l".split())
#: Signs of a name whose bearer is of the world or of many countries, so that few can have it.
_SCOPE = frozenset("international internation world global universal united intergovernmental".split())
#: Words that say nothing in a name of either language.
SMALL = frozenset(
    "a an and at by for from in into of on or the to via with through "
    "au aux d de des du en et l la le les par pour sur un une vers y "
    "del el los las e o da do dos das para und der die das für von".split()
)


def acronym_like(text: str) -> bool:
    """Tell whether a text in brackets is an acronym: one word, two capital letters or more, not all of it small.

    >>> acronym_like("UNFPA"), acronym_like("Asdi"), acronym_like("UK"), acronym_like("Islamic Republic of")
    (True, True, True, False)
    """
    plain = text.strip()
    if " " in plain or not plain[:1].isupper() or not plain.replace("-", "").replace(".", "").isalnum():
        return False
    return len(plain) <= 12 and (sum(c.isupper() for c in plain) >= 2 or len(plain) <= 5)


def bracketed(text: str) -> list[str]:
    """Return the acronyms that stand in brackets in a name."""
    return [m[1].strip() for m in _BRACKETED.finditer(text) if acronym_like(m[1])]


@lru_cache(maxsize=200_000)
def name_key(text: str) -> str:
    """Return a name as the rules compare it.

    >>> name_key("The United Nations Population Fund (UNFPA)"), name_key("Health & Human Co-operation Organization")
    ('united nations population fund', 'health and human cooperation organisation')
    """
    plain = _BRACKETED.sub(lambda m: " " if acronym_like(m[1]) else m[0], text) if "(" in text or "[" in text else text
    plain = _DOTTED.sub(lambda m: m[0].replace(".", ""), plain) if "." in plain else plain
    plain = plain.replace("&", " and ")
    words = [_SPELLINGS.get(w, w) for w in fold(plain).replace("co operation", "cooperation").split()]
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return " ".join(words)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return a word without the endings of number and gender that English and French share.

    >>> stem("affaires"), stem("affairs"), stem("internationale")
    ('affair', 'affair', 'international')
    """
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


@dataclass(slots=True)
class Words:
    """Phrases that stand for a country or a body in any language, and a dictionary of common words."""

    phrases: dict[tuple[str, ...], str] = field(default_factory=dict)
    english: dict[str, str] = field(default_factory=dict)
    common: set[str] = field(default_factory=set)
    # By the first word of phrases: how many words the longest has, of all and of those that stand for countries.
    _longest: dict[str, int] = field(default_factory=dict)
    _longest_country: dict[str, int] = field(default_factory=dict)

    def add_phrase(self, text: str, sign: str) -> None:
        """Let a name stand for a sign, wherever it occurs in a longer name; the first sign given stays."""
        words = tuple(stem(w) for w in name_key(text).split())
        if words and (len(words) > 1 or len(words[0]) > 2 or sign.startswith("@")):
            kept = self.phrases.setdefault(words, sign)
            for longest in (self._longest, self._longest_country) if kept.startswith("@") else (self._longest,):
                longest[words[0]] = max(len(words), longest.get(words[0], 0))

    def signs(self, text: str, *, bodies: bool = True) -> list[str]:
        """Return the words of a name, the longest known phrases as their signs, without small words.

        Without ``bodies`` only countries become signs, and the words of well-known bodies stay as they are.
        """
        words = [stem(w) for w in name_key(text).split()]
        found: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest.get(words[at], 0), len(words) - at), 0, -1):
                sign = self.phrases.get(tuple(words[at : at + length]))
                if sign is not None and (bodies or not sign.startswith("#")):
                    found.append(sign)
                    at += length
                    break
            else:
                if words[at] not in SMALL:
                    found.append(self.english.get(words[at], words[at]))
                at += 1
        return found

    def countries(self, text: str) -> frozenset[str]:
        """Return the ISO codes of the countries and peoples that a name speaks of."""
        return frozenset(s[1:] for s in self.signs(text, bodies=False) if s.startswith("@"))

    def is_generic(self, text: str) -> bool:
        """Tell whether a name has no word of its own: "Ministry of Health" is the name of many bodies."""
        return all(s in self.common for s in self.signs(text, bodies=False))

    def is_scoped(self, text: str) -> bool:
        """Tell whether a name says that the body is of the whole world or of many countries."""
        return bool(_SCOPE & set(self.signs(text, bodies=False)))

    def led_by_country(self, text: str) -> tuple[str, str] | None:
        """Return the country that stands before a name ("Australie – Ministère …") and the name that follows."""
        dash = _DASH.search(text)
        if dash is None or not text[dash.end() :].strip():
            return None
        head, rest = text[: dash.start()], text[dash.end() :]
        signs = self.signs(head, bodies=False)
        return (signs[0][1:], rest.strip()) if len(signs) == 1 and signs[0].startswith("@") else None

    def without_country(self, text: str) -> tuple[str, str] | None:
        """Return the one country that a name speaks of, and the rest of the normalized name, if that says enough.

        >>> shipped_words().without_country("Norwegian Ministry of Foreign Affairs")
        ('NO', 'ministry of foreign affairs')
        """
        words = name_key(text).split()
        stems = [stem(w) for w in words]
        longest = self._longest_country
        if longest.keys().isdisjoint(stems):
            return None
        found = []
        for at, first in enumerate(stems):
            for length in range(longest.get(first, 0), 0, -1):
                sign = self.phrases.get(tuple(stems[at : at + length]), "")
                if sign.startswith("@"):
                    found.append((at, length, sign))
        if not found or len({sign for _, _, sign in found}) != 1:
            return None
        at, length, sign = found[0]
        before, after = words[:at], words[at + length :]
        while before and before[-1] in _JOINING:
            before.pop()
        rest = [*before, *after]
        if sum(w not in SMALL for w in rest) < 2:
            return None
        return sign[1:], " ".join(rest)


def load_words(bodies: Iterable[tuple[str, str]] = ()) -> Words:
    """Return the words that ship with the package, names of bodies given as ``(name, iri)`` before those that ship."""
    words = Words()
    for iso, text in _rows("countries.csv"):
        words.add_phrase(text, f"@{iso}")
    for text, iri in [*bodies, *((text, ID + iri) for iri, text in _rows("bodies.csv"))]:
        words.add_phrase(text, f"#{iri}")
    for other, english in _rows("dictionary.csv"):
        words.english[other] = english
    words.common = {text for (text,) in _rows("common.csv")}
    return words


@lru_cache(maxsize=1)
def shipped_words() -> Words:
    """Return the words that ship with the package."""
    return load_words()


def _rows(name: str) -> Iterator[list[str]]:
    path = resources.files("multilateral.data") / "authority" / "words" / name
    if path.is_file():
        with path.open(encoding="utf-8") as stream:
            rows = csv.reader(stream)
            next(rows)
            yield from rows
