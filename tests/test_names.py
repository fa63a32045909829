"""The name index finds what people mean: accents, case, spelling, order of words; the exact name first."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from multilateral.graph.names import NameIndex, fold
from multilateral.graph.reading import Reader
from multilateral.graph.resolve import resolve
from multilateral.graph.store import Store
from multilateral.ontology.errors import AmbiguousName, UnknownEntity
from multilateral.ontology.model import ID, Entity, Identifier, Name

from .conftest import NASTY, Workshop, source

NAMES = {
    "who": [
        Name("World Health Organization", "en"),
        Name("Organisation mondiale de la Santé", "fr"),
        Name("WHO", "en", "acronym"),
    ],
    "woah": [
        Name("World Organisation for Animal Health", "en"),
        Name("Organisation mondiale de la santé animale", "fr"),
        Name("OIE", "fr", "acronym"),
    ],
    "unece": [
        Name("United Nations Economic Commission for Europe", "en"),
        Name("Commission économique des Nations Unies pour l'Europe", "fr"),
        Name("CEE", "fr", "acronym"),
    ],
    "eec": [
        Name("European Economic Community", "en"),
        Name("Communauté économique européenne", "fr"),
        Name("CEE", "fr", "acronym"),
    ],
    "civ": [Name("Côte d’Ivoire", "fr"), Name("Ivory Coast", "en", "alternative")],
    "unicri": [
        Name("United Nations Interregional Crime and Justice Research Institute", "en"),
        Name("UNICRI", "", "acronym"),
    ],
    "tashkent": [Name("Tashkent", "en"), Name("Ташкент", "ru"), Name("طشقند", "ar")],
    "straße": [Name("Straße der Einheit", "de")],
    "mark": [Name("!!!", "en"), Name("🌍", "en", "alternative"), Name('"', "en", "alternative")],
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    workshop = Workshop(tmp_path_factory.mktemp("names") / "store")
    entities = [
        Entity(f"{ID}organization/{fold(key)}", "Organization", tuple(names), identifier=f"id-{fold(key)}")
        for key, names in NAMES.items()
    ]
    entities.append(
        Entity(f"{ID}country/UZ", "Country", (Name("Uzbekistan", "en"),), identifiers=(Identifier("M49", "860"),))
    )
    workshop.load((source("names"), entities))
    return workshop.reader()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("World Health Organization", "who"),
        ("organisation mondiale de la sante", "who"),  # accents and case
        ("ORGANISATION MONDIALE DE LA SANTÉ ANIMALE", "woah"),
        ("Organistion mondiale de la santé", "who"),  # a letter missing
        ("Wrold Heatlh Organisation", "who"),  # letters exchanged, another spelling
        ("Health Organization World", "who"),  # words exchanged
        ("World Organization for Animal Helth", "woah"),  # a letter missing, another spelling
        ("organisation santé animale", "woah"),  # words missing
        ("Crime and Justice Research", "unicri"),  # only the middle
        ("UN Interregional Crime and Justice Institute", "unicri"),  # an abbreviation and a missing word
        ("who", "who"),
        ("oie", "woah"),
        ("uni", "unicri"),  # the beginning of an acronym
        ("cote d'ivoire", "civ"),  # another apostrophe
        ("COTE D IVOIRE", "civ"),
        ("ivory cost", "civ"),
        ("ташкент", "tashkent"),
        ("طشقند", "tashkent"),
        ("Tachkent", "tashkent"),
        ("STRASSE DER EINHEIT", "strasse"),
        ("id-unece", "unece"),
        ("!!!", "mark"),
        ("🌍", "mark"),
        ('"', "mark"),
    ],
)
def test_the_thing_meant_comes_first(reader: Reader, text: str, found: str) -> None:
    hits = reader.names.find(text)
    assert hits and hits[0].iri == f"{ID}organization/{found}"
    assert all(0 < hit.score <= 1 for hit in hits)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert len({h.iri for h in hits}) == len(hits)


def test_an_identifier_of_another_scheme_finds_its_thing(reader: Reader) -> None:
    assert [h.iri for h in reader.names.exact("860")] == [f"{ID}country/UZ"]


def test_an_acronym_is_never_a_key(reader: Reader) -> None:
    assert {h.iri for h in reader.names.exact("cee")} == {f"{ID}organization/unece", f"{ID}organization/eec"}
    with pytest.raises(AmbiguousName, match="may mean several things") as caught:
        resolve(reader, "CEE")
    assert len(caught.value.candidates) == 2
    with pytest.raises(UnknownEntity, match="did you mean World Health Organization"):
        resolve(reader, "World Health Organisaton")


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "AND", "NEAR(", '" OR "', "*", "a*", "%", "x" * 10_000, "'; DROP TABLE name"]
)
def test_no_text_breaks_the_search(reader: Reader, text: str) -> None:
    for hit in reader.names.find(text):
        assert hit.score > 0
    reader.names.exact(text)
    assert reader.names.exact("WHO")


def test_limit(reader: Reader) -> None:
    assert len(reader.names.find("organisation", 2)) == 2
    assert reader.names.find("zqzqzq") == []


words = st.text(alphabet=string.ascii_letters + "éÀçñüß’-. 🌍!ع文", min_size=1, max_size=30).filter(str.strip)


# Each example is a store on disk, so there are few and they are not made smaller.
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(words, min_size=1, max_size=30, unique_by=fold))
def test_every_exact_name_is_found_first(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    index = _index(tmp_path_factory.mktemp("exact") / "store", texts)
    for number, text in enumerate(texts):
        for asked in (text, text.upper().lower(), f" {text} "):
            if fold(asked) == fold(text):
                assert index.find(asked, 1)[0].iri == f"{ID}topic/{number}", text


def test_a_source_is_no_thing_that_is_found(tmp_path: Path) -> None:
    index = _index(tmp_path / "store", ["a thing"])
    assert index.find("s") == [] and index.exact("s") == []


def test_nasty_names_are_found(tmp_path: Path) -> None:
    index = _index(tmp_path / "store", list(NASTY))
    for number, text in enumerate(NASTY):
        hit = index.find(text, 1)[0]
        assert (hit.iri, hit.text) == (f"{ID}topic/{number}", text)


def _index(path: Path, texts: list[str]) -> NameIndex:
    workshop = Workshop(path)
    workshop.load((source("s"), [Entity(f"{ID}topic/{n}", "Topic", (Name(t, "en"),)) for n, t in enumerate(texts)]))
    return NameIndex(Store.open(path))
