from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from accounts.models import Look, Notification, User
from accounts.notifications import text_of
from accounts.outgoing_admin import FailingStreakAdmin, OutgoingMessageAdmin
from accounts.read_only_admin import ReadOnlyAdmin
from accounts.reminder_settings_admin import ReminderSettingsAdmin, ReminderSettingsVersionAdmin

__all__ = (
    "FailingStreakAdmin",
    "OutgoingMessageAdmin",
    "ReadOnlyAdmin",
    "ReminderSettingsAdmin",
    "ReminderSettingsVersionAdmin",
)


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

    list_display = ("created_at", "recipient", "said", "email_state", "outgoing")
    list_filter = ("email_state", "kind")
    list_select_related = ("recipient", "outgoing")

    @admin.display(description=_("notification"))
    def said(self, row: Notification) -> str:
        """What the reader reads, in the language of whoever looks."""
        return text_of(row.kind, row.params)
