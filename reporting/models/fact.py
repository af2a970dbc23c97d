from __future__ import annotations

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q


class CaseFact(models.Model):
    """One row a case: everything the figures ask of it, as it stood when the case was last counted.

    The rows follow the cases by :func:`reporting.rollups.folding.fold`. Days are local days (Asia/Shanghai), ``days``
    are whole days from acceptance to resolution or, where it was not resolved, to its end. ``extras`` holds what a
    case has several of, see :mod:`reporting.rollups.sql`. No names and no texts.
    """

    class Status(models.TextChoices):
        """How a case is counted; the first four are the accepted ones."""

        OPEN = "open"
        RESOLVED = "resolved"
        WITHDRAWN = "withdrawn"
        GUIDED = "guided"
        MERGED = "merged"
        REFUSED = "refused"
        CONSULTATION = "consultation"
        WAITING = "waiting"

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="fact")
    division = models.CharField(max_length=12)
    category = models.CharField(max_length=40)
    channel = models.CharField(max_length=12)
    level = models.CharField(max_length=10)
    department = models.CharField(max_length=40)
    status = models.CharField(max_length=12, choices=Status.choices)
    registered_day = models.DateField()
    accepted_day = models.DateField(null=True)
    resolved_day = models.DateField(null=True)
    ended_day = models.DateField(null=True)
    days = models.IntegerField(null=True)
    once_resolved = models.BooleanField()
    contained = models.BooleanField()
    reopened = models.BooleanField()
    relapsed = models.BooleanField()
    quick = models.BooleanField()
    repeat = models.BooleanField()
    one_trip = models.BooleanField()
    excluded = models.BooleanField()
    restricted = models.BooleanField()
    closed = models.BooleanField()
    satisfaction = models.CharField(max_length=12)
    mediated = models.CharField(max_length=6)
    next_due_at = models.DateTimeField(null=True)
    late = models.BooleanField()
    extras = models.JSONField(null=True)

    class Meta:
        indexes = (
            models.Index(OpClass(F("division"), "varchar_pattern_ops"), F("accepted_day"), name="reporting_fact_place"),
            models.Index(
                fields=("next_due_at",), name="reporting_fact_turning", condition=Q(status="open", late=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.status}"


class ChangedCase(models.Model):
    """A case was written and its figures are not folded yet: one row for each change, written by a trigger in the
    very transaction of the change, so that it is seen exactly when the change is."""

    case_id = models.BigIntegerField()

    class Meta:
        db_table = "reporting_changed"

    def __str__(self) -> str:
        return str(self.case_id)
