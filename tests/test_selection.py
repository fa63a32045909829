"""Selections: dates as periods, unknown is not ongoing, hierarchies, and words that do not exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
from multilateral.graph.selection import FOREVER, BadSelection, Chosen, Selection, extent, period, timing
from multilateral.ontology.errors import MultilateralError
from multilateral.ontology.model import ID, Link
from multilateral.ontology.vocabulary import vocabulary


def link(relation: str = "funds", **fields: Any) -> Link:
    return Link(f"{ID}link/s/1", f"{ID}organization/a", relation, f"{ID}organization/b", **fields)


def admits(selection: Selection, one: Link, source: str = "s", ends: tuple[str, str] = ("NGO", "UNBody")) -> bool:
    return selection.admits(one, source, *ends, vocabulary())


def parse(**words: Any) -> Selection:
    return Selection.parse(vocabulary(), **words)


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2012", "2012-01-01", "2012-12-31"),
        ("2012-02", "2012-02-01", "2012-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2012-04-25", "2012-04-25", "2012-04-25"),
        ("0800", "0800-01-01", "0800-12-31"),
    ],
)
def test_a_date_is_a_period(date: str, first: str, last: str) -> None:
    assert period(date) == (first, last)


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2012-13", "there is no month 13"),
        ("2011-02-29", "2011-02 has the days 01 to 28"),
        ("2012-04-00", "has the days 01 to 30"),
        ("25.4.2012", "2012-04-25"),
        ("12", "year, month or day"),
        ("2012-4", "year, month or day"),
        ("", "year, month or day"),
        ("0000", "year, month or day"),
        ("٢٠١٢", "year, month or day"),
        ("2012\n", "year, month or day"),
    ],
)
def test_a_date_that_does_not_exist_is_refused_in_words(date: str, said: str) -> None:
    with pytest.raises(BadSelection, match=re.escape(said)):
        parse(as_of=date)


@pytest.mark.parametrize(
    ("dates", "known"),
    [
        (("2010", "2012-04", None), ("2010-01-01", "2012-04-30")),
        (("2010", None, None), ("2010-01-01", "2010-12-31")),
        (("2010", None, "completed"), ("2010-01-01", "2010-12-31")),
        (("2010", None, "ongoing"), ("2010-01-01", FOREVER)),
        ((None, "2012", None), ("2012-01-01", "2012-12-31")),
        ((None, "2012", "ongoing"), ("2012-01-01", "2012-12-31")),
        ((None, None, None), None),
        ((None, None, "ongoing"), None),
        (("soon", None, None), None),
    ],
)
def test_the_extent_of_a_link(dates: tuple[str | None, str | None, str | None], known: tuple[str, str] | None) -> None:
    assert extent(*dates) == known


@pytest.mark.parametrize(
    ("as_of", "dates", "found"),
    [
        ("2011", ("2010", "2012", None), "in"),
        ("2012-12-31", ("2010", "2012", None), "in"),
        ("2013", ("2010", "2012", None), "out"),
        ("2009-12-31", ("2010", "2012", None), "out"),
        ("2012-04", ("2012-04-25", "2012-04-27", None), "in"),  # the month contains the days
        ("2012-04-25", ("2012", None, None), "in"),  # a coarse date counts as its whole period
        ("2020", ("2012", None, None), "open"),  # unknown is not ongoing
        ("2020", ("2012", None, "ongoing"), "in"),
        ("2011", ("2012", None, "ongoing"), "out"),
        ("2011", ("2012", None, None), "out"),
        ("2011", (None, "2012", None), "open"),
        ("2013", (None, "2012", None), "out"),
        ("2012", (None, None, None), "undated"),
        ("2012", (None, None, "ongoing"), "undated"),
        ("2012", ("soon", None, None), "undated"),
    ],
)
def test_as_of(as_of: str, dates: tuple[str | None, str | None, str | None], found: str) -> None:
    assert timing(period(as_of), *dates) == found
    one = link(valid_from=dates[0], valid_to=dates[1], status=dates[2])
    assert parse(as_of=as_of).timing(one) == found
    assert admits(parse(as_of=as_of), one) is (found == "in")
    assert parse(from_=as_of, until=as_of).timing(one) == found  # as of D is from D until D


def test_from_and_until_keep_what_overlaps() -> None:
    membership = link(valid_from="2010", valid_to="2015")
    assert admits(parse(from_="2015-12-31"), membership)
    assert not admits(parse(from_="2016"), membership)
    assert admits(parse(until="2010-01-01"), membership)
    assert not admits(parse(until="2009"), membership)
    assert admits(parse(from_="2012", until="2012"), membership)
    assert not admits(parse(from_="2001"), link())
    with pytest.raises(BadSelection, match=r"ends \(2011\) before it begins \(2012\)"):
        parse(from_="2012", until="2011")
    parse(from_="2012-06", until="2012")  # the year ends after June


def test_as_of_and_a_window_must_both_be_met() -> None:
    both = parse(as_of="2010", from_="2014")
    assert admits(both, link(valid_from="2010", valid_to="2015"))
    assert not admits(both, link(valid_from="2010", valid_to="2012"))
    assert both.timing(link(valid_from="2014", valid_to="2015")) == "out"


def test_a_relation_includes_its_sub_properties() -> None:
    assert admits(parse(relation="leads"), link("chairs"))
    assert admits(parse(relation="leads"), link("leads"))
    assert not admits(parse(relation="chairs"), link("leads"))
    assert not admits(parse(relation="leads"), link("funds"))
    assert admits(parse(relation=["funds", "leads"]), link("chairs"))
    assert not admits(parse(relation="leads"), link("unheardOf"))


def test_both_ends_must_be_of_a_class() -> None:
    organizations = parse(type_="Organization")
    assert admits(organizations, link(), ends=("NGO", "UNBody"))
    assert not admits(organizations, link(), ends=("NGO", "Event"))
    assert not admits(organizations, link(), ends=("Country", "NGO"))
    assert admits(parse(type_=["Organization", "Event"]), link(), ends=("NGO", "Event"))
    assert not admits(organizations, link(), ends=("NGO", ""))
    assert organizations.admits_type("SubsidiaryBody", vocabulary())
    assert not organizations.admits_type("Country", vocabulary())


def test_sources_and_statuses() -> None:
    assert admits(parse(source="s", known_sources={"s", "t"}), link())
    assert not admits(parse(source="t", known_sources={"s", "t"}), link())
    assert admits(parse(status="ongoing"), link(status="ongoing"))
    assert not admits(parse(status="ongoing"), link())
    assert not admits(parse(status=["ongoing", "completed"]), link(status="proposed"))


def test_nothing_asked_admits_everything() -> None:
    assert parse() == Selection()
    assert parse().empty and not parse().dated
    assert admits(parse(), link("unheardOf"), ends=("", ""))
    assert parse(until="2012").dated


def test_words_in_any_spelling() -> None:
    assert parse(relation="MEMBER_OF").relations == {"memberOf"}
    assert parse(type_="unbody").types == {"UNBody"}
    assert parse(status="Ongoing").statuses == {"ongoing"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"relation": "fund"}, "There is no relation 'fund'; did you mean 'funds'?"),
        ({"type_": "Organisation"}, "There is no class 'Organisation'; did you mean 'Organization'?"),
        ({"type_": "Link"}, "There is no class 'Link'"),
        ({"status": "finished"}, "There is no status 'finished'; the known ones are completed, ongoing, planned, pro"),
        ({"source": "iat", "known_sources": ["iati", "ror"]}, "There is no source 'iat'; did you mean 'iati'?"),
        ({"source": "IATI", "known_sources": ["iati"]}, "There is no source 'IATI'"),
        ({"source": "iati", "known_sources": []}, "There is no source 'iati'; there is none yet."),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(words: dict[str, Any], said: str) -> None:
    with pytest.raises(MultilateralError, match=re.escape(said)):
        parse(**words)


def test_what_is_left_out_for_lack_of_dates_is_counted() -> None:
    chosen = Chosen(parse(as_of="2020", relation="funds"), vocabulary())
    kept = link(valid_from="2020")
    stream = [
        (kept, "s", "NGO", "NGO"),
        (link(), "s", "NGO", "NGO"),
        (link(valid_from="2012"), "s", "NGO", "NGO"),
        (link(valid_from="2013"), "s", "NGO", "NGO"),
        (link(valid_from="2012", valid_to="2013"), "s", "NGO", "NGO"),
        (link("leads"), "s", "NGO", "NGO"),  # undated, but not asked for
    ]
    assert list(chosen(stream)) == [(kept, "s")]
    assert (chosen.undated, chosen.open) == (1, 2)
