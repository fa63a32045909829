"""What a value of a mapping is in one row: constants, cells divided and translated, and dates and numbers as declared.

Nothing is guessed: a date whose order of day and month is not declared, or a number with a decimal comma that is not,
is refused with what to write in the mapping.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

from . import cells
from .cells import DateCell, NumberCell, clean, short
from .mapping_files import Row
from .mapping_spec import NOT_KNOWN, Reading, Value
from .problems import CellError, did_you_mean
from .registry_values import Wrong, amount

_T = TypeVar("_T")

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january janvier jan janv", "february février feb févr fév", "march mars mar", "april avril apr avr",
            "may mai", "june juin jun", "july juillet jul juil", "august août aout aug", "september septembre sep sept",
            "october octobre oct", "november novembre nov", "december décembre decembre dec déc",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_ISO: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.,+Zz -]*")
_YEAR: Final = re.compile(r"([0-9]{4})\.0+")
_PARTS: Final = re.compile(r"([0-9]{1,2})([/.\- ])([0-9]{1,2})\2([0-9]{4})")
_MONTH_YEAR: Final = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{4})")
_WORDS: Final = re.compile(
    r"(?:([0-9]{1,2})(?:er|st|nd|rd|th)?\.? )?([^\W\d]+)\.?,? (?:([0-9]{1,2})(?:st|nd|rd|th)?, )?([0-9]{4})"
)
_BLANKS: Final = re.compile("[\\s\u00a0\u202f\u2009]+")
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_LATIN_CONTROLS: Final = re.compile("[\x80-\x9f]")
_MOST_PARTS: Final = 1_000


class Fault(CellError):
    """What is wrong with a cell, with its column."""

    def __init__(self, problem: str, advice: str | None, column: str | None) -> None:
        self.column = column
        super().__init__(problem, advice)


def texts(row: Row, value: Value, *, dates: bool = False, left_out: Callable[[str], None] | None = None) -> list[str]:
    """Return the texts that a value has in a row, in their order; none where the cells are empty.

    ``dates`` says that a cell formatted as a date is welcome. ``left_out`` is told of what the mapping leaves out.

    :raises Fault: If a cell cannot be taken: a formula, an error, a text that the translation has not.
    """
    if value.constant is not None:
        return [value.constant]
    found: list[str] = []
    for column in value.columns:
        cell = row.cells.get(column)
        if not cell:
            continue
        try:
            for one in cell if isinstance(cell, list) else [cell]:
                found += _parts(one, value, dates)
            if len(found) > _MOST_PARTS:
                raise CellError(f"the cell has more than {_MOST_PARTS:,} parts", "correct the sign that divides it")
            if value.values is not None:
                found = _translated(found, value, value.values, left_out)
        except CellError as error:
            raise Fault(error.problem, error.advice, column) from None
    return found


def _parts(cell: cells.Cell, value: Value, dates: bool) -> list[str]:
    if isinstance(cell, str) and cell.strip() in value.reading.missing:
        return []
    text = clean_text(cell)
    if not text or text in value.reading.missing:
        return []
    if isinstance(cell, DateCell) and not dates:
        raise CellError(
            f"the spreadsheet made the date {cell} of what was typed", "format the column as text and type it again"
        )
    if value.split is None:
        kind = type(cell) if isinstance(cell, DateCell | NumberCell) else str
        return [kind(text)]
    parts = [part.strip() for part in text.split(value.split)]
    if value.part is not None:
        parts = parts[value.part - 1 : value.part]
    return [part for part in parts if part and part not in value.reading.missing]


def clean_text(cell: cells.Cell) -> str:
    """Return the text of a cell; a character that no text has becomes U+FFFD, which the loader tells of."""
    if isinstance(cell, str) and not cell.isprintable():
        cell = _NO_TEXT.sub("\ufffd", cell)
        if _LATIN_CONTROLS.search(cell):  # text of Windows read as Latin-1: it is kept, and told of
            return unicodedata.normalize("NFC", cell.strip())
    if isinstance(cell, str) and "\ufffd" in cell:
        return unicodedata.normalize("NFC", cell.strip())
    return clean(cell)


def _translated(
    found: list[str], value: Value, values: dict[str, str | None], left_out: Callable[[str], None] | None
) -> list[str]:
    made = []
    for text in found:
        if text in values:
            meant = values[text]
        elif value.otherwise is not None:
            meant = value.otherwise or None
        else:
            every = f"add it under `values` (line {value.line}), or write `otherwise`"
            known = did_you_mean(text, values)
            raise CellError(
                f"{short(text)!r} is not among the values of the mapping", f"{every}; {known}" if known else every
            )
        if meant is not None:
            made.append(meant)
        elif left_out is not None:
            left_out(f"{short(text)!r} in column {value.columns[0]!r} is left out by the mapping")
    return made


def one(row: Row, value: Value, *, dates: bool = False, left_out: Callable[[str], None] | None = None) -> str | None:
    """Return the one text that a value has in a row, or None where there is none.

    :raises Fault: If there are several.
    """
    found = list(dict.fromkeys(texts(row, value, dates=dates, left_out=left_out)))
    if len(found) > 1:
        raise Fault(
            f"the cell has {len(found)} values, and one is wanted",
            "choose one with `split` and `part`",
            value.columns[0] if value.columns else None,
        )
    return found[0] if found else None


def parsed(row: Row, value: Value, parse: Callable[[str], _T], *, dates: bool = False,
           left_out: Callable[[str], None] | None = None) -> _T | None:  # fmt: skip
    """Return the value read from the one text, or None where there is none.

    :raises Fault: If the text cannot be read so.
    """
    text = one(row, value, dates=dates, left_out=left_out)
    if text is None:
        return None
    try:
        return parse(text)
    except CellError as error:
        column = value.columns[0] if value.columns else None
        raise Fault(error.problem, error.advice, column) from None


def not_known(text: str) -> bool:
    """Say whether a text stands for a number, date or code that is not known: ``n/a``, ``..``, ``n.d.``."""
    return text.casefold() in NOT_KNOWN


def date(text: str, reading: Reading) -> str:
    """Return an ISO date in the precision that the text has.

    >>> date("25/04/2012", Reading(dates="day-first")), date("avril 2012", Reading()), date("2014.0", Reading())
    ('2012-04-25', '2012-04', '2014')
    """
    if match := _ISO.fullmatch(text) or _YEAR.fullmatch(text):
        return cells.parse_date(match[1])
    line = _BLANKS.sub(" ", text)
    if (match := _WORDS.fullmatch(line)) and (month := _MONTHS.get(match[2].casefold())):
        day = match[1] or match[3]
        if not (match[1] and match[3]):
            return cells.parse_date(f"{match[4]}-{month:02}" + (f"-{int(day):02}" if day else ""))
    if match := _PARTS.fullmatch(line):
        return _ordered(text, int(match[1]), int(match[3]), int(match[4]), reading)
    if match := _MONTH_YEAR.fullmatch(line):
        return cells.parse_date(f"{match[2]}-{int(match[1]):02}")
    try:
        return cells.parse_date(text)
    except CellError as error:
        if re.fullmatch(r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2}", line):
            raise CellError(f"{short(text)!r} has a year of two digits", "write it with four") from None
        raise CellError(error.problem, error.advice) from None


def _ordered(text: str, first: int, second: int, year: int, reading: Reading) -> str:
    if reading.dates is None:
        raise CellError(
            f"{short(text)!r} is a date of which it is not said whether the day or the month comes first",
            "write `dates: day-first` or `dates: month-first` in the mapping",
        )
    day, month = (first, second) if reading.dates == "day-first" else (second, first)
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        raise CellError(
            f"{short(text)!r} is a date that does not exist ({reading.dates})", "correct it, or the order of dates"
        ) from None


def number(text: str, reading: Reading) -> Decimal:
    """Return a number written as declared; a number that stood in the file as one is taken as it is.

    >>> number("1 234,50", Reading(decimal=",", thousands=" ")), number("-5", Reading())
    (Decimal('1234.50'), Decimal('-5'))
    """
    plain = text if isinstance(text, NumberCell) else _plain(text, reading)
    try:
        made = amount(plain, "the number")
    except Wrong:
        raise CellError(f"{short(text)!r} is not a number as the mapping declares it", _advice(text, reading)) from None
    if made is None:
        raise CellError(f"{short(text)!r} is not a number", "write digits")
    return Decimal(format(made, "f"))


def _plain(text: str, reading: Reading) -> str:
    """Return a number with a point and no signs between thousands, or the text where it is not as declared."""
    line = _BLANKS.sub(" ", text.strip()).replace("\u2212", "-").replace("’", "'").replace("- ", "-")
    if reading.thousands:
        sign, point = re.escape(reading.thousands), re.escape(reading.decimal)
        if re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{sign}[0-9]{{3}})+(?:{point}[0-9]+)?", line):
            line = line.replace(reading.thousands, "")
    if reading.decimal == ",":
        return line.replace(",", ".") if "." not in line and line.count(",") < 2 else "?"
    return line


def _advice(text: str, reading: Reading) -> str:
    bare = _BLANKS.sub(" ", text.strip().lstrip("-+(").rstrip(")"))
    if text.strip().startswith("("):
        return "write a negative number with a minus"
    if re.fullmatch(
        r"[0-9]{1,3}(?:(?:[ '’][0-9]{3})+|(?:[.,][0-9]{3}){2,}|\.[0-9]{3}(?=,)|,[0-9]{3}(?=\.))(?:[.,][0-9]+)?", bare
    ):
        return 'declare the signs in the mapping, as `decimal: ","` and `thousands: " "`'
    if reading.decimal == "." and re.fullmatch(r"[0-9]+,[0-9]+", bare):
        ambiguous = bare.count(",") == 1 and re.fullmatch(r"[0-9]{1,3},[0-9]{3}", bare)
        comma = 'declare `decimal: ","`'
        return (
            f'{comma} or `thousands: ","` in the mapping, whichever is meant'
            if ambiguous
            else f"{comma} in the mapping"
        )
    return "write digits, with a point or the decimal sign that is declared, and no unit"


def share(text: str, reading: Reading) -> Decimal:
    """Return a percentage from 0 to 100; ``25 %`` is 25."""
    bare = text.removesuffix("%").rstrip()
    made = number(NumberCell(bare) if isinstance(text, NumberCell) else bare, reading)
    if not 0 <= made <= 100:
        raise CellError(f"{short(text)!r} is not a percentage", "write a number from 0 to 100")
    return made


def count(text: str, reading: Reading) -> Decimal:
    """Return a number that is not negative."""
    made = number(text, reading)
    if made < 0:
        raise CellError(f"{short(text)!r} is negative", "write how many there are")
    return made
