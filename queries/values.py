"""From what a person gives for a parameter to a value for an engine, or one sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from ..graph.reading import Reader, Thing
from ..graph.resolve import resolve
from ..graph.selection import BadSelection, period
from ..ontology.errors import AmbiguousName, BadParameter, UnknownEntity
from ..ontology.model import STATUSES, snake
from ..ontology.vocabulary import vocabulary
from .catalogue import Parameter, Question
from .engines import Value

_TRUE = ("yes", "true", "1", "oui", "vrai")
_FALSE = ("no", "false", "0", "non", "faux")


def check(reader: Reader, question: Question, given: Mapping[str, object], lang: str = "en") -> dict[str, Value]:
    """Return the value of every parameter of a question, ``None`` where there is neither one given nor a default.

    Names of entities are looked up among the classes that the parameter takes. ``as_of`` may be given for any
    question that takes ``from`` and ``until``: both are then that date.

    :raises BadParameter: If a parameter does not exist, is missing, or has a value that it cannot have.
    :raises UnknownEntity: If nothing bears the name given.
    :raises AmbiguousName: If several things bear the name given.
    """
    asked = {k: v for k, v in given.items() if v is not None and str(v).strip() != ""}
    names = {p.name for p in question.parameters}
    if "as_of" in asked and "as_of" not in names and {"from", "until"} <= names:
        if asked.keys() & {"from", "until"}:
            raise BadParameter("as_of stands for from and until; give either it or them.")
        asked["from"] = asked["until"] = asked.pop("as_of")
    for name in asked:
        question.parameter(name)
    values: dict[str, Value] = {}
    for parameter in question.parameters:
        value = asked.get(parameter.name, parameter.default)
        if value is None and parameter.required:
            raise BadParameter(
                f"The question {question.name!r} needs the parameter {parameter.name!r}: "
                f"{parameter.help.get(lang, parameter.help['en'])}"
            )
        values[parameter.name] = None if value is None else _value(reader, parameter, value, lang)
    first, last = values.get("from"), values.get("until")
    if isinstance(first, str) and isinstance(last, str) and first > last:
        raise BadParameter(f"The time ends ({last}) before it begins ({first}); exchange from and until.")
    return values


def _value(reader: Reader, parameter: Parameter, given: object, lang: str) -> Value:
    text = str(given.iri if isinstance(given, Thing) else given).strip()
    match parameter.type:
        case "entity":
            return _entity(reader, parameter, text, lang)
        case "date":
            try:
                return period(text)[0 if parameter.day == "first" else 1]
            except BadSelection as error:
                raise BadParameter(f"Parameter {parameter.name!r}: {error}") from error
        case "class":
            classes = [c for c in vocabulary().classes if vocabulary().is_a(c, "Entity")]
            return _word(parameter, text, classes, "a class of the ontology")
        case "relation":
            return _word(parameter, text, list(vocabulary().relations), "a relation of the ontology")
        case "status":
            return _word(parameter, text, list(STATUSES), "a status")
        case "number":
            return _number(parameter, text)
        case "boolean":
            if text.casefold() in _TRUE:
                return True
            if text.casefold() in _FALSE:
                return False
            raise _wrong(parameter, text, "yes or no")
        case "text":
            return text


def _entity(reader: Reader, parameter: Parameter, text: str, lang: str) -> str:
    wanted = parameter.values_from
    try:
        iri = resolve(reader, text, classes=wanted, lang=lang)
    except AmbiguousName as error:
        error.args = (f"Parameter {parameter.name!r}: {error}",)
        raise
    except UnknownEntity as error:
        try:
            other = resolve(reader, text, lang=lang)
        except (UnknownEntity, AmbiguousName):
            error.args = (f"Parameter {parameter.name!r} wants {_kinds(wanted, lang)}. {error}",)
            raise error from None
        raise _other_kind(reader, parameter, text, other, lang) from error
    known, kind = vocabulary(), reader.thing(iri, lang).type
    # A thing that links name and no source describes has no class; it cannot be refused for it.
    if kind != "Entity" and not any(known.is_a(kind, c) for c in wanted):
        raise _other_kind(reader, parameter, text, iri, lang)
    return iri


def _kinds(classes: tuple[str, ...], lang: str) -> str:
    return " / ".join(vocabulary().label(c, lang) for c in classes)


def _other_kind(reader: Reader, parameter: Parameter, text: str, iri: str, lang: str) -> BadParameter:
    thing = reader.thing(iri, lang)
    kind = vocabulary().label(thing.type, lang)
    return _wrong(parameter, text, _kinds(parameter.values_from, lang), f", and this is {thing.name} ({kind})")


def _word(parameter: Parameter, text: str, known: list[str], what: str) -> str:
    spelled = {snake(name).replace("_", ""): name for name in known}
    found = spelled.get(text.replace("_", "").replace("-", "").casefold())
    if found is None:
        raise _wrong(parameter, text, f"{what}, one of {', '.join(known)}")
    return found


def _number(parameter: Parameter, text: str) -> int | Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _wrong(parameter, text, "a number") from error
    if not number.is_finite():
        raise _wrong(parameter, text, "a number")
    if (parameter.least is not None and number < parameter.least) or (
        parameter.most is not None and number > parameter.most
    ):
        most = f" and at most {parameter.most}" if parameter.most is not None else ""
        raise _wrong(parameter, text, f"a number of at least {parameter.least}{most}")
    return int(number) if number == number.to_integral_value() else number


def _wrong(parameter: Parameter, text: str, wanted: str, but: str = "") -> BadParameter:
    shown = text if len(text) <= 80 else f"{text[:77]}..."
    return BadParameter(f"Parameter {parameter.name!r} was given {shown!r}; it wants {wanted}{but}.")
