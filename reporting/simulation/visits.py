"""What follows a solution in a simulated life: the plan of visits, and now and then a relapse."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from cases import deadlines
from cases.models import (
    CaseAccess,
    EventKind,
    Referral,
)
from cases.states import State
from cases.workflow import Actor
from governance_center.calendar import local_day
from mediation import planning
from mediation.models import FollowUp, VisitChannel
from mediation.services.follow_ups import PLAN_DAYS
from mediation.services.visit_plans import facts_of
from reporting.simulation import texts
from reporting.simulation.telling import Telling, at_hour, office_moment

VISIT_LAG_DAYS = 2
LATE = 0.12
"""Part of the visits that are made on the day after the planned one."""

Why = FollowUp.WhyVisitor


class Afterwards(Telling):
    """Visits, and the reopening of what came back."""

    def _follow_up(self) -> None:
        """The plan of the round, and every visit that fell due before the end."""
        resolved_on = local_day(self.case.resolved_at)
        visitor = self._visitor()
        plan = planning.choose(self.world.plans, facts_of(self.case))
        days = plan.days if plan else PLAN_DAYS
        visits = [
            self.rows.add(
                FollowUp(case_id=self.case.pk, round=self.case.reopened_count, day=day,
                         due_on=resolved_on + dt.timedelta(days=day), assignee=visitor, plan=plan,
                         channel=plan.channel if plan else VisitChannel.PHONE, why_visitor=self._why(visitor))
            )
            for day in days
        ]  # fmt: skip
        if not any(row.case_id == self.case.pk and row.user_id == visitor.pk for row in self.rows.of(CaseAccess)[-4:]):
            self.rows.add(CaseAccess(case_id=self.case.pk, user=visitor, since=self.case.resolved_at))
        facts = {"days": list(days), "visitor": visitor.pk, "plan": plan.code if plan else ""}
        self._write(EventKind.FOLLOW_UP_PLANNED, None, facts, self.clock)
        for visit in visits:
            if visit.due_on > local_day(self.end) - dt.timedelta(days=VISIT_LAG_DAYS + 1):
                return
            reminded = at_hour(visit.due_on, 8)
            if reminded > self.clock and self.case.state == State.RESOLVED:
                self._move("start_follow_up", None, {}, reminded, Actor.SYSTEM)
            made = office_moment(self.rng, visit.due_on + dt.timedelta(days=self._lag()))
            if self._visit(
                visit, visitor, is_last=visit is visits[-1], at=max(made, self.clock + dt.timedelta(minutes=5))
            ):
                for later in visits:
                    if later.state == FollowUp.State.PLANNED:
                        later.state = FollowUp.State.CANCELLED
                self._resolve(self.clock)
                self._follow_up()
                return

    def _visit(self, visit: FollowUp, visitor: User, *, is_last: bool, at: dt.datetime) -> bool:
        """One visit; True when it found a relapse and the case was reopened and handled again."""
        again = at + dt.timedelta(days=self.rng.uniform(2, 9))
        relapse = self.case.reopened_count == 0 and not is_last and self.rng.random() < 0.008 and again < self.end
        outcome = FollowUp.Outcome.RELAPSE if relapse else FollowUp.Outcome.PERFORMED if is_last else (
            self.rng.choices([FollowUp.Outcome.PERFORMING, FollowUp.Outcome.PERFORMED, FollowUp.Outcome.NOT_REACHED],
                             [60, 35, 5])[0]
        )  # fmt: skip
        visit.state, visit.outcome, visit.done_at, visit.done_by = FollowUp.State.DONE, outcome, at, visitor
        if outcome != FollowUp.Outcome.NOT_REACHED and self._tells() and self.rng.random() < 0.85:
            said = self.rng.choices(["content", "fairly", "not_content"], [77, 19, 4])[0]
            visit.satisfaction = "not_content" if relapse else said
        facts: dict[str, object] = {"follow_up": visit.pk, "day": visit.day, "outcome": outcome.value}
        if relapse or self.rng.random() < 0.3:
            digest = self._note(visitor, texts.RELAPSED if relapse else texts.VISITED, at)
            visit.note_id = digest["note"]
            facts |= digest
        self._write(EventKind.FOLLOWED_UP, visitor, facts, at)
        if self.case.state == State.RESOLVED:
            self._move("start_follow_up", visitor, {}, at, Actor.VISITOR)
        if relapse:
            self._move("reopen", visitor, self._note(visitor, texts.RELAPSED, at), at, Actor.VISITOR)
            self.case.due_at = self._limit(deadlines.handling_rule_code(self.case.kind), at).due_at
            for referral in self.referrals:
                if referral.is_current and referral.status == Referral.Status.DONE:
                    referral.status, referral.ended_at = Referral.Status.SIGNED, None
            self.clock = again
        elif is_last:
            self._move("close", visitor, {}, at, Actor.VISITOR)
        return relapse

    def _lag(self) -> int:
        """Days after the planned one."""
        return int(self.rng.random() < LATE)

    def _tells(self) -> bool:
        """Whether these people say how content they are: about one household in seven never does."""
        return self.serial % 7 != 3

    def _visitor(self) -> User:
        """As ``follow_ups.choose_visitor``: somebody other than the handler."""
        if self.mediator is None:
            return self.clerk
        pool = [m for m in self.world.mediators[self.spec.county] if m.pk != self.mediator.pk]
        near = [m for m in pool if m.committee_id == self.mediator.committee_id] or pool
        user = self.rng.choice(near).user
        assert user is not None  # noqa: S101
        return user

    def _why(self, visitor: User) -> str:
        """By which rule the visitor was chosen."""
        if self.mediator is None:
            return Why.DESK.value
        own = any(m.user_id == visitor.pk and m.committee_id == self.mediator.committee_id
                  for m in self.world.mediators[self.spec.county])  # fmt: skip
        return Why.COMMITTEE.value if own else Why.COUNTY.value
