"""The words that ship with the authority file: names of countries and peoples, a French–English dictionary.

The dictionary is made from texts that say the same in both languages (code lists) by IBM Model 1 (Brown et al. 1993)
in both directions; a pair of words is kept where each is the other's likeliest translation.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..graph.identity.words import SMALL, Words, name_key, stem
from ..graph.names import fold
from .authority_tables import Register

#: Words of names of bodies that may be missing from the code lists; all are common.
_COMMON = (
    "ministry department government national federal agency office institute university council commission committee "
    "authority bureau directorate secretariat centre service association federation union organisation programme "
    "project fund bank foundation company group network development cooperation international general regional "
    "local central state republic public private health education agriculture finance economy economic social "
    "foreign affair trade environment water energy transport justice interior defence labour research planning "
    "district province municipality city community civil society other various multiple individual consultant "
    "supplier contractor implementing partner unit division branch country field"
).split()
#: Words of regions, which tell a body from others of its kind.
_REGIONS = (
    "africa african america americas asia asian europe european caribbean pacific arab islamic nordic baltic "
    "mediterranean sahel sahara ocean atlantic andean amazon commonwealth united nation nations world"
).split()
_ROUNDS, _LEAST = 8, 0.18


def write_words(
    folder: Path,
    countries: Register,
    pairs: Sequence[tuple[str, str]],
    peoples: Sequence[dict[str, str]],
    former: Iterable[tuple[str, str]],
    own: Iterable[tuple[str, str]],
) -> None:
    """Write ``countries.csv``, ``dictionary.csv`` and ``common.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    named = [
        (row.iri.partition("/")[2], text)
        for row in sorted(countries.rows.values(), key=lambda r: r.iri)
        for lang in ("en", "fr", "es")
        for text in row.names.get(lang, [])
    ]
    named += [(iso, text) for iso, text in former]
    for line in peoples:
        named += [(line["iso"], word) for word in line["en"].split()]
        named += [(line["iso"], word) for base in line["fr"].split() for word in _forms(base)]
    named += [("GB", "UK"), ("US", "USA"), ("GB", "United Kingdom"), ("GB", "Royaume-Uni"), ("US", "U.S.")]
    named += [("GB", "United Kingdom"), ("US", "US")]
    named += [("KR", "Corée"), ("KR", "Korea"), ("SZ", "Swaziland"), ("CZ", "Czech Republic")]
    seen: dict[str, str] = {}
    for iso, text in named:
        if key := name_key(text):
            seen.setdefault(key, iso)
    _write(folder / "countries.csv", ("country", "text"), sorted((iso, key) for key, iso in seen.items()))

    words = Words()
    for key, iso in seen.items():
        words.add_phrase(key, f"@{iso}")
    split = [(_plain(words, en), _plain(words, fr)) for en, fr in pairs]
    known = _dictionary(split)
    known |= {stem(fold(fr)): stem(en) for fr, en in own if stem(fold(fr)) != stem(en)}
    _write(folder / "dictionary.csv", ("word", "english"), sorted(known.items()))
    words.english = known
    regions = {known.get(stem(w), stem(w)) for w in _REGIONS}
    common = ({known.get(stem(w), stem(w)) for w in _COMMON} | set(known.values())) - regions
    _write(folder / "common.csv", ("word",), sorted((w,) for w in common))


def write_bodies(folder: Path, bodies: Iterable[Register]) -> None:
    """Write ``bodies.csv``: by what names the well-known bodies are known, so that one is one sign in any language."""
    seen: dict[str, str] = {}
    short: dict[str, set[str]] = defaultdict(set)
    for register in bodies:
        for row in sorted(register.rows.values(), key=lambda r: r.iri):
            for lang in ("en", "fr", "es"):
                for text in row.names.get(lang, []):
                    if len(name_key(text).split()) > 1 and not row.country:
                        seen.setdefault(name_key(text), row.iri)
            for text in [a for held in row.acronyms.values() for a in held]:
                if len(name_key(text)) > 2 and " " not in name_key(text):
                    short[name_key(text)].add(row.iri)
    for key, iris in short.items():  # an acronym that several have stands for none of them
        if len(iris) == 1:
            seen.setdefault(key, *iris)
    _write(folder / "bodies.csv", ("body", "text"), sorted((iri, key) for key, iri in seen.items()))


def _forms(base: str) -> list[str]:
    """Return a French adjective with its feminine; number and a final e make no difference when words are compared."""
    double = {"en": "ne", "on": "ne"}.get(base[-2:])
    return [base, base + double] if double else [base, base + "e"]


def _plain(words: Words, text: str) -> list[str]:
    return [w for w in words.signs(text) if not w.startswith("@") and w not in SMALL and not w.isdecimal()]


def _dictionary(pairs: Sequence[tuple[list[str], list[str]]]) -> dict[str, str]:
    """Return the English word of each French one, where each is the likeliest translation of the other."""
    to_english, to_french = _model(pairs), _model([(fr, en) for en, fr in pairs])
    times = Counter(w for _, fr in pairs for w in set(fr))
    english = {w for en, _ in pairs for w in en}
    found: dict[str, str] = {}
    for french, choices in sorted(to_english.items()):
        best = max(sorted(choices), key=lambda e: choices[e] * to_french.get(e, {}).get(french, 0.0))
        back = to_french.get(best, {})
        sure = choices[best] * back.get(french, 0.0)
        alone = french not in english  # a word that is English too is not replaced
        if best != french and alone and sure >= (_LEAST if times[french] > 1 else 0.5):
            found[french] = best
    return found


def _model(pairs: Sequence[tuple[list[str], list[str]]]) -> dict[str, dict[str, float]]:
    """Return how likely each word of the first text is, given a word of the second."""
    chance: dict[str, dict[str, float]] = defaultdict(dict)
    for first, second in pairs:
        for s in second:
            for f in first:
                chance[s][f] = 1.0
    for _ in range(_ROUNDS):
        count: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for first, second in pairs:
            for f in first:
                total = sum(chance[s][f] for s in second)
                for s in second:
                    count[s][f] += chance[s][f] / total
        for s, fs in count.items():
            whole = sum(fs.values())
            chance[s] = {f: n / whole for f, n in fs.items() if n / whole > 1e-4} or chance[s]
        chance = _filled(chance, pairs)
    return chance


def _filled(
    chance: dict[str, dict[str, float]], pairs: Sequence[tuple[list[str], list[str]]]
) -> dict[str, dict[str, float]]:
    for first, second in pairs:
        for s in second:
            for f in first:
                chance.setdefault(s, {}).setdefault(f, 1e-5)
    return chance


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)
