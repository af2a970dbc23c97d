from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import Committee, Mediator, MediatorQuerySet
from mediation.models.conflict import Conflict
from mediation.models.follow_up import FollowUp
from mediation.models.obligation import Instalment, Obligation
from mediation.models.plan import FollowUpCode, FollowUpPlan, VisitChannel
from mediation.models.prescription import PrescribedStep, Prescription
from mediation.models.second_call import SecondCallDraw, SecondCallShare
from mediation.models.session import Attendance, Minutes, RightsNotice, Room, Session

__all__ = (
    "Agreement",
    "Assignment",
    "Attendance",
    "Committee",
    "Conflict",
    "FollowUp",
    "FollowUpCode",
    "FollowUpPlan",
    "Instalment",
    "Mediator",
    "MediatorQuerySet",
    "Minutes",
    "Obligation",
    "PrescribedStep",
    "Prescription",
    "RightsNotice",
    "Room",
    "SecondCallDraw",
    "SecondCallShare",
    "Session",
    "VisitChannel",
)
