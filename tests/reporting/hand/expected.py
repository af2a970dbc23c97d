"""What the figures of the ledger are, written down number by number.

One line for each place and period, one column for each figure: a count, or numerator/denominator. How each was counted
in the prefecture over the four months (the numbers are those of the cases):

- ``accepted``: all with acc but consultations (15 16 35 58) and merged ones (13 45); 17 36 53 never were accepted: 70
  - 9.
- ``resolution_rate``: 61 less open (14), withdrawn (4) and guided (4).
- ``adjusted_rate``: without 21 (court) and 29 (settled).
- ``open``: 09 and 57 because they were reopened; 57 had been withdrawn.
- ``overdue``: 27 stands still since before its end, 33 was cancelled.
- ``withdrawn``: 44 after two resolutions.
- ``guided``: 52 to arbitration.
- ``reopened``: 08 09 44 57.
- ``relapse_rate``: 08 44; 09 after 306 days; below: the 39 resolved, 09 and 44; 57 was reopened without ever having
  been resolved.
- ``contained_rate``: 01 07 14 19 24 48 by a township, 04 32 39 by a village.
- ``one_trip_rate``: 39 less 24 (two visits), 50 (three) and 11 (its own visit and that of 13, merged into it).
- ``quick_rate``: 04 18 51.
- ``repeat_rate``: 26 48.
- ``satisfaction``: 01 03 26 38 content, 02 28 fairly; 10 49 not.
- ``answer_rate``: closed and answered 01 02 03 10 26 28 38 49; closed without an answer 24 39 52.
- ``merged``: 13 45.
- ``refusal_rate``: 17 53 of all 70.
- ``consultations``: 15 16 35 58.
- ``resolved_in_period``: the 39 less 55, which was resolved in May.
- ``mediation_success``: 03 07 22 23 42; failed 06 47; 25 was withdrawn.
- ``on_time_rate``: kept 03 08 10 20 43; too late 46, missed 12 40 62; 61 falls due in May; 13 was merged.
- ``bounce_rate``: returned 06 12 62 of 03 06 06 10 12 12 23 43 47 59 62 62.
- ``performance_rate``: 22 (two instalments) and 03; 07 not, 23 not its last instalment; 42 is not in force.

The columns are in the order of :data:`CODES`.
"""

# ruff: noqa: E501
from __future__ import annotations

import datetime as dt

from reporting.periods import Period
from tests.reporting.hand.ledger import HENAN, LAOTOUGOU, LIYUAN, LONGJING, PREFECTURE, VILLAGE, YANJI

SCOPES = {
    "prefecture": PREFECTURE, "Longjing": LONGJING, "Yanji": YANJI, "Liyuan": LIYUAN, "Laotougou": LAOTOUGOU,
    "village": VILLAGE,
}  # fmt: skip

PERIODS = {
    "January": Period(dt.date(2024, 1, 1), dt.date(2024, 1, 31)),
    "February": Period(dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
    "March": Period(dt.date(2024, 3, 1), dt.date(2024, 3, 31)),
    "April": Period(dt.date(2024, 4, 1), dt.date(2024, 4, 30)),
    "all four": Period(dt.date(2024, 1, 1), dt.date(2024, 4, 30)),
    "a week": Period(dt.date(2024, 3, 11), dt.date(2024, 3, 17)),
    "a day": Period(dt.date(2024, 2, 1), dt.date(2024, 2, 1)),
}

CODES = (
    "accepted",
    "resolution_rate",
    "adjusted_rate",
    "open",
    "overdue",
    "withdrawn",
    "guided",
    "reopened",
    "relapse_rate",
    "contained_rate",
    "one_trip_rate",
    "quick_rate",
    "repeat_rate",
    "satisfaction",
    "answer_rate",
    "merged",
    "refusal_rate",
    "consultations",
    "resolved_in_period",
    "mediation_success",
    "on_time_rate",
    "bounce_rate",
    "performance_rate",
)

NUMBERS = """
prefecture | January  |    14 10/14 10/14     2     1     1     1     2  1/11  4/10  9/10  2/10  0/14   3/4   4/4     1  1/18     2     7   2/2   0/0   2/6   0/1
prefecture | February |    16 12/16 11/14     2     0     1     1     0  0/12  3/12 11/12  0/12  1/16   2/2   2/3     0  0/19     1    10   1/2   4/5   0/1   1/1
prefecture | March    |    15 11/15 11/15     1     1     1     2     1  1/12  2/11 10/11  1/11  1/15   1/2   2/4     1  1/16     0    13   2/2   0/0   0/2   1/1
prefecture | April    |    16  6/16  6/16     9     2     1     0     1   0/6   0/6   6/6   0/6  0/16   0/0   0/0     0  0/17     1     8   0/1   1/4   1/3   0/1
prefecture | all four |    61 39/61 38/59    14     4     4     4     4  2/41  9/39 36/39  3/39  2/61   6/8  8/11     2  2/70     4    38   5/7   5/9  3/12   2/4
prefecture | a week   |     4   3/4   3/4     0     0     0     1     0   0/3   1/3   3/3   0/3   1/4   0/1   1/1     1   0/5     0     2   0/0   0/0   0/1   0/0
prefecture | a day    |     1   1/1   1/1     0     0     0     0     0   0/1   1/1   1/1   0/1   0/1   0/0   0/0     0   0/1     0     1   0/0   0/0   0/0   0/0
Longjing   | January  |    11  8/11  8/11     1     0     1     1     2   1/9   3/8   8/8   2/8  0/11   3/4   4/4     0  1/13     1     5   2/2   0/0   1/4   0/1
Longjing   | February |    10  7/10   7/9     1     0     1     1     0   0/7   2/7   6/7   0/7  1/10   2/2   2/3     0  0/11     0     7   1/2   4/4   0/1   1/1
Longjing   | March    |     9   7/9   7/9     1     1     1     0     1   1/8   1/7   7/7   0/7   0/9   1/1   1/2     1   0/9     0     8   2/2   0/0   0/1   1/1
Longjing   | April    |    14  5/14  5/14     8     2     1     0     0   0/5   0/5   5/5   0/5  0/14   0/0   0/0     0  0/14     0     6   0/0   1/4   1/3   0/1
Longjing   | all four |    44 27/44 27/43    11     3     4     2     3  2/29  6/27 26/27  2/27  1/44   6/7   7/9     1  1/47     1    26   5/6   5/8   2/9   2/4
Longjing   | a week   |     1   1/1   1/1     0     0     0     0     0   0/1   0/1   1/1   0/1   0/1   0/0   0/0     1   0/2     0     2   0/0   0/0   0/0   0/0
Longjing   | a day    |     1   1/1   1/1     0     0     0     0     0   0/1   1/1   1/1   0/1   0/1   0/0   0/0     0   0/1     0     1   0/0   0/0   0/0   0/0
Yanji      | January  |     3   2/3   2/3     1     1     0     0     0   0/2   1/2   1/2   0/2   0/3   0/0   0/0     1   0/5     1     2   0/0   0/0   1/2   0/0
Yanji      | February |     6   5/6   4/5     1     0     0     0     0   0/5   1/5   5/5   0/5   0/6   0/0   0/0     0   0/8     1     3   0/0   0/1   0/0   0/0
Yanji      | March    |     6   4/6   4/6     0     0     0     2     0   0/4   1/4   3/4   1/4   1/6   0/1   1/2     0   1/7     0     5   0/0   0/0   0/1   0/0
Yanji      | April    |     2   1/2   1/2     1     0     0     0     1   0/1   0/1   1/1   0/1   0/2   0/0   0/0     0   0/3     1     2   0/1   0/0   0/0   0/0
Yanji      | all four |    17 12/17 11/16     3     1     0     2     1  0/12  3/12 10/12  1/12  1/17   0/1   1/2     1  1/23     3    12   0/1   0/1   1/3   0/0
Yanji      | a week   |     3   2/3   2/3     0     0     0     1     0   0/2   1/2   2/2   0/2   1/3   0/1   1/1     0   0/3     0     0   0/0   0/0   0/1   0/0
Yanji      | a day    |     0   0/0   0/0     0     0     0     0     0   0/0   0/0   0/0   0/0   0/0   0/0   0/0     0   0/0     0     0   0/0   0/0   0/0   0/0
Liyuan     | January  |     8   6/8   6/8     0     0     1     1     0   0/6   3/6   6/6   2/6   0/8   3/3   3/3     0  1/10     1     5   2/2   0/0   1/3   0/1
Liyuan     | February |     7   5/7   5/6     0     0     1     1     0   0/5   2/5   4/5   0/5   0/7   0/0   0/1     0   0/8     0     5   1/2   2/2   0/1   1/1
Liyuan     | March    |     8   6/8   6/8     1     1     1     0     1   1/7   1/6   6/6   0/6   0/8   1/1   1/2     0   0/7     0     6   2/2   0/0   0/1   1/1
Liyuan     | April    |     2   2/2   2/2     0     0     0     0     0   0/2   0/2   2/2   0/2   0/2   0/0   0/0     0   0/2     0     2   0/0   1/2   0/0   0/1
Liyuan     | all four |    25 19/25 19/24     1     1     3     2     1  1/20  6/19 18/19  2/19  0/25   4/4   4/6     0  1/27     1    18   5/6   3/4   1/5   2/4
Liyuan     | a week   |     0   0/0   0/0     0     0     0     0     0   0/0   0/0   0/0   0/0   0/0   0/0   0/0     0   0/0     0     2   0/0   0/0   0/0   0/0
Liyuan     | a day    |     1   1/1   1/1     0     0     0     0     0   0/1   1/1   1/1   0/1   0/1   0/0   0/0     0   0/1     0     1   0/0   0/0   0/0   0/0
Laotougou  | January  |     2   1/2   1/2     1     0     0     0     2   1/2   0/1   1/1   0/1   0/2   0/0   0/0     0   0/2     0     0   0/0   0/0   0/0   0/0
Laotougou  | February |     2   1/2   1/2     1     0     0     0     0   0/1   0/1   1/1   0/1   1/2   1/1   1/1     0   0/2     0     1   0/0   1/1   0/0   0/0
Laotougou  | March    |     0   0/0   0/0     0     0     0     0     0   0/0   0/0   0/0   0/0   0/0   0/0   0/0     1   0/1     0     1   0/0   0/0   0/0   0/0
Laotougou  | April    |    12  3/12  3/12     8     2     1     0     0   0/3   0/3   3/3   0/3  0/12   0/0   0/0     0  0/12     0     3   0/0   0/1   1/3   0/0
Laotougou  | all four |    16  5/16  5/16    10     2     1     0     2   1/6   0/5   5/5   0/5  1/16   1/1   1/1     1  0/17     0     5   0/0   1/2   1/3   0/0
Laotougou  | a week   |     0   0/0   0/0     0     0     0     0     0   0/0   0/0   0/0   0/0   0/0   0/0   0/0     1   0/1     0     0   0/0   0/0   0/0   0/0
Laotougou  | a day    |     0   0/0   0/0     0     0     0     0     0   0/0   0/0   0/0   0/0   0/0   0/0   0/0     0   0/0     0     0   0/0   0/0   0/0   0/0
village    | January  |     4   4/4   4/4     0     0     0     0     0   0/4   1/4   4/4   1/4   0/4   3/3   3/3     0   1/6     1     3   1/1   0/0   0/1   0/0
village    | February |     3   2/3   2/2     0     0     0     1     0   0/2   1/2   2/2   0/2   0/3   0/0   0/0     0   0/4     0     3   0/0   2/2   0/0   1/1
village    | March    |     4   3/4   3/4     1     1     0     0     0   0/3   1/3   3/3   0/3   0/4   1/1   1/2     0   0/3     0     3   0/0   0/0   0/0   0/0
village    | April    |     1   1/1   1/1     0     0     0     0     0   0/1   0/1   1/1   0/1   0/1   0/0   0/0     0   0/1     0     1   0/0   0/1   0/0   0/0
village    | all four |    12 10/12 10/11     1     1     0     1     0  0/10  3/10 10/10  1/10  0/12   4/4   4/5     0  1/14     1    10   1/1   2/3   0/1   1/1
village    | a week   |     0   0/0   0/0     0     0     0     0     0   0/0   0/0   0/0   0/0   0/0   0/0   0/0     0   0/0     0     2   0/0   0/0   0/0   0/0
village    | a day    |     1   1/1   1/1     0     0     0     0     0   0/1   1/1   1/1   0/1   0/1   0/0   0/0     0   0/1     0     1   0/0   0/0   0/0   0/0
"""

Cell = tuple[int, int | None]


def expected() -> dict[tuple[str, str], dict[str, Cell]]:
    """Numerator and denominator by place and period, then by code of the figure."""
    found = {}
    for text in NUMBERS.strip().splitlines():
        place, period, cells = text.split("|")
        found[place.strip(), period.strip()] = dict(zip(CODES, map(_cell, cells.split()), strict=True))
    return found


def _cell(text: str) -> Cell:
    above, _slash, below = text.partition("/")
    return int(above), int(below) if below else None


BY_MONTH = [("2024-01", 14, 10), ("2024-02", 16, 12), ("2024-03", 15, 11), ("2024-04", 16, 6)]
"""Accepted and resolved of the prefecture by month of acceptance."""

BY_DIVISION = {
    PREFECTURE: {LONGJING: (44, 27), YANJI: (17, 12)},
    LONGJING: {LIYUAN: (25, 19), LAOTOUGOU: (16, 5), LONGJING: (3, 3)},
    YANJI: {HENAN: (15, 11), YANJI: (2, 1)},
}
"""Accepted and resolved in the four months right below a place; last, what lies in the place itself."""

LASTED = {
    # 01: 3 days, 02: 10, 03: 20, 18: 1. Sorted 1 3 10 20. Curve: 1 -> 3/4, 3 -> 2/4, 10 -> 1/4.
    ("village", "January"): (6.5, 3, (1, 10)),
    # 41: 1, 37: 4, 38 39: 10, 42: 20, 43: 30; 40 open, 44 withdrawn after 43 days. 7/8, 6/8, 4/8, 3/8, 2/8.
    ("Liyuan", "March"): (10, 10, (4, 30)),
    # 26 59 60 70: 10, 08: 79; 69 withdrawn after 8, ten open. 15 at risk on day 10: 11/15; then 11/15 x 10/11.
    ("Laotougou", "all four"): (10, None, (10, None)),
    # Below 10 days are 10 cases, 10 days have 19, so the 20th of 39 has 10. Curve: 60/61 after day 0, 55/61 after 1,
    # 55/61 x 50/54 after 5, x 30/49 = 0.5111 after 10, x 26/28 = 0.4746 after 20, x 25/26 x 19/25 = 0.3468 after 30.
    ("prefecture", "all four"): (10, 20, (10, None)),
}
"""Median days, Kaplan-Meier median and quartiles."""

SIGNED = {"prefecture": 5, "Longjing": 7.5, "Yanji": 5}
"""Median hours to the signature in the four months: 23: 2, 59: 3, 03: 5, 47: 5, 43: 10, 06: 20, 10: 30; 47 is Yanji's."""
