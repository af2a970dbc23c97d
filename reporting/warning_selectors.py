"""What the pages of early warning show; each with a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, Exists, ExpressionWrapper, F, Max, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Language, Role, User
from cases.models import Case, Channel, Person
from cases.services.people import masked_name
from governance_center.calendar import day_start
from intake.models import Campaign
from reporting.models import Alert, Repeat, WatchRun
from reporting.warning.repeats import BY_POLICE, IN_A_QUARTER, IN_A_YEAR, QUARTER

NAME_LENGTH = Campaign._meta.get_field("name").max_length
"""Letters of the name of a campaign."""

TOWNSHIP = 9
"""Digits of the code of a township, the smallest division for which a campaign is planned."""


def alerts_of(user: User, *, closed: bool = False) -> QuerySet[Alert]:
    """The early warnings of the reader's places: the open ones, the clearest first, those of one outbreak together;
    or those that are over."""
    rows = with_wider(Alert.objects.visible_to(user), user).select_related("acknowledged_by", "judged_by")
    if closed:
        return rows.closed().order_by("-closed_on", "tail", "pk")
    return together(rows.open()).order_by("tail", "pk")


def together(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Of early warnings that are open: without a wider place where a place within it is warned of for the same
    category. What is left out is told by :func:`with_wider`."""
    within_it = rows.filter(category=OuterRef("category"), division__code__startswith=OuterRef("division"))
    return rows.filter(~Exists(within_it.exclude(division=OuterRef("division"))))


def with_wider(rows: QuerySet[Alert], user: User) -> QuerySet[Alert]:
    """With place and category, and with ``wider``: which open warnings of the same category the reader sees for places
    that hold this one, the smallest first. Each as ``{"pk": …, "place": name in the active language}``."""
    name = f"division__name_{(translation.get_language() or Language.CHINESE).replace('-', '_')}"
    own = ExpressionWrapper(OuterRef("division"), output_field=CharField())
    wider = Alert.objects.visible_to(user).open().filter(category=OuterRef("category")).alias(own=own)
    wider = wider.filter(own__startswith=F("division")).exclude(division=OuterRef("division")).order_by("-division")
    place = Coalesce(NullIf(name, Value("")), "division__name_zh_hans")
    told = wider.values(told=JSONObject(pk="pk", place=place))
    return rows.select_related("division", "category").annotate(wider=ArraySubquery(told))


def repeats_of(user: User, today: dt.date) -> QuerySet[Repeat]:
    """Repeated incidents by the cases that the reader may see; what is not repeated without the others is left out.

    ``year``, ``quarter`` and ``police`` are the numbers of cases, ``latest`` is when the last one was registered.
    """
    seen = Q(cases__in=Case.objects.visible_to(user).order_by())
    lately = Q(cases__registered_at__gte=day_start(today - dt.timedelta(days=QUARTER)))
    rows = Repeat.objects.visible_to(user).open().annotate(
        year=Count("cases", filter=seen),
        quarter=Count("cases", filter=seen & lately),
        police=Count("cases", filter=seen & Q(cases__channel=Channel.POLICE)),
        latest=Max("cases__registered_at", filter=seen),
    )  # fmt: skip
    repeated = Q(year__gte=IN_A_YEAR) | Q(quarter__gte=IN_A_QUARTER) | Q(police__gte=BY_POLICE)
    return (
        rows.filter(repeated)
        .select_related("division", "acknowledged_by")
        .prefetch_related("people", Prefetch("cases", _cases(user), to_attr="shown_cases"))
        .order_by(F("acknowledged_at").asc(nulls_first=True), "-year", "-latest", "pk")
    )


def with_facts(rows: QuerySet[Repeat]) -> QuerySet[Repeat]:
    """For the board, whose readers see every case of their places: how many there are, and the last day."""
    return rows.select_related("division").prefetch_related("people").annotate(
        year=Count("cases"), latest=Max("cases__registered_at")
    )  # fmt: skip


def names_of(repeat: Repeat, user: User) -> list[tuple[str, str]]:
    """The people of repeated incidents with the address of their file; masked for whoever opens no files."""
    people = list(repeat.people.all())
    if user.role != Role.DISPATCHER:
        return [(masked_name(person), "") for person in people]
    return [(str(person), _file(person)) for person in people]


def cases_behind(alert: Alert) -> str:
    """The address of the list that holds exactly the cases counted."""
    query = {
        "incoming": "1", "place": alert.division_id, "category": alert.category_id,
        "registered_from": (alert.held_on - dt.timedelta(days=alert.window - 1)).isoformat(),
        "registered_to": alert.held_on.isoformat(),
    }  # fmt: skip
    return f"{reverse('cases:list')}?{urlencode(query)}"


def outreach_for(alert: Alert) -> str:
    """The address of the form of a new campaign with place, names and reason of an early warning filled in."""
    query = {"division": alert.division_id[:TOWNSHIP]}
    for language in Language.values:
        with translation.override(language):
            words = {"place": alert.division.name, "category": alert.category.name}
            name = _("Outreach in %(place)s: %(category)s") % words
            query[f"name_{language.replace('-', '_')}"] = name[:NAME_LENGTH]
    query["purpose"] = _(
        "Early warning since %(since)s: %(place)s · %(category)s, %(count)s cases in the %(days)s days up to %(held)s, "
        "%(expected)s expected."
    ) % {
        "place": alert.division.name, "category": alert.category.name, "since": alert.opened_on.isoformat(),
        "held": alert.held_on.isoformat(), "days": alert.window, "count": alert.observed,
        "expected": alert.expected_text,
    }  # fmt: skip
    return f"{reverse('intake:outreach_new')}?{urlencode(query)}"


def chart_of(alert: Alert) -> dict[str, Any]:
    """The last 26 weeks: seen, expected, and between what 19 of 20 such weeks lie."""
    return {
        "x": [week["first"][5:] for week in alert.weeks],
        "low": [week["low"] for week in alert.weeks],
        "high": [week["high"] for week in alert.weeks],
        "series": [
            {"name": _("Cases"), "data": [week["observed"] for week in alert.weeks]},
            {"name": _("Expected"), "data": [week["expected"] for week in alert.weeks]},
        ],
    }


def odds_of(alert: Alert) -> int:
    """Once in so many times so many cases come by chance; at most a million."""
    return min(round(1 / max(alert.tail, 1e-6)), 1_000_000)


def last_run() -> WatchRun | None:
    return WatchRun.objects.filter(made_at__isnull=False).order_by("-day").first()


def judged(user: User) -> dict[str, int]:
    """How many early warnings of the reader's places were judged right and false."""
    rows = Alert.objects.visible_to(user).exclude(verdict="").order_by().values_list("verdict")
    return dict(rows.annotate(n=Count("pk")))


def today() -> dt.date:
    return timezone.localdate()


def _cases(user: User) -> QuerySet[Case]:
    return Case.objects.visible_to(user).select_related("category").order_by("-registered_at", "-pk")


def _file(person: Person) -> str:
    return reverse("cases:person", args=[person.pk])
