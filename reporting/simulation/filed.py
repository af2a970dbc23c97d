"""One life that leaves a complete file: rights told, an inquiry, a session with minutes, an agreement kept at once."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from cases.models import CaseParty, EventKind
from cases.states import Outcome
from cases.workflow import Actor
from governance_center.calendar import local_day
from governance_center.ledger import text_digest
from mediation.models import (
    Agreement,
    Attendance,
    InvestigationRecord,
    Mediator,
    Minutes,
    Obligation,
    RightsNotice,
    Session,
    SessionMediator,
)
from reporting.simulation import texts
from reporting.simulation.lives import Life
from reporting.simulation.telling import Spec, at_hour

PLACE = "梨园社区调解室"
COUNTY, CATEGORY = "222405", "neighbour"
LIVED_THROUGH = dt.timedelta(days=130)
"""A case that came so long before the end has been visited three times and closed."""


def choose(specs: list[Spec], until: dt.date) -> None:
    """Let the last fitting matter of Longjing leave a complete file."""
    fitting = [
        spec
        for spec in specs
        if (spec.ending, spec.county, spec.category) == ("resolved", COUNTY, CATEGORY)
        and until - local_day(spec.registered_at) > LIVED_THROUGH
    ]
    if fitting:
        fitting[-1].ending = "filed"


class FiledLife(Life):
    """Lives like the others, and knows one ending more."""

    def _end_filed(self) -> None:
        self._accept_and_route()
        if self.case.is_contested:
            self._rule(self._soon(self.clock, 4))
        self._sign(self._soon(self.clock, 4))
        self._assign(self._soon(self.clock, 4))
        self._parties_told()
        self._inquire(at_hour(local_day(self.clock) + dt.timedelta(days=2), 9))
        self._meet_and_agree(at_hour(local_day(self.clock) + dt.timedelta(days=3), 9))
        self._follow_up()

    def _choose_mediator(self) -> Mediator:
        """A filed case is in the hands of the county's first mediator, in the demo the one whose account is told."""
        if self.spec.ending == "filed":
            return self.world.mediators[self.spec.county][0]
        return super()._choose_mediator()

    def _parties_told(self) -> None:
        at = self.clock + dt.timedelta(minutes=40)
        day = local_day(at)
        for party in self._own_parties():
            self.rows.add(
                RightsNotice(case_id=self.case.pk, party_id=party.pk, told_on=day, how="paper", by=self.handler)
            )
        facts = {"parties": [one.pk for one in self._own_parties()], "how": "paper", "told_on": day.isoformat()}
        self._write(EventKind.RIGHTS_TOLD, self.handler, facts, at)

    def _inquire(self, at: dt.datetime) -> None:
        text = texts.INQUIRY[self.petitioner.language]
        record = self.rows.add(
            InvestigationRecord(
                case_id=self.case.pk, asked_at=at, minutes=35, place="梨园社区3号楼", asked="崔美子 최미자",
                asked_who="同楼邻居", asked_by=str(self.handler), recorder=str(self.handler), text=text,
                language=self.petitioner.language, recorded_by=self.handler, recorded_at=at + dt.timedelta(hours=1),
                submission_key=uuid.UUID(int=self.rng.getrandbits(128), version=4),
            )
        )  # fmt: skip
        facts = {"paper": "investigation", "source": record.pk, "text_sha256": text_digest(text)}
        self._write(EventKind.DOCUMENT_KEPT, self.handler, facts, at + dt.timedelta(hours=1))

    def _meet_and_agree(self, start: dt.datetime) -> None:
        """Called the day before, held, and agreed upon before the parties go."""
        end, minutes = start + dt.timedelta(hours=2), texts.MINUTES[self.petitioner.language]
        period = DateTimeTZRange(start, end)
        session = self.rows.add(
            Session(
                case_id=self.case.pk, period=period, mediator=self.mediator, place=PLACE, state=Session.State.HELD,
                called_by=self.handler, created_at=self.clock,
            )
        )  # fmt: skip
        self.rows.add(SessionMediator(session_id=session.pk, mediator=self.mediator, period=period, was_there=True))
        facts = {"session": session.pk, "start": start.isoformat(), "round": 0}
        self._write(EventKind.SESSION_CALLED, self.handler, facts, self.clock + dt.timedelta(minutes=5))
        for party in self._own_parties():
            self.rows.add(
                Attendance(
                    session_id=session.pk, party_id=party.pk, person_id=party.person_id, period=period,
                    state=Attendance.State.CAME,
                )
            )  # fmt: skip
        self.rows.add(
            Minutes(session_id=session.pk, text=minutes, language=self.petitioner.language, revision=1, saved_at=end)
        )
        came = [one.pk for one in self._own_parties()]
        held = {**facts, "came": came, "minutes_sha256": text_digest(minutes)}
        self._write(EventKind.SESSION_HELD, self.handler, held, end)
        self._agree(end + dt.timedelta(minutes=20))

    def _agree(self, at: dt.datetime) -> None:
        """In writing; what is owed is paid on the spot."""
        assert self.mediator is not None  # noqa: S101  assigned above
        day, language = local_day(at), self.petitioner.language
        note = self._note(self.handler, {language: texts.FILED_TERMS[language]}, at)
        agreement = self.rows.add(
            Agreement(
                case_id=self.case.pk, mediator=self.mediator, form="written", terms=texts.FILED_TERMS[language],
                terms_language=language, reached_on=day, recorded_by=self.handler, recorded_at=at, perform_by=day,
                responsibilities=texts.FACTS[language], if_not=texts.IF_NOT[language],
                committee=self.mediator.committee, year=day.year, serial=1,
            )
        )  # fmt: skip
        facts = {**note, "agreement": agreement.pk, "terms_sha256": text_digest(agreement.terms)}
        data = {"outcome": Outcome.WRITTEN_AGREEMENT.value, "level": "county", **facts}
        self._move("resolve", self.handler, data, at, Actor.MEDIATOR)
        self._finish_handling(at)
        paid = at + dt.timedelta(minutes=15)
        proof = self._note(self.handler, texts.PAID, paid)
        self._owed(agreement, day, proof["note"])
        done = {"agreement": agreement.pk, "performed_on": day.isoformat(), **proof}
        self._write(EventKind.PROGRESS, self.handler, done, paid)

    def _owed(self, agreement: Agreement, day: dt.date, proof: object) -> None:
        creditor, debtor = self._own_parties()[:2]
        self.rows.add(
            Obligation(
                agreement_id=agreement.pk, position=1, debtor_id=debtor.pk, creditor_id=creditor.pk, kind="pay",
                what=texts.OWED[self.petitioner.language], amount=Decimal(2800),
                how=texts.HOW[self.petitioner.language], due_on=day, performed_on=day, proof_id=proof,
            )
        )  # fmt: skip

    def _own_parties(self) -> list[CaseParty]:
        return [row for row in self.rows.of(CaseParty) if row.case_id == self.case.pk]
