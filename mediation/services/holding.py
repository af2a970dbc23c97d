"""What became of a session: held, with attendance and minutes, or come to nothing, with the side and the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from cases.models import Case, CaseParty, EventKind
from cases.services.common import write_note
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, MissingInput
from governance_center.ledger import text_digest
from governance_center.listing import enumerated
from governance_center.transactions import atomic
from mediation.models import Attendance, Minutes, RightsNotice, Session, SessionMediator
from mediation.services.notices import NotCalled, overtake
from mediation.services.seating import free, write
from mediation.services.sessions import lock_planned

Came = Attendance.State
Failure = Session.Failure

NAMED = frozenset({Failure.ABSENT, Failure.NOT_REACHED, Failure.REFUSED})
"""Where a session comes to nothing so, it is said on whose side."""

ANSWERS = (Came.CAME, Came.ABSENT, Came.EXCUSED)


class NotYet(GovernanceError):
    code = "not_yet"
    message = _("The day of the session has not come yet.")


class NobodyCame(GovernanceError):
    code = "nobody_came"
    status = 422
    message = _("Nobody came; record it as a session that came to nothing.")


class NoMediatorCame(GovernanceError):
    code = "no_mediator_came"
    status = 422
    message = _("Tick at least one mediator who was there.")


class RightsNotTold(GovernanceError):
    code = "rights_not_told"
    message = _("First record the notice of rights for: %(who)s.")


class MinutesChanged(GovernanceError):
    code = "minutes_changed"
    message = _("The minutes were changed in another window; copy your text and open this page anew.")


class NobodyToName(GovernanceError):
    code = "nobody_to_name"
    status = 422
    message = _("Where no agreement was reached, no party is named; untick them or choose another reason.")


@atomic
def hold_session(
    *,
    session: Session,
    by: User,
    came: Mapping[int, str],
    minutes: str,
    language: str = Language.CHINESE,
    revision: int | None = None,
    mediators: Collection[int] | None = None,
    company: Mapping[int, str] | None = None,
) -> Session:
    """Record that a session was held: who came, and the minutes.

    Args:
        came: for each called party (its key) one of :data:`ANSWERS`.
        company: for a party (its key) who came along with it.
        mediators: keys of those of the session's mediators who were there; None for all of them.
        revision: of the minutes that the text goes on from; None to overwrite whatever was kept.

    Raises:
        NotAllowed, NotPlanned, NotYet. MinutesChanged: another window kept a newer text.
        MissingInput: a party without an answer, or no minutes.
        NobodyCame: no side came.
        NoMediatorCame: none of the mediators was there.
        RightsNotTold: somebody came whose notice of rights is not recorded.
    """
    case, row = lock_planned(session, by)
    _check_day(row)
    attendances = list(row.attendances.select_related("party__person"))
    for one in attendances:
        if came.get(one.party_id) not in ANSWERS:
            raise MissingInput(field=f"party_{one.party_id}")
        one.state, one.company = came[one.party_id], (company or {}).get(one.party_id, "").strip()
    present = [one.party for one in attendances if one.state == Came.CAME]
    if not present:
        raise NobodyCame()
    _check_rights(case, present)
    if not minutes.strip():
        raise MissingInput(field="minutes")
    Attendance.objects.bulk_update(attendances, ["state", "company"])
    there = _mark_mediators(row, mediators)
    _keep_minutes(row, minutes.strip(), language, revision)
    row.state = Session.State.HELD
    row.save(update_fields=["state"])
    facts = {
        "came": [party.pk for party in present],
        "mediators": there,
        "minutes_sha256": text_digest(minutes.strip()),
    }
    write(row, case, EventKind.SESSION_HELD, by, **facts)
    return row


@atomic
def fail_session(*, session: Session, by: User, failure: str, note: str, parties: Collection[int] = ()) -> Session:
    """Record that a session came to nothing, on which side and why; it frees room, mediators and parties.

    Args:
        failure: one of ``Session.Failure``.
        note: what happened; kept on the case.
        parties: keys of those who did not come, were not reached or refused; attendance follows from it.

    Raises:
        NotAllowed, NotPlanned. MissingInput: no reason, no note, or no party for a reason of :data:`NAMED`.
        NotCalled: a party that was not called to it. NobodyToName: a party where no agreement was reached.
        NotYet: before the day of the session; only a refusal, or parties not reached, may be known earlier.
        RightsNotTold: a session without agreement was held with somebody who was not told the rights.
    """
    case, row = lock_planned(session, by)
    if failure not in Failure.values:
        raise MissingInput(field="failure")
    if failure not in {Failure.REFUSED, Failure.NOT_REACHED}:
        _check_day(row)
    attendances = list(row.attendances.select_related("party__person"))
    _name(attendances, failure, set(parties))
    if failure == Failure.NO_AGREEMENT:
        _check_rights(case, [one.party for one in attendances])
    _written, digest = write_note(case, by=by, text=note, at=timezone.now())
    Attendance.objects.bulk_update(attendances, ["state", "is_cause"])
    free(row)
    row.state, row.failure = Session.State.FAILED, failure
    row.save(update_fields=["state", "failure"])
    overtake(row)
    write(row, case, EventKind.SESSION_FAILED, by, failure=failure, parties=sorted(set(parties)), **digest)
    return row


def untold(case: Case, parties: Iterable[CaseParty]) -> list[CaseParty]:
    """Those parties for whom no notice of rights is recorded."""
    told = set(RightsNotice.objects.filter(case=case).values_list("party", flat=True))
    return [party for party in parties if party.pk not in told]


@atomic
def save_minutes(*, session: Session, by: User, minutes: str, language: str, revision: int) -> Minutes:
    """Keep what is typed of the minutes of a planned session; the revision rises.

    Args:
        revision: of the text that was typed on; 0 where there was none.

    Raises:
        NotAllowed, NotPlanned. MinutesChanged: another window kept a newer text.
    """
    _case, row = lock_planned(session, by)
    return _keep_minutes(row, minutes, language, revision)


def kept_minutes(session: Session) -> dict[str, object]:
    """What is kept of the minutes, as the form begins with it."""
    row = Minutes.objects.filter(session=session).first()
    return {"minutes": row.text, "language": row.language, "revision": row.revision} if row else {"revision": 0}


def _keep_minutes(session: Session, text: str, language: str, revision: int | None) -> Minutes:
    """Write the minutes of a session whose case is locked."""
    row = Minutes.objects.filter(session=session).first() or Minutes(session=session)
    if revision is not None and row.revision != revision:
        raise MinutesChanged()
    row.text, row.language, row.revision, row.saved_at = text, language, row.revision + 1, timezone.now()
    row.save()
    return row


def _mark_mediators(session: Session, keys: Collection[int] | None) -> list[int]:
    """Write which mediators of the session were there; returns their keys."""
    seats = list(session.seats.all())
    for one in seats:
        one.was_there = keys is None or one.mediator_id in keys
    there = [one.mediator_id for one in seats if one.was_there]
    if seats and not there:
        raise NoMediatorCame(field="mediators")
    SessionMediator.objects.bulk_update(seats, ["was_there"])
    return there


def _check_day(session: Session) -> None:
    if local_day(session.period.lower) > timezone.localdate():
        raise NotYet()


def _check_rights(case: Case, parties: Iterable[CaseParty]) -> None:
    if missing := untold(case, parties):
        raise RightsNotTold(who=enumerated(missing))


def _name(attendances: Collection[Attendance], failure: str, parties: set[int]) -> None:
    """Mark on whose side a session failed, and who came: who is named did not, of the others not all is known."""
    if failure in NAMED and not parties:
        raise MissingInput(_("Tick the party or parties it was."), field="parties")
    if failure not in NAMED and parties:
        raise NobodyToName(field="parties")
    if not parties <= {one.party_id for one in attendances}:
        raise NotCalled(field="parties")
    of_named = {Failure.ABSENT: Came.ABSENT, Failure.NOT_REACHED: Came.UNREACHED}.get(Failure(failure), Came.EXPECTED)
    of_others = Came.CAME if failure in {Failure.ABSENT, Failure.NO_AGREEMENT} else Came.EXPECTED
    for one in attendances:
        one.is_cause = one.party_id in parties
        one.state = of_named if one.is_cause else of_others
