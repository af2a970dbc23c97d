"""The notice of a mediation session (调解通知书) as PDF: what stands on it, in one language or Chinese above Korean."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import CaseParty
from governance_center import papers
from mediation.agreement_paper import LANGUAGES
from mediation.called_again import why_again
from mediation.models import Notice, Session
from mediation.notice_texts import when, where

Occasion = Notice.Occasion


def make(
    session: Session, party: CaseParty, occasion: Occasion, *, language: str, at: dt.datetime | None = None
) -> bytes:
    """Set the notice as PDF; ``language`` is a key of ``LANGUAGES``, ``at`` the moment it is given, now without one.

    Raises:
        governance_center.papers.PaperFailed: it could not be set.
    """
    at = at or timezone.now()
    parts = [_part(session, party, occasion, spoken, at) for spoken in LANGUAGES[language]]
    number = session.case.number
    data = {"title": " ".join([*(part["title"] for part in parts), number]), "number": number, "parts": parts}
    return papers.render("mediation/papers/session_notice.typ", data, made_at=at)


def again(notice: Notice, *, language: str) -> bytes:
    """The notice as it was given on paper then. Raises as :func:`make`."""
    return make(notice.session, notice.party, Occasion(notice.occasion), language=language, at=notice.at)


def file_name(session: Session, language: str) -> str:
    """The name a saved copy gets, in the (first) language of the paper."""
    with translation.override(LANGUAGES[language][0]):
        return f"{_('Notice of mediation')}-{session.case.number}.pdf"


def _part(session: Session, party: CaseParty, occasion: Occasion, language: str, at: dt.datetime) -> dict[str, Any]:
    """Everything that one language says; the parts of two languages have the same shape."""
    with translation.override(language):
        name, committee = str(party), session.mediator.committee
        return {
            "language": language,
            "title": _("Notice of mediation"),
            "issuer": committee.name,
            "to": pgettext("on a letter", "%(name)s:") % {"name": name},
            "text": _opening(session, party, occasion),
            "rows": [
                (_("Case number"), session.case.number),
                (_("Time"), when(session)),
                (_("Place"), where(session)),
                (_("Mediator"), str(session.mediator)),
            ],
            "notes": [] if occasion == Occasion.CANCELLED else _notes(),
            "seal": _("(seal)"),
            "date": date_format(timezone.localdate(at)),
            "receipt": _("Received by: %(name)s") % {"name": name},
            "signs": _("(signature)"),
            "received_on": _("Date"),
        }


def _opening(session: Session, party: CaseParty, occasion: Occasion) -> str:
    texts = {
        Occasion.MOVED: _("The mediation session in your matter was moved. It now takes place as follows:"),
        Occasion.CANCELLED: _("The following mediation session in your matter does not take place:"),
    }
    if occasion in texts:
        return texts[occasion]
    if why := why_again(session, party):
        return _(
            "%(why)s In accordance with the People's Mediation Law you are invited again to a mediation session in "
            "your matter:"
        ) % {"why": why}
    return _("In accordance with the People's Mediation Law you are invited to a mediation session in your matter:")


def _notes() -> list[str]:
    """What a party should know (人民调解法 arts. 3, 4, 17, 23)."""
    return [
        _("Please bring your identity card and what proves your case; a representative brings a power of attorney."),
        _("Mediation is voluntary and free of charge. You may accept, refuse or end it."),
        _("If you cannot come, please tell the mediator before the session."),
    ]
