from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases.models import Case
from governance_center.scope import within
from mediation.models.reminder import Reminder


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User) -> FollowUpQuerySet:
        """A visitor's own; for dispatchers and clerks all within their division; for others none."""
        if user.role == Role.DISPATCHER:
            return self.filter(Q(assignee=user) | within("case__division__code", user.scope_code))
        if user.role == Role.CLERK:
            in_view = within("case__division__code", user.scope_code) & Q(case__is_restricted=False)
            return self.filter(Q(assignee=user) | in_view)
        return self.filter(assignee=user)

    def planned(self) -> FollowUpQuerySet:
        return self.filter(state=FollowUp.State.PLANNED)

    def due(self, today: dt.date) -> FollowUpQuerySet:
        """Planned for ``today`` or earlier and not made yet."""
        return self.planned().filter(due_on__lte=today)

    def awaited(self) -> FollowUpQuerySet:
        """Planned and reminded of: somebody was asked to make them."""
        told = Reminder.objects.filter(subject=Reminder.Subject.VISIT, subject_id=OuterRef("pk"))
        return self.planned().filter(Exists(told))

    def first_of_case(self) -> FollowUpQuerySet:
        """Only the earliest planned visit of each case: one visit is asked for at a time."""
        earlier = FollowUp.objects.planned().filter(case=OuterRef("case"), due_on__lt=OuterRef("due_on"))
        return self.filter(~Exists(earlier))


class FollowUp(models.Model):
    """A planned visit after a resolution (人民调解法 art. 31). ``round`` counts the resolutions of a case."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DONE = "done", _("done")
        COVERED = "covered", _("covered by a later visit")
        CANCELLED = "cancelled", _("cancelled")

    class Outcome(models.TextChoices):
        PERFORMED = "performed", _("performed")
        PERFORMING = "performing", _("being performed")
        NOT_PERFORMED = "not_performed", _("not performed")
        RELAPSE = "relapse", _("relapse")
        NOT_REACHED = "not_reached", _("not reached")

    class Satisfaction(models.TextChoices):
        CONTENT = "content", _("content")
        FAIRLY = "fairly", _("fairly content")
        NOT_CONTENT = "not_content", _("not content")

    case = models.ForeignKey(Case, models.CASCADE, related_name="follow_ups", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    day = models.PositiveSmallIntegerField(_("day after resolution"))
    due_on = models.DateField(_("planned for"))
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("visitor")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    outcome = models.CharField(_("outcome"), max_length=14, choices=Outcome.choices, blank=True)
    satisfaction = models.CharField(_("satisfaction"), max_length=12, choices=Satisfaction.choices, blank=True)
    note = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("note")
    )
    done_at = models.DateTimeField(_("made at"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up visit")
        verbose_name_plural = _("follow-up visits")
        ordering = ("due_on", "pk")
        constraints = (
            models.UniqueConstraint(fields=("case", "round", "day"), name="mediation_followup_once"),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(outcome="") & Q(done_at__isnull=False)),
                name="mediation_followup_done_has_outcome",
            ),
        )
        indexes = (
            models.Index(fields=("due_on", "id"), name="mediation_followup_planned", condition=Q(state="planned")),
            models.Index(fields=("assignee", "due_on"), name="mediation_followup_mine", condition=Q(state="planned")),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case_id} +{self.day}"

    @property
    def is_overdue(self) -> bool:
        return self.state == self.State.PLANNED and self.due_on < timezone.localdate()
