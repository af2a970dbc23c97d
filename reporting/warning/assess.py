"""Which cells have more cases than their history lets expect, and how an alert lives on."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from reporting.warning.counts import Cell, Counts
from reporting.warning.days import Calendar
from reporting.warning.expected import BLOCK, Expected, Model, fit
from reporting.warning.tails import benjamini_hochberg, quantile, upper_tail

WINDOWS = (7, 28)
"""Days that are looked at together."""

DAYS_OF_HISTORY = 39 * BLOCK + BLOCK
"""So many days are looked at in all: three years and the gap before them."""

DAYS_TO_CLOSE = 7
"""An alert closes by itself when it has not held for so many days."""


@dataclass(frozen=True)
class Rules:
    """When a cell is told of: the share of false ones among all told of, and the least a cell must show."""

    rate: float = 0.05
    least: int = 4
    times: float = 2.0


@dataclass(frozen=True)
class Finding:
    """A cell with more cases in the ``window`` days up to ``day`` than it lets expect."""

    cell: Cell
    day: dt.date
    window: int
    observed: int
    expected: float
    dispersion: float
    tail: float
    column: tuple[int, int]
    """Where the cell stands: number of the level, number of the cell."""

    @property
    def ratio(self) -> float:
        return self.observed / max(self.expected, 1e-9)


@dataclass(frozen=True)
class Week:
    """Cases of seven days from ``first`` on, what was expected, and between what 19 of 20 such weeks lie."""

    first: dt.date
    observed: int
    expected: float
    low: int
    high: int


def assess(counts: Counts, calendar: Calendar, day: dt.date, rules: Rules) -> tuple[Model | None, list[Finding]]:
    """The cells that stand out on ``day``, the last complete day; the most improbable first.

    The cells and windows of a level within a county are one family: of what a county is told of itself, of its
    townships or of its villages, at most ``rules.rate`` is false in the long run. Where there is less than half a
    year of history nothing is found (and there is no model).
    """
    model = fit(counts, calendar, (day - counts.first).days)
    if model is None:
        return None, []
    found: dict[Cell, Finding] = {}
    seen = {window: model.window(window) for window in WINDOWS}
    for number in range(len(counts.levels)):
        for finding in _discoveries(counts, {window: seen[window][number] for window in WINDOWS}, number, day, rules):
            best = found.get(finding.cell)
            if best is None or finding.tail < best.tail:
                found[finding.cell] = finding
    return model, sorted(found.values(), key=lambda one: (one.tail, one.cell))


def _discoveries(
    counts: Counts, seen: Mapping[int, Expected], number: int, day: dt.date, rules: Rules
) -> Iterator[Finding]:
    """The findings of a level, each county a family.

    Cells below the least that is told of are tested with the probability 1, which errs on the side of silence.
    """
    families: dict[int, list[Finding]] = defaultdict(list)
    level = counts.levels[number]
    tested = len(WINDOWS) * np.bincount(level.counties, minlength=len(counts.counties))
    for window, expected in seen.items():
        for finding in _above(expected, number, window, day, rules):
            families[int(level.counties[finding.column[1]])].append(finding)
    for county, findings in families.items():
        kept = benjamini_hochberg([one.tail for one in findings], rules.rate, int(tested[county]))
        yield from (finding for finding, is_kept in zip(findings, kept, strict=True) if is_kept)


def _above(expected: Expected, number: int, window: int, day: dt.date, rules: Rules) -> Iterator[Finding]:
    """The cells with as many cases as are told of, and how probable so many are."""
    enough = (expected.observed >= rules.least) & (expected.observed >= rules.times * expected.mean)
    for column in enough.nonzero()[0]:
        observed, mean = int(expected.observed[column]), float(expected.mean[column])
        dispersion = float(expected.dispersion[column])
        yield Finding(
            expected.level.cells[column], day, window, observed, mean, dispersion,
            upper_tail(observed, mean, dispersion), (number, int(column)),
        )  # fmt: skip


def weeks(model: Model, finding: Finding, number: int = 26) -> list[Week]:
    """The last weeks of a cell, the latest last."""
    found = []
    for back in range(number - 1, -1, -1):
        ending = model.last - 7 * back
        if ending - 6 < model.start:
            continue
        number_of_level, column = finding.column
        one = model.window(7, ending)[number_of_level]
        mean, dispersion = float(one.mean[column]), float(one.dispersion[column])
        first = model.counts.first + dt.timedelta(days=ending - 6)
        low, high = quantile(0.025, mean, dispersion), quantile(0.975, mean, dispersion)
        found.append(Week(first, int(one.observed[column]), round(mean, 2), low, high))
    return found


def ended(last_held: Mapping[Cell, dt.date], day: dt.date) -> set[Cell]:
    """Which of the open alerts close on ``day``: those that have not held for :data:`DAYS_TO_CLOSE` days."""
    return {cell for cell, held in last_held.items() if (day - held).days >= DAYS_TO_CLOSE}
