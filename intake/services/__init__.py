"""The use cases of the desk: the only place where visits, tickets and imports change."""

from intake.services.registration import OtherParty, WalkIn, register_walk_in

__all__ = ("OtherParty", "WalkIn", "register_walk_in")
