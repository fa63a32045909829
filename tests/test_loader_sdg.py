"""Sustainable Development Goals: goals, targets, indicators and series as topics."""

from __future__ import annotations

from pathlib import Path

import pytest
from multilateral.loaders.detect import detect
from multilateral.loaders.sdg import load_sdg
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import ID, Entity, Identifier, Link, Loaded, Name

HERE = Path(__file__).parent / "fixtures" / "sdg"


def load(name: str, **options: bool) -> tuple[dict[str, Entity], list[Link], Loaded]:
    loaded = load_sdg(HERE / name, **options)
    statements = list(loaded.statements)
    entities = {s.iri.removeprefix(ID): s for s in statements if isinstance(s, Entity)}
    return entities, [s for s in statements if isinstance(s, Link)], loaded


def ends(link: Link) -> tuple[str, str, str]:
    return link.source_iri.removeprefix(ID), link.relation, link.target_iri.removeprefix(ID)


def test_goals_targets_indicators_and_series_are_topics_within_each_other() -> None:
    entities, links, loaded = load("goals.ttl")
    goal = entities["topic/sdg-1"]
    assert goal.type == "Topic" and goal.name("fr") == "Éliminer la pauvreté" and goal.name("en") == "End poverty"
    assert (
        Name("No poverty", "en", "alternative") in goal.names and Name("Objectif 1", "fr", "alternative") in goal.names
    )
    assert goal.identifiers == (Identifier("Wikidata", "Q50214636"), Identifier("SDG", "1"))
    assert entities["topic/sdg-1.1"].identifiers == (Identifier("SDG", "1.1"),)
    found = {ends(x) for x in links}
    assert {f for f in found if f[0].startswith("topic/")} == {
        ("topic/sdg-1.1", "partOf", "topic/sdg-1"),  # said from the goal
        ("topic/sdg-C010101", "partOf", "topic/sdg-1.1"),
        ("topic/sdg-SI_POV_DAY1", "partOf", "topic/sdg-C010101"),
        ("topic/sdg-SI_POV_DAY1", "partOf", "topic/sdg-C990101"),
    }
    assert entities["topic/sdg-C990101"].names == (Name("C990101"),)  # only mentioned
    assert ("organization/un-world-bank", "concerns", "topic/sdg-C010101") in found
    assert loaded.skipped == {
        "classes, schemes and things without a name": 1,
        "statements of http://metadata.un.org/sdg/ontology#tier": 1,
    }


def test_areas_of_the_code_lists_are_countries_and_places() -> None:
    entities, links, _ = load("goals.ttl")
    assert Identifier("ISO3166Alpha3", "BEN") in entities["country/BJ"].identifiers
    assert entities["place/m49-011"].names == (Name("Western Africa", "en"),)
    assert ("country/BJ", "partOf", "place/m49-011") in {ends(x) for x in links}


def test_what_is_not_rdf_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "goals.ttl"
    file.write_text((HERE / "goals.ttl").read_text().replace("sdgo:Goal", "<not an iri>"))
    with pytest.raises(UnreadableSource, match="row 5: is not well-formed RDF"):
        list(load_sdg(file).statements)
    with pytest.raises(UnreadableSource, match="no RDF file by its name"):
        load_sdg(HERE.parent / "ror" / "both.jsonl")


@pytest.mark.parametrize("name", ["goals.jsonld", "goals.json"])
def test_json_ld_is_read_under_either_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(
        '{"@context": {"skos": "http://www.w3.org/2004/02/skos/core#", "sdgo": "http://metadata.un.org/sdg/ontology#"},'
        '"@graph": [{"@id": "http://metadata.un.org/sdg/1", "@type": "sdgo:Goal", "skos:prefLabel": "End poverty"},'
        '{"@id": "http://metadata.un.org/sdg/1.1", "@type": "sdgo:Target", "skos:prefLabel": "T",'
        '"sdgo:isTargetOf": {"@id": "http://metadata.un.org/sdg/1"}}]}'
    )
    assert detect(path) == "sdg"
    statements = list(load_sdg(path).statements)
    target = next(s for s in statements if isinstance(s, Entity) and s.iri == f"{ID}topic/sdg-1.1")
    assert target.identifiers == (Identifier("SDG", "1.1"),)
    assert [s.relation for s in statements if isinstance(s, Link)] == ["partOf"]
