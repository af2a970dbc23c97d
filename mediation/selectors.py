"""Reads for the pages of the mediation room, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from cases.models import Case, CaseParty, Deadline, Screening
from cases.states import OPEN_STATES, State
from mediation.models import (
    Agreement,
    Assignment,
    Attendance,
    FollowUp,
    Instalment,
    Mediator,
    Notice,
    Obligation,
    Recusal,
    Room,
    Session,
    SessionMediator,
)


def agreements_of(case: Case) -> QuerySet[Agreement]:
    """The agreements of a case with their obligations and instalments."""
    owed = Obligation.objects.select_related("debtor__person", "creditor__person", "proof")
    owed = owed.prefetch_related(Prefetch("instalments", Instalment.objects.select_related("proof")))
    return (
        Agreement.objects.filter(case=case)
        .select_related("mediator", "committee")
        .prefetch_related(Prefetch("obligations", owed))
    )


def backlog(user: User) -> QuerySet[Case]:
    """The open cases of the dispatcher's scope that may be mediated and have no mediator, the most urgent first."""
    running = Deadline.objects.running().select_related("rule").order_by("due_at")
    kept_out = Q(is_administrative=True) | Q(is_pending=True) | Q(is_exclusive=True) | Q(is_refused=True)
    return (
        Case.objects.visible_to(user)
        .filter(mediator__isnull=True, category__is_mediable=True, state__in=(State.ACCEPTED, State.IN_HANDLING))
        .exclude(Exists(Screening.objects.filter(kept_out, case=OuterRef("pk"))))
        .select_related("category", "division", "centre", "lead", "mediator")
        .prefetch_related(
            Prefetch("parties", CaseParty.objects.select_related("person")),
            Prefetch("deadlines", running, to_attr="running_deadlines"),
        )
        .order_by("due_at", "pk")
    )


def team(case: Case) -> QuerySet[Assignment]:
    """Who mediates the case now, the lead first."""
    return Assignment.objects.current().filter(case=case).select_related("mediator__committee").order_by("seat")


def mediators_at(case: Case, moment: dt.datetime) -> list[Mediator]:
    """Who mediated the case at a moment, the lead first."""
    return [row.mediator for row in Assignment.objects.at(moment).filter(case=case).select_related("mediator")]


def recusals(case: Case) -> QuerySet[Recusal]:
    """What parties asked about mediators of the case, and how it was decided."""
    rows = Recusal.objects.filter(case=case)
    return rows.select_related("mediator", "party__person", "reason", "decision", "decided_by", "recorded_by")


def my_mediations(user: User) -> QuerySet[Case]:
    """The cases in which the mediator leads or assists now, the most urgent first."""
    running = Deadline.objects.running().select_related("rule").order_by("due_at")
    assists = Assignment.objects.current().filter(case=OuterRef("pk"), mediator__user=user)
    return (
        Case.objects.visible_to(user)
        .filter(Q(mediator=user) | Exists(assists), state__in=OPEN_STATES)
        .select_related("category", "division", "lead", "mediator")
        .prefetch_related(
            Prefetch("parties", CaseParty.objects.select_related("person")),
            Prefetch("deadlines", running, to_attr="running_deadlines"),
        )
        .order_by("due_at", "pk")
    )


def follow_up_list(user: User, *, until: dt.date) -> QuerySet[FollowUp]:
    """Visits planned up to ``until``, one for each case, with what a row shows."""
    return (
        FollowUp.objects.visible_to(user)
        .due(until)
        .first_of_case()
        .select_related("case__category", "case__division", "assignee")
        .prefetch_related(Prefetch("case__parties", CaseParty.objects.select_related("person")))
        .order_by("due_on", "pk")
    )


def sessions_of(case: Case) -> QuerySet[Session]:
    """The sessions of a case, the newest first, with what the page shows; ``minutes`` where there are any."""
    people = Attendance.objects.select_related("party__person")
    rows = Session.objects.filter(case=case).select_related("case", "mediator", "room", "minutes")
    seated = SessionMediator.objects.select_related("mediator")
    return rows.prefetch_related(Prefetch("attendances", people), Prefetch("seats", seated), _told()).order_by(
        "-period", "-pk"
    )


def my_sessions(user: User) -> QuerySet[Session]:
    """The planned sessions in which the mediator sits, the earliest first; one that is over waits to be recorded."""
    people = Attendance.objects.select_related("party__person")
    rows = Session.objects.planned().visible_to(user).filter(seats__mediator__user=user)
    return (
        rows.select_related("case__category", "case__division", "mediator", "room")
        .prefetch_related(
            Prefetch("attendances", people),
            Prefetch("seats", SessionMediator.objects.select_related("mediator")),
            _told(),
        )
        .order_by("period", "pk")
    )


def _told() -> Prefetch:  # type: ignore[type-arg]
    """The notices that parties of a session were given."""
    return Prefetch("notices", Notice.objects.select_related("outgoing", "party__person"))


def rooms_for(case: Case) -> QuerySet[Room]:
    """The rooms in use of the case's county."""
    return Room.objects.filter(is_active=True, centre__division__code__startswith=case.county_code).order_by(
        "centre", "pk"
    )
