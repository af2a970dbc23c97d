"""What the mediator says of a case for the statistics: its source, whether it was difficult, what was prevented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import ledger, workflow
from cases.models import Case, Channel, EventKind
from cases.services.common import lock
from cases.states import State
from cases.workflow import Actor
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic
from mediation.models import Assignment, FollowUp, Prevention, StatisticsEntry

Source = StatisticsEntry.Source

SOURCES: Mapping[str, str] = {
    Channel.OUTREACH: Source.ACTIVE,
    Channel.POLICE: Source.POLICE,
    Channel.TRANSFER: Source.OTHER,
    Channel.HAND_DOWN: Source.OTHER,
    Channel.HAND_UP: Source.OTHER,
}
"""The source of a case by the channel it came in by; of all other channels it is an application."""

BEFORE = frozenset({State.REGISTERED, State.ACCEPTED, State.NOT_ACCEPTED})
MOST_PEOPLE = 100_000


class WrongNumber(GovernanceError):
    code = "wrong_number"
    status = 422
    message = _("Say how many people it concerned, 1 at least.")


@dataclass(frozen=True, slots=True)
class Prevented:
    """How many people a prevented escalation concerned, and how it was prevented."""

    people: int
    note: str = ""


def source_of(case: Case) -> str:
    """The source of a case as long as nobody has said otherwise."""
    return SOURCES.get(case.channel, Source.APPLICATION)


def is_mediated(case: Case) -> bool:
    """Whether a people's mediator leads or led it."""
    return case.mediator_id is not None or Assignment.objects.filter(case=case).exists()


def may_enter(case: Case, user: User) -> bool:
    """The mediator, a dispatcher, or whoever visits afterwards, from the moment at which it is handled."""
    if case.state in BEFORE or not user.is_active or not is_mediated(case):
        return False
    if workflow.relations(user, case) & {Actor.MEDIATOR, Actor.DISPATCH}:
        return True
    visits = FollowUp.objects.own_of(user).filter(case=case).exclude(state=FollowUp.State.CANCELLED)
    return not case.is_restricted and visits.exists()


@atomic
def enter_statistics(
    *, case: Case, by: User, source: str, is_difficult: bool, prevented: Mapping[str, Prevented]
) -> StatisticsEntry:
    """Keep what the statistics ask of a case; it takes the place of what was said before. The same again is one.

    Args:
        prevented: by value of ``Prevention.Kind`` what was prevented; kinds that are left out were not.

    Raises:
        NotAllowed: see :func:`may_enter`.
        GovernanceError: no such source or kind. WrongNumber.
    """
    case = lock(case)
    if not may_enter(case, by):
        raise NotAllowed()
    if source not in Source.values or set(prevented) - set(Prevention.Kind.values):
        raise GovernanceError(_("This choice is not possible here."), field="source", code="bad_choice")
    for kind, one in prevented.items():
        if not 1 <= one.people <= MOST_PEOPLE:
            raise WrongNumber(field=f"{kind}_people")
    earlier, before = StatisticsEntry.objects.filter(case=case).first(), _kept(case)
    if earlier and (earlier.source, earlier.is_difficult) == (source, is_difficult) and before == dict(prevented):
        return earlier
    now = timezone.now()
    values = {"source": source, "is_difficult": is_difficult, "by": by, "at": now}
    entry, _made = StatisticsEntry.objects.update_or_create(case=case, defaults=values)
    Prevention.objects.filter(case=case).exclude(kind__in=prevented).delete()
    for kind, one in prevented.items():
        if before.get(kind) != one:
            told = {"people": one.people, "note": one.note, "by": by, "at": now}
            Prevention.objects.update_or_create(case=case, kind=kind, defaults=told)
    ledger.append(case, [ledger.Entry(EventKind.PROGRESS, by, facts_of(entry, prevented), now)])
    return entry


def facts_of(entry: StatisticsEntry, prevented: Mapping[str, Prevented]) -> dict[str, object]:
    """What the ledger says of an entry: codes and numbers, of the notes a digest."""
    notes = {kind: one.note for kind, one in sorted(prevented.items())}
    return {
        "statistics": entry.pk,
        "source": entry.source,
        "difficult": entry.is_difficult,
        "prevented": {kind: one.people for kind, one in sorted(prevented.items())},
        "notes_sha256": text_digest(json.dumps(notes, ensure_ascii=False)),
    }


def _kept(case: Case) -> dict[str, Prevented]:
    return {row.kind: Prevented(row.people, row.note) for row in Prevention.objects.filter(case=case)}
