"""RDF files as a stream of statements: which syntax a file has, what a hostile one could do, and where it is wrong.

The syntaxes are those of the W3C: Turtle, TriG, N-Triples, N-Quads, RDF/XML and JSON-LD. Nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, cast

import pyoxigraph as ox

from ..ontology.errors import UnreadableSource
from . import rdf_guard, reading

_FORMATS: Final = {
    ".ttl": ox.RdfFormat.TURTLE, ".turtle": ox.RdfFormat.TURTLE, ".n3": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES, ".ntriples": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS,
    ".nquads": ox.RdfFormat.N_QUADS, ".trig": ox.RdfFormat.TRIG, ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML, ".jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip

_TURTLES: Final = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG)
# Names that say something else too: only the content tells whether such a file is RDF.
_PERHAPS: Final = (".json", ".xml", ".txt", "")

_XML = re.compile(r"<rdf:RDF\b|xmlns(:\w+)?\s*=\s*[\"']http://www\.w3\.org/1999/02/22-rdf-syntax-ns#")
_TURTLE = re.compile(r"^\s*(@prefix|@base|PREFIX|BASE)\s+\S*\s*<", re.MULTILINE | re.IGNORECASE)
_QUADS = re.compile(r'^\s*(<[^<>\s]+>|_:\S+)\s+<[^<>\s]+>\s+(<[^<>\s]+>|_:\S+|"[^\n]*)\s*\.\s*(#.*)?$', re.MULTILINE)
_JSON = re.compile(r'"@(context|graph|id|type)"\s*:')

_HEAD = 65_536
# The context that nearly all web pages name and nobody writes into the file: nothing is fetched, so it stands here.
_SCHEMA_ORG = re.compile(
    rb'("@context"\s*:\s*(?:\[\s*)?)"https?://(?:www\.)?schema\.org(?:/|/docs/jsonldcontext\.jsonld?)?"'
)
_SCHEMA_CONTEXT = json.dumps(
    {
        "@vocab": "https://schema.org/", "id": "@id", "type": "@type",
        **{term: {"@type": "@id"} for term in ("url", "sameAs", "license", "mainEntityOfPage", "additionalType")},
    }
).encode()  # fmt: skip

_CHUNK: Final = 1 << 20
_LONGEST_ADDRESS: Final = 400
_OWN = "https://w3id.org/multilateral/ontology#"


#: What is told of a piece of a file that is left out.
Skip: TypeAlias = Callable[[UnreadableSource], None]


def format_of(path: Path) -> ox.RdfFormat | None:
    """Return the syntax of an RDF file by its content, else its name; ``None`` if it is none. Never raises."""
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    named = _FORMATS.get(suffix)
    if named is None and suffix not in _PERHAPS:
        return None
    head = reading.peek(path, _HEAD)
    start = head.lstrip()
    if start.startswith("<") and _XML.search(head):
        return ox.RdfFormat.RDF_XML
    if start.startswith(("{", "[")) and _JSON.search(head) and named not in _TURTLES:
        return ox.RdfFormat.JSON_LD
    if named in _TURTLES or suffix in (".json", ".xml"):
        return named
    if _TURTLE.search(head) and not start.startswith(("{", "[", "<?xml")):
        return ox.RdfFormat.TRIG  # of which Turtle is a part
    if named is None and _QUADS.search(head) and not start.startswith("{"):
        return ox.RdfFormat.N_QUADS
    return named


def likeness(path: Path) -> int:
    """Say how much a file looks like RDF: 3 by our own terms, 2 by its content, 1 by its name, 0 if it is none."""
    if not path.is_file() or format_of(path) is None:
        return 0
    head = reading.peek(path, _HEAD)
    if _OWN in head:
        return 3
    return 2 if any(form.search(head) for form in (_XML, _TURTLE, _QUADS, _JSON)) else 1


def statements(path: Path, base: str, skip: Skip | None = None) -> Iterator[ox.Quad]:
    """Yield the statements of a file; relative addresses are taken from ``base``.

    :param skip: Told, each time, of the first piece that is not well-formed; such pieces are then left out, of RDF/XML
        all that follows too.
    :raises UnreadableSource: If the file is no RDF, with the line and column; or if it is one to be wary of.
    """
    form = format_of(path)
    with reading.open_text(path):  # says what is wrong with a file that is no text
        pass
    if form is None:
        raise UnreadableSource(
            f"is no RDF by its name and content ({path.suffix or 'no suffix'})",
            path=path,
            advice="name it .ttl, .nt, .nq, .trig, .rdf or .jsonld",
        )
    rdf_guard.check(path, form)
    broken: UnreadableSource | None = None
    found = False
    with reading.open_binary(path) as file:
        reading.skip_mark(file)
        for item in _parsed(_Inlined(file) if form == ox.RdfFormat.JSON_LD else file, form, base):
            if not isinstance(item, Exception):
                found = True
                yield item
                continue
            broken = broken or _wrong(path, item)
            if skip is None or not isinstance(item, SyntaxError) or (not found and form == ox.RdfFormat.JSON_LD):
                raise broken
            skip(broken)
            if form == ox.RdfFormat.RDF_XML:  # whose parser takes the next property for a thing
                break
    if broken is not None and not found:
        raise broken


def _parsed(file: BinaryIO | _Inlined, form: ox.RdfFormat, base: str) -> Iterator[ox.Quad | Exception]:
    """Yield the statements and, where the text is wrong, what the parser says; it then goes on after that."""
    # of a file it asks for nothing but ``read``
    parser = ox.parse(cast(BinaryIO, file), format=form, base_iri=base)
    while True:
        try:
            yield next(parser)
        except StopIteration:
            return
        except SyntaxError as error:
            yield error
        except (ValueError, RecursionError) as error:
            yield error
            return


class _Inlined:
    """A JSON-LD file in which what we read of the terms of schema.org stands instead of the address of its context."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._ready, self._rest = file, b"", b""

    def read(self, size: int) -> bytes:
        """Return the next bytes, no more than ``size``, ``b""`` at the end."""
        while not self._ready:
            chunk = self._file.read(_CHUNK)
            whole = _SCHEMA_ORG.sub(lambda match: match[1] + _SCHEMA_CONTEXT, self._rest + chunk)
            if not chunk:
                self._ready, self._rest = whole, b""
                break
            # an address that the end of a chunk may have cut
            self._ready, self._rest = whole[:-_LONGEST_ADDRESS], whole[-_LONGEST_ADDRESS:]
        given, self._ready = self._ready[:size], self._ready[size:]
        return given


_ADVICE = "correct it or fetch the file again"


def _wrong(path: Path, error: Exception) -> UnreadableSource:
    message = str(error.msg if isinstance(error, SyntaxError) else error)
    if "LoadDocumentCallback" in message or "remote context" in message.lower():
        return UnreadableSource(
            "its JSON-LD context is on the web, and nothing is fetched while a file is read",
            path=path,
            advice="write the context into the file, or save the file as N-Quads",
        )
    if (encoding := rdf_guard.encoding(path)) is not None:
        return encoding
    line, offset = (error.lineno, error.offset) if isinstance(error, SyntaxError) else (None, None)
    plain = re.sub(
        r"\(line \d+\)|^Parser error\b|\bat line \d+ (between columns \d+ and \d+|column \d+):?", "", message
    )
    place = f", column {offset}" if offset else ""
    return UnreadableSource(f"is not well-formed RDF{place} ({_short(plain)})", path=path, row=line, advice=_ADVICE)


def _short(text: str) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split()).strip(" .:")
    return line if len(line) <= 120 else f"{line[:119]}…"
