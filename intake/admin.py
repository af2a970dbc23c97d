from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from intake.models import ImportJob


@admin.register(ImportJob)
class ImportJobAdmin(admin.ModelAdmin):
    """Shows what was taken over, by whom. Nothing is made or changed here; that is what the page of imports is for."""

    list_display = (
        "asked_at",
        "file_name",
        "system",
        "centre",
        "asked_by",
        "is_dry_run",
        "state",
        "imported",
        "failed",
    )
    list_filter = ("state", "is_dry_run", "system")
    list_select_related = ("centre", "asked_by")
    search_fields = ("file_name", "system")
    exclude = ("file", "faults")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
