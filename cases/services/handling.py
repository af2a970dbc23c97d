"""Handling a case to its end, and what may follow after the end."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import notify
from cases import deadlines, ledger, levels, workflow
from cases.models import Case, CaseAccess, Deadline, EventKind, Note, Referral
from cases.services.common import lock, write_note
from cases.services.dispatching import officers_of, tell_dispatchers
from cases.services.levels import end_hand_overs
from cases.services.opinions import OpinionMissing, owing_opinions
from cases.services.screening import kept_out
from cases.states import Outcome, State
from cases.workflow import Actor
from departments.presence import local_holidays_of
from governance_center.errors import GovernanceError, IllegalMove, NotAllowed
from governance_center.events import publish
from governance_center.transactions import atomic

AGREEMENTS = (Outcome.WRITTEN_AGREEMENT, Outcome.ORAL_AGREEMENT)


class WrongOutcome(GovernanceError):
    code = "wrong_outcome"
    message = _("A mediator resolves by an agreement, a department by settling the matter or doing the service.")


class NotMediable(GovernanceError):
    code = "not_mediable"
    message = _("Matters of this category may not be mediated.")


class ScreenedOut(NotMediable):
    message = _("The matter may not be mediated: %(why)s. Its statutory route is: %(route)s.")


@atomic
def record_progress(*, case: Case, by: User, note: str) -> Note:
    """Write down what was done. For the lead, assistants, the mediator and the dispatcher, while it is handled.

    Raises:
        NotAllowed, MissingInput.
        IllegalMove: before acceptance or after the end.
    """
    case, now = lock(case), timezone.now()
    if not may_record_progress(case, by):
        raise NotAllowed()
    written, facts = write_note(case, by=by, text=note, at=now)
    ledger.append(case, [ledger.Entry(EventKind.PROGRESS, by, facts, now)])
    return written


def may_record_progress(case: Case, user: User) -> bool:
    """Whoever works on the case, while it is worked on."""
    if case.state not in {State.ACCEPTED, State.IN_HANDLING}:
        return False
    if workflow.relations(user, case) & {Actor.LEAD, Actor.MEDIATOR, Actor.DISPATCH}:
        return True
    is_officer = user.role == Role.OFFICER and user.is_active
    return is_officer and Referral.objects.of_department(user).current().filter(case=case).exists()


@atomic
def give_to_mediator(*, case: Case, mediator: User, by: User, facts: dict[str, object]) -> Case:
    """Put the case into a mediator's hands; called by the mediation floor, which keeps the assignment.

    The mediator before keeps reading rights. The lead or a dispatcher may do it.

    Raises:
        NotAllowed, NotMediable, IllegalMove.
    """
    case, now = lock(case), timezone.now()
    if not workflow.relations(by, case) & {Actor.LEAD, Actor.DISPATCH}:
        raise NotAllowed()
    if not case.category.is_mediable:
        raise NotMediable()
    _check_screening(case)
    entries, changed = [], {"mediator"}
    if case.state == State.ACCEPTED:
        started, more = workflow.prepare(case, "start_handling", by=by, at=now)
        entries, changed = [started], changed | more
    elif case.state != State.IN_HANDLING:
        raise IllegalMove(move=_("assign a mediator"), state=State(case.state).label)
    if case.mediator_id:
        keep_access(case, case.mediator_id)
    case.mediator = mediator
    entries.append(ledger.Entry(EventKind.MEDIATOR_ASSIGNED, by, {"mediator": mediator.pk, **facts}, now))
    ledger.append(case, entries, update=changed)
    notify(
        [mediator],
        "mediation.assigned",
        key=f"case:{case.pk}:mediator:{case.ledger_length}",
        params={"number": case.number},
        url=reverse("cases:detail", args=[case.number]),
    )
    return case


@atomic
def take_from_mediator(
    *, case: Case, by: User, reason: str, facts: dict[str, object], mediator: User | None = None
) -> Case:
    """Take the case out of the hands of a mediator who withdraws (人民调解: 回避); lead and dispatchers are told.

    The mediator loses the reading rights as well: whoever is close to a party does not go on reading.

    Args:
        mediator: who withdraws; without one the mediator who leads. The caller knows that an assisting one assists.

    Raises:
        NotAllowed: only the mediator, or a dispatcher who found for the party that asked for it.
        IllegalMove: it is no longer handled.
        MissingInput: no reason.
    """
    case, now = lock(case), timezone.now()
    gone = mediator or case.mediator
    if gone is None or not by.is_active or (gone.pk != by.pk and Actor.DISPATCH not in workflow.relations(by, case)):
        raise NotAllowed()
    if case.state != State.IN_HANDLING:
        raise IllegalMove(move=_("withdraw as the mediator"), state=State(case.state).label)
    _note, written = write_note(case, by=by, text=reason, at=now)
    changed = set()
    if case.mediator_id == gone.pk:
        case.mediator, changed = None, {"mediator"}
    CaseAccess.objects.filter(case=case, user=gone).delete()
    entry = ledger.Entry(EventKind.MEDIATOR_WITHDREW, by, {"mediator": gone.pk, **facts, **written}, now)
    ledger.append(case, [entry], update=changed)
    key = f"case:{case.pk}:withdrew:{case.ledger_length}"
    tell_dispatchers(case, "mediation.withdrew", key=key)
    for referral in Referral.objects.current().leading().filter(case=case):
        params, url = {"number": case.number}, reverse("cases:detail", args=[case.number])
        notify(officers_of(referral), "mediation.withdrew", key=key, params=params, url=url)
    return case


def _check_screening(case: Case) -> None:
    """Refuse what the checklist, or without one the routing rule, keeps out of mediation."""
    found = kept_out(case)
    if found:
        raise ScreenedOut(why=found.why, route=found.route)


def keep_access(case: Case, user_id: int) -> None:
    """Let a user go on reading the case."""
    CaseAccess.objects.get_or_create(case=case, user_id=user_id)


@atomic
def resolve_case(*, case: Case, by: User, outcome: str, note: str, facts: dict[str, object] | None = None) -> Case:
    """Resolve the case (化解): by agreement (mediator), by settlement or service done (lead department).

    Raises:
        OpinionMissing: an assistant still owes a required opinion.
        WrongOutcome: the outcome is not this actor's to give.
        IllegalMove, NotAllowed, MissingInput: as :func:`cases.workflow.check`.
    """
    case, now = lock(case), timezone.now()
    workflow.check(case, "resolve", by=by, data={"outcome": outcome})
    missing = owing_opinions(case)
    if missing:
        raise OpinionMissing(departments="、".join(referral.department.name for referral in missing))
    needed = Actor.MEDIATOR if outcome in AGREEMENTS else Actor.LEAD
    if needed not in workflow.relations(by, case):
        raise WrongOutcome(field="outcome")
    _written, digest = write_note(case, by=by, text=note, at=now)
    data = {"outcome": outcome, "level": levels.level_now(case), **digest, **(facts or {})}
    workflow.move(case, "resolve", by=by, data=data, at=now)
    _end_handling(case, now)
    publish("case.resolved", case=case, by=by)
    return case


@atomic
def end_unresolved(*, case: Case, by: User, outcome: str, note: str) -> Case:
    """End without a solution; the parties are told the way open to them (``outcome``) and why (``note``).

    Raises: as :func:`cases.workflow.check`.
    """
    case, now = lock(case), timezone.now()
    workflow.check(case, "end_unresolved", by=by, data={"outcome": outcome})
    _written, digest = write_note(case, by=by, text=note, at=now)
    workflow.move(case, "end_unresolved", by=by, data={"outcome": outcome, **digest}, at=now)
    _end_handling(case, now)
    publish("case.unresolved", case=case, by=by)
    return case


@atomic
def withdraw_case(*, case: Case, by: User, note: str) -> Case:
    """The petitioner takes the matter back. It stays in the denominator of the resolution rate.

    Raises: as :func:`cases.workflow.check`.
    """
    case, now = lock(case), timezone.now()
    workflow.check(case, "withdraw", by=by, data={})
    _written, digest = write_note(case, by=by, text=note, at=now)
    workflow.move(case, "withdraw", by=by, data=digest, at=now)
    deadlines.cancel(case, now)
    end_hand_overs(case, now)
    Referral.objects.current().filter(case=case).exclude(status=Referral.Status.DONE).update(
        status=Referral.Status.RECALLED, ended_at=now
    )
    case.is_contested = False
    case.save(update_fields=["is_contested"])
    publish("case.withdrawn", case=case, by=by)
    return case


@atomic
def start_follow_up(*, case: Case, by: User | None, acting_as: Actor | None = None) -> Case:
    """The first visit has fallen due (by None: the system) or was made. Does nothing when already so."""
    case = lock(case)
    if case.state != State.FOLLOWING_UP:
        workflow.move(case, "start_follow_up", by=by, acting_as=acting_as)
    return case


@atomic
def close_case(*, case: Case, by: User | None, acting_as: Actor | None = None) -> Case:
    """Close the file. Raises: as :func:`cases.workflow.check`."""
    case = lock(case)
    workflow.move(case, "close", by=by, acting_as=acting_as)
    publish("case.closed", case=case, by=by)
    return case


@atomic
def reopen_case(*, case: Case, by: User, note: str, acting_as: Actor | None = None) -> Case:
    """Bring a resolved or closed case back into handling; a new handling limit starts.

    Raises: as :func:`cases.workflow.check`; MissingInput without reasons.
    """
    case, now = lock(case), timezone.now()
    workflow.check(case, "reopen", by=by, data={}, acting_as=acting_as)
    _written, digest = write_note(case, by=by, text=note, at=now)
    workflow.move(case, "reopen", by=by, data=digest, at=now, acting_as=acting_as)
    _restart_handling_limit(case, now)
    Referral.objects.current().filter(case=case, status=Referral.Status.DONE).update(
        status=Referral.Status.SIGNED, ended_at=None
    )
    _tell_of_reopening(case)
    publish("case.reopened", case=case, by=by)
    return case


def _end_handling(case: Case, now: dt.datetime) -> None:
    deadlines.meet_all(case, now)
    end_hand_overs(case, now)
    Referral.objects.current().filter(case=case).update(status=Referral.Status.DONE, ended_at=now)


def _restart_handling_limit(case: Case, now: dt.datetime) -> None:
    code = deadlines.handling_rule_code(case.kind)
    rule = deadlines.rules(code)[code]
    limit = deadlines.build(case, rule, start=now, local_holidays=local_holidays_of(case.centre_id))
    Deadline.objects.bulk_create([limit])
    case.due_at = limit.due_at
    case.save(update_fields=["due_at"])


def _tell_of_reopening(case: Case) -> None:
    lead = Referral.objects.current().leading().filter(case=case).first()
    people = officers_of(lead) if lead else []
    if case.mediator:
        people.append(case.mediator)
    notify(
        people,
        "case.reopened",
        key=f"case:{case.pk}:reopened:{case.reopened_count}",
        params={"number": case.number},
        url=reverse("cases:detail", args=[case.number]),
    )
