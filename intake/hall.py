"""What the displays of a hall show: ticket numbers, windows and times; never a name. Chinese above Korean."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from governance_center.calendar import day_start, local_day
from intake.models import Purpose, Ticket
from intake.queue_times import QueueNow


class Service(NamedTuple):
    """How a service is offered at the kiosk."""

    code: str
    icon: str
    label: str | Promise
    hint: str | Promise


SERVICES: tuple[Service, ...] = (
    Service(Purpose.CONSULTATION, "message-question", _("consultation"), _("You have a question")),
    Service(Purpose.REGISTRATION, "file-plus", _("registration"), _("You bring a dispute or another matter")),
    Service(Purpose.APPOINTMENT, "calendar-event", _("appointment"), _("You have an appointment today")),
    Service(Purpose.RETURN, "heart-handshake", _("accompanied return"), _("You come again about your matter")),
)
PRIORITIES: tuple[tuple[str, str, str | Promise], ...] = (
    (Ticket.Priority.NONE, "user", _("none of these")),
    (Ticket.Priority.OLD, "old", _("old")),
    (Ticket.Priority.DISABLED, "wheelchair", _("disabled")),
    (Ticket.Priority.PREGNANT, "user-heart", _("pregnant")),
    (Ticket.Priority.INFANT, "baby-carriage", _("with an infant")),
)
SPEECH = _("Ticket %(ticket)s, please come to window %(window)s.")


class Both(NamedTuple):
    """A text in the two languages of the hall."""

    zh: str
    ko: str


def in_both(text: str | Promise | Exception, **params: Any) -> Both:
    """A message of the catalogues in Chinese and in Korean, with ``params`` put in."""
    texts = []
    for language in (Language.CHINESE, Language.KOREAN):
        with translation.override(language):
            texts.append(str(text) % params if params else str(text))
    return Both(*texts)


def speech() -> dict[str, str]:
    """What is spoken at a call, by the language of the ticket; ``{ticket}`` and ``{window}`` are put in there."""
    words = in_both(SPEECH, ticket="{ticket}", window="{window}")
    return {Language.CHINESE.value: words.zh, Language.KOREAN.value: words.ko}


def whole_minutes(seconds: int | None) -> int | None:
    """Minutes, rounded up; None where nobody can say."""
    return None if seconds is None else math.ceil(seconds / 60)


def wait_words(seconds: int | None) -> Both:
    """The expected wait in words."""
    if seconds is None:
        return in_both(_("No window is open for this at the moment"))
    if seconds == 0:
        return in_both(_("You will be called at once"))
    return in_both(_("About %(minutes)s minutes"), minutes=whole_minutes(seconds))


def state(centre_code: str, *, at: dt.datetime) -> Mapping[str, Any]:
    """What the call screen shows: the tickets at the windows, the newest call first, and who still waits.

    ``key`` names one call of one ticket: it is spoken once; a recall has a new one. Nothing in it changes while
    nothing happens, but for the expected minutes.
    """
    now = QueueNow.of(centre_code, at=at)
    waits = now.expected_waits()
    at_windows = (
        Ticket.objects.at_windows()
        .filter(centre=centre_code, called_at__gte=day_start(local_day(at)))
        .select_related("window")
        .order_by("-called_at", "-pk")
    )
    return {
        "calls": [
            {
                "key": f"{one.pk}.{one.calls}",
                "ticket": one.label,
                "window": one.window.number if one.window else None,
                "language": one.language,
                "serving": one.state == Ticket.State.SERVING,
            }
            for one in at_windows
        ],
        "services": [
            {"code": code, "waiting": now.count(code), "minutes": whole_minutes(waits[code])} for code in Purpose.values
        ],
    }
