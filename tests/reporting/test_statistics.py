"""Intervals and curves against worked examples from the literature and against sums done by hand."""

from __future__ import annotations

from collections import Counter

import pytest

from reporting.statistics import median_of, standardise, survival, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718),
        # By hand: z2 = 3.8415; 0 of n ends at z2 / (n + z2), n of n begins at n / (n + z2).
        (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0),
        # The resolution rate of the ledger by hand: p = 0.6393, middle 0.6311, half 0.1174.
        (39, 61, 0.5140, 0.7482),
        (0, 0, 0.0, 1.0),
    ],
)  # fmt: skip
def test_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_kaplan_meier_of_the_classic_example() -> None:
    """Weeks in remission under 6-mercaptopurine, 21 patients (Freireich et al., Blood 21, 1963), as every textbook has
    it: 6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+."""
    relapsed = Counter([6, 6, 6, 7, 10, 13, 16, 22, 23])
    censored = Counter([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    curve = survival(relapsed, censored)
    assert curve.days == (6, 7, 10, 13, 16, 22, 23)
    published = (0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448)
    assert curve.open == tuple(pytest.approx(share, abs=5e-4) for share in published)
    assert curve.median == 23
    assert curve.quartiles == (13, None)


def test_kaplan_meier_without_anything_censored_is_the_share_itself() -> None:
    curve = survival({1: 1, 3: 1, 10: 1, 20: 1}, {})
    assert curve.open == (0.75, 0.5, 0.25, 0.0)
    assert (curve.median, curve.quartiles) == (3, (1, 10))


@pytest.mark.parametrize(("resolved", "censored"), [({}, {}), ({}, {5: 3})])
def test_a_curve_that_never_comes_down(resolved: dict[int, int], censored: dict[int, int]) -> None:
    curve = survival(resolved, censored)
    assert (curve.days, curve.median, curve.quartiles) == ((), None, (None, None))


@pytest.mark.parametrize(
    ("counts", "median"),
    [({}, None), ({4: 1}, 4), ({1: 1, 3: 1, 10: 1, 20: 1}, 6.5), ({0: 2, 7: 1}, 0), ({1: 2, 2: 2}, 1.5)],
)
def test_the_median_of_counts(counts: dict[int, int], median: float | None) -> None:
    assert median_of(counts) == median


def test_direct_standardisation() -> None:
    """Two categories, standard mix 30 to 10: own shares 8/10 and 1/4 give 0.75 x 0.8 + 0.25 x 0.25 = 0.6625."""
    found = standardise({"neighbour": (8, 10), "labour": (1, 4)}, {"neighbour": 30, "labour": 10})
    assert found is not None
    assert (found.share, found.covered) == (pytest.approx(0.6625), 1.0)
    # Variance 0.5625 x (9/12 x 3/12) / 12 + 0.0625 x (2/6 x 4/6) / 6 = 0.0087891 + 0.0023148, half = 0.20653.
    assert (found.low, found.high) == (pytest.approx(0.4560, abs=1e-4), pytest.approx(0.8690, abs=1e-4))


def test_a_category_without_own_cases_is_said_to_be_missing() -> None:
    found = standardise({"neighbour": (3, 4)}, {"neighbour": 30, "labour": 10})
    assert found is not None
    assert (found.share, found.covered) == (0.75, 0.75)
    assert standardise({}, {"neighbour": 30}) is None
