"""What every part of a simulated life stands on: its rows, its random numbers, and how anything is written."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass, field

from accounts.models import User
from cases import deadlines, ledger, routing, workflow
from cases.models import (
    CaseParty,
    Deadline,
    Kind,
    Note,
    Referral,
)
from cases.workflow import Actor
from governance_center.calendar import LOCAL_ZONE, local_day
from governance_center.copying import Rows
from governance_center.ledger import text_digest
from mediation.models import Mediator
from reporting.simulation.memory import Memory
from reporting.simulation.world import World


@dataclass(slots=True)
class Spec:
    """What a case is to become; ``ending`` names an ``_end_…`` of ``Life``. ``place`` narrows where it comes from.

    Where ``household`` is not 0, its ``member`` of that number comes; an empty ``channel`` is left to chance.
    """

    county: str
    category: str
    registered_at: dt.datetime
    ending: str
    number: str = ""
    place: str = ""
    address: str = ""
    household: int = 0
    member: int = 0
    channel: str = ""


@dataclass
class Telling:
    """A case being lived through; its rows are in ``rows``."""

    world: World
    rows: Rows
    rng: random.Random
    spec: Spec
    end: dt.datetime
    serial: int
    memory: Memory
    entries: list[ledger.Entry] = field(default_factory=list)
    limits: list[Deadline] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    mediator: Mediator | None = None
    has_organisation: bool = False

    @property
    def lead(self) -> Referral:
        return next(r for r in self.referrals if r.is_current and r.is_lead)

    def _own_parties(self) -> list[CaseParty]:
        return [row for row in self.rows.of(CaseParty)[-6:] if row.case_id == self.case.pk]

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
        if self.case.kind == Kind.HAZARD:
            days *= 0.05
        elif self.case.kind in {Kind.CONSULTATION, Kind.SERVICE}:
            days *= 0.2
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
    return at_hour(day, 8) + dt.timedelta(
        minutes=30 + minutes + (60 if minutes > 180 else 0), seconds=rng.randrange(60)
    )


def at_hour(day: dt.date, hour: int) -> dt.datetime:
    """A full hour of a local day, in UTC."""
    return dt.datetime.combine(day, dt.time(hour), LOCAL_ZONE).astimezone(dt.UTC)
