"""The hours of mediators: from when to when they can be had in a week, and who is called outside of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.models import Case
from departments.presence import local_holidays_of
from governance_center.calendar import day_start, local_day
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic
from mediation.free_times import Hours
from mediation.models import Mediator
from mediation.services.register import WrongPeriod, may_note
from mediation.services.weeks import keep_week
from mediation.week import OFFICE, Week, spans_text, tidy


class HoursOver(GovernanceError):
    code = "hours_over"
    status = 422
    message = gettext_lazy("These hours would be over already.")


@atomic
def set_hours(
    *,
    mediator: Mediator,
    by: User,
    week: Week,
    first: dt.date | None = None,
    last: dt.date | None = None,
    instead_of: dt.date | None = None,
) -> None:
    """Keep the week in which the mediator can be had. Other hours give way on these days; the same twice is one.

    Args:
        week: empty for the office hours.
        first, last: local days, both included; without ``first`` from ever, without ``last`` until further notice.
        instead_of: the hours that are valid on this day are given up altogether.

    Raises:
        NotAllowed: see :func:`mediation.services.register.may_note`. WrongPeriod, HoursOver.
        BadSpan, SpansMeet: see :func:`mediation.week.tidy`.
    """
    row = Mediator.objects.select_for_update(of=("self",)).select_related("committee").get(pk=mediator.pk)
    if not may_note(row, by):
        raise NotAllowed()
    week = tidy(week)
    if first and last and last < first:
        raise WrongPeriod(field="last")
    if last and last < timezone.localdate():
        raise HoursOver(field="last")
    valid = DateRange(first, last + dt.timedelta(days=1) if last else None)
    if instead_of:
        row.hours.filter(valid__contains=instead_of).delete()
    keep_week(row, week, by, valid)


def outside(mediators: Sequence[Mediator], period: DateTimeTZRange, case: Case) -> list[str]:
    """In words, for whom a session at this time is outside the hours; it may be called all the same. Three queries."""
    day = local_day(period.lower)
    hours = Hours(mediators, day, 1, local_holidays_of(case.centre_id))
    start, end = ((at - day_start(day)).total_seconds() / 60 for at in (period.lower, period.upper))
    found, office = [], False
    for one in mediators:
        spans = hours.of(one.pk, day)
        if any(since <= start and end <= to for since, to in spans):
            continue
        if away := hours.absence(one.pk, day):
            found.append(_("%(who)s is absent that day: %(why)s.") % {"who": one, "why": away.get_reason_display()})
        elif hours.has_own(one.pk, day):
            told = spans_text(spans) or _("none")
            found.append(_("Outside the hours of %(who)s; on that day: %(hours)s.") % {"who": one, "hours": told})
        else:
            office = True
    if office:
        found.append(_("Outside the office hours: %(hours)s on working days.") % {"hours": spans_text(OFFICE)})
    return found
