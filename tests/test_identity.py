"""Identity: what the rules decide, what they leave to a person, and that a person's word stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from multilateral.graph.decisions import Decision, Standing
from multilateral.graph.identity.candidates import CandidateFinder
from multilateral.graph.identity.decide import BadDecision, Wish, apply
from multilateral.graph.identity.keys import Keys, Watch
from multilateral.graph.identity.reconcile import Reconciler, opened
from multilateral.graph.identity.records import read_records
from multilateral.graph.reading import Reader
from multilateral.graph.store import Store
from multilateral.ontology.model import ID, ML, Entity, Evidence, Identifier, Link, Loaded, Name, Source, Statement

ORG = ID + "organization/"


def body(slug: str, *names: str, ids: str = "", type_: str = "Organization", lang: str = "en") -> Entity:
    identifiers = tuple(Identifier(*item.split(":", 1)) for item in ids.split())
    return Entity(ORG + slug, type_, tuple(Name(n, lang) for n in names), identifiers=identifiers)


def at_home(source: str, slug: str, country: str) -> Link:
    evidence = (Evidence(ID + "document/x", "1"),)
    return Link(f"{ID}link/{source}/home-{slug}", ORG + slug, "locatedIn", f"{ID}country/{country}", evidence)


class Shelf:
    """A store into which sources are loaded as a user does: under the lock, with the rules watching."""

    def __init__(self, path: Path, authority: Callable[[], Iterable[Loaded]] | None = None) -> None:
        self.path, self.authority = path, authority

    def load(self, id_: str, *statements: Statement, loader: str = "table") -> int:
        source = Source(id_, id_, loader, f"sha256:{hash(statements)}", f"{id_}.csv", "2025-01-02T03:04:05Z")
        with Store.writing(self.path) as store:
            watch = Watch(store, self.authority)
            try:
                before = len(list(store.decisions))
                store.load(watch([Loaded(source, iter(statements))]), decide=watch.decide)
                watch.keep()
                return len(list(store.decisions)) - before
            finally:
                watch.close()

    def forget(self, id_: str) -> None:
        with Store.writing(self.path) as store:
            watch = Watch(store)
            store.forget(id_, decide=watch.decide_without(id_))
            watch.keep()
            watch.close()

    def decide(self, verdict: str, left: str, right: str, who: str = "second coder") -> tuple[int, int]:
        with Store.writing(self.path) as store:
            return apply(store, [Wish(verdict, ORG + left, ORG + right, "because")], who)  # type: ignore[arg-type]

    @property
    def standing(self) -> Standing:
        return Store.open(self.path).decisions.standing()

    def together(self) -> list[list[str]]:
        """The things that are one, by the ends of their IRIs."""
        groups: dict[str, set[str]] = {}
        for iri, top in Store.open(self.path).decisions.canonical().items():
            groups.setdefault(top, {top}).add(iri)
        return sorted(sorted(iri.removeprefix(ORG) for iri in group) for group in groups.values())

    def rules(self) -> list[str]:
        return [d.rule for d in self.standing.decisions()]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "store")


def test_the_same_identifier_makes_one_whatever_the_names(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Fund A", ids="Wikidata:Q1"))
    shelf.load("two", body("b", "Fonds B", ids="Wikidata:Q1", lang="fr"))
    assert shelf.together() == [["a", "b"]]
    (made,) = shelf.standing.decisions()
    assert (made.who, made.rule, made.why) == ("rule", "identifier", "both have Wikidata:Q1")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("OECDDAC:41119", "IATI:XM-DAC-41119"),
        ("IATI:41119", "IATI:xm-dac-41119"),
        ("ROR:01f80g185", "ROR:https://ror.org/01F80G185"),
        ("Wikidata:Q7817", "Wikidata:https://www.wikidata.org/wiki/Q7817"),
    ],
)
def test_an_identifier_is_the_same_however_it_is_written(shelf: Shelf, mine: str, theirs: str) -> None:
    shelf.load("one", body("a", "Fund A", ids=mine))
    shelf.load("two", body("b", "Body B", ids=theirs))
    assert shelf.together() == [["a", "b"]]


def test_a_number_of_a_state_is_not_that_of_an_organization(shelf: Shelf) -> None:
    country = Entity(ID + "country/FR", "Country", (Name("France", "en"),), identifiers=(Identifier("COW", "220"),))
    shelf.load("one", country)
    shelf.load("two", body("acp", "ACP Group", ids="COW:220"))
    assert shelf.together() == []


def test_an_identifier_against_it_forbids_what_another_one_says(shelf: Shelf) -> None:
    shelf.load("one", body("a", "World Bank", ids="Wikidata:Q1 ROR:r1"))
    shelf.load("two", body("b", "World Bank", ids="Wikidata:Q1 ROR:r2"))
    assert shelf.together() == []


def test_one_source_with_one_identifier_for_two_names_is_a_slip(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Fund A", ids="IATI:X-1"), body("b", "Body B", ids="IATI:X-1"))
    assert shelf.together() == []


def test_names_are_compared_without_accents_case_article_spelling_and_bracketed_acronym(shelf: Shelf) -> None:
    shelf.load("one", body("a", "The World Organization for Rivers & Lakes (WORL)"))
    shelf.load("two", body("b", "WORLD ORGANISATION FOR RIVERS AND LAKES"))
    shelf.load("three", body("c", "World Organisation of Rivers and Lakes"))  # another word is another name
    assert shelf.together() == [["a", "b"]]
    assert shelf.rules() == ["name"]


@pytest.mark.parametrize("acronym", ["BID", "CAF", "CEE", "OMD", "CEE-ONU"])
def test_acronyms_alone_never_decide(shelf: Shelf, acronym: str) -> None:
    shelf.load("one", body("a", acronym), Entity(ORG + "a2", "Organization", (Name(acronym, "fr", "acronym"),)))
    shelf.load("two", body("b", acronym), Entity(ORG + "b2", "Organization", (Name(acronym, "", "acronym"),)))
    shelf.load("auth", body("c", "Customs of the World", acronym), loader="authority")
    assert shelf.together() == []


def test_a_name_of_common_words_needs_the_country(shelf: Shelf) -> None:
    shelf.load("one", body("ga", "Ministry of Health"), at_home("one", "ga", "GA"))
    shelf.load("two", body("km", "Ministry of Health"), at_home("two", "km", "KM"))
    shelf.load("three", body("nowhere", "Ministry of Health"))
    assert shelf.together() == []
    shelf.load("four", body("ga2", "ministry of health"), at_home("four", "ga2", "GA"))
    assert shelf.together() == [["ga", "ga2"]]


def test_the_same_name_in_other_countries_or_classes_is_another_body(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Caritas Pirogue"), at_home("one", "a", "GA"))
    shelf.load("two", body("b", "Caritas Pirogue"), at_home("two", "b", "KM"))
    shelf.load("three", body("c", "Pirogue Zanj Trust", type_="NGO"))
    shelf.load("four", body("d", "Pirogue Zanj Trust", type_="GovernmentBody"))
    assert shelf.together() == []


def test_a_bearer_without_identifier_between_two_that_differ_goes_with_neither(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Zanj Pirogue Fund", ids="IATI:GB-1-A"))
    shelf.load("two", body("b", "Zanj Pirogue Fund"))
    assert shelf.together() == [["a", "b"]]
    shelf.load("three", body("c", "Zanj Pirogue Fund", ids="IATI:GB-1-C"))
    assert shelf.together() == []  # what the rule had decided no longer follows, and it takes it back
    assert [d.verdict for d in Store.open(shelf.path).decisions] == ["same", "undo"]


def authority() -> list[Statement]:
    return [
        Entity(
            ORG + "who",
            "UNBody",
            (
                Name("World Health Organization", "en"),
                Name("Organisation mondiale de la Santé", "fr"),
                Name("Office international d’hygiène publique", "fr", "alternative", "1907", "1946"),
            ),
            identifiers=(Identifier("IATI", "XM-DAC-928"),),
        ),
        body("mfa-fi", "Ministry for Foreign Affairs of Finland", type_="GovernmentBody"),
        body("mfa-jp", "Ministry for Foreign Affairs of Japan", type_="GovernmentBody"),
        at_home("auth", "mfa-fi", "FI"),
        at_home("auth", "mfa-jp", "JP"),
    ]


def test_a_name_of_the_authority_file_in_any_language_decides(shelf: Shelf) -> None:
    shelf.load("en", body("a", "World Health Organization (WHO)"))
    shelf.load("fr", body("b", "Organisation mondiale de la santé (OMS)", lang="fr"))
    shelf.load("old", body("c", "Office international d'hygiène publique", lang="fr"))
    assert shelf.together() == []
    shelf.load("auth", *authority(), loader="authority")
    assert shelf.together() == [["a", "b", "c", "who"]]
    assert set(shelf.rules()) == {"authority-name"}


def test_the_shipped_authority_file_decides_where_none_is_loaded_and_is_no_thing_of_the_store(tmp_path: Path) -> None:
    from multilateral.loaders.authority import authority as shipped

    shelf = Shelf(tmp_path / "store", shipped)
    shelf.load("en", body("a", "United Nations Population Fund"))
    shelf.load("fr", body("b", "Fonds des Nations Unies pour la population (UNFPA)", lang="fr"))
    assert shelf.together() == [["a", "b", "united-nations-population-fund"]]
    reader = Reader(shelf.path)
    assert set(reader.canonical.values()) == {ORG + "a"}  # what a source describes stands for all
    assert [source.id for source in reader.sources()] == ["en", "fr"]
    assert candidates(shelf, "a") == []


def test_a_country_before_the_name_tells_which_ministry_is_meant(shelf: Shelf) -> None:
    shelf.load("auth", *authority(), loader="authority")
    shelf.load("en", body("a", "Finland - Ministry for Foreign Affairs"), body("b", "Ministry for Foreign Affairs"))
    shelf.load("it", body("c", "Italy - Ministry for Foreign Affairs"))
    assert shelf.together() == [["a", "mfa-fi"]]


def test_the_authority_file_is_not_made_one_and_another_identifier_is_against_its_name(shelf: Shelf) -> None:
    double = body("who2", "World Health Organization", type_="UNBody")
    shelf.load("auth", *authority(), loader="authority")
    shelf.load("auth2", double, loader="authority")
    shelf.load("x", body("a", "World Health Organization", ids="IATI:XM-DAC-4"))
    assert shelf.together() == []


def test_the_order_of_loads_makes_no_difference(tmp_path: Path) -> None:
    loads: list[tuple[str, list[Statement], str]] = [
        ("auth", authority(), "authority"),
        ("x", [body("a", "World Health Organization"), body("p", "Zanj Pirogue Fund")], "table"),
        ("y", [body("b", "Organisation mondiale de la Santé"), body("q", "Zanj Pirogue Fund", ids="ROR:r1")], "table"),
        ("z", [body("c", "WHO at home", ids="IATI:XM-DAC-928"), body("r", "Zanj Pirogue Fund", ids="ROR:r2")], "table"),
    ]
    ends = []
    for number, order in enumerate(([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2])):
        shelf = Shelf(tmp_path / str(number))
        for at in order:
            shelf.load(loads[at][0], *loads[at][1], loader=loads[at][2])
        ends.append(shelf.together())
    assert ends[0] == ends[1] == ends[2] == [["a", "b", "c", "who"]]


def test_loading_again_and_forgetting_leave_what_follows(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Zanj Pirogue Fund"))
    assert shelf.load("two", body("b", "Zanj Pirogue Fund")) == 1
    assert shelf.load("two", body("b", "Zanj Pirogue Fund")) == 0  # unchanged
    assert shelf.load("two", body("b", "Zanj Pirogue Trust")) == 1  # the name it was tied by is gone
    assert shelf.together() == []
    shelf.load("two", body("b", "Zanj Pirogue Fund"))
    shelf.forget("two")
    assert shelf.together() == []


def test_the_keys_can_be_lost_and_a_load_that_fails_leaves_no_trace(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Zanj Pirogue Fund"))
    (shelf.path / "projections" / "identity.sqlite").write_bytes(b"no database")
    shelf.load("two", body("b", "Zanj Pirogue Fund"))
    assert shelf.together() == [["a", "b"]]

    def broken() -> Iterable[Statement]:
        yield body("c", "Zanj Pirogue Fund")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Store.writing(shelf.path) as store:
        watch = Watch(store)
        try:
            store.load(
                watch([Loaded(Source("three", "t", "table", "sha256:3", "t", "2025-01-01T00:00:00Z"), iter(broken()))]),
                decide=watch.decide,
            )
        finally:
            watch.close()
    shelf.load("four", body("d", "Another Pirogue Trust"))
    assert shelf.together() == [["a", "b"]]


def test_a_load_comes_in_with_the_decisions_on_it_or_not_at_all(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the commit there is nothing of both; killed right after it, all of both for every reader."""
    shelf.load("one", body("a", "Zanj Pirogue Fund"))
    described = Source("two", "two", "table", "sha256:2", "two.csv", "2025-01-02T03:04:05Z")

    def killed_at(step: str) -> None:
        def die(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt), Store.writing(shelf.path) as store:
            patched.setattr(Store, step, die)
            watch = Watch(store)
            try:
                store.load(watch([Loaded(described, iter([body("b", "Zanj Pirogue Fund")]))]), decide=watch.decide)
            finally:
                watch.close()

    killed_at("_commit")
    assert list(Store.open(shelf.path).files()) == ["one"] and shelf.together() == []
    killed_at("_move_in")
    assert list(shelf.path.glob("committed-*"))
    assert list(Store.open(shelf.path).files()) == ["one", "two"] and shelf.together() == [["a", "b"]]
    assert Reader(shelf.path).canonical == {ORG + "b": ORG + "a"}
    with Store.writing(shelf.path):  # the next writer moves in what was committed
        pass
    assert not list(shelf.path.glob("committed-*")) and (shelf.path / "decisions.jsonl").exists()
    assert list(Store.open(shelf.path).files()) == ["one", "two"] and shelf.together() == [["a", "b"]]
    shelf.load("three", body("c", "Another Pirogue Trust"))
    assert shelf.together() == [["a", "b"]]


def test_what_came_without_rules_is_decided_on_by_the_next_load(tmp_path: Path) -> None:
    """Also where the keys were brought up in between by somebody who only looks."""
    shelf = Shelf(tmp_path / "store", authority=lambda: [])
    shelf.load("names", body("x", "Some Authority Trust"), loader="authority")
    shelf.load("one", body("a", "Zanj Pirogue Fund"))
    described = Source("two", "two", "table", "sha256:2", "two.csv", "2025-01-02T03:04:05Z")
    with Store.writing(shelf.path) as store:
        store.load([Loaded(described, iter([body("b", "Zanj Pirogue Fund")]))])
    opened(Store.open(shelf.path)).close()
    assert shelf.together() == []
    shelf.load("three", body("c", "Another Pirogue Trust"))
    assert shelf.together() == [["a", "b"]]


# --- people ---------------------------------------------------------------------------------------------------


def test_what_a_person_decides_is_kept_by_later_loads_and_undo_gives_back_what_was_before(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Zanj Pirogue Fund"))
    shelf.load("two", body("b", "Zanj Pirogue Fund"))
    before = (shelf.together(), [(d.pair, d.verdict, d.rule) for d in shelf.standing.decisions()])
    assert shelf.decide("different", "a", "b") == (1, 0)
    assert shelf.together() == []
    shelf.load("three", body("c", "Zanj Pirogue Fund"))
    shelf.load("two", body("b", "Zanj Pirogue Fund", "Fonds Zanj"))
    assert shelf.together() == []  # c may be either of the two that a person keeps apart
    shelf.forget("three")
    shelf.decide("undo", "a", "b")
    assert (shelf.together(), [(d.pair, d.verdict, d.rule) for d in shelf.standing.decisions()]) == before
    said = [d for d in Store.open(shelf.path).decisions if d.who != "rule"]
    assert [(d.verdict, d.who, d.why) for d in said] == [(v, "second coder", "because") for v in ("different", "undo")]


def test_undoing_what_a_rule_decided_holds_until_a_person_decides(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Zanj Pirogue Fund"))
    shelf.load("two", body("b", "Zanj Pirogue Fund"))
    shelf.decide("undo", "a", "b")
    shelf.load("two", body("b", "Zanj Pirogue Fund", "another name"))
    assert shelf.together() == []
    shelf.decide("same", "a", "b")
    assert shelf.together() == [["a", "b"]]
    shelf.decide("undo", "a", "b")
    assert shelf.together() == []


def test_a_person_ties_what_no_rule_would_and_rules_follow(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Zanj Pirogue Fund", ids="ROR:r1"))
    shelf.load("two", body("b", "Zanj Pirogue Fund", ids="ROR:r2"))
    shelf.load("three", body("c", "Zanj Pirogue Fund"))
    assert shelf.together() == []
    assert shelf.decide("same", "a", "b") == (1, 1)
    assert shelf.together() == [["a", "b", "c"]]
    assert shelf.decide("same", "b", "a") == (0, 0)  # it stands already
    shelf.decide("undo", "a", "b")
    assert shelf.together() == []


def test_contradictions_are_refused_in_a_sentence(shelf: Shelf) -> None:
    shelf.load("one", *(body(s, f"Body {s} of the Zanj", ids=f"ROR:{s}") for s in "abcd"))
    shelf.decide("same", "a", "b")
    shelf.decide("same", "b", "c")
    with pytest.raises(BadDecision, match=r"one by what people decided on .*undo one of these"):
        shelf.decide("different", "a", "c")
    shelf.decide("different", "a", "d")
    with pytest.raises(BadDecision, match=r"would make .*a and .*d one"):
        shelf.decide("same", "c", "d")
    with pytest.raises(BadDecision, match=r"Nothing is decided .* they are one through"):
        shelf.decide("undo", "a", "c")
    with pytest.raises(BadDecision, match="No source describes organization/zz"):
        shelf.decide("same", "a", "zz")
    with pytest.raises(BadDecision, match="both sides"):
        shelf.decide("same", "a", "a")
    with pytest.raises(BadDecision, match="needs the name of who decides"):
        shelf.decide("same", "a", "d", who="rule")
    assert shelf.together() == [["a", "b", "c"]]


# --- what readers see -----------------------------------------------------------------------------------------


def funds(source: str, one: str, other: str) -> Link:
    evidence = (Evidence(ID + "document/x", "1"),)
    return Link(f"{ID}link/{source}/{one}-{other}", ORG + one, "funds", ORG + other, evidence)


def load_two(shelf: Shelf) -> None:
    shelf.load("zz", body("z-zanj", "Zanj Pirogue Fund"), body("x", "Xylo"), funds("zz", "z-zanj", "x"))
    shelf.load(
        "aa", body("a-zanj", "Fonds Zanj", ids="ROR:r1", lang="fr"), body("y", "Ypsilo"), funds("aa", "a-zanj", "y")
    )


def test_the_index_that_follows_decisions_is_the_one_made_from_scratch(
    shelf: Shelf, dump: Callable[[Reader], list[str]]
) -> None:
    import shutil

    load_two(shelf)
    before = dump(Reader(shelf.path))
    for verdict in ("same", "undo"):
        shelf.decide(verdict, "z-zanj", "a-zanj")
        followed = dump(Reader(shelf.path))
        shutil.rmtree(shelf.path / "projections")
        assert dump(Reader(shelf.path)) == followed
    assert followed == before
    shelf.decide("same", "z-zanj", "a-zanj")
    dump(Reader(shelf.path))
    shelf.load(
        "auth", replace(body("the-zanj", "Zanj Fund"), identifiers=(Identifier("ROR", "r1"),)), loader="authority"
    )
    followed = dump(Reader(shelf.path))
    shutil.rmtree(shelf.path / "projections")
    assert dump(Reader(shelf.path)) == followed
    assert Reader(shelf.path).canonical == {ORG + "z-zanj": ORG + "the-zanj", ORG + "a-zanj": ORG + "the-zanj"}


def test_every_face_speaks_of_the_canonical_thing_and_keeps_every_name_with_its_source(
    shelf: Shelf, tmp_path: Path
) -> None:
    load_two(shelf)
    shelf.decide("same", "z-zanj", "a-zanj")
    reader = Reader(shelf.path)
    assert reader.canonical == {ORG + "z-zanj": ORG + "a-zanj"}
    recorded = "SELECT ?other WHERE { ?top ml:recordedAs ?other }"
    assert [row["other"].value for row in reader.index.rows(recorded)] == [ORG + "z-zanj"]
    for name in ("Zanj Pirogue Fund", "Fonds Zanj", "r1"):
        assert [hit.iri for hit in reader.names.exact(name)] == [ORG + "a-zanj"]
    assert {(s, n.text) for s, e in reader.records(ORG + "a-zanj") for n in e.names} == {
        ("aa", "Fonds Zanj"),
        ("zz", "Zanj Pirogue Fund"),
    }
    assert {link.target_iri for link, _ in reader.links_of(ORG + "a-zanj")} == {ORG + "x", ORG + "y"}
    columns, rows = reader.property_graph.rows("MATCH (a)-[:FUNDS]->(b) RETURN DISTINCT a.iri AS iri", {})
    assert [row[columns[0]] for row in rows] == [ORG + "a-zanj"]
    from multilateral.graph.export import export
    from multilateral.graph.selection import Selection

    export(reader, "nquads", tmp_path / "out.nq", Selection())
    lines = [line for line in (tmp_path / "out.nq").read_text("utf-8").splitlines() if f"<{ORG}z-zanj>" in line]
    assert lines == [f"<{ORG}a-zanj> <{ML}recordedAs> <{ORG}z-zanj> <{ID}source/decisions> ."]


# --- candidates -----------------------------------------------------------------------------------------------


def candidates(shelf: Shelf, slug: str) -> list[tuple[str, float, tuple[str, ...]]]:
    found = Reconciler(Store.open(shelf.path)).candidates(ORG + slug, least=0.3, each=10)
    return [((c.right if c.left == ORG + slug else c.left).removeprefix(ORG), c.score, c.reasons) for c in found]


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("Banque africaine de développement", "African Development Bank"),
        ("Allemagne – Ministère fédéral des Affaires étrangères", "Germany - Federal Ministry of Foreign Affairs"),
        ("Croix-Rouge néerlandaise", "Netherlands Red Cross"),
        (
            "Agence norvégienne de coopération pour le développement (NORAD)",
            "Norwegian Agency for Development Cooperation",
        ),
        ("Institut européen des forêts", "European Forest Institute"),
        ("Secrétariat du Fonds pour l’environnement mondial", "GEF Secretariat"),
    ],
)
def test_a_name_in_the_other_language_stands_first(shelf: Shelf, french: str, english: str) -> None:
    others = [
        "European Investment Bank",
        "Norwegian Refugee Council",
        "Netherlands Enterprise Agency",
        "Asian Institute",
    ]
    shelf.load("fr", body("fr", french, lang="fr"))
    shelf.load("en", body("en", english), *(body(f"o{n}", text) for n, text in enumerate(others)))
    assert candidates(shelf, "fr")[0][0] == "en"


def test_reasons_are_given_and_what_is_against_it_lowers_the_score(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Zanj Pirogue Fund (ZPF)", ids="ROR:r1"))
    shelf.load("two", body("b", "Zanj Pirogues Fund (ZPF)"), body("c", "Zanj Pirogue Funds (ZPF)", ids="ROR:r2"))
    found = candidates(shelf, "a")
    assert [slug for slug, _, _ in found] == ["b", "c"]
    assert found[0][1] > 0.8 > found[1][1]
    assert any("same acronym: ZPF" in reason for reason in found[0][2])
    assert any("different identifiers (ROR)" in reason for reason in found[1][2])


def test_working_in_the_same_activities_brings_nearer(shelf: Shelf) -> None:
    def works(source: str, slug: str, activity: str) -> Link:
        evidence = (Evidence(ID + "document/x", "1"),)
        target = f"{ID}programme/{activity}"
        return Link(f"{ID}link/{source}/{slug}-{activity}", ORG + slug, "administers", target, evidence)

    shelf.load("one", body("cdc", "CDC Group plc"), works("one", "cdc", "p1"), works("one", "cdc", "p2"))
    shelf.load(
        "two", body("bii", "British International Investment"), body("cg", "CG Group plc"),
        works("two", "bii", "p1"), works("two", "bii", "p2"), works("two", "cg", "p3"),
    )  # fmt: skip
    found = {slug: reasons for slug, _, reasons in candidates(shelf, "cdc")}
    assert any("100% of its links are in the same activities" in r for r in found["bii"])


def test_what_a_person_decided_is_no_candidate(shelf: Shelf) -> None:
    shelf.load("one", body("a", "Zanj Pirogue Fund"))
    shelf.load("two", body("b", "Zanj Pirogues Fund"))
    assert [slug for slug, _, _ in candidates(shelf, "a")] == ["b"]
    shelf.decide("different", "a", "b")
    assert candidates(shelf, "a") == []
    shelf.decide("undo", "a", "b")
    shelf.decide("same", "a", "b")
    assert candidates(shelf, "a") == []


def test_the_finder_compares_each_pair_once(shelf: Shelf) -> None:
    shelf.load("one", *(body(f"n{n}", f"Zanj Pirogue Fund {n}") for n in range(20)))
    keys = Keys(Store.open(shelf.path), writable=False)
    found = CandidateFinder(read_records(keys, settings=True), Standing()).all(least=0.1, each=5)
    keys.close()
    pairs = [(c.left, c.right) for c in found]
    assert pairs and len(pairs) == len(set(pairs)) and all(left < right for left, right in pairs)


def test_standing_replays_people_over_rules() -> None:
    def line(verdict: str, who: str) -> Decision:
        return Decision(verdict, "a", "b", who, "2025-01-01T00:00:00Z")  # type: ignore[arg-type]

    standing = Standing()
    for step, expected in [
        (line("same", "rule"), "same"),
        (line("different", "me"), "different"),
        (line("same", "you"), "same"),
        (line("undo", "me"), "different"),
        (line("undo", "me"), "same"),
        (line("undo", "me"), None),
    ]:
        standing.add(step)
        said = standing.of(("a", "b"))
        assert (said.verdict if said else None) == expected
    assert ("a", "b") in standing.vetoed
