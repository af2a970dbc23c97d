"""Starting, moving, meeting and cancelling the limits of a case: arithmetic and rows, no permissions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import NamedTuple

from cases.models import Case, Deadline, DeadlineExtension, DeadlinePause, LimitRule, Referral
from cases.models.limit import DeadlineQuerySet
from departments.presence import local_holidays_of
from governance_center.calendar import after_extension, after_pause, due_at

SIGN = "sign_for_referral"
ASSIST_OPINION = "assist_opinion"
PETITION_ROUTE = "petition_route"
HAND_UP_ANSWER, HAND_DOWN_REPORT = "hand_up_answer", "hand_down_report"
BETWEEN_LEVELS = frozenset({HAND_UP_ANSWER, HAND_DOWN_REPORT})
"""Limits by which one level owes another an answer or a report; they never stand still."""


class Ends(NamedTuple):
    """When a limit turns yellow and when it ends."""

    warn_at: dt.datetime
    due_at: dt.datetime
    is_provisional: bool


def handling_rule_code(kind: str) -> str:
    """Code of the limit under which a case of ``kind`` is to be handled."""
    return f"handle_{kind}"


def rules(*codes: str) -> dict[str, LimitRule]:
    """The rules by code, in one query."""
    return LimitRule.objects.in_bulk(codes)


def build(
    case: Case,
    rule: LimitRule,
    *,
    start: dt.datetime,
    local_holidays: Collection[dt.date],
    referral: Referral | None = None,
) -> Deadline:
    """An unsaved deadline under ``rule`` that starts at ``start``."""
    ends = _first_ends(rule, start, local_holidays if rule.local_holidays else ())
    return Deadline(case=case, referral=referral, rule=rule, started_at=start, **ends._asdict())


def resumed_ends(deadline: Deadline, at: dt.datetime, local_holidays: Collection[dt.date]) -> Ends:
    """Where a paused limit ends if it goes on at ``at``; ``local_holidays`` as :func:`holidays_for` gives them."""
    ends = Ends(deadline.warn_at, deadline.due_at, deadline.is_provisional)
    paused = deadline.paused_at or at
    return _after_pause(deadline.rule, ends, paused=paused, resumed=at, local_holidays=local_holidays)


def extended_ends(deadline: Deadline, days: int) -> Ends:
    """Where a limit ends after an extension by calendar days; the warning moves by its share."""
    ends = Ends(deadline.warn_at, deadline.due_at, deadline.is_provisional)
    return _after_extension(deadline.rule, ends, days)


def recomputed_ends(
    deadline: Deadline,
    *,
    pauses: Iterable[DeadlinePause],
    extensions: Iterable[DeadlineExtension],
    local_holidays: Collection[dt.date],
) -> Ends:
    """The limit counted anew from its start by the rule and the calendar as they are now.

    Every pause that has ended and every extension by consent or approval is gone through again in its order,
    so none of them is lost; a pause that lasts moves the end only when the limit goes on.

    Args:
        local_holidays: those that count for this limit, see :func:`holidays_for`.
    """
    ends = _first_ends(deadline.rule, deadline.started_at, local_holidays)
    steps: list[tuple[dt.datetime, DeadlinePause | DeadlineExtension]] = [
        (pause.ended_at, pause) for pause in pauses if pause.ended_at
    ]
    steps += [(row.at, row) for row in extensions if row.cause != DeadlineExtension.Cause.CALENDAR]
    for at, step in sorted(steps, key=lambda pair: pair[0]):
        if isinstance(step, DeadlinePause):
            ends = _after_pause(deadline.rule, ends, paused=step.started_at, resumed=at, local_holidays=local_holidays)
        else:
            ends = _after_extension(deadline.rule, ends, (step.new_due_at - step.old_due_at).days)
    return ends


def put(deadline: Deadline, ends: Ends, now: dt.datetime) -> None:
    """Write new ends on the row, with the colour that follows from them."""
    deadline.warn_at, deadline.due_at, deadline.is_provisional = ends
    deadline.shown = deadline.colour_at(now)
    deadline.save(update_fields=["warn_at", "due_at", "is_provisional", "paused_at", "shown"])


def meet_signing(referral: Referral, at: dt.datetime) -> None:
    """The department signed for the referral (or returned it)."""
    running = Deadline.objects.running().filter(referral=referral, rule_id=SIGN)
    _end_pauses(running, at)
    running.update(met_at=at)


def meet_all(case: Case, at: dt.datetime) -> None:
    """The case came to an end: what still ran for it is met (in time or not, as its date says)."""
    running = Deadline.objects.running().filter(case=case)
    _end_pauses(running, at)
    running.update(met_at=at)


def meet(case: Case, at: dt.datetime, *, rule_code: str) -> None:
    """What one limit of the case asked for was done."""
    running = Deadline.objects.running().filter(case=case, rule_id=rule_code)
    _end_pauses(running, at)
    running.update(met_at=at)


def cancel(case: Case, at: dt.datetime, *, rule_code: str | None = None, referral: Referral | None = None) -> None:
    """What still ran is no longer asked for: withdrawn, recalled or started anew."""
    running = Deadline.objects.running().filter(case=case)
    if rule_code:
        running = running.filter(rule_id=rule_code)
    if referral:
        running = running.filter(referral=referral)
    _end_pauses(running, at)
    running.update(cancelled_at=at)


def holidays_for(deadline: Deadline) -> frozenset[dt.date]:
    """The local holidays by which this limit is counted: none for a statutory one."""
    return local_holidays_of(deadline.case.centre_id) if deadline.rule.local_holidays else frozenset()


def _end_pauses(running: DeadlineQuerySet, at: dt.datetime) -> None:
    """A limit that ends while it is paused goes on first, so that its time is not held against anybody."""
    for deadline in running.paused().select_related("rule", "case"):
        ends = resumed_ends(deadline, at, holidays_for(deadline))
        DeadlinePause.objects.filter(deadline=deadline, ended_at__isnull=True).update(ended_at=at)
        deadline.paused_at = None
        put(deadline, ends, at)


def _first_ends(rule: LimitRule, start: dt.datetime, local_holidays: Collection[dt.date]) -> Ends:
    due = due_at(start, length=rule.length, unit=rule.unit, local_holidays=local_holidays)
    return Ends(start + (due.at - start) * rule.warn_at / 100, due.at, due.provisional)


def _after_pause(
    rule: LimitRule, ends: Ends, *, paused: dt.datetime, resumed: dt.datetime, local_holidays: Collection[dt.date]
) -> Ends:
    """What was yellow before the pause stays yellow; else the warning moves as far as the end."""
    due = after_pause(ends.due_at, paused=paused, resumed=resumed, unit=rule.unit, local_holidays=local_holidays)
    warn_at = ends.warn_at if paused >= ends.warn_at else ends.warn_at + (due.at - ends.due_at)
    return Ends(warn_at, due.at, ends.is_provisional or due.provisional)


def _after_extension(rule: LimitRule, ends: Ends, days: int) -> Ends:
    moved = after_extension(ends.due_at, days)
    return Ends(ends.warn_at + (moved - ends.due_at) * rule.warn_at / 100, moved, ends.is_provisional)
