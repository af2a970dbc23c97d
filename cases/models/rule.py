from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class StatutoryRoute(models.TextChoices):
    """Where a matter goes that may not be mediated (访调对接 guidelines; 信访工作条例 art. 31)."""

    COURT = "court", _("court")
    ARBITRATION = "arbitration", _("arbitration")
    REVIEW = "review", _("administrative review")
    RULING = "ruling", _("administrative ruling")
    POLICE = "police", _("police")
    PROSECUTION = "prosecution", _("procuratorate")
    DISCIPLINE = "discipline", _("discipline inspection")
    PETITION = "petition", _("petition procedure")


class RoutingRule(models.Model):
    """Who leads and who assists, when the conditions hold; the first match by ``priority`` counts.

    Empty conditions hold always. ``scope`` is the division whose centres follow the rule: the prefecture's rules
    are inherited by every centre, a county's own come before them. Changes are kept as :class:`RoutingRuleVersion`.
    """

    class PartyKind(models.TextChoices):
        PERSON = "person", _("people only")
        ORGANISATION = "organisation", _("an organisation is a party")

    class Leads(models.TextChoices):
        DEPARTMENT = "department", _("the department named here")
        DIVISION = "by_division", _("the township or street of the place")
        DISPATCHER = "dispatcher", _("the dispatcher decides")
        STATUTORY = "statutory", _("the statutory route named here")

    name = models.CharField(_("name"), max_length=120)
    scope = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("holds in"))
    priority = models.PositiveIntegerField(_("priority"), help_text=_("The lower number is looked at first."))
    categories = models.ManyToManyField("cases.Category", blank=True, related_name="+", verbose_name=_("categories"))
    place = models.ForeignKey(
        "departments.Division", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    channels = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name=_("channels"))
    party_kind = models.CharField(_("parties"), max_length=12, choices=PartyKind.choices, blank=True)
    risk_at_least = models.PositiveSmallIntegerField(_("risk, at least"), null=True, blank=True)
    amount_from = models.DecimalField(_("amount from (yuan)"), max_digits=14, decimal_places=2, null=True, blank=True)
    amount_to = models.DecimalField(_("amount below (yuan)"), max_digits=14, decimal_places=2, null=True, blank=True)
    keywords = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("keywords"),
        help_text=_("One of them stands in summary or narrative, in either language."),
    )  # fmt: skip
    leads = models.CharField(_("who leads"), max_length=12, choices=Leads.choices, default=Leads.DEPARTMENT)
    lead = models.ForeignKey(
        "departments.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead")
    )
    statutory_route = models.CharField(_("statutory route"), max_length=12, choices=StatutoryRoute.choices, blank=True)
    assistants = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("assistants"),
        help_text=_("Codes of departments, in their order."),
    )  # fmt: skip
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ("priority", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(leads="department") | Q(lead__isnull=False),
                name="cases_routingrule_has_lead",
                violation_error_message=_("Name the department that leads."),
            ),
            models.CheckConstraint(
                condition=~Q(leads="statutory") | ~Q(statutory_route=""),
                name="cases_routingrule_has_route",
                violation_error_message=_("Name the statutory route."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.priority} {self.name}"


class RoutingRuleVersion(models.Model):
    """What a rule said from ``at`` on; the history of the rules."""

    rule = models.ForeignKey(RoutingRule, models.CASCADE, related_name="versions", verbose_name=_("rule"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.rule_id} {self.at:%Y-%m-%d %H:%M}"


class Screening(models.Model):
    """The yes/no checklist that keeps out of mediation what may not be mediated; a yes names the route instead."""

    case = models.OneToOneField(
        "cases.Case", models.CASCADE, primary_key=True, related_name="screening", verbose_name=_("case")
    )
    is_administrative = models.BooleanField(_("a dispute with an authority about its power"), default=False)
    is_pending = models.BooleanField(_("pending in court, in arbitration or with the police"), default=False)
    is_exclusive = models.BooleanField(_("under the exclusive jurisdiction of another body"), default=False)
    is_refused = models.BooleanField(_("one side clearly refuses mediation"), default=False)
    route = models.CharField(_("statutory route"), max_length=12, choices=StatutoryRoute.choices, blank=True)
    reason = models.ForeignKey(
        "cases.Note", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        constraints = (
            models.CheckConstraint(
                condition=Q(is_administrative=False, is_pending=False, is_exclusive=False, is_refused=False)
                | ~Q(route=""),
                name="cases_screening_yes_has_route",
                violation_error_message=_("Name the statutory route."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.route}"

    @property
    def is_mediable(self) -> bool:
        """No question was answered with yes."""
        return not (self.is_administrative or self.is_pending or self.is_exclusive or self.is_refused)
