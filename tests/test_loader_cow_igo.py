"""Correlates of War: memberships as intervals that no unknown year joins."""

from __future__ import annotations

from pathlib import Path

import pytest
from multilateral.loaders.cow_igo import load_cow_igo
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name

HERE = Path(__file__).parent / "fixtures" / "cow_igo"


def load(name: str, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_cow_igo(HERE / name, **options)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def intervals(links: list[Link], state: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return sorted(
        (x.relation, x.valid_from, x.valid_to, x.role) for x in links if x.source_iri == f"{ID}country/{state}"
    )


def test_years_with_one_code_are_an_interval_and_unknown_ones_cut_it() -> None:
    _, links, loaded = load("igo_year.csv")
    assert intervals(links, "FR") == [
        ("memberOf", "1900", "1901", "full member"),
        ("memberOf", "1963", "1964", "full member"),
        ("memberOf", "1966", "1967", "full member"),  # 1965 is -9
        ("memberOf", "2005", "2005", "full member"),  # 1968 to 2004 are not in the data
    ]
    assert intervals(links, "US") == [
        ("memberOf", "1967", "1967", "full member"),
        ("memberOf", "2005", "2006", "full member"),
        ("observerOf", "1965", "1966", "observer"),
    ]
    assert loaded.skipped["memberships of a year that the data set does not know (-9)"] == 3


def test_notes_say_where_an_interval_was_cut_and_how_sure_it_is() -> None:
    _, links, _ = load("igo_year.csv")
    found = {(x.source_iri.removeprefix(f"{ID}country/"), x.valid_from): x for x in links}
    assert found["FR", "1963"].date_note == "not known for 1965; before 1965: within 5 years"
    assert found["FR", "1966"].date_note == "not known for 1965; no data for 1968: the end is not known"
    assert found["US", "2005"].date_note == "no data for 2004; no data for 2007: the end is not known"
    assert found["FR", "1900"].date_note is None  # the organization ended in 1901
    assert found["US", "1965"].date_note == "1 of 2 years imputed by the data set"
    assert found["US", "1965"].evidence[0].locator == "ioname ABC, state usa, 1965 to 1966"


def test_states_that_are_no_more_keep_their_number_and_serbia_begins_in_2006() -> None:
    entities, links, _ = load("igo_year.csv")
    assert intervals(links, "cow-265") == [("memberOf", "1965", "1966", "associate member")]
    assert [x[1:3] for x in intervals(links, "cow-345")] == [("1963", "1967"), ("2005", "2005")]
    assert [x[1:3] for x in intervals(links, "RS")] == [("2006", "2006")]
    assert entities["country/cow-265"].name() == "German Democratic Republic"
    assert entities["country/FR"].identifiers == (Identifier("ISO3166", "FR"), Identifier("COW", "220"))


def test_organizations_have_numbers_years_and_dated_former_names() -> None:
    entities, _, _ = load("igo_year.csv")
    alpha, old = entities["organization/cow-10"], entities["organization/cow-20"]
    assert alpha.type == "IntergovernmentalOrganization" and alpha.identifiers == (Identifier("COW", "10"),)
    assert alpha.names == (
        Name("Alpha Organization", "en", "preferred", "1965", "2006"),
        Name("First Alpha Organization", "en", "alternative", "1963", "1964"),
        Name("Alpha Org.", "en", "alternative"),
        Name("ABC", "", "acronym"),
    )
    assert (alpha.valid_from, alpha.valid_to, old.valid_from, old.valid_to) == ("1963", None, "1900", "1901")


def test_the_other_forms_say_the_same() -> None:
    _, links, _ = load("state_year.csv")
    assert intervals(links, "FR") == [
        ("memberOf", "1963", "1963", "full member"),
        ("memberOf", "1965", "1965", "associate member"),
        ("memberOf", "1965", "1965", "full member"),
    ]
    assert intervals(links, "US") == [("observerOf", "1963", "1964", "observer")]
    _, links, _ = load("long.csv")
    assert intervals(links, "FR") == [("memberOf", "2014", "2014", "full member")]
    assert intervals(links, "US") == [("observerOf", "2014", "2014", "observer")]
    entities, links, _ = load("states.csv")
    assert [(x.valid_from, x.valid_to, x.date_note) for x in links if x.source_iri.endswith("/CU")] == [
        ("1902-05-20", "1906-09-25", None),
        ("1909-01-23", "2016-12-31", "the data end here"),
    ]
    assert "country/cow-265" in entities


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("ABC,Alpha,1966,7", "row 3: 7 in column 'france' is no code of membership"),
        ("ABC,Alpha,1966,one", "row 3: france 'one' is no whole number"),
        ("ABC,Alpha,66,1", "row 3: the year 66 cannot be"),
        ("ABC,Alpha,1965,1", "row 3: there are two rows for ABC in 1965"),
        (",Alpha,1966,1", "row 3: the cell 'ioname' is empty"),
    ],
)
def test_a_bad_row_is_told_or_skipped(row: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "igo.csv"
    file.write_text(f"ioname,orgname,year,france\nABC,Alpha,1965,1\n{row}\nABC,Alpha,1967,1\n")
    with pytest.raises(UnreadableSource) as caught:
        list(load_cow_igo(file).statements)
    assert problem in str(caught.value)
    loaded = load_cow_igo(file, skip_bad=True)
    links = [s for s in loaded.statements if isinstance(s, Link)]
    assert [(x.valid_from, x.valid_to) for x in links] == [("1965", "1965"), ("1967", "1967")]
    assert loaded.skipped["bad records"] == 1


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "igo.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_long_form_may_write_codes_in_words_and_under_another_heading(tmp_path: Path) -> None:
    text = (
        "ccode,state,ioname,year,category,note\n220,france,UN,2000,Full Membership,x\n"
        "220,france,UN,2001,Full Membership,\n220,france,UN,2002,Missing data,\n211,belgium,UN,2000,Observer,\n"
        "212,luxembourg,UN,2000,No Membership,\n"
    )
    loaded = load_cow_igo(written(tmp_path, text))
    links = [s for s in loaded.statements if isinstance(s, Link)]
    assert sorted((*ends(x), x.valid_from, x.valid_to) for x in links) == [
        ("country/BE", "observerOf", "organization/cow-un", "2000", "2000"),
        ("country/FR", "memberOf", "organization/cow-un", "2000", "2001"),
    ]
    assert loaded.skipped == {
        "column 'ccode'": 5,
        "column 'note'": 1,
        "memberships of a year that the data set does not know (-9)": 1,
    }


def test_pairs_of_states_are_refused_with_the_reason(tmp_path: Path) -> None:
    text = "dyadid,country1,ccode1,country2,ccode2,year,UN\n2020,United States,2,Canada,20,1950,1\n"
    with pytest.raises(UnreadableSource, match=r"pairs of states.*load the table by organization and year"):
        load_cow_igo(written(tmp_path, text))


def test_a_state_written_in_two_ways_is_one_state_and_its_membership_one(tmp_path: Path) -> None:
    text = (
        "state,ioname,year,category\nfrance,UN,2000,Full Membership\nFRN,UN,2000,Full Membership\n"
        "France,UN,2001,Full Membership\n220,UN,2002,Full Membership\nCook Islands,UN,2000,Observer\n"
        "Islands Cook,UN,2000,Observer\nGFR,UN,1980,Full Membership\nWGERMANY,UN,1980,Full Membership\n"
        "germany,UN,1980,Full Membership\n"
    )
    loaded = load_cow_igo(written(tmp_path, text))
    links = [s for s in loaded.statements if isinstance(s, Link)]
    assert len({link.iri for link in links}) == len(links)
    found = sorted((link.source_iri.removeprefix(f"{ID}country/"), link.valid_from, link.valid_to) for link in links)
    assert found == [("CK", "2000", "2000"), ("DE", "1980", "1980"), ("DE", "1980", "1980"), ("FR", "2000", "2002")]
    assert loaded.skipped == {"memberships of a year that another row gives too": 3}


def test_two_rows_of_a_state_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    file = written(tmp_path, "state,ioname,year,category\nfrance,UN,2000,Observer\nFRN,UN,2000,Full Membership\n")
    with pytest.raises(UnreadableSource, match="UN, france: there are two rows for 2000, which do not say the same"):
        list(load_cow_igo(file).statements)
    loaded = load_cow_igo(file, skip_bad=True)
    assert not [s for s in loaded.statements if isinstance(s, Link)] and loaded.skipped == {"bad records": 1}
