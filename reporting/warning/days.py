"""What a day is like for a centre: its weekday, whether offices work, and its month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance_center.calendar import is_working_day

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

KINDS = 7
"""Monday to Friday when offices work, a weekend worked in exchange for a holiday, and a day off."""

EXCHANGED, OFF = 5, 6
PSEUDO_DAYS = 5
"""A kind of day with few examples is drawn towards an ordinary day, by the weight of so many days."""


def kind_of(day: dt.date, local_holidays: Collection[dt.date] = ()) -> int:
    """The kind of a local day: its weekday, :data:`EXCHANGED` or :data:`OFF`."""
    if not is_working_day(day, local_holidays)[0]:
        return OFF
    return min(day.weekday(), EXCHANGED)


def kinds_of(first: dt.date, count: int, local_holidays: Collection[dt.date] = ()) -> Ints:
    """The kinds of ``count`` days from ``first`` on."""
    return np.array([kind_of(first + dt.timedelta(days=n), local_holidays) for n in range(count)], dtype=np.int64)


@dataclass(frozen=True)
class Calendar:
    """The kinds of the days of each county (one row a county) and the months of the days."""

    kinds: Ints
    months: Ints


def calendar_of(first: dt.date, count: int, holidays: Sequence[Collection[dt.date]]) -> Calendar:
    """The calendar of ``count`` days; ``holidays`` are the local ones, one collection a county."""
    rows = [kinds_of(first, count, one) for one in holidays]
    return Calendar(np.array(rows).reshape(len(rows), count), months_of(first, count))


def months_of(first: dt.date, count: int) -> Ints:
    """The months (0 to 11) of ``count`` days from ``first`` on."""
    return np.array([(first + dt.timedelta(days=n)).month - 1 for n in range(count)], dtype=np.int64)


def factors(totals: Floats, kinds: Ints, alive: Floats) -> Floats:
    """How busy each kind of day is; 1 is the average of all days.

    Args:
        totals: cases of each day, all categories together, one row a county.
        kinds: the kind of each of these days, of the same shape.
        alive: 1 for the days on which the county kept cases, 0 before; of the same shape.
    """
    usual = totals.sum(axis=1, keepdims=True) / np.maximum(alive.sum(axis=1, keepdims=True), 1)
    cases = np.bincount(kinds.ravel(), weights=(totals * alive).ravel(), minlength=KINDS)
    expected = np.bincount(kinds.ravel(), weights=(usual * alive).ravel(), minlength=KINDS)
    ordinary = cases[:OFF].sum() / max(expected[:OFF].sum(), 1e-9)
    prior = np.full(KINDS, ordinary)
    prior[OFF] = 1 / PSEUDO_DAYS
    weight = PSEUDO_DAYS * max(float(usual.sum()), 1e-9)
    found: Floats = (cases + weight * prior) / (expected + weight)
    return found
