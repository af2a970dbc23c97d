"""The checklist that keeps out of mediation what may not be mediated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from cases import ledger, levels, routing, workflow
from cases.models import (
    Case,
    EventKind,
    Note,
    Referral,
    RoutingDecision,
    RoutingRule,
    Screening,
    StatutoryRoute,
)
from cases.routing_rules import facts_of
from cases.services import dispatching
from cases.services.common import lock, write_note
from cases.services.referrals import end_recalled
from cases.states import State
from departments.presence import local_holidays_of
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from governance_center.transactions import atomic

QUESTIONS = ("is_administrative", "is_pending", "is_exclusive", "is_refused")
SCREENED_STATES = (State.REGISTERED, State.ACCEPTED)


class KeptOut(NamedTuple):
    """Why a matter may not be mediated, and its statutory route, in words."""

    why: str
    route: str


def may_screen(case: Case, user: User) -> bool:
    """The desk and the dispatchers of the place, until handling starts."""
    mine = workflow.relations(user, case) & {workflow.Actor.DESK, workflow.Actor.DISPATCH}
    return case.state in SCREENED_STATES and bool(mine)


@atomic
def screen_case(*, case: Case, by: User, answers: Mapping[str, bool], route: str = "", reason: str = "") -> Screening:
    """Keep the answers to the four questions; a yes keeps the case out of mediation and names the route instead.

    The first yes on a case that was routed already recalls what is not signed for and asks the dispatcher. Only noes
    after a yes open mediation again: nobody leads the case since, so it is routed anew, and the dispatchers are told.

    Args:
        answers: by name of :data:`QUESTIONS`; what is left out is a no.
        route: a value of ``StatutoryRoute``; needed with a yes, kept empty without.
        reason: needed with a yes; what the petitioner is told.

    Raises:
        NotAllowed: only the desk and the dispatchers of the place.
        IllegalMove: handling has started.
        MissingInput: a yes without a route or a reason.
    """
    case, now = lock(case), timezone.now()
    if case.state not in SCREENED_STATES:
        raise IllegalMove(move=_("screen"), state=State(case.state).label)
    if not may_screen(case, by):
        raise NotAllowed()
    given = {name: bool(answers.get(name)) for name in QUESTIONS}
    is_out = any(given.values())
    if is_out and not route:
        raise MissingInput(_("Name the statutory route."), field="route")
    if is_out and route not in StatutoryRoute.values:
        raise GovernanceError(_("This choice is not possible here."), field="route", code="bad_choice")
    note: Note | None = None
    facts: dict[str, object] = {}
    if is_out or reason.strip():
        note, facts = write_note(case, by=by, text=reason, at=now, field="reason")
    was_out = Screening.objects.filter(case=case).exclude(route="").exists()
    values = {**given, "route": route if is_out else "", "reason": note, "by": by, "at": now}
    screening, _created = Screening.objects.update_or_create(case=case, defaults=values)
    data = {**given, "route": screening.route, **facts}
    entries, changed = [ledger.Entry(EventKind.SCREENED, by, data, now)], set[str]()
    if is_out and not was_out and case.lead_id:
        routed, changed = _take_back(case, route, by=by, now=now)
        entries.append(routed)
    if was_out and not is_out:
        more, changed = _open_again(case, by=by, now=now)
        entries += more
    ledger.append(case, entries, update=changed)
    return screening


def _open_again(case: Case, *, by: User, now: dt.datetime) -> tuple[list[ledger.Entry], set[str]]:
    """Mediation is possible again: tell the dispatchers, and route anew what no department has in hand.

    Where one has signed for it, or the rules name no lead, it waits for the dispatcher to decide as before.
    """
    dispatching.tell_dispatchers(case, "case.screened_in", key=f"case:{case.pk}:screened_in:{case.ledger_length}")
    if case.state != State.ACCEPTED or Referral.objects.current().filter(case=case).exists():
        return [], set()
    holidays = local_holidays_of(case.centre_id)
    facts = facts_of(case, has_organisation=case.parties.exclude(organisation="").exists())
    decision = routing.decide(
        category=case.category, centre_code=levels.routing_code(case), place_code=case.division_id, day=local_day(now),
        local_holidays=holidays, facts=facts,
    )  # fmt: skip
    if decision.lead is None:
        return [], set()
    routed, changed = dispatching.send(case, decision, by=by, at=now, local_holidays=holidays)
    return [routed], changed


def _take_back(case: Case, route: str, *, by: User, now: dt.datetime) -> tuple[ledger.Entry, set[str]]:
    """Recall the referrals that nobody has signed for, tell those who have, and put the case to the dispatcher."""
    passed_over, recalled = [], []
    for referral in Referral.objects.current().filter(case=case).select_for_update(of=("self",)).order_by("pk"):
        is_open = referral.status == Referral.Status.DISPATCHED
        passed_over.append({"code": "alt_recalled" if is_open else "alt_signed", "department": referral.department_id})
        if is_open:
            end_recalled(referral, now)
            recalled.append(referral.pk)
        else:
            _tell_signed(referral, case)
    reasons = [{"code": "screened_out"}, {"code": "statutory", "route": route}]
    case.lead, case.is_contested = None, True
    RoutingDecision.objects.create(case=case, at=now, by=by, reasons=reasons, alternatives=passed_over)
    dispatching.tell_dispatchers(case, "case.screened_out", key=f"case:{case.pk}:screened_out:{case.ledger_length}")
    codes = [reason["code"] for reason in reasons]
    facts = {"lead": None, "assistants": [], "reasons": codes, "recalled": recalled}
    return ledger.Entry(EventKind.ROUTED, by, facts, now), {"lead", "is_contested"}


def _tell_signed(referral: Referral, case: Case) -> None:
    notify(
        dispatching.officers_of(referral),
        "referral.screened_out",
        key=f"referral:{referral.pk}:screened_out",
        params={"number": case.number},
        url=reverse("cases:detail", args=[case.number]),
    )


def screening_reasons(screening: Screening) -> list[str | Promise]:
    """The questions that were answered with yes, in words."""
    words = {field.name: field.verbose_name for field in Screening._meta.fields}
    return [words[name] for name in QUESTIONS if getattr(screening, name)]


def screening_of(case: Case) -> tuple[Screening, list[str | Promise]] | None:
    """The screening of a case with the questions answered with yes; None when it was not screened."""
    screening = Screening.objects.select_related("reason", "by").filter(case=case).first()
    return (screening, screening_reasons(screening)) if screening else None


def kept_out(case: Case) -> KeptOut | None:
    """What keeps the case out of mediation: the checklist or, before it was asked, the rule that routed it."""
    screening = Screening.objects.filter(case=case).first()
    if screening is not None:
        if screening.is_mediable:
            return None
        why = "; ".join(str(question) for question in screening_reasons(screening))
        return KeptOut(why, screening.get_route_display())
    decision = case.routing_decisions.select_related("rule").order_by("pk").first()
    rule = decision.rule if decision else None
    if rule is None or rule.leads != RoutingRule.Leads.STATUTORY:
        return None
    return KeptOut(rule.name, rule.get_statutory_route_display())
