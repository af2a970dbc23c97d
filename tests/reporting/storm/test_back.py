"""The clock goes back after a fold."""

from __future__ import annotations

import pytest

from cases.models import Deadline
from reporting.rollups.folding import fold
from tests.reporting.storm.deeds import build_storm
from tests.reporting.storm.test_clock import MOMENT, overdue
from tests.world import make_case

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_reader_whose_clock_is_behind_that_of_a_fold_equals_a_recount_of_its_own_moment() -> None:
    make_case(build_storm(), "neighbour")
    end = Deadline.objects.running().earliest("due_at").due_at
    fold(now=end)
    assert [overdue(end), overdue(end - MOMENT), overdue(end)] == [1, 0, 1]
    assert fold(now=end - MOMENT) == 1
    assert [overdue(end), overdue(end - MOMENT)] == [1, 0]
