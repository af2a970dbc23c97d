"""Follow-up visits: recording what was found, and what follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import notify
from cases import ledger, workflow
from cases.models import Case, CaseParty, EventKind
from cases.risk import Signs
from cases.services import close_case, rating, reopen_case
from cases.services.common import lock, write_note
from cases.services.dispatching import staff_for
from cases.states import State
from cases.workflow import Actor
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation.models import FollowUp, FollowUpCode, Instalment, Obligation, VisitChannel
from mediation.planning import DEFAULT_DAYS as PLAN_DAYS
from mediation.services import visitors
from mediation.services.visit_plans import on_closed, on_reopened, on_resolved, on_unmerged, plan_for

__all__ = (
    "PLAN_DAYS",
    "AlreadyRecorded",
    "Findings",
    "may_record",
    "on_closed",
    "on_reopened",
    "on_resolved",
    "on_unmerged",
    "plan_for",
    "record_follow_up",
)

EXTRA_AFTER_DAYS = 30
"""When the last visit finds the agreement not performed, one more follows after so many days."""

Outcome, NextStep = FollowUp.Outcome, FollowUp.NextStep

TROUBLE = frozenset({Outcome.RELAPSE, Outcome.NOT_PERFORMED})
"""Outcomes that need a note."""


class AlreadyRecorded(GovernanceError):
    code = "already_recorded"
    message = _("This visit was already recorded.")


class WrongStep(GovernanceError):
    code = "wrong_step"
    status = 422


@dataclass(frozen=True, slots=True)
class Findings:
    """What else a visit brings home.

    ``channel`` empty: as planned. ``signs`` and ``helps`` are codes of the lists. ``next_on`` is the local day of
    an earlier visit, needed for that next step alone.
    """

    channel: str = ""
    spoken_to: CaseParty | None = None
    signs: Sequence[str] = ()
    helps: Sequence[str] = ()
    next_step: str = ""
    next_on: dt.date | None = None


@atomic
def record_follow_up(
    *,
    follow_up: FollowUp,
    by: User,
    outcome: str,
    satisfaction: str = "",
    note: str = "",
    findings: Findings | None = None,
) -> FollowUp:
    """Record what a visit found. The same record sent twice is one.

    A relapse reopens the case; a last visit that finds the agreement performed closes it; a last visit that
    does not is followed by one more. Visits that had fallen due before and were missed count as covered. Signs of
    escalation weigh in the risk of the case; they and need of help are told to the dispatchers at once. A second
    call only reopens: it closes nothing and moves no other visit.

    Raises:
        NotAllowed: only the visitor, who comes along, or a dispatcher of the division.
        AlreadyRecorded: recorded, covered or cancelled before.
        MissingInput: no outcome of the list, or a relapse, non-performance or sign without a note.
        WrongStep: a next step that does not go with what was found.
    """
    case, now, more = lock(Case(pk=follow_up.case_id)), timezone.now(), findings or Findings()
    visit = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
    if not may_record(case, visit, by):
        raise NotAllowed()
    if visit.state != FollowUp.State.PLANNED:
        if _is_same(visit, by, outcome, satisfaction, note):
            return visit
        raise AlreadyRecorded()
    _check_input(case, outcome, satisfaction, note, more)
    _check_step(case, visit, outcome, satisfaction, more, timezone.localdate(now))
    entries, changed = _write(case, visit, by=by, outcome=outcome, satisfaction=satisfaction, note=note, more=more)
    ledger.append(case, entries, update=changed)
    if visit.signs:
        rating.rate_signs(case=case, signs=_signs_of(visit))
    _tell_of_trouble(case, visit)
    if visit.is_second:
        _after_second_call(case, visit, by=by, note=note)
    else:
        _what_follows(case, visit, by=by, note=note, next_on=more.next_on, today=timezone.localdate(now))
    return visit


def may_record(case: Case, visit: FollowUp, user: User) -> bool:
    """The visitor who was asked, who comes along, or a dispatcher of the division.

    A second call is not recorded by whoever made the first.
    """
    if not user.is_active:
        return False
    if visit.second_of is not None and user.pk in visitors.makers(visit.second_of):
        return False
    return user.pk in {visit.assignee_id, visit.companion_id} or Actor.DISPATCH in workflow.relations(user, case)


def _is_same(visit: FollowUp, by: User, outcome: str, satisfaction: str, note: str) -> bool:
    """Whether this very record was written before: a form sent twice."""
    written = visit.note.text if visit.note else ""
    same = (visit.outcome, visit.satisfaction, written) == (outcome, satisfaction, note.strip())
    return visit.state == FollowUp.State.DONE and visit.done_by_id == by.pk and same


def _check_input(case: Case, outcome: str, satisfaction: str, note: str, more: Findings) -> None:
    if outcome not in Outcome.values:
        raise MissingInput(field="outcome")
    if satisfaction and satisfaction not in FollowUp.Satisfaction.values:
        raise MissingInput(field="satisfaction")
    if more.channel and more.channel not in VisitChannel.values:
        raise MissingInput(field="channel")
    if more.spoken_to is not None and more.spoken_to.case_id != case.pk:
        raise MissingInput(field="spoken_to")
    for table, codes, field in (("sign", more.signs, "signs"), ("help", more.helps, "helps")):
        known = FollowUpCode.objects.filter(table=table, code__in=codes).values_list("code", flat=True)
        if set(codes) - set(known):
            raise GovernanceError(_("This choice is not possible here."), field=field, code="bad_choice")
    if (outcome in TROUBLE or more.signs) and not note.strip():
        raise MissingInput(_("Say what happened."), field="note")


def _check_step(case: Case, visit: FollowUp, outcome: str, satisfaction: str, more: Findings, today: dt.date) -> None:
    """The next step goes with what was found; see :class:`WrongStep`."""
    step = more.next_step
    if step and step not in NextStep.values:
        raise MissingInput(field="next_step")
    if step == NextStep.EARLIER and (more.next_on is None or not today < more.next_on <= today + dt.timedelta(365)):
        raise WrongStep(_("Choose a day after today, within a year."), field="next_on")
    if step == NextStep.REOPEN and outcome not in TROUBLE:
        raise WrongStep(_("Only a relapse, or what is not performed, reopens the matter."), field="next_step")
    if step == NextStep.CLOSE:
        if outcome != Outcome.PERFORMED or more.signs or satisfaction == FollowUp.Satisfaction.NOT_CONTENT:
            raise WrongStep(
                _("Only what is performed, without signs of escalation or discontent, is closed early."),
                field="next_step",
            )
        if _owes_later(case, today):
            raise WrongStep(
                _("Something under the agreement falls due only later; go on as planned."), field="next_step"
            )
    if visit.is_second and step in {NextStep.EARLIER, NextStep.CLOSE}:
        raise WrongStep(_("A second call only checks, or reopens the matter."), field="next_step")


def _owes_later(case: Case, today: dt.date) -> bool:
    """Whether an obligation or instalment that is not performed falls due after today."""
    later = {"performed_on__isnull": True, "due_on__gt": today}
    return (
        Obligation.objects.filter(agreement__case=case, **later).exists()
        or Instalment.objects.filter(obligation__agreement__case=case, **later).exists()
    )


def _write(
    case: Case, visit: FollowUp, *, by: User, outcome: str, satisfaction: str, note: str, more: Findings
) -> tuple[list[ledger.Entry], set[str]]:
    """Keep the findings on the visit; the ledger entries of the visit and, before the first, of the follow-up."""
    now = timezone.now()
    facts: dict[str, object] = {"follow_up": visit.pk, "day": visit.day, "outcome": outcome}
    if note.strip():
        visit.note, digest = write_note(case, by=by, text=note, at=now)
        facts |= digest
    visit.state, visit.outcome, visit.satisfaction = FollowUp.State.DONE, outcome, satisfaction
    visit.channel, visit.spoken_to = more.channel or visit.channel, more.spoken_to
    visit.signs, visit.helps = sorted(set(more.signs)), sorted(set(more.helps))
    visit.next_step, visit.done_at, visit.done_by = more.next_step, now, by
    visit.save(
        update_fields=[
            "state", "outcome", "satisfaction", "note", "channel", "spoken_to", "signs", "helps", "next_step",
            "done_at", "done_by",
        ]
    )  # fmt: skip
    facts |= {"signs": visit.signs, "helps": visit.helps} if visit.signs or visit.helps else {}
    if visit.is_second:
        facts["second_of"] = visit.second_of_id
    entries, changed = [ledger.Entry(EventKind.FOLLOWED_UP, by, facts, now)], set[str]()
    if case.state == State.RESOLVED:
        started, changed = workflow.prepare(case, "start_follow_up", by=by, at=now, acting_as=Actor.VISITOR)
        entries.append(started)
    return entries, changed


def _signs_of(visit: FollowUp) -> Signs:
    """What the visit saw, by name in both languages, as they are called today."""
    on = timezone.localdate(visit.done_at).isoformat()
    rows = FollowUpCode.objects.filter(table="sign", code__in=visit.signs).values_list("name_zh_hans", "name_ko")
    names = [(chinese, korean or chinese) for chinese, korean in rows]
    return Signs(
        visit=visit.pk, on=on, codes=tuple(visit.signs),
        names={"zh-hans": [one[0] for one in names], "ko": [one[1] for one in names]},
    )  # fmt: skip


def _tell_of_trouble(case: Case, visit: FollowUp) -> None:
    """Signs of escalation and need of help reach the dispatchers at once, each visit once."""
    url, params = reverse("cases:detail", args=[case.number]), {"number": case.number}
    for kind, codes in (("follow_up.signs", visit.signs), ("follow_up.help", visit.helps)):
        if codes:
            dispatchers = staff_for(Role.DISPATCHER, case.division_id)
            notify(dispatchers, kind, key=f"{kind}:{visit.pk}", params=params, url=url)


def _after_second_call(case: Case, visit: FollowUp, *, by: User, note: str) -> None:
    if visit.outcome == Outcome.RELAPSE or visit.next_step == NextStep.REOPEN:
        reopen_case(case=case, by=by, note=note, acting_as=Actor.VISITOR)
        return
    if FollowUp.objects.differing().filter(pk=visit.pk).exists():
        notify(
            staff_for(Role.DISPATCHER, case.division_id), "follow_up.differs", key=f"follow_up.differs:{visit.pk}",
            params={"number": case.number}, url=reverse("mediation:second_call", args=[visit.pk]),
        )  # fmt: skip


def _what_follows(case: Case, visit: FollowUp, *, by: User, note: str, next_on: dt.date | None, today: dt.date) -> None:
    if visit.outcome == Outcome.RELAPSE or visit.next_step == NextStep.REOPEN:
        reopen_case(case=case, by=by, note=note, acting_as=Actor.VISITOR)
        return
    if visit.next_step == NextStep.CLOSE:
        close_case(case=case, by=by, acting_as=Actor.VISITOR)
        return
    plan = FollowUp.objects.planned().of_plan().filter(case=case)
    if visit.outcome != Outcome.NOT_REACHED or visit.due_on < today:
        plan.due(today).update(state=FollowUp.State.COVERED)
    if visit.next_step == NextStep.EARLIER and next_on:
        _add_visit(case, visit, on=next_on, origin=FollowUp.Origin.EARLIER)
    elif not plan.exists():
        if visit.outcome == Outcome.PERFORMED:
            close_case(case=case, by=by, acting_as=Actor.VISITOR)
        else:
            extra = today + dt.timedelta(days=EXTRA_AFTER_DAYS)
            _add_visit(case, visit, on=extra, origin=FollowUp.Origin.EXTRA)


def _add_visit(case: Case, before: FollowUp, *, on: dt.date, origin: str) -> None:
    """One more visit on a day, unless one is planned for that day already."""
    mine = FollowUp.objects.of_plan().filter(case=case, round=before.round)
    if mine.planned().filter(due_on=on).exists():
        return
    resolved_on = timezone.localdate(case.resolved_at)
    taken = set(mine.values_list("day", flat=True))
    day = (on - resolved_on).days
    while day in taken or day < 1:
        day += 1
    added = FollowUp.objects.create(
        case=case, round=before.round, day=day, due_on=on, origin=origin, plan=before.plan, channel=before.channel,
        assignee=before.assignee, companion=before.companion, why_visitor=before.why_visitor,
    )  # fmt: skip
    facts = {"follow_up": added.pk, "days": [day], "due_on": on.isoformat(), "visitor": added.assignee_id}
    ledger.append(case, [ledger.Entry(EventKind.FOLLOW_UP_PLANNED, None, facts)])
