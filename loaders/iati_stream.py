"""The activities and organisations of an IATI file one at a time, from XML that is trusted with nothing.

A document type declaration is refused before the rest is read: without one there are no entities, so neither
"billion laughs" nor files or addresses that an entity would fetch. What has been read is forgotten, so that a file
larger than memory can be read, and one activity may not be larger than :data:`LARGEST_ACTIVITY`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, cast
from xml.parsers import expat

from ..ontology.errors import UnreadableSource
from .reading import open_binary, peek

Element: TypeAlias = ElementTree.Element

#: The most bytes of XML between the ends of two activities, and the most elements within each other.
LARGEST_ACTIVITY, DEEPEST = 64 << 20, 100
_CHUNK = 1 << 16
_AGAIN = "fetch the file again from its publisher"
_ROOTS = ("iati-activities", "iati-activity", "iati-organisations", "iati-organisation")
#: The elements that are yielded.
_RECORDS = ("iati-activity", "iati-organisation")


class _OtherXml(UnreadableSource):
    """Raised for XML that is sound and no IATI file."""


class _Begun(Exception):  # no error: how a handler tells the parser that it has seen enough
    """The root element has been reached."""


def activities(
    path: Path, header: dict[str, str], cut_off: Callable[[UnreadableSource], None] | None = None
) -> Iterator[Element]:
    """Yield the ``iati-activity`` and ``iati-organisation`` elements of a file.

    It may be plain or gzip, in any encoding that XML knows.

    An element is emptied when the next one is asked for.

    :param header: Gets the attributes of the root element before the first activity comes.
    :param cut_off: Told what is wrong with the rest of a file of which some activities could be read; without it
        that is raised.
    :raises UnreadableSource: If the file is no IATI file, declares a document type, or is damaged.
    """
    _check_beginning(path)
    count = 0
    try:
        for element in _activities(path, header):
            count += 1
            yield element
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        problem = _unreadable(error, path)
    except UnreadableSource as error:  # the compressed data are cut off, or an activity is too large
        problem = error
    else:
        return
    if cut_off is None or not count:
        raise problem from None
    cut_off(problem)


def _activities(path: Path, header: dict[str, str]) -> Iterator[Element]:
    parser: ElementTree.XMLPullParser[Element] = ElementTree.XMLPullParser(("start", "end"))
    opened: list[Element] = []
    inside, space, since = 0, "", 0
    with open_binary(path) as file:
        while True:
            chunk = file.read(_CHUNK)
            if chunk:
                parser.feed(chunk)
                since += len(chunk)
            else:
                parser.close()
            for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                if event == "start":
                    opened.append(element)
                    if len(opened) == 1:
                        header.update(element.attrib)
                        space = element.tag.partition("}")[0] + "}" if element.tag.startswith("{") else ""
                    elif len(opened) > DEEPEST:
                        raise UnreadableSource(
                            f"more than {DEEPEST} elements stand within each other", path=path, advice=_AGAIN
                        )
                    if not inside and _local(element.tag) in _RECORDS:
                        inside = len(opened)
                    continue
                opened.pop()
                if inside and len(opened) >= inside:
                    continue
                if inside:
                    since = inside = 0
                    if space:
                        _without(space, element)
                    yield element
                element.clear()
                if opened:
                    del opened[-1][:]
            if since > LARGEST_ACTIVITY:
                raise UnreadableSource(
                    f"has more than {LARGEST_ACTIVITY >> 20} MB without the end of an activity",
                    path=path,
                    advice=_AGAIN,
                )
            if not chunk:
                return


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _without(space: str, activity: Element) -> None:
    """Take the default namespace of the file out of the names of an activity's elements."""
    for element in activity.iter():
        element.tag = element.tag.removeprefix(space)


def _check_beginning(path: Path) -> str:
    """Return the name of the first element; refuse what is no IATI file or declares a document type."""
    found: list[tuple[str, Mapping[str, str]]] = []

    def doctype(name: str, *_: object) -> None:
        if name.casefold() == "html":
            raise UnreadableSource("is a web page, perhaps an error message, not IATI data", path=path, advice=_AGAIN)
        raise UnreadableSource(
            "has a document type declaration (DOCTYPE), which IATI data have not and which can do harm",
            path=path,
            advice="delete it if you trust the file, or fetch the file again from its publisher",
        )

    def start(name: str, attributes: Mapping[str, str]) -> None:
        found.append((name, attributes))
        raise _Begun

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    with open_binary(path) as file:
        head = file.read(_CHUNK)
        _check_head(head, path)
        try:
            while head:
                parser.Parse(head, False)
                head = file.read(_CHUNK)
            parser.Parse(b"", True)
        except _Begun:
            root = found[0][0].rpartition(":")[2]
            _check_root(root, path)
            return root
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise _unreadable(error, path) from None
    raise UnreadableSource("the XML has no element", path=path, advice=_AGAIN)


def _check_head(head: bytes, path: Path) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    problem = ""
    if not start:
        problem = "the file is empty"
    elif start.startswith((b"<html", b"<head", b"<body", b"<!doctype html")):
        problem = "is a web page, perhaps an error message, not IATI data"
    elif start.startswith((b"{", b"[")):
        problem = "is JSON, not XML"
    elif head.startswith(b"PK\x03\x04"):
        problem = "is an archive or a workbook, not XML"
    elif not start.startswith(b"<") and b"<" not in head[:64].replace(b"\0", b""):
        problem = "is not XML"
    if problem:
        raise UnreadableSource(problem, path=path, advice=_AGAIN)


def _check_root(name: str, path: Path) -> None:
    if name in _ROOTS or name in ("result", "iati", "data", "response", "xml", "root"):
        return
    if name == "html":
        raise UnreadableSource("is a web page, perhaps an error message, not IATI data", path=path, advice=_AGAIN)
    raise _OtherXml(
        f"its first element is {name[:60]!r}, not 'iati-activities'",
        path=path,
        advice="give a file of IATI activities or organisations",
    )


def _unreadable(error: Exception, path: Path) -> UnreadableSource:
    """Return what a parser says, in one sentence with the line."""
    line = getattr(error, "position", (getattr(error, "lineno", None),))[0]
    code = getattr(error, "code", None)
    text = re.sub(r": line \d+, column \d+", "", str(error)) or type(error).__name__
    advice = _AGAIN
    if code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
        problem = "the XML cannot be read: a character is not in the encoding that the file declares, or not allowed"
        advice = "save the file in the encoding that its first line names, or name the right one there"
    elif code in (
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    ):
        problem = "the XML is cut off"
    elif code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        problem = f"the XML names an entity that is not defined ({text})"
    else:
        problem = f"the XML cannot be read ({text})"
    return UnreadableSource(problem, path=path, row=line, advice=advice)


def likeness(path: Path) -> int:
    """Say how much a file looks like IATI XML: 2 by its first element, 1 if it is damaged and named as XML, else 0."""
    if not path.is_file():
        return 0
    named = path.name.lower().endswith((".xml", ".xml.gz"))
    if not named and not peek(path, 4096).lstrip().startswith("<"):
        return 0
    try:
        root = _check_beginning(path)
    except _OtherXml:
        return 0
    except UnreadableSource:
        return int(named)
    return 2 if root in _ROOTS or "<iati-activit" in (head := peek(path)) or "<iati-organisation" in head else 0
