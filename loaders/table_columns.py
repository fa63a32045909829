"""The columns of a coded table: their names in English and French, and what stands in them.

This is the one description of the format: the loader reads headers by it, the template and the manual
(``docs/tables.md``) are written from it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from .problems import nearest

SheetName: TypeAlias = Literal["source", "entities", "links"]

#: The names under which a sheet or a CSV file is known.
SHEETS: Final[dict[str, SheetName]] = {
    "source": "source",
    "entities": "entities",
    "entites": "entities",
    "links": "links",
    "liens": "links",
}

#: The columns that carry a language in their name: ``name_en``, ``alt_fr``, ``acronym_es``.
NAME_COLUMNS: Final = ("name", "alt", "acronym")

_NAME_WORDS: Final = {
    "name": "name", "nom": "name", "alt": "alt", "autre_nom": "alt", "autres_noms": "alt", "acronym": "acronym",
    "sigle": "acronym",
}  # fmt: skip
_NAME_HEADER = re.compile(
    rf"({'|'.join(sorted(_NAME_WORDS, key=len, reverse=True))})(?:_([a-z]{{2,3}}(?:_[a-z0-9]{{2,8}})*))?"
)

#: A BCP 47 tag in its usual letters: language, script, region, variants.
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*")

# Headers that people write for something else than the column they resemble least.
_CONFUSED: Final = {
    "date": "from", "year": "from", "annee": "from", "start": "from", "end": "to", "subject": "source",
    "predicate": "relation", "object": "target", "value": "amount", "country": "source",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet, or one field of the sheet ``source``."""

    sheet: SheetName
    name: str
    english: str
    french: str
    required: bool = False
    also: tuple[str, ...] = ()


def _columns(sheet: SheetName, *rows: tuple[str, str, str, str]) -> tuple[Column, ...]:
    """Read rows of (name, synonyms, English, French); a name that ends in ``*`` is required."""
    return tuple(
        Column(sheet, name.rstrip("*"), english, french, name.endswith("*"), tuple(also.split()))
        for name, also, english, french in rows
    )


COLUMNS: Final[tuple[Column, ...]] = (
    *_columns(
        "source",
        (
            "id",
            "identifiant",
            "Name of the source in the store: small letters, digits and hyphens. Default: the file name.",
            "Nom de la source dans la base : minuscules, chiffres et tirets. Par défaut : le nom du fichier.",
        ),
        ("title", "titre", "Title that readers see.", "Titre montré aux lecteurs."),
        ("licence", "license", "Licence of the data.", "Licence des données."),
        ("version", "", "Version of the table.", "Version du tableau."),
        ("issued", "publie date_publication", "Date of this version.", "Date de cette version."),
        ("url", "adresse", "Web address of the source.", "Adresse web de la source."),
    ),
    *_columns(
        "entities",
        (
            "id*",
            "identifiant",
            "Your own id of the thing, unique in the sheet; the sheet `links` points at it. No `|` and no `#`.",
            "Votre identifiant de la chose, unique dans la feuille ; la feuille `links` s'y réfère. Ni `|` ni `#`.",
        ),
        (
            "class*",
            "type classe",
            "Class of the ontology, the most precise that fits: `UNBody`, `Country`, `Document` …",
            "Classe de l'ontologie, la plus précise possible : `UNBody`, `Country`, `Document` …",
        ),
        (
            "iri",
            "",
            "Address of the thing where it already has one: a full IRI, or `kind/slug` such as `country/UZ`. "
            "Default: made of the source and the id.",
            "Adresse de la chose si elle en a déjà une : IRI complet, ou `sorte/nom` comme `country/UZ`. "
            "Par défaut : faite de la source et de l'identifiant.",
        ),
        (
            "name",
            "nom",
            "Name; `name_en`, `name_fr`, `name_<language>` say in which language. At least one name, alternative "
            "name or acronym is needed.",
            "Nom ; `name_en`, `name_fr`, `name_<langue>` (ou `nom_fr`) en disent la langue. "
            "Il faut au moins un nom, un autre nom ou un sigle.",
        ),
        (
            "alt",
            "autre_nom autres_noms",
            "Other names, several joined by ` | `; with a language: `alt_fr`.",
            "Autres noms, séparés par ` | ` ; avec une langue : `alt_fr`.",
        ),
        (
            "acronym",
            "sigle",
            "Acronyms, several joined by ` | `; with a language: `acronym_fr`.",
            "Sigles, séparés par ` | ` ; avec une langue : `acronym_fr`.",
        ),
        (
            "identifiers",
            "identifiants",
            "Identifiers elsewhere, `scheme:value | scheme:value`: `ISO3166:UZ | M49:860`.",
            "Identifiants ailleurs, `système:valeur | système:valeur` : `ISO3166:UZ | M49:860`.",
        ),
        (
            "collective",
            "collectif",
            '`yes` for a group that is named but not listed ("developing countries").',
            "`yes` (ou `oui`) pour un groupe nommé mais non énuméré (« pays en développement »).",
        ),
        ("description", "", "What it is, in a sentence.", "Ce que c'est, en une phrase."),
        (
            "from",
            "debut",
            "First day, month or year of the thing itself: `2012`, `2012-04`, `2012-04-25`.",
            "Premier jour, mois ou an de la chose elle-même : `2012`, `2012-04`, `2012-04-25`.",
        ),
        (
            "to",
            "fin",
            "Last day, month or year of the thing itself.",
            "Dernier jour, mois ou an de la chose elle-même.",
        ),
        (
            "status",
            "statut",
            "`completed`, `ongoing`, `planned` or `proposed`.",
            "`completed`, `ongoing`, `planned` ou `proposed`.",
        ),
        ("homepage", "site", "Web address of its own page.", "Adresse web de sa propre page."),
        (
            "issued",
            "publie date_publication",
            "Documents only: date of publication.",
            "Documents seulement : date de publication.",
        ),
        (
            "language",
            "langue",
            "Documents only: language, as `en`, `fr`.",
            "Documents seulement : langue, comme `en`, `fr`.",
        ),
        (
            "body",
            "organe",
            "Documents only: id of the organization that published it.",
            "Documents seulement : identifiant de l'organisation qui l'a publié.",
        ),
        (
            "former_names",
            "anciens_noms",
            "Names of another time, `name@language@from/to`, several joined by ` | `; `acronym:` before "
            "an acronym: `acronym:OIE@fr@1924/2022`. Language and either date may be left empty.",
            "Noms d'une autre époque, `nom@langue@début/fin`, séparés par ` | ` ; `acronym:` devant un sigle : "
            "`acronym:OIE@fr@1924/2022`. La langue et chacune des dates peuvent rester vides.",
        ),
        (
            "mentions",
            "",
            "Where it is named, `document#locator`, several joined by ` | `.",
            "Où elle est nommée, `document#repère`, séparés par ` | `.",
        ),
    ),
    *_columns(
        "links",
        (
            "id",
            "identifiant",
            "Your own id of the link, unique in the sheet. Without it the link is known by its source, relation, "
            "target, document, locator and at_event.",
            "Votre identifiant du lien, unique dans la feuille. Sinon le lien est reconnu à ses colonnes source, "
            "relation, target, document, locator et at_event.",
        ),
        ("source*", "de", "The thing that the link starts from.", "La chose d'où part le lien."),
        (
            "relation*",
            "",
            "Relation of the ontology: `funds`, `memberOf`, `organizes` …",
            "Relation de l'ontologie : `funds`, `memberOf`, `organizes` …",
        ),
        ("target*", "cible vers", "The thing that the link goes to.", "La chose où va le lien."),
        (
            "document*",
            "",
            "The document that says so; several joined by ` | `, each with its locator.",
            "Le document qui le dit ; plusieurs séparés par ` | `, chacun avec son repère.",
        ),
        (
            "locator*",
            "paragraph paragraphe repere",
            "The place in the document, as the document counts: `5(d)`, `Table 2, row 4`.",
            "L'endroit du document, tel qu'il se numérote : `5(d)`, `Tableau 2, ligne 4`.",
        ),
        (
            "from",
            "debut",
            "First day, month or year: `2012`, `2012-04`, `2012-04-25`.",
            "Premier jour, mois ou an : `2012`, `2012-04`, `2012-04-25`.",
        ),
        ("to", "fin", "Last day, month or year. Empty means not said.", "Dernier jour, mois ou an. Vide : non dit."),
        (
            "date_note",
            "note_date",
            'The date as worded, where it is none ("in due course").',
            "La date telle qu'elle est dite, si ce n'en est pas une (« en temps utile »).",
        ),
        ("role", "", "Role in the words of the document.", "Rôle selon les mots du document."),
        (
            "status",
            "statut",
            "`completed`, `ongoing`, `planned` or `proposed`.",
            "`completed`, `ongoing`, `planned` ou `proposed`.",
        ),
        (
            "amount",
            "montant",
            "Amount of money, digits and a point: `1000.50`. Needs a currency.",
            "Somme, en chiffres avec un point : `1000.50`. Demande une devise.",
        ),
        (
            "currency",
            "devise",
            "Currency of the amount, ISO 4217: `USD`, `EUR`, `CHF`.",
            "Devise de la somme, ISO 4217 : `USD`, `EUR`, `CHF`.",
        ),
        (
            "amount_usd",
            "montant_usd",
            "The amount in US dollars, where the document gives it.",
            "La somme en dollars des États-Unis, si le document la donne.",
        ),
        ("count", "nombre", "A number of things, with its unit.", "Un nombre de choses, avec son unité."),
        ("unit", "unite", "What is counted: `experts`, `countries`.", "Ce qui est compté : `experts`, `countries`."),
        ("share", "part", "Percentage, 0 to 100.", "Pourcentage, de 0 à 100."),
        ("outcome", "resultat", "What came of it.", "Ce qu'il en est résulté."),
        ("frequency", "frequence", "How often.", "À quelle fréquence."),
        ("under_agreement", "accord", "The agreement under which.", "L'accord en vertu duquel."),
        ("through_fund", "fonds", "The fund through which.", "Le fonds par lequel."),
        ("at_event", "evenement", "The event at which.", "L'événement lors duquel."),
        ("in_programme", "programme", "The programme in which.", "Le programme dans lequel."),
        ("in_place", "lieu", "The place or country in which.", "Le lieu ou le pays où."),
        ("on_topic", "theme", "The topic or sector for which.", "Le thème ou le secteur dont cela relève."),
        ("via_document", "", "The document by which it was done.", "Le document par lequel cela s'est fait."),
        (
            "certainty",
            "certitude",
            "`explicit` (default), `implied` or `extracted`.",
            "`explicit` (par défaut), `implied` ou `extracted`.",
        ),
        ("quote", "citation", "The words of the document.", "Les mots du document."),
        (
            "discussed_in",
            "traite_dans",
            "Where more is said, `document#locator` or `document`, several joined by ` | `.",
            "Où il en est dit plus, `document#repère` ou `document`, séparés par ` | `.",
        ),
        (
            "source_type",
            "type_source classe_source",
            "Tables without a sheet `entities`: class of the source, whose cell is then its name.",
            "Tableaux sans feuille `entities` : classe de la source, dont la cellule est alors le nom.",
        ),
        (
            "target_type",
            "type_cible classe_cible",
            "Tables without a sheet `entities`: class of the target, whose cell is then its name.",
            "Tableaux sans feuille `entities` : classe de la cible, dont la cellule est alors le nom.",
        ),
    ),
)


def columns(sheet: SheetName) -> tuple[Column, ...]:
    """Return the columns of a sheet in their order."""
    return tuple(column for column in COLUMNS if column.sheet == sheet)


_NAMES: Final[dict[str, dict[str, str]]] = {
    sheet: {word: column.name for column in COLUMNS if column.sheet == sheet for word in (column.name, *column.also)}
    for sheet in ("source", "entities", "links")
}


def plain(header: str) -> str:
    """Return a header as it is compared: small letters without accents, underscores, no mark of being required.

    >>> plain(" Début "), plain("Name-FR"), plain("source *")
    ('debut', 'name_fr', 'source')
    """
    bare = unicodedata.normalize("NFKD", header.strip().strip("*").strip().casefold())
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return re.sub(r"[\s_-]+", "_", bare)


def key_of(header: str, sheet: SheetName) -> str | None:
    """Return the column that a header names, or None if it is not known.

    A column with a language is written ``name@fr``.

    >>> key_of("Cible", "links"), key_of("nom_fr", "entities"), key_of("alt_zh_hant", "entities"), key_of("x", "links")
    ('target', 'name@fr', 'alt@zh-Hant', None)
    """
    word = plain(header)
    if sheet == "entities" and (match := _NAME_HEADER.fullmatch(word)):
        tag = language_tag(match[2] or "")
        return f"{_NAME_WORDS[match[1]]}@{tag}" if not tag or LANGUAGE.fullmatch(tag) else None
    return _NAMES[sheet].get(word)


def near_miss(header: str, sheet: SheetName, *, cutoff: float = 0.84) -> str | None:
    """Return the column that the writer of an unknown header probably meant, or None.

    >>> near_miss("relations", "links"), near_miss("my remarks", "links")
    ('relation', None)
    """
    word = plain(header)
    if (meant := _CONFUSED.get(word)) in _NAMES[sheet].values():
        return meant
    known = [
        *_NAMES[sheet],
        *(f"{name}_{lang}" for name in NAME_COLUMNS for lang in ("en", "fr") if sheet == "entities"),
    ]
    found = nearest(word, known, cutoff=cutoff)
    return _NAMES[sheet].get(found[0], found[0]) if found else None


def language_tag(tag: str) -> str:
    """Return a BCP 47 tag in its usual letters.

    >>> language_tag("ZH_hant"), language_tag("pt-br")
    ('zh-Hant', 'pt-BR')
    """
    first, *rest = tag.replace("_", "-").lower().split("-")
    return "-".join(
        [first, *(p.title() if len(p) == 4 and p.isalpha() else p.upper() if len(p) == 2 else p for p in rest)]
    )


def markdown(sheet: SheetName) -> str:
    """Return the columns of a sheet as a Markdown table, for the manual."""
    rows = ["| column | also written | what stands in it | ce qui s'y trouve |", "| --- | --- | --- | --- |"]
    for column in columns(sheet):
        name = f"**`{column.name}`** (required)" if column.required else f"`{column.name}`"
        texts = (text.replace("|", "\\|") for text in (column.english, column.french))
        rows.append(f"| {name} | {' '.join(f'`{word}`' for word in column.also)} | {' | '.join(texts)} |")
    return "\n".join(rows)


def with_columns(manual: str) -> str:
    """Return the text of the manual with its column tables as they are now.

    A table stands between ``<!-- columns: links -->`` and ``<!-- end -->``.
    """
    sheets: tuple[SheetName, ...] = ("source", "entities", "links")
    for sheet in sheets:
        block = f"<!-- columns: {sheet} -->\n{markdown(sheet)}\n<!-- end -->"
        start, _, rest = manual.partition(f"<!-- columns: {sheet} -->")
        manual = f"{start}{block}{rest.partition('<!-- end -->')[2]}" if rest else manual
    return manual
