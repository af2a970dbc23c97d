"""Fair figures: Wilson's interval and the expected number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.fair import Stratum, by_category, figures, wilson


@pytest.mark.parametrize(
    ("resolved", "concluded", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(resolved: int, concluded: int, low: float, high: float) -> None:
    assert wilson(resolved, concluded) == pytest.approx((low, high), abs=0.00006)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_rate(one: int, other: int) -> None:
    concluded = one + other
    low, high = wilson(one, concluded)
    assert 0 <= low <= high <= 1
    if concluded:
        assert low - 1e-9 <= one / concluded <= high + 1e-9


def stratum(category: str, own: tuple[int, int], everybody: tuple[int, int], risk: int = 0) -> Stratum:
    return Stratum(category, risk, *own, *everybody)


def test_hard_matters_are_expected_to_fail_more_often() -> None:
    easy, hard = stratum("neighbour", (9, 10), (90, 100)), stratum("expropriation", (20, 50), (40, 100))
    found = figures([easy, hard])
    assert (found.resolved, found.concluded) == (29, 60)
    assert found.expected == pytest.approx(9 + 20)
    assert found.verdict == "as_expected"


@pytest.mark.parametrize(
    ("own", "everybody", "verdict"),
    [
        ((0, 0), (50, 100), "none"), ((9, 9), (50, 100), "too_few"), ((10, 10), (50, 100), "more"),
        ((0, 10), (50, 100), "fewer"), ((5, 10), (50, 100), "as_expected"), ((10, 10), (10, 10), "as_expected"),
    ],
)  # fmt: skip
def test_the_verdict(own: tuple[int, int], everybody: tuple[int, int], verdict: str) -> None:
    assert figures([stratum("x", own, everybody)]).verdict == verdict


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)), max_size=6))
def test_if_everybody_is_one_mediator_the_expected_is_the_observed(rows: list[tuple[int, int, int, int]]) -> None:
    strata = [stratum(str(i), (a, a + b), (a, a + b)) for i, (a, b, _c, _d) in enumerate(rows)]
    found = figures(strata)
    assert found.expected == pytest.approx(found.resolved)


def test_categories_are_apart_and_the_largest_comes_first() -> None:
    rows = [
        stratum("few", (1, 2), (5, 10)), stratum("many", (3, 4), (5, 10)), stratum("many", (1, 1), (1, 2), risk=2),
        stratum("none", (0, 0), (5, 10)),
    ]  # fmt: skip
    found = by_category(rows)
    assert [(category, one.concluded) for category, one in found] == [("many", 5), ("few", 2)]
    assert found[0][1].expected == pytest.approx(2.5)
