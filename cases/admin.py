from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from cases.models import Category, CategoryAssistant, CodeEntry, Expert, LimitRule
from cases.rule_admin import RoutingRuleAdmin

__all__ = ("AssistantInline", "CategoryAdmin", "CodeEntryAdmin", "ExpertAdmin", "LimitRuleAdmin", "RoutingRuleAdmin")


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
