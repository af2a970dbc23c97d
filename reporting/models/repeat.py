from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Person
from reporting.models.alert import Attention, AttentionQuerySet


class Repeat(Attention):
    """A person, a household or an address with cases again and again.

    ``key`` says which: ``person:222405:12``, ``household:222405:12`` (county and the lowest file of it), or
    ``address:`` with the township and the normalised address. ``cases`` are all of the last 365 days; who reads it
    sees and counts those open to them.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        HOUSEHOLD = "household", _("household")
        ADDRESS = "address", _("address")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    key = models.CharField(_("key"), max_length=260)
    address = models.CharField(_("address"), max_length=200, blank=True)
    people = models.ManyToManyField(Person, blank=True, related_name="+", verbose_name=_("people"))
    cases = models.ManyToManyField(Case, related_name="+", verbose_name=_("cases"))

    objects = AttentionQuerySet["Repeat"].as_manager()

    class Meta:
        verbose_name = _("repeated incidents")
        verbose_name_plural = _("repeated incidents")
        ordering = ("-held_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("key",), condition=models.Q(closed_on__isnull=True), name="reporting_repeat_once_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.division.name}"
