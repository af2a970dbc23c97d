from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models.case import Case
from governance_center.scope import within


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def visible_to(self, user: User) -> ExclusionQuerySet:
        """Those of the cases that a dispatcher or an official may see."""
        if user.role not in {Role.DISPATCHER, Role.OFFICIAL}:
            return self.none()
        return self.filter(case__in=Case.objects.visible_to(user))

    def waiting(self) -> ExclusionQuerySet:
        """Asked for and not decided yet."""
        return self.filter(state=Exclusion.State.ASKED)

    def decided_by_level_of(self, user: User) -> ExclusionQuerySet:
        """Those that were asked for below the level of ``user``, and by somebody else."""
        below = self.filter(within("asked_for__code", user.scope_code)).exclude(asked_for=user.division_id)
        return below.exclude(asked_by=user)


class Exclusion(models.Model):
    """A case is to be left out of the adjusted resolution rate (剔除), which the level above decides.

    ``asked_for`` is the division whose dispatcher asked. The raw rate never changes. A row that is asked or approved
    is open; a case has one of them at most, and nobody decides what they have asked for.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a decision")
        APPROVED = "approved", _("left out")
        REFUSED = "refused", _("not left out")
        LIFTED = "lifted", _("counts again")
        ENDED = "ended", _("at an end")

    class Ground(models.TextChoices):
        UNREASONABLE = "unreasonable_demand", _("the demand is unreasonable")
        OUTSIDE_DUTIES = "outside_duties", _("outside the duties of the centre")

    case = models.ForeignKey(Case, models.CASCADE, related_name="exclusions", verbose_name=_("case"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices)
    note = models.ForeignKey("cases.Note", models.PROTECT, related_name="+", verbose_name=_("reason"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_for = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("asked for"))
    asked_at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason of the decision")
    )
    lifted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lift_note = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason of the lifting")
    )

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exclusion from the adjusted rate")
        verbose_name_plural = _("exclusions from the adjusted rate")
        ordering = ("-asked_at", "-pk")
        indexes = (models.Index(fields=("state", "asked_at"), name="cases_exclusion_state"),)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(state__in=("asked", "approved")), name="cases_exclusion_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="cases_exclusion_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "refused", "lifted"))
                | Q(decided_by__isnull=False, decided_at__isnull=False, decision__isnull=False),
                name="cases_exclusion_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="lifted")
                | Q(lifted_by__isnull=False, lifted_at__isnull=False, lift_note__isnull=False),
                name="cases_exclusion_lifted",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
