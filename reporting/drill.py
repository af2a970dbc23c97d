"""The way from a number to the cases that are counted in it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from reporting.periods import Period

_FLAGS = {"accepted": "counted", "resolved": "resolved", "open": "open", "overdue": "overdue"}
_REFERRALS = {"referred": "led_by", "returned": "returned_by"}
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
        return _in_the_list(figure, division, first, last, slices)


def _in_the_list(figure: str, division: str, first: str, last: str, slices: dict[str, str]) -> str:
    """The list of cases as far as it can show them."""
    query: dict[str, str] = {"place": division}
    if figure in _REFERRALS and slices.keys() == {"department"}:
        query |= {"dispatched_from": first, "dispatched_to": last, _REFERRALS[figure]: slices["department"]}
    elif figure in _FLAGS and not slices.keys() - {"category", "department"}:
        query |= {"flag": _FLAGS[figure], "counted": "1", "accepted_from": first, "accepted_to": last}
        query |= {"lead" if name == "department" else name: key for name, key in slices.items()}
    else:
        return ""
    return f"{reverse('cases:list')}?{urlencode(query)}"
