"""Months as they were published: freezing them, reading them back, and what has changed since."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models import CaseEvent, EventKind
from departments.models import Division
from governance_center.calendar import day_end
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.scope import within
from governance_center.transactions import atomic
from reporting import selectors
from reporting.briefing import spans
from reporting.measures import MEASURES, Figure, Measure
from reporting.models import Briefing, PublishedFigures
from reporting.periods import Period
from reporting.rollups.reading import reading
from reporting.statistics import wilson

LEVELS = (Division.Level.PREFECTURE, Division.Level.COUNTY, Division.Level.TOWNSHIP)
"""Whose months are frozen."""

SAME_AGE = dt.timedelta(days=5)
"""Figures that are told so much earlier or later after the end of their period still count as equally old."""

MOVES = {
    EventKind.CORRECTED: _("corrected"),
    EventKind.MERGED: _("merged"),
    EventKind.UNMERGED: _("merging undone"),
    EventKind.REOPENED: _("reopened"),
    EventKind.WITHDRAWN: _("withdrawn"),
    EventKind.RESOLVED: _("resolved later"),
    EventKind.UNRESOLVED: _("ended later without a solution"),
    EventKind.EXCLUSION_DECIDED: _("decided on leaving out"),
}
"""What can move a figure after it was published; in the order in which it is shown."""


class NotOver(GovernanceError):
    code = "period_not_over"
    message = _("This period is not over yet.")


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure as it was published and as it is now."""

    measure: Measure
    then: Figure
    now: Figure

    @property
    def has_moved(self) -> bool:
        return (self.then.value, self.then.numerator, self.then.denominator) != (
            self.now.value,
            self.now.numerator,
            self.now.denominator,
        )

    @property
    def difference(self) -> float | None:
        """Now less then, in the unit of the measure (percentage points for a rate)."""
        if self.then.value is None or self.now.value is None:
            return None
        return self.now.value - self.then.value


def may_publish(user: User, scope: Division) -> bool:
    """Only the officials of the very division publish for it."""
    return user.role == Role.OFFICIAL and user.scope_code == scope.pk


def freeze(*, scope: Division, month: Period, by: User | None, at: dt.datetime | None = None) -> bool:
    """Keep the figures of a division and month as published. Returns whether they were not kept before.

    Raises:
        NotAllowed: ``by`` is no official of this very division.
        NotOver: the month is not over.
    """
    if by is not None and not may_publish(by, scope):
        raise NotAllowed()
    at = at or timezone.now()
    if month != spans.month_of(month.first) or month.last >= timezone.localdate(at):
        raise NotOver()
    if is_frozen(scope.pk, month):
        return False
    with reading(now=at) as reader:
        figures = selectors.summary(reader, scope.pk, month)
    return _keep(scope, month, figures, by=by, at=at)


@atomic
def _keep(scope: Division, month: Period, figures: Mapping[str, Figure], *, by: User | None, at: dt.datetime) -> bool:
    """All figures or none; who comes second waits for the first and finds them kept."""
    Division.objects.select_for_update(no_key=True).get(pk=scope.pk)
    if is_frozen(scope.pk, month):
        return False
    PublishedFigures.objects.bulk_create(
        PublishedFigures(
            scope=scope, first=month.first, last=month.last, measure=code, value=one.value, numerator=one.numerator,
            denominator=one.denominator, published_at=at, by=by,
        )
        for code, one in figures.items()
    )  # fmt: skip
    return True


def is_frozen(code: str, month: Period) -> bool:
    return PublishedFigures.objects.filter(scope_id=code, first=month.first, last=month.last).exists()


def freeze_due(*, today: dt.date, at: dt.datetime) -> int:
    """Freeze last month for every division that has not done so, from the set day of the month on. Returns how many.

    Each division is kept in a transaction of its own, so that what was interrupted goes on where it stopped.
    """
    if today.day < settings.PUBLISH_FIGURES_DAY:
        return 0
    month = spans.latest(spans.Kind.MONTHLY, today)
    kept = PublishedFigures.objects.filter(first=month.first, last=month.last).values("scope_id")
    missing = Division.objects.filter(level__in=LEVELS).exclude(pk__in=kept).order_by("pk")
    return sum(freeze(scope=scope, month=month, by=None, at=at) for scope in missing)


def figure_of(code: str, value: float | None, above: int | None, below: int | None) -> Figure:
    """A kept figure again; the interval follows from what was counted."""
    if not MEASURES[code].is_rate:
        return Figure(MEASURES[code], value if above is None else above, above, below)
    if value is None or above is None or below is None:
        return Figure(MEASURES[code], value, above, below)
    low, high = wilson(above, below)
    return Figure(MEASURES[code], value, above, below, 100 * low, 100 * high)


def published(code: str, month: Period) -> dict[str, Figure]:
    """The frozen figures of a division and month in the order of the measures; empty where there are none."""
    rows = {
        row.measure: row for row in PublishedFigures.objects.filter(scope_id=code, first=month.first, last=month.last)
    }
    return {
        one: figure_of(one, rows[one].value, rows[one].numerator, rows[one].denominator)
        for one in MEASURES
        if one in rows
    }


def told_at_age(code: str, kind: str, period: Period, *, age: dt.timedelta) -> dict[str, Figure] | None:
    """The figures of a period as they were kept when its end was ``age`` ago, give or take :data:`SAME_AGE`."""
    end = day_end(period.last)
    month = PublishedFigures.objects.filter(scope_id=code, first=period.first, last=period.last).first()
    if month and abs(month.published_at - end - age) <= SAME_AGE:
        return published(code, period)
    kept = Briefing.objects.filter(scope_id=code, kind=kind, first=period.first, last=period.last).first()
    if kept and abs(kept.gathered_at - end - age) <= SAME_AGE:
        return read_back(kept.figures["figures"])
    return None


def read_back(packed: Mapping[str, Sequence[Any]]) -> dict[str, Figure]:
    """The figures of kept data, in the order of the measures."""
    return {code: figure_of(code, *packed[code][:3]) for code in MEASURES if code in packed}


def changed(
    *, scope_code: str, period: Period, then: Mapping[str, Figure], now: dt.datetime | None = None
) -> list[Changed]:
    """Each published figure beside what it is now."""
    with reading(now=now) as reader:
        current = selectors.summary(reader, scope_code, period)
    return [Changed(one.measure, one, current[code]) for code, one in then.items() if code in current]


def moved_cases(scope_code: str, period: Period, since: dt.datetime) -> list[dict[str, Any]]:
    """How many cases of the period something happened to after ``since``, by what happened; a case counts once for
    each kind of event. One that was corrected to lie elsewhere counts where it was and where it is."""
    events = CaseEvent.objects.filter(period.of("case__accepted_at"), at__gt=since).order_by()
    here = within("case__division__code", scope_code)
    found = Counter(dict(_by_kind(events.filter(here, kind__in=list(MOVES)))))
    # What was corrected to lie elsewhere is missed where it was.
    left = events.filter(within("data__was__division", scope_code), kind=EventKind.CORRECTED).exclude(here)
    found.update(dict(_by_kind(left)))
    return [{"kind": kind, "label": label, "cases": found[kind]} for kind, label in MOVES.items()]


def _by_kind(events: QuerySet[CaseEvent]) -> QuerySet[CaseEvent, tuple[str, int]]:
    return events.values_list("kind").annotate(cases=Count("case", distinct=True))
