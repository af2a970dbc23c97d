from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import outgoing
from accounts.models import Look, Notification, OutgoingMessage, User
from accounts.reminder_settings_admin import ReminderSettingsAdmin, ReminderSettingsVersionAdmin

__all__ = ("ReminderSettingsAdmin", "ReminderSettingsVersionAdmin")


@admin.register(User)
class StaffAdmin(UserAdmin):
    list_display = ("username", "display_name", "role", "division", "department", "is_active")
    list_filter = ("role", "is_active", "department")
    search_fields = ("username", "display_name", "email")
    autocomplete_fields = ("division", "department")
    list_select_related = ("division", "department")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("display_name", "email", "phone", "language")}),
        (_("Work"), {"fields": ("role", "division", "department")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username", "usable_password", "password1", "password2",
                    "display_name", "role", "division", "department", "language",
                ),
            },
        ),
    )  # fmt: skip


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows that nobody makes, changes or deletes here."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    """Who looked at personal data, when, of whom."""

    list_display = ("at", "user", "what", "subject", "address")
    list_filter = ("what",)
    list_select_related = ("user",)
    search_fields = ("subject", "user__username")
    date_hierarchy = "at"


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What staff were told, and what became of the e-mail."""

    list_display = ("created_at", "recipient", "kind", "email_state", "outgoing")
    list_filter = ("email_state", "kind")
    list_select_related = ("recipient", "outgoing")


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(ReadOnlyAdmin):
    """What went to the outside, and the dead letters, which are sent again from here. Shows no address and no text."""

    list_display = ("created_at", "key", "channel", "state", "attempts", "error", "next_try_at", "sent_at")
    list_filter = ("state", "channel")
    search_fields = ("key",)
    date_hierarchy = "created_at"
    exclude = ("address", "subject", "text")
    actions = ("send_again",)

    @admin.action(description=_("Send the failed messages again"), permissions=("view",))
    def send_again(self, request: HttpRequest, rows: QuerySet[OutgoingMessage]) -> None:
        """Put the dead letters among those chosen back among what waits."""
        count = outgoing.send_again(message_ids=list(rows.values_list("pk", flat=True)))
        text = gettext("Failed messages that are sent again: %(count)s.") % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)
