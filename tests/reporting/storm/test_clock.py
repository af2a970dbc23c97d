"""Limits that become late by the mere passing of time, folded or not."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from cases.models import Deadline
from reporting.rollups.folding import fold
from reporting.rollups.rebuilding import differences
from tests.reporting.storm.comparing import reader_equals_recount
from tests.reporting.storm.deeds import build_storm, correct, each_once, sign
from tests.world import make_case

MOMENT = dt.timedelta(microseconds=1)
pytestmark = pytest.mark.django_db(transaction=True)


def overdue(now: dt.datetime) -> int:
    return sum(count.column == "overdue" for count in reader_equals_recount(now).counts)


@pytest.mark.parametrize("folds", [False, True])
def test_at_each_moment_a_reader_equals_a_recount_of_that_moment(folds: bool) -> None:
    world, dice = build_storm(), random.Random(5)
    each_once(world, dice)
    cases = [make_case(world, "neighbour") for _each in range(3)]
    fold()
    found = []
    ends = sorted(set(Deadline.objects.running().values_list("due_at", flat=True)))
    for turn, end in enumerate(ends[:3] + ends[-3:]):
        found += [overdue(end - MOMENT), overdue(end)]
        if turn < len(cases):
            sign(world, cases[turn], dice)
            correct(world, cases[turn], dice)
            found[-1] = overdue(end)
        if folds:
            fold(now=end)
            assert overdue(end) == found[-1]
            assert differences(now=end) == []
    assert found[-1] > found[0]
