from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from accounts.admin import ReadOnlyAdmin
from mediation.models import (
    Agreement,
    Assignment,
    Attendance,
    Committee,
    Confirmation,
    Conflict,
    Mediator,
    MediatorAbsence,
    PartyAbsence,
    Recusal,
    RightsNotice,
    Room,
    Session,
    SessionMediator,
    Signature,
)


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
    raw_id_fields = ("person",)

    def save_model(self, request, obj, form, change):  # type: ignore[no-untyped-def]
        obj.set_keys()
        super().save_model(request, obj, form, change)


@admin.register(Conflict)
class ConflictAdmin(admin.ModelAdmin):
    list_display = ("mediator", "person", "organisation", "relation", "declared_at")
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


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "how", "capacity", "signed_on", "witnessed_by")
    list_filter = ("how", "capacity")
    list_select_related = ("agreement", "witnessed_by")
    exclude = ("strokes",)


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "court", "asked_on", "last_day", "result", "decided_on")
    list_filter = ("result",)
    list_select_related = ("agreement",)


# What stands in the ledger as well is looked at here, and changed by the use cases only.


class SeatInline(admin.TabularInline):
    model = SessionMediator
    fields = ("mediator", "is_live", "was_there")
    extra, can_delete = 0, False


class AttendanceInline(admin.TabularInline):
    model = Attendance
    fields = ("party", "state", "company", "is_live")
    extra, can_delete = 0, False


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("case", "period", "state", "mediator", "room")
    list_filter = ("state", "failure")
    list_select_related = ("case", "mediator", "room")
    search_fields = ("case__number",)
    inlines = (SeatInline, AttendanceInline)


@admin.register(RightsNotice)
class RightsNoticeAdmin(ReadOnlyAdmin):
    list_display = ("case", "party", "told_on", "how", "by")
    list_filter = ("how",)
    list_select_related = ("case", "party__person", "by")
    search_fields = ("case__number",)


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ("case", "mediator", "role", "assigned_at", "ended_at", "ended_as")
    list_filter = ("role", "ended_as")
    list_select_related = ("case", "mediator")
    search_fields = ("case__number", "mediator__name", "mediator__name_hangul")


@admin.register(Recusal)
class RecusalAdmin(ReadOnlyAdmin):
    list_display = ("case", "mediator", "party", "relation", "state", "decided_by")
    list_filter = ("state", "relation")
    list_select_related = ("case", "mediator", "party__person", "decided_by")
    search_fields = ("case__number",)


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    list_display = ("case", "number", "form", "mediator", "reached_on", "perform_by")
    list_filter = ("form", "year")
    list_select_related = ("case", "mediator", "committee")
    search_fields = ("case__number",)


@admin.register(PartyAbsence)
class AbsenceAdmin(ReadOnlyAdmin):
    list_display = ("party", "period", "note", "recorded_by")
    list_select_related = ("party__person", "recorded_by")
