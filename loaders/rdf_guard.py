"""RDF files that would harm who reads them: nesting without end, entities that grow or stand for other files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat

import pyoxigraph as ox

from ..ontology.errors import UnreadableSource
from . import reading

_DEEPEST: Final = 200
_LONGEST_ENTITY: Final = 300
_CHUNK: Final = 1 << 20


def check(path: Path, form: ox.RdfFormat) -> None:
    """Refuse what would exhaust the parser: nesting without end, entities that grow or stand for other files.

    :raises UnreadableSource: If the file would do harm or cannot be read, or is no XML where it should be.
    """
    with reading.open_binary(path) as file:
        if form == ox.RdfFormat.RDF_XML:
            _Xml(path).read(file)
            return
        deepest = _depth(file) if form == ox.RdfFormat.JSON_LD else _triple_depth(file)
    if deepest > _DEEPEST:
        raise _too_deep(path)


def encoding(path: Path) -> UnreadableSource | None:
    """Return what is wrong with a file that is no UTF-8."""
    try:
        with reading.open_text(path) as text:
            while text.read(_CHUNK):
                pass
    except UnreadableSource as error:
        return error
    return None


def _too_deep(path: Path) -> UnreadableSource:
    return UnreadableSource(
        f"is nested more than {_DEEPEST} levels deep", path=path, advice="no data need that; fetch the file again"
    )


def _depth(file: BinaryIO) -> int:
    """Return how deep the brackets of JSON are nested, without those in texts."""
    depth = deepest = 0
    inside = escaped = False
    while chunk := file.read(_CHUNK):
        if escaped:
            chunk = chunk[1:]
        escaped = (len(chunk) - len(chunk.rstrip(b"\\"))) % 2 == 1
        for token in re.finditer(rb'\\.|["\[\]{}]', chunk, re.DOTALL):
            char = token[0]
            if char == b'"':
                inside = not inside
            elif inside or len(char) > 1:
                continue
            elif char in b"[{":
                depth += 1
                deepest = max(deepest, depth)
            else:
                depth -= 1
    return deepest


def _triple_depth(file: BinaryIO) -> int:
    """Return how deep statements about statements are nested at most; those in texts are counted too."""
    depth = deepest = 0
    rest = b""
    while chunk := file.read(_CHUNK):
        chunk, rest = rest + chunk, b""
        if b"<<" not in chunk and b">>" not in chunk and not chunk.endswith((b"<", b">")):
            continue
        if chunk.endswith((b"<", b">")):
            chunk, rest = chunk[:-1], chunk[-1:]
        for token in re.finditer(rb"<<|>>", chunk):
            depth = depth + 1 if token[0] == b"<<" else max(0, depth - 1)
            deepest = max(deepest, depth)
    return deepest


class _Xml:
    """One pass over XML that follows nothing; an entity may stand for a short text only, as the names of classes do."""

    def __init__(self, path: Path) -> None:
        self._path, self._depth = path, 0

    def read(self, file: BinaryIO) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        try:
            parser.ParseFile(file)
        except expat.ExpatError as error:
            raise encoding(self._path) or UnreadableSource(
                f"is not well-formed XML, column {error.offset + 1} ({expat.ErrorString(error.code)})",
                path=self._path,
                row=error.lineno,
                advice="correct it or fetch the file again",
            ) from None
        except (LookupError, ValueError) as error:  # what the XML declaration names is no encoding, or none of bytes
            raise UnreadableSource(
                f"declares an encoding that cannot be read ({error})", path=self._path, advice="save it as UTF-8"
            ) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _too_deep(self._path)

    def _end(self, name: str) -> None:
        self._depth -= 1

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if system is not None or public is not None:
            raise UnreadableSource(
                "refers to a definition outside the file, which is not read",
                path=self._path,
                advice="delete its DOCTYPE",
            )

    def _entity(self, name: str, parameter: bool, value: str | None, base: str | None, system: str | None,
                public: str | None, notation: str | None) -> None:  # fmt: skip
        if value is None or "&" in value or "%" in value or len(value) > _LONGEST_ENTITY:
            raise UnreadableSource(
                f"declares the entity {name[:40]!r}, which stands for others, for a file or for a long text",
                path=self._path,
                advice="write what it stands for",
            )
