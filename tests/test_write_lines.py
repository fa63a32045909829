"""Lines put together from texts are the bytes that a serializer writes of the same statements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multilateral.ontology import convert
from multilateral.ontology.model import ID, Entity, Evidence, Identifier, Link, Name, Reference, Statement
from multilateral.ontology.write_lines import LineWriter
from pyoxigraph import RdfFormat, serialize

from .conftest import source

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "row 1", 'a "quoted" one', "back\\slash", "\t\r\n\x0b\x0c\x7f\x80\ufffe\uffff\U0010ffff", "État"]
)
IRIS = st.sampled_from([f"{ID}organization/{n}" for n in ("a", "é", "x%20y?z#q", "ab/evidence/1")])
DATES = st.sampled_from([None, "2012", "2012-04", "2012-04-25"])
AMOUNTS = (
    st.none()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from([Decimal("1.0"), Decimal("1.00"), Decimal("1E+3"), Decimal("-0.00"), Decimal("1e-12")])
)
EVIDENCE = st.builds(
    Evidence, IRIS, TEXTS, st.none() | TEXTS, st.sampled_from(["explicit", "implied", "extracted"]),
    st.none() | st.floats(0, 1), TEXTS,
)  # fmt: skip
LINKS = st.builds(
    Link, IRIS, IRIS, st.sampled_from(["funds", "memberOf"]), IRIS, st.lists(EVIDENCE, max_size=3).map(tuple),
    valid_from=DATES, valid_to=DATES, role=st.none() | TEXTS, amount=AMOUNTS, amount_usd=AMOUNTS, share=AMOUNTS,
    status=st.sampled_from([None, "proposed", "planned"]), unit=st.none() | TEXTS, in_place=st.none() | IRIS,
    via_document=st.none() | IRIS, date_note=st.none() | TEXTS,
    discussed_in=st.lists(st.builds(Reference, IRIS, st.none() | TEXTS), max_size=2).map(tuple),
)  # fmt: skip
LANGUAGES = st.sampled_from(["", "en", "fr-CA", "zh-Hant"])
NAMES = st.builds(Name, TEXTS, LANGUAGES, st.sampled_from(["preferred", "alternative", "acronym"])) | st.builds(
    Name, TEXTS, LANGUAGES, st.just("alternative"), DATES, DATES
)
ENTITIES = st.builds(
    Entity, IRIS, st.sampled_from(["NGO", "Country", "Document"]), st.lists(NAMES, max_size=4).map(tuple),
    st.none() | TEXTS, st.lists(st.builds(Identifier, st.sampled_from(["ROR", "IATI"]), TEXTS), max_size=3).map(tuple),
    st.booleans(), description=st.none() | TEXTS, valid_from=DATES, valid_to=DATES,
    status=st.sampled_from([None, "ongoing"]), homepage=st.none() | IRIS,
    evidence=st.lists(EVIDENCE, max_size=2).map(tuple), issued=DATES, language=st.sampled_from([None, "fr"]),
    body=st.none() | IRIS,
)  # fmt: skip


@given(st.lists(LINKS | ENTITIES, max_size=6))
@settings(max_examples=200, deadline=None)
def test_the_same_bytes_as_a_serializer(statements: list[Statement]) -> None:
    described = source("s")
    writer = LineWriter(described)
    quads = [*convert.source_quads(described), *(q for s in statements for q in convert.quads(s, "s"))]
    found = writer.head() + b"".join([writer.lines(s) for s in statements])
    assert found == serialize(quads, format=RdfFormat.N_QUADS)


def test_amounts_that_are_equal_keep_their_digits() -> None:
    writer = LineWriter(source("s"))
    for text in ("1.0", "1.00", "1"):
        lines = writer.lines(Link(f"{ID}link/s/1", f"{ID}a", "funds", f"{ID}b", amount=Decimal(text)))
        assert f'amount> "{text}"^^'.encode() in lines


@pytest.mark.parametrize(
    "wrong",
    [
        Link("no iri", f"{ID}a", "funds", f"{ID}b"),
        Link(f"{ID}l", "no iri", "funds", f"{ID}b"),
        Link(f"{ID}l", f"{ID}a", "fu nds", f"{ID}b"),
        Link(f"{ID}l", f"{ID}a", "funds", f"{ID}b", valid_from="12"),
        Link(f"{ID}l", f"{ID}a", "funds", f"{ID}b", in_place=f"{ID}<x>"),
        Link(f"{ID}l", f"{ID}a", "funds", f"{ID}b", (Evidence("\n", "1"),)),
        Link(f"{ID}l", f"{ID}a", "funds", f"{ID}b", role="\ud800"),
        Entity("no iri", "NGO"),
        Entity(f"{ID}a", "N GO"),
        Entity(f"{ID}a", "NGO", (Name("x", "no language"),)),
        Entity(f"{ID}a", "NGO", (Name("\ud800"),)),
        Entity(f"{ID}a", "NGO", identifiers=(Identifier("no scheme", "1"),)),
        Entity(f"{ID}a", "NGO", homepage="no iri"),
        Entity(f"{ID}a", "NGO", valid_from="12"),
        Entity(f"{ID}a", "NGO", evidence=(Evidence("\n", "1"),)),
    ],
)
def test_what_is_no_term_is_refused(wrong: Statement) -> None:
    with pytest.raises(ValueError):
        LineWriter(source("s")).lines(wrong)
