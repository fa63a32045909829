"""From what stands in the columns of a file to the things that they may name, and what they say of them."""

from __future__ import annotations

from ..ontology.vocabulary import vocabulary
from . import registry_countries
from .mapping_column import Column
from .mapping_files import PARENT
from .mapping_guess_columns import counted, country_of, is_texts, mixed
from .mapping_look import Look
from .mapping_parts import word_of
from .mapping_plan import Guess, Part, Plan
from .mapping_words import (
    ACRONYM,
    AREAS,
    DATES,
    DOES,
    EDGE_ENDS,
    ENDS,
    GIVES,
    GROUPS,
    ID,
    IDENTIFIERS,
    MONEY,
    MOST_THINGS,
    NAME,
    NO_NAME_OF,
    NO_THINGS,
    OTHER,
    PAPERS,
    ROLES,
    STARTS,
    STATES,
    TEXTS,
    UNDERTAKINGS,
    class_of,
    language,
    stem_of,
    told,
    words,
)


class ThingGuesser:
    """Finds the things; the columns that it does not use stay in ``_left``."""

    def __init__(self, look: Look, broken: dict[str, str]) -> None:
        self._look, self._plan = look, Plan(unused=dict(broken))
        self._left = {name: column for name, column in look.columns.items() if name not in broken}
        self._facts: dict[str, Part] = {}
        self._taken: set[str] = set()
        self._end_words: tuple[frozenset[str], ...] = ()
        self._project: Guess | None = None

    def _words(self, header: str) -> list[str]:
        """Return the words of a header, with the name of the list that the record stands in, where it has one."""
        steps = self._look.spec.records
        lists = [steps[at - 1] if at and steps[at - 1] != "*" else "" for at, step in enumerate(steps) if step == "*"]
        level = header.count(PARENT)
        return words(header) + (words(lists[-1 - level]) if level < len(lists) else [])

    # --- things ------------------------------------------------------------------------------------------------

    def _countries(self) -> None:
        """Find the columns of countries, by name and by code; codes go to the names that they agree with."""
        groups: list[Guess] = []
        for column in list(self._left.values()):
            own = set(words(column.name))
            sure = bool({"country", "countries", "pays"} & own)
            listed = column.country_list() if own & (STATES | AREAS | GIVES) or not own else None
            share = column.countries(listed)
            if (len(column.known) < 2 and not sure) or share <= (0.3 if sure else 0.6):
                continue
            twin = None if listed else next((g for g in groups if self._agree(g.main, column)), None)
            lang = language(column.name)
            if twin is not None:
                key = f"name_{lang}" if lang and f"name_{lang}" not in twin.parts else ""
                if key:
                    twin.parts[key] = Part(self._left.pop(column.name))
                else:
                    self._plan.unused[column.name] = "the same countries once more"
                    self._left.pop(column.name)
                continue
            ref = self._ref(column.name, "country") if own & STATES else self._free("country")
            group = Guess(ref, "Country", stem_of(words(column.name)))
            group.gives = bool(set(self._words(column.name)) & GIVES)
            part = Part(self._left.pop(column.name), "countries", split=listed)
            group.parts[f"name_{lang}" if lang else "name"] = part
            group.classes = mixed(column, listed)
            groups.append(group)
        coded = [(column.codes() or self._m49(column), column) for column in self._left.values()]
        for scheme, column in sorted(coded, key=lambda pair: pair[0] or "~"):
            if scheme is None or column.currencies() or len(column.known) < 2:
                continue
            owner = next((g for g in groups if self._agree(g.main, column)), None)
            marked = set(words(column.name)) & {
                "iso",
                "iso2",
                "iso3",
                "country",
                "pays",
                "alpha2",
                "alpha3",
                "alpha",
                "m49",
                *GIVES,
            }
            if owner is None and (not marked or scheme == "M49"):
                continue
            if owner is None:
                owner = Guess(self._ref(column.name, "country"), "Country", stem_of(words(column.name)))
                owner.gives = bool(set(words(column.name)) & GIVES)
                groups.append(owner)
            part = Part(self._left.pop(column.name), f"codes of countries ({scheme})")
            if "iso" in owner.parts:
                owner.parts[f"identifiers.{scheme}"] = part
            else:
                owner.parts["iso"] = part
        self._plan.entities += groups

    def _m49(self, column: Column) -> str | None:
        marked = {"m49", "numeric"} & set(words(column.name))
        sure = marked and column.all("[0-9]{1,3}") and column.share(
            registry_countries.by_code(text) is not None for text in column.known
        ) > 0.9  # fmt: skip
        return "M49" if sure else None

    def _agree(self, first: Column, second: Column) -> bool:
        """Say whether two columns name the same country in nearly all rows that have both."""
        same = both = 0
        for row in self._look.sample:
            one, other = country_of(row, first), country_of(row, second)
            if one and other:
                both += 1
                same += one == other
        return both > 0 and same >= both * 0.9

    def _ref(self, header: str, otherwise: str) -> str:
        own = words(header)
        bare = [word for word in own if word not in NAME | ID | {"en", "fr"} and not word.isdigit()]
        bare = bare or self._words(header)[len(own) :]
        return self._free("_".join(bare)[:40] or otherwise)

    def _free(self, stem: str) -> str:
        """Return a name for an entity that no other has."""
        known = {entity.ref for entity in self._plan.entities} | self._taken
        ref, number = stem, 2
        while ref in known:
            ref, number = f"{stem}_{number}", number + 1
        self._taken.add(ref)
        return ref

    def _names(self) -> None:
        """Find the columns of names of other things, those of one thing together."""
        for column in list(self._left.values()):
            found, own = self._words(column.name), words(column.name)
            if not is_texts(column) or set(own) & (TEXTS | NO_THINGS) or self._is_code(own) or set(own) & ACRONYM:
                continue
            type_ = class_of(own) or class_of(found)
            if own and set(own) <= GROUPS:
                continue  # women and children are no body
            if set(own) & NO_NAME_OF or (type_ in UNDERTAKINGS and set(own) & (MONEY | DATES | STARTS | ENDS)):
                continue  # the phase, the manager, the cost of a project
            called = bool(set(own) & NAME) or column.name.endswith("_key") or not own
            if (type_ is None and not called) or (
                type_ == "Person" and not set(own) & {"name", "nom"} and len(own) > 1
            ):
                continue
            if type_ is None and set(own) & {"title", "titre", "intitule", "libelle"}:
                type_ = "Project"
            if len(column.texts) == 1 and self._look.rows > 5 and PARENT in column.name:
                self._plan.unused[column.name] = f"the same in all rows: {next(iter(column.texts))[:40]!r}"
                self._left.pop(column.name)
                continue
            if column.name.endswith("_key") and len(column.texts) < 8 and column.filled > 50:
                continue  # a few words that come again: what sort of link it is
            if set(found) & ROLES and len(column.texts) < max(12, column.filled * 0.02):
                continue  # a type or category of something, not a thing
            stem, lang = stem_of(own), language(column.name)
            level = column.name.count(PARENT)
            twin = next(
                (e for e in self._plan.entities
                 if e.words == stem and e.main.name.count(PARENT) == level and (e.type != "Country" or lang)),
                None,
            )  # fmt: skip
            if twin is None and set(own) & OTHER:
                twin = next((e for e in self._plan.entities if e.type != "Country"), None)
            if twin is None:
                if len(self._plan.entities) >= MOST_THINGS:
                    continue
                twin = Guess(self._ref(column.name, (type_ or "organization").lower()), type_ or "Organization", stem)
                twin.gives = bool(set(found) & GIVES)
                self._plan.entities.append(twin)
            names = [f"name_{lang}" if lang else "name", f"alt_{lang}" if lang else "alt"]
            for key in names[1:] if set(own) & OTHER else names:
                if key not in twin.parts:
                    twin.parts[key] = Part(self._left.pop(column.name))
                    break
        self._ends()
        if not self._plan.entities:
            if not self._left and self._facts:  # better a table of roles than none
                fact = "role" if "role" in self._facts else next(iter(self._facts))
                part = self._facts.pop(fact)
                self._left[part.column.name] = part.column
            likely = [c for c in self._left.values() if is_texts(c)] or list(self._left.values())
            if likely:
                column = max(likely, key=lambda c: len(c.texts))
                thing = Guess(self._ref(column.name, "thing"), "Organization", stem_of(words(column.name)))
                thing.parts["name"] = Part(self._left.pop(column.name), "the column that looks most like names")
                self._plan.entities.append(thing)

    def _ends(self) -> None:
        """Make things of the columns of a list of edges: source, relation, target."""
        ends = [c for c in self._left.values() if len(found := words(c.name)) == 1 and found[0] in EDGE_ENDS]
        relation = self._facts.get("relation")
        if len(ends) != 2 or relation is None:
            return
        known = vocabulary()
        given = {text: relation.values.get(text) or word_of(text, "relation") for text in relation.column.known}

        def fitting(type_: str) -> int:
            fits = (
                n
                for text, n in relation.column.texts.items()
                if (r := given.get(text)) and known.admits(r, type_, type_)
            )
            return sum(fits)

        best = max(known.entity_classes(), key=fitting)
        self._end_words = tuple(frozenset(words(column.name)) for column in ends)
        for column in ends:
            thing = Guess(self._free(words(column.name)[0]), best, frozenset(words(column.name)))
            thing.parts["name"] = Part(self._left.pop(column.name))
            self._plan.entities.insert(ends.index(column), thing)

    def _find_project(self) -> None:
        """Find what the rows are about, where it is projects: a thing that somebody funds or carries out."""
        entities = self._plan.entities
        carried = [e for e in entities if e.gives or told(e.words, GIVES | DOES)]
        found = [e for e in entities if e.type in UNDERTAKINGS]
        if not found and carried and self._facts.keys() & {"amount", "status", "from", "to", "period"}:
            found = [e for e in entities if e.type == "Organization" and not e.words]
            for thing in found[:1]:
                thing.type = "Project"  # "Name" alone, beside who pays for it
                thing.ref = self._free("project")
        places = [e for e in entities if e.type in ("Country", "Place", "Topic")]
        if not found or not (carried or (places and self._facts.keys() & {"amount", "status"})):
            return
        self._project = max(found, key=lambda e: (e.type == "Project", len(e.main.texts), "name" in e.parts))
        for part in self._project.parts.values():
            part.split = ""  # a title may have any sign in it

    def _twins(self) -> None:
        """Make one thing of two columns of which each says what the other says: a name and its abbreviation."""
        entities = self._plan.entities
        for first in list(entities):
            for second in list(entities):
                if first is second or "Country" in (first.type, second.type) or first not in entities:
                    continue
                short, long = second.main, first.main
                alike = first.words & second.words
                same = first.type == second.type and len(short.texts) > 5
                if second in entities and len(second.parts) == 1 and same and self._is_key(short, first):
                    lengths = [sum(map(len, c.known)) / max(1, len(c.known)) for c in (short, long)]
                    if lengths[0] < 12 and lengths[0] * 1.5 < lengths[1] and "acronym" not in first.parts:
                        first.parts["acronym"] = next(iter(second.parts.values()))
                        entities.remove(second)
                    elif alike and "alt" not in first.parts and lengths[0] >= lengths[1]:
                        first.parts["alt"] = next(iter(second.parts.values()))
                        entities.remove(second)
        for thing in entities:
            self._order_names(thing)

    def _order_names(self, thing: Guess) -> None:
        """Make the long one of two names the name, and the short one the acronym."""
        if "name" in thing.parts and "alt" in thing.parts and "acronym" not in thing.parts:
            name, other = thing.parts["name"], thing.parts["alt"]
            lengths = [sum(map(len, p.column.known)) / max(1, len(p.column.known)) for p in (name, other)]
            if lengths[0] < 12 and lengths[0] * 1.5 < lengths[1]:
                thing.parts["acronym"], thing.parts["name"] = name, thing.parts.pop("alt")

    def _is_code(self, found: list[str]) -> bool:
        return bool(set(found) & ID) and not set(found) & NAME

    def _attributes(self) -> None:
        """Give the other columns to the things that they describe: acronyms, keys, identifiers, pages, descriptions."""
        things = [e for e in self._plan.entities if e.type != "Country"] or self._plan.entities
        for name, column in list(self._left.items()):
            if not column.known or not things:
                continue
            found = words(name)
            stem = stem_of(found) - TEXTS - ROLES
            owner = next((e for e in things if e.words == stem), None) or next(
                (e for e in things if stem and e.words and stem <= e.words), None
            )  # fmt: skip
            main = self._project or next((e for e in things if not e.words), things[0] if len(things) == 1 else None)
            key = self._attribute(column, found)
            if key and main and (key == "class" or key.startswith(("identifiers", "homepage"))):
                owner = main if owner is None or owner.words != stem else owner
            if key and key.startswith("identifiers") and owner is not None:
                rest = stem - {key.partition(".")[2].casefold(), "qid"} - owner.words
                owner = None if rest else owner
                main = None if rest else main
            if key == "key" and owner is None and self._project and stem <= PAPERS:
                owner = self._project
            owner = owner or (main if key and (key.startswith(("identifiers", "homepage")) or not stem) else None)
            if owner is None or key is None or key in owner.parts:
                continue
            if key == "key" and not self._is_key(column, owner):
                continue
            if key == "key" and owner is self._project and counted(column, found):
                self._plan.unused[name] = "numbers of the rows, which are others when a row is put between"
                self._left.pop(name)
                continue
            part = Part(self._left.pop(name), split="" if owner is self._project else None)
            if key == "class":
                owner.classes = part
            else:
                owner.parts[key] = part

    def _attribute(self, column: Column, found: list[str]) -> str | None:
        lang = language(column.name)
        for scheme, pattern in IDENTIFIERS:
            long = sum(map(len, column.known)) > 4 * len(column.known)
            if column.all(pattern) and len(column.known) > 1 and (long or scheme.casefold() in found):
                return f"identifiers.{scheme}"
        if column.all(r"https?://\S+"):
            return "homepage" if set(found) & {"website", "url", "homepage", "site", "web", "link", "www"} else None
        if column.share(word_of(text, "class") is not None for text in column.known) == 1:
            return "class"
        if set(found) & ACRONYM and is_texts(column):
            return f"acronym_{lang}" if lang else "acronym"
        if set(found) & TEXTS and not column.lists:
            return "description"
        if set(found) & OTHER and is_texts(column):
            return f"alt_{lang}" if lang else "alt"
        if self._is_code(found) or not column.name.strip("_"):
            return "key"
        return None

    def _is_key(self, column: Column, owner: Guess) -> bool:
        """Say whether a code tells the things apart: each name has one, and each code one name."""
        pairs: set[tuple[str, str]] = set()
        for row in self._look.sample:
            code, name = row.cells.get(column.name), row.cells.get(owner.main.name)
            if isinstance(name, str) and name:
                if not isinstance(code, str) or not code:
                    return False
                pairs.add((code, name))
        codes, names = len({c for c, _ in pairs}), len({n for _, n in pairs})
        if owner is self._project:  # two may have one title
            return bool(pairs) and codes == len(pairs)
        return bool(pairs) and codes == len(pairs) == names
