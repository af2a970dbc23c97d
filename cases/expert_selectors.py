"""Reads for the pages of experts: who fits a case and why, and when there is time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case, Category, Expert, ExpertAppointment
from cases.services.experts import CLOSES, OPENS
from departments.presence import local_holidays_of
from governance_center.calendar import LOCAL_ZONE, is_working_day
from governance_center.scope import within

STEP = dt.timedelta(minutes=30)
LOOK_AHEAD_DAYS = 21
SHOWN_SLOTS, SLOTS_A_DAY = 12, 4
SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An expert for a case, with the reasons in words, the weightiest first."""

    expert: Expert
    reasons: list[str | Promise]
    waiting: int


def experts(user: User) -> QuerySet[Expert]:
    """The experts of the user's county (or those below) and of the prefecture, with what a row shows."""
    planned = Count("appointments", filter=Q(appointments__state=ExpertAppointment.State.PLANNED), distinct=True)
    here = within("division__code", user.scope_code[:6]) | Q(division__code=user.scope_code[:4])
    rows = Expert.objects.filter(here) if user.scope_code else Expert.objects.none()
    return rows.select_related("division").prefetch_related("fields").annotate(waiting=planned)


def suggest(case: Case) -> list[Suggestion]:
    """Who fits: the field of the case, the languages of its parties, the own county, the fewest waiting.

    Three queries; every suggestion says why.
    """
    spoken = {party.person.language for party in case.parties.select_related("person") if party.person}
    spoken = spoken or {case.narrative_language}
    planned = Count("appointments", filter=Q(appointments__state=ExpertAppointment.State.PLANNED), distinct=True)
    fits = Exists(Category.objects.filter(pk=case.category_id, experts=OuterRef("pk")))
    near = [case.division_id[:4], case.division_id[:6]]
    rows = Expert.objects.filter(is_active=True, division__in=near).select_related("division")
    found = [
        (_weight(row, spoken, case), Suggestion(row, _reasons(row, spoken, case), row.waiting))
        for row in rows.annotate(waiting=planned, fits=fits)
    ]
    return [one for _key, one in sorted(found, key=lambda pair: pair[0])][:SUGGESTED]


def _weight(expert: Expert, spoken: set[str], case: Case) -> tuple[bool, int, bool, int, str, int]:
    missing = len(spoken - set(expert.languages))
    far = expert.division_id != case.division_id[:6]
    return (not expert.fits, missing, far, expert.waiting, expert.name, expert.pk)  # type: ignore[attr-defined]


def _reasons(expert: Expert, spoken: set[str], case: Case) -> list[str | Promise]:
    labels = dict(Language.choices)
    found: list[str | Promise] = [
        _("knows this field") if expert.fits else _("another field")  # type: ignore[attr-defined]
    ]
    found += [_("speaks %(language)s") % {"language": labels[code]} for code in sorted(spoken & set(expert.languages))]
    found += [
        _("does not speak %(language)s") % {"language": labels[code]} for code in sorted(spoken - set(expert.languages))
    ]
    found.append(_("of this county") if expert.division_id == case.division_id[:6] else _("of the prefecture"))
    found.append(_("appointments waiting: %(count)s") % {"count": expert.waiting})  # type: ignore[attr-defined]
    return found


def free_slots(expert: Expert, case: Case, now: dt.datetime | None = None) -> list[dt.datetime]:
    """The next half-hours at which the expert has time, a few of each working day; two queries."""
    now = now or timezone.now()
    end = now + dt.timedelta(days=LOOK_AHEAD_DAYS)
    taken = [
        (row.lower, row.upper)
        for row in expert.appointments.standing().filter(time__overlap=(now, end)).values_list("time", flat=True)
    ]
    found: list[dt.datetime] = []
    for starts in _days(now, local_holidays_of(case.centre_id)):
        free = [at for at in starts if at > now and not any(at < to and at + STEP > since for since, to in taken)]
        found += free[:: max(1, len(free) // SLOTS_A_DAY)][:SLOTS_A_DAY]
        if len(found) >= SHOWN_SLOTS:
            break
    return found[:SHOWN_SLOTS]


def _days(now: dt.datetime, local_holidays: frozenset[dt.date]) -> Iterator[list[dt.datetime]]:
    """The half-hours of each of the next working days, but for the rest at noon."""
    today = now.astimezone(LOCAL_ZONE).date()
    for offset in range(LOOK_AHEAD_DAYS):
        day = today + dt.timedelta(days=offset)
        if not is_working_day(day, local_holidays)[0]:
            continue
        first, last = (dt.datetime.combine(day, time, LOCAL_ZONE) for time in (OPENS, CLOSES))
        times = [first + STEP * number for number in range((last - first) // STEP)]
        yield [time for time in times if time.hour != 12]


def appointments(user: User) -> QuerySet[ExpertAppointment]:
    """Those on cases that the user may see, and the user's own as an expert, with what a row shows.

    ``may_open`` says whether the case itself may be seen; else the question is all that is shown.
    """
    visible = Exists(Case.objects.visible_to(user).filter(pk=OuterRef("case")))
    shown = ("expert__division", "case__category", "case__division", "asked_by", "opinion")
    rows = ExpertAppointment.objects.annotate(may_open=visible).filter(Q(may_open=True) | Q(expert__user=user))
    return rows.select_related(*shown)


def of_case(case: Case) -> list[ExpertAppointment]:
    """The appointments and opinions of a case, the next first; those that were cancelled are left out."""
    rows = case.expert_appointments.standing()
    return list(rows.select_related("expert", "case", "asked_by", "opinion"))


def page_of(user: User, pk: int) -> QuerySet[Expert]:
    """One expert with the appointments on cases that the user may see."""
    mine = appointments(user).exclude(state=ExpertAppointment.State.CANCELLED).order_by("-time")
    return experts(user).filter(pk=pk).prefetch_related(Prefetch("appointments", mine, to_attr="seen"))
