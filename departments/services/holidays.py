"""What may be done with local holidays; whoever counts by the calendar is told of every change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from departments.models import LocalHoliday
from governance_center.events import publish
from governance_center.transactions import atomic


@atomic
def save_local_holiday(holiday: LocalHoliday) -> LocalHoliday:
    """Enter or correct a local holiday. The day or place that it had before counts as changed too."""
    before = list(LocalHoliday.objects.filter(pk=holiday.pk))
    holiday.save()
    _tell([*before, holiday])
    return holiday


@atomic
def remove_local_holidays(holidays: Iterable[LocalHoliday]) -> None:
    """Remove local holidays that were entered wrongly."""
    found = list(holidays)
    LocalHoliday.objects.filter(pk__in=[holiday.pk for holiday in found]).delete()
    _tell(found)


def _tell(holidays: Iterable[LocalHoliday]) -> None:
    """Publish ``calendar.changed`` once for each scope, with its days."""
    days: dict[str, set[dt.date]] = {}
    for holiday in holidays:
        days.setdefault(holiday.scope_id, set()).add(holiday.date)
    for scope_code, dates in days.items():
        publish("calendar.changed", scope_code=scope_code, dates=sorted(dates))
