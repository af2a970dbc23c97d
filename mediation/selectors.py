"""Reads for the pages of the mediation room, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case as SqlCase
from django.db.models import Count, IntegerField, Prefetch, Q, QuerySet, Value, When

from accounts.models import User
from cases.models import Case, CaseParty, Deadline
from cases.states import OPEN_STATES
from mediation.models import Agreement, FollowUp, Instalment, Mediator, MediatorQuerySet, Obligation


def candidates(case: Case) -> MediatorQuerySet:
    """Who can take the case, best fit first: same category, the parties' language, same place, least load.

    Advice only; a person chooses.
    """
    applicant = case.parties.filter(part=CaseParty.Part.APPLICANT, person__isnull=False).first()
    language = applicant.person.language if applicant and applicant.person else case.narrative_language
    return (
        Mediator.objects.assignable()
        .of_county(case.county_code)
        .with_open_load()
        .annotate(
            knows=Count("specialties", filter=Q(specialties=case.category_id), distinct=True),
            speaks=_flag(languages__contains=[language]),
            near=_flag(committee__division=case.division_id[:9]),
        )
        .select_related("committee__division", "user")
        .prefetch_related("specialties")
        .order_by("-speaks", "-knows", "-near", "open_load", "pk")
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


def _flag(**condition: object) -> SqlCase:
    return SqlCase(When(**condition, then=Value(1)), default=Value(0), output_field=IntegerField())
