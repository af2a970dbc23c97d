"""The pages of figures beside each other; place and period go along."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

KEPT = ("division", "first", "last", "compare")


class Tab(NamedTuple):
    page: str
    icon: str
    label: str | Promise


TABS = (
    Tab("reporting:dashboard", "chart-bar", _("Overview")),
    Tab("reporting:departments", "building", _("Departments")),
    Tab("reporting:mediation", "heart-handshake", _("Mediation")),
    Tab("reporting:follow_ups", "phone-check", _("Follow-ups")),
    Tab("reporting:waiting", "hourglass", _("Waiting times")),
    Tab("reporting:bounces", "arrow-back", _("Returned matters")),
    Tab("reporting:attendance", "user-check", _("Attendance")),
    Tab("reporting:warnings", "alert-triangle", _("Warnings")),
    Tab("reporting:wall", "device-tv", _("Big screen")),
)
"""A page that is not there is left out."""


@register.inclusion_tag("reporting/_tabs.html", takes_context=True)
def figure_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """Links to all pages of figures for the place and period of this one."""
    request = context["request"]
    query = urlencode({name: request.GET[name] for name in KEPT if request.GET.get(name)})
    found = []
    for tab in TABS:
        try:
            path = reverse(tab.page)
        except NoReverseMatch:
            continue
        url = f"{path}?{query}" if query else path
        found.append({"url": url, "icon": tab.icon, "label": tab.label, "active": request.path == path})
    return {"tabs": found}
