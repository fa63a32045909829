"""Links that an RDF file states in the terms of others: plain statements, memberships, roles, grants, changes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ..ontology.model import ID, Entity, Statement
from ..ontology.vocabulary import vocabulary
from .cells import parse_period, short
from .circles import leads
from .iati_known import Marks
from .problems import CellError
from .rdf_graph import Graph
from .rdf_index import Term
from .rdf_own import date, decimal
from .rdf_terms import ADDRESSES, RELATIONS, TOWNS, Mapped
from .rdf_terms import short as shortened
from .rdf_things import ThingReader
from .registry_countries import by_code, by_name
from .registry_source import Registry
from .registry_values import Wrong, currency

_ROLES: Final = ("schema:Role", "schema:OrganizationRole")
_GRANTS: Final = ("schema:Grant", "schema:MonetaryGrant")
_UPWARD: Final = ("subsidiaryOf", "partOf", "supersedes")
_DATES: Final = tuple(f"time:inXSD{form}" for form in ("Date", "DateTime", "DateTimeStamp", "gYear", "gYearMonth"))


class LinkReader:
    """Makes links; ``note`` tells it of those that the file states in our own terms, ``refuse`` of things left out."""

    def __init__(self, registry: Registry, graph: Graph, things: ThingReader) -> None:
        self._registry, self._graph, self._things = registry, graph, things
        self._vocabulary = vocabulary()
        self._classes = {self._vocabulary.kind(c): c for c in reversed(self._vocabulary.entity_classes())}
        self._inverse = {r.inverse: r.name for r in self._vocabulary.relations.values() if r.inverse}
        self._stated, self._made = Marks(), Marks()
        self._refused: set[str] = set()
        self._above: dict[str, dict[str, list[str]]] = {relation: defaultdict(list) for relation in _UPWARD}

    def refuse(self, node: str) -> None:
        """Remember that nothing was made of a thing, so that no link names it."""
        self._refused.add(self._graph.iri(node))

    def is_refused(self, iri: str) -> bool:
        """Say whether a thing was refused."""
        return iri in self._refused

    def note(self, source: str, relation: str, target: str) -> None:
        """Remember that a link says this, so that the plain statement beside it is not a second one."""
        self._stated.add(hash((source, relation, target)))
        if self._vocabulary.relations[relation].symmetric:
            self._stated.add(hash((target, relation, source)))

    def first(self, link_iri: str) -> bool:
        """Say whether a link is met for the first time; a few bytes a link are kept."""
        return self._made.add(hash(link_iri))

    def record(self, node: str) -> Iterator[Statement]:
        """Yield what a node that is a record becomes: a membership, a post, a grant, a change."""
        types = self._graph.types(node)
        if "org:Membership" in types:
            yield from self._held(node, "org:member", "org:organization")
        if "org:Post" in types:
            yield from self._held(node, "org:heldBy", "org:postIn")
        if any(type_ in _GRANTS for type_ in types):
            yield from self._grant(node)
        if "org:ChangeEvent" in types:
            yield from self._change(node)

    def plain(self, subject: str, predicate: str, term: Term) -> Iterator[Statement]:
        """Yield what a plain statement about a thing becomes."""
        known = self._graph.known_predicate(predicate)
        mapped = RELATIONS.get(known)
        if known.startswith("ml:"):
            mapped = self._own(known.removeprefix("ml:"))
        if known in ADDRESSES and term.kind != "l":
            if not subject.startswith("_:") or not self.is_refused(self._graph.iri(subject)):
                yield from self._address(subject, term, known)  # else what stands at the place takes it over
        elif mapped is None and known not in ADDRESSES:
            return
        elif mapped is None or term.kind == "l":
            self._registry.left_out(f"statements of {known[:100]} whose value is a text")
        elif (members := self._graph.members(term)) != [term]:
            for member in members:
                yield from self.plain(subject, predicate, member)
        elif any(type_ in _ROLES for type_ in self._graph.types(term.value)):
            yield from self._role(subject, known, mapped, term.value)
        elif (
            term.kind == "b"
            and self.is_refused(self._graph.iri(term.value))
            and (addresses := [(t, a) for a in ADDRESSES for t in self._graph.values(term.value, a) if t.kind != "l"])
        ):
            for address, named in addresses:  # a place of which nothing but its country is said
                yield from self._address(subject, address, named)
        elif not any(type_ in _GRANTS for type_ in self._graph.types(term.value)):
            yield from self._link(subject, mapped, term.value, known, shortened(predicate))

    def _own(self, local: str) -> Mapped | None:
        if local in self._vocabulary.relations:
            return Mapped((local,))
        return Mapped((self._inverse[local],), reverse=True) if local in self._inverse else None

    def _type(self, node: str) -> str:
        """Return the class of an end; a thing of another source of ours tells it by its IRI."""
        if found := self._graph.class_of(node):
            return found
        return self._classes.get(node.removeprefix(ID).partition("/")[0], "") if node.startswith(ID) else ""

    def _link(
        self, subject: str, mapped: Mapped, target: str, known: str, predicate: str, *, record: str = "", **more: Any
    ) -> Iterator[Statement]:
        """Yield the link of a statement, after the ends that the file only names."""
        ends = (target, subject) if mapped.reverse else (subject, target)
        types = [self._type(end) for end in ends]
        if not all(types):
            self._registry.left_out(f"statements of {known[:100]} with a thing whose class is not told")
            return
        fits = (r for r in mapped.relations if self._vocabulary.admits(r, types[0], types[1]))
        relation = next(fits, None)
        if relation is None:
            self._registry.left_out(f"statements of {known[:100]} from a {types[0]} to a {types[1]}")
            return
        source, goal = (self._graph.iri(end) for end in ends)
        if source == goal:
            self._registry.left_out(f"statements of {known[:100]} from a thing to itself")
            return
        if self._refused and not self._refused.isdisjoint((source, goal)):
            self._registry.left_out("links with a thing that was left out")
            return
        if not record and hash((source, relation, goal)) in self._stated:
            return
        above = self._above.get(relation)
        if above is not None and leads(above, goal, source):
            self._registry.left_out(f"statements of {known[:100]} that close a circle")
            return
        more.setdefault("role", mapped.role)
        key = "\x1f".join([source, relation, goal, *(f"{k}={v}" for k, v in sorted(more.items()) if v is not None)])
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        # A record that has an IRI is the place; a blank one is found by the thing that it speaks of.
        at = record if record and not record.startswith("_:") else subject
        locator = f"{shortened(self._graph.key(at))} {predicate}"
        link = self._registry.link(f"{relation}/{digest}", source, relation, goal, locator, **more)
        self.note(source, relation, goal)
        if above is not None:
            above[source].append(goal)
        yield from self._named_only(ends, types)
        if self.first(link.iri):
            yield link

    def _named_only(self, ends: tuple[str, ...], types: list[str]) -> Iterator[Entity]:
        for end, type_ in zip(ends, types, strict=True):
            me = self._graph.iri(end)
            ours = me.startswith(ID) and not me.startswith(f"{ID}country/")  # another source describes it
            if not ours and not (self._graph.class_of(end) and self._graph.rows(end)) and self._registry.new(me):
                yield self._things.mentioned(end, type_)

    def _held(self, node: str, member: str, body: str) -> Iterator[Statement]:
        more = self._period(node)
        roles = self._graph.values(node, "org:role") or (
            self._graph.values(node, "skos:prefLabel", "rdfs:label") if body == "org:postIn" else []
        )
        more["role"] = next((name for term in roles if (name := self._things.name(term))), None)
        held = self._nodes(node, member, "org:hasMembership" if body != "org:postIn" else "org:holds")
        places = self._nodes(node, body, "" if body != "org:postIn" else "org:hasPost")
        if not held or not places:
            self._registry.left_out("memberships and posts that do not say who holds them, or in what")
        for who in held:
            for where in places:
                yield from self._link(who, Mapped(("memberOf",)), where, member, member, record=node, **more)

    def _role(self, subject: str, known: str, mapped: Mapped, node: str) -> Iterator[Statement]:
        more = self._period(node)
        names = self._graph.values(node, "schema:roleName", "schema:namedPosition")
        more["role"] = next((name for term in names if (name := self._things.name(term))), mapped.role)
        targets = self._nodes(node, known, "")
        if not targets:
            self._registry.left_out(f"roles without a {known[:100]} of their own")
        for target in targets:
            yield from self._link(subject, mapped, target, known, known, record=node, **more)

    def _grant(self, node: str) -> Iterator[Statement]:
        more = self._period(node)
        more["amount"], more["currency"] = self._amount(node)
        if more["amount"] is not None and more["currency"] is None:
            raise Wrong("the amount of a grant has no currency", "give it a schema:currency")
        funded = self._nodes(node, "schema:fundedItem", "schema:funding")
        givers = [t.value for t in self._graph.values(node, "schema:funder", "schema:sponsor") if t.kind != "l"]
        if not funded or not givers:
            self._registry.left_out("grants that do not say who funds what")
        for giver in givers:
            for item in funded:
                yield from self._link(
                    giver, Mapped(("funds",)), item, "schema:funder", "schema:funder", record=node, **more
                )

    def _amount(self, node: str) -> tuple[Decimal | None, str | None]:
        codes = [t.value for t in self._graph.values(node, "schema:currency")]
        for term in self._graph.values(node, "schema:amount"):
            if term.kind == "l":
                return decimal(term.value), currency(next(iter(codes), None))
            codes += [t.value for t in self._graph.values(term.value, "schema:currency")]
            for value in self._graph.values(term.value, "schema:value"):
                if value.kind == "l":
                    return decimal(value.value), currency(next(iter(codes), None))
        return None, None

    def _change(self, node: str) -> Iterator[Statement]:
        event = self._graph.iri(node)
        dates = self._graph.values(node, "dcterms:date", "schema:startDate", "prov:startedAtTime")
        start = next((date(term.value) for term in dates), None)
        for new in self._nodes(node, "org:resultingOrganization", "org:resultedFrom"):
            for old in self._nodes(node, "org:originalOrganization", "org:changedBy"):
                if old != new:
                    yield from self._link(
                        new, Mapped(("supersedes",), False, None, "Organization", "Organization"), old,
                        "org:resultingOrganization", "org:resultedFrom", record=node, at_event=event,
                        valid_from=start,
                    )  # fmt: skip

    def _address(self, subject: str, term: Term, known: str) -> Iterator[Statement]:
        countries = self._graph.values(term.value, "schema:addressCountry", "vcard:country-name")
        towns = [town for town in TOWNS for _ in self._graph.values(term.value, town)]
        if towns and not self._things.is_called_by_its_town(subject):
            self._registry.left_out(f"statements of {towns[0]}", len(towns))
        if not countries:
            self._registry.left_out("addresses without a country")
        for country in countries:
            name = self._things.name(country)
            found = by_code(name) or by_name(name)
            if found is None or not self._type(subject):
                self._registry.left_out("addresses whose country is not known")
                continue
            place = f"{ID}country/{found.alpha2}"
            yield from self._link(subject, Mapped(("heldIn", "locatedIn")), place, known, known)

    def _nodes(self, node: str, forward: str, backward: str) -> list[str]:
        """Return the things that a node has by a predicate, or that have it by the opposite one."""
        found = [t.value for t in self._graph.values(node, forward) if t.kind != "l"]
        found += [s for s, p in self._graph.incoming(node) if backward and p == backward]
        return list(dict.fromkeys(found))

    def _period(self, node: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field, predicates in (("valid_from", ("schema:startDate",)), ("valid_to", ("schema:endDate",))):
            for term in self._graph.values(node, *predicates):
                found.setdefault(field, date(term.value))
        for term in self._graph.values(node, "org:memberDuring"):
            if term.kind == "l":
                try:
                    start, end = parse_period(term.value if "/" in term.value else f"{term.value}/{term.value}")
                except CellError as error:
                    raise Wrong(error.problem) from None
                found["valid_from"], found["valid_to"] = start, end
                continue
            for field, predicate in (("valid_from", "time:hasBeginning"), ("valid_to", "time:hasEnd")):
                for instant in self._graph.values(term.value, predicate):
                    dates = [instant] if instant.kind == "l" else self._graph.values(instant.value, *_DATES)
                    if dates:
                        found.setdefault(field, date(dates[0].value))
        start, end = found.get("valid_from"), found.get("valid_to")
        if start and end and start[: len(end)] > end[: len(start)]:
            raise Wrong(f"{short(node)} begins in {start} and ends in {end}", "correct the dates")
        return found
