"""Taking a merging back: two cases were found to be one matter, and are not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import deadlines, ledger, workflow
from cases.models import Case, CaseEvent, Deadline, DeadlinePause, EventKind, Exclusion, HandOver, Referral
from cases.services.common import write_note
from cases.services.merged_telling import tell_both
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.events import publish
from governance_center.ledger import text_digest
from governance_center.transactions import atomic

UNDO_WITHIN = dt.timedelta(days=30)
"""How long after it a merging can be taken back: as long as a dispute is handled. By then the case that goes on has
been dealt with for both, and a matter of its own is registered anew."""


class NotUndoable(GovernanceError):
    """Why a merging stays; says it in words of its own."""

    code = "merge_not_undoable"


@atomic
def undo_merge(*, case: Case, by: User, note: str) -> Case:
    """Say that a merged case is a matter of its own after all; it stands again as it stood before.

    State, outcome and stamps are those of before; its limits run on with the ends they had, so no time is given back
    and a day in between may have made them late; referrals, hand-overs, exclusions and planned visits are in force
    again. What had been merged into it before comes back with it. Sessions and times of experts that the merging
    cancelled stay cancelled: parties were told, rooms may be taken. Nothing was moved by the merging, so nothing is
    moved back; the ledger keeps both. Publishes ``case.unmerged``. The same form sent twice takes back once.

    Raises:
        NotAllowed: not a dispatcher of the place. MissingInput: without a reason.
        NotUndoable: not merged, too long ago, or by a version that did not note what it ended.
    """
    case, others = _lock_all(case)
    now = timezone.now()
    if workflow.Actor.DISPATCH not in workflow.relations(by, case):
        raise NotAllowed()
    if case.merged_into_id is None and _was_just_undone(case, by, note):
        return case
    merge = own_merge(case)
    if case.merged_into_id is None or merge is None:
        raise NotUndoable(_("This case is not merged, or it was not noted what the merging ended."))
    if now > merge.at + UNDO_WITHIN:
        raise NotUndoable(_("A merging can be undone within thirty days. Register the matter anew."))
    _written, digest = write_note(case, by=by, text=note, at=now)
    into, was = others[case.merged_into_id], merge.data["was"]
    facts = {"released_from": into.pk, **digest}
    entry, changed = workflow.take_back_merge(case, was, by=by, data=facts, at=now)
    ledger.append(case, [entry], update=changed)
    _start_again(case, was, now)
    for one in _belonging_to(case, others.values()):
        one.merged_into = case
        ledger.append(one, [ledger.Entry(EventKind.MERGED, by, {"into": case.pk}, now)], update={"merged_into"})
    released = {"released": case.pk, "number": case.number}
    ledger.append(into, [ledger.Entry(EventKind.PROGRESS, by, released, now)])
    publish("case.unmerged", case=case, by=by, merged_at=merge.at)
    tell_both(case, into, "case.unmerged", f"case:{case.pk}:unmerged:{case.ledger_length}")
    return case


def may_undo(case: Case, user: User) -> bool:
    """A dispatcher of the place, within the time, where it is known what the merging ended."""
    if case.merged_into_id is None or workflow.Actor.DISPATCH not in workflow.relations(user, case):
        return False
    merge = own_merge(case)
    return merge is not None and timezone.now() <= merge.at + UNDO_WITHIN


def own_merge(case: Case) -> CaseEvent | None:
    """The entry by which the case was merged last; not those by which it went along with another."""
    return case.events.filter(kind=EventKind.MERGED, data__has_key="was").order_by("-sequence").first()


def standing(case: Case) -> dict[str, Any]:
    """What a merging is about to change of a locked case, as the ledger keeps it: codes, keys and moments."""
    limits = list(Deadline.objects.running().filter(case=case).order_by("pk"))
    return {
        "state": str(case.state), "outcome": str(case.outcome), "state_since": _iso(case.state_since),
        "resolved_at": _iso(case.resolved_at), "resolved_level": str(case.resolved_level),
        "closed_at": _iso(case.closed_at), "contested": case.is_contested, "excluded": case.is_excluded,
        "limits": [row.pk for row in limits],
        "paused": {str(row.pk): [_iso(row.warn_at), _iso(row.due_at), row.is_provisional]
                   for row in limits if row.paused_at},
        "referrals": {str(row.pk): str(row.status) for row in referrals_that_run(case)},
        "hand_overs": _states(HandOver.objects.filter(case=case, state__in=("asked", "ordered"))),
        "exclusions": _states(Exclusion.objects.filter(case=case, state__in=("asked", "approved"))),
    }  # fmt: skip


def referrals_that_run(case: Case) -> QuerySet[Referral]:
    """Neither done nor recalled before."""
    ended = (Referral.Status.DONE, Referral.Status.RECALLED)
    return Referral.objects.current().filter(case=case).exclude(status__in=ended)


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _states(rows: Any) -> dict[str, str]:
    return {str(pk): state for pk, state in rows.order_by("pk").values_list("pk", "state")}


def _lock_all(case: Case) -> tuple[Case, dict[int, Case]]:
    """The case, and by key the one it was merged into and all that were, locked in the order of their keys."""
    into = Case.objects.values_list("merged_into", flat=True).get(pk=case.pk)
    keys = {case.pk} if into is None else {case.pk, into}
    if into is not None:
        keys |= set(Case.objects.filter(merged_into=into).values_list("pk", flat=True))
    rows = {row.pk: row for row in Case.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")}
    case = rows.pop(case.pk)
    if case.merged_into_id != into:
        raise NotUndoable(_("Somebody else has just changed this; look at the case again."))
    return case, rows


def _belonging_to(case: Case, others: Any) -> list[Case]:
    """Of the cases merged into the same one those that had been merged into ``case``, or into one of these."""
    candidates = {row.pk: row for row in others if row.merged_into_id is not None}
    merges = CaseEvent.objects.filter(case__in=candidates, kind=EventKind.MERGED, data__has_key="was")
    named = dict(merges.order_by("sequence").values_list("case_id", "data__into"))
    found, wanted = list[int](), {case.pk}
    while wanted:
        wanted = {pk for pk, into in named.items() if into in wanted and pk not in found}
        found += sorted(wanted)
    return [candidates[pk] for pk in sorted(found)]


def _was_just_undone(case: Case, by: User, note: str) -> bool:
    """The same form once more: the last of these entries has the same words of the same person."""
    last = case.events.filter(kind__in=(EventKind.MERGED, EventKind.UNMERGED)).order_by("-sequence").first()
    if last is None or last.kind != EventKind.UNMERGED:
        return False
    return last.actor_id == by.pk and last.data.get("note_sha256") == text_digest(note.strip())


def _start_again(case: Case, was: Mapping[str, Any], now: dt.datetime) -> None:
    """Let run on what the merging ended."""
    for limit in Deadline.objects.filter(case=case, pk__in=was["limits"]).order_by("pk"):
        limit.cancelled_at = None
        limit.save(update_fields=["cancelled_at"])
        ends = deadlines.Ends(limit.warn_at, limit.due_at, limit.is_provisional)
        if str(limit.pk) in was["paused"]:
            ends = _stand_still_again(limit, was["paused"][str(limit.pk)])
        deadlines.put(limit, ends, now)
    for pk, status in was["referrals"].items():
        Referral.objects.filter(pk=pk, status=Referral.Status.RECALLED).update(status=status, ended_at=None)
    for pk, state in was["hand_overs"].items():
        HandOver.objects.filter(pk=pk).update(state=state, answered_at=None)
    for pk, state in was["exclusions"].items():
        Exclusion.objects.filter(pk=pk).update(state=state)


def _stand_still_again(limit: Deadline, before: list[Any]) -> deadlines.Ends:
    """The pause that the merging ended goes on; it never ended."""
    pause = DeadlinePause.objects.filter(deadline=limit, ended_at__isnull=False).latest("ended_at")
    pause.ended_at = None
    pause.save(update_fields=["ended_at"])
    limit.paused_at = pause.started_at
    warn_at, due_at, is_provisional = before
    return deadlines.Ends(dt.datetime.fromisoformat(warn_at), dt.datetime.fromisoformat(due_at), is_provisional)
