"""What stands in one cell: dates, amounts, identifiers and names, read from text or refused with a reason.

Every ``parse_…`` function takes the text of a cell that is not empty and returns its value, or raises
:class:`~.problems.CellError`, which says what is wrong and how to write it.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias, TypeVar

from ..ontology.currencies import is_currency
from ..ontology.model import CERTAINTIES, STATUSES, Certainty, Name, Status
from .problems import CellError, did_you_mean
from .table_columns import LANGUAGE, language_tag

_Word = TypeVar("_Word", bound=str)

#: The most that a spreadsheet can hold in a cell, and the most that a name, an id or a locator is taken to have.
LONGEST_CELL, LONGEST_LINE = 32_767, 1_000

SPREADSHEET_ERRORS = frozenset(
    {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)


class DateCell(str):
    """An ISO date that stood in the workbook as a date, not as text."""

    __slots__ = ()


class NumberCell(str):
    """A number that stood in the file as a number, not as text: it has a point, whatever the text around it has."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell whose value cannot be taken: a formula, an error, a time of day."""

    problem: str
    advice: str

    def __bool__(self) -> bool:
        return True


#: A cell as a sheet gives it: text (``""`` where it is empty), a date, or a fault.
Cell: TypeAlias = str | Fault

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff\ud800-\udfff]")
_EDGES = "\ufeff\u200b\u2060 \t\r\n\u00a0\u202f"
_BREAKS = re.compile("[ \t\r\n]+")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,10})?")
_SEPARATOR = re.compile(r"\s+\|\s+")
_PATH = r"(?:[^\x00-\x20<>\"{}|\\^`%\[\]#\u007f-\u009f]|%[0-9A-Fa-f]{2})*"
_IRI = re.compile(
    rf"(?:https?://[\w.-]+(?::[0-9]{{1,5}})?(?:[/?]{_PATH})?|urn:[a-z0-9][a-z0-9-]*:{_PATH})(?:#{_PATH})?"
)
_CURRENCY_WORDS = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD",
    "us dollars": "USD", "£": "GBP", "¥": "JPY", "sfr": "CHF", "fcfa": "XOF' or 'XAF", "cfa": "XOF' or 'XAF",
}  # fmt: skip


def clean(cell: Cell) -> str:
    """Return the text of a cell in Unicode's composed form (NFC), without blanks around it.

    :raises CellError: If the cell is a fault, is too long, or holds a character that no text has.
    """
    if isinstance(cell, Fault):
        raise CellError(cell.problem, cell.advice)
    text = cell.strip(_EDGES)
    if text.startswith("=") and len(text) > 1:
        raise CellError(f"the cell holds a formula ({short(text)})", "copy the column and paste it as values")
    if text in SPREADSHEET_ERRORS:
        raise CellError(f"the cell holds the spreadsheet error {text}", "correct the formula, then paste the value")
    if len(text) > LONGEST_CELL:
        raise CellError(f"the cell has {len(text):,} characters", f"a cell may have {LONGEST_CELL:,}")
    if found := _CONTROL.search(text):
        raise CellError(
            f"the cell holds the control character U+{ord(found[0]):04X} after {short(text[: found.start()][-20:])!r}",
            "delete it and type the text again; if many cells are so, the file was saved in another encoding",
        )
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def short(text: str) -> str:
    """Return a text for a message, cut after 60 characters."""
    return text if len(text) <= 60 else f"{text[:59]}…"


def parse_text(text: str) -> str:
    """Return a text of any length as it is."""
    return text


def parse_line(text: str) -> str:
    """Return a text with its line breaks made blanks."""
    if len(text) > LONGEST_LINE:
        raise CellError(f"the text has {len(text):,} characters", f"this column holds up to {LONGEST_LINE:,}")
    return _BREAKS.sub(" ", text)


def parse_id(text: str) -> str:
    """Return an id; ``|`` separates several and ``#`` comes before a locator, so that neither can be part of one."""
    line = parse_line(text)
    if "|" in line or "#" in line:
        raise CellError(f"the id {short(line)!r} has a '|' or a '#'", "use letters, digits, hyphens and dots")
    return line


def parse_name(text: str) -> str:
    """Return one name."""
    line = parse_line(text)
    if "|" in line:
        raise CellError(
            f"the name {short(line)!r} has a '|'",
            "other names go to the 'alt' columns; within a name '|' is not supported",
        )
    return line


def split(text: str) -> list[str]:
    """Return the parts that stand between `` | ``.

    >>> split("ECE | UNECE")
    ['ECE', 'UNECE']
    """
    parts = [part.strip() for part in _SEPARATOR.split(text)]
    for part in parts:
        if not part or "|" in part:
            raise CellError(
                f"{short(text)!r} is not a list",
                "write a blank on each side of '|' and a value between; a value has no '|'",
            )
    return parts


def parse_names(text: str) -> list[str]:
    """Return the several names of a cell."""
    return [parse_line(part) for part in split(text)]


def parse_date(text: str) -> str:
    """Return an ISO 8601 date of the precision given: a year, a year and month, or a day.

    >>> parse_date("2012-04")
    '2012-04'
    """
    advice = "write 2012, 2012-04 or 2012-04-25 (year, month, day)"
    match = _DATE.fullmatch(text)
    if match is None:
        raise CellError(f"{short(text)!r} is not a date in ISO 8601", advice)
    try:
        datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        raise CellError(f"{text!r} is a date that does not exist", advice) from None
    return text


def is_after(first: str, second: str) -> bool:
    """Say whether a date is later than another in the precision that both have.

    >>> is_after("2012-05", "2012"), is_after("2012-05", "2012-04-30")
    (False, True)
    """
    length = min(len(first), len(second))
    return first[:length] > second[:length]


def parse_period(text: str) -> tuple[str | None, str | None]:
    """Return the two dates of ``from/to``, either of which may be empty."""
    first, slash, last = text.partition("/")
    if not slash or not text.strip(" /"):
        raise CellError(f"{short(text)!r} is not a period", "write from/to, for instance 1924/2022, 1924/ or /2022")
    start = parse_date(first.strip()) if first.strip() else None
    end = parse_date(last.strip()) if last.strip() else None
    if start and end and is_after(start, end):
        raise CellError(f"the period {text!r} ends before it begins", "write the earlier date first")
    return start, end


def parse_number(text: str) -> Decimal:
    """Return a number of at most 18 digits before the point and 10 after it."""
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    bare = re.sub(r"[\s'’]", "", text)
    if re.fullmatch(r"-?[0-9]+(,[0-9]{3})*\.[0-9]+", bare) or re.fullmatch(r"-?[0-9]+(,[0-9]{3}){2,}", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"-?[0-9]+(\.[0-9]{3})*,[0-9]+", bare) and not re.fullmatch(r"-?[0-9]{1,3},[0-9]{3}", bare):
        bare = bare.replace(".", "").replace(",", ".")
    plain = f"'{bare}'" if bare != text and _NUMBER.fullmatch(bare) else "digits and a point, as 1000.50"
    raise CellError(
        f"{short(text)!r} is not a number as it is written here", f"write {plain}, without blanks, commas or units"
    )


def parse_count(text: str) -> Decimal:
    """Return a number that is not negative."""
    number = parse_number(text)
    if number < 0:
        raise CellError(f"{text} is negative", "write how many there are")
    return number


def parse_share(text: str) -> Decimal:
    """Return a percentage from 0 to 100; ``25%`` is 25."""
    number = parse_number(text.removesuffix("%").rstrip(_EDGES))
    if not 0 <= number <= 100:
        raise CellError(f"{text} is not a percentage", "write a number from 0 to 100")
    return number


def parse_currency(text: str) -> str:
    """Return a currency code of ISO 4217: three capital letters."""
    if is_currency(text):
        return text
    meant = _CURRENCY_WORDS.get(text.casefold())
    if meant is None and is_currency(text.upper()):
        meant = text.upper()
    if meant is None and re.fullmatch("[A-Z]{3}", text):
        raise CellError(f"there is no currency {text!r}", "write a code of ISO 4217, as USD or EUR")
    advice = f"write '{meant}'" if meant else "write the three capital letters of ISO 4217, as USD or EUR"
    raise CellError(f"{short(text)!r} is not a currency code", advice)


def parse_yes(text: str) -> bool:
    """Return whether a cell says yes."""
    word = text.casefold()
    if word in ("yes", "y", "true", "1", "x", "oui", "o", "vrai"):
        return True
    if word in ("no", "n", "false", "0", "non", "faux"):
        return False
    raise CellError(f"{short(text)!r} is neither yes nor no", "write 'yes' or leave the cell empty")


def parse_language(text: str) -> str:
    """Return a BCP 47 language tag."""
    tag = language_tag(text)
    if not LANGUAGE.fullmatch(tag):
        raise CellError(f"{short(text)!r} is not a language code", "write 'en', 'fr', 'es', 'ru', 'zh', 'ar' …")
    return tag


def parse_url(text: str) -> str:
    """Return a web address."""
    if not text.startswith(("http://", "https://")) or not is_iri(text):
        raise CellError(f"{short(text)!r} is not a web address", "write it whole, beginning with https://")
    return text


def parse_status(text: str) -> Status:
    """Return a status of the model."""
    return one_of(text, STATUSES, "status")


def parse_certainty(text: str) -> Certainty:
    """Return a certainty of the model."""
    return one_of(text, CERTAINTIES, "certainty")


def one_of(text: str, known: tuple[_Word, ...], what: str) -> _Word:
    """Return the known word that a text is.

    :raises CellError: If it is none of them; the advice names the nearest or all.
    """
    for word in known:
        if word == text:
            return word
    raise CellError(
        f"{short(text)!r} is not a {what}", did_you_mean(text, known, otherwise=f"use one of {', '.join(known)}")
    )


def parse_former_names(text: str) -> list[Name]:
    """Return the dated names of ``name@language@from/to | acronym:OIE@fr@1924/2022``.

    A former name is an alternative one: the preferred name is the one of today.
    """
    names = []
    for part in split(text):
        pieces = [piece.strip() for piece in part.rsplit("@", 2)]
        if len(pieces) != 3 or not pieces[0]:
            raise CellError(f"{short(part)!r} is not a former name", "write name@language@from/to, as OIE@fr@1924/2022")
        acronym = pieces[0].startswith("acronym:")
        name = parse_line(pieces[0].removeprefix("acronym:").strip())
        if not name:
            raise CellError(f"{short(part)!r} has no name", "write name@language@from/to, as OIE@fr@1924/2022")
        start, end = parse_period(pieces[2])
        lang = parse_language(pieces[1]) if pieces[1] else ""
        names.append(Name(name, lang, "acronym" if acronym else "alternative", start, end))
    return names


def parse_place(text: str) -> tuple[str, str | None]:
    """Return the document and the locator of ``document#locator``; a full IRI is divided at its last ``#``.

    >>> parse_place("report#5(d)"), parse_place("report")
    (('report', '5(d)'), ('report', None))
    """
    divide = text.rpartition if "#" in text and text.startswith(("http://", "https://", "urn:")) else text.partition
    document, _, locator = divide("#")
    return document.strip(), locator.strip() or None


def is_iri(text: str) -> bool:
    """Say whether a text is a full web address or URN that RDF accepts as an IRI."""
    return _IRI.fullmatch(text) is not None and (
        text.isascii() or not any(unicodedata.category(char) in ("Co", "Cn", "Zs") for char in text)
    )


def slug(text: str) -> str:
    """Return a text as it stands in an IRI: small letters and digits, hyphens between.

    Latin letters lose their accents; other scripts keep theirs. The result may be empty.

    >>> slug("Équipe (A.1)"), slug("中国"), slug("***")
    ('equipe-a-1', '中国', '')
    """
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()):
        if unicodedata.combining(char):
            if base and not base.isascii():
                kept.append(char)
            continue
        base = char if char.isalnum() else ""
        kept.append(char if base else "-")
    return unicodedata.normalize("NFC", re.sub("-+", "-", "".join(kept)).strip("-"))
