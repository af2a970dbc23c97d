from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What comes in at the door."""

    DISPUTE = "dispute", _("dispute")
    SERVICE = "service", _("service")
    HAZARD = "hazard", _("hazard")
    CONSULTATION = "consultation", _("consultation")
    PETITION = "petition", _("petition")


class PetitionClass(models.TextChoices):
    """The three classes of petitions (信访工作条例 arts. 29–31)."""

    SUGGESTION = "suggestion", _("suggestion or opinion")
    ACCUSATION = "accusation", _("accusation or report")
    APPEAL = "appeal", _("appeal for a decision")


class CodeEntry(models.Model):
    """An entry of an outside code table into which a category is counted."""

    class Table(models.TextChoices):
        GB31000 = "gb31000", _("GB/T 31000 event category")
        MEDIATION = "mediation_statistics", _("people's-mediation statistics")
        PETITION = "petition_content", _("petition content")
        ETHNIC_GROUP = "ethnic_group", _("ethnic group (GB/T 3304)")

    table = models.CharField(_("table"), max_length=20, choices=Table.choices)
    code = models.CharField(_("code"), max_length=8)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("code entry")
        verbose_name_plural = _("code entries")
        ordering = ("table", "code")
        constraints = (models.UniqueConstraint(fields=("table", "code"), name="cases_codeentry_once"),)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CategoryQuerySet(models.QuerySet["Category"]):
    def in_use(self) -> CategoryQuerySet:
        return self.filter(is_active=True)


class Category(models.Model):
    """A local category. It carries three code columns, so that one entry feeds three reports."""

    class LeadRule(models.TextChoices):
        DEPARTMENT = "department", _("the department named here")
        DIVISION = "by_division", _("the township or street of the place")
        DISPATCHER = "dispatcher", _("the dispatcher decides")

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    lead_rule = models.CharField(_("who leads"), max_length=12, choices=LeadRule.choices, default=LeadRule.DEPARTMENT)
    lead = models.ForeignKey(
        "departments.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead")
    )
    assistants = models.ManyToManyField(
        "departments.Department", through="CategoryAssistant", related_name="+", verbose_name=_("assistants")
    )
    is_mediable = models.BooleanField(_("may be mediated"), default=True)
    is_confirmable = models.BooleanField(
        _("judicial confirmation may be asked for"),
        default=True,
        help_text=_("Not for identity, adoption or marriage relations."),
    )
    gb31000 = models.ForeignKey(
        CodeEntry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("GB/T 31000 code")
    )
    mediation_statistics = models.ForeignKey(
        CodeEntry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mediation statistics code")
    )
    petition_content = models.ForeignKey(
        CodeEntry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("petition content code")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("order", "code")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(lead_rule="department") | models.Q(lead__isnull=False),
                name="cases_category_has_lead",
                violation_error_message=_("Name the department that leads."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class CategoryAssistant(models.Model):
    category = models.ForeignKey(Category, models.CASCADE)
    department = models.ForeignKey("departments.Department", models.PROTECT, verbose_name=_("department"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("assisting department")
        verbose_name_plural = _("assisting departments")
        ordering = ("order", "pk")
        constraints = (models.UniqueConstraint(fields=("category", "department"), name="cases_categoryassistant_once"),)

    def __str__(self) -> str:
        return f"{self.category_id} + {self.department_id}"
