from django.contrib import admin
from django.http import HttpRequest
from modeltranslation.admin import TranslationAdmin

from mediation.models import (
    Committee,
    Conflict,
    FollowUpCode,
    FollowUpPlan,
    Mediator,
    Room,
    SecondCallDraw,
    SecondCallShare,
)


@admin.register(Committee)
class CommitteeAdmin(TranslationAdmin):
    list_display = ("name", "kind", "division")
    list_filter = ("kind",)
    list_select_related = ("division",)
    search_fields = ("name_zh_hans", "name_ko")
    autocomplete_fields = ("division",)


@admin.register(Mediator)
class MediatorAdmin(admin.ModelAdmin):
    list_display = ("name", "name_hangul", "committee", "languages", "capacity", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("committee",)
    search_fields = ("name", "name_hangul")
    autocomplete_fields = ("committee", "user", "specialties")


@admin.register(Conflict)
class ConflictAdmin(admin.ModelAdmin):
    list_display = ("mediator", "person", "relation", "declared_at")
    list_filter = ("relation",)
    list_select_related = ("mediator", "person")
    raw_id_fields = ("mediator", "person", "declared_by")


@admin.register(Room)
class RoomAdmin(TranslationAdmin):
    list_display = ("name", "centre", "seats", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("centre",)
    search_fields = ("name_zh_hans", "name_ko")


@admin.register(FollowUpPlan)
class FollowUpPlanAdmin(TranslationAdmin):
    """A plan by which visits were planned is not changed: a new version with a later day takes its place."""

    list_display = ("name", "code", "since", "condition", "category", "priority", "first", "channel", "is_active")
    list_filter = ("condition", "is_active")
    list_select_related = ("category",)
    search_fields = ("code", "name_zh_hans", "name_ko")
    fields = ("code", "since", "name", "days", "condition", "category", "priority", "first", "channel", "is_active")
    save_as = True

    def get_readonly_fields(self, request: HttpRequest, obj: FollowUpPlan | None = None) -> tuple[str, ...]:
        if obj is not None and obj.visits.exists():
            return ("code", "since", "days", "condition", "category", "first", "channel")
        return ()

    def has_delete_permission(self, request: HttpRequest, obj: FollowUpPlan | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.visits.exists())


@admin.register(FollowUpCode)
class FollowUpCodeAdmin(TranslationAdmin):
    list_display = ("name", "table", "code", "order", "is_active")
    list_filter = ("table", "is_active")
    search_fields = ("code", "name_zh_hans", "name_ko")

    def get_readonly_fields(self, request: HttpRequest, obj: FollowUpCode | None = None) -> tuple[str, ...]:
        return ("table", "code") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: FollowUpCode | None = None) -> bool:
        return False


@admin.register(SecondCallShare)
class SecondCallShareAdmin(admin.ModelAdmin):
    list_display = ("division", "percent")
    list_select_related = ("division",)
    autocomplete_fields = ("division",)


@admin.register(SecondCallDraw)
class SecondCallDrawAdmin(admin.ModelAdmin):
    list_display = ("week", "division", "visits", "drawn", "percent", "made_at")
    list_select_related = ("division",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SecondCallDraw | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SecondCallDraw | None = None) -> bool:
        return False
