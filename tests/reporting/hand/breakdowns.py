"""The ledger by place, category, channel, level, month and department over the four months, written down by hand.

Each line can be counted in the table of the ledger: the numbers of the cases stand beside it. Rates are in percent to
four places, as the files hold them. How the numbers that are not counts were worked out stands above them.

**Intervals** (Wilson 1927), z = 1.96, share p of n: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).

- prefecture, 39 of 61: p = 0.63934, z² = 3.84146; middle 0.63934 + 0.03149 = 0.67083, half 1.96 √(0.0037800 +
  0.0002581) = 0.12455, both by 1.06297: 51.39 % to 74.83 %.
- Longjing, 27 of 44: p = 0.61364; middle 0.65729, half 1.96 √(0.0053884 + 0.0004960) = 0.15035, by 1.08731: 46.62 % to
  74.28 %.
- Yanji, 12 of 17: p = 0.70588; middle 0.81887, half 1.96 √(0.0122125 + 0.0033230) = 0.24430, by 1.22597: 46.87 % to
  86.72 %.

**The rate with the case mix of the whole** is the sum of weight times own rate by category, the weights being the cases
of the whole in the categories that the place has; half its interval is 1.96 √(sum of (weight share)² q(1-q)/(n+2)), q =
(hits + 1)/(n + 2).

- Longjing within the prefecture (neighbour 26, social insurance 29, family 3; 58 of the 61): (26 x 15/18 + 29 x 11/23 +
  3 x 1/3) / 58 = (21.6667 + 13.8696 + 1) / 58 = 0.62994; variance 0.44828² x 0.16/20 + 0.5² x 0.2496/25 + 0.05172² x
  0.24/5 = 0.0016076 + 0.0024960 + 0.0001284 = 0.0042320; half 1.96 x 0.065054 = 0.12750.
- Yanji within the prefecture (neighbour 26, social insurance 29, public service 2, other 1; 58 of the 61): (26 x 7/8 +
  29 x 3/6 + 2 x 2/2 + 1 x 0/1) / 58 = (22.75 + 14.5 + 2 + 0) / 58 = 0.67672; variance 0.44828² x 0.16/10 + 0.5² x
  0.25/8 + 0.03448² x 0.1875/4 + 0.01724² x 0.2222/3 = 0.0032152 + 0.0078125 + 0.0000557 + 0.0000220 = 0.0111055; half
  1.96 x 0.105383 = 0.20655.
- Liyuan within Longjing (neighbour 18, social insurance 23, family 3): (18 x 14/15 + 23 x 4/7 + 3 x 1/3) / 44 = (16.8 +
  13.1429 + 1) / 44 = 0.70325.
- Laotougou within Longjing (neighbour 18, social insurance 23; 41 of the 44): (18 x 0/2 + 23 x 5/14) / 41 = 8.2143 / 41
  = 0.20035; variance 0.43902² x 0.1875/4 + 0.56098² x 0.2344/16 = 0.0090346 + 0.0046100 = 0.0136446; half 0.22894; what
  would lie below nothing is nothing.
- Henan within Yanji (neighbour 8, social insurance 6, public service 2; 16 of the 17): (8 x 7/8 + 6 x 3/6 + 2 x 1/1) /
  16 = 12 / 16 = 0.75.
"""

# ruff: noqa: E501
from __future__ import annotations

from tests.reporting.hand.ledger import HENAN, LAOTOUGOU, LIYUAN, LONGJING, PREFECTURE, YANJI

Slice = tuple[str, int, int, float, float, float, int, int]
"""Key, accepted, resolved, rate, interval from, to, open, overdue."""

CATEGORIES: dict[str, list[Slice]] = {
    PREFECTURE: [
        # 03 05 08 10 12 18 21 23 26 30 33 40 43 46 49 51 57 and 59 to 70; not resolved: open 12 33 40 57, 61 to 68
        # (overdue 12 40 61 62), withdrawn 05 69, to court 21.
        ("social_insurance", 29, 14, 48.2759, 31.3861, 65.5690, 12, 4),
        # 01 02 04 07 09 11 19 20 22 24 27 28 29 31 32 37 38 39 41 44 47 48 50 54 55 56; open 09 27, withdrawn 44, to
        # court 47.
        ("neighbour", 26, 22, 84.6154, 66.4688, 93.8500, 2, 0),
        ("marriage_family", 3, 1, 33.3333, 6.1492, 79.2340, 0, 0),  # 06 25 42, resolved 42
        ("public_service", 2, 2, 100.0, 34.2380, 100.0, 0, 0),  # 14 34
        ("other", 1, 0, 0.0, 0.0, 79.3451, 0, 0),  # 52
    ],
    LONGJING: [
        ("social_insurance", 23, 11, 47.8261, 29.2372, 67.0373, 9, 3),  # as above without 12 30 33 49 51 57
        ("neighbour", 18, 15, 83.3333, 60.7780, 94.1634, 2, 0),  # as above without 11 29 31 32 47 48 50 56
        ("marriage_family", 3, 1, 33.3333, 6.1492, 79.2340, 0, 0),
    ],
    YANJI: [
        ("neighbour", 8, 7, 87.5, 52.9112, 97.7583, 0, 0),  # 11 29 31 32 47 48 50 56, all but 47
        ("social_insurance", 6, 3, 50.0, 18.7616, 81.2384, 3, 1),  # 12 30 33 49 51 57, resolved 30 49 51
        ("public_service", 2, 2, 100.0, 34.2380, 100.0, 0, 0),
        ("other", 1, 0, 0.0, 0.0, 79.3451, 0, 0),
    ],
}

CHANNELS: dict[str, list[Slice]] = {
    PREFECTURE: [
        ("walk_in", 53, 35, 66.0377, 52.5948, 77.3130, 11, 4),  # all others
        ("hotline", 4, 2, 50.0, 15.0039, 84.9961, 2, 0),  # 03 28 63 64
        ("letter", 1, 1, 100.0, 20.6549, 100.0, 0, 0),  # 10
        ("online", 1, 0, 0.0, 0.0, 79.3451, 0, 0),  # 05; 36 was not accepted
        ("police", 1, 0, 0.0, 0.0, 79.3451, 1, 0),  # 09
        ("transfer", 1, 1, 100.0, 20.6549, 100.0, 0, 0),  # 46
    ],
    LONGJING: [
        ("walk_in", 36, 23, 63.8889, 47.5751, 77.5244, 8, 3),
        ("hotline", 4, 2, 50.0, 15.0039, 84.9961, 2, 0),
        ("letter", 1, 1, 100.0, 20.6549, 100.0, 0, 0),
        ("online", 1, 0, 0.0, 0.0, 79.3451, 0, 0),
        ("police", 1, 0, 0.0, 0.0, 79.3451, 1, 0),
        ("transfer", 1, 1, 100.0, 20.6549, 100.0, 0, 0),
    ],
    YANJI: [("walk_in", 17, 12, 70.5882, 46.8669, 86.7200, 3, 1)],
}

LEVELS: dict[str, list[Slice]] = {
    PREFECTURE: [
        ("county", 52, 30, 57.6923, 44.1943, 70.1319, 14, 4),
        ("township", 6, 6, 100.0, 60.9666, 100.0, 0, 0),  # 01 07 14 19 24 48
        ("village", 3, 3, 100.0, 43.8503, 100.0, 0, 0),  # 04 32 39
    ],
    LONGJING: [
        ("county", 38, 21, 55.2632, 39.7063, 69.8536, 11, 3),
        ("township", 4, 4, 100.0, 51.0109, 100.0, 0, 0),  # 01 07 19 24
        ("village", 2, 2, 100.0, 34.2380, 100.0, 0, 0),  # 04 39
    ],
    YANJI: [
        ("county", 14, 9, 64.2857, 38.7644, 83.6553, 3, 1),
        ("township", 2, 2, 100.0, 34.2380, 100.0, 0, 0),  # 14 48
        ("village", 1, 1, 100.0, 20.6549, 100.0, 0, 0),  # 32
    ],
}

Place = tuple[str, int, int, float, float, float, float, tuple[float, float, float] | None, str, int, int, float | None]
"""Code, accepted, resolved, rate, interval from, to, rate without the exclusions, rate with the case mix of the whole
and its interval, how it lies to the whole, open, overdue, median days."""

ALIKE, FEW = "无法区分", "件数过少"

PLACES: dict[str, list[Place]] = {
    PREFECTURE: [
        # without 29 (excluded, settled) in Yanji: 11 of 16; without 21 (excluded, to court) in Longjing: 27 of 43.
        # Days of the 12 resolved of Yanji: 1 1 1 2 5, then seven of 10; of the 27 of Longjing the 14th has 10.
        (YANJI, 17, 12, 70.5882, 46.8669, 86.7200, 68.7500, (67.6724, 47.0178, 88.3270), FEW, 3, 1, 10),
        (LONGJING, 44, 27, 61.3636, 46.6236, 74.2788, 62.7907, (62.9935, 50.2431, 75.7439), ALIKE, 11, 3, 10),
    ],
    LONGJING: [
        (LIYUAN, 25, 19, 76.0, 56.5703, 88.5037, 79.1667, (70.3247, 51.9998, 88.6495), FEW, 1, 1, 10),
        (LAOTOUGOU, 16, 5, 31.25, 14.1646, 55.5956, 31.25, (20.0348, 0.0, 42.9292), FEW, 10, 2, 10),
        (LONGJING, 3, 3, 100.0, 43.8503, 100.0, 100.0, None, FEW, 0, 0, None),  # 10 28 46
    ],
    YANJI: [
        (HENAN, 15, 11, 73.3333, 48.0496, 89.1025, 71.4286, (75.0, 55.8445, 94.1555), FEW, 3, 1, 10),
        (YANJI, 2, 1, 50.0, 9.4531, 90.5469, 50.0, None, FEW, 0, 0, None),  # 34 52
    ],
}

MONTHS = {
    # First and last day, accepted, of these resolved by now, resolved in the month. Resolved in January: 01 02 03 04
    # 07 11 14; February: 10 18 19 20 22 24 26 29 32 34; March: 08 23 28 30 31 37 38 39 41 42 48 49 50; April: 43 46 51
    # 54 56 59 60 70.
    PREFECTURE: [
        ("2024-01-01", "2024-01-31", 14, 10, 7), ("2024-02-01", "2024-02-29", 16, 12, 10),
        ("2024-03-01", "2024-03-31", 15, 11, 13), ("2024-04-01", "2024-04-30", 16, 6, 8),
    ],
    LONGJING: [
        ("2024-01-01", "2024-01-31", 11, 8, 5), ("2024-02-01", "2024-02-29", 10, 7, 7),
        ("2024-03-01", "2024-03-31", 9, 7, 8), ("2024-04-01", "2024-04-30", 14, 5, 6),
    ],
    YANJI: [
        ("2024-01-01", "2024-01-31", 3, 2, 2), ("2024-02-01", "2024-02-29", 6, 5, 3),
        ("2024-03-01", "2024-03-31", 6, 4, 5), ("2024-04-01", "2024-04-30", 2, 1, 2),
    ],
}  # fmt: skip

CURVES = {
    # Day, then the share still unresolved in percent: times (1 - resolved on the day / still at risk on it). At risk
    # are all less those resolved or ended on earlier days; what is open stays at risk throughout (the oldest of it is
    # older than any resolution).
    # Days are those of the calendar: 18 and 51 ended after minutes, but on the next day. Day 0: 04, 60/61. Day 1: 18 29
    # 34 41 51, 55/60. 25 was withdrawn after one day: 54 are left. Day 2: 14, 53/54. Day 3: 01, 52/53. Day 4: 37, 51/52. Day 5: 32, 50/51. 69 was withdrawn after 8 days: 49 at risk
    # on day 10, when 19 were resolved (02 07 11 19 22 24 26 30 31 38 39 48 49 50 54 56 59 60 70): 30/49; 05 withdrawn
    # and 52 ended then: 28. Day 20: 03 42, 26/28. Day 27: 20, 25/26. Day 30: 10 23 28 43 46 55, 19/25; 06 21 47 ended
    # then and 44 after 43 days: 15. Day 79: 08, 14/15.
    PREFECTURE: [
        (0, 98.3607), (1, 90.1639), (2, 88.4942), (3, 86.8245), (4, 85.1548), (5, 83.4851), (10, 51.1133),
        (20, 47.4624), (27, 45.6369), (30, 34.6841), (79, 32.3718),
    ],
    # 04: 43/44; 18 41: 41/43; 25 withdrawn; 01: 39/40; 37: 38/39; 69 withdrawn; twelve: 25/37; 05 withdrawn; 03 42:
    # 22/24; 20: 21/22; 10 23 28 43 46 55: 15/21; 06 21 ended, 44 withdrawn; 08: 11/12.
    LONGJING: [
        (0, 97.7273), (1, 93.1818), (3, 90.8523), (4, 88.5227), (10, 59.8127), (20, 54.8283), (27, 52.3361),
        (30, 37.3829), (79, 34.2677),
    ],
    # 29 34 51: 14/17; 14: 13/14; 32: 12/13; 11 30 31 48 49 50 56: 5/12.
    YANJI: [(1, 82.3529), (2, 76.4706), (5, 70.5882), (10, 29.4118)],
}  # fmt: skip

QUANTILES = {
    # The first day on which at least a quarter, half, three quarters and nine tenths are resolved: the curve comes down
    # to 75, 50, 25 and 10 percent; in the prefecture and in Longjing never to 25.
    PREFECTURE: (10, 20, None, None),
    LONGJING: (10, 30, None, None),
    YANJI: (5, 10, None, None),
}

Department = tuple[int, int, int, int, int, int, int, float | None, int, int]
"""Accepted, resolved, open, overdue; referred, returned, signed, median hours to the signature; limits kept, over."""

DEPARTMENTS: dict[str, dict[str, Department]] = {
    # The justice office leads neighbours and families, the tax office social insurance; nobody leads 14 34 52.
    # Referrals: tax 03 10 12 23 43 59 62 62 (returned 12 62; hours 5 30 2 10 3), justice 06 47 (returned 06; 5 hours),
    # civil affairs 06 (20 hours), human resources 12. Limits: 20 is a neighbour's; the others are social insurance,
    # kept 03 08 10 43, not kept 12 40 46 62.
    PREFECTURE: {
        "justice": (29, 23, 2, 0, 2, 1, 1, 5, 1, 1),
        "tax": (29, 14, 12, 4, 8, 2, 5, 5, 4, 8),
        "civil_affairs": (0, 0, 0, 0, 1, 0, 1, 20, 0, 0),
        "human_resources": (0, 0, 0, 0, 1, 0, 0, None, 0, 0),
        "nobody": (3, 2, 0, 0, 0, 0, 0, None, 0, 0),
        "whole": (61, 39, 14, 4, 12, 3, 7, 5, 5, 9),
    },
    LONGJING: {
        "justice": (21, 16, 2, 0, 1, 1, 0, None, 1, 1),
        "tax": (23, 11, 9, 3, 7, 1, 5, 5, 4, 7),
        "civil_affairs": (0, 0, 0, 0, 1, 0, 1, 20, 0, 0),
        "whole": (44, 27, 11, 3, 9, 2, 6, 7.5, 5, 8),
    },
    YANJI: {
        "justice": (8, 7, 0, 0, 1, 0, 1, 5, 0, 0),
        "tax": (6, 3, 3, 1, 1, 1, 0, None, 0, 1),
        "human_resources": (0, 0, 0, 0, 1, 0, 0, None, 0, 0),
        "nobody": (3, 2, 0, 0, 0, 0, 0, None, 0, 0),
        "whole": (17, 12, 3, 1, 3, 1, 1, 5, 0, 1),
    },
}
