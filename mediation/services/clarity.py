"""Whether a written agreement says who does what, how much, by when, how, and what if not (人民调解法 art. 29)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import CaseParty
from governance_center.errors import GovernanceError, MissingInput
from governance_center.listing import yuan
from mediation.instalments import FEN, Share
from mediation.models import Agreement, Obligation

MOST = Decimal("9999999999.99")
Kind = Obligation.Kind


@dataclass(frozen=True, slots=True)
class Term:
    """One obligation as it was agreed; ``amount`` in yuan. What is not known yet is None or empty."""

    debtor: CaseParty | None
    kind: str
    what: str
    creditor: CaseParty | None = None
    amount: Decimal | None = None
    due_on: dt.date | None = None
    how: str = ""
    instalments: Sequence[Share] = ()

    @property
    def last_day(self) -> dt.date | None:
        """The due date; where none is named, that of the last instalment."""
        return self.due_on or max((share.due_on for share in self.instalments), default=None)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is checked before a written agreement is recorded."""

    responsibilities: str
    if_not: str
    obligations: Sequence[Term]
    parties: Collection[int]
    """keys of the parties of the case"""
    today: dt.date


@dataclass(frozen=True, slots=True)
class Fault:
    """What is unclear: ``row`` counts the obligations from 0, None is the agreement itself."""

    row: int | None
    field: str | None
    message: str | Promise


class UnclearAgreement(GovernanceError):
    """All that a written agreement lacks, at once."""

    code = "unclear_agreement"
    status = 422
    message = _("The agreement is not clear enough yet. See the notes at the fields.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


def listed(obligations: Sequence[Term]) -> str:
    """The obligations as plain lines, for the history of the case; no words of our own."""
    lines = []
    for position, term in enumerate(obligations, start=1):
        people = " → ".join(str(party) for party in (term.debtor, term.creditor) if party)
        amount = f" {yuan(term.amount)}" if term.amount else ""
        lines.append(f"{position}. {people}: {term.what.strip()}{amount} ({term.last_day})")
    return "\n".join(lines)


def only_lists(agreement: Agreement) -> bool:
    """Whether the terms of an agreement say nothing beside its obligations."""
    terms = [
        Term(
            debtor=duty.debtor, creditor=duty.creditor, kind=duty.kind, what=duty.what, amount=duty.amount,
            due_on=duty.due_on,
        )
        for duty in agreement.obligations.all()
    ]  # fmt: skip
    return bool(terms) and agreement.terms == listed(terms)


NEEDED = MissingInput.message
PAST = _("This day lies in the past.")


def clarity_checks(draft: Draft) -> list[Fault]:
    """Everything that is missing or contradicts itself; empty when the agreement is clear."""
    faults = [Fault(None, name, NEEDED) for name in ("responsibilities", "if_not") if not getattr(draft, name).strip()]
    if not draft.obligations:
        faults.append(Fault(None, None, _("A written agreement names at least one obligation.")))
    return faults + term_faults(draft.obligations, draft.parties, draft.today)


def term_faults(terms: Sequence[Term], parties: Collection[int], today: dt.date) -> list[Fault]:
    """What is missing in single obligations or contradicts itself.

    Args:
        parties: keys of the parties of the case.
        today: no day may lie before it.
    """
    faults: list[Fault] = []
    for row, term in enumerate(terms):
        checks = (_people(term, parties), _substance(term), _days(term, today), _parts(term, today))
        faults += [Fault(row, name, message) for check in checks for name, message in check]
    return faults


Found = Iterator[tuple[str, str | Promise]]


def _people(term: Term, parties: Collection[int]) -> Found:
    for name in ("debtor", "creditor"):
        party = getattr(term, name)
        if party is not None and party.pk not in parties:
            yield name, _("Choose a party of this case.")
    if term.debtor is None:
        yield "debtor", NEEDED
    elif term.debtor == term.creditor:
        yield "creditor", _("Nobody owes anything to themselves.")
    if term.kind == Kind.PAY and term.creditor is None:
        yield "creditor", _("Say who gets the money.")


def _substance(term: Term) -> Found:
    if term.kind not in Kind.values:
        yield "kind", NEEDED
    for name in ("what", "how"):
        if not getattr(term, name).strip():
            yield name, NEEDED
    if term.kind != Kind.PAY:
        if term.amount is not None:
            yield "amount", _("Only an obligation to pay has an amount.")
    elif term.amount is None or term.amount <= 0:
        yield "amount", _("Say how much is paid, more than nothing.")
    elif term.amount > MOST or term.amount != term.amount.quantize(FEN):
        yield "amount", _("Give the amount in yuan with at most two decimal places.")


def _days(term: Term, today: dt.date) -> Found:
    if term.last_day is None:
        yield "due_on", NEEDED
    elif term.last_day < today:
        yield "due_on", PAST


def _parts(term: Term, today: dt.date) -> Found:
    if not term.instalments:
        return
    days = [share.due_on for share in term.instalments]
    if term.kind != Kind.PAY:
        yield "count", _("Only money is paid in instalments.")
    if days[0] < today:
        yield "first_on", PAST
    if any(later <= earlier for earlier, later in pairwise(days)):
        yield "first_on", _("The instalments are not in the order of their days.")
    if term.due_on and max(days) > term.due_on:
        yield "due_on", _("The last instalment falls after this day.")
    if any(share.amount <= 0 for share in term.instalments):
        yield "count", _("Every instalment is more than nothing.")
    elif term.amount is not None and sum(share.amount for share in term.instalments) != term.amount:
        yield "amount", _("The instalments do not add up to the amount.")
