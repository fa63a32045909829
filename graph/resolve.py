"""From what a person types to the one thing that is meant, or a sentence that lists what it may mean."""

from __future__ import annotations

from collections.abc import Iterable

from ..ontology.errors import AmbiguousName, UnknownEntity
from ..ontology.model import ID
from ..ontology.vocabulary import vocabulary
from .names import Hit
from .reading import Reader, short


def resolve(reader: Reader, text: str, *, classes: Iterable[str] = (), lang: str = "en") -> str:
    """Return the IRI of the thing that a name, acronym, identifier or IRI in any language stands for.

    ``classes`` narrows the choice to things of these classes and their subclasses.

    :raises AmbiguousName: If several things bear the name: each is listed with what tells it apart.
    :raises UnknownEntity: If none does: those with names near to it are suggested.
    """
    text = text.strip()
    if not text.isprintable():  # no name has control characters, and folding would drop them
        raise UnknownEntity(text)
    for iri in (text, ID + text):
        if iri.startswith(("http://", "https://")) and " " not in iri and reader.known(iri):
            return reader.canonical.get(iri, iri)
    wanted = tuple(classes)
    hits = [h for h in reader.names.exact(text) if _fits(h, wanted)]
    by_id = [h for h in hits if h.kind == "identifier" and h.text == text]
    if len(by_id) == 1 or len(hits) == 1:
        return (by_id or hits)[0].iri
    if hits:
        raise AmbiguousName(text, tuple(_described(reader, h, lang) for h in hits))
    near = [h for h in reader.names.find(text, 12) if _fits(h, wanted) and h.score > 0.25][:5]
    raise UnknownEntity(text, tuple(f"{h.text} ({_key(reader, h.iri)})" for h in near))


def _fits(hit: Hit, classes: tuple[str, ...]) -> bool:
    known = vocabulary()
    return not classes or (hit.type in known.classes and any(known.is_a(hit.type, c) for c in classes))


def _key(reader: Reader, iri: str) -> str:
    return reader.thing(iri).id


def _described(reader: Reader, hit: Hit, lang: str) -> str:
    thing = reader.thing(hit.iri, lang)
    kind = vocabulary().label(thing.type, lang) if thing.type in vocabulary().classes else thing.type
    links = len(reader.link_iris(hit.iri))
    documents = sorted({reader.thing(e.document, lang).id for e in reader.entity(hit.iri).evidence})
    where = f", named in {', '.join(documents)}" if documents else ""
    return f"{thing.id}: {thing.name} ({kind}, {links} links{where}; {short(thing.iri)})"
