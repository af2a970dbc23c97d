from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from modeltranslation.admin import TranslationAdmin

from accounts.admin import ReadOnlyAdmin
from mediation.models import (
    Agreement,
    Assignment,
    Attendance,
    CaseFile,
    Committee,
    Confirmation,
    Conflict,
    CourtGuidance,
    DocxTemplate,
    FollowUp,
    FollowUpCode,
    FollowUpPlan,
    InvestigationRecord,
    MadePaper,
    Mediator,
    MediatorAbsence,
    MediatorHours,
    Notice,
    Offer,
    OfferAnswer,
    PaperTemplate,
    PartyAbsence,
    PowerOfAttorney,
    PrescribedStep,
    Prescription,
    Prevention,
    Recusal,
    Reminder,
    Replacement,
    RightsNotice,
    Room,
    SecondCallDraw,
    SecondCallShare,
    SeparateTalk,
    Session,
    SessionMediator,
    Signature,
    StatisticsEntry,
    Urging,
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
    fields = ("party", "state", "is_cause", "company", "is_live")
    extra, can_delete = 0, False


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("case", "period", "state", "mediator", "room")
    list_filter = ("state", "failure")
    list_select_related = ("case", "mediator", "room")
    search_fields = ("case__number",)
    inlines = (SeatInline, AttendanceInline)
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}


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


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ("subject", "subject_id", "stage", "told_on", "made_at")
    list_filter = ("subject", "stage")
    search_fields = ("=subject_id",)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("session", "party", "occasion", "channel", "version", "by", "at")
    list_filter = ("occasion", "channel")
    list_select_related = ("session", "party__person", "by")
    search_fields = ("session__case__number",)


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    list_display = ("case", "due_on", "day", "state", "assignee", "outcome", "origin")
    list_filter = ("state", "outcome", "origin", "channel")
    list_select_related = ("case", "assignee")
    search_fields = ("case__number", "assignee__username", "assignee__display_name")
    exclude = ("note",)


class StepInline(admin.TabularInline):
    model = PrescribedStep
    fields = ("position", "kind", "department", "party", "committee", "what", "due_on", "done_on")
    extra, can_delete = 0, False


@admin.register(Prescription)
class PrescriptionAdmin(ReadOnlyAdmin):
    list_display = ("case", "causes", "by", "at")
    list_select_related = ("case", "by")
    search_fields = ("case__number",)
    exclude = ("diagnosis",)
    inlines = (StepInline,)


@admin.register(Urging)
class UrgingAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "party", "urged_on", "how", "perform_by", "by")
    list_filter = ("how",)
    list_select_related = ("agreement", "party__person", "by")
    search_fields = ("agreement__case__number",)
    exclude = ("text",)


@admin.register(CourtGuidance)
class CourtGuidanceAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "court", "guided_on", "by")
    list_select_related = ("agreement", "by")
    search_fields = ("agreement__case__number",)


@admin.register(InvestigationRecord)
class InvestigationRecordAdmin(ReadOnlyAdmin):
    """Without what was said: that is read by those who see the case."""

    list_display = ("case", "asked_at", "asked_by", "recorded_by")
    list_select_related = ("case", "recorded_by")
    search_fields = ("case__number",)
    exclude = ("text",)


@admin.register(PowerOfAttorney)
class PowerOfAttorneyAdmin(ReadOnlyAdmin):
    list_display = ("case", "principal", "attorney", "scope", "given_on")
    list_filter = ("scope", "relation")
    list_select_related = ("case", "principal__person")
    search_fields = ("case__number",)


@admin.register(PaperTemplate)
class PaperTemplateAdmin(ReadOnlyAdmin):
    """Changed on the page of the wordings, which keeps the versions."""

    list_display = ("kind", "version", "title_zh_hans", "title_ko", "is_in_force", "is_shipped", "made_by", "made_at")
    list_filter = ("kind", "is_in_force")
    list_select_related = ("made_by",)


@admin.register(DocxTemplate)
class DocxTemplateAdmin(ReadOnlyAdmin):
    list_display = ("kind", "version", "is_in_force", "made_by", "made_at", "sha256")
    list_filter = ("kind", "is_in_force")
    list_select_related = ("made_by",)
    exclude = ("content",)


@admin.register(MadePaper)
class MadePaperAdmin(ReadOnlyAdmin):
    list_display = ("case", "kind", "source", "template", "document", "made_by", "made_at")
    list_filter = ("kind",)
    list_select_related = ("case", "template", "document", "made_by")
    search_fields = ("case__number",)


@admin.register(Replacement)
class ReplacementAdmin(ReadOnlyAdmin):
    list_display = ("old", "new", "reason", "by", "at")
    list_select_related = ("old", "new", "by")
    search_fields = ("old__case__number",)


@admin.register(CaseFile)
class CaseFileAdmin(ReadOnlyAdmin):
    list_display = ("case", "language", "retention", "pages", "sha256", "made_by", "made_at")
    list_filter = ("retention", "language")
    list_select_related = ("case", "made_by")
    search_fields = ("case__number",)
    exclude = ("front",)


@admin.register(MediatorHours)
class MediatorHoursAdmin(ReadOnlyAdmin):
    """Changed on the page of the hours, which makes room for them."""

    list_display = ("mediator", "weekday", "minutes", "valid", "noted_by", "noted_at")
    list_filter = ("weekday",)
    list_select_related = ("mediator", "noted_by")
    search_fields = ("mediator__name", "mediator__name_hangul")


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """Without what was offered: that is read by the mediators of the case."""

    list_display = ("case", "number", "party", "open_until", "made_by", "made_at")
    list_select_related = ("case", "party__person", "made_by")
    search_fields = ("case__number",)
    exclude = ("text",)


@admin.register(OfferAnswer)
class OfferAnswerAdmin(ReadOnlyAdmin):
    list_display = ("offer", "party", "by", "at")
    list_select_related = ("offer", "party__person", "by")
    search_fields = ("offer__case__number",)
    exclude = ("kind", "reason")


@admin.register(SeparateTalk)
class SeparateTalkAdmin(ReadOnlyAdmin):
    """Without the private note: that is read by the mediators of the case."""

    list_display = ("session", "part", "period", "mediator")
    list_filter = ("part",)
    list_select_related = ("session", "mediator")
    search_fields = ("session__case__number",)
    exclude = ("note",)


@admin.register(StatisticsEntry)
class StatisticsEntryAdmin(ReadOnlyAdmin):
    list_display = ("case", "source", "is_difficult", "by", "at")
    list_filter = ("source", "is_difficult")
    list_select_related = ("case", "by")
    search_fields = ("case__number",)


@admin.register(Prevention)
class PreventionAdmin(ReadOnlyAdmin):
    list_display = ("case", "kind", "people", "by", "at")
    list_filter = ("kind",)
    list_select_related = ("case", "by")
    search_fields = ("case__number",)
