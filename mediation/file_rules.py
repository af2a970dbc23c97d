"""Which parts of the file are required (人民调解文书格式, 卷内目录): one table over a few facts, nothing else."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cases.models import Part
from cases.states import RESOLVED_OUTCOMES, Outcome, State
from mediation.file_facts import FileFacts

ENDED = (State.RESOLVED, State.UNRESOLVED, State.FOLLOWING_UP, State.CLOSED)


class Need(enum.StrEnum):
    REQUIRED = "required"
    LATER = "later"
    """required once the matter has come so far"""
    AS_NEEDED = "as_needed"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rule asks of a case."""

    is_represented: bool = False
    has_session: bool = False
    is_ended: bool = False
    is_agreed: bool = False
    """ended by a written or an oral agreement"""
    is_resolved: bool = False
    is_performed: bool = False
    """something owed was performed, or its performance urged"""
    is_followed_up: bool = False
    is_confirmation_asked: bool = False
    is_closed: bool = False


def needs(standing: Standing) -> Mapping[Part, Need]:
    """What each part of the file is, in the prescribed order."""
    s = standing

    def once(condition: bool, *, coming: bool = False) -> Need:
        return Need.REQUIRED if condition else Need.LATER if coming else Need.AS_NEEDED

    return {
        Part.APPLICATION: Need.REQUIRED,
        Part.RIGHTS: Need.REQUIRED,
        Part.IDENTITY: Need.REQUIRED,
        Part.POWER_OF_ATTORNEY: once(s.is_represented),
        Part.INVESTIGATION: Need.AS_NEEDED,
        Part.EVIDENCE: Need.AS_NEEDED,
        Part.MEDIATION: once(s.has_session or s.is_ended, coming=True),
        Part.AGREEMENT: once(s.is_agreed, coming=not s.is_ended),
        Part.PERFORMANCE: once(s.is_performed),
        Part.FOLLOW_UP: once(s.is_followed_up or (s.is_closed and s.is_resolved), coming=not s.is_closed),
        Part.CONFIRMATION: once(s.is_confirmation_asked),
        Part.CLOSING: once(s.is_closed, coming=True),
    }


def missing(standing: Standing, there: Collection[str]) -> list[Part]:
    """The required parts of which nothing is there."""
    return [part for part, need in needs(standing).items() if need == Need.REQUIRED and part not in there]


def standing_of(facts: FileFacts) -> Standing:
    """What the rule has to know of a case."""
    case = facts.case
    duties = [duty for row in facts.agreements for duty in row.obligations.all()]
    return Standing(
        is_represented=bool(facts.powers) or any(one.part == "representative" for one in facts.parties),
        has_session=bool(facts.sessions),
        is_ended=case.state in ENDED,
        is_agreed=case.outcome in {Outcome.WRITTEN_AGREEMENT, Outcome.ORAL_AGREEMENT},
        is_resolved=case.outcome in RESOLVED_OUTCOMES,
        is_performed=bool(facts.urgings)
        or any(part.performed_on for duty in duties for part in (duty, *duty.instalments.all())),
        is_followed_up=bool(facts.follow_ups),
        is_confirmation_asked=bool(facts.confirmations),
        is_closed=case.state == State.CLOSED,
    )
