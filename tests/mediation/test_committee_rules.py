"""What the law asks of a committee: each warning with its article."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from mediation.committee_rules import ARTICLES, SHORT, SOON, WORDS, MediatorOf, majority_of, warnings_of
from mediation.models import Committee

TODAY = dt.date(2026, 11, 25)
LATER = TODAY + dt.timedelta(days=400)


def one(name: str = "m", **given: Any) -> MediatorOf:
    values = {
        "is_member": True, "is_chair": False, "is_woman": False, "nationality": "01", "certificate_until": LATER,
    }  # fmt: skip
    return MediatorOf(name=name, **{**values, **given})


WHOLE = (one("a", is_chair=True), one("b", is_woman=True), one("c", nationality="10"))


def codes(
    mediators: Any = WHOLE, term_end: dt.date | None = LATER, majority: str = "01", today: dt.date = TODAY
) -> list[str]:
    return [row.code for row in warnings_of(mediators, term_end=term_end, majority=majority, today=today)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"mediators": WHOLE[:2]}, ["few_members", "no_minority"]),
        ({"mediators": ()}, ["few_members", "no_chair", "no_woman", "no_minority"]),
        ({"mediators": WHOLE + (one(),) * 6}, []),
        ({"mediators": WHOLE + (one(),) * 7}, ["many_members"]),
        ({"mediators": WHOLE + (one(is_member=False),) * 20}, []),
        ({"mediators": (*WHOLE[1:], one())}, ["no_chair"]),
        ({"mediators": (WHOLE[0], one(), WHOLE[2])}, ["no_woman"]),
        ({"mediators": (WHOLE[0], one(), WHOLE[2], one(is_woman=True, is_member=False))}, ["no_woman"]),
        ({"mediators": (*WHOLE[:2], one(nationality=""))}, ["no_minority"]),
        ({"mediators": (*WHOLE[:2], one()), "majority": ""}, []),
        ({"majority": "10"}, []),
        ({"mediators": (*WHOLE[:2], one()), "majority": "10"}, []),
        ({"term_end": None}, ["term_unknown"]),
        ({"term_end": TODAY - dt.timedelta(days=1)}, ["term_over"]),
        ({"term_end": TODAY}, ["term_ends"]),
        ({"term_end": TODAY + SOON}, ["term_ends"]),
        ({"term_end": TODAY + SOON + dt.timedelta(days=1)}, []),
        ({"mediators": (*WHOLE, one("d", certificate_until=TODAY - dt.timedelta(days=1)))}, ["certificate"]),
        ({"mediators": (*WHOLE, one("d", certificate_until=TODAY), one("e", certificate_until=None))}, []),
    ],
)
def test_each_rule(given: dict[str, Any], expected: list[str]) -> None:
    assert codes(**given) == expected


def test_every_warning_has_words_and_an_article() -> None:
    assert set(WORDS) == set(SHORT) == set(ARTICLES)
    lapsed = one("朴英子", certificate_until=TODAY - dt.timedelta(days=1), is_member=False)
    found = warnings_of([lapsed], term_end=TODAY, majority="01", today=TODAY)
    assert "9" in next(row.basis for row in found if row.code == "term_ends")
    assert all("%" not in row.text for row in found)
    assert "朴英子" in next(row.text for row in found if row.code == "certificate")


def test_the_longest_code_says_which_nationality_is_the_largest() -> None:
    areas = {"2224": "01", "222405004203": "10"}
    assert majority_of("222405004203", areas) == "10"
    assert majority_of("222405004", areas) == "01"
    assert majority_of("220101", areas) == ""


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (dt.date(2023, 12, 1), dt.date(2026, 11, 30)), (dt.date(2024, 2, 29), dt.date(2027, 2, 28)),
        (dt.date(2024, 1, 1), dt.date(2026, 12, 31)), (None, None),
    ],
)  # fmt: skip
def test_a_term_is_three_years(start: dt.date | None, end: dt.date | None) -> None:
    assert Committee(term_start=start).term_end == end
