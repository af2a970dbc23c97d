"""What the page of a case shows of its limits: how each stands, how it came to its date, what can be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms as django_forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import deadlines, limit_forms, services
from cases.forms import ConfirmForm
from cases.models import Case, Deadline, DeadlineExtension, DeadlinePause
from cases.sections import Action
from cases.services.limits import EXTENSIONS, asks_parties, may_extend, may_pause
from departments.presence import local_holidays_of
from governance_center.calendar import last_day


@dataclass(frozen=True, slots=True)
class LimitAction:
    """Something that can be done with a limit: its words, whether it is open now, its form and its service."""

    code: str
    label: str | Promise
    done: str | Promise
    icon: str
    may: Callable[[Deadline, User], bool]
    form: Callable[[Deadline], type[django_forms.Form]]
    run: Callable[[Deadline, User, dict[str, Any]], object]
    hint: str | Promise = ""


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit on the page. ``other_day`` is its last day with local holidays counted the other way, if it differs."""

    deadline: Deadline
    pauses: list[DeadlinePause]
    extensions: list[DeadlineExtension]
    other_day: dt.date | None
    actions: list[Action]


def _may_pause(deadline: Deadline, user: User) -> bool:
    if deadline.rule_id in deadlines.BETWEEN_LEVELS:
        return False
    return deadline.is_running and not deadline.is_paused and may_pause(deadline.case, user)


def _may_go_on(deadline: Deadline, user: User) -> bool:
    return deadline.is_paused and may_pause(deadline.case, user)


def _may_extend(deadline: Deadline, user: User) -> bool:
    open_to_it = deadline.is_running and not deadline.is_paused and deadline.due_at > timezone.now()
    rule = EXTENSIONS.get(deadline.rule_id)
    if rule is None or asks_parties(deadline.case, rule.cause):
        return False
    return open_to_it and may_extend(deadline.case, user)


def _extension_form(deadline: Deadline) -> type[django_forms.Form]:
    rule = EXTENSIONS.get(deadline.rule_id)
    by_consent = rule is not None and rule.cause == DeadlineExtension.Cause.CONSENT
    return limit_forms.ConsentForm if by_consent else limit_forms.ExtendForm


def _extend(deadline: Deadline, user: User, data: dict[str, Any]) -> Deadline:
    rule = EXTENSIONS.get(deadline.rule_id)
    cause = rule.cause if rule else DeadlineExtension.Cause.APPROVAL
    return services.extend_limit(deadline=deadline, by=user, days=data["days"], cause=cause, reason=data["reason"])


ACTIONS: Mapping[str, LimitAction] = {
    action.code: action
    for action in (
        LimitAction(
            "pause", _("Pause the limit"), _("The limit is paused."), "player-pause", _may_pause,
            lambda deadline: limit_forms.PauseForm,
            lambda deadline, user, data: services.pause_limit(deadline=deadline, by=user, **data),
            hint=_("The clock stands still until somebody lets it go on; what is left then is what is left now."),
        ),
        LimitAction(
            "resume", _("Let the limit go on"), _("The limit goes on."), "player-play", _may_go_on,
            lambda deadline: ConfirmForm,
            lambda deadline, user, data: services.resume_limit(deadline=deadline, by=user),
        ),
        LimitAction(
            "extend", _("Extend the limit"), _("The limit was extended."), "calendar-plus", _may_extend,
            _extension_form, _extend,
        ),
    )
}  # fmt: skip


def limits_of(case: Case, user: User) -> list[LimitRow]:
    """The limits of a case as :func:`cases.selectors.case_page` loads it, in three more queries."""
    limits = list(case.deadlines.all())
    keys = [limit.pk for limit in limits]
    pauses = list(DeadlinePause.objects.filter(deadline__in=keys).select_related("reason", "by", "ended_by"))
    extensions = list(DeadlineExtension.objects.filter(deadline__in=keys).select_related("reason", "by"))
    holidays = local_holidays_of(case.centre_id) if limits else frozenset()
    may = {action.code: partial(action.may, user=user) for action in ACTIONS.values()} if case.is_open else {}
    rows = []
    for limit in limits:
        limit.case = case
        its_pauses = [pause for pause in pauses if pause.deadline_id == limit.pk]
        its_extensions = [extension for extension in extensions if extension.deadline_id == limit.pk]
        other = _other_day(limit, its_pauses, its_extensions, holidays)
        rows.append(LimitRow(limit, its_pauses, its_extensions, other, _buttons(limit, may)))
    return rows


def _buttons(limit: Deadline, may: Mapping[str, Callable[[Deadline], bool]]) -> list[Action]:
    return [
        Action(
            reverse("cases:limit", args=[limit.case.number, limit.pk, code]), ACTIONS[code].label, ACTIONS[code].icon
        )
        for code, open_now in may.items()
        if open_now(limit)
    ]


def _other_day(
    limit: Deadline,
    pauses: list[DeadlinePause],
    extensions: list[DeadlineExtension],
    holidays: frozenset[dt.date],
) -> dt.date | None:
    """The last day if local holidays did not count (in-house) or counted (statutory); None when it is the same."""
    if not limit.is_running or limit.rule.unit != limit.rule.Unit.WORKING_DAY:
        return None
    counts = limit.rule.local_holidays
    as_is, other_way = (
        deadlines.recomputed_ends(
            limit, pauses=pauses, extensions=extensions, local_holidays=holidays if counted else ()
        ).due_at
        for counted in (counts, not counts)
    )
    return None if as_is == other_way else last_day(other_way)
