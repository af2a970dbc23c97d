from mediation.models.absence import Absence
from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import Committee, Mediator, MediatorQuerySet
from mediation.models.conflict import Conflict
from mediation.models.follow_up import FollowUp
from mediation.models.obligation import Instalment, Obligation
from mediation.models.recusal import Recusal
from mediation.models.session import Attendance, Minutes, RightsNotice, Room, Session
from mediation.models.session_mediator import SessionMediator

__all__ = (
    "Absence",
    "Agreement",
    "Assignment",
    "Attendance",
    "Committee",
    "Conflict",
    "FollowUp",
    "Instalment",
    "Mediator",
    "MediatorQuerySet",
    "Minutes",
    "Obligation",
    "Recusal",
    "RightsNotice",
    "Room",
    "Session",
    "SessionMediator",
)
