"""Reads for the pages of the mediation room, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models import Case, CaseParty, Deadline, Screening
from cases.states import OPEN_STATES, State
from governance_center.scope import within
from mediation.models import (
    Agreement,
    Attendance,
    FollowUp,
    FollowUpCode,
    Instalment,
    Obligation,
    PrescribedStep,
    Prescription,
    Room,
    SecondCallDraw,
    Session,
)
from mediation.models.follow_up import FollowUpQuerySet
from mediation.services import follow_ups


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


def follow_up_list(user: User, *, until: dt.date) -> FollowUpQuerySet:
    """Visits planned up to ``until``, one for each case, with what a row shows."""
    return (
        FollowUp.objects.visible_to(user)
        .due(until)
        .first_of_case()
        .select_related("case__category", "case__division", "assignee", "companion", "plan__category", "second_of")
        .prefetch_related(Prefetch("case__parties", CaseParty.objects.select_related("person")))
        .order_by("due_on", "pk")
    )


def visits_of(case: Case) -> QuerySet[FollowUp]:
    """The visits of a case with what its page shows."""
    shown = ("assignee", "companion", "done_by", "note", "plan__category", "second_of")
    return FollowUp.objects.filter(case=case).select_related(*shown).order_by("due_on", "pk")


def with_rights(visits: Iterable[FollowUp], user: User) -> list[tuple[FollowUp, bool]]:
    """Each visit, and whether the user may record it."""
    return [(visit, follow_ups.may_record(visit.case, visit, user)) for visit in visits]


def earlier_visits(visit: FollowUp) -> QuerySet[FollowUp]:
    """What visits of the case before found, the newest first; a second call does not see the first."""
    rows = FollowUp.objects.filter(case=visit.case_id, state=FollowUp.State.DONE).exclude(pk=visit.second_of_id)
    return rows.select_related("done_by", "note").order_by("-done_at", "-pk")


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


class Answer(NamedTuple):
    """One question of a second call: what the first visit heard, what the second, and whether they differ."""

    label: str | Promise
    first: str
    second: str
    differs: bool


def second_calls(user: User) -> FollowUpQuerySet:
    """The second calls that were made in the reader's division, the newest first; restricted ones not to officials."""
    rows = FollowUp.objects.second_calls().filter(state=FollowUp.State.DONE)
    rows = rows.filter(within("case__division__code", user.scope_code))
    if user.role == Role.OFFICIAL:
        rows = rows.filter(case__is_restricted=False)
    shown = ("case__category", "case__division", "done_by", "note", "second_of__done_by", "second_of__note")
    return rows.select_related(*shown).order_by("-done_at", "-pk")


def draws(user: User) -> QuerySet[SecondCallDraw]:
    """The draws of the reader's counties, the newest first."""
    rows = SecondCallDraw.objects.filter(within("division__code", user.scope_code[:6]))
    return rows.select_related("division").order_by("-week", "division")


def code_names() -> dict[tuple[str, str], str]:
    """The words of the visit lists by list and code, in the active language; in one query."""
    return {(row.table, row.code): row.name for row in FollowUpCode.objects.all()}


def compare(visit: FollowUp, names: Mapping[tuple[str, str], str]) -> list[Answer]:
    """Both calls, question by question. Contentment counts as different where both answered.

    Args:
        names: see :func:`code_names`.
    """
    first = visit.second_of
    if first is None:
        return []
    signs = [", ".join(names.get(("sign", code), code) for code in row.signs) for row in (first, visit)]
    helps = [", ".join(names.get(("help", code), code) for code in row.helps) for row in (first, visit)]
    content = first.satisfaction and visit.satisfaction and first.satisfaction != visit.satisfaction
    pairs = (first.get_outcome_display(), visit.get_outcome_display())
    answers = (first.get_satisfaction_display(), visit.get_satisfaction_display())
    return [
        Answer(_("What did the visit find"), *pairs, first.outcome != visit.outcome),
        Answer(_("Is the petitioner content"), *answers, bool(content)),
        Answer(_("Signs of escalation"), *signs, first.signs != visit.signs),
        Answer(_("Help needed"), *helps, False),
    ]


def prescription_of(case: Case) -> Prescription | None:
    """The prescription that counts: the newest."""
    return Prescription.objects.filter(case=case).select_related("diagnosis", "by").first()


def steps_of(prescription: Prescription) -> QuerySet[PrescribedStep]:
    """The lines of a prescription with who does them."""
    return prescription.steps.select_related("department", "party__person", "committee", "done_by")


def open_steps(user: User) -> QuerySet[PrescribedStep]:
    """What was prescribed in the dispatcher's division and is not done yet, the most urgent first."""
    rows = PrescribedStep.objects.visible_to(user).in_force().open()
    shown = ("department", "party__person", "committee", "prescription__case__category", "prescription__case__division")
    return rows.select_related(*shown).order_by("due_on", "pk")
