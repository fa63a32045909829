"""What the elements of IATI hold: texts with their languages, dates, amounts, shares. Wrong ones raise ``Wrong``."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from ..ontology.model import Name
from .cells import short
from .iati_codes import is_currency
from .iati_stream import Element
from .registry_values import Wrong, amount, date, language, text

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})*\.[0-9]+|[+-]?[0-9]{1,3}(,[0-9]{3}){2,}")
_DATE_LIKE = re.compile(r"[0-9]{4}-[0-9]{1,2}")
_ZONE = re.compile(r"(?<=[0-9])(Z|[+-][0-9]{2}:?[0-9]{2})$")
_SHORT_PART = re.compile(r"-(?=[0-9](-|$))")
_BAD_TEXT = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")


def attribute(element: Element | None, name: str) -> str:
    """Return an attribute as text in one line, ``""`` where it is missing.

    :raises Wrong: If it is too long.
    """
    if element is None or not (raw := element.get(name)):
        return ""
    return text(_BAD_TEXT.sub(" ", raw), what=f"the attribute {name} of {element.tag}")


def line(element: Element | None) -> str:
    """Return the text of an element in one line.

    :raises Wrong: If it is too long or holds a character that no text has.
    """
    return "" if element is None else text(_BAD_TEXT.sub(" ", element.text or ""), what=f"the text of {element.tag}")


def texts(elements: list[Element], default: str) -> list[tuple[str, str]]:
    """Return the texts of elements with their languages: IATI 2 has ``narrative`` children, IATI 1 text of its own.

    :param default: The language of the activity.
    """
    found: list[tuple[str, str]] = []
    for element in elements:
        lang = language(element.get(_LANG)) or default
        narratives = element.findall("narrative")
        for part in narratives or (element,):
            own = (language(part.get(_LANG)) or lang) if narratives else lang
            if part.text and (said := _plain(part.text)):
                found.append((said, own))
    return found


def _plain(raw: str) -> str:
    """Return a text without control characters; names are not refused for one, because they are for people."""
    return text(_BAD_TEXT.sub(" ", raw), longest=1 << 30)


def names(found: list[tuple[str, str]], longest: int = 1_000) -> list[Name]:
    """Return texts as names; longer ones are cut, which the ellipsis shows."""
    return [Name(said if len(said) <= longest else f"{said[: longest - 1]}…", lang) for said, lang in found]


def default_language(element: Element) -> str:
    """Return the language that an element declares, ``""`` where it declares none."""
    return language(element.get(_LANG))


def day(element: Element | None, what: str) -> str | None:
    """Return the date of an element: ``iso-date``, or its text where that is one; ``None`` where there is none.

    :raises Wrong: If the date does not exist.
    """
    if element is None:
        return None
    given = attribute(element, "iso-date")
    if not given:
        given = (element.text or "").strip()[:40]
        if not _DATE_LIKE.match(given):
            return None  # words: "Total Commitment to 30 Nov 2008"
    return iso(given, what)


def iso(given: str, what: str) -> str | None:
    """Return an ISO date without time and zone (``2012-04-25Z``, ``2012-04-25T00:00:00``, ``2012-4-25``).

    :raises Wrong: If the date does not exist; ``0000-00-00`` is how databases write that there is none.
    """
    stem = given.strip().partition("T")[0].partition(" ")[0]
    if not stem.strip("0-"):
        return None
    if len(stem) > 10:
        stem = _ZONE.sub("", stem)
    return date(_SHORT_PART.sub("-0", stem), what)


def number(given: str, what: str = "the value") -> Decimal | None:
    """Return a number, also one with commas between thousands where they cannot mean anything else.

    :raises Wrong: If it is none.
    """
    given = given.strip()
    return amount(given.replace(",", "") if _GROUPED.fullmatch(given) else given, what)


class Money(NamedTuple):
    """An amount with its currency and the date of its value; without a currency there is no amount."""

    amount: Decimal | None
    currency: str | None
    value_date: str | None
    unpriced: bool


def money(element: Element | None, default_currency: str) -> Money:
    """Return what a ``value`` element holds.

    :raises Wrong: If the amount is no number, the currency does not exist, or the date is none.
    """
    if element is None:
        return Money(None, None, None, False)
    found = number(element.text or "")
    code = (attribute(element, "currency") or default_currency).upper()
    if code and not is_currency(code):
        raise Wrong(f"the currency {short(code)!r} does not exist", "write the three letters of ISO 4217, as USD")
    when = iso(attribute(element, "value-date"), "the value date")
    if found is None or not code:
        return Money(None, None, when, found is not None)
    return Money(found, code, when, False)


def share(element: Element) -> Decimal | None:
    """Return a percentage, ``None`` where there is none.

    :raises Wrong: If it is none from 0 to 100.
    """
    given = attribute(element, "percentage").removesuffix("%").strip()
    found = number(given, "the percentage")
    if found is not None and not 0 <= found <= 100:
        raise Wrong(f"the percentage {short(given)!r} is not between 0 and 100", "correct it")
    return found
