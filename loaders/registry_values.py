"""What stands in one field of other people's data: texts, dates, years, amounts, read or refused with a reason."""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from ..ontology.currencies import is_currency
from .cells import is_iri, short
from .reading_json import Json

_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile("[ \t\r\n\v\f]+")
_LONGEST_NAME = 1_000


class Wrong(Exception):
    """What is wrong with one record; the reader adds the place or, if the user says so, counts it."""

    def __init__(self, problem: str, advice: str = "correct the record, or leave bad records out") -> None:
        self.problem, self.advice = problem, advice
        super().__init__(problem)


def kind_of(value: Json) -> str:
    """Return what a JSON value is, for a message."""
    if value is None:
        return "missing"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return f"{value!r}"[:60]


def text(value: Json, *, longest: int = _LONGEST_NAME, what: str = "the text") -> str:
    """Return a text in composed form with single blanks, ``""`` where there is none.

    A character that no text has (a control character, half of a pair) becomes U+FFFD, which is told of: see the stream.

    :raises Wrong: If the value is no text or is too long.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Wrong(f"{what} is {kind_of(value)}, not text")
    if value.isascii() and value.isprintable():
        line = value.strip()
        if "  " in line:
            line = _BLANKS.sub(" ", line)
    else:
        line = _BLANKS.sub(" ", value.lstrip("\ufeff").strip())
        if not line.isprintable():
            line = _FORBIDDEN.sub("\ufffd", line)
        if not unicodedata.is_normalized("NFC", line):
            line = unicodedata.normalize("NFC", line)
    if len(line) > longest:
        raise Wrong(f"{what} has {len(line):,} characters", f"up to {longest:,} are read")
    return line


def language(tag: Json) -> str:
    """Return a language tag, ``""`` where the source gives none that is one."""
    if not isinstance(tag, str) or not tag:
        return ""
    head, _, rest = tag.strip().replace("_", "-").partition("-")
    made = head.lower() + (f"-{rest}" if rest else "")
    return made if _LANGUAGE.fullmatch(made) else ""


def date(value: Json, what: str = "the date") -> str | None:
    """Return an ISO date of the precision given, ``None`` where there is none.

    :raises Wrong: If it is none, or the calendar does not have it.
    """
    line = scalar(value, what)
    if not line:
        return None
    match = _DATE.fullmatch(line.partition("T")[0].partition(" ")[0])
    try:
        if match is None:
            raise ValueError
        datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        raise Wrong(
            f"{what} {short(line)!r} is none that the calendar has", "write 2012, 2012-04 or 2012-04-25"
        ) from None
    return match[0]


def scalar(value: Json, what: str) -> str:
    """Return a text or a number as text, ``""`` where there is none.

    :raises Wrong: If it is something else.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Wrong(f"{what} is {kind_of(value)}, no text or number")
    return text(str(value), what=what)


def year(value: Json, what: str = "the year") -> str | None:
    """Return a year of four digits, ``None`` where there is none.

    :raises Wrong: If it is no year from 1 to 2999.
    """
    if value is None or value == "":
        return None
    line = scalar(value, what)
    if not re.fullmatch(r"[0-9]{1,4}(\.0+)?", line) or not 0 < int(float(line)) < 3000:
        raise Wrong(f"{what} {short(line)!r} is no year", "write it with four digits")
    return f"{int(float(line)):04d}"


def amount(value: Json, what: str = "the amount") -> Decimal | None:
    """Return an amount as it stands, negative or zero too; ``None`` where there is none.

    :raises Wrong: If it is no number, or one of more than 18 digits.
    """
    if value is None or value == "":
        return None
    line = scalar(value, what)
    if not _NUMBER.fullmatch(line):
        raise Wrong(f"{what} {short(line)!r} is no number", "write digits and a point, as 1000.50")
    try:
        number = Decimal(line)
    except InvalidOperation:
        raise Wrong(f"{what} {short(line)!r} is no number", "write digits and a point, as 1000.50") from None
    if number and not -31 < number.adjusted() < 18:
        raise Wrong(f"{what} {short(line)!r} has more than 18 digits", "correct it")
    return number


def currency(value: Json) -> str | None:
    """Return a currency code of ISO 4217, ``None`` where there is none.

    :raises Wrong: If no currency has or had that code.
    """
    code = text(value, what="the currency").upper()
    if code and not is_currency(code):
        raise Wrong(f"the currency {short(code)!r} does not exist", "write three letters of ISO 4217, as USD")
    return code or None


def mapping(value: Json, what: str) -> dict[str, Json]:
    """Return a JSON object, an empty one where there is none.

    :raises Wrong: If it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Wrong(f"{what} is {kind_of(value)}, no object")
    return value


def listing(value: Json, what: str) -> list[Json]:
    """Return a JSON list, an empty one where there is none.

    :raises Wrong: If it is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong(f"{what} is {kind_of(value)}, no list")
    return value


def web(value: Json) -> str | None:
    """Return a web address that can stand as an IRI, ``None`` where there is none."""
    if not isinstance(value, str):
        return None
    line = value.strip()
    return line if line.startswith(("http://", "https://")) and len(line) < 2_000 and is_iri(line) else None
