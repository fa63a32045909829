"""The catalogue of questions and its runner: every file, both engines, values that are wrong or hostile."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from multilateral.graph.reading import Reader, Thing
from multilateral.graph.store import Store
from multilateral.loaders.table import load_table
from multilateral.ontology.errors import AmbiguousName, BadParameter, UnknownEntity
from multilateral.ontology.model import ID, STATUSES
from multilateral.ontology.vocabulary import vocabulary
from multilateral.queries.binding import bind, parameters_of
from multilateral.queries.catalogue import LANGUAGES, UnknownQuestion, catalogue
from multilateral.queries.documentation import document
from multilateral.queries.engines import SparqlEngine
from multilateral.queries.runner import cell_text, run

ALL = list(catalogue())
HOSTILE = (
    'x" } UNION { ?s ?p ?o } #',
    "x' OR 1=1 RETURN n //",
    "> . ?a ?b ?c . <x",
    "$org",
    "BOUND($org)",
    "'}) DETACH DELETE n //",
    "\\",
    "oie\x00",
)


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("queries") / "store"
    tables = resources.files("multilateral.data") / "five_documents"
    with Store.writing(path) as store:
        store.load(load_table(Path(str(f))) for f in sorted(tables.iterdir(), key=lambda f: f.name) if f.is_dir())
    return Reader(path)


# --- the files -----------------------------------------------------------------------------------------------


def test_the_three_files_of_each_question_are_there_and_nothing_else() -> None:
    root = resources.files("multilateral.queries")
    folders = [t for t in root.iterdir() if t.is_dir() and any(f.name.endswith(".yaml") for f in t.iterdir())]
    files = {f.name for folder in folders for f in folder.iterdir()}
    assert files == {f"{name}.{kind}" for name in ALL for kind in ("yaml", "rq", "cypher")}


@pytest.mark.parametrize("name", ALL)
def test_a_question_is_described_in_both_languages(name: str) -> None:
    question = catalogue()[name]
    texts = [
        question.title,
        question.purpose,
        *(p.help for p in question.parameters),
        *(c.label for c in question.columns),
    ]
    for text in texts:
        assert set(text) == set(LANGUAGES)
        assert all(words.strip() for words in text.values())
    assert question.title["en"] != question.title["fr"]
    assert question.title["en"].endswith("?")


@pytest.mark.parametrize("name", ALL)
def test_parameters_declared_are_those_used_in_both_texts(name: str) -> None:
    question = catalogue()[name]
    declared = {p.name for p in question.parameters}
    assert len(declared) == len(question.parameters)
    assert parameters_of(question.sparql) == declared
    assert set(re.findall(r"\$(\w+)", question.cypher)) == declared


@pytest.mark.parametrize("name", ALL)
def test_no_variable_of_a_sparql_text_bears_the_name_of_a_parameter(name: str) -> None:
    # $x and ?x are the same variable in SPARQL: the text would not mean what it says.
    text = catalogue()[name].sparql
    assert not parameters_of(text) & set(re.findall(r"\?(\w+)", text))


@pytest.mark.parametrize("name", ALL)
def test_parameters_name_things_that_exist(name: str) -> None:
    known = vocabulary()
    for parameter in catalogue()[name].parameters:
        assert not (parameter.required and parameter.default)
        if parameter.type == "entity":
            assert all(c in known.classes for c in parameter.values_from)
        elif parameter.type == "class" and parameter.default:
            assert parameter.default in known.classes
        elif parameter.type == "boolean":
            assert parameter.default in ("yes", "no")


@pytest.mark.parametrize("name", ALL)
def test_relations_in_a_text_are_those_of_the_ontology(name: str) -> None:
    question = catalogue()[name]
    known = {f"ml:{term}" for term in vocabulary().labels}
    assert set(re.findall(r"\bml:\w+", question.sparql)) <= known


@pytest.mark.parametrize("name", ALL)
def test_columns_are_those_that_the_texts_return(five: Reader, name: str) -> None:
    question = catalogue()[name]
    declared = [c.name for c in question.columns]
    found = five.index.query(bind(question.sparql, {}).replace("WHERE {", "WHERE { FILTER(false)", 1))
    assert [v.value for v in found.variables] == declared
    none: dict[str, Any] = {p.name: None for p in question.parameters}
    assert five.property_graph.rows(question.cypher, none)[0] == declared
    assert {c.removeprefix("-") for c in question.order} <= set(declared)


@pytest.mark.parametrize("name", ALL)
def test_the_example_gives_the_same_rows_on_both_engines(five: Reader, name: str) -> None:
    question = catalogue()[name]
    sparql, cypher = (run(five, name, question.example, engine=e).rows for e in ("sparql", "cypher"))
    assert sparql, "an example shows something"
    assert sparql == cypher
    assert [list(map(type, row.values())) for row in sparql] == [list(map(type, row.values())) for row in cypher]


@pytest.mark.parametrize("name", [n for n in ALL if not any(p.required for p in catalogue()[n].parameters)])
def test_without_parameters_both_engines_give_the_same_rows(five: Reader, name: str) -> None:
    sparql, cypher = (run(five, name, engine=e).rows for e in ("sparql", "cypher"))
    assert sparql
    assert sparql == cypher


@pytest.mark.parametrize("name", ["partners-of", "timeline-of", "everything-about", "commitments"])
@pytest.mark.parametrize("date", ["2007", "2007-06", "2012-04", "2024-11-27", "1990"])
def test_dates_mean_the_same_on_both_engines_and_what_the_selection_says(five: Reader, name: str, date: str) -> None:
    from multilateral.graph.selection import period, timing

    first = catalogue()[name].parameters[0].name
    for thing in ("secretariat-cee", "apctt", "unicri"):
        everything = run(five, name, {first: thing}).rows
        chosen = [run(five, name, {first: thing, "as_of": date}, engine=e).rows for e in ("sparql", "cypher")]
        window = period(date)
        dates = [(row, [row[c] for c in ("valid_from", "valid_to", "status")]) for row in everything]
        assert chosen[0] == chosen[1] == [row for row, d in dates if timing(window, *d) == "in"]  # type: ignore[arg-type]


def test_nasty_names_and_links_without_descriptions_come_alike_from_both_engines(workshop: Any) -> None:
    reader = workshop.sample()
    for name, given in [
        ("everything-about", {"thing": ID + "organization/oie"}),
        ("partners-of", {"org": ID + "organization/oie"}),
        ("funders-of", {"thing": ID + "programme/hped"}),
        ("figures", {}),
        ("members-of", {"body": ID + "organization/oie"}),
        ("offers", {}),
    ]:
        sparql, cypher = (run(reader, name, given, engine=e).rows for e in ("sparql", "cypher"))
        assert sparql
        assert sparql == cypher


# --- values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_looked_up_and_never_run(five: Reader, text: str) -> None:
    with pytest.raises((UnknownEntity, BadParameter)):
        run(five, "partners-of", {"org": text})


@pytest.mark.parametrize("text", HOSTILE)
def test_a_bound_term_stays_one_literal(text: str) -> None:
    bound = bind("SELECT ?x WHERE { BIND($org AS ?x) FILTER(BOUND($org)) }", {"org": ox.Literal(text)})
    assert [row["x"].value for row in ox.Store().query(bound)] == [text]  # type: ignore[union-attr,index]


def test_parameters_in_strings_comments_and_iris_are_left_alone() -> None:
    text = "# $a\nSELECT * WHERE { <http://x/$a> ?p \"$a\", '$a' . FILTER(?p = $a) }"
    assert bind(text, {"a": ox.Literal(1)}).count("$a") == 4
    assert parameters_of(text) == {"a"}


def test_a_store_reads_a_parameter_in_every_scope(five: Reader) -> None:
    # pyoxigraph's own substitutions drop such filters in silence; see queries/binding.py.
    text = "SELECT ?n WHERE { { SELECT (COUNT(?l) AS ?n) WHERE { ?l ml:source ?s FILTER(!BOUND($x) || ?s = $x) } } }"
    iri = ox.NamedNode(run(five, "partners-of", {"org": "unicri"}).values["org"])  # type: ignore[arg-type]
    one, every = (int(next(five.index.rows(bind(text, v)))["n"].value) for v in ({"x": iri}, {}))
    assert 0 < one < every == sum(1 for _ in five.links())


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("partners-of", {}, "needs the parameter 'org'"),
        ("partners-of", {"org": "oie", "colour": "red"}, "no parameter 'colour'"),
        ("partners-of", {"org": "oie", "from": "12/04/2012"}, "'from'.*'12/04/2012' is not a date"),
        ("partners-of", {"org": "oie", "until": "2012-02-30"}, "'until'.*check the day"),
        ("partners-of", {"org": "oie", "from": "2013", "until": "2012"}, "ends .* before it begins"),
        ("partners-of", {"org": "oie", "as_of": "2013", "until": "2012"}, "as_of"),
        (
            "partners-of",
            {"org": "oie", "include_proposed": "perhaps"},
            "'include_proposed' was given 'perhaps'.*yes or no",
        ),
        ("partners-of", {"org": "atelier-tachkent-2007"}, "'org' was given 'atelier-tachkent-2007'.*event"),
        ("partners-of", {"org": ID + "event/tashkent-broadband-workshop-2007"}, "'org' was given .*event"),
        ("events-of", {"org": "cesap", "only": "likes"}, "'only' was given 'likes'.*relation"),
        ("events-about", {"topic": "t-ppp", "class": "Dog"}, "'class' was given 'Dog'.*class"),
        ("path-between", {"start": "oie", "end": "unicri", "hops": "9"}, "'hops' was given '9'.*at most 4"),
        ("path-between", {"start": "oie", "end": "unicri", "hops": "many"}, "'hops' was given 'many'.*number"),
        ("appears-in", {"minimum": "nan"}, "'minimum' was given 'nan'"),
        ("calendar", {"with_status": "done"}, "'with_status' was given 'done'.*completed"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(five: Reader, name: str, given: dict[str, str], said: str) -> None:
    with pytest.raises(BadParameter, match=said) as caught:
        run(five, name, given)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_says_which_parameter_and_what_is_near(five: Reader) -> None:
    with pytest.raises(UnknownEntity, match=r"'org'.*did you mean"):
        run(five, "partners-of", {"org": "World Inteletual Property Organization"})


def test_an_ambiguous_name_lists_what_it_may_mean(workshop: Any, make_source: Any) -> None:
    from multilateral.ontology.model import Entity, Name

    both = [Entity(f"{ID}organization/{n}", "Organization", (Name("CEE", "fr", "acronym"),)) for n in ("ece", "eec")]
    workshop.load((make_source("two"), both))
    with pytest.raises(AmbiguousName, match=r"(?s)'org'.*organization/ece.*organization/eec"):
        run(workshop.reader(), "partners-of", {"org": "CEE"})


def test_a_class_narrows_an_ambiguous_name(workshop: Any, make_source: Any) -> None:
    from multilateral.ontology.model import Entity, Name

    both = [Entity(f"{ID}x/{kind}", kind, (Name("Kenya", "en"),)) for kind in ("Country", "Document")]
    workshop.load((make_source("two"), both))
    assert run(workshop.reader(), "partners-of", {"org": "Kenya"}).values["org"] == f"{ID}x/Country"


@pytest.mark.parametrize("given", ["OIE", "oie", "Organisation mondiale de la santé animale"])
def test_an_organization_is_found_under_any_name(five: Reader, given: str) -> None:
    rows = run(five, "partners-of", {"org": given}).rows
    assert {row["partner"].id for row in rows if isinstance(row["partner"], Thing)} == {"oms"}


def test_words_may_be_written_as_a_property_graph_writes_them(five: Reader) -> None:
    given = {"party": "coree", "only": "CONTRIBUTES_TO"}
    assert run(five, "commitments", given).values["only"] == "contributesTo"


def test_a_class_takes_in_its_subclasses(five: Reader) -> None:
    rows = run(five, "event-partners", {"event": "atelier-tachkent-2007", "class": "Organization"}).rows
    kinds = {row["participant"].type for row in rows if isinstance(row["participant"], Thing)}
    assert len(kinds) > 2
    assert "Organization" not in kinds


# --- the answer ----------------------------------------------------------------------------------------------


def test_names_come_in_the_language_asked_for(five: Reader) -> None:
    for lang, name in (("en", "World Health Organization"), ("fr", "Organisation mondiale de la Santé")):
        row = run(five, "partners-of", {"org": "oie"}, lang=lang).rows[0]
        assert isinstance(row["partner"], Thing)
        assert row["partner"].name.casefold() == name.casefold()


def test_a_cell_is_shown_by_its_label(five: Reader) -> None:
    answer = run(five, "partners-of", {"org": "oie"}, lang="fr")
    shown = {c.name: cell_text(c, answer.rows[0][c.name], "fr") for c in answer.columns}
    assert shown["relation"] == "coopère avec"
    assert shown["at_event"] == ""
    assert shown["status"] and shown["status"] not in STATUSES


def test_another_engine_may_answer(five: Reader) -> None:
    asked: list[str] = []

    def select(text: str) -> Any:
        asked.append(text)
        return five.index.rows(text)

    rows = run(five, "partners-of", {"org": "oie"}, engine=SparqlEngine(select)).rows
    assert rows == run(five, "partners-of", {"org": "oie"}).rows
    assert "$org" not in asked[0]


def test_an_unknown_question_suggests_one() -> None:
    with pytest.raises(UnknownQuestion, match="partners-of"):
        catalogue()["partner-of"]
    assert "partner-of" not in catalogue()


def test_an_unknown_engine_is_refused(five: Reader) -> None:
    with pytest.raises(BadParameter, match="sparql or cypher"):
        run(five, "figures", engine="gremlin")  # type: ignore[arg-type]


def test_listing_reads_no_query_text() -> None:
    listed = type(catalogue())(resources.files("multilateral.queries"))
    assert [q.title["en"] for q in listed.values()]
    assert not any("sparql" in vars(q) or "cypher" in vars(q) for q in listed.values())


def test_the_documentation_is_up_to_date() -> None:
    page = Path(str(resources.files("multilateral"))) / "docs" / "questions.md"
    assert page.read_text(encoding="utf-8") == document(), "run python -m multilateral.queries.documentation"
