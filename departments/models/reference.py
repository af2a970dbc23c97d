from __future__ import annotations

from django.db import models


class ReferenceRow(models.Model):
    """What a row of a reference file said when it was last loaded.

    A row whose file has not changed is left alone, so that corrections made in the admin stay.
    """

    table = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("table", "key"), name="departments_referencerow_once"),)

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
