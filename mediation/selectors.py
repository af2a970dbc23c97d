"""Reads for the pages of the mediation room, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db.models import Case as DbCase
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Least

from accounts.models import Role, User
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
    owed = Obligation.objects.select_related("debtor__person", "creditor__person", "proof", "proof_paper")
    owed = owed.prefetch_related(Prefetch("instalments", Instalment.objects.select_related("proof", "proof_paper")))
    return (
        Agreement.objects.filter(case=case)
        .select_related("mediator", "committee", "paper")
        .prefetch_related(Prefetch("obligations", owed))
    )


def due_agreements(user: User, today: dt.date, state: str = "") -> QuerySet[Agreement]:
    """The agreements in force with obligations, of the cases in view, the next day due first.

    ``next_due`` is the earliest day of what is not performed yet, None where everything is; ``is_late`` whether it
    has passed. For a mediator the own cases, for a dispatcher those of the division.

    Args:
        state: a key of :data:`DUE_STATES`, or empty for everything.
    """
    open_duty = Obligation.objects.filter(agreement=OuterRef("pk"), performed_on=None, instalments=None)
    open_part = Instalment.objects.filter(obligation__agreement=OuterRef("pk"), performed_on=None)
    first_duty = Subquery(open_duty.order_by("due_on").values("due_on")[:1])
    first_part = Subquery(open_part.order_by("due_on").values("due_on")[:1])
    rows = Agreement.objects.visible_to(user).filter(in_force_on__isnull=False).newest()
    if user.role == Role.MEDIATOR:
        rows = rows.filter(case__mediator=user)
    rows = rows.filter(Exists(Obligation.objects.filter(agreement=OuterRef("pk"))))
    rows = rows.annotate(next_due=Least(first_duty, first_part))
    rows = rows.annotate(is_late=DbCase(When(next_due__lt=today, then=Value(True)), default=Value(False)))
    found = rows.filter(DUE_STATES[state](today)) if state in DUE_STATES else rows
    related = found.select_related("case__category", "case__division", "committee", "court_guidance")
    parties = Prefetch("case__parties", CaseParty.objects.select_related("person"))
    return related.prefetch_related(parties, "urgings").order_by(F("next_due").asc(nulls_last=True), "pk")


SOON = dt.timedelta(days=30)

DUE_STATES: dict[str, Callable[[dt.date], Q]] = {
    "overdue": lambda today: Q(next_due__lt=today),
    "soon": lambda today: Q(next_due__gte=today, next_due__lte=today + SOON),
    "open": lambda today: Q(next_due__isnull=False),
    "performed": lambda today: Q(next_due__isnull=True),
}
"""What the list of agreements may be narrowed to."""


def papers_of(agreement: Agreement) -> set[int]:
    """The keys of the documents that belong to an agreement: itself, signed pages, proofs, rulings."""
    found = set(agreement.signatures.values_list("scan", flat=True)) | {agreement.paper_id}
    found |= set(agreement.obligations.values_list("proof_paper", flat=True))
    found |= set(Instalment.objects.filter(obligation__agreement=agreement).values_list("proof_paper", flat=True))
    found |= set(agreement.confirmations.values_list("scan", flat=True))
    return {key for key in found if key is not None}


def my_unsigned(user: User) -> QuerySet[Agreement]:
    """The mediator's agreements that are not in force yet, the oldest first; ``case`` with what a row shows."""
    mine = Q(case__mediator=user) | Q(case__assignments__mediator__user=user, case__assignments__ended_at=None)
    rows = Agreement.objects.visible_to(user).awaiting().filter(mine, form=Agreement.Form.WRITTEN).distinct()
    return rows.select_related("case__category", "case__division", "committee").order_by("reached_on", "pk")


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
