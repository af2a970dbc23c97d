"""The sessions of a simulated life: called, held or come to nothing, with who came and what was written down."""

from __future__ import annotations

import datetime as dt
import random

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from cases.models import CaseParty, EventKind
from governance_center.calendar import is_working_day, local_day
from governance_center.ledger import text_digest
from mediation.fairness import same_organisation
from mediation.models import Attendance, Minutes, RightsNotice, Session, SessionMediator
from reporting.simulation import texts
from reporting.simulation.telling import Telling, at_hour

State, Failure, Came = Session.State, Session.Failure, Attendance.State

SITS, LENGTH, AHEAD = 0.45, dt.timedelta(minutes=50), 10
"""Part of the mediated cases for which the parties are called to a table; how long it lasts; days called ahead."""

COURSES: dict[str, tuple[tuple[tuple[str, ...], int], ...]] = {
    "resolved": (
        (("held",), 58), (("held", "held"), 18), (("absent", "held"), 11), (("not_reached", "held"), 6),
        (("cancelled", "held"), 7),
    ),
    "unresolved": ((("no_agreement",), 50), (("held", "no_agreement"), 25), (("absent", "refused"), 15), (("refused",), 10)),
    "handling": ((("planned",), 45), (("held", "planned"), 30), (("absent", "planned"), 15), (("held",), 10)),
}  # fmt: skip
"""What becomes of the sessions one after the other, by how the case ends, with how often."""

HELD = frozenset({"held", "no_agreement"})
LEFT_OUT = {Failure.ABSENT: Came.ABSENT, Failure.NOT_REACHED: Came.UNREACHED}
"""How a side that did not come is written down."""


class AtTheTable(Telling):
    """Calling the parties together."""

    def _sittings(self, finish: dt.datetime) -> None:
        """The sessions of some mediated cases before ``finish``, on working days that lie whole between.

        Drawn for each case by itself, so that the course of the other cases does not depend on it.
        """
        rng = random.Random(f"sessions {self.case.number}")
        if rng.random() >= SITS or len(self._own_parties()) < 2:
            return
        courses, weights = zip(*COURSES[self.spec.ending], strict=True)
        course = rng.choices(courses, weights)[0]
        past = [what for what in course if what != "planned"]
        days = self._working_days(local_day(self.clock), local_day(finish))
        past = past[-len(days) :] if days else []
        for day, what in zip(sorted(rng.sample(days, len(past))), past, strict=True):
            if session := self._call(rng, day):
                self._becomes(session, what, rng)
        if "planned" in course:
            today = local_day(self.end)
            ahead = self._working_days(today - dt.timedelta(days=1), today + dt.timedelta(days=AHEAD))
            self._call(rng, rng.choice(ahead))

    def _working_days(self, after: dt.date, before: dt.date) -> list[dt.date]:
        """The working days between the two."""
        holidays = self.world.holidays[self.spec.county]
        days = (after + dt.timedelta(days=n) for n in range(1, (before - after).days))
        return [day for day in days if is_working_day(day, holidays)[0]]

    def _call(self, rng: random.Random, day: dt.date) -> Session | None:
        """Call the parties to an hour of a day; None where somebody sits elsewhere at all of them."""
        parties = self._own_parties()
        keys = [_key(self.spec.county, party) for party in parties]
        starts = [at_hour(day, hour) for hour in self.memory.hours]
        start = self.memory.book(rng, starts, [f"mediator {self.mediator.pk}", *keys])
        if start is None:
            return None
        at = self.clock + min(dt.timedelta(minutes=rng.randrange(5, 120)), (min(start, self.end) - self.clock) / 2)
        period = DateTimeTZRange(start, start + LENGTH)
        session = self.rows.add(
            Session(
                case_id=self.case.pk, period=period, mediator=self.mediator, place=texts.TABLE, state=State.PLANNED,
                round=self.case.reopened_count, called_by=self.handler, created_at=at,
            )
        )  # fmt: skip
        self.rows.add(SessionMediator(session_id=session.pk, mediator=self.mediator, period=period))
        for party, key in zip(parties, keys, strict=True):
            self.rows.add(
                Attendance(
                    session_id=session.pk, party_id=party.pk, person_id=party.person_id, period=period,
                    organisation_key="" if party.person_id else key,
                )
            )  # fmt: skip
        self._write_session(EventKind.SESSION_CALLED, session, at)
        return session

    def _becomes(self, session: Session, what: str, rng: random.Random) -> None:
        start, end = session.period.lower, session.period.upper
        if what == "cancelled":
            self._cancel(session, self.clock + (start - self.clock) / 2)
            return
        if what in HELD:
            self._tell_rights(start)
        if what == "held":
            self._hold(session, rng.choice(texts.SITTINGS[self.petitioner.language]), end)
        else:
            self._fail(session, Failure(what), end if what == "no_agreement" else start + LENGTH / 3)

    def _hold(self, session: Session, minutes: str, at: dt.datetime) -> None:
        """Everybody came, and what was said is written down."""
        session.state = State.HELD
        for one in self._attendances(session):
            one.state = Came.CAME
        seat = self.rows.of(SessionMediator)[-1]
        seat.was_there = True
        self.rows.add(
            Minutes(session_id=session.pk, text=minutes, language=self.petitioner.language, revision=1, saved_at=at)
        )
        came = [one.party_id for one in self._attendances(session)]
        facts = {"came": came, "mediators": [seat.mediator_id], "minutes_sha256": text_digest(minutes)}
        self._write_session(EventKind.SESSION_HELD, session, at, **facts)

    def _fail(self, session: Session, failure: Session.Failure, at: dt.datetime) -> None:
        """It came to nothing; but where both sides were there and did not agree, the respondent's side is named."""
        note = self._note(self.handler, texts.FAILED[failure.value], at)
        session.state, session.failure = State.FAILED, failure
        attendances, named = self._attendances(session), []
        for one in attendances:
            one.is_live, one.state = (
                False,
                Came.CAME if failure in {Failure.NO_AGREEMENT, Failure.ABSENT} else one.state,
            )
        if failure != Failure.NO_AGREEMENT:
            attendances[-1].is_cause, attendances[-1].state = True, LEFT_OUT.get(failure, Came.EXPECTED)
            named = [attendances[-1].party_id]
        self.rows.of(SessionMediator)[-1].is_live = False
        self._write_session(EventKind.SESSION_FAILED, session, at, failure=failure.value, parties=named, **note)

    def _cancel(self, session: Session, at: dt.datetime) -> None:
        session.state, session.cancel_reason = State.CANCELLED, texts.CALLED_OFF[self.petitioner.language]
        for one in [*self._attendances(session), self.rows.of(SessionMediator)[-1]]:
            one.is_live = False
        digest = text_digest(session.cancel_reason)
        self._write_session(EventKind.SESSION_CANCELLED, session, at, reason_sha256=digest)

    def _tell_rights(self, at: dt.datetime) -> None:
        """Once for a case: rights and duties, on paper."""
        if any(row.case_id == self.case.pk for row in self.rows.of(RightsNotice)[-2:]):
            return
        day, parties = local_day(at), self._own_parties()
        for party in parties:
            self.rows.add(
                RightsNotice(case_id=self.case.pk, party_id=party.pk, told_on=day, how="paper", by=self.handler)
            )
        facts = {"parties": [one.pk for one in parties], "how": "paper", "told_on": day.isoformat()}
        self._write(EventKind.RIGHTS_TOLD, self.handler, facts, at)

    def _attendances(self, session: Session) -> list[Attendance]:
        return [row for row in self.rows.of(Attendance)[-6:] if row.session_id == session.pk]

    def _write_session(self, kind: EventKind, session: Session, at: dt.datetime, **facts: object) -> None:
        base = {"session": session.pk, "start": session.period.lower.isoformat(), "round": session.round}
        self._write(kind, self.handler, {**base, **facts}, at)


def _key(county: str, party: CaseParty) -> str:
    """By what a party is held for the time of a session, as the use cases hold it."""
    return f"person {party.person_id}" if party.person_id else f"{county} {same_organisation(party.organisation)}"
