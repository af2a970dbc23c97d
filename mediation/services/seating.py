"""Who mediates a case now, and who of them sits in its sessions: planned ones follow every change."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notifications import notify
from cases import ledger, workflow
from cases.models import Case, EventKind
from cases.workflow import Actor
from mediation.models import Assignment, Mediator, Session, SessionMediator

State = Session.State


def team_of(case: Case) -> list[Mediator]:
    """Who mediates the case now, the lead first; without a lead those who assist."""
    lead = Mediator.objects.filter(user=case.mediator_id) if case.mediator_id else Mediator.objects.none()
    rows = Assignment.objects.current().assisting().filter(case=case).order_by("seat")
    others = [row.mediator for row in rows.select_related("mediator__user")]
    return [*lead.select_related("user"), *(one for one in others if one.user_id != case.mediator_id)]


def works_on(case: Case, user: User) -> bool:
    """The mediators who have the case in hand now, leading or assisting, and the dispatchers."""
    if workflow.relations(user, case) & {Actor.MEDIATOR, Actor.DISPATCH}:
        return True
    return user.is_active and Assignment.objects.current().filter(case=case, mediator__user=user).exists()


def seat(session: Session, mediators: Iterable[Mediator]) -> None:
    """Put mediators into a session; the database refuses who sits elsewhere at the time."""
    SessionMediator.objects.bulk_create(
        SessionMediator(session=session, mediator=one, period=session.period) for one in mediators
    )


def take_seat(case: Case, mediator: Mediator) -> list[Session]:
    """A mediator joins: seated in all sessions to come where free then; returns those where not."""
    missed = []
    for session in to_come(case).exclude(seats__mediator=mediator):
        if is_free(mediator, session):
            seat(session, [mediator])
        else:
            missed.append(session)
    return missed


def leave_seats(case: Case, mediator: Mediator) -> None:
    """A mediator leaves: no session to come waits for this one, and the time is free for others."""
    SessionMediator.objects.filter(session__in=to_come(case), mediator=mediator).delete()


def hand_over_sessions(case: Case, new: Mediator, by: User) -> tuple[list[Session], list[Session]]:
    """The new lead takes over the sessions to come; one for which the lead is not free is cancelled.

    Joins the caller's transaction, who holds the lock on the case. Returns both kinds. All mediators are told.
    """
    kept, cancelled = [], []
    for session in to_come(case).exclude(mediator=new).select_related("mediator"):
        if session.seats.filter(mediator=new).exists() or is_free(new, session):
            _take_over(session, case, new, by)
            kept.append(session)
        else:
            cancel(session, case, by, cause=Session.Cause.MEDIATOR_NOT_FREE)
            tell(session, case, by, "session.cancelled", also=[new])
            cancelled.append(session)
    return kept, cancelled


def is_free(mediator: Mediator, session: Session) -> bool:
    taken = SessionMediator.objects.filter(mediator=mediator, is_live=True, period__overlap=session.period)
    return not taken.exclude(session=session).exists()


def to_come(case: Case) -> QuerySet[Session]:
    """The planned sessions that did not begin yet."""
    return Session.objects.planned().filter(case=case, period__startswith__gt=timezone.now())


def cancel(
    session: Session, case: Case, by: User | None, *, reason: str = "", cause: str = "", **facts: object
) -> None:
    """Cancel a session and free room, mediators and parties; the caller holds the lock on the case."""
    session.state, session.cancel_reason, session.cancel_cause = State.CANCELLED, reason, cause
    session.save(update_fields=["state", "cancel_reason", "cancel_cause"])
    free(session)
    write(session, case, EventKind.SESSION_CANCELLED, by, **facts, **({"cause": str(cause)} if cause else {}))


def free(session: Session) -> None:
    """Parties and mediators are not held by it any more."""
    session.attendances.update(is_live=False)
    session.seats.update(is_live=False)


def write(session: Session, case: Case, kind: EventKind, by: User | None, **facts: object) -> None:
    """The ledger entry of what happened to a session."""
    data = {"session": session.pk, "start": session.period.lower.isoformat(), "round": session.round, **facts}
    ledger.append(case, [ledger.Entry(kind, by, data, timezone.now())])


def tell(session: Session, case: Case, by: User, kind: str, *, also: Iterable[Mediator] = ()) -> None:
    """The mediators of the session, but for the one who did it."""
    seated = Mediator.objects.filter(seats__session=session).select_related("user")
    people = {one.user for one in (*seated, *also) if one.user is not None and one.user_id != by.pk}
    start = timezone.localtime(session.period.lower)
    notify(
        sorted(people, key=lambda user: user.pk),
        kind,
        key=f"session:{session.pk}:{kind}:{start.isoformat()}",
        params={"number": case.number, "time": f"{start:%m-%d %H:%M}"},
        url=reverse("cases:detail", args=[case.number]),
    )


def _take_over(session: Session, case: Case, new: Mediator, by: User) -> None:
    before = session.mediator_id
    if not session.seats.filter(mediator=new).exists():
        seat(session, [new])
    session.mediator = new
    session.save(update_fields=["mediator"])
    write(session, case, EventKind.SESSION_MOVED, by, mediator=new.pk, instead_of=before)
    tell(session, case, by, "session.new_lead")
