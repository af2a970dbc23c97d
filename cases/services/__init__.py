"""The use cases of ``cases``: the only place where the state of a case changes."""

from cases.services.handling import (
    close_case,
    end_unresolved,
    give_to_mediator,
    record_progress,
    reopen_case,
    resolve_case,
    start_follow_up,
    withdraw_case,
)
from cases.services.opening import CaseInput, PartyInput, accept_case, open_case, refuse_case
from cases.services.referrals import return_referral, rule_lead, sign_referral

__all__ = (
    "CaseInput",
    "PartyInput",
    "accept_case",
    "close_case",
    "end_unresolved",
    "give_to_mediator",
    "open_case",
    "record_progress",
    "refuse_case",
    "reopen_case",
    "resolve_case",
    "return_referral",
    "rule_lead",
    "sign_referral",
    "start_follow_up",
    "withdraw_case",
)
