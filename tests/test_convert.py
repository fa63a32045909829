"""From plain objects to RDF and back: nothing is lost, whatever the values."""

from __future__ import annotations

import io
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from multilateral.ontology import convert, lines
from multilateral.ontology.lines import read_lines
from multilateral.ontology.model import (
    CERTAINTIES,
    ID,
    ML,
    STATUSES,
    Entity,
    Evidence,
    Identifier,
    Link,
    Name,
    Reference,
)
from pyoxigraph import BlankNode, RdfFormat, parse, serialize

from .conftest import DOC, EU, HPED, NASTY, authority, full_link, report, source

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
some = texts.filter(bool)
iris = st.from_regex(r"https://w3id\.org/multilateral/id/(organization|document)/[a-z0-9-]{1,8}", fullmatch=True)
dates = st.one_of(st.just("2012"), st.just("2012-04"), st.just("2012-04-25"), st.just("0800"))
languages = st.sampled_from(["", "en", "fr", "zh-hans", "pt-br"])
decimals = st.decimals(min_value=-(10**15), max_value=10**15, places=3, allow_nan=False, allow_infinity=False)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


evidence = st.builds(Evidence, iris, texts, maybe(texts), st.sampled_from(CERTAINTIES), maybe(st.floats(0, 1)), some)
_values = {"date": dates, "text": some, "decimal": decimals, "thing": iris}
links = st.builds(
    Link,
    st.just(f"{ID}link/s/1"),
    iris,
    st.sampled_from(["funds", "memberOf", "coOrganizes"]),
    iris,
    st.lists(evidence, max_size=12).map(tuple),
    discussed_in=st.lists(st.builds(Reference, iris, maybe(texts)), max_size=3).map(tuple),
    **{
        field: maybe(st.sampled_from(STATUSES) if field == "status" else _values[form])
        for field, (_, form) in convert.QUALIFIERS.items()
    },
)
names = st.builds(
    Name, texts, languages, st.sampled_from(["preferred", "alternative", "acronym"]), maybe(dates), maybe(dates)
)
entities = st.builds(
    Entity,
    st.just(f"{ID}organization/it"),
    st.sampled_from(["UNBody", "Document", "Country"]),
    st.lists(names, max_size=6, unique_by=lambda n: (n.text, n.lang, n.kind)).map(tuple),
    maybe(texts),
    st.lists(st.builds(Identifier, st.sampled_from(["ROR", "M49"]), texts), max_size=3).map(tuple),
    st.booleans(),
    maybe(texts),
    maybe(dates),
    maybe(dates),
    maybe(st.sampled_from(STATUSES)),
    maybe(iris),
    st.lists(evidence, max_size=12).map(tuple),
    maybe(dates),
    maybe(some),
    maybe(iris),
)


def there_and_back(statements: list[Any]) -> list[Any]:
    quads = [q for s in statements for q in convert.quads(s, "s")]
    written = serialize(quads, format=RdfFormat.N_QUADS)
    assert written is not None
    found = list(convert.read(parse(written, format=RdfFormat.N_QUADS)))
    assert list(read_lines(io.BytesIO(written), ID + "source/s")) == found, "the fast reader reads something else"
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(links, entities), min_size=1, max_size=3))
def test_there_and_back(statements: list[Any]) -> None:
    statements = [replace(s, iri=f"{s.iri}{n}") for n, s in enumerate(statements)]
    assert there_and_back(statements) == statements


def test_the_sample_comes_back() -> None:
    assert there_and_back([*authority(), *report()]) == [*authority(), *report()]


def test_every_field_of_a_link_is_written() -> None:
    link = full_link("s", "1")
    assert all(getattr(link, f.name) not in (None, ()) for f in fields(Link))
    assert {f.name for f in fields(Link)} - set(convert.QUALIFIERS) == {
        "iri", "source_iri", "relation", "target_iri", "evidence", "discussed_in",
    }  # fmt: skip


def test_a_name_borne_twice_keeps_both_times() -> None:
    twice = (
        Name("Zaire", "en", "alternative", "1885", "1908"),
        Name("Zaire", "en", "alternative", "1971", "1997-05"),
    )
    entity = Entity(f"{ID}country/CD", "Country", twice)
    assert there_and_back([entity]) == [entity]


def test_the_description_of_a_source_stands_at_its_head() -> None:
    described = replace(source("s"), version="2", issued="2024-05", url="https://example.org/")
    quads = [*convert.source_quads(described), *(q for s in report() for q in convert.quads(s, "s"))]
    assert convert.read_source(quads) == described
    assert list(convert.read(quads)) == report()
    with pytest.raises(ValueError, match="do not begin"):
        convert.read_source(convert.quads(report()[0], "s"))


def test_there_are_no_blank_nodes_and_one_graph() -> None:
    for statement in [*authority(), *report()]:
        for quad in convert.quads(statement, "s"):
            assert not isinstance(quad.subject, BlankNode) and not isinstance(quad.object, BlankNode)
            assert getattr(quad.graph_name, "value", "") == ID + "source/s"


def test_dates_keep_their_precision() -> None:
    kinds = {
        text: convert.date_literal(text).datatype.value.rpartition("#")[2] for text in ("2012", "2012-04", "2012-04-25")
    }
    assert kinds == {"2012": "gYear", "2012-04": "gYearMonth", "2012-04-25": "date"}
    with pytest.raises(ValueError, match="not a year"):
        convert.date_literal("spring 2012")


@pytest.mark.parametrize(("status", "stated"), [("proposed", False), ("planned", True), (None, True)])
def test_a_proposal_is_no_fact(status: Any, stated: bool) -> None:
    link = Link(f"{ID}link/s/1", EU, "funds", HPED, status=status)
    direct = [q for q in convert.quads(link, "s") if q.predicate.value == ML + "funds"]
    assert bool(direct) is stated


def test_amounts_are_decimals_to_the_last_digit() -> None:
    for text in ("0.10", "12345678901234567890.123456789", "1E+3", "-5"):
        link = Link(f"{ID}link/s/1", EU, "funds", HPED, amount=Decimal(text))
        [back] = there_and_back([link])
        assert back.amount == Decimal(text)


def test_another_reader_of_rdf_understands_the_file() -> None:
    quads = [q for s in report() for q in convert.quads(s, "s")]
    graph = rdflib.Dataset()
    graph.parse(data=serialize(quads, format=RdfFormat.N_QUADS), format="nquads")
    assert len(graph) == len(set(quads))
    topics = {str(name) for name in graph.graph(ID + "source/s").objects(None, rdflib.SKOS.prefLabel)}
    assert set(NASTY) <= topics and DOC


# --- the reader of files ---------------------------------------------------------------------------------------------


def mixed() -> list[Any]:
    """Things and links in turns, links with none and several pieces of evidence, texts and IRIs of every kind."""
    several = tuple(
        Evidence(DOC, f'{n}\t"{n}"', f"a\\n\r\n{n}", "extracted", n / 7, "é\u2028\x85\x01") for n in range(12)
    )
    odd = (
        "https://example.org/a%20b?c=d#e",
        "urn:isbn:1",
        "https://example.org/né",
        "http://[::1]/",
        "https://a.b:80/",
    )
    out: list[Any] = [*authority(), *report()]
    for n, iri in enumerate(odd):
        out.append(
            replace(full_link("s", f"odd{n}"), iri=f"{iri}/{n}" if n != 1 else iri, source_iri=iri, in_place=iri)
        )
        out.append(Entity(f"{iri}/thing", "Document", (Name(f"<{iri}> .\n", "en", "acronym"),), body=iri))
    out.append(replace(full_link("s", "many"), evidence=several))
    out.append(replace(full_link("s", "bare"), evidence=(), discussed_in=(), status="proposed"))
    out.append(replace(full_link("s", "bare/more"), discussed_in=(Reference(DOC), Reference(DOC, "x"), Reference(EU))))
    return out


@pytest.mark.parametrize("chunk", [1, 7, 100, 1_000, 5_000, 1 << 20])
def test_a_file_is_read_alike_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(lines, "_CHUNK", chunk)
    written = serialize((q for s in mixed() for q in convert.quads(s, "s")), format=RdfFormat.N_QUADS) or b""
    for limit in (8 * chunk, 1 << 30):
        monkeypatch.setattr(lines, "_LONGEST", limit)
        assert list(read_lines(io.BytesIO(written), ID + "source/s")) == mixed()


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def _commented(text: str) -> str:
    return "# by hand\n\n" + text.replace(" .\n", "\t. # so\n", 5).replace("> <", ">  <", 1)


def _other_order(text: str) -> str:
    """The target before the relation, and the method before the certainty."""
    rows = text.split("\n")
    for n, row in enumerate(rows[:-1]):
        if "#relation>" in row or "#certainty>" in row:
            rows[n], rows[n + 1] = rows[n + 1], rows[n]
    return "\n".join(rows)


def _unknown_property(text: str) -> str:
    head = text.index("#target>")
    start, end = text.rindex("\n", 0, head) + 1, text.index("\n", head) + 1
    return text[:end] + text[start:end].replace("#target>", "#colour>") + text[end:]


def _other_graph(text: str) -> str:
    return text.replace("source/s> .", "source/other> .")


def _escaped(text: str) -> str:
    return text.replace("organization", "organizati\\u006Fn").replace('"en', '"\\u0065n')


@pytest.mark.parametrize("change", [_crlf, _commented, _other_order, _unknown_property, _other_graph, _escaped])
def test_a_file_that_somebody_changed_is_read_as_pyoxigraph_reads_it(change: Any) -> None:
    text = (serialize((q for s in mixed() for q in convert.quads(s, "s")), format=RdfFormat.N_QUADS) or b"").decode()
    written = change(text).encode()
    assert written != text.encode()
    expected = list(convert.read(parse(written, format=RdfFormat.N_QUADS)))
    assert len(expected) == len(mixed())
    assert list(read_lines(io.BytesIO(written), ID + "source/s")) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [("<https://w3id", "<https://w3 id"), ("> .\n", ">\n"), ('"^^<', "^^<"), ("<https", "<//"), (" .\n", " . x\n")],
)
def test_what_is_no_n_quads_is_refused_wherever_it_stands(old: str, new: str) -> None:
    text = (serialize((q for s in report() for q in convert.quads(s, "s")), format=RdfFormat.N_QUADS) or b"").decode()
    places = [n for n in range(len(text)) if text.startswith(old, n)]
    assert len(places) > 5
    for place in places[:: max(1, len(places) // 40)]:
        broken = text[:place] + new + text[place + len(old) :]
        with pytest.raises((SyntaxError, ValueError)):
            list(parse(broken.encode(), format=RdfFormat.N_QUADS))
        with pytest.raises((SyntaxError, ValueError)):
            list(read_lines(io.BytesIO(broken.encode()), ID + "source/s"))
