"""From what stands in the columns of a file to what they may mean: things, links, dates and amounts.

What is not sure is left out and told: a person reads the mapping that is made of this before it is used.
"""

from __future__ import annotations

import re
from collections import Counter

from ..ontology.vocabulary import vocabulary
from .mapping_column import Column
from .mapping_files import PARENT
from .mapping_guess_columns import is_texts
from .mapping_guess_projects import links_of_project
from .mapping_guess_things import ThingGuesser
from .mapping_look import Look
from .mapping_parts import word_of
from .mapping_plan import Between, Guess, Part, Plan
from .mapping_spec import Reading
from .mapping_words import (
    BETWEEN,
    COUNTS,
    DATES,
    DOES,
    ENDS,
    FOUNDED,
    GIVES,
    ID,
    MEANT,
    MEMBERS,
    MONEY,
    NO_MEMBERS,
    PARENTS,
    PARTIAL,
    RECEIVES,
    ROLES,
    SHARES,
    SPENT,
    STARTS,
    STATUS,
    TIMES,
    class_of,
    currency_of,
    status_of,
    told,
    words,
)
from .registry_countries import by_name
from .table_columns import plain

CURRENCIES = frozenset({"currency", "devise", "monnaie", "cur"})
_PERIOD = re.compile(r"(?:1[5-9]|20)[0-9]{2}\s*([-–—/])\s*(?:1[5-9]|20)[0-9]{2}")


def guess(look: Look, broken: dict[str, str]) -> Plan:
    """Return what the columns may mean; those in ``broken`` are not used, for the reason given."""
    return _Guesser(look, broken).plan()


class _Guesser(ThingGuesser):
    """Finds what is said of links, and the links."""

    def plan(self) -> Plan:
        self._countries()
        self._fact_columns()
        self._names()
        self._find_project()
        self._twins()
        self._attributes()
        self._plan.entities = [e for e in self._plan.entities if e.parts]
        for entity in self._plan.entities:
            column = entity.main
            distinct = len(column.texts)
            entity.unique = distinct > 1 and distinct >= column.filled * 0.98
        self._between()
        for name, column in self._left.items():
            self._plan.unused.setdefault(name, _kind(column))
        return self._plan

    # --- facts -------------------------------------------------------------------------------------------------

    def _fact_columns(self) -> None:
        """Find what is said of links: dates, amounts, currencies, shares, statuses, relations, roles."""
        codes = any(column.currencies() and set(words(name)) & CURRENCIES for name, column in self._left.items())

        def rank(item: tuple[str, Column]) -> tuple[int, bool, bool]:
            """Put what is the whole, and what really was, before what is a part or was meant to be."""
            found = set(words(item[0]))
            vague = not codes and bool(found & MONEY) and not currency_of(item[0], self._places())
            return item[0].count(PARENT), bool(found & (MEANT | PARTIAL)) or vague, "total" not in found

        for name, column in sorted(self._left.items(), key=rank):
            found = set(words(name))
            fact, part = self._fact(column, found)
            if fact and fact not in self._facts:
                self._facts[fact] = part
                self._left.pop(name)

    def _fact(self, column: Column, found: set[str]) -> tuple[str, Part]:
        part = Part(column)
        if not column.known or column.faults or column.lists:
            return "", part
        counts = found & COUNTS - {"number"} or re.match(r"\s*number\s+of\b", column.name, re.IGNORECASE)
        if found & ID and not (found & (DATES | STARTS | ENDS | MONEY) or counts):
            return "", part  # 2019-01 may be the code of a project, and so may its number
        if (sign := _period(column)) is not None:
            part.split = sign
            return "period", part
        when = "to" if found & ENDS else "from" if found & STARTS else "founded" if found & FOUNDED else "when"
        if column.years() and (when != "when" or found & DATES or not found):
            return when, part
        dates, order = column.date_order()
        if dates:
            part.reading = Reading(dates=order)
            return when, part
        if column.ambiguous_dates():
            self._plan.unused[column.name] = "dates that may be read with the day or the month first: declare `dates`"
            return "", part
        if column.currencies() and (found & CURRENCIES or column.codes() is None):
            return "currency", part
        if found & CURRENCIES and not column.currencies():
            part.values = {
                text: currency_of(text.casefold().replace("dollar us", "us dollar")) for text in column.known
            }
            return ("currency", part) if all(part.values.values()) else ("", part)
        if column.share(word_of(text, "relation") is not None for text in column.known) == 1:
            return "relation", part
        meant = {text: MEMBERS.get(plain(text), "") for text in column.known}
        if any(meant.values()) and all(meant[text] or plain(text) in NO_MEMBERS for text in meant):
            part.values = meant
            return "relation", part
        if found & STATUS and is_texts(column) and len(column.texts) < 60:
            translated = {text: status_of(text) for text in column.texts}
            if sum(map(bool, translated.values())) * 2 > len(translated):
                part.values = translated
                return "status", part
        if column.name.endswith("_value") or found & (MONEY | SHARES | COUNTS):
            return self._number(column, found, part)
        if (
            found & ROLES
            and (not class_of(list(found)) or found & {"funding", "financing", "financement"})
            and 1 < len(column.texts) < 60
            and column.reading() is None
            and is_texts(column)
        ):
            return "role", part
        if column.name.endswith("_key") and len(column.texts) < 8 and column.filled > 50 and not column.reading():
            return "role", part
        return "", part

    def _number(self, column: Column, found: set[str], part: Part) -> tuple[str, Part]:
        reading = column.reading()
        if reading is None:
            if column.ambiguous_numbers():
                self._plan.unused[column.name] = "numbers that may be read in two ways: declare `decimal`, `thousands`"
            return "", part
        part.reading = reading
        if found & SHARES:
            return ("share", part) if column.all(r"[0-9.,]+ ?%?") else ("", part)
        if found & COUNTS and not found & MONEY:
            return "count", part
        if TIMES.search(column.name):
            self._plan.unused[column.name] = "amounts in millions or thousands: write them in full, with the currency"
            return "", part
        part.constant = currency_of(column.name, self._places())
        return "amount", part

    def _places(self) -> set[str]:
        """Return the countries that the table is about, by their codes."""
        names = {
            text
            for entity in self._plan.entities
            if entity.type == "Country" and not entity.gives
            for part in entity.parts.values()
            for text in part.column.parts(part.split)
        }
        return {found.alpha2 for name in names if (found := by_name(name)) is not None}

    # --- links -------------------------------------------------------------------------------------------------

    def _between(self) -> None:
        """Guess the links: from what a row is about to the rest, or from who gives to who receives."""
        entities = self._plan.entities
        if "founded" in self._facts:
            main = next((e for e in entities if e.unique), None)
            part = self._facts.pop("founded")
            if main is not None and "from" not in main.parts:
                main.parts["from"] = part
            else:
                self._facts.setdefault("from", part)
        period = self._facts.pop("period", None)
        if period is not None:
            for fact, number in (("from", 1), ("to", 2)):
                self._facts.setdefault(fact, Part(period.column, split=period.split, part=number))
        if self._project is not None and not self._paid_out(self._project):
            self._plan.links = links_of_project(self._project, entities)
            self._qualify_project(self._project)
            return
        pairs: list[tuple[Guess, str, Guess]] = []
        ends = [e for e in entities if e.words in self._end_words]
        givers = [e for e in entities if e.gives or e.words & GIVES]
        main = next((e for e in entities if e.unique), None)
        if len(ends) == 2:
            pairs = [(ends[0], "concerns", ends[1])]
        elif givers and len(entities) > 1:
            giver = givers[0]
            for other in entities:
                if other is not giver and _relation(giver, other) == "funds":
                    pairs.append((giver, "funds", other))
            doers = [e for e in entities if e.words & DOES and e is not giver]
            for doer in doers:
                pairs += [(doer, r, e) for e in entities if e not in (doer, giver) and (r := _relation(doer, e))]
            projects = [e for e in entities if e.type in ("Project", "Programme")]
            for project in projects:
                pairs += [(project, r, e) for e in entities if e.type in ("Country", "Topic", "Place")
                          and e is not giver and (r := _relation(project, e))]  # fmt: skip
        elif main is not None:
            for other in entities:
                if other is not main:
                    for source, target in ((main, other), (other, main)):
                        if relation := _relation(source, target):
                            pairs.append((source, relation, target))
                            break
        elif len(entities) > 1 and "amount" in self._facts:
            pairs = self._money(entities)
        if not pairs and len(entities) > 1:
            first = sorted(entities, key=lambda e: (e.type != "Country", e.type not in ("Organization", "UNBody")))
            for source, target in ((a, b) for a in first for b in first if a is not b):
                if relation := _relation(source, target):
                    pairs.append((source, relation, target))
                    break
        pairs.sort(key=lambda pair: pair[1] not in ("funds", "memberOf"))
        for source, relation, target in pairs[:8]:
            self._plan.links.append(Between(source, relation, target))
        self._qualify()

    def _paid_out(self, project: Guess) -> bool:
        """Say whether the rows are payments: somebody gives to somebody, several times in one project."""
        bodies = [e for e in self._plan.entities if vocabulary().is_a(e.type, "Organization")]
        return (
            not project.unique
            and any(e.gives or told(e.words, GIVES) for e in bodies)
            and any(told(e.words, RECEIVES) for e in bodies)
        )

    def _qualify_project(self, project: Guess) -> None:
        """Give dates and status to the project and to what is done in it, and the sum to who pays first."""
        when = self._facts.pop("when", None)
        self._with_currency()
        links = self._plan.links
        done = [link for link in links if link.relation in ("funds", "implements")]
        if project.unique:
            for fact in ("from", "to", "status"):
                if (part := self._facts.get(fact)) is not None:
                    project.parts[fact] = part
                    for link in done:
                        link.parts[fact] = part
            for fact in ("from", "to", "status"):
                if project.parts.get(fact) is self._facts.get(fact) and (done or not links):
                    self._facts.pop(fact, None)
        if when is not None:
            for key in ("from", "to"):
                self._facts.setdefault(key, when)
        for fact, part in self._facts.items():
            if links and fact != "founded":
                links[0].parts.setdefault(fact, part)
            else:
                self._plan.unused.setdefault(part.column.name, f"a {fact} of a link, and there is none")

    def _money(self, entities: list[Guess]) -> list[tuple[Guess, str, Guess]]:
        """Return who gives to whom; what was spent in a country was not given to it."""
        told = " ".join((self._look.path.name, *self._look.columns))
        bodies = [e for e in entities if vocabulary().is_a(e.type, "Organization")]
        countries = [e for e in entities if e.type == "Country"]
        if not bodies or not countries:
            return []
        if SPENT.search(told):
            return [(bodies[0], "covers", countries[0])]
        return [(countries[0], "funds", bodies[0])]

    def _with_currency(self) -> None:
        """Leave out amounts of which the currency is not said, and a currency without amounts."""
        amount = self._facts.get("amount")
        if amount is not None and "currency" not in self._facts:
            if amount.constant:
                self._facts["currency"] = Part(amount.column, constant=amount.constant)
            else:
                self._facts.pop("amount")
                self._plan.unused[amount.column.name] = (
                    'amounts of which the currency is not said: write `amount:` and `currency: "=USD"` or another'
                )
                self._left.pop(amount.column.name, None)
        if "currency" in self._facts and "amount" not in self._facts:
            self._facts.pop("currency")

    def _qualify(self) -> None:
        """Give what is said of links to the first one, and dates to it alone: the others may hold at other times."""
        links = self._plan.links
        relation = self._facts.pop("relation", None)
        if links and relation is not None:
            links[0].relations = relation
        elif relation is not None:
            self._left[relation.column.name] = relation.column
        when = self._facts.pop("when", None)
        if when is not None:
            for key in ("from", "to"):
                self._facts.setdefault(key, when)
        self._with_currency()
        entities = self._plan.entities
        if not links and entities:
            thing = next((e for e in entities if e.unique), entities[0])
            for fact in ("from", "to", "status"):
                if fact in self._facts and fact not in thing.parts:
                    thing.parts[fact] = self._facts.pop(fact)
        for fact, part in self._facts.items():
            if links and fact != "founded":
                links[0].parts[fact] = part
            else:
                self._plan.unused.setdefault(part.column.name, f"a {fact} of a link, and there is none")


def _period(column: Column) -> str | None:
    """Return the sign between the two years of cells such as ``2015-2018``, if they are all such."""
    found = {match[1] if (match := _PERIOD.fullmatch(text)) else "" for text in column.known}
    return found.pop() if len(found) == 1 and "" not in found else None


def _relation(source: Guess, target: Guess) -> str | None:
    """Return the likeliest relation between two things by their classes and the words of their headers."""
    if (source.classes and not source.classes.values) or (target.classes and not target.classes.values):
        return None
    known = vocabulary()
    first = ["funds"] if source.gives or source.words & GIVES else ["partOf"] if target.words & PARENTS else []
    kinds = known.kind(source.type), known.kind(target.type)
    wanted = [*first, *BETWEEN.get(kinds, ())]
    return next((r for r in wanted if known.admits(r, source.type, target.type)), None)


def _kind(column: Column) -> str:
    """Return in a few words what a column holds."""
    if column.all(r"https?://\S+"):
        return "web addresses"
    if column.known and column.reading() is not None:
        return "numbers"
    if not column.known:
        return "nothing"
    most = Counter(column.texts).most_common(1)[0][0]
    return f"{len(column.texts)} different values, as {most[:40]!r}"
