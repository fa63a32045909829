"""The currencies of ISO 4217, those in use and those of former years: the list that every loader checks codes against.

The list and where it is from stand in ``data/currencies``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def currencies() -> Mapping[str, str]:
    """Return the codes with their names in English."""
    text = (resources.files("multilateral.data") / "currencies" / "codes.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def is_currency(code: str) -> bool:
    """Say whether a code is or was a currency of ISO 4217.

    >>> is_currency("CHF"), is_currency("DEM"), is_currency("XYZ")
    (True, True, False)
    """
    return code in currencies()
