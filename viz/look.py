"""How classes, relations and statuses look: colours that colour-blind readers can tell, with a shape or a dash.

Twenty classes and thirty relations are more than anyone can tell by colour. So colour says the family (nine of
classes, six of relations), the shape says which class of the family, the dash says the status of a link, and
the page writes the rest in words. Colours: Okabe and Ito (2008), and Paul Tol's bright scheme for communities.
"""

from __future__ import annotations

from dataclasses import dataclass

BLUE, ORANGE, GREEN, PINK, SKY, RED = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
GREY, DARK, SAND = "#8A949E", "#3B4652", "#B59A57"

COMMUNITY_COLOURS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BB7733", "#333366")


@dataclass(frozen=True, slots=True)
class NodeLook:
    """A shape that vis-network knows, and a colour."""

    shape: str
    colour: str


@dataclass(frozen=True, slots=True)
class Family:
    """A family of relations: its name in English and French, and its colour."""

    en: str
    fr: str
    colour: str


NODE_LOOKS: dict[str, NodeLook] = {
    "Organization": NodeLook("dot", DARK),
    "IntergovernmentalOrganization": NodeLook("dot", BLUE),
    "UNBody": NodeLook("hexagon", BLUE),
    "SubsidiaryBody": NodeLook("triangleDown", BLUE),
    "RegionalOrganization": NodeLook("square", BLUE),
    "Country": NodeLook("square", ORANGE),
    "GovernmentBody": NodeLook("diamond", ORANGE),
    "NGO": NodeLook("dot", PINK),
    "PrivateSector": NodeLook("square", PINK),
    "AcademicInstitution": NodeLook("triangle", PINK),
    "Network": NodeLook("star", PINK),
    "Programme": NodeLook("dot", GREEN),
    "Project": NodeLook("triangle", GREEN),
    "Fund": NodeLook("diamond", RED),
    "Event": NodeLook("triangle", SKY),
    "Platform": NodeLook("hexagon", SKY),
    "Agreement": NodeLook("square", DARK),
    "Document": NodeLook("square", GREY),
    "Award": NodeLook("star", RED),
    "Person": NodeLook("triangleDown", DARK),
    "Place": NodeLook("diamond", SAND),
    "Topic": NodeLook("dot", GREY),
}
OTHER_NODE = NodeLook("dot", GREY)

FAMILIES: dict[str, Family] = {
    "money": Family("Money and aid", "Argent et aide", RED),
    "work": Family("Work done", "Travaux", GREEN),
    "together": Family("Co-operation", "Coopération", PINK),
    "structure": Family("Structure", "Structure", BLUE),
    "place": Family("Places", "Lieux", SAND),
    "subject": Family("Decisions and subjects", "Décisions et sujets", "#6F7B86"),
    "other": Family("Other", "Autres", DARK),
}

_MEMBERS = {
    "money": "funds contributesTo administers provides offers requests beneficiaryOf",
    "work": "implements implementedBy leads organizes participatesIn hosts produces",
    "together": "cooperatesWith coOrganizes partyTo",
    "structure": "memberOf observerOf partOf subsidiaryOf mandates chairs viceChairs heads supersedes precedes",
    "place": "locatedIn heldIn covers",
    "subject": "adopts concerns proposes reviewedAt",
}
FAMILY_OF: dict[str, str] = {relation: family for family, names in _MEMBERS.items() for relation in names.split()}

# canvas dash patterns; a proposal is no fact, and must not look like one
STATUS_DASHES: dict[str, list[int]] = {"proposed": [10, 6], "planned": [2, 5]}
