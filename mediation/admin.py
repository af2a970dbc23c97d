from django.contrib import admin
from django.http import HttpRequest
from modeltranslation.admin import TranslationAdmin

from mediation.models import Committee, Confirmation, Conflict, Mediator, MediatorAbsence, Room, Signature


@admin.register(Committee)
class CommitteeAdmin(TranslationAdmin):
    list_display = ("name", "kind", "division")
    list_filter = ("kind",)
    list_select_related = ("division",)
    search_fields = ("name_zh_hans", "name_ko")
    autocomplete_fields = ("division",)

    def save_model(self, request, obj, form, change):  # type: ignore[no-untyped-def]
        obj.set_keys()
        super().save_model(request, obj, form, change)


@admin.register(Mediator)
class MediatorAdmin(admin.ModelAdmin):
    list_display = ("name", "name_hangul", "committee", "languages", "capacity", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("committee",)
    search_fields = ("name", "name_hangul")
    autocomplete_fields = ("committee", "user", "specialties")

    def save_model(self, request, obj, form, change):  # type: ignore[no-untyped-def]
        obj.set_keys()
        super().save_model(request, obj, form, change)


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


@admin.register(MediatorAbsence)
class MediatorAbsenceAdmin(admin.ModelAdmin):
    list_display = ("mediator", "period", "reason")
    list_filter = ("reason",)
    list_select_related = ("mediator",)
    raw_id_fields = ("mediator", "noted_by")


class KeptAdmin(admin.ModelAdmin):
    """What is only looked at here: it is written by the use cases and never changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Signature)
class SignatureAdmin(KeptAdmin):
    list_display = ("agreement", "how", "capacity", "signed_on", "witnessed_by")
    list_filter = ("how", "capacity")
    list_select_related = ("agreement", "witnessed_by")
    exclude = ("strokes",)


@admin.register(Confirmation)
class ConfirmationAdmin(KeptAdmin):
    list_display = ("agreement", "court", "asked_on", "last_day", "result", "decided_on")
    list_filter = ("result",)
    list_select_related = ("agreement",)
