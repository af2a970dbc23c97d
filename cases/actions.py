"""What can be done on the page of a case: one table of actions, each with its form and its service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from cases import correction_actions, correction_forms, forms, level_actions, level_forms, levels, services, workflow
from cases.models import Case, Referral
from cases.sections import Action
from cases.services import correcting, excluding, merging, opinions, rating, restricting, unmerging
from cases.services import levels as hand_overs
from cases.services.handling import may_record_progress
from cases.services.referrals import ReturnTooLate, is_too_late
from cases.services.screening import QUESTIONS, may_screen
from cases.states import State

Run = Callable[[Case, User, dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class CaseAction:
    """An action: its words, its form, whether it is open to somebody now, and what it runs."""

    code: str
    label: str | Promise
    done: str | Promise
    icon: str
    form: type[django_forms.Form]
    may: Callable[[Case, User], bool]
    run: Run
    hint: str | Promise = ""
    is_main: bool = False
    about_case: bool = False
    """the form is made for the case: it offers what its place and history allow"""

    about_user: bool = False
    """and for whoever does it: it offers what they see"""

    def form_for(self, case: Case, data: Any, user: User) -> django_forms.Form:
        if self.about_user:
            return self.form(data, case=case, user=user)
        return self.form(data, case=case) if self.about_case else self.form(data)


def _has_move(code: str, *actors: workflow.Actor) -> Callable[[Case, User], bool]:
    def may(case: Case, user: User) -> bool:
        move = workflow.MOVES[code]
        wanted = set(actors) or move.actors
        if case.state not in move.sources or case.merged_into_id is not None:
            return False
        return bool(workflow.relations(user, case) & wanted)

    return may


def _may_rule(case: Case, user: User) -> bool:
    open_states = {State.ACCEPTED, State.IN_HANDLING}
    return case.is_contested and case.state in open_states and levels.decides(case, user)


def _screen(case: Case, user: User, data: dict[str, Any]) -> object:
    answers = {name: data[name] for name in QUESTIONS}
    return services.screen_case(case=case, by=user, answers=answers, route=data["route"], reason=data["reason"])


A = workflow.Actor

ACTIONS: Mapping[str, CaseAction] = {
    action.code: action
    for action in (
        CaseAction(
            "accept", _("Accept and route"), _("The case was accepted and routed."), "check", forms.ConfirmForm,
            _has_move("accept"), lambda case, user, data: services.accept_case(case=case, by=user), is_main=True,
        ),
        CaseAction(
            "refuse", _("Do not accept"), _("The case was not accepted."), "x", forms.RefuseForm,
            _has_move("refuse"), lambda case, user, data: services.refuse_case(case=case, by=user, **data),
        ),
        CaseAction(
            "screen", _("Screen for mediation"), _("The answers were kept."), "list-check", forms.ScreenForm,
            may_screen, _screen,
            hint=_("A yes keeps the matter out of mediation; then name the statutory route and the reason."),
        ),
        CaseAction(
            "rule", _("Decide who leads"), _("The ruling was made."), "gavel", forms.RuleForm,
            _may_rule, lambda case, user, data: services.rule_lead(case=case, by=user, **data),
            hint=_("The ruling binds the department; it cannot return the case again."), is_main=True,
        ),
        CaseAction(
            "progress", _("Record progress"), _("The progress was recorded."), "pencil", forms.ProgressForm,
            may_record_progress, lambda case, user, data: services.record_progress(case=case, by=user, **data),
        ),
        CaseAction(
            "settle", _("Resolve: settled or done"), _("The case was resolved."), "circle-check", forms.SettleForm,
            _has_move("resolve", A.LEAD), lambda case, user, data: services.resolve_case(case=case, by=user, **data),
            hint=_("A plan of follow-up visits is made at once."),
        ),
        CaseAction(
            "end", _("End without a solution"), _("The case was ended."), "circle-x", forms.EndForm,
            _has_move("end_unresolved"),
            lambda case, user, data: services.end_unresolved(case=case, by=user, **data),
            hint=_("The parties are told which ways are open to them."),
        ),
        CaseAction(
            "risk", _("Set the risk by hand"), _("The risk was set."), "flame", forms.RiskForm,
            rating.may_set, lambda case, user, data: rating.set_level(case=case, by=user, **data),
            hint=_("The computed parts stay visible; your reason stands in the history."),
        ),
        CaseAction(
            "restrict", _("Restrict"), _("The case was restricted."), "lock", forms.RestrictForm,
            restricting.may_restrict, lambda case, user, data: services.restrict_case(case=case, by=user, **data),
            hint=_("Then only dispatchers, whoever registered it, and the department and mediator in charge see it."),
        ),
        CaseAction(
            "unrestrict", _("Lift the restriction"), _("The restriction was lifted."), "lock-open",
            forms.RestrictForm, restricting.may_lift,
            lambda case, user, data: services.lift_restriction(case=case, by=user, **data),
            hint=_("Then everybody whose work it is sees the case again. The history keeps your reason."),
        ),
        CaseAction(
            "answer_hand_up", _("Answer the hand-up"), _("The answer was given and the level below told."),
            "arrow-big-up-lines", level_forms.AnswerForm, hand_overs.may_answer, level_actions.answer,
            hint=_("Taken over, the case is routed anew at your level; no time is given back."),
            is_main=True, about_case=True,
        ),
        CaseAction(
            "report_hand_down", _("Report to the level above"), _("The report was given."),
            "report", level_forms.ReportForm, hand_overs.may_report, level_actions.report,
            hint=_("The limit of the report is met; the case stays with you until it is solved."),
            is_main=True, about_case=True,
        ),
        CaseAction(
            "hand_up", _("Hand up"), _("The level above was asked to take the case over."), "circle-arrow-up",
            level_forms.HandUpForm, hand_overs.may_ask,
            lambda case, user, data: services.ask_hand_up(case=case, by=user, **data), about_case=True,
            hint=_("Until the level above has answered, the case stays with you and its limits go on."),
        ),
        CaseAction(
            "hand_down", _("Hand down"), _("The case was handed down and the level below told."), "circle-arrow-down",
            level_forms.HandDownForm, hand_overs.may_hand_down,
            lambda case, user, data: services.hand_down(case=case, by=user, **data), about_case=True,
            hint=_("It takes effect at once: who leads now gives the case up, and the level below is to report."),
        ),
        CaseAction(
            "correct", _("Correct the entry"), _("The entry was corrected. The history shows what was written before."),
            "edit", correction_forms.CorrectForm, correcting.may_correct, correction_actions.correct,
            hint=correction_actions.CORRECT_HINT, about_case=True, about_user=True,
        ),
        CaseAction(
            "merge", _("Merge into an earlier case"), _("It was recorded how the case belongs to the earlier one."),
            "arrow-merge", correction_forms.MergeForm, merging.may_merge, correction_actions.merge,
            hint=correction_actions.MERGE_HINT, about_case=True, about_user=True,
        ),
        CaseAction(
            "unmerge", _("Undo the merging"), _("The merging was undone; the case stands again as it stood before."),
            "arrows-split-2", correction_forms.UnmergeForm, unmerging.may_undo,
            lambda case, user, data: services.undo_merge(case=case, by=user, **data),
            hint=correction_actions.UNMERGE_HINT,
        ),
        CaseAction(
            "decide_exclusion", _("Decide on leaving it out"), _("The decision was made and whoever asked was told."),
            "gavel", correction_forms.DecideForm, excluding.may_decide, correction_actions.decide,
            hint=correction_actions.DECIDE_HINT, is_main=True,
        ),
        CaseAction(
            "ask_exclusion", _("Leave out of the adjusted rate"), _("The level above was asked."),
            "filter-minus", correction_forms.ExcludeForm, excluding.may_ask, correction_actions.ask,
            hint=correction_actions.EXCLUDE_HINT,
        ),
        CaseAction(
            "lift_exclusion", _("Let it count again"), _("The case counts in the adjusted rate again."),
            "filter-plus", correction_forms.LiftExclusionForm, excluding.may_lift, correction_actions.lift,
        ),
        CaseAction(
            "withdraw", _("Withdraw"), _("The case was withdrawn."), "arrow-back-up", forms.NoteForm,
            _has_move("withdraw"), lambda case, user, data: services.withdraw_case(case=case, by=user, **data),
            hint=_("Only at the petitioner's own wish. Write down how it was told."),
        ),
        CaseAction(
            "reopen", _("Reopen"), _("The case was reopened."), "refresh", forms.NoteForm,
            _has_move("reopen"), lambda case, user, data: services.reopen_case(case=case, by=user, **data),
            hint=_("The history stays; a new handling limit starts."),
        ),
        CaseAction(
            "close", pgettext_lazy("case", "Close"), _("The case was closed."), "archive", forms.ConfirmForm,
            _has_move("close"), lambda case, user, data: services.close_case(case=case, by=user),
        ),
    )
}  # fmt: skip


def possible(case: Case, user: User) -> list[Action]:
    """The buttons that ``user`` finds on the case page now; the referral's own come first."""
    found = _referral_actions(case, user)
    for action in ACTIONS.values():
        if action.may(case, user):
            url = reverse("cases:action", args=[case.number, action.code])
            found.append(Action(url, action.label, action.icon, action.is_main))
    return found


def my_referral(case: Case, user: User) -> Referral | None:
    """The referral that waits for the signature of the officer's department, if there is one."""
    return Referral.objects.of_department(user).awaiting_signature().filter(case=case).order_by("-role").first()


def _referral_actions(case: Case, user: User) -> list[Action]:
    referral = my_referral(case, user) if case.is_open else None
    if referral is None:
        return []
    found = [Action(reverse("cases:sign", args=[referral.pk]), _("Sign for it"), "signature", True)]
    if not referral.is_binding and not is_too_late(referral, timezone.now()):
        found.append(Action(reverse("cases:return", args=[referral.pk]), _("Return it"), "arrow-back"))
    return found


def return_notice(case: Case, user: User) -> str | Promise:
    """Why the referral that waits for the officer's signature cannot be returned any more; empty where it can."""
    referral = my_referral(case, user) if case.is_open else None
    is_late = referral is not None and not referral.is_binding and is_too_late(referral, timezone.now())
    return ReturnTooLate.message if is_late else ""


def opinion_actions(referral: Referral, user: User) -> list[Action]:
    """What can be done about the opinion of one assistant; empty for the lead."""
    if referral.is_lead or not referral.is_current:
        return []
    found = []
    if opinions.may_give(referral, user):
        found.append(Action(reverse("cases:opinion_give", args=[referral.pk]), _("Give the opinion"), "pencil", True))
    if opinions.may_ask(referral, user):
        found.append(Action(reverse("cases:opinion_ask", args=[referral.pk]), _("Ask for an opinion"), "message"))
    if opinions.may_lift(referral, user):
        found.append(Action(reverse("cases:opinion_lift", args=[referral.pk]), _("Lift the requirement"), "x"))
    return found
