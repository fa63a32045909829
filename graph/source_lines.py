"""The file of a source as lines of bytes, for what needs no terms made of them.

Our writer gives every statement a line of its own, and every line the source's graph at its end.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from pyoxigraph import Literal, RdfFormat, parse

from ..ontology.convert import ALT, IDENTIFIER, NOTATION, PREF, TYPE
from ..ontology.errors import DamagedSource
from ..ontology.model import ML, source_iri
from .store import Store

_CHUNK = 1 << 20
_TYPED = f"> <{TYPE.value}> <{ML}".encode()
_LINK, _SOURCE = _TYPED + b"Link>", _TYPED + b"Source>"
_KINDS = {
    PREF.value: "preferred",
    ALT.value: "alternative",
    ML + "acronym": "acronym",
    IDENTIFIER.value: "identifier",
    NOTATION.value: "identifier",
}


def end_of_line(source_id: str) -> bytes:
    """Return what stands at the end of each line of a source: its graph."""
    return f" <{source_iri(source_id)}> .\n".encode()


def whole_lines(store: Store, source_id: str) -> Iterator[bytes]:
    """Yield the file of a source, unpacked, in blocks of whole lines.

    :raises UnknownSource: If there is no such source.
    :raises DamagedSource: If it cannot be read to its end, or a line is not of this source.
    """
    next(store.quads(source_id))  # raises where there is none, or the file is another's
    end = end_of_line(source_id)
    with store.lines(source_id) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            cut = chunk.rfind(b"\n") + 1
            if not cut:
                rest += chunk
                continue
            block, rest = rest + chunk[:cut], chunk[cut:]
            if block.count(b"\n") != block.count(end):
                raise ValueError("a line is not one of this source")
            yield block
        if rest:
            raise ValueError("the last line is cut off")


def names(store: Store, source_id: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield every name and identifier in a source: the thing's IRI and class, the kind of name, the text, its language.

    Links are passed over, which is several times as fast as reading them.

    :raises UnknownSource: If there is no such source.
    :raises DamagedSource: If its file cannot be read to the end.
    """
    records, end = Records(), end_of_line(source_id)
    thing, class_ = "", ""
    try:
        for block in whole_lines(store, source_id):
            lines = records.beside_nodes(block.split(end)[:-1], links=False)
            for quad in parse(end.join([*lines, b""]), format=RdfFormat.N_QUADS):
                predicate, subject = quad.predicate.value, quad.subject.value
                if predicate == TYPE.value:
                    class_ = quad.object.value.removeprefix(ML)
                    thing = "" if class_ == "Source" else subject  # which describes itself, and is no thing
                elif subject == thing and (kind := _KINDS.get(predicate)) and isinstance(quad.object, Literal):
                    yield thing, class_, kind, quad.object.value, quad.object.language or ""
    except (SyntaxError, ValueError) as error:
        raise DamagedSource(source_id, store.files()[source_id], str(error)) from error


class Records:
    """Finds in the lines of a source, in their order and without their end, the records that they belong to."""

    def __init__(self) -> None:
        self._own: tuple[bytes, ...] = ()

    def beside_nodes(self, lines: list[bytes], *, links: bool, spelled: Container[bytes] | None = None) -> list[bytes]:
        """Return the lines that do not describe a link, or the evidence or a dated name of a thing.

        With ``links`` the first line of each link too; with ``spelled``, things as they stand in a line, only the
        first line of every other thing but the source itself.
        """
        found = []
        own = self._own
        for line in lines:
            if line.endswith(_LINK):
                me = line[: line.index(b">")]
                own = (me + b">", me + b"/evidence/", me + b"/discussed/")
                if links:
                    found.append(line)
            elif not line.startswith(own):
                found.append(line)
                if _TYPED in line:
                    me = line[: line.index(b">")]
                    own = (me + b"/evidence/", me + b"/name/")
                    if spelled is not None and me + b">" not in spelled and not line.endswith(_SOURCE):
                        own = (me + b">", *own)
        self._own = own
        return found
