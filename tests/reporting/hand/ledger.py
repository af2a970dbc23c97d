"""The ledger: one line a case, in the local time of Yanbian, all of 2024 (February had 29 days).

Columns: number, place, category, channel, what became of it, and what else is known. A day without an hour means ten
o'clock. ``reg`` is the registration (it is that of the acceptance where not said), ``acc`` the acceptance; a case
without ``acc`` was never accepted. Then come, in their order: an outcome of the case, ``reopened``, ``refused``,
``merged:<number>`` and ``closed``. What else: ``med`` has a mediator; ``township``/``village`` is the level that
resolved it (the county where not said); ``ref:`` a referral as lead with its day, then the hours to the signature or
``returned``; ``limit:`` the moment it falls due, then the moment it was met, ``paused`` with a day, or ``cancelled``;
``agr:`` an agreement in force with everything due, each part with its day and whether it was performed (``+``/``-``),
instalments of one sum put together by ``/``; ``was:`` the category or place before the entry was corrected; ``visits:``
how often the petitioner came; the words of satisfaction, ``repeat``, ``excluded``, ``restricted``.
"""

# ruff: noqa: E501
from __future__ import annotations

import datetime as dt

NOW = dt.datetime(2024, 12, 15, 4, 0, tzinfo=dt.UTC)
"""The moment at which the ledger is looked at: noon of 15 December 2024 in Yanbian."""

PREFECTURE, LONGJING, YANJI = "2224", "222405", "222401"
LIYUAN, LAOTOUGOU, HENAN = "222405005", "222405100", "222401001"
VILLAGE, OTHER_VILLAGE, YANJI_VILLAGE = "222405005004", "222405005005", "222401001002"

PLACES = {
    "LJ": LONGJING, "T1": LIYUAN, "V1": VILLAGE, "V2": OTHER_VILLAGE, "T2": LAOTOUGOU,
    "YJ": YANJI, "Y1": HENAN, "YV": YANJI_VILLAGE,
}  # fmt: skip

CATEGORIES = {
    "N": "neighbour", "S": "social_insurance", "F": "marriage_family", "P": "public_service", "L": "legal_advice",
    "O": "other",
}  # fmt: skip

TABLE = """
01 V1 N walk_in | acc 01-01T00:00 settled 01-04 closed 02-04 | township content
02 V1 N walk_in | acc 01-02 settled 01-12 closed 02-12 | fairly
03 V1 S hotline | acc 01-03 written_agreement 01-23 closed 03-23 | med content ref:tax:01-03:5 limit:02-02T10:00:01-20 agr:02-10+
04 V2 N walk_in | acc 01-05T09:00 settled 01-05T09:40 | village
05 V2 S online | acc 01-08 withdrawn 01-18 |
06 T1 F walk_in | acc 01-09 to_court 02-08 | med ref:justice:01-09:returned ref:civil_affairs:01-10:20
07 T1 N walk_in | acc 01-10 oral_agreement 01-20 | med township agr:01-31-
08 T2 S walk_in | acc 01-12 settled 01-22 reopened 03-01 settled 03-31 | limit:02-11T10:00:01-22
09 T2 N police | acc 01-15 settled 01-30 reopened 12-01 |
10 LJ S letter | acc 01-16 settled 02-15 closed 04-15 | not_content ref:tax:01-16:30 limit:02-15T10:00:02-15T10:00
11 Y1 N walk_in | acc 01-17 settled 01-27 | restricted
12 Y1 S walk_in | acc 01-18 | ref:tax:01-18:returned ref:human_resources:01-19: limit:02-17T10:00:
13 YV N walk_in | acc 01-20 merged:11 01-25 | limit:02-19T10:00:
14 YV P walk_in | acc 01-22 service_done 01-24 | township
15 YJ L walk_in | acc 01-23 service_done 01-24 |
16 V1 L walk_in | acc 01-31T23:59 service_done 02-02 |
17 V1 N walk_in | reg 01-29 refused 01-30 |
18 V1 S walk_in | acc 01-31T23:59 settled 02-01T00:00 |
19 V1 N walk_in | acc 02-01T00:00 settled 02-11 | township
20 V1 N walk_in | acc 02-02 settled 02-29T23:59 | limit:03-01T00:00:02-29T23:59
21 V1 S walk_in | acc 02-03 to_court 03-04 | excluded
22 V2 N walk_in | acc 02-05 oral_agreement 02-15 | med agr:02-20+/03-20+
23 V2 S walk_in | acc 02-06 written_agreement 03-07 | med ref:tax:02-06:2 agr:03-31+,04-10+/04-20-
24 T1 N walk_in | acc 02-07 settled 02-17 closed 04-17 | visits:2 township
25 T1 F walk_in | acc 02-08 withdrawn 02-09 | med
26 T2 S walk_in | acc 02-12 settled 02-22 closed 04-22 | content repeat
27 T2 N walk_in | acc 02-14 | limit:03-15T10:00:paused:03-01
28 LJ N hotline | acc 02-19 settled 03-20 closed 05-20 | fairly
29 Y1 N walk_in | acc 02-20 settled 02-21 | excluded
30 Y1 S walk_in | acc 02-21 settled 03-02 |
31 Y1 N walk_in | acc 02-22 settled 03-03 | was:S
32 YV N walk_in | acc 02-23 settled 02-28 | was:V1 village
33 YV S walk_in | acc 02-26 | limit:03-27T10:00:cancelled
34 YJ P walk_in | acc 02-27 service_done 02-28 | restricted
35 Y1 L walk_in | acc 02-28 |
36 Y1 S online | reg 02-29 |
37 V1 N walk_in | reg 02-28 acc 03-01T00:00 settled 03-05 |
38 V1 N walk_in | acc 03-02 settled 03-12 closed 05-12 | content
39 V1 N walk_in | acc 03-03 settled 03-13 closed 05-13 | village visits:0
40 V1 S walk_in | acc 03-04 | limit:04-03T10:00:
41 V2 N walk_in | acc 03-05 settled 03-06 |
42 V2 F walk_in | acc 03-06 written_agreement 03-26 | med
43 T1 S walk_in | acc 03-07 settled 04-06 | ref:tax:03-07T23:59:10 limit:04-07T00:00:04-06
44 T1 N walk_in | acc 03-08 settled 03-18 reopened 03-20 settled 03-25 reopened 04-10 withdrawn 04-20 |
45 T2 N walk_in | acc 03-11 merged:27 03-12 |
46 LJ S transfer | acc 03-12 settled 04-11 | limit:04-01T10:00:04-11
47 Y1 N walk_in | acc 03-13 to_court 04-12 | med ref:justice:03-13:5
48 Y1 N walk_in | acc 03-14 settled 03-24 | repeat township
49 Y1 S walk_in | acc 03-15 settled 03-25 closed 05-25 | not_content
50 YV N walk_in | acc 03-18 settled 03-28 | visits:3
51 YV S walk_in | acc 03-31T23:59 settled 04-01T00:30 |
52 YJ O walk_in | acc 03-20 to_arbitration 03-30 closed 04-30 |
53 YJ N walk_in | reg 03-21 refused 03-22 |
54 V1 N walk_in | acc 04-01T00:00 settled 04-11 |
55 V2 N walk_in | acc 04-30T23:59 settled 05-30 |
56 Y1 N walk_in | acc 04-09 settled 04-19 |
57 Y1 S walk_in | acc 04-10 withdrawn 04-11 closed 05-11 reopened 05-20 | restricted
58 YV L walk_in | acc 04-12 service_done 04-13 |
59 T2 S walk_in | acc 04-02 settled 04-12 | ref:tax:04-02:3
60 T2 S walk_in | acc 04-03 settled 04-13 |
61 T2 S walk_in | acc 04-04 | limit:05-05T10:00:
62 T2 S walk_in | acc 04-05 | ref:tax:04-05:returned ref:tax:04-06: limit:04-30T10:00:
63 T2 S hotline | acc 04-06 |
64 T2 S hotline | acc 04-07 |
65 T2 S walk_in | acc 04-08 |
66 T2 S walk_in | acc 04-09 |
67 T2 S walk_in | acc 04-10 |
68 T2 S walk_in | acc 04-11 |
69 T2 S walk_in | acc 04-12 withdrawn 04-20 |
70 T2 S walk_in | acc 04-15 settled 04-25 |
"""
