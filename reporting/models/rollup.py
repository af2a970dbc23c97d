from __future__ import annotations

from django.db import models


class Dim(models.IntegerChoices):
    """By what a roll-up is broken down."""

    TOTAL = 0
    CATEGORY = 1
    CHANNEL = 2
    LEVEL = 3
    DEPARTMENT = 4


class Grain(models.TextChoices):
    DAY = "d"
    MONTH = "m"
    YEAR = "y"


def _count() -> models.IntegerField:
    return models.IntegerField(default=0, db_default=0)


class Rollup(models.Model):
    """Counts of one division (and everything below it), one day, month or year, and one key of a dimension.

    The columns of the cohort count cases by their local day of acceptance, those of the period count what happened by
    its own local day; :mod:`reporting.rollups.columns` says which is which. A village has no dimensions but the total.
    Prefecture, counties and townships have all.
    """

    pk = models.CompositePrimaryKey("dim", "division", "grain", "start", "key")
    dim = models.SmallIntegerField(choices=Dim.choices)
    division = models.CharField(max_length=12)
    grain = models.CharField(max_length=1, choices=Grain.choices)
    start = models.DateField()
    key = models.CharField(max_length=40)

    accepted = _count()
    resolved = _count()
    open = _count()
    withdrawn = _count()
    guided = _count()
    merged = _count()
    once_resolved = _count()
    contained = _count()
    reopened = _count()
    relapsed = _count()
    quick = _count()
    repeat = _count()
    one_trip = _count()
    excluded = _count()
    excluded_resolved = _count()
    restricted = _count()
    overdue = _count()
    closed = _count()
    content = _count()
    fairly = _count()
    not_content = _count()

    registered = _count()
    refused = _count()
    consultations = _count()
    resolved_in_period = _count()
    mediated = _count()
    mediation_failed = _count()
    limits_due = _count()
    limits_kept = _count()
    referred = _count()
    returned = _count()
    signed = _count()
    agreements_due = _count()
    agreements_performed = _count()

    class Meta:
        verbose_name = "roll-up"

    def __str__(self) -> str:
        return f"{self.division} {self.grain}{self.start} {self.dim}:{self.key}"


class DurationRollup(models.Model):
    """How many took so long: whole days from acceptance to resolution (``r``) or to another end (``e``), by day of
    acceptance; whole hours from dispatch to signature (``s``), for each department and (key empty) for all,
    by day of dispatch. Kind ``d`` counts what happened about the cases (:mod:`reporting.rollups.deeds`) by its day,
    of length 0."""

    class Kind(models.TextChoices):
        RESOLVED = "r"
        ENDED = "e"
        SIGNING = "s"
        DEED = "d"

    pk = models.CompositePrimaryKey("kind", "division", "key", "grain", "start", "length")
    kind = models.CharField(max_length=1, choices=Kind.choices)
    division = models.CharField(max_length=12)
    key = models.CharField(max_length=40)
    grain = models.CharField(max_length=1, choices=Grain.choices)
    start = models.DateField()
    length = models.IntegerField()
    n = _count()

    class Meta:
        verbose_name = "roll-up of durations"

    def __str__(self) -> str:
        return f"{self.division} {self.grain}{self.start} {self.kind}{self.length}: {self.n}"


class BacklogDay(models.Model):
    """How many cases were open at the end of a local day. Written once, after midnight; what was open then cannot be
    found again once the cases have moved on, so later corrections do not change it."""

    pk = models.CompositePrimaryKey("day", "division", "category")
    day = models.DateField()
    division = models.CharField(max_length=12)
    category = models.CharField(max_length=40)
    open = _count()
    overdue = _count()
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = "backlog of a day"

    def __str__(self) -> str:
        return f"{self.day} {self.division} {self.category}: {self.open}"
