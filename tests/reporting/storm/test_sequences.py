"""Any sequence of use cases, folded at any point: all figures of any place and period equal a recount."""

from __future__ import annotations

import datetime as dt
import random

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from cases.models import Case
from reporting.periods import Period
from reporting.rollups.folding import fold
from reporting.rollups.rebuilding import differences
from tests.reporting.storm.comparing import SCOPES, reader_equals_recount
from tests.reporting.storm.deeds import DEEDS, build_storm, do
from tests.world import World, make_case

STEP = st.tuples(
    st.sampled_from(DEEDS),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from(SCOPES),
    st.tuples(st.integers(0, 800), st.integers(0, 40)),
)


class Sequences(TestCase):
    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = build_storm()

    @settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEP, min_size=3, max_size=12))
    def test_after_each_step_a_reader_equals_a_recount(self, steps: list[tuple]) -> None:  # type: ignore[type-arg]
        dice, today = random.Random(6), timezone.localdate()
        for category in ("neighbour", "neighbour", "social_insurance"):
            make_case(self.world, category)
        for deed, which, folds, scope, (before, after) in steps:
            cases = list(Case.objects.order_by("pk"))
            do(self.world, deed, cases[which % len(cases)], dice)
            if folds:
                fold()
            period = Period(today - dt.timedelta(days=before), today + dt.timedelta(days=after))
            reader_equals_recount(scopes=(scope,), period=period)
        assert differences() == []
