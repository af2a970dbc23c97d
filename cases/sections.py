"""Parts of the case page that belong to the floors above.

``mediation`` knows of agreements and visits, ``cases`` does not; so the upper floors register what they
show on the page of a case, and what can be done there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from accounts.models import User
from cases.models import Case


@dataclass(frozen=True, slots=True)
class Action:
    """A button on the case page."""

    url: str
    label: str | Promise
    icon: str
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A card on the case page: a template and what it needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


SectionProvider = Callable[[Case, User], list[Section]]
ActionProvider = Callable[[Case, User], list[Action]]

_sections: list[SectionProvider] = []
_actions: list[ActionProvider] = []


def register(*, sections: SectionProvider, actions: ActionProvider) -> None:
    """Add a provider of cards and one of buttons; called from an app's ``ready``."""
    if sections not in _sections:
        _sections.append(sections)
    if actions not in _actions:
        _actions.append(actions)


def sections_of(case: Case, user: User) -> list[Section]:
    return [section for provider in _sections for section in provider(case, user)]


def actions_of(case: Case, user: User) -> list[Action]:
    return [action for provider in _actions for action in provider(case, user)]
