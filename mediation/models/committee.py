from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Role, User
from cases.models import Case, CodeEntry
from cases.models.person import Gender
from cases.search_keys import name_keys
from cases.states import OPEN_STATES
from governance_center.scope import within

TERM_YEARS = 3
"""A committee is elected for so many years (人民调解法 art. 9)."""

READERS = frozenset({Role.CLERK, Role.OFFICER, Role.MEDIATOR, Role.DISPATCHER, Role.OFFICIAL})
"""The roles that find committees and mediators of their county in the register."""


def in_register(field: str, user: User) -> Q:
    """What of the register ``user`` may read: the own county (or all below the prefecture), and the prefecture's own.

    Args:
        field: the path to a division code.
    """
    if user.role not in READERS or not user.is_active or not user.scope_code:
        return Q(pk__in=())
    return within(field, user.scope_code[:6]) | Q(**{field: user.scope_code[:4]})


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def active(self) -> CommitteeQuerySet:
        return self.filter(is_active=True)

    def visible_to(self, user: User) -> CommitteeQuerySet:
        """See :func:`in_register`."""
        return self.filter(in_register("division__code", user))

    def named(self, text: str) -> CommitteeQuerySet:
        """Those whose name holds ``text``, in either script, in pinyin or in initials."""
        typed = text.strip()
        found = Q(name_zh_hans__icontains=typed) | Q(name_ko__icontains=typed)
        return self.filter(found | Q(keys__icontains=_as_key(typed))) if typed else self


class Committee(models.Model):
    """A people's mediation committee (人民调解法 arts. 7–9, 34)."""

    class Kind(models.TextChoices):
        VILLAGE = "village", _("village or community")
        TOWNSHIP = "township", _("township or street")
        COUNTY = "county", _("county")
        INDUSTRY = "industry", _("industry or profession")

    name = models.CharField(_("name"), max_length=120)
    division = models.ForeignKey("departments.Division", models.PROTECT, verbose_name=_("division"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    term_start = models.DateField(
        _("term began on"), null=True, blank=True, help_text=_("The day of the last election; a term is three years.")
    )
    phone = models.CharField(_("office phone"), max_length=30, blank=True)
    address = models.CharField(_("office address"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    keys = models.TextField(default="", blank=True, editable=False)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = _("mediation committee")
        verbose_name_plural = _("mediation committees")
        ordering = ("division", "pk")
        constraints = (models.UniqueConstraint(fields=("division", "name"), name="mediation_committee_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """How its agreements are numbered: ``龙井`` for 龙井市人民调解委员会; always Chinese."""
        place: str = self.name_zh_hans or self.name  # type: ignore[attr-defined]
        for ending in ("委员会", "调解", "人民", "街道", "市", "县", "镇", "乡"):
            place = place.removesuffix(ending) or place
        return place

    @property
    def term_end(self) -> dt.date | None:
        """The last day of the term: three years from its beginning, less a day; None where that is not known."""
        if self.term_start is None:
            return None
        start = self.term_start
        year = start.year + TERM_YEARS
        follows = dt.date(year, 3, 1) if (start.month, start.day) == (2, 29) else start.replace(year=year)
        return follows - dt.timedelta(days=1)

    def set_keys(self) -> None:
        """Keep what may be typed to find the committee: its place in pinyin and initials, and both its names."""
        self.keys = " ".join(sorted(name_keys(self.short_name, self.name_ko or "")))  # type: ignore[attr-defined]


class MediatorQuerySet(models.QuerySet["Mediator"]):
    def active(self) -> MediatorQuerySet:
        """Those who work, in a committee that works."""
        return self.filter(is_active=True, committee__is_active=True)

    def assignable(self) -> MediatorQuerySet:
        """Those who can take a case on screen: active, with an active account."""
        return self.active().filter(user__is_active=True)

    def absent_on(self, day: dt.date) -> MediatorQuerySet:
        """Those with an absence noted for ``day``."""
        return self.filter(pk__in=_absences(day))

    def present_on(self, day: dt.date) -> MediatorQuerySet:
        """Those without an absence noted for ``day``."""
        return self.exclude(pk__in=_absences(day))

    def visible_to(self, user: User) -> MediatorQuerySet:
        """See :func:`in_register`; a mediator always finds the own entry."""
        return self.filter(in_register("committee__division__code", user) | Q(user=user))

    def named(self, text: str) -> MediatorQuerySet:
        """Those whose name holds ``text``, in either script, in pinyin or in initials; or with this phone."""
        typed = text.strip()
        found = Q(name__icontains=typed) | Q(name_hangul__icontains=typed) | Q(phone=typed)
        return self.filter(found | Q(keys__icontains=_as_key(typed))) if typed else self

    def of_county(self, county_code: str) -> MediatorQuerySet:
        """Those whose committee lies in the county (or is the prefecture's own)."""
        return self.filter(
            Q(committee__division__code__startswith=county_code) | Q(committee__division__code=county_code[:4])
        )

    def of_counties(self, county_codes: Collection[str]) -> MediatorQuerySet:
        """Those of any of the counties, or of their prefectures."""
        of_any = Q(pk__in=())
        for code in sorted(county_codes):
            of_any |= Q(committee__division__code__startswith=code) | Q(committee__division__code=code[:4])
        return self.filter(of_any)

    def with_open_load(self) -> MediatorQuerySet:
        """Annotate ``open_load``: how many open cases each has in hand now."""
        mine = Case.objects.filter(mediator=OuterRef("user"), state__in=OPEN_STATES)
        counted = mine.order_by().values("mediator").annotate(number=Count("pk")).values("number")
        return self.annotate(open_load=Coalesce(Subquery(counted), 0))

    def with_field_codes(self) -> MediatorQuerySet:
        """Annotate ``field_codes``: the codes of the specialties, without a query or an object for each."""
        known = Mediator.specialties.through.objects.filter(mediator=OuterRef("pk")).order_by("category")
        return self.annotate(field_codes=ArraySubquery(known.values("category")))

    def with_field(self, category: str) -> MediatorQuerySet:
        """Annotate ``knows``: whether the category is among the specialties."""
        known = Mediator.specialties.through.objects.filter(mediator=OuterRef("pk"), category=category)
        return self.annotate(knows=Exists(known))


def _absences(day: dt.date) -> models.QuerySet:  # type: ignore[type-arg]
    from mediation.models.absence import MediatorAbsence

    return MediatorAbsence.objects.on(day).values("mediator")


def _as_key(typed: str) -> str:
    """Blanks within pinyin or a name do not matter."""
    return "".join(typed.split())


class Position(models.TextChoices):
    """In the committee: chair, deputies and members are elected, others engaged (人民调解法 arts. 8, 13)."""

    CHAIR = "chair", _("chair")
    DEPUTY = "deputy", _("deputy chair")
    MEMBER = "member", _("committee member")
    ENGAGED = "engaged", _("engaged mediator")


MEMBERS = (Position.CHAIR, Position.DEPUTY, Position.MEMBER)
"""The positions that count among the three to nine members."""


class Employment(models.TextChoices):
    FULL_TIME = "full_time", _("full-time")
    PART_TIME = "part_time", _("part-time")
    VOLUNTEER = "volunteer", _("volunteer")


class Qualification(models.TextChoices):
    """What a mediator brings along; such people are to be won (opinion of six bodies on mediators, 2018)."""

    NONE = "", _("none stated")
    LAWYER = "lawyer", _("lawyer or legal qualification")
    LEGAL_WORKER = "legal_worker", _("grassroots legal worker")
    JUSTICE = "retired_justice", _("retired judge, prosecutor or police officer")
    PSYCHOLOGY = "psychology", _("psychological counsellor")
    SOCIAL_WORK = "social_work", _("social worker")
    TEACHER = "teacher", _("teacher or retired cadre")
    MEDICAL = "medical", _("medical profession")


class Mediator(models.Model):
    """A people's mediator. Names stand in both scripts; ``user`` is the account, where there is one."""

    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="mediator", verbose_name=_("account")
    )
    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="mediators", verbose_name=_("mediation committee")
    )
    name = models.CharField(_("name in Chinese characters"), max_length=60)
    name_hangul = models.CharField(_("name in Korean letters"), max_length=60, blank=True)
    position = models.CharField(
        _("position in the committee"), max_length=8, choices=Position.choices, default=Position.MEMBER
    )
    employment = models.CharField(
        _("employment"), max_length=10, choices=Employment.choices, default=Employment.PART_TIME
    )
    gender = models.CharField(_("gender"), max_length=1, choices=Gender.choices, default=Gender.UNKNOWN)
    ethnic_group = models.ForeignKey(
        CodeEntry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"table": CodeEntry.Table.ETHNIC_GROUP},
        verbose_name=_("ethnic group"),
    )
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    languages = ArrayField(
        models.CharField(max_length=10, choices=Language.choices), default=list, verbose_name=_("languages")
    )
    specialties = models.ManyToManyField("cases.Category", blank=True, related_name="+", verbose_name=_("specialties"))
    qualification = models.CharField(
        _("qualification"), max_length=16, choices=Qualification.choices, default=Qualification.NONE, blank=True
    )
    certificate_number = models.CharField(_("number of the certificate"), max_length=40, blank=True)
    certificate_until = models.DateField(_("certificate valid until"), null=True, blank=True)
    person = models.OneToOneField(
        "cases.Person", models.PROTECT, null=True, blank=True, related_name="mediator", verbose_name=_("own file"),
        help_text=_("With it, relatives and household are found when cases are assigned."),
    )  # fmt: skip
    employer = models.CharField(_("employer"), max_length=120, blank=True)
    capacity = models.PositiveSmallIntegerField(_("open cases at most"), default=20)
    is_active = models.BooleanField(_("active"), default=True)
    keys = models.TextField(default="", blank=True, editable=False)

    objects = MediatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("mediator")
        verbose_name_plural = _("mediators")
        ordering = ("committee", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("certificate_number",),
                condition=~Q(certificate_number=""),
                name="mediation_certificate_once",
                violation_error_message=_("Another mediator has this certificate number."),
            ),
            models.UniqueConstraint(
                fields=("committee",),
                condition=Q(position="chair", is_active=True),
                name="mediation_one_chair",
                violation_error_message=_("This committee already has a chair."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.name_hangul}".strip()

    @property
    def language_labels(self) -> list[str]:
        """The languages in words."""
        return [str(Language(code).label) for code in self.languages]

    def set_keys(self) -> None:
        """Keep what may be typed to find the mediator, as for a person (:mod:`cases.search_keys`)."""
        self.keys = " ".join(sorted(name_keys(self.name, self.name_hangul)))
