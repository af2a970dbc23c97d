"""Follow-up visits: planned when a case is resolved, recorded, and what follows from them."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases import ledger, workflow
from cases.models import Case, CaseAccess, EventKind, Kind, RiskLevel
from cases.services import close_case, reopen_case
from cases.services.common import lock, write_note
from cases.services.dispatching import staff_for
from cases.states import State
from cases.workflow import Actor
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation.models import FollowUp, Mediator

PLAN_DAYS = (7, 30, 90)
"""The default plan, in days after the resolution."""

DENSE_PLAN_DAYS = (3, 7, 15, 30, 60, 90)
"""The plan of cases of high risk, and of those that came again or were reopened."""

EXTRA_AFTER_DAYS = 30
"""When the last visit finds the agreement not performed, one more follows after so many days."""


class AlreadyRecorded(GovernanceError):
    code = "already_recorded"
    message = _("This visit was already recorded.")


def on_resolved(*, case: Case, by: User | None) -> None:
    """A case was resolved: make its plan. A consultation that was answered needs none and is closed."""
    if case.kind == Kind.CONSULTATION:
        close_case(case=case, by=None)
    else:
        plan_for(case)


def on_reopened(*, case: Case, by: User | None) -> None:
    """A case was reopened: visits that were still planned no longer make sense."""
    FollowUp.objects.planned().filter(case=case).update(state=FollowUp.State.CANCELLED)


def plan_for(case: Case) -> list[FollowUp]:
    """Plan the visits of a locked case that was just resolved; the first day after it is day 1."""
    resolved_on = timezone.localdate(case.resolved_at)
    visitor, days = choose_visitor(case), plan_days(case)
    visits = FollowUp.objects.bulk_create(
        [
            FollowUp(
                case=case,
                round=case.reopened_count,
                day=day,
                due_on=resolved_on + dt.timedelta(days=day),
                assignee=visitor,
            )
            for day in days
        ]
    )
    if visitor:
        CaseAccess.objects.get_or_create(case=case, user=visitor)
    facts = {"days": list(days), "visitor": visitor.pk if visitor else None}
    ledger.append(case, [ledger.Entry(EventKind.FOLLOW_UP_PLANNED, None, facts)])
    return visits


def plan_days(case: Case) -> tuple[int, ...]:
    """The days of the visits, counted from the resolution."""
    needs_more = case.risk_level == RiskLevel.HIGH or case.repeat_of_id or case.reopened_count
    return DENSE_PLAN_DAYS if needs_more else PLAN_DAYS


def choose_visitor(case: Case) -> User | None:
    """Who visits: someone other than the handler, because pressure on the rate makes false closings.

    In this order: another mediator of the same committee, another of the county, a clerk of the centre, a
    dispatcher; the handler only where there is nobody else. Among equals whoever has fewest visits open.
    """
    handler = Mediator.objects.filter(user=case.mediator).first() if case.mediator_id else None
    if handler:
        others = (
            Mediator.objects.assignable()
            .of_county(case.county_code)
            .exclude(pk=handler.pk)
            .annotate(visits=Count("user__follow_ups", filter=Q(user__follow_ups__state=FollowUp.State.PLANNED)))
            .select_related("user")
            .order_by("visits", "pk")
        )
        found = others.filter(committee=handler.committee_id).first() or others.first()
        if found:
            return found.user
    for role in (Role.CLERK, Role.DISPATCHER):
        staff = [user for user in staff_for(role, case.division_id) if user.pk != case.mediator_id]
        if staff:
            return min(staff, key=lambda user: user.pk)
    return case.mediator


@atomic
def record_follow_up(
    *, follow_up: FollowUp, by: User, outcome: str, satisfaction: str = "", note: str = ""
) -> FollowUp:
    """Record what a visit found.

    A relapse reopens the case; a last visit that finds the agreement performed closes it; a last visit that
    does not is followed by one more. Visits that had fallen due before and were missed count as covered.

    Raises:
        NotAllowed: only the visitor, or a dispatcher of the division.
        AlreadyRecorded: recorded, covered or cancelled before.
        MissingInput: no outcome of the list, or a relapse or non-performance without a note.
    """
    case, now = lock(Case(pk=follow_up.case_id)), timezone.now()
    visit = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
    if not may_record(case, visit, by):
        raise NotAllowed()
    if visit.state != FollowUp.State.PLANNED:
        raise AlreadyRecorded()
    _check_input(outcome, satisfaction, note)
    facts: dict[str, object] = {"follow_up": visit.pk, "day": visit.day, "outcome": outcome}
    if note.strip():
        visit.note, digest = write_note(case, by=by, text=note, at=now)
        facts |= digest
    visit.state, visit.outcome, visit.satisfaction = FollowUp.State.DONE, outcome, satisfaction
    visit.done_at, visit.done_by = now, by
    visit.save(update_fields=["state", "outcome", "satisfaction", "note", "done_at", "done_by"])
    entries, changed = [ledger.Entry(EventKind.FOLLOWED_UP, by, facts, now)], set[str]()
    if case.state == State.RESOLVED:
        started, changed = workflow.prepare(case, "start_follow_up", by=by, at=now, acting_as=Actor.VISITOR)
        entries.append(started)
    ledger.append(case, entries, update=changed)
    _what_follows(case, visit, by=by, note=note, today=timezone.localdate(now))
    return visit


def may_record(case: Case, visit: FollowUp, user: User) -> bool:
    """The visitor who was asked, or a dispatcher of the division."""
    if not user.is_active:
        return False
    return visit.assignee_id == user.pk or Actor.DISPATCH in workflow.relations(user, case)


def _check_input(outcome: str, satisfaction: str, note: str) -> None:
    if outcome not in FollowUp.Outcome.values:
        raise MissingInput(field="outcome")
    if satisfaction and satisfaction not in FollowUp.Satisfaction.values:
        raise MissingInput(field="satisfaction")
    needs_note = {FollowUp.Outcome.RELAPSE, FollowUp.Outcome.NOT_PERFORMED}
    if outcome in needs_note and not note.strip():
        raise MissingInput(_("Say what happened."), field="note")


def _what_follows(case: Case, visit: FollowUp, *, by: User, note: str, today: dt.date) -> None:
    if visit.outcome == FollowUp.Outcome.RELAPSE:
        reopen_case(case=case, by=by, note=note, acting_as=Actor.VISITOR)
        return
    if visit.outcome == FollowUp.Outcome.NOT_REACHED and visit.due_on >= today:
        missed = FollowUp.objects.none()
    else:
        missed = FollowUp.objects.due(today).filter(case=case, due_on__lte=today)
    missed.update(state=FollowUp.State.COVERED)
    if FollowUp.objects.planned().filter(case=case).exists():
        return
    if visit.outcome == FollowUp.Outcome.PERFORMED:
        close_case(case=case, by=by, acting_as=Actor.VISITOR)
        return
    FollowUp.objects.create(
        case=case,
        round=visit.round,
        day=max(visit.day + EXTRA_AFTER_DAYS, (today - timezone.localdate(case.resolved_at)).days + 1),
        due_on=today + dt.timedelta(days=EXTRA_AFTER_DAYS),
        assignee=visit.assignee,
    )
