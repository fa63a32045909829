"""Shapes in which people have the files that loaders know: saved by Excel, exported by R or Stata, half filled in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from multilateral.loaders.detect import detect, load
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Link, Name

FIXTURES = Path(__file__).parent / "fixtures"


def read(path: Path) -> tuple[dict[str, Entity], list[Link], dict[str, int]]:
    loaded = load(path, kind=detect(path, at_least=2))
    statements = list(loaded.statements)
    things = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    links = [s for s in statements if isinstance(s, Link)]
    assert len({link.iri for link in links}) == len(links)
    return things, links, loaded.skipped


def test_the_note_of_the_delimiter_that_excel_writes_is_no_heading(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("sep=;\nName;ISO2;ISO3\nMali;ML;MLI\nNiger;NE;NER\n", encoding="utf-8-sig")
    assert detect(file, at_least=2) == "countries"
    things, _, _ = read(file)
    assert set(things) == {"document/countries-codes", "country/ML", "country/NE"}
    assert things["country/NE"].evidence[0].locator == "row 4, NE"
    noted = tmp_path / "iati.csv"
    whole = (FIXTURES / "iati" / "table_en.csv").read_text(encoding="utf-8-sig")
    noted.write_text(f"sep=,\n{whole}", encoding="utf-8")
    before = read(FIXTURES / "iati" / "table_en.csv")[1]
    after = read(noted)[1]
    assert [x.iri.rpartition("/")[2] for x in after] == [x.iri.rpartition("/")[2] for x in before] and before


@pytest.mark.parametrize(
    ("name", "encoding", "problem"),
    [
        ("table_fr.csv", "cp1252", r"is not UTF-8 \(near .*save it again as UTF-8"),
        ("table_fr.csv", "utf-16", "is UTF-16 text, not UTF-8; save it again as UTF-8"),
    ],
)
def test_a_table_in_another_encoding_is_told_so_and_not_that_it_is_unknown(
    name: str, encoding: str, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes((FIXTURES / "iati" / name).read_text(encoding="utf-8-sig").encode(encoding))
    with pytest.raises(UnreadableSource, match=problem):
        read(file)


def test_a_dot_is_how_stata_writes_that_nothing_is_known(tmp_path: Path) -> None:
    file = tmp_path / "igo.csv"
    file.write_text("IOName,OrgName,Year,USA,France\nABC,Alpha,1990,1,.\nABC,Alpha,1991,1,1\nabc,Alpha,1992,NaN,1\n")
    things, links, _ = read(file)
    assert sorted((x.source_iri.removeprefix(ID), x.valid_from, x.valid_to) for x in links) == [
        ("country/FR", "1991", "1992"), ("country/US", "1990", "1991"),
    ]  # fmt: skip
    assert [e.name() for e in things.values() if e.type == "IntergovernmentalOrganization"] == ["Alpha"]


def test_letters_of_two_organizations_that_have_two_numbers_are_two(tmp_path: Path) -> None:
    file = tmp_path / "igo.csv"
    file.write_text("ioname,ionum,state,year,value\nABC,10,france,1990,1\nabc,20,france,1990,1\nABC,10,FRN,1991,1\n")
    _, links, _ = read(file)
    assert {(x.target_iri.rpartition("/")[2], x.valid_to) for x in links} == {("cow-10", "1991"), ("cow-20", "1990")}


def test_a_place_of_ror_that_is_half_given_is_counted(tmp_path: Path) -> None:
    record = {
        "id": "https://ror.org/03yrm5c26", "status": "active", "types": ["education"], "relationships": [],
        "names": [{"value": "A", "types": ["ror_display", "label"], "lang": None}],
        "locations": [
            {"geonames_id": 1, "geonames_details": {"name": "Paris", "country_code": "FR"}},
            {"geonames_id": 2, "geonames_details": {"name": None, "country_code": "FR"}},
        ],
    }  # fmt: skip
    file = tmp_path / "ror.json"
    file.write_text(json.dumps([record]))
    things, links, skipped = read(file)
    assert things["place/geonames-1"].names == (Name("Paris"),) and len(links) == 3
    assert skipped == {"places without a name or without a number of GeoNames (the country is kept)": 1}
