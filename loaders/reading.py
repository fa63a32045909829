"""Reading files of other people's making, compressed or not, and CSV row by row.

Nothing here knows what the data mean. Each function holds one row of a file in memory, never the file;
everything that a damaged file can bring about is raised as :class:`UnreadableSource` with the place.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from ..ontology.errors import UnreadableSource

_CHUNK = 256 * 1024
_NOTE = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
_LONGEST_CELL = 1_000_000
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
    """Return the beginning of a file as text, or ``""`` if it is a folder or no readable text; never raises.

    What is not UTF-8 is shown as Windows would: by that a table is known, and who reads it tells of the encoding.
    """
    if not path.is_file():
        return ""
    try:
        with open_binary(path) as file:
            head = _head(file, size)
            _check_head(head, path)
    except UnreadableSource:
        return ""
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        whole = error.reason == "unexpected end of data" or error.start >= len(head) - 3  # cut within a character
        return head.decode("utf-8-sig", errors="ignore") if whole else head.decode("cp1252", errors="replace")


def peek_header(path: Path) -> list[str]:
    """Return the cells of the first row of a CSV file in small letters, or nothing if it has none; never raises."""
    lines = peek(path).splitlines()
    first = lines[1:2] if lines and delimiter_note(lines[0]) else lines[:1]
    return [] if not first else [cell.strip().casefold() for cell in _cells(first[0])]


def delimiter_note(line: str) -> str | None:
    """Return the delimiter that Excel notes in a first line of its own, ``sep=;``, if this is one."""
    found = _NOTE.fullmatch(line)
    return found[1] if found else None


def _cells(line: str) -> list[str]:
    try:
        return max((next(csv.reader([line], delimiter=d), []) for d in ",;\t"), key=len)
    except csv.Error:
        return []


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number (the header is 1) and the cells of each row of a CSV file that is not empty.

    The delimiter is that of comma, semicolon and tab by which the header has most cells.

    :raises UnreadableSource: If a row cannot be read.
    """
    with open_text(path) as text:
        first = text.readline(_CHUNK)
        number = 0
        noted = delimiter_note(first)
        if noted:
            first, number = text.readline(_CHUNK), 1
        delimiter = noted or max(",;\t", key=lambda d: len(_cells_by(first, d)))
        reader = csv.reader(_chain(first, text), delimiter=delimiter, strict=True)
        while True:
            number += 1
            try:
                row = _next(reader)
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


def _next(reader: Iterator[list[str]]) -> list[str]:
    """Return the next row; the limit of a cell is one of the whole process, so it is lifted for the moment only."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        return next(reader)
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


def csv_records(
    path: Path, *, skip: Callable[[UnreadableSource], None] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the cells by column name (in small letters) of each row of a CSV file.

    :param skip: Told of a row that has more cells than the header, which is then left out; without it, it raises.
    :raises UnreadableSource: If two columns have the same name, or a row cannot be read.
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
            error = UnreadableSource(
                f"the row has {len(row)} cells, the header {len(header)}",
                path=path,
                row=number,
                advice="correct the row",
            )
            if skip is None:
                raise error
            skip(error)
            continue
        yield number, dict(zip(header, row + [""] * (len(header) - len(row)), strict=False))
