from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import Committee, Mediator, MediatorQuerySet
from mediation.models.follow_up import FollowUp
from mediation.models.obligation import Instalment, Obligation

__all__ = (
    "Agreement",
    "Assignment",
    "Committee",
    "FollowUp",
    "Instalment",
    "Mediator",
    "MediatorQuerySet",
    "Obligation",
)
