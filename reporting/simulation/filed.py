"""One life that leaves a complete file: rights told, an inquiry, a session with minutes, an agreement kept at once."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from decimal import Decimal

from cases.models import EventKind
from cases.states import Outcome
from cases.workflow import Actor
from governance_center.calendar import local_day
from governance_center.ledger import text_digest
from mediation.models import Agreement, InvestigationRecord, Mediator, Obligation
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
        self._tell_rights(self.clock + dt.timedelta(minutes=40))
        self._inquire(at_hour(local_day(self.clock) + dt.timedelta(days=2), 9))
        self._meet_and_agree()
        self._follow_up()

    def _choose_mediator(self) -> Mediator:
        """A filed case is in the hands of the county's first mediator, in the demo the one whose account is told."""
        if self.spec.ending == "filed":
            return self.world.mediators[self.spec.county][0]
        return super()._choose_mediator()

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

    def _meet_and_agree(self) -> None:
        """Called to the first free hour of the days to come, held, and agreed upon before the parties go."""
        rng, days = random.Random("filed"), self._working_days(local_day(self.clock), local_day(self.end))
        session = next(filter(None, (self._call(rng, day) for day in days)))
        session.place, end = PLACE, session.period.upper
        self._hold(session, texts.MINUTES[self.petitioner.language], end)
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
