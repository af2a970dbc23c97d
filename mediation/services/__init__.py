"""The use cases of mediation: the only place where its state changes."""

from mediation.services.agreements import (
    AlreadyPerformed,
    NoAgreement,
    WrongDay,
    may_record_performance,
    reach_agreement,
    record_performance,
)
from mediation.services.assigning import (
    AlreadyAssigned,
    HasWithdrawn,
    InConflict,
    NotAssignable,
    assign_mediator,
    recuse,
)
from mediation.services.clarity import Fault, Term, UnclearAgreement

__all__ = (
    "AlreadyAssigned",
    "AlreadyPerformed",
    "Fault",
    "HasWithdrawn",
    "InConflict",
    "NoAgreement",
    "NotAssignable",
    "Term",
    "UnclearAgreement",
    "WrongDay",
    "assign_mediator",
    "may_record_performance",
    "reach_agreement",
    "record_performance",
    "recuse",
)
