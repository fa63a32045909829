"""open.un.org: who gives, what is spent where, and the programmes of a country."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from multilateral.loaders.un_open import load_un_open
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name

HERE = Path(__file__).parent / "fixtures" / "un_open"


def load(name: str, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_un_open(HERE / name, **options)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def test_contributions_keep_year_instrument_and_every_amount() -> None:
    entities, links, loaded = load("donors-2021.json")
    assert [(*ends(x), x.role, x.amount, x.currency) for x in links] == [
        ("country/BJ", "funds", "organization/un-who", "Assessed", Decimal("1200.5"), "USD"),
        ("country/BJ", "funds", "organization/un-who", "Voluntary earmarked", Decimal("-30.0"), "USD"),
        ("country/BJ", "funds", "organization/un-un-women", "Voluntary un-earmarked", Decimal("0.0"), "USD"),
        ("country/BJ", "funds", "organization/un-un-women", "Other", None, None),
        ("country/BO", "funds", "organization/un-who", "Assessed", Decimal("7"), "USD"),
        ("organization/un-donor-other-foundations", "funds", "organization/un-unicef", "Voluntary earmarked",
         Decimal("114958017.3"), "USD"),
    ]  # fmt: skip
    assert {(x.valid_from, x.valid_to) for x in links} == {("2021", "2021")}
    assert links[0].evidence[0].locator == "Benin/contributions/WHO/Assessed"
    others = entities["organization/un-donor-other-foundations"]
    assert others.type == "NGO" and others.collective
    assert entities["organization/un-who"].identifiers == (Identifier("UNAgency", "WHO"),)
    assert entities["organization/un-un-women"].names == (Name("UN Women", "en"),)
    assert loaded.skipped == {}


def test_a_year_comes_from_the_name_of_the_file_or_not_at_all(tmp_path: Path) -> None:
    for name, year in (("donors-1999.json", "1999"), ("donors.json", None), ("donors-2019-2020.json", None)):
        (tmp_path / name).write_bytes((HERE / "donors-2021.json").read_bytes())
        loaded = load_un_open(tmp_path / name)
        links = [s for s in loaded.statements if isinstance(s, Link)]
        assert {x.valid_from for x in links} == {year} and len(links) == 6
        assert bool(loaded.skipped) == (year is None)


def test_expenses_are_of_a_body_in_a_country() -> None:
    entities, links, loaded = load("country-expenses-2020.json")
    assert [(*ends(x), x.role, x.amount, x.valid_from) for x in links] == [
        ("organization/un-wfp", "covers", "country/BJ", "expenses", Decimal("100"), "2020"),
        ("organization/un-unep", "covers", "country/BJ", "expenses", Decimal("-25.25"), "2020"),
        ("organization/un-un-habitat", "covers", "country/VE", "expenses", Decimal("5"), "2020"),
    ]
    assert Name("Venezuela", "en", "alternative") in entities["country/VE"].names
    assert loaded.skipped == {"totals of a country, region and coordinates": 2}


def test_trust_funds_pass_contributions_on() -> None:
    entities, links, loaded = load("trust-fund-contributors.json")  # its year and currency stand at its end
    administers, through, direct = links
    assert ends(administers) == ("organization/un-ocha", "administers", "fund/un-trust-fund-cer")
    assert administers.evidence[0].certainty == "implied"
    assert ends(through) == ("country/LU", "funds", "organization/un-ocha")
    assert through.through_fund == f"{ID}fund/un-trust-fund-cer"
    assert (through.amount, through.currency, through.valid_from) == (Decimal("100"), "EUR", "2019")
    assert ends(direct) == ("country/LU", "funds", "fund/un-trust-fund-xyz") and direct.amount == Decimal("-10")
    assert entities["fund/un-trust-fund-cer"].type == "Fund"
    assert loaded.skipped == {"contributors without a destination": 1, "records of 'adjustments'": 1}


def test_frameworks_give_projects_agencies_goals_and_sums_in_their_language() -> None:
    entities, links, loaded = load("BEN.json")
    meals, city = entities["programme/uninfo-project-11"], entities["programme/uninfo-project-12"]
    assert meals.type == "Project" and meals.names[0].lang == "fr" and city.names[0].lang == "en"
    assert (meals.valid_from, meals.valid_to, city.valid_from, city.valid_to) == (
        "2023-01-01",
        "2026-12-31",
        "2024-05",
        None,
    )
    assert entities["programme/uninfo-result-2"].names[0] == Name("Produit 1.1 - Les services sont renforcés", "fr")
    found = {(*ends(x), x.role, x.amount) for x in links}
    assert ("organization/un-wfp", "implements", "programme/uninfo-project-11", "required funds", Decimal(8)) in found
    assert ("organization/un-wfp", "implements", "programme/uninfo-project-11", "spent funds", Decimal(0)) in found
    assert not any(s.endswith("un-wfp") and role == "available funds" for s, _, _, role, _ in found)  # null
    assert ("organization/un-unicef", "implements", "programme/uninfo-project-11", "spent funds", Decimal(3)) in found
    assert ("organization/un-un-habitat", "implements", "programme/uninfo-project-12", None, None) in found
    assert ("programme/uninfo-project-11", "partOf", "programme/uninfo-result-2", None, None) in found
    assert ("programme/uninfo-result-2", "partOf", "programme/uninfo-result-1", None, None) in found
    assert ("programme/uninfo-project-12", "partOf", "programme/uninfo-workspace-209", None, None) in found
    assert ("programme/uninfo-project-11", "covers", "country/BJ", None, None) in found
    assert ("programme/uninfo-project-11", "concerns", "topic/sdg-2", None, None) in found
    assert ("programme/uninfo-project-12", "concerns", "topic/sdg-11", None, None) in found
    assert ("programme/uninfo-workspace-209", "concerns", "topic/sdg-1", "spent funds", Decimal(3)) in found
    assert all(x.currency == "USD" for x in links if x.amount is not None)
    assert loaded.skipped == {"outcomes of a project that are no result of the framework": 1}


def test_other_donors_and_members() -> None:
    entities, links, loaded = load("other_donors.csv")
    assert [(x.amount, x.currency, x.valid_from, x.role) for x in links] == [
        (Decimal("1055993645.0"), "USD", "2018", "R03; contributor type C08A"),
        (Decimal("0.0"), "USD", "2016", "R08; contributor type C06"),
        (Decimal("-20.5"), "EUR", "2015", "R12; contributor type 2"),
    ]
    assert entities["organization/un-donor-private-sector"].collective
    assert loaded.skipped == {"contributions without a donor or a body": 1}
    _, links, _ = load("member_states.csv")
    assert [ends(x) for x in links] == [
        ("country/CI", "memberOf", "organization/un-un"),
        ("country/VA", "observerOf", "organization/un-un"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("1200.5", '"much"', "Benin: the amount 'much' is no number"),
        ("1200.5", "1e40", "has more than 18 digits"),
        ("1200.5", "NaN", "the JSON holds NaN, which is no number"),
        ('"Benin"', '"Bolivia, Plurinational State of"', "is given twice"),
        ('"Voluntary earmarked": -30.0', '"Assessed": 1', "'Assessed' is given twice"),
        ('"Benin"', '""', "a donor has no name"),
        ('"WHO": {"Assessed": 1200.5', '"***": {"Assessed": 1200.5', "Benin: no IRI can be made of '***'"),
    ],
)
def test_a_bad_donor_is_told(old: str, new: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "donors-2021.json"
    file.write_text((HERE / "donors-2021.json").read_text().replace(old, new, 1))
    with pytest.raises(UnreadableSource) as caught:
        list(load_un_open(file).statements)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("2023-01-01", "2023-02-30", "projects[0]: the start '2023-02-30' is none that the calendar has"),
        ("2026-12-31", "2020-12-31", "projects[0]: it begins in 2023-01-01 and ends in 2020-12-31"),
        ('"id": 12', '"id": null', "projects[2]: the id is missing"),
        ('"Support to the city and its markets"', "null", "projects[2]: the project 12 has no name"),
        ('"Benin"', '"Atlantis"', None),  # the name of the file says it
    ],
)
def test_a_bad_project_is_told_or_skipped(old: str, new: str, problem: str | None, tmp_path: Path) -> None:
    file = tmp_path / "BEN.json"
    file.write_text((HERE / "BEN.json").read_text().replace(old, new, 1))
    if problem is None:
        assert any(isinstance(s, Entity) and s.iri.endswith("/BJ") for s in load_un_open(file).statements)
        return
    with pytest.raises(UnreadableSource) as caught:
        list(load_un_open(file).statements)
    assert problem in str(caught.value)
    loaded = load_un_open(file, skip_bad=True)
    assert any(isinstance(s, Entity) and s.iri.endswith("uninfo-result-2") for s in list(loaded.statements))
    assert loaded.skipped["bad records"] == 1


def test_a_row_of_another_donor_keeps_its_name_wherever_it_stands(tmp_path: Path) -> None:
    rows = ["X,WHO,5,2021,z", "X,WHO,7,2021,", "X,WFP,-1.5,2020,"]
    found = []
    for order in (rows, [rows[2], *rows[:2]]):
        path = tmp_path / "revenue.csv"
        path.write_text("\n".join(["donor,entity,amount,calendar_year,more", *order]), encoding="utf-8")
        loaded = load_un_open(path)
        found.append({(s.iri, s.amount) for s in loaded.statements if isinstance(s, Link)})
        assert loaded.skipped == {"column 'more'": 1}
    assert found[0] == found[1] and len({iri for iri, _ in found[0]}) == 3


def test_members_may_be_called_member_states(tmp_path: Path) -> None:
    path = tmp_path / "member_states.csv"
    path.write_text("country,status\nBenin,Member State\nHoly See,Permanent Observer\n", encoding="utf-8")
    links = [s for s in load_un_open(path).statements if isinstance(s, Link)]
    assert [(*ends(x), x.role) for x in links] == [
        ("country/BJ", "memberOf", "organization/un-un", "member"),
        ("country/VA", "observerOf", "organization/un-un", "observer"),
    ]
