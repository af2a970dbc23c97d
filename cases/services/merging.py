"""A case that turns out to be the same matter as an earlier one (并案), or one that came again after it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import deadlines, ledger, workflow
from cases.models import Case, EventKind, ExpertAppointment, Kind, Referral
from cases.services.common import write_note
from cases.services.excluding import end_exclusions
from cases.services.levels import end_hand_overs
from cases.services.merged_telling import tell_both
from cases.services.unmerging import referrals_that_run, standing
from cases.states import State
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.events import publish
from governance_center.transactions import atomic

PREFECTURE_DIGITS = 4


class NotMergeable(GovernanceError):
    """Why two cases cannot become one; says it in words of its own."""

    code = "not_mergeable"
    status = 422


@atomic
def merge_case(*, case: Case, into: Case, by: User, note: str) -> Case:
    """Say that a case is the same matter as an earlier one; that one goes on, this one is closed with the outcome
    MERGED. Nothing is moved: the parties, visits and papers stay with it and are shown with the other.

    A merged case counts neither as accepted nor as resolved, so its stamp of resolution goes (the ledger keeps it);
    that it was accepted stays, which is how ``merged`` is counted. What still ran for it ends: limits are cancelled,
    referrals recalled, hand-overs, exclusions and times of experts ended; the ledger says what that was, so that
    :mod:`cases.services.unmerging` can take it back. What was merged into it before goes along,
    so that the case that goes on is always one step away. Publishes ``case.merging`` before anything is written, for
    the floors above to refuse it, and ``case.merged``. The same form sent twice merges once.

    Raises:
        NotAllowed: not a dispatcher of both places. MissingInput: no other case, or no reason.
        NotMergeable: the rules of :func:`check_pair`. IllegalMove: refused, or merged into another already.
    """
    case, into, along = _lock_all(case, into)
    now = timezone.now()
    if not all(workflow.Actor.DISPATCH in workflow.relations(by, one) for one in (case, into)):
        raise NotAllowed()
    if case.merged_into_id == into.pk and case.pk != into.pk:
        return case
    workflow.check(case, "merge", by=by, data={})
    check_pair(case, into)
    publish("case.merging", case=case, into=into, by=by)
    _written, digest = write_note(case, by=by, text=note, at=now)
    facts = {"into": into.pk, "was": standing(case), **digest}
    entry, changed = workflow.prepare(case, "merge", by=by, data=facts, at=now)
    case.merged_into, case.is_contested, case.is_excluded = into, False, False
    ledger.append(case, [entry], update=changed | {"merged_into", "is_contested", "is_excluded"})
    _end_what_ran(case, now)
    for one in along:
        one.merged_into = into
        ledger.append(one, [ledger.Entry(EventKind.MERGED, by, {"into": into.pk}, now)], update={"merged_into"})
    ledger.append(into, [ledger.Entry(EventKind.PROGRESS, by, {"absorbed": case.pk, "number": case.number}, now)])
    publish("case.merged", case=case, by=by)
    tell_both(case, into, "case.merged", f"case:{case.pk}:merged:{into.pk}")
    return case


@atomic
def mark_repeat(*, case: Case, of: Case, by: User, note: str) -> Case:
    """Say that a case is a matter which came again after the earlier one: both stay as they are, and it counts among
    the repeated ones. The same form sent twice marks once.

    Raises:
        NotAllowed: not a dispatcher of both places. MissingInput: without a reason.
        NotMergeable: the same case, a later one, one of another prefecture, or one of them is merged.
    """
    case, of, _along = _lock_all(case, of)
    now, old = timezone.now(), case.repeat_of_id
    if not all(workflow.Actor.DISPATCH in workflow.relations(by, one) for one in (case, of)):
        raise NotAllowed()
    if old == of.pk:
        return case
    if case.merged_into_id is not None or case.pk == of.pk:
        raise NotMergeable(_("A case is no repeat of itself, and a merged one of none."), field="into")
    reason = _unlike(case, of)
    if reason is not None:
        raise NotMergeable(reason, field="into")
    _written, digest = write_note(case, by=by, text=note, at=now)
    case.repeat_of = of
    facts = {"repeat_of": of.pk, "was": {"repeat_of": old} if old else {}, **digest}
    ledger.append(case, [ledger.Entry(EventKind.CORRECTED, by, facts, now)], update={"repeat_of"})
    return case


def check_pair(case: Case, into: Case) -> None:
    """Whether the two may become one. Raises NotMergeable with the reason.

    The earlier one goes on, so that no time is given back; and no merging may take a matter out of the figures or
    out of somebody's hands: what is open goes into what is open, what counts into what counts.
    """
    reason = _unlike(case, into)
    if into.pk == case.pk:
        reason = _("A case cannot be merged into itself.")
    elif reason is not None:
        pass
    elif into.state == State.NOT_ACCEPTED:
        reason = _("That case was not accepted; it cannot take another one up.")
    elif case.is_open and not into.is_open:
        reason = _("That case has ended. Reopen it first; a matter that merely came again stays a case of its own.")
    elif case.accepted_at is not None and into.accepted_at is None:
        reason = _("That case is not accepted yet. Accept it first.")
    elif into.kind == Kind.CONSULTATION and case.kind != Kind.CONSULTATION:
        reason = _("That one is a consultation, which does not count as accepted. Correct its category first.")
    elif case.is_restricted and not into.is_restricted:
        reason = _("This case is restricted and that one is not. Restrict that one first.")
    if reason is not None:
        raise NotMergeable(reason, field="into")


def _unlike(case: Case, earlier: Case) -> str | Promise | None:
    """Why the other is not an earlier case that stands; None where it is one."""
    if earlier.merged_into_id is not None:
        return _("That case was itself merged into another one; name the one that goes on.")
    if earlier.division_id[:PREFECTURE_DIGITS] != case.division_id[:PREFECTURE_DIGITS]:
        return _("The two cases lie in different prefectures.")
    if (earlier.registered_at, earlier.pk) > (case.registered_at, case.pk):
        return _("That case is the later one. The earlier one goes on, so that no time is given back.")
    return None


def may_merge(case: Case, user: User) -> bool:
    """A dispatcher of the place, from any state but refused, while it is not merged already."""
    if case.merged_into_id is not None or case.state not in workflow.MOVES["merge"].sources:
        return False
    return workflow.Actor.DISPATCH in workflow.relations(user, case)


def find_case(number: str, by: User) -> Case:
    """The case of that number that the user may see.

    Raises:
        MissingInput: no number. NotMergeable: there is none, or none the user may see.
    """
    if not number.strip():
        raise MissingInput(_("Choose the earlier case, or type its number."), field="into")
    found = Case.objects.visible_to(by).filter(number=number.strip()).first()
    if found is None:
        raise NotMergeable(_("There is no case of this number that you may see."), field="number")
    return found


def _lock_all(case: Case, into: Case) -> tuple[Case, Case, list[Case]]:
    """Both cases, and those merged into the first, locked in the order of their keys: two merges never wait in a
    circle."""
    along = Case.objects.filter(merged_into=case.pk).values_list("pk", flat=True)
    keys = sorted({case.pk, into.pk, *along})
    rows = {row.pk: row for row in Case.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")}
    case, into = rows[case.pk], rows[into.pk]
    return case, into, [row for row in rows.values() if row.merged_into_id == case.pk]


def _end_what_ran(case: Case, now: dt.datetime) -> None:
    deadlines.cancel(case, now)
    end_hand_overs(case, now)
    end_exclusions(case)
    referrals_that_run(case).update(status=Referral.Status.RECALLED, ended_at=now)
    planned = ExpertAppointment.objects.filter(case=case, state=ExpertAppointment.State.PLANNED)
    planned.update(state=ExpertAppointment.State.CANCELLED)
