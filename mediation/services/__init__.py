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

__all__ = (
    "AlreadyAssigned",
    "HasWithdrawn",
    "InConflict",
    "NoAgreement",
    "NotAssignable",
    "assign_mediator",
    "reach_agreement",
    "recuse",
)
