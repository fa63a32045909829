"""The catalogue of questions: files in ``<topic>/<name>.yaml`` with their SPARQL and Cypher texts beside them.

Opening the catalogue lists file names; a question's description is read when it is asked for, and its texts when
they are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, TypeAlias, get_args

from ..ontology.errors import BadParameter, MultilateralError

ParameterType: TypeAlias = Literal["entity", "date", "class", "relation", "number", "text", "boolean", "status"]
ColumnType: TypeAlias = Literal[
    "thing", "chain", "link", "relation", "status", "certainty", "locator", "date", "number", "text"
]
Texts: TypeAlias = Mapping[str, str]

#: The languages in which every question is described.
LANGUAGES = ("en", "fr")
#: Where candidates for the values of a parameter come from, if the question does not say.
_VALUES_FROM = {"entity": "Entity", "class": "classes", "relation": "relations", "status": "statuses"}


class UnknownQuestion(BadParameter):
    """Raised when the catalogue has no question of that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "`multilateral query` lists them."
        super().__init__(f"There is no question {name!r}; {hint}")


class DamagedQuestion(MultilateralError):
    """Raised when the file of a question is not what this version reads."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a question takes.

    ``values_from`` says where candidates come from: names of classes for an entity; ``classes``, ``relations`` or
    ``statuses`` for a word of the ontology; nothing otherwise. ``day`` says to which day a date that is a year or a
    month is taken: the ``first`` or the ``last``. ``least`` and ``most`` bound a number.
    """

    name: str
    type: ParameterType
    required: bool = False
    default: str | None = None
    values_from: tuple[str, ...] = ()
    day: Literal["first", "last"] = "first"
    least: int | None = None
    most: int | None = None
    help: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer. ``unit`` is that of a number, where it is the same in all rows."""

    name: str
    type: ColumnType
    label: Texts
    unit: str | None = None


@dataclass(frozen=True)
class Question:
    """A canned question: what it asks, what it takes, what it gives, and its two texts.

    ``order`` names the columns by which rows are sorted first, with ``-`` before one that goes down; the other
    columns follow as they stand. ``example`` are sample values, which the documentation shows and the tests run.
    """

    name: str
    topic: str
    title: Texts
    purpose: Texts
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    order: tuple[str, ...]
    example: Mapping[str, str]
    folder: Traversable = field(repr=False, compare=False)

    @cached_property
    def sparql(self) -> str:
        """The SPARQL text; a parameter is written ``$name``, an ordinary variable ``?name``."""
        return self.folder.joinpath(f"{self.name}.rq").read_text(encoding="utf-8")

    @cached_property
    def cypher(self) -> str:
        """The Cypher text; a parameter is written ``$name``, and is null where it is not given."""
        return self.folder.joinpath(f"{self.name}.cypher").read_text(encoding="utf-8")

    def parameter(self, name: str) -> Parameter:
        """Return a parameter by name.

        :raises BadParameter: If the question has none of that name.
        """
        found = next((p for p in self.parameters if p.name == name), None)
        if found is None:
            raise BadParameter(
                f"The question {self.name!r} has no parameter {name!r}; "
                f"it takes {', '.join(p.name for p in self.parameters)}."
            )
        return found


class Catalogue(Mapping[str, Question]):
    """All questions by name, in the order of topics and names.

    :raises UnknownQuestion: If one is asked for that does not exist.
    :raises DamagedQuestion: If the description of the one asked for cannot be read.
    """

    def __init__(self, root: Traversable) -> None:
        self._folders = {
            file.name.removesuffix(".yaml"): topic
            for topic in sorted(root.iterdir(), key=lambda t: t.name)
            if topic.is_dir() and not topic.name.startswith(("_", "."))
            for file in sorted(topic.iterdir(), key=lambda f: f.name)
            if file.name.endswith(".yaml")
        }
        self._read: dict[str, Question] = {}

    def __getitem__(self, name: str) -> Question:
        if name not in self._folders:
            raise UnknownQuestion(name, tuple(self._folders))
        if name not in self._read:
            self._read[name] = _read(self._folders[name], name)
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._folders

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders)

    def __len__(self) -> int:
        return len(self._folders)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that ships with the package."""
    return Catalogue(resources.files(__package__ or "multilateral.queries"))


def _read(folder: Traversable, name: str) -> Question:
    import yaml

    # The C parser is ten times as fast; PyYAML may have been built without it.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    try:
        said = yaml.load(text, Loader=loader)  # noqa: S506 -- both are safe loaders
        return Question(
            name=name,
            topic=folder.name,
            title=said["title"],
            purpose=said["purpose"],
            parameters=tuple(_parameter(p) for p in said["parameters"]),
            columns=tuple(_column(c) for c in said["columns"]),
            order=tuple(said.get("order", ())),
            example=said.get("example") or {},
            folder=folder,
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise DamagedQuestion(
            f"The question file {folder.name}/{name}.yaml cannot be read ({error}); install the package again."
        ) from error


def _parameter(said: dict[str, Any]) -> Parameter:
    kind = said["type"]
    if kind not in get_args(ParameterType):
        raise ValueError(f"there is no parameter type {kind!r}")
    given = said.get("values_from") or ([_VALUES_FROM[kind]] if kind in _VALUES_FROM else [])
    return Parameter(**{**said, "values_from": tuple(given)})


def _column(said: dict[str, Any]) -> Column:
    if said["type"] not in get_args(ColumnType):
        raise ValueError(f"there is no column type {said['type']!r}")
    return Column(**said)
