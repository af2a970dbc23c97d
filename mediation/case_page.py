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
from mediation import agreement_paper, prescription_paper, selectors
from mediation.models import Agreement, Assignment, FollowUp, PrescribedStep, Prescription, RightsNotice
from mediation.services import follow_ups, may_record_performance, prescribing
from mediation.services import sessions as calling

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


def sections(case: Case, user: User) -> list[Section]:
    """Sessions, mediators, agreements and follow-up visits, where there are any."""
    assignments = list(Assignment.objects.filter(case=case).select_related("mediator__committee"))
    agreements = list(selectors.agreements_of(case))
    visits = list(selectors.visits_of(case))
    found = _session_sections(case, user)
    if assignments:
        found.append(Section("mediation/_assignments.html", {"assignments": assignments}))
    if agreements:
        found.append(Section("mediation/_agreements.html", _agreements(agreements, case, user)))
    if visits:
        found.append(Section("mediation/_visits.html", _visits(visits, case, user)))
    prescription = selectors.prescription_of(case)
    if prescription:
        found.append(Section("mediation/_prescription.html", _prescription(prescription, case, user)))
    return found


def _session_sections(case: Case, user: User) -> list[Section]:
    rows = list(selectors.sessions_of(case))
    notices = list(RightsNotice.objects.filter(case=case).select_related("party__person", "by"))
    if not rows and not notices:
        return []
    shown = [(row, calling.may_settle(row, user)) for row in rows]
    return [Section("mediation/_sessions.html", {"sessions": shown, "notices": notices})]


def actions(case: Case, user: User) -> list[Action]:
    found = []
    if may_assign(case, user):
        url = reverse("mediation:assign", args=[case.number])
        label = _("Change the mediator") if case.mediator_id else _("Assign a mediator")
        found.append(Action(url, label, "user-share", is_main=not case.mediator_id))
    if calling.may_call(case, user):
        url = reverse("mediation:session_call", args=[case.number])
        found.append(Action(url, _("Call a session"), "calendar-plus", is_main=True))
        url = reverse("mediation:rights", args=[case.number])
        found.append(Action(url, _("Record the notice of rights"), "file-certificate"))
    if may_agree(case, user):
        url = reverse("mediation:agreement", args=[case.number])
        found.append(Action(url, _("Record the agreement"), "writing-sign", is_main=True))
        found.append(Action(reverse("mediation:recuse", args=[case.number]), _("I should withdraw"), "user-off"))
    if prescribing.may_prescribe(case, user):
        url = reverse("mediation:prescribe", args=[case.number])
        found.append(Action(url, _("Diagnose and prescribe"), "stethoscope"))
    return found


def _agreements(agreements: list[Agreement], case: Case, user: User) -> dict[str, Any]:
    languages = agreement_paper.NAMES if user.role in agreement_paper.READERS else ()
    return {
        "agreements": [(row, languages if agreement_paper.applies(row) else ()) for row in agreements],
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


def _prescription(prescription: Prescription, case: Case, user: User) -> dict[str, Any]:
    names = selectors.code_names()
    steps = list(selectors.steps_of(prescription))
    kinds = PrescribedStep.Kind
    return {
        "prescription": prescription,
        "causes": [names.get(("cause", code), code) for code in prescription.causes],
        "groups": [(kind.label, [step for step in steps if step.kind == kind]) for kind in kinds],
        "may_mark": prescribing.may_mark(case, user),
        "languages": prescription_paper.NAMES if user.role in PAPER_READERS else (),
    }


def _is_open_to(case: Case, visit: FollowUp, user: User) -> bool:
    return visit.state == FollowUp.State.PLANNED and follow_ups.may_record(case, visit, user)
