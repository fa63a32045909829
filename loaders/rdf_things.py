"""Things that an RDF file describes in the terms of others: their names, identifiers, dates and countries."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

from ..ontology.convert import SKOSXL
from ..ontology.model import ID, ML, Entity, Identifier, Name
from ..ontology.vocabulary import vocabulary
from . import rdf_own
from .problems import nearest
from .rdf_graph import Graph
from .rdf_index import Term
from .rdf_terms import ADDRESSES, FIELDS, NAMES, TOWNS
from .registry_countries import by_code, by_name
from .registry_source import Names, Registry, text, web
from .registry_values import Wrong, language

_LONGEST: Final = 5_000
_LONGEST_NAME: Final = 200  # of a country
_LONGEST_TEXT: Final = 100_000
# What is called by the end of its IRI where it has no name: of data about such things many parts have none.
_MAY_LACK_A_NAME: Final = ("Topic", "Place", "Document")
_FIELD_OF_ENTITY: Final = {
    "identifier": "identifier", "description": "description", "homepage": "homepage", "issued": "issued",
    "language": "language", "from": "valid_from", "to": "valid_to",
}  # fmt: skip
_KNOWN_ADDRESSES: Final = (
    ("Wikidata", re.compile(r"https?://(?:www\.)?wikidata\.org/(?:entity|wiki)/(Q[0-9]+)")),
    ("ROR", re.compile(r"https?://ror\.org/(0[0-9a-z]{8})")),
    ("GRID", re.compile(r"https?://(?:www\.)?grid\.ac/institut(?:es|ions)/(grid\.[0-9a-f.]+)")),
    ("ISNI", re.compile(r"https?://(?:www\.)?isni\.org/(?:isni/)?([0-9]{15}[0-9X])")),
    ("GeoNames", re.compile(r"https?://(?:sws|www)\.geonames\.org/([0-9]+)/?")),
    ("DOI", re.compile(r"https?://(?:dx\.)?doi\.org/(10\.\S+)")),
)


class ThingReader:
    """Makes entities of what a file says of things."""

    def __init__(self, registry: Registry, graph: Graph) -> None:
        self._registry, self._graph = registry, graph
        graph.find_country = self._country

    def _country(self, node: str) -> str:
        """Return the IRI of a country that is recognized by a code, the end of its IRI or a name, else ``""``."""
        if node.startswith(ID):
            return ""
        rows = [(self._graph.known_predicate(p), t.value) for p, t in self._graph.rows(node) if t.kind == "l"]
        codes = [value for known, value in rows if FIELDS.get(known) == "identifier"]
        local = re.split(r"[/#:]", node.rstrip("/#"))[-1]
        codes += [local] if re.fullmatch("[A-Za-z]{2,3}", local) and not node.startswith("_:") else []
        names = [value for known, value in rows if known in NAMES and 0 < len(value) < _LONGEST_NAME]
        found = [c for code in codes if (c := by_code(code))] or [c for name in names if (c := by_name(name))]
        return found[0].iri if found else ""

    def entity(self, node: str, type_: str) -> Entity | None:
        """Return a thing of a class; what our own terms say of it stands as it is. ``None`` if nothing can name it.

        :raises Wrong: If a value is none that the model has, or an organization, person or the like has no name.
        """
        graph, me = self._graph, self._graph.iri(node)
        own = graph.is_own(node)
        made = rdf_own.entity(node, type_, graph) if own else Entity(me, type_)
        if me != made.iri:
            made = replace(made, iri=me)
        rows = [(p, t) for p, t in graph.rows(node) if not own or p not in rdf_own.READ]
        names = self._names(node, rows, list(made.names))
        names = names or self._locality(node, type_)
        found = self._fields(rows, type_)
        identifiers = [*made.identifiers, *self._identifiers(node, rows, own)]
        country = by_code(me[-2:]) if type_ == "Country" and me.startswith(f"{ID}country/") and not own else None
        if country is not None:
            identifiers.append(Identifier("ISO3166", country.alpha2))
        values: dict[str, Any] = {f: v for f, v in found.items() if getattr(made, f) is None}
        start, end = values.get("valid_from"), values.get("valid_to")
        if start and end and start[: len(end)] > end[: len(start)]:
            raise Wrong(f"it begins in {start} and ends in {end}", "correct the dates")
        if not names and country is not None:
            names = [Name(country.name, "en")]
        elif not names:
            if type_ not in _MAY_LACK_A_NAME and graph.types(node):
                raise Wrong("it has no name", "give it one")
            if node.startswith("_:"):
                self._registry.left_out("blank nodes without a name")
                return None
            names = [Name(self._from_iri(node, me))]
            self._registry.left_out("things without a name, called by the end of their IRI (kept)")
        # Without a class of its own, what the thing is follows from what is said of it.
        evidence = made.evidence if own else self._registry.evidence(graph.key(node), implied=not graph.types(node))
        return replace(
            made, names=tuple(names), identifiers=tuple(dict.fromkeys(identifiers)), evidence=evidence, **values
        )

    def mentioned(self, node: str, type_: str) -> Entity:
        """Return a thing that the file only names: its class is implied by the statement that names it."""
        me = self._graph.iri(node)
        evidence = self._registry.evidence(self._graph.key(node), implied=True)
        if me.startswith(f"{ID}country/") and (country := by_code(me[-2:])):
            ids: tuple[Identifier, ...] = (Identifier("ISO3166", country.alpha2),)
            return Entity(me, "Country", (Name(country.name, "en"),), identifiers=ids, evidence=evidence)
        ids = tuple(self._identifiers(node, [], False))
        self._registry.left_out("things that are only named, called by the end of their IRI (kept)")
        return Entity(me, type_, (Name(self._from_iri(node, me)),), identifiers=ids, evidence=evidence)

    def name(self, term: Term) -> str:
        """Return a literal, or the name of a node in English if it has one."""
        if term.kind == "l":
            return text(term.value, longest=_LONGEST)
        rows = self._graph.rows(term.value)
        names = self._names(term.value, rows, [])
        best = sorted(names, key=lambda n: (n.kind != "preferred", n.lang not in ("en", ""), n.lang))
        return best[0].text if best else "" if term.kind == "b" else self._from_iri(term.value, term.value)

    def _names(self, node: str, rows: list[tuple[str, Term]], first: list[Name]) -> list[Name]:
        gathered = Names()
        said = [(self._graph.known_predicate(p), t) for p, t in rows]
        taken = {n.lang for n in first if n.kind == "preferred"}
        for predicate, kind in NAMES.items():
            for known, term in said:
                if known == predicate and term.kind == "l":
                    lang = language(term.lang)
                    line = text(term.value, longest=_LONGEST, what="a name")
                    gathered.add(line, lang, "alternative" if kind == "preferred" and lang in taken else kind)
        for known, term in said:
            if known in ("skosxl:prefLabel", "skosxl:altLabel") and term.kind != "l":
                form = self._graph.first(term).get(SKOSXL + "literalForm")
                if form is not None:
                    kind = "preferred" if known == "skosxl:prefLabel" else "alternative"
                    gathered.add(text(form.value, longest=_LONGEST, what="a name"), language(form.lang), kind)
        parts = {FIELDS[k]: t.value for k, t in reversed(said) if FIELDS.get(k) in ("given", "family")}
        try:
            names = list(gathered.all())
        except Wrong:
            whole = " ".join(parts[key] for key in ("given", "family") if key in parts)
            names = [Name(text(whole))] if whole.strip() and not first else []
        have = {(n.text, n.lang) for n in first}
        return first + [n for n in names if (n.text, n.lang) not in have]

    def is_called_by_its_town(self, node: str) -> bool:
        """Say whether the town of its address is what a place is called by."""
        type_ = self._graph.class_of(node)
        return bool(self._locality(node, type_)) and not self._names(node, self._graph.rows(node), [])

    def _locality(self, node: str, type_: str) -> list[Name]:
        """Return what a blank place without a name is called by: the town of its address."""
        addresses = self._graph.values(node, *ADDRESSES) if type_ == "Place" and node.startswith("_:") else []
        for address in addresses:
            if address.kind != "l":
                for term in self._graph.values(address.value, *TOWNS):
                    if term.kind == "l" and (line := text(term.value, longest=_LONGEST)):
                        return [Name(line, language(term.lang))]
        return []

    def _fields(self, rows: list[tuple[str, Term]], type_: str) -> dict[str, Any]:
        """Return what is said of a thing by field of an entity; further values of a field are counted."""
        found: dict[str, Any] = {}
        best = 9
        for predicate, term in rows:
            known = self._graph.known_predicate(predicate)
            field = _FIELD_OF_ENTITY.get(FIELDS.get(known, ""))
            value: str | None = None
            if field is None or (field == "identifier" and (term.kind != "l" or term.datatype.startswith(ML))):
                continue
            if known == "dcterms:date" and type_ == "Event":
                field = "valid_from"
            elif field in ("issued", "language") and type_ != "Document":
                self._registry.left_out(f"statements of {known} about a {type_}")
                continue
            if field == "homepage":
                value = web(term.value)
            elif term.kind == "l":
                value = self._value(field, term)
            if field == "description" and value:
                rank = ("en", "", "fr").index(term.lang) if term.lang in ("en", "", "fr") else 5
                if "description" in found:
                    self._registry.left_out("descriptions besides the first in English")
                if rank < best:
                    best, found["description"] = rank, value
            elif not value:
                self._registry.left_out(f"statements of {known} whose value is none that is read")
            elif found.setdefault(field, value) != value:
                self._registry.left_out(f"further values of {known}")
        return found

    def _value(self, field: str, term: Term) -> str | None:
        if field == "issued":
            try:
                return rdf_own.date(term.value)
            except Wrong:  # "s.d.", "Spring 2012": of a document no more than a detail
                return None
        if field in ("valid_from", "valid_to"):
            return rdf_own.date(term.value)
        if field == "language":
            return language(term.value)
        longest = _LONGEST_TEXT if field == "description" else _LONGEST
        return text(term.value, longest=longest, what=f"the {field}")

    def _identifiers(self, node: str, rows: list[tuple[str, Term]], own: bool) -> list[Identifier]:
        addresses = [] if own or node.startswith("_:") else [node]
        found = []
        for predicate, term in rows:
            field = FIELDS.get(self._graph.known_predicate(predicate))
            if field == "same" or (field == "identifier" and term.value.startswith("http")):
                addresses.append(term.value)
            elif field == "LEI" and term.kind == "l":
                found.append(Identifier("LEI", text(term.value)))
            elif field == "identifier" and term.kind != "l":
                found += self._property_value(term)
            elif field == "identifier" and term.datatype.removeprefix(ML) in vocabulary().schemes:
                found.append(Identifier(term.datatype.removeprefix(ML), term.value))
        for address in addresses:
            matches = [Identifier(s, m[1]) for s, form in _KNOWN_ADDRESSES if (m := form.fullmatch(address))]
            if not matches and address != node:
                self._registry.left_out("addresses of the same thing elsewhere, of no register that is known")
            found += matches
        return [identifier for identifier in found if identifier.value]

    def _property_value(self, term: Term) -> list[Identifier]:
        graph = self._graph
        scheme = next((t.value for t in graph.values(term.value, "schema:propertyID", "schema:name")), "")
        value = next((t.value for t in graph.values(term.value, "schema:value") if t.kind == "l"), "")
        known = nearest(re.split(r"[/#]", scheme)[-1], vocabulary().schemes, cutoff=0.9) if scheme else []
        return [Identifier(known[0], text(value))] if known and value else []

    def _from_iri(self, node: str, me: str) -> str:
        local = re.split(r"[/#:]", (me if node.startswith("_:") else node).rstrip("/#"))[-1]
        return text(unquote(local, errors="replace").replace("_", " ")[:500]) or me
