"""The use cases of mediation: the only place where its state changes."""

from mediation.services.agreements import NoAgreement, reach_agreement
from mediation.services.assigning import (
    AlreadyAssigned,
    HasWithdrawn,
    InConflict,
    NotAssignable,
    assign_mediator,
    recuse,
)
from mediation.services.backlog import CaseTaken, Proposal, apply_backlog, propose_backlog

__all__ = (
    "AlreadyAssigned",
    "CaseTaken",
    "HasWithdrawn",
    "InConflict",
    "NoAgreement",
    "NotAssignable",
    "Proposal",
    "apply_backlog",
    "assign_mediator",
    "propose_backlog",
    "reach_agreement",
    "recuse",
)
