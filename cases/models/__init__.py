from cases.models.case import Case, CaseAccess, CaseNumberSeries, CaseParty, Channel, Note
from cases.models.category import Category, CategoryAssistant, CodeEntry, Kind, PetitionClass
from cases.models.event import CaseEvent, EventKind
from cases.models.limit import Deadline, LimitRule
from cases.models.person import (
    FamilyLink,
    Gender,
    IdentityDocument,
    Need,
    Person,
    PersonKey,
    PersonMerge,
    PersonPhone,
)
from cases.models.referral import Referral
from cases.models.routing import RoutingDecision

__all__ = (
    "Case",
    "CaseAccess",
    "CaseEvent",
    "CaseNumberSeries",
    "CaseParty",
    "Category",
    "CategoryAssistant",
    "Channel",
    "CodeEntry",
    "Deadline",
    "EventKind",
    "FamilyLink",
    "Gender",
    "IdentityDocument",
    "Kind",
    "LimitRule",
    "Need",
    "Note",
    "Person",
    "PersonKey",
    "PersonMerge",
    "PersonPhone",
    "PetitionClass",
    "Referral",
    "RoutingDecision",
)
