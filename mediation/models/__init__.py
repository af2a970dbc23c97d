from mediation.models.agreement import Agreement
from mediation.models.assignment import Assignment
from mediation.models.committee import Committee, Mediator, MediatorQuerySet
from mediation.models.confirmation import Confirmation
from mediation.models.conflict import Conflict
from mediation.models.consent import ExtensionConsent
from mediation.models.follow_up import FollowUp
from mediation.models.obligation import Instalment, Obligation
from mediation.models.performance import CourtGuidance, Urging
from mediation.models.session import Attendance, Minutes, RightsNotice, Room, Session
from mediation.models.signature import Signature

__all__ = (
    "Agreement",
    "Assignment",
    "Attendance",
    "Committee",
    "Confirmation",
    "Conflict",
    "CourtGuidance",
    "ExtensionConsent",
    "FollowUp",
    "Instalment",
    "Mediator",
    "MediatorQuerySet",
    "Minutes",
    "Obligation",
    "RightsNotice",
    "Room",
    "Session",
    "Signature",
    "Urging",
)
