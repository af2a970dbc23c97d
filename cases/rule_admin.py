"""The screens on which the routing rules are kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.access import staff
from cases.models import RoutingRule
from cases.routing_rules import of_row, stored_rules
from cases.rule_checks import check_rule
from cases.rule_history import history_of, keep_version


class RoutingRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses what is certainly wrong with a rule; what may be wrong is kept for a warning."""

    class Meta:
        model = RoutingRule
        fields = "__all__"  # noqa: DJ007  the rule is all that stands here

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.warnings: list[str] = []
        if self.errors or not data.get("is_active"):
            return data
        row = RoutingRule(pk=self.instance.pk, **{k: v for k, v in data.items() if k != "categories"})
        rule = of_row(row, [category.pk for category in data.get("categories") or ()])
        for problem in check_rule(rule, stored_rules()):
            if problem.is_certain:
                self.add_error(None, str(problem.message))
            else:
                self.warnings.append(str(problem.message))
        return data


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = RoutingRuleForm
    list_display = ("priority", "name", "scope", "leads", "lead", "statutory_route", "is_active")
    list_display_links = ("name",)
    list_filter = ("is_active", "leads", "scope")
    list_select_related = ("scope", "lead")
    search_fields = ("name",)
    autocomplete_fields = ("lead", "categories", "place", "scope")
    readonly_fields = ("history",)

    @admin.display(description=_("history"))
    def history(self, rule: RoutingRule) -> SafeString | str:
        """What every version changed, the latest first."""
        if rule.pk is None:
            return "—"
        return render_to_string("cases/_rule_history.html", {"changes": history_of(rule)})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The categories stand now too: keep the version, and warn of what may be wrong."""
        super().save_related(request, form, formsets, change)
        keep_version(form.instance, by=staff(request))
        for warning in form.warnings:
            messages.warning(request, warning)

    def has_delete_permission(self, request: HttpRequest, obj: RoutingRule | None = None) -> bool:
        """A rule is taken out of use, not deleted: decisions and its history refer to it."""
        return False
