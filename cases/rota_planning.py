"""Computing a rota: what the database knows becomes a problem, the planner solves it, the answer is kept.

The broker only carries a hint: a plan is a row, and a sweep each minute starts what waits and takes up again what a
killed worker has left behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import rota_demand
from cases.rota_demand import Matter, Pattern
from departments import services
from departments.models import Department, Half, Mode, RotaAbsence, RotaPlan, RotaWish, Shift, Station, Window
from departments.presence import local_holidays_of
from departments.rota.problem import Conflict, NotPossible, PlanDepartment, PlanWindow, Problem, Turn
from departments.rota.solver import MOST_SECONDS, solve

CONFLICTS: dict[str, str | Promise] = {
    "unknown_department": _("%(department)s no longer takes turns here (%(day)s)"),
    "absent": _("%(department)s is away on %(day)s, but its shift is locked"),
    "no_working_day": _("%(day)s is no working day, but %(department)s has a locked shift"),
    "closed": _("Window %(window)s is closed on %(day)s, %(half)s; locked for %(department)s"),
    "window_twice": _("Window %(window)s is locked twice on %(day)s, %(half)s"),
    "department_twice": _("%(department)s is locked twice on %(day)s, %(half)s"),
    "above_most": _("%(department)s has more locked shifts than its most in the month of %(day)s"),
}
NOTHING = _("The centre has no window in the rota, or no rotating department.")


@dataclass(frozen=True, slots=True)
class Situation:
    """What a centre's rota is about now: who is stationed, what came in the last year, what holds."""

    stations: list[Station]
    matters: list[Matter]
    holidays: frozenset[dt.date]
    turns: list[Turn]
    today: dt.date

    @property
    def rotating(self) -> list[Station]:
        return [station for station in self.stations if station.mode == Mode.ROTATING]

    def pattern(self) -> Pattern:
        """Weekly presence as things are."""
        days = {turn.day for turn in self.turns}
        return rota_demand.with_turns(self.stations, self.turns, days)


def situation(centre_code: str, today: dt.date | None = None) -> Situation:
    """Reads it all in five queries at most."""
    today = today or timezone.localdate()
    stations = list(
        Station.objects.in_force(today)
        .filter(centre=centre_code)
        .exclude(mode=Mode.ON_CALL)
        .select_related("department", "window")
        .order_by("department__order", "department")
    )
    codes = [station.department_id for station in stations]
    matters = rota_demand.last_year(centre_code, codes, today)
    recent = Shift.objects.in_force().filter(centre=centre_code)
    turns = turns_of(recent.between(today - dt.timedelta(days=31), today + dt.timedelta(days=31)))
    return Situation(stations, matters, local_holidays_of(centre_code), turns, today)


def turns_of(shifts: object) -> list[Turn]:
    """Shifts as the planner knows them."""
    rows = shifts.order_by("day", "half", "window__number")  # type: ignore[attr-defined]
    return [Turn(*row) for row in rows.values_list("department_id", "window__number", "day", "half")]


def problem_of(plan: RotaPlan, now: Situation) -> Problem:
    """The plan's period with the wishes, absences, windows, history and locked shifts of its centre."""
    windows = Window.objects.filter(centre=plan.centre_id, is_in_rota=True).order_by("number")
    wishes = {wish.department_id: wish for wish in RotaWish.objects.filter(centre=plan.centre_id)}
    absences = _absences(plan)
    year = dt.timedelta(days=365)
    expected = rota_demand.demand(now.matters, wishes, now.today - year, now.today - dt.timedelta(days=1), now.holidays)
    own, in_force = plan.shifts.all(), _in_force_within(plan)
    return Problem(
        first=plan.first,
        last=plan.last,
        windows=[PlanWindow(window.number, frozenset(window.closed_halves)) for window in windows],
        departments=[
            PlanDepartment(
                code=station.department_id,
                at_least=wishes[station.department_id].at_least,
                at_most=wishes[station.department_id].at_most,
                absent=frozenset(absences.get(station.department_id, ())),
                window=station.window.number if station.window else None,
                demand=expected[station.department_id],
            )
            for station in now.rotating
            if station.department_id in wishes
        ],
        local_holidays=now.holidays,
        previous=turns_of(own) or turns_of(in_force) or now.turns or _from_weekdays(now),
        locked=turns_of((own if own.exists() else in_force).filter(is_locked=True)),
    )


def solve_plan(plan_id: int) -> str:
    """Compute a plan that waits, or one that lost its worker; returns the state in which it is then.

    Two workers never compute the same plan.
    """
    with _only_one(plan_id) as is_mine:
        plan = services.begin_plan(plan_id=plan_id) if is_mine else None
        if plan is None:
            return str(RotaPlan.objects.filter(pk=plan_id).values_list("state", flat=True).first() or "")
        with translation.override(plan.made_by.language):
            return compute(plan)


def sweep_plans() -> int:
    """Start the plans that wait, and those whose worker was lost; what is started twice runs once."""
    from cases.tasks import solve_rota

    waiting = RotaPlan.objects.filter(state__in=(RotaPlan.State.WAITING, RotaPlan.State.SOLVING))
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        solve_rota.apply_async([key], expires=55)
    return len(keys)


def send(plan: RotaPlan) -> None:
    """Hint a worker at the plan once it is written. Without a broker the sweep starts it."""
    from kombu.exceptions import OperationalError

    from cases.tasks import solve_rota

    def hint() -> None:
        try:
            solve_rota.apply_async([plan.pk], retry=False)
        except OperationalError:
            pass

    transaction.on_commit(hint)


def compute(plan: RotaPlan, *, most_seconds: float = MOST_SECONDS) -> str:
    """Compute a plan that was taken up, searching for so many seconds at most; returns the state it is in then."""
    now = situation(plan.centre_id)
    problem = problem_of(plan, now)
    if not problem.windows or not problem.departments:
        return services.fail_plan(plan=plan, error=str(NOTHING)).state
    try:
        solution = solve(problem, most_seconds=most_seconds)
    except NotPossible as error:
        return services.fail_plan(plan=plan, error="；".join(conflict_texts(error.conflicts))).state
    except Exception:
        services.fail_plan(plan=plan, error=str(_("Something unexpected happened; the log of the worker tells what.")))
        raise
    before = rota_demand.share(now.matters, now.pattern()).part
    after = rota_demand.share(now.matters, rota_demand.with_turns(now.stations, solution.turns, problem.days())).part
    plan = services.save_plan(plan=plan, solution=solution, locked=problem.locked, share=after, share_before=before)
    return plan.state


def conflict_texts(conflicts: Sequence[Conflict]) -> list[str]:
    """The contradictions as sentences in the active language."""
    names = {row.pk: row.name for row in Department.objects.filter(pk__in={c.turn.department for c in conflicts})}
    halves = dict(Half.choices)
    return [
        str(CONFLICTS[conflict.code])
        % {
            "department": names.get(conflict.turn.department, conflict.turn.department),
            "window": conflict.turn.window,
            "day": date_format(conflict.turn.day),
            "half": halves[Half(conflict.turn.half)],
        }
        for conflict in conflicts
    ]


def _absences(plan: RotaPlan) -> dict[str, set[dt.date]]:
    """The days of the plan on which each department is away."""
    period = (plan.first, plan.last + dt.timedelta(days=1))
    away: dict[str, set[dt.date]] = {}
    for row in RotaAbsence.objects.filter(centre=plan.centre_id, days__overlap=period):
        first, end = max(row.days.lower or plan.first, plan.first), min(row.days.upper or period[1], period[1])
        days = {first + dt.timedelta(days=offset) for offset in range((end - first).days)}
        away.setdefault(row.department_id, set()).update(days)
    return away


def _in_force_within(plan: RotaPlan):  # type: ignore[no-untyped-def]
    return Shift.objects.in_force().filter(centre=plan.centre_id).between(plan.first, plan.last)


def _from_weekdays(now: Situation) -> list[Turn]:
    """Without any shifts, the last plan is what the stationing says: its weekdays, of the last four weeks."""
    days = [now.today - dt.timedelta(days=offset) for offset in range(1, 29)]
    return [
        Turn(station.department_id, station.window.number, day, half)
        for station in now.rotating
        if station.window
        for day in days
        if day.isoweekday() in station.weekdays
        for half in Half.values
    ]


@contextmanager
def _only_one(plan_id: int) -> Iterator[bool]:
    """Hold the plan's lock, if nobody else does. It ends with the connection."""
    name = f"rota-plan:{plan_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
