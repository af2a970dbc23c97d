from __future__ import annotations

from django.db import models


class DeskDay(models.Model):
    """What belongs to no case, of one centre and one day or month: shifts in force, those that somebody came to and
    those that were checked out, and questions answered at the desk. See :mod:`reporting.rollups.desk`."""

    class Grain(models.TextChoices):
        DAY = "d"
        MONTH = "m"

    pk = models.CompositePrimaryKey("grain", "start", "centre")
    grain = models.CharField(max_length=1, choices=Grain.choices)
    start = models.DateField()
    centre = models.CharField(max_length=12)
    due = models.IntegerField()
    attended = models.IntegerField()
    left = models.IntegerField()
    answered = models.IntegerField()

    class Meta:
        verbose_name = "day of a desk"

    def __str__(self) -> str:
        return f"{self.centre} {self.grain}{self.start}"


class ChangedDesk(models.Model):
    """A day of a centre, or all days of a rota, were written and are not counted yet; by a trigger, as
    :class:`~reporting.models.ChangedCase`."""

    centre = models.CharField(max_length=12, blank=True)
    day = models.DateField(null=True)
    plan_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "reporting_deskchanged"

    def __str__(self) -> str:
        return f"{self.centre} {self.day}"
