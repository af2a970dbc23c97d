from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, User
from cases.models import Case, CaseParty
from governance_center.scope import within
from mediation.models.plan import FollowUpPlan, VisitChannel
from mediation.models.reminder import Reminder


def differs_from_first() -> Q:
    """Second calls that were made and heard something else than the first: another outcome, contentment or signs."""
    first = "second_of__"
    told = ~Q(satisfaction="") & ~Q(**{f"{first}satisfaction": ""})
    other = ~Q(outcome=F(f"{first}outcome")) | (told & ~Q(satisfaction=F(f"{first}satisfaction")))
    return (other | ~Q(signs=F(f"{first}signs"))) & Q(state=FollowUp.State.DONE)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User) -> FollowUpQuerySet:
        """A visitor's own; for dispatchers and clerks all within their division; for others none."""
        own = Q(assignee=user) | Q(companion=user)
        if user.role == Role.DISPATCHER:
            return self.filter(own | within("case__division__code", user.scope_code))
        if user.role == Role.CLERK:
            in_view = within("case__division__code", user.scope_code) & Q(case__is_restricted=False)
            return self.filter(own | in_view)
        return self.filter(own)

    def own_of(self, user: User) -> FollowUpQuerySet:
        """Those that this member of staff makes, alone or with somebody."""
        return self.filter(Q(assignee=user) | Q(companion=user))

    def planned(self) -> FollowUpQuerySet:
        return self.filter(state=FollowUp.State.PLANNED)

    def due(self, today: dt.date) -> FollowUpQuerySet:
        """Planned for ``today`` or earlier and not made yet."""
        return self.planned().filter(due_on__lte=today)

    def awaited(self) -> FollowUpQuerySet:
        """Planned and reminded of: somebody was asked to make them."""
        told = Reminder.objects.filter(subject=Reminder.Subject.VISIT, subject_id=OuterRef("pk"))
        return self.planned().filter(Exists(told))

    def of_plan(self) -> FollowUpQuerySet:
        """Without the second calls: these check what was found and change nothing else in the course of visits."""
        return self.filter(second_of__isnull=True)

    def second_calls(self) -> FollowUpQuerySet:
        return self.filter(second_of__isnull=False)

    def differing(self) -> FollowUpQuerySet:
        """Second calls that heard something else than the first: another outcome, contentment or other signs."""
        return self.second_calls().filter(differs_from_first())

    def first_of_case(self) -> FollowUpQuerySet:
        """Only the earliest planned visit of each case: one visit is asked for at a time; and each second call."""
        planned = FollowUp.objects.planned().of_plan()
        earlier = planned.filter(case=OuterRef("case"), due_on__lt=OuterRef("due_on"))
        return self.filter(Q(second_of__isnull=False) | ~Exists(earlier))


class FollowUp(models.Model):
    """A planned visit after a resolution (人民调解法 art. 31). ``round`` counts the resolutions of a case.

    ``signs`` and ``helps`` hold codes of :class:`FollowUpCode`. ``why_visitor`` says by which rule the visitor was
    chosen. A second call points by ``second_of`` to the visit that it checks.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("visit planned")
        DONE = "done", _("visit made")
        COVERED = "covered", _("covered by a later visit")
        CANCELLED = "cancelled", _("visit cancelled")

    class Outcome(models.TextChoices):
        PERFORMED = "performed", _("performed")
        PERFORMING = "performing", _("being performed")
        NOT_PERFORMED = "not_performed", _("not performed")
        RELAPSE = "relapse", _("relapse")
        NOT_REACHED = "not_reached", _("not reached")

    class Satisfaction(models.TextChoices):
        CONTENT = "content", pgettext_lazy("satisfaction", "content")
        FAIRLY = "fairly", _("fairly content")
        NOT_CONTENT = "not_content", _("not content")

    class Origin(models.TextChoices):
        PLAN = "plan", _("by the plan")
        DUE = "due", _("the day after something falls due")
        EARLIER = "earlier", _("asked for by the visit before")
        EXTRA = "extra", _("because the last visit found it unperformed")
        SECOND = "second", _("second call, drawn at random")

    class WhyVisitor(models.TextChoices):
        VILLAGE = "village", _("from the village or community")
        TOWNSHIP = "township", _("from the township or street")
        COMMITTEE = "committee", _("another mediator of the committee")
        COUNTY = "county", _("another mediator of the county")
        DESK = "desk", _("from the guide desk")
        DISPATCHER = "dispatcher", _("dispatcher")
        GIVEN = "given", _("given by the dispatcher")

    class NextStep(models.TextChoices):
        KEEP = "keep", _("go on as planned")
        EARLIER = "earlier", _("another visit on a day")
        CLOSE = "close", _("close the matter")
        REOPEN = "reopen", _("reopen the matter")

    case = models.ForeignKey(Case, models.CASCADE, related_name="follow_ups", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    day = models.PositiveSmallIntegerField(_("day after resolution"))
    due_on = models.DateField(_("planned for"))
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("visitor")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    companion = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="accompanied_follow_ups",
        verbose_name=_("together with"),
    )  # fmt: skip
    why_visitor = models.CharField(
        _("why this visitor"), max_length=12, choices=WhyVisitor.choices, blank=True, default="", db_default=""
    )
    plan = models.ForeignKey(
        FollowUpPlan, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("follow-up plan")
    )
    origin = models.CharField(
        _("why this day"), max_length=8, choices=Origin.choices, default=Origin.PLAN, db_default=Origin.PLAN.value
    )
    second_of = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="second", verbose_name=_("second call on")
    )
    channel = models.CharField(
        _("way of visiting"), max_length=8, choices=VisitChannel.choices, default=VisitChannel.PHONE,
        db_default=VisitChannel.PHONE.value,
    )  # fmt: skip
    outcome = models.CharField(_("outcome"), max_length=14, choices=Outcome.choices, blank=True)
    satisfaction = models.CharField(_("satisfaction"), max_length=12, choices=Satisfaction.choices, blank=True)
    spoken_to = models.ForeignKey(
        CaseParty, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who was spoken to")
    )
    signs = ArrayField(
        models.SlugField(max_length=20), default=list, db_default=[], blank=True,
        verbose_name=_("signs of escalation"),
    )  # fmt: skip
    helps = ArrayField(
        models.SlugField(max_length=20), default=list, db_default=[], blank=True, verbose_name=_("help needed")
    )
    next_step = models.CharField(
        _("next step"), max_length=8, choices=NextStep.choices, blank=True, default="", db_default=""
    )
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
            models.UniqueConstraint(
                fields=("case", "round", "day"), condition=Q(second_of__isnull=True), name="mediation_followup_once"
            ),
            models.CheckConstraint(
                condition=Q(companion__isnull=True) | ~Q(companion=F("assignee")),
                name="mediation_followup_two_visitors",
            ),
            models.CheckConstraint(
                condition=(Q(origin="second") & Q(second_of__isnull=False))
                | (~Q(origin="second") & Q(second_of__isnull=True)),
                name="mediation_followup_second_of",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(outcome="") & Q(done_at__isnull=False)),
                name="mediation_followup_done_has_outcome",
            ),
        )
        indexes = (
            models.Index(fields=("due_on", "id"), name="mediation_followup_planned", condition=Q(state="planned")),
            models.Index(fields=("assignee", "due_on"), name="mediation_followup_mine", condition=Q(state="planned")),
            models.Index(fields=("due_on", "id"), name="mediation_followup_of_plan", condition=Q(second_of=None)),
            models.Index(fields=("due_on", "id"), name="mediation_followup_second", condition=~Q(second_of=None)),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case_id} +{self.day}"

    @property
    def is_second(self) -> bool:
        return self.second_of_id is not None

    @property
    def is_overdue(self) -> bool:
        return self.state == self.State.PLANNED and self.due_on < timezone.localdate()
