"""RDF files that would harm who reads them: nesting without end, entities that grow or fetch, texts without end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

import pyoxigraph as ox

from ..ontology.errors import UnreadableSource
from . import reading

_DEEPEST: Final = 200
_DEEPEST_TRIPLE: Final = 100
_MOST_BETWEEN_TAGS: Final = 16 << 20
_CHUNK: Final = 1 << 20
_ADVICE: Final = "correct it or fetch the file again"
_ENTITY = re.compile(rb"<!ENTITY\s+(?:%\s*)?[^\s>]+\s+(\"[^\"]*\"|'[^']*'|[^>]*)")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(\[(?:\"[^\"]*\"|'[^']*'|<!--.*?-->|[^\]\"'])*\]\s*)?>", re.DOTALL)


def check(path: Path, form: ox.RdfFormat) -> None:
    """Refuse what would exhaust the parser: nesting without end, entities that grow, a text without end.

    :raises UnreadableSource: If the file has such.
    """
    with reading.open_binary(path) as file:
        if form == ox.RdfFormat.JSON_LD:
            deepest = _depth(file)
        elif form == ox.RdfFormat.RDF_XML:
            deepest = _xml_depth(file, path)
        else:
            deepest = _DEEPEST * (_triple_depth(file) > _DEEPEST_TRIPLE) + 1
    if deepest > _DEEPEST:
        raise UnreadableSource(
            f"is nested more than {_DEEPEST if form != ox.RdfFormat.TURTLE else _DEEPEST_TRIPLE} levels deep",
            path=path,
            advice="no data need that; fetch the file again",
        )


def _depth(file: BinaryIO) -> int:
    """Return how deep the brackets of JSON are nested, without those in texts."""
    depth = deepest = 0
    inside = False
    rest = b""
    while chunk := file.read(_CHUNK):
        chunk = rest + chunk
        rest = chunk[-1:] if chunk.endswith(b"\\") and len(chunk) < 2 * _CHUNK else b""
        if rest:
            chunk = chunk[:-1]
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


def _xml_depth(file: BinaryIO, path: Path) -> int:
    """Return how deep the elements of XML are nested at most.

    :raises UnreadableSource: If it declares entities that grow or stand elsewhere, or a text has no end.
    """
    depth = deepest = 0
    rest = b""
    while chunk := file.read(_CHUNK):
        chunk = rest + chunk
        cut = chunk.rfind(b"<")
        chunk, rest = (chunk[:cut], chunk[cut:]) if cut >= 0 else (b"", chunk)
        if len(rest) > _MOST_BETWEEN_TAGS:
            raise UnreadableSource("a text in it has more than 16 million characters", path=path, advice=_ADVICE)
        depth, deepest = _tags(chunk, depth, deepest, path)
    return _tags(rest, depth, deepest, path)[1]


def _tags(chunk: bytes, depth: int, deepest: int, path: Path) -> tuple[int, int]:
    if b"<!" in chunk:
        if re.search(rb"<!DOCTYPE[^\[>]*\b(SYSTEM|PUBLIC)\b", chunk):
            raise UnreadableSource(
                "refers to a definition outside the file, which is not read", path=path, advice="delete its DOCTYPE"
            )
        for entity in _ENTITY.finditer(chunk):
            value = entity[1]
            if value[:1] not in (b'"', b"'") or b"&" in value or b"%" in value or len(value) > 300:
                raise UnreadableSource(
                    "declares entities that stand for others, for a file or for a long text",
                    path=path,
                    advice="write what they stand for",
                )
    for tag in re.finditer(rb"<(/?)[^\s<>/!?][^<>]*?(/?)>", chunk):
        if tag[1]:
            depth -= 1
        elif not tag[2]:
            depth += 1
            deepest = max(deepest, depth)
    return depth, deepest
