from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import CaseParty


class PartyAbsenceQuerySet(models.QuerySet["PartyAbsence"]):
    def to_come(self) -> PartyAbsenceQuerySet:
        """Those that are not over."""
        return self.filter(period__endswith__gt=timezone.now())

    def of_parties(self, parties: Collection[CaseParty]) -> PartyAbsenceQuerySet:
        """Those of these parties; of a person what was said in other cases as well."""
        people = [party.person_id for party in parties if party.person_id]
        return self.filter(Q(party__in=parties) | Q(party__person__in=people))


class PartyAbsence(models.Model):
    """A time at which a party said that it cannot come to a session. No session is forbidden then; it is warned of."""

    party = models.ForeignKey("cases.CaseParty", models.CASCADE, related_name="absences", verbose_name=_("party"))
    period = DateTimeRangeField(_("time"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = PartyAbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("time at which a party cannot come")
        verbose_name_plural = _("times at which parties cannot come")
        ordering = ("period", "pk")
        constraints = (models.UniqueConstraint(fields=("party", "period"), name="mediation_absence_once"),)

    def __str__(self) -> str:
        return f"{self.party_id} {self.period.lower:%Y-%m-%d %H:%M}"

    @property
    def text(self) -> str:
        """When, in local time: the days alone, where whole days are meant."""
        since, to = timezone.localtime(self.period.lower), timezone.localtime(self.period.upper)
        if since.time() == to.time() == dt.time():
            last = to.date() - dt.timedelta(days=1)
            return f"{since:%m-%d}" if last == since.date() else f"{since:%m-%d} – {last:%m-%d}"
        return f"{since:%m-%d %H:%M}–{to:%H:%M}"
