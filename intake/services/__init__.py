"""The use cases of the desk: the only place where visits, tickets and imports change."""

from intake.services.desks import close_desk, hall_of, open_desk
from intake.services.queue import (
    call_next,
    end_leftovers,
    finish,
    finish_with_visit,
    leave,
    no_show,
    recall,
    start_serving,
    transfer,
)
from intake.services.registration import OtherParty, WalkIn, register_walk_in
from intake.services.sources import SourceInput, call_back
from intake.services.tickets import take_at_kiosk, take_ticket
from intake.services.visits import VisitInput, answer_visit, attach_visit

__all__ = (
    "OtherParty",
    "SourceInput",
    "VisitInput",
    "WalkIn",
    "answer_visit",
    "attach_visit",
    "call_back",
    "call_next",
    "close_desk",
    "end_leftovers",
    "finish",
    "finish_with_visit",
    "hall_of",
    "leave",
    "no_show",
    "open_desk",
    "recall",
    "register_walk_in",
    "start_serving",
    "take_at_kiosk",
    "take_ticket",
    "transfer",
)
