from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from reporting.models import Wall


@admin.register(Wall)
class WallAdmin(admin.ModelAdmin):
    """Who gave which division a big screen. Taking one away shuts the screen; it is given on the page of figures."""

    list_display = ("division", "given_by", "given_at")
    list_select_related = ("division", "given_by")
    fields = ("division", "given_by", "given_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
