"""What departments do with a referral, and the dispatcher's ruling when they do not agree."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases import deadlines, ledger, levels, routing, workflow
from cases.models import Case, Deadline, EventKind, Referral, RoutingDecision
from cases.services import dispatching
from cases.services.common import lock, write_note
from cases.states import ReturnReason, State
from departments.models import Department
from departments.presence import local_holidays_of
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic


class AlreadyAnswered(GovernanceError):
    code = "already_answered"
    message = _("This referral was already signed for or returned.")


class Binding(GovernanceError):
    code = "binding"
    message = _("The dispatcher's ruling is binding; it cannot be returned.")


class NothingToRule(GovernanceError):
    code = "nothing_to_rule"
    message = _("The case is not waiting for a decision on who leads.")


class ReturnTooLate(GovernanceError):
    code = "return_too_late"
    message = _("The limit for signing has passed; the matter can no longer be returned. Ask the dispatcher.")


@atomic
def sign_referral(*, referral: Referral, by: User) -> Referral:
    """Sign for a referral (签收). When the lead signs, handling starts.

    Raises:
        NotAllowed: not an officer of that department and division.
        AlreadyAnswered: signed for, returned or recalled before.
    """
    case, referral = _lock_both(referral, by)
    now = timezone.now()
    referral.status, referral.signed_at, referral.signed_by = Referral.Status.SIGNED, now, by
    referral.save(update_fields=["status", "signed_at", "signed_by"])
    deadlines.meet_signing(referral, now)
    entries = [ledger.Entry(EventKind.SIGNED, by, referral_facts(referral), now)]
    changed: set[str] = set()
    if referral.is_lead and case.state == State.ACCEPTED:
        started, changed = workflow.prepare(case, "start_handling", by=by, at=now)
        entries.append(started)
    ledger.append(case, entries, update=changed)
    return referral


@atomic
def return_referral(*, referral: Referral, by: User, reason: str, note: str) -> Referral:
    """Send a referral back with a reason.

    The first return of the lead sends the case to the next candidate (the first assistant); the second,
    or one with no candidate left, to the dispatcher. An assistant's return only ends its own part.

    Raises:
        NotAllowed, AlreadyAnswered: as :func:`sign_referral`.
        Binding: after a ruling of the dispatcher.
        ReturnTooLate: the limit for signing has passed.
        MissingInput: without a reason of the list or without an explanation.
    """
    case, referral = _lock_both(referral, by)
    if referral.is_binding:
        raise Binding()
    if reason not in ReturnReason.values:
        raise MissingInput(field="reason")
    now = timezone.now()
    if is_too_late(referral, now):
        raise ReturnTooLate()
    written, facts = write_note(case, by=by, text=note, at=now)
    _end_returned(referral, by=by, reason=reason, note_id=written.pk, now=now)
    deadlines.meet_signing(referral, now)
    deadlines.cancel(case, now, referral=referral)
    entries = [ledger.Entry(EventKind.RETURNED, by, {**referral_facts(referral), "reason": reason, **facts}, now)]
    changed: set[str] = set()
    if referral.is_lead:
        routed, changed = _route_again(case, referral, now)
        entries.append(routed)
    ledger.append(case, entries, update=changed)
    return referral


@atomic
def rule_lead(*, case: Case, department: Department, by: User, note: str) -> Case:
    """The dispatcher decides who leads (终审); the decision binds the department.

    Raises:
        NotAllowed: only a dispatcher of the level that holds the case, or of one above it.
        NothingToRule: the case is not accepted or in handling, or is not contested.
        MissingInput: without reasons.
    """
    case, now = lock(case), timezone.now()
    if not levels.decides(case, by):
        raise NotAllowed()
    if not case.is_contested or case.state not in {State.ACCEPTED, State.IN_HANDLING}:
        raise NothingToRule()
    written, _facts_of_note = write_note(case, by=by, text=note, at=now)
    _recall_current(case, department, now)
    holidays, day = local_holidays_of(case.centre_id), local_day(now)
    if department.pk == routing.TOWNSHIP_DEPARTMENT and len(case.division_id) < 9:
        raise MissingInput(_("The place names no township or street."), field="department")
    target = routing.locate(department, centre_code=levels.routing_code(case), day=day, local_holidays=holidays)
    if department.pk == routing.TOWNSHIP_DEPARTMENT:
        target = routing.Target(department, case.division_id[:9], None)
    decision = routing.Decision(
        lead=target,
        reasons=[{"code": "ruling", "department": department.pk}, routing.presence_reason(target, day)],
        alternatives=_returned_before(case, department.pk),
    )
    entry, changed = dispatching.send(
        case, decision, by=by, at=now, binding=True, note=written, local_holidays=holidays
    )
    ledger.append(case, [entry], update=changed)
    return case


def is_too_late(referral: Referral, now: dt.datetime) -> bool:
    """Whether the limit for signing has passed, after which nothing can be returned."""
    return Deadline.objects.overdue(now).filter(referral=referral, rule=deadlines.SIGN).exists()


def _lock_both(referral: Referral, by: User) -> tuple[Case, Referral]:
    """The case first, then the referral: every service locks in this order, so none waits in a circle."""
    case = lock(Case(pk=referral.case_id))
    fresh = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    allowed = by.role == Role.OFFICER and by.is_active
    if not allowed or not Referral.objects.of_department(by).filter(pk=fresh.pk).exists():
        raise NotAllowed()
    if not fresh.is_current or fresh.status != Referral.Status.DISPATCHED:
        raise AlreadyAnswered()
    return case, fresh


def referral_facts(referral: Referral) -> dict[str, object]:
    """What the ledger says of a referral."""
    return {"referral": referral.pk, "department": referral.department_id, "role": referral.role}


def _end_returned(referral: Referral, *, by: User, reason: str, note_id: int, now: dt.datetime) -> None:
    referral.status, referral.is_current = Referral.Status.RETURNED, False
    referral.returned_at, referral.returned_by = now, by
    referral.return_reason, referral.return_note_id, referral.ended_at = reason, note_id, now
    referral.save(
        update_fields=[
            "status", "is_current", "returned_at", "returned_by", "return_reason", "return_note", "ended_at",
        ]
    )  # fmt: skip


def _route_again(case: Case, returned: Referral, now: dt.datetime) -> tuple[ledger.Entry, set[str]]:
    """To the next candidate after the first return; to the dispatcher after the second."""
    case.returned_count += 1
    candidate = None
    if case.returned_count == 1:
        candidate = (
            Referral.objects.current()
            .filter(case=case, role=Referral.Role.ASSIST)
            .select_related("department")
            .order_by("pk")
            .first()
        )
    base = {"returned_by": returned.department_id}
    if candidate is None:
        code = "returned_twice" if case.returned_count > 1 else "returned_no_candidate"
        reasons = [{"code": code, **(base if code == "returned_no_candidate" else {})}]
        return _hand_to_dispatcher(case, reasons, now)
    department = candidate.department
    end_recalled(candidate, now)
    holidays, day = local_holidays_of(case.centre_id), local_day(now)
    target = routing.locate(department, centre_code=case.centre_id, day=day, local_holidays=holidays)
    decision = routing.Decision(
        lead=target,
        reasons=[
            {"code": "returned_next", "department": department.pk, **base},
            routing.presence_reason(target, day),
        ],
        alternatives=_returned_before(case),
    )
    entry, changed = dispatching.send(case, decision, by=None, at=now, local_holidays=holidays)
    return entry, changed | {"returned_count"}


def _returned_before(case: Case, chosen: str = "") -> list[dict[str, str]]:
    """Those that have returned the case and do not lead it now, as alternatives of a decision."""
    rows = Referral.objects.filter(case=case, status=Referral.Status.RETURNED).exclude(department=chosen)
    codes = dict.fromkeys(rows.order_by("pk").values_list("department", flat=True))
    return [{"code": "alt_returned", "department": code} for code in codes]


def _hand_to_dispatcher(case: Case, reasons: list[dict[str, str]], now: dt.datetime) -> tuple[ledger.Entry, set[str]]:
    case.lead, case.is_contested = None, True
    RoutingDecision.objects.create(case=case, at=now, lead=None, reasons=reasons, alternatives=_returned_before(case))
    key = f"case:{case.pk}:to_decide:{case.returned_count}"
    dispatching.tell_dispatchers(case, "case.to_decide", key=key)
    codes = [reason["code"] for reason in reasons]
    entry = ledger.Entry(EventKind.ROUTED, None, {"lead": None, "assistants": [], "reasons": codes}, now)
    return entry, {"lead", "is_contested", "returned_count"}


def _recall_current(case: Case, department: Department, now: dt.datetime) -> None:
    """End the current lead's referral and, so that nobody has it twice, one of the same department."""
    for referral in Referral.objects.current().filter(case=case).select_for_update(of=("self",)):
        if referral.is_lead or referral.department_id == department.pk:
            end_recalled(referral, now)


def recall_all(case: Case, now: dt.datetime) -> None:
    """Another level takes the case: nobody has it any more until it is given anew."""
    for referral in Referral.objects.current().filter(case=case).select_for_update(of=("self",)):
        end_recalled(referral, now)


def end_recalled(referral: Referral, now: dt.datetime) -> None:
    """Take a referral back; its limits are no longer asked for."""
    referral.status, referral.is_current, referral.ended_at = Referral.Status.RECALLED, False, now
    referral.save(update_fields=["status", "is_current", "ended_at"])
    deadlines.cancel(referral.case, now, referral=referral)
