from __future__ import annotations

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Language, User
from cases.models import Case, CaseParty
from mediation.models.obligation import CENT, Owed


class Offer(models.Model):
    """What one side proposed in a mediation; never changed, guarded by the database.

    ``number`` counts the offers of a case, ``round`` how often the case was reopened. At most one offer of a case
    stands at a time: it is not answered, and ``open_until`` (its last day) has not passed. ``counters`` is the offer
    that this one answers. ``sha256`` is the digest of everything that was offered; the ledger has it too.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("offer", "waits for an answer")
        LAPSED = "lapsed", pgettext_lazy("offer", "lapsed without an answer")
        ACCEPTED = "accepted", pgettext_lazy("offer", "accepted")
        REFUSED = "refused", pgettext_lazy("offer", "refused")
        COUNTERED = "countered", pgettext_lazy("offer", "answered by a counter-offer")
        WITHDRAWN = "withdrawn", pgettext_lazy("offer", "taken back")

    case = models.ForeignKey(Case, models.PROTECT, related_name="offers", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    number = models.PositiveSmallIntegerField(_("number"))
    party = models.ForeignKey(CaseParty, models.PROTECT, related_name="+", verbose_name=_("from which side"))
    counters = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="countered_by", verbose_name=_("answers the offer")
    )
    text = models.TextField(_("in words"), blank=True)
    language = models.CharField(
        _("language of the terms"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )
    open_until = models.DateField(_("open until"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    made_at = models.DateTimeField(_("recorded at"))
    submission_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ("case", "number")
        constraints = (
            models.UniqueConstraint(fields=("case", "number"), name="mediation_offer_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="mediation_offer_counted"),
            models.CheckConstraint(
                condition=Q(counters__isnull=True) | ~Q(counters=F("id")), name="mediation_offer_not_to_itself"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}.{self.number}"

    @property
    def state(self) -> State:
        """What became of it; one without an answer lapses by itself, by its day or with the mediation."""
        answer = getattr(self, "answer", None)
        if answer is not None:
            return self.State(answer.kind)
        return self.State.OPEN if self.is_in_time else self.State.LAPSED

    @property
    def is_in_time(self) -> bool:
        """Whether it could still be answered as far as time goes: its day, and the mediation it was made in."""
        goes_on = self.case.state == "in_handling" and self.round == self.case.reopened_count
        return goes_on and self.open_until >= timezone.localdate()


class OfferTerm(Owed):
    """One thing that an offer says, and by when."""

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="terms", verbose_name=_("offer"))
    due_on = models.DateField(_("due on"))

    class Meta:
        verbose_name = _("term of an offer")
        verbose_name_plural = _("terms of offers")
        ordering = ("offer", "position")
        constraints = (
            models.UniqueConstraint(fields=("offer", "position"), name="mediation_offerterm_position"),
            *Owed.Meta.constraints,
        )

    def __str__(self) -> str:
        return f"{self.offer_id}.{self.position} {self.kind}"


class OfferInstalment(models.Model):
    """A part of the sum that an offer names, with a day of its own."""

    term = models.ForeignKey(OfferTerm, models.PROTECT, related_name="instalments", verbose_name=_("term of an offer"))
    position = models.PositiveSmallIntegerField(_("position"))
    due_on = models.DateField(_("due on"))
    amount = models.DecimalField(
        _("amount in yuan"), max_digits=12, decimal_places=2, validators=[MinValueValidator(CENT)]
    )

    class Meta:
        verbose_name = _("instalment of an offer")
        verbose_name_plural = _("instalments of offers")
        ordering = ("term", "position")
        constraints = (
            models.UniqueConstraint(fields=("term", "position"), name="mediation_offerinstalment_position"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="mediation_offerinstalment_amount"),
        )

    def __str__(self) -> str:
        return f"{self.term_id}.{self.position}"


class OfferAnswer(models.Model):
    """What became of an offer, once: the other side's answer, or that the side that made it took it back."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("offer", "accepted")
        REFUSED = "refused", pgettext_lazy("offer", "refused")
        COUNTERED = "countered", pgettext_lazy("offer", "answered by a counter-offer")
        WITHDRAWN = "withdrawn", pgettext_lazy("offer", "taken back")

    offer = models.OneToOneField(Offer, models.PROTECT, related_name="answer", verbose_name=_("offer"))
    kind = models.CharField(_("answer"), max_length=10, choices=Kind.choices)
    party = models.ForeignKey(CaseParty, models.PROTECT, related_name="+", verbose_name=_("who answered"))
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("answer to an offer")
        verbose_name_plural = _("answers to offers")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind="refused") | ~Q(reason=""), name="mediation_offeranswer_refused_with_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.offer_id} {self.kind}"
