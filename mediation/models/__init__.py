from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import Committee, Mediator, MediatorQuerySet
from mediation.models.follow_up import FollowUp

__all__ = ("Agreement", "Assignment", "Committee", "FollowUp", "Mediator", "MediatorQuerySet")
