"""The way from a number to the cases that are counted in it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from reporting.periods import Period

_FLAGS = {"accepted": "counted", "resolved": "resolved", "open": "open", "overdue": "overdue"}
"""What the list of cases can show by itself."""


def address(figure: str, division: str, period: Period, **slices: str) -> str:
    """The address of the cases that are counted in a figure (the code of a measure, or a column of the roll-ups).

    Args:
        slices: ``category``, ``channel``, ``level``, ``department``; ``of="denominator"`` for all cases of a rate.

    Returns: an empty text where no list can show them.
    """
    first, last = period.first.isoformat(), period.last.isoformat()
    try:
        query = {"figure": figure, "division": division, "first": first, "last": last, **slices}
        return f"{reverse('reporting:cases')}?{urlencode(query)}"
    except NoReverseMatch:
        if figure not in _FLAGS or slices.keys() - {"category"}:
            return ""
    query = {"flag": _FLAGS[figure], "counted": "1", "accepted_from": first, "accepted_to": last, "place": division}
    return f"{reverse('cases:list')}?{urlencode(query | slices)}"
