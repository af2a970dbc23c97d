from __future__ import annotations

import datetime as dt

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce, Left

NEVER = Value(dt.datetime(9999, 12, 31, tzinfo=dt.UTC), models.DateTimeField())
"""Sorts a case without a limit after all that have one."""

IS_LONG = Q(
    extras_until__gt=ExpressionWrapper(F("registered_day") + Value(60, models.IntegerField()), models.DateField())
)
"""Of what a case has several of, something comes long after its registration (:data:`reporting.rollups.sql.LONG`)."""

ENDED = ("resolved", "withdrawn", "guided")
"""What has taken a number of days."""

RARE = (
    ("reopened", "accepted_day", Q(reopened=True)),
    ("repeat", "accepted_day", Q(repeat=True)),
    ("excluded", "accepted_day", Q(excluded=True)),
    ("restricted", "accepted_day", Q(restricted=True)),
    ("not_content", "accepted_day", Q(satisfaction="not_content")),
    ("refused", "registered_day", Q(status="refused")),
)
"""What few cases are, with the day by which it is counted."""

KEYS = (OpClass(F("division"), "varchar_pattern_ops"), F("category"), F("channel"), F("level"), F("department"))
"""After the order of a list, so that an index by itself leaves out what lies elsewhere or has another key; only what is
listed is then read from the table."""

NEAR_KEYS = (Left("division", 9), *KEYS)
"""The township as well: it is not found by the beginning of ``division`` where the planner counts on few."""

SEVERAL = "*"
"""As ``other_department``: more than one."""

FLAGS = (F("contained"), F("one_trip"))
"""What else an order by days is asked of."""


class CaseFact(models.Model):
    """One row a case: everything the figures ask of it, as it stood when the case was last counted.

    The rows follow the cases by :func:`reporting.rollups.folding.fold`. Days are local days (Asia/Shanghai), ``days``
    are whole days from acceptance to resolution or, where it was not resolved, to its end. ``extras`` holds what a
    case has several of, ``extras_until`` the last of its days, see :mod:`reporting.rollups.sql`, ``other_department``
    whose of it is that is not the lead's (:data:`SEVERAL` where of more than one); ``deeds`` what happened about it,
    see :mod:`reporting.rollups.deeds`. No names and no texts.
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
    extras_until = models.DateField(null=True)
    other_department = models.CharField(max_length=40, default="")
    deeds = models.JSONField(null=True)

    class Meta:
        indexes = (
            # The days to the resolution of a place are read from this index alone; in a village, where no order is
            # worth an index, it also finds what has a key.
            models.Index(
                OpClass(F("division"), "varchar_pattern_ops"),
                *(F("accepted_day"), F("category"), F("department")),
                name="reporting_fact_place",
                include=("status", "days"),
            ),
            models.Index(
                fields=("next_due_at",), name="reporting_fact_turning", condition=Q(status="open", late=False)
            ),
            models.Index(fields=("next_due_at",), name="reporting_fact_turned", condition=Q(status="open", late=True)),
            # The pages behind a number (reporting.drill): by day everywhere, in a township, of a category, of a
            # department; the rare ones by themselves.
            models.Index(fields=("accepted_day", "case"), name="reporting_fact_accepted"),
            models.Index(F("registered_day"), F("case"), *KEYS, name="reporting_fact_registered"),
            models.Index(F("department"), F("registered_day"), F("case"), *KEYS[:-1], name="reporting_fact_led"),
            models.Index(
                *(F("other_department"), F("registered_day"), F("case"), *NEAR_KEYS),
                name="reporting_fact_other",
                condition=Q(other_department__gt=""),
            ),
            models.Index(
                F("resolved_day"), F("case"), *KEYS, name="reporting_fact_resolved", condition=Q(status="resolved")
            ),
            models.Index(
                *(F("status"), F("days"), F("case"), F("accepted_day"), F("resolved_day"), *NEAR_KEYS, *FLAGS),
                name="reporting_fact_days",
                condition=Q(status__in=ENDED),
            ),
            models.Index(
                *(F("accepted_day"), F("days"), F("case"), F("status"), *KEYS, *FLAGS),
                name="reporting_fact_lasted",
                condition=Q(status__in=ENDED),
            ),
            models.Index(Left("division", 9), F("category"), F("accepted_day"), F("case"), name="reporting_fact_near"),
            models.Index(Left("division", 9), F("accepted_day"), F("case"), name="reporting_fact_nearby"),
            models.Index(Left("division", 9), F("registered_day"), F("case"), name="reporting_fact_begun"),
            models.Index(
                *(Left("division", 9), F("resolved_day"), F("case")),
                name="reporting_fact_near_resolved",
                condition=Q(status="resolved"),
            ),
            # The restricted as well: how many of a number are hidden is found without reading all that failed.
            models.Index(
                *(F("ended_day"), F("case"), *KEYS, F("restricted")),
                name="reporting_fact_failed",
                condition=Q(mediated="failed"),
            ),
            models.Index(
                *(Left("division", 9), F("ended_day"), F("case")),
                name="reporting_fact_near_failed",
                condition=Q(mediated="failed"),
            ),
            models.Index(fields=("division", "registered_day", "case"), name="reporting_fact_village"),
            models.Index(Left("division", 9), F("extras_until"), name="reporting_fact_long", condition=IS_LONG),
            models.Index(
                *(F("registered_day"), F("case"), *NEAR_KEYS, F("extras_until")),
                name="reporting_fact_later",
                condition=IS_LONG,
            ),
            models.Index(
                *(F("registered_day"), F("case"), *NEAR_KEYS),
                name="reporting_fact_hidden",
                condition=Q(restricted=True),
            ),
            models.Index(fields=("category", "accepted_day", "case"), name="reporting_fact_category"),
            models.Index(fields=("department", "accepted_day", "case"), name="reporting_fact_department"),
            models.Index(F("accepted_day"), F("case"), *KEYS, name="reporting_fact_open", condition=Q(status="open")),
            models.Index(
                Coalesce("next_due_at", NEVER), F("case"), *KEYS, name="reporting_fact_due", condition=Q(status="open")
            ),
            models.Index(
                *(F("status"), F("accepted_day"), F("case"), *KEYS),
                name="reporting_fact_ended",
                condition=Q(status__in=("withdrawn", "guided", "merged")),
            ),
            *(
                models.Index(F(day), F("case"), *KEYS, name=f"reporting_fact_{name}", condition=condition)
                for name, day, condition in RARE
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
