"""Build the authority file in ``data/authority`` from the inputs named as arguments; facts only.

    python -m multilateral.data.build_authority --country-codes country-codes.csv --cow-states states2016.csv \
        --iati-codelists FOLDER --un-entities un-entities.csv --ror ror_records.jsonl.gz \
        --supraverden general_list.yaml --cow-igo igo_year_format3.csv.gz -o data/authority

``data/authority/README.md`` says what each input is, its licence, and what is taken from it. The tables in
``data/authority/own`` are coded by hand and are read from the output folder.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ..graph.identity.words import acronym_like, name_key
from ..loaders.registry_cow import state
from .authority_tables import Register, Row, write_source
from .authority_words import write_bodies, write_words

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
_CLASSES = {  # of a CRS category; UN bodies and regional organizations are told apart by the tables of our own
    "21000": "NGO", "22000": "NGO", "23000": "NGO", "30000": "Network", "31000": "Network", "32000": "Network",
    "41100": "UNBody", "41300": "UNBody", "41600": "UNBody", "41400": "Fund", "42000": "RegionalOrganization",
    "43000": "Fund", "44000": "IntergovernmentalOrganization", "46000": "IntergovernmentalOrganization",
    "47000": "IntergovernmentalOrganization", "51000": "AcademicInstitution",
}  # fmt: skip
_MONEY = re.compile(r"\b(Fund|Trust|Facility|Fonds|Initiative)\b")


def main() -> None:
    """Read the inputs and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("country-codes", "cow-states", "iati-codelists", "un-entities", "ror", "supraverden", "cow-igo"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    out: Path = given.output
    own = out / "own"

    countries = Register("authority-countries")
    _countries(countries, given.country_codes, given.cow_states, own)
    write_words(
        out / "words",
        countries,
        list(_pairs(given.iati_codelists, own)),
        rows(own / "peoples.tsv"),
        _old_names(own),
        [(line["fr"], line["en"]) for line in rows(own / "words.tsv")],
    )

    bodies = Register("authority-organizations")
    for table in ("intergovernmental.tsv", "donors.tsv"):
        _own_bodies(bodies, own / table)
    _channels(bodies, given.iati_codelists / "CRSChannelCode.xml")
    _un_entities(bodies, given.un_entities)
    _own_names(bodies, own / "names.tsv")
    _cow(bodies, given.cow_igo)
    _ror(bodies, given.ror)
    _successions(bodies, own / "successions.tsv")

    families = Register("authority-igo-names")
    _supraverden(families, bodies, given.supraverden)
    _cow(families, given.cow_igo, besides=bodies)

    write_bodies(out / "words", [bodies])  # not the names under CC-BY-SA, so that the words are under one licence
    for folder, register, about in (
        ("countries", countries, "PDDL-1.0"),
        ("organizations", bodies, "CC-BY-4.0"),
        ("igo-names", families, "CC-BY-SA-4.0"),
    ):
        write_source(out / folder, register, about)


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table with tabs."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def _parts(text: str | None) -> list[str]:
    return [p.strip() for p in (text or "").split(" | ") if p.strip()]


# --- countries -----------------------------------------------------------------------------------------------


def _countries(register: Register, codes: Path, cow: Path, own: Path) -> None:
    with codes.open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.DictReader(stream))
    numbers = defaultdict(list)
    with cow.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            found = state(line["ccode"])
            if found is not None and found.alpha2 and found.number not in ("260",):
                numbers[found.alpha2].append(found.number)
    for line in table:
        code = line["ISO3166-1-Alpha-2"].strip()
        if not code or not line["M49"].strip():
            continue
        row = register.row(f"country/{code}", "Country", f"m49#{code}")
        row.ids |= {("ISO3166", code), ("ISO3166Alpha3", line["ISO3166-1-Alpha-3"]), ("M49", line["M49"].zfill(3))}
        if wikidata := line["wikidata_id"].rpartition("/")[2].strip():
            row.ids.add(("Wikidata", wikidata))
        for number in numbers.get(code, []):
            row.ids.add(("COW", number))
            row.mention(f"cow-states#{number}")
        unterm = {"en": "English", "fr": "French", "es": "Spanish", "ar": "Arabic", "ru": "Russian", "zh": "Chinese"}
        for lang in _LANGUAGES:
            official = line["official_name_" + ("cn" if lang == "zh" else lang)]
            row.name(lang, official)
            for form in ("Short", "Formal"):
                row.name(lang, _without_article(line[f"UNTERM {unterm[lang]} {form}"]))
        cldr = line["CLDR display name"]
        row.acronym("en", cldr) if cldr.isupper() else row.name("en", cldr)
    for line in rows(own / "short_names.tsv"):
        register.row(f"country/{line['iso']}", "Country", "own-countries").name(line["lang"], line["name"])
    for line in rows(own / "countries.tsv"):
        register.row(f"country/{line['iso']}", "Country", "own-countries").former(
            line["name"], line["lang"], line["from"], line["to"]
        )
    register.document("m49", "Country codes with the names of UNSD M49 and UNTERM", "github.com/datasets/country-codes")
    register.document("cow-states", "Correlates of War: state system membership, version 2016", "correlatesofwar.org")
    register.document("own-countries", "Short and former names of countries, coded by hand", "")


def _without_article(text: str) -> str:
    """Return a name of UNTERM without its article: "Comores (les)", "the Republic of Chad"."""
    text = re.sub(r"\s*\((?:the|l[ae']?s?|el|los|las)\)\s*\*?$", "", text.replace("’", "'").strip(" *"))
    return re.sub(r"^(?:the |la |le |les |l'|el |los |las )", "", text).strip()


def _old_names(own: Path) -> list[tuple[str, str]]:
    return [(line["iso"], line["name"]) for line in rows(own / "countries.tsv")]


# --- organizations -------------------------------------------------------------------------------------------


def _own_bodies(register: Register, path: Path) -> None:
    for number, line in enumerate(rows(path), 2):
        row = register.body(line["name_en"], line["class"], f"own-{path.stem}#{number}")
        row.country = row.country or line["country"]
        row.from_, row.to = row.from_ or line["from"], row.to or line["to"]
        for lang in ("en", "fr"):
            for text in [line[f"name_{lang}"], *_parts(line[f"alt_{lang}"])]:
                row.name(lang, text)
            for text in _parts(line[f"acronym_{lang}"]):
                row.acronym(lang, text)
        for item in _parts(line["identifiers"]):
            scheme, _, value = item.partition(":")
            row.ids.add((scheme, value))
            if found := re.fullmatch(r"XM-DAC-(\d{5})", value):
                row.ids.add(("OECDDAC", found[1]))
        register.index(row)
    register.document(f"own-{path.stem}", f"Names and codes of organizations ({path.stem}), coded by hand", "")


def _narratives(item: ElementTree.Element) -> dict[str, str]:
    found = {}
    for text in item.iterfind("name/narrative"):
        if text.text:
            found[text.get(_XML_LANG, "en")] = " ".join(text.text.split())
    return found


def _channels(register: Register, path: Path) -> None:
    for item in ElementTree.parse(path).iter("codelist-item"):  # noqa: S314 - an input that the maintainer names
        code, category = item.findtext("code") or "", item.findtext("category") or ""
        names = _narratives(item)
        kind = _CLASSES.get(category)
        english = re.sub(r"\s*[(\[][^)\]]*[a-z][^)\]]*[)\]]\s*", " ", names.get("en", "")).strip()
        if kind is None or not english or len(english) > 110 or code.endswith("000") or code in ("42001", "41310"):
            continue
        if kind == "IntergovernmentalOrganization" and _MONEY.search(english) and category in ("44000", "46000"):
            kind = "Fund"
        row = register.by_id("OECDDAC", code)
        if row is None:
            row = register.body(english, kind, f"iati-channels#{code}")
            row.name("en", english)
        row.ids |= {("OECDDAC", code), ("IATI", f"XM-DAC-{code}")}
        row.mention(f"iati-channels#{code}")
        exact = names["en"] == english and " - " not in english
        if exact and row.is_called(english):
            row.name("en", english)
        french = names.get("fr", "")
        if exact and french and french != english and not re.search(r"[(\[]", french):
            row.name("fr", french)
        register.index(row)
    register.document("iati-channels", "IATI code list CRSChannelCode", "github.com/IATI/IATI-Codelists-NonEmbedded")


def _un_entities(register: Register, path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for line in csv.DictReader(stream):
            name, acronym = line["entity_long"].strip(), line["entity"].strip()
            if len(name) > 110:
                continue
            related = line["system_grouping"] == "Related Organizations"
            kind = "IntergovernmentalOrganization" if related else "UNBody"
            row = register.body(name, kind, f"un-entities#{acronym}")
            row.name("en", name)
            if acronym_like(acronym):
                row.acronym("en", acronym)
            register.index(row)
    register.document("un-entities", "United Nations system entities", "github.com/united-nations/logos")


def _own_names(register: Register, path: Path) -> None:
    for number, line in enumerate(rows(path), 2):
        row = register.known(line["of"])
        if row is None:
            raise SystemExit(f"{path.name}, row {number}: {line['of']!r} is in no table")
        row.former(line["name"], line["lang"], line["from"], line["to"], acronym=line["kind"] == "acronym")
        row.mention(f"own-names#{number}")
        register.index(row)
    register.document("own-names", "Renamings of organizations, coded by hand", "")


def _successions(register: Register, path: Path) -> None:
    for number, line in enumerate(rows(path), 2):
        ends = [register.known(line[end]) for end in ("later", "earlier")]
        if ends[0] is None or ends[1] is None:
            raise SystemExit(f"{path.name}, row {number}: one of the two is in no table")
        register.link(ends[0], "supersedes", ends[1].iri, "own-successions", str(number), line["year"])
    register.document("own-successions", "Successions of organizations, coded by hand", "")
    for row in list(register.rows.values()):
        if row.country:
            relation = "partOf" if row.kind == "GovernmentBody" else "locatedIn"
            document, _, locator = row.mentions[0].partition("#")
            register.link(row, relation, f"country/{row.country}", document, locator)


def _cow(register: Register, path: Path, besides: Register | None = None) -> None:
    """Give COW numbers to the bodies that have a name of the data set, unless ``besides`` has given it already."""
    last: dict[str, dict[str, str]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            last[line["ionum"]] = line
    for line in last.values():
        number = line["ionum"].removesuffix(".0")
        names = [n.strip() for n in re.sub(r"\([^)]*\)", " ", line["longorgname"]).split("/") if n.strip()]
        row = next((r for n in names if (r := register.known(n)) is not None), None)
        if row is None:
            continue
        if besides is not None and besides.by_id("COW", number):
            continue
        row.ids.add(("COW", number))
        row.mention(f"cow-igo#{number}")
        if not row.from_:
            row.from_ = line["sdate"].removesuffix(".0")
    register.document("cow-igo", "Correlates of War: intergovernmental organizations, version 3", "correlatesofwar.org")


def _ror(register: Register, path: Path) -> None:
    """Take from ROR the identifiers and the names in other languages of bodies that stand in another input."""
    chosen: dict[str, tuple[tuple[int, int], Row, dict[str, Any]]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for text in stream:
            record = json.loads(text)
            if record.get("status") == "withdrawn":
                continue
            names = {n for n, _, kind in _ror_names(record) if kind != "acronym"}
            row = register.known(next(_ror_names(record))[0])  # an alias alone is too little
            if row is None or (row.country and row.country not in _ror_countries(record)):
                continue
            children = sum(r["type"].lower() == "child" for r in record.get("relationships") or [])
            fit = (len({name_key(n) for n in names} & {name_key(n) for n in row.all_names()}), children)
            if row.iri not in chosen or fit > chosen[row.iri][0]:
                chosen[row.iri] = (fit, row, record)
    for _, row, record in chosen.values():
        ror = record["id"].rpartition("/")[2]
        row.ids.add(("ROR", ror))
        row.mention(f"ror#{ror}")
        for wikidata in _ror_wikidata(record):
            if not any(s == "Wikidata" for s, _ in row.ids):
                row.ids.add(("Wikidata", wikidata))
        for name, lang, kind in _ror_names(record):
            if lang in _LANGUAGES and kind == "label":
                row.name(lang, name)
        register.index(row)
    register.document("ror", "Research Organization Registry", "ror.org")


def _ror_names(record: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield names with language and kind, the displayed one first."""
    if "names" in record:
        for item in sorted(record["names"], key=lambda n: "ror_display" not in n["types"]):
            kind = "acronym" if item["types"] == ["acronym"] else "label" if "label" in item["types"] else "alias"
            yield item["value"], item.get("lang") or "", kind
        return
    yield record["name"], "", "label"
    for item in record.get("labels", []):
        yield item["label"], item.get("iso639") or "", "label"
    for name in record.get("aliases", []):
        yield name, "", "alias"


def _ror_countries(record: dict[str, Any]) -> set[str]:
    if "locations" in record:
        return {x["geonames_details"]["country_code"] for x in record["locations"]}
    return {(record.get("country") or {}).get("country_code", "")}


def _ror_wikidata(record: dict[str, Any]) -> list[str]:
    ids = record.get("external_ids") or {}
    if isinstance(ids, list):
        return [x.get("preferred") or x["all"][0] for x in ids if x["type"] == "wikidata"][:1]
    found = ids.get("Wikidata") or {}
    return [found.get("preferred") or found["all"][0]] if found.get("all") else []


def _supraverden(register: Register, bodies: Register, path: Path) -> None:
    """Take names, acronyms, years and Wikidata items of intergovernmental organizations; a folder of its own."""
    import yaml

    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    items = Counter(str(line.get("Wikidata_code")) for line in table.values())
    for name, line in table.items():
        wikidata = str(line.get("Wikidata_code") or "")
        if items[wikidata] > 1 or not re.fullmatch(r"Q\d+", wikidata):
            wikidata = ""  # two bodies with one item: one of them is wrong
        others = [name, line.get("Name_fr") or "", *(line.get(f"Name_other_{n}en") or "" for n in ("", "2_"))]
        known = next((row for text in others if text and (row := bodies.known(text))), None)
        if known is None and wikidata and bodies.by_id("Wikidata", wikidata):
            wikidata = ""  # the item of a body that has none of these names
        family = line.get("Org_family") or ""
        regional = "EU inst" in family or "African Union" in family
        kind = known.kind if known else "RegionalOrganization" if regional else "IntergovernmentalOrganization"
        row = register.row(known.iri if known else "", kind, f"supraverden#{line['SPRVD_id']}", name)
        texts = {lang: [line.get(f"Name_{lang}")] for lang in _LANGUAGES}
        texts["en"] += [line.get(f"Name_other_{n}en") for n in ("", "1_", "2_", "3_", "4_")]
        for lang, found in texts.items():
            for text in found:
                row.name(lang, (text or "").strip())
        for lang in ("en", "fr", "es"):
            if (text := line.get(f"Abbreviation_{lang}")) and acronym_like(str(text)):
                row.acronym(lang, str(text))
        if former := line.get("Name_former_en"):
            row.name("en", former)
        if wikidata:
            row.ids.add(("Wikidata", wikidata))
        if (year := line.get("Year_established")) and not (known and known.from_):
            row.from_ = str(year) if re.fullmatch(r"\d{4}", str(year)) else ""
        register.index(row)
    register.document(
        "supraverden", "SupraVerden: list of international organisations", "github.com/confirmordeny/supraverden"
    )


def _pairs(codelists: Path, own: Path) -> Iterable[tuple[str, str]]:
    """Yield texts in English and French that say the same, for the dictionary of common words."""
    for path in sorted(codelists.glob("*.xml")):
        for item in ElementTree.parse(path).iter("codelist-item"):  # noqa: S314 - an input that the maintainer names
            for place in ("name", "description"):
                said = {n.get(_XML_LANG, "en"): n.text or "" for n in item.iterfind(f"{place}/narrative")}
                if said.get("en") and said.get("fr") and said["en"] != said["fr"]:
                    yield said["en"], said["fr"]
    for table in ("intergovernmental.tsv", "donors.tsv"):
        for line in rows(own / table):
            if line["name_en"] != line["name_fr"]:
                yield line["name_en"], line["name_fr"]


if __name__ == "__main__":
    main()
