"""The tables of the further pages of figures as files; those of the dashboard stand with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.access import role_required
from accounts.models import Role
from cases.exports import export_table
from reporting import page_tables
from reporting.views.departments import read_departments
from reporting.views.desk import read_attendance, read_bounces, read_waiting
from reporting.views.follow_ups import read_follow_ups
from reporting.views.mediation import read_mediation

READERS: Mapping[str, Callable[[HttpRequest], dict[str, Any]]] = {
    "departments": read_departments, "mediation": read_mediation, "follow-ups": read_follow_ups,
    "waiting": read_waiting, "attendance": read_attendance, "bounces": read_bounces,
}  # fmt: skip


@role_required(Role.OFFICIAL, Role.DISPATCHER)
def page_table(request: HttpRequest, page: str, table: str, kind: str) -> HttpResponseBase:
    """A table of a page as a file, for the division and period in the address."""
    if (page, table) not in page_tables.TABLES or kind not in {"csv", "xlsx"}:
        raise Http404
    shown = READERS[page](request)
    return export_table(list(page_tables.table(shown, page, table)), f"{page}-{table}-{shown['division'].pk}", kind)
