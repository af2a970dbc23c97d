from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from governance_center.scope import within
from intake.models.visit import Purpose

LETTERS = {
    Purpose.CONSULTATION: "A",
    Purpose.REGISTRATION: "B",
    Purpose.APPOINTMENT: "C",
    Purpose.RETURN: "D",
}


def new_hall_code() -> str:
    """The unguessable part of the addresses of a hall's kiosk and call screen."""
    return secrets.token_urlsafe(12)


class Hall(models.Model):
    """The devices of a centre's hall: kiosk and call screen open without signing in, under this code."""

    centre = models.OneToOneField("departments.Centre", models.CASCADE, primary_key=True, verbose_name=_("centre"))
    code = models.CharField(_("code"), max_length=20, unique=True, default=new_hall_code)

    class Meta:
        verbose_name = _("hall")
        verbose_name_plural = _("halls")

    def __str__(self) -> str:
        return str(self.centre)


class TicketSeries(models.Model):
    """The last ticket number of a centre, day and service; its row is the lock."""

    centre = models.ForeignKey("departments.Centre", models.CASCADE, verbose_name=_("centre"))
    day = models.DateField(_("day"))
    service = models.CharField(_("service"), max_length=12, choices=Purpose.choices)
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("ticket series")
        verbose_name_plural = _("ticket series")
        constraints = (models.UniqueConstraint(fields=("centre", "day", "service"), name="intake_ticketseries_once"),)

    def __str__(self) -> str:
        return f"{self.centre_id} {self.day} {self.service}: {self.last}"


class Desk(models.Model):
    """A clerk sits at a window, from ``opened_at`` until ``closed_at``, and serves these services."""

    window = models.ForeignKey("departments.Window", models.PROTECT, related_name="desks", verbose_name=_("window"))
    clerk = models.ForeignKey(User, models.PROTECT, related_name="desks", verbose_name=_("clerk"))
    consultation = models.BooleanField(_("consultation"), default=True)
    registration = models.BooleanField(_("registration"), default=True)
    appointment = models.BooleanField(_("appointment"), default=True)
    accompanied = models.BooleanField(_("accompanied return"), default=True)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        ordering = ("-opened_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("window",), condition=Q(closed_at__isnull=True), name="intake_desk_one_at_a_window"
            ),
            models.UniqueConstraint(
                fields=("clerk",), condition=Q(closed_at__isnull=True), name="intake_desk_one_window_a_clerk"
            ),
        )

    def __str__(self) -> str:
        return f"{self.window_id} {self.clerk_id}"

    @property
    def services(self) -> list[str]:
        """Codes of the services that are served here."""
        chosen = (
            (self.consultation, Purpose.CONSULTATION),
            (self.registration, Purpose.REGISTRATION),
            (self.appointment, Purpose.APPOINTMENT),
            (self.accompanied, Purpose.RETURN),
        )
        return [service.value for is_served, service in chosen if is_served]


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User) -> TicketQuerySet:
        """The tickets of the centres in the user's division."""
        return self.filter(within("centre__division__code", user.scope_code))

    def waiting(self) -> TicketQuerySet:
        return self.filter(state=Ticket.State.WAITING)

    def at_windows(self) -> TicketQuerySet:
        """Called or being served now."""
        return self.filter(state__in=(Ticket.State.CALLED, Ticket.State.SERVING))

    def in_order(self) -> TicketQuerySet:
        """Those who may go first first, then as they came."""
        return self.order_by("-is_priority", "queued_at", "pk")


class Ticket(models.Model):
    """A number of one day and service. It outlives midnight: who still waits is still called.

    ``queued_at`` is the place in the queue: a transfer keeps it, a no-show goes to the end. The intervals of
    waiting and of being served are rows of :class:`Period`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CALLED = "called", _("called")
        SERVING = "serving", _("being served")
        DONE = "done", _("served")
        LEFT = "left", _("left")

    class Priority(models.TextChoices):
        NONE = "", _("none")
        OLD = "old", _("old")
        DISABLED = "disabled", _("disabled")
        PREGNANT = "pregnant", _("pregnant")
        INFANT = "infant", _("with an infant")

    centre = models.ForeignKey("departments.Centre", models.PROTECT, related_name="tickets", verbose_name=_("centre"))
    day = models.DateField(_("day"))
    service = models.CharField(_("service"), max_length=12, choices=Purpose.choices)
    taken_as = models.CharField(_("taken as"), max_length=12, choices=Purpose.choices)
    number = models.PositiveIntegerField(_("number"))
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, default=Language.CHINESE)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices, blank=True, default="")
    is_priority = models.BooleanField(_("goes first"), default=False, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    taken_at = models.DateTimeField(_("taken at"))
    queued_at = models.DateTimeField(_("place in the queue"))
    expected_wait = models.PositiveIntegerField(_("expected waiting time, seconds"), null=True, blank=True)
    for_window = models.ForeignKey(
        "departments.Window", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("for window")
    )
    window = models.ForeignKey(
        "departments.Window", models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("window")
    )
    clerk = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("called by")
    )
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)
    calls = models.PositiveSmallIntegerField(_("calls"), default=0)
    no_shows = models.PositiveSmallIntegerField(_("no-shows"), default=0)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    submission_key = models.UUIDField(_("submission key"), unique=True, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ("-taken_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("centre", "day", "taken_as", "number"), name="intake_ticket_number_once_a_day"
            ),
            models.UniqueConstraint(
                fields=("window",), condition=Q(state__in=("called", "serving")), name="intake_ticket_one_at_a_window"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("called", "serving")) | Q(window__isnull=False),
                name="intake_ticket_called_has_window",
            ),
        )
        indexes = (
            models.Index(
                models.F("centre"), models.F("is_priority").desc(), models.F("queued_at"), models.F("id"),
                name="intake_ticket_waiting", condition=Q(state="waiting"),
            ),
            models.Index(fields=("centre", "day"), name="intake_ticket_day"),
            models.Index(fields=("day", "id"), name="intake_ticket_newest"),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What is shown and spoken, e.g. ``B012``. The letter is that of the service it was taken for."""
        return f"{LETTERS[Purpose(self.taken_as)]}{self.number:03d}"


class Period(models.Model):
    """One interval of waiting, being called or being served; exact times come from these rows alone."""

    class Kind(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CALLED = "called", _("called")
        SERVING = "serving", _("being served")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="periods", verbose_name=_("ticket"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    service = models.CharField(_("service"), max_length=12, choices=Purpose.choices)
    window = models.ForeignKey(
        "departments.Window", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("window")
    )
    clerk = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("clerk"))
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("period of a ticket")
        verbose_name_plural = _("periods of tickets")
        ordering = ("started_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("ticket",), condition=Q(ended_at__isnull=True), name="intake_period_one_runs"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
                name="intake_period_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"
