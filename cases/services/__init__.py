"""The use cases of ``cases``: the only place where the state of a case changes."""

from cases.services.correcting import Correction, correct_case
from cases.services.excluding import ask_exclusion, decide_exclusion, lift_exclusion
from cases.services.handling import (
    close_case,
    end_unresolved,
    give_to_mediator,
    record_progress,
    reopen_case,
    resolve_case,
    start_follow_up,
    take_from_mediator,
    withdraw_case,
)
from cases.services.levels import answer_hand_up, ask_hand_up, hand_down, report_hand_down
from cases.services.limits import extend_limit, pause_limit, recompute_limit, resume_limit
from cases.services.meeting import (
    call_again,
    call_now,
    cancel_appointment,
    make_appointment,
    note_arrival,
    settle_appointment,
)
from cases.services.merging import mark_repeat, merge_case
from cases.services.opening import CaseInput, PartyInput, accept_case, open_case, refuse_case
from cases.services.opinions import ask_opinion, give_opinion, lift_opinion
from cases.services.referrals import return_referral, rule_lead, sign_referral
from cases.services.restricting import lift_restriction, restrict_case
from cases.services.screening import screen_case
from cases.services.unmerging import undo_merge

__all__ = (
    "CaseInput",
    "Correction",
    "PartyInput",
    "accept_case",
    "answer_hand_up",
    "ask_exclusion",
    "ask_hand_up",
    "ask_opinion",
    "call_again",
    "call_now",
    "cancel_appointment",
    "close_case",
    "correct_case",
    "decide_exclusion",
    "end_unresolved",
    "extend_limit",
    "give_opinion",
    "give_to_mediator",
    "hand_down",
    "lift_exclusion",
    "lift_opinion",
    "lift_restriction",
    "make_appointment",
    "mark_repeat",
    "merge_case",
    "note_arrival",
    "open_case",
    "pause_limit",
    "recompute_limit",
    "record_progress",
    "refuse_case",
    "reopen_case",
    "report_hand_down",
    "resolve_case",
    "restrict_case",
    "resume_limit",
    "return_referral",
    "rule_lead",
    "screen_case",
    "settle_appointment",
    "sign_referral",
    "start_follow_up",
    "take_from_mediator",
    "undo_merge",
    "withdraw_case",
)
