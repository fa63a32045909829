"""The plain objects that loaders produce and the graph stores: entities, links, evidence, sources.

Every class here mirrors a class of ``cooperation.ttl``; :mod:`multilateral.ontology.convert` is the only
place that turns them into RDF and back. Nothing here knows of a store, a file format or a query language.

Dates are ISO 8601 strings of the precision that the source gives: ``"2012"``, ``"2012-04"`` or
``"2012-04-25"``. ``None`` means that the source does not say; it never means "ongoing".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from .errors import UnreadableSource

ML = "https://w3id.org/multilateral/ontology#"
ID = "https://w3id.org/multilateral/id/"

NameKind: TypeAlias = Literal["preferred", "alternative", "acronym"]
Status: TypeAlias = Literal["completed", "ongoing", "planned", "proposed"]
Certainty: TypeAlias = Literal["explicit", "implied", "extracted"]

STATUSES: tuple[Status, ...] = ("completed", "ongoing", "planned", "proposed")
CERTAINTIES: tuple[Certainty, ...] = ("explicit", "implied", "extracted")


@dataclass(frozen=True, slots=True)
class Name:
    """A name of an entity: in a language, of a kind, and for a time if the entity was renamed.

    ``lang`` is a BCP 47 tag; ``""`` where the source does not say which language it is.
    """

    text: str
    lang: str = ""
    kind: NameKind = "preferred"
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A typed identifier, for instance ``Identifier("Wikidata", "Q191384")``.

    ``scheme`` is a local name declared in the ontology as an ``rdfs:Datatype``: ``ISO3166``, ``M49``,
    ``Wikidata``, ``ROR``, ``IATI``, ``UNSymbol`` ...
    """

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a statement is written: a document and the place in it.

    ``document`` is the IRI of a document, ``locator`` its paragraph, table row or element as the document
    counts them. ``quote`` is only ever taken from a document that the user loads. ``score`` (0 to 1) goes
    with certainty ``extracted``. ``method`` says how the statement was obtained (``coded``, ``table``,
    ``iati`` ...).
    """

    document: str
    locator: str
    quote: str | None = None
    certainty: Certainty = "explicit"
    score: float | None = None
    method: str = "table"


@dataclass(frozen=True, slots=True)
class Reference:
    """A pointer to where records say more: the value of ``ml:discussedIn``."""

    document: str
    locator: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that links join: an organization, a country, a programme, an event, a document, a topic.

    ``type`` is the local name of the most specific class (``"UNBody"``). ``identifier`` is the source's own
    id (``dcterms:identifier``). ``collective`` marks a group that is named but not enumerated ("developing
    countries"). ``valid_from``, ``valid_to`` and ``status`` are those of the thing itself, for instance the
    days of an event. ``evidence`` says where the thing is named.
    """

    iri: str
    type: str
    names: tuple[Name, ...] = ()
    identifier: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    collective: bool = False
    description: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    status: Status | None = None
    homepage: str | None = None
    evidence: tuple[Evidence, ...] = ()
    # of documents only
    issued: str | None = None
    language: str | None = None
    body: str | None = None

    def name(self, lang: str = "en") -> str:
        """Return the preferred name in ``lang``, else in English, French, any language, else an acronym or the id."""
        preferred = {n.lang: n.text for n in self.names if n.kind == "preferred"}
        for wanted in (lang, "en", "fr", ""):
            if wanted in preferred:
                return preferred[wanted]
        if preferred:
            return preferred[min(preferred)]
        return next((n.text for n in self.names), self.identifier or self.iri.rsplit("/", 1)[-1])

    def acronyms(self) -> tuple[str, ...]:
        """Return the distinct acronyms, whatever their language, in the order given."""
        return tuple(dict.fromkeys(n.text for n in self.names if n.kind == "acronym"))


@dataclass(frozen=True, slots=True)
class Link:
    """A dated, sourced edge between two things.

    ``relation`` is the local name of an object property of the ontology (``"funds"``). ``source_iri`` and
    ``target_iri`` are the two things. ``amount`` is in ``currency`` (ISO 4217) of the time given;
    ``amount_usd`` only where a source gives it. ``share`` is a percentage, 0 to 100. The fields from
    ``under_agreement`` to ``via_document`` are IRIs.
    """

    iri: str
    source_iri: str
    relation: str
    target_iri: str
    evidence: tuple[Evidence, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None
    date_note: str | None = None
    role: str | None = None
    status: Status | None = None
    amount: Decimal | None = None
    currency: str | None = None
    amount_usd: Decimal | None = None
    count: Decimal | None = None
    unit: str | None = None
    share: Decimal | None = None
    outcome: str | None = None
    frequency: str | None = None
    under_agreement: str | None = None
    through_fund: str | None = None
    at_event: str | None = None
    in_programme: str | None = None
    in_place: str | None = None
    on_topic: str | None = None
    via_document: str | None = None
    discussed_in: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What one load brought: one named graph and one file in the store.

    ``id`` is a slug, unique in a store. ``checksum`` is that of the input (``sha256:…``), ``loaded`` an ISO
    8601 instant in UTC, ``loader`` the kind of loader that read it, ``origin`` the name of the input, with
    that of the folder in which it lay (``2020/activities.xml``) but not where that one lay.
    """

    id: str
    title: str
    loader: str
    checksum: str
    origin: str
    loaded: str
    licence: str | None = None
    version: str | None = None
    issued: str | None = None
    url: str | None = None

    @property
    def iri(self) -> str:
        """The named graph of this source."""
        return source_iri(self.id)


Statement: TypeAlias = Entity | Link


@dataclass(slots=True)
class Loaded:
    """What a loader returns: the description of a source and a stream of its entities and links.

    ``statements`` may be consumed once. ``skipped`` counts, by reason, what the loader left out; it is
    complete when the stream has ended. ``own_id`` says that the input itself gives the id of the source, and not the
    name of a file. Where ``left_out`` is given, an input whose stream cannot be read is left out and the others are
    loaded: it is told why, instead of the error being raised.
    """

    source: Source
    statements: Iterator[Statement]
    skipped: dict[str, int] = field(default_factory=dict)
    own_id: bool = False
    left_out: Callable[[UnreadableSource], None] | None = None


def source_iri(source_id: str) -> str:
    """Return the IRI of the named graph of a source."""
    return f"{ID}source/{source_id}"


def snake(relation: str) -> str:
    """Return a relation or qualifier as a property graph spells it: ``"coOrganizes"`` gives ``"co_organizes"``.

    >>> snake("memberOf"), snake("amountUSD")
    ('member_of', 'amount_usd')
    """
    out: list[str] = []
    for i, char in enumerate(relation):
        if char.isupper() and i and not relation[i - 1].isupper():
            out.append("_")
        out.append(char.lower())
    return "".join(out)
