"""Keeping the stored colour of limits: only rows whose moment has come are touched, each once.

The pages show the exact colour (:attr:`cases.models.Deadline.colour`); the stored one follows within a minute and
says whom to tell. The partial indexes of the table hold just the rows that are still to turn, so that a sweep
costs what turns, not what runs.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, Role, User
from accounts.notifications import notify
from cases.models import Colour, Deadline
from governance_center.transactions import atomic

K = TypeVar("K")

BATCH = 20_000
"""Limits that turn in one transaction."""
FEW = 5
"""So many are told one by one; more come as one message with their number."""

# The limit of an answer to a hand-up is told of at the level that was asked, not at the place of the case.
# What turns: {moment} is the column whose index is read, {still} what the stored colour may still be.
_TURN = """
    WITH turned AS (
        UPDATE cases_deadline SET shown = %(colour)s WHERE id IN (
            SELECT id FROM cases_deadline
            WHERE met_at IS NULL AND cancelled_at IS NULL AND paused_at IS NULL AND {still} AND {moment} <= %(now)s
            ORDER BY {moment} LIMIT %(batch)s FOR UPDATE SKIP LOCKED
        ) RETURNING id, case_id, referral_id
    )
    SELECT {holder}, count(*), (array_agg(turned.id))[1:{few}]
    FROM turned JOIN cases_case ON cases_case.id = turned.case_id
    LEFT JOIN cases_handover asked ON asked.deadline_id = turned.id AND asked.state = 'asked' {join}
    GROUP BY 1, 2, 3, 4
"""
_RED = _TURN.format(
    still="NOT (shown = 'red')", moment="due_at", few=FEW, join="",
    holder="coalesce(asked.to_division_id, cases_case.division_id), NULL, NULL, NULL",
)  # fmt: skip
_YELLOW = _TURN.format(
    still="shown = 'green'", moment="warn_at", few=FEW,
    join="LEFT JOIN cases_referral own ON own.id = turned.referral_id "
    "LEFT JOIN cases_referral lead ON lead.case_id = turned.case_id AND lead.is_current AND lead.role = 'lead' "
    "AND turned.referral_id IS NULL AND asked.id IS NULL",
    holder="coalesce(asked.to_division_id, cases_case.division_id), "
    "CASE WHEN turned.referral_id IS NULL AND asked.id IS NULL THEN cases_case.mediator_id END, "
    "coalesce(own.department_id, lead.department_id), coalesce(own.division_id, lead.division_id)",
)  # fmt: skip


class Counts(NamedTuple):
    """How many limits turned."""

    yellow: int
    red: int


class Turned(NamedTuple):
    """Limits that turned and have the same holder: how many, and a few of them."""

    place: str
    mediator: int | None
    department: str | None
    division: str | None
    many: int
    some: list[int]


def colour_due(now: dt.datetime | None = None, *, batch: int = BATCH) -> Counts:
    """Turn every limit whose moment has come and tell who must know: the holder of yellow, the dispatcher of red.

    Batches are transactions of their own that hold colours and messages together: killed between two of them,
    nothing is lost or told twice. Rows that somebody holds are left to the next sweep; two sweeps at once share
    the work. A limit that is past due turns red at once, even when it was never seen yellow.
    """
    now = now or timezone.now()
    told = _Telling(now)
    red = yellow = 0
    while count := _turn(_RED, Colour.RED, now, batch, told):
        red += count
    while count := _turn(_YELLOW, Colour.YELLOW, now, batch, told):
        yellow += count
    return Counts(yellow, red)


@atomic
def _turn(statement: str, colour: str, now: dt.datetime, batch: int, told: _Telling) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"colour": str(colour), "now": now, "batch": batch})
        groups = [Turned(*row) for row in cursor.fetchall()]
    told.tell(colour, groups)
    return sum(group.many for group in groups)


@dataclass
class _Telling:
    """Who is told what in one sweep. Staff are read once; limits only those that are told one by one."""

    now: dt.datetime

    def __post_init__(self) -> None:
        self.counts: dict[tuple[int, str], int] = defaultdict(int)

    def tell(self, colour: str, groups: Collection[Turned]) -> None:
        """Tell each recipient: of a few limits one by one, of more by their number."""
        mine: dict[int, list[Turned]] = defaultdict(list)
        for group in groups:
            for user in self._recipients(colour, group):
                mine[user].append(group)
        single: dict[int, list[int]] = defaultdict(list)
        for user, its in mine.items():
            self.counts[user, colour] += sum(group.many for group in its)
            if self.counts[user, colour] > FEW:
                self._tell_number(user, colour)
            else:
                for group in its:
                    for key in group.some:
                        single[key].append(user)
        self._tell_each(colour, single)

    def _tell_number(self, user: int, colour: str) -> None:
        key, params = f"limits:{colour}:{self.now.isoformat()}", {"count": self.counts[user, colour]}
        if not Notification.objects.filter(recipient=user, key=key).update(params=params):
            url = f"{reverse('cases:list')}?colour={colour}"
            notify([self._staff[user]], f"limits.{colour}", key=key, params=params, url=url)

    def _tell_each(self, colour: str, single: dict[int, list[int]]) -> None:
        for deadline in Deadline.objects.filter(pk__in=single).select_related("case"):
            notify(
                [self._staff[user] for user in single[deadline.pk]],
                f"limit.{colour}",
                key=f"limit:{deadline.pk}:{colour}:{deadline.due_at:%Y%m%d%H%M%S}",
                params={"number": deadline.case.number, "day": deadline.last_day.isoformat()},
                url=reverse("cases:detail", args=[deadline.case.number]),
            )

    def _recipients(self, colour: str, group: Turned) -> list[int]:
        """Red: the dispatcher. Yellow: the mediator or the department that has it, else the dispatcher."""
        if colour == Colour.YELLOW:
            if group.mediator in self._staff:
                return [group.mediator]
            if group.department and group.division:
                codes = _upwards(group.division)
                found = [key for code in codes for key in self._officers.get((group.department, code), ())]
                if found:
                    return found
        return next((self._dispatchers[code] for code in _upwards(group.place) if code in self._dispatchers), [])

    @cached_property
    def _staff(self) -> dict[int, User]:
        roles = (Role.OFFICER, Role.DISPATCHER, Role.MEDIATOR)
        return {user.pk: user for user in User.objects.filter(role__in=roles, is_active=True)}

    @cached_property
    def _officers(self) -> dict[tuple[str, str], list[int]]:
        officers = (user for user in self._staff.values() if user.role == Role.OFFICER and user.department_id)
        return _grouped(((str(user.department_id), user.scope_code), user.pk) for user in officers)

    @cached_property
    def _dispatchers(self) -> dict[str, list[int]]:
        dispatchers = (user for user in self._staff.values() if user.role == Role.DISPATCHER and user.scope_code)
        return _grouped((user.scope_code, user.pk) for user in dispatchers)


def _grouped(pairs: Iterable[tuple[K, int]]) -> dict[K, list[int]]:
    found: dict[K, list[int]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def _upwards(division_code: str) -> list[str]:
    """The division and those above it, the nearest first."""
    return [division_code[:length] for length in (12, 9, 6, 4) if len(division_code) >= length]
