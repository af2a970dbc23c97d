from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case, Channel, Person
from governance_center.crypto import EncryptedTextField
from governance_center.scope import within

GROUP_SIZE = 5
"""From so many people on it is a group visit, and at most so many may speak for it (信访工作条例 art. 20)."""


class Purpose(models.TextChoices):
    """What somebody comes for; also the services of the queue."""

    CONSULTATION = "consultation", _("consultation")
    REGISTRATION = "registration", _("registration")
    APPOINTMENT = "appointment", _("appointment")
    RETURN = "return", _("accompanied return")


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User) -> VisitQuerySet:
        """Visits to the centres in the user's division, as far as their cases may be seen."""
        in_scope = self.filter(within("centre__division__code", user.scope_code))
        return in_scope.filter(models.Q(case__isnull=True) | models.Q(case__in=Case.objects.visible_to(user)))

    def answered(self) -> VisitQuerySet:
        """Consultations that were answered at the desk and needed no case."""
        return self.filter(outcome=Visit.Outcome.ANSWERED)


class Visit(models.Model):
    """Somebody came (or called, or wrote). A visit, a case and a service are three things.

    ``person`` is whoever speaks, unknown for a quick answer; ``companions`` are further petitioners on file;
    ``people_count`` counts all who came. ``submission_key`` comes with the form: the same form sent twice
    makes one visit.
    """

    class Outcome(models.TextChoices):
        NEW_CASE = "new_case", _("new case")
        ATTACHED = "attached", _("attached to a case")
        ANSWERED = "answered", _("consultation answered")
        GUIDED = "guided", _("guided elsewhere")
        NOT_ACCEPTED = "not_accepted", _("not accepted")

    centre = models.ForeignKey("departments.Centre", models.PROTECT, related_name="visits", verbose_name=_("centre"))
    at = models.DateTimeField(_("at"))
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, default=Channel.WALK_IN)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.REGISTRATION)
    ticket = models.OneToOneField(
        "intake.Ticket", models.PROTECT, null=True, blank=True, related_name="visit", verbose_name=_("ticket")
    )
    clerk = models.ForeignKey(User, models.PROTECT, related_name="visits", verbose_name=_("clerk"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("petitioner")
    )
    companions = models.ManyToManyField(
        Person, blank=True, related_name="accompanied_visits", verbose_name=_("further petitioners")
    )
    people_count = models.PositiveSmallIntegerField(_("how many came"), default=1)
    language = models.CharField(_("language spoken"), max_length=10, choices=Language.choices)
    interpreter = models.CharField(_("interpreter"), max_length=60, blank=True)
    companion = models.CharField(_("accompanied by"), max_length=60, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    answer = models.TextField(_("what was answered"), blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("case"))
    submission_key = models.UUIDField(_("submission key"), unique=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(outcome__in=("new_case", "attached", "not_accepted"))
                | models.Q(case__isnull=False),
                name="intake_visit_outcome_has_case",
            ),
            models.CheckConstraint(condition=models.Q(people_count__gte=1), name="intake_visit_somebody_came"),
        )
        indexes = (
            models.Index(fields=("centre", "-at"), name="intake_visit_newest"),
            models.Index(fields=("centre", "at"), name="intake_visit_answered", condition=models.Q(outcome="answered")),
            models.Index(fields=("at", "id"), name="intake_visit_answers", condition=models.Q(outcome="answered")),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.person_id}"

    @property
    def is_group(self) -> bool:
        """A group visit, in which at most :data:`GROUP_SIZE` may speak for the others."""
        return self.people_count >= GROUP_SIZE


class Source(models.Model):
    """What a channel other than the desk brings along: who called or sent it, under which number.

    Each channel needs some of it, see :data:`intake.channels.CHANNELS`.
    """

    visit = models.OneToOneField(
        Visit, models.CASCADE, primary_key=True, related_name="source", verbose_name=_("visit")
    )
    sender = models.CharField(_("sent by"), max_length=120, blank=True)
    reference = models.CharField(_("their number"), max_length=60, blank=True)
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    caller_phone = EncryptedTextField(_("caller's phone"), blank=True, default="")
    call_back_by = models.DateTimeField(_("call back by"), null=True, blank=True)
    called_back_at = models.DateTimeField(_("called back at"), null=True, blank=True)
    called_back_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("called back by")
    )
    police_calls = models.PositiveSmallIntegerField(_("how often the police were called"), null=True, blank=True)
    identity_checked = models.BooleanField(_("identity document seen"), default=False)
    from_centre = models.ForeignKey(
        "departments.Centre", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from centre")
    )
    scan = models.FileField(_("scan"), upload_to="letters/%Y/%m/", blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        indexes = (
            models.Index(
                fields=("call_back_by",),
                name="intake_source_to_call_back",
                condition=models.Q(call_back_by__isnull=False, called_back_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.visit_id} {self.reference}"
