"""Times at which a party cannot come: written down, respected by the free times offered, warned of otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import workflow
from cases.models import Case, CaseParty
from cases.services.common import lock
from cases.states import State as CaseState
from cases.workflow import Actor
from governance_center.calendar import LOCAL_ZONE
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.transactions import atomic
from mediation.models import PartyAbsence, Session
from mediation.services.hands import works_on

AHEAD, DAYS_WITH_HOURS = 180, 31
"""Days to look ahead at most; and so many days with hours of their own in one entry."""


class BadAbsence(GovernanceError):
    code = "bad_absence"
    status = 422
    message = _("Choose days from today on, at most half a year ahead, the last not before the first.")


class BadHours(GovernanceError):
    code = "bad_hours"
    status = 422
    message = _("Give both hours, the second after the first, for at most 31 days; or none for whole days.")


class PartyAway(GovernanceError):
    code = "party_away"
    message = _("%(who)s cannot come then: %(when)s. Tick below to call all the same.")


def may_record(case: Case, user: User) -> bool:
    """Whoever works on the case, or receives the parties at the desk, while a mediator handles it."""
    if case.state != CaseState.IN_HANDLING or case.mediator_id is None:
        return False
    return works_on(case, user) or bool(workflow.relations(user, case) & {Actor.DESK, Actor.LEAD})


@atomic
def record_absence(
    *,
    case: Case,
    by: User,
    party: CaseParty,
    first: dt.date,
    last: dt.date | None = None,
    since: dt.time | None = None,
    until: dt.time | None = None,
    note: str = "",
) -> list[PartyAbsence]:
    """Write down when a party cannot come: whole days, or the same local hours of each day. Twice it is one.

    Raises:
        NotAllowed: see :func:`may_record`. BadAbsence, BadHours. GovernanceError: a party of another case.
    """
    case, now = lock(case), timezone.now()
    if not may_record(case, by):
        raise NotAllowed()
    if party.case_id != case.pk:
        raise GovernanceError(_("This choice is not possible here."), field="party", code="bad_choice")
    today, last = timezone.localdate(), last or first
    if not today <= first <= last <= today + dt.timedelta(days=AHEAD):
        raise BadAbsence(field="last" if first >= today else "first")
    values = {"note": note.strip(), "recorded_by": by, "recorded_at": now}
    return [
        PartyAbsence.objects.get_or_create(party=party, period=period, defaults=values)[0]
        for period in _periods(first, last, since, until)
    ]


@atomic
def forget_absence(*, absence: PartyAbsence, by: User) -> None:
    """The party can come after all. A second time changes nothing. Raises NotAllowed: see :func:`may_record`."""
    if not may_record(lock(absence.party.case), by):
        raise NotAllowed()
    PartyAbsence.objects.filter(pk=absence.pk).delete()


def absences_of(parties: Collection[CaseParty]) -> Sequence[PartyAbsence]:
    """What is to come of these parties; of a person what was said in other cases as well."""
    rows = PartyAbsence.objects.to_come().of_parties(parties)
    return list(rows.select_related("party__person").order_by("period", "pk"))


def refuse_absence(parties: Collection[CaseParty], period: DateTimeTZRange) -> None:
    """Raises PartyAway: one of the parties said that it cannot come then."""
    for absence in absences_of(parties):
        if absence.period.lower < period.upper and absence.period.upper > period.lower:
            when = f"{absence.text} {absence.note}".strip()
            raise PartyAway(who=str(absence.party), when=when, field="start")


def sessions_hit(case: Case, absences: Collection[PartyAbsence]) -> list[Session]:
    """The planned sessions of the case that fall into these times."""
    planned = Session.objects.planned().filter(case=case).select_related("room")
    return [
        session
        for session in planned
        if any(one.period.lower < session.period.upper and one.period.upper > session.period.lower for one in absences)
    ]


def _periods(first: dt.date, last: dt.date, since: dt.time | None, until: dt.time | None) -> list[DateTimeTZRange]:
    if since is None and until is None:
        return [DateTimeTZRange(_at(first, dt.time()), _at(last + dt.timedelta(days=1), dt.time()))]
    days = (last - first).days + 1
    if since is None or until is None or until <= since or days > DAYS_WITH_HOURS:
        raise BadHours(field="until" if since else "since")
    each = [first + dt.timedelta(days=number) for number in range(days)]
    return [DateTimeTZRange(_at(day, since), _at(day, until)) for day in each]


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, LOCAL_ZONE)
