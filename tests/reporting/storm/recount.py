"""A plain recount in Python over the tables of the cases; nothing of the roll-ups' own SQL is used here."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cases.models import Case, CaseEvent, Deadline, Referral
from intake.models import Visit
from mediation.models import Agreement, FollowUp
from reporting.periods import Period

LOCAL = ZoneInfo("Asia/Shanghai")
WORKED_ON = ("registered", "accepted", "in_handling")
HALF_A_YEAR = dt.timedelta(days=180)
WAITS_FOR_ITS_END = ("limits_due", "limits_kept", "agreements_due", "agreements_performed")


KINDS = ("r", "e", "s")
"""Days to the resolution, days to another end, hours to the signature."""


@dataclass(frozen=True)
class Length:
    """How long something took, by the day and the place it counts by; a signature under its department."""

    kind: str
    day: dt.date
    division: str
    department: str
    length: int


@dataclass(frozen=True)
class Count:
    """Something that counts once, on a day and under some keys."""

    column: str
    day: dt.date
    division: str
    keys: tuple[str, str, str, str]
    """category, channel, level, department"""


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(LOCAL).date()


def _grouped(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


class Recount:
    """All cases as their tables say, read in the snapshot in which it is made."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.cases = list(Case.objects.all())
        self.events = _grouped(CaseEvent.objects.order_by("sequence"))
        self.limits = _grouped(Deadline.objects.select_related("referral"))
        self.referrals = _grouped(Referral.objects.filter(role="lead"))
        self.visits = _grouped(Visit.objects.exclude(case=None))
        self.follow_ups = _grouped(FollowUp.objects.filter(state="done").exclude(satisfaction="").order_by("done_at"))
        self.agreements = _grouped(
            Agreement.objects.exclude(in_force_on=None).prefetch_related("obligations__instalments")
        )
        self.counts = [count for case in self.cases for count in self._of(case)]
        self.lengths = [length for case in self.cases for length in self._lengths(case)]

    def totals(self, scope: str, period: Period) -> Counter[str]:
        """Each column of a place and what lies below it; columns with nothing are left out."""
        return self.by(None, scope, period).get("", Counter())

    def by(self, key: int | None, scope: str, period: Period) -> dict[str, Counter[str]]:
        """The same by category (0), channel (1), level (2) or department (3)."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for count in self._within(scope, period):
            found["" if key is None else count.keys[key]][count.column] += 1
        return dict(found)

    def days(self, scope: str, period: Period, grain: str) -> dict[dt.date, Counter[str]]:
        """Each column by day (``d``) or first day of the month (``m``)."""
        found: dict[dt.date, Counter[str]] = defaultdict(Counter)
        for count in self._within(scope, period):
            found[count.day.replace(day=1) if grain == "m" else count.day][count.column] += 1
        return dict(found)

    def durations(self, kind: str, scope: str, period: Period, department: str = "") -> Counter[int]:
        """How many took how long, of one department or of all."""
        last = min(period.last, _day(self.now))
        return Counter(
            one.length
            for one in self.lengths
            if one.kind == kind and one.division.startswith(scope) and period.first <= one.day <= last
            and department in ("", one.department)
        )  # fmt: skip

    def open_ages(self, scope: str, period: Period) -> Counter[int]:
        """For how many whole days those that are open are open."""
        today = _day(self.now)
        return Counter((today - one.day).days for one in self._within(scope, period) if one.column == "open")

    def _within(self, scope: str, period: Period) -> Iterator[Count]:
        today = _day(self.now)
        for count in self.counts:
            is_over = count.day < today or (count.day == today and count.column not in WAITS_FOR_ITS_END)
            if is_over and count.division.startswith(scope) and period.first <= count.day <= period.last:
                yield count

    def _lengths(self, case: Case) -> Iterator[Length]:
        status = _status(case)
        if status in ("resolved", "withdrawn", "guided"):
            assert case.accepted_at is not None
            accepted, ended = _day(case.accepted_at), self._ended(case) if status != "resolved" else case.resolved_at
            assert ended is not None
            kind = "r" if status == "resolved" else "e"
            yield Length(kind, accepted, case.division_id, "", (_day(ended) - accepted).days)
        for referral in self.referrals[case.pk] if status != "merged" else ():
            if referral.signed_at is not None:
                hours = (referral.signed_at - referral.dispatched_at) // dt.timedelta(hours=1)
                yield Length("s", _day(referral.dispatched_at), case.division_id, referral.department_id, hours)

    def _ended(self, case: Case) -> dt.datetime:
        """When it was withdrawn or ended without a solution, the last time."""
        return max(e.at for e in self.events[case.pk] if e.kind in ("case.unresolved", "case.withdrawn"))

    def _of(self, case: Case) -> Iterator[Count]:
        status = _status(case)
        level, lead = case.resolved_level or case.held_level, case.lead_id or ""

        def one(column: str, day: dt.date, department: str = lead) -> Count:
            return Count(column, day, case.division_id, (case.category_id, case.channel, level, department))

        registered = _day(case.registered_at)
        yield one("registered", registered)
        if status == "refused":
            yield one("refused", registered)
        if case.accepted_at is not None and status == "consultation":
            yield one("consultations", _day(case.accepted_at))
        if case.accepted_at is not None and status == "merged":
            yield one("merged", _day(case.accepted_at))
        if status in ("open", "resolved", "withdrawn", "guided"):
            assert case.accepted_at is not None
            for column in self._cohort(case, status):
                yield one(column, _day(case.accepted_at))
        if status == "resolved":
            assert case.resolved_at is not None
            yield one("resolved_in_period", _day(case.resolved_at))
            if case.mediator_id and case.outcome in ("written_agreement", "oral_agreement"):
                yield one("mediated", _day(case.resolved_at))
        if status == "guided" and case.mediator_id:
            yield one("mediation_failed", _day(self._ended(case)))
        if status != "merged":
            yield from (one(*what) for what in self._several(case, lead))

    def _cohort(self, case: Case, status: str) -> Iterator[str]:
        yield from ("accepted", status)
        events = self.events[case.pk]
        solved = [e for e in events if e.kind == "case.resolved"]
        again = [e for e in events if e.kind == "case.reopened"]
        is_resolved = status == "resolved"
        truths = {
            "once_resolved": is_resolved or (bool(again) and bool(solved)),
            "contained": is_resolved and case.resolved_level in ("village", "township"),
            "reopened": bool(again),
            "relapsed": any(
                r.at - max(s.at for s in solved if s.sequence < r.sequence) <= HALF_A_YEAR
                for r in again if any(s.sequence < r.sequence for s in solved)
            ),
            "quick": is_resolved and case.resolved_at - case.accepted_at < dt.timedelta(hours=1),  # type: ignore[operator]
            "repeat": case.repeat_of_id is not None,
            "one_trip": is_resolved and self._trips(case) <= 1,
            "excluded": case.is_excluded,
            "excluded_resolved": case.is_excluded and is_resolved,
            "restricted": case.is_restricted,
            "overdue": status == "open" and self._is_late(case),
            "closed": case.state == "closed",
        }  # fmt: skip
        yield from (column for column, holds in truths.items() if holds)
        if case.state == "closed" and self.follow_ups[case.pk]:
            yield self.follow_ups[case.pk][-1].satisfaction

    def _trips(self, case: Case) -> int:
        return sum(len(self.visits[one.pk]) for one in self.cases if case.pk in (one.pk, one.merged_into_id))

    def _is_late(self, case: Case) -> bool:
        return any(
            limit.met_at is None and limit.cancelled_at is None and limit.due_at <= self.now and not _stands(limit)
            for limit in self.limits[case.pk]
        )

    def _several(self, case: Case, lead: str) -> Iterator[tuple[str, dt.date, str]]:
        for limit in self.limits[case.pk]:
            if limit.cancelled_at is None and not _stands(limit):
                day = _day(limit.due_at - dt.timedelta(microseconds=1))
                whose = limit.referral.department_id if limit.referral else lead
                yield "limits_due", day, whose
                if limit.met_at is not None and limit.met_at <= limit.due_at:
                    yield "limits_kept", day, whose
        for referral in self.referrals[case.pk]:
            day = _day(referral.dispatched_at)
            yield "referred", day, referral.department_id
            if referral.status == "returned":
                yield "returned", day, referral.department_id
            if referral.signed_at is not None:
                yield "signed", day, referral.department_id
        for agreement in self.agreements[case.pk]:
            parts = [p for duty in agreement.obligations.all() for p in (list(duty.instalments.all()) or [duty])]
            if parts:
                day = max(part.due_on for part in parts)
                yield "agreements_due", day, lead
                if all(part.performed_on for part in parts):
                    yield "agreements_performed", day, lead


def _stands(limit: Deadline) -> bool:
    return limit.met_at is None and limit.paused_at is not None and limit.paused_at < limit.due_at


def _status(case: Case) -> str:
    if case.merged_into_id is not None:
        return "merged"
    if case.state == "not_accepted":
        return "refused"
    if case.kind == "consultation":
        return "consultation"
    if case.accepted_at is None:
        return "waiting"
    if case.resolved_at is not None:
        return "resolved"
    if case.state in WORKED_ON:
        return "open"
    return "withdrawn" if case.outcome == "withdrawn" else "guided"
