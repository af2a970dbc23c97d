from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import Committee, Mediator, MediatorQuerySet
from mediation.models.conflict import Conflict
from mediation.models.follow_up import FollowUp
from mediation.models.notice import Notice
from mediation.models.obligation import Instalment, Obligation
from mediation.models.reminder import Reminder
from mediation.models.session import Attendance, Minutes, RightsNotice, Room, Session

__all__ = (
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
    "Notice",
    "Obligation",
    "Reminder",
    "RightsNotice",
    "Room",
    "Session",
)
