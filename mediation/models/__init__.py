from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import Committee, Mediator, MediatorQuerySet
from mediation.models.conflict import Conflict
from mediation.models.follow_up import FollowUp

__all__ = ("Agreement", "Assignment", "Committee", "Conflict", "FollowUp", "Mediator", "MediatorQuerySet")
