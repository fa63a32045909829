"""Transactions, budgets and planned disbursements of an IATI activity as flows between two things.

A party that is not stated is not invented. IATI says that the reporting organization is meant where one side of its
own transaction is left out; such a link is ``implied``. Where neither helps, the activity itself is the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import iati_values as values
from .iati_codes import INCOMING, code_of, english, transaction_role, transaction_status, transaction_type
from .iati_stream import Element


class Party(NamedTuple):
    """One side of a flow: the IRI of an organization, and the identifier of the activity that it acts in."""

    iri: str | None
    activity: str


@dataclass(slots=True)
class Flow:
    """A flow as a link: an empty ``source`` or ``target`` is the activity."""

    source: str
    relation: str
    target: str
    implied: bool = False
    provider_activity: str = ""
    receiver_activity: str = ""
    qualifiers: dict[str, Any] = field(default_factory=dict)


_KEPT = frozenset(
    {
        "transaction-type", "transaction-date", "value", "provider-org", "receiver-org", "recipient-country",
        "recipient-region", "sector", "period-start", "period-end",
    }
)  # fmt: skip


def ends(
    provider: str | None, receiver: str | None, reporting: str | None, incoming: bool
) -> tuple[str, str, str, bool]:
    """Return source, relation, target (``""`` is the activity) and whether the reporting organization was implied.

    An organization that gives to itself, or to nobody named, funds the activity. Money that comes from nobody
    named is something that the receiver has of the activity.
    """
    implied = False
    if provider is None and not incoming:
        provider, implied = reporting, reporting is not None
    if receiver is None and incoming:
        receiver, implied = reporting, reporting is not None
    if provider is None:
        return receiver or "", "beneficiaryOf", "", implied
    if receiver is None or receiver == provider:
        return provider, "funds", "", implied
    return provider, "funds", receiver, implied


def read_money(
    element: Element,
    currency: str,
    reporting: str | None,
    party: Callable[[str], Party],
    left_out: Callable[[str], None],
) -> Iterator[Flow]:
    """Yield the flow of an element, or nothing if it has no two sides.

    :raises Wrong: If its amount, currency or date is wrong.
    """
    for child in element:
        if child.tag not in _KEPT:
            left_out(f"elements '{element.tag}/{child.tag.rpartition('}')[2]}' (not kept)")
    money = values.money(element.find("value"), currency)
    if money.unpriced:
        left_out("amounts without a currency (the link is kept without the amount)")
    qualifiers: dict[str, Any] = {"amount": money.amount, "currency": money.currency}
    if element.tag == "budget":
        flow = _budget(element, reporting)
        qualifiers |= _period(element)
    else:
        planned = element.tag == "planned-disbursement"
        flow = _transaction(element, reporting, party, qualifiers, planned=planned)
        if planned:
            qualifiers |= _period(element)
        else:
            _date(element, money.value_date, qualifiers)
    if flow is None:
        left_out(f"{element.tag} elements without any organization")
        return
    if money.amount is None:
        left_out(f"{element.tag} elements without an amount (the link is kept)")
    flow.qualifiers |= qualifiers
    yield flow


def _transaction(
    element: Element,
    reporting: str | None,
    party: Callable[[str], Party],
    qualifiers: dict[str, Any],
    *,
    planned: bool,
) -> Flow | None:
    type_ = element.find("transaction-type")
    code = transaction_type(values.attribute(type_, "code") or values.line(type_))
    provider, receiver = party("provider-org"), party("receiver-org")
    source, relation, target, implied = ends(provider.iri, receiver.iri, reporting, code in INCOMING and not planned)
    if not source:
        return None
    qualifiers["role"] = "Planned disbursement" if planned else transaction_role(code)
    qualifiers["status"] = "planned" if planned else transaction_status(code)
    return Flow(source, relation, target, implied, provider.activity, receiver.activity)


def _date(element: Element, value_date: str | None, qualifiers: dict[str, Any]) -> None:
    """Set the day of the transaction, else that of its value; a value of another day is noted."""
    when = values.day(element.find("transaction-date"), "the transaction date") or value_date
    qualifiers["valid_from"] = qualifiers["valid_to"] = when
    if value_date and value_date != when:
        qualifiers["date_note"] = f"value date {value_date}"


def _budget(element: Element, reporting: str | None) -> Flow | None:
    """Let the reporting organization administer a budget; who pays, a budget does not say."""
    if reporting is None:
        return None
    type_ = english("BudgetType", code_of("BudgetType", values.attribute(element, "type")))
    status = english("BudgetStatus", values.attribute(element, "status"))
    more = ", ".join(part.lower() for part in (type_, status) if part)
    return Flow(reporting, "administers", "", qualifiers={"role": f"Budget ({more})" if more else "Budget"})


def _period(element: Element) -> dict[str, Any]:
    start = values.day(element.find("period-start"), "the beginning of the period")
    end = values.day(element.find("period-end"), "the end of the period")
    return {"valid_from": start, "valid_to": end, "status": "planned"}
