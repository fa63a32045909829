"""Lines of N-Triples, compared by what they say and not by how a service writes it.

Many services keep numbers as numbers: ``0.10`` comes back as ``0.1`` and ``1500000`` as ``1500000.0`` (Fuseki's TDB2
among them). So each number and time has one form here under which both sides are compared. The digits that a source
wrote are kept beside, as text, where they are not of that form (:mod:`.layout`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import cast

import pyoxigraph as ox

from ...ontology.convert import XSD

_NUMBERS = tuple(f'"^^<{XSD}{name}> .\n'.encode() for name in ("decimal", "double", "dateTime"))
_FORMAT = ox.RdfFormat.N_TRIPLES
#: What may be written in several ways: escapes, characters outside ASCII, the case of languages.
_UNUSUAL = re.compile(rb'[^\x20-\x5b\x5d-\x7e\n]|"@[a-z0-9-]*[A-Z]').search
_BLANK = ox.BlankNode("b")
_DECIMAL, _DOUBLE, _INSTANT = _NUMBERS
_DIGITS = re.compile(rb"([+-]?)0*(\d*)(?:\.(\d*?)0*)?")
_TIME = re.compile(rb"(.*T\d\d:\d\d:\d\d)(?:(\.\d*[1-9])0*|\.0*)?(?:(Z|[+-]00:00)|([+-]\d\d:\d\d))?")


def line_of(triple: ox.Triple) -> bytes:
    """Return a triple as a line of N-Triples, as the files of a store have it; all blank nodes look the same."""
    if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
        subject, thing = (_BLANK if isinstance(t, ox.BlankNode) else t for t in (triple.subject, triple.object))
        triple = ox.Triple(subject, triple.predicate, thing)  # type: ignore[arg-type]
    return f"{triple} .\n".encode("utf-8", "surrogatepass")


def normal(line: bytes) -> bytes:
    """Return a line of N-Triples in the form in which pyoxigraph writes it: there are several for some characters."""
    if _UNUSUAL(line) is None:
        return line
    return b"".join(line_of(triple) for triple in cast("Iterator[ox.Triple]", ox.parse(line, format=_FORMAT)))


def plain(line: bytes) -> bytes:
    r"""Return a line of N-Triples with a number or a time in the one form that it has here.

    >>> plain(b'<a> <b> "01.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n')
    b'<a> <b> "1.5"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
    """
    if not line.endswith(_NUMBERS):
        return line
    end = next(e for e in _NUMBERS if line.endswith(e))
    head, _, text = line.removesuffix(end).rpartition(b' "')
    return head + b' "' + _plain(text, end) + end


def _plain(text: bytes, end: bytes) -> bytes:
    if end == _DECIMAL:
        if (found := _DIGITS.fullmatch(text)) is None or not (found[2] or found[3] or b"0" in text):
            return text
        number = (found[2] or b"0") + (b"." + found[3] if found[3] else b"")
        return b"-" + number if found[1] == b"-" and number != b"0" else number
    if end == _INSTANT:
        if (found := _TIME.fullmatch(text)) is None:
            return text
        return found[1] + (found[2] or b"") + (b"Z" if found[3] else found[4] or b"")
    try:
        return repr(float(text)).encode()
    except ValueError:
        return text


def key(line: bytes) -> bytes:
    """Return the sixteen bytes that stand for what a line says."""
    return hashlib.blake2b(plain(line), digest_size=16).digest()
