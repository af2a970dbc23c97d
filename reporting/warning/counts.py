"""Cases counted by local day, for cells: a division of any level and a category."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from reporting.warning.days import Ints

LENGTHS = (6, 9, 12)
"""Digits of the codes of counties, townships and villages."""

LEAST_IN_VILLAGE = 12
"""A village has enough cases of a category to be looked at alone when so many are in its history."""


class DayCount(NamedTuple):
    """So many cases of one day, division and category."""

    day: dt.date
    division: str
    category: str
    cases: int


class Cell(NamedTuple):
    """What is compared with its own history."""

    division: str
    category: str


@dataclass(frozen=True)
class Level:
    """The cells of one level. Arrays have one column a cell or a division.

    ``parents`` gives for each cell the column of the level above (for counties: of the category), ``places`` the
    column of its division in ``totals``. Sums run over the days from the first: row n holds the days before day n.
    """

    length: int
    cells: list[Cell]
    parents: Ints
    places: Ints
    counties: Ints
    sums: Ints
    totals: Ints
    place_parents: Ints


@dataclass(frozen=True)
class Counts:
    """Everything that is known of the days ``first`` … ``first + days - 1``, as running sums."""

    first: dt.date
    days: int
    categories: list[str]
    counties: list[str]
    whole: Ints
    """Row n: cases of each category in all places before day n."""
    levels: list[Level]


def gather(
    rows: Iterable[DayCount], *, first: dt.date, days: int, divisions: Sequence[str], categories: Sequence[str]
) -> Counts:
    """Arrange daily counts by cells of all levels.

    Args:
        rows: counts; days outside are left out, divisions below those named count for them.
        divisions: codes of the counties and townships that are looked at, whether they have cases or not.
        categories: codes of the categories that are looked at.
    """
    column = {code: index for index, code in enumerate(categories)}
    known = sorted({code for code in divisions if len(code) in LENGTHS[:2]})
    counties = [code for code in known if len(code) == LENGTHS[0]]
    kept = [
        ((row.day - first).days, row.division, column[row.category], row.cases)
        for row in rows
        if row.category in column and 0 <= (row.day - first).days < days
    ]
    whole = np.zeros((days + 1, len(categories)), dtype=np.int64)
    np.add.at(whole, ([row[0] + 1 for row in kept], [row[2] for row in kept]), [row[3] for row in kept])
    townships = [code for code in known if len(code) == LENGTHS[1] and code[:6] in counties]
    villages = _villages(kept, set(townships))
    levels: list[Level] = []
    for length, places in ((6, counties), (9, townships), (12, sorted(villages))):
        pairs = [(code, k) for code in places for k in (villages[code] if length == 12 else range(len(categories)))]
        levels.append(_level(length, places, pairs, kept, levels, categories, counties, days))
    return Counts(first, days, list(categories), counties, whole.cumsum(axis=0), levels)


def _villages(kept: Sequence[tuple[int, str, int, int]], townships: set[str]) -> dict[str, list[int]]:
    """The villages with enough cases of a category, each with those categories."""
    history: dict[tuple[str, int], int] = {}
    for _day, code, category, count in kept:
        if len(code) == LENGTHS[2] and code[:9] in townships:
            history[code, category] = history.get((code, category), 0) + count
    found: dict[str, list[int]] = {}
    for (code, category), count in sorted(history.items()):
        if count >= LEAST_IN_VILLAGE:
            found.setdefault(code, []).append(category)
    return found


def _level(
    length: int,
    places: list[str],
    pairs: list[tuple[str, int]],
    kept: Sequence[tuple[int, str, int, int]],
    above: list[Level],
    categories: Sequence[str],
    counties: list[str],
    days: int,
) -> Level:
    place = {code: index for index, code in enumerate(places)}
    cell = {pair: index for index, pair in enumerate(pairs)}
    sums = np.zeros((days + 1, len(pairs)), dtype=np.int64)
    totals = np.zeros((days + 1, len(places)), dtype=np.int64)
    here = [(day + 1, code[:length], category, count) for day, code, category, count in kept if code[:length] in place]
    np.add.at(totals, ([row[0] for row in here], [place[row[1]] for row in here]), [row[3] for row in here])
    mine = [row for row in here if (row[1], row[2]) in cell]
    np.add.at(sums, ([row[0] for row in mine], [cell[row[1], row[2]] for row in mine]), [row[3] for row in mine])
    if above:
        columns: Mapping[Cell, int] = {one: index for index, one in enumerate(above[-1].cells)}
        parents = [columns[Cell(code[: above[-1].length], categories[k])] for code, k in pairs]
        higher = _places_of(above[-1])
        place_parents = [higher[code[: above[-1].length]] for code in places]
    else:
        parents, place_parents = [k for _code, k in pairs], [0] * len(places)
    return Level(
        length,
        [Cell(code, categories[k]) for code, k in pairs],
        _ints(parents),
        _ints([place[code] for code, _k in pairs]),
        _ints([counties.index(code[:6]) for code, _k in pairs]),
        sums.cumsum(axis=0),
        totals.cumsum(axis=0),
        _ints(place_parents),
    )


def _places_of(level: Level) -> dict[str, int]:
    """The column of each division in ``totals``."""
    return {cell.division: int(level.places[index]) for index, cell in enumerate(level.cells)}


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
