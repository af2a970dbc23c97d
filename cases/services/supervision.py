"""Supervision (督办): ordinary → yellow → red, by hand and by the clock, only upwards until it is lifted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import in_each_language, notify
from cases import ledger
from cases.models import Case, Deadline, EventKind, SupervisionOrder, Whistle, WhistleCall
from cases.services.common import lock
from cases.services.dispatching import department_officers, staff_for
from cases.states import OPEN_STATES
from departments.models import Department
from departments.presence import local_holidays_of
from governance_center.calendar import due_at
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.ledger import text_digest
from governance_center.scope import within
from governance_center.transactions import atomic

Level, Reason = SupervisionOrder.Level, SupervisionOrder.Reason

ANSWER_WORKING_DAYS = {Level.ORDINARY: 3, Level.YELLOW: 2, Level.RED: 2}
"""In how many working days an order of each level is to be answered; then the next level follows by itself."""

AUTOMATIC_TEXT = {
    Level.ORDINARY: "规定时限已过，请立即办理并书面答复所采取的措施。\n"
    "규정된 기한이 지났습니다. 즉시 처리하고 취한 조치를 서면으로 답복하십시오.",
    Level.YELLOW: "督办未按期答复，黄牌警示，请立即答复。\n"
    "독촉처리에 기한내 답복하지 않아 황색카드로 경고합니다. 즉시 답복하십시오.",
    Level.RED: "黄牌督办仍未答复，红牌警示，并报告领导。\n"
    "황색카드 독촉에도 답복하지 않아 적색카드로 경고하며 지도일군에게 보고합니다.",
}
"""What an order that the clock issues says: a paper for the department, in both languages."""

BATCH = 200


class NotUpwards(GovernanceError):
    code = "not_upwards"
    message = _("The department is already under supervision at this level or a higher one.")


class NotItsMatter(GovernanceError):
    code = "not_its_matter"
    message = _("This department has nothing to do with the matter.")


class AlreadyAnswered(GovernanceError):
    code = "order_answered"
    message = _("This order was already answered or lifted.")


def visible_orders(user: User) -> QuerySet[SupervisionOrder]:
    """Orders in the user's division; for officers those to their department, for clerks no restricted cases."""
    rows = SupervisionOrder.objects.filter(within("division__code", user.scope_code))
    if user.role == Role.OFFICER:
        return rows.filter(department=user.department_id) if user.department_id else rows.none()
    if user.role == Role.DISPATCHER:
        return rows
    if user.role in {Role.CLERK, Role.OFFICIAL}:
        return rows.filter(Q(case__isnull=True) | Q(case__is_restricted=False) | Q(case__registered_by=user))
    return rows.none()


def may_issue(user: User, division_code: str) -> bool:
    """Dispatchers and officials whose division holds the matter's."""
    in_scope = bool(user.scope_code) and division_code.startswith(user.scope_code)
    return user.is_active and user.role in {Role.DISPATCHER, Role.OFFICIAL} and in_scope


def may_answer(order: SupervisionOrder, user: User) -> bool:
    """An officer of the supervised department, while the order is neither answered nor lifted."""
    is_officer = user.is_active and user.role == Role.OFFICER and user.department_id == order.department_id
    in_scope = bool(user.scope_code) and order.division_id.startswith(user.scope_code)
    return is_officer and in_scope and order.answered_at is None and order.lifted_at is None


@atomic
def issue_order(
    *,
    by: User,
    department: Department,
    level: int,
    reason: str,
    text: str,
    case: Case | None = None,
    whistle: Whistle | None = None,
) -> SupervisionOrder:
    """Issue an order by hand on a case or a whistle (one of the two).

    Raises:
        NotAllowed: not a dispatcher or official of the division, or a case that is not theirs to see.
        NotItsMatter: the department neither handles the case nor is called by the whistle.
        NotUpwards: an order of this level or above is not lifted yet.
        MissingInput: no level or reason of the lists, or an empty text.
    """
    subject = _lock_subject(case, whistle)
    if not may_issue(by, subject.division_id) or (case and not Case.objects.visible_to(by).filter(pk=case.pk).exists()):
        raise NotAllowed()
    for field, fits in (
        ("level", level in Level.values), ("reason", reason in Reason.values), ("text", bool(text.strip())),
    ):  # fmt: skip
        if not fits:
            raise MissingInput(field=field)
    if department.pk not in departments_of(subject):
        raise NotItsMatter(field="department")
    if _highest(subject, department.pk) >= level:
        raise NotUpwards(field="level")
    return _issue(subject, department, level=level, reason=reason, text=text, by=by, now=timezone.now())


@atomic
def answer_order(*, order: SupervisionOrder, by: User, measure: str) -> SupervisionOrder:
    """The department answers with the measure it has taken; lower orders on the same thing are answered with it.

    Raises:
        NotAllowed: not an officer of the department.
        AlreadyAnswered: answered or lifted before.
        MissingInput: without a measure.
    """
    order, subject = _lock_order(order)
    if order.answered_at or order.lifted_at:
        raise AlreadyAnswered()
    if not may_answer(order, by):
        raise NotAllowed()
    if not measure.strip():
        raise MissingInput(field="measure")
    now = timezone.now()
    _siblings(subject, order.department_id).filter(answered_at__isnull=True, level__lte=order.level).update(
        answered_at=now, answered_by=by, measure=measure.strip()
    )
    _write(subject, EventKind.SUPERVISION_ANSWERED, by, order, now, measure_sha256=text_digest(measure.strip()))
    people = [order.issued_by] if order.issued_by else staff_for(Role.DISPATCHER, _county(order.division_id))
    _tell(people, "supervision.answered", order, subject)
    order.refresh_from_db()
    return order


@atomic
def lift_order(*, order: SupervisionOrder, by: User, note: str) -> SupervisionOrder:
    """Lift the supervision of the department in this matter, at all its levels, with a reason.

    Raises:
        NotAllowed: not a dispatcher or official of the division.
        AlreadyAnswered: lifted before.
        MissingInput: without a reason.
    """
    order, subject = _lock_order(order)
    if not may_issue(by, order.division_id) or not visible_orders(by).filter(pk=order.pk).exists():
        raise NotAllowed()
    if order.lifted_at:
        raise AlreadyAnswered()
    if not note.strip():
        raise MissingInput(field="note")
    now = timezone.now()
    _siblings(subject, order.department_id).update(lifted_at=now, lifted_by=by, lift_note=note.strip()[:300])
    _write(subject, EventKind.SUPERVISION_LIFTED, by, order, now, note_sha256=text_digest(note.strip()))
    _tell(department_officers([order.department_id], order.division_id), "supervision.lifted", order, subject)
    order.refresh_from_db()
    return order


def sweep_supervision(*, now: dt.datetime) -> int:
    """Issue what the clock asks for; returns how many orders were issued. Safe to run twice at once.

    An ordinary order where a handling limit is past due or a called department has not reported in; yellow
    where the ordinary one was not answered in time; red where the yellow one was not.
    """
    made = 0
    for kind, find in (("case", _late_cases), ("whistle", _late_calls), ("order", _unanswered)):
        after = 0
        while True:
            keys = list(find(now).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not keys:
                break
            after = keys[-1]
            made += sum(_by_the_clock(kind, key, now) for key in keys)
    return made


def departments_of(subject: Case | Whistle) -> set[str]:
    """The codes of the departments that have to do with it now."""
    if isinstance(subject, Whistle):
        return set(subject.calls.values_list("department_id", flat=True))
    return set(subject.referrals.current().values_list("department_id", flat=True))


def page_of(order: SupervisionOrder) -> str:
    return reverse("cases:order", args=[order.pk])


def _late_cases(now: dt.datetime) -> QuerySet[Case]:
    """Open cases with a lead whose handling limit is past due and that were not supervised for it yet."""
    supervised = SupervisionOrder.objects.filter(
        case=OuterRef("case"), department=OuterRef("case__lead"), issued_at__gte=OuterRef("due_at")
    )
    standing = SupervisionOrder.objects.filter(
        case=OuterRef("case"), department=OuterRef("case__lead"), lifted_at__isnull=True
    )
    late = Deadline.objects.overdue(now).filter(
        ~Exists(supervised), ~Exists(standing), case=OuterRef("pk"), referral__isnull=True,
        rule__code__startswith="handle_", paused_at__isnull=True,
    )  # fmt: skip
    return Case.objects.open().filter(Exists(late), lead__isnull=False)


def _late_calls(now: dt.datetime) -> QuerySet[WhistleCall]:
    """Calls of open whistles that were not reported on in time and were not supervised for it yet."""
    orders = SupervisionOrder.objects.filter(whistle=OuterRef("whistle"), department=OuterRef("department"))
    return WhistleCall.objects.filter(
        ~Exists(orders.filter(Q(lifted_at__isnull=True) | Q(issued_at__gte=OuterRef("report_by")))),
        reported_at__isnull=True,
        report_by__lte=now,
        whistle__closed_at__isnull=True,
    )


def _unanswered(now: dt.datetime) -> QuerySet[SupervisionOrder]:
    """Standing orders below red, the highest of their matter, that were not answered in time."""
    higher = SupervisionOrder.objects.filter(
        department=OuterRef("department"), lifted_at__isnull=True, level__gt=OuterRef("level")
    ).filter(Q(case=OuterRef("case")) | Q(whistle=OuterRef("whistle")))
    return SupervisionOrder.objects.filter(
        ~Exists(higher),
        Q(case__state__in=OPEN_STATES) | Q(whistle__isnull=False, whistle__closed_at__isnull=True),
        answered_at__isnull=True,
        lifted_at__isnull=True,
        level__lt=Level.RED,
        answer_by__lte=now,
    )


@atomic
def _by_the_clock(kind: str, key: int, now: dt.datetime) -> int:
    """Issue one automatic order under the lock of its matter; 0 where somebody else holds it or was faster."""
    model: Any = {"case": Case, "whistle": WhistleCall, "order": SupervisionOrder}[kind]
    row = model.objects.get(pk=key)
    case_id = row.pk if kind == "case" else getattr(row, "case_id", None)
    holder = Case.objects.filter(pk=case_id) if case_id else Whistle.objects.filter(pk=row.whistle_id)
    subject = holder.select_for_update(of=("self",), skip_locked=True).first()
    find = {"case": _late_cases, "whistle": _late_calls, "order": _unanswered}[kind]
    if subject is None or not find(now).filter(pk=key).exists():
        return 0
    row.refresh_from_db()
    level = row.level + 1 if kind == "order" else Level.ORDINARY
    reason = row.reason if kind == "order" else Reason.NOT_HANDLED
    if kind == "whistle" and row.signed_at is None:
        reason = Reason.NOT_ACCEPTED
    department = row.lead if kind == "case" else row.department
    text = AUTOMATIC_TEXT[Level(level)]
    _issue(subject, department, level=level, reason=reason, text=text, by=None, now=now)
    return 1


def _issue(
    subject: Case | Whistle,
    department: Department,
    *,
    level: int,
    reason: str,
    text: str,
    by: User | None,
    now: dt.datetime,
) -> SupervisionOrder:
    holidays = local_holidays_of(subject.division_id)
    days = ANSWER_WORKING_DAYS[Level(level)]
    order = SupervisionOrder.objects.create(
        **_key(subject),
        department=department,
        division_id=subject.division_id,
        level=level,
        reason=reason,
        text=text.strip(),
        issued_by=by,
        issued_at=now,
        answer_by=due_at(now, length=days, unit="working_day", local_holidays=holidays).at,
    )
    facts = {"level": int(level), "reason": str(reason), "text_sha256": text_digest(order.text)}
    _write(subject, EventKind.SUPERVISED, by, order, now, **facts)
    _tell(department_officers([department.pk], order.division_id), "supervision.issued", order, subject)
    _tell(_chain(order), "supervision.climbed", order, subject)
    return order


def _chain(order: SupervisionOrder) -> list[User]:
    """Who else is told: dispatchers of the county from yellow on, its officials of a red card."""
    county = _county(order.division_id)
    people = staff_for(Role.DISPATCHER, county) if order.level >= Level.YELLOW else []
    return people + (staff_for(Role.OFFICIAL, county) if order.level >= Level.RED else [])


def _tell(people: Iterable[User], kind: str, order: SupervisionOrder, subject: Case | Whistle) -> None:
    params = {
        "subject": subject.number if isinstance(subject, Case) else subject.title,
        "department": in_each_language(lambda: order.department.short),
        "level": in_each_language(order.get_level_display),
    }
    notify(people, kind, key=f"{kind}:{order.pk}", params=params, url=page_of(order))


def _key(subject: Case | Whistle) -> dict[str, Any]:
    return {"case": subject} if isinstance(subject, Case) else {"whistle": subject}


def _siblings(subject: Case | Whistle, department: str) -> QuerySet[SupervisionOrder]:
    return SupervisionOrder.objects.filter(**_key(subject), department=department, lifted_at__isnull=True)


def _highest(subject: Case | Whistle, department: str) -> int:
    return max(_siblings(subject, department).values_list("level", flat=True), default=0)


def _lock_subject(case: Case | None, whistle: Whistle | None) -> Case | Whistle:
    if case is not None:
        return lock(case)
    if whistle is None:
        raise MissingInput(field="case")
    return Whistle.objects.select_for_update(of=("self",)).get(pk=whistle.pk)


def _lock_order(order: SupervisionOrder) -> tuple[SupervisionOrder, Case | Whistle]:
    subject = _lock_subject(order.case, order.whistle)
    rows = SupervisionOrder.objects.select_for_update(of=("self",)).select_related("department", "issued_by")
    return rows.get(pk=order.pk), subject


def _write(
    subject: Case | Whistle, kind: str, by: User | None, order: SupervisionOrder, now: dt.datetime, **facts: object
) -> None:
    """What the ledger of a case says of it; a whistle has no ledger of its own."""
    if isinstance(subject, Case):
        data = {"order": order.pk, "department": order.department_id, **facts}
        ledger.append(subject, [ledger.Entry(kind, by, data, now)])


def _county(division_code: str) -> str:
    return division_code[:6]
