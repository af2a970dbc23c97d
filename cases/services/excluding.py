"""Leaving a case out of the adjusted rate: a dispatcher asks, the level above decides, never one alone."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import in_each_language, notify
from cases import ledger, levels, workflow
from cases.models import Case, EventKind, Exclusion, Kind
from cases.services.common import lock, write_note
from cases.services.dispatching import staff_for
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic

State = Exclusion.State
OPEN = (State.ASKED, State.APPROVED)
DECIDERS = (Role.OFFICIAL, Role.DISPATCHER)


class NotCounted(GovernanceError):
    code = "not_counted"
    message = _("Only a case that counts as accepted can be left out of the adjusted rate.")


class AskedBefore(GovernanceError):
    code = "exclusion_open"
    message = _("This was asked for already, or the case is left out.")


class DecidedBefore(GovernanceError):
    code = "exclusion_decided"
    message = _("This was decided already.")


class NobodyAbove(GovernanceError):
    code = "nobody_above"
    message = _("There is nobody at the level above who could decide on it.")


@atomic
def ask_exclusion(*, case: Case, by: User, ground: str, note: str) -> Exclusion:
    """Ask the level above to leave a case out of the adjusted rate. The same question sent twice is asked once.

    Args:
        ground: a value of ``Exclusion.Ground``.

    Raises:
        NotAllowed: not a dispatcher of the place. NobodyAbove: no level above has a decider.
        NotCounted: a consultation, refused, merged or not accepted yet. AskedBefore.
        MissingInput: without a ground of the list or a reason.
    """
    case, now = lock(case), timezone.now()
    if not _asks(case, by):
        raise NotAllowed()
    earlier = open_exclusion(case)
    if earlier and (earlier.asked_by_id, earlier.ground, earlier.note.text) == (by.pk, ground, note.strip()):
        return earlier
    if earlier:
        raise AskedBefore()
    if not is_counted(case):
        raise NotCounted()
    if ground not in Exclusion.Ground.values:
        raise MissingInput(field="ground")
    people = deciders_for(case, by.scope_code)
    if not people:
        raise NobodyAbove()
    written, digest = write_note(case, by=by, text=note, at=now)
    row = Exclusion.objects.create(
        case=case, ground=ground, note=written, asked_by=by, asked_for_id=by.scope_code, asked_at=now
    )
    facts = {"exclusion": row.pk, "ground": str(row.ground), "asked_for": row.asked_for_id, **digest}
    ledger.append(case, [ledger.Entry(EventKind.EXCLUSION_ASKED, by, facts, now)])
    _tell(people, "exclusion.asked", row, case)
    return row


@atomic
def decide_exclusion(*, exclusion: Exclusion, by: User, approve: bool, note: str) -> Exclusion:
    """Approve or refuse, with a reason. The same decision sent twice is one.

    Raises:
        NotAllowed: not an official or dispatcher of a level above the one that asked, or the one who asked.
        DecidedBefore: decided otherwise, or the case was merged. MissingInput: without a reason.
    """
    case, row = _lock_both(exclusion)
    now, state = timezone.now(), State.APPROVED if approve else State.REFUSED
    if not decides(row, case, by):
        raise NotAllowed()
    if row.state != State.ASKED:
        if (row.state, row.decided_by_id) == (state, by.pk) and row.decision and row.decision.text == note.strip():
            return row
        raise DecidedBefore()
    written, digest = write_note(case, by=by, text=note, at=now)
    row.state, row.decided_by, row.decided_at, row.decision = state, by, now, written
    row.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    _write(case, row, by=by, at=now, digest=digest)
    return row


@atomic
def lift_exclusion(*, exclusion: Exclusion, by: User, note: str) -> Exclusion:
    """Let a case count again, with a reason; whoever may decide may lift, whoever asked may too.

    Raises:
        NotAllowed. DecidedBefore: it is not left out. MissingInput: without a reason.
    """
    case, row = _lock_both(exclusion)
    now = timezone.now()
    if not may_lift_row(row, case, by):
        raise NotAllowed()
    if row.state == State.LIFTED and row.lifted_by_id == by.pk:
        return row
    if row.state != State.APPROVED:
        raise DecidedBefore()
    written, digest = write_note(case, by=by, text=note, at=now)
    row.state, row.lifted_by, row.lifted_at, row.lift_note = State.LIFTED, by, now, written
    row.save(update_fields=["state", "lifted_by", "lifted_at", "lift_note"])
    _write(case, row, by=by, at=now, digest=digest)
    return row


def end_exclusions(case: Case) -> None:
    """The case was merged: nothing is to be decided on it any more. The caller holds the lock."""
    Exclusion.objects.filter(case=case, state__in=OPEN).update(state=State.ENDED)


def is_counted(case: Case) -> bool:
    """Whether the case counts as accepted, as :meth:`CaseQuerySet.counted` says."""
    return case.accepted_at is not None and case.merged_into_id is None and case.kind != Kind.CONSULTATION


def open_exclusion(case: Case) -> Exclusion | None:
    """The one that waits or is in force."""
    rows = Exclusion.objects.filter(case=case, state__in=OPEN)
    return rows.select_related("note", "decision", "asked_by", "decided_by", "asked_for").first()


def decides(row: Exclusion, case: Case, user: User) -> bool:
    """An official or dispatcher of a level above the one that asked who sees the case, and never who asked."""
    above = bool(user.scope_code) and row.asked_for_id.startswith(user.scope_code)
    if user.role not in DECIDERS or not user.is_active or not above or user.scope_code == row.asked_for_id:
        return False
    return user.pk != row.asked_by_id and Case.objects.visible_to(user).filter(pk=case.pk).exists()


def may_lift_row(row: Exclusion, case: Case, user: User) -> bool:
    """Counting more again needs no second person."""
    return decides(row, case, user) or (row.asked_by_id == user.pk and _asks(case, user))


def may_ask(case: Case, user: User) -> bool:
    return is_counted(case) and _asks(case, user) and open_exclusion(case) is None


def may_decide(case: Case, user: User) -> bool:
    row = open_exclusion(case) if user.role in DECIDERS else None
    return row is not None and row.state == State.ASKED and decides(row, case, user)


def may_lift(case: Case, user: User) -> bool:
    row = open_exclusion(case) if case.is_excluded and user.role in DECIDERS else None
    return row is not None and row.state == State.APPROVED and may_lift_row(row, case, user)


def deciders_for(case: Case, scope_code: str) -> list[User]:
    """Who is told that a level has asked: the dispatchers and officials of the nearest level above that has any."""
    above = levels.division_above(scope_code)
    found = [user for role in DECIDERS for user in staff_for(role, above)] if above else []
    seen = [user for user in found if not case.is_restricted or user.role == Role.DISPATCHER]
    nearest = max((user.scope_code for user in seen), key=len, default="")
    return [user for user in seen if user.scope_code == nearest]


def _asks(case: Case, user: User) -> bool:
    reaches = workflow.Actor.DISPATCH in workflow.relations(user, case)
    return reaches and bool(levels.division_above(user.scope_code))


def _lock_both(exclusion: Exclusion) -> tuple[Case, Exclusion]:
    """The case first, as everywhere; its exclusions change under this lock only."""
    case = lock(Case(pk=exclusion.case_id))
    return case, Exclusion.objects.select_related("note", "decision", "asked_by", "asked_for").get(pk=exclusion.pk)


def _write(case: Case, row: Exclusion, *, by: User, at: dt.datetime, digest: dict[str, object]) -> None:
    """The case follows the decision; the history keeps it and who asked is told."""
    case.is_excluded = row.state == State.APPROVED
    facts = {"exclusion": row.pk, "state": str(row.state), "ground": str(row.ground), **digest}
    ledger.append(case, [ledger.Entry(EventKind.EXCLUSION_DECIDED, by, facts, at)], update={"is_excluded"})
    if row.asked_by_id != by.pk:
        _tell([row.asked_by], f"exclusion.{row.state}", row, case)


def _tell(people: list[User], kind: str, row: Exclusion, case: Case) -> None:
    notify(
        people,
        kind,
        key=f"exclusion:{row.pk}:{row.state}",
        params={"number": case.number, "division": in_each_language(lambda: row.asked_for.name)},
        url=reverse("cases:detail", args=[case.number]),
    )
