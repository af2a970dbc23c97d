"""The figures that the prefecture published, 16,412 and 16,198, which make 98.7 %: what the demo is asked to build, and
that so many cases read so on the page, in the interface for programs and in the workbook."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from cases.models import Case
from reporting.management.commands.simulate import ACCEPTED, RESOLVED
from reporting.rollups.rebuilding import rebuild
from reporting.simulation import prefecture
from tests.world import LONGJING, VILLAGE, World, make_user

SignIn = Callable[..., Client]


def told(client: Client, first: dt.date, last: dt.date) -> dict[str, tuple[str | float | None, ...]]:
    """Accepted, resolved and the rate of the prefecture, from each of the three."""
    asked = {"division": "2224", "first": f"{first}", "last": f"{last}"}
    codes = ("accepted", "resolved", "resolution_rate")
    page = client.get("/dashboard/", asked).content.decode()
    shown = [re.search(rf'data-figure="{code}"[^>]*>\s*(?:<[^>]+>\s*)*([^<]*?)\s*<', page) for code in codes]
    figures = {one["code"]: one["value"] for one in client.get("/api/figures/", asked).json()["figures"]}
    made = client.get("/dashboard/tables/places.xlsx", asked)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(made.streaming_content))).active  # type: ignore[attr-defined]
    places = [row for row in sheet.iter_rows(min_row=2, values_only=True) if re.fullmatch(r"2224\d*", str(row[0]))]
    return {
        "page": tuple(one[1] if one else None for one in shown),
        "api": tuple(figures[code] for code in codes),
        "xlsx": (sum(row[2] for row in places), sum(row[3] for row in places)),
    }


def test_the_demo_is_asked_for_what_the_prefecture_published() -> None:
    assert (ACCEPTED, RESOLVED) == (16_412, 16_198)


@pytest.mark.django_db
def test_so_many_cases_read_so_everywhere(world: World, sign_in: SignIn) -> None:
    """Bare cases, two a minute; the last 214 are not resolved."""
    first = timezone.make_aware(dt.datetime(2025, 1, 6, 9))
    rows = [
        Case(
            number=f"{LONGJING}-2025-{number:06d}", centre=world.centre, division_id=VILLAGE, kind="dispute",
            category_id="neighbour", title="纠纷", state="following_up" if number < RESOLVED else "in_handling",
            outcome="settled" if number < RESOLVED else "", held_level="county", registered_by=world.clerk,
            registered_at=at, accepted_at=at, state_since=at,
            resolved_at=at + dt.timedelta(days=3) if number < RESOLVED else None,
            resolved_level="county" if number < RESOLVED else "",
        )
        for number in range(ACCEPTED)
        for at in (first + dt.timedelta(seconds=30 * number),)
    ]  # fmt: skip
    Case.objects.bulk_create(rows, batch_size=4000)
    rebuild()
    client = sign_in(make_user("reader", Role.OFFICIAL, "2224"))
    assert told(client, dt.date(2025, 1, 1), dt.date(2025, 1, 31)) == {
        "page": ("16,412", "16,198", "98.7 %"),
        "api": (16_412, 16_198, pytest.approx(98.696, abs=1e-3)),
        "xlsx": (16_412, 16_198),
    }


@pytest.mark.django_db
def test_what_the_generator_builds_reads_as_it_was_asked_for(sign_in: SignIn) -> None:
    """The generator itself, at a hundredth of the size: 164 and 162 make 98.8 %."""
    call_command("load_reference", stdout=io.StringIO())
    last = dt.date(2025, 6, 30)
    prefecture.build(seed=2023, until=last, accepted=164, resolved=162, workers=1)
    rebuild()
    client = sign_in(make_user("reader", Role.OFFICIAL, "2224"))
    assert told(client, prefecture.BEGIN, last) == {
        "page": ("164", "162", "98.8 %"),
        "api": (164, 162, pytest.approx(98.7805, abs=1e-3)),
        "xlsx": (164, 162),
    }
