"""What the codes of IATI mean: the codelists that ship in ``data/iati``, and what each code becomes in the model.

IATI 1 wrote words and letters where IATI 2 writes numbers; publishers mix them, so both are understood everywhere.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from typing import Final

from ..ontology import currencies
from ..ontology.model import Name, Status

#: Activity status (1 pipeline, 2 implementation, 3 finalisation, 4 closed); cancelled (5) and suspended (6) are
#: neither planned, ongoing nor completed, and become no status.
STATUS: Final[dict[str, Status]] = {"1": "planned", "2": "ongoing", "3": "completed", "4": "completed"}

#: Roles of participating organizations, by code and by the words of IATI 1: relation and role.
ROLES: Final[dict[str, tuple[str, str]]] = {
    "1": ("funds", "Funding"),
    "2": ("administers", "Accountable"),
    "3": ("administers", "Extending"),
    "4": ("implements", "Implementing"),
}

#: The letters of IATI 1 for transaction types, and those of its types that IATI 2 has no more.
_LETTERS: Final = {
    "c": "2", "d": "3", "e": "4", "if": "1", "ir": "5", "lr": "6", "r": "7", "qp": "8", "qs": "9", "cg": "10",
}  # fmt: skip
#: Transaction types that promise money (commitment, guarantee, pledge); the others say that it has moved.
_PROMISES: Final = frozenset({"2", "10", "11", "12", "13"})
#: Types in which the reporting organization receives.
INCOMING: Final = frozenset({"1", "11", "13"})

_CLASSES: Final = {
    "10": "GovernmentBody", "11": "GovernmentBody", "21": "NGO", "22": "NGO", "23": "NGO", "24": "NGO",
    "40": "IntergovernmentalOrganization", "70": "PrivateSector", "71": "PrivateSector", "72": "PrivateSector",
    "73": "PrivateSector", "80": "AcademicInstitution",
}  # fmt: skip
#: Channel codes that name a sort of organization and not one: donor government, international NGO, university ...
_GENERIC = re.compile("1[0-3][0-9]{3}|2[0-3]000|3[0-2]000|4[0167]000|5[0-2]000|6[0-3][0-9]{3}|90000")
_VOCABULARIES: Final = {"dac": "1", "dac-3": "2", "cofog": "3", "nace": "4", "ntee": "5", "iso": "6", "ro": "99"}


@cache
def codelists() -> dict[str, dict[str, tuple[str, str]]]:
    """Return list → code → names in English and French (``""`` where there is none)."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    text = (resources.files("multilateral.data") / "iati" / "codes.csv").read_text(encoding="utf-8")
    for name, code, english, french in list(csv.reader(text.splitlines()))[1:]:
        found.setdefault(name, {})[code] = (english, french)
    return found


@cache
def _by_name(name: str) -> dict[str, str]:
    """Return a codelist as name in small letters → code."""
    return {label.casefold(): code for code, labels in codelists()[name].items() for label in labels if label}


def code_of(name: str, text: str | None) -> str:
    """Return the code that an attribute holds, whether it gives the code or one of its names; else what it holds."""
    value = (text or "").strip()
    return value if value in codelists()[name] else _by_name(name).get(value.casefold(), value)


def names_of(name: str, code: str) -> tuple[Name, ...]:
    """Return the names that a codelist gives to a code."""
    labels = codelists()[name].get(code, ("", ""))
    return tuple(Name(label, lang) for label, lang in zip(labels, ("en", "fr"), strict=True) if label)


def english(name: str, code: str) -> str:
    """Return the English name of a code, ``""`` where the codelist has none."""
    return codelists()[name].get(code, ("", ""))[0]


def organization_class(type_: str | None) -> str:
    """Return the class of an organization by its IATI type, code or name; ``Organization`` where that says no more."""
    return _CLASSES.get(code_of("OrganisationType", type_), "Organization")


def transaction_type(text: str | None) -> str:
    """Return the IATI 2 code of a transaction type; another word is returned as it is."""
    value = (text or "").strip()
    return _LETTERS.get(value.casefold()) or code_of("TransactionType", value)


def transaction_role(code: str) -> str | None:
    """Return a transaction type as a role in words."""
    return english("TransactionType", code) or code or None


def transaction_status(code: str) -> Status | None:
    """Return ``completed`` where money has moved, ``planned`` where it is promised, nothing for an unknown type."""
    if code in _PROMISES:
        return "planned"
    return "completed" if code in codelists()["TransactionType"] else None


def sector_vocabulary(text: str | None) -> str:
    """Return the code of a sector vocabulary; none means that of the OECD-DAC with five digits, as IATI says."""
    value = (text or "").strip()
    return _VOCABULARIES.get(value.casefold(), value) or "1"


def is_country(code: str) -> bool:
    """Say whether a code is a country of ISO 3166."""
    return code in codelists()["Country"]


def is_currency(code: str) -> bool:
    """Say whether a code is or was a currency of ISO 4217, or is one that IATI adds."""
    return currencies.is_currency(code) or code in codelists()["Currency"]


def is_generic(ref: str) -> bool:
    """Say whether a reference is a channel code of the OECD-DAC for a sort of organizations."""
    return _GENERIC.fullmatch(ref) is not None and ref in codelists()["CRSChannelCode"]


_PREFIX = re.compile(r"([A-Z]{2})(?:_[A-Z]+)?-[^\s-]")
_CHANNEL = re.compile(r"4[0-9][0-9A-Z]{3}|DAC-[0-9]+")


def is_published(ref: str) -> bool:
    """Say whether a reference identifies an organization beyond the file of one publisher.

    ``XM-DAC-928`` and ``GB-CHC-202918`` begin with a country or agency, ``44000`` is a channel of the OECD-DAC; but
    ``01690`` or ``AC-708`` is a number in somebody's books, and another publisher's ``01690`` is another organization.
    """
    match = _PREFIX.match(ref)
    if match:
        return match[1] in codelists()["Country"] or match[1] in ("XI", "XM", "XR")
    lists = codelists()
    return ref in lists["CRSChannelCode"] or ref in lists["OrganisationIdentifier"] or bool(_CHANNEL.fullmatch(ref))


def channel(ref: str) -> str | None:
    """Return the OECD-DAC code that a reference holds, if it holds one."""
    code = ref.removeprefix("XM-DAC-")
    if code in codelists()["CRSChannelCode"] or (code != ref and re.fullmatch("[0-9]{1,5}", code)):
        return code
    return None
