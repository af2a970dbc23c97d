from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case
from cases.states import State
from mediation.models.committee import Committee, Mediator

AFTER_AGREEMENT = (State.RESOLVED, State.FOLLOWING_UP, State.CLOSED)
"""The states of a case whose last agreement stands: it was resolved by it and not reopened since."""


def new_verification_code() -> str:
    """The unguessable code of a paper's verification page: 20 characters, 120 bits."""
    return secrets.token_urlsafe(15)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: User) -> AgreementQuerySet:
        """Those of the cases that ``user`` may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def newest(self) -> AgreementQuerySet:
        """Only the last agreement of each case; one of a case that was reopened since is left out by its state."""
        later = Agreement.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later))

    def awaiting(self) -> AgreementQuerySet:
        """Reached, and not in force yet: a signature or the seal is missing."""
        return self.filter(in_force_on__isnull=True, case__state__in=AFTER_AGREEMENT).newest()


class Agreement(models.Model):
    """What the parties agreed (人民调解法 arts. 28–31): in writing, or orally and registered.

    ``serial`` counts the agreements of a committee in a year without gaps. What was taken over from before
    numbers were given has none. From the first signature on its text cannot be changed, which the database
    guards; ``in_force_on`` is the day of the last signature or of the seal, whichever came last (art. 29), and of an
    oral one the day on which it was reached and registered. ``paper`` is the written one as it was then,
    ``verification_code`` the code of the public page that a copy can be held against.
    """

    class Form(models.TextChoices):
        WRITTEN = "written", _("written")
        ORAL = "oral", _("oral")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="agreements", verbose_name=_("case"))
    mediator = models.ForeignKey(
        Mediator, models.PROTECT, null=True, blank=True, related_name="agreements", verbose_name=_("mediator")
    )
    committee = models.ForeignKey(
        Committee, models.PROTECT, null=True, blank=True, related_name="agreements",
        verbose_name=_("mediation committee"),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    serial = models.PositiveIntegerField(_("serial number"), null=True, blank=True)
    form = models.CharField(_("form"), max_length=8, choices=Form.choices)
    offer = models.OneToOneField(
        "mediation.Offer", models.PROTECT, null=True, blank=True, related_name="agreement",
        verbose_name=_("accepted offer that it came from"),
    )  # fmt: skip
    responsibilities = models.TextField(_("facts, issues and responsibilities"), blank=True, default="")
    terms = models.TextField(_("terms"))
    terms_language = models.CharField(
        _("language of the terms"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    if_not = models.TextField(_("what if it is not performed"), blank=True, default="")
    perform_by = models.DateField(_("to be performed by"), null=True, blank=True)
    reached_on = models.DateField(_("reached on"))
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    verification_code = models.CharField(
        _("verification code"), max_length=20, unique=True, default=new_verification_code, editable=False
    )
    sealed_on = models.DateField(_("sealed on"), null=True, blank=True)
    sealed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("seal recorded by")
    )
    in_force_on = models.DateField(_("in force since"), null=True, blank=True)
    paper = models.ForeignKey(
        "cases.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("paper in force")
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("case",), name="mediation_agreement_waiting", condition=Q(in_force_on=None)),
            models.Index(fields=("reached_on", "id"), name="mediation_agreement_reached"),
        )
        constraints = (
            models.UniqueConstraint(fields=("committee", "year", "serial"), name="mediation_agreement_number_once"),
            models.CheckConstraint(
                condition=models.Q(committee__isnull=True, year__isnull=True, serial__isnull=True)
                | models.Q(committee__isnull=False, year__isnull=False, serial__gte=1),
                name="mediation_agreement_number_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(perform_by__isnull=True) | models.Q(perform_by__gte=models.F("reached_on")),
                name="mediation_agreement_performed_after",
                violation_error_message=_("It cannot be performed before it was reached."),
            ),
            models.CheckConstraint(
                condition=Q(in_force_on__isnull=True) | Q(in_force_on__gte=F("reached_on")),
                name="mediation_agreement_in_force_after",
            ),
            models.CheckConstraint(
                condition=Q(paper__isnull=True) | Q(in_force_on__isnull=False),
                name="mediation_agreement_paper_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.form}"

    @property
    def number(self) -> str:
        """As on the paper, e.g. ``（2026）龙井人调字第12号``; empty where none was given."""
        if self.committee is None:
            return ""
        return f"（{self.year}）{self.committee.short_name}人调字第{self.serial}号"
