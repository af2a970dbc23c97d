from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from cases.models import Category, CategoryAssistant, CodeEntry, Exclusion, Expert, HandOver, LimitRule
from cases.rule_admin import RoutingRuleAdmin

__all__ = (
    "AssistantInline",
    "CategoryAdmin",
    "CodeEntryAdmin",
    "ExclusionAdmin",
    "ExpertAdmin",
    "HandOverAdmin",
    "LimitRuleAdmin",
    "RoutingRuleAdmin",
)


class AssistantInline(admin.TabularInline):
    model = CategoryAssistant
    extra = 0
    autocomplete_fields = ("department",)


@admin.register(Category)
class CategoryAdmin(TranslationAdmin):
    list_display = ("code", "name_zh_hans", "name_ko", "kind", "lead_rule", "lead", "is_active")
    list_filter = ("kind", "lead_rule", "is_active")
    list_select_related = ("lead",)
    search_fields = ("code", "name_zh_hans", "name_ko")
    autocomplete_fields = ("lead", "gb31000", "mediation_statistics", "petition_content")
    inlines = (AssistantInline,)


@admin.register(CodeEntry)
class CodeEntryAdmin(TranslationAdmin):
    list_display = ("table", "code", "name_zh_hans", "name_ko")
    list_filter = ("table",)
    search_fields = ("code", "name_zh_hans", "name_ko")


@admin.register(LimitRule)
class LimitRuleAdmin(TranslationAdmin):
    list_display = ("code", "name", "length", "unit", "starts", "basis", "basis_kind", "local_holidays")
    list_filter = ("basis_kind", "unit")


@admin.register(Expert)
class ExpertAdmin(admin.ModelAdmin):
    list_display = ("name", "name_hangul", "organisation", "division", "is_active")
    list_filter = ("is_active", "fields")
    list_select_related = ("division",)
    search_fields = ("name", "name_hangul", "organisation")
    autocomplete_fields = ("division", "fields")
    raw_id_fields = ("user",)


@admin.register(HandOver)
class HandOverAdmin(admin.ModelAdmin):
    """Shows what went up and down, and how it was answered; made and answered on the page of the case alone."""

    list_display = ("at", "number", "direction", "state", "from_division", "to_division", "reason", "answered_at")
    list_filter = ("direction", "state", "reason")
    list_select_related = ("case", "from_division", "to_division")
    search_fields = ("case__number",)
    date_hierarchy = "at"
    # What was written stays between the levels: the administrator keeps the system and reads no case.
    fields = (
        "number", "direction", "state", "from_division", "to_division", "reason", "by", "at", "answered_at",
        "answered_by",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("case number"), ordering="case__number")
    def number(self, hand_over: HandOver) -> str:
        return hand_over.case.number

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: HandOver | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: HandOver | None = None) -> bool:
        return False


@admin.register(Exclusion)
class ExclusionAdmin(admin.ModelAdmin):
    """Shows what was asked and decided; the administrator keeps the system and reads no reasons."""

    list_display = ("asked_at", "number", "state", "ground", "asked_for", "asked_by", "decided_by")
    list_filter = ("state", "ground")
    list_select_related = ("case", "asked_for", "asked_by", "decided_by")
    search_fields = ("case__number",)
    date_hierarchy = "asked_at"
    fields = (
        "number", "state", "ground", "asked_for", "asked_by", "asked_at", "decided_by", "decided_at", "lifted_by",
        "lifted_at",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("case number"), ordering="case__number")
    def number(self, exclusion: Exclusion) -> str:
        return exclusion.case.number

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Exclusion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Exclusion | None = None) -> bool:
        return False
