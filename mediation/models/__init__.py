from mediation.models.absence import MediatorAbsence
from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import (
    MEMBERS,
    Committee,
    CommitteeQuerySet,
    Employment,
    Mediator,
    MediatorQuerySet,
    Position,
    Qualification,
)
from mediation.models.confirmation import Confirmation
from mediation.models.conflict import Conflict
from mediation.models.consent import ExtensionConsent
from mediation.models.follow_up import FollowUp, differs_from_first
from mediation.models.hours import MediatorHours
from mediation.models.notice import Notice
from mediation.models.obligation import Instalment, Obligation
from mediation.models.offer import Offer, OfferAnswer, OfferInstalment, OfferTerm
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
from mediation.models.party_absence import PartyAbsence
from mediation.models.performance import CourtGuidance, Urging
from mediation.models.plan import FollowUpCode, FollowUpPlan, VisitChannel
from mediation.models.prescription import PrescribedStep, Prescription
from mediation.models.recusal import Recusal
from mediation.models.register_import import RegisterImport
from mediation.models.reminder import Reminder
from mediation.models.second_call import SecondCallDraw, SecondCallShare
from mediation.models.separate_talk import SeparateTalk
from mediation.models.session import Attendance, Minutes, RightsNotice, Room, Session
from mediation.models.session_mediator import SessionMediator
from mediation.models.session_room import SessionRoom
from mediation.models.signature import Signature
from mediation.models.statistics import Prevention, StatisticsEntry

__all__ = (
    "MEMBERS",
    "Agreement",
    "Assignment",
    "Attendance",
    "CaseFile",
    "Committee",
    "CommitteeQuerySet",
    "Confirmation",
    "Conflict",
    "CourtGuidance",
    "DocxTemplate",
    "Employment",
    "ExtensionConsent",
    "FollowUp",
    "FollowUpCode",
    "FollowUpPlan",
    "Instalment",
    "InvestigationRecord",
    "MadePaper",
    "Mediator",
    "MediatorAbsence",
    "MediatorHours",
    "MediatorQuerySet",
    "Minutes",
    "Notice",
    "Obligation",
    "Offer",
    "OfferAnswer",
    "OfferInstalment",
    "OfferTerm",
    "PaperKind",
    "PaperTemplate",
    "PartyAbsence",
    "Position",
    "PowerOfAttorney",
    "PrescribedStep",
    "Prescription",
    "Prevention",
    "Qualification",
    "Recusal",
    "RegisterImport",
    "Reminder",
    "Replacement",
    "RightsNotice",
    "Room",
    "SecondCallDraw",
    "SecondCallShare",
    "SeparateTalk",
    "Session",
    "SessionMediator",
    "SessionRoom",
    "Signature",
    "StatisticsEntry",
    "Urging",
    "VisitChannel",
    "differs_from_first",
)
