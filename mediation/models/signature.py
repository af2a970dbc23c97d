from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import CaseParty
from governance_center.crypto import EncryptedTextField
from mediation.models.agreement import Agreement
from mediation.models.committee import Mediator


class Signature(models.Model):
    """One signer's signature on an agreement (人民调解法 art. 29); never changed, guarded by the database.

    On screen ``strokes`` holds what the pen drew, encrypted, as JSON: ``{"size": [width, height], "lines":
    [[[x, y], …], …]}`` in pixels of the pad; on paper ``scan`` is the page that was signed. ``text_sha256`` is the
    digest of the agreement's text as it was signed. ``capacity`` and ``signer_name`` say who held the pen where
    that is not the party in person.
    """

    class How(models.TextChoices):
        SCREEN = "screen", _("on the screen")
        PAPER = "paper", _("on paper")

    class Capacity(models.TextChoices):
        SELF = "self", _("in person")
        LEGAL = "legal", _("as legal representative")
        ATTORNEY = "attorney", _("by power of attorney")
        GUARDIAN = "guardian", _("as guardian")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures", verbose_name=_("agreement"))
    party = models.ForeignKey(
        CaseParty, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party")
    )
    mediator = models.ForeignKey(
        Mediator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mediator")
    )
    how = models.CharField(_("how"), max_length=8, choices=How.choices)
    capacity = models.CharField(_("in what capacity"), max_length=8, choices=Capacity.choices, default=Capacity.SELF)
    signer_name = models.CharField(_("name of whoever signed"), max_length=60, blank=True)
    strokes = EncryptedTextField(_("strokes"), blank=True, default="")
    scan = models.ForeignKey(
        "cases.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed page")
    )
    text_sha256 = models.CharField(max_length=64, editable=False)
    signed_on = models.DateField(_("signed on"))
    witnessed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("witnessed by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("agreement", "party"), condition=Q(party__isnull=False), name="mediation_signature_party_once"
            ),
            models.UniqueConstraint(
                fields=("agreement", "mediator"), condition=Q(mediator__isnull=False),
                name="mediation_signature_mediator_once",
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=False) ^ Q(mediator__isnull=False), name="mediation_signature_one_signer"
            ),
            models.CheckConstraint(
                condition=(Q(how="screen") & ~Q(strokes="") & Q(scan__isnull=True))
                | (Q(how="paper") & Q(strokes="") & Q(scan__isnull=False)),
                name="mediation_signature_has_its_mark",
            ),
            models.CheckConstraint(
                condition=Q(capacity="self") | ~Q(signer_name=""), name="mediation_signature_named"
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.party_id or self.mediator_id}"

    @property
    def drawing(self) -> dict[str, Any]:
        """The strokes as :mod:`mediation.signature_drawing` checked them; empty where it was signed on paper."""
        drawn: dict[str, Any] = json.loads(self.strokes) if self.strokes else {}
        return drawn
