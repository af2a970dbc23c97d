"""The life of one case, from the desk to the archive: every move through the workflow table.

Nothing is asked of the database: the moves are made on objects in memory by the same functions that the
services use, and the ledger is chained from them.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import User
from cases import deadlines, ledger, routing, workflow
from cases.levels import level_of
from cases.models import (
    Case,
    CaseAccess,
    CaseParty,
    Category,
    Deadline,
    EventKind,
    Kind,
    Note,
    Person,
    Referral,
    RoutingDecision,
)
from cases.routing_rules import facts_of
from cases.services.dispatching import decision_row, routing_entry
from cases.services.opening import registered_facts
from cases.services.people import key_rows
from cases.services.referrals import referral_facts
from cases.states import Outcome, State
from cases.workflow import Actor
from departments.models import Division
from governance_center.calendar import LOCAL_ZONE, local_day
from governance_center.copying import Rows
from governance_center.ledger import text_digest
from intake.models import Visit
from mediation.follow_ups import PLAN_DAYS
from mediation.models import Agreement, Assignment, FollowUp, Mediator
from reporting.simulation import names, texts
from reporting.simulation.world import World

VISIT_LAG_DAYS = 2
ORGANISED = {"wage_arrears", "labour", "social_insurance", "contract", "property_management", "consumer", "medical"}


@dataclass(slots=True)
class Spec:
    """What a case is to become; ``ending`` is one of the keys of :data:`Life.ENDINGS`."""

    county: str
    category: str
    registered_at: dt.datetime
    ending: str
    number: str = ""


@dataclass
class Life:
    """Lives a case through; the rows are in ``rows`` afterwards."""

    world: World
    rows: Rows
    rng: random.Random
    spec: Spec
    end: dt.datetime
    serial: int
    entries: list[ledger.Entry] = field(default_factory=list)
    limits: list[Deadline] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    mediator: Mediator | None = None
    has_organisation: bool = False

    def live(self) -> Case:
        """Everything that happens to the case until ``end``."""
        self._open()
        getattr(self, f"_end_{self.spec.ending}")()
        for row in ledger.chain(self.case, self.entries):
            self.rows.add(row)
        return self.case

    # --- at the desk

    def _open(self) -> None:
        world, rng, spec, at = self.world, self.rng, self.spec, self.spec.registered_at
        category = world.categories[spec.category]
        place = rng.choice(world.places[spec.county])
        self.petitioner = self._person(spec.county, place)
        language = self.petitioner.language
        title, story = texts.STORIES[category.pk][0 if language == "zh-hans" else 1]
        petition_class = ""
        if category.kind == Kind.PETITION:
            petition_class = rng.choices(["suggestion", "accusation", "appeal"], [3, 1, 6])[0]
        self.clerk = world.clerks[spec.county]
        self.case = self.rows.add(
            Case(
                number=spec.number, centre=world.centres[spec.county], division=place, kind=category.kind,
                petition_class=petition_class, category=category,
                channel=rng.choices(["walk_in", "hotline", "outreach", "police", "online"], [70, 12, 8, 6, 4])[0],
                title=title, narrative=story, narrative_language=language,
                wants_mediation=rng.random() < 0.8 if category.is_mediable else None,
                is_restricted=petition_class == "accusation",
                registered_at=at, registered_by=self.clerk, state_since=at, state=State.REGISTERED,
                held_level=level_of(spec.county),
            )
        )  # fmt: skip
        self._parties(category, place)
        self._write(EventKind.REGISTERED, self.clerk, registered_facts(self.case), at)
        if category.kind == Kind.PETITION:
            self._limit(deadlines.PETITION_ROUTE, at)
        self.rows.add(
            Visit(
                centre_id=spec.county, at=at, channel=self.case.channel, clerk=self.clerk, person=self.petitioner,
                language=language, case_id=self.case.pk, submission_key=UUID(int=rng.getrandbits(128), version=4),
                outcome=Visit.Outcome.NOT_ACCEPTED if spec.ending == "refused" else Visit.Outcome.NEW_CASE,
            )
        )  # fmt: skip

    def _person(self, county: str, place: Division) -> Person:
        from reporting.simulation.world import COUNTIES

        rng = self.rng
        is_korean = rng.random() < COUNTIES[county][1]
        name, hangul = names.korean_name(rng) if is_korean else (names.chinese_name(rng), "")
        if is_korean and rng.random() < 0.15:
            name = ""
        self.serial_used = self.serial
        number, born = names.identity_number(rng, county, self.serial)
        person = Person(
            name=name, name_hangul=hangul, birth_date=born, gender="1" if int(number[16]) % 2 else "2",
            language="ko" if is_korean and rng.random() < 0.7 else "zh-hans", division=place,
            created_at=self.spec.registered_at,
        )  # fmt: skip
        person.set_identity_number(number)
        person.set_phone(names.phone(rng))
        return self._on_file(person)

    def _on_file(self, person: Person) -> Person:
        """Add a person, known in this county, with what is typed to find them."""
        person.counties = [self.spec.county]
        self.rows.add(person)
        for key in key_rows(person):
            self.rows.add(key)
        return person

    def _parties(self, category: Category, place: Division) -> None:
        part = CaseParty.Part
        self.rows.add(CaseParty(case_id=self.case.pk, person=self.petitioner, part=part.APPLICANT))
        if category.kind in {Kind.SERVICE, Kind.CONSULTATION, Kind.HAZARD, Kind.PETITION}:
            return
        if category.pk in ORGANISED:
            county = self.world.centres[self.spec.county].name_zh_hans.removesuffix("综治中心")
            name = names.company(self.rng, county)
            self.has_organisation = True
            self.rows.add(CaseParty(case_id=self.case.pk, organisation=name, part=part.RESPONDENT))
            return
        other = Person(name=names.chinese_name(self.rng), language="zh-hans", division=place,
                       created_at=self.spec.registered_at)  # fmt: skip
        other.set_phone(names.phone(self.rng))
        self.rows.add(CaseParty(case_id=self.case.pk, person=self._on_file(other), part=part.RESPONDENT))

    # --- endings

    def _end_refused(self) -> None:
        at = self._soon(self.spec.registered_at, 0.5)
        reason = self.rng.choice(["outside_centre", "pending_elsewhere", "finally_decided", "no_concern"])
        facts = self._note(self.clerk, texts.REFUSED, at)
        self._move("refuse", self.clerk, {"reason": reason, **facts}, at, Actor.DESK)
        self._cancel_limits(at)

    def _end_waiting(self) -> None:
        self._accept_and_route()

    def _end_handling(self) -> None:
        self._accept_and_route()
        self._returns()
        if self.case.is_contested:
            self._rule(self._soon(self.clock, 20))
        self._sign(self._soon(self.clock, 6))
        if self.case.category.is_mediable and self.rng.random() < 0.6:
            self._assign(self._soon(self.clock, 6))
        self._progress(self._soon(self.clock, 20))

    def _end_contested(self) -> None:
        self._accept_and_route()
        self._return(self._soon(self.clock, 8))
        if not self.case.is_contested:
            self._return(self._soon(self.clock, 8))

    def _end_unresolved(self) -> None:
        at = self._handle()
        facts = self._note(self.handler, texts.ENDED, at)
        outcome = self.rng.choice([Outcome.TO_COURT, Outcome.TO_COURT, Outcome.TO_ARBITRATION, Outcome.TO_REVIEW])
        self._move("end_unresolved", self.handler, {"outcome": outcome.value, **facts}, at, self.acting_as)
        self._finish_handling(at)

    def _end_withdrawn(self) -> None:
        self._accept_and_route()
        self._sign(self._soon(self.clock, 8))
        at = self._soon(self.clock, 60)
        self._move("withdraw", self.clerk, self._note(self.clerk, texts.WITHDRAWN, at), at, Actor.DESK)
        self._cancel_limits(at)
        for referral in self.referrals:
            if referral.is_current and referral.status != Referral.Status.DONE:
                referral.status, referral.ended_at = Referral.Status.RECALLED, at

    def _end_resolved(self) -> None:
        self._resolve(self._handle())
        if self.case.kind == Kind.CONSULTATION:
            self._move("close", None, {}, self.clock, Actor.SYSTEM)
            return
        self._follow_up()

    # --- handling

    def _handle(self) -> dt.datetime:
        """Accept, route, sign, work; returns the moment at which it ends."""
        self._accept_and_route()
        finish = self._finish_moment(self.clock)
        self._budget = finish
        self._returns()
        if self.case.is_contested:
            self._rule(self._within(finish, 0.3))
        self._sign(self._within(finish, 0.3))
        if self.case.category.is_mediable and self.rng.random() < 0.68:
            self._assign(self._within(finish, 0.3))
        if self.rng.random() < 0.6:
            self._progress(self._within(finish, 0.5))
        self.clock = finish
        return finish

    def _accept_and_route(self) -> None:
        at, case = self.spec.registered_at, self.case
        self._move("accept", self.clerk, {}, at, Actor.DESK)
        decision = routing.decide(
            category=case.category, centre_code=self.spec.county, place_code=case.division_id, day=local_day(at),
            local_holidays=self.world.holidays[self.spec.county], book=self.world.book,
            facts=facts_of(case, has_organisation=self.has_organisation),
        )  # fmt: skip
        self._send(decision, self.clerk, at)
        if case.is_contested:
            self._rule(self._soon(at, 6))

    def _send(self, decision: routing.Decision, by: User | None, at: dt.datetime, note: Note | None = None) -> None:
        """What ``dispatching.send`` does, with rows in memory."""
        case, binding = self.case, note is not None
        case.lead = decision.lead.department if decision.lead else None
        case.is_contested = case.lead is None
        targets = [(decision.lead, Referral.Role.LEAD)] if decision.lead else []
        targets += [(target, Referral.Role.ASSIST) for target in decision.assistants] if decision.lead else []
        for target, role in targets:
            referral = self.rows.add(
                Referral(
                    case_id=case.pk, department=target.department, division_id=target.division_id, role=role,
                    dispatched_at=at, is_binding=binding and role == Referral.Role.LEAD,
                    is_opinion_required=decision.asks_opinions and role == Referral.Role.ASSIST,
                )
            )  # fmt: skip
            self.referrals.append(referral)
            self._limit(deadlines.SIGN, at, referral)
            if referral.is_opinion_required:
                self._limit(deadlines.ASSIST_OPINION, at, referral)
        if decision.lead and case.due_at is None:
            case.due_at = self._limit(deadlines.handling_rule_code(case.kind), at).due_at
        self.rows.add(decision_row(case, decision, by=by, at=at, note=note))
        self.entries.append(routing_entry(case, decision, by=by, at=at, binding=binding, note=note))
        self.clock = at

    def _returns(self) -> None:
        """A few matters are bounced once, fewer twice."""
        if self.case.is_contested or self.lead.is_binding:
            return
        chance = self.rng.random()
        if chance < 0.03:
            self._return(self._soon(self.clock, 5))
        if chance < 0.005 and not self.case.is_contested:
            self._return(self._soon(self.clock, 5))

    def _return(self, at: dt.datetime) -> None:
        case, referral, officer = self.case, self.lead, self._officer(self.lead)
        reason = self.rng.choice(["not_competent", "overlap", "unclear_title"])
        facts = self._note(officer, texts.RETURNED, at)
        referral.status, referral.is_current = Referral.Status.RETURNED, False
        referral.returned_at, referral.returned_by, referral.ended_at = at, officer, at
        referral.return_reason, referral.return_note_id = reason, facts["note"]
        self._meet(referral, at)
        self._write(EventKind.RETURNED, officer, {**referral_facts(referral), "reason": reason, **facts}, at)
        case.returned_count += 1
        base = {"returned_by": referral.department_id}
        others = [r for r in self.referrals if r.is_current and not r.is_lead]
        if case.returned_count == 1 and others:
            self._recall(others[0], at)
            target = self._locate(others[0].department, at)
            reasons = [{"code": "returned_next", "department": target.department.pk, **base},
                       routing.presence_reason(target, local_day(at))]  # fmt: skip
            self._send(routing.Decision(lead=target, reasons=reasons), None, at)
            return
        reasons = (
            [{"code": "returned_twice"}] if case.returned_count > 1 else [{"code": "returned_no_candidate", **base}]
        )
        case.lead, case.is_contested = None, True
        self.rows.add(RoutingDecision(case_id=case.pk, at=at, lead=None, reasons=reasons))
        codes = [row["code"] for row in reasons]
        self._write(EventKind.ROUTED, None, {"lead": None, "assistants": [], "reasons": codes}, at)

    def _rule(self, at: dt.datetime) -> None:
        dispatcher = self.world.dispatchers[self.spec.county]
        facts = self._note(dispatcher, texts.RULED, at)
        note = next(row for row in reversed(self.rows.of(Note)) if row.pk == facts["note"])
        wanted = self.case.category.lead or self.world.departments["justice"]
        for referral in self.referrals:
            if referral.is_current and referral.department_id == wanted.pk:
                self._recall(referral, at)
        target = self._locate(wanted, at)
        reasons = [{"code": "ruling", "department": wanted.pk}, routing.presence_reason(target, local_day(at))]
        self._send(routing.Decision(lead=target, reasons=reasons), dispatcher, at, note)

    def _sign(self, at: dt.datetime) -> None:
        for referral in [r for r in self.referrals if r.is_current]:
            if not referral.is_lead and self.rng.random() < 0.1:
                continue
            officer = self._officer(referral)
            referral.status, referral.signed_at, referral.signed_by = Referral.Status.SIGNED, at, officer
            self._meet(referral, at)
            self._write(EventKind.SIGNED, officer, referral_facts(referral), at)
            if referral.is_lead:
                self._move("start_handling", officer, {}, at, Actor.LEAD)
        self.handler, self.acting_as = self._officer(self.lead), Actor.LEAD

    def _assign(self, at: dt.datetime) -> None:
        pool = self.world.mediators[self.spec.county]
        speaking = [m for m in pool if self.petitioner.language in m.languages] or pool
        self.mediator = self.rng.choice(speaking)
        user = self.mediator.user
        assert user is not None  # noqa: S101  the world gives every one an account
        self.case.mediator = user
        self.rows.add(
            Assignment(case_id=self.case.pk, mediator=self.mediator, assigned_by=self.handler, assigned_at=at)
        )
        facts = {"mediator": user.pk, "committee": self.mediator.committee_id}
        self._write(EventKind.MEDIATOR_ASSIGNED, self.handler, facts, at)
        self.handler, self.acting_as = user, Actor.MEDIATOR

    def _progress(self, at: dt.datetime) -> None:
        self._write(EventKind.PROGRESS, self.handler, self._note(self.handler, texts.PROGRESS, at), at)

    def _resolve(self, at: dt.datetime) -> None:
        if self.acting_as == Actor.MEDIATOR:
            written = self.rng.random() < 0.7
            facts = self._note(self.handler, texts.TERMS, at)
            terms = self.rows.of(Note)[-1].text
            day = local_day(at)
            agreement = self.rows.add(
                Agreement(
                    case_id=self.case.pk, mediator=self.mediator, form="written" if written else "oral", terms=terms,
                    terms_language=self.petitioner.language, reached_on=day, recorded_by=self.handler, recorded_at=at,
                    perform_by=day + dt.timedelta(days=self.rng.choice([15, 30, 60])) if written else None,
                )
            )  # fmt: skip
            outcome = Outcome.WRITTEN_AGREEMENT if written else Outcome.ORAL_AGREEMENT
            facts |= {"agreement": agreement.pk, "terms_sha256": text_digest(terms)}
        else:
            facts = self._note(self.handler, texts.SETTLED, at)
            is_service = self.case.kind in {Kind.SERVICE, Kind.HAZARD, Kind.CONSULTATION}
            outcome = Outcome.SERVICE_DONE if is_service else Outcome.SETTLED
        data = {"outcome": outcome.value, "level": level_of(self.lead.division_id), **facts}
        self._move("resolve", self.handler, data, at, self.acting_as)
        self._finish_handling(at)

    def _finish_handling(self, at: dt.datetime) -> None:
        for limit in self.limits:
            if limit.met_at is None and limit.cancelled_at is None:
                limit.met_at = at
        for referral in self.referrals:
            if referral.is_current:
                referral.status, referral.ended_at = Referral.Status.DONE, at
        self.clock = at

    # --- afterwards

    def _follow_up(self) -> None:
        """The plan of the round, and every visit that fell due before the end."""
        resolved_on = local_day(self.case.resolved_at)
        visitor = self._visitor()
        visits = [
            self.rows.add(
                FollowUp(case_id=self.case.pk, round=self.case.reopened_count, day=day,
                         due_on=resolved_on + dt.timedelta(days=day), assignee=visitor)
            )
            for day in PLAN_DAYS
        ]  # fmt: skip
        if not any(row.case_id == self.case.pk and row.user_id == visitor.pk for row in self.rows.of(CaseAccess)[-4:]):
            self.rows.add(CaseAccess(case_id=self.case.pk, user=visitor, since=self.case.resolved_at))
        facts = {"days": list(PLAN_DAYS), "visitor": visitor.pk}
        self._write(EventKind.FOLLOW_UP_PLANNED, None, facts, self.clock)
        for visit in visits:
            if visit.due_on > local_day(self.end) - dt.timedelta(days=VISIT_LAG_DAYS + 1):
                return
            reminded = _at_hour(visit.due_on, 8)
            if reminded > self.clock and self.case.state == State.RESOLVED:
                self._move("start_follow_up", None, {}, reminded, Actor.SYSTEM)
            visit.reminded_at = reminded
            made = office_moment(self.rng, visit.due_on + dt.timedelta(days=self.rng.randrange(VISIT_LAG_DAYS)))
            if self._visit(visit, visitor, max(made, self.clock + dt.timedelta(minutes=5))):
                for later in visits:
                    if later.state == FollowUp.State.PLANNED:
                        later.state = FollowUp.State.CANCELLED
                self._resolve(self.clock)
                self._follow_up()
                return

    def _visit(self, visit: FollowUp, visitor: User, at: dt.datetime) -> bool:
        """One visit; True when it found a relapse and the case was reopened and handled again."""
        again = at + dt.timedelta(days=self.rng.uniform(2, 9))
        relapse = self.case.reopened_count == 0 and visit.day < 90 and self.rng.random() < 0.008 and again < self.end
        is_last = visit.day == PLAN_DAYS[-1]
        outcome = FollowUp.Outcome.RELAPSE if relapse else FollowUp.Outcome.PERFORMED if is_last else (
            self.rng.choices([FollowUp.Outcome.PERFORMING, FollowUp.Outcome.PERFORMED, FollowUp.Outcome.NOT_REACHED],
                             [60, 35, 5])[0]
        )  # fmt: skip
        visit.state, visit.outcome, visit.done_at, visit.done_by = FollowUp.State.DONE, outcome, at, visitor
        if outcome != FollowUp.Outcome.NOT_REACHED and self.rng.random() < 0.85:
            visit.satisfaction = "not_content" if relapse else self.rng.choices(["content", "fairly"], [78, 22])[0]
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

    def _visitor(self) -> User:
        """As ``follow_ups.choose_visitor``: somebody other than the handler."""
        if self.mediator is None:
            return self.clerk
        pool = [m for m in self.world.mediators[self.spec.county] if m.pk != self.mediator.pk]
        near = [m for m in pool if m.committee_id == self.mediator.committee_id] or pool
        user = self.rng.choice(near).user
        assert user is not None  # noqa: S101
        return user

    # --- small things

    @property
    def lead(self) -> Referral:
        return next(r for r in self.referrals if r.is_current and r.is_lead)

    def _officer(self, referral: Referral) -> User:
        return self.world.officers[referral.department_id, referral.division_id]

    def _locate(self, department: object, at: dt.datetime) -> routing.Target:
        return routing.locate(
            department, centre_code=self.spec.county, day=local_day(at),  # type: ignore[arg-type]
            local_holidays=self.world.holidays[self.spec.county], book=self.world.book,
        )  # fmt: skip

    def _move(self, code: str, by: User | None, data: dict[str, object], at: dt.datetime, acting_as: Actor) -> None:
        entry, _changed = workflow.prepare(self.case, code, by=by, data=data, at=at, acting_as=acting_as)
        self.entries.append(entry)
        self.clock = at

    def _write(self, kind: str, by: User | None, data: dict[str, object], at: dt.datetime) -> None:
        self.entries.append(ledger.Entry(kind, by, data, at))
        self.clock = at

    def _note(self, by: User, choices: dict[str, object], at: dt.datetime) -> dict[str, object]:
        found = choices[self.petitioner.language]
        text = found if isinstance(found, str) else self.rng.choice(found)  # type: ignore[arg-type]
        note = self.rows.add(Note(case_id=self.case.pk, author=by, text=text, created_at=at))
        return {"note": note.pk, "note_sha256": text_digest(text)}

    def _limit(self, code: str, at: dt.datetime, referral: Referral | None = None) -> Deadline:
        limit = self.rows.add(
            deadlines.build(
                self.case, self.world.rules[code], start=at, local_holidays=self.world.holidays[self.spec.county],
                referral=referral,
            )
        )  # fmt: skip
        self.limits.append(limit)
        return limit

    def _meet(self, referral: Referral, at: dt.datetime) -> None:
        for limit in self.limits:
            if limit.referral_id == referral.pk and limit.met_at is None and limit.cancelled_at is None:
                limit.met_at = at

    def _recall(self, referral: Referral, at: dt.datetime) -> None:
        referral.status, referral.is_current, referral.ended_at = Referral.Status.RECALLED, False, at
        for limit in self.limits:
            if limit.referral_id == referral.pk and limit.met_at is None:
                limit.cancelled_at = at

    def _cancel_limits(self, at: dt.datetime) -> None:
        for limit in self.limits:
            if limit.met_at is None and limit.cancelled_at is None:
                limit.cancelled_at = at

    def _soon(self, at: dt.datetime, hours: float) -> dt.datetime:
        """Within so many hours, never after the end."""
        wanted = at + dt.timedelta(hours=self.rng.uniform(0.1, 1) * hours)
        limit = min(self.end, getattr(self, "_budget", self.end))
        return min(wanted, at + (limit - at) * 0.5)

    def _within(self, finish: dt.datetime, share: float) -> dt.datetime:
        return self.clock + (finish - self.clock) * self.rng.uniform(0.05, share)

    def _finish_moment(self, start: dt.datetime) -> dt.datetime:
        """When handling ends: half within six days, a long tail, always before the end."""
        days = self.rng.lognormvariate(math.log(6), 0.9)
        if self.case.kind in {Kind.CONSULTATION, Kind.SERVICE, Kind.HAZARD}:
            days *= 0.35
        finish = start + dt.timedelta(days=days)
        if finish >= self.end:
            finish = start + (self.end - start) * self.rng.uniform(0.3, 0.9)
        local = finish.astimezone(LOCAL_ZONE)
        if not 8 <= local.hour < 17:
            office = office_moment(self.rng, local.date())
            finish = office if start + dt.timedelta(minutes=30) < office < self.end else finish
        return finish


def office_moment(rng: random.Random, day: dt.date) -> dt.datetime:
    """A moment within office hours of a local day."""
    minutes = rng.randrange(0, 420)
    return _at_hour(day, 8) + dt.timedelta(
        minutes=30 + minutes + (60 if minutes > 180 else 0), seconds=rng.randrange(60)
    )


def _at_hour(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), LOCAL_ZONE).astimezone(dt.UTC)
