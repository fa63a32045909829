"""What `load --suggest` makes of tables of projects, whatever their columns are called: it loads, and is right."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from multilateral.loaders.mapping import load_mapping
from multilateral.loaders.mapping_suggest import write_suggestion
from multilateral.loaders.mapping_words import currency_of, status_of
from multilateral.ontology.model import Entity, Link
from openpyxl import Workbook

Rows = list[list[Any]]


def suggested(file: Path) -> tuple[str, dict[str, Entity], list[Link], dict[str, int]]:
    """Return the mapping that is suggested, and what it loads."""
    path = file.with_name("suggested.mapping.yaml")
    write_suggestion(file, path)
    loaded = load_mapping(path)
    statements = list(loaded.statements)
    things = {s.iri: s for s in statements if isinstance(s, Entity)}
    return path.read_text(encoding="utf-8"), things, [s for s in statements if isinstance(s, Link)], loaded.skipped


def said(things: dict[str, Entity], links: list[Link]) -> set[tuple[str, str, str]]:
    return {(things[x.source_iri].name(), x.relation, things[x.target_iri].name()) for x in links}


def table(path: Path, rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as out:
        csv.writer(out, delimiter=delimiter).writerows(rows)
    return path


def workbook(path: Path, rows: Rows) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["Portfolio 2015-2024"], [], *rows]:
        sheet.append(row)
    book.create_sheet("Notes").append(["made by hand"])
    book.save(path)
    return path


def json_lines(path: Path, rows: Rows) -> Path:
    records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


ENGLISH: Rows = [
    ["Project ID", "Project Title", "Donor", "Implementing partner", "Country", "Start date", "End date",
     "Budget (USD)", "Sector", "Status"],
    ["P-1", "Rural water", "Germany", "UNICEF", "Mali", "2019-01-15", "2022-12-31", "1,250,000", "Water", "Ongoing"],
    ["P-2", "Schools", "Canada; Norway", "Plan", "Niger", "2018-03-01", "2020-02-28", "800,000", "Education",
     "Completed"],
    ["P-3", "Clinics", "World Bank", "Ministry of Health", "Benin", "2021-06-01", "2025-05-31", "12,500,000", "Health",
     "Planned"],
]  # fmt: skip
FRENCH: Rows = [
    ["Code projet", "Intitulé du projet", "Bailleur de fonds", "Partenaire de mise en œuvre", "Pays", "Date de début",
     "Date de fin", "Budget (EUR)", "Secteur", "État d'avancement"],
    ["2019-01", "Eau; phase 2", "AFD", "UNICEF", "Bénin", "15/01/2019", "31/12/2022", "1 250 000,00", "Eau",
     "En cours"],
    ["2019-02", "Écoles; phase 1", "Allemagne", "Plan", "Sénégal", "01/03/2018", "28/02/2020", "800 000,50",
     "Éducation", "Terminé"],
    ["2020-01", "Élections", "PNUD", "PNUD", "Niger", "01/06/2021", "31/05/2025", "2 500 000,00", "Gouvernance",
     "En préparation"],
]  # fmt: skip
VARIANT: Rows = [
    ["Ref. no.", "Name of project", "Funding agency", "Executing agency", "Beneficiary country", "Start", "End",
     "Total amount", "Currency", "Thematic area", "Project status"],
    ["A1", "Borders", "EU", "IOM", "Georgia", datetime.datetime(2019, 1, 1), datetime.datetime(2021, 12, 31), 1500000,
     "EUR", "Migration", "Active"],
    ["A2", "Courts", "USAID", "UNDP", "Moldova", datetime.datetime(2018, 1, 1), datetime.datetime(2020, 12, 31), 900000,
     "USD", "Governance", "Closed"],
    ["A3", "Mines", "Switzerland", "GICHD", "Ukraine", datetime.datetime(2022, 1, 1), datetime.datetime(2024, 12, 31),
     300000, "CHF", "Security", "Pipeline"],
]  # fmt: skip
JSON: Rows = [
    ["projectId", "projectTitle", "donors", "implementingOrganisation", "recipientCountry", "startDate", "endDate",
     "budget", "currency", "sectors", "status"],
    ["X-1", "Malaria", ["Global Fund", "France"], "UNDP", "Burundi", "2015-01-01", "2017-12-31", 4500000, "USD",
     ["Health"], "Closed"],
    ["X-2", "Meals", ["WFP"], "WFP", "Rwanda", "2016-01-01", "2019-12-31", 2500000, "USD", ["Education", "Food"],
     "2 - Implementation"],
    ["X-3", "Energy", ["Germany"], "GIZ", "Kenya", "2020-01-01", "2024-12-31", 3000000, "EUR", ["Energy"],
     "Pipeline/identification"],
]  # fmt: skip
LISTS: Rows = [
    ["ID", "Title", "Funder", "Implementer", "Countries", "Start year", "End year", "Amount (US$)", "Themes", "Stage"],
    ["7", "Corridor", "AfDB", "ECOWAS", "Ghana; Togo", "2012", "2016", "3,000,000", "Trade; Roads", "Completed"],
    ["9", "River", "GEF", "OSS", "Mali; Niger", "2014", "2018", "4,200,000", "Environment", "Completed"],
    ["12", "Customs", "EU", "UEMOA", "Regional Africa", "2019", "2023", "7,500,000", "Trade", "In progress"],
]  # fmt: skip
WINDOWS: Rows = [
    ["N°", "Titre du projet", "Bailleur(s)", "Agence d'exécution", "Pays d'intervention", "Début", "Fin",
     "Montant du financement", "Devise", "Domaine d'intervention", "Statut"],
    ["1", "Décentralisation", "AFD; Union européenne", "Expertise France", "Madagascar", "2015", "2018", "4 500 000",
     "EUR", "Gouvernance", "Achevé"],
    ["2", "Paludisme", "Fonds mondial", "PNUD", "Tchad", "2016", "2020", "12 300 000", "USD", "Santé", "Achevé"],
    ["3", "Pistes", "FIDA", "Ministère de l'Agriculture", "Guinée", "2018", "2023", "9 800 000", "USD", "Routes",
     "En exécution"],
]  # fmt: skip
SNAKE: Rows = [
    ["project_id", "project_name", "lead_donor", "implementing_agency", "country_iso3", "country_name", "start_date",
     "end_date", "total_budget_usd", "disbursed_usd", "sector_name", "sector_code", "project_status"],
    ["10", "Health A", "SWE", "UNFPA", "MLI", "Mali", "2019-01-01", "2020-12-31", "100000", "1", "Health", "120",
     "closed"],
    ["11", "Health B", "NOR", "UNFPA", "NER", "Niger", "2019-01-01", "2021-12-31", "250000", "2", "Health", "120",
     "active"],
    ["12", "Schools", "DNK", "UNESCO", "TCD", "Chad", "2018-01-01", "2020-12-31", "175000", "3", "Education", "110",
     "closed"],
]  # fmt: skip
FCFA: Rows = [
    ["Projet", "Bailleurs", "Partenaires", "Maître d'œuvre", "Zone d'intervention", "Période", "Coût total (FCFA)",
     "Thématique", "Situation"],
    ["Forêts", "FEM", "UICN; WWF", "Ministère de l'Environnement", "Burkina Faso", "2014-2019", "1 200 000 000",
     "Environnement", "Terminé"],
    ["Lumière", "BAD", "SONABEL", "EDF", "Burkina Faso", "2016-2022", "15 000 000 000", "Énergie", "Terminé"],
    ["Semences", "FIDA", "ICRISAT", "INERA", "Mali", "2021-2027", "2 345 000 000", "Agriculture", "En cours"],
]  # fmt: skip

CASES: list[tuple[str, Rows, str, tuple[str, str, str, str], tuple[Any, ...], set[tuple[str, str, str]]]] = [
    ("english.csv", ENGLISH, ",", ("Rural water", "UNICEF", "Mali", "Water"),
     ("Germany", "1250000", "USD", "2019-01-15", "2022-12-31", "ongoing"),
     {("Canada", "funds", "Schools"), ("Norway", "funds", "Schools")}),
    ("french.csv", FRENCH, ";", ("Eau; phase 2", "UNICEF", "Bénin", "Eau"),
     ("AFD", "1250000.00", "EUR", "2019-01-15", "2022-12-31", "ongoing"), set()),
    ("variant.xlsx", VARIANT, "", ("Mines", "GICHD", "Ukraine", "Security"),
     ("Switzerland", "300000", "CHF", "2022-01-01", "2024-12-31", "planned"), set()),
    ("lines.jsonl", JSON, "", ("Meals", "WFP", "Rwanda", "Food"),
     ("WFP", "2500000", "USD", "2016-01-01", "2019-12-31", "ongoing"), {("France", "funds", "Malaria")}),
    ("lists.tsv", LISTS, "\t", ("Corridor", "ECOWAS", "Togo", "Roads"),
     ("AfDB", "3000000", "USD", "2012", "2016", "completed"), {("Customs", "covers", "Regional Africa")}),
    ("windows.csv", WINDOWS, ";", ("Paludisme", "PNUD", "Tchad", "Santé"),
     ("Fonds mondial", "12300000", "USD", "2016", "2020", "completed"),
     {("Union européenne", "funds", "Décentralisation")}),
    ("snake.csv", SNAKE, ",", ("Health A", "UNFPA", "Mali", "Health"),
     ("Sweden", "100000", "USD", "2019-01-01", "2020-12-31", "completed"), set()),
    ("fcfa.csv", FCFA, ";", ("Forêts", "Ministère de l'Environnement", "Burkina Faso", "Environnement"),
     ("FEM", "1200000000", "XOF", "2014", "2019", "completed"), {("WWF", "participatesIn", "Forêts")}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "sign", "row", "paid", "more"), CASES, ids=[case[0] for case in CASES])
def test_a_table_of_projects_is_understood(
    name: str, rows: Rows, sign: str, row: tuple[str, str, str, str], paid: tuple[Any, ...],
    more: set[tuple[str, str, str]], tmp_path: Path,
) -> None:  # fmt: skip
    file = tmp_path / name
    if name.endswith(".xlsx"):
        workbook(file, rows)
    elif name.endswith(".jsonl"):
        json_lines(file, rows)
    else:
        table(file, rows, sign, "cp1252" if name == "windows.csv" else "utf-8")
    text, things, links, _ = suggested(file)
    project, doer, place, topic = row
    found = said(things, links)
    assert found >= {(doer, "implements", project), (project, "covers", place), (project, "concerns", topic), *more}, (
        text
    )
    assert {relation for _, relation, _ in found} <= {"funds", "implements", "covers", "concerns", "participatesIn"}
    (funds,) = (x for x in links if x.relation == "funds" and things[x.target_iri].name() == project)
    assert (
        things[funds.source_iri].name(), str(funds.amount), funds.currency, funds.valid_from, funds.valid_to,
        funds.status,
    ) == paid, text  # fmt: skip
    thing = next(e for e in things.values() if e.name() == project)
    assert thing.iri.split("/")[-2] == "programme" and (thing.valid_from, thing.valid_to, thing.status) == paid[3:]
    assert len([e for e in things.values() if e.type == "Project"]) == len(rows) - 1, "a title was divided"
    for entity in things.values():  # who pays and is a country is one
        if entity.name() in ("Germany", "Switzerland", "Norway", "France", "Sweden", "Allemagne"):
            assert entity.type == "Country" and len(entity.iri.rpartition("/")[2]) == 2
        if entity.name() in ("EU", "AFD", "World Bank", "FEM"):
            assert entity.type == "Organization"


def test_the_sum_of_several_donors_is_none_of_theirs_alone(tmp_path: Path) -> None:
    _, things, links, skipped = suggested(table(tmp_path / "x.csv", ENGLISH))
    shared = [x for x in links if x.relation == "funds" and things[x.target_iri].name() == "Schools"]
    assert len(shared) == 2 and all(x.amount is None and x.valid_from == "2018-03-01" for x in shared)
    assert sum(count for reason, count in skipped.items() if "several links together" in reason) >= 1


def test_a_donor_that_is_no_country_beside_countries_is_a_body(tmp_path: Path) -> None:
    rows = [["Project", "Donor", "Country", "Amount (EUR)", "Status"], ["A", "Germany", "Mali", "1", "ongoing"],
            ["B", "Norway", "Niger", "2", "ongoing"], ["C", "EU", "Chad", "3", "closed"]]  # fmt: skip
    _, things, links, _ = suggested(table(tmp_path / "x.csv", rows))
    types = {e.name(): e.type for e in things.values()}
    assert (types["EU"], types["Germany"], types["Mali"]) == ("Organization", "Country", "Country")
    assert {x.relation for x in links} == {"funds", "covers"}


def test_several_payments_of_one_project_are_as_many_links(tmp_path: Path) -> None:
    rows = [["Project ID", "Project name", "Donor", "Implementer", "Year", "Amount", "Currency"],
            ["A", "Alpha", "Germany", "GIZ", "2019", "100", "EUR"],
            ["A", "Alpha", "Germany", "GIZ", "2020", "100", "EUR"],
            ["B", "Beta", "France", "AFD", "2019", "70", "EUR"]]  # fmt: skip
    _, things, links, _ = suggested(table(tmp_path / "x.csv", rows))
    paid = sorted((things[x.target_iri].name(), x.valid_from, str(x.amount)) for x in links if x.relation == "funds")
    assert paid == [("Alpha", "2019", "100"), ("Alpha", "2020", "100"), ("Beta", "2019", "70")]
    assert sum(x.relation == "implements" for x in links) == 2
    assert all(e.valid_from is None for e in things.values()), "the year is that of a payment"


def test_other_words_for_the_same(tmp_path: Path) -> None:
    rows = [
        ["Project number", "Short title", "Full project title", "Lead agency", "Co-financing partners",
         "Region/Country", "Total Budget in USD", "Starting date", "Closing date", "State of project", "Target group",
         "Project manager"],
        ["2101", "WASH", "Water for all", "UNICEF", "Japan; Sweden", "Kenya", "1,000,000", "Jan 2019", "Dec 2021",
         "Finished", "Children", "A. Person"],
        ["2102", "EDU", "Education for all", "UNHCR", "Norway", "Uganda", "2,500,000", "March 2020", "June 2023",
         "Running", "Refugees", "B. Person"],
        ["2103", "DRR", "Fewer disasters", "UNDRR", "EU", "Global", "750,000", "April 2018", "March 2020", "Finished",
         "Cities", "A. Person"],
    ]  # fmt: skip
    text, things, links, _ = suggested(table(tmp_path / "x.csv", rows))
    found = said(things, links)
    assert {("Japan", "funds", "Water for all"), ("UNICEF", "implements", "Water for all"),
            ("Fewer disasters", "covers", "Global")} <= found, text  # fmt: skip
    assert all(x.count is None for x in links) and ("A. Person" not in {e.name() for e in things.values()})
    project = next(e for e in things.values() if e.name() == "Education for all")
    assert (project.identifier, project.valid_from, project.valid_to, project.status) == (
        "2102", "2020-03", "2023-06", "ongoing",
    )  # fmt: skip


def test_words_of_francophone_tables(tmp_path: Path) -> None:
    rows = [
        ["Nom de l'intervention", "Organisation chef de file", "PTF", "Bénéficiaires", "Commune", "Pays partenaire",
         "Date début", "Date fin prévue", "Montant FCFA", "Niveau d'avancement"],
        ["Forages", "World Vision", "USAID", "Femmes", "Gao", "Mali", "2019", "2021", "300 000 000", "Terminé"],
        ["Cantines", "PAM", "Japon", "Élèves", "Mopti", "Mali", "2020", "2023", "1 500 000 000", "En cours"],
        ["Semences", "FAO", "Belgique", "Paysans", "Dosso", "Niger", "2021", "2024", "450 000 000", "En cours"],
    ]  # fmt: skip
    text, things, links, _ = suggested(table(tmp_path / "x.csv", rows, ";"))
    assert said(things, links) == {
        *{("USAID", "funds", "Forages"), ("World Vision", "implements", "Forages"), ("Forages", "covers", "Mali")},
        *{("Japon", "funds", "Cantines"), ("PAM", "implements", "Cantines"), ("Cantines", "covers", "Mali")},
        *{("Belgique", "funds", "Semences"), ("FAO", "implements", "Semences"), ("Semences", "covers", "Niger")},
        *{("Forages", "covers", "Gao"), ("Cantines", "covers", "Mopti"), ("Semences", "covers", "Dosso")},
    }, text
    assert {x.currency for x in links if x.amount is not None} == {"XOF"}


def test_a_column_of_classes_says_what_a_body_is(tmp_path: Path) -> None:
    rows = [
        ["title", "donor_name", "donor_type", "implementer_name", "implementer_type", "recipient_country_code"],
        ["Water", "Norad", "Government", "Church Aid", "NGO", "ML"],
        ["School", "Sida", "Government", "Ministry", "UNBody", "NE"],
        ["Health", "Danida", "Government", "Red Cross", "NGO", "TD"],
    ]  # fmt: skip
    text, things, links, _ = suggested(table(tmp_path / "x.csv", rows))
    assert ("Church Aid", "implements", "Water") in said(things, links), text
    types = {e.name(): e.type for e in things.values()}
    assert (types["Red Cross"], types["Ministry"], types["Water"]) == ("NGO", "UNBody", "Project")


def test_donors_within_the_records_of_projects(tmp_path: Path) -> None:
    records = [
        {
            "code": "AA",
            "nom": "Eau",
            "bailleurs": [{"nom": "AFD"}, {"nom": "UE"}],
            "statut": "en cours",
            "debut": "2019",
        },
        {"code": "BB", "nom": "Route", "bailleurs": [{"nom": "BAD"}], "statut": "terminé"},
        {"code": "CC", "nom": "Santé", "bailleurs": [{"nom": "Gavi"}], "statut": "en cours"},
    ]
    file = tmp_path / "x.json"
    file.write_text(json.dumps(records), encoding="utf-8")
    text, things, links, _ = suggested(file)
    assert said(things, links) == {
        ("AFD", "funds", "Eau"), ("UE", "funds", "Eau"), ("BAD", "funds", "Route"), ("Gavi", "funds", "Santé"),
    }, text  # fmt: skip


@pytest.mark.parametrize(
    ("header", "cell", "told"),
    [
        ("Value (million USD)", "1.5", "amounts in millions or thousands"),
        ("Budget (k€)", "150", "amounts in millions or thousands"),
        ("Budget", "150", "the currency is not said"),
        ("Coût (FCFA)", "150", "the currency is not said"),  # Mali and Chad: neither franc is sure
    ],
)
def test_an_amount_that_is_not_what_it_looks_like_is_left_out_and_told(
    header: str, cell: str, told: str, tmp_path: Path
) -> None:
    rows = [["Project", "Donor", "Country", header], ["A", "EU", "Mali", cell], ["B", "AFD", "Chad", cell]]
    text, _, links, _ = suggested(table(tmp_path / "x.csv", rows))
    assert told in text and all(x.amount is None for x in links) and links


def test_words_of_a_status_and_currencies_of_a_header() -> None:
    meant = {
        "En cours d'exécution": "ongoing", "Not completed": "", "Non démarré": "planned", "Suspendu": "",
        "Operationally closed": "completed", "1 - Pipeline/identification": "planned", "On-going": "ongoing",
    }  # fmt: skip
    assert {text: status_of(text) for text in meant} == meant
    assert [currency_of(h) for h in ("Amount (US$)", "Canadian dollars", "Montant MAD", "TOTAL", "Budget ($)")] == [
        "USD", "CAD", "MAD", "", "",
    ]  # fmt: skip
    assert (currency_of("FCFA", {"TD", "CM"}), currency_of("FCFA", {"TD", "ML"})) == ("XAF", "")
