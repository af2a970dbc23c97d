"""Which parts of the file are required: the rule as a table."""

from __future__ import annotations

import pytest

from cases.models import Part
from mediation.file_rules import Need, Standing, missing, needs

ALWAYS = {Part.APPLICATION, Part.RIGHTS, Part.IDENTITY}
ENDED = {"has_session": True, "is_ended": True}
AGREED = {**ENDED, "is_agreed": True, "is_resolved": True}


@pytest.mark.parametrize(
    ("standing", "more"),
    [
        ({}, set()),
        ({"is_represented": True}, {Part.POWER_OF_ATTORNEY}),
        ({"has_session": True}, {Part.MEDIATION}),
        (ENDED, {Part.MEDIATION}),
        (AGREED, {Part.MEDIATION, Part.AGREEMENT}),
        ({**AGREED, "is_performed": True}, {Part.MEDIATION, Part.AGREEMENT, Part.PERFORMANCE}),
        ({**AGREED, "is_followed_up": True}, {Part.MEDIATION, Part.AGREEMENT, Part.FOLLOW_UP}),
        ({**AGREED, "is_confirmation_asked": True}, {Part.MEDIATION, Part.AGREEMENT, Part.CONFIRMATION}),
        ({**ENDED, "is_closed": True}, {Part.MEDIATION, Part.CLOSING}),
        ({**AGREED, "is_closed": True}, {Part.MEDIATION, Part.AGREEMENT, Part.FOLLOW_UP, Part.CLOSING}),
    ],
)
def test_what_is_required(standing: dict[str, bool], more: set[Part]) -> None:
    assert set(missing(Standing(**standing), ())) == ALWAYS | more


def test_the_parts_stand_in_the_prescribed_order() -> None:
    assert list(needs(Standing())) == list(Part)


def test_what_is_there_is_not_missing() -> None:
    assert missing(Standing(), [Part.RIGHTS, Part.IDENTITY]) == [Part.APPLICATION]


def test_what_comes_with_the_matter_is_required_later() -> None:
    found = needs(Standing())
    later = {part for part, need in found.items() if need == Need.LATER}
    assert later == {Part.MEDIATION, Part.AGREEMENT, Part.FOLLOW_UP, Part.CLOSING}
    assert needs(Standing(is_ended=True))[Part.AGREEMENT] == Need.AS_NEEDED
