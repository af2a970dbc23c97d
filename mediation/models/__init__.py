from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import Committee, Mediator, MediatorQuerySet
from mediation.models.conflict import Conflict
from mediation.models.follow_up import FollowUp
from mediation.models.obligation import Instalment, Obligation
from mediation.models.paper import (
    CaseFile,
    DocxTemplate,
    InvestigationRecord,
    MadePaper,
    PaperKind,
    PaperTemplate,
    PowerOfAttorney,
    Replacement,
)
from mediation.models.session import Attendance, Minutes, RightsNotice, Room, Session

__all__ = (
    "Agreement",
    "Assignment",
    "Attendance",
    "CaseFile",
    "Committee",
    "Conflict",
    "DocxTemplate",
    "FollowUp",
    "Instalment",
    "InvestigationRecord",
    "MadePaper",
    "Mediator",
    "MediatorQuerySet",
    "Minutes",
    "Obligation",
    "PaperKind",
    "PaperTemplate",
    "PowerOfAttorney",
    "Replacement",
    "RightsNotice",
    "Room",
    "Session",
)
