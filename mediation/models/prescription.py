from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models import Case, CaseParty
from departments.models import Department
from governance_center.scope import within
from mediation.models.committee import Committee


class Prescription(models.Model):
    """The diagnosis of a matter that keeps coming back (找病根、分责任、开处方); replaced, never changed.

    ``causes`` holds codes of :class:`FollowUpCode`. The newest of a case counts.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="prescriptions", verbose_name=_("case"))
    causes = ArrayField(models.SlugField(max_length=20), default=list, verbose_name=_("root causes"))
    diagnosis = models.ForeignKey("cases.Note", models.PROTECT, related_name="+", verbose_name=_("diagnosis"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    submission_key = models.UUIDField(_("submission key"), unique=True, editable=False)

    class Meta:
        verbose_name = _("prescription")
        verbose_name_plural = _("prescriptions")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d}"


class PrescribedStepQuerySet(models.QuerySet["PrescribedStep"]):
    def visible_to(self, user: User) -> PrescribedStepQuerySet:
        """For dispatchers those of their division; for others none."""
        if user.role != Role.DISPATCHER:
            return self.none()
        return self.filter(within("prescription__case__division__code", user.scope_code))

    def in_force(self) -> PrescribedStepQuerySet:
        """Those of the newest prescription of each case."""
        newest = Prescription.objects.order_by("case_id", "-at", "-pk").distinct("case_id")
        return self.filter(prescription__in=newest.values("pk"))

    def open(self) -> PrescribedStepQuerySet:
        return self.filter(done_on__isnull=True)


class PrescribedStep(models.Model):
    """One line of a prescription: a responsibility or a remedy; who, what, by when, and when it was done.

    Who is a department, a party or a committee: exactly one of them.
    """

    class Kind(models.TextChoices):
        RESPONSIBILITY = "responsibility", _("responsibility")
        REMEDY = "remedy", _("remedy")

    prescription = models.ForeignKey(Prescription, models.CASCADE, related_name="steps", verbose_name=_("prescription"))
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    position = models.PositiveSmallIntegerField(_("position"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    party = models.ForeignKey(
        CaseParty, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party")
    )
    committee = models.ForeignKey(
        Committee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mediation committee")
    )
    what = models.CharField(_("what"), max_length=300)
    due_on = models.DateField(_("to be done by"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )

    objects = PrescribedStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("prescribed step")
        verbose_name_plural = _("prescribed steps")
        ordering = ("prescription", "position")
        constraints = (
            models.UniqueConstraint(fields=("prescription", "position"), name="mediation_prescribedstep_position"),
            models.CheckConstraint(
                condition=Q(department__isnull=False, party__isnull=True, committee__isnull=True)
                | Q(department__isnull=True, party__isnull=False, committee__isnull=True)
                | Q(department__isnull=True, party__isnull=True, committee__isnull=False),
                name="mediation_prescribedstep_one_who",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(done_by__isnull=False), name="mediation_prescribedstep_done_by"
            ),
        )

    def __str__(self) -> str:
        return f"{self.prescription_id}.{self.position}"

    @property
    def who(self) -> Department | CaseParty | Committee | None:
        return self.department or self.party or self.committee

    @property
    def is_overdue(self) -> bool:
        """Whether the last day has passed (Asia/Shanghai) and it is not done."""
        return self.done_on is None and self.due_on < timezone.localdate()
