"""The use cases of mediation: the only place where its state changes."""

from mediation.services.agreements import NoAgreement, reach_agreement
from mediation.services.assigning import AlreadyAssigned, NotAssignable, assign_mediator

__all__ = ("AlreadyAssigned", "NoAgreement", "NotAssignable", "assign_mediator", "reach_agreement")
