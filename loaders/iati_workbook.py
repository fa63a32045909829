"""The first sheet of an Excel workbook as rows of text, in a third of the time that a full reader of workbooks takes.

A table of transactions has a million cells without formats that matter: text and numbers. So the sheet is read as the
XML that it is, after the checks that :mod:`.workbook` makes of every workbook.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from ..ontology.errors import UnreadableSource
from .workbook import WIDEST, check_workbook

_CHUNK, _LONGEST_CELL, _MOST_STRINGS = 1 << 16, 1 << 20, 5_000_000
_RESAVE = "open it in Excel or LibreOffice and save it again as .xlsx, or as CSV UTF-8"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAMAGED: Final = (zipfile.BadZipFile, zipfile.LargeZipFile, expat.ExpatError, EOFError, ValueError, LookupError,
                   NotImplementedError)  # fmt: skip


class FaultyRow(list[str]):
    """A row with a cell that has no value of its own: a formula, or an error of the spreadsheet."""

    def __init__(self, cells: list[str], error: UnreadableSource) -> None:
        super().__init__(cells)
        self.error = error


def workbook_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row that the first sheet of a workbook holds.

    :raises UnreadableSource: If the file is no workbook, is protected or damaged, or unpacks to too much.
    """
    number = 0
    try:
        check_workbook(path)
        with zipfile.ZipFile(path) as archive:
            parts = {name.lstrip("/"): name for name in archive.namelist()}
            strings: list[str] = []
            if "xl/sharedStrings.xml" in parts:
                with archive.open(parts["xl/sharedStrings.xml"]) as file:
                    for _ in _Strings(path, strings).read(file):
                        pass
            with archive.open(parts[_first_sheet(archive, parts)]) as file:
                for number, cells in _Sheet(path, strings).read(file):
                    yield number, cells
    except FileNotFoundError:
        raise UnreadableSource("there is no such file", path=path, advice="check the name and the folder") from None
    except OSError as error:
        raise UnreadableSource(
            f"cannot be read ({error.strerror or error})", path=path, advice="check its permissions"
        ) from None
    except _damage() as error:
        text = " ".join(str(error).split())[:100] or type(error).__name__
        place = f"after row {number} " if number else ""
        raise UnreadableSource(f"the workbook is damaged {place}({text})", path=path, advice=_RESAVE) from None


def _damage() -> tuple[type[Exception], ...]:
    import zlib

    return (*_DAMAGED, zlib.error)


def _first_sheet(archive: zipfile.ZipFile, parts: Mapping[str, str]) -> str:
    """Return the name of the part that holds the sheet named first."""
    ids: list[str] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            ids.extend(value for key, value in attributes.items() if key.rpartition(":")[2] == "id")

    def relationship(name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            targets[attributes["Id"]] = attributes["Target"]

    for part, handler in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", relationship)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        parser.Parse(archive.read(parts[part]), True)
    target = next(targets[id_] for id_ in [*ids, *targets] if id_ in targets)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"


class _Reader:
    """Feeds a part to a parser and gives what its handlers have put out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.out: list[tuple[int, list[str]]] = []
        self.text: list[str] = []
        self.size = 0
        self.collecting = False

    def read(self, file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.data
        while chunk := file.read(_CHUNK):
            try:
                parser.Parse(chunk, False)
            finally:  # what stands before the damage
                yield from self.out
                self.out.clear()
        parser.Parse(b"", True)

    def doctype(self, *_: object) -> None:
        raise UnreadableSource("a part of the workbook declares a document type", path=self.path, advice=_RESAVE)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def data(self, text: str) -> None:
        if self.collecting:
            self.size += len(text)
            if self.size > _LONGEST_CELL:
                raise UnreadableSource("a cell holds more than a cell can hold", path=self.path, advice=_RESAVE)
            self.text.append(text)


class _Strings(_Reader):
    """The texts that cells share, by number."""

    def __init__(self, path: Path, strings: list[str]) -> None:
        super().__init__(path)
        self.strings = strings

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            self.text, self.size = [], 0
        elif name == "t":
            self.collecting = True

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            self.strings.append(_unescape("".join(self.text)))
            if len(self.strings) > _MOST_STRINGS:
                raise UnreadableSource("the workbook has too many texts", path=self.path, advice=_RESAVE)
        elif name == "t":
            self.collecting = False


class _Sheet(_Reader):
    """The rows of a sheet; of a row, cells beyond the widest that is read are passed over."""

    def __init__(self, path: Path, strings: list[str]) -> None:
        super().__init__(path)
        self._strings = strings
        self._number = 0
        self._cells: list[str] = []
        self._type = self._ref = ""
        self._place = 0
        self._fault = ""
        self._formula = False
        self._places: dict[str, int] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._type, self._ref = attributes.get("t", "n"), attributes.get("r", "")
            column = self._ref.rstrip("0123456789")
            place = self._places.get(column)
            if place is None:
                place = self._places[column] = _column(column) if column else -1
            self._place = len(self._cells) if place < 0 else place
            self.text, self.size, self._formula = [], 0, False
        elif name in ("t", "v"):
            self.collecting = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            given = attributes.get("r", "")
            self._number = int(given) if given.isdigit() and len(given) < 10 else self._number + 1
            self._cells, self._fault = [], ""

    def end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name in ("t", "v"):
            self.collecting = False
        elif name == "c":
            if self._place < WIDEST and (self.text or self._formula):
                value = self._value("".join(self.text))
                while len(self._cells) < self._place:
                    self._cells.append("")
                if len(self._cells) == self._place:
                    self._cells.append(value)
        elif name == "row":
            cells = self._cells
            if self._fault:
                advice = "copy the column and paste it as values"
                cells = FaultyRow(
                    cells, UnreadableSource(self._fault, path=self.path, row=self._number, advice=advice)
                )  # fmt: skip
            self.out.append((self._number, cells))

    def _value(self, text: str) -> str:
        if self._formula:
            self._fault = self._fault or f"cell {self._ref} holds a formula"
        if self._type in ("inlineStr", "str"):
            return _unescape(text).strip()
        if self._type == "s":
            return self._strings[int(text)].strip()
        if self._type == "e":
            self._fault = self._fault or f"cell {self._ref} holds the spreadsheet error {text}"
        if self._type != "n" or not any(sign in text for sign in ".eE"):
            return text.strip()
        return f"{float(text):.15g}"


def _column(letters: str) -> int:
    """Return the place of a column: ``A`` is 0, ``AB`` is 27."""
    place = 0
    for letter in letters[:4].upper():
        place = place * 26 + ord(letter) - 64
    return min(place - 1, WIDEST) if place > 0 else WIDEST


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
