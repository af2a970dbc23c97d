from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from departments import services
from departments.models import Centre, Department, Division, LocalHoliday, Station, Window


@admin.register(Division)
class DivisionAdmin(TranslationAdmin):
    list_display = ("code", "name_zh_hans", "name_ko", "name_ko_basis", "level")
    list_filter = ("level", "name_ko_basis")
    search_fields = ("code", "name_zh_hans", "name_ko")
    raw_id_fields = ("parent",)


@admin.register(LocalHoliday)
class LocalHolidayAdmin(TranslationAdmin):
    list_display = ("date", "name", "scope", "source")
    autocomplete_fields = ("scope",)
    date_hierarchy = "date"

    def save_model(self, request, obj, form, change):  # type: ignore[no-untyped-def]
        services.save_local_holiday(obj)

    def delete_model(self, request, obj):  # type: ignore[no-untyped-def]
        services.remove_local_holidays(LocalHoliday.objects.filter(pk=obj.pk))

    def delete_queryset(self, request, queryset):  # type: ignore[no-untyped-def]
        services.remove_local_holidays(queryset)


@admin.register(Department)
class DepartmentAdmin(TranslationAdmin):
    list_display = ("code", "name_zh_hans", "name_ko", "kind", "order")
    list_filter = ("kind",)
    search_fields = ("code", "name_zh_hans", "name_ko")


class WindowInline(admin.TabularInline):
    model = Window
    extra = 0


class StationInline(admin.TabularInline):
    model = Station
    extra = 0
    fields = ("department", "mode", "weekdays", "period", "window", "response_minutes", "contact", "phone")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """Only the windows of the centre on this page."""
        centre = request.resolver_match.kwargs.get("object_id")
        if db_field.name == "window":
            kwargs["queryset"] = Window.objects.filter(centre=centre)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Centre)
class CentreAdmin(TranslationAdmin):
    list_display = ("division", "name_zh_hans", "name_ko", "is_active")
    list_filter = ("division__level",)
    list_select_related = ("division",)
    search_fields = ("division__code", "name_zh_hans", "name_ko")
    autocomplete_fields = ("division",)
    inlines = (WindowInline, StationInline)


@admin.register(Window)
class WindowAdmin(admin.ModelAdmin):
    list_display = ("centre", "number", "zone")
    list_display_links = ("number",)
    list_filter = ("zone",)
    list_select_related = ("centre",)
    search_fields = ("centre__division__code", "centre__name_zh_hans", "centre__name_ko")
    autocomplete_fields = ("centre",)
