from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case, Channel, Person
from governance_center.scope import within


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User) -> VisitQuerySet:
        """Visits to the centres in the user's division, as far as their cases may be seen."""
        in_scope = self.filter(within("centre__division__code", user.scope_code))
        return in_scope.filter(models.Q(case__isnull=True) | models.Q(case__in=Case.objects.visible_to(user)))


class Visit(models.Model):
    """Somebody came (or called, or wrote). A visit, a case and a service are three things.

    ``submission_key`` comes with the form: the same form sent twice makes one visit.
    """

    class Outcome(models.TextChoices):
        NEW_CASE = "new_case", _("new case")
        NOT_ACCEPTED = "not_accepted", _("not accepted")

    centre = models.ForeignKey("departments.Centre", models.PROTECT, related_name="visits", verbose_name=_("centre"))
    at = models.DateTimeField(_("at"))
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, default=Channel.WALK_IN)
    clerk = models.ForeignKey(User, models.PROTECT, related_name="visits", verbose_name=_("clerk"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="visits", verbose_name=_("petitioner"))
    language = models.CharField(_("language spoken"), max_length=10, choices=Language.choices)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("case"))
    submission_key = models.UUIDField(_("submission key"), unique=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("centre", "-at"), name="intake_visit_newest"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.person_id}"
