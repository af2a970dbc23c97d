"""Handing a case to another level: asked for upwards (上报), ordered downwards (交办)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.notifications import in_each_language, notify
from cases import deadlines, ledger, levels, routing
from cases.models import Case, Deadline, EventKind, HandOver, Note, Referral
from cases.routing_rules import facts_of
from cases.services import dispatching
from cases.services.common import lock, write_note
from cases.services.referrals import recall_all
from cases.states import State
from departments.models import Department, Division
from departments.presence import local_holidays_of
from governance_center.calendar import local_day
from governance_center.errors import GovernanceError, IllegalMove, MissingInput, NotAllowed
from governance_center.transactions import atomic

Way, Stage, Reason = HandOver.Direction, HandOver.State, HandOver.Reason

UP_REASONS = (Reason.BEYOND_POWERS, Reason.SEVERAL_PLACES, Reason.SEVERAL_DEPARTMENTS, Reason.DANGER, Reason.TRIED)
DOWN_REASONS = (Reason.NEAR, Reason.COMPETENT, Reason.KNOWS_PARTIES)

WORKED_ON = (State.ACCEPTED, State.IN_HANDLING)
STAFF = (Role.CLERK, Role.DISPATCHER)


class NothingAbove(GovernanceError):
    code = "nothing_above"
    message = _("There is no level above that could take the case over.")


class AlreadyAsked(GovernanceError):
    code = "already_asked"
    message = _("The level above is asked already; its answer comes first.")


class AlreadyAnswered(GovernanceError):
    code = "hand_over_answered"
    message = _("This was already answered, or the case has ended.")


class MayNotDecline(GovernanceError):
    code = "may_not_decline"
    message = _("The case was declined once already; now it has to be taken over.")


class WrongLevel(GovernanceError):
    code = "wrong_level"
    status = 422
    message = _("The place of the case names no such level below the present one.")


class ReportFirst(GovernanceError):
    code = "report_first"
    message = _("The case was handed down by a level above; report to it first, or hand the case up.")


@atomic
def ask_hand_up(*, case: Case, by: User, reason: str, note: str) -> HandOver:
    """Ask the level above to take the case over; the limit of its answer starts, the handling limit goes on.

    An order from above that is still open ends with it. The same question sent twice is asked once.

    Args:
        reason: one of :data:`UP_REASONS`.

    Raises:
        NotAllowed: not of the level that holds the case, see :func:`cases.levels.belongs_to_holder`.
        IllegalMove: the case is not accepted or in handling.
        AlreadyAsked, NothingAbove; MissingInput: without a reason of the list or an explanation.
    """
    case, now = lock(case), timezone.now()
    earlier = open_hand_over(case)
    if earlier and _is_repeat(earlier, Way.UP, by, reason, note):
        return earlier
    if not levels.belongs_to_holder(case, by):
        raise NotAllowed()
    _check_worked_on(case, _("hand up"))
    if earlier and earlier.state == Stage.ASKED:
        raise AlreadyAsked()
    above = levels.division_above(case.holder_code)
    people = dispatching.staff_for(Role.DISPATCHER, above) if above else []
    if not people:
        raise NothingAbove()
    _check_reason(reason, UP_REASONS)
    written, facts = write_note(case, by=by, text=note, at=now)
    _end(case, earlier, now)
    row = _open(case, Way.UP, above, reason=reason, note=written, by=by, at=now)
    ledger.append(case, [ledger.Entry(EventKind.HAND_UP_ASKED, by, {**_facts(row), **facts}, now)])
    _tell(people, "hand_up.asked", row, case)
    return row


@atomic
def answer_hand_up(*, hand_over: HandOver, by: User, take: bool, note: str = "") -> HandOver:
    """The level above takes the case over, or says why not.

    Taken over, the case is routed anew by the rules of that level (the prefecture's dispatcher decides); no time is
    given back. Who declined once cannot decline the same case again, so that nobody can bounce it.

    Raises:
        NotAllowed: not a dispatcher of the level that was asked or of one above it.
        AlreadyAnswered: answered otherwise, or the case has ended.
        MayNotDecline; MissingInput: declined without saying why.
    """
    case, row, now = *_lock_both(hand_over), timezone.now()
    if row.direction != Way.UP or not levels.answers(row, case, by):
        raise NotAllowed()
    if row.state != Stage.ASKED:
        if row.answered_by_id == by.pk and row.state == (Stage.TAKEN if take else Stage.DECLINED):
            return row
        raise AlreadyAnswered()
    if not take and was_declined(row):
        raise MayNotDecline(field="take")
    written: Note | None = None
    facts: dict[str, object] = {}
    if note.strip() or not take:
        written, facts = write_note(case, by=by, text=note, at=now)
    _close(row, Stage.TAKEN if take else Stage.DECLINED, by=by, at=now, answer=written)
    deadlines.meet(case, now, rule_code=deadlines.HAND_UP_ANSWER)
    if take:
        below = _people_below(case, row)
        _pass_on(case, row, by=by, at=now, facts=facts)
        _tell(below, "case.handed_over", row, case)
    else:
        ledger.append(case, [ledger.Entry(EventKind.HAND_UP_DECLINED, by, {**_facts(row), **facts}, now)])
        _tell([row.by], "hand_up.declined", row, case)
    return row


@atomic
def hand_down(*, case: Case, by: User, to_level: str, reason: str, note: str) -> HandOver:
    """Order a level below to handle the case, at once; it reports the result within its limit.

    Township and village lead it themselves; a county routes it by its rules. A new order of the level that gave the
    one before replaces it. The same order sent twice is given once.

    Args:
        to_level: below the present level, and named by the place of the case.
        reason: one of :data:`DOWN_REASONS`.

    Raises:
        NotAllowed: not a dispatcher of the level that holds the case or of one above it.
        IllegalMove: the case is not accepted or in handling.
        AlreadyAsked: a question to the level above is open. ReportFirst: an order of a level above is.
        WrongLevel; MissingInput: without a reason of the list or an explanation.
    """
    case, now = lock(case), timezone.now()
    earlier = open_hand_over(case)
    same_level = earlier is not None and levels.level_of(earlier.to_division_id) == to_level
    if earlier and same_level and _is_repeat(earlier, Way.DOWN, by, reason, note):
        return earlier
    if not levels.decides(case, by):
        raise NotAllowed()
    _check_worked_on(case, _("hand down"))
    if earlier and earlier.state == Stage.ASKED:
        raise AlreadyAsked()
    if earlier and not earlier.from_division_id.startswith(by.scope_code):
        raise ReportFirst()
    if to_level not in levels.lower_levels(case):
        raise WrongLevel(field="to_level")
    _check_reason(reason, DOWN_REASONS)
    written, facts = write_note(case, by=by, text=note, at=now)
    _end(case, earlier, now)
    target = levels.division_at(case, to_level)
    row = _open(case, Way.DOWN, target, reason=reason, note=written, by=by, at=now)
    _pass_on(case, row, by=by, at=now, facts=facts)
    _tell(_staff_of(target), "case.handed_over", row, case)
    return row


@atomic
def report_hand_down(*, hand_over: HandOver, by: User, note: str) -> HandOver:
    """The level below reports the result to whoever ordered it; its limit is met.

    Raises:
        NotAllowed: neither leads the case nor sits at the desk of that level.
        AlreadyAnswered: reported before with other words, or ended. MissingInput: without a report.
    """
    case, row, now = *_lock_both(hand_over), timezone.now()
    if row.direction != Way.DOWN or not levels.reports(row, case, by):
        raise NotAllowed()
    if row.state != Stage.ORDERED:
        if row.answered_by_id == by.pk and row.answer and row.answer.text == note.strip():
            return row
        raise AlreadyAnswered()
    written, facts = write_note(case, by=by, text=note, at=now)
    _close(row, Stage.REPORTED, by=by, at=now, answer=written)
    deadlines.meet(case, now, rule_code=deadlines.HAND_DOWN_REPORT)
    ledger.append(case, [ledger.Entry(EventKind.HAND_DOWN_REPORTED, by, {**_facts(row), **facts}, now)])
    orderers = [row.by] if row.by.is_active else dispatching.staff_for(Role.DISPATCHER, row.from_division_id)
    _tell(orderers, "hand_down.reported", row, case)
    return row


def end_hand_overs(case: Case, now: dt.datetime) -> None:
    """The case came to an end: what was asked ends, what was ordered is reported by the solution.

    Their limits end with those of the case. Called within the transaction that ends it.
    """
    rows = HandOver.objects.filter(case=case)
    if case.state == State.RESOLVED:
        rows.to_report().update(state=Stage.REPORTED, answered_at=now)
    rows.filter(state__in=(Stage.ASKED, Stage.ORDERED)).update(state=Stage.ENDED, answered_at=now)


def open_hand_over(case: Case) -> HandOver | None:
    """The one that is asked or ordered; from the rows of the page where they were fetched."""
    rows = [row for row in case.hand_overs.all() if row.state in {Stage.ASKED, Stage.ORDERED}]
    return rows[0] if rows else None


def was_declined(row: HandOver) -> bool:
    """Whether the level that is asked has declined this case before."""
    earlier = HandOver.objects.filter(case=row.case_id, to_division=row.to_division_id, state=Stage.DECLINED)
    return earlier.exclude(pk=row.pk).exists()


def may_ask(case: Case, user: User) -> bool:
    above = levels.division_above(case.holder_code)
    if case.state not in WORKED_ON or not above or not levels.belongs_to_holder(case, user):
        return False
    row = open_hand_over(case)
    return row is None or row.state == Stage.ORDERED


def may_answer(case: Case, user: User) -> bool:
    row = open_hand_over(case) if user.role == Role.DISPATCHER else None
    return row is not None and row.state == Stage.ASKED and levels.answers(row, case, user)


def may_hand_down(case: Case, user: User) -> bool:
    if case.state not in WORKED_ON or not levels.lower_levels(case) or not levels.decides(case, user):
        return False
    row = open_hand_over(case)
    return row is None or (row.state == Stage.ORDERED and row.from_division_id.startswith(user.scope_code))


def may_report(case: Case, user: User) -> bool:
    row = open_hand_over(case) if user.role in {Role.OFFICER, *STAFF} else None
    return row is not None and row.state == Stage.ORDERED and levels.reports(row, case, user)


def _check_worked_on(case: Case, move: str | Promise) -> None:
    if case.state not in WORKED_ON:
        raise IllegalMove(move=move, state=State(case.state).label)


def _check_reason(reason: str, allowed: Iterable[str]) -> None:
    if reason not in allowed:
        raise MissingInput(field="reason")


def _is_repeat(row: HandOver, way: str, by: User, reason: str, note: str) -> bool:
    """The same form once more: same person, way, reason and words."""
    return (row.direction, row.by_id, row.reason, row.note.text) == (way, by.pk, reason, note.strip())


def _lock_both(hand_over: HandOver) -> tuple[Case, HandOver]:
    """The case first, as everywhere; its hand-overs change under this lock only."""
    case = lock(Case(pk=hand_over.case_id))
    rows = HandOver.objects.select_related("from_division", "to_division", "by", "answer")
    return case, rows.get(pk=hand_over.pk)


def _open(case: Case, way: str, target: str, *, reason: str, note: Note, by: User, at: dt.datetime) -> HandOver:
    """A new row with its limit, counted by the calendar of the level that has to act."""
    code = deadlines.HAND_UP_ANSWER if way == Way.UP else deadlines.HAND_DOWN_REPORT
    rule = deadlines.rules(code)[code]
    limit = deadlines.build(case, rule, start=at, local_holidays=local_holidays_of(target))
    Deadline.objects.bulk_create([limit])
    divisions = Division.objects.in_bulk([case.holder_code, target])
    return HandOver.objects.create(
        case=case,
        direction=way,
        state=Stage.ASKED if way == Way.UP else Stage.ORDERED,
        from_division=divisions[case.holder_code],
        to_division=divisions[target],
        reason=reason,
        note=note,
        by=by,
        at=at,
        deadline=limit,
    )


def _close(row: HandOver, state: str, *, by: User, at: dt.datetime, answer: Note | None) -> None:
    row.state, row.answered_by, row.answered_at, row.answer = state, by, at, answer
    row.save(update_fields=["state", "answered_by", "answered_at", "answer"])


def _end(case: Case, row: HandOver | None, now: dt.datetime) -> None:
    """An open order is replaced; its limit is no longer asked for."""
    if row is None:
        return
    row.state, row.answered_at = Stage.ENDED, now
    row.save(update_fields=["state", "answered_at"])
    deadlines.cancel(case, now, rule_code=deadlines.HAND_DOWN_REPORT)


def _pass_on(case: Case, row: HandOver, *, by: User, at: dt.datetime, facts: dict[str, object]) -> None:
    """Let the case change hands: referrals are recalled, the new level's lead gets it, no time is given back."""
    handed = ledger.Entry(EventKind.HANDED_OVER, by, {**_facts(row), **facts}, at)
    case.held_level = levels.level_of(row.to_division_id)
    recall_all(case, at)
    holidays = local_holidays_of(row.to_division_id)
    decision = _decide(case, row, local_day(at), holidays)
    routed, changed = dispatching.send(case, decision, by=by, at=at, local_holidays=holidays)
    ledger.append(case, [handed, routed], update=changed | {"held_level"})


def _decide(case: Case, row: HandOver, day: dt.date, holidays: frozenset[dt.date]) -> routing.Decision:
    target = row.to_division_id
    facts = facts_of(case, has_organisation=case.parties.exclude(organisation="").exists())
    if row.direction == Way.DOWN and len(target) >= routing.TOWNSHIP_DIGITS:
        department = Department.objects.get(pk=routing.TOWNSHIP_DEPARTMENT)
        reasons = [{"code": "handed_down", "division": target}]
        return routing.Decision(routing.Target(department, target, None), reasons=reasons, facts=facts.stored(()))
    if levels.level_of(target) == Division.Level.PREFECTURE:
        return routing.Decision(None, reasons=[{"code": "prefecture_decides"}], facts=facts.stored(()))
    return routing.decide(
        category=case.category,
        centre_code=target,
        place_code=case.division_id,
        day=day,
        local_holidays=holidays,
        facts=facts,
    )


def _people_below(case: Case, row: HandOver) -> list[User]:
    """Who asked, the staff of that level, and the officers who have led the case until now."""
    lead = Referral.objects.current().leading().filter(case=case).first()
    officers = dispatching.officers_of(lead) if lead else []
    return list({user.pk: user for user in [row.by, *_staff_of(row.from_division_id), *officers]}.values())


def _staff_of(division: str) -> list[User]:
    """The dispatchers of exactly this level; its clerks where it has none."""
    found = list(User.objects.filter(role__in=STAFF, is_active=True, division=division))
    return [user for user in found if user.role == Role.DISPATCHER] or found


def _facts(row: HandOver) -> dict[str, object]:
    """What the ledger says of a hand-over."""
    return {
        "hand_over": row.pk,
        "direction": str(row.direction),
        "origin": row.from_division_id,
        "target": row.to_division_id,
        "reason": str(row.reason),
    }


def _tell(people: Iterable[User], kind: str, row: HandOver, case: Case) -> None:
    notify(
        people,
        kind,
        key=f"hand_over:{row.pk}:{row.state}",
        params={
            "number": case.number,
            "origin": in_each_language(lambda: row.from_division.name),
            "target": in_each_language(lambda: row.to_division.name),
        },
        url=reverse("cases:detail", args=[case.number]),
    )
