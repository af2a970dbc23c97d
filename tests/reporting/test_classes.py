"""The classes of the map: few, of equal width, and none that makes much of a small difference."""

from __future__ import annotations

import pytest

from reporting.classes import MOST, place_of, spans
from reporting.measures import Unit


@pytest.mark.parametrize(
    ("values", "unit", "labels"),
    [
        ([98.2, 98.9, 99.1], Unit.PERCENT, ["98–99", "99–100"]),
        ([98.2, 98.4], Unit.PERCENT, ["98–99"]),
        ([0, 100], Unit.PERCENT, ["0–20", "20–40", "40–60", "60–80", "80–100"]),
        ([0, 3], Unit.COUNT, ["0", "1", "2", "3"]),
        ([502, 6897], Unit.COUNT, ["0–1,999", "2,000–3,999", "4,000–5,999", "6,000–7,999"]),
        ([5, 6], Unit.DAYS, ["5–6", "6–7"]),
        ([], Unit.COUNT, []),
    ],
)
def test_the_limits_are_round(values: list[float], unit: Unit, labels: list[str]) -> None:
    found = spans(values, unit)
    assert [span.label(unit) for span in found] == labels
    assert len(found) <= MOST
    for value in values:
        span = found[place_of(value, found)]
        assert span.low <= value <= span.high
