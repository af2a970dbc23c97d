"""What the mediation room shows on the page of a case, and what can be done there."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases import workflow
from cases.models import Case
from cases.sections import Action, Section
from cases.services.screening import kept_out
from cases.states import State
from cases.workflow import Actor
from mediation import agreement_paper, conversation, life, next_step, selectors
from mediation.matching import reasons_of
from mediation.models import (
    Agreement,
    Assignment,
    FollowUp,
    PrescribedStep,
    Prescription,
    Prevention,
    RightsNotice,
    Session,
    StatisticsEntry,
)
from mediation.models.agreement import AFTER_AGREEMENT
from mediation.services import (
    absences,
    extending,
    filing,
    follow_ups,
    may_change_team,
    may_record_performance,
    offers,
    prescribing,
    recusing,
    signing,
    statistics,
    talks,
)
from mediation.services import notices as telling
from mediation.services import sessions as calling

STATISTICS_WRITERS = (Role.MEDIATOR, Role.DISPATCHER, Role.CLERK, Role.OFFICER)

PAPER_READERS = (Role.MEDIATOR, Role.DISPATCHER, Role.CLERK, Role.OFFICER)
"""Who may have the prescription on paper, of the cases they see."""


def may_assign(case: Case, user: User) -> bool:
    """The lead or a dispatcher, for a mediable case that is being handled."""
    open_states = {State.ACCEPTED, State.IN_HANDLING}
    in_charge = workflow.relations(user, case) & {Actor.LEAD, Actor.DISPATCH}
    return bool(case.category.is_mediable and case.state in open_states and in_charge) and kept_out(case) is None


def may_agree(case: Case, user: User) -> bool:
    """The mediator who has the case in hand."""
    return case.state == State.IN_HANDLING and case.mediator_id == user.pk


def may_withdraw(case: Case, user: User) -> bool:
    """A mediator who leads or assists in the case now."""
    if case.state != State.IN_HANDLING or user.role != Role.MEDIATOR:
        return False
    return case.mediator_id == user.pk or Assignment.objects.current().filter(case=case, mediator__user=user).exists()


def sections(case: Case, user: User) -> list[Section]:
    """Sessions, mediators, agreements and follow-up visits, where there are any."""
    assignments = list(Assignment.objects.filter(case=case).select_related("mediator__committee"))
    agreements = list(selectors.agreements_of(case))
    visits = list(selectors.visits_of(case))
    found = _session_sections(case, user)
    said = conversation.of(case, user)
    if said:
        found.append(Section("mediation/_offers.html", {"said": said, "number": case.number}))
    if assignments:
        asked = list(selectors.recusals(case))
        rows = [(row, reasons_of(row.suggestions) if row.ended_at is None else []) for row in assignments]
        shown = {"assignments": rows, "recusals": asked, "may_decide": recusing.may_decide(case, user)}
        found.append(Section("mediation/_assignments.html", shown))
    if agreements:
        found.append(Section("mediation/_agreements.html", _agreements(agreements, case, user)))
    if visits:
        found.append(Section("mediation/_visits.html", _visits(visits, case, user)))
    prescription = selectors.prescription_of(case)
    if prescription:
        found.append(Section("mediation/_prescription.html", _prescription(prescription, case, user)))
    entry = StatisticsEntry.objects.filter(case=case).select_related("by").first()
    if entry:
        found.append(Section("mediation/_statistics.html", _statistics(entry, case, user)))
    return found


def _session_sections(case: Case, user: User) -> list[Section]:
    reads = talks.may_read_notes(case, user)
    rows = list(selectors.sessions_of(case, with_notes=reads))
    notices = list(RightsNotice.objects.filter(case=case).select_related("party__person", "by"))
    away = absences.absences_of(list(case.parties.all()))
    if not rows and not notices and not away:
        return []
    may_settle = calling.works_on(case, user)
    may_talk = reads and case.state == State.IN_HANDLING
    shown = [
        (
            row,
            may_settle and row.state == Session.State.PLANNED,
            may_settle and telling.has_news(row),
            may_talk and talks.takes_talks(row),
        )
        for row in rows
    ]
    told = {
        "sessions": shown,
        "notices": notices,
        "away": away,
        "may_forget": bool(away) and absences.may_record(case, user),
        "number": case.number,
        "reads_notes": reads,
    }
    return [Section("mediation/_sessions.html", told)]


def actions(case: Case, user: User) -> list[Action]:
    """The buttons of the page; for a mediator the next step of the matter stands first and alone is the main one."""
    step, found = next_step.of_case(case, user), _actions(case, user)
    return [step, *(one for one in found if one.url != step.url)] if step else found


def _actions(case: Case, user: User) -> list[Action]:
    found = []
    if may_assign(case, user):
        url = reverse("mediation:assign", args=[case.number])
        label = _("Change the mediator") if case.mediator_id else _("Assign a mediator")
        found.append(Action(url, label, "user-share", is_main=not case.mediator_id))
    if may_change_team(case, user):
        url = reverse("mediation:assign", args=[case.number]) + "?role=assisting"
        found.append(Action(url, _("Add an assisting mediator"), "user-plus"))
    if case.mediator_id is not None and recusing.may_ask(case, user):
        url = reverse("mediation:recusal_ask", args=[case.number])
        found.append(Action(url, _("A party asks that a mediator withdraws"), "user-question"))
    if calling.may_call(case, user):
        url = reverse("mediation:session_call", args=[case.number])
        found.append(Action(url, _("Call a session"), "calendar-plus"))
        url = reverse("mediation:rights", args=[case.number])
        found.append(Action(url, _("Record the notice of rights"), "file-certificate"))
    if absences.may_record(case, user):
        url = reverse("mediation:absence", args=[case.number])
        found.append(Action(url, _("When a party cannot come"), "calendar-off"))
    if offers.may_negotiate(case, user) and not offers.standing(case):
        url = reverse("mediation:offer", args=[case.number])
        found.append(Action(url, _("Record an offer"), "arrows-exchange"))
    if may_agree(case, user):
        url = reverse("mediation:agreement", args=[case.number])
        found.append(Action(url, _("Record the agreement"), "writing-sign"))
        if extending.limit_of(case):
            url = reverse("mediation:longer", args=[case.number])
            found.append(Action(url, _("Ask for a longer mediation"), "calendar-plus"))
    if case.state in AFTER_AGREEMENT and user.role in agreement_paper.READERS:
        written = Agreement.objects.filter(case=case, form=Agreement.Form.WRITTEN).newest().first()
        if written:
            url = reverse("mediation:signing", args=[written.pk])
            found.append(Action(url, _("Agreement: paper, performance, court"), "writing-sign"))
    if may_withdraw(case, user):
        found.append(Action(reverse("mediation:recuse", args=[case.number]), _("I should withdraw"), "user-off"))
    if prescribing.may_prescribe(case, user):
        url = reverse("mediation:prescribe", args=[case.number])
        found.append(Action(url, _("Diagnose and prescribe"), "stethoscope"))
    if user.role in STATISTICS_WRITERS and statistics.may_enter(case, user):
        url = reverse("mediation:statistics", args=[case.number])
        found.append(Action(url, _("Enter for the statistics"), "chart-dots"))
    if filing.may_read(case, user):
        found.append(Action(reverse("mediation:papers", args=[case.number]), _("Papers of the case"), "folders"))
    return found


def _agreements(agreements: list[Agreement], case: Case, user: User) -> dict[str, Any]:
    languages = agreement_paper.NAMES if user.role in agreement_paper.READERS else ()
    return {
        "agreements": [
            (
                row,
                languages if agreement_paper.applies(row) else (),
                signing.lacking(row, case),
                life.of(row, case, user),
            )
            for row in agreements
        ],
        "number": case.number,
        "may_record": may_record_performance(case, user),
    }


def _visits(visits: list[FollowUp], case: Case, user: User) -> dict[str, Any]:
    """The visits with their codes in words, and the plan of this round with the reason for it."""
    names = selectors.code_names() if any(visit.signs or visit.helps for visit in visits) else {}
    rows = []
    for visit in visits:
        codes = [("sign", code) for code in visit.signs] + [("help", code) for code in visit.helps]
        words = [(table, names.get((table, code), code)) for table, code in codes]
        gives = visit.state == FollowUp.State.PLANNED and Actor.DISPATCH in workflow.relations(user, case)
        rows.append((visit, words, _is_open_to(case, visit, user), gives))
    latest = max(visit.round for visit in visits)
    plan = next((visit.plan for visit in visits if visit.round == latest and visit.plan), None)
    return {"visits": rows, "plan": plan}


def _statistics(entry: StatisticsEntry, case: Case, user: User) -> dict[str, Any]:
    return {
        "entry": entry,
        "preventions": list(Prevention.objects.filter(case=case)),
        "may_enter": user.role in STATISTICS_WRITERS and statistics.may_enter(case, user),
        "number": case.number,
    }


def _prescription(prescription: Prescription, case: Case, user: User) -> dict[str, Any]:
    names = selectors.code_names()
    steps = list(selectors.steps_of(prescription))
    kinds = PrescribedStep.Kind
    return {
        "prescription": prescription,
        "causes": [names.get(("cause", code), code) for code in prescription.causes],
        "groups": [(kind.label, [step for step in steps if step.kind == kind]) for kind in kinds],
        "may_mark": prescribing.may_mark(case, user),
        "languages": agreement_paper.NAMES if user.role in PAPER_READERS else (),
    }


def _is_open_to(case: Case, visit: FollowUp, user: User) -> bool:
    return visit.state == FollowUp.State.PLANNED and follow_ups.may_record(case, visit, user)
