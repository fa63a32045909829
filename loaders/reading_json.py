"""Reading JSON piece by piece: the elements of an array, of JSON lines, or the members of one object.

One element is held in memory, never the file. Everything that a damaged file can bring about is raised as
:class:`UnreadableSource` with the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TextIO, TypeAlias

from ..ontology.errors import UnreadableSource
from .reading import open_text

#: What a JSON element holds: text, number, true, false, nothing, or a list or object of these.
Json: TypeAlias = "str | int | float | Decimal | bool | list[Json] | dict[str, Json] | None"

#: The largest element of a file, in characters.
LONGEST_ELEMENT = 64 * 1024 * 1024
_CHUNK = 256 * 1024
_BLANK = re.compile(r"[ \t\r\n]*")


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
