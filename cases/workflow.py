"""The workflow: one table of moves, and the one way to make a move.

Nothing else in the project changes the state of a case. To learn what may happen, by whom and why, read
:data:`MOVES`.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from cases import ledger
from cases.models import Case, CaseEvent, EventKind, Referral
from cases.states import GUIDED_OUTCOMES, RESOLVED_OUTCOMES, Outcome, RefusalReason, State
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed


class Actor(enum.StrEnum):
    """What somebody is to a case; roles alone decide nothing."""

    DESK = "desk"
    """a clerk whose division holds the place of the case"""
    DISPATCH = "dispatch"
    """a dispatcher whose division holds the place of the case"""
    LEAD = "lead"
    """an officer of the department that leads the case now"""
    MEDIATOR = "mediator"
    """the mediator to whom the case is assigned now"""
    VISITOR = "visitor"
    """whoever was asked to make the follow-up visit"""
    SYSTEM = "system"
    """a scheduled task or the consequence of another move"""
    IMPORTER = "importer"
    """the record of an earlier system says so; only the import acts as this"""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. ``needs`` names what ``data`` must hold, with the values it may take."""

    code: str
    label: str | Promise
    sources: tuple[State, ...]
    target: State
    actors: frozenset[Actor]
    event: EventKind
    why: str
    needs: Mapping[str, Collection[str] | None]


def _move(
    code: str,
    label: str | Promise,
    sources: tuple[State, ...],
    target: State,
    actors: set[Actor],
    event: EventKind,
    why: str,
    **needs: Collection[str] | None,
) -> Move:
    return Move(code, label, sources, target, frozenset(actors), event, why, needs)


S, A = State, Actor

MOVES: Mapping[str, Move] = {
    move.code: move
    for move in (
        _move(
            "accept", _("accept"), (S.REGISTERED,), S.ACCEPTED,
            {A.DESK, A.DISPATCH, A.IMPORTER}, EventKind.ACCEPTED,
            "The centre takes the matter on; from here it counts as accepted.",
        ),
        _move(
            "refuse", _("do not accept"), (S.REGISTERED,), S.NOT_ACCEPTED,
            {A.DESK, A.DISPATCH, A.IMPORTER}, EventKind.NOT_ACCEPTED,
            "A refusal has a reason and names the way open instead; it is counted apart.",
            reason=RefusalReason.values,
        ),
        _move(
            "start_handling", _("start handling"), (S.ACCEPTED,), S.IN_HANDLING,
            {A.LEAD, A.MEDIATOR, A.DISPATCH, A.IMPORTER}, EventKind.HANDLING_STARTED,
            "The lead has signed for it, or a mediator has taken it up.",
        ),
        _move(
            "resolve", _("resolve"), (S.IN_HANDLING,), S.RESOLVED,
            {A.LEAD, A.MEDIATOR, A.IMPORTER}, EventKind.RESOLVED,
            "Only an agreement, a settlement or a fulfilled service counts as resolved.",
            outcome=[o.value for o in RESOLVED_OUTCOMES],
        ),
        _move(
            "end_unresolved", _("end without a solution"), (S.IN_HANDLING,), S.UNRESOLVED,
            {A.LEAD, A.MEDIATOR, A.IMPORTER}, EventKind.UNRESOLVED,
            "Without agreement the parties are told which way is open (人民调解法 art. 26).",
            outcome=[o.value for o in GUIDED_OUTCOMES],
        ),
        _move(
            "withdraw", _("withdraw"), (S.REGISTERED, S.ACCEPTED, S.IN_HANDLING), S.WITHDRAWN,
            {A.DESK, A.DISPATCH, A.LEAD, A.MEDIATOR, A.IMPORTER}, EventKind.WITHDRAWN,
            "The petitioner takes the matter back, at any time before its end.",
        ),
        _move(
            "start_follow_up", _("start follow-up"), (S.RESOLVED, S.UNRESOLVED, S.WITHDRAWN), S.FOLLOWING_UP,
            {A.SYSTEM, A.VISITOR, A.DISPATCH}, EventKind.FOLLOW_UP_STARTED,
            "The first visit has fallen due or was made.",
        ),
        _move(
            "close", _("close"), (S.FOLLOWING_UP, S.RESOLVED, S.UNRESOLVED, S.WITHDRAWN), S.CLOSED,
            {A.SYSTEM, A.VISITOR, A.DISPATCH, A.IMPORTER}, EventKind.CLOSED,
            "Nothing is left to visit; the file goes to the archive.",
        ),
        _move(
            "reopen", _("reopen"), (S.RESOLVED, S.FOLLOWING_UP, S.CLOSED), S.IN_HANDLING,
            {A.DISPATCH, A.DESK, A.VISITOR}, EventKind.REOPENED,
            "A relapse, or an agreement that is not performed, brings the matter back with its history.",
        ),
        _move(
            "merge", _("merge into an earlier case"),
            (
                S.REGISTERED, S.ACCEPTED, S.IN_HANDLING, S.RESOLVED, S.UNRESOLVED, S.WITHDRAWN, S.FOLLOWING_UP,
                S.CLOSED,
            ),
            S.CLOSED, {A.DISPATCH}, EventKind.MERGED,
            "It is the same matter as an earlier case, which goes on; this one counts neither as accepted nor as "
            "resolved. A refused one never counted.",
        ),
    )
}  # fmt: skip


def relations(user: User | None, case: Case) -> frozenset[Actor]:
    """What ``user`` is to ``case`` now; None is the system."""
    if user is None:
        return frozenset({Actor.SYSTEM})
    if not user.is_active:
        return frozenset()
    found = set()
    in_scope = bool(user.scope_code) and case.division_id.startswith(user.scope_code)
    if user.role == Role.CLERK and in_scope and (not case.is_restricted or case.registered_by_id == user.pk):
        found.add(Actor.DESK)
    if user.role == Role.DISPATCHER and in_scope:
        found.add(Actor.DISPATCH)
    if user.role == Role.OFFICER and _leads(user, case):
        found.add(Actor.LEAD)
    if case.mediator_id == user.pk:
        found.add(Actor.MEDIATOR)
    return frozenset(found)


def check(case: Case, code: str, *, by: User | None, data: Mapping[str, Any], acting_as: Actor | None = None) -> Move:
    """The move, if it may be made now.

    Args:
        acting_as: what ``by`` is to the case, where the calling service has established it itself.

    Raises:
        IllegalMove: no such move leads out of the present state; none does of a merged case.
        NotAllowed: not for this person.
        MissingInput: something that the move needs was not given or is not one of its values.
    """
    move = MOVES[code]
    if case.merged_into_id is not None:
        raise IllegalMove(move=move.label, state=Outcome.MERGED.label)
    if case.state not in move.sources:
        raise IllegalMove(move=move.label, state=State(case.state).label)
    mine = frozenset({acting_as}) if acting_as else relations(by, case)
    if not move.actors & mine:
        raise NotAllowed()
    for name, allowed in move.needs.items():
        value = data.get(name)
        if not value:
            raise MissingInput(field=name)
        if allowed is not None and value not in allowed:
            raise GovernanceError(_("This choice is not possible here."), field=name, code="bad_choice")
    return move


def prepare(
    case: Case,
    code: str,
    *,
    by: User | None,
    data: Mapping[str, Any] | None = None,
    at: dt.datetime | None = None,
    acting_as: Actor | None = None,
) -> tuple[ledger.Entry, set[str]]:
    """Make the move on the object in memory; returns the ledger entry and the names of changed fields.

    The caller holds the lock on the case and hands both to :func:`cases.ledger.append`. A solution is stamped
    with ``data["level"]``, the level that found it; without one with the level that holds the case. Raises as
    :func:`check` does; the object is unchanged then.
    """
    data = dict(data or {})
    move = check(case, code, by=by, data=data, acting_as=acting_as)
    at = at or timezone.now()
    if move.code == "resolve":
        data.setdefault("level", str(case.held_level))
    entry = ledger.Entry(move.event, by, {**data, "from": str(case.state), "to": move.target.value}, at)
    changed = {"state", "state_since"}
    case.state, case.state_since = move.target, at
    for name, value in _stamps(case, move, data, at).items():
        setattr(case, name, value)
        changed.add(name)
    return entry, changed


def move(
    case: Case,
    code: str,
    *,
    by: User | None,
    data: Mapping[str, Any] | None = None,
    at: dt.datetime | None = None,
    acting_as: Actor | None = None,
) -> CaseEvent:
    """Make the move and write it: state, stamps and ledger in one. The caller holds the lock on the case."""
    entry, changed = prepare(case, code, by=by, data=data, at=at, acting_as=acting_as)
    return ledger.append(case, [entry], update=changed)[0]


def take_back_merge(
    case: Case, was: Mapping[str, Any], *, by: User, data: Mapping[str, Any], at: dt.datetime
) -> tuple[ledger.Entry, set[str]]:
    """Let a merged case stand as it stood, on the object in memory; as :func:`prepare` otherwise.

    No row of the table, because it leads to whatever state the case was merged from. The calling service has
    established that ``by`` may do it.

    Args:
        was: what the entry of the merging says of the time before.
    """
    entry = ledger.Entry(EventKind.UNMERGED, by, {**data, "from": str(case.state), "to": was["state"]}, at)
    stamps = {name: was[name] and dt.datetime.fromisoformat(was[name]) for name in ("resolved_at", "closed_at")}
    values = {
        "state": State(was["state"]), "outcome": was["outcome"], "resolved_level": was["resolved_level"],
        "state_since": dt.datetime.fromisoformat(was["state_since"]), "merged_into": None,
        "is_contested": was["contested"], "is_excluded": was["excluded"], **stamps,
    }  # fmt: skip
    for name, value in values.items():
        setattr(case, name, value)
    return entry, set(values)


def _stamps(case: Case, move: Move, data: Mapping[str, Any], at: dt.datetime) -> dict[str, Any]:
    """What else a move writes on the case."""
    match move.code:
        case "accept":
            return {"accepted_at": at}
        case "refuse":
            return {"outcome": Outcome.REFUSED, "closed_at": at}
        case "resolve":
            return {"outcome": data["outcome"], "resolved_at": at, "resolved_level": data["level"]}
        case "end_unresolved":
            return {"outcome": data["outcome"]}
        case "withdraw":
            return {"outcome": Outcome.WITHDRAWN}
        case "close":
            return {"closed_at": at}
        case "merge":
            return {"outcome": Outcome.MERGED, "resolved_at": None, "resolved_level": "", "closed_at": at}
        case "reopen":
            return {
                "outcome": "",
                "resolved_at": None,
                "resolved_level": "",
                "closed_at": None,
                "reopened_count": case.reopened_count + 1,
            }
    return {}


def _leads(user: User, case: Case) -> bool:
    if case.pk is None:
        return False
    return Referral.objects.of_department(user).current().leading().filter(case=case).exists()
