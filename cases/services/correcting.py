"""Correcting what was written down wrongly of a case: its category, place and channel, at any time, with a reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import coordinates, deadlines, ledger, levels, routing, workflow
from cases.coordinates import Typed
from cases.models import Case, Category, Channel, Deadline, EventKind, Kind, Referral
from cases.routing_rules import facts_of
from cases.services import dispatching
from cases.services.common import lock, write_note
from cases.services.handling import NotMediable
from cases.services.levels import open_hand_over
from cases.services.limits import limit_facts, moved_ends
from cases.services.referrals import recall_all
from cases.states import State
from departments.models import Division
from departments.presence import local_holidays_of
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, NotAllowed
from governance_center.ledger import text_digest
from governance_center.transactions import atomic

WORKED_ON = (State.ACCEPTED, State.IN_HANDLING)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right; the kind follows the category. What is as before stays as it is."""

    category: Category
    division: Division
    channel: str
    place_detail: str = ""
    coordinates: Typed | None = None


class NothingToCorrect(GovernanceError):
    code = "nothing_to_correct"
    message = _("Nothing differs from what is written already.")


class OtherProcedure(GovernanceError):
    code = "other_procedure"
    status = 422
    message = _(
        "A petition follows a procedure of its own by law, so a case cannot become one or cease to be one. "
        "Register it anew and merge or refuse this one."
    )


class PlaceOutOfReach(GovernanceError):
    code = "place_out_of_reach"
    status = 422
    message = _(
        "%(place)s does not lie where you and the level that has the case may decide. "
        "Hand the case to the level above first."
    )


class CannotRoute(GovernanceError):
    code = "cannot_route_anew"
    message = _("It cannot be routed anew from here; correct the entry and let the level that has the case route it.")


@atomic
def correct_case(*, case: Case, by: User, correction: Correction, note: str, reroute: bool = False) -> Case:
    """Put a wrong entry right, also after the case was closed. Its number, its history and its referrals stay.

    The ledger keeps what was written before and the figures follow at once, also those of months long past. The
    handling limit is counted anew, from its own start, only where the category is of another kind of matter, because
    each kind has a limit of its own; a limit that has ended stays. The same form sent twice corrects once.

    Args:
        note: why it was wrong.
        reroute: give an open case to the department that the new entry names, see :func:`may_reroute`.

    Raises:
        NotAllowed: neither a dispatcher of the place nor, on the same day, the clerk who registered it.
        NothingToCorrect, OtherProcedure, PlaceOutOfReach, CannotRoute; MissingInput: without a reason.
        OutsideYanbian, MissingInput: see :func:`cases.coordinates.checked`.
        NotMediable: a mediator has it, and matters of the category may not be mediated.
    """
    case, now = lock(case), timezone.now()
    if not may_correct(case, by):
        raise NotAllowed()
    changes = _changes(case, correction)
    if not changes and not _was_just_made(case, by, note):
        raise NothingToCorrect()
    if not changes:
        return case
    _check(case, by, correction)
    if reroute and not may_reroute(case, by):
        raise CannotRoute(field="reroute")
    _written, digest = write_note(case, by=by, text=note, at=now)
    facts = {**_put(case, by, correction, changes, now), **digest}
    changed = {"category", "division", "channel", "kind", "place_detail", "longitude", "latitude"}
    if "kind" in changes:
        limit, fields = _count_limit_anew(case, changes["kind"], now)
        facts, changed = {**facts, **limit}, changed | fields
    entries = [ledger.Entry(EventKind.CORRECTED, by, facts, now)]
    if reroute:
        more, fields = _route_anew(case, by=by, now=now)
        entries, changed = entries + more, changed | fields
    ledger.append(case, entries, update=changed)
    return case


def may_correct(case: Case, user: User) -> bool:
    """A dispatcher of the place; the clerk who registered it, until the end of the day. A merged case stays."""
    if case.merged_into_id is not None:
        return False
    mine = workflow.relations(user, case)
    own = case.registered_by_id == user.pk and local_day(case.registered_at) == local_day(timezone.now())
    return workflow.Actor.DISPATCH in mine or (workflow.Actor.DESK in mine and own)


def may_reroute(case: Case, user: User) -> bool:
    """Whether the rules may route it anew: it is open and held by the level whose centre routes it, nothing is asked
    of another level, and the user decides at that level or, on the day of registration, nobody has signed for it yet.
    """
    routes = case.held_level in {Division.Level.COUNTY, levels.level_of(case.centre_id)}
    if case.state not in WORKED_ON or not routes or case.held_level == Division.Level.PREFECTURE:
        return False
    if open_hand_over(case) is not None:
        return False
    if levels.decides(case, user):
        return True
    signed = Referral.objects.current().filter(case=case).exclude(status=Referral.Status.DISPATCHED)
    return case.state == State.ACCEPTED and may_correct(case, user) and not signed.exists()


def place_codes(case: Case, user: User) -> tuple[str, str]:
    """The divisions in both of which a new place must lie: the user's, and that of the level that has the case.

    Nobody has a closed case any more, so it is enough that the place lies in the county.
    """
    if case.is_open:
        return user.scope_code, case.holder_code
    return user.scope_code, min(case.holder_code, case.county_code, key=len)


def _changes(case: Case, correction: Correction) -> dict[str, str]:
    """What differs, with the old values."""
    pairs = {
        "category": (case.category_id, correction.category.pk),
        "division": (case.division_id, correction.division.pk),
        "channel": (case.channel, correction.channel),
        "kind": (case.kind, correction.category.kind),
        "place_detail": (case.place_detail, correction.place_detail.strip()),
        "coordinates": (written(coordinates.of(case)), written(coordinates.checked(correction.coordinates))),
    }
    return {name: str(old) for name, (old, new) in pairs.items() if old != new}


def written(place: coordinates.Coordinates | None) -> str:
    """Longitude and latitude as a note keeps them."""
    return f"{place[0]}, {place[1]}" if place else ""


def _was_just_made(case: Case, by: User, note: str) -> bool:
    """The same form once more: the last correction has the same words of the same person."""
    last = case.events.filter(kind=EventKind.CORRECTED).order_by("-sequence").first()
    digest = text_digest(note.strip())
    return last is not None and last.actor_id == by.pk and last.data.get("note_sha256") == digest


def _check(case: Case, by: User, correction: Correction) -> None:
    kinds = {case.kind, correction.category.kind}
    if len(kinds) > 1 and Kind.PETITION in kinds:
        raise OtherProcedure(field="category")
    if case.mediator_id and not correction.category.is_mediable and correction.category.pk != case.category_id:
        raise NotMediable(field="category")
    if correction.channel not in Channel.values:
        raise GovernanceError(_("This choice is not possible here."), field="channel", code="bad_choice")
    moved = correction.division.pk != case.division_id
    if moved and not all(correction.division.pk.startswith(code) and code for code in place_codes(case, by)):
        raise PlaceOutOfReach(field="division", place=correction.division.name)


def _put(case: Case, by: User, correction: Correction, changes: dict[str, str], now: dt.datetime) -> dict[str, Any]:
    """Write the new values on the object; returns what the ledger says: codes, and digests of texts.

    An address is no code: the old one is kept as a note, so that the history can show it. So are coordinates, of
    which the ledger keeps no digest either: so few places are possible that all could be tried.
    """
    case.category, case.kind = correction.category, correction.category.kind
    case.division, case.channel = correction.division, correction.channel
    case.place_detail = correction.place_detail.strip()
    case.longitude, case.latitude = coordinates.checked(correction.coordinates) or (None, None)
    values = {"category": case.category_id, "division": case.division_id, "channel": case.channel, "kind": case.kind}
    was: dict[str, object] = {name: old for name, old in changes.items() if name in values}
    facts: dict[str, object] = {name: values[name] for name in was}
    if "place_detail" in changes:
        facts["place_sha256"] = text_digest(case.place_detail)
        if changes["place_detail"]:
            kept, digest = write_note(case, by=by, text=changes["place_detail"], at=now)
            was |= {"place_note": kept.pk, "place_sha256": digest["note_sha256"]}
    if "coordinates" in changes:
        facts["coordinates"] = True
        if changes["coordinates"]:
            was["coordinates_note"] = write_note(case, by=by, text=changes["coordinates"], at=now)[0].pk
    return {**facts, "was": was}


def _count_limit_anew(case: Case, old_kind: str, now: dt.datetime) -> tuple[dict[str, object], set[str]]:
    """The running handling limit goes by the rule of the new kind: from its own start, pauses and extensions kept.

    Returns what the ledger says of it, and the changed fields of the case.
    """
    code = deadlines.handling_rule_code(case.kind)
    running = Deadline.objects.running().filter(case=case, rule=deadlines.handling_rule_code(old_kind))
    limit = running.select_for_update(of=("self",)).order_by("-pk").first()
    if limit is None:
        return {}, set()
    limit.case, limit.rule, old = case, deadlines.rules(code)[code], limit.due_at
    ends = deadlines.recomputed_ends(
        limit, pauses=limit.pauses.all(), extensions=limit.extensions.all(),
        local_holidays=deadlines.holidays_for(limit),
    )  # fmt: skip
    limit.save(update_fields=["rule"])
    deadlines.put(limit, ends, now)
    case.due_at = limit.due_at
    return {**limit_facts(limit), **moved_ends(old, limit.due_at)}, {"due_at"}


def _route_anew(case: Case, *, by: User, now: dt.datetime) -> tuple[list[ledger.Entry], set[str]]:
    """Recall what was sent and send it by the rules as the entry is now; where they name the same lead, nothing."""
    code = levels.routing_code(case)
    holidays = local_holidays_of(code)
    facts = facts_of(case, has_organisation=case.parties.exclude(organisation="").exists())
    decision = routing.decide(
        category=case.category, centre_code=code, place_code=case.division_id, day=local_day(now),
        local_holidays=holidays, facts=facts,
    )  # fmt: skip
    if decision.lead and decision.lead.department.pk == case.lead_id and not case.is_contested:
        current = Referral.objects.current().leading().filter(case=case).first()
        if current and current.division_id == decision.lead.division_id:
            return [], set()
    recall_all(case, now)
    routed, changed = dispatching.send(case, decision, by=by, at=now, local_holidays=holidays)
    return [routed], changed
