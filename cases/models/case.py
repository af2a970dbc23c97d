from __future__ import annotations

import secrets

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Role, User
from cases.models.category import Category, Kind, PetitionClass
from cases.models.expert import ExpertAppointment
from cases.models.limit import Deadline
from cases.models.referral import Referral
from cases.states import CLOSED_STATES, OPEN_STATES, Outcome, State
from departments.models import CODE_LENGTHS, Division
from governance_center.scope import within


class Channel(models.TextChoices):
    WALK_IN = "walk_in", _("walk-in")
    HOTLINE = "hotline", _("hotline")
    ONLINE = "online", _("online")
    MOBILE_DESK = "mobile_desk", _("mobile desk")
    OUTREACH = "outreach", _("outreach")
    POLICE = "police", _("police transfer")
    TRANSFER = "transfer", _("court or department transfer")
    HAND_DOWN = "hand_down", _("hand-down")
    HAND_UP = "hand_up", _("hand-up")
    LETTER = "letter", _("letter")


class RiskLevel(models.IntegerChoices):
    LOW = 0, _("low")
    RAISED = 1, _("raised")
    HIGH = 2, _("high")


def new_public_code() -> str:
    """The unguessable code of a case's status page: 20 characters, 120 bits."""
    return secrets.token_urlsafe(15)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """The cases ``user`` may see. Every queryset of cases that leaves the process passes here.

        - Clerks, dispatchers and officials see what lies in their division or below it.
        - A department officer sees, within the division, what was ever referred to the department, and what the
          officer was asked to visit.
        - A mediator sees the cases given to them, now or earlier, and those on which they are asked as an expert.
        - An administrator keeps the system and sees no case.
        - Restricted cases (accusations, 信访工作条例 art. 30) leave the general view: only
          dispatchers, the one who registered it and the department now responsible see them.
        """
        if user.role == Role.OFFICER:
            referred = Referral.objects.filter(case=OuterRef("pk")).of_department(user)
            visits = CaseAccess.objects.filter(user=user).values("case_id")
            open_to_all = Q(Exists(referred)) | Q(pk__in=visits, is_restricted=False)
            return self.filter(open_to_all).exclude(
                Q(is_restricted=True) & ~Q(Exists(referred.filter(is_current=True)))
            )
        if user.role == Role.MEDIATOR:
            had = Q(pk__in=CaseAccess.objects.filter(user=user).values("case_id"))
            asked = ExpertAppointment.objects.standing().filter(expert__user=user)
            return self.filter(Q(mediator=user) | had | Q(pk__in=asked.values("case_id"), is_restricted=False))
        if user.role == Role.DISPATCHER:
            return self.filter(within("division__code", user.scope_code))
        if user.role in {Role.CLERK, Role.OFFICIAL}:
            return self.filter(within("division__code", user.scope_code)).filter(
                Q(is_restricted=False) | Q(registered_by=user)
            )
        return self.none()

    def open(self) -> CaseQuerySet:
        """Neither resolved nor otherwise at an end."""
        return self.filter(state__in=OPEN_STATES)

    def closed(self) -> CaseQuerySet:
        return self.filter(state__in=CLOSED_STATES)

    def overdue(self) -> CaseQuerySet:
        """With a limit that has passed and was not met."""
        return self.filter(Exists(Deadline.objects.overdue().filter(case=OuterRef("pk"))))

    def contested(self) -> CaseQuerySet:
        """Returned by departments so often that the dispatcher must decide."""
        return self.filter(is_contested=True)

    def counted(self) -> CaseQuerySet:
        """Those that count as accepted: consultations, refused and merged ones are counted apart."""
        return self.filter(accepted_at__isnull=False, merged_into__isnull=True).exclude(kind=Kind.CONSULTATION)

    def matters(self) -> CaseQuerySet:
        """Registered, whether accepted yet or not; consultations, refused and merged ones are no matters."""
        return self.filter(merged_into__isnull=True).exclude(kind=Kind.CONSULTATION).exclude(state=State.NOT_ACCEPTED)

    def incoming(self) -> CaseQuerySet:
        """The matters that early warning counts: those that everybody of the place may see."""
        return self.matters().filter(is_restricted=False)


class Case(models.Model):
    """One matter, one code. Its state moves only through :mod:`cases.workflow`."""

    number = models.CharField(_("case number"), max_length=18, unique=True)
    public_code = models.CharField(_("public code"), max_length=20, unique=True, default=new_public_code)
    centre = models.ForeignKey("departments.Centre", models.PROTECT, related_name="cases", verbose_name=_("centre"))
    division = models.ForeignKey("departments.Division", models.PROTECT, related_name="cases", verbose_name=_("place"))
    place_detail = models.CharField(_("address"), max_length=200, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=6, decimal_places=4, null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    petition_class = models.CharField(_("class of petition"), max_length=10, choices=PetitionClass.choices, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="cases", verbose_name=_("category"))
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, default=Channel.WALK_IN)
    title = models.CharField(_("summary"), max_length=120)
    narrative = models.TextField(_("narrative"), blank=True)
    narrative_language = models.CharField(
        _("language of the narrative"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    wants_mediation = models.BooleanField(_("wants mediation"), null=True, blank=True)
    is_restricted = models.BooleanField(_("restricted"), default=False)
    amount = models.DecimalField(_("amount in dispute (yuan)"), max_digits=14, decimal_places=2, null=True, blank=True)
    people_involved = models.PositiveIntegerField(_("people involved"), null=True, blank=True)
    risk_score = models.PositiveSmallIntegerField(_("risk score"), default=0)
    risk_level = models.PositiveSmallIntegerField(_("risk level"), choices=RiskLevel.choices, default=RiskLevel.LOW)
    risk_parts = models.JSONField(_("parts of the risk score"), default=list, blank=True)
    held_level = models.CharField(
        _("in the hands of"), max_length=10, choices=Division.Level.choices, default=Division.Level.COUNTY
    )
    resolved_level = models.CharField(_("resolved at level"), max_length=10, choices=Division.Level.choices, blank=True)

    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.REGISTERED)
    state_since = models.DateTimeField(_("in this state since"))
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices, blank=True)
    registered_at = models.DateTimeField(_("registered at"))
    registered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="registered_cases", verbose_name=_("registered by")
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField(_("times reopened"), default=0)

    lead = models.ForeignKey(
        "departments.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_cases",
        verbose_name=_("lead department"),
    )
    returned_count = models.PositiveSmallIntegerField(_("times returned"), default=0)
    is_contested = models.BooleanField(_("contested"), default=False)
    mediator = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="mediated_cases", verbose_name=_("mediator")
    )
    repeat_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeats", verbose_name=_("repeats")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_cases", verbose_name=_("merged into")
    )
    is_excluded = models.BooleanField(_("left out of the adjusted rate"), default=False)
    due_at = models.DateTimeField(_("to be handled by"), null=True, blank=True)
    ledger_length = models.PositiveIntegerField(default=0, editable=False)
    ledger_head = models.CharField(max_length=64, default="", editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ("-registered_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(kind=Kind.PETITION) | ~models.Q(petition_class=""),
                name="cases_case_petition_has_class",
                violation_error_message=_("Choose the class of the petition."),
            ),
            models.CheckConstraint(
                condition=~models.Q(petition_class=PetitionClass.ACCUSATION) | models.Q(is_restricted=True),
                name="cases_case_accusation_is_restricted",
            ),
            models.CheckConstraint(
                condition=models.Q(longitude__isnull=True, latitude__isnull=True)
                | models.Q(longitude__isnull=False, latitude__isnull=False),
                name="cases_case_both_coordinates",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(outcome=Outcome.MERGED, state=State.CLOSED),
                name="cases_case_merged_is_closed",
            ),
        )
        indexes = (
            models.Index(fields=("-registered_at", "-id"), name="cases_case_newest"),
            models.Index(
                OpClass("division", name="varchar_pattern_ops"), models.F("registered_at"), name="cases_case_scope"
            ),
            models.Index(fields=("accepted_at",), name="cases_case_accepted"),
            models.Index(fields=("state", "due_at"), name="cases_case_state_due"),
            models.Index(fields=("mediator", "state"), name="cases_case_mediator"),
            GinIndex(OpClass("title", name="gin_trgm_ops"), name="cases_case_title"),
            # The lists behind numbers (reporting.counted): what mediators have in hand, and what stays hidden of any.
            models.Index(
                fields=("registered_at", "id"),
                name="cases_case_in_hand",
                condition=models.Q(mediator__isnull=False, state__in=OPEN_STATES),
            ),
            models.Index(
                OpClass("division", name="varchar_pattern_ops"),
                name="cases_case_restricted",
                condition=models.Q(is_restricted=True),
            ),
            # What mediators of a county have concluded lately (mediation.fair_lists).
            models.Index(
                OpClass("division", name="varchar_pattern_ops"),
                Coalesce("resolved_at", "state_since"),
                name="cases_case_concluded",
                condition=models.Q(mediator__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def county_code(self) -> str:
        return self.centre_id[:6]

    @property
    def holder_code(self) -> str:
        """The division that has the case in hand: the one of ``held_level`` that holds its place."""
        return self.division_id[: CODE_LENGTHS[self.held_level]]


class CaseParty(models.Model):
    """A person (or an organisation by name) in a case."""

    class Part(models.TextChoices):
        APPLICANT = "applicant", _("applicant")
        RESPONDENT = "respondent", _("respondent")
        THIRD = "third", _("third party")
        REPRESENTATIVE = "representative", _("representative")

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties", verbose_name=_("case"))
    person = models.ForeignKey(
        "cases.Person", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("person")
    )
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    part = models.CharField(_("part"), max_length=16, choices=Part.choices)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) ^ ~models.Q(organisation=""),
                name="cases_caseparty_person_or_organisation",
            ),
            models.UniqueConstraint(
                fields=("case", "person", "part"),
                condition=models.Q(person__isnull=False),
                name="cases_caseparty_once",
            ),
        )

    def __str__(self) -> str:
        return self.organisation or str(self.person)


class CaseAccess(models.Model):
    """Someone who had the case in hand earlier and may still read it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="accesses", verbose_name=_("case"))
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("access to a case")
        verbose_name_plural = _("accesses to cases")
        constraints = (models.UniqueConstraint(fields=("case", "user"), name="cases_caseaccess_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} → {self.case_id}"


class CaseNumberSeries(models.Model):
    """The last number given in a county and year. Its row is the lock that keeps numbers unique and gapless."""

    county_code = models.CharField(_("county"), max_length=6)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("case number series")
        verbose_name_plural = _("case number series")
        constraints = (models.UniqueConstraint(fields=("county_code", "year"), name="cases_casenumberseries_once"),)

    def __str__(self) -> str:
        return f"{self.county_code}-{self.year}: {self.last}"


class Note(models.Model):
    """A text that staff wrote on a case. The ledger keeps its digest, so that a change would show."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes", verbose_name=_("case"))
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("author"))
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.text[:40]
