from cases.models.case import Case, CaseAccess, CaseNumberSeries, CaseParty, Channel, Note
from cases.models.category import Category, CategoryAssistant, CodeEntry, Kind, PetitionClass
from cases.models.event import CaseEvent, EventKind
from cases.models.limit import Deadline, LimitRule
from cases.models.person import Gender, Person
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
    "Gender",
    "Kind",
    "LimitRule",
    "Note",
    "Person",
    "PetitionClass",
    "Referral",
    "RoutingDecision",
)
