"""The screens on what goes to the outside: what failed, and sending it again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import outgoing
from accounts.models import FailingStreak, OutgoingMessage
from accounts.read_only_admin import ReadOnlyAdmin

DAY = dt.timedelta(days=1)
AGES = {
    "hour": (None, dt.timedelta(hours=1), _("the last hour")),
    "day": (None, DAY, _("the last 24 hours")),
    "week": (DAY, 7 * DAY, _("1 to 7 days")),
    "older": (7 * DAY, None, _("more than 7 days")),
}
"""Older than the first, not older than the second."""


class AgeFilter(admin.SimpleListFilter):
    """How long ago a message was made."""

    title, parameter_name = _("age"), "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, label) for key, (_from, _until, label) in AGES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMessage]) -> QuerySet[OutgoingMessage]:
        age = AGES.get(self.value() or "")
        if age is None:
            return queryset
        least, most, now = age[0], age[1], timezone.now()
        if least is not None:
            queryset = queryset.filter(created_at__lte=now - least)
        return queryset.filter(created_at__gt=now - most) if most is not None else queryset


class UnsentFilter(admin.SimpleListFilter):
    """What has not gone out: it waits for its next attempt, or was given up."""

    title, parameter_name = _("not gone out"), "unsent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("tried in vain")), ("dead", _("given up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMessage]) -> QuerySet[OutgoingMessage]:
        unsent = OutgoingMessage.objects.unsent().filter(attempts__gt=0)
        rows = {"yes": unsent, "dead": OutgoingMessage.objects.dead()}.get(self.value() or "")
        return queryset if rows is None else queryset.filter(pk__in=rows.values("pk"))


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(ReadOnlyAdmin):
    """What went to the outside, and the dead letters, which are sent again from here. Shows no address and no text."""

    list_display = ("created_at", "key", "channel", "state", "attempts", "error", "next_try_at", "sent_at")
    list_filter = (UnsentFilter, "state", "channel", AgeFilter)
    search_fields = ("key",)
    date_hierarchy = "created_at"
    exclude = ("address", "subject", "text")
    actions = ("send_again",)
    change_form_template = "admin/outgoing_message.html"

    @admin.action(description=_("Send the failed messages again"), permissions=("view",))
    def send_again(self, request: HttpRequest, rows: QuerySet[OutgoingMessage]) -> None:
        """Put the dead letters among those chosen back among what waits."""
        self._send_again(request, list(rows.values_list("pk", flat=True)))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.send_one_again)
        return [path("<int:pk>/send-again/", view, name="accounts_outgoingmessage_again"), *super().get_urls()]

    @method_decorator(require_POST)
    def send_one_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give one dead letter all its attempts anew, from its own page."""
        row = get_object_or_404(OutgoingMessage, pk=pk)
        if self.has_view_permission(request, row):
            self._send_again(request, [row.pk])
        return redirect(reverse("admin:accounts_outgoingmessage_change", args=[row.pk]))

    def _send_again(self, request: HttpRequest, keys: list[int]) -> None:
        count = outgoing.send_again(message_ids=keys)
        text = gettext("Failed messages that are sent again: %(count)s.") % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)


@admin.register(FailingStreak)
class FailingStreakAdmin(ReadOnlyAdmin):
    """When a way to the outside failed, for how long, and when the administrators were told."""

    list_display = ("began_at", "ended_at", "channel", "failures", "told_at")
    list_filter = ("channel",)
