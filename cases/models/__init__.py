from cases.models.appointment import Appointment, OnCallCall
from cases.models.case import Case, CaseAccess, CaseNumberSeries, CaseParty, Channel, Note, RiskLevel
from cases.models.category import Category, CategoryAssistant, CodeEntry, Kind, PetitionClass
from cases.models.document import Document, DocumentContent, Part
from cases.models.event import CaseEvent, EventKind
from cases.models.exclusion import Exclusion
from cases.models.expert import Expert, ExpertAppointment
from cases.models.hand_over import HandOver
from cases.models.limit import Colour, Deadline, DeadlineExtension, DeadlinePause, LimitRule
from cases.models.person import (
    Education,
    FamilyLink,
    Gender,
    IdentityDocument,
    Need,
    Person,
    PersonKey,
    PersonKind,
    PersonMerge,
    PersonPhone,
)
from cases.models.referral import Referral
from cases.models.routing import RoutingDecision
from cases.models.rule import RoutingRule, RoutingRuleVersion, Screening, StatutoryRoute
from cases.models.whistle import SupervisionOrder, Whistle, WhistleCall

__all__ = (
    "Appointment",
    "Case",
    "CaseAccess",
    "CaseEvent",
    "CaseNumberSeries",
    "CaseParty",
    "Category",
    "CategoryAssistant",
    "Channel",
    "CodeEntry",
    "Colour",
    "Deadline",
    "DeadlineExtension",
    "DeadlinePause",
    "Document",
    "DocumentContent",
    "Education",
    "EventKind",
    "Exclusion",
    "Expert",
    "ExpertAppointment",
    "FamilyLink",
    "Gender",
    "HandOver",
    "IdentityDocument",
    "Kind",
    "LimitRule",
    "Need",
    "Note",
    "OnCallCall",
    "Part",
    "Person",
    "PersonKey",
    "PersonKind",
    "PersonMerge",
    "PersonPhone",
    "PetitionClass",
    "Referral",
    "RiskLevel",
    "RoutingDecision",
    "RoutingRule",
    "RoutingRuleVersion",
    "Screening",
    "StatutoryRoute",
    "SupervisionOrder",
    "Whistle",
    "WhistleCall",
)
