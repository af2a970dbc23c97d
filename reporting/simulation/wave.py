"""What early warning finds in the demo: unpaid wages in one street of Longjing, several from the same building site."""

from __future__ import annotations

import datetime as dt

from governance_center.calendar import local_day
from reporting.simulation.telling import Spec

COUNTY, STREET, CATEGORY = "222405", "222405005", "wage_arrears"
SITE = "梨花路18号工地"
CASES, FROM_SITE, WITHIN = 11, 4, dt.timedelta(days=12)


def choose(specs: list[Spec], until: dt.date) -> None:
    """Let some matters of the last days, which came from anywhere, come from the street; none is added."""
    recent = [
        spec
        for spec in specs
        if spec.ending == "handling" and dt.timedelta(0) < until - local_day(spec.registered_at) <= WITHIN
    ]
    for number, spec in enumerate(recent[-CASES:]):
        spec.county, spec.category, spec.place = COUNTY, CATEGORY, STREET
        spec.address = SITE if number < FROM_SITE else ""
