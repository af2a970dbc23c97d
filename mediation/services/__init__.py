"""The use cases of mediation: the only place where its state changes."""

from mediation.services.agreements import NoAgreement, SignedAlready, correct_agreement, reach_agreement
from mediation.services.assigning import (
    AlreadyAssigned,
    HasWithdrawn,
    InConflict,
    IsAbsent,
    IsAway,
    NotAssignable,
    assign_mediator,
    recuse,
)
from mediation.services.backlog import CaseTaken, Proposal, apply_backlog, propose_backlog
from mediation.services.clarity import Fault, Term, UnclearAgreement
from mediation.services.performing import AlreadyPerformed, WrongDay, may_record_performance, record_performance
from mediation.services.team import NoLead, TeamFull, add_assistant, make_lead, may_change_team, release_assistant

__all__ = (
    "AlreadyAssigned",
    "AlreadyPerformed",
    "CaseTaken",
    "Fault",
    "HasWithdrawn",
    "InConflict",
    "IsAbsent",
    "IsAway",
    "NoAgreement",
    "NoLead",
    "NotAssignable",
    "Proposal",
    "SignedAlready",
    "TeamFull",
    "Term",
    "UnclearAgreement",
    "WrongDay",
    "add_assistant",
    "apply_backlog",
    "assign_mediator",
    "correct_agreement",
    "make_lead",
    "may_change_team",
    "may_record_performance",
    "propose_backlog",
    "reach_agreement",
    "record_performance",
    "recuse",
    "release_assistant",
)
