"""Reads for the pages of the mediation room, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from cases.models import Case, CaseParty, Deadline, Screening
from cases.states import OPEN_STATES, State
from mediation.candidates import candidates, suggestions
from mediation.models import FollowUp

__all__ = ("candidates", "follow_up_list", "my_mediations", "suggestions")


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
