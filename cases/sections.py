"""Parts of the pages of a case and of a person that belong to the floors above.

``mediation`` knows of agreements and visits, ``cases`` does not; so the upper floors register what they
show on these pages, and what can be done there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from accounts.models import User
from cases.models import Case, Person


@dataclass(frozen=True, slots=True)
class Action:
    """A button; ``key`` is the letter or digit that presses it."""

    url: str
    label: str | Promise
    icon: str
    is_main: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A card: a template and what it needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something the desk should know before it talks to somebody."""

    text: str | Promise
    icon: str = "alert-triangle"


MOST_BUTTONS = 5
"""So many buttons stand side by side at the head of a page; more are put into a menu."""


@dataclass(frozen=True, slots=True)
class Buttons:
    """The buttons at the head of a page: those that stand open, and those in the menu."""

    open: list[Action]
    more: list[Action]


def grouped(actions: Sequence[Action]) -> Buttons:
    """The main actions first, then others in their order as far as there is room; the rest in the menu.

    A menu takes the place of a button, and never holds a single one.
    """
    ranked = sorted(actions, key=lambda action: not action.is_main)
    shown = max(MOST_BUTTONS - 1, sum(action.is_main for action in ranked))
    if len(ranked) <= shown + 1:
        return Buttons(ranked, [])
    return Buttons(ranked[:shown], ranked[shown:])


SectionProvider = Callable[[Case, User], list[Section]]
ActionProvider = Callable[[Case, User], list[Action]]


@dataclass(frozen=True, slots=True)
class PersonProvider:
    """What a floor adds to a person's file. ``ids`` are the keys of all files that are this person's."""

    sections: Callable[[Person, Sequence[int], User], list[Section]]
    actions: Callable[[Person, User], list[Action]]
    case_actions: Callable[[Person, Case, User], list[Action]]
    alerts: Callable[[Person, Sequence[int]], list[Alert]]


_sections: list[SectionProvider] = []
_actions: list[ActionProvider] = []
_person_providers: list[PersonProvider] = []


def register(*, sections: SectionProvider, actions: ActionProvider) -> None:
    """Add a provider of cards and one of buttons for cases; called from an app's ``ready``."""
    if sections not in _sections:
        _sections.append(sections)
    if actions not in _actions:
        _actions.append(actions)


def register_person(provider: PersonProvider) -> None:
    """Add a provider for the files of people; called from an app's ``ready``."""
    if provider not in _person_providers:
        _person_providers.append(provider)


def sections_of(case: Case, user: User) -> list[Section]:
    return [section for provider in _sections for section in provider(case, user)]


def actions_of(case: Case, user: User) -> list[Action]:
    return [action for provider in _actions for action in provider(case, user)]


def person_sections(person: Person, ids: Sequence[int], user: User) -> list[Section]:
    return [section for provider in _person_providers for section in provider.sections(person, ids, user)]


def person_actions(person: Person, user: User) -> list[Action]:
    return [action for provider in _person_providers for action in provider.actions(person, user)]


def person_case_actions(person: Person, case: Case, user: User) -> list[Action]:
    return [action for provider in _person_providers for action in provider.case_actions(person, case, user)]


def person_alerts(person: Person, ids: Sequence[int]) -> list[Alert]:
    return [alert for provider in _person_providers for alert in provider.alerts(person, ids)]
