from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reporting.models import Alert, WatchRun


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Made by the nightly look and answered on its own page; here it is only shown."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Alert)
class AlertAdmin(ReadOnly):
    list_display = ("division", "category", "opened_on", "closed_on", "window", "observed", "expected", "verdict")
    list_filter = ("verdict", "window")
    list_select_related = ("division", "category")
    date_hierarchy = "opened_on"


@admin.register(WatchRun)
class WatchRunAdmin(ReadOnly):
    list_display = ("day", "made_at", "cells", "held", "repeats")
