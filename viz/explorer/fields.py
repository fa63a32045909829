"""The form of a question: a field for each parameter, and what is wrong with what was put into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...ontology.model import STATUSES
from ...ontology.vocabulary import vocabulary
from ...queries.catalogue import Parameter, Question
from .answers import Problem
from .lookup import Candidate

#: Headings of fields, by the name of the parameter.
LABELS = {
    "about": ("About", "Au sujet de"),
    "body": ("Body", "Organe"),
    "by": ("By", "Par"),
    "class": ("Class", "Classe"),
    "end": ("To", "Arrivée"),
    "event": ("Event", "Manifestation"),
    "from": ("From", "Depuis"),
    "funder": ("Funder", "Bailleur"),
    "hops": ("Links at most", "Liens au plus"),
    "in": ("In the document", "Dans le document"),
    "include_collective": ("Groups", "Groupes"),
    "include_contributions": ("Other contributions", "Autres contributions"),
    "include_proposed": ("Proposals", "Propositions"),
    "include_wholes": ("Wholes", "Ensembles"),
    "member": ("Member", "Membre"),
    "minimum": ("Documents at least", "Documents au moins"),
    "of": ("Of", "De"),
    "one": ("Only this one", "Seulement"),
    "only": ("Relation", "Relation"),
    "org": ("Organization", "Organisation"),
    "other_end": ("Other end", "Autre extrémité"),
    "party": ("Party", "Partie"),
    "person": ("Person", "Personne"),
    "place": ("Place", "Lieu"),
    "programme": ("Programme", "Programme"),
    "session": ("Session", "Session"),
    "start": ("From", "Départ"),
    "thing": ("Thing", "Chose"),
    "to": ("To", "À"),
    "topic": ("Topic", "Sujet"),
    "until": ("Until", "Jusqu’à"),
    "via": ("Through", "Par"),
    "who": ("Who", "Qui"),
    "with": ("With", "Avec"),
    "with_status": ("Status", "État"),
    "without_symbol": ("Without symbol", "Sans cote"),
}
#: Other words that the catalogue takes for yes and no.
_BOOLEANS = {
    **dict.fromkeys(("true", "1", "oui", "vrai"), "yes"),
    **dict.fromkeys(("false", "0", "non", "faux"), "no"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the form shows it. ``choices`` are value and label; ``thing`` is what an entity field stands for."""

    name: str
    label: str
    help: str
    kind: Literal["entity", "date", "number", "text", "choice"]
    value: str
    required: bool
    classes: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    least: int | None = None
    most: int | None = None
    thing: Candidate | None = None
    problem: str = ""
    meant: tuple[Candidate, ...] = ()


def fields(
    question: Question,
    given: Mapping[str, str],
    things: Mapping[str, Candidate],
    problems: tuple[Problem, ...],
    lang: str,
) -> list[Field]:
    """Return the fields of a question in its order, filled in with what was given."""
    wrong = {problem.parameter: problem for problem in problems}
    return [_field(p, given.get(p.name, ""), things.get(p.name), wrong.get(p.name), lang) for p in question.parameters]


def _field(parameter: Parameter, value: str, thing: Candidate | None, problem: Problem | None, lang: str) -> Field:
    choices = _choices(parameter, lang)
    kind = parameter.type if parameter.type in ("entity", "date", "number", "text") else "choice"
    default = parameter.default or ""
    if choices and value not in dict(choices):
        value = _spelled(value, choices) or default
    return Field(
        name=parameter.name,
        label=LABELS.get(parameter.name, (parameter.name,) * 2)[lang == "fr"],
        help=parameter.help[lang],
        kind=kind,
        value=value or default,
        required=parameter.required,
        classes=",".join(parameter.values_from) if kind == "entity" else "",
        choices=choices,
        default=default,
        least=parameter.least,
        most=parameter.most,
        thing=thing,
        problem=sentence(problem, lang) if problem else "",
        meant=problem.meant if problem and problem.reason in ("ambiguous", "unknown") else (),
    )


def _choices(parameter: Parameter, lang: str) -> tuple[tuple[str, str], ...]:
    known = vocabulary()
    if parameter.type == "boolean":
        return ("yes", "oui" if lang == "fr" else "yes"), ("no", "non" if lang == "fr" else "no")
    if parameter.type == "class":
        names = [c for c in known.classes if known.is_a(c, "Entity") and c != "Entity"]
    elif parameter.type == "relation":
        names = list(known.relations)
    elif parameter.type == "status":
        labels = known.concepts.get("status", {})
        return ("", "–"), *((s, labels.get(s, {}).get(lang, s)) for s in STATUSES)
    else:
        return ()
    listed = sorted(((name, known.label(name, lang)) for name in names), key=lambda pair: pair[1].casefold())
    return ("", "–"), *listed


def _spelled(value: str, choices: tuple[tuple[str, str], ...]) -> str:
    """Return the value that a text in another spelling stands for: ``member-of`` is ``memberOf``, ``oui`` is yes."""
    wanted = value.replace("_", "").replace("-", "").casefold()
    wanted = _BOOLEANS.get(wanted, wanted)
    return next((name for name, _ in choices if name and name.casefold() == wanted), "")


def sentence(problem: Problem, lang: str) -> str:
    """Return what is wrong as one sentence. What only the library words is in English."""
    given = problem.given if len(problem.given) <= 80 else f"{problem.given[:77]}…"
    kind = f"{problem.meant[0].name} ({problem.meant[0].kind})" if problem.meant else ""
    near = bool(problem.meant)
    english = {
        "required": "This field is needed.",
        "ambiguous": f"“{given}” may mean several things; choose one.",
        "unknown": f"Nothing of this kind is called “{given}”{'; did you mean one of these?' if near else '.'}",
        "kind": f"“{given}” is {kind}, and something else is wanted here.",
        "date": f"“{given}” is no date; write 2012, 2012-04 or 2012-04-25.",
        "nothing": "No link answers this question, so there is nothing to draw.",
    }
    french = {
        "required": "Ce champ est nécessaire.",
        "ambiguous": f"« {given} » peut désigner plusieurs choses ; choisissez.",
        "unknown": f"Rien de ce genre ne s’appelle « {given} »{' ; est-ce une de ces choses ?' if near else '.'}",
        "kind": f"« {given} » est {kind}, et autre chose est attendu ici.",
        "date": f"« {given} » n’est pas une date ; écrivez 2012, 2012-04 ou 2012-04-25.",
        "nothing": "Aucun lien ne répond à cette question : il n’y a rien à dessiner.",
    }
    return (french if lang == "fr" else english).get(problem.reason, problem.sentence)
