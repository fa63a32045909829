"""From the YAML of a mapping to what it says; each thing that is wrong in it is told with its line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..ontology.vocabulary import vocabulary
from . import cells
from .mapping_parts import FILE_KEYS, READING_KEYS, PartParser
from .mapping_spec import QUALIFIERS, SUMS, EntitySpec, LinkSpec, Mapping, NamePart, Reading, Value
from .mapping_yaml import Fields, Items, Node, Reader, Text
from .problems import nearest
from .table_columns import LANGUAGE, language_tag
from .table_links import POINTERS

KEYS: Final = (*FILE_KEYS, *READING_KEYS, "key", "when", "join", "source", "entities", "links")
ENTITY_FIELDS: Final = ("description", "homepage", "status", "from", "to", "issued", "language")
ENTITY_KEYS: Final = (
    "class", "key", "iri", "iso", "name", "name_en", "name_fr", "alt", "alt_en", "alt_fr", "acronym", "acronym_en",
    "acronym_fr", "identifiers", "collective", *ENTITY_FIELDS, "when",
)  # fmt: skip
LINK_KEYS: Final = (
    "source", "relation", "target", *QUALIFIERS, *POINTERS, "document", "locator", "quote", "certainty", "key",
    "amount_for", "once", "when",
)  # fmt: skip
_YES: Final = ("yes", "true", "oui")
_NO: Final = ("no", "false", "non")
_NAME: Final = re.compile(r"(name|alt|acronym)(?:_([A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8})*))?")


def parse(path: Path) -> Mapping:
    """Return what a mapping says.

    :raises UnreadableSource: With the line, if it is no YAML or says what cannot be.
    """
    return _Parser(Reader(path)).mapping()


class _Parser(PartParser):
    """Makes the objects of :mod:`.mapping_spec`."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self._refs: tuple[str, ...] = ()

    def mapping(self) -> Mapping:
        root = self._reader.read()
        self._reader.fields(root, "a mapping", KEYS)
        at = root.fields
        self._reading = self._declared(root, Reading())
        described = self._described(at["source"]) if "source" in at else {}
        entities: dict[str, EntitySpec] = {}
        if "entities" not in at:
            raise self._reader.wrong(root.line, "the mapping has no entities", "say which columns name things")
        block = self._reader.fields(at["entities"], "entities")
        self._refs = tuple(block.fields)
        if not self._refs:
            raise self._reader.wrong(block.line, "entities is empty", "say which columns name things")
        for ref, node in block.fields.items():
            entities[ref] = self._entity(ref, self._reader.fields(node, f"the entity {cells.short(ref)!r}"))
        links = [self._link(node, entities) for node in self._list(at.get("links"))]
        joins = [self._join(node) for node in self._list(at.get("join"))]
        return Mapping(
            path=self._reader.path,
            data=self._file(root),
            described=described,
            key=self._values(at["key"], "key") if "key" in at else (),
            when=self._conditions(at.get("when")),
            joins=tuple(joins),
            entities=entities,
            links=tuple(links),
        )

    def _list(self, node: Node | None) -> tuple[Node, ...]:
        if node is None or (isinstance(node, Text) and not node.value):
            return ()
        return node.items if isinstance(node, Items) else (node,)

    # --- entities and links ------------------------------------------------------------------------------------

    def _entity(self, ref: str, node: Fields) -> EntitySpec:
        at, reader = node.fields, self._reader
        names = []
        for key, line in node.keys.items():
            match = _NAME.fullmatch(key)
            if match is None:
                reader.word(key, ENTITY_KEYS, "a key of an entity", line)
                continue
            lang = language_tag(match[2] or "")
            if lang and not LANGUAGE.fullmatch(lang):
                raise reader.wrong(line, f"{key!r} does not end in a language", "write name_en, name_fr, name_es …")
            names += [NamePart(match[1], lang, value) for value in self._values(at[key], key)]
        if "class" not in at:
            raise reader.wrong(node.line, f"the entity {ref!r} has no class", "write `class: Organization` or another")
        type_ = self._value(at["class"], "class", "class")
        if not at.keys() & {"key", "iri", "iso"} and not any(name.kind != "alt" for name in names):
            raise reader.wrong(
                node.line, f"the entity {ref!r} has no name", "write `name: column`, or name_en, name_fr"
            )
        if "iso" in at and type_.words != ("Country",) and type_.constant:
            raise reader.wrong(at["iso"].line, f"iso is of countries, and {ref!r} is of class {type_.constant}",
                               "delete it, or write `class: Country`")  # fmt: skip
        identifiers = []
        if "identifiers" in at:
            schemes = vocabulary().schemes
            for scheme, item in reader.fields(at["identifiers"], "identifiers", schemes).fields.items():
                identifiers.append((scheme, self._value(item, scheme)))
        return EntitySpec(
            ref=ref,
            line=node.line,
            type=type_,
            key=self._values(at["key"], "key") if "key" in at else (),
            iri=self._value(at["iri"], "iri") if "iri" in at else None,
            iso=self._value(at["iso"], "iso") if "iso" in at else None,
            names=tuple(names),
            identifiers=tuple(identifiers),
            collective=self._yes(at["collective"], "collective") if "collective" in at else None,
            fields={
                name: self._value(at[name], name, "status" if name == "status" else None)
                for name in ENTITY_FIELDS
                if name in at
            },
            when=self._conditions(at.get("when")),
        )

    def _yes(self, node: Node, what: str) -> Value:
        """Return a yes or no; of ``collective`` a column may tell."""
        if isinstance(node, Text) and (word := node.value.strip().casefold()) in (*_YES, *_NO):
            return Value(node.line, constant="yes" if word in _YES else "no")
        if what == "once":
            raise self._reader.wrong(node.line, "once is yes or no", "write `once: yes`, or leave it out")
        return self._value(node, what)

    def _end(self, node: Node, what: str) -> str | Value:
        """Return the entity of the mapping that an end names, or a value that is an IRI."""
        if isinstance(node, Text) and node.value.strip() in self._refs:
            return node.value.strip()
        value = self._value(node, what)
        if value.constant is None and isinstance(node, Text):
            meant = nearest(node.value, self._refs)
            advice = f"perhaps you mean {meant[0]!r}" if meant else f"the entities are {', '.join(self._refs)}"
            advice += "; an IRI is written '=organization/un', or {column: …} where a column holds IRIs"
            raise self._reader.wrong(node.line, f"{cells.short(node.value)!r} is no entity of the mapping", advice)
        return value

    def _link(self, node: Node, entities: dict[str, EntitySpec]) -> LinkSpec:
        reader = self._reader
        fields = reader.fields(node, "a link", LINK_KEYS)
        at = fields.fields
        for name in ("source", "relation", "target"):
            if name not in at:
                raise reader.wrong(fields.line, f"the link has no {name}", f"write `{name}: …`")
        if "amount" in at and "currency" not in at:
            raise reader.wrong(at["amount"].line, "the amount has no currency", 'write `currency: "=USD"` or a column')
        if "once" in at and at.keys() & {*SUMS, "key"}:
            raise reader.wrong(
                at["once"].line, "a link that is made once has no amount and no key of a row", "delete one"
            )
        for name, needs in (("currency", "amount"), ("unit", "count"), ("locator", "document"), ("quote", "document"),
                            ("document", "locator")):  # fmt: skip
            if name in at and needs not in at:
                raise reader.wrong(
                    at[name].line, f"there is a {name} but no {needs}", f"write `{needs}: …`, or delete it"
                )
        each = "amount_for" in at
        if each:
            reader.word(reader.text(at["amount_for"], "amount_for"), ("each",), "what amount_for may be",
                        at["amount_for"].line)  # fmt: skip
        special = {"status": "status", "currency": "currency"}
        link = LinkSpec(
            line=fields.line,
            source=self._end(at["source"], "source"),
            relation=self._value(at["relation"], "relation", "relation"),
            target=self._end(at["target"], "target"),
            qualifiers={n: self._value(at[n], n, special.get(n)) for n in QUALIFIERS if n in at},
            pointers={n: self._end(at[n], n) for n in POINTERS if n in at},
            document=self._end(at["document"], "document") if "document" in at else None,
            locator=self._value(at["locator"], "locator") if "locator" in at else None,
            quote=self._value(at["quote"], "quote") if "quote" in at else None,
            certainty=self._value(at["certainty"], "certainty", "certainty") if "certainty" in at else None,
            key=self._values(at["key"], "key") if "key" in at else (),
            each=each,
            once="once" in at and self._yes(at["once"], "once").constant == "yes",
            when=self._conditions(at.get("when")),
        )
        self._check_ends(link, entities, at)
        return link

    def _check_ends(self, link: LinkSpec, entities: dict[str, EntitySpec], at: dict[str, Node]) -> None:
        """Refuse a link that joins what its relation never joins, or a qualifier that points at what it never does."""
        known = vocabulary()

        def classes(end: str | Value | None) -> tuple[str, ...]:
            return entities[end].type.words if isinstance(end, str) else ()

        sources, targets = classes(link.source), classes(link.target)
        for relation in link.relation.words:
            if not sources or not targets or any(known.admits(relation, s, t) for s in sources for t in targets):
                continue
            fitting = [
                r for r in sorted(known.relations) if any(known.admits(r, s, t) for s in sources for t in targets)
            ]
            turned = any(known.admits(relation, t, s) for s in sources for t in targets)
            advice = (
                "exchange source and target" if turned else f"between them go {', '.join(fitting) or 'no relations'}"
            )
            term = known.relation(relation)
            raise self._reader.wrong(
                at["relation"].line,
                f"{relation} goes from {'/'.join(term.domain)} to {'/'.join(term.range)}, "
                f"not from {'/'.join(sources)} to {'/'.join(targets)}",
                advice,
            )
        for name, admitted in {**POINTERS, "document": ("Document",)}.items():
            found = classes(link.document if name == "document" else link.pointers.get(name))
            if found and not any(known.is_a(c, a) for c in found for a in admitted):
                advice = f"{name} takes {' or '.join(admitted)}"
                raise self._reader.wrong(at[name].line, f"{name} is of class {'/'.join(found)}", advice)
