"""Whose figures a page shows: the division asked for, within the reader's own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import staff
from accounts.models import User
from departments.models import Division
from reporting.forms import PeriodForm, presets


def division_of(user: User, code: str | None) -> Division:
    """The division asked for, if it lies in the user's scope; otherwise the scope itself."""
    if not user.scope_code:
        raise PermissionDenied
    if code and not code.startswith(user.scope_code):
        raise PermissionDenied
    return get_object_or_404(Division, pk=code or user.scope_code)


def path_to(division: Division, user: User) -> list[Division]:
    """The divisions from the user's scope down to this one."""
    codes = [division.pk[:length] for length in (4, 6, 9, 12) if len(user.scope_code) <= length <= len(division.pk)]
    return list(Division.objects.filter(pk__in=codes).order_by("code"))


def asked(request: HttpRequest, *names: str) -> QueryDict | None:
    """What the address says, None where it names none of the fields: the form is not bound then."""
    return request.GET if set(names) & request.GET.keys() else None


def page_context(request: HttpRequest, form: PeriodForm) -> dict[str, Any]:
    """What every page of figures takes: division, the way to it, period and presets."""
    user = staff(request)
    division = division_of(user, request.GET.get("division"))
    return {
        "division": division,
        "path": path_to(division, user),
        "form": form,
        "period": form.period(),
        "presets": presets(timezone.localdate()),
    }
