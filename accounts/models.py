from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

DEMO_PASSWORD = "yanbian-demo"  # noqa: S105  known to all on purpose; a production start refuses demo accounts


class Role(models.TextChoices):
    CLERK = "clerk", _("Guide-desk clerk")
    OFFICER = "officer", _("Department officer")
    MEDIATOR = "mediator", _("Mediator")
    DISPATCHER = "dispatcher", _("Dispatcher")
    OFFICIAL = "official", _("Official")
    ADMINISTRATOR = "administrator", _("Administrator")


class Language(models.TextChoices):
    CHINESE = "zh-hans", _("Chinese")
    KOREAN = "ko", _("Korean")


class User(AbstractUser):
    """A member of staff. ``division`` is the scope: that division and everything below it."""

    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.CLERK)
    division = models.ForeignKey(
        "departments.Division",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("division"),
        help_text=_("The user works for this division and everything below it."),
    )
    department = models.ForeignKey(
        "departments.Department",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("department"),
        help_text=_("Only for department officers."),
    )
    display_name = models.CharField(_("name"), max_length=60, blank=True)
    phone = models.CharField(_("office phone"), max_length=30, blank=True)
    language = models.CharField(
        _("preferred language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(role=Role.OFFICER) | models.Q(department__isnull=False),
                name="accounts_user_officer_has_department",
                violation_error_message=_("A department officer needs a department."),
            ),
        )

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def scope_code(self) -> str:
        """Code of the division the user works for; empty when none is set, which means nothing is seen."""
        return self.division_id or ""


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at__isnull=True)

    def awaiting_email(self) -> NotificationQuerySet:
        return self.filter(email_state=Notification.EmailState.PENDING)


class Notification(models.Model):
    """Something a member of staff is told, once. ``key`` makes a repeated telling impossible.

    The text is not stored: it is made from ``kind`` and ``params`` in the reader's language, see
    :mod:`accounts.notifications`.
    """

    class EmailState(models.TextChoices):
        PENDING = "pending", _("to be sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        NONE = "none", _("no address")

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notifications", verbose_name=_("recipient"))
    kind = models.CharField(_("kind"), max_length=40)
    params = models.JSONField(_("parameters"), default=dict)
    url = models.CharField(_("page"), max_length=200, blank=True)
    key = models.CharField(_("key"), max_length=120)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    email_state = models.CharField(_("e-mail"), max_length=8, choices=EmailState.choices, default=EmailState.PENDING)
    email_attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    email_error = models.CharField(_("last error"), max_length=200, blank=True)
    emailed_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-created_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("recipient", "key"), name="accounts_notification_once"),)
        indexes = (
            models.Index(
                fields=("recipient", "-created_at"),
                name="accounts_notification_unread",
                condition=models.Q(read_at__isnull=True),
            ),
            models.Index(
                fields=("id",), name="accounts_notification_to_mail", condition=models.Q(email_state="pending")
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient_id}"

    @property
    def text(self) -> str:
        """What the reader is told, in the language that is active now."""
        from accounts.notifications import text_of

        return text_of(self.kind, self.params)


class Look(models.Model):
    """Somebody opened what is masked (PIPL arts. 51, 54): who, when, what, of whom. Append-only by trigger.

    ``subject`` names the row as ``person:123``; it outlives what may have to be erased.
    """

    class What(models.TextChoices):
        IDENTITY_NUMBER = "identity_number", _("identity number")
        PHONE = "phone", _("phone")
        NEEDS = "needs", _("notes for accompanying")
        EXPORT = "export", _("export")

    user = models.ForeignKey(User, models.PROTECT, related_name="looks", verbose_name=_("user"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    what = models.CharField(_("what"), max_length=20, choices=What.choices)
    subject = models.CharField(_("of whom"), max_length=60)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)

    class Meta:
        verbose_name = _("look at personal data")
        verbose_name_plural = _("looks at personal data")
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("subject", "-at"), name="accounts_look_subject"),
            models.Index(fields=("user", "-at"), name="accounts_look_user"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.what} {self.subject}"
