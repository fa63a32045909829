"""From the graph to what pages show: the page of a thing, a link, a node of evidence, a source.

The functions run in another process, on the opened graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyoxigraph as ox

from ...graph.reading import Reader, merge
from ...ontology import convert
from ...ontology.model import ID, ML, Entity, Source, source_iri
from ...ontology.vocabulary import vocabulary
from .thing_groups import Group, Leaf, natural, title
from .thing_model import (
    Heading,
    LinkView,
    NameRow,
    NodeView,
    Recorded,
    Section,
    SourceLine,
    SourceView,
    ThingView,
    Tie,
)
from .thing_picture import picture
from .thing_rows import Said, Teller, period

if TYPE_CHECKING:
    from ...graph.decisions import Decision

#: Where an identifier of a scheme is looked up.
ADDRESSES = {
    "ISO3166": "https://www.iso.org/obp/ui/#iso:code:3166:{}",
    "Wikidata": "https://www.wikidata.org/wiki/{}",
    "ROR": "https://ror.org/{}",
    "UNSymbol": "https://undocs.org/{}",
    "SDG": "https://sdgs.un.org/goals/goal{}",
    "GRID": "https://www.grid.ac/institutes/{}",
    "ISNI": "https://isni.org/isni/{}",
    "FundRef": "https://doi.org/10.13039/{}",
    "GeoNames": "https://www.geonames.org/{}",
    "LEI": "https://search.gleif.org/#/record/{}",
    "DOI": "https://doi.org/{}",
    "OpenSanctions": "https://www.opensanctions.org/entities/{}/",
}
#: Other links between two things that the page of one of them shows.
_BESIDE = 50
_LANGUAGES = {
    "ar": ("Arabic", "arabe"),
    "de": ("German", "allemand"),
    "en": ("English", "anglais"),
    "es": ("Spanish", "espagnol"),
    "fr": ("French", "français"),
    "it": ("Italian", "italien"),
    "ja": ("Japanese", "japonais"),
    "pt": ("Portuguese", "portugais"),
    "ru": ("Russian", "russe"),
    "zh": ("Chinese", "chinois"),
}
_KINDS = {
    "preferred": ("name", "nom"),
    "alternative": ("other name", "autre nom"),
    "acronym": ("acronym", "sigle"),
}


# --- a thing -----------------------------------------------------------------------------------------------------


def thing_view(reader: Reader, iri: str, lang: str, found: tuple[Group, ...], leaf: Leaf) -> ThingView:
    """Return the page of a thing: all that is known of it itself, and one page of its links and evidence."""
    teller = Teller(reader, lang)
    records = reader.records(iri)
    entity = merge([record for _, record in records]) if records else Entity(iri, "Entity")
    sections = tuple(_section(teller, iri, part.group, part.members, part.whole) for part in leaf.parts)
    here = {part.group.key for part in leaf.parts}
    used = [s for s, _ in records] + [s for x in sections for row in x.links for s in row.sources]
    used += [s for x in sections for n in x.nodes if n.link for s in n.link.sources]
    return ThingView(
        thing=replace(teller.thing(iri), name=entity.name(lang)) if entity.names else teller.thing(iri),
        kind=teller.label(entity.type),
        collective=entity.collective,
        described=bool(records),
        names=tuple(_names(records, lang)),
        facts=tuple(_facts(teller, entity)),
        recorded=tuple(_recorded(reader, iri)),
        contents=tuple(Heading(g.key, title(g, lang), len(g.members), g.key in here) for g in found),
        sections=sections,
        leaf=leaf,
        picture=picture(teller, iri, found) if leaf.number == 1 and not leaf.only else None,
        mapped=any(other != iri for group in found for other in group.others),
        sources=tuple(source_lines(reader, used)),
    )


def _section(teller: Teller, iri: str, group: Group, members: tuple[str, ...], whole: bool) -> Section:
    head = (group.key, group.kind, title(group, teller.lang), len(group.members), whole)
    if group.kind == "published":
        return Section(*head, things=tuple(teller.thing(member) for member in members))
    if group.kind in ("statements", "mentions", "discussed", "named"):
        return Section(*head, nodes=tuple(teller.node(member) for member in members))
    rows = [teller.link(member, iri) for member in members]
    if whole and group.kind != "qualifier":  # readable order; a page of a larger group keeps the order of the records
        rows.sort(key=lambda row: row.other.name.casefold())
    return Section(*head, links=tuple(rows))


def _names(records: list[tuple[str, Entity]], lang: str) -> Iterator[NameRow]:
    said: dict[tuple[str, str, str, str | None, str | None], list[str]] = {}
    for source_id, record in records:
        for name in record.names:
            by = said.setdefault((name.text, name.lang, str(name.kind), name.valid_from, name.valid_to), [])
            if source_id not in by:
                by.append(source_id)
    order = list(_KINDS)
    first = {"en": 1, "fr": 2} | {lang: 0}
    # One acronym is often that of several languages: it is one row.
    alike: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for key in sorted(said, key=lambda k: (order.index(k[2]), first.get(k[1], 3), k[1], k[0].casefold())):
        text, tongue, kind, start, end = key
        alike.setdefault((text, kind, period(start, end, lang), tuple(said[key])), []).append(tongue)
    for (text, kind, when, sources), tongues in alike.items():
        languages = ", ".join(_LANGUAGES.get(tongue, (tongue, tongue))[lang == "fr"] for tongue in tongues)
        yield NameRow(
            text, tongues[0] if len(tongues) == 1 else "", languages, _KINDS[kind][lang == "fr"], when, sources
        )


def _facts(teller: Teller, entity: Entity) -> Iterator[Said]:
    french = teller.lang == "fr"
    for item in entity.identifiers:
        address = ADDRESSES.get(item.scheme, "")
        value = quote(item.value.rstrip("/").rpartition("/")[2] if item.scheme == "ROR" else item.value, safe="/:().")
        yield Said(teller.label(item.scheme), item.value, url=address.format(value) if address else "")
    when = period(entity.valid_from, entity.valid_to, teller.lang)
    if when:
        yield Said("Dates", when)
    if entity.status:
        yield Said(teller.label("status"), teller.word("status", entity.status))
    if entity.body:
        body = teller.thing(entity.body)
        yield Said("publié par" if french else "issued by", body.name, body)
    if entity.issued:
        yield Said("date de publication" if french else "issued", entity.issued)
    if entity.language:
        label = _LANGUAGES.get(entity.language, (entity.language,) * 2)[french]
        yield Said("langue" if french else "language", label)
    if entity.homepage:
        yield Said("page d’accueil" if french else "home page", entity.homepage, url=web(entity.homepage))
    if entity.description:
        yield Said("description", entity.description)


def web(address: str) -> str:
    """Return an address that a page may link to; nothing for any scheme that is not of the web."""
    return address if address.lower().startswith(("http://", "https://")) else ""


# --- decisions ---------------------------------------------------------------------------------------------------


def ties(reader: Reader) -> list[Tie]:
    """Return the decisions that stand, by pair."""
    return [_tie(decision) for decision in reader.store.decisions.standing().decisions()]


def _tie(decision: Decision) -> Tie:
    left, right = decision.pair
    return Tie(left, right, decision.verdict, decision.who, decision.when, decision.rule, decision.why)


def _recorded(reader: Reader, iri: str) -> Iterator[Recorded]:
    others = sorted(other for other, top in reader.canonical.items() if top == iri)
    if not others:
        return
    by_iri: dict[str, Tie] = {}
    for tie in ties(reader):
        if tie.verdict == "same":
            for end in (tie.left, tie.right):
                by_iri.setdefault(end, tie)
    for other in others:
        yield Recorded(other, by_iri.get(other))


# --- a link, a node, a source ------------------------------------------------------------------------------------


def link_view(reader: Reader, iri: str, lang: str) -> LinkView:
    """Return the page of a link."""
    teller = Teller(reader, lang)
    row = teller.link(iri)
    query = "SELECT ?a ?b ?link { ?link ml:source ?a ; ml:target ?b }"
    beside: set[str] = set()
    for a, b in ((row.start.iri, row.end.iri), (row.end.iri, row.start.iri)):
        ends: dict[ox.Variable, Any] = {ox.Variable("a"): ox.NamedNode(a), ox.Variable("b"): ox.NamedNode(b)}
        found = reader.index.db.query(query, prefixes=convert.PREFIXES, substitutions=ends)
        beside |= {r["link"].value for r in found}  # type: ignore[union-attr]
    others = sorted(beside - {iri}, key=natural)
    shown = tuple(teller.link(other) for other in others[:_BESIDE])
    return LinkView(row, shown, len(others), tuple(source_lines(reader, row.sources)))


def node_view(reader: Reader, iri: str, lang: str) -> NodeView:
    """Return the page of anything else that has an IRI and statements: evidence, a reference, a dated name, a term."""
    teller = Teller(reader, lang)
    db = reader.index.db
    facts, kinds, text = [], [], ""
    for quad in db.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph()):
        predicate, value = quad.predicate.value, quad.object
        if isinstance(value, ox.BlankNode | ox.Triple):
            continue  # a list or restriction of the ontology, which a table cannot show
        if quad.predicate == convert.TYPE:
            kinds.append(teller.label(value.value.rpartition("#")[2]))
        elif predicate == ML + "quote":
            text = value.value
        elif isinstance(value, ox.NamedNode):
            ours = value.value.startswith((ID, ML.rstrip("#"))) or predicate == ML + "document"
            thing = teller.thing(value.value) if ours else None
            text_of = thing.name if thing else value.value
            facts.append(Said(_term(predicate, lang), text_of, thing, "" if thing else web(value.value)))
        elif predicate in (ML + "certainty", ML + "method"):
            facts.append(Said(_term(predicate, lang), teller.word(predicate.removeprefix(ML), value.value)))
        else:
            facts.append(Said(_term(predicate, lang), value.value))
    facts.sort(key=lambda said: (said.thing is None, said.label, said.text))
    owners = teller.owners(iri)
    links = tuple(teller.link(o) for o in owners if teller.is_link(o))
    things = tuple(teller.thing(o) for o in owners if not teller.is_link(o))
    return NodeView(iri, ", ".join(kinds), tuple(facts), text, links, things)


def _term(predicate: str, lang: str) -> str:
    if predicate.startswith(ML):
        return vocabulary().label(predicate.removeprefix(ML), lang)
    for prefix, beginning in convert.PREFIXES.items():
        if predicate.startswith(beginning):
            return f"{prefix}:{predicate.removeprefix(beginning)}"
    return predicate


def source_view(reader: Reader, source: Source, lang: str) -> SourceView:
    """Return the page of a source."""
    french = lang == "fr"
    labels = (
        ("licence", "licence", "licence"),
        ("version", "version", "version"),
        ("issued", "issued", "date de publication"),
        ("url", "address", "adresse"),
        ("origin", "read from", "lu dans"),
        ("loader", "loader", "chargeur"),
        ("loaded", "loaded", "chargé"),
        ("checksum", "checksum", "somme de contrôle"),
    )
    facts = []
    for field, *label in labels:
        value = getattr(source, field)
        if value:
            facts.append(Said(label[french], value, url=web(value) if field in ("url", "licence") else ""))
    counts = counted(reader, source.iri)
    links = counts.pop("Link", 0)
    named = sorted(((vocabulary().label(kind, lang), n) for kind, n in counts.items()), key=lambda row: -row[1])
    first = ("liens" if french else "links", links), ("choses" if french else "things", sum(counts.values()))
    return SourceView(source.iri, source.id, source.title, tuple(facts), (*first, *named))


def counted(reader: Reader, iri: str) -> dict[str, int]:
    """Return how many things of each class a source describes, and how many links (``Link``) it states."""
    query = "SELECT ?graph ?class (COUNT(?it) AS ?n) { GRAPH ?graph { ?it a ?class } } GROUP BY ?graph ?class"
    graph: dict[ox.Variable, Any] = {ox.Variable("graph"): ox.NamedNode(iri)}
    known = {*vocabulary().entity_classes(), "Link"}
    found = reader.index.db.query(query, prefixes=convert.PREFIXES, substitutions=graph)
    counts = {r["class"].value.removeprefix(ML): int(r["n"].value) for r in found}  # type: ignore[union-attr]
    return {name: n for name, n in counts.items() if name in known}


def source_lines(reader: Reader, ids: Iterable[str]) -> Iterator[SourceLine]:
    """Yield sources by title."""
    wanted = set(ids)
    for source in sorted((s for s in reader.sources() if s.id in wanted), key=lambda s: s.title):
        yield SourceLine(source.id, source_iri(source.id), source.title, source.licence or "", source.version or "")
