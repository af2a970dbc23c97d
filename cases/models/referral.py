from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.states import ReturnReason


class ReferralQuerySet(models.QuerySet["Referral"]):
    def of_department(self, user: User) -> ReferralQuerySet:
        """Those of an officer's own department, in the officer's division or below it."""
        if not user.department_id or not user.scope_code:
            return self.none()
        return self.filter(department=user.department_id, division__code__startswith=user.scope_code)

    def current(self) -> ReferralQuerySet:
        return self.filter(is_current=True)

    def awaiting_signature(self) -> ReferralQuerySet:
        """Dispatched, and neither signed for nor returned."""
        return self.current().filter(status=Referral.Status.DISPATCHED)

    def leading(self) -> ReferralQuerySet:
        return self.filter(role=Referral.Role.LEAD)


class Referral(models.Model):
    """A case sent to a department of a division. The handling limit runs from ``dispatched_at``."""

    class Role(models.TextChoices):
        LEAD = "lead", _("leads")
        ASSIST = "assist", _("assists")

    class Status(models.TextChoices):
        DISPATCHED = "dispatched", _("to be signed for")
        SIGNED = "signed", _("signed for")
        RETURNED = "returned", _("returned")
        DONE = "done", _("done")
        RECALLED = "recalled", _("recalled")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="referrals", verbose_name=_("case"))
    department = models.ForeignKey(
        "departments.Department", models.PROTECT, related_name="referrals", verbose_name=_("department")
    )
    division = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("division"))
    role = models.CharField(_("part"), max_length=6, choices=Role.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DISPATCHED)
    is_current = models.BooleanField(_("current"), default=True)
    is_binding = models.BooleanField(_("final ruling"), default=False)
    dispatched_at = models.DateTimeField(_("dispatched at"))
    signed_at = models.DateTimeField(_("signed for at"), null=True, blank=True)
    signed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed for by")
    )
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    returned_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("returned by")
    )
    return_reason = models.CharField(_("reason"), max_length=16, choices=ReturnReason.choices, blank=True)
    return_note = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("explanation")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    is_opinion_required = models.BooleanField(_("opinion required"), default=False)
    opinion = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opinion")
    )
    opinion_at = models.DateTimeField(_("opinion given at"), null=True, blank=True)
    opinion_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opinion given by")
    )
    lifted_at = models.DateTimeField(_("requirement lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("requirement lifted by")
    )
    lift_note = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("why lifted")
    )

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(is_current=True, role="lead"), name="cases_referral_one_lead"
            ),
            models.UniqueConstraint(
                fields=("case", "department", "division"),
                condition=Q(is_current=True),
                name="cases_referral_once_per_department",
            ),
        )
        indexes = (
            models.Index(
                fields=("department", "division", "status"),
                name="cases_referral_inbox",
                condition=Q(is_current=True),
            ),
            # The lists behind the numbers of returned matters (reporting.counted), of all departments and of one.
            models.Index(fields=("dispatched_at", "id"), name="cases_referral_led", condition=Q(role="lead")),
            models.Index(
                fields=("department", "dispatched_at", "id"), name="cases_referral_led_by", condition=Q(role="lead")
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} → {self.department_id}"

    @property
    def is_lead(self) -> bool:
        return self.role == self.Role.LEAD
