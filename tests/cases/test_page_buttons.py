"""The buttons at the head of a case: few stand open, the main ones first, and none is lost."""

from __future__ import annotations

import pytest

from cases.sections import MOST_BUTTONS, Action, grouped


def actions(plain: int, main: int) -> list[Action]:
    """Plain ones first, as they are often found."""
    return [Action(f"/{number}/", str(number), "x", is_main=number >= plain) for number in range(plain + main)]


@pytest.mark.parametrize(("plain", "main"), [(0, 0), (5, 0), (3, 2), (4, 2), (15, 1), (4, 4), (1, 7)])
def test_main_ones_stand_open_and_a_menu_never_holds_a_single_one(plain: int, main: int) -> None:
    found = actions(plain, main)
    buttons = grouped(found)
    assert sorted([*buttons.open, *buttons.more], key=found.index) == found
    assert not any(action.is_main for action in buttons.more)
    assert len(buttons.more) != 1
    assert len(buttons.open) <= max(MOST_BUTTONS, main + 1)
    assert [action for action in buttons.open if not action.is_main] == found[: len(buttons.open) - main]
