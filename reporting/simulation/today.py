"""What is going on today in the demo: a rota in force and attended, whistles on their way, a supervision order to answer,
experts to ask, a complete file to look at, second calls, a campaign of outreach, tickets of the last days in the hall,
the briefings of last month.

Everything is done by the use cases of the rooms, as the demo's own accounts.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterable

from django.utils import timezone, translation

from accounts.models import User
from cases import rota_planning
from cases.models import Case, SupervisionOrder, Whistle, WhistleCall
from cases.services import supervision, whistles
from cases.services.dispatching import department_officers
from departments import services as stationing
from departments.models import Centre, Department, Division, Half, RotaPlan, Shift
from reporting.briefing import issuing
from reporting.models import Briefing
from reporting.periods import Period
from reporting.simulation import hall, home, outreach, scans, second_calls
from reporting.simulation.telling import at_hour

LONGJING = "222405"
ATTENDED = 0.94
"""Part of the shifts before today to which the department came."""

SECONDS = 4.0
"""So long the demo's rota is searched for; the page says how good it is."""

WHISTLES = (
    ("work", ("housing", "environment", "justice"), "沿河小区污水倒灌", "连日降雨后污水倒灌入户，请到现场会商排水改造与赔偿。"),
    ("tough", ("natural_resources", "agriculture"), "河东村地界争议", "두 마을이 토지경계를 두고 다투니 현장에서 함께 확인해주시기 바랍니다."),
    ("work", ("market_regulation",), "早市占道经营", "早市摊位占用消防通道，请共同整治。"),
)  # fmt: skip


def stage() -> bool:
    """Set the stage once; False when something is going on already."""
    if RotaPlan.objects.exists() or Whistle.objects.exists():
        return False
    with translation.override("zh-hans"):
        _rota()
        _whistles()
        _order()
        home.build(random.Random(45))
        scans.build()
        second_calls.build()
        outreach.build(random.Random(7))
        hall.build(random.Random(6))
        _briefings()
    return True


def _briefings() -> None:
    """The briefings of last month: that of the prefecture is published, that of Longjing waits for its official."""
    last = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    month = Period(last.replace(day=1), last)
    for name in ("official.longjing", "official.yanbian"):
        official = User.objects.get(username=name)
        kind = Briefing.Kind.MONTHLY
        made = issuing.draft(scope=Division.objects.get(pk=official.scope_code), kind=kind, period=month, by=official)
    issuing.publish(briefing=made, by=official, read=made.sha256)


def _rota() -> None:
    """This month and the next at Longjing; nearly all who were on so far have checked in and out, this morning all."""
    today, dispatcher = timezone.localdate(), User.objects.get(username="dispatcher.longjing")
    centre = Centre.objects.get(pk=LONGJING)
    last = (today.replace(day=1) + dt.timedelta(days=62)).replace(day=1) - dt.timedelta(days=1)
    asked = stationing.ask_plan(by=dispatcher, centre=centre, first=today.replace(day=1), last=last)
    plan = stationing.begin_plan(plan_id=asked.pk)
    if plan is None:
        return
    rota_planning.compute(plan, most_seconds=SECONDS)
    plan.refresh_from_db()
    if plan.state != RotaPlan.State.PROPOSED:
        return
    stationing.put_in_force(plan=plan, by=dispatcher, today=plan.first)
    _attend(Shift.objects.in_force().filter(centre=centre, day__lt=today), dispatcher)
    for shift in Shift.objects.in_force().filter(centre=centre, day=today, half="am"):
        stationing.check_in(shift=shift, by=dispatcher)


def _attend(shifts: Iterable[Shift], by: User) -> None:
    """Check shifts that are over in and out at hours of their own days."""
    rng = random.Random(9)
    for shift in shifts:
        if rng.random() < ATTENDED:
            begins = at_hour(shift.day, 8 if shift.half == Half.MORNING else 13)
            came = begins + dt.timedelta(minutes=rng.randrange(20, 45))
            stationing.check_in(shift=shift, by=by, at=came)
            stationing.check_out(shift=shift, by=by, at=came + dt.timedelta(hours=3, minutes=rng.randrange(30)))


def _whistles() -> None:
    """Three whistles of Liyuan street: one answered, one signed for, one just raised."""
    street = User.objects.get(username="liyuan.street")
    raised = [
        whistles.raise_whistle(
            by=street, kind=kind, title=title, text=text, submission_key=uuid.uuid5(uuid.NAMESPACE_OID, title),
            departments=list(Department.objects.filter(pk__in=departments)),
        )
        for kind, departments, title, text in WHISTLES
    ]  # fmt: skip
    for call, officer in [pair for whistle in raised[:2] for pair in _called(whistle)]:
        whistles.sign_call(call=call, by=officer)
    for call, officer in _called(raised[0]):
        today = timezone.localdate()
        whistles.note_contact(call=call, by=officer)
        whistles.report_in(
            call=call, by=officer, taken_up_on=today, spoke_with="街道网格员、住户代表",
            measures="现场查看，提出整改方案并逐户回复。", done_by=today + dt.timedelta(days=7),
        )  # fmt: skip


def _called(whistle: Whistle) -> list[tuple[WhistleCall, User]]:
    """The calls of a whistle, each with an officer of the department who may answer it."""
    pairs = []
    for call in whistle.calls.select_related("whistle", "department"):
        officers = department_officers([call.department_id], whistle.division_id)
        pairs += [(call, officer) for officer in officers if whistles.may_answer(call, officer)][:1]
    return pairs


def _order() -> None:
    """A yellow card on the matter that is late the longest in Longjing."""
    dispatcher = User.objects.get(username="dispatcher.longjing")
    late = Case.objects.visible_to(dispatcher).open().overdue().filter(lead__isnull=False, is_restricted=False)
    case = late.exclude(pk__in=SupervisionOrder.objects.filter(case__isnull=False).values("case")).order_by("due_at")
    found = case.select_related("lead").first()
    if found and found.lead:
        supervision.issue_order(
            by=dispatcher, department=found.lead, level=SupervisionOrder.Level.YELLOW,
            reason=SupervisionOrder.Reason.NOT_HANDLED, text="请说明延误原因，三日内提出办理措施。", case=found,
        )  # fmt: skip
