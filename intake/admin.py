from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from intake.models import Campaign, Hall, ImportJob, OutreachGroup
from intake.models.queue import new_hall_code


@admin.register(Hall)
class HallAdmin(admin.ModelAdmin):
    """The code stands in the addresses of the displays; a new one shuts out whoever knows the old one."""

    list_display = ("centre", "code")
    list_select_related = ("centre",)
    search_fields = ("centre__division__code", "centre__name_zh_hans", "centre__name_ko")
    autocomplete_fields = ("centre",)
    actions = ("give_new_code",)

    @admin.action(description=_("Give a new code; the displays must be opened again"))
    def give_new_code(self, request: HttpRequest, queryset: QuerySet[Hall]) -> None:
        for hall in queryset:
            hall.code = new_hall_code()
            hall.save(update_fields=["code"])


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


class _Shown(admin.ModelAdmin):
    """Made and changed on the pages of outreach alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(OutreachGroup)
class OutreachGroupAdmin(_Shown):
    list_display = ("name", "division", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("division",)
    search_fields = ("name_zh_hans", "name_ko")


@admin.register(Campaign)
class CampaignAdmin(_Shown):
    """The plan; households and what was found there are not for the administrator to see."""

    list_display = ("name", "division", "target", "starts_on", "ends_on", "state")
    list_filter = ("state", "target")
    list_select_related = ("division",)
    search_fields = ("name_zh_hans", "name_ko")
