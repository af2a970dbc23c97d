"""What each role finds at the left: what this role does, nothing else. The first entry is its home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Notification, Role, User


class Entry(NamedTuple):
    page: str
    icon: str
    label: str | Promise


REGISTER = Entry("intake:register", "user-plus", _("Register a matter"))
DESK = Entry("intake:desk", "door-enter", _("Today at the desk"))
QUEUE = Entry("intake:queue", "users-group", _("Queue"))
CASES = Entry("cases:list", "folders", _("Cases"))
REFERRALS = Entry("cases:referrals", "inbox", _("Referrals"))
DISPATCH = Entry("cases:dispatch", "route", _("Dispatch board"))
WHISTLES = Entry("cases:whistles", "speakerphone", _("Whistles"))
SUPERVISION = Entry("cases:supervision", "urgent", _("Supervision"))
MEDIATION = Entry("mediation:home", "heart-handshake", _("My mediations"))
BACKLOG = Entry("mediation:backlog", "user-share", _("Cases without a mediator"))
AGREEMENTS = Entry("mediation:due", "calendar-due", _("Performance of agreements"))
FOLLOW_UPS = Entry("mediation:follow_ups", "phone-check", _("Follow-up visits"))
DASHBOARD = Entry("reporting:dashboard", "chart-bar", _("Dashboard"))
WARNINGS = Entry("reporting:warnings", "trending-up", _("Early warning"))
BRIEFINGS = Entry("reporting:briefings", "news", _("Briefings"))
ROTA = Entry("cases:rota", "calendar-event", _("Rota"))
CALENDAR = Entry("cases:rota_calendar", "calendar-week", _("Rota calendar"))
EXPERTS = Entry("cases:experts", "school", _("Legal workers' home"))
EXCLUSIONS = Entry("cases:exclusions", "filter-minus", _("Left out of the rate"))
COMMITTEES = Entry("mediation:committees", "building-community", _("Committees"))
MEDIATORS = Entry("mediation:mediators", "users", _("Mediators"))
IMPORTS = Entry("intake:imports", "file-import", _("Take over old registers"))
WORDINGS = Entry("mediation:wordings", "file-text", _("What papers say"))
OUTREACH = Entry("intake:outreach", "home-search", _("Outreach"))
MY_OUTREACH = Entry("intake:outreach_mine", "home-heart", _("My households"))
MINISTRY_FORM = Entry("reporting:ministry_form", "report", _("Ministry's form"))
EXPORTS = Entry("reporting:exports", "file-download", _("My exports"))
ADMIN = Entry("admin:index", "settings", _("Administration"))

BY_ROLE: Mapping[str, tuple[Entry, ...]] = {
    Role.CLERK: (DESK, QUEUE, REGISTER, CASES, FOLLOW_UPS, CALENDAR, EXPERTS, MY_OUTREACH, EXPORTS),
    Role.OFFICER: (REFERRALS, CASES, WHISTLES, SUPERVISION, CALENDAR, EXPERTS, EXPORTS),
    Role.MEDIATOR: (MEDIATION, AGREEMENTS, FOLLOW_UPS, CASES, MEDIATORS, EXPERTS, EXPORTS),
    Role.DISPATCHER: (
        DISPATCH,
        CASES,
        WHISTLES,
        SUPERVISION,
        QUEUE,
        REGISTER,
        BACKLOG,
        AGREEMENTS,
        FOLLOW_UPS,
        COMMITTEES,
        MEDIATORS,
        ROTA,
        CALENDAR,
        EXPERTS,
        DASHBOARD,
        WARNINGS,
        BRIEFINGS,
        EXCLUSIONS,
        IMPORTS,
        OUTREACH,
        EXPORTS,
    ),
    Role.OFFICIAL: (
        DASHBOARD,
        WARNINGS,
        BRIEFINGS,
        CASES,
        EXCLUSIONS,
        WHISTLES,
        SUPERVISION,
        COMMITTEES,
        MEDIATORS,
        CALENDAR,
        OUTREACH,
        EXPORTS,
    ),
    Role.ADMINISTRATOR: (ADMIN, IMPORTS, WORDINGS),
}

VISITING_DEPARTMENTS = frozenset({"township", "public_security"})
"""Departments whose officers make follow-up visits."""


def entries_of(user: User) -> tuple[Entry, ...]:
    """The entries of a role.

    Clerks of a street or township, whose code has nine digits, also find the whistles; officers of townships and of
    the police, who visit after a resolution, the visits; those of justice the statistics of people's mediation.
    """
    entries = BY_ROLE[user.role]
    if user.role == Role.OFFICER and user.department_id in VISITING_DEPARTMENTS:
        return (*entries, FOLLOW_UPS)
    if user.role == Role.OFFICER and user.department_id == "justice":
        return (*entries, MINISTRY_FORM)
    if user.role == Role.CLERK and len(user.scope_code) == 9:
        return (*entries, WHISTLES)
    return entries


def home_of(user: User) -> str:
    """The address of a role's own home page."""
    return reverse(BY_ROLE[user.role][0].page)


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``navigation`` and ``unread_count`` for signed-in staff."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {}
    entries = [
        {"url": url, "icon": entry.icon, "label": entry.label, "active": request.path.startswith(url)}
        for entry, url in ((entry, reverse(entry.page)) for entry in entries_of(user))
    ]
    _keep_longest_active(entries)
    unread = Notification.objects.filter(recipient=user).unread().count()
    return {"navigation": entries, "unread_count": unread}


def _keep_longest_active(entries: list[dict[str, Any]]) -> None:
    """``/desk/`` is not active while ``/desk/register/`` is."""
    active = [entry for entry in entries if entry["active"]]
    longest = max(active, key=lambda entry: len(entry["url"]), default=None)
    for entry in active:
        entry["active"] = entry is longest
