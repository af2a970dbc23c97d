from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.states import OPEN_STATES


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


class MediatorQuerySet(models.QuerySet["Mediator"]):
    def active(self) -> MediatorQuerySet:
        return self.filter(is_active=True)

    def assignable(self) -> MediatorQuerySet:
        """Those who can take a case on screen: active, with an active account."""
        return self.active().filter(user__is_active=True)

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
        return self.annotate(
            open_load=Count(
                "user__mediated_cases", filter=Q(user__mediated_cases__state__in=OPEN_STATES), distinct=True
            )
        )


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
    languages = ArrayField(
        models.CharField(max_length=10, choices=Language.choices), default=list, verbose_name=_("languages")
    )
    specialties = models.ManyToManyField("cases.Category", blank=True, related_name="+", verbose_name=_("specialties"))
    person = models.OneToOneField(
        "cases.Person", models.PROTECT, null=True, blank=True, related_name="mediator", verbose_name=_("own file"),
        help_text=_("With it, relatives and household are found when cases are assigned."),
    )  # fmt: skip
    employer = models.CharField(_("employer"), max_length=120, blank=True)
    capacity = models.PositiveSmallIntegerField(_("open cases at most"), default=20)
    is_active = models.BooleanField(_("active"), default=True)

    objects = MediatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("mediator")
        verbose_name_plural = _("mediators")
        ordering = ("committee", "pk")

    def __str__(self) -> str:
        return f"{self.name} {self.name_hangul}".strip()

    @property
    def language_labels(self) -> list[str]:
        """The languages in words."""
        return [str(Language(code).label) for code in self.languages]
