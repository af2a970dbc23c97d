"""A session as a file for calendar programs (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from mediation.models import Session


def calendar_file(session: Session) -> bytes:
    """One event in the active language: time, place and number of the case; no names, as calendars are shared."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//governance-center//sessions//")
    calendar.add("version", "2.0")
    event = Event()
    event.add("uid", f"session-{session.pk}")
    event.add("dtstamp", timezone.now())
    event.add("summary", _("Mediation session, case %(number)s") % {"number": session.case.number})
    centre = f"{session.room.centre.name} " if session.room else ""
    event.add("location", f"{centre}{session.where}")
    event.add("dtstart", session.period.lower.astimezone(dt.UTC))
    event.add("dtend", session.period.upper.astimezone(dt.UTC))
    event.add("status", "CONFIRMED" if session.state in {"planned", "held"} else "CANCELLED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
