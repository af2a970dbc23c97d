from __future__ import annotations

from django.db import models
from django.db.models import F
from django.db.models.functions import Left


class Deed(models.Model):
    """A row of another table that a number counts, by what finds the list behind the number: an agreement, a session,
    a visit, a second call or a referral. Written by whoever folds, see :mod:`reporting.rollups.listing`.

    Attributes:
        kind: the table (one of :class:`Kind`), ``row_id`` the key there.
        place: the code of the division in which the case lies.
        code: what it is counted as, see :mod:`reporting.rollups.codes`.
        key: the department of a referral; otherwise empty.
        at: the moment by which it is listed; of what has only a day, its first moment.
        restricted: whether the case is.
    """

    class Kind(models.TextChoices):
        AGREEMENT = "a"
        SESSION = "s"
        VISIT = "v"
        SECOND_CALL = "c"
        REFERRAL = "r"

    pk = models.CompositePrimaryKey("kind", "row_id")
    kind = models.CharField(max_length=1, choices=Kind.choices)
    row_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    place = models.CharField(max_length=12)
    code = models.CharField(max_length=40)
    key = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    restricted = models.BooleanField()

    class Meta:
        indexes = (
            models.Index("code", "key", Left("place", 4), F("at").desc(), F("row_id").desc(), name="reporting_deed_4"),
            models.Index("code", "key", Left("place", 6), F("at").desc(), F("row_id").desc(), name="reporting_deed_6"),
            models.Index("code", "key", Left("place", 9), F("at").desc(), F("row_id").desc(), name="reporting_deed_9"),
            models.Index("code", "key", "place", F("at").desc(), F("row_id").desc(), name="reporting_deed_12"),
            models.Index("case_id", name="reporting_deed_case"),
            models.Index("code", "key", "at", name="reporting_deed_restricted", condition=models.Q(restricted=True)),
        )

    def __str__(self) -> str:
        return f"{self.kind}{self.row_id} {self.code}"
