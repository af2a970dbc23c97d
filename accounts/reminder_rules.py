"""Which settings of reminders hold where. Read once before a sweep or a delivery, in one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ReminderSettings

LEAST_OPEN_HOURS = 8
"""So many hours of the day are never quiet; what waits must go out some time."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in one place; the fields of :class:`ReminderSettings`, none of them empty."""

    visit_days_before: int
    visit_overdue_days: int
    visit_escalated_days: int
    performance_days_before: int
    performance_overdue_days: int
    session_days_before: int
    session_hour: int
    quiet_from: int
    quiet_until: int
    digest_hour: int
    visit_email: bool
    escalation_email: bool
    performance_email: bool
    session_sms: bool
    session_email: bool

    def is_quiet_hour(self, hour: int) -> bool:
        start, end = self.quiet_from, self.quiet_until
        return start <= hour < end if start <= end else hour >= start or hour < end

    def is_quiet(self, moment: dt.datetime) -> bool:
        """Whether nobody is told anything but what is urgent at this hour of the local day."""
        return self.is_quiet_hour(timezone.localtime(moment).hour)

    def after_quiet(self, moment: dt.datetime) -> dt.datetime:
        """The moment itself, or the end of the quiet hours it lies in."""
        if not self.is_quiet(moment):
            return moment
        local = timezone.localtime(moment)
        end = local.replace(hour=self.quiet_until, minute=0, second=0, microsecond=0)
        return end if end > local else end + dt.timedelta(days=1)

    def sends_digest(self, moment: dt.datetime) -> bool:
        """Whether the e-mail of the morning may go at this hour."""
        return not self.is_quiet(moment) and timezone.localtime(moment).hour >= self.digest_hour

    def unmailed_kinds(self) -> list[str]:
        """Kinds of notifications that are shown on the screen and not mailed."""
        groups = {
            ("follow_up.due", "follow_up.overdue"): self.visit_email,
            ("follow_up.escalated",): self.escalation_email,
            ("performance.soon", "performance.due", "performance.overdue"): self.performance_email,
        }
        return [kind for kinds, is_mailed in groups.items() if not is_mailed for kind in kinds]

    def problems(self) -> dict[str, str]:
        """What may not be set, by field."""
        found = {}
        if sum(not self.is_quiet_hour(hour) for hour in range(24)) < LEAST_OPEN_HOURS:
            found["quiet_until"] = _("Leave at least %(count)s hours of the day that are not quiet.") % {
                "count": LEAST_OPEN_HOURS
            }
        elif self.is_quiet_hour(self.digest_hour):
            found["digest_hour"] = _("This hour lies in the quiet hours (%(start)s–%(end)s).") % self._quiet()
        elif self.is_quiet_hour(self.session_hour):
            found["session_hour"] = _("This hour lies in the quiet hours (%(start)s–%(end)s).") % self._quiet()
        return found

    def _quiet(self) -> dict[str, int]:
        return {"start": self.quiet_from, "end": self.quiet_until}


@dataclass(frozen=True, slots=True)
class Book:
    """The settings of every place that has its own, by the code of its division; the whole prefecture has ``""``."""

    rules: Mapping[str, Rules]

    def of(self, place: str) -> Rules:
        """What holds in a division: the settings of the nearest centre above it, its gaps filled from further up."""
        return self.rules[max((code for code in self.rules if place.startswith(code)), key=len)]

    def by_place(self, place: str, pick: Callable[[Rules], Any], output_field: models.Field[Any, Any]) -> Case:
        """The same choice in the database; ``place`` is the look-up path to the code of a division."""
        codes = sorted((code for code in self.rules if code), key=len, reverse=True)
        whens = [When(**{f"{place}__startswith": code}, then=Value(pick(self.rules[code]))) for code in codes]
        return Case(*whens, default=Value(pick(self.rules[""])), output_field=output_field)


def installed() -> Rules:
    """What holds where nobody has set anything."""
    return Rules(
        visit_days_before=0,
        visit_overdue_days=settings.FOLLOW_UP_OVERDUE_DAYS,
        visit_escalated_days=settings.FOLLOW_UP_ESCALATED_DAYS,
        performance_days_before=1,
        performance_overdue_days=1,
        session_days_before=1,
        session_hour=9,
        quiet_from=settings.QUIET_FROM,
        quiet_until=settings.QUIET_UNTIL,
        digest_hour=settings.DIGEST_HOUR,
        visit_email=True,
        escalation_email=True,
        performance_email=True,
        session_sms=True,
        session_email=True,
    )


def load() -> Book:
    """The settings as they stand now."""
    return book_of({row.scope: row for row in ReminderSettings.objects.all()})


def book_of(rows: Mapping[str, ReminderSettings]) -> Book:
    """The rows by scope, each with its gaps filled from the one above it."""
    rules = {"": installed()}
    for scope in sorted(rows, key=len):
        row = rows[scope]
        own = {name: value for name in row.FIELDS if (value := getattr(row, name)) is not None}
        rules[scope] = replace(Book(rules).of(scope), **own)
    return Book(rules)


def above(scope: str) -> Rules:
    """What holds in a place where its own settings leave a gap."""
    rows = {row.scope: row for row in ReminderSettings.objects.all() if row.scope != scope}
    return book_of(rows).of(scope) if scope else installed()


def as_content(row: ReminderSettings) -> dict[str, Any]:
    """What a row sets, as plain values by field; what is empty is left out."""
    return {name: value for name in row.FIELDS if (value := getattr(row, name)) is not None}
