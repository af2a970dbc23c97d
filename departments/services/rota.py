"""The use cases of the rota: wishes and absences, plans, shifts, attendance, calendar links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from departments.models import (
    CalendarFeed,
    Centre,
    Department,
    RotaAbsence,
    RotaPlan,
    RotaWish,
    Shift,
    Window,
)
from departments.models.rota import new_feed_code
from departments.rota.problem import Solution, Turn
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic

LONGEST = dt.timedelta(days=100)
"""A plan spans at most three months and a few days."""

State = RotaPlan.State


class WrongPeriod(GovernanceError):
    code = "wrong_period"
    status = 422
    message = _("A plan spans at most 100 days, from its first day to its last.")


class PlanBusy(GovernanceError):
    code = "plan_busy"
    message = _("The plan is being computed, or is no longer a proposal.")


class ShiftFixed(GovernanceError):
    code = "shift_fixed"
    message = _("This shift is past, attended or replaced; it cannot be changed any more.")


class SwapNotPossible(GovernanceError):
    code = "swap_not_possible"
    message = _("These two shifts cannot be swapped: %(reason)s")


class NotToday(GovernanceError):
    code = "not_today"
    message = _("Checking in and out is possible on the day of the shift only.")


class NotCheckedIn(GovernanceError):
    code = "not_checked_in"
    message = _("Nobody has checked in for this shift.")


# --- wishes and absences


@atomic
def set_wish(*, by: User, centre: Centre, department: Department, at_least: int, at_most: int) -> RotaWish:
    """How many half-days a month a department comes to a centre, at least and at most.

    Raises:
        NotAllowed: not a dispatcher over the centre.
        GovernanceError: the most is less than the least.
    """
    check_plans(by, centre)
    if at_most < at_least:
        raise GovernanceError(_("The most cannot be less than the least."), field="at_most", code="wish_not_sound")
    wish, _made = RotaWish.objects.update_or_create(
        centre=centre, department=department, defaults={"at_least": at_least, "at_most": at_most}
    )
    return wish


@atomic
def add_absence(
    *, by: User, centre: Centre, department: Department, first: dt.date, last: dt.date, reason: str = ""
) -> RotaAbsence:
    """Days, both included, on which a department cannot come; the same entered twice is one.

    Raises:
        NotAllowed: not a dispatcher over the centre.
        GovernanceError: the last day lies before the first.
    """
    check_plans(by, centre)
    if last < first:
        raise GovernanceError(_("The last day lies before the first."), field="last", code="absence_not_sound")
    Centre.objects.select_for_update().get(pk=centre.pk)
    days = (first, last + dt.timedelta(days=1))
    absence, _made = RotaAbsence.objects.get_or_create(
        centre=centre, department=department, days=days, defaults={"reason": reason.strip()}
    )
    return absence


@atomic
def remove_absence(*, by: User, absence: RotaAbsence) -> None:
    """Take an absence back; shifts that were planned stay as they are.

    Raises:
        NotAllowed: not a dispatcher over the centre.
    """
    check_plans(by, absence.centre)
    RotaAbsence.objects.filter(pk=absence.pk).delete()


# --- plans


@atomic
def ask_plan(*, by: User, centre: Centre, first: dt.date, last: dt.date) -> RotaPlan:
    """Ask for a proposal; one that is already being computed for the same days is not made a second time.

    Raises:
        NotAllowed: not a dispatcher over the centre.
        WrongPeriod: the days are in the wrong order or too many.
    """
    check_plans(by, centre)
    if last < first or last - first > LONGEST:
        raise WrongPeriod(field="last")
    Centre.objects.select_for_update().get(pk=centre.pk)
    same = RotaPlan.objects.filter(centre=centre, first=first, last=last, state__in=(State.WAITING, State.SOLVING))
    return same.first() or RotaPlan.objects.create(centre=centre, first=first, last=last, made_by=by)


@atomic
def ask_again(*, by: User, plan: RotaPlan) -> RotaPlan:
    """Compute a proposal anew; its locked shifts stay, and the others stay as far as nothing speaks against them.

    Raises:
        NotAllowed: not a dispatcher over the centre.
        PlanBusy: the plan is not a proposal (any more).
    """
    check_plans(by, plan.centre)
    plan = _locked_plan(plan)
    if plan.state not in {State.PROPOSED, State.FAILED}:
        raise PlanBusy()
    plan.state, plan.error = State.WAITING, ""
    plan.save(update_fields=["state", "error"])
    return plan


@atomic
def begin_plan(*, plan_id: int) -> RotaPlan | None:
    """Take up a plan that waits or whose worker was lost; None when there is nothing to do."""
    plan = RotaPlan.objects.select_for_update(of=("self",)).filter(pk=plan_id).first()
    if plan is None or plan.state not in {State.WAITING, State.SOLVING}:
        return None
    plan.state = State.SOLVING
    plan.save(update_fields=["state"])
    return plan


@atomic
def save_plan(
    *, plan: RotaPlan, solution: Solution, locked: Iterable[Turn], share: float | None, share_before: float | None
) -> RotaPlan:
    """Keep what the planner proposes, in place of an earlier proposal of the same plan.

    Raises:
        PlanBusy: nobody is computing this plan (any more).
    """
    plan = _locked_plan(plan)
    if plan.state != State.SOLVING:
        raise PlanBusy()
    windows = {window.number: window for window in Window.objects.filter(centre=plan.centre_id)}
    kept = set(locked)
    plan.shifts.all().delete()
    Shift.objects.bulk_create(
        Shift(
            plan=plan, centre_id=plan.centre_id, department_id=turn.department, window=windows[turn.window],
            day=turn.day, half=turn.half, is_locked=turn in kept,
        )
        for turn in solution.turns
    )  # fmt: skip
    plan.state, plan.error = State.PROPOSED, ""
    plan.seconds, plan.is_optimal, plan.gap = solution.seconds, solution.is_optimal, solution.gap
    plan.expected_share, plan.expected_share_before = share, share_before
    plan.unmet = [
        {"department": u.department, "month": u.month, "wanted": u.wanted, "got": u.got, "reason": u.reason}
        for u in solution.unmet
    ]
    plan.save()
    return plan


@atomic
def fail_plan(*, plan: RotaPlan, error: str) -> RotaPlan:
    """Say why no rota is possible; the shifts of an earlier proposal stay."""
    plan = _locked_plan(plan)
    plan.state, plan.error = State.FAILED, error[:300]
    plan.save(update_fields=["state", "error"])
    return plan


@atomic
def put_in_force(*, plan: RotaPlan, by: User, today: dt.date | None = None) -> RotaPlan:
    """Let a proposal hold from its first day, or from now on when it has begun; what happened before stays.

    Shifts of other plans in force and those entered by hand give way between that day and the plan's last. A day on
    which somebody has already checked in is left as it was.

    Raises:
        NotAllowed: not a dispatcher over the centre.
        PlanBusy: the plan is not a proposal.
    """
    check_plans(by, plan.centre)
    Centre.objects.select_for_update().get(pk=plan.centre_id)
    plan = _locked_plan(plan)
    if plan.state != State.PROPOSED:
        raise PlanBusy()
    today = today or timezone.localdate()
    others = Shift.objects.in_force().filter(centre=plan.centre_id).exclude(plan=plan)
    begin = max(plan.first, today)
    if others.filter(day=begin, checked_in_at__isnull=False).exists():
        begin += dt.timedelta(days=1)
    touched = list(
        RotaPlan.objects.filter(centre=plan.centre_id, state=State.IN_FORCE, last__gte=begin, first__lte=plan.last)
    )
    others.between(begin, plan.last).delete()
    plan.shifts.filter(day__lt=begin).delete()
    for other in touched:
        if not other.shifts.exists():
            other.state = State.REPLACED
            other.save(update_fields=["state"])
    plan.state = State.IN_FORCE
    plan.save(update_fields=["state"])
    return plan


# --- shifts


@atomic
def lock_shift(*, shift: Shift, by: User, locked: bool = True) -> Shift:
    """Let a shift stay when the rota is computed again, or let it go.

    Raises:
        NotAllowed: not a dispatcher over the centre.
        ShiftFixed: past, attended or of a plan that is neither proposed nor in force.
    """
    check_plans(by, shift.centre)
    shift = _changeable([shift])[0]
    shift.is_locked = locked
    shift.save(update_fields=["is_locked"])
    return shift


def unlock_shift(*, shift: Shift, by: User) -> Shift:
    """The opposite of :func:`lock_shift`."""
    return lock_shift(shift=shift, by=by, locked=False)


@atomic
def swap_shifts(*, first: Shift, second: Shift, by: User) -> tuple[Shift, Shift]:
    """Let two departments of one plan take each other's turn; both turns are locked then.

    Raises:
        NotAllowed: not a dispatcher over the centre.
        ShiftFixed: one of them cannot be changed any more.
        SwapNotPossible: same department, different plans, a department away or already on at that time.
    """
    check_plans(by, first.centre)
    one, other = _changeable([first, second])
    if one.plan_id != other.plan_id or one.centre_id != other.centre_id:
        raise SwapNotPossible(reason=_("they belong to different plans"))
    if one.department_id == other.department_id:
        raise SwapNotPossible(reason=_("they are of the same department"))
    _check_free(one.department, other, besides=[one, other])
    _check_free(other.department, one, besides=[one, other])
    # Either row alone would clash with the other; so one leaves and comes back under its own key.
    Shift.objects.filter(pk=other.pk).delete()
    one.department, other.department = other.department, one.department
    one.is_locked = other.is_locked = True
    one.save(update_fields=["department", "is_locked"])
    other.save(force_insert=True)
    return one, other


def _check_free(department: Department, shift: Shift, *, besides: Sequence[Shift]) -> None:
    """The department can take the turn of ``shift``: neither away nor already on."""
    away = RotaAbsence.objects.filter(centre=shift.centre_id, department=department, days__contains=shift.day)
    if away.exists():
        raise SwapNotPossible(reason=_("%(department)s is away on %(day)s"), department=department, day=shift.day)
    same = Shift.objects.filter(
        plan=shift.plan_id, centre=shift.centre_id, department=department, day=shift.day, half=shift.half
    )
    if same.exclude(pk__in=[one.pk for one in besides]).exists():
        raise SwapNotPossible(reason=_("%(department)s is on then already"), department=department)


def _changeable(shifts: Sequence[Shift]) -> list[Shift]:
    """Fresh, locked copies in the order given."""
    rows = Shift.objects.select_for_update(of=("self",)).select_related("plan", "department", "centre", "window")
    fresh = {row.pk: row for row in rows.filter(pk__in=[s.pk for s in shifts]).order_by("pk")}
    for shift in shifts:
        row = fresh.get(shift.pk)
        if row is None or row.day < timezone.localdate() or row.is_attended:
            raise ShiftFixed()
        if row.plan and row.plan.state not in {State.PROPOSED, State.IN_FORCE}:
            raise ShiftFixed()
    return [fresh[shift.pk] for shift in shifts]


# --- attendance


@atomic
def check_in(*, shift: Shift, by: User, at: dt.datetime | None = None) -> Shift:
    """Note that the department is at its window; a second time changes nothing.

    Raises:
        NotAllowed: neither an officer of the department here nor of the desk or dispatch of the centre.
        NotToday: another day, or a shift that is not in force.
    """
    shift, at = _today(shift, by, at)
    if shift.checked_in_at is None:
        shift.checked_in_at, shift.checked_in_by = at, by
        shift.save(update_fields=["checked_in_at", "checked_in_by"])
    return shift


@atomic
def check_out(*, shift: Shift, by: User, at: dt.datetime | None = None) -> Shift:
    """Note that the department has left its window; a second time changes nothing.

    Raises:
        NotAllowed, NotToday: as for :func:`check_in`.
        NotCheckedIn: nobody came.
    """
    shift, at = _today(shift, by, at)
    if shift.checked_in_at is None:
        raise NotCheckedIn()
    if shift.checked_out_at is None:
        shift.checked_out_at = at
        shift.save(update_fields=["checked_out_at"])
    return shift


def may_check(user: User, shift: Shift) -> bool:
    """Whether the user may check this shift in and out."""
    if user.role == Role.OFFICER:
        return user.department_id == shift.department_id and user.scope_code == shift.centre_id
    return user.role in {Role.CLERK, Role.DISPATCHER} and is_over(user, shift.centre_id)


def _today(shift: Shift, by: User, at: dt.datetime | None) -> tuple[Shift, dt.datetime]:
    shift = Shift.objects.select_for_update(of=("self",)).get(pk=shift.pk)
    if not may_check(by, shift):
        raise NotAllowed()
    at = at or timezone.now()
    is_in_force = Shift.objects.in_force().filter(pk=shift.pk).exists()
    if shift.day != timezone.localdate(at) or not is_in_force:
        raise NotToday()
    return shift, at


# --- calendar links


@atomic
def make_feed(*, centre: Centre, department: Department | None, by: User) -> CalendarFeed:
    """The secret calendar link of a centre, or of one department there; there is one of each.

    Raises:
        NotAllowed: not of the centre's staff; an officer has only the own department's.
    """
    _check_feed(by, centre, department)
    feed, _made = CalendarFeed.objects.get_or_create(centre=centre, department=department, defaults={"made_by": by})
    return feed


@atomic
def renew_feed(*, feed: CalendarFeed, by: User) -> CalendarFeed:
    """Give the link a new secret; whoever has the old one reads nothing any more.

    Raises:
        NotAllowed: as for :func:`make_feed`.
    """
    feed = CalendarFeed.objects.select_for_update(of=("self",)).get(pk=feed.pk)
    _check_feed(by, feed.centre, feed.department)
    feed.code, feed.made_by = new_feed_code(), by
    feed.save(update_fields=["code", "made_by"])
    return feed


def _check_feed(by: User, centre: Centre, department: Department | None) -> None:
    own = department is not None and by.department_id == department.pk and by.scope_code == centre.pk
    if not (own if by.role == Role.OFFICER else by.role == Role.DISPATCHER and is_over(by, centre.pk)):
        raise NotAllowed()


# --- who


def is_over(user: User, centre_code: str) -> bool:
    """Whether the centre lies in the user's scope."""
    return bool(user.scope_code) and centre_code.startswith(user.scope_code)


def check_plans(by: User, centre: Centre) -> None:
    """Only dispatchers over the centre plan its rota.

    Raises:
        NotAllowed
    """
    if by.role != Role.DISPATCHER or not is_over(by, centre.pk):
        raise NotAllowed()


def _locked_plan(plan: RotaPlan) -> RotaPlan:
    return RotaPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
