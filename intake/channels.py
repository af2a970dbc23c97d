"""What each channel brings along, as one table: which facts its form asks for and which of them it must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Channel


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """Fields of :class:`intake.models.Source` that a channel asks for; ``needs`` must be given."""

    icon: str
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    hint: str | Promise = ""


CHANNELS: Mapping[str, ChannelFacts] = {
    Channel.WALK_IN: ChannelFacts("walk"),
    Channel.HOTLINE: ChannelFacts(
        "phone", ("caller_phone", "reference", "call_back_by"), (),
        _("The number of the order of 12345, if there is one. Promise a call back only with a time."),
    ),
    Channel.MOBILE_DESK: ChannelFacts(
        "map-pin", ("identity_checked",), ("identity_checked",),
        _("Look at the identity document on the spot and do the paperwork there."),
    ),
    Channel.OUTREACH: ChannelFacts(
        "home-search", ("sender", "sent_on"), ("sender",),
        _("The group that found it. Family matters stay between the family and the centre."),
    ),
    Channel.POLICE: ChannelFacts(
        "shield", ("sender", "reference", "police_calls", "sent_on"), ("reference", "police_calls"),
        _("Number of the report, and how often the police were called on this matter."),
    ),
    Channel.TRANSFER: ChannelFacts(
        "transfer-in", ("sender", "reference", "sent_on"), ("sender", "sent_on"),
        _("The court or department that sent it, and its number there."),
    ),
    Channel.HAND_DOWN: ChannelFacts("arrow-down-circle", ("from_centre", "reference", "sent_on"), ("from_centre",)),
    Channel.HAND_UP: ChannelFacts("arrow-up-circle", ("from_centre", "reference", "sent_on"), ("from_centre",)),
    Channel.ONLINE: ChannelFacts("world", ("sender", "reference", "sent_on"), ("reference",)),
    Channel.LETTER: ChannelFacts(
        "mail", ("sent_on", "reference", "scan"), ("sent_on", "scan"), _("Attach the scanned letter.")
    ),
}  # fmt: skip
