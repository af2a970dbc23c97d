"""Reads for the pages of the mediation room, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from cases.models import Case, CaseParty, Deadline, RoutingDecision, RoutingRule, Screening
from cases.states import OPEN_STATES, State
from mediation.models import (
    Agreement,
    Attendance,
    FollowUp,
    Instalment,
    Obligation,
    Room,
    Session,
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
    """The open cases of the dispatcher's scope that may be mediated and have no mediator, the most urgent first.

    What keeps a case out is what :func:`cases.services.screening.kept_out` says of one: the checklist or, before it
    was asked, the statutory rule that routed the case first.
    """
    running = Deadline.objects.running().select_related("rule").order_by("due_at")
    kept_out = Q(is_administrative=True) | Q(is_pending=True) | Q(is_exclusive=True) | Q(is_refused=True)
    return (
        Case.objects.visible_to(user)
        .filter(mediator__isnull=True, category__is_mediable=True, state__in=(State.ACCEPTED, State.IN_HANDLING))
        .exclude(Exists(Screening.objects.filter(kept_out, case=OuterRef("pk"))))
        .exclude(~Exists(Screening.objects.filter(case=OuterRef("pk"))) & Exists(_routed_out_of_mediation()))
        .select_related("category", "division", "centre", "lead", "mediator")
        .prefetch_related(
            Prefetch("parties", CaseParty.objects.select_related("person")),
            Prefetch("deadlines", running, to_attr="running_deadlines"),
        )
        .order_by("due_at", "pk")
    )


def _routed_out_of_mediation() -> QuerySet[RoutingDecision]:
    """The first decision on a case of the outer query, where a statutory rule made it."""
    earlier = RoutingDecision.objects.filter(case=OuterRef("case"), pk__lt=OuterRef("pk"))
    made = RoutingDecision.objects.filter(case=OuterRef("pk"), rule__leads=RoutingRule.Leads.STATUTORY)
    return made.filter(~Exists(earlier))


def my_mediations(user: User) -> QuerySet[Case]:
    """The cases in the mediator's hands now, the most urgent first."""
    running = Deadline.objects.running().select_related("rule").order_by("due_at")
    return (
        Case.objects.visible_to(user)
        .filter(mediator=user, state__in=OPEN_STATES)
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
    return rows.prefetch_related(Prefetch("attendances", people)).order_by("-period", "-pk")


def my_sessions(user: User) -> QuerySet[Session]:
    """The mediator's planned sessions, the earliest first; one that is over waits until it is recorded."""
    people = Attendance.objects.select_related("party__person")
    rows = Session.objects.planned().visible_to(user).filter(mediator__user=user)
    return (
        rows.select_related("case__category", "case__division", "mediator", "room")
        .prefetch_related(Prefetch("attendances", people))
        .order_by("period", "pk")
    )


def rooms_for(case: Case) -> QuerySet[Room]:
    """The rooms in use of the case's county."""
    return Room.objects.filter(is_active=True, centre__division__code__startswith=case.county_code).order_by(
        "centre", "pk"
    )
