"""The coded facts of the five documents that ship in ``data/five_documents``: complete, consistent, and in own words.

The tables stand alone: most tests read nothing else. Three groups of tests compare them with the material
they were coded from (the coding sheets, the documents' texts, the registries that confirm English names). That
material is not part of the repository; where it does not lie beside it, those tests are skipped and say so, and
the digests below still prove that no fact was lost or changed.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import json
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "data" / "five_documents"
SHARED = ROOT.parent / "shared"
CODED, SEEDS, REGISTRIES = SHARED / "gold", SHARED / "seeds", SHARED / "data"

FOLDERS = {
    "unece-ceci-2007": "000",
    "wipo-cdip-24": "001",
    "wipo-conference-2009": "002",
    "apctt-gc-20": "003",
    "bwc-meeting-of-experts-2012": "004",
}
# The third document is itself an entity of its own text, under its symbol; it has no second row.
DOCUMENT = {"000": "doc-000", "001": "doc-001", "002": "doc-002", "003": "apctt-gc20-4", "004": "doc-004"}
LINKS = {"000": 274, "001": 267, "002": 197, "003": 370, "004": 222}
# SHA-256 over the sorted lines "id|source|relation|target|document|locator|certainty" of each folder's links
DIGESTS = {
    "000": "f76a0446770e74145f0eb39b96620d686d32f4d62bf5bfe1cd2ff9fc6d8fbd54",
    "001": "6c5a7e6931f4ba448b06137420f8c7870343c1e50d19f6eb4084c9008947a2ec",
    "002": "745b197c53bfd6460aceae26ab0f19ebabd742c6da13bc42267fa38ff084cdc9",
    "003": "33e3f894238113d4733d916dc74099603c14870edabc95d10911493c73cc0561",
    "004": "704fab7bea24d11a1cba24f2161797bd312be45298286471fb5d23318955ddd9",
}
POINTERS = ("source", "target", "document", "through_fund", "at_event", "in_programme", "in_place", "via_document")
NAMES = ("name_fr", "name_en", "name_de", "alt_fr", "alt_en", "acronym_fr", "acronym_en", "acronym_de", "acronym")
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
STATUSES = {"", "completed", "ongoing", "planned", "proposed"}
KINDS = {
    "Topic": "topic", "Event": "event", "Programme": "programme", "Project": "programme", "Document": "document",
    "Place": "place", "Agreement": "agreement", "Platform": "platform", "Person": "person", "Fund": "fund",
    "Award": "award",
}  # fmt: skip
DURATIONS = {"P6M": "six months", "P2Y": "two years", "P1W": "within one week of receipt"}
# Their date is that of the programme adopted, not of its adoption: the date stands in date_note.
DATE_OF_TARGET = {783, 1109}

needs_coding = pytest.mark.skipif(
    not CODED.is_dir(), reason=f"the coding sheets are not at {CODED}: compared by digest only"
)
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason=f"the texts of the documents are not at {SEEDS}")
needs_registries = pytest.mark.skipif(
    not REGISTRIES.is_dir(), reason=f"the registries that confirm English names are not at {REGISTRIES}"
)


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of one CSV file; a row with too few or too many cells is an error."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    for number, row in enumerate(rows, 2):
        assert None not in row and None not in row.values(), f"{path}:{number}: another number of cells"
    return rows


@cache
def links(folder: str) -> list[dict[str, str]]:
    """Return the links of one folder."""
    return read(TABLES / folder / "links.csv")


@cache
def entities(folder: str) -> dict[str, dict[str, str]]:
    """Return the entities of one folder by id."""
    rows = read(TABLES / folder / "entities.csv")
    assert len({row["id"] for row in rows}) == len(rows), f"an id stands twice in {folder}"
    return {row["id"]: row for row in rows}


@cache
def all_entities() -> dict[str, dict[str, str]]:
    """Return one row of each entity, whichever folder it stands in."""
    return {key: row for folder in FOLDERS for key, row in entities(folder).items()}


def several(cell: str) -> list[str]:
    """Split a cell that may hold several values."""
    return [part for part in cell.split(" | ") if part]


@cache
def coded(name: str) -> list[dict[str, Any]]:
    """Return the records of one coding sheet."""
    return [json.loads(line) for line in (CODED / name).read_text(encoding="utf-8").splitlines()]


def words(text: str) -> list[str]:
    """Return the words of a text without case, punctuation and accents."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("\ufffd", "'"))
    return re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))


# ------------------------------------------------------------------ the tables by themselves


def test_there_are_exactly_five_folders_of_three_tables() -> None:
    found = sorted(str(path.relative_to(TABLES)) for path in TABLES.glob("*/*"))
    assert found == sorted(f"{f}/{t}.csv" for f in FOLDERS for t in ("entities", "links", "source"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_source_describes_itself(folder: str) -> None:
    source = {row["field"]: row["value"] for row in read(TABLES / folder / "source.csv")}
    assert source["id"] == folder
    assert source["title"] and source["licence"] and source["version"]


@pytest.mark.parametrize(("folder", "doc"), FOLDERS.items())
def test_no_fact_is_lost_or_changed(folder: str, doc: str) -> None:
    keys = ("id", "source", "relation", "target", "document", "locator", "certainty")
    facts = sorted("|".join(row[key] for key in keys) for row in links(folder))
    assert len(facts) == LINKS[doc]
    assert hashlib.sha256("\n".join(facts).encode()).hexdigest() == DIGESTS[doc]


def test_link_ids_are_unique_over_all_folders() -> None:
    ids = Counter(row["id"] for folder in FOLDERS for row in links(folder))
    assert len(ids) == sum(LINKS.values()) == 1330
    assert max(ids.values()) == 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_pointer_meets_a_row_of_the_same_folder(folder: str) -> None:
    rows = entities(folder)
    for link in links(folder):
        for column in POINTERS:
            assert not link[column] or link[column] in rows, (link["id"], column, link[column])
        for reference in several(link["discussed_in"]):
            document, _, locator = reference.partition("#")
            assert rows[document]["class"] == "Document" and locator, (link["id"], reference)
    for row in rows.values():
        assert not row["body"] or row["body"] in rows, (row["id"], row["body"])


@pytest.mark.parametrize("folder", FOLDERS)
def test_qualifying_columns_hold_things_of_the_right_class(folder: str) -> None:
    allowed = {
        "document": {"Document"}, "through_fund": {"Fund"}, "at_event": {"Event"}, "via_document": {"Document"},
        "in_programme": {"Programme", "Project"}, "in_place": {"Place", "Country"},
    }  # fmt: skip
    for link in links(folder):
        for column, classes in allowed.items():
            if link[column]:
                assert entities(folder)[link[column]]["class"] in classes, (link["id"], column)


@pytest.mark.parametrize(("folder", "doc"), FOLDERS.items())
def test_evidence_is_the_document_of_the_folder(folder: str, doc: str) -> None:
    for link in links(folder):
        assert link["document"] == DOCUMENT[doc] and link["locator"], link["id"]
        assert link["certainty"] in {"explicit", "implied"}
    for row in entities(folder).values():
        for mention in several(row["mentions"]):
            document, _, locator = mention.partition("#")
            assert document == DOCUMENT[doc] and locator, (row["id"], mention)


@pytest.mark.parametrize("folder", FOLDERS)
def test_cells_are_well_formed(folder: str) -> None:
    for link in links(folder):
        assert link["status"] in STATUSES, link["id"]
        for column in ("from", "to"):
            assert not link[column] or DATE.fullmatch(link[column]), (link["id"], link[column])
        assert not (link["from"] and link["to"]) or link["from"] <= link["to"], link["id"]
        assert bool(link["amount"]) == bool(link["currency"]), link["id"]
        assert bool(link["count"]) == bool(link["unit"]), link["id"]
        for column in ("amount", "count", "share"):
            assert not link[column] or float(link[column]) > 0, (link["id"], column)
    for row in entities(folder).values():
        assert row["status"] in STATUSES and row["collective"] in {"", "yes"}, row["id"]
        for column in ("from", "to"):
            assert not row[column] or DATE.fullmatch(row[column]), (row["id"], row[column])
        assert any(row[column] for column in ("name_fr", "name_en")), row["id"]
        for column, value in row.items():
            assert value == value.strip() and "|" not in value.replace(" | ", ""), (row["id"], column)


def test_an_entity_is_the_same_in_every_folder() -> None:
    for folder in FOLDERS:
        for key, row in entities(folder).items():
            other = all_entities()[key]
            for column in row.keys() | other.keys():
                assert column == "mentions" or row[column] == other[column], (folder, key, column)


def test_iris_are_unique_and_of_the_kind_of_their_class() -> None:
    iris = Counter(row["iri"] for row in all_entities().values())
    assert max(iris.values()) == 1
    for row in all_entities().values():
        kind, _, slug = row["iri"].partition("/")
        if row["class"] == "Country":
            expected = "country-group" if row["collective"] else "country"
        else:
            expected = KINDS.get(row["class"], "organization")
        assert kind == expected, row["iri"]
        assert re.fullmatch(r"[A-Z]{2}" if kind == "country" else r"[a-z0-9]+(-[a-z0-9]+)*", slug), row["iri"]
        if kind == "country":
            assert f"ISO3166:{slug}" in several(row["identifiers"]), row["iri"]


def test_preferred_names_and_identifiers_tell_things_apart() -> None:
    rows = all_entities().values()
    for column in ("name_fr", "name_en"):
        # a topic may share its name with the programme or the country group of that name
        seen = Counter((row["class"], row[column].casefold()) for row in rows if row[column])
        assert max(seen.values()) == 1, seen.most_common(3)
    identifiers = Counter(value for row in rows for value in several(row["identifiers"]))
    assert max(identifiers.values()) == 1, identifiers.most_common(3)


def test_every_english_name_says_what_confirms_it() -> None:
    listed = read(TABLES / "english_names.csv")
    assert all(row["confirmed_by"] for row in listed)
    named = {(key, row["name_en"]) for key, row in all_entities().items() if row["name_en"]}
    assert len(listed) == len(named)
    assert {(row["id"], row["name_en"]) for row in listed} == named


def test_the_five_documents_are_described() -> None:
    for key in DOCUMENT.values():
        row = all_entities()[key]
        assert row["class"] == "Document" and row["language"] == "fr"
        assert row["name_fr"] and row["name_en"]
    assert "UNSymbol:APCTT/GC(20)/4" in several(all_entities()["apctt-gc20-4"]["identifiers"])


@pytest.mark.parametrize(
    ("folder", "source", "relation", "target"),
    [
        ("apctt-gc-20", "malaisie", "memberOf", "ca-apctt"),
        ("apctt-gc-20", "apctt", "organizes", "conclave-2"),
        ("wipo-conference-2009", "ompi", "administers", "fonds-fiduciaire-ompi"),
    ],
)
def test_what_is_only_proposed_says_so(folder: str, source: str, relation: str, target: str) -> None:
    found = [x for x in links(folder) if (x["source"], x["relation"], x["target"]) == (source, relation, target)]
    assert found and {x["status"] for x in found} == {"proposed"}


# ------------------------------------------------------------------ against the coding sheets


@needs_coding
def test_every_coded_entity_is_there_with_its_class() -> None:
    rows = all_entities()
    sheet = coded("entities.jsonl")
    assert len(sheet) == 650
    for record in sheet:
        row = rows[record["id"]]
        assert row["class"] == record["type"], record["id"]
        assert (row["collective"] == "yes") == bool(record.get("group")), record["id"]
    assert set(rows) - {record["id"] for record in sheet} == {"doc-002"}


@needs_coding
@pytest.mark.parametrize(("folder", "doc"), FOLDERS.items())
def test_every_mention_is_there(folder: str, doc: str) -> None:
    for record in coded("entities.jsonl"):
        paragraphs = {m["para"] for m in record["mentions"] if m["doc"] == doc}
        if doc in record["docs"] or paragraphs:
            mentions = several(entities(folder)[record["id"]]["mentions"])
            assert {m.partition("#")[2] for m in mentions} == paragraphs, record["id"]


@needs_coding
def test_dates_and_states_of_things_are_there() -> None:
    for record in coded("entities.jsonl"):
        row = all_entities()[record["id"]]
        if "date" in record:
            wanted = set(record["date"].split("/")) - {".."}
            assert {row["from"], row["to"]} - {""} == wanted, record["id"]
        if "status" in record:
            assert row["status"] == record["status"].removesuffix(" (sic)"), record["id"]
        for acronym in record["acronyms"]:
            held = [a for column in NAMES for a in several(row[column])]
            assert acronym in held, (record["id"], acronym)


@needs_coding
def test_the_place_of_every_event_is_said() -> None:
    everything = [link for folder in FOLDERS for link in links(folder)]
    for record in coded("entities.jsonl"):
        place = record.get("place")
        if place == "en ligne":
            assert "online" in all_entities()[record["id"]]["description"].lower()
        elif place:
            assert any(
                (link["source"], link["relation"], link["target"]) == (record["id"], "heldIn", place)
                or (link["target"], link["in_place"]) == (record["id"], place)
                for link in everything
            ), record["id"]


@needs_coding
@pytest.mark.parametrize(("folder", "doc"), FOLDERS.items())
def test_every_relation_is_there_and_no_other(folder: str, doc: str) -> None:
    wanted = {
        f"r{r['id']}": (r["subject"], r["relation"], r["object"], DOCUMENT[doc], r["para"], r["certainty"])
        for r in coded("relations.jsonl")
        if r["doc"] == doc
    }
    found = {
        x["id"]: (x["source"], x["relation"], x["target"], x["document"], x["locator"], x["certainty"])
        for x in links(folder)
    }
    assert found == wanted


def check_date(number: int, value: str, row: dict[str, str]) -> None:
    """A date is in from/to with its precision, a duration and a date of something else in date_note."""
    if value in DURATIONS:
        assert DURATIONS[value] in row["date_note"], row["id"]
    elif number in DATE_OF_TARGET:
        assert all(year[:4] in row["date_note"] for year in value.split("/")), row["id"]
    elif "/" in value:
        first, last = (part.replace("..", "") for part in value.split("/"))
        assert (row["from"], row["to"]) == (first, last), row["id"]
    else:
        assert {row["from"], row["to"]} - {""} == {value}, row["id"]


def check_qualifier(number: int, key: str, value: Any, row: dict[str, str]) -> None:
    """Assert that one qualifier of one coded relation is represented in its row."""
    ends = [reference.partition("#") for reference in several(row["discussed_in"])]
    paragraphs = {locator for _, _, locator in ends}
    if key == "date":
        check_date(number, value, row)
    elif key in ("date_text", "note"):
        assert row["date_note"], row["id"]
    elif key == "period":
        assert row["frequency"].startswith(value), row["id"]
    elif key == "status":
        assert row["status"] == value, row["id"]
    elif key == "role":
        assert any(row[c] for c in ("role", "in_programme", "via_document", "at_event")), row["id"]
    elif key == "event":
        assert row["at_event"] == value, row["id"]
    elif key == "via":
        held = {row[c] for c in ("via_document", "at_event", "in_programme", "through_fund")} - {""}
        assert held and held <= set(value.split("; ")), row["id"]
    elif key == "place":
        assert words(all_entities()[row["in_place"]]["name_fr"]) == words(value), row["id"]
    elif key == "amount":
        assert row["amount"] == (str(value["value"]) if "value" in value else ""), row["id"]
        assert row["currency"] == value.get("currency", "") and row["frequency"] == value.get("period", ""), row["id"]
    elif key == "count":
        numbers = re.findall(r"\d+", str(value))
        said = re.findall(r"\d+", " ".join((row["count"], row["unit"], row["role"])))
        annual = value == "2-4 per region" and "two to four" in row["frequency"]
        assert set(numbers) <= set(said) or annual, row["id"]
    elif key == "outcome":
        assert row["outcome"], row["id"]
    elif key == "report":
        symbols = {i for document, _, _ in ends for i in several(all_entities()[document]["identifiers"])}
        assert f"UNSymbol:{value}" in symbols, row["id"]
    elif key == "chair_summary":
        assert value in {document for document, _, _ in ends}, row["id"]
    elif key in ("report_paragraphs", "chair_summary_paragraph", "paragraphs", "paragraph"):
        assert value in paragraphs, row["id"]
    else:
        pytest.fail(f"no rule for the qualifier {key!r} of {row['id']}")


@needs_coding
def test_every_qualifier_of_every_relation_is_represented() -> None:
    rows = {row["id"]: row for folder in FOLDERS for row in links(folder)}
    checked = 0
    for record in coded("relations.jsonl"):
        for key, value in record["qualifiers"].items():
            check_qualifier(record["id"], key, value, rows[f"r{record['id']}"])
            checked += 1
    assert checked > 1000


@needs_coding
def test_numbered_dates_say_nothing_that_was_not_coded() -> None:
    sheet = {f"r{r['id']}": r["qualifiers"] for r in coded("relations.jsonl")}
    for folder in FOLDERS:
        for row in links(folder):
            if row["from"] or row["to"]:
                assert "date" in sheet[row["id"]], row["id"]
            if row["status"]:
                assert "status" in sheet[row["id"]], row["id"]


@needs_coding
def test_no_wrong_statement_is_asserted() -> None:
    everything = {(x["source"], x["relation"], x["target"]): x for folder in FOLDERS for x in links(folder)}
    wrong = coded("negatives.jsonl")
    assert len(wrong) == 34
    for record in wrong:
        found = everything.get((record["subject"], record["relation"], record["object"]))
        assert found is None or ("'proposed'" in record["why"] and found["status"] == "proposed"), record["id"]


# ------------------------------------------------------------------ against the texts and the registries


@cache
def eight_words() -> frozenset[tuple[str, ...]]:
    """Return every run of eight words of the five texts."""
    runs: set[tuple[str, ...]] = set()
    for path in sorted(SEEDS.glob("*.txt")):
        text = words(path.read_text(encoding="utf-8"))
        runs.update(tuple(text[i : i + 8]) for i in range(len(text) - 7))
    return frozenset(runs)


@needs_seeds
def test_no_sentence_of_the_documents_is_shipped() -> None:
    assert len(eight_words()) > 20_000
    cells = [
        (folder, row["id"], column, value)
        for folder in FOLDERS
        for row in (*links(folder), *entities(folder).values())
        for column, value in row.items()
        if column not in (*NAMES, "homepage")  # an address is no sentence
    ]
    cells += [
        ("README", "", str(i), part)
        for i, part in enumerate((TABLES / "README.md").read_text(encoding="utf-8").split("\n\n"))
    ]
    for where in cells:
        text = words(where[-1])
        assert not any(tuple(text[i : i + 8]) in eight_words() for i in range(len(text) - 7)), where


REGISTRY_FILES = {
    "m49": ["m49_country_codes/country-codes.csv"],
    "un_entities": ["un_entities/un-entities.csv"],
    "ror": ["ror/ror_records_latest.jsonl.gz", "ror/ror_cut_african_un_funders.jsonl"],
    "supraverden_igos": ["supraverden_igos/general_list.yaml"],
    "iati_codelists": ["iati_codelists/*.xml"],
    "iati_tables_large": ["iati_tables_large/*.csv.gz"],
    "igo_cow": ["igo_cow/*.csv.gz"],
    "sdg_kos": ["sdg_kos/*.ttl"],
    "un_documents": ["un_documents/en_*.md"],
}


@needs_registries
@needs_seeds
def test_english_names_stand_in_the_source_that_is_named() -> None:
    wanted: dict[str, dict[str, str]] = {}
    for row in read(TABLES / "english_names.csv"):
        if row["confirmed_by"] != "own title":
            wanted.setdefault(row["confirmed_by"], {})[row["id"]] = row["name_en"]
    assert sum(map(len, wanted.values())) > 150
    for source, names in wanted.items():
        if source.startswith("doc-"):
            paths = list(SEEDS.glob(f"{source[4:]}_*.txt"))
        else:
            paths = [path for pattern in REGISTRY_FILES[source] for path in sorted(REGISTRIES.glob(pattern))]
        assert paths, source
        missing = set(names)
        for path in paths:
            raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
            text = raw.decode("utf-8").casefold()
            if missing := {key for key in missing if names[key].casefold() not in text}:
                text = re.sub(r"\s+", " ", html.unescape(text))  # escapes and line breaks inside a name
                missing = {key for key in missing if names[key].casefold() not in text}
            if not missing:
                break
        assert not missing, (source, missing)
