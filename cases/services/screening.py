"""The checklist that keeps out of mediation what may not be mediated."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger, workflow
from cases.models import Case, EventKind, Note, Screening, StatutoryRoute
from cases.services.common import lock, write_note
from cases.states import State
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from governance_center.transactions import atomic

QUESTIONS = ("is_administrative", "is_pending", "is_exclusive", "is_refused")
SCREENED_STATES = (State.REGISTERED, State.ACCEPTED)


def may_screen(case: Case, user: User) -> bool:
    """The desk and the dispatchers of the place, until handling starts."""
    mine = workflow.relations(user, case) & {workflow.Actor.DESK, workflow.Actor.DISPATCH}
    return case.state in SCREENED_STATES and bool(mine)


@atomic
def screen_case(*, case: Case, by: User, answers: Mapping[str, bool], route: str = "", reason: str = "") -> Screening:
    """Keep the answers to the four questions; a yes keeps the case out of mediation and names the route instead.

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
    values = {**given, "route": route if is_out else "", "reason": note, "by": by, "at": now}
    screening, _created = Screening.objects.update_or_create(case=case, defaults=values)
    data = {**given, "route": screening.route, **facts}
    ledger.append(case, [ledger.Entry(EventKind.SCREENED, by, data, now)])
    return screening


def screening_reasons(screening: Screening) -> list[str | Promise]:
    """The questions that were answered with yes, in words."""
    words = {field.name: field.verbose_name for field in Screening._meta.fields}
    return [words[name] for name in QUESTIONS if getattr(screening, name)]


def screening_of(case: Case) -> tuple[Screening, list[str | Promise]] | None:
    """The screening of a case with the questions answered with yes; None when it was not screened."""
    screening = Screening.objects.select_related("reason", "by").filter(case=case).first()
    return (screening, screening_reasons(screening)) if screening else None
