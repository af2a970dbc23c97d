"""A second count of the ledger, straight over its lines: a few lines of Python for each figure, nothing of the project.

It stands beside the numbers written by hand (:mod:`tests.reporting.hand.expected`): where both agree, and the roll-ups
with them, three ways lead to the same number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.reporting.hand.rows import LOCAL, WORDS, Line, lines

RESOLVED = {"settled", "oral_agreement", "written_agreement", "service_done"}
GUIDED = {"to_court", "to_arbitration"}
Case = tuple[str, dt.date, bool, bool]
"""Number, day, in the numerator, in the denominator."""


def day(at: dt.datetime) -> dt.date:
    return at.astimezone(LOCAL).date()


def end(line: Line) -> tuple[str, dt.datetime | None]:
    """How the case stands, and since when."""
    last, at = "open", None
    for word, when in line.steps:
        if word == "reopened":
            last, at = "open", None
        elif word != "closed":
            last = "resolved" if word in RESOLVED else "guided" if word in GUIDED else word.split(":")[0]
            at = when
    return last, at


def is_counted(line: Line) -> bool:
    return line.accepted is not None and line.category != "legal_advice" and end(line)[0] != "merged"


def was_resolved(line: Line) -> bool:
    return any(word in RESOLVED for word, _at in line.steps)


def relapsed(line: Line) -> bool:
    solved: dt.datetime | None = None
    for word, at in line.steps:
        if word in RESOLVED:
            solved = at
        elif word == "reopened" and solved is not None and at - solved <= dt.timedelta(days=180):
            return True
    return False


def is_closed(line: Line) -> bool:
    return bool(line.steps) and line.steps[-1][0] == "closed"


def late(line: Line, now: dt.datetime) -> bool:
    return end(line)[0] == "open" and any(
        limit.met is None and not limit.cancelled and limit.paused is None and limit.due <= now for limit in line.limits
    )


def cohort(
    above: Callable[[Line], bool], below: Callable[[Line], bool] = lambda _line: True
) -> Callable[[Line], list[Case]]:
    def of(line: Line) -> list[Case]:
        if not is_counted(line) or not below(line):
            return []
        assert line.accepted is not None
        return [(line.number, day(line.accepted), above(line), True)]

    return of


def is_resolved(line: Line) -> bool:
    return end(line)[0] == "resolved"


def quick(line: Line) -> bool:
    at = end(line)[1]
    return bool(at and line.accepted and at - line.accepted < dt.timedelta(hours=1))


def mediated(line: Line) -> list[Case]:
    how, at = end(line)
    word = next((word for word, when in line.steps if when == at), "")
    if "med" not in line.words or not at or not is_counted(line):
        return []
    if word in {"oral_agreement", "written_agreement"}:
        return [(line.number, day(at), True, True)]
    return [(line.number, day(at), False, True)] if how == "guided" else []


def over(line: Line, now: dt.datetime) -> list[Case]:
    """The limits that are over, by their last day."""
    if end(line)[0] == "merged":
        return []
    return [
        (line.number, last, limit.met is not None and limit.met <= limit.due, True)
        for limit in line.limits
        if not limit.cancelled and limit.paused is None
        and (last := day(limit.due - dt.timedelta(microseconds=1))) < day(now)
    ]  # fmt: skip


def performed(line: Line, now: dt.datetime) -> list[Case]:
    parts = [part for owed in line.due for part in owed]
    if not parts or max(when for when, _kept in parts) >= day(now):
        return []
    return [(line.number, max(when for when, _kept in parts), all(kept for _when, kept in parts), True)]


def figures(now: dt.datetime) -> dict[str, Callable[[Line], list[Case]]]:
    """How each figure of the table is counted."""
    how = end
    return {
        "accepted": cohort(lambda line: True),
        "resolution_rate": cohort(is_resolved),
        "adjusted_rate": cohort(is_resolved, lambda line: "excluded" not in line.words),
        "open": cohort(lambda line: how(line)[0] == "open"),
        "overdue": cohort(lambda line: late(line, now)),
        "withdrawn": cohort(lambda line: how(line)[0] == "withdrawn"),
        "guided": cohort(lambda line: how(line)[0] == "guided"),
        "reopened": cohort(lambda line: any(word == "reopened" for word, _at in line.steps)),
        "relapse_rate": cohort(relapsed, was_resolved),
        "contained_rate": cohort(lambda line: bool(line.words & {"village", "township"}), is_resolved),
        "one_trip_rate": cohort(lambda line: trips(line) <= 1, is_resolved),
        "quick_rate": cohort(quick, is_resolved),
        "repeat_rate": cohort(lambda line: "repeat" in line.words),
        "satisfaction": cohort(lambda line: bool(line.words & {"content", "fairly"}),
                               lambda line: is_closed(line) and bool(line.words & WORDS)),
        "answer_rate": cohort(lambda line: bool(line.words & WORDS), is_closed),
        "merged": lambda line: [(line.number, day(line.accepted), True, True)]
            if line.accepted and how(line)[0] == "merged" else [],
        "refusal_rate": lambda line: [(line.number, day(line.registered), how(line)[0] == "refused", True)],
        "consultations": lambda line: [(line.number, day(line.accepted), True, True)]
            if line.accepted and line.category == "legal_advice" else [],
        "resolved_in_period": lambda line: [(line.number, day(at), True, True)]
            if is_counted(line) and is_resolved(line) and (at := how(line)[1]) else [],
        "mediation_success": mediated,
        "on_time_rate": lambda line: over(line, now),
        "bounce_rate": lambda line: [(line.number, day(lead.at), lead.returned, True) for lead in line.leads],
        "performance_rate": lambda line: performed(line, now),
    }  # fmt: skip


def count(
    code: str, lines: list[Line], scope: str, first: dt.date, last: dt.date, now: dt.datetime
) -> tuple[list[str], list[str]]:
    """The numbers of the cases in numerator and denominator; with several limits or referrals it is there as often."""
    found = [
        one for line in lines if line.place.startswith(scope) for one in figures(now)[code](line)
        if first <= one[1] <= last
    ]  # fmt: skip
    return [one[0] for one in found if one[2]], [one[0] for one in found if one[3]]


def trips(line: Line) -> int:
    """How often the petitioner came, also for what was merged into the case."""
    merged = [one for one in lines() if any(word == f"merged:{line.number}" for word, _at in one.steps)]
    return line.visits + sum(one.visits for one in merged)
