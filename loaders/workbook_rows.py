"""The rows of a sheet as nearly every program writes them, read by one pattern a cell, and each cell once.

openpyxl makes several objects of each cell, which takes ten times as long. Here texts, numbers and truth values are
read; at the first row that holds anything else (a formula, a date, an error, a percentage, a comment, damage)
:class:`UsualRows` ends, and openpyxl goes on after the last row that was given. So nothing is read here that openpyxl
would read otherwise, and only what it would refuse is left to it to refuse.

A row is held in memory, and a piece of the file; a size that a sheet declares, or cells far from each other, cost
nothing.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import IO, Any, Final
from xml.parsers import expat

from .cells import Cell, NumberCell
from .workbook_cells import number, unescape

_CHUNK = 1 << 18
#: What comes of a part of a zip file that is damaged, or of text that is not UTF-8.
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError, UnicodeDecodeError,
)  # fmt: skip
#: The most that one row, or what stands before the rows, may take.
_LONGEST = 1 << 20
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# What stands for a character in a file of UTF-8, without the carriage return, which XML reads as a line feed.
_USUAL_BYTES: Final = bytes([9, 10, *range(32, 256)])
_NO_CHARACTER = re.compile("[\ufffe\uffff]")

_ROW = re.compile(rb'\s*<row r="([1-9][0-9]{0,6})"(?: [A-Za-z0-9:]+="[^"<>&\x80-\xff]*")*\s*(/?)>')
_NAME = re.compile(rb'<c r="([A-Z]{1,3})[1-9][0-9]{0,6}"')
# A cell, behind its name.
_CELL = re.compile(
    r'(?: s="([0-9]{1,5})")?(?: t="(n|s|b|str|inlineStr)")?'
    r'(?:/>|>(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)\s*'
)
#: Cells that are remembered, because they come again, and the length from which it is not likely that they do.
_MOST_KNOWN, _LONG_TEXT, _LONG_NUMBER = 50_000, 400, 20
# A number of so few digits that it is shown as it is written.
_SHOWN = re.compile(r"(?!-0$)-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{0,14}[1-9])?")
_MOST_SHOWN = 16
_INDEX = re.compile("[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|(&)")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class _Unusual(Exception):
    """Raised at what is to be read in another way."""


class UsualRows:
    """The rows of one sheet, as long as they are as usual: ``ended`` says then whether that was the whole sheet.

    :param source: Opens the XML of the sheet, unpacked.
    :param texts: The texts that cells point at by their number.
    :param plain: Whether a number in a cell of a style, by its number, is shown as it is.
    :param columns: The names of the columns that are read, from the first.
    """

    def __init__(
        self,
        source: Callable[[], IO[bytes]],
        texts: Sequence[str],
        plain: Callable[[int], bool],
        columns: Sequence[str],
    ) -> None:
        self.ended, self.number = False, 0
        self._source, self._texts, self._plain = source, texts, lru_cache(plain)
        self._columns = [letters.encode() for letters in columns]
        self._places = {letters: place for place, letters in enumerate(self._columns)}
        self._known: dict[bytes, str] = {}
        # What stands around the rows is checked, so that a sheet that was cut off is not taken for a whole one.
        self._around = expat.ParserCreate("UTF-8", "}")
        self._first = self._last = ""

    def __iter__(self) -> Iterator[list[Cell]]:
        """Yield the cells of each row from the first, also those of rows that are left out in the file."""
        try:
            with self._source() as stream:
                yield from self._rows(stream)
            self.ended = True
        except (_Unusual, expat.ExpatError, *_BROKEN):
            pass  # openpyxl goes on, and says what is wrong if something is

    def _rows(self, stream: IO[bytes]) -> Iterator[list[Cell]]:
        block = self._head(stream)
        while (end := block.find(b"</sheetData>")) < 0:
            cut = block.rfind(b"</row>") + len(b"</row>")
            if cut < len(b"</row>"):
                if len(block) > _LONGEST:
                    raise _Unusual
                cut = 0
            yield from self._part(block[:cut])
            more = stream.read(_CHUNK)
            if not more:
                raise _Unusual
            block = block[cut:] + more
        yield from self._part(block[:end])
        while block := block[end:]:
            self._around.Parse(block, False)
            block, end = stream.read(_CHUNK), 0
        self._around.Parse(b"", True)

    def _head(self, stream: IO[bytes]) -> bytes:
        """Check what stands before the rows, and return what follows it so far."""
        self._around.StartElementHandler = self._element
        self._around.StartDoctypeDeclHandler = self._refuse
        self._around.XmlDeclHandler = lambda version, encoding, standalone: (
            self._refuse() if (encoding or "utf-8").lower() != "utf-8" else None
        )
        block = b""
        while (end := block.find(b"<sheetData>")) < 0:
            more = stream.read(_CHUNK)
            block += more
            if not more or len(block) > _LONGEST:
                raise _Unusual
        end += len(b"<sheetData>")
        self._around.Parse(block[:end], False)
        if (self._first, self._last) != (f"{_MAIN}}}worksheet", f"{_MAIN}}}sheetData"):
            raise _Unusual
        return block[end:]

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        """Note an element that stands around the rows; a row there is one that openpyxl would read."""
        if name == f"{_MAIN}}}row":
            raise _Unusual
        self._first, self._last = self._first or name, name

    @staticmethod
    def _refuse(*_: object) -> None:
        raise _Unusual

    def _part(self, block: bytes) -> Iterator[list[Cell]]:
        """Yield the rows of some XML that holds only whole ones."""
        if block.translate(None, _USUAL_BYTES):
            raise _Unusual
        pieces = block.split(b"</row>")
        if pieces.pop().strip():
            raise _Unusual
        for piece in pieces:
            at, empty = 0, b"/"
            while empty:  # rows without cells stand before the one that ends here
                match = _ROW.match(piece, at)
                if match is None:
                    raise _Unusual
                (row, empty), at = match.groups(), match.end()
                cells = [] if empty else self._cells(piece[at:])
                while self.number + 1 < int(row):  # the file leaves out rows without cells
                    self.number += 1
                    yield []
                if self.number >= int(row):
                    raise _Unusual
                self.number += 1
                yield cells

    def _cells(self, row: bytes) -> list[Cell]:
        """Return the cells of a row, from what stands between its tags."""
        before, *parts = _NAME.split(row)
        if before.strip():
            raise _Unusual
        columns, contents = parts[::2], parts[1::2]
        cells: list[Any] = list(map(self._known.get, contents))
        if None in cells:
            for place, cell in enumerate(cells):
                if cell is None:
                    cells[place] = self._cell(contents[place])
        if columns == self._columns[: len(columns)]:
            return cells
        placed: list[Cell] = []
        for letters, cell in zip(columns, cells, strict=True):
            if (there := self._places.get(letters)) is not None:  # else it stands beyond the columns that are read
                placed += [""] * (there + 1 - len(placed))
                placed[there] = cell
        return placed

    def _cell(self, content: bytes) -> str:
        """Read a cell from what stands behind its name, and remember it if it may come again."""
        match = _CELL.fullmatch(content.decode())
        if match is None:
            raise _Unusual
        style, kind, value, inline = match.groups()
        if inline is not None or kind == "inlineStr":
            if value or kind != "inlineStr":
                raise _Unusual
            cell = _text(inline or "")
        elif not value:
            cell = ""
        elif kind is None or kind == "n":
            if not self._plain(int(style or 0)):
                raise _Unusual
            cell = _number(value)
        elif kind == "s":
            cell = self._shared(value)
        elif kind == "str":
            cell = _text(value)
        else:
            cell = _truth(value)
        if len(content) < (_LONG_TEXT if kind else _LONG_NUMBER):
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[content] = cell
        return cell

    def _shared(self, text: str) -> str:
        if not _INDEX.fullmatch(text) or int(text) >= len(self._texts):
            raise _Unusual
        found = self._texts[int(text)]
        return unescape(found) if "_x" in found else found


def _number(text: str) -> NumberCell:
    if len(text) <= _MOST_SHOWN and _SHOWN.fullmatch(text):
        return NumberCell(text)
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _Unusual
    return NumberCell(number(float(text) if match[1] or match[2] else int(text)))


def _truth(text: str) -> str:
    if text not in ("0", "1"):
        raise _Unusual
    return "true" if text == "1" else "false"


def _text(text: str) -> str:
    if (not text.isascii() and _NO_CHARACTER.search(text)) or "]]>" in text:
        raise _Unusual
    if "&" in text:
        text = _REFERENCE.sub(_character, text)
    return unescape(text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    name, decimal, hexadecimal, alone = match.groups()
    if name:
        return _NAMED[name]
    code = 0 if alone else int(decimal) if decimal else int(hexadecimal, 16)
    if code not in (9, 10, 13) and not 32 <= code < 0xD800 and not 0xE000 <= code < 0xFFFE:
        if not 0x10000 <= code <= 0x10FFFF:
            raise _Unusual
    return chr(code)
