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
from cases.services.limits import extend_limit, pause_limit, recompute_limit, resume_limit
from cases.services.opening import CaseInput, PartyInput, accept_case, open_case, refuse_case
from cases.services.referrals import return_referral, rule_lead, sign_referral

__all__ = (
    "CaseInput",
    "PartyInput",
    "accept_case",
    "close_case",
    "end_unresolved",
    "extend_limit",
    "give_to_mediator",
    "open_case",
    "pause_limit",
    "recompute_limit",
    "record_progress",
    "refuse_case",
    "reopen_case",
    "resolve_case",
    "resume_limit",
    "return_referral",
    "rule_lead",
    "sign_referral",
    "start_follow_up",
    "withdraw_case",
)
