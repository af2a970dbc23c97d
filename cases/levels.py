"""The levels that a case may be held at, and who stands where: codes and questions, nothing is changed here.

Village or community, township or street, county or city, prefecture: the length of a division's code tells its level.
"""

from __future__ import annotations

from accounts.models import Role, User
from cases import workflow
from cases.models import Case, HandOver, Referral
from departments.models import CODE_LENGTHS, Division

LOWER: dict[str, tuple[str, ...]] = {
    Division.Level.PREFECTURE: (Division.Level.COUNTY, Division.Level.TOWNSHIP, Division.Level.VILLAGE),
    Division.Level.COUNTY: (Division.Level.TOWNSHIP, Division.Level.VILLAGE),
    Division.Level.TOWNSHIP: (Division.Level.VILLAGE,),
    Division.Level.VILLAGE: (),
}
"""The levels below each level, the nearest first."""


def level_of(code: str) -> str:
    """The level of a division by its code (4, 6, 9 or 12 digits)."""
    return next(level for level, length in CODE_LENGTHS.items() if length == len(code))


def division_above(code: str) -> str:
    """The code of the division one level above; empty above the prefecture."""
    return code[: {12: 9, 9: 6, 6: 4}.get(len(code), 0)]


def at_or_below(code: str) -> list[str]:
    """The level of a division and those below it: what its dispatchers decide."""
    return [level_of(code), *LOWER[level_of(code)]] if code else []


def division_at(case: Case, level: str) -> str:
    """The code of the division of ``level`` that holds the place of the case; shorter where the place names none."""
    return case.division_id[: CODE_LENGTHS[level]]


def lower_levels(case: Case) -> list[str]:
    """The levels to which the case can be handed down: below the present one, and named by its place."""
    return [level for level in LOWER[case.held_level] if CODE_LENGTHS[level] <= len(case.division_id)]


def routing_code(case: Case) -> str:
    """The centre by whose stations a case is given to a department: the one that has it, or its county's."""
    return case.holder_code if len(case.holder_code) <= CODE_LENGTHS["county"] else case.centre_id


def decides(case: Case, user: User) -> bool:
    """A dispatcher of the level that holds the case, or of one above it."""
    in_reach = workflow.Actor.DISPATCH in workflow.relations(user, case)
    return in_reach and case.holder_code.startswith(user.scope_code)


def belongs_to_holder(case: Case, user: User) -> bool:
    """Who speaks for the level that holds the case.

    Its own clerks; the dispatchers of it and of the levels above; the officers who lead the case there. Officers of
    a level below return a referral instead, so that no level is passed over.
    """
    if user.role == Role.CLERK:
        return user.scope_code == case.holder_code and workflow.Actor.DESK in workflow.relations(user, case)
    if user.role == Role.OFFICER:
        reaches = bool(user.scope_code) and case.holder_code.startswith(user.scope_code)
        return reaches and workflow.Actor.LEAD in workflow.relations(user, case)
    return decides(case, user)


def answers(hand_over: HandOver, case: Case, user: User) -> bool:
    """A dispatcher of the level that was asked, or of one above it."""
    in_reach = workflow.Actor.DISPATCH in workflow.relations(user, case)
    return in_reach and hand_over.to_division_id.startswith(user.scope_code)


def reports(hand_over: HandOver, case: Case, user: User) -> bool:
    """The officers who lead the case, and the clerks and dispatchers of the level that was ordered."""
    if user.role == Role.OFFICER:
        return workflow.Actor.LEAD in workflow.relations(user, case)
    mine = workflow.relations(user, case) & {workflow.Actor.DESK, workflow.Actor.DISPATCH}
    return bool(mine) and user.scope_code == hand_over.to_division_id


def level_now(case: Case) -> str:
    """The level at which the case is solved if it is solved now: its lead's, or the one that holds it."""
    lead = Referral.objects.current().leading().filter(case=case).first()
    return level_of(lead.division_id) if lead else case.held_level
