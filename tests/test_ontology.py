"""The ontology is complete, bilingual, anchored in standard vocabularies, and the only source of terms in use."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from multilateral.loaders import rdf_terms
from multilateral.ontology import vocabulary as module
from multilateral.ontology.model import CERTAINTIES, ML, STATUSES
from multilateral.ontology.vocabulary import UnknownTerm, vocabulary
from rdflib import namespace
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SKOS

ROOT = Path(module.__file__).parents[1]
NS = rdflib.Namespace(ML)

CLASSES = """Organization IntergovernmentalOrganization UNBody SubsidiaryBody RegionalOrganization GovernmentBody NGO
PrivateSector AcademicInstitution Network Country Programme Project Fund Event Platform Agreement Document Person Place
Award Topic""".split()
RELATIONS = """administers adopts beneficiaryOf chairs contributesTo coOrganizes concerns cooperatesWith covers funds
heads heldIn hosts implementedBy implements leads locatedIn mandates memberOf observerOf offers organizes partOf
participatesIn partyTo precedes produces proposes provides requests reviewedAt
subsidiaryOf supersedes viceChairs""".split()
QUALIFIERS = """validFrom validTo role amount currency amountUSD status count unit share outcome frequency dateNote
underAgreement throughFund atEvent inProgramme inPlace onTopic viaDocument evidence discussedIn source relation target
document locator quote certainty score method acronym collective nameKind checksum loader origin recordedAs""".split()
SCHEMES = "ISO3166 M49 Wikidata ROR IATI UNSymbol COW OECDDAC".split()


@pytest.fixture(scope="module")
def graph() -> rdflib.Graph:
    return rdflib.Graph().parse(ROOT / "ontology" / "cooperation.ttl")


def external(graph: rdflib.Graph, term: rdflib.URIRef, predicate: rdflib.URIRef) -> list[object]:
    return [o for o in graph.transitive_objects(term, predicate) if not str(o).startswith(ML)]


def test_classes_and_relations_are_those_of_the_design() -> None:
    assert set(vocabulary().entity_classes()) == set(CLASSES)
    assert list(vocabulary().relations) and set(vocabulary().relations) == set(RELATIONS)
    assert set(SCHEMES) <= set(vocabulary().schemes)


def test_every_term_of_ours_has_label_and_definition_in_both_languages(graph: rdflib.Graph) -> None:
    ours = {s for s in graph.subjects(RDF.type) if str(s).startswith(ML)}
    assert {NS[x] for x in CLASSES + RELATIONS + QUALIFIERS + SCHEMES} <= ours
    for term in ours:
        for predicate in (RDFS.label, SKOS.definition):
            languages = sorted(str(getattr(o, "language", None)) for o in graph.objects(term, predicate))
            assert languages == ["en", "fr"], (term, predicate)
        assert graph.value(term, RDFS.isDefinedBy), term


def test_classes_descend_from_standard_classes(graph: rdflib.Graph) -> None:
    for name in [*CLASSES, "Link", "Evidence", "Reference", "Source"]:
        direct = [o for o in graph.objects(NS[name], RDFS.subClassOf) if not str(o).startswith(ML)]
        assert direct, name


def test_relations_have_superterm_domain_and_range(graph: rdflib.Graph) -> None:
    for name in RELATIONS:
        assert external(graph, NS[name], RDFS.subPropertyOf), name
        assert vocabulary().relations[name].domain and vocabulary().relations[name].range, name
        assert len(list(graph.objects(NS[name], RDFS.domain))) == 1, f"{name}: several domains mean their intersection"
        assert len(list(graph.objects(NS[name], RDFS.range))) == 1, f"{name}: several ranges mean their intersection"


def test_superterms_exist_in_their_vocabularies(graph: rdflib.Graph) -> None:
    namespaces = (DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SKOS)
    known = {str(n._NS): n for n in namespaces}  # closed namespaces: membership is the published list of terms
    checked = 0
    for term, home in graph.subject_objects(RDFS.isDefinedBy):
        if (namespace := known.get(str(home))) is not None:
            assert str(term).removeprefix(str(home)) in namespace, term
            checked += 1
    assert checked > 80


def test_sub_relations_stay_within_what_they_specialize() -> None:
    words = vocabulary()
    for relation in words.relations.values():
        for parent in relation.parents:
            for source in words.entity_classes():
                for target in words.entity_classes():
                    if words.admits(relation.name, source, target):
                        assert words.admits(parent, source, target), (relation.name, parent, source, target)


def test_inverses_mirror_each_other(graph: rdflib.Graph) -> None:
    for relation in vocabulary().relations.values():
        assert set(relation.inverse_labels) == {"en", "fr"}, relation.name
        if relation.symmetric:
            assert relation.inverse is None and set(relation.domain) == set(relation.range)
            continue
        assert relation.inverse is not None, relation.name
        assert (NS[relation.inverse], OWL.inverseOf, NS[relation.name]) in graph
        if relation.inverse not in RELATIONS:
            assert (NS[relation.inverse], NS.inverseOnly, rdflib.Literal(True)) in graph
    implements = vocabulary().relations["implements"]
    implemented_by = vocabulary().relations["implementedBy"]
    assert set(implements.domain) == set(implemented_by.range) and set(implements.range) == set(implemented_by.domain)


def test_labels_are_unambiguous() -> None:
    for lang in ("en", "fr"):
        classes = [c.labels[lang] for c in vocabulary().classes.values()]
        relations = [r.labels[lang] for r in vocabulary().relations.values()]
        assert len(set(classes)) == len(classes) and len(set(relations)) == len(relations)


def test_domains_admit_what_is_meant_and_refuse_nonsense() -> None:
    admits = vocabulary().admits
    assert (
        admits("funds", "Fund", "Project") and admits("funds", "Country", "UNBody") and admits("funds", "NGO", "Person")
    )
    assert admits("memberOf", "Country", "IntergovernmentalOrganization") and admits("heldIn", "Event", "Country")
    assert admits("implementedBy", "Project", "Document") and admits("partyTo", "Country", "Agreement")
    for relation, source, target in [
        ("funds", "Topic", "Project"),
        ("funds", "Document", "Project"),
        ("chairs", "Topic", "Event"),
        ("heads", "Country", "UNBody"),
        ("heldIn", "Organization", "Place"),
        ("memberOf", "Country", "Topic"),
        ("partyTo", "Country", "Event"),
        ("locatedIn", "NGO", "Topic"),
        ("subsidiaryOf", "Country", "UNBody"),
        ("cooperatesWith", "UNBody", "Document"),
    ]:
        assert not admits(relation, source, target), (relation, source, target)


def test_code_lists_hold_the_literals_of_the_model() -> None:
    concepts = vocabulary().concepts
    assert tuple(concepts["status"]) == STATUSES
    assert tuple(concepts["certainty"]) == CERTAINTIES
    assert {"coded", "table", "iati"} <= set(concepts["method"])
    assert concepts["status"]["planned"] == {"en": "planned", "fr": "prévu"}


def test_ontology_gives_no_names_of_things(graph: rdflib.Graph) -> None:
    # It stands in every store beside the data: a query for names must not meet its concepts.
    assert not list(graph.subject_objects(SKOS.prefLabel)) and not list(graph.subject_objects(NS.acronym))


def test_vocabulary_answers() -> None:
    words = vocabulary()
    assert words.superclasses("UNBody") == ("UNBody", "Organization", "Agent", "Entity")
    assert words.superclasses("Country")[-1] == "Entity"
    assert words.is_a("Project", "Programme") and not words.is_a("Programme", "Project")
    assert words.subclasses("Programme") == ("Programme", "Project")
    assert {words.kind(c) for c in words.entity_classes()} == set(
        "organization country programme fund event platform agreement document person place award topic".split()
    )
    assert words.kind("UNBody") == "organization" and words.kind("Project") == "programme"
    assert words.label("funds", "fr") == "finance" and words.label("funds", "es") == "funds"
    assert words.inverse_label("funds", "fr") == "financé par" and words.inverse_label("funds") == "funded by"
    assert words.inverse_label("cooperatesWith", "fr") == words.label("cooperatesWith", "fr")
    assert vocabulary() is words
    for wrong in (lambda: words.kind("Activity"), lambda: words.superclasses("Nothing"), lambda: words.relation("x")):
        with pytest.raises(UnknownTerm, match="use one of"):
            wrong()


def test_vocabulary_reads_what_rdflib_reads(graph: rdflib.Graph) -> None:
    declared = {str(s) for s in graph.subjects(RDF.type) if isinstance(s, rdflib.URIRef)}
    assert vocabulary().terms == declared
    for relation in vocabulary().relations.values():
        for predicate, names in ((RDFS.domain, relation.domain), (RDFS.range, relation.range)):
            node = graph.value(NS[relation.name], predicate)
            union = graph.value(node, OWL.unionOf)
            expected = [node] if union is None else list(graph.items(union))  # type: ignore[no-untyped-call]
            assert [NS[n] for n in names] == expected, relation.name


# --- no term is used that is not defined ----------------------------------------------------------------------------

OURS = re.compile(
    r"""(?<![\w:])ml:([A-Za-z][A-Za-z0-9]*)"""
    r"""|\bML \+ f?["']([A-Za-z][A-Za-z0-9]*)["']|_ml\(["'](\w+)["']\)|\{ML\}([A-Za-z]\w*)"""
)
IRIS = re.compile(re.escape(ML) + r"([A-Za-z][A-Za-z0-9]*)")
EXTERNAL = re.compile(r"\b(SKOS|SKOSXL|DCTERMS|FOAF|PROV|SCHEMA) \+ [\"'](\w+)[\"']")
PREFIXED = re.compile(r"(?<![\w:/])(skos|skosxl|dcterms|foaf|prov|schema):([A-Za-z]\w*)")
SPACES = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
}
SKIPPED = {"tests", "build", ".venv", "demo", "dist", ".git", "node_modules"}


def files(*patterns: str) -> list[Path]:
    found = [p for pattern in patterns for p in ROOT.rglob(pattern)]
    return sorted(p for p in found if SKIPPED.isdisjoint(p.relative_to(ROOT).parts))


def used_terms(text: str) -> set[str]:
    ours = {next(filter(None, m.groups())) for m in OURS.finditer(text)} | set(IRIS.findall(text))
    others = {SPACES[p.lower()] + n for p, n in EXTERNAL.findall(text) + PREFIXED.findall(text)}
    return {ML + name for name in ours} | others


# The loader of RDF reads terms that we never write, and a page of a thing says what its topic is: those must stand in
# the vocabularies as they are published.
READS_OTHERS = {"rdf_links.py", "rdf_terms.py", "rdf_things.py", "rdf_source.py", "thing_rdf.py"}
# Of schema.org, and later than the copy that rdflib has.
LATER = {SPACES["schema"] + term for term in ("ConferenceEvent", "funding")}


@lru_cache
def published_terms() -> set[str]:
    """Return the terms of the vocabularies that the loader of RDF maps, as rdflib knows them."""
    spaces = (namespace.DC, DCTERMS, FOAF, ORG, PROV, SDO, SKOS, namespace.TIME, namespace.VOID, RDF, RDFS, OWL)
    return {str(term) for space in spaces for term in dir(space)} | LATER


def test_the_loader_of_rdf_maps_only_terms_that_are_published() -> None:
    tables = (rdf_terms.CLASSES, rdf_terms.PARTS, rdf_terms.NAMES, rdf_terms.FIELDS, rdf_terms.RELATIONS)
    terms = [term.partition(":") for table in (*tables, rdf_terms.USED) for term in table]
    mapped = {rdf_terms.PREFIXES[prefix] + local for prefix, _, local in terms if prefix not in ("ml", "vcard")}
    assert len(mapped) > 150 and not sorted(mapped - published_terms() - vocabulary().terms)


@pytest.mark.parametrize("path", files("*.py", "*.ttl", "*.rq"), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_undefined_term(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ttl":  # parsed, so that definitions and comments may say what they like
        quads = list(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE))
        nodes = {n.value for q in quads for n in (q.subject, q.predicate, q.object) if isinstance(n, ox.NamedNode)}
        used = {n for n in nodes if n.startswith((ML, *SPACES.values()))} - set(SPACES.values())
    else:
        used = used_terms(text)
    known = vocabulary().terms | (published_terms() if path.name in READS_OTHERS else set())
    assert not sorted(used - known)


def test_the_scan_sees_undefined_terms() -> None:
    text = 'x = ML + "bogus"\n?s ml:alsoBogus ?o\n'
    text += '"https://w3id.org/multilateral/ontology#third" f"{ML}fifth" SKOS + "fourth"'
    assert used_terms(text) == {ML + "bogus", ML + "alsoBogus", ML + "third", ML + "fifth", SPACES["skos"] + "fourth"}


RELATIONSHIP = re.compile(r"\[\s*\w*\s*:\s*([A-Z_|:!\s]+?)\s*[\]*{]")
NODE = re.compile(r"\(\s*\w*\s*:\s*`?([A-Za-z|:&!\s]+?)`?\s*[){]")
COPY_ONLY = {"RECORDED_AS", "SAME_AS", "NOT_SAME_AS"}  # of the property graph, tied to no statement


@pytest.mark.parametrize("path", files("*.cypher"), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_undefined_term_in_cypher(path: Path) -> None:
    text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    upper = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", r).upper() for r in vocabulary().relations} | COPY_ONLY
    types = {t for m in RELATIONSHIP.findall(text) for t in re.split(r"[|:!\s]+", m) if t}
    labels = {t for m in NODE.findall(text) for t in re.split(r"[|:&!\s]+", m) if t}
    assert types <= upper, types - upper
    assert labels <= set(vocabulary().classes), labels - set(vocabulary().classes)
