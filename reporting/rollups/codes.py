"""What happens about a case and is counted by itself: agreements, sessions, visits, second calls and referrals.

Each row of these tables has one code, by which it stands in the facts (but for referrals, which stand among what a case
has several of) and is found when a number is opened:

- ``written``, ``oral``: an agreement by the day on which it was reached;
- ``held``, ``cancelled``, ``failed_<why>``: a session by the moment at which it begins;
- ``visit_planned``, ``visit_covered``, ``visit_cancelled``, ``visit_<outcome>_in_time``, ``visit_<outcome>_late``:
  a visit of the plan by its planned day;
- ``second_same``, ``second_other``: a second call that was made by its planned day, and whether it heard the same;
- ``led``, ``sent_back``, ``had_to_lead``: a referral as lead by its dispatch, whether it was returned, and whether the
  same department had to take the case after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mediation.models import Agreement, FollowUp, Session


@dataclass(frozen=True, slots=True)
class Counted:
    """What a column counts: rows of which codes, and whether only those of days that are over."""

    codes: tuple[str, ...]
    is_over: bool = False


_FAILED = tuple(f"failed_{why}" for why in Session.Failure.values)
_IN_TIME = tuple(f"visit_{outcome}_in_time" for outcome in FollowUp.Outcome.values)
_DONE = (*_IN_TIME, *(f"visit_{outcome}_late" for outcome in FollowUp.Outcome.values))
_PLANNED, _COVERED, _CANCELLED = "visit_planned", "visit_covered", "visit_cancelled"


def _done(outcome: str) -> Counted:
    return Counted((f"visit_{outcome}_in_time", f"visit_{outcome}_late"))


COLUMNS: Mapping[str, Mapping[str, Counted]] = {
    "agreements": {form: Counted((form,)) for form in Agreement.Form.values},
    "sessions": {
        "held": Counted(("held",)), "failed": Counted(_FAILED), "cancelled": Counted(("cancelled",)),
        **{code: Counted((code,)) for code in _FAILED},
    },
    "visits": {
        "visits": Counted((_PLANNED, *_DONE)), "done": Counted(_DONE), "over": Counted((_PLANNED, *_DONE), True),
        "on_time": Counted(_IN_TIME, True), "overdue": Counted((_PLANNED,), True),
        "cancelled": Counted((_CANCELLED,)), "covered": Counted((_COVERED,)),
        "not_reached": _done(FollowUp.Outcome.NOT_REACHED),
        "visits_planned": Counted((_PLANNED, _COVERED, *_DONE), True),
        "visits_made": Counted((_COVERED, *_DONE), True),
        **{f"outcome_{outcome}": _done(outcome) for outcome in FollowUp.Outcome.values},
    },
    "second_calls": {
        "second_done": Counted(("second_same", "second_other")), "differing": Counted(("second_other",)),
    },
    "referrals": {
        "received": Counted(("led", "sent_back", "had_to_lead")), "returned": Counted(("sent_back", "had_to_lead")),
        "taken_after": Counted(("had_to_lead",)),
    },
}  # fmt: skip
"""The columns of each kind of :data:`reporting.counted.KINDS` that is made of such rows."""


def of_kind(kind: str) -> tuple[str, ...]:
    """All codes that a kind counts."""
    return tuple(dict.fromkeys(code for column in COLUMNS[kind].values() for code in column.codes))


def counts(kind: str, deeds: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """The columns of a kind, of how many rows have each code and how many of them are over."""
    return {name: sum(deeds[code][column.is_over] for code in column.codes) for name, column in COLUMNS[kind].items()}
