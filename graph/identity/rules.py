"""The rules by which things are made one without asking anybody, and how they are kept up when sources change.

In this order, each on what the ones before have made of the things:

1. ``identifier``: they have the same identifier.
2. ``authority-name``: one of the names is a name of one thing of the authority file, and of one only.
3. ``name``: they have the same normalized name, class and country.

None decides against a person, against an identifier (both have one of the same scheme, and none in common), between
two things of the authority file, or on an acronym. A name of common words only ("Ministry of Health") says nothing
without the country, and where a name or an identifier has bearers that must be kept apart it decides for none of them.

What the rules decide depends on nothing but the sources and on what people have decided: in whatever order sources
come, the same ties result, and a rule's decision that no longer follows is taken back. Only things that a load
touches, and those that hang together with them, are looked at.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ...ontology.model import Loaded
from ..decisions import RULE, Decision, Standing
from .keys import Keys
from .records import Record, kept_apart, read_records, same_class, want
from .words import Words, shipped_words

#: A name or identifier that more things than this bear decides nothing: what so many share tells none of them.
_MANY = 60


def now() -> str:
    """Return the present instant in UTC."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class _Union:
    """Which things are one: a forest in which each tree is one thing, under its lowest IRI."""

    _parent: dict[str, str] = field(default_factory=dict)

    def top(self, iri: str) -> str:
        """Return the IRI that stands for the things that one is among."""
        parent = self._parent
        while (above := parent.get(iri, iri)) != iri:
            parent[iri] = parent.get(above, above)
            iri = above
        return iri

    def tie(self, left: str, right: str) -> tuple[str, str] | None:
        """Make two things one; return the IRI that stands for them and the one that did, or ``None`` if they were."""
        a, b = sorted((self.top(left), self.top(right)))
        if a == b:
            return None
        self._parent[b] = a
        return a, b


@dataclass(slots=True)
class Clusters:
    """Things that are one so far, and the ties that made them so: ``(left, right, rule, why)``."""

    records: dict[str, Record]
    ties: list[tuple[str, str, str, str]] = field(default_factory=list)
    _union: _Union = field(default_factory=_Union)

    def top(self, iri: str) -> str:
        """Return the IRI that stands for the things that one is among."""
        return self._union.top(iri)

    def tie(self, left: str, right: str, rule: str, why: str) -> None:
        """Make two things one, if they are not."""
        joined = self._union.tie(left, right)
        if joined is not None:
            if rule:
                self.ties.append((left, right, rule, why))
            self.records[joined[0]].join(self.records.pop(joined[1]))

    def bearers(self, iris: Iterable[str]) -> list[str]:
        """Return those that stand for some things, each once, in a fixed order."""
        return sorted({self.top(iri) for iri in iris})


def decide(records: dict[str, Record], keys: dict[str, list[str]], standing: Standing, words: Words) -> Clusters:
    """Return what the rules make of some things.

    ``keys`` gives for each key (of :mod:`.keys`) the IRIs that bear it; ``standing`` what people have decided.
    """
    for pair, said in standing.by_person.items():
        if said and said[-1].verdict == "different":
            _part(records, pair)
    for pair in standing.vetoed:
        if not standing.by_person.get(pair):
            _part(records, pair)
    clusters = Clusters(records)
    for pair, said in sorted(standing.by_person.items()):
        if said and said[-1].verdict == "same" and (pair[0] in records or pair[1] in records):
            for iri in pair:  # one that no source describes any more still ties others
                records.setdefault(clusters.top(iri), Record({iri}))
            clusters.tie(*pair, "", "")
    _by_identifier(clusters, keys)
    names = {key: iris for key, iris in keys.items() if key.startswith("name ")}
    _by_authority(clusters, names, words)
    _by_name(clusters, names, words)
    return clusters


def _part(records: dict[str, Record], pair: tuple[str, str]) -> None:
    if pair[0] in records and pair[1] in records:
        records[pair[0]].apart.add(pair[1])
        records[pair[1]].apart.add(pair[0])


def _by_identifier(clusters: Clusters, keys: dict[str, list[str]]) -> None:
    groups = []
    for key, iris in sorted(keys.items()):
        if key.startswith("id ") and 1 < len(set(iris)) <= _MANY:
            tops = clusters.bearers(iris)
            if not _any_apart(clusters, tops) and not _told_apart_by_one_source(clusters, tops):
                groups.append((key, tops))
    _tie_sound(clusters, groups, "identifier", lambda key: f"both have {key.removeprefix('id ').replace(' ', ':', 1)}")


def _told_apart_by_one_source(clusters: Clusters, tops: list[str]) -> bool:
    """Tell whether a source has one identifier for two things with different names: then it is a slip, not identity."""
    for number, one in enumerate(tops):
        for other in tops[number + 1 :]:
            a, b = clusters.records[one], clusters.records[other]
            if a.sources & b.sources and not {_plain(n) for n in a.names} & {_plain(n) for n in b.names}:
                return True
    return False


def _plain(name: tuple[str, str, str]) -> str:
    return name[0].casefold()


def _by_authority(clusters: Clusters, names: dict[str, list[str]], words: Words) -> None:
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    for key, iris in sorted(names.items()):
        country, bare = _country(key)
        bearers = {*names.get(bare, ()), *(iris if country else ())}
        known = [t for t in clusters.bearers(bearers) if clusters.records[t].authority]
        if country is not None:  # "Finland – Ministry for Foreign Affairs" is Finland's of that name
            known = [t for t in known if clusters.records[t].country() == country]
        if len(known) == 1:
            for top in clusters.bearers(iris):
                if not clusters.records[top].authority:
                    wanted[top].setdefault(known[0], key)
    followers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for top, choices in sorted(wanted.items()):
        if len(choices) == 1:  # else its names are those of several things of the authority file
            known_top, key = next(iter(choices.items()))
            if _is_meant(clusters.records[top], clusters.records[known_top], key, words):
                followers[known_top].append((top, key))
    for known_top, found in followers.items():
        tops = [top for top, _ in found]
        odd = {t for t in tops for u in tops if t != u and kept_apart(clusters.records[t], clusters.records[u])}
        for top, key in found:
            if top not in odd:
                country, bare = _country(key)
                why = f"it bears a name of the authority file: {_name(bare)}" + (f" ({country})" if country else "")
                clusters.tie(known_top, top, "authority-name", why)


def _is_meant(one: Record, known: Record, key: str, words: Words) -> bool:
    """Tell whether a thing that bears a name of one of the authority file may be that one."""
    if kept_apart(one, known):
        return False
    country, bare = _country(key)
    if country is None and words.is_generic(_name(bare)) and not _one_country(one, known):
        if not (known.international and words.is_scoped(_name(bare))):
            return False
    return not (one.homes and known.homes and not one.homes & known.homes) or known.international


def _one_country(one: Record, other: Record) -> bool:
    return one.country() is not None and one.country() == other.country()


def _country(key: str) -> tuple[str | None, str]:
    """Return the country that stood before the name of a key, and the key without it."""
    bare, tab, country = key.partition("\t")
    return (country if tab else None), bare


def _name(key: str) -> str:
    """Return the name of a key."""
    return key.removeprefix("name ").removeprefix("group of ").partition(" ")[2]


def _by_name(clusters: Clusters, names: dict[str, list[str]], words: Words) -> None:
    groups = []
    for key, iris in sorted(names.items()):
        if len(set(iris)) < 2:
            continue
        tops = clusters.bearers(iris)
        if "\t" in key or not 1 < len(tops) <= _MANY:
            continue
        name = _name(key)
        groups += [(name, part) for part in _of_one_country(clusters, key, name, tops, words)]
    sound = [(key, tops) for key, tops in groups if not _any_apart(clusters, tops, by_class=True)]
    _tie_sound(clusters, sound, "name", lambda key: f"same name, class and country: {key}")


def _of_one_country(clusters: Clusters, key: str, name: str, tops: list[str], words: Words) -> Iterator[list[str]]:
    """Yield the bearers of a name that are of one country, or of none where the name is enough."""
    kind = key.split(" ")[1]
    if kind not in ("organization", "fund", "platform"):
        yield tops
        return
    records = clusters.records
    if in_name := words.countries(name):
        yield [t for t in tops if not records[t].homes or records[t].homes & in_name]
        return
    if all(records[t].international for t in tops) and not words.is_generic(name):
        yield tops
        return
    by_country: dict[str, list[str]] = defaultdict(list)
    nowhere = []
    for top in tops:
        country = records[top].country()
        if country is not None:
            by_country[country].append(top)
        elif not records[top].places and not records[top].homes:
            nowhere.append(top)
    telling = not words.is_generic(name) and len(words.signs(name, bodies=False)) > 1
    if telling and len(by_country) <= 1:
        yield [*nowhere, *(t for part in by_country.values() for t in part)]
        return
    yield from by_country.values()


def _any_apart(clusters: Clusters, tops: list[str], *, by_class: bool = False) -> bool:
    for number, one in enumerate(tops):
        for other in tops[number + 1 :]:
            a, b = clusters.records[one], clusters.records[other]
            if kept_apart(a, b) or (by_class and not same_class(a, b)):
                return True
    return False


def _tie_sound(clusters: Clusters, groups: list[tuple[str, list[str]]], rule: str, why: Callable[[str], str]) -> None:
    """Tie the groups that hang together, unless that would make one of things that must be kept apart."""
    parent: dict[str, str] = {}

    def root(iri: str) -> str:
        while (above := parent.get(iri, iri)) != iri:
            iri = above
        return iri

    for _, tops in groups:
        for top in tops[1:]:
            a, b = sorted((root(tops[0]), root(top)))
            parent[b] = a
    members: dict[str, set[str]] = defaultdict(set)
    for _, tops in groups:
        for top in tops:
            members[root(top)].add(top)
    sound = {r: not _any_apart(clusters, sorted(m), by_class=rule == "name") for r, m in members.items() if len(m) > 1}
    for key, tops in groups:
        if len(tops) > 1 and sound[root(tops[0])]:
            for top in tops[1:]:
                clusters.tie(tops[0], top, rule, why(key))


# --- keeping the log ------------------------------------------------------------------------------------------


def follow(
    keys: Keys,
    standing: Standing,
    *,
    sums: Mapping[str, str],
    fresh: Mapping[str, str] | None = None,
    gone: Iterable[str] = (),
    touched: Iterable[str] = (),
    authority: Callable[[], Iterable[Loaded]] | None = None,
) -> list[Decision]:
    """Return what the rules decide on the sources of some checksums, beside what stands; nothing is written.

    To be called by the one who holds the store's lock, who commits ``keys`` when the decisions are written. ``fresh``
    are the loaders of sources just taken in, ``gone`` IRIs that they may no longer have, ``touched`` IRIs on which a
    person has just decided, ``authority`` the authority file to go by where none is loaded.
    """
    changed, went = keys.bring_up(sums, fresh)
    if authority is not None:
        lent, left = keys.lend(authority)
        changed |= lent
        went |= left
    seeds = {*gone, *went, *touched, *keys.keyed(changed), *keys.waiting()}
    return changes(keys, _around(keys, seeds, standing), standing) if seeds else []


def changes(keys: Keys, iris: set[str], standing: Standing) -> list[Decision]:
    """Return what the log lacks, and what in it no longer follows, for some things that hang together."""
    iris = _tied_by_anything(keys, iris, standing)
    records = read_records(keys, iris)
    bearers: dict[str, list[str]] = defaultdict(list)
    for key, iri in keys.db.execute("SELECT DISTINCT key, iri FROM key WHERE iri IN (SELECT iri FROM wanted)"):
        bearers[key].append(iri)
    clusters = decide(records, bearers, standing, shipped_words())
    made: list[Decision] = []
    when = now()
    joined = _Union()
    for pair in standing.same:
        decision = standing.of(pair)
        if decision is None or not (pair[0] in iris or pair[1] in iris):
            continue
        if decision.who == RULE and clusters.top(pair[0]) != clusters.top(pair[1]):
            made.append(Decision("undo", *pair, RULE, when, "it no longer follows from the sources", decision.rule))
        else:
            joined.tie(*pair)
    for left, right, rule, why in clusters.ties:
        pair = (min(left, right), max(left, right))
        if joined.top(left) != joined.top(right):
            joined.tie(left, right)
            made.append(Decision("same", *pair, RULE, when, why, rule))
    return made


def _tied_by_anything(keys: Keys, iris: set[str], standing: Standing) -> set[str]:
    """Return those of some things that share a key with another one or are decided on: most do not, and stay alone."""
    want(keys, iris)
    first: dict[str, str] = {}
    found = {i for pair in {*standing.by_rule, *standing.by_person, *standing.vetoed} for i in pair} & iris
    for key, iri in keys.db.execute("SELECT key, iri FROM key WHERE iri IN (SELECT iri FROM wanted)"):
        other = first.setdefault(key.partition("\t")[0], iri)  # without the country before a name
        if other != iri:
            found.update((iri, other))
    return found


def _around(keys: Keys, seeds: set[str], standing: Standing) -> set[str]:
    """Return the things that hang together with some by keys or by decisions, near or far."""
    beside: dict[str, set[str]] = defaultdict(set)
    for pair in {*standing.by_rule, *standing.by_person, *standing.vetoed}:
        beside[pair[0]].add(pair[1])
        beside[pair[1]].add(pair[0])
    db = keys.db
    (total,) = db.execute("SELECT COUNT(*) FROM thing").fetchone()
    if 2 * len(seeds) > total:  # the greater part is new: to look at all is quicker than to follow every key
        return {*seeds, *beside, *(iri for (iri,) in db.execute("SELECT iri FROM thing"))}
    db.execute("CREATE TEMP TABLE IF NOT EXISTS front (iri TEXT PRIMARY KEY)")
    db.execute("CREATE TEMP TABLE IF NOT EXISTS used (key TEXT PRIMARY KEY)")
    db.execute("DELETE FROM used")
    found, front = set(seeds), set(seeds)
    while front:
        db.execute("DELETE FROM front")
        db.executemany("INSERT INTO front VALUES (?)", ((iri,) for iri in front))
        fresh = db.execute(
            "SELECT DISTINCT key FROM key WHERE iri IN (SELECT iri FROM front) AND key NOT IN (SELECT key FROM used)"
        ).fetchall()
        db.executemany("INSERT INTO used VALUES (?)", fresh)
        reached: set[str] = set()
        for (key,) in fresh:
            bare = _country(key)[1]  # with and without a country before the name: these keys lie side by side
            rows = db.execute("SELECT iri FROM key WHERE key >= ? AND key < ?", (bare, bare + "\n"))
            reached.update(i for (i,) in rows if i is not None)
        for iri in front:
            reached |= beside.get(iri, set())
        front = reached - found
        found |= front
    return found
