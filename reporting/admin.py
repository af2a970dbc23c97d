from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import ReadOnlyAdmin
from reporting.models import Alert, Export, ExportEntry, Wall, WatchRun


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Lists that were made into files; the files themselves are their owners'."""

    list_display = ("asked_at", "asked_by", "kind", "format", "state", "done", "total", "opens", "expires_at")
    list_filter = ("state", "kind", "opens")
    list_select_related = ("asked_by",)
    date_hierarchy = "asked_at"


@admin.register(ExportEntry)
class ExportEntryAdmin(ReadOnlyAdmin):
    """Who had which rows as a file, when, with which filters, and the digest of the file."""

    list_display = ("at", "user", "what", "kind", "rows", "opens", "sha256", "address")
    list_filter = ("what", "kind", "opens")
    list_select_related = ("user",)
    search_fields = ("user__username", "sha256")
    date_hierarchy = "at"


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("division", "category", "opened_on", "closed_on", "window", "observed", "expected", "verdict")
    list_filter = ("verdict", "window")
    list_select_related = ("division", "category")
    date_hierarchy = "opened_on"


@admin.register(WatchRun)
class WatchRunAdmin(ReadOnlyAdmin):
    list_display = ("day", "made_at", "cells", "held", "repeats")


@admin.register(Wall)
class WallAdmin(admin.ModelAdmin):
    """Who gave which division a big screen. Taking one away shuts the screen; it is given on the page of figures."""

    list_display = ("division", "given_by", "given_at")
    list_select_related = ("division", "given_by")
    fields = ("division", "given_by", "given_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
