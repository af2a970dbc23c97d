"""Notices of a session to its parties: on paper, by SMS or by e-mail, each told once in the party's language."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import outgoing
from accounts.models import Language, OutgoingMessage, User
from accounts.notifications import notify
from accounts.reminder_rules import load
from cases import ledger
from cases.identity import check_email
from cases.models import Case, CaseEvent, CaseParty, EventKind
from cases.services import people
from cases.services.common import lock
from governance_center.calendar import LOCAL_ZONE, local_day
from governance_center.errors import GovernanceError, MissingInput, NotAllowed
from governance_center.transactions import atomic
from mediation import notice_texts
from mediation.models import Notice, Session
from mediation.services.hands import works_on

Channel, Occasion = Notice.Channel, Notice.Occasion

_MOBILE = re.compile(r"1\d{10}")


class NotCalled(GovernanceError):
    code = "not_called"
    status = 422
    message = _("This party was not called to the session.")


class NoMobilePhone(GovernanceError):
    code = "no_mobile_phone"
    status = 422
    message = _("No mobile phone of this party is known; give the notice on paper.")


class NothingToTell(GovernanceError):
    code = "nothing_to_tell"
    message = _("The session has begun or is over; there is nothing to tell any more.")


def may_tell(session: Session, user: User) -> bool:
    """The mediators who have the case in hand, or a dispatcher of the division."""
    return works_on(session.case, user)


def has_news(session: Session) -> bool:
    """Whether parties are still to be told: it lies ahead, planned or cancelled."""
    is_open = session.state in {Session.State.PLANNED, Session.State.CANCELLED}
    return is_open and session.period.lower > timezone.now()


def occasion_of(session: Session) -> Notice.Occasion:
    """What parties are told of now."""
    if session.state == Session.State.CANCELLED:
        return Occasion.CANCELLED
    return Occasion.MOVED if version_of(session) else Occasion.CALLED


def version_of(session: Session) -> int:
    """How often the session was moved, by the ledger."""
    moved = CaseEvent.objects.filter(case=session.case_id, kind=EventKind.SESSION_MOVED, data__session=session.pk)
    return moved.count()


def language_of(party: CaseParty) -> str:
    """The language a party reads; organisations are written to in Chinese."""
    return party.person.language if party.person else Language.CHINESE


def has_mobile(party: CaseParty) -> bool:
    return bool(party.person and _MOBILE.fullmatch(party.person.phone))


@atomic
def tell_party(
    *, session: Session, party: CaseParty, by: User, channel: str, email: str = "", keep_email: bool = False
) -> Notice:
    """Give one party notice of the session as it stands now. Told twice by one channel is told once.

    An SMS or e-mail of a session that lies ahead is followed by another, at the hour and so many days before as is
    set for reminders; what is arranged stays when the settings change.

    Args:
        email: the address for ``Channel.EMAIL``, kept with the message only; when left out, the one on file.
        keep_email: the party agreed that the address is kept on file for what comes.

    Raises:
        NotAllowed: see :func:`may_tell`. NotCalled. NothingToTell. NoMobilePhone.
        MissingInput: no channel of the list, or no e-mail address.
    """
    case = lock(Case(pk=session.case_id))
    row = Session.objects.select_related("mediator", "room__centre").get(pk=session.pk)
    row.case = case
    if not may_tell(row, by):
        raise NotAllowed()
    if channel not in Channel.values:
        raise MissingInput(field="channel")
    called = row.attendances.select_related("party__person").filter(party=party).first()
    if called is None:
        raise NotCalled(field="party")
    if not has_news(row):
        raise NothingToTell()
    address = _address(called.party, channel, email.strip())
    if keep_email and email.strip() and channel == Channel.EMAIL and called.party.person:
        people.keep_party_email(party=called.party, email=address, by=by)
    return _tell(row, called.party, occasion_of(row), channel, address, by)


@atomic
def overtake(session: Session) -> int:
    """What still waits to be sent of a session is not true any more: it was moved, cancelled or has failed."""
    waiting = Notice.objects.filter(session=session, outgoing__state=OutgoingMessage.State.WAITING)
    return outgoing.drop(waiting.values_list("outgoing__key", flat=True))


def on_dead(*, message: OutgoingMessage) -> None:
    """A notice could not be delivered: whoever gave it and the mediator should reach the party otherwise."""
    rows = Notice.objects.filter(outgoing=message).select_related("session__case", "session__mediator__user", "party")
    for row in rows:
        mediator = row.session.mediator.user
        notify(
            {row.by, mediator} if mediator else {row.by},
            "notice.failed",
            key=f"notice:{row.pk}:{timezone.localdate().isoformat()}",
            params={"number": row.session.case.number, "party": str(row.party)},
            url=reverse("mediation:session_notices", args=[row.session_id]),
        )


def _address(party: CaseParty, channel: str, email: str) -> str:
    if channel == Channel.SMS:
        if party.person is None or not has_mobile(party):
            raise NoMobilePhone(field="channel")
        return party.person.phone
    if channel == Channel.EMAIL:
        on_file = party.person.email if party.person else ""
        if not email and not on_file:
            raise MissingInput(_("Enter the e-mail address of the party."), field="email")
        return check_email(email) if email else on_file
    return ""


def _tell(
    session: Session, party: CaseParty, occasion: Notice.Occasion, channel: str, address: str, by: User
) -> Notice:
    """Write the notice with its message, its entry in the ledger and the reminder that follows."""
    version, now = version_of(session), timezone.now()
    same = {"session": session, "party": party, "occasion": occasion, "channel": channel, "version": version}
    if earlier := Notice.objects.filter(**same).first():
        return earlier
    message = None
    if channel != Channel.PAPER:
        message = _queue(session, party, occasion, channel, address, version)
    row = Notice.objects.create(**same, outgoing=message, by=by, at=now)
    facts: dict[str, Any] = {
        "session": session.pk, "party": party.pk, "occasion": occasion.value, "channel": channel, "version": version,
    }  # fmt: skip
    ledger.append(session.case, [ledger.Entry(EventKind.NOTICE_SENT, by, facts, now)])
    if channel != Channel.PAPER and occasion != Occasion.CANCELLED:
        _remind(session, party, channel, address, version, by)
    return row


def _remind(session: Session, party: CaseParty, channel: str, address: str, version: int, by: User) -> None:
    """Have the party reminded before the session, where that still lies ahead and is wished."""
    now, moment = timezone.now(), reminded_at(session, channel)
    if moment is None or not now < moment < session.period.lower:
        return
    message = _queue(session, party, Occasion.REMINDER, channel, address, version, not_before=moment)
    Notice.objects.create(
        session=session, party=party, occasion=Occasion.REMINDER, channel=channel, version=version,
        outgoing=message, by=by, at=now,
    )  # fmt: skip


def reminded_at(session: Session, channel: str) -> dt.datetime | None:
    """When parties are reminded of a session by the settings of its place; None: not by this channel."""
    rules = load().of(session.case.division_id)
    if not (rules.session_sms if channel == Channel.SMS else rules.session_email):
        return None
    day = local_day(session.period.lower) - dt.timedelta(days=rules.session_days_before)
    return dt.datetime.combine(day, dt.time(rules.session_hour), LOCAL_ZONE)


def _queue(
    session: Session,
    party: CaseParty,
    occasion: Notice.Occasion,
    channel: str,
    address: str,
    version: int,
    not_before: dt.datetime | None = None,
) -> OutgoingMessage:
    language = language_of(party)
    is_eve = not_before is not None and local_day(session.period.lower) - local_day(not_before) == dt.timedelta(days=1)
    subject, text = notice_texts.message(session, party, occasion, language, is_eve=is_eve)
    return outgoing.queue(
        key=f"session:{session.pk}:{party.pk}:{occasion.value}:{version}:{channel}",
        channel=channel, address=address, language=language, subject=subject, text=text, not_before=not_before,
        place=session.case.division_id,
    )  # fmt: skip
