from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, User
from cases.identity import mask_phone
from cases.models import Case, Person
from governance_center.crypto import EncryptedTextField
from governance_center.scope import within


class OutreachGroupQuerySet(models.QuerySet["OutreachGroup"]):
    def visible_to(self, user: User) -> OutreachGroupQuerySet:
        """Dispatchers see the groups of their division and below it, clerks those they belong to."""
        if user.role == Role.DISPATCHER:
            return self.filter(within("division__code", user.scope_code))
        return self.filter(members=user) if user.role == Role.CLERK else self.none()

    def active(self) -> OutreachGroupQuerySet:
        return self.filter(is_active=True)


class OutreachGroup(models.Model):
    """An outreach group (摸排工作组): staff who go from house to house in a division and ask before anybody comes."""

    division = models.ForeignKey(
        "departments.Division", models.PROTECT, related_name="outreach_groups", verbose_name=_("division")
    )
    name = models.CharField(_("name"), max_length=80)
    members = models.ManyToManyField(User, blank=True, related_name="outreach_groups", verbose_name=_("members"))
    is_active = models.BooleanField(_("active"), default=True)

    objects = OutreachGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("outreach group")
        verbose_name_plural = _("outreach groups")
        ordering = ("division", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def chinese_name(self) -> str:
        """The name that every group has."""
        return (self.name_zh_hans or "").strip()  # type: ignore[attr-defined]


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> CampaignQuerySet:
        """Dispatchers and officials see the campaigns of their division and below it, as plans and figures."""
        if user.role not in {Role.DISPATCHER, Role.OFFICIAL}:
            return self.none()
        return self.filter(within("division__code", user.scope_code))

    def under_way(self, today: dt.date | None = None) -> CampaignQuerySet:
        """Running, and begun."""
        return self.filter(state=Campaign.State.RUNNING, starts_on__lte=today or timezone.localdate())


class Campaign(models.Model):
    """A round of outreach (排查): where, for what, from when to when.

    With the target ``list`` a list of households is planned; with ``division`` the groups go through the whole of it
    and note down the households as they come to them. ``submission_key`` comes with the form.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("campaign", "draft")
        RUNNING = "running", pgettext_lazy("campaign", "running")
        ENDED = "ended", pgettext_lazy("campaign", "ended")

    class Target(models.TextChoices):
        LIST = "list", _("a list of households")
        DIVISION = "division", _("the whole division")

    division = models.ForeignKey(
        "departments.Division", models.PROTECT, related_name="campaigns", verbose_name=_("division")
    )
    name = models.CharField(_("name"), max_length=80)
    purpose = models.TextField(_("purpose and instructions"))
    target = models.CharField(_("target"), max_length=10, choices=Target.choices, default=Target.LIST)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    submission_key = models.UUIDField(_("submission key"), unique=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ("-starts_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="intake_campaign_ends_after_start",
                violation_error_message=_("The last day lies before the first."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def chinese_name(self) -> str:
        """The name that every campaign has."""
        return (self.name_zh_hans or "").strip()  # type: ignore[attr-defined]

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_late(self) -> bool:
        """Still running after its last day."""
        return self.is_running and self.ends_on < timezone.localdate()


class HouseholdQuerySet(models.QuerySet["Household"]):
    def visible_to(self, user: User) -> HouseholdQuerySet:
        """Dispatchers see those of their campaigns; clerks those that a group of theirs has to visit now."""
        if user.role == Role.DISPATCHER:
            return self.filter(within("campaign__division__code", user.scope_code))
        return self.of_member(user) if user.role == Role.CLERK else self.none()

    def of_member(self, user: User) -> HouseholdQuerySet:
        """Those that a group of the user has in a campaign under way."""
        groups = OutreachGroup.objects.active().filter(members=user)
        return self.filter(group__in=groups, campaign__in=Campaign.objects.under_way())

    def to_visit(self, today: dt.date) -> HouseholdQuerySet:
        """Not visited yet, or to be visited again by ``today``."""
        again = Q(status=Household.Status.AGAIN, again_on__lte=today)
        return self.filter(Q(status=Household.Status.TO_VISIT) | again)


class Household(models.Model):
    """A household of a campaign. ``status`` says whether it was visited, never what was found there.

    ``head`` is who the household is listed under; ``people`` are files of people who live there, if there are any.
    """

    class Status(models.TextChoices):
        TO_VISIT = "to_visit", _("to be visited")
        AGAIN = "again", _("to be visited again")
        VISITED = "visited", _("visited")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="households", verbose_name=_("campaign"))
    division = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("place"))
    address = models.CharField(_("address"), max_length=200)
    head = models.CharField(_("head of the household"), max_length=60, blank=True)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    people = models.ManyToManyField(Person, blank=True, related_name="households", verbose_name=_("files of people"))
    note = EncryptedTextField(_("note"), blank=True, default="")
    group = models.ForeignKey(
        OutreachGroup, models.PROTECT, null=True, blank=True, related_name="households", verbose_name=_("group")
    )
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.TO_VISIT)
    again_on = models.DateField(_("visit again on"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("times visited"), default=0)
    last_at = models.DateTimeField(_("last visited at"), null=True, blank=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ("division", "address", "pk")
        constraints = (
            models.UniqueConstraint(fields=("campaign", "division", "address"), name="intake_household_once"),
            models.CheckConstraint(
                condition=Q(status="again", again_on__isnull=False) | (~Q(status="again") & Q(again_on__isnull=True)),
                name="intake_household_again_has_day",
            ),
        )
        indexes = (
            models.Index(fields=("campaign", "status"), name="intake_household_status"),
            models.Index(fields=("group", "status", "again_on"), name="intake_household_group"),
        )

    def __str__(self) -> str:
        return f"{self.division_id} {self.address}"

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""


class OutreachVisitQuerySet(models.QuerySet["OutreachVisit"]):
    def visible_to(self, user: User) -> OutreachVisitQuerySet:
        """What was found at home is seen by the visitor and by the dispatchers of the campaign, by nobody else."""
        if user.role == Role.DISPATCHER:
            return self.filter(within("campaign__division__code", user.scope_code))
        return self.filter(by=user) if user.role == Role.CLERK else self.none()

    def to_register(self) -> OutreachVisitQuerySet:
        """A dispute was found and is no case yet."""
        return self.filter(found=OutreachVisit.Found.DISPUTE, case__isnull=True)


class OutreachVisit(models.Model):
    """Somebody of a group was there: at a household, or at another place (a talk in the yard, at the market).

    ``note`` says what was heard and is encrypted. One visit leads to one case at most: the
    one that was registered from it, or one on the same matter that was there before.
    """

    class Found(models.TextChoices):
        NOTHING = "nothing", _("nothing found")
        ADVICE = "advice", _("advice given")
        DISPUTE = "dispute", _("dispute found")
        NOBODY = "nobody_home", _("nobody at home")
        AGAIN = "come_again", _("come again")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="visits", verbose_name=_("campaign"))
    household = models.ForeignKey(
        Household, models.CASCADE, null=True, blank=True, related_name="visits", verbose_name=_("household")
    )
    division = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("place"))
    place = models.CharField(_("address"), max_length=200, blank=True)
    group = models.ForeignKey(OutreachGroup, models.PROTECT, related_name="visits", verbose_name=_("group"))
    by = models.ForeignKey(User, models.PROTECT, related_name="outreach_visits", verbose_name=_("visited by"))
    at = models.DateTimeField(_("at"))
    found = models.CharField(_("what was found"), max_length=12, choices=Found.choices)
    again_on = models.DateField(_("visit again on"), null=True, blank=True)
    note = EncryptedTextField(_("note"), blank=True, default="")
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="outreach_visits", verbose_name=_("case")
    )
    submission_key = models.UUIDField(_("submission key"), unique=True, editable=False)

    objects = OutreachVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("outreach visit")
        verbose_name_plural = _("outreach visits")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(household__isnull=False) | ~Q(place=""), name="intake_outreachvisit_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=True) | Q(found="dispute"), name="intake_outreachvisit_case_of_dispute"
            ),
            models.CheckConstraint(
                condition=Q(found="come_again", again_on__isnull=False)
                | (~Q(found="come_again") & Q(again_on__isnull=True)),
                name="intake_outreachvisit_again_has_day",
            ),
        )
        indexes = (
            models.Index(fields=("campaign", "found"), name="intake_outreachvisit_found"),
            models.Index(fields=("by", "-at"), name="intake_outreachvisit_by"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.campaign_id}"

    @property
    def address(self) -> str:
        return self.household.address if self.household else self.place
