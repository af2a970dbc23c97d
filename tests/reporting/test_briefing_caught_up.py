"""Nothing ran for a while: each week, month and year that fell due meanwhile is drafted once, with its own figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

import pytest
from django.utils import timezone

from accounts.models import Role, User
from governance_center.calendar import LOCAL_ZONE
from reporting import tasks
from reporting.briefing import issuing, spans
from reporting.models import Briefing
from tests.world import LONGJING, YANJI, World, make_case, make_user

Clock = Callable[[str], None]
Found = dict[str, dict[str, int]]
"""Cases accepted by kind and first day."""

CASES = ("2024-12-18", "2024-12-31", "2025-01-01", "2025-01-05", "2025-02-02", "2025-03-03", "2025-03-31")
"""The day on which each was accepted. 5 January and 2 February were Sundays, 3 and 31 March Mondays."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """``clock("2025-03-10")``: from now on it is ten to three in the morning of that day."""

    def set_to(day: str) -> None:
        moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(2, 50), tzinfo=LOCAL_ZONE)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_to


@pytest.fixture
def cases(world: World) -> World:
    """Longjing is the only division that has an official."""
    User.objects.filter(pk=world.official.pk).update(is_active=False)
    world.official = make_user("county", Role.OFFICIAL, LONGJING)
    for day in CASES:
        case = make_case(world, "neighbour")
        moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(10), tzinfo=LOCAL_ZONE)
        case.registered_at = case.accepted_at = moment
        case.save()
    return world


def drafts(*, without: Collection[int] = ()) -> Found:
    """What is drafted for Longjing, each with the figures of its own days."""
    found: Found = {}
    for row in Briefing.objects.filter(scope_id=LONGJING).exclude(pk__in=without).order_by("first"):
        days = [f"{row.first}", f"{row.last}"]
        assert row.figures["period"] == days
        assert row.period == spans.span(row.kind, row.first)
        found.setdefault(row.kind, {})[days[0]] = row.figures["figures"]["accepted"][0]
    return found


MISSED: dict[tuple[str, str], Found] = {
    # A Monday was skipped.
    ("2025-03-09", "2025-03-11"): {"weekly": {"2025-03-03": 1}},
    # A Tuesday, on which nothing falls due.
    ("2025-03-10", "2025-03-12"): {},
    # The third of the month, a Monday, was skipped.
    ("2025-03-02", "2025-03-04"): {"weekly": {"2025-02-24": 0}, "monthly": {"2025-02-01": 1}},
    # Two Mondays.
    ("2025-03-11", "2025-03-27"): {"weekly": {"2025-03-10": 0, "2025-03-17": 0}},
    # Two months.
    ("2025-03-11", "2025-05-12"): {
        "weekly": {
            "2025-03-10": 0, "2025-03-17": 0, "2025-03-24": 0, "2025-03-31": 1, "2025-04-07": 0, "2025-04-14": 0,
            "2025-04-21": 0, "2025-04-28": 0, "2025-05-05": 0,
        },
        "monthly": {"2025-03-01": 2, "2025-04-01": 0},
    },
    # A new year, of which the whole of January was missed.
    ("2024-12-20", "2025-02-12"): {
        "weekly": {
            "2024-12-16": 1, "2024-12-23": 0, "2024-12-30": 3, "2025-01-06": 0, "2025-01-13": 0, "2025-01-20": 0,
            "2025-01-27": 1, "2025-02-03": 0,
        },
        "monthly": {"2024-12-01": 2, "2025-01-01": 2},
        "yearly": {"2024-01-01": 2},
    },
}  # fmt: skip


@pytest.mark.parametrize("down", list(MISSED))
def test_what_was_missed_is_drafted_once_with_its_own_figures(
    cases: World, clock: Clock, down: tuple[str, str]
) -> None:
    last, back = down
    clock(last)
    tasks.draft_briefings()
    before = set(Briefing.objects.values_list("pk", flat=True))
    clock(back)
    tasks.draft_briefings()
    assert drafts(without=before) == MISSED[down]
    assert tasks.draft_briefings() == 0


def test_whatever_days_are_skipped_the_same_is_drafted(cases: World, clock: Clock) -> None:
    """Each night of five weeks over a new year, every fifth, and only the first and the last."""
    first = dt.date(2024, 12, 16)
    days = [f"{first + dt.timedelta(days=number)}" for number in range(36)]
    found = []
    for step in (1, 5, 35):
        for day in sorted({*days[::step], days[-1]}):
            clock(day)
            tasks.draft_briefings()
        found.append(drafts())
        Briefing.objects.all().delete()
    assert found[0]["yearly"] == {"2024-01-01": 2}
    assert list(found[0]["monthly"]) == ["2024-11-01", "2024-12-01"]
    assert list(found[0]["weekly"]) == [
        "2024-12-09", "2024-12-16", "2024-12-23", "2024-12-30", "2025-01-06", "2025-01-13",
    ]  # fmt: skip
    assert found[1] == found[2] == found[0]


def test_a_division_begins_with_the_latest_and_an_old_draft_by_hand_asks_for_none(cases: World, clock: Clock) -> None:
    clock("2025-03-12")
    issuing.draft(
        scope=cases.official.division, kind="monthly", period=spans.month_of(dt.date(2024, 5, 1)), by=cases.official
    )
    tasks.draft_briefings()
    assert drafts() == {
        "monthly": {"2024-05-01": 0, "2025-02-01": 1}, "weekly": {"2025-03-03": 1},
    }  # fmt: skip


def test_what_was_drafted_by_hand_meanwhile_is_not_drafted_again(cases: World, clock: Clock) -> None:
    clock("2025-03-05")
    tasks.draft_briefings()
    clock("2025-03-17")
    week = spans.span("weekly", dt.date(2025, 3, 10))
    own = issuing.draft(scope=cases.official.division, kind="weekly", period=week, by=cases.official)
    tasks.draft_briefings()
    assert list(drafts()["weekly"]) == ["2025-02-24", "2025-03-03", "2025-03-10"]
    assert Briefing.objects.get(scope_id=LONGJING, first=week.first).pk == own.pk


def test_more_than_a_year_is_not_made_good(cases: World, clock: Clock) -> None:
    clock("2022-03-04")
    tasks.draft_briefings()
    clock("2025-03-04")
    tasks.draft_briefings()
    months = list(drafts()["monthly"])
    assert months == ["2022-02-01", *(f"2024-{month:02}-01" for month in range(2, 13)), "2025-01-01", "2025-02-01"]


def test_each_division_is_caught_up_from_its_own_beginning(cases: World, clock: Clock) -> None:
    clock("2025-01-08")
    tasks.draft_briefings()
    make_user("newcomer", Role.OFFICIAL, YANJI)
    clock("2025-03-04")
    tasks.draft_briefings()
    found = Briefing.objects.filter(scope_id=YANJI).order_by("kind").values_list("kind", "first")
    assert list(found) == [("monthly", dt.date(2025, 2, 1)), ("weekly", dt.date(2025, 2, 24))]
    assert list(drafts()["monthly"]) == ["2024-12-01", "2025-01-01", "2025-02-01"]
