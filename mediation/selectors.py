"""Reads for the pages of the mediation room, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from django.db.models import Case as DbCase
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Least
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models import Case, CaseParty, Deadline, RoutingDecision, RoutingRule, Screening
from cases.states import OPEN_STATES, State
from governance_center.listing import enumerated
from governance_center.scope import within
from mediation.models import (
    Agreement,
    Assignment,
    Attendance,
    FollowUp,
    FollowUpCode,
    Instalment,
    Mediator,
    Notice,
    Obligation,
    PrescribedStep,
    Prescription,
    Recusal,
    Room,
    SecondCallDraw,
    SeparateTalk,
    Session,
    SessionMediator,
)
from mediation.models.follow_up import FollowUpQuerySet
from mediation.services import follow_ups


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


def sessions_of(case: Case, *, with_notes: bool = False) -> QuerySet[Session]:
    """The sessions of a case, the newest first, with what the page shows; ``minutes`` where there are any.

    Args:
        with_notes: with the private notes of separate talks, for who may read them.
    """
    people = Attendance.objects.select_related("party__person")
    rows = Session.objects.filter(case=case).select_related("case", "mediator", "room", "second_room", "minutes")
    seated = SessionMediator.objects.select_related("mediator")
    talks = SeparateTalk.objects.select_related("mediator", "room")
    talks = talks if with_notes else talks.defer("note")
    return rows.prefetch_related(
        Prefetch("attendances", people), Prefetch("seats", seated), Prefetch("talks", talks), _told()
    ).order_by("-period", "-pk")


def my_sessions(user: User) -> QuerySet[Session]:
    """The planned sessions in which the mediator sits, the earliest first; one that is over waits to be recorded."""
    people = Attendance.objects.select_related("party__person")
    rows = Session.objects.planned().visible_to(user).filter(seats__mediator__user=user)
    return (
        rows.select_related("case__category", "case__division", "mediator", "room", "second_room")
        .prefetch_related(
            Prefetch("attendances", people),
            Prefetch("talks", SeparateTalk.objects.select_related("mediator", "room").defer("note")),
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
    signs = [enumerated(names.get(("sign", code), code) for code in row.signs) for row in (first, visit)]
    helps = [enumerated(names.get(("help", code), code) for code in row.helps) for row in (first, visit)]
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
