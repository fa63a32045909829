"""IATI activity files, from made-up fixtures of versions 1.05 and 2.03, and hostile and damaged ones."""

from __future__ import annotations

import gzip
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from multilateral.loaders.detect import detect, load
from multilateral.loaders.iati_names import escape
from multilateral.loaders.iati_xml import load_iati_xml
from multilateral.ontology.convert import quads, source_quads
from multilateral.ontology.errors import MultilateralError, UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name
from multilateral.ontology.vocabulary import vocabulary

FIXTURES = Path(__file__).parent / "fixtures" / "iati"
V1, V2 = FIXTURES / "v1.xml", FIXTURES / "v2.xml"
PROGRAMME = f"{ID}programme/iati-XM-DAC-9999-PROG%2F1%20%C3%A9"
# Published files that lie beside the repository on some machines; the tests above them need none.
SHARED = Path(__file__).parents[2] / "shared" / "data" / "iati_xml"


def read(path: Path, *, skip_bad: bool = False) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_iati_xml(path, skip_bad=skip_bad)
    entities: dict[str, Entity] = {}
    links: list[Link] = []
    for statement in loaded.statements:
        if isinstance(statement, Entity):
            assert statement.iri not in entities, "an entity is given once"
            entities[statement.iri] = statement
        else:
            links.append(statement)
    assert len({link.iri for link in links}) == len(links)
    return entities, links, loaded


def written(tmp_path: Path, text: str | bytes, name: str = "file.xml") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def activity(inner: str, *, currency: str = "EUR", head: str = "") -> str:
    return (
        f'{head}<iati-activities version="2.03"><iati-activity default-currency="{currency}">'
        '<iati-identifier>XX-1</iati-identifier><reporting-org ref="XM-DAC-1"><narrative>A</narrative></reporting-org>'
        f"<title><narrative>T</narrative></title>{inner}</iati-activity></iati-activities>"
    )


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def at(links: list[Link], locator: str) -> Link:
    return next(link for link in links if link.evidence[0].locator.endswith(locator))


def test_everything_that_links_name_is_described_and_admitted() -> None:
    known = vocabulary()
    for path in (V1, V2):
        entities, links, loaded = read(path)
        assert loaded.source.checksum.startswith("sha256:")
        for link in links:
            for iri in (link.source_iri, link.target_iri, link.in_programme, link.in_place, link.on_topic):
                assert iri is None or iri in entities, (link.iri, iri)
            assert known.admits(link.relation, entities[link.source_iri].type, entities[link.target_iri].type), link
            assert link.evidence[0].method == "iati"
        for entity in entities.values():
            assert entity.names
            assert sum(1 for _ in quads(entity, "x"))


def test_titles_in_every_language_class_status_and_dates() -> None:
    entities, links, _ = read(V2)
    programme = entities[PROGRAMME]
    assert programme.type == "Programme"  # it has a child
    assert {(n.text, n.lang) for n in programme.names} == {
        ("Clean water for towns", "en"), ("De l’eau propre pour les villes", "fr"),
        ("Agua limpia para las ciudades", "es"),
    }  # fmt: skip
    assert programme.identifier == "XM-DAC-9999-PROG/1 é"
    assert Identifier("IATI", "XM-DAC-9999-PROG/1 é") in programme.identifiers
    assert (programme.status, programme.valid_from, programme.valid_to) == ("ongoing", "2020-03-15", "2024-12-31")
    by_role = {link.role: link for link in links if link.relation == "participatesIn" and link.target_iri == PROGRAMME}
    assert by_role["Reporting"].valid_from == "2020-03-15"
    planned = by_role["Reporting: planned dates"]
    assert (planned.valid_from, planned.valid_to, planned.status) == ("2020-01-01", "2024-12-31", "planned")
    child = entities[f"{ID}programme/iati-XM-DAC-9999-PROJ-1"]
    assert (child.type, child.names, child.status) == ("Project", (Name("Puits", "fr"),), None)


def test_participating_organizations_by_role() -> None:
    entities, links, loaded = read(V2)
    found = {(*ends(link), link.role) for link in links if "participating-org" in link.evidence[0].locator}
    programme = PROGRAMME.removeprefix(ID)
    assert {
        ("organization/iati-FR-3", "funds", programme, "Funding"),
        ("organization/iati-XM-DAC-9999", "administers", programme, "Accountable"),
        ("organization/iati-XM-DAC-9999", "administers", programme, "Extending"),
    } < found
    (ministry,) = {source for source, relation, _, _ in found if relation == "implements"}
    assert ministry.startswith("organization/iati-name-"), "an organization without a reference is known by its name"
    assert entities[ID + ministry].type == "GovernmentBody"
    agency = entities[f"{ID}organization/iati-XM-DAC-9999"]
    assert agency.name("fr") == "Agence d’exemple"
    assert set(agency.identifiers) >= {Identifier("IATI", "XM-DAC-9999")}
    assert loaded.skipped["participating organizations without a name and reference"] == 1


def test_transactions_go_from_provider_to_receiver_within_their_activity() -> None:
    _, links, _ = read(V2)
    first = at(links, "PROG/1 é]/transaction[1]")
    assert ends(first) == ("organization/iati-FR-3", "funds", "organization/iati-XM-DAC-9999")
    assert (first.role, first.status, first.in_programme) == ("Incoming Funds", "completed", PROGRAMME)
    assert (first.amount, first.currency, first.amount_usd) == (Decimal("1000000.00"), "USD", None)
    assert (first.valid_from, first.valid_to, first.date_note) == (
        "2020-02-01", "2020-02-01", "value date 2020-02-02",
    )  # fmt: skip
    assert first.evidence[0].certainty == "implied", "the receiver is not stated"
    assert first.on_topic is None, "the activity has several sectors, and the transaction names none"
    assert at(links, "PROJ-1]/transaction[1]").on_topic == f"{ID}topic/dac-14031"
    negative = at(links, "PROG/1 é]/transaction[2]")
    assert (negative.amount, negative.currency, negative.in_place) == (Decimal("-12.5"), "EUR", f"{ID}country/KM")
    zero = at(links, "PROG/1 é]/transaction[3]")
    assert (zero.amount, zero.target_iri) == (Decimal(0), PROGRAMME), "who spends and pays nobody funds the activity"
    missing = at(links, "PROG/1 é]/transaction[4]")
    assert (missing.amount, missing.currency, missing.status) == (None, None, "planned")
    assert missing.target_iri == f"{ID}country/KM"
    assert ("programme/iati-FR-3-77", "contributesTo", PROGRAMME.removeprefix(ID)) in {ends(link) for link in links}


def test_a_publishers_own_number_is_nobody_elses() -> None:
    entities, links, _ = read(V2)
    link = at(links, "PROJ-1]/transaction[1]")
    assert link.source_iri == f"{ID}organization/iati-XM-DAC-9999--01690"
    assert entities[link.source_iri].identifiers == ()
    assert link.target_iri.startswith(f"{ID}organization/iati-name-"), "52000 is 'other', not Somebody"


def test_budgets_sectors_places_documents_and_related_activities() -> None:
    entities, links, _ = read(V2)
    budget = at(links, "budget[1]")
    assert (ends(budget)[1], budget.role, budget.amount) == ("administers", "Budget (original, committed)", 5000000)
    assert (budget.valid_from, budget.valid_to, budget.status) == ("2020-01-01", "2020-12-31", "planned")
    planned = at(links, "planned-disbursement[1]")
    assert (planned.relation, planned.amount, planned.status) == ("funds", Decimal("250.50"), "planned")
    shares = {link.target_iri.removeprefix(ID): link.share for link in links if link.role == "Sector"}
    assert shares == {
        "topic/dac-14030": 75, "topic/iati-sector-XM-DAC-9999-99-W-1": 25, "topic/sdg-6": None, "topic/dac-14031": None,
    }  # fmt: skip
    assert entities[f"{ID}topic/dac-14030"].name("fr"), "the codelist names what the file only gives by code"
    assert {link.target_iri.removeprefix(ID): link.share for link in links if link.relation == "covers"} == {
        "country/KM": 60, "place/dac-region-289": 40,
    }  # fmt: skip
    document = next(e for e in entities.values() if e.homepage and "example.org" in e.homepage)
    assert (document.homepage, document.issued, document.language) == (
        "https://example.org/a%20report.pdf", "2021-02-03", "en",
    )  # fmt: skip
    assert {n.lang for n in document.names} == {"en", "fr"}
    assert [ends(link) for link in links if link.relation == "partOf"] == [
        ("programme/iati-XM-DAC-9999-PROJ-1", "partOf", PROGRAMME.removeprefix(ID))
    ], "child and parent say the same once"
    sibling = entities[f"{ID}programme/iati-XM-DAC-9999-PROG-2"]
    assert sibling.evidence, "an activity that is only named is described by its identifier"


def test_version_1_words_letters_and_texts() -> None:
    entities, links, _ = read(V1)
    project = entities[f"{ID}programme/iati-GB-1-1"]
    assert {(n.text, n.lang) for n in project.names} == {("Seeds", "en"), ("Semences", "fr")}
    assert (project.status, project.valid_from, project.valid_to) == ("completed", "2010-01-01", "2011-12-31")
    participants = [link for link in links if "participating-org" in link.evidence[0].locator]
    assert [ends(link)[:2] for link in participants] == [
        ("country/GB", "funds"), ("organization/iati-GB-1", "administers"), ("organization/iati-21016", "implements"),
    ]  # fmt: skip
    commitment, paid = at(links, "transaction[1]"), at(links, "transaction[2]")
    assert (commitment.role, commitment.status, commitment.valid_from) == (
        "Outgoing Commitment",
        "planned",
        "2010-03-31",
    )
    assert (paid.role, paid.amount, paid.currency) == ("Disbursement", Decimal("5000000.00"), "GBP")
    assert entities[f"{ID}programme/iati-GB-1-2"].names == (Name("All of agriculture", "en"),)


def test_identifiers_become_different_safe_iris() -> None:
    odd = ["A/B", "A B", "A%20B", "A-B", "é", "é".upper(), "<x>", "..", ".", "a" * 300, "a" * 299 + "b", "日本", "A\\B"]
    made = [escape(text) for text in odd]
    assert len(set(made)) == len(odd)
    assert all(set(text) <= set("-._~%") | set(map(chr, range(48, 123))) and text.strip(".") for text in made)


def test_loading_twice_gives_the_same(tmp_path: Path) -> None:
    assert list(load_iati_xml(V2).statements) == list(load_iati_xml(V2).statements)
    packed = written(tmp_path, gzip.compress(V2.read_bytes()), "v2.xml.gz")
    assert len(list(load_iati_xml(packed).statements)) == len(list(load_iati_xml(V2).statements))


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_encodings_that_xml_declares_are_read(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = activity("", head=f'<?xml version="1.0" encoding="{declared}"?>').replace(">T<", ">Équipe<")
    entities, _, _ = read(written(tmp_path, text.encode(encoding)))
    assert entities[f"{ID}programme/iati-XX-1"].name() == "Équipe"


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<iati-activities><iati-activity><title>&b;</title></iati-activity></iati-activities>"
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><iati-activities>&e;</iati-activities>'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, "document type declaration"),
        (EXTERNAL, "document type declaration"),
        ('<!DOCTYPE iati-activities SYSTEM "http://example.org/x.dtd"><iati-activities/>', "document type"),
        ("<!DOCTYPE html><html><body>404</body></html>", "web page"),
        ("<html><body>Not found</body></html>", "web page"),
        ("", "empty"),
        ('{"error": 404}', "JSON"),
        ("Not found", "not XML"),
        ("<codelist/>", "first element"),
        (activity("")[:-30], "cut off"),
        (activity("<a>"), "cannot be read"),
        (activity("&nbsp;"), "entity"),
        ('<?xml version="1.0" encoding="klingon"?><iati-activities/>', "cannot be read"),
        (activity("<a>" * 200 + "</a>" * 200), "within each other"),
    ],
)
def test_hostile_and_damaged_files_are_refused_with_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UnreadableSource, match=says) as raised:
        read(path)
    assert str(raised.value).startswith("file.xml")
    assert "\n" not in str(raised.value)


def test_an_organisation_file_gives_budgets_by_receiver_country_and_region(tmp_path: Path) -> None:
    period = '<period-start iso-date="2018-01-01"/><period-end iso-date="2018-12-31"/>'
    text = (
        '<iati-organisations version="2.03"><iati-organisation default-currency="EUR" xml:lang="en">'
        "<organisation-identifier>XM-DAC-7</organisation-identifier><name><narrative>Ministry</narrative></name>"
        '<reporting-org ref="XM-DAC-7" type="10"><narrative>Ministry</narrative></reporting-org>'
        f"<total-budget>{period}<value>9</value></total-budget>"
        f'<recipient-org-budget status="2"><recipient-org ref="XM-DAC-41140"><narrative>WFP</narrative></recipient-org>'
        f'{period}<value currency="USD">32.50</value></recipient-org-budget>'
        f"<recipient-org-budget><recipient-org><narrative>Nameless Fund</narrative></recipient-org>{period}<value>-4"
        "</value></recipient-org-budget>"
        f'<recipient-country-budget><recipient-country code="BJ"/>{period}<value>5</value></recipient-country-budget>'
        f'<recipient-region-budget><recipient-region code="298"/>{period}<value>6</value></recipient-region-budget>'
        '<document-link url="https://example.org/p"><title><narrative>Plan</narrative></title><category code="B01"/>'
        "</document-link></iati-organisation></iati-organisations>"
    )
    path = written(tmp_path, text)
    assert detect(path) == "iati-xml"
    entities, links, loaded = read(path)
    me = "organization/iati-XM-DAC-7"
    assert entities[f"{ID}{me}"].type == "GovernmentBody"
    wfp = at(links, "recipient-org-budget[1]")
    assert ends(wfp) == (me, "funds", "organization/iati-XM-DAC-41140")
    assert (wfp.amount, wfp.currency) == (Decimal("32.50"), "USD")
    assert (wfp.status, wfp.role) == ("planned", "Budget (committed)")
    assert (wfp.valid_from, wfp.valid_to) == ("2018-01-01", "2018-12-31")
    fund = at(links, "recipient-org-budget[2]")
    assert (fund.amount, fund.currency) == (Decimal(-4), "EUR")
    assert ends(at(links, "recipient-country-budget[1]")) == (me, "covers", "country/BJ")
    assert ends(at(links, "recipient-region-budget[1]")) == (me, "covers", "place/dac-region-298")
    assert at(links, "document-link[1]").target_iri == f"{ID}{me}"
    assert loaded.skipped == {"total-budget elements (they name no second thing)": 1}
    rules = vocabulary()
    for link in links:
        assert rules.admits(link.relation, entities[link.source_iri].type, entities[link.target_iri].type)


def test_an_organisation_of_version_1_and_one_without_identifier(tmp_path: Path) -> None:
    one = (
        '<iati-organisation default-currency="GBP"><reporting-org ref="GB-1" type="10">DFID</reporting-org>'
        '<iati-identifier>GB-1</iati-identifier><name>Department</name><recipient-org-budget><recipient-org ref="X-1">'
        "Xu</recipient-org><value>55</value></recipient-org-budget></iati-organisation>"
    )
    path = written(tmp_path, f"<iati-organisations>{one}{one}<iati-organisation/></iati-organisations>")
    with pytest.raises(UnreadableSource, match=r"iati-organisation\[3\]: .*organisation-identifier"):
        read(path)
    entities, links, loaded = read(path, skip_bad=True)
    assert [ends(link)[::2] for link in links] == [("organization/iati-GB-1", "organization/iati-GB-1--X-1")]
    assert links[0].valid_from is None and links[0].amount == 55
    assert entities[f"{ID}organization/iati-GB-1"].name() == "Department"
    assert loaded.skipped == {"organisations whose identifier an earlier one has": 1, "bad records": 1}


def test_a_name_without_reference_is_the_organization_of_that_name_in_the_activity(tmp_path: Path) -> None:
    inner = (
        '<participating-org role="1" ref="XI-IATI-F"><narrative>Pooled Fund</narrative></participating-org>'
        '<transaction><transaction-type code="11"/><transaction-date iso-date="2018-03-01"/><value>5</value>'
        "<provider-org><narrative>POOLED FUND</narrative></provider-org></transaction>"
        '<participating-org role="4" ref="XI-IATI-A"><narrative>Twice</narrative></participating-org>'
        '<participating-org role="4" ref="XI-IATI-B"><narrative>Twice</narrative></participating-org>'
        '<transaction><transaction-type code="3"/><value>6</value><receiver-org><narrative>Twice</narrative>'
        "</receiver-org></transaction>"
    )
    _, links, _ = read(written(tmp_path, activity(inner)))
    assert at(links, "transaction[1]").source_iri == f"{ID}organization/iati-XI-IATI-F"
    assert "/iati-name-" in at(links, "transaction[2]").target_iri  # which of the two it is, nobody says


def test_the_activity_of_a_participating_organization_gives_or_has_money(tmp_path: Path) -> None:
    inner = "".join(
        f'<participating-org role="{role}" ref="XM-DAC-{role}" activity-id="XM-{role}"><narrative>O{role}</narrative>'
        "</participating-org>"
        for role in "124"
    )
    _, links, loaded = read(written(tmp_path, activity(inner)))
    found = [ends(link) for link in links if link.relation == "contributesTo"]
    here = "programme/iati-XX-1"
    assert found == [("programme/iati-XM-1", "contributesTo", here), (here, "contributesTo", "programme/iati-XM-4")]
    assert loaded.skipped == {"activities of accountable organizations (money goes neither way)": 1}


def test_the_place_of_a_transaction_is_its_country_or_region(tmp_path: Path) -> None:
    """An activity that names no place itself covers those of its transactions."""
    where = (
        '<recipient-country code="BJ"/>',
        '<recipient-region code="298"/>',
        '<recipient-country code="BJ"/><recipient-region code="298"/>',
    )
    money = "".join(
        f'<transaction><transaction-type code="3"/><value>{number}</value>{place}</transaction>'
        for number, place in enumerate(where)
    )
    _, links, loaded = read(written(tmp_path, activity(money)))
    found = [at(links, f"transaction[{number}]").in_place for number in (1, 2, 3)]
    assert found == [f"{ID}country/BJ", f"{ID}place/dac-region-298", f"{ID}country/BJ"]
    covered = [link.target_iri for link in links if link.relation == "covers"]
    assert covered == found[:2]
    _, three, _ = read(written(tmp_path, activity('<recipient-country code="MWI"/>')))
    assert [link.target_iri for link in three if link.relation == "covers"] == [f"{ID}country/MW"]
    assert loaded.skipped == {"regions of an amount that names a country": 1}
    _, links, _ = read(written(tmp_path, activity('<recipient-country code="TG"/>' + money)))
    assert [link.target_iri for link in links if link.relation == "covers"] == [f"{ID}country/TG"]
    assert at(links, "transaction[2]").in_place == f"{ID}place/dac-region-298"


def test_money_that_is_planned_between_activities_is_no_fact(tmp_path: Path) -> None:
    ends_ = '<value>1</value><provider-org ref="XM-DAC-2" provider-activity-id="XX-0"/>'
    inner = (
        f"<planned-disbursement>{ends_}</planned-disbursement>"
        f'<transaction><transaction-type code="1"/>{ends_}</transaction>'
    )
    _, links, _ = read(written(tmp_path, activity(inner)))
    found = [
        (link.evidence[0].locator.rpartition("/")[2], link.status) for link in links if link.relation == "contributesTo"
    ]
    assert found == [("planned-disbursement[1]", "planned"), ("transaction[1]", None)]


def test_what_an_activity_says_twice_is_counted(tmp_path: Path) -> None:
    inner = (
        "<description><narrative>One</narrative><narrative>Two</narrative></description>"
        '<activity-date type="2" iso-date="2018-01-01"/><activity-date type="2" iso-date="2019-01-01"/>'
        '<document-link url="https://example.org/p"><category code="A01"/><category code="A02"/><language code="en"/>'
        '<language code="fr"/></document-link>'
    )
    _, _, loaded = read(written(tmp_path, activity(inner)))
    assert loaded.skipped == {
        "further descriptions of an activity (one is kept, in English where there is one)": 1,
        "further dates of one type in an activity (the first is kept)": 1,
        "further category elements of a document (the first is kept)": 1,
        "further language elements of a document (the first is kept)": 1,
    }


def test_names_do_not_depend_on_the_order_of_the_activities(tmp_path: Path) -> None:
    def one(number: int, name: str, country: str) -> str:
        return (
            f'<iati-activity xml:lang="fr"><iati-identifier>XX-{number}</iati-identifier><reporting-org ref="XM-DAC-1">'
            f'<narrative>{name}</narrative></reporting-org><recipient-country code="BJ"><narrative>{country}'
            "</narrative></recipient-country></iati-activity>"
        )

    made = [one(1, "Ancien nom", "Bénin"), one(2, "Nom", "Bénin"), one(3, "Nom", "République du Bénin")]
    found = []
    for order in (made, made[::-1]):
        text = f'<iati-activities version="2.03">{"".join(order)}</iati-activities>'
        entities, _, _ = read(written(tmp_path, text))
        found.append([entities[f"{ID}{key}"].names for key in ("organization/iati-XM-DAC-1", "country/BJ")])
    assert found[0] == found[1]
    assert found[0][0][0] == Name("Nom", "fr")
    assert found[0][1] == (Name("Benin", "en"), Name("Bénin", "fr"), Name("République du Bénin", "fr", "alternative"))


def test_latin_1_that_says_it_is_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, activity("\n").replace(">T<", ">Équipe<").encode("latin-1"))
    with pytest.raises(UnreadableSource, match=r"file.xml, row 1: .*encoding"):
        read(path)


def test_an_enormous_activity_is_refused_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from multilateral.loaders import iati_stream

    monkeypatch.setattr(iati_stream, "LARGEST_ACTIVITY", 1 << 20)
    path = written(tmp_path, gzip.compress(activity("<a/>" * 1_000_000).encode()), "bomb.xml.gz")
    with pytest.raises(UnreadableSource, match="without the end of an activity"):
        read(path)


@pytest.mark.parametrize(
    ("inner", "says"),
    [
        ("<transaction><value>12a</value></transaction>", r"transaction\[1\]: the value '12a' is no number"),
        ("<transaction><value currency='ZZZ'>1</value></transaction>", "'ZZZ' does not exist"),
        ("<transaction><transaction-date iso-date='2012-02-30'/></transaction>", "2012-02-30"),
        ("<budget><period-start iso-date='2012-13-01'/></budget>", r"budget\[1\].*2012-13-01"),
        ("<transaction><value>1e999999</value></transaction>", "no number"),
        ("<activity-date type='1' iso-date='20120101'/>", r"activity-date\[1\].*20120101"),
    ],
)
def test_a_wrong_record_raises_with_its_element_or_is_counted(tmp_path: Path, inner: str, says: str) -> None:
    path = written(tmp_path, activity(inner + "<sector code='11110'/>"))
    with pytest.raises(UnreadableSource, match=says) as raised:
        read(path)
    assert "iati-activity[XX-1]" in str(raised.value)
    entities, _, loaded = read(path, skip_bad=True)
    assert f"{ID}topic/dac-11110" in entities, "what is sound is read"
    assert loaded.skipped["bad records"] == 1


def test_what_is_missing_or_strange_in_published_files_does_not_stop_them(tmp_path: Path) -> None:
    inner = (
        "<transaction><value></value><receiver-org ref=''/></transaction>"
        "<transaction><value currency=''>5</value><transaction-date iso-date='0000-00-00'/></transaction>"
        "<sector code='11110' percentage='100.01'/><budget><period-start iso-date='2012-05-01'/>"
        "<period-end iso-date='2012-04-01'/><value>1</value></budget><policy-marker code='1'/>"
    )
    _, links, loaded = read(written(tmp_path, activity(inner, currency="")))
    assert loaded.skipped == {
        "transaction elements without an amount (the link is kept)": 2,
        "amounts without a currency (the link is kept without the amount)": 2,
        "percentages that are not from 0 to 100 (the link is kept)": 1,
        "periods that end before they begin (kept as a note)": 1,
        "budget elements without an amount (the link is kept)": 1,
        "elements 'policy-marker' (not kept)": 1,
    }
    assert at(links, "budget[1]").date_note == "2012-05-01 to 2012-04-01"


def test_an_identifier_given_twice_counts_no_money_twice(tmp_path: Path) -> None:
    text = activity("<transaction><value>5</value></transaction>").replace("</iati-activities>", "")
    path = written(tmp_path, text + text.partition(">")[2] + "</iati-activities>")
    _, links, loaded = read(path)
    assert sum(link.amount is not None for link in links) == 1
    assert loaded.skipped["activities whose identifier an earlier one has (first: XX-1)"] == 1


def test_an_activity_without_an_identifier_and_one_without_a_title(tmp_path: Path) -> None:
    nameless = activity("").replace("<iati-identifier>XX-1</iati-identifier>", "")
    with pytest.raises(UnreadableSource, match=r"iati-activity\[1\]: the activity has no iati-identifier"):
        read(written(tmp_path, nameless))
    entities, _, _ = read(written(tmp_path, activity("").replace(">T<", "><")))
    assert entities[f"{ID}programme/iati-XX-1"].name() == "XX-1"


def test_mojibake_is_told_and_not_repaired(tmp_path: Path) -> None:
    entities, _, loaded = read(written(tmp_path, activity("").replace(">T<", ">Ã‰quipe dÃ©volue<")))
    assert entities[f"{ID}programme/iati-XX-1"].name() == "Ã‰quipe dÃ©volue"
    assert loaded.skipped["texts that look wrongly encoded (kept as they are)"] == 1


def test_what_comes_before_damage_is_read_with_skip_bad(tmp_path: Path) -> None:
    text = V2.read_text("utf-8")
    cut = written(tmp_path, text[: text.rindex("<transaction>")])
    entities, _, loaded = read(cut, skip_bad=True)
    assert PROGRAMME in entities
    assert any("rest after line" in reason for reason in loaded.skipped)


def test_memory_is_flat_in_the_number_of_transactions(tmp_path: Path) -> None:
    import tracemalloc

    def peak(count: int) -> int:
        one = "<iati-activity default-currency='EUR'><iati-identifier>A-{}</iati-identifier>{}</iati-activity>"
        money = "<transaction><value>1</value><provider-org ref='FR-3'/></transaction>" * 20
        path = written(tmp_path, "<iati-activities>" + "".join(one.format(i, money) for i in range(count)))
        path.write_bytes(path.read_bytes() + b"</iati-activities>")
        loaded = load_iati_xml(path)
        tracemalloc.start()
        for _ in loaded.statements:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)  # what is read once for all, such as codelists
    assert peak(800) - peak(100) < 1_000_000  # 14,000 transactions more, of some 700 bytes as objects


def test_detection() -> None:
    assert detect(V1) == detect(V2) == "iati-xml"
    assert load(V2).source.loader == "iati-xml"


def test_fuzz(tmp_path: Path) -> None:
    """A thousand damaged files: each loads, or is refused with a sentence."""
    chance = random.Random(20_240_501)
    seeds = [V1.read_bytes(), V2.read_bytes()]
    pieces = [
        b"<",
        b">",
        b"&",
        b'"',
        b"\0",
        b"\xff",
        b"&#0;",
        b"]]>",
        b"<!--",
        b"-1e9",
        b"9" * 40,
        b"2012-99-99",
        b"\xc3",
    ]
    outcomes: Counter[str] = Counter()
    for _ in range(1_000):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            place = chance.randrange(len(data))
            change = chance.randrange(5)
            if change == 0:
                data[place] = chance.randrange(256)
            elif change == 1:
                data[place:place] = chance.choice(pieces)
            elif change == 2:
                del data[place : place + chance.randrange(1, 60)]
            elif change == 3:
                data[place:place] = data[place : place + chance.randrange(1, 300)]
            elif len(data) > 500:
                digits = [i for i, byte in enumerate(data) if 48 <= byte <= 57]
                data[chance.choice(digits)] = chance.choice(b"0123456789-.,x ")
        path = written(tmp_path, bytes(data))
        loaded = load_iati_xml(path, skip_bad=chance.random() < 0.5)
        try:
            for statement in loaded.statements:
                for _ in quads(statement, loaded.source.id):
                    pass
            list(source_quads(loaded.source))
            outcomes["read"] += 1
        except MultilateralError as error:
            assert str(error).startswith("file.xml") and "\n" not in str(error)
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 100, outcomes


@pytest.mark.skipif(not SHARED.exists(), reason="needs published IATI files in ../shared/data/iati_xml")
@pytest.mark.parametrize("path", sorted(SHARED.glob("*.xml")), ids=lambda path: path.name)
def test_published_files(path: Path) -> None:
    entities, links, _ = read(path)
    assert links
    known = vocabulary()
    for link in links:
        assert known.admits(link.relation, entities[link.source_iri].type, entities[link.target_iri].type), link


def test_what_a_file_calls_a_country_stands_beside_its_name_of_iso(tmp_path: Path) -> None:
    def country(code: str, *names: str) -> str:
        said = "".join(f"<narrative{name.partition('>')[0]}>{name.partition('>')[2]}</narrative>" for name in names)
        return f'<recipient-country code="{code}">{said}</recipient-country>'

    inner = (
        country("CD", ">DR Congo", ' xml:lang="fr">RDC', ">CD")
        + country("CI", ">Ivory Coast", ">CÔTE D'IVOIRE", ">N/A")
        + country("KE", ">Rwanda")
        + "<transaction><transaction-type code='3'/><value value-date='2020-01-01'>5</value>"
        + '<provider-org ref="GB"><narrative>DFID</narrative></provider-org>'
        + country("BO", ">Bolivia (Plurinational)")
        + "</transaction>"
    )
    entities, links, loaded = read(written(tmp_path, activity(inner).replace("default", 'xml:lang="en" default')))
    congo, ivory = entities[f"{ID}country/CD"], entities[f"{ID}country/CI"]
    assert Name("DR Congo", "en", "alternative") in congo.names and Name("RDC", "fr") in congo.names
    assert congo.names[0].kind == "preferred" and congo.names[0].text not in ("DR Congo", "CD")
    assert "CD" not in {name.text for name in congo.names}
    assert [name.text for name in ivory.names if name.kind == "alternative"] == ["Ivory Coast"]
    assert Name("Bolivia (Plurinational)", "en", "alternative") in entities[f"{ID}country/BO"].names
    assert "Rwanda" not in {name.text for name in entities[f"{ID}country/KE"].names}
    assert {link.source_iri for link in links if link.relation == "funds"} == {f"{ID}country/GB"}
    assert loaded.skipped["names of countries that are another country's (the code counts)"] == 1
    bodies = "names of organizations whose reference is a country (the link is kept, and is the country's)"
    assert loaded.skipped[bodies] == 1


def test_names_of_a_country_beyond_twenty_are_counted(tmp_path: Path) -> None:
    inner = "".join(
        f'<recipient-country code="BJ" percentage="1"><narrative>Name {n % 25}</narrative></recipient-country>'
        for n in range(50)
    )
    entities, _, loaded = read(written(tmp_path, activity(inner)))
    assert len([n for n in entities[f"{ID}country/BJ"].names if n.text.startswith("Name")]) == 20
    assert loaded.skipped == {"further names of a thing that has twenty": 10}


def test_names_of_a_sector_and_a_region_in_any_language_are_kept_wherever_they_stand(tmp_path: Path) -> None:
    def one(number: int, lang: str, sector: str, region: str) -> str:
        return (
            f'<iati-activity xml:lang="{lang}"><iati-identifier>XX-{number}</iati-identifier>'
            f'<reporting-org ref="XM-DAC-1"/><sector vocabulary="99" code="W"><narrative>{sector}</narrative></sector>'
            f'<recipient-region vocabulary="99" code="R"><narrative>{region}</narrative></recipient-region>'
            "</iati-activity>"
        )

    made = [one(1, "fr", "Eau", "Sahel"), one(2, "en", "Water", "The Sahel"), one(3, "en", "Clean water", "The Sahel"),
            one(4, "en", "Water", "The Sahel")]  # fmt: skip
    found = []
    for order in (made, made[::-1]):
        entities, _, _ = read(written(tmp_path, f'<iati-activities version="2.03">{"".join(order)}</iati-activities>'))
        found.append({e.type: e.names for e in entities.values() if e.type in ("Topic", "Place")})
    assert set(found[0]["Topic"]) == set(found[1]["Topic"])
    assert set(found[0]["Topic"]) == {
        Name("Water", "en"), Name("Clean water", "en", "alternative"), Name("Eau", "fr"),
    }  # fmt: skip
    assert set(found[0]["Place"]) == {Name("The Sahel", "en"), Name("Sahel", "fr")}
