"""The life of one case, from the desk to the archive: every move through the workflow table.

Nothing is asked of the database: the moves are made on objects in memory by the same functions that the
services use, and the ledger is chained from them.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from decimal import Decimal

from accounts.models import User
from cases import deadlines, ledger, routing
from cases.levels import level_of
from cases.models import (
    Case,
    CaseParty,
    EventKind,
    Kind,
    Note,
    Referral,
    RoutingDecision,
)
from cases.routing_rules import facts_of
from cases.services.dispatching import decision_row, routing_entry
from cases.services.referrals import referral_facts
from cases.states import Outcome
from cases.workflow import Actor
from governance_center.calendar import local_day
from governance_center.ledger import text_digest
from mediation.models import Agreement, Assignment, Mediator, Obligation, Prevention, StatisticsEntry
from mediation.services.statistics import Prevented, source_of
from mediation.services.statistics import facts_of as facts_of_statistics
from reporting.simulation import texts
from reporting.simulation.desk import AtTheDesk
from reporting.simulation.table import AtTheTable
from reporting.simulation.visits import Afterwards

SETTLED_AFTER = dt.timedelta(days=40)
"""What was due longer ago has been done."""


ABOUT_MONEY = frozenset({
    "wage_arrears", "labour", "contract", "loan_finance", "damages", "consumer", "traffic_accident", "medical",
    "social_insurance", "property_management", "land_contracting", "tourism", "e_commerce", "production_business",
})  # fmt: skip
"""Categories of which a sum of money is in dispute."""


LATE_SIGNATURES, CAME_AGAIN = 0.06, 0.12
"""Parts of the cases that a department signed for late, and in which the petitioner came to the desk a second time."""


class Life(AtTheDesk, AtTheTable, Afterwards):
    """Lives a case through; the rows are in ``rows`` afterwards."""

    def live(self) -> Case:
        """Everything that happens to the case until ``end``."""
        self._open()
        getattr(self, f"_end_{self.spec.ending}")()
        for row in ledger.chain(self.case, self.entries):
            self.rows.add(row)
        return self.case

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
            self._sittings(self.end)
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
        signed = self._within(finish, 0.3)
        self._sign(signed if self.rng.random() < LATE_SIGNATURES else min(signed, self._soon(self.clock, 16)))
        if self.case.category.is_mediable and self.rng.random() < 0.68:
            self._assign(self._within(finish, 0.3))
            self._sittings(finish)
        if self.rng.random() < 0.6:
            self._progress(self._within(finish, 0.5))
        if self.rng.random() < CAME_AGAIN:
            self._come_again(self._within(finish, 0.6))
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
        self.mediator = self._choose_mediator()
        user = self.mediator.user
        assert user is not None  # noqa: S101  the world gives every one an account
        self.case.mediator = user
        self.rows.add(
            Assignment(case_id=self.case.pk, mediator=self.mediator, assigned_by=self.handler, assigned_at=at)
        )
        facts = {"mediator": user.pk, "committee": self.mediator.committee_id}
        self._write(EventKind.MEDIATOR_ASSIGNED, self.handler, facts, at)
        self.handler, self.acting_as = user, Actor.MEDIATOR

    def _choose_mediator(self) -> Mediator:
        pool, weights = self.world.pool(
            str(self.case.division_id), str(self.case.category_id), self.petitioner.language
        )
        return self.rng.choices(pool, weights)[0]

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
                    in_force_on=day,
                )
            )  # fmt: skip
            if written:
                self._owe(agreement)
            outcome = Outcome.WRITTEN_AGREEMENT if written else Outcome.ORAL_AGREEMENT
            facts |= {"agreement": agreement.pk, "terms_sha256": text_digest(terms)}
        else:
            facts = self._note(self.handler, texts.SETTLED, at)
            is_service = self.case.kind in {Kind.SERVICE, Kind.HAZARD, Kind.CONSULTATION}
            outcome = Outcome.SERVICE_DONE if is_service else Outcome.SETTLED
        data = {"outcome": outcome.value, "level": level_of(self.lead.division_id), **facts}
        self._move("resolve", self.handler, data, at, self.acting_as)
        if self.acting_as == Actor.MEDIATOR:
            self._enter_statistics(at)
        self._finish_handling(at)

    def _enter_statistics(self, at: dt.datetime) -> None:
        """The sum in dispute, and what the mediator says of some cases for the statistics; drawn for each by itself."""
        rng = random.Random(f"statistics {self.case.number}")
        if self.case.category_id in ABOUT_MONEY:
            self.case.amount = Decimal(round(math.exp(rng.gauss(9, 1.2)), -2))
        if rng.random() > 0.25 or self.case.reopened_count:
            return
        source = source_of(self.case)
        if rng.random() < 0.2:
            source = rng.choice(["court", "court", "petitions", "procuratorate", "other"])
        entry = self.rows.add(
            StatisticsEntry(
                case_id=self.case.pk, source=source, is_difficult=rng.random() < 0.3, by=self.handler, at=at
            )
        )
        prevented = {}
        if rng.random() < 0.25:
            kind = rng.choice(["crime", "crime", "crime", "suicide", "group_petition", "group_fight"])
            many = kind.startswith("group")
            prevented[kind] = Prevented(rng.randrange(6, 40) if many else rng.randrange(1, 4), texts.PREVENTED[kind])
            told = {"people": prevented[kind].people, "note": prevented[kind].note, "by": self.handler, "at": at}
            self.rows.add(Prevention(case_id=self.case.pk, kind=kind, **told))
        self._write(EventKind.PROGRESS, self.handler, facts_of_statistics(entry, prevented), at)

    def _owe(self, agreement: Agreement) -> None:
        """What the respondent does by the day agreed: long since done, lately in most cases, and some are late.

        Drawn for each case by itself, so that the course of the other cases does not depend on it.
        """
        parties = self._own_parties()
        creditor = next((row for row in parties if row.part == CaseParty.Part.APPLICANT), None)
        debtor = next((row for row in parties if row.part == CaseParty.Part.RESPONDENT), None)
        due = agreement.perform_by
        if debtor is None or due is None:
            return
        rng, today = random.Random(str(self.case.number)), local_day(self.end)
        done = due - dt.timedelta(days=rng.randrange(10))
        was_done = done <= today and (today - due > SETTLED_AFTER or rng.random() < 0.7)
        self.rows.add(
            Obligation(
                agreement_id=agreement.pk, position=1, debtor_id=debtor.pk, creditor_id=creditor and creditor.pk,
                kind="act", what=agreement.terms, due_on=due, performed_on=done if was_done else None,
            )
        )  # fmt: skip

    def _finish_handling(self, at: dt.datetime) -> None:
        for limit in self.limits:
            if limit.met_at is None and limit.cancelled_at is None:
                limit.met_at = at
        for referral in self.referrals:
            if referral.is_current:
                referral.status, referral.ended_at = Referral.Status.DONE, at
        self.clock = at
