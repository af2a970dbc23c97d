"""Everything a briefing says, gathered from one snapshot as plain data: codes, numbers, and names in both languages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone, translation

from accounts.models import Language
from cases.models import Category
from departments.models import Department, Division
from governance_center.calendar import day_end
from governance_center.crypto import sha256_hex
from reporting import selectors
from reporting.attendance import by_department as attendance_of
from reporting.briefing import frozen, spans, warnings
from reporting.follow_ups import visits
from reporting.measures import Figure, figure
from reporting.periods import Period, months
from reporting.rollups.reading import Reader
from reporting.selectors import Row
from reporting.statistics import median_of

FORMAT = 1
"""Of the data; a later form of it gets the next number, so that old briefings can still be set."""

MOST_CATEGORIES = 10
MOST_POINTS = 60
"""Points of the curve that are kept; a step between two of them is not seen on paper."""

Numbers = list[float | int | None]
Data = dict[str, Any]


def gather(reader: Reader, scope: Division, kind: str, period: Period) -> Data:
    """What a briefing of this kind says of a division and period, as of the reader's moment."""
    before, year = period.before(), spans.a_year_before(kind, period)
    age = reader.now - day_end(period.last)
    return {
        "format": FORMAT,
        "as_of": reader.now.isoformat(),
        "kind": kind,
        "scope": {"code": scope.pk, "level": scope.level, "name": _names(scope)},
        "period": _days(period),
        "before": _compared(reader, scope.pk, kind, before, age),
        "year": _compared(reader, scope.pk, kind, year, age),
        "figures": packed(selectors.summary(reader, scope.pk, period)),
        "restricted": selectors.restricted(reader, scope.pk, period),
        "trend": _trend(reader, scope.pk, kind, period),
        "channels": _changes(selectors.by_channel, reader, scope.pk, (period, before)),
        "categories": _changes(selectors.by_category, reader, scope.pk, (period, before)),
        "places": [_place(row) for row in selectors.by_division(reader, scope.pk, period)],
        "time": _time(reader, scope.pk, period),
        "departments": _departments(reader, scope.pk, period),
        "visits": numbers(visits(reader, scope.pk, period)),
        "warnings": warnings.told(scope.pk, period),
    }


def numbers(one: Figure) -> Numbers:
    """A figure as data: value, numerator, denominator, and the two ends of its interval."""
    return [one.value, one.numerator, one.denominator, one.low, one.high]


def packed(figures: Mapping[str, Figure]) -> dict[str, Numbers]:
    return {code: numbers(one) for code, one in figures.items()}


def canonical(data: Data) -> str:
    """The data as text, always the same for the same data."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(data: Data) -> str:
    return sha256_hex(canonical(data).encode())


def _days(period: Period) -> list[str]:
    return [period.first.isoformat(), period.last.isoformat()]


def _compared(reader: Reader, code: str, kind: str, period: Period, age: dt.timedelta) -> Data:
    """The figures of an earlier period as they are now, and as they were told when they were as old as the present
    ones are (None where nobody kept them).

    What has become of cases needs time: only figures of the same age may be held against each other.
    """
    told = frozen.told_at_age(code, kind, period, age=age)
    return {
        "days": _days(period),
        "figures": packed(selectors.summary(reader, code, period)),
        "told": packed(told) if told else None,
    }


def _trend(reader: Reader, code: str, kind: str, period: Period) -> list[Data]:
    """Accepted and resolved by day of the week, and by month: of the year for a month's briefing."""
    if kind == spans.Kind.WEEKLY:
        found = reader.days(code, period, "d")
        days = [period.first + dt.timedelta(days=number) for number in range(period.days)]
        return [_point(f"{day:%m-%d}", found.get(day)) for day in days]
    whole = Period(dt.date(period.last.year, 1, 1), period.last)
    if kind == spans.Kind.MONTHLY:
        whole = Period(spans.a_year_before(kind, period).first, period.last)
    found = reader.days(code, whole, "m")
    return [_point(f"{month:%Y-%m}", found.get(month)) for month in months(whole)]


def _point(label: str, counts: Mapping[str, int] | None) -> Data:
    return {
        "label": label,
        "accepted": counts["accepted"] if counts else 0,
        "resolved": counts["resolved"] if counts else 0,
    }


def _changes(select: Any, reader: Reader, code: str, periods: Sequence[Period]) -> Data:
    """The most frequent keys of a dimension with their counts in both periods, and what the others have together."""
    now, then = ({row.key: row for row in select(reader, code, period)} for period in periods)
    kept = [row for row in now.values() if row.accepted][:MOST_CATEGORIES]
    names = _category_names() if select is selectors.by_category else _channel_names()
    rows = [
        {
            "key": row.key,
            "name": names[row.key],
            "accepted": row.accepted,
            "before": then[row.key].accepted if row.key in then else 0,
            "rate": numbers(row.figure("resolution_rate")),
        }
        for row in kept
    ]
    keys = {row.key for row in kept}
    rest = [sum(row.accepted for row in rows.values() if row.key not in keys) for rows in (now, then)]
    return {"rows": rows, "others": len(set(now) - keys), "rest": rest}


def _place(row: Row) -> Data:
    adjusted = row.adjusted
    return {
        "key": row.key,
        "name": _names(Division.objects.get(pk=row.key)),
        "accepted": row.accepted,
        "resolved": row.resolved,
        "rate": numbers(row.figure("resolution_rate")),
        "adjusted": [100 * adjusted.share, 100 * adjusted.low, 100 * adjusted.high, 100 * adjusted.covered]
        if adjusted
        else None,
    }


def _time(reader: Reader, code: str, period: Period) -> Data:
    curve = selectors.time_to_resolution(reader, code, period)
    points = list(zip(curve.days, curve.open, strict=True))
    step = max(1, -(-len(points) // MOST_POINTS))
    kept = points[::step]
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return {"quartiles": [curve.quartiles[0], curve.median, curve.quartiles[1]], "curve": [list(one) for one in kept]}


def _departments(reader: Reader, code: str, period: Period) -> list[Data]:
    """Each department that had something to lead or a limit to keep, in the order of the register of departments."""
    rows = {row.key: row for row in selectors.by_department(reader, code, period)}
    attendance = {row.department.pk: row for row in attendance_of(code, period, reader.today)}
    found = []
    for one in Department.objects.filter(pk__in=[*rows, *attendance]).order_by("pk"):
        row, shifts = rows.get(one.pk), attendance.get(one.pk)
        shift_counts = {"shifts_attended": shifts.attended, "shifts_due": shifts.shifts} if shifts else None
        found.append(
            {
                "key": one.pk,
                "name": _names(one),
                "referred": row.counts["referred"] if row else 0,
                "bounce": numbers(row.figure("bounce_rate")) if row else None,
                "signing": median_of(reader.durations("s", code, period, one.pk)) if len(code) <= 6 else None,
                "on_time": numbers(row.figure("on_time_rate")) if row else None,
                "attendance": numbers(figure("attendance_rate", shift_counts)) if shift_counts else None,
            }
        )
    return [one for one in found if one["referred"] or one["attendance"] or (one["on_time"] or [0, 0, 0])[2]]


def _names(row: Any) -> dict[str, str]:
    return {Language.CHINESE.value: row.name_zh_hans, Language.KOREAN.value: row.name_ko or row.name_zh_hans}


def _category_names() -> dict[str, dict[str, str]]:
    return {category.pk: _names(category) for category in Category.objects.all()}


def _channel_names() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for value, label in selectors.Channel.choices:
        found[value] = {}
        for language in Language.values:
            with translation.override(language):
                found[value][language] = str(label)
    return found


def parse(day: str) -> dt.date:
    return dt.date.fromisoformat(day)


def period_of(days: Iterable[str]) -> Period:
    first, last = days
    return Period(parse(first), parse(last))


def moment(data: Data) -> dt.datetime:
    """When the data was gathered, in local time."""
    return timezone.localtime(dt.datetime.fromisoformat(data["as_of"]))
