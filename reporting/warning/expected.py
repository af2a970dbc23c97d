"""How many cases a cell lets expect: fitted to up to three years of its own history and that of what it is part of.

The expected number of a day is the product of

- the **level** of the category in the whole area: the recent rate, moved on by the growth of the last year;
- the **share** of the division in it, its own as far as its cases tell it, else drawn towards its share in all
  categories (:func:`_posterior`); and of a township within its county, of a village within its township;
- the **season**: the month of the year, of the category, drawn towards that of all categories, and of the county;
- the **kind of day**: weekday, day off, weekend worked in exchange.

The last four weeks are not part of the history. It is cut into blocks of four weeks; a block far above what was
expected (an earlier outbreak) counts less, as in Farrington et al. 1996; recent blocks count more. How far the blocks
scatter beyond chance is the dispersion of a negative binomial distribution; none makes it a Poisson distribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from reporting.warning.counts import Counts, Level
from reporting.warning.days import OFF, Calendar, Floats, Ints, factors

BLOCK = 28
"""Days of a block of history, and of the gap before the day looked at."""

MOST_BLOCKS, LEAST_BLOCKS = 39, 6
"""Three years; less than half a year is no history."""

YEAR = 13
"""Blocks of a year."""

LEVEL_HALF_LIFE, SHARE_HALF_LIFE = 6.5, 13.0
"""Blocks after which history counts half, for the level of a category and for the share of a division in it."""

MIXTURE = ((0.9, 3.0), (0.1, 0.5))
"""How a place's share in a category lies to its share in all: in nine of ten cells so near that the latter weighs as
much as three cases, in one anywhere. Weights and sizes of gamma distributions with the mean 1."""

SEASON_CASES = 50.0
"""A season is drawn towards the one above it by the weight of so many cases a month."""

ODD, PSEUDO = 2.5, 50.0
"""Standard deviations from which a block is odd; weight of the dispersion that all categories have in common."""

MOST_GROWTH, GROWTH_CASES = 1.25, 500.0
"""Bounds of the growth of a year, and the weight by which it is drawn towards none."""


@dataclass(frozen=True)
class Fit:
    """A fitted level: the share of each cell in its parent, and how far a count may scatter beyond chance."""

    level: Level
    rates: Floats
    dispersion: Floats
    usual: Floats
    """Expected cases of each cell in each block of the history, the latest last."""


@dataclass(frozen=True)
class Expected:
    """The cells of a level and window: cases seen, cases expected, dispersion; one entry a cell."""

    level: Level
    observed: Ints
    mean: Floats
    dispersion: Floats


@dataclass(frozen=True)
class Model:
    """Everything that is fitted for one day. ``day_means`` has one row a day from ``start`` on, one column a county
    cell: what the whole level lets expect there before the county's share."""

    counts: Counts
    start: int
    end: int
    last: int
    day_means: Floats
    fits: list[Fit]

    def window(self, length: int, ending: int | None = None) -> list[Expected]:
        """The last ``length`` days up to and with the day of index ``ending`` (of all days; else the day fitted)."""
        stop = (self.last if ending is None else ending) + 1
        means = self.day_means[max(stop - length - self.start, 0) : stop - self.start].sum(axis=0)
        found = []
        for index, fit in enumerate(self.fits):
            means = (means if index == 0 else means[fit.level.parents]) * fit.rates
            observed = fit.level.sums[stop] - fit.level.sums[max(stop - length, 0)]
            found.append(Expected(fit.level, observed, means, fit.dispersion))
        return found


def fit(counts: Counts, calendar: Calendar, last: int) -> Model | None:
    """Fit everything for the day of index ``last``; None where there is less than half a year of history."""
    end = last + 1 - BLOCK
    began = _began(counts)
    blocks = min(MOST_BLOCKS, (end - int(began.min(initial=counts.days))) // BLOCK)
    if blocks < LEAST_BLOCKS:
        return None
    start = end - blocks * BLOCK
    days = np.arange(start, last + 1)
    counties = counts.levels[0]
    alive = (days[None, :] >= began[:, None]).astype(np.float64)
    totals = np.diff(counties.totals[start : last + 2], axis=0).T.astype(np.float64)
    trained = end - start
    kinds = calendar.kinds[:, start : last + 1]
    busy = factors(totals[:, :trained], kinds[:, :trained], alive[:, :trained])[kinds] * alive
    months = calendar.months[start : last + 1]
    shares = totals[:, :trained].sum(axis=1)
    shares = shares / max(float(shares.sum()), 1e-9)
    whole = _Whole.of(
        np.diff(counts.whole[start : end + 1], axis=0).astype(np.float64), shares @ busy[:, :trained], months[:trained]
    )
    season = _county_seasons(counties, whole, busy[:, :trained], months[:trained], start)
    path = np.vstack([np.repeat(whole.path, BLOCK, axis=0), np.tile(whole.now, (BLOCK, 1))])
    day_means = busy.T[:, counties.counties] * path[:, counties.parents] * season[months]
    return Model(counts, start, end, last, day_means, _fits(counts, whole, day_means[:trained], start, blocks))


def _began(counts: Counts) -> Ints:
    """The first day with a case, of each county; the number of days where there is none."""
    totals = counts.levels[0].totals[1:] > 0
    found: Ints = np.where(totals.any(axis=0), totals.argmax(axis=0), counts.days)
    return found


def _by_block(values: Floats | Ints) -> Floats:
    found: Floats = values.reshape(-1, BLOCK, values.shape[1]).sum(axis=1).astype(np.float64)
    return found


def _month_table(months: Ints) -> Floats:
    found: Floats = (months[None, :] == np.arange(12)[:, None]).astype(np.float64)
    return found


@dataclass(frozen=True)
class _Whole:
    """The categories in the whole area: level in each block, level now, season; ``known`` cases stand behind it."""

    path: Floats
    now: Floats
    season: Floats
    known: Floats

    @classmethod
    def of(cls, cases: Floats, busy: Floats, months: Ints) -> _Whole:
        """From the cases of each day (one column a category), how busy the days are, and their months."""
        table, seen = _month_table(months), _by_block(cases)
        blocks = len(seen)
        by_month = table @ cases
        season = np.ones((12, cases.shape[1]))
        near = np.abs(np.subtract.outer(np.arange(blocks), np.arange(blocks)))
        flat = (near <= YEAR // 2).astype(np.float64)
        for _turn in range(3):
            level = _smooth(flat, seen, _by_block(busy[:, None] * season[months]))
            expected = table @ (busy[:, None] * np.repeat(level, BLOCK, axis=0))
            common = (by_month.sum(axis=1) + SEASON_CASES) / (expected.sum(axis=1) + SEASON_CASES)
            drawn = common[:, None]
            season = (by_month + SEASON_CASES * drawn) / (expected + SEASON_CASES)
        exposure = _by_block(busy[:, None] * season[months])
        kernel = 0.5 ** (near / LEVEL_HALF_LIFE)
        first = _smooth(kernel, seen, exposure)
        weights = _weights(seen, first * exposure, np.zeros(cases.shape[1]))
        path = _smooth(kernel, seen * weights, exposure * weights)
        ages = np.arange(blocks)[::-1]
        growth = _growth(seen * weights, exposure * weights)
        age = float((kernel[-1] * ages).sum() / kernel[-1].sum()) + 1.5
        known = kernel[-1] @ (seen * weights) * kernel[-1].sum() / (kernel[-1] ** 2).sum()
        return cls(path, path[-1] * growth ** (age / YEAR), season, known)


def _smooth(kernel: Floats, cases: Floats, exposure: Floats) -> Floats:
    """The rate around each block; a little is added so that nothing is divided by nothing."""
    usual = cases.sum(axis=0) / np.maximum(exposure.sum(axis=0), 1e-9)
    found: Floats = (kernel @ cases + usual * 1e-3 + 1e-9) / (kernel @ exposure + 1e-3)
    return found


def _growth(cases: Floats, exposure: Floats) -> float:
    """The rate of the last year over that of the year before, all categories together; 1 where it is not known."""
    if len(cases) < 2 * YEAR:
        return 1.0
    level = cases.sum(axis=0) / np.maximum(exposure.sum(axis=0), 1e-9)
    expected = exposure @ level
    seen = cases.sum(axis=1)
    late = (seen[-YEAR:].sum() + GROWTH_CASES) / (expected[-YEAR:].sum() + GROWTH_CASES)
    early = (seen[-2 * YEAR : -YEAR].sum() + GROWTH_CASES) / (expected[-2 * YEAR : -YEAR].sum() + GROWTH_CASES)
    return float(np.clip(late / early, 1 / MOST_GROWTH, MOST_GROWTH))


def _county_seasons(level: Level, whole: _Whole, busy: Floats, months: Ints, start: int) -> Floats:
    """The season of each county and category, drawn towards that of the category."""
    table = _month_table(months)
    cases = np.diff(level.sums[start : start + len(months) + 1], axis=0).astype(np.float64)
    means = busy.T[:, level.counties] * np.repeat(whole.path, BLOCK, axis=0)[:, level.parents]
    drawn = whole.season[:, level.parents]
    expected = (table @ means) * drawn
    seen = table @ cases
    expected *= (seen.sum(axis=0) + 1) / (expected.sum(axis=0) + 1)
    found: Floats = drawn * (seen + SEASON_CASES) / (expected + SEASON_CASES)
    return found


def _fits(counts: Counts, whole: _Whole, day_means: Floats, start: int, blocks: int) -> list[Fit]:
    fits: list[Fit] = []
    edges = start + BLOCK * np.arange(blocks + 1)
    categories = counts.levels[0].parents
    for level in counts.levels:
        seen = np.diff(level.sums[edges], axis=0).astype(np.float64)
        totals = np.diff(level.totals[edges], axis=0).astype(np.float64)
        if not fits:
            parents = _by_block(day_means)
            higher = parents @ np.eye(len(counts.counties))[level.places]
        else:
            parents = fits[-1].usual[:, level.parents]
            categories = categories[level.parents]
            higher = np.diff(counts.levels[len(fits) - 1].totals[edges], axis=0)[:, level.place_parents]
        fitted = _fit_level(level, seen, totals, parents, higher.astype(np.float64), categories)
        if not fits:
            known = np.maximum(whole.known[categories], 1.0)
            fitted = replace(fitted, dispersion=fitted.dispersion + 1 / known)
        fits.append(fitted)
    return fits


def _fit_level(level: Level, seen: Floats, totals: Floats, parents: Floats, higher: Floats, categories: Ints) -> Fit:
    """The shares of the cells of a level; all arrays have one row a block.

    Args:
        seen, parents: cases of each cell, and what its parent lets expect, one column a cell.
        totals, higher: cases of each division and of the one above it, one column a division.
        categories: the category of each cell.
    """
    ages = np.arange(len(seen))[::-1]
    recent = 0.5 ** (ages / SHARE_HALF_LIFE)
    prior = ((recent @ totals + 0.5) / (recent @ higher + 1.0))[level.places]
    recent = recent * recent.sum() / (recent**2).sum()
    scatter = np.zeros(seen.shape[1])
    weights = np.ones_like(seen)
    for _turn in range(2):
        factor, doubt = _posterior(recent @ (seen * weights), recent @ (parents * weights) * prior)
        usual = parents * prior * factor
        weights = _weights(seen, usual, scatter)
        scatter = _dispersion(seen, usual, weights, categories)
    return Fit(level, prior * factor, scatter + doubt, usual)


def _posterior(cases: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """How many times what its share in all categories lets expect comes of a cell, and the doubt about that.

    An empirical Bayes estimate: Poisson counts whose factors come from :data:`MIXTURE`, so that a cell with few cases
    stays near 1 and one that many cases show to be far off is taken at its own word (the multi-item gamma-Poisson
    shrinker of DuMouchel 1999, American Statistician 53(3)).

    Args:
        cases, expected: of each cell, added up over its history.

    Returns:
        Mean and squared coefficient of variation of the factor of each cell.
    """
    chances, means, squares = [], [], []
    for weight, size in MIXTURE:
        gamma = np.array([math.lgamma(size + one) - math.lgamma(size) for one in cases])
        likelihood = gamma + size * math.log(size) - (size + cases) * np.log(size + expected)
        chances.append(math.log(weight) + likelihood)
        means.append((size + cases) / (size + expected))
        squares.append(means[-1] * (size + cases + 1) / (size + expected))
    shares = np.exp(chances - np.max(chances, axis=0))
    shares /= shares.sum(axis=0)
    factor: Floats = (shares * means).sum(axis=0)
    doubt: Floats = (shares * squares).sum(axis=0) / factor**2 - 1
    return factor, doubt


def _weights(seen: Floats, usual: Floats, scatter: Floats) -> Floats:
    """1 for an ordinary block, less for one far above what was expected."""
    spread = np.sqrt(usual + scatter * usual**2 + 0.5)
    distance = (seen - usual) / spread
    found: Floats = np.where(distance > ODD, (ODD / np.maximum(distance, ODD)) ** 2, 1.0)
    return found


def _dispersion(seen: Floats, usual: Floats, weights: Floats, categories: Ints) -> Floats:
    """By moments, for each category of a level, drawn towards that of all categories; never below 0."""
    if not seen.shape[1]:
        return np.zeros(0)
    beyond = (weights * ((seen - usual) ** 2 - usual)).sum(axis=0)
    base = (weights * usual**2).sum(axis=0)
    common = max(float(beyond.sum() / max(base.sum(), 1e-9)), 0.0)
    number = int(categories.max()) + 1
    top = np.bincount(categories, weights=beyond, minlength=number) + PSEUDO * common
    bottom = np.bincount(categories, weights=base, minlength=number) + PSEUDO
    found: Floats = np.maximum(top / bottom, 0.0)[categories]
    return found


__all__ = ("BLOCK", "OFF", "Expected", "Fit", "Model", "fit")
