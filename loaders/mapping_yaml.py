"""A mapping as YAML, read as plain text, lists and fields, each with its line; nothing in it is ever run.

No scalar becomes a number, a date or a truth value (``no``, ``1.0`` and ``2012-01-01`` stay what they are), aliases and
tags are refused, and so is a key that is given twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from ..ontology.errors import UnreadableSource
from .cells import short
from .problems import did_you_mean
from .reading_json import Json

#: The most that a mapping may have, in bytes; a long one has some thousand.
MOST_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a sentence."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Fields:
    """Keys with what stands behind each; ``keys`` says in which line each key is."""

    fields: dict[str, Node]
    keys: dict[str, int]
    line: int


Node: TypeAlias = Text | Items | Fields


class Reader:
    """Takes a mapping apart; what is wrong with it is raised with its file and line."""

    def __init__(self, path: Path, *, longest: int = MOST_BYTES, what: str = "mapping") -> None:
        self.path, self._longest, self._what = path, longest, what

    def wrong(self, line: int, problem: str, advice: str) -> UnreadableSource:
        """Return what is wrong in a line."""
        return UnreadableSource(f"line {line}: {problem}", path=self.path, advice=advice)

    def read(self) -> Fields:
        """Return the fields of the file.

        :raises UnreadableSource: If it is no YAML, or holds what no mapping needs.
        """
        node = self.node()
        if not isinstance(node, Fields):
            raise self.wrong(node.line, "a mapping has keys as file, entities and links", "write `entities:` and so on")
        return node

    def node(self) -> Node:
        """Return what the file holds, whatever it is."""
        import yaml

        text = self._text()
        try:
            root = yaml.compose(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
            if root is None:
                raise UnreadableSource(
                    f"the {self._what} is empty", path=self.path, advice="give one that holds something"
                )
            return self._node(root, set())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = " ".join((error.problem or "it cannot be read").split())
            raise self.wrong(mark.line + 1 if mark else 1, f"is not YAML ({short(what)})", _INDENT) from None
        except (
            yaml.YAMLError,
            ValueError,
            ArithmeticError,
        ) as error:  # a character that YAML has not, or an impossible escape
            what = " ".join(str(error).split())
            raise UnreadableSource(f"is not YAML ({short(what)})", path=self.path, advice=_INDENT) from None
        except RecursionError:
            raise UnreadableSource(
                "is nested too deeply", path=self.path, advice="write it with fewer levels"
            ) from None

    def _text(self) -> str:
        try:
            with self.path.open("rb") as file:
                data = file.read(self._longest + 1)
        except OSError as error:
            raise UnreadableSource(
                f"the {self._what} cannot be read ({error.strerror})",
                path=self.path,
                advice="check the name and the folder",
            ) from None
        if len(data) > self._longest:
            raise UnreadableSource(
                f"is too long for a {self._what}", path=self.path, advice="divide it, or use JSON or CSV"
            )
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise self.wrong(line, f"the {self._what} is not UTF-8", "save it again as UTF-8") from None

    def _node(self, node: object, above: set[int]) -> Node:
        """Return a node of the parser as ours.

        An alias is the node that it repeats, so that a node met twice is one: the parser has no other trace of it.
        """
        import yaml

        assert isinstance(node, yaml.Node)  # noqa: S101  # what the parser gives
        line = node.start_mark.line + 1
        if id(node) in above:
            raise self.wrong(line, f"a {self._what} has no anchors and aliases", "write it out")
        above.add(id(node))
        if node.tag not in _TAGS:
            raise self.wrong(line, f"a {self._what} has no tags ({short(node.tag)})", "delete the tag")
        if isinstance(node, yaml.ScalarNode):
            return Text(node.value, line)
        if isinstance(node, yaml.SequenceNode):
            return Items(tuple(self._node(item, above) for item in node.value), line)
        fields: dict[str, Node] = {}
        keys: dict[str, int] = {}
        for key, value in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise self.wrong(at, "a key is a word", "write `key: value`")
            if key.value in fields:
                raise self.wrong(
                    at, f"{short(key.value)!r} is given twice (line {keys[key.value]})", "keep one of them"
                )
            keys[key.value] = at
            fields[key.value] = self._node(value, above)
        return Fields(fields, keys, line)

    def text(self, node: Node, what: str) -> str:
        """Return the word that a node is."""
        if not isinstance(node, Text) or not node.value.strip():
            raise self.wrong(node.line, f"{what} is one word or text", f"write {what}: …")
        return node.value.strip()

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """Return the words that a node lists; one may stand alone."""
        items = node.items if isinstance(node, Items) else (node,)
        return tuple(self.text(item, what) for item in items)

    def fields(self, node: Node, what: str, known: Iterable[str] | None = None) -> Fields:
        """Return a node that has fields, all of them ``known``."""
        if not isinstance(node, Fields):
            raise self.wrong(node.line, f"{what} has keys with a value each", "write `key: value`, indented below it")
        for key, line in node.keys.items():
            if known is not None:
                self.word(key, tuple(known), f"a key of {what}", line)
        return node

    def word(self, text: str, known: tuple[str, ...], what: str, line: int) -> str:
        """Return a text if it is one of the known words; else say which there are, and which may be meant."""
        if text in known:
            return text
        every = f"use one of {', '.join(known)}"
        meant = did_you_mean(text, known)
        raise self.wrong(line, f"{short(text)!r} is not {what}", f"{meant}; {every}" if meant else every)


def document(path: Path) -> Json:
    """Return the data that a YAML file holds, all scalars as texts.

    :raises UnreadableSource: If it is no YAML, is longer than 64 MB, or has aliases or tags.
    """
    return _plain(Reader(path, longest=64 << 20, what="file").node())


def _plain(node: Node) -> Json:
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    return {key: _plain(item) for key, item in node.fields.items()}


_INDENT: Final = "indent with blanks only, write `key: value`, and put a text with ': ' or '#' in it between quotes"
_TAGS: Final = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"})
