"""What a party is told of a session, in one language. Nothing of the matter itself is said: others may read it too."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import CaseParty
from mediation.called_again import why_again
from mediation.models import Notice, Session

Occasion = Notice.Occasion


def message(
    session: Session, party: CaseParty, occasion: Occasion, language: str, *, is_eve: bool = False
) -> tuple[str, str]:
    """Subject and text of an SMS or e-mail; the subject is for e-mails. ``is_eve``: it is read the day before."""
    with translation.override(language):
        values = {
            "centre": session.case.centre.name,
            "name": str(party),
            "number": session.case.number,
            "time": when(session),
            "place": where(session),
            "why": why_again(session, party) if occasion == Occasion.CALLED else "",
        }
        sentence = _again() if values["why"] else _sentence(occasion, is_eve)
        return _("Notice of a mediation session"), sentence % values


def when(session: Session) -> str:
    """Day, weekday and hour of the beginning, local time, in the active language."""
    start = timezone.localtime(session.period.lower)
    return f"{date_format(start, 'DATE_FORMAT')} ({date_format(start, 'l')}) {start:%H:%M}"


def where(session: Session) -> str:
    """The room with its centre, the place, or the link, in the active language."""
    if session.room:
        return f"{session.room.centre.name} {session.room.name}"
    return session.where


def _again() -> str:
    return _(
        "[%(centre)s] %(name)s: %(why)s You are invited again, to a session on matter %(number)s on %(time)s, at "
        "%(place)s. Please bring your identity card. Mediation is voluntary and free of charge."
    )


def _sentence(occasion: Occasion, is_eve: bool) -> str:
    if occasion == Occasion.REMINDER and is_eve:
        return _(
            "[%(centre)s] %(name)s: a reminder of the mediation session on matter %(number)s tomorrow, %(time)s, at "
            "%(place)s. Please bring your identity card."
        )
    sentences = {
        Occasion.CALLED: _(
            "[%(centre)s] %(name)s: you are invited to a mediation session on matter %(number)s on %(time)s, at "
            "%(place)s. Please bring your identity card. Mediation is voluntary and free of charge."
        ),
        Occasion.MOVED: _(
            "[%(centre)s] %(name)s: the mediation session on matter %(number)s was moved; it now takes place on "
            "%(time)s, at %(place)s. Please bring your identity card."
        ),
        Occasion.CANCELLED: _(
            "[%(centre)s] %(name)s: the mediation session on matter %(number)s on %(time)s does not take place."
        ),
        Occasion.REMINDER: _(
            "[%(centre)s] %(name)s: a reminder of the mediation session on matter %(number)s on %(time)s, at "
            "%(place)s. Please bring your identity card."
        ),
    }
    return sentences[occasion]
