"""The authority file: it loads, says where each fact is from, agrees with the curated facts, and is one thing a row."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest
from multilateral.graph.identity.keys import plain_identifier
from multilateral.graph.identity.words import name_key, shipped_words
from multilateral.loaders.authority import authority
from multilateral.loaders.five_documents import five_documents
from multilateral.ontology.model import ID, Entity, Identifier, Link, Statement

ROOT = Path(__file__).parent.parent / "data" / "authority"


@pytest.fixture(scope="module")
def statements() -> dict[str, list[Statement]]:
    return {loaded.source.id: list(loaded.statements) for loaded in authority()}


@pytest.fixture(scope="module")
def things(statements: dict[str, list[Statement]]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = defaultdict(list)
    for said in statements.values():
        for statement in said:
            if isinstance(statement, Entity):
                found[statement.iri.removeprefix(ID)].append(statement)
    return found


def test_each_source_states_its_licence_and_speaks_first() -> None:
    sources = [loaded.source for loaded in authority()]
    assert [s.id for s in sources] == ["authority-countries", "authority-organizations", "authority-igo-names"]
    assert all(s.loader == "authority" and s.licence for s in sources)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(s.licence in readme for s in sources if s.licence)


def test_every_thing_says_in_which_input_it_stands(things: dict[str, list[Entity]]) -> None:
    for iri, said in things.items():
        for entity in said:
            if entity.type != "Document":
                assert entity.evidence, iri
                assert all(e.document.removeprefix(ID) in things for e in entity.evidence), iri


def test_no_identifier_is_that_of_two_things(things: dict[str, list[Entity]]) -> None:
    bearers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for iri, said in things.items():
        for entity in said:
            kind = "country" if entity.type == "Country" else "organization"
            for item in entity.identifiers:
                bearers[plain_identifier(item, kind)].add(iri)
    assert {key: iris for key, iris in bearers.items() if len(iris) > 1} == {}


def test_no_name_is_that_of_two_bodies(things: dict[str, list[Entity]]) -> None:
    bearers: dict[str, set[str]] = defaultdict(set)
    for iri, said in things.items():
        for entity in said:
            if entity.type not in ("Document", "Country"):
                for name in entity.names:
                    if name.kind != "acronym":
                        bearers[name_key(name.text)].add(iri)
    assert {k: iris for k, iris in bearers.items() if len(iris) > 1 and " " in k} == {}


def identifiers(entities: list[Entity]) -> set[Identifier]:
    return {i for e in entities for i in e.identifiers}


def names(entities: list[Entity], kind: str = "preferred") -> set[tuple[str, str]]:
    return {(n.text, n.lang) for e in entities for n in e.names if n.kind == kind}


def test_countries_have_codes_and_names_in_six_languages(things: dict[str, list[Entity]]) -> None:
    countries = {iri: said for iri, said in things.items() if iri.startswith("country/")}
    assert len(countries) > 240
    for iri, said in countries.items():
        schemes = {i.scheme for i in identifiers(said)}
        assert {"ISO3166", "ISO3166Alpha3", "M49"} <= schemes, iri
        assert {lang for _, lang in names(said)} >= {"en", "fr", "es", "ar", "ru", "zh"}, iri
    congo = things["country/CD"]
    zaire = next(n for e in congo for n in e.names if n.text == "Zaïre")
    assert (zaire.valid_from, zaire.valid_to) == ("1971", "1997")
    assert Identifier("COW", "490") in identifiers(congo)


@pytest.mark.parametrize(
    ("iri", "english", "french", "identifier"),
    [
        ("world-health-organization", "World Health Organization", "Organisation mondiale de la Santé",
         "IATI:XM-DAC-928"),
        ("united-nations-population-fund", "United Nations Population Fund",
         "Fonds des Nations Unies pour la population",
         "OECDDAC:41119"),
        ("french-development-agency", "French Development Agency", "Agence française de développement", "IATI:FR-3"),
        ("european-union", "European Union", "Union européenne", "Wikidata:Q458"),
        ("african-development-bank", "African Development Bank", "Banque africaine de développement", "COW:70"),
    ],
)  # fmt: skip
def test_bodies_have_names_in_both_languages_and_codes(
    things: dict[str, list[Entity]], iri: str, english: str, french: str, identifier: str
) -> None:
    said = things[f"organization/{iri}"]
    assert {(english, "en"), (french, "fr")} <= names(said)
    assert Identifier(*identifier.split(":", 1)) in identifiers(said)


def test_renamings_keep_the_thing_and_successions_join_two(statements: dict[str, list[Statement]]) -> None:
    said = statements["authority-organizations"]
    woah = next(s for s in said if isinstance(s, Entity) and s.iri.endswith("/world-organisation-for-animal-health"))
    oie = [n for n in woah.names if n.text == "OIE"]
    assert oie and all(n.kind == "acronym" and n.valid_to == "2022-05" for n in oie)
    links = {
        (s.source_iri.removeprefix(ID), s.relation, s.target_iri.removeprefix(ID)): s
        for s in said
        if isinstance(s, Link)
    }
    fcdo = links[
        ("organization/foreign-commonwealth-and-development-office", "supersedes",
         "organization/department-for-international-development")
    ]  # fmt: skip
    assert fcdo.valid_from == "2020-09-02"


def test_the_same_thing_has_the_iri_of_the_curated_facts(things: dict[str, list[Entity]]) -> None:
    by_id: dict[Identifier, str] = {}
    for iri, said in things.items():
        if iri.startswith(("organization/", "country/")):
            by_id |= dict.fromkeys((i for i in identifiers(said) if i.scheme in ("Wikidata", "ISO3166")), iri)
    apart = set()
    for loaded in five_documents():
        for entity in loaded.statements:
            if isinstance(entity, Entity):
                for item in entity.identifiers:
                    iri = entity.iri.removeprefix(ID)
                    if by_id.get(item, iri) != iri:
                        apart.add((iri, by_id[item]))
    assert apart == set()


def test_acronyms_that_mean_several_stand_for_none_of_them() -> None:
    with (ROOT / "words" / "bodies.csv").open(encoding="utf-8") as stream:
        short = {row["text"] for row in csv.DictReader(stream) if " " not in row["text"]}
    assert "unicef" in short and not short & {"bid", "bad"}


def test_the_words_are_words_and_not_texts_of_the_lists() -> None:
    for name in ("dictionary.csv", "common.csv"):
        with (ROOT / "words" / name).open(encoding="utf-8") as stream:
            for row in csv.reader(stream):
                assert all(re.fullmatch(r"[\w’'-]+", cell) for cell in row), row


def test_words_bridge_the_languages() -> None:
    words = shipped_words()
    assert words.signs("Ministère de la Santé") == words.signs("Ministry of Health")
    assert words.countries("Croix-Rouge néerlandaise") == words.countries("Netherlands Red Cross") == {"NL"}
    assert words.signs("Commission européenne") == words.signs("European Commission")
    assert words.is_generic("Ministry of Health") and not words.is_generic("Zanj Pirogue Fund")
    assert words.led_by_country("Royaume-Uni – Ministère de la Santé") == ("GB", "Ministère de la Santé")
    assert words.led_by_country("Canada-Gabon Fund") is None
