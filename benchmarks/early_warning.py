"""Early warning, back-tested: outbreaks planted in simulated registers, looked for day by day by the nightly functions.

The register is drawn as the demo's is (days, seasons, growth, categories, shares of the counties, villages alike), at
its volume, from 2023 to the middle of 2026; the last twelve months are gone through day by day. Outbreaks are planted
all the time, also in the years that are learnt from: in a county or in one township, of one category, 6 to 30 cases
more within 14 days.

What counts was laid down before anything was tuned: an outbreak of at least ``LEAST_EXTRA`` cases that makes the
fortnight at least ``LEAST_TIMES`` as busy as that place and category are used to. Smaller ones are planted and printed
too. *Found* is an outbreak when an alert on its category, at its place, above it or within it, is opened on one of its
14 days (the night after the last counts). *False* is an alert that no outbreak explains that began at most 49 days
before. The seeds are not those that the parameters were tried with.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.run import Row

SEEDS = (101, 102, 103, 104, 105, 106)
VOLUME, BEGIN, TESTED, END = 16_412, dt.date(2023, 1, 1), dt.date(2025, 7, 1), dt.date(2026, 6, 30)
SIZES, LENGTH, A_YEAR = (6, 8, 10, 15, 20, 30), 14, 48
LEAST_EXTRA, LEAST_TIMES = 8, 4.0
EXPLAINED = 49
MOST_FALSE, LEAST_FOUND = 1.0, 90.0
DIVISIONS = Path("departments/reference/divisions.csv")


@dataclass(frozen=True)
class Outbreak:
    """So many cases more of a category at a place, within :data:`LENGTH` days from ``start`` on."""

    start: dt.date
    place: str
    category: str
    extra: int
    usual: float

    @property
    def counts(self) -> bool:
        return self.extra >= LEAST_EXTRA and self.extra + self.usual >= LEAST_TIMES * self.usual

    def explains(self, place: str, category: str, day: dt.date, within: int) -> bool:
        related = place.startswith(self.place) or self.place.startswith(place)
        return related and category == self.category and 0 <= (day - self.start).days < within


@dataclass
class Tally:
    """What the back-tests found; by size: found and planted."""

    found: int = 0
    counted: int = 0
    false: int = 0
    by_size: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    days: list[int] = field(default_factory=list)


def run() -> list[Row]:
    """The share of outbreaks found within 14 days, and false alarms per county and month."""
    tally, counties = back_test(SEEDS)
    months = len(SEEDS) * 12
    false = tally.false / counties / months
    share = 100 * tally.found / tally.counted
    _print(tally)
    what = (
        f"{tally.counted} planted outbreaks of {LEAST_EXTRA} cases or more that make a fortnight {LEAST_TIMES:g} times"
    )
    return [
        Row(
            "early_warning", f"{what} as busy: found within 14 days", share, "%", LEAST_FOUND, share / LEAST_FOUND,
            "≥ 1", share >= LEAST_FOUND,
        ),
        Row(
            "early_warning", f"false alarms per county and month ({counties} counties, {months} months)", false, "",
            MOST_FALSE, false / MOST_FALSE, "≤ 1", false <= MOST_FALSE,
        ),
    ]  # fmt: skip


def back_test(seeds: tuple[int, ...]) -> tuple[Tally, int]:
    """Each seed is a register of its own."""
    tally, stage = Tally(), Stage()
    for seed in seeds:
        rng = np.random.default_rng(seed)
        outbreaks = list(stage.outbreaks(rng))
        _judge(tally, outbreaks, list(_alerts(stage, rng, outbreaks)))
    return tally, len(stage.counties)


def _alerts(stage: Stage, rng: np.random.Generator, outbreaks: list[Outbreak]) -> Iterator[tuple[dt.date, str, str]]:
    """Day, place and category of every alert that is opened in the tested year."""
    from reporting.warning.assess import Rules, assess, ended
    from reporting.warning.counts import gather
    from reporting.warning.days import calendar_of

    days = (END - BEGIN).days + 1
    rows = stage.cases(rng, outbreaks)
    divisions = sorted({code[:length] for code in stage.villages for length in (6, 9)})
    counts = gather(rows, first=BEGIN, days=days, divisions=divisions, categories=stage.categories)
    calendar = calendar_of(BEGIN, days, [() for _county in counts.counties])
    last_held = {}
    for offset in range((TESTED - BEGIN).days - 30, days):
        day = BEGIN + dt.timedelta(days=offset)
        _model, findings = assess(counts, calendar, day, Rules())
        for finding in findings:
            if finding.cell not in last_held and day >= TESTED:
                yield day, *finding.cell
            last_held[finding.cell] = day
        for cell in ended(last_held, day):
            del last_held[cell]


def _judge(tally: Tally, outbreaks: list[Outbreak], alerts: list[tuple[dt.date, str, str]]) -> None:
    for outbreak in outbreaks:
        if not TESTED <= outbreak.start <= END - dt.timedelta(days=LENGTH):
            continue
        days = [
            (day - outbreak.start).days + 1
            for day, place, category in alerts
            if outbreak.explains(place, category, day, LENGTH)
        ]
        tally.counted += outbreak.counts
        tally.found += outbreak.counts and bool(days)
        tally.days += [min(days)] if days and outbreak.counts else []
        cell = tally.by_size["counts" if outbreak.counts else "too small", outbreak.extra]
        cell[0] += bool(days)
        cell[1] += 1
    tally.false += sum(
        not any(one.explains(place, category, day, EXPLAINED) for one in outbreaks) for day, place, category in alerts
    )


def _print(tally: Tally) -> None:
    for (kind, size), (found, planted) in sorted(tally.by_size.items()):
        print(f"early_warning: {kind:9} +{size:2} cases: {found:3} of {planted:3} found within {LENGTH} days")
    print(f"early_warning: half of those that count were found by day {int(np.median(tally.days or [0]))}")


class Stage:
    """The real divisions, with the demo's shares and habits."""

    def __init__(self) -> None:
        from governance_center.calendar import is_working_day
        from reporting.simulation.prefecture import WEIGHTS, category_weights, day_weight
        from reporting.simulation.world import COUNTIES

        with DIVISIONS.open(encoding="utf-8") as file:
            self.villages = [row["code"] for row in csv.DictReader(file) if row["level"] == "village"]
        self.counties = list(COUNTIES)
        sizes = {county: sum(code[:6] == county for code in self.villages) for county in self.counties}
        self.village_shares = np.array([COUNTIES[code[:6]][0] / sizes[code[:6]] for code in self.villages])
        self.village_shares /= self.village_shares.sum()
        self.categories = list(WEIGHTS)
        every = [BEGIN + dt.timedelta(days=n) for n in range((END - BEGIN).days + 1)]
        self.days = [day for day in every if is_working_day(day)[0]]
        weights = np.array([day_weight(day) for day in self.days])
        self.day_shares = weights / weights.sum()
        mix = np.array([list(category_weights(day).values()) for day in self.days])
        self.mix = mix / mix.sum(axis=1, keepdims=True)

    def share_of(self, place: str) -> float:
        inside = [code.startswith(place) for code in self.villages]
        return float(self.village_shares[inside].sum())

    def outbreaks(self, rng: np.random.Generator) -> Iterator[Outbreak]:
        """Places and categories as often as cases come from there; half in a county, half in one township."""
        overall = self.mix.mean(axis=0)
        for year_start in (dt.date(2023, 7, 1), dt.date(2024, 7, 1), TESTED):
            for _number in range(A_YEAR):
                start = year_start + dt.timedelta(days=int(rng.integers(350)))
                place = self.villages[rng.choice(len(self.villages), p=self.village_shares)][: rng.choice([6, 9])]
                column = int(rng.choice(len(self.categories), p=overall))
                inside = np.array([0 <= (day - start).days < LENGTH for day in self.days])
                usual = VOLUME * (self.day_shares * self.mix[:, column])[inside].sum() * self.share_of(place)
                yield Outbreak(start, place, self.categories[column], int(rng.choice(SIZES)), float(usual))

    def cases(self, rng: np.random.Generator, outbreaks: list[Outbreak]) -> list:  # type: ignore[type-arg]
        """The rows of a register as they come from the database."""
        from reporting.warning.counts import DayCount

        days = rng.choice(len(self.days), VOLUME, p=self.day_shares)
        chance = rng.random((VOLUME, 1))
        columns = (self.mix.cumsum(axis=1)[days] < chance).sum(axis=1).clip(max=len(self.categories) - 1)
        villages = rng.choice(len(self.villages), VOLUME, p=self.village_shares)
        rows = [
            DayCount(self.days[day], self.villages[village], self.categories[column], 1)
            for day, village, column in zip(days, villages, columns, strict=True)
        ]
        for one in outbreaks:
            here = [code for code in self.villages if code.startswith(one.place)]
            near = [n for n, day in enumerate(self.days) if 0 <= (day - one.start).days < LENGTH]
            shares = self.day_shares[near] / self.day_shares[near].sum()
            for day in rng.choice(near, one.extra, p=shares):
                rows.append(DayCount(self.days[day], here[rng.integers(len(here))], one.category, 1))
        return rows
