"""Pausing a limit, letting it go on, extending it, and counting it anew when the calendar has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import deadlines, ledger, workflow
from cases.models import Case, Deadline, DeadlineExtension, DeadlinePause, EventKind
from cases.services.common import lock, write_note
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic


class NotRunning(GovernanceError):
    code = "limit_not_running"
    message = _("This limit no longer runs: it was met or is no longer asked for.")


class AlreadyPaused(GovernanceError):
    code = "limit_paused"
    message = _("This limit is paused already.")


class NotPausable(GovernanceError):
    code = "limit_not_pausable"
    message = _("The limit of an answer or a report between the levels does not stand still.")


class NotPaused(GovernanceError):
    code = "limit_not_paused"
    message = _("This limit is not paused.")


class AlreadyPassed(GovernanceError):
    code = "limit_passed"
    message = _("This limit has passed; an extension must be decided before its end.")


class NotExtendable(GovernanceError):
    code = "limit_not_extendable"
    message = _("No rule allows this limit to be extended in this way.")


class ExtendedBefore(GovernanceError):
    code = "limit_extended_before"
    message = _("This limit was extended before; the law allows it once.")


class ConsentNotRecorded(GovernanceError):
    code = "consent_not_recorded"
    message = _("A mediator has this case: the mediator records what each party says to a longer mediation.")


class TooLong(GovernanceError):
    code = "extension_too_long"
    message = _("An extension here is from 1 to %(days)s days.")


@dataclass(frozen=True, slots=True)
class Extension:
    """How a limit may be extended: by what, by at most how many calendar days, and whether only once."""

    cause: str
    most_days: int
    once: bool


EXTENSIONS: Mapping[str, Extension] = {
    # Longer than a month only if both parties agree (深圳经济特区矛盾纠纷多元化解条例 art. 25).
    "handle_dispute": Extension(DeadlineExtension.Cause.CONSENT, 180, once=False),
    # At most 30 days, with approval and notice, once (信访工作条例 art. 34).
    "handle_petition": Extension(DeadlineExtension.Cause.APPROVAL, 30, once=True),
}


@atomic
def pause_limit(*, deadline: Deadline, by: User, reason: str) -> Deadline:
    """Stop the clock. For the lead and the dispatcher of the place.

    Raises:
        NotAllowed, NotRunning, AlreadyPaused.
        NotPausable: the limit of an answer or a report between the levels.
        MissingInput: without a reason.
    """
    case, deadline = _lock_both(deadline)
    now = timezone.now()
    if not may_pause(case, by):
        raise NotAllowed()
    if deadline.rule_id in deadlines.BETWEEN_LEVELS:
        raise NotPausable()
    if deadline.paused_at is not None:
        raise AlreadyPaused()
    note, facts = write_note(case, by=by, text=reason, at=now, field="reason")
    DeadlinePause.objects.create(deadline=deadline, started_at=now, reason=note, by=by)
    deadline.shown = deadline.colour_at(now)
    deadline.paused_at = now
    deadline.save(update_fields=["paused_at", "shown"])
    ledger.append(case, [ledger.Entry(EventKind.PAUSED, by, {**limit_facts(deadline), **facts}, now)])
    return deadline


@atomic
def resume_limit(*, deadline: Deadline, by: User) -> Deadline:
    """Let a paused limit go on; what was left of it is left again (:func:`governance_center.calendar.after_pause`).

    Raises:
        NotAllowed, NotRunning, NotPaused.
    """
    case, deadline = _lock_both(deadline)
    now = timezone.now()
    if not may_pause(case, by):
        raise NotAllowed()
    if deadline.paused_at is None:
        raise NotPaused()
    old = deadline.due_at
    ends = deadlines.resumed_ends(deadline, now, deadlines.holidays_for(deadline))
    DeadlinePause.objects.filter(deadline=deadline, ended_at__isnull=True).update(ended_at=now, ended_by=by)
    deadline.paused_at = None
    changed = _put(case, deadline, ends, now)
    facts = {**limit_facts(deadline), **moved_ends(old, deadline.due_at)}
    ledger.append(case, [ledger.Entry(EventKind.RESUMED, by, facts, now)], update=changed)
    return deadline


@atomic
def extend_limit(*, deadline: Deadline, by: User, days: int, cause: str, reason: str) -> Deadline:
    """Extend a limit by calendar days, as :data:`EXTENSIONS` allows. For the dispatcher of the place.

    Args:
        cause: ``consent`` (both parties agreed) or ``approval``.

    Raises:
        NotAllowed, NotRunning, AlreadyPaused, AlreadyPassed, NotExtendable, ExtendedBefore, TooLong.
        ConsentNotRecorded: a mediator has the case in hand and asks each party.
        MissingInput: without a reason.
    """
    case, deadline = _lock_both(deadline)
    if not may_extend(case, by):
        raise NotAllowed()
    if asks_parties(case, cause):
        raise ConsentNotRecorded()
    return put_extension(deadline=deadline, by=by, days=days, cause=cause, reason=reason)


@atomic
def put_extension(*, deadline: Deadline, by: User, days: int, cause: str, reason: str) -> Deadline:
    """Extend a limit; who may, and whether the cause is given, is asked by the use case that calls this.

    Raises: as :func:`extend_limit`, but for NotAllowed and ConsentNotRecorded.
    """
    case, deadline = _lock_both(deadline)
    now = timezone.now()
    _check_extension(deadline, days=days, cause=cause, now=now)
    note, facts = write_note(case, by=by, text=reason, at=now, field="reason")
    old = deadline.due_at
    changed = _put(case, deadline, deadlines.extended_ends(deadline, days), now)
    DeadlineExtension.objects.create(
        deadline=deadline, cause=cause, old_due_at=old, new_due_at=deadline.due_at, reason=note, by=by, at=now
    )
    data = {**limit_facts(deadline), "cause": str(cause), "days": days, **moved_ends(old, deadline.due_at), **facts}
    ledger.append(case, [ledger.Entry(EventKind.EXTENDED, by, data, now)], update=changed)
    return deadline


@atomic
def recompute_limit(*, deadline: Deadline, at: dt.datetime | None = None) -> bool:
    """Count a limit anew by the calendar as it is now; says whether its end moved. Doing it twice does it once."""
    try:
        case, deadline = _lock_both(deadline)
    except NotRunning:
        return False
    now = at or timezone.now()
    ends = deadlines.recomputed_ends(
        deadline,
        pauses=deadline.pauses.all(),
        extensions=deadline.extensions.all(),
        local_holidays=deadlines.holidays_for(deadline),
    )
    old = deadline.due_at
    if ends.due_at == old:
        if ends.is_provisional != deadline.is_provisional:
            Deadline.objects.filter(pk=deadline.pk).update(is_provisional=ends.is_provisional)
        return False
    changed = _put(case, deadline, ends, now)
    DeadlineExtension.objects.create(
        deadline=deadline, cause=DeadlineExtension.Cause.CALENDAR, old_due_at=old, new_due_at=ends.due_at, at=now
    )
    facts = {**limit_facts(deadline), **moved_ends(old, ends.due_at)}
    ledger.append(case, [ledger.Entry(EventKind.RECOMPUTED, None, facts, now)], update=changed)
    return True


def may_pause(case: Case, user: User) -> bool:
    """The lead of the case and the dispatcher of the place."""
    return bool(workflow.relations(user, case) & {workflow.Actor.LEAD, workflow.Actor.DISPATCH})


def may_extend(case: Case, user: User) -> bool:
    """Only the dispatcher of the place."""
    return workflow.Actor.DISPATCH in workflow.relations(user, case)


def asks_parties(case: Case, cause: str) -> bool:
    """Whether an extension by consent is the mediator's to record, party by party."""
    return cause == DeadlineExtension.Cause.CONSENT and case.mediator_id is not None


def limit_facts(deadline: Deadline) -> dict[str, object]:
    """What the ledger says of a limit."""
    return {"deadline": deadline.pk, "rule": deadline.rule_id}


def _check_extension(deadline: Deadline, *, days: int, cause: str, now: dt.datetime) -> None:
    allowed = EXTENSIONS.get(deadline.rule_id)
    if allowed is None or cause != allowed.cause:
        raise NotExtendable()
    if deadline.paused_at is not None:
        raise AlreadyPaused()
    if now >= deadline.due_at:
        raise AlreadyPassed()
    if not 1 <= days <= allowed.most_days:
        raise TooLong(field="days", days=allowed.most_days)
    if allowed.once and deadline.extensions.filter(cause=cause).exists():
        raise ExtendedBefore()


def _lock_both(deadline: Deadline) -> tuple[Case, Deadline]:
    """The case first, then the limit, as every service locks. Raises NotRunning."""
    case = lock(Case(pk=deadline.case_id))
    fresh = Deadline.objects.select_for_update(of=("self",)).select_related("rule").get(pk=deadline.pk)
    fresh.case = case
    if not fresh.is_running:
        raise NotRunning()
    return case, fresh


def _put(case: Case, deadline: Deadline, ends: deadlines.Ends, now: dt.datetime) -> set[str]:
    """Write the ends; the case follows its handling limit. Returns the changed fields of the case."""
    deadlines.put(deadline, ends, now)
    if deadline.rule_id != deadlines.handling_rule_code(case.kind):
        return set()
    case.due_at = ends.due_at
    return {"due_at"}


def moved_ends(old: dt.datetime, new: dt.datetime) -> dict[str, object]:
    """What the ledger says of an end that moved."""
    return {"old_due": old.astimezone(dt.UTC).isoformat(), "new_due": new.astimezone(dt.UTC).isoformat()}
