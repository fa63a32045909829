"""The things that IATI data name, under IRIs made from their published identifiers; each is declared once.

Both loaders of IATI data, XML and tables, make IRIs here, so that what they say of one thing comes together.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from ..ontology.model import ID, Entity, Evidence, Identifier, Name
from .cells import slug
from .iati_codes import (
    channel,
    code_of,
    codelists,
    is_country,
    is_generic,
    is_published,
    names_of,
    organization_class,
)

_LONGEST = 160
_MOST_NAMES = 20
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


def activity_iri(identifier: str) -> str:
    """Return the IRI of an activity."""
    return f"{ID}programme/iati-{escape(identifier)}"


@lru_cache(maxsize=65_536)
def _by_name(name: str, scope: str) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    checksum = hashlib.sha256(f"{scope}\0{plain}".encode()).hexdigest()[:10]
    return f"{ID}organization/iati-name-{'-'.join(filter(None, (slug(scope)[:40], slug(name)[:60], checksum)))}"


def is_name(text: str) -> bool:
    """Say whether a text names something, and does not merely say that nothing is known."""
    return text.casefold() not in _NO_NAME


def is_garbled(text: str) -> bool:
    """Say whether a text looks as if it had been read in a wrong encoding (``Ã©`` for ``é``)."""
    return not text.isascii() and _GARBLED.search(text) is not None


@dataclass(slots=True)
class _Organization:
    ref: str
    published: bool
    collective: bool
    locator: str
    type: str = "Organization"
    names: dict[tuple[str, str], int] = field(default_factory=dict)  # each with how often it is given


class Things:
    """The things of one load: ``new`` holds entities that are to be yielded, organizations wait until the end.

    Memory grows with the number of things, not with what is said of them.
    """

    def __init__(self, document: str) -> None:
        self.document = document
        self.new: list[Entity] = []
        self.garbled = self.dropped = 0
        self._seen: set[int] = set()
        self._organizations: dict[str, _Organization] = {}
        self._countries: dict[str, tuple[str, dict[Name, None]]] = {}
        self._stubs: dict[str, tuple[str, str, str, tuple[Name, ...]]] = {}

    def first(self, key: Hashable) -> bool:
        """Say whether a key is met for the first time."""
        mark = hash(key)
        if mark in self._seen:
            return False
        self._seen.add(mark)
        return True

    def evidence(self, locator: str, *, implied: bool = False) -> tuple[Evidence, ...]:
        """Return the evidence that stands at a place of the file."""
        return (Evidence(self.document, locator, certainty="implied" if implied else "explicit", method="iati"),)

    def organization(
        self, ref: str, names: Iterable[tuple[str, str]], type_: str | None, scope: str, publisher: str, locator: str
    ) -> str | None:
        """Return the IRI of an organization, or of the country that it is, or nothing if neither ref nor name say.

        :param names: Texts with their languages.
        :param scope: Where a mere name means one organization: the country of the activity, else its publisher.
        :param publisher: The reporting organization's reference, whose own numbers are not those of others.
        """
        texts = [(text, lang) for text, lang in names if is_name(text)]
        if not is_name(ref):
            ref = ""
        if is_country(ref):
            return self.country(ref, locator)
        if ref and is_generic(ref) and texts and not any(code_of("CRSChannelCode", t) == ref for t, _ in texts):
            ref = ""  # "Other [52000]" says what sort it is; who it is, only the name says
        published = bool(ref) and (ref == publisher or is_published(ref))
        if ref:
            iri = f"{ID}organization/iati-{escape(ref) if published else f'{escape(publisher)}--{escape(ref)}'}"
        elif texts:
            iri = _by_name(texts[0][0], scope)
        else:
            return None
        known = self._organizations.get(iri)
        if known is None:
            known = self._organizations[iri] = _Organization(ref, published, is_generic(ref), locator)
        if known.type == "Organization" and type_:
            known.type = organization_class(type_)
        for name in texts:
            if name in known.names:
                known.names[name] += 1
            else:
                if len(known.names) < _MOST_NAMES:
                    known.names[name] = 1
                    self.garbled += is_garbled(name[0])
                else:
                    self.dropped += 1
        return iri

    def country(self, code: str, locator: str, names: Iterable[Name] = ()) -> str:
        """Return the IRI of a country by its ISO 3166 code."""
        known = self._countries.get(code)
        if known is None:
            known = self._countries[code] = (locator, {})
        for name in names:
            if len(known[1]) < _MOST_NAMES:
                known[1][name] = None
        return f"{ID}country/{code}"

    def region(self, vocabulary: str, code: str, names: Iterable[Name], publisher: str, locator: str) -> str:
        """Return the IRI of a region by the code of the OECD-DAC, the M49 of the UN, or a publisher's own."""
        ids: tuple[Identifier, ...] = ()
        if vocabulary == "1":
            stem = f"dac-region-{escape(code)}"
        elif vocabulary == "2":
            stem, ids = f"m49-{escape(code)}", (Identifier("M49", code),)
        else:
            stem = f"iati-{escape(publisher)}-{escape(vocabulary)}-{escape(code)}"
        iri = f"{ID}place/{stem}"
        if self.first(iri):
            known = names_of("Region", code) if vocabulary == "1" else ()
            found = preferred([*names, *known]) or (Name(code),)
            self.new.append(Entity(iri, "Place", found, code, ids, evidence=self.evidence(locator)))
        return iri

    def sector(self, vocabulary: str, code: str, names: Iterable[Name], publisher: str, locator: str) -> str:
        """Return the IRI of a sector as a topic: by DAC code, SDG number, or the code of another vocabulary."""
        ids: tuple[Identifier, ...] = ()
        known: tuple[Name, ...] = ()
        if vocabulary in ("1", "2"):
            stem, ids = f"dac-{escape(code)}", (Identifier("DACSector", code),)
            known = names_of("Sector", code) or names_of("SectorCategory", code)
        elif vocabulary in ("7", "8", "9"):
            stem, ids = f"sdg-{escape(code)}", (Identifier("SDG", code),)
            known = names_of("UNSDG-Goals", code) if vocabulary == "7" else ()
        else:
            own = publisher if vocabulary in ("98", "99") else ""
            stem = "-".join(escape(part) for part in ("iati-sector", own, vocabulary, code) if part)
        iri = f"{ID}topic/{stem}"
        if self.first(iri):
            found = preferred([*names, *known]) or (Name(code),)
            self.new.append(Entity(iri, "Topic", found, code, ids, evidence=self.evidence(locator)))
        return iri

    def activity_named(self, ref: str, names: Iterable[Name], type_: str, locator: str) -> str:
        """Return the IRI of an activity that another one names; it is described at the end if nothing describes it."""
        iri = activity_iri(ref)
        if hash(iri) in self._seen:
            return iri
        known = self._stubs.get(iri)
        if known is None or (known[1] == "Project" and type_ == "Programme"):
            self._stubs[iri] = (ref, type_, locator, tuple(names) or (known[3] if known else ()))
        return iri

    def activity_described(self, iri: str) -> bool:
        """Note that an activity is described; say whether it was not before."""
        self._stubs.pop(iri, None)
        return self.first(iri)

    def drain(self) -> Iterator[Entity]:
        """Yield the new entities and forget them."""
        yield from self.new
        self.new.clear()

    def end(self) -> Iterator[Entity]:
        """Yield what waited for the end: activities that are only named, countries and organizations."""
        yield from self.drain()
        for iri, (ref, type_, locator, names) in self._stubs.items():
            if self.first(iri):
                found = preferred(names) or (Name(ref),)
                yield Entity(iri, type_, found, ref, (Identifier("IATI", ref),), evidence=self.evidence(locator))
        for country, (locator, said) in self._countries.items():
            found = preferred([*names_of("Country", country), *sorted(said, key=lambda n: (n.lang, n.text))])
            yield Entity(
                f"{ID}country/{country}", "Country", found or (Name(country),), country,
                (Identifier("ISO3166", country),),
                evidence=self.evidence(locator),
            )  # fmt: skip
        for iri, made in self._organizations.items():
            ids = [Identifier("IATI", made.ref)] if made.published and not made.collective else []
            code = channel(made.ref) if ids else None
            if code:
                ids.append(Identifier("OECDDAC", code))
            # The most usual name is the preferred one, of equally usual ones the longest: the order does not matter.
            usual = sorted(made.names, key=lambda name: (-made.names[name], -len(name[0]), name))
            found = preferred(Name(text, lang) for text, lang in usual)
            if not found and made.published:
                lists = codelists()
                where = next((n for n in ("CRSChannelCode", "OrganisationIdentifier") if made.ref in lists[n]), None)
                found = names_of(where, made.ref) if where else ()
            yield Entity(
                iri, made.type, found or (Name(made.ref),), made.ref or None, tuple(ids), made.collective,
                evidence=self.evidence(made.locator),
            )  # fmt: skip


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
