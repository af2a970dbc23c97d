"""Periods of local days, and how a long one is put together from years, months and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from governance_center.calendar import day_end, day_start

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both included."""

    first: dt.date
    last: dt.date

    def of(self, field: str) -> Q:
        """Rows whose moment ``field`` falls into the period."""
        return Q(**{f"{field}__gte": day_start(self.first), f"{field}__lt": day_end(self.last)})

    @property
    def days(self) -> int:
        """How many days it has; 0 where the last lies before the first."""
        return max((self.last - self.first).days + 1, 0)

    def before(self) -> Period:
        """The period of as many days right before this one; whole months and years give whole ones."""
        if self._is_whole_months():
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            return Period(_add_months(self.first, -months), self.first - DAY)
        return Period(self.first - DAY * self.days, self.first - DAY)

    def a_year_before(self) -> Period:
        """The same days of the year before; 29 February becomes the 28th, the end of a month stays one."""
        last = self.last + DAY
        return Period(
            _add_months(self.first, -12), _add_months(last, -12) - DAY if last.day == 1 else _add_months(self.last, -12)
        )

    def capped(self, today: dt.date) -> Period:
        """Nothing has happened after today."""
        return self if self.last <= today else Period(self.first, today)

    def _is_whole_months(self) -> bool:
        return self.first.day == 1 and (self.last + DAY).day == 1


def pieces(period: Period, today: dt.date) -> Iterator[tuple[str, dt.date]]:
    """Years, months and days that make up the period: pairs of grain (``y``, ``m``, ``d``) and first day.

    The year and month of today are given by shorter pieces, so that today stands alone.
    """
    day, last = period.first, period.last
    while day <= last:
        year_end, month_end = dt.date(day.year, 12, 31), _add_months(day.replace(day=1), 1) - DAY
        if (day.month, day.day) == (1, 1) and year_end <= last and year_end < today:
            yield "y", day
            day = year_end + DAY
        elif day.day == 1 and month_end <= last and month_end < today:
            yield "m", day
            day = month_end + DAY
        else:
            yield "d", day
            day += DAY


def months(period: Period) -> Iterator[dt.date]:
    """The first days of the months that the period touches."""
    month = period.first.replace(day=1)
    while month <= period.last:
        yield month
        month = _add_months(month, 1)


def _add_months(day: dt.date, count: int) -> dt.date:
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(day.day, (following - DAY).day))
