"""Rating the risk of a case: computed when it is registered, reopened or fails, and when a visit finds signs of
escalation; set by hand with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from accounts.models import User
from cases import ledger, risk, workflow
from cases.models import Case, EventKind, Person, RiskLevel
from cases.services.common import lock, write_note
from cases.services.dispatching import tell_dispatchers
from cases.states import GUIDED_OUTCOMES
from governance_center.calendar import local_day
from governance_center.errors import MissingInput, NotAllowed
from governance_center.transactions import atomic

ADULT_YEARS = 18
BY_HAND, SIGNS = "by_hand", "visit_signs"


def prepare(
    case: Case, *, people: Sequence[Person], at: dt.datetime, police_calls: int = 0, signs: risk.Signs | None = None
) -> tuple[list[ledger.Entry], set[str]]:
    """Rate a locked case in memory; returns the ledger entry (none where nothing changed) and the changed fields.

    A level that was set by hand stays until the score rises above the one it was set at; a computed level
    never falls by itself.

    Args:
        police_calls: how often the police were called before; when left out, as often as rated last.
        signs: what a visit has found now; when left out, what the last that found some has found.
    """
    seen = facts_of(case, people, at=at, earlier=case.repeat_of)
    parts = risk.score(replace(seen, police_calls=police_calls or _police_calls(case)))
    found, by_hand = signs.as_json() if signs else _part(case, SIGNS), _part(case, BY_HAND)
    points = risk.total(parts) + (found["points"] if found else 0)
    level = max(int(risk.level_of(points)), case.risk_level)
    if by_hand and points <= by_hand["score"]:
        level = by_hand["level"]
    stored = [*(part.as_json() for part in parts), *(part for part in (found, by_hand) if part)]
    if (points, level, stored) == (case.risk_score, case.risk_level, case.risk_parts):
        return [], set()
    case.risk_score, case.risk_level, case.risk_parts = points, level, stored
    _alert(case)
    computed = {part["code"]: part["points"] for part in stored if part["code"] != BY_HAND}
    facts = {"score": points, "level": level, "parts": computed}
    return [ledger.Entry(EventKind.RISK_RATED, None, facts, at)], {"risk_score", "risk_level", "risk_parts"}


def on_reopened(*, case: Case, by: User | None) -> None:
    """A case that came back is rated again; its publisher holds the lock."""
    _rate(case)


def on_unresolved(*, case: Case, by: User | None) -> None:
    """No solution was found: that weighs when it comes again."""
    _rate(case)


def rate_signs(*, case: Case, signs: risk.Signs) -> None:
    """A visit found signs of escalation: they weigh until a later visit finds others. The caller holds the lock."""
    _rate(case, signs)


def may_set(case: Case, user: User) -> bool:
    """A dispatcher whose division holds the place, while the case is open."""
    return case.is_open and workflow.Actor.DISPATCH in workflow.relations(user, case)


@atomic
def set_level(*, case: Case, by: User, level: int, note: str) -> Case:
    """The dispatcher sets the level, with a reason that stands in the history.

    Raises:
        NotAllowed: not a dispatcher of the place, or the case is at its end.
        MissingInput: no level of the list, or no reason.
    """
    case, now = lock(case), timezone.now()
    if not may_set(case, by):
        raise NotAllowed()
    if level not in RiskLevel.values:
        raise MissingInput(field="level")
    _written, digest = write_note(case, by=by, text=note, at=now)
    facts = {"from": case.risk_level, "level": int(level), "score": case.risk_score, **digest}
    computed = [part for part in case.risk_parts if part["code"] != BY_HAND]
    hand = {"code": BY_HAND, "points": 0, "evidence": [], "level": int(level), "score": case.risk_score}
    case.risk_level, case.risk_parts = level, [*computed, hand]
    _alert(case)
    ledger.append(case, [ledger.Entry(EventKind.RISK_RATED, by, facts, now)], update={"risk_level", "risk_parts"})
    return case


def _rate(case: Case, signs: risk.Signs | None = None) -> None:
    people = [party.person for party in case.parties.select_related("person") if party.person]
    entries, changed = prepare(case, people=people, at=timezone.now(), signs=signs)
    if entries:
        ledger.append(case, entries, update=changed)


def facts_of(case: Case, people: Sequence[Person], *, at: dt.datetime, earlier: Case | None) -> risk.Facts:
    """What the score is made of, for a case that may still be unsaved.

    Args:
        people: the persons among its parties.
        earlier: the case on the same matter before it.
    """
    day = local_day(at)
    born_after = (day.year - ADULT_YEARS, day.month, day.day)
    failed = case.outcome in GUIDED_OUTCOMES or bool(earlier and earlier.outcome in GUIDED_OUTCOMES)
    return risk.Facts(
        text=f"{case.title}\n{case.narrative}",
        people=case.people_involved or len(people),
        amount=case.amount,
        minors=sum(1 for person in people if person.birth_date and person.birth_date.timetuple()[:3] > born_after),
        is_repeat=earlier is not None,
        reopened=case.reopened_count,
        mediation_failed=failed,
    )


def _police_calls(case: Case) -> int:
    """As the case was rated last; the calls themselves are kept with the visit."""
    part = _part(case, "police_calls")
    return int(part["evidence"][0]) if part else 0


def _part(case: Case, code: str) -> dict[str, Any] | None:
    return next((part for part in case.risk_parts if part["code"] == code), None)


def _alert(case: Case) -> None:
    """A high risk is told to the dispatchers at once, and once."""
    if case.risk_level == RiskLevel.HIGH:
        tell_dispatchers(case, "case.high_risk", key=f"case:{case.pk}:high_risk")
