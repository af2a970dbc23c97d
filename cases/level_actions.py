"""What can be done about the level that holds a case: words, forms and services, for the table of actions."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from cases import services
from cases.models import Case, HandOver
from cases.services.levels import AlreadyAnswered

SHOWN = ("from_division", "to_division", "note", "by", "answer", "answered_by", "deadline__rule")
"""What a page shows of a hand-over."""


def hand_over_of(case: Case, code: str) -> HandOver | None:
    """The hand-over that an action is about: the last question for an answer, the last order for a report."""
    way = {"answer_hand_up": HandOver.Direction.UP, "report_hand_down": HandOver.Direction.DOWN}.get(code)
    return case.hand_overs.filter(direction=way).select_related(*SHOWN).last() if way else None


def answer(case: Case, user: User, data: dict[str, Any]) -> HandOver:
    return services.answer_hand_up(hand_over=_known(case, "answer_hand_up"), by=user, **data)


def report(case: Case, user: User, data: dict[str, Any]) -> HandOver:
    return services.report_hand_down(hand_over=_known(case, "report_hand_down"), by=user, **data)


def _known(case: Case, code: str) -> HandOver:
    row = hand_over_of(case, code)
    if row is None:
        raise AlreadyAnswered()
    return row
