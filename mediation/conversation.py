"""The offers of a case as a conversation: who said what, what became of it, and what can be answered."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from cases.models import Case, CaseParty
from mediation.models import Offer, OfferAnswer
from mediation.services import offers

State = Offer.State


@dataclass(frozen=True, slots=True)
class Said:
    """One offer as it is shown. ``is_first_side`` is the applicant's side, which stands at the left."""

    offer: Offer
    state: State
    answer: OfferAnswer | None
    is_first_side: bool
    may_answer: bool
    may_draft: bool


def of(case: Case, user: User) -> list[Said]:
    """The conversation in its order; empty for whoever may not read it (:func:`mediation.services.offers.may_read`)."""
    if not offers.may_read(case, user):
        return []
    rows = list(offers.offers_of(case))
    if not rows:
        return []
    last, may_answer = rows[-1], offers.may_negotiate(case, user)
    drafts = case.mediator_id == user.pk and offers.accepted(case) is not None
    return [
        Said(
            offer=row,
            state=row.state,
            answer=getattr(row, "answer", None),
            is_first_side=row.party.part == CaseParty.Part.APPLICANT,
            may_answer=may_answer and row.state == State.OPEN,
            may_draft=drafts and row is last,
        )
        for row in rows
    ]
