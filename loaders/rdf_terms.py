"""What terms of other vocabularies become: W3C ORG, schema.org, FOAF, SKOS, DCTERMS and PROV.

These tables are the one description of the mapping; those of ``docs/loaders-rdf.md`` are made from them by
:func:`with_mapping`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..ontology.convert import PREFIXES as _OURS

PREFIXES: Final[dict[str, str]] = {
    **_OURS,
    "org": "http://www.w3.org/ns/org#",
    "schema": "https://schema.org/",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "void": "http://rdfs.org/ns/void#",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
}

#: Class of another vocabulary → ours. ``Country`` and the like may be said more exactly by a second type.
CLASSES: Final[dict[str, str]] = {
    term: ours
    for ours, terms in {
        "Organization": "org:Organization org:FormalOrganization foaf:Organization foaf:Group schema:Organization "
        "schema:FundingAgency prov:Organization vcard:Organization",
        "SubsidiaryBody": "org:OrganizationalUnit",
        "Network": "org:OrganizationalCollaboration schema:Consortium",
        "GovernmentBody": "schema:GovernmentOrganization",
        "NGO": "schema:NGO",
        "PrivateSector": "schema:Corporation schema:LocalBusiness",
        "AcademicInstitution": "schema:EducationalOrganization schema:CollegeOrUniversity schema:School "
        "schema:ResearchOrganization",
        "Country": "schema:Country",
        "Person": "foaf:Person schema:Person prov:Person vcard:Individual",
        "Programme": "schema:FundingScheme",
        "Project": "foaf:Project schema:Project schema:ResearchProject",
        "Event": "schema:Event schema:BusinessEvent schema:EducationEvent schema:EventSeries schema:ConferenceEvent "
        "org:ChangeEvent",
        "Platform": "schema:Service schema:GovernmentService schema:WebSite schema:WebAPI",
        "Agreement": "dcterms:Policy schema:Legislation",
        "Document": "foaf:Document dcterms:BibliographicResource schema:CreativeWork schema:Report schema:Article "
        "schema:ScholarlyArticle schema:NewsArticle schema:Book schema:Dataset schema:DigitalDocument schema:WebPage "
        "void:Dataset",
        "Place": "org:Site schema:Place schema:AdministrativeArea schema:City schema:State schema:Continent "
        "dcterms:Location prov:Location",
        "Topic": "skos:Concept skos:ConceptScheme skos:Collection skos:OrderedCollection schema:DefinedTerm "
        "schema:DefinedTermSet",
    }.items()
    for term in terms.split()
}

#: Classes whose things become links or parts of others (see RECORDS), not things.
PARTS: Final = frozenset(
    "org:Membership org:Post org:Role schema:Role schema:OrganizationRole schema:Grant schema:MonetaryGrant "
    "schema:MonetaryAmount schema:PostalAddress vcard:Address schema:PropertyValue skosxl:Label time:Interval "
    "time:Instant time:ProperInterval ml:Link ml:Evidence ml:Reference ml:Source".split()
)

#: Classes that say nothing: what has no other is classed by what is said of it.
GENERIC: Final = frozenset(
    "owl:Thing owl:NamedIndividual rdfs:Resource schema:Thing foaf:Agent prov:Agent dcterms:Agent prov:Entity".split()
)

#: Predicate → kind of name; the order decides which of several is the preferred one of a language.
NAMES: Final[dict[str, str]] = {
    "skos:prefLabel": "preferred", "schema:name": "preferred", "foaf:name": "preferred", "dcterms:title": "preferred",
    "dc:title": "preferred", "rdfs:label": "preferred", "schema:legalName": "preferred", "schema:headline": "preferred",
    "vcard:fn": "preferred", "ml:acronym": "acronym", "skos:altLabel": "alternative", "skos:hiddenLabel": "alternative",
    "schema:alternateName": "alternative", "dcterms:alternative": "alternative", "foaf:nick": "alternative",
}  # fmt: skip

#: Predicate → what of a thing it says. Of several values the first is taken, of texts the English one.
FIELDS: Final[dict[str, str]] = {
    "dcterms:identifier": "identifier", "dc:identifier": "identifier", "schema:identifier": "identifier",
    "skos:notation": "identifier", "org:identifier": "identifier",
    "schema:leiCode": "LEI", "schema:sameAs": "same", "owl:sameAs": "same", "skos:exactMatch": "same",
    "dcterms:description": "description", "dc:description": "description", "schema:description": "description",
    "skos:definition": "description", "rdfs:comment": "description", "org:purpose": "description",
    "foaf:homepage": "homepage", "schema:url": "homepage", "foaf:page": "homepage",
    "schema:foundingDate": "from", "schema:startDate": "from", "prov:startedAtTime": "from", "ml:validFrom": "from",
    "schema:dissolutionDate": "to", "schema:endDate": "to", "prov:endedAtTime": "to", "ml:validTo": "to",
    "dcterms:issued": "issued", "schema:datePublished": "issued",
    "dcterms:date": "issued", "dcterms:created": "issued", "dcterms:language": "language",
    "schema:inLanguage": "language", "ml:collective": "collective", "ml:status": "status",
    "foaf:givenName": "given", "foaf:firstName": "given", "schema:givenName": "given", "foaf:familyName": "family",
    "foaf:lastName": "family", "foaf:surname": "family", "schema:familyName": "family",
}  # fmt: skip


class Mapped(NamedTuple):
    """What a predicate becomes: the first of ``relations`` that the ontology admits between the two things.

    ``reverse`` exchanges the ends. ``subject`` and ``object`` are the classes of ends that the file does not type.
    """

    relations: tuple[str, ...]
    reverse: bool = False
    role: str | None = None
    subject: str = ""
    object: str = ""


def _relations() -> dict[str, Mapped]:
    found: dict[str, Mapped] = {}
    for line in _TABLE.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        terms, relations, role, subject, thing = cells
        reverse = relations.startswith("^")
        for term in terms.split():
            names = tuple(relations.lstrip("^").split())
            found[term] = Mapped(names, reverse, role or None, subject, thing)
    return found


# predicates | relations (^: the ends exchanged) | role | class of an untyped subject | of an untyped object
_TABLE: Final = """
org:subOrganizationOf org:unitOf schema:parentOrganization | subsidiaryOf partOf | | Organization | Organization
org:hasSubOrganization org:hasUnit | ^subsidiaryOf partOf | | Organization | Organization
schema:subOrganization schema:department | ^subsidiaryOf partOf | | Organization | Organization
org:memberOf schema:memberOf | memberOf | | Organization | Organization
org:hasMember schema:member schema:members foaf:member | ^memberOf | | Organization | Organization
org:linkedTo | cooperatesWith | | Organization | Organization
org:headOf | heads leads | | Person | Organization
org:hasSite org:hasPrimarySite org:hasRegisteredSite org:basedAt foaf:based_near | locatedIn | | Organization | Place
org:siteOf | ^locatedIn | | Place | Organization
org:classification | concerns | classification | Organization | Topic
schema:location | heldIn locatedIn | | Organization | Place
schema:funder foaf:fundedBy | ^funds | | Project | Organization
schema:sponsor | ^funds | sponsor | Project | Organization
schema:areaServed schema:serviceArea schema:spatialCoverage | covers | | Organization | Place
dcterms:spatial dcterms:coverage | covers | | Organization | Place
schema:containedInPlace | partOf | | Place | Place
schema:containsPlace | ^partOf | | Place | Place
schema:isPartOf dcterms:isPartOf schema:superEvent | partOf | | Document | Document
schema:hasPart dcterms:hasPart schema:subEvent | ^partOf | | Document | Document
schema:organizer | ^organizes | | Event | Organization
schema:attendee schema:participant schema:performer prov:wasAssociatedWith | ^participatesIn | | Event | Organization
schema:about dcterms:subject foaf:topic foaf:primaryTopic schema:knowsAbout | concerns | | Document | Topic
schema:subjectOf | ^concerns | | Topic | Document
schema:worksFor | memberOf | employee | Person | Organization
schema:employee | ^memberOf | employee | Organization | Person
foaf:currentProject foaf:pastProject | participatesIn | | Person | Project
foaf:maker schema:author schema:creator schema:producer | ^produces | author | Document | Organization
dcterms:creator dc:creator | ^produces | author | Document | Organization
foaf:made | produces | author | Organization | Document
dcterms:publisher dc:publisher schema:publisher | ^produces | publisher | Document | Organization
dcterms:contributor schema:contributor | ^contributesTo | contributor | Document | Organization
schema:provider | ^provides | | Platform | Organization
schema:maintainer | ^administers | maintainer | Platform | Organization
skos:broader | partOf | | Topic | Topic
skos:narrower | ^partOf | | Topic | Topic
skos:topConceptOf skos:inScheme schema:inDefinedTermSet | partOf | in scheme | Topic | Topic
skos:hasTopConcept schema:hasDefinedTerm | ^partOf | in scheme | Topic | Topic
skos:member | ^partOf | in collection | Topic | Topic
dcterms:replaces | supersedes | | Document | Document
dcterms:isReplacedBy | ^supersedes | | Document | Document
"""

RELATIONS: Final[dict[str, Mapped]] = _relations()

#: Predicate of a record → class of what it names, where the file does not tell.
NAMED: Final[dict[str, str]] = {
    "org:member": "Organization", "org:organization": "Organization", "org:heldBy": "Person",
    "org:postIn": "Organization", "org:originalOrganization": "Organization",
    "org:resultingOrganization": "Organization",
}  # fmt: skip

#: Predicates whose object is an address, and those of an address that name the town.
ADDRESSES: Final = ("schema:address", "org:siteAddress", "vcard:hasAddress")
TOWNS: Final = ("schema:addressLocality", "vcard:locality")

#: Nodes that are records: what they become, for the manual.
RECORDS: Final[dict[str, str]] = {
    "org:Membership": "`org:member` memberOf `org:organization`, with `org:role` as role and the dates of "
    "`org:memberDuring` (an interval of OWL-Time, or a literal), `schema:startDate` and `schema:endDate`",
    "org:Post": "`org:heldBy` memberOf `org:postIn`, with the post's name or `org:role` as role",
    "schema:Role, schema:OrganizationRole": "what stands on both sides of the role, with `schema:roleName`, "
    "`schema:startDate` and `schema:endDate`",
    "schema:Grant, schema:MonetaryGrant": "`schema:funder` (or `schema:sponsor`) funds `schema:fundedItem` (or what "
    "has the grant as its `schema:funding`), with `schema:amount`, `schema:currency` and dates",
    "org:ChangeEvent": "an Event; `org:resultingOrganization` supersedes `org:originalOrganization` at it (also said "
    "from the organizations by `org:resultedFrom` and `org:changedBy`)",
    "schema:PostalAddress, vcard:Address": "the thing that has it as `schema:address`, `org:siteAddress` or "
    "`vcard:hasAddress` is located in its `schema:addressCountry` or `vcard:country-name`; a place without a name is "
    "called by its locality, and one without that is its country",
    "schema:PropertyValue": "an identifier, where `schema:propertyID` is one of our schemes",
    "skosxl:Label": "a name, with its dates",
}

#: Predicates that the records above use; they are not counted as left out.
USED: Final = frozenset(
    "rdf:type rdf:first rdf:rest rdfs:subClassOf rdfs:subPropertyOf org:member org:organization org:role "
    "org:memberDuring org:hasMembership org:heldBy org:holds org:postIn org:hasPost org:roleProperty "
    "org:resultingOrganization org:originalOrganization org:resultedFrom org:changedBy schema:address "
    "schema:funding schema:fundedItem skosxl:prefLabel skosxl:altLabel skosxl:literalForm time:hasBeginning "
    "time:hasEnd time:inXSDDate time:inXSDDateTime time:inXSDDateTimeStamp time:inXSDgYear time:inXSDgYearMonth "
    "schema:roleName schema:namedPosition schema:amount schema:currency schema:value schema:propertyID "
    "schema:addressCountry schema:addressLocality org:siteAddress vcard:hasAddress vcard:country-name "
    "vcard:locality".split()
)


def short(iri: str) -> str:
    """Return a term with the prefix of its vocabulary; ``http://schema.org/`` counts as ``https``.

    >>> short("http://schema.org/name"), short("http://example.org/x")
    ('schema:name', 'http://example.org/x')
    """
    if iri.startswith("http://schema.org/"):
        return "schema:" + iri[18:]
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def with_mapping(manual: str) -> str:
    """Return the text of the manual with the tables of the mapping between ``<!-- mapping -->`` and its end."""
    start, _, rest = manual.partition("<!-- mapping -->")
    return f"{start}<!-- mapping -->\n{_tables()}<!-- end -->{rest.partition('<!-- end -->')[2]}"


def _tables() -> str:
    lines = ["## Classes", "", "| class | becomes |", "| --- | --- |"]
    for ours in dict.fromkeys(CLASSES.values()):
        lines.append(f"| {', '.join(f'`{t}`' for t, o in CLASSES.items() if o == ours)} | `{ours}` |")
    lines += ["", "## Names", "", "| kind | predicates, the first that is there speaks first |", "| --- | --- |"]
    for kind in dict.fromkeys(NAMES.values()):
        lines.append(f"| {kind} | {', '.join(f'`{t}`' for t, k in NAMES.items() if k == kind)} |")
    lines += ["", "## What is said of a thing", "", "| field | predicates |", "| --- | --- |"]
    for field in dict.fromkeys(FIELDS.values()):
        lines.append(f"| {field} | {', '.join(f'`{t}`' for t, f in FIELDS.items() if f == field)} |")
    lines += ["", "## Links", "", "| predicates | becomes | role | untyped ends |", "| --- | --- | --- | --- |"]
    for mapped in dict.fromkeys(RELATIONS.values()):
        terms = ", ".join(f"`{t}`" for t, m in RELATIONS.items() if m == mapped)
        ways = " or ".join(f"`{name}`" for name in mapped.relations) + (" (reversed)" if mapped.reverse else "")
        lines.append(f"| {terms} | {ways} | {mapped.role or ''} | {mapped.subject} → {mapped.object} |")
    lines += ["", "## Records", "", "| node | becomes |", "| --- | --- |"]
    lines += [f"| {', '.join(f'`{t}`' for t in terms.split(', '))} | {text} |" for terms, text in RECORDS.items()]
    return "\n".join(lines) + "\n"
