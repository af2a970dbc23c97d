"""Correcting, merging and leaving out, for the table of actions: words, and the services behind the forms."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import services
from cases.models import Case, Exclusion
from cases.services.correcting import Correction
from cases.services.excluding import DecidedBefore
from cases.services.merging import find_case

CORRECT_HINT = _(
    "The number, the referrals and the history stay, and the figures follow at once, also those of months long past. "
    "What was written before stays visible."
)
MERGE_HINT = _(
    "Merged, this case is closed and counts neither as accepted nor as resolved; its limits, referrals, sessions and "
    "visits end. Its parties, visits and papers are shown with the earlier one. This can be undone within thirty days."
)
UNMERGE_HINT = _(
    "The case stands again as it stood before: state, outcome, departments, limits and visits. Its limits have run on "
    "meanwhile and may be late. Sessions and times of experts that the merging cancelled stay cancelled; call them "
    "anew. The history keeps both."
)
EXCLUDE_HINT = _(
    "The level above decides. The raw rate never changes; the adjusted rate stands beside it, with the number left out."
)
DECIDE_HINT = _("Whoever asked cannot decide. The case stays in the raw rate either way.")

REPEAT = "repeat"
"""What the form of merging says where the matter came again instead."""

SHOWN = ("note", "decision", "lift_note", "asked_by", "asked_for", "decided_by", "lifted_by")
"""What a page shows of an exclusion."""


def exclusion_of(case: Case, code: str) -> Exclusion | None:
    """The exclusion that an action is about: the last one asked for."""
    if code not in {"decide_exclusion", "lift_exclusion"}:
        return None
    return Exclusion.objects.filter(case=case).select_related(*SHOWN).first()


def correct(case: Case, user: User, data: dict[str, Any]) -> object:
    names = ("category", "division", "channel", "place_detail", "coordinates")
    right = Correction(**{name: data[name] for name in names})
    reroute = bool(data.get("reroute"))
    return services.correct_case(case=case, by=user, correction=right, note=data["note"], reroute=reroute)


def merge(case: Case, user: User, data: dict[str, Any]) -> object:
    into = find_case(data["number"], user)
    if data["what"] == REPEAT:
        return services.mark_repeat(case=case, of=into, by=user, note=data["note"])
    return services.merge_case(case=case, into=into, by=user, note=data["note"])


def ask(case: Case, user: User, data: dict[str, Any]) -> object:
    return services.ask_exclusion(case=case, by=user, ground=data["ground"], note=data["note"])


def decide(case: Case, user: User, data: dict[str, Any]) -> object:
    row = _known(case, "decide_exclusion")
    return services.decide_exclusion(exclusion=row, by=user, approve=data["approve"], note=data["note"])


def lift(case: Case, user: User, data: dict[str, Any]) -> object:
    return services.lift_exclusion(exclusion=_known(case, "lift_exclusion"), by=user, note=data["note"])


def _known(case: Case, code: str) -> Exclusion:
    row = exclusion_of(case, code)
    if row is None:
        raise DecidedBefore()
    return row
