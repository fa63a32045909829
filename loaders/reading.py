"""Reading files of other people's making: compressed or not, JSON and CSV piece by piece, with one clear sentence.

Nothing here knows what the data mean. Each function holds one element or row of a file in memory, never the file;
everything that a damaged file can bring about is raised as :class:`UnreadableSource` with the place.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, TextIO, TypeAlias

from ..ontology.errors import UnreadableSource

#: What a JSON element holds: text, number, true, false, nothing, or a list or object of these.
Json: TypeAlias = "str | int | float | Decimal | bool | list[Json] | dict[str, Json] | None"

#: The largest element of a file, in characters.
LONGEST_ELEMENT = 64 * 1024 * 1024
_CHUNK = 256 * 1024
_LONGEST_CELL = 1_000_000
_BLANK = re.compile(r"[ \t\r\n]*")
_BLANK_OR_COMMA = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
_DOWNLOAD = "download the data file itself"


@contextmanager
def open_binary(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading, decompressed if it is gzip (by its first bytes, whatever its name).

    :raises UnreadableSource: If there is no such file, it cannot be read, or the compressed data are damaged; also
        from within the ``with`` block.
    """
    try:
        with path.open("rb") as file:
            if file.peek(2)[:2] == b"\x1f\x8b":
                with gzip.open(file) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield file
    except FileNotFoundError:
        raise UnreadableSource("there is no such file", path=path, advice="check the name and the folder") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UnreadableSource(
            "the compressed data are damaged or cut off", path=path, advice="fetch the file again"
        ) from None
    except OSError as error:
        raise UnreadableSource(
            f"cannot be read ({error.strerror or error})", path=path, advice="check its permissions"
        ) from None


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a file as UTF-8 text, with or without a byte-order mark, compressed or not.

    :raises UnreadableSource: If it is no such text: empty, UTF-16, a web page, an archive; the line that is not UTF-8.
    """
    with open_binary(path) as file:
        _check_head(_head(file), path)
    try:
        with open_binary(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            yield text
    except UnicodeDecodeError:
        raise _not_utf8(path) from None


def _head(file: BinaryIO, size: int = 65_536) -> bytes:
    return file.read(size)


def _check_head(head: bytes, path: Path) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    problem, advice = "", _DOWNLOAD
    if not start:
        problem = "the file is empty"
    elif head.startswith((b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"Rar!", b"\x28\xb5\x2f\xfd")):
        problem, advice = "is an archive or a workbook", "unpack it; only gzip is read as it is"
    elif start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        problem = "is a web page, perhaps an error message"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")) or max(head[:200:2].count(0), head[1:200:2].count(0)) > 40:
        problem, advice = "is UTF-16 text, not UTF-8", "save it again as UTF-8"
    elif head.count(0):
        problem = "is a binary file"
    elif start.startswith(b"version https://git-lfs"):
        problem = "is a pointer of Git LFS, not the data"
    if problem:
        raise UnreadableSource(problem, path=path, advice=advice)


def _not_utf8(path: Path) -> UnreadableSource:
    advice = "save it again as UTF-8; it may be Latin-1 (Windows-1252)"
    with open_binary(path) as file:
        for number, line in enumerate(iter(lambda: file.readline(_CHUNK), b""), 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                if error.reason == "unexpected end of data" and len(line) == _CHUNK:
                    continue  # a character of a very long line that the limit cut
                near = line[max(0, error.start - 10) : error.start + 10].decode("cp1252", errors="replace")
                return UnreadableSource(f"is not UTF-8 (near {near.strip()!r})", path=path, row=number, advice=advice)
    return UnreadableSource("is not UTF-8", path=path, advice=advice)


def skip_mark(file: BinaryIO) -> None:
    """Pass over a byte-order mark at the beginning of a file just opened."""
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)


def checksum(path: Path) -> str:
    """Return ``sha256:…`` of the bytes of a file as they are on disk."""
    try:
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except FileNotFoundError:
        raise UnreadableSource("there is no such file", path=path, advice="check the name and the folder") from None
    except OSError as error:
        raise UnreadableSource(
            f"cannot be read ({error.strerror})", path=path, advice="give a file that can be read"
        ) from None


def peek(path: Path, size: int = 16_384) -> str:
    """Return the beginning of a file as text, or ``""`` if it is a folder or no readable text; never raises."""
    if not path.is_file():
        return ""
    try:
        with open_binary(path) as file:
            head = _head(file, size)
            _check_head(head, path)
    except UnreadableSource:
        return ""
    return head.decode("utf-8-sig", errors="ignore")


def peek_header(path: Path) -> list[str]:
    """Return the cells of the first row of a CSV file in small letters, or nothing if it has none; never raises."""
    first = peek(path).splitlines()[:1]
    return [] if not first else [cell.strip().casefold() for cell in _cells(first[0])]


def _cells(line: str) -> list[str]:
    try:
        return max((next(csv.reader([line], delimiter=d), []) for d in ",;\t"), key=len)
    except csv.Error:
        return []


class JsonStream:
    """The elements of one JSON file, one at a time, whatever its shape.

    ``decimals`` keeps numbers with a point as they are written; without it they are floats, which is faster where
    they are not used. ``unique`` refuses an object that has a key twice. ``line`` is the line that has been reached.
    """

    def __init__(self, path: Path, *, decimals: bool = True, unique: bool = False) -> None:
        self.path, self.line = path, 1
        number: Callable[[str], float | Decimal] = Decimal if decimals else float
        self._decoder = json.JSONDecoder(
            parse_float=number, parse_constant=self._constant, object_pairs_hook=self._object if unique else None
        )
        self._text: TextIO | None = None
        self._buffer, self._at, self._ended = "", 0, False

    def elements(self, *, skip: Callable[[UnreadableSource], None] | None = None) -> Iterator[tuple[int, Json]]:
        """Yield the number (from 1) and the value of each element of an array, or of values that follow each other.

        :param skip: Told of a line of JSON lines that cannot be read; reading goes on with the next line. Without it,
            and within an array, such an element raises.
        :raises UnreadableSource: With the line, if the file is no JSON or is cut off.
        """
        with self._open():
            start = self._peek()
            array = start == "["
            if not array and start != "{":
                raise self._wrong("is not JSON", "the file begins with '{' or '['")
            self._at += array
            number = 0
            while (char := self._peek()) != ("]" if array else ""):
                if array and not char:
                    raise self._wrong("the JSON is cut off", "fetch the file again")
                number += 1
                try:
                    value = self._value()
                except UnreadableSource as error:
                    if array or skip is None or not self._next_line():
                        raise
                    skip(error)
                    continue
                yield number, value
                if array:
                    self._separator("]")
            if array:
                self._at += 1
                if self._peek():
                    raise self._wrong("something follows the end of the JSON", "fetch the file again")

    def members(self) -> Iterator[tuple[str, Json]]:
        """Yield the key and the value of each member of the one object that the file is.

        :raises UnreadableSource: With the line, if the file is no such JSON, is cut off, or has a key twice.
        """
        with self._open():
            if self._peek() != "{":
                raise self._wrong("is not a JSON object", "the file begins with '{'")
            self._at += 1
            seen: set[str] = set()
            while (char := self._peek()) != "}":
                if not char:
                    raise self._wrong("the JSON is cut off", "fetch the file again")
                key = self._value()
                if not isinstance(key, str) or self._peek() != ":":
                    raise self._wrong("is not JSON: a name and ':' are expected", "fetch the file again")
                if key in seen:
                    raise self._wrong(f"{key[:60]!r} is given twice", "keep one of them")
                seen.add(key)
                self._at += 1
                yield key, self._value()
                self._separator("}")
            self._at += 1
            if self._peek():
                raise self._wrong("something follows the end of the JSON", "fetch the file again")

    @contextmanager
    def _open(self) -> Iterator[None]:
        self._buffer, self._at, self._ended, self.line = "", 0, False, 1
        with open_text(self.path) as text:
            self._text = text
            yield

    def _more(self, size: int = _CHUNK) -> bool:
        """Read on; what has been used is forgotten. Return whether there was more."""
        if self._ended or self._text is None:
            return False
        self.line += self._buffer.count("\n", 0, self._at)
        more = self._text.read(size)
        self._buffer, self._at, self._ended = self._buffer[self._at :] + more, 0, not more
        return bool(more)

    def _peek(self) -> str:
        """Return the next character that is not blank, without using it; ``""`` at the end."""
        while True:
            self._at = _BLANK.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _value(self) -> Json:
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                left = len(self._buffer) - self._at
                unfinished = error.msg.startswith("Unterminated string") or error.pos >= len(self._buffer) - 16
                if unfinished and left <= LONGEST_ELEMENT and self._more(max(_CHUNK, left)):
                    continue
                line = self.line + self._buffer.count("\n", 0, error.pos)
                if left > LONGEST_ELEMENT:
                    problem, advice = "one element of the JSON is larger than 64 million characters", "divide the file"
                elif unfinished:
                    problem, advice = "the JSON is cut off", "fetch the file again"
                else:
                    problem, advice = f"is not JSON ({error.msg.lower()})", "correct the line or fetch the file again"
                self._error_at = error.pos
                raise UnreadableSource(problem, path=self.path, row=line, advice=advice) from None
            except RecursionError:
                self._error_at = self._at
                raise self._wrong("the JSON is nested too deeply", "it is no file of this kind") from None
            except (ValueError, ArithmeticError):
                self._error_at = self._at
                raise self._wrong("a number in the JSON has thousands of digits", "correct it") from None
            if end < len(self._buffer) or self._ended or not self._more(max(_CHUNK, end - self._at)):
                self._at = end
                return value  # type: ignore[no-any-return]
            # a number at the very end of what has been read may go on: decode it again

    _error_at = 0

    def _next_line(self) -> bool:
        """Go to the line after an error; say whether there is one."""
        self._at = max(self._at, min(self._error_at, len(self._buffer)))
        while (found := self._buffer.find("\n", self._at)) < 0:
            self._at = len(self._buffer)
            if not self._more():
                return False
        self._at = found + 1
        return True

    def _separator(self, end: str) -> None:
        """Pass over the comma after an element, or stop before the end of the list."""
        char = self._peek()
        if char == end:
            return
        if char != ",":
            cut = not char
            raise self._wrong(
                "the JSON is cut off" if cut else f"is not JSON (a comma or {end!r} is expected)",
                "fetch the file again",
            )
        self._at += 1
        if self._peek() == end:
            raise self._wrong(f"is not JSON (a comma before {end!r})", "delete it")

    def _object(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        if len(made) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise self._wrong(f"{twice[:60]!r} is given twice", "keep one of them")
        return made

    def _constant(self, text: str) -> float:
        raise self._wrong(f"the JSON holds {text}, which is no number", "write null where a number is not known")

    def _wrong(self, problem: str, advice: str) -> UnreadableSource:
        line = self.line + self._buffer.count("\n", 0, self._at)
        return UnreadableSource(problem, path=self.path, row=line, advice=advice)


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number (the header is 1) and the cells of each row of a CSV file that is not empty.

    The delimiter is that of comma, semicolon and tab by which the header has most cells.

    :raises UnreadableSource: If a row cannot be read.
    """
    with open_text(path) as text:
        first = text.readline(_CHUNK)
        delimiter = max(",;\t", key=lambda d: len(_cells_by(first, d)))
        reader = csv.reader(_chain(first, text), delimiter=delimiter, strict=True)
        before = csv.field_size_limit(_LONGEST_CELL)
        number = 0
        try:
            while True:
                number += 1
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise UnreadableSource(
                        f"the row cannot be read as CSV ({error})",
                        path=path,
                        row=number,
                        advice="close every quotation mark, and write it twice within a text",
                    ) from None
                if any(row):
                    yield number, [cell.strip() for cell in row]
        finally:
            csv.field_size_limit(before)


def _cells_by(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _chain(first: str, rest: TextIO) -> Iterator[str]:
    yield first
    while line := rest.readline(_LONGEST_CELL):
        yield line


def csv_records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the cells by column name (in small letters) of each row of a CSV file.

    :raises UnreadableSource: If two columns have the same name, or a row has more cells than the header.
    """
    header: list[str] = []
    for number, row in csv_rows(path):
        if not header:
            header = [name.casefold() for name in row]
            twice = next((name for i, name in enumerate(header) if name and name in header[:i]), None)
            if twice is not None:
                raise UnreadableSource(f"two columns are called {twice!r}", path=path, row=number, advice="rename one")
            continue
        if len(row) > len(header) and any(row[len(header) :]):
            raise UnreadableSource(
                f"the row has {len(row)} cells, the header {len(header)}",
                path=path,
                row=number,
                advice="correct the row",
            )
        yield number, dict(zip(header, row + [""] * (len(header) - len(row)), strict=False))
