"""The loader of the data of open.un.org: who gives to the UN system, what it spends where, and its country programmes.

Seven files are known by what is in them: contributions of donors (``donors-<year>.json``), expenses by country,
contributors to trust funds, cooperation-framework projects of a country (UNINFO), contributions of donors that are no
governments, member states, and the review of which body a trust fund belongs to. The list of UN bodies that stands
beside them is of the kind ``un-entities``. Data: https://github.com/united-nations/open (MIT; data of the UN, CEB and
UNINFO). Amounts are in US dollars, the currency of the financial statistics of the UN system and of UNINFO.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from ..ontology.errors import UnreadableSource
from ..ontology.model import Loaded, Statement
from . import reading, registry_un_money, registry_uninfo
from .registry_source import Registry

_Reader: TypeAlias = Callable[[Registry], Iterator[Statement]]

# What a file must say in its beginning, what it is, and who reads it.
_JSON: Final[tuple[tuple[tuple[str, ...], str, _Reader], ...]] = (
    (('"workspace_id"', '"sdgs"'), "cooperation framework", registry_uninfo.framework),
    (('"workspace_id"', '"projects"'), "cooperation framework", registry_uninfo.framework),
    (('"contributors"', '"counterparty_group"'), "contributors to trust funds", registry_un_money.trust_funds),
    (('"iso3"', '"entities"'), "expenses by country", registry_un_money.expenses),
    (('"contributions"', '"status"', '"category"'), "contributions", registry_un_money.contributions),
)
_CSV: Final[tuple[tuple[frozenset[str], str, _Reader], ...]] = (
    (frozenset({"amount", "entity", "donor"}), "non-government donors", registry_un_money.other_donors),
    (frozenset({"fund_code", "decision", "candidate_entity_code"}), "trust funds", registry_un_money.fund_review),
    (frozenset({"country", "status"}), "member states", registry_un_money.member_states),
)


def likeness(path: Path) -> int:
    """Say how much a file looks like data of open.un.org: 2 by what it holds, 0 otherwise."""
    found = _form(path)
    if found is None:
        return 0
    # Two columns called country and status may be of any table.
    return 1 if found[1] is registry_un_money.member_states and "member_states" not in path.name.lower() else 2


def _form(path: Path) -> tuple[str, _Reader] | None:
    head = reading.peek(path, 65_536)
    if head.lstrip()[:1] in ("{", "["):
        for marks, title, reader in _JSON:
            if all(mark in head for mark in marks):
                return title, reader
        return None
    header = frozenset(reading.peek_header(path))
    for columns, title, reader in _CSV:
        if columns <= header and (len(columns) > 2 or columns == header):
            return title, reader
    return None


def load_un_open(
    path: Path, *, source_id: str | None = None, read_time: str | None = None, skip_bad: bool = False
) -> Loaded:
    """Read a file of open.un.org.

    :param skip_bad: Count records that cannot be used instead of raising.
    :raises UnreadableSource: If the file is none of those known, or (from the stream) a record cannot be used.
    """
    path = Path(path)
    with reading.open_text(path):  # says what is wrong with a file that is no text
        pass
    found = _form(path)
    if found is None:
        raise UnreadableSource(
            "is no file of open.un.org that is known, or is cut off",
            path=path,
            advice="the files are contributions, expenses by country, trust funds, frameworks and member states",
        )
    title, reader = found
    registry = Registry(
        path, "un-open", f"open.un.org, {title}", source_id=source_id, read_time=read_time, skip_bad=skip_bad,
        licence="MIT; data © United Nations, CEB, UNINFO", url="https://open.un.org",
    )  # fmt: skip
    return registry.loaded(lambda: reader(registry))
