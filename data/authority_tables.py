"""The tables of the authority file while they are built: one row a thing, known by all its names and identifiers."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from ..graph.identity.words import name_key
from ..loaders.cells import slug

_TITLES = {
    "authority-countries": "Authority file: countries and territories",
    "authority-organizations": "Authority file: UN system, intergovernmental organizations, donors and agencies",
    "authority-igo-names": "Authority file: names of intergovernmental organizations",
}
#: Slugs that the facts of the five documents gave before there was an authority file.
_SLUGS = {
    "United Nations Economic Commission for Europe": "unece",
    "Department of Economic and Social Affairs": "un-department-of-economic-and-social-affairs",
    "United Nations Security Council": "un-security-council",
    "Shanghai Cooperation Organisation": "shanghai-cooperation-organization",
    "Organisation for Economic Co-operation and Development": "organisation-for-economic-co-operation-and-development",
}
_LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")


@dataclass(slots=True)
class Row:
    """A thing: its IRI without the common beginning, class, names by language, identifiers and where they are from."""

    iri: str
    kind: str
    names: dict[str, list[str]] = field(default_factory=dict)
    acronyms: dict[str, list[str]] = field(default_factory=dict)
    formers: list[str] = field(default_factory=list)
    former_texts: list[str] = field(default_factory=list)
    ids: set[tuple[str, str]] = field(default_factory=set)
    mentions: list[str] = field(default_factory=list)
    country: str = ""
    from_: str = ""
    to: str = ""

    def name(self, lang: str, text: str) -> None:
        """Add a name; the first of a language is the preferred one."""
        text = " ".join(text.replace("|", " ").split())
        if text and text not in self.names.setdefault(lang, []):
            self.names[lang].append(text)

    def acronym(self, lang: str, text: str) -> None:
        """Add an acronym."""
        text = " ".join(text.replace("|", " ").split())
        if text and text not in self.acronyms.setdefault(lang, []):
            self.acronyms[lang].append(text)

    def former(self, text: str, lang: str, start: str, end: str, *, acronym: bool = False) -> None:
        """Add a name of another time."""
        self.formers.append(f"{'acronym:' if acronym else ''}{text}@{lang}@{start}/{end}")
        if not acronym:
            self.former_texts.append(text)
        for held in (self.acronyms if acronym else self.names).values():
            if text in held[1:]:
                held.remove(text)

    def mention(self, where: str) -> None:
        """Say where in which input the thing stands."""
        if where not in self.mentions:
            self.mentions.append(where)

    def all_names(self) -> list[str]:
        """Return every name, former ones too, without acronyms."""
        return [*(n for held in self.names.values() for n in held), *self.former_texts]

    def is_called(self, text: str) -> bool:
        """Tell whether one of the names, normalized, is the text."""
        return name_key(text) in {name_key(n) for n in self.all_names()}


class Register:
    """The rows of one source, found by IRI, by normalized name and by identifier."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.rows: dict[str, Row] = {}
        self.documents: dict[str, tuple[str, str]] = {}
        self.links: list[tuple[str, str, str, str, str, str]] = []
        self._by_name: dict[str, str] = {}

    def row(self, iri: str, kind: str, mention: str, name: str = "") -> Row:
        """Return the row of an IRI, made where it is new."""
        if not iri:
            iri = f"{'fund' if kind == 'Fund' else 'organization'}/{_SLUGS.get(name) or slug(name)}"
        row = self.rows.setdefault(iri, Row(iri, kind))
        row.mention(mention)
        return row

    def body(self, name: str, kind: str, mention: str) -> Row:
        """Return the row of a body that has the name, made where there is none."""
        known = self.known(name)
        return self.row(known.iri if known else "", kind, mention, name)

    def known(self, name: str) -> Row | None:
        """Return the row of a name."""
        iri = self._by_name.get(name_key(name))
        return self.rows[iri] if iri else None

    def by_id(self, scheme: str, value: str) -> Row | None:
        """Return the row of an identifier."""
        return next((row for row in self.rows.values() if (scheme, value) in row.ids), None)

    def index(self, row: Row) -> None:
        """Let a row be found by its names of now; the first row of a name keeps it."""
        for name in row.all_names():
            self._by_name.setdefault(name_key(name), row.iri)

    def link(self, row: Row, relation: str, target: str, document: str, locator: str, start: str = "") -> None:
        """Add a link."""
        self.links.append((row.iri, relation, target, document, locator, start))

    def document(self, id_: str, title: str, place: str) -> None:
        """Describe an input."""
        self.documents[id_] = (title, place)


def write_source(folder: Path, register: Register, licence: str) -> None:
    """Write a register as a coded table."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "source.csv",
        ("field", "value"),
        [("id", register.source), ("title", _TITLES[register.source]), ("licence", licence), ("version", "1")],
    )
    columns = ["id", "class", "iri"]
    columns += [f"{kind}_{lang}" for kind in ("name", "alt", "acronym") for lang in _LANGUAGES]
    columns += ["former_names", "identifiers", "from", "to", "homepage", "mentions"]
    made = []
    for row in sorted(register.rows.values(), key=lambda r: r.iri):
        cells = {"id": row.iri.partition("/")[2], "class": row.kind, "iri": row.iri, "from": row.from_, "to": row.to}
        for lang in _LANGUAGES:
            names = row.names.get(lang, [])
            cells[f"name_{lang}"], cells[f"alt_{lang}"] = (names[0] if names else ""), " | ".join(names[1:])
            cells[f"acronym_{lang}"] = " | ".join(row.acronyms.get(lang, []))
        cells["former_names"] = " | ".join(row.formers)
        cells["identifiers"] = " | ".join(f"{s}:{v}" for s, v in sorted(row.ids))
        cells["mentions"] = " | ".join(m if "#" in m else f"{m}#{cells['id']}" for m in row.mentions)
        made.append(cells)
    for id_, (title, place) in sorted(register.documents.items()):
        made.append(
            {"id": id_, "class": "Document", "iri": f"document/authority-{id_}", "name_en": title}
            | ({"homepage": f"https://{place}"} if place else {})
        )
    used = [c for c in columns if any(cells.get(c) for cells in made)]
    _write(folder / "entities.csv", used, [[cells.get(c, "") for c in used] for cells in made])
    if register.links:
        head = ("source", "relation", "target", "document", "locator", "from")
        ids = {row.iri: row.iri.partition("/")[2] for row in register.rows.values()}
        _write(folder / "links.csv", head, [(ids[s], r, ids.get(t, t), d, w, f) for s, r, t, d, w, f in register.links])


def _write(path: Path, head: object, rows: object) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(head)  # type: ignore[arg-type]
        out.writerows(rows)  # type: ignore[arg-type]
