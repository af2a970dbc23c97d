"""The use cases of the desk: the only place where visits, tickets and imports change."""

from intake.services.registration import OtherParty, WalkIn, register_walk_in
from intake.services.sources import SourceInput, call_back
from intake.services.visits import VisitInput, answer_visit, attach_visit

__all__ = (
    "OtherParty",
    "SourceInput",
    "VisitInput",
    "WalkIn",
    "answer_visit",
    "attach_visit",
    "call_back",
    "register_walk_in",
)
