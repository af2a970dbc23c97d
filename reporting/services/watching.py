"""The nightly look: early warnings and repeated incidents are opened, brought up to date and closed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import TypeVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Role, User
from accounts.notifications import notify
from cases.models import Category, Kind
from departments.models import Division
from departments.presence import local_holidays_of
from governance_center.errors import MissingInput, NotAllowed
from governance_center.transactions import atomic
from reporting.daily import daily_counts
from reporting.models import Alert, Attention, WatchRun
from reporting.services import repeating
from reporting.warning.assess import DAYS_OF_HISTORY, Finding, Rules, assess, ended, weeks
from reporting.warning.counts import Cell, Counts, gather
from reporting.warning.days import calendar_of
from reporting.warning.expected import Model

A = TypeVar("A", bound=Attention)


def watch(*, today: dt.date) -> int:
    """Look at yesterday, once, however often and by however many workers this runs; returns how many were opened."""
    day = today - dt.timedelta(days=1)
    if WatchRun.objects.filter(day__gte=day, made_at__isnull=False).exists():
        return 0
    return look(day=day)


@atomic
def look(*, day: dt.date) -> int:
    """Look at the days up to and with ``day``, a complete one; again for the same day brings the numbers up to date.

    Returns how many early warnings were opened. A day before the last one looked at changes nothing.
    """
    WatchRun.objects.get_or_create(day=day)
    run = WatchRun.objects.select_for_update().get(day=day)
    if WatchRun.objects.filter(day__gt=day, made_at__isnull=False).exists():
        return 0
    counts, (model, findings) = _assessed(day)
    opened = _keep(day, model, findings)
    run.cells = sum(len(level.cells) for level in counts.levels)
    run.held, run.repeats, run.made_at = len(findings), repeating.refresh(day), timezone.now()
    run.save()
    _tell(opened)
    return len(opened)


def rules() -> Rules:
    """When something is told of, as the centre has set it."""
    return Rules(
        rate=settings.WARNING_FALSE_RATE, least=settings.WARNING_LEAST_CASES, times=settings.WARNING_LEAST_TIMES
    )


def _assessed(day: dt.date) -> tuple[Counts, tuple[Model | None, list[Finding]]]:
    first = day - dt.timedelta(days=DAYS_OF_HISTORY - 1)
    divisions = Division.objects.filter(level__in=(Division.Level.COUNTY, Division.Level.TOWNSHIP))
    categories = Category.objects.in_use().exclude(kind=Kind.CONSULTATION).order_by("pk")
    counts = gather(
        daily_counts(first, day), first=first, days=DAYS_OF_HISTORY,
        divisions=list(divisions.values_list("pk", flat=True)),
        categories=list(categories.values_list("pk", flat=True)),
    )  # fmt: skip
    holidays = [local_holidays_of(county) for county in counts.counties]
    calendar = calendar_of(first, DAYS_OF_HISTORY, holidays)
    return counts, assess(counts, calendar, day, rules())


def _keep(day: dt.date, model: Model | None, findings: Sequence[Finding]) -> list[Alert]:
    """Open, bring up to date and close; returns those opened."""
    standing = {
        Cell(row.division_id, row.category_id): row
        for row in Alert.objects.open().select_for_update(of=("self",)).order_by("pk")
    }
    opened = []
    for finding in findings:
        row = standing.get(finding.cell) or Alert(
            division_id=finding.cell.division, category_id=finding.cell.category, opened_on=day
        )
        is_new = row.pk is None
        row.held_on, row.window, row.observed = day, finding.window, finding.observed
        row.expected, row.dispersion, row.tail = finding.expected, finding.dispersion, finding.tail
        row.weeks = (
            [{**asdict(week), "first": week.first.isoformat()} for week in weeks(model, finding)] if model else []
        )
        row.save()
        standing[finding.cell] = row
        opened += [row] if is_new else []
    for cell in ended({cell: row.held_on for cell, row in standing.items()}, day):
        standing[cell].closed_on = day
        standing[cell].save(update_fields=["closed_on"])
    return opened


def _tell(opened: Sequence[Alert]) -> None:
    """The dispatchers of each county hear of what was opened there: one message, however many there are."""
    by_county: dict[str, list[Alert]] = defaultdict(list)
    for alert in opened:
        by_county[alert.division_id[:6]].append(alert)
    for county, alerts in by_county.items():
        readers = User.objects.filter(role=Role.DISPATCHER, is_active=True, division_id=county)
        first = min(alerts, key=lambda alert: alert.tail)
        kind = "warning.opened" if len(alerts) == 1 else "warning.opened_several"
        for reader in readers.select_related("division"):
            with translation.override(reader.language):
                fresh = Alert.objects.select_related("division", "category").get(pk=first.pk)
                params = {
                    "place": fresh.division.name, "category": fresh.category.name, "count": first.observed,
                    "days": first.window, "expected": first.expected_text, "warnings": len(alerts),
                }  # fmt: skip
            notify([reader], kind, key=f"warning.opened:{first.pk}", params=params, url=reverse("reporting:warnings"))


@atomic
def acknowledge(*, attention: Attention, by: User, note: str) -> Attention:
    """A dispatcher says what is done about an early warning or repeated incidents; a later word takes its place.

    The same warning for wider places, which lists show under this one, is noted with it where nobody has said anything
    there and the dispatcher may.

    Raises:
        NotAllowed: not a dispatcher of its place.
        MissingInput: the note is empty.
    """
    row = _locked(attention, by)
    if not note.strip():
        raise MissingInput(field="note")
    said = {"note": note.strip(), "acknowledged_by": by, "acknowledged_at": timezone.now()}
    for name, value in said.items():
        setattr(row, name, value)
    row.save(update_fields=list(said))
    if isinstance(row, Alert):
        Alert.objects.wider_than(row).visible_to(by).unanswered().update(**said)
    return row


@atomic
def judge(*, alert: Alert, by: User, verdict: str, note: str = "") -> Alert:
    """A dispatcher says whether something was behind an early warning; kept for testing it on real outbreaks.

    Raises:
        NotAllowed: not a dispatcher of its place.
        MissingInput: no verdict.
    """
    row = _locked(alert, by)
    if verdict not in Alert.Verdict.values:
        raise MissingInput(field="verdict")
    row.verdict, row.verdict_note, row.judged_by, row.judged_at = verdict, note.strip(), by, timezone.now()
    row.save(update_fields=["verdict", "verdict_note", "judged_by", "judged_at"])
    return row


def may_answer(attention: Attention, user: User) -> bool:
    """Whether the user may take note of it: a dispatcher whose division holds the place."""
    in_scope = bool(user.scope_code) and attention.division_id.startswith(user.scope_code)
    return user.is_active and user.role == Role.DISPATCHER and in_scope


def _locked(attention: A, by: User) -> A:
    if not may_answer(attention, by):
        raise NotAllowed()
    return type(attention)._default_manager.select_for_update(of=("self",)).get(pk=attention.pk)
