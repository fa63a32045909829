"""The analyses by name, and running one with options as a command line or a notebook gives them."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from ...ontology.errors import BadParameter
from .model import Analysis, Parameter, Result, UnknownAnalysis, node

if TYPE_CHECKING:
    from ..network import Network

_TRUE, _FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


@cache
def analyses() -> dict[str, Analysis]:
    """Return every analysis by its name, in alphabetical order."""
    from . import brokers, centrality, change, communities, paths, projection, similarity, structure

    found = [
        brokers.ANALYSIS,
        centrality.ANALYSIS,
        change.ANALYSIS,
        communities.ANALYSIS,
        paths.ANALYSIS,
        projection.ANALYSIS,
        similarity.ANALYSIS,
        structure.COMPONENTS,
        structure.CORE,
    ]
    return {analysis.name: analysis for analysis in sorted(found, key=lambda a: a.name)}


def run(name: str, graph: Network, **options: Any) -> Result:
    """Return the result of the analysis ``name`` on a graph made by ``to_networkx``.

    Options may be strings; they are checked and turned into what the analysis takes. Raises UnknownAnalysis, and
    BadParameter for an option that is unknown, missing or out of range, both with the nearest known word.
    """
    known = analyses()
    if name not in known:
        raise UnknownAnalysis(f"There is no analysis {name!r}; {_nearest(name, known)}.")
    analysis = known[name]
    parameters = {p.name: p for p in analysis.parameters}
    for option in options:
        if option not in parameters:
            raise BadParameter(f"{name} has no option {option!r}; {_nearest(option, parameters)}.")
    values: dict[str, Any] = {}
    for parameter in analysis.parameters:
        value = options.get(parameter.name)
        if value is None and parameter.required:
            raise BadParameter(f"{name} needs the option {parameter.name!r}: {parameter.help}.")
        # What is not given is left to the default, which the function and the parameter share.
        values[parameter.name] = parameter.default if value is None else _typed(parameter, value, graph)
    return analysis.compute(graph, **values)


def _typed(parameter: Parameter, value: Any, graph: Network) -> Any:
    """Return a value as the parameter's kind; raises BadParameter if it is none."""
    name, text = parameter.name, str(value).strip()
    if parameter.kind == "bool":
        if text.casefold() in _TRUE + _FALSE:
            return text.casefold() in _TRUE
        raise BadParameter(f"{name}: {text!r} is neither yes nor no.")
    if parameter.kind == "choice":
        if text in parameter.choices:
            return text
        raise BadParameter(f"{name}: there is no {text!r}; {_nearest(text, parameter.choices)}.")
    if parameter.kind == "thing":
        return node(graph, text, name)
    if parameter.kind in ("int", "float"):
        return _number(parameter, text)
    return text


def _number(parameter: Parameter, text: str) -> int | float:
    whole = parameter.kind == "int"
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        wanted = "a whole number" if whole else "a number"
        raise BadParameter(f"{parameter.name}: {text!r} is not {wanted}.") from None
    # "not >=" rather than "<": it refuses NaN too.
    if (parameter.minimum is not None and not number >= parameter.minimum) or number == float("inf"):
        raise BadParameter(f"{parameter.name}: {text} is out of range; the least is {parameter.minimum or 0:g}.")
    return number


def _nearest(word: str, known: Any) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}" if near else "there are " + ", ".join(known)
