"""What the assistants of a joint matter owe: an opinion within its own limit."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import notify
from cases import deadlines, ledger, workflow
from cases.models import Case, Deadline, EventKind, Referral
from cases.services.common import lock, write_note
from cases.services.dispatching import officers_of
from cases.states import State
from departments.presence import local_holidays_of
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic

WORKING = (Referral.Status.DISPATCHED, Referral.Status.SIGNED)


class OpinionMissing(GovernanceError):
    code = "opinion_missing"
    message = _("A required opinion is still open: %(departments)s. The dispatcher can lift it.")


class NoOpinionOpen(GovernanceError):
    code = "no_opinion_open"
    message = _("No opinion of this department is open.")


def owing_opinions(case: Case) -> list[Referral]:
    """The current assistants whose required opinion is neither given nor lifted."""
    rows = Referral.objects.current().filter(
        case=case, role=Referral.Role.ASSIST, is_opinion_required=True, opinion__isnull=True,
        lifted_at__isnull=True, status__in=WORKING,
    )  # fmt: skip
    return list(rows.select_related("department").order_by("pk"))


def may_give(referral: Referral, user: User) -> bool:
    """An officer of the assisting department, while the case is worked on and none is given yet."""
    is_mine = user.role == Role.OFFICER and user.is_active
    is_mine = is_mine and Referral.objects.of_department(user).filter(pk=referral.pk).exists()
    return is_mine and _is_assisting(referral) and referral.opinion_id is None


def may_ask(referral: Referral, user: User) -> bool:
    """The lead or a dispatcher, where none is asked for yet."""
    in_charge = workflow.relations(user, referral.case) & {workflow.Actor.LEAD, workflow.Actor.DISPATCH}
    is_open = referral.is_opinion_required and referral.lifted_at is None
    return bool(in_charge) and _is_assisting(referral) and referral.opinion_id is None and not is_open


def may_lift(referral: Referral, user: User) -> bool:
    """A dispatcher, while the opinion is open."""
    is_open = referral.is_opinion_required and referral.opinion_id is None and referral.lifted_at is None
    is_dispatcher = workflow.Actor.DISPATCH in workflow.relations(user, referral.case)
    return is_dispatcher and _is_assisting(referral) and is_open


@atomic
def give_opinion(*, referral: Referral, by: User, text: str) -> Referral:
    """The assisting department gives its opinion, asked for or not; its limit is met.

    Raises:
        NotAllowed: not an officer of that department and division.
        NoOpinionOpen: it leads, has ended its part, or has given one already.
        MissingInput: without a text.
    """
    case, referral = _lock_both(referral)
    if not Referral.objects.of_department(by).filter(pk=referral.pk).exists() or by.role != Role.OFFICER:
        raise NotAllowed()
    if not may_give(referral, by):
        raise NoOpinionOpen()
    now = timezone.now()
    note, facts = write_note(case, by=by, text=text, at=now, field="text")
    referral.opinion, referral.opinion_at, referral.opinion_by = note, now, by
    referral.save(update_fields=["opinion", "opinion_at", "opinion_by"])
    _running(referral).update(met_at=now)
    _write(case, EventKind.OPINION, referral, by, facts)
    return referral


@atomic
def ask_opinion(*, referral: Referral, by: User) -> Referral:
    """The lead or the dispatcher asks an assistant for an opinion; its limit starts. Asking twice changes nothing.

    Raises:
        NotAllowed: neither lead nor dispatcher.
        NoOpinionOpen: it does not assist now, or has given its opinion.
    """
    case, referral = _lock_both(referral)
    if not workflow.relations(by, case) & {workflow.Actor.LEAD, workflow.Actor.DISPATCH}:
        raise NotAllowed()
    if not _is_assisting(referral) or referral.opinion_id is not None:
        raise NoOpinionOpen()
    if not may_ask(referral, by):
        return referral
    now = timezone.now()
    referral.is_opinion_required, referral.lifted_at, referral.lifted_by = True, None, None
    referral.lift_note = None
    referral.save(update_fields=["is_opinion_required", "lifted_at", "lifted_by", "lift_note"])
    rule = deadlines.rules(deadlines.ASSIST_OPINION)[deadlines.ASSIST_OPINION]
    holidays = local_holidays_of(case.centre_id)
    deadlines.build(case, rule, start=now, local_holidays=holidays, referral=referral).save()
    _write(case, EventKind.OPINION, referral, by, {"asked": True})
    notify(
        officers_of(referral),
        "referral.opinion_asked",
        key=f"referral:{referral.pk}:opinion:{case.ledger_length}",
        params={"number": case.number},
        url=reverse("cases:detail", args=[case.number]),
    )
    return referral


@atomic
def lift_opinion(*, referral: Referral, by: User, reason: str) -> Referral:
    """The dispatcher no longer requires an assistant's opinion, with a reason.

    Raises:
        NotAllowed: not a dispatcher whose division holds the place.
        NoOpinionOpen: none is required, or it was given or lifted.
        MissingInput: without a reason.
    """
    case, referral = _lock_both(referral)
    if workflow.Actor.DISPATCH not in workflow.relations(by, case):
        raise NotAllowed()
    if not may_lift(referral, by):
        raise NoOpinionOpen()
    now = timezone.now()
    note, facts = write_note(case, by=by, text=reason, at=now, field="reason")
    referral.lifted_at, referral.lifted_by, referral.lift_note = now, by, note
    referral.save(update_fields=["lifted_at", "lifted_by", "lift_note"])
    _running(referral).update(cancelled_at=now)
    _write(case, EventKind.OPINION_LIFTED, referral, by, facts)
    return referral


def _is_assisting(referral: Referral) -> bool:
    is_open = referral.case.state in {State.ACCEPTED, State.IN_HANDLING}
    return is_open and referral.is_current and not referral.is_lead and referral.status in WORKING


def _lock_both(referral: Referral) -> tuple[Case, Referral]:
    case = lock(Case(pk=referral.case_id))
    fresh = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    fresh.case = case
    return case, fresh


def _running(referral: Referral) -> QuerySet[Deadline]:
    return Deadline.objects.running().filter(referral=referral, rule=deadlines.ASSIST_OPINION)


def _write(case: Case, kind: str, referral: Referral, by: User, more: dict[str, object]) -> None:
    data = {"referral": referral.pk, "department": referral.department_id, **more}
    ledger.append(case, [ledger.Entry(kind, by, data)])
