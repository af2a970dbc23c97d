"""Reads for the pages of committees and mediators, each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Case as SqlCase
from django.db.models import Count, F, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import Role, User
from cases.models import Case, Category
from cases.states import RESOLVED_OUTCOMES
from departments.models import Division
from mediation.candidates import FAILED_OUTCOMES, RESULTS_OF
from mediation.committee_rules import MediatorOf, Warned, majority_of, warnings_of
from mediation.fair import Stratum
from mediation.models import (
    MEMBERS,
    Agreement,
    Committee,
    CommitteeQuerySet,
    Mediator,
    MediatorAbsence,
    MediatorHours,
    MediatorQuerySet,
    Position,
)
from mediation.services.weeks import as_week
from mediation.week import lines as week_lines

FEMALE = "2"
"""GB/T 2261.1."""


@dataclass(frozen=True, slots=True)
class NotedWeek:
    """Hours of a mediator that were noted together, and for which days they hold."""

    first: dt.date | None
    last: dt.date | None
    rows: Sequence[MediatorHours]

    @property
    def any_day(self) -> dt.date:
        """A day on which they hold, by which they are told from others."""
        return self.first or self.last or timezone.localdate()

    @property
    def is_current(self) -> bool:
        return self.holds_on(timezone.localdate())

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Days and their hours in words."""
        return week_lines(as_week(self.rows))

    def holds_on(self, day: dt.date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def committees(user: User) -> CommitteeQuerySet:
    """The committees that the user finds in the register, by place, with their active mediators as ``working``."""
    rows = Committee.objects.visible_to(user).select_related("division").order_by("division_id", "pk")
    return rows.prefetch_related(Prefetch("mediators", _working(), to_attr="working"))


def committees_kept_by(user: User) -> CommitteeQuerySet:
    """The committees of the user's division, by place."""
    return Committee.objects.filter(division__in=Division.objects.within(user.scope_code)).order_by("division", "pk")


def mediators(user: User) -> MediatorQuerySet:
    """The mediators that the user finds in the register, with open load, fields and absences of today (``away``)."""
    today = MediatorAbsence.objects.on(timezone.localdate())
    return (
        Mediator.objects.visible_to(user)
        .with_open_load()
        .select_related("committee__division", "user")
        .prefetch_related("specialties", Prefetch("absences", today, to_attr="away"))
        .order_by("-is_active", "committee__division_id", "committee_id", "pk")
    )


def hours_of(mediator: Mediator) -> list[NotedWeek]:
    """The hours noted for today and later, by their days; one query."""
    rows: dict[DateRange, list[MediatorHours]] = defaultdict(list)
    for row in mediator.hours.from_day(timezone.localdate()).order_by("valid", "weekday", "minutes"):
        rows[row.valid].append(row)
    day = dt.timedelta(days=1)
    return [NotedWeek(one.lower, one.upper - day if one.upper else None, found) for one, found in rows.items()]


def members_of(committee: Committee) -> list[Mediator]:
    """All mediators of a committee, the active ones first, the chair before all; with load and absences of today."""
    today = MediatorAbsence.objects.on(timezone.localdate())
    rows = committee.mediators.with_open_load().select_related("ethnic_group", "user")
    rows = rows.prefetch_related("specialties", Prefetch("absences", today, to_attr="away"))
    return list(rows.order_by("-is_active", _by_position(), "pk"))


def warnings_for(committee: Committee, working: Sequence[Mediator], today: dt.date) -> list[Warned]:
    """The warnings of a committee whose active mediators are ``working`` (with ``ethnic_group``)."""
    facts = [
        _facts(row.name, row.position, row.gender, row.ethnic_group.code if row.ethnic_group else "",
               row.certificate_until)
        for row in working
    ]  # fmt: skip
    return _warned(committee, facts, today)


def warned_ids(rows: QuerySet[Committee], today: dt.date, code: str = "") -> list[int]:
    """The keys of the committees with a warning (with the one of ``code``); two queries, however many they are."""
    facts: dict[int, list[MediatorOf]] = defaultdict(list)
    values = ("name", "position", "gender", "ethnic_group__code", "certificate_until")
    working = Mediator.objects.filter(is_active=True, committee__in=rows.order_by().values("pk")).order_by("pk")
    for committee, name, position, gender, group, until in working.values_list("committee_id", *values):
        facts[committee].append(_facts(name, position, gender, group or "", until))
    found = []
    for row in rows.order_by().prefetch_related(None).select_related(None).only("division_id", "term_start"):
        warned = _warned(row, facts[row.pk], today)
        if any(code in {"", one.code} for one in warned):
            found.append(row.pk)
    return found


def strata_of_mediator(mediator: Mediator) -> list[Stratum]:
    """Concluded cases of the last two years by category and level of risk, own and the county's; two queries."""
    return _strata(Q(mediator=mediator.user_id or 0), mediator.committee.division_id)


def strata_of_committee(committee: Committee) -> list[Stratum]:
    """As :func:`strata_of_mediator`, of all who are mediators of the committee now."""
    return _strata(Q(mediator__mediator__committee=committee.pk), committee.division_id)


def may_see_figures(committee: Committee, user: User) -> bool:
    """Dispatchers and officials of the place and those above it; what others achieve is nobody else's concern."""
    in_scope = bool(user.scope_code) and committee.division_id.startswith(user.scope_code)
    return user.is_active and user.role in {Role.DISPATCHER, Role.OFFICIAL} and in_scope


def agreements_of(committee: Committee, user: User) -> QuerySet[Agreement]:
    """The committee's agreements on cases that the user may see, the newest first.

    Those from before agreements had numbers count for the committee in which their mediator is now.
    """
    own = Q(committee=committee) | Q(committee__isnull=True, mediator__committee=committee)
    rows = Agreement.objects.filter(own, case__in=Case.objects.visible_to(user))
    return rows.select_related("case__category", "committee").order_by("-reached_on", "-pk")


def _strata(own: Q, division_code: str) -> list[Stratum]:
    since = timezone.now() - RESULTS_OF
    resolved = Q(outcome__in=RESOLVED_OUTCOMES)
    rows = (
        Case.objects.filter(
            Q(resolved_at__gte=since) | Q(resolved_at__isnull=True, state_since__gte=since),
            division__code__startswith=division_code[:6],
            mediator__isnull=False,
            outcome__in=(*RESOLVED_OUTCOMES, *FAILED_OUTCOMES),
        )
        .order_by()
        .values("category_id", "risk_level")
        .annotate(
            own_concluded=Count("pk", filter=own),
            own_resolved=Count("pk", filter=own & resolved),
            concluded=Count("pk"),
            resolved=Count("pk", filter=resolved),
        )
        .filter(own_concluded__gt=0)
    )
    categories = Category.objects.in_bulk()
    return [
        Stratum(
            categories[row["category_id"]], row["risk_level"], row["own_resolved"], row["own_concluded"],
            row["resolved"], row["concluded"],
        )
        for row in rows
    ]  # fmt: skip


def _facts(name: str, position: str, gender: str, group: str, until: dt.date | None) -> MediatorOf:
    return MediatorOf(name, position in MEMBERS, position == Position.CHAIR, gender == FEMALE, group, until)


def _warned(committee: Committee, facts: Sequence[MediatorOf], today: dt.date) -> list[Warned]:
    majority = majority_of(committee.division_id, settings.MIXED_AREAS)
    return warnings_of(facts, term_end=committee.term_end, majority=majority, today=today)


def _working() -> MediatorQuerySet:
    return Mediator.objects.filter(is_active=True).select_related("ethnic_group").order_by(_by_position(), "pk")


def _by_position() -> SqlCase:
    """Chair, deputies, members, engaged."""
    order = [When(position=value, then=Value(number)) for number, value in enumerate(Position.values)]
    return SqlCase(*order, default=F("pk"), output_field=IntegerField())
