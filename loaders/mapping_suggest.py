"""A first mapping for a file, made by looking at it: with comments that say why, and tried out before it is given."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Final

from ..ontology.errors import UnreadableSource
from ..ontology.vocabulary import vocabulary
from .mapping import SUFFIXES, load_mapping
from .mapping_comments import COMMENTS
from .mapping_guess import guess
from .mapping_look import Look, look
from .mapping_parts import word_of
from .mapping_plan import Between, Guess, Part, Plan
from .mapping_spec import Reading
from .mapping_words import is_no_name
from .problems import UnreadableTable

_TRIES: Final = 25
_MOST_ROWS: Final = 200_000
_PLAIN: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ_][\wÀ-ÖØ-öø-ÿ ./()’'-]*")
_ORDER: Final = ("key", "iso", "name_en", "name_fr", "name")
_LAST: Final = ("from", "to", "status")
_LINK_ORDER: Final = ("from", "to", "role", "status", "amount", "currency", "share", "count")


def mapping_path(file: Path) -> Path:
    """Return the name under which a mapping lies beside its data: ``members.mapping.yaml`` for ``members.csv``."""
    name = re.sub(r"(?i)\.gz$", "", file.name)
    return file.with_name(f"{Path(name).stem}{SUFFIXES[0]}")


def write_suggestion(file: Path, path: Path, lang: str = "en") -> None:
    """Write a first mapping.

    :raises UnreadableSource: If there is something at the path already, it cannot be written, or the file of data
        cannot be read.
    """
    advice = "give another name with -o, or move it away"
    if path.exists():
        raise UnreadableSource("there is such a file already, and it is left as it is", path=path, advice=advice)
    if not path.name.lower().endswith((".yaml", ".yml")):
        raise UnreadableSource("a mapping is YAML", path=path, advice="give a name that ends in .mapping.yaml")
    text = suggest(file, path.parent, lang)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except FileExistsError:
        raise UnreadableSource(
            "there is such a file already, and it is left as it is", path=path, advice=advice
        ) from None
    except OSError as error:
        raise UnreadableSource(f"cannot be written ({error.strerror})", path=path, advice=advice) from None


def suggest(file: Path, folder: Path, lang: str = "en") -> str:
    """Return the text of a first mapping for a file, to be put into a folder. It has been tried: it loads.

    ``lang`` is the language of its comments, ``en`` or ``fr``.

    :raises UnreadableSource: If the file cannot be read, or holds nothing that could be mapped.
    """
    seen = look(file)
    broken: dict[str, str] = {}
    last: UnreadableSource | None = None
    for _ in range(_TRIES):
        plan = guess(seen, broken)
        if not plan.entities:
            break
        text = _Writer(seen, plan, folder, lang).text()
        found = _tried(text, file)
        if not found:
            return text
        last = found[0]
        fresh = {p.column: p.problem for p in found if p.column and p.column in seen.columns and p.column not in broken}
        if not fresh:  # what is left are links that their classes do not allow: those of a column are only a guess
            columns = [e.classes.column.name for e in plan.entities if e.classes is not None]
            fresh = {name: "its classes do not fit the links" for name in columns if name not in broken}
        if not fresh:
            break
        broken |= fresh
    raise UnreadableSource(
        f"no mapping can be made of it ({last.problem})" if last else "it holds nothing that could be a name",
        path=file, row=last.row if last else None,
        advice=(last.advice if last else None) or "write one by hand: docs/mapping.md",
    )  # fmt: skip


def _tried(text: str, file: Path) -> list[UnreadableSource]:
    """Return what is wrong when the file is read through a mapping; of a very large one the first rows are read."""
    with tempfile.TemporaryDirectory(prefix="multilateral-") as folder:
        path = Path(folder) / "tried.mapping.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            loaded = load_mapping(path, data=[file], source_id="tried", most_rows=_MOST_ROWS)
            for _ in loaded.statements:
                pass
        except UnreadableTable as error:
            return list(error.problems)
        except UnreadableSource as error:
            return [error]
    return []


class _Writer:
    """Writes a plan as YAML with comments."""

    def __init__(self, seen: Look, plan: Plan, folder: Path, lang: str) -> None:
        self._look, self._plan, self._folder = seen, plan, folder
        self._say = COMMENTS.get(lang, COMMENTS["en"])
        self._lines: list[str] = []

    def text(self) -> str:
        """Return the mapping."""
        say, file = self._say, self._look.path
        self._comment(say["head"].format(file=file.name, rows=f"{self._look.rows:,}"))
        self._comment(f"  multilateral load {mapping_path(file).name} --dry-run")
        self._comment(say["more"])
        if self._is_coded():
            self._comment(say["coded"])
        self._layout()
        self._put(0, "source:", say["source"])
        self._put(1, f"title: {_quoted(_title(file), force=True)}")
        self._put(1, "licence:", say["licence"])
        self._put(1, "url:")
        self._put(0, "entities:")
        for entity in self._plan.entities:
            self._entity(entity)
        if self._plan.links:
            self._put(0, "links:")
        for link in self._plan.links:
            self._link(link)
        if self._plan.unused:
            self._comment(say["unused"])
            for name, why in self._plan.unused.items():
                self._comment(f"  {_one_line(name)}: {_one_line(why)}")
        return "\n".join(self._lines) + "\n"

    def _is_coded(self) -> bool:
        from .sheets import likeness
        from .table_columns import SHEETS

        return likeness(self._look.path) == 2 or self._look.path.stem in SHEETS

    def _comment(self, text: str) -> None:
        self._lines.append(f"# {_one_line(text)}" if not text.startswith("  ") else f"#{text}")

    def _put(self, depth: int, text: str, comment: str = "") -> None:
        self._lines.append(f"{'  ' * depth}{text}" + (f"  # {_one_line(comment)}" if comment else ""))

    def _layout(self) -> None:
        spec, say = self._look.spec, self._say
        self._put(0, f"file: {_quoted(_relative(self._look.path, self._folder))}")
        if spec.sheet is not None:
            self._put(0, f"sheet: {_quoted(spec.sheet)}")
        if spec.header_row is not None:
            self._put(0, f"header_row: {spec.header_row}")
        if spec.encoding is not None:
            self._put(0, f"encoding: {spec.encoding}", say["encoding"] if self._look.guessed_encoding else "")
        if spec.records:
            self._put(0, f"records: {_quoted('.'.join(spec.records))}", say["records"])
        listed = f"[{', '.join(_quoted(name) for name in spec.unpivot)}]"
        if spec.unpivot_rest:
            self._put(0, f"unpivot: {{except: {listed}}}", say["rest"])
        elif spec.unpivot:
            self._put(0, f"unpivot: {listed}", say["unpivot"])

    def _entity(self, entity: Guess) -> None:
        say = self._say
        self._put(1, f"{_quoted(entity.ref)}:")
        family = vocabulary().kind(entity.type)
        others = [name for name in vocabulary().entity_classes() if name != entity.type
                  and (vocabulary().kind(name) == family or entity.type == "Organization")]  # fmt: skip
        comment = say["class"].format(classes=", ".join(others[:6])) if others else ""
        if entity.classes is None:
            self._put(2, f"class: {entity.type}", comment if entity.type != "Country" else "")
        elif not entity.classes.values:
            self._put(2, f"class: {{column: {_quoted(entity.classes.column.name)}}}")
        else:
            self._put(2, "class:")
            self._put(3, f"column: {_quoted(entity.classes.column.name)}")
            if entity.classes.split:
                self._put(3, f"split: {json.dumps(entity.classes.split)}")
            self._put(3, "values:", say["mixed" if entity.type == "Country" else "countries"])
            for text, type_ in entity.classes.values.items():
                self._put(4, f"{_quoted(text, force=True)}: {type_}")
            self._put(3, f"otherwise: {entity.type}")
        schemes: list[tuple[str, Part]] = []
        for key in sorted(entity.parts, key=_place):
            part = entity.parts[key]
            if key.startswith("identifiers."):
                schemes.append((key.partition(".")[2], part))
                continue
            self._value(2, key, part, self._unknown(entity, key))
        if schemes:
            self._put(2, "identifiers:")
            for scheme, part in schemes:
                self._value(3, scheme, part)

    def _unknown(self, entity: Guess, key: str) -> str:
        from .registry_countries import by_name

        if entity.type != "Country" or not key.startswith("name") or "iso" in entity.parts:
            return ""
        column = entity.parts[key].column
        known = column.parts(entity.parts[key].split)
        others = [text for text in known if by_name(text) is None]
        if not others:
            return ""
        return self._say["unknown"].format(count=len(others), all=len(known), text=repr(others[0][:40]))

    def _value(self, depth: int, key: str, part: Part, comment: str = "") -> None:
        column, extra = part.column, _declared(part.reading)
        named = key in ("name", "name_en", "name_fr", "alt", "acronym") or key.startswith("alt_")
        sign = part.split if part.split is not None else column.separator() if named else None
        if sign:
            extra["split"] = json.dumps(sign)
            if part.part:
                extra["part"] = str(part.part)
            comment = comment or self._say["parted" if part.part else "split"].format(sign=repr(sign))
        if key == "name" or key.startswith("name_"):
            nothing = [text for text in column.texts if is_no_name(text) and len(text) < 60][:12]
            if nothing:
                extra["missing"] = f"[{', '.join(_quoted(text, force=True) for text in nothing)}]"
        if part.reading and part.reading.dates:
            first = next((t for t in column.known if _tells(t)), "")
            comment = self._say["order"].format(text=first)
        if part.values:
            self._put(depth, f"{key}:")
            self._put(depth + 1, f"column: {_quoted(column.name)}")
            self._put(depth + 1, "values:", self._say["translate"] if key == "status" else "")
            for text, meant in part.values.items():
                self._put(depth + 2, f"{_quoted(text, force=True)}: {meant}")
            return
        name = _quoted(column.name)
        if not extra and not _ambiguous(column.name, key):
            self._put(depth, f"{key}: {name}", comment)
            return
        more = "".join(f", {word}: {value}" for word, value in extra.items())
        self._put(depth, f"{key}: {{column: {name}{more}}}", comment)

    def _link(self, link: Between) -> None:
        known = vocabulary()
        source, target = link.source, link.target
        fitting = [
            r for r in sorted(known.relations) if known.admits(r, source.type, target.type) and r != link.relation
        ]
        self._put(1, f"- source: {_quoted(source.ref)}")
        if link.relations is None:
            comment = self._say["relation"].format(
                source=source.ref, target=target.ref, relations=", ".join(fitting[:6])
            )
            self._put(2, f"relation: {link.relation}", comment)
        else:
            self._put(2, "relation:")
            self._put(3, f"column: {_quoted(link.relations.column.name)}")
            self._put(3, "values:")
            for text in link.relations.column.known:
                meant = link.relations.values.get(text) if link.relations.values else word_of(text, "relation")
                fits = bool(meant) and known.admits(meant or "", source.type, target.type)
                self._put(4, f"{_quoted(text, force=True)}: {meant if fits else ''}".rstrip(),
                          self._say["off"] if meant and not fits else "")  # fmt: skip
        self._put(2, f"target: {_quoted(target.ref)}")
        for key in _LINK_ORDER:
            part = link.parts.get(key)
            if part is None:
                continue
            if key == "currency" and part.constant:
                self._put(2, f'currency: "={part.constant}"', self._say["currency"])
            else:
                self._value(2, key, part)
        if not link.parts:
            self._put(2, "once: yes", self._say["once"])


def _place(key: str) -> tuple[int, str]:
    """Return where a key of an entity stands: names first, what is said of the thing last."""
    if key in _LAST:
        return len(_ORDER) + 1 + _LAST.index(key), ""
    return (_ORDER.index(key), "") if key in _ORDER else (len(_ORDER), key)


def _declared(reading: Reading | None) -> dict[str, str]:
    if reading is None:
        return {}
    found: dict[str, str] = {}
    if reading.dates:
        found["dates"] = reading.dates
    if reading.decimal != ".":
        found["decimal"] = json.dumps(reading.decimal)
    if reading.thousands:
        found["thousands"] = json.dumps(reading.thousands)
    return found


def _tells(text: str) -> bool:
    """Say whether a date tells by itself which of its parts is the day."""
    found = re.fullmatch(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ][0-9]{4}", text)
    return bool(found) and max(int(found[1]), int(found[2])) > 12  # type: ignore[index]  # it is one


def _ambiguous(column: str, key: str) -> bool:
    """Say whether the name of a column would be read as something else where it stands alone."""
    what = {"status": "status", "currency": "currency"}.get(key)
    return column.startswith("=") or bool(what and word_of(column, what))


def _quoted(text: str, *, force: bool = False) -> str:
    """Return a text as YAML: as it is where that is safe, else between quotes.

    >>> _quoted("Country or Area"), _quoted("a: b"), _quoted("=x")
    ('Country or Area', '"a: b"', '"=x"')
    """
    plain = _PLAIN.fullmatch(text) and not force and text == text.strip() and "  " not in text
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _relative(file: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive of Windows
        return file.resolve().as_posix()


def _title(file: Path) -> str:
    return re.sub(r"[_\s]+", " ", file.name.partition(".")[0]).strip() or file.name
