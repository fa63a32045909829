"""The things that IATI data name, under IRIs made from their published identifiers; each is declared once.

Both loaders of IATI data, XML and tables, make IRIs here, so that what they say of one thing comes together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from ..ontology.model import ID, Entity, Evidence, Identifier, Name
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
from .iati_names import (
    escape,
    is_garbled,
    is_name,
    is_of,
    is_of_another,
    organization_by_name,
    preferred,
    usual,
)

_MOST_NAMES = 20


def activity_iri(identifier: str) -> str:
    """Return the IRI of an activity."""
    return f"{ID}programme/iati-{escape(identifier)}"


@dataclass(slots=True)
class _Organization:
    ref: str
    published: bool
    collective: bool
    locator: str
    type: str = "Organization"
    names: dict[tuple[str, str], int] = field(default_factory=dict)  # each with how often it is given


@dataclass(slots=True)
class _Named:
    type: str
    code: str
    ids: tuple[Identifier, ...]
    locator: str
    listed: tuple[Name, ...]
    names: dict[tuple[str, str], int] = field(default_factory=dict)  # each with how often it is given


class Things:
    """The things of one load: ``new`` holds entities that are to be yielded; what has names waits until the end.

    Memory grows with the number of things, not with what is said of them.
    """

    def __init__(self, document: str) -> None:
        self.document = document
        self.new: list[Entity] = []
        self.garbled = self.dropped = self.bodies = self.misnamed = 0
        self._seen: set[int] = set()
        self._organizations: dict[str, _Organization] = {}
        self._countries: dict[str, tuple[str, dict[tuple[str, str], None]]] = {}
        self._named: dict[str, _Named] = {}
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
            # What a reference takes for the country may be called by the name of a body of it, which is no name of it.
            self.bodies += not all(is_of(text, ref) for text, _ in texts)
            return self.country(ref, locator)
        if ref and is_generic(ref) and texts and not any(code_of("CRSChannelCode", t) == ref for t, _ in texts):
            ref = ""  # "Other [52000]" says what sort it is; who it is, only the name says
        published = bool(ref) and (ref == publisher or is_published(ref))
        if ref:
            iri = f"{ID}organization/iati-{escape(ref) if published else f'{escape(publisher)}--{escape(ref)}'}"
        elif texts:
            iri = organization_by_name(texts[0][0], scope)
        else:
            return None
        known = self._organizations.get(iri)
        if known is None:
            known = self._organizations[iri] = _Organization(ref, published, is_generic(ref), locator)
        if known.type == "Organization" and type_:
            known.type = organization_class(type_)
        for text, _ in self._call(known.names, texts):
            self.garbled += is_garbled(text)
        return iri

    def country(self, code: str, locator: str, names: Iterable[tuple[str, str]] = ()) -> str:
        """Return the IRI of a country by its ISO 3166 code.

        :param names: What the file calls it, with the languages: other names beside those of the list of ISO.
        """
        known = self._countries.get(code)
        if known is None:
            known = self._countries[code] = (locator, {})
        for name in names:
            name = name if len(name[0]) <= 1_000 else (name[0][:1_000], name[1])
            if name in known[1] or name[0] == code or not is_name(name[0]):
                continue
            if len(known[1]) >= _MOST_NAMES:
                self.dropped += 1
                continue
            known[1][name] = None
            self.garbled += is_garbled(name[0])
            self.misnamed += is_of_another(name[0], code)
        return f"{ID}country/{code}"

    def region(self, vocabulary: str, code: str, names: Iterable[Name], publisher: str, locator: str) -> str:
        """Return the IRI of a region by the code of the OECD-DAC, the M49 of the UN, or a publisher's own."""
        if vocabulary == "1":
            stem = f"dac-region-{escape(code)}"
        elif vocabulary == "2":
            stem = f"m49-{escape(code)}"
        else:
            stem = f"iati-{escape(publisher)}-{escape(vocabulary)}-{escape(code)}"
        iri = f"{ID}place/{stem}"
        known = self._named.get(iri)
        if known is None:
            ids = (Identifier("M49", code),) if vocabulary == "2" else ()
            listed = names_of("Region", code) if vocabulary == "1" else ()
            known = self._named[iri] = _Named("Place", code, ids, locator, listed)
        self._call(known.names, ((name.text, name.lang) for name in names))
        return iri

    def sector(self, vocabulary: str, code: str, names: Iterable[Name], publisher: str, locator: str) -> str:
        """Return the IRI of a sector as a topic: by DAC code, SDG number, or the code of another vocabulary."""
        if vocabulary in ("1", "2"):
            stem = f"dac-{escape(code)}"
        elif vocabulary in ("7", "8", "9"):
            stem = f"sdg-{escape(code)}"
        else:
            own = publisher if vocabulary in ("98", "99") else ""
            stem = "-".join(escape(part) for part in ("iati-sector", own, vocabulary, code) if part)
        iri = f"{ID}topic/{stem}"
        known = self._named.get(iri)
        if known is None:
            ids: tuple[Identifier, ...] = ()
            listed: tuple[Name, ...] = ()
            if vocabulary in ("1", "2"):
                ids = (Identifier("DACSector", code),)
                listed = names_of("Sector", code) or names_of("SectorCategory", code)
            elif vocabulary in ("7", "8", "9"):
                ids = (Identifier("SDG", code),)
                listed = names_of("UNSDG-Goals", code) if vocabulary == "7" else ()
            known = self._named[iri] = _Named("Topic", code, ids, locator, listed)
        self._call(known.names, ((name.text, name.lang) for name in names))
        return iri

    def _call(self, known: dict[tuple[str, str], int], names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Keep what the file calls a thing, in each language, and how often; return what is kept for the first time."""
        new = []
        for name in names:
            if name in known:
                known[name] += 1
            elif len(known) < _MOST_NAMES:
                known[name] = 1
                new.append(name)
            else:
                self.dropped += 1
        return new

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

    def count(self, left_out: Callable[[str, int], None]) -> None:
        """Tell how many names were left out, and why, when all has been read."""
        reasons = {
            "texts that look wrongly encoded (kept as they are)": self.garbled,
            "further names of a thing that has twenty": self.dropped,
            "names of organizations whose reference is a country (the link is kept, and is the country's)": self.bodies,
            "names of countries that are another country's (the code counts)": self.misnamed,
        }
        for reason, count in reasons.items():
            if count:
                left_out(reason, count)

    def end(self) -> Iterator[Entity]:
        """Yield what waited for the end: activities that are only named, regions, sectors, countries, organizations."""
        yield from self.drain()
        for iri, (ref, type_, locator, names) in self._stubs.items():
            if self.first(iri):
                found = preferred(names) or (Name(ref),)
                yield Entity(iri, type_, found, ref, (Identifier("IATI", ref),), evidence=self.evidence(locator))
        for iri, named in self._named.items():
            found = preferred([*usual(named.names), *named.listed]) or (Name(named.code),)
            evidence = self.evidence(named.locator)
            yield Entity(iri, named.type, found, named.code, named.ids, evidence=evidence)
        for country, (locator, said) in self._countries.items():
            listed = names_of("Country", country)
            same = {(name.text.casefold(), lang) for name in listed for lang in (name.lang, "")}
            others = sorted(
                (lang, text)
                for text, lang in said
                if (text.casefold(), lang) not in same and not is_of_another(text, country)
            )
            # In a language that nobody names it is called in none for sure.
            called = (Name(text, lang, "preferred" if lang else "alternative") for lang, text in others)
            found = preferred([*listed, *called])
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
            found = preferred(usual(made.names))
            if not found and made.published:
                lists = codelists()
                where = next((n for n in ("CRSChannelCode", "OrganisationIdentifier") if made.ref in lists[n]), None)
                found = names_of(where, made.ref) if where else ()
            yield Entity(
                iri, made.type, found or (Name(made.ref),), made.ref or None, tuple(ids), made.collective,
                evidence=self.evidence(made.locator),
            )  # fmt: skip
