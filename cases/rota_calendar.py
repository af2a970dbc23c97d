"""The rota as a calendar: weeks of days with their shifts, and the feed for calendar programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import CalendarFeed, Half, Shift
from governance_center.calendar import LOCAL_ZONE, is_working_day

HOURS = {Half.MORNING: (dt.time(8, 30), dt.time(11, 30)), Half.AFTERNOON: (dt.time(13, 30), dt.time(17, 0))}
"""Opening hours of the halves of a day."""

FEED_BACK, FEED_AHEAD = dt.timedelta(days=31), dt.timedelta(days=190)


@dataclass(slots=True)
class Day:
    """A day of the calendar: the shifts of its halves."""

    date: dt.date
    is_today: bool
    is_inside: bool
    is_working: bool
    halves: list[tuple[str, list[Shift]]] = field(default_factory=list)


def weeks(
    shifts: Iterable[Shift], first: dt.date, last: dt.date, local_holidays: Collection[dt.date]
) -> list[list[Day]]:
    """Whole weeks from Monday to Sunday around a period; days outside of it are empty."""
    today = timezone.localdate()
    by_half: dict[tuple[dt.date, str], list[Shift]] = {}
    for shift in shifts:
        by_half.setdefault((shift.day, shift.half), []).append(shift)
    begin = first - dt.timedelta(days=first.weekday())
    end = last + dt.timedelta(days=6 - last.weekday())
    days = [
        Day(
            date=day,
            is_today=day == today,
            is_inside=first <= day <= last,
            is_working=is_working_day(day, local_holidays)[0],
            halves=[(str(half.label), by_half.get((day, half.value), [])) for half in Half],
        )
        for day in (begin + dt.timedelta(days=offset) for offset in range((end - begin).days + 1))
    ]
    return [days[index : index + 7] for index in range(0, len(days), 7)]


def unpublished_years(first: dt.date, last: dt.date) -> list[int]:
    """The years of these days whose holidays are not published yet, so that every weekday counts as a working day."""
    return [year for year in range(first.year, last.year + 1) if is_working_day(dt.date(year, 1, 1))[1]]


def shifts_of(centre_code: str, department: str | None) -> QuerySet[Shift]:
    """The shifts in force of a centre, or of one department there, with what a calendar shows."""
    rows = Shift.objects.in_force().filter(centre=centre_code).select_related("department", "window")
    rows = rows.filter(department=department) if department else rows
    return rows.order_by("day", "half", "window__number")


def feed_text(feed: CalendarFeed) -> bytes:
    """The feed as iCalendar (RFC 5545): the last month and the next half year, in the active language."""
    from icalendar import Calendar, Event

    today = timezone.localdate()
    calendar = Calendar()
    calendar.add("prodid", "-//governance-center//rota//")
    calendar.add("version", "2.0")
    name = feed.department.name if feed.department else feed.centre.name
    calendar.add("x-wr-calname", _("Rota: %(name)s") % {"name": name})
    calendar.add("refresh-interval;value=duration", "PT6H")
    rows = shifts_of(feed.centre_id, feed.department_id).between(today - FEED_BACK, today + FEED_AHEAD)  # type: ignore[attr-defined]
    for shift in rows:
        start, end = HOURS[Half(shift.half)]
        event = Event()
        event.add("uid", f"shift-{shift.centre_id}-{shift.department_id}-{shift.day}-{shift.half}")
        event.add("dtstamp", timezone.now())
        event.add("summary", f"{shift.department.short or shift.department.name} · {shift.window}")
        event.add("location", " ".join(part for part in (feed.centre.name, feed.centre.address) if part))
        event.add("dtstart", dt.datetime.combine(shift.day, start, LOCAL_ZONE).astimezone(dt.UTC))
        event.add("dtend", dt.datetime.combine(shift.day, end, LOCAL_ZONE).astimezone(dt.UTC))
        calendar.add_component(event)
    return bytes(calendar.to_ical())
