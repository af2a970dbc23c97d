from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.reminder_models import ReminderSettings as ReminderSettings
from accounts.reminder_models import ReminderSettingsVersion as ReminderSettingsVersion
from governance_center.crypto import EncryptedTextField

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
        """To be mailed with the next digest."""
        return self.filter(email_state=Notification.EmailState.PENDING)

    def urgent(self) -> NotificationQuerySet:
        """To be mailed at once."""
        return self.filter(email_state=Notification.EmailState.URGENT)


class Notification(models.Model):
    """Something a member of staff is told, once. ``key`` makes a repeated telling impossible.

    The text is not stored: it is made from ``kind`` and ``params`` in the reader's language, see
    :mod:`accounts.notifications`.
    """

    class EmailState(models.TextChoices):
        PENDING = "pending", _("to be sent")
        URGENT = "urgent", _("to be sent at once")
        QUEUED = "queued", _("on its way")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        READ = "read", _("not needed, read before")
        NONE = "none", _("no address")
        OFF = "off", _("not by e-mail, as set")

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notifications", verbose_name=_("recipient"))
    kind = models.CharField(_("kind"), max_length=40)
    params = models.JSONField(_("parameters"), default=dict)
    url = models.CharField(_("page"), max_length=200, blank=True)
    key = models.CharField(_("key"), max_length=120)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    email_state = models.CharField(_("e-mail"), max_length=8, choices=EmailState.choices, default=EmailState.PENDING)
    outgoing = models.ForeignKey(
        "accounts.OutgoingMessage", models.SET_NULL, null=True, blank=True, related_name="notifications",
        verbose_name=_("e-mail"), db_index=False,
    )  # fmt: skip

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
                fields=("recipient", "id"),
                name="accounts_notification_to_tell",
                condition=models.Q(email_state="pending"),
            ),
            models.Index(fields=("id",), name="accounts_notification_urgent", condition=models.Q(email_state="urgent")),
            models.Index(
                fields=("outgoing",),
                name="accounts_notification_outgoing",
                condition=models.Q(outgoing__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient_id}"

    @property
    def text(self) -> str:
        """What the reader is told, in the language that is active now."""
        from accounts.notifications import text_of

        return text_of(self.kind, self.params)


class OutgoingMessageQuerySet(models.QuerySet["OutgoingMessage"]):
    def waiting(self) -> OutgoingMessageQuerySet:
        return self.filter(state=OutgoingMessage.State.WAITING)

    def unsent(self) -> OutgoingMessageQuerySet:
        """Not gone out and not overtaken."""
        return self.filter(state__in=(OutgoingMessage.State.WAITING, OutgoingMessage.State.DEAD))

    def dead(self) -> OutgoingMessageQuerySet:
        """Given up after the last attempt, or refused by the gateway: somebody has to look."""
        return self.filter(state=OutgoingMessage.State.DEAD)


class OutgoingMessage(models.Model):
    """A message to somebody outside the screen, by SMS or e-mail, delivered at least once.

    ``key`` is unique here and goes to the gateway with every attempt, so that the same message asked for twice is
    one, and a gateway that knows it already delivers it once. Address and text are encrypted. ``place`` is the code
    of the division whose quiet hours hold; empty: those of the prefecture.
    """

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        EMAIL = "email", _("e-mail")

    class State(models.TextChoices):
        WAITING = "waiting", _("to be sent")
        SENT = "sent", _("sent")
        DEAD = "dead", _("failed")
        DROPPED = "dropped", _("overtaken")

    key = models.CharField(_("key"), max_length=120, unique=True)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    address = EncryptedTextField(_("address"))
    language = models.CharField(_("language"), max_length=10, choices=Language.choices)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = EncryptedTextField(_("text"))
    is_urgent = models.BooleanField(_("also at night"), default=False)
    place = models.CharField(_("division"), max_length=12, blank=True, db_default="", default="")
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"))
    error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = OutgoingMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=("next_try_at", "id"), name="accounts_outgoing_to_send", condition=models.Q(state="waiting")
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="accounts_outgoing_sent_has_time",
            ),
        )

    def __str__(self) -> str:
        return self.key


class FailingStreak(models.Model):
    """From the first attempt that failed on a channel to the next that succeeded; one at a time runs for each."""

    channel = models.CharField(_("channel"), max_length=5, choices=OutgoingMessage.Channel.choices)
    failures = models.PositiveIntegerField(_("failed attempts"), default=0)
    began_at = models.DateTimeField(_("since"))
    told_at = models.DateTimeField(_("told to the administrators at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("failing channel")
        verbose_name_plural = _("failing channels")
        ordering = ("-began_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("channel",), condition=models.Q(ended_at__isnull=True), name="accounts_failingstreak_one_runs"
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.began_at:%Y-%m-%d %H:%M}"


class Look(models.Model):
    """Somebody opened what is masked (PIPL arts. 51, 54): who, when, what, of whom. Append-only by trigger.

    ``subject`` names the row as ``person:123``; it outlives what may have to be erased.
    """

    class What(models.TextChoices):
        IDENTITY_NUMBER = "identity_number", _("identity number")
        PHONE = "phone", _("phone")
        NEEDS = "needs", _("notes for accompanying")
        EMAIL = "email", _("e-mail")
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
