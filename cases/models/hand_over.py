from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from governance_center.scope import within


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def visible_to(self, user: User) -> HandOverQuerySet:
        """Those of cases whose place lies in the user's division."""
        if user.role not in {Role.CLERK, Role.DISPATCHER, Role.OFFICIAL, Role.OFFICER}:
            return self.none()
        return self.filter(within("case__division__code", user.scope_code))

    def waiting(self) -> HandOverQuerySet:
        """Asked upwards and not answered yet."""
        return self.filter(state=HandOver.State.ASKED)

    def to_report(self) -> HandOverQuerySet:
        """Ordered downwards and not reported back yet."""
        return self.filter(state=HandOver.State.ORDERED)


class HandOver(models.Model):
    """A case goes to another level: asked for upwards (上报), ordered downwards (交办).

    Upwards it is a question that the level above answers within its limit; downwards it takes effect at once,
    and the level below reports the result within its limit. Both divisions hold the place of the case. A row that
    is asked or ordered is open; a case has one of them at most.
    """

    class Direction(models.TextChoices):
        UP = "up", _("handed up")
        DOWN = "down", _("handed down")

    class State(models.TextChoices):
        ASKED = "asked", _("waits for an answer")
        TAKEN = "taken", _("taken over")
        DECLINED = "declined", _("not taken over")
        ORDERED = "ordered", _("to be reported on")
        REPORTED = "reported", _("reported back")
        ENDED = "ended", _("at an end")

    class Reason(models.TextChoices):
        BEYOND_POWERS = "beyond_powers", _("beyond our powers")
        SEVERAL_PLACES = "several_places", _("concerns several townships or counties")
        SEVERAL_DEPARTMENTS = "several_departments", _("needs departments that we do not have")
        DANGER = "danger", _("danger for people or public order")
        TRIED = "tried", _("tried here without success")
        NEAR = "near", _("can be solved where it arose")
        COMPETENT = "competent", _("the level below is competent")
        KNOWS_PARTIES = "knows_parties", _("the level below knows the parties")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="hand_overs", verbose_name=_("case"))
    direction = models.CharField(_("direction"), max_length=4, choices=Direction.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    from_division = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("from"))
    to_division = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("to"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    note = models.ForeignKey("cases.Note", models.PROTECT, related_name="+", verbose_name=_("explanation"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    deadline = models.OneToOneField(
        "cases.Deadline", models.CASCADE, related_name="hand_over", verbose_name=_("limit of the answer")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answer = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answer")
    )

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(state__in=("asked", "ordered")), name="cases_handover_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(from_division=models.F("to_division")), name="cases_handover_to_another"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_division_id} → {self.to_division_id}"
