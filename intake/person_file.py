"""What the desk adds to a person's file: visits, what can be done, and who comes often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from cases.models import Case, Person
from cases.sections import Action, Alert, PersonProvider, Section
from intake.models import Visit

OFTEN, WITHIN_DAYS = 3, 90
"""So many visits in so many days are worth a word."""

SHOWN = 20


def visits_of(ids: Sequence[int]) -> Q:
    """Visits in which one of these files spoke or came along."""
    return Q(person__in=ids) | Q(companions__in=ids)


def sections(person: Person, ids: Sequence[int], user: User) -> list[Section]:
    visits = (
        Visit.objects.visible_to(user)
        .filter(visits_of(ids))
        .select_related("case", "clerk", "centre", "ticket")
        .distinct()
        .order_by("-at")[:SHOWN]
    )
    return [Section("intake/_person_visits.html", {"visits": visits, "person": person})]


def actions(person: Person, user: User) -> list[Action]:
    if user.role not in {Role.CLERK, Role.DISPATCHER}:
        return []
    register = f"{reverse('intake:register')}?person={person.pk}"
    answer = f"{reverse('intake:answer')}?person={person.pk}"
    return [
        Action(register, _("Register a matter"), "user-plus", is_main=True, key="N"),
        Action(answer, _("Only answer"), "message-check", key="A"),
    ]


def case_actions(person: Person, case: Case, user: User) -> list[Action]:
    if user.role not in {Role.CLERK, Role.DISPATCHER}:
        return []
    url = f"{reverse('intake:attach', args=[case.number])}?person={person.pk}"
    return [Action(url, _("Attach this visit"), "paperclip")]


def alerts(person: Person, ids: Sequence[int]) -> list[Alert]:
    since = timezone.now() - dt.timedelta(days=WITHIN_DAYS)
    visits = Visit.objects.filter(visits_of(ids), at__gte=since).values("pk").distinct()
    count = visits.count()
    if count < OFTEN:
        return []
    text = _("%(count)s visits in the last %(days)s days.") % {"count": count, "days": WITHIN_DAYS}
    return [Alert(text, "repeat")]


PROVIDER = PersonProvider(sections, actions, case_actions, alerts)
