"""The screens on which the settings of reminders are kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import staff
from accounts.models import ReminderSettings, ReminderSettingsVersion
from accounts.reminder_rules import above, load
from accounts.reminder_settings import history_of, keep_settings, lines_of, problems_with, take_back


class ReminderSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Says what holds where a field is left empty; refuses what would keep reminders from going out."""

    class Meta:
        model = ReminderSettings
        fields = ("centre", *ReminderSettings.FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = above(self.instance.scope)
        for name in ReminderSettings.FIELDS:
            if name in self.fields:
                self._explain(name, getattr(rules, name))

    def _explain(self, name: str, value: object) -> None:
        """Beside the field: what holds when it is left empty."""
        field = self.fields[name]
        shown = (gettext("yes") if value else gettext("no")) if isinstance(value, bool) else value
        if isinstance(value, bool):
            choices = [("unknown", f"— ({shown})"), ("true", gettext("yes")), ("false", gettext("no"))]
            field.widget.choices = choices  # type: ignore[attr-defined]
            return
        empty = gettext("Empty: %(value)s.") % {"value": shown}
        field.help_text = f"{empty} {field.help_text}".strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            row = ReminderSettings(pk=self.instance.pk, **({"centre": self.instance.centre} | data))
            for field, problem in problems_with(row).items():
                self.add_error(field, problem)
        return data


class Rows(ChangeList):
    """Each row with what holds there."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        book = load()
        for row in self.result_list:
            row.rules = book.of(row.scope)


@admin.register(ReminderSettings)
class ReminderSettingsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = ReminderSettingsForm
    list_display = ("place", "visits", "performances", "sessions", "quiet", "digest")
    list_select_related = ("centre",)
    autocomplete_fields = ("centre",)
    readonly_fields = ("history",)
    fieldsets = (
        (None, {"fields": ("centre",)}),
        (_("Follow-up visits"), {
            "fields": ("visit_days_before", "visit_overdue_days", "visit_escalated_days", "visit_email",
                       "escalation_email"),
        }),
        (_("Performance of agreements"), {
            "fields": ("performance_days_before", "performance_overdue_days", "performance_email"),
        }),
        (_("Sessions"), {"fields": ("session_days_before", "session_hour", "session_sms", "session_email")}),
        (_("Hours"), {"fields": ("quiet_from", "quiet_until", "digest_hour")}),
        (_("history"), {"fields": ("history",)}),
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Rows

    @admin.display(description=_("holds for"))
    def place(self, row: ReminderSettings) -> str:
        return str(row)

    @admin.display(description=_("visits: before, overdue, dispatchers"))
    def visits(self, row: Any) -> str:
        rules = row.rules
        return f"{rules.visit_days_before} / {rules.visit_overdue_days} / {rules.visit_escalated_days}"

    @admin.display(description=_("performance: before, overdue"))
    def performances(self, row: Any) -> str:
        rules = row.rules
        return f"{rules.performance_days_before} / {rules.performance_overdue_days}"

    @admin.display(description=_("session: days before, hour"))
    def sessions(self, row: Any) -> str:
        rules = row.rules
        return f"{rules.session_days_before} / {rules.session_hour}:00"

    @admin.display(description=_("quiet hours"))
    def quiet(self, row: Any) -> str:
        rules = row.rules
        return "—" if rules.quiet_from == rules.quiet_until else f"{rules.quiet_from}:00–{rules.quiet_until}:00"

    @admin.display(description=_("e-mail of the morning"))
    def digest(self, row: Any) -> str:
        return f"{row.rules.digest_hour}:00"

    @admin.display(description=_("history"))
    def history(self, row: ReminderSettings) -> SafeString | str:
        """What every version changed, the latest first."""
        if row.pk is None:
            return "—"
        return render_to_string("accounts/_reminder_history.html", {"changes": history_of(row)})

    def get_readonly_fields(self, request: HttpRequest, obj: ReminderSettings | None = None) -> tuple[str, ...]:
        return ("centre", "history") if obj else ("history",)

    def save_model(self, request: HttpRequest, obj: ReminderSettings, form: Any, change: bool) -> None:
        keep_settings(row=obj, by=staff(request))

    def has_delete_permission(self, request: HttpRequest, obj: ReminderSettings | None = None) -> bool:
        """A centre goes by the settings above it again; the prefecture keeps its own."""
        return super().has_delete_permission(request, obj) and not (obj and obj.centre_id is None)

    def delete_model(self, request: HttpRequest, obj: ReminderSettings) -> None:
        take_back(rows=[obj], by=staff(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ReminderSettings]) -> None:
        take_back(rows=queryset.filter(centre__isnull=False), by=staff(request))


@admin.register(ReminderSettingsVersion)
class ReminderSettingsVersionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who set what when, of centres that go by the prefecture's settings again too."""

    list_display = ("at", "by", "scope", "changed")
    list_select_related = ("by",)
    date_hierarchy = "at"

    @admin.display(description=_("what changed"))
    def changed(self, version: ReminderSettingsVersion) -> str:
        earlier = ReminderSettingsVersion.objects.filter(scope=version.scope, pk__lt=version.pk).first()
        return "; ".join(lines_of(version, earlier))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ReminderSettingsVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ReminderSettingsVersion | None = None) -> bool:
        return False
