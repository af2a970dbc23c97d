from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case


class StatisticsEntry(models.Model):
    """What the statistics of people's mediation (人民调解统计报表) ask of a case beyond its record; one for each case.

    Where there is none, the source is that of the channel, and the matter is not a difficult one.
    """

    class Source(models.TextChoices):
        """Where a case came from, in the words of the form; those on commission make a subtotal there."""

        APPLICATION = "application", _("on application")
        ACTIVE = "active", _("on the committee's own initiative")
        PETITIONS = "petitions", _("commissioned by the petition office")
        COURT = "court", _("commissioned by a court")
        POLICE = "police", _("commissioned by the police")
        PROCURATORATE = "procuratorate", _("commissioned by a procuratorate")
        OTHER = "other", _("commissioned by another body")

    case = models.OneToOneField(Case, models.CASCADE, related_name="statistics_entry", verbose_name=_("case"))
    source = models.CharField(_("source of the case"), max_length=13, choices=Source.choices)
    is_difficult = models.BooleanField(_("difficult or complex"), default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("entry for the statistics")
        verbose_name_plural = _("entries for the statistics")

    def __str__(self) -> str:
        return f"{self.case_id} {self.source}"


class Prevention(models.Model):
    """The mediation of a case kept a dispute between people from growing worse, and how many people that concerned."""

    class Kind(models.TextChoices):
        """The four kinds that the form counts, each in cases and people."""

        CRIME = "crime", _("kept from becoming a criminal case")
        SUICIDE = "suicide", _("kept from leading to a suicide")
        GROUP_PETITION = "group_petition", _("kept from leading to a group petition")
        GROUP_FIGHT = "group_fight", _("kept from leading to a group fight")

    case = models.ForeignKey(Case, models.CASCADE, related_name="preventions", verbose_name=_("case"))
    kind = models.CharField(_("what was prevented"), max_length=14, choices=Kind.choices)
    people = models.PositiveIntegerField(_("people concerned"))
    note = models.CharField(_("how"), max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("prevented escalation")
        verbose_name_plural = _("prevented escalations")
        ordering = ("case", "pk")
        constraints = (
            models.UniqueConstraint(fields=("case", "kind"), name="mediation_prevention_once"),
            models.CheckConstraint(condition=Q(people__gte=1), name="mediation_prevention_of_somebody"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
