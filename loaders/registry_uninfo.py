"""The UN cooperation framework of one country as UNINFO gives it: results, projects, agencies, goals and amounts.

Names are in the language of the country, or in English; which of them is told by their little words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import ID, Entity, Link, Name, Statement
from .reading_json import Json, JsonStream
from .registry_countries import LANGUAGES, CountryCode, by_code, by_name
from .registry_source import Registry, Wrong, amount, date, identifiers, kind_of, listing, mapping, scalar, text
from .registry_un import body, body_iri, country

_MEASURES: Final = ("required", "available", "spent")
_LONGEST: Final = 20_000
_DEEPEST: Final = 20

# Words that stand in almost every sentence of one language and in none of the others.
_LITTLE: Final = {
    "fr": "le les des du et aux sur dans pour est une par avec l d au qui ce leurs".split(),
    "en": "the of and to for in with by on is are their through from at an this its".split(),
    "es": "el los las del y en con por para una su sus al que".split(),
    "pt": "o os as do da dos das e em com uma ao nos nas não".split(),
}
_LANGUAGE_OF: Final[dict[str, list[str]]] = {}
for _language, _words in _LITTLE.items():
    for _word in _words:
        _LANGUAGE_OF.setdefault(_word, []).append(_language)


def language_of(line: str, country_code: str) -> str:
    """Return the language of a text: that of most of its little words, else the one that the country works in.

    >>> language_of("Appui à la mise en œuvre de la politique", "BJ"), language_of("Support to the ministry", "BJ")
    ('fr', 'en')
    """
    usual = LANGUAGES.get(country_code, "")
    score = dict.fromkeys((usual, "en") if usual else _LITTLE, 0.0)
    for word in re.findall(r"[^\W\d_]+", line.casefold()):
        for found in _LANGUAGE_OF.get(word, ()):
            if found in score:
                score[found] += 1
    if usual:
        score[usual] += 0.5  # the tongue of the country wins where words are as many
    best = max(score, key=lambda one: score[one])
    return best if score[best] > 0 else usual


def framework(registry: Registry) -> Iterator[Statement]:
    """Yield the framework of a country as a programme, its results as parts of it, its projects and who does them."""
    head: dict[str, Json] = {}
    lists: dict[str, Json] = {}
    for key, value in JsonStream(registry.path, unique=True).members():
        (lists if isinstance(value, list) else head)[key] = value
    try:
        reader = _Framework(registry, head)
        start = reader.programme()
    except Wrong as error:
        raise UnreadableSource(error.problem, path=registry.path, advice=error.advice) from None
    yield from start
    yield from _each(registry, "sdgs", list(_pairs(head.get("sdgs"))), reader.goal)
    yield from reader.results(lists.get("framework"))
    yield from _each(registry, "projects", lists.get("projects"), reader.project)


def _pairs(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        for goal, sums in value.items():
            yield [goal, sums]


def _each(registry: Registry, key: str, items: Json, read: object) -> Iterator[Statement]:
    for number, item in enumerate(items if isinstance(items, list) else []):
        try:
            yield from read(item, f"{key}[{number}]")  # type: ignore[operator]
        except Wrong as error:
            registry.wrong(error, place=f"{key}[{number}]")


class _Framework:
    """One framework: its country and the names of its results, by which projects say what they are part of."""

    def __init__(self, registry: Registry, head: dict[str, Json]) -> None:
        self.registry, self.head = registry, head
        name = text(head.get("name"), what="the name of the country")
        found = by_name(name) or by_code(re.split(r"[^A-Za-z]", registry.path.name)[0])
        if found is None:
            raise Wrong(f"{name[:60]!r} is no country", "name the file by its three letters, as BEN.json")
        self.country: CountryCode = found
        workspace = scalar(head.get("workspace_id"), "workspace_id")
        if not re.fullmatch("[0-9]{1,12}", workspace):
            raise Wrong(f"workspace_id {workspace[:40]!r} is no number")
        self.name, self.workspace = name, workspace
        self.me = f"{ID}programme/uninfo-workspace-{workspace}"
        self.named: dict[str, str] = {}
        self.pairs: dict[str, int] = {}

    def programme(self) -> list[Statement]:
        """Return the framework, its country, and that it covers it with the sums of all projects."""
        title = f"United Nations cooperation framework, {self.country.name}"
        made: list[Statement] = [
            Entity(self.me, "Programme", (Name(title, "en"),), identifier=self.workspace,
                   evidence=self.registry.evidence("name")),
            *country(self.registry, self.country, "name", name=self.name),
        ]  # fmt: skip
        totals = mapping(self.head.get("totals"), "totals")
        return made + self._sums("totals", self.me, "covers", self.country.iri, totals, "totals")

    def goal(self, item: Json, place: str) -> Iterator[Statement]:
        """Yield a Sustainable Development Goal as a topic, and that the framework concerns it, with the sums."""
        number, sums = listing(item, place)
        goal = text(number, what="the number of the goal")
        topic, made = self._topic(goal, place)
        sums = mapping(sums, "the sums of a goal")
        links = self._sums(f"sdg-{goal}", self.me, "concerns", topic, sums, f"sdgs/{goal}")
        yield from [*made, *links]

    def _topic(self, goal: str, place: str) -> tuple[str, list[Entity]]:
        if not re.fullmatch(r"[1-9][0-9]?(\.[0-9a-z]{1,2}(\.[0-9]{1,2})?)?", goal):
            raise Wrong(f"{goal[:40]!r} is no Sustainable Development Goal", "write its number, 1 to 17")
        topic = f"{ID}topic/sdg-{goal}"
        if not self.registry.new(topic):
            return topic, []
        names = (Name(f"SDG {goal}", "en"), Name(f"ODD {goal}", "fr"))
        return topic, [
            Entity(topic, "Topic", names, identifier=goal, identifiers=identifiers([("SDG", goal)]),
                   evidence=self.registry.evidence(place))
        ]  # fmt: skip

    def results(self, items: Json) -> Iterator[Statement]:
        """Yield the tree of results: each a programme, part of the one above, with the sums as links to the country."""
        stack = [
            (item, self.me, f"framework[{n}]", 1) for n, item in enumerate(items if isinstance(items, list) else [])
        ]
        stack.reverse()
        while stack:
            item, above, place, depth = stack.pop()
            try:
                if depth > _DEEPEST:
                    raise Wrong("results are nested more than 20 deep", "it is no framework of UNINFO")
                result = mapping(item, "the result")
                children = listing(result.get("children"), "children")
                me, made = self._result(result, above, place)
            except Wrong as error:
                self.registry.wrong(error, place=place)
                continue
            yield from made
            stack += [(c, me, f"{place}/children[{n}]", depth + 1) for n, c in reversed(list(enumerate(children)))]

    def _result(self, result: dict[str, Json], above: str, place: str) -> tuple[str, list[Statement]]:
        number, name = _number(result.get("id")), text(result.get("name"), what="the name", longest=_LONGEST)
        if not name:
            raise Wrong("a result has no name", "give it one")
        me = f"{ID}programme/uninfo-result-{number}"
        sums = self._sums(f"result-{number}", me, "covers", self.country.iri, result, place)
        if not self.registry.new(me):
            raise Wrong(f"the result {number} is given twice", "keep one of them")
        self.named.setdefault(name, me)
        return me, [
            self._entity(me, "Programme", number, result, name, place),
            self.registry.link(f"result-{number}/part", me, "partOf", above, place),
            *sums,
        ]

    def _entity(self, me: str, kind: str, number: str, record: dict[str, Json], name: str, place: str) -> Entity:
        code = text(record.get("code"), what="the code")
        names = [Name(name, language_of(name, self.country.alpha2))]
        if code and code not in name:
            names.append(Name(f"{code} {name}"[:_LONGEST], names[0].lang, "alternative"))
        start, end = date(record.get("start"), "the start"), date(record.get("end"), "the end")
        if start and end and start[: len(end)] > end[: len(start)]:
            raise Wrong(f"it begins in {start} and ends in {end}", "correct the dates")
        description = text(record.get("description"), what="the description", longest=_LONGEST)
        return Entity(
            me, kind, tuple(names), identifier=number, description=description or None, valid_from=start,
            valid_to=end, evidence=self.registry.evidence(place),
        )  # fmt: skip

    def project(self, item: Json, place: str) -> list[Statement]:
        """Return a project with the agency that carries it out; it has as many records as agencies."""
        record = mapping(item, "the project")
        number, name = _number(record.get("id")), text(record.get("name"), what="the name", longest=_LONGEST)
        agency = text(record.get("agency"), what="the agency")
        if not name:
            raise Wrong(f"the project {number} has no name", "give it one")
        outcome = text(record.get("outcome"), what="the outcome", longest=_LONGEST)
        me = f"{ID}programme/uninfo-project-{number}"
        entity = self._entity(me, "Project", number, record, name, place)
        links: list[Statement] = []
        if agency:
            body_iri(agency)
            dates = (entity.valid_from, entity.valid_to)
            key = f"project-{number}/{agency}"
            self.pairs[key] = again = self.pairs.get(key, 0) + 1
            key = f"{key}/{again}" if again > 1 else key
            links += self._sums(key, body_iri(agency), "implements", me, record, place, dates)
            links = [*body(self.registry, agency, place), *links]
        else:
            self.registry.left_out("agencies of a project that names none")
        goals = record.get("sdg") if isinstance(record.get("sdg"), list) else [record.get("sdg")]
        for goal in listing(goals, "sdg"):
            if goal is not None:
                topic, made = self._topic(scalar(goal, "sdg"), place)
                links += made
                if self.registry.new(f"{me} {topic}"):
                    links.append(self.registry.link(f"project-{number}/sdg-{goal}", me, "concerns", topic, place))
        if not self.registry.new(me):
            return links
        above = self.named.get(outcome)
        if outcome and above is None:
            self.registry.left_out("outcomes of a project that are no result of the framework")
        return [
            entity,
            self.registry.link(f"project-{number}/part", me, "partOf", above or self.me, place),
            self.registry.link(f"project-{number}/country", me, "covers", self.country.iri, place),
            *links,
        ]

    def _sums(
        self,
        key: str,
        source: str,
        relation: str,
        target: str,
        sums: dict[str, Json],
        place: str,
        dates: tuple[str | None, str | None] = (None, None),
    ) -> list[Link | Entity]:
        """Return a link for each sum that is given (required, available, spent), or one without if none is."""
        given = [(measure, amount(sums.get(measure), measure)) for measure in _MEASURES]
        known = [(measure, sum_) for measure, sum_ in given if sum_ is not None]
        if not known:
            return [
                self.registry.link(
                    f"{key}/{relation}", source, relation, target, place, valid_from=dates[0], valid_to=dates[1]
                )
            ]
        return [
            self.registry.link(f"{key}/{relation}/{measure}", source, relation, target, f"{place}/{measure}",
                               role=f"{measure} funds", amount=sum_, currency="USD",
                               valid_from=dates[0], valid_to=dates[1])
            for measure, sum_ in known
        ]  # fmt: skip


def _number(value: Json) -> str:
    number = scalar(value, "the id")
    if not re.fullmatch("[0-9]{1,15}", number):
        raise Wrong(f"the id is {kind_of(value)}, not a number")
    return number
