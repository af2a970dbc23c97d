"""Who visits: finding the candidates, giving a visit to somebody else or another day, and giving it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import notify
from cases import ledger, workflow
from cases.models import Case, CaseAccess, EventKind
from cases.services.common import lock, write_note
from cases.services.dispatching import staff_for
from cases.workflow import Actor
from departments.models import CODE_LENGTHS
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic
from mediation.models import Assignment, Conflict, FollowUp, FollowUpPlan, Mediator, Reminder
from mediation.visiting import Candidate, Choice, who_visits

POLICE, TOWNSHIP = "public_security", "township"
"""Codes of the departments whose officers visit."""

Why = FollowUp.WhyVisitor


class HandlerAlone(GovernanceError):
    code = "handler_alone"
    message = _("Whoever handled the matter does not visit it alone. Choose somebody else.")


class NotPlanned(GovernanceError):
    code = "visit_not_planned"
    message = _("This visit was already made or cancelled.")


class CannotVisit(GovernanceError):
    code = "cannot_visit"
    message = _("This person has no part in the visits of this place.")


class WrongVisitDay(GovernanceError):
    code = "wrong_visit_day"
    status = 422
    message = _("Choose a day from today on, within a year.")


def choose(case: Case, plan: FollowUpPlan | None, *, barred: Collection[int] = ()) -> Choice:
    """Who visits ``case`` by its plan; see :func:`mediation.visiting.who_visits`.

    Args:
        barred: keys of users who must not visit, besides the handlers.
    """
    first = plan.first if plan else FollowUpPlan.First.MEDIATOR
    police = _rank(_staff(case, Role.OFFICER).filter(department=POLICE), lambda _length: Why.GIVEN)
    return who_visits(
        candidates(case), first=first, barred={*handlers(case), *barred},
        police=() if case.is_restricted or first != FollowUpPlan.First.POLICE else police,
    )  # fmt: skip


def handlers(case: Case) -> set[int]:
    """Whoever handled the matter: its mediators, also those who withdrew, and the officers of the lead department."""
    found: set[int | None] = set(Assignment.objects.filter(case=case).values_list("mediator__user", flat=True))
    found |= {case.mediator_id}
    if case.lead_id:
        found |= set(User.objects.filter(role=Role.OFFICER, department=case.lead_id).values_list("pk", flat=True))
    return {pk for pk in found if pk is not None}


def candidates(case: Case) -> list[Candidate]:
    """Everybody who could visit the place of the case, the handlers among them.

    A restricted case (信访工作条例 art. 30) is visited by dispatchers only. Mediators visit what was mediated, and
    not where they are close to a party.
    """
    found = _rank(_staff(case, Role.DISPATCHER), lambda _length: Why.DISPATCHER)
    if case.is_restricted:
        return found
    found += _rank(_staff(case, Role.CLERK), _place_of)
    township = _staff(case, Role.OFFICER).filter(department=TOWNSHIP)
    found += [one for one in _rank(township, _place_of) if one.why != Why.DESK]
    return found + _mediators(case)


@atomic
def give_visit(
    *, follow_up: FollowUp, by: User, to: User, on: dt.date, reason: str, companion: User | None = None
) -> FollowUp:
    """The dispatcher gives a planned visit to somebody, or puts it to another day; the new visitor is told.

    Args:
        on: local day, from today on.
        companion: who comes along; then the handler may be the other of the two.

    Raises:
        NotAllowed: only the dispatchers of the place. NotPlanned: made or cancelled before.
        HandlerAlone, CannotVisit, WrongVisitDay. MissingInput: no reason.
    """
    case, visit = lock_visit(follow_up)
    now = timezone.now()
    if Actor.DISPATCH not in workflow.relations(by, case):
        raise NotAllowed()
    today = timezone.localdate(now)
    if on != visit.due_on and not today <= on <= today + dt.timedelta(days=365):
        raise WrongVisitDay(field="on")
    _check_people(case, visit, to, companion)
    if visit.assignee_id != to.pk or visit.due_on != on:
        Reminder.objects.filter(subject=Reminder.Subject.VISIT, subject_id=visit.pk).delete()
    visit.assignee, visit.companion, visit.why_visitor, visit.due_on = to, companion, Why.GIVEN, on
    visit.save(update_fields=["assignee", "companion", "why_visitor", "due_on"])
    let_read(case, [to.pk, *([companion.pk] if companion else [])])
    _note, digest = write_note(case, by=by, text=reason, at=now, field="reason")
    ledger.append(case, [ledger.Entry(EventKind.FOLLOW_UP_PLANNED, by, {**_facts(visit), **digest}, now)])
    _tell([one for one in (to, companion) if one], "follow_up.given", case, visit)
    return visit


@atomic
def decline_visit(*, follow_up: FollowUp, by: User, reason: str) -> FollowUp:
    """The visitor cannot make it: the visit goes back to the dispatchers, who are told at once.

    Raises:
        NotAllowed: only the visitor, or who comes along. NotPlanned: made or cancelled before.
        MissingInput: no reason.
    """
    case, visit = lock_visit(follow_up)
    now = timezone.now()
    if by.pk not in {visit.assignee_id, visit.companion_id} or not by.is_active:
        raise NotAllowed()
    _note, digest = write_note(case, by=by, text=reason, at=now, field="reason")
    visit.assignee, visit.companion, visit.why_visitor = None, None, ""
    visit.save(update_fields=["assignee", "companion", "why_visitor"])
    ledger.append(case, [ledger.Entry(EventKind.FOLLOW_UP_PLANNED, by, {**_facts(visit), **digest}, now)])
    _tell(staff_for(Role.DISPATCHER, case.division_id), "follow_up.declined", case, visit)
    return visit


def on_restricted(*, case: Case, by: User | None) -> None:
    """A locked case left the general view: who may not visit it now gives the visit back to the dispatchers.

    Who was let in only for the visit does not read the case any longer.
    """
    able = {one.user for one in candidates(case)}
    planned = FollowUp.objects.select_for_update(of=("self",)).planned().filter(case=case).order_by("pk")
    let_in: set[int] = set()
    for visit in planned:
        barred = {pk for pk in (visit.assignee_id, visit.companion_id) if pk is not None} - able
        if not barred:
            continue
        let_in |= barred
        visit.assignee, visit.companion, visit.why_visitor = None, None, ""
        visit.save(update_fields=["assignee", "companion", "why_visitor"])
        ledger.append(case, [ledger.Entry(EventKind.FOLLOW_UP_PLANNED, by, _facts(visit), timezone.now())])
        _tell(staff_for(Role.DISPATCHER, case.division_id), "follow_up.declined", case, visit)
    CaseAccess.objects.filter(case=case, user__in=let_in - handlers(case)).delete()


def may_give(visit: FollowUp, user: User) -> bool:
    """A dispatcher of the place, while the visit is planned."""
    return visit.state == FollowUp.State.PLANNED and Actor.DISPATCH in workflow.relations(user, visit.case)


def may_decline(visit: FollowUp, user: User) -> bool:
    """Whoever was asked to make it, while it is planned."""
    return visit.state == FollowUp.State.PLANNED and user.pk in {visit.assignee_id, visit.companion_id}


def people_for(case: Case) -> QuerySet[User]:
    """Who may be chosen on the form: candidates and officers of the place, by name."""
    keys = {one.user for one in candidates(case)}
    if not case.is_restricted:
        keys |= {officer.pk for officer in _staff(case, Role.OFFICER)} | {one.user for one in _mediators_of(case)}
    return User.objects.filter(pk__in=keys).order_by("role", "display_name", "pk")


def let_read(case: Case, users: Iterable[int | None]) -> None:
    """Who visits must be able to read the case."""
    rows = [CaseAccess(case=case, user_id=pk) for pk in users if pk is not None]
    CaseAccess.objects.bulk_create(rows, ignore_conflicts=True)


def makers(visit: FollowUp) -> set[int]:
    """Who made a visit, or was asked to."""
    return {pk for pk in (visit.assignee_id, visit.companion_id, visit.done_by_id) if pk is not None}


def lock_visit(follow_up: FollowUp) -> tuple[Case, FollowUp]:
    """The case first, as everywhere; then the planned visit.

    Raises:
        NotPlanned: it was made or cancelled.
    """
    case = lock(Case(pk=follow_up.case_id))
    visit = FollowUp.objects.select_for_update(of=("self",)).select_related("second_of").get(pk=follow_up.pk)
    if visit.state != FollowUp.State.PLANNED:
        raise NotPlanned()
    return case, visit


def _check_people(case: Case, visit: FollowUp, to: User, companion: User | None) -> None:
    able = set(people_for(case).values_list("pk", flat=True))
    for person, field in ((to, "to"), (companion, "companion")):
        if person is not None and person.pk not in able:
            raise CannotVisit(field=field)
    if companion is not None and companion.pk == to.pk:
        raise CannotVisit(_("Choose two different people."), field="companion")
    handled = handlers(case)
    if to.pk in handled and (companion is None or companion.pk in handled):
        raise HandlerAlone(field="to")
    if visit.second_of is not None and to.pk in makers(visit.second_of):
        raise CannotVisit(_("A second call is made by somebody other than the first."), field="to")


def _staff(case: Case, role: str) -> QuerySet[User]:
    """The active staff of a role whose division holds the place of the case."""
    codes = [case.division_id[:length] for length in CODE_LENGTHS.values() if len(case.division_id) >= length]
    planned = Count("follow_ups", filter=Q(follow_ups__state=FollowUp.State.PLANNED))
    return User.objects.filter(role=role, is_active=True, division__in=codes).annotate(planned_visits=planned)


def _rank(users: QuerySet[User], why: Callable[[int], str]) -> list[Candidate]:
    return [
        Candidate(user.pk, why(len(user.scope_code)), user.planned_visits, len(user.scope_code))  # type: ignore[attr-defined]
        for user in users
    ]


def _place_of(length: int) -> str:
    """As what somebody visits, by the digits of the code of their division."""
    if length >= CODE_LENGTHS["village"]:
        return Why.VILLAGE
    return Why.TOWNSHIP if length >= CODE_LENGTHS["township"] else Why.DESK


def _mediators(case: Case) -> list[Candidate]:
    """Mediators visit by the rule what a mediator had in hand; what a department settled is not theirs."""
    handler = Mediator.objects.filter(user=case.mediator_id).first() if case.mediator_id else None
    return _mediators_of(case, handler.committee_id) if handler else []


def _mediators_of(case: Case, committee: int | None = None) -> list[Candidate]:
    """The mediators of the county who are not close to a party."""
    close = Conflict.objects.filter(person__parts__case=case).values("mediator")
    planned = Count("user__follow_ups", filter=Q(user__follow_ups__state=FollowUp.State.PLANNED))
    rows = (
        Mediator.objects.assignable().of_county(case.county_code).exclude(pk__in=close).annotate(planned_visits=planned)
    )
    return [
        Candidate(row.user_id, Why.COMMITTEE if row.committee_id == committee else Why.COUNTY, row.planned_visits)  # type: ignore[attr-defined]
        for row in rows
        if row.user_id is not None
    ]


def _facts(visit: FollowUp) -> dict[str, object]:
    return {
        "follow_up": visit.pk, "days": [visit.day], "due_on": visit.due_on.isoformat(),
        "visitor": visit.assignee_id, "companion": visit.companion_id,
    }  # fmt: skip


def _tell(people: list[User], kind: str, case: Case, visit: FollowUp) -> None:
    notify(
        people,
        kind,
        key=f"{kind}:{visit.pk}:{case.ledger_length}",
        params={"number": case.number, "date": visit.due_on.isoformat()},
        url=reverse("mediation:follow_up", args=[visit.pk]),
    )
