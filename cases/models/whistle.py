from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from governance_center.scope import within


class WhistleQuerySet(models.QuerySet["Whistle"]):
    def visible_to(self, user: User) -> WhistleQuerySet:
        """Those raised in the user's division or below; for officers those that call their department."""
        in_scope = self.filter(within("division__code", user.scope_code))
        if user.role in {Role.CLERK, Role.DISPATCHER, Role.OFFICIAL}:
            return in_scope
        if user.role == Role.OFFICER and user.department_id:
            mine = WhistleCall.objects.filter(department=user.department_id).values("whistle")
            called = Q(pk__in=mine, division__code__startswith=user.scope_code[:6])
            own = within("division__code", user.scope_code) if user.department_id == "township" else Q(pk__in=())
            return self.filter(called | own)
        return self.none()

    def open(self) -> WhistleQuerySet:
        return self.filter(closed_at__isnull=True)


class Whistle(models.Model):
    """A street or township calls departments that must report in (吹哨报到); it alone closes the whistle."""

    class Kind(models.TextChoices):
        WORK = "work", _("work whistle")
        TOUGH = "tough", _("tough whistle")

    division = models.ForeignKey(
        "departments.Division", models.PROTECT, related_name="whistles", verbose_name=_("raised by")
    )
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="whistles", verbose_name=_("case")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.WORK)
    title = models.CharField(_("what about"), max_length=120)
    text = models.TextField(_("what is asked for"))
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("raised by"))
    raised_at = models.DateTimeField(_("raised at"))
    climbed = models.PositiveSmallIntegerField(_("climbed to"), default=0)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    submission_key = models.UUIDField(unique=True, editable=False)

    objects = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = _("whistle")
        verbose_name_plural = _("whistles")
        ordering = ("-raised_at", "-pk")
        indexes = (
            models.Index(fields=("division", "-raised_at"), name="cases_whistle_open",
                         condition=Q(closed_at__isnull=True)),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title


class WhistleCall(models.Model):
    """One department that is called: it signs, makes contact, reports in and answers with the four elements."""

    class Rating(models.TextChoices):
        GOOD = "good", _("good")
        FAIR = "fair", _("fair")
        POOR = "poor", _("poor")

    whistle = models.ForeignKey(Whistle, models.CASCADE, related_name="calls", verbose_name=_("whistle"))
    department = models.ForeignKey(
        "departments.Department", models.PROTECT, related_name="+", verbose_name=_("department")
    )
    sign_by = models.DateTimeField(_("to be signed for by"))
    contact_by = models.DateTimeField(_("contact to be made by"))
    report_by = models.DateTimeField(_("to report in by"))
    signed_at = models.DateTimeField(_("signed for at"), null=True, blank=True)
    signed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed for by")
    )
    contacted_at = models.DateTimeField(_("contact made at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported in at"), null=True, blank=True)
    taken_up_on = models.DateField(_("taken up on"), null=True, blank=True)
    spoke_with = models.CharField(_("spoke with"), max_length=120, blank=True)
    measures = models.TextField(_("what will be done"), blank=True)
    done_by = models.DateField(_("by when"), null=True, blank=True)
    rating = models.CharField(_("rating"), max_length=4, choices=Rating.choices, blank=True)
    rating_note = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("call of a whistle")
        verbose_name_plural = _("calls of whistles")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("whistle", "department"), name="cases_whistlecall_once"),)
        indexes = (
            models.Index(fields=("sign_by",), name="cases_whistlecall_to_sign", condition=Q(signed_at__isnull=True)),
            models.Index(fields=("contact_by",), name="cases_whistlecall_to_contact",
                         condition=Q(contacted_at__isnull=True)),
            models.Index(fields=("report_by",), name="cases_whistlecall_to_report",
                         condition=Q(reported_at__isnull=True)),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.whistle_id} → {self.department_id}"

    @property
    def is_answered(self) -> bool:
        """All four elements are there."""
        return bool(self.taken_up_on and self.spoke_with and self.measures and self.done_by)


class SupervisionOrder(models.Model):
    """督办: it climbs ordinary → yellow → red, never repeats a level and never falls until lifted."""

    class Level(models.IntegerChoices):
        ORDINARY = 1, _("ordinary")
        YELLOW = 2, _("yellow card")
        RED = 3, _("red card")

    class Reason(models.TextChoices):
        NOT_ACCEPTED = "not_accepted", _("should have been accepted and was not")
        NOT_HANDLED = "not_handled", _("should have been handled and was not")
        NOT_LAWFUL = "not_lawful", _("not handled according to law")

    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="supervision_orders", verbose_name=_("case")
    )
    whistle = models.ForeignKey(
        Whistle, models.PROTECT, null=True, blank=True, related_name="supervision_orders", verbose_name=_("whistle")
    )
    department = models.ForeignKey(
        "departments.Department", models.PROTECT, related_name="supervision_orders", verbose_name=_("department")
    )
    division = models.ForeignKey("departments.Division", models.PROTECT, related_name="+", verbose_name=_("division"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    reason = models.CharField(_("reason"), max_length=14, choices=Reason.choices)
    text = models.TextField(_("what is ordered"))
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued at"))
    answer_by = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    measure = models.TextField(_("measure taken"), blank=True)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    lift_note = models.CharField(_("why lifted"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("supervision order")
        verbose_name_plural = _("supervision orders")
        ordering = ("-issued_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(case__isnull=False) ^ Q(whistle__isnull=False), name="cases_supervision_of_one_thing"
            ),
            models.UniqueConstraint(
                fields=("case", "department", "level"), condition=Q(lifted_at__isnull=True, case__isnull=False),
                name="cases_supervision_level_once_case",
            ),
            models.UniqueConstraint(
                fields=("whistle", "department", "level"), condition=Q(lifted_at__isnull=True, whistle__isnull=False),
                name="cases_supervision_level_once_whistle",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.case_id or self.whistle_id}"
