"""A folder killed before, between and after any of its statements; and what a transaction commits late."""

from __future__ import annotations

import random
import threading

import pytest
from django.db import connection, transaction

from cases.models import Case
from reporting.models import CaseFact, ChangedCase
from reporting.rollups.folding import fold
from reporting.rollups.rebuilding import differences
from tests.processes import PATIENCE, start
from tests.reporting.storm.comparing import reader_equals_recount
from tests.reporting.storm.deeds import Deed, build_storm, correct, each_once, merge, settle
from tests.together import beside
from tests.world import World, make_case

# The n-th statement of the fold, counted over all its batches, ends the process before or after it is done.
FOLD = """
import os, signal
import django
django.setup()
from django.db import connection
from reporting.rollups import folding
folding.BATCH = 5
done = 0
def deadly(execute, sql, params, many, context):
    global done
    done += 1
    if done == {n} and not {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    found = execute(sql, params, many, context)
    if done == {n}:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
with connection.execute_wrapper(deadly):
    folding.fold(most=5)
"""
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_folder_killed_at_any_statement_leaves_a_reader_that_equals_a_recount() -> None:
    each_once(build_storm(), random.Random(2))
    before = ChangedCase.objects.count()
    killed = 0
    for n in range(1, 20):
        codes = {start("-c", FOLD.format(n=n, after=after)).wait(PATIENCE) for after in (False, True)}
        reader_equals_recount()
        if codes == {0}:
            break
        assert codes == {-9}
        assert ChangedCase.objects.count() == before, "nothing is half folded"
        assert not CaseFact.objects.exists()
        killed += 1
    assert killed >= 3
    fold()
    reader_equals_recount()
    assert not ChangedCase.objects.exists()
    assert differences() == []


def age(case: Case, years: int) -> None:
    """Move a case into the past, as one that was taken over; what its ledger says is not asked here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case SET registered_at = registered_at - make_interval(years => %s), accepted_at = "
            "accepted_at - make_interval(years => %s), resolved_at = resolved_at - make_interval(years => %s) "
            "WHERE id = %s",
            [years, years, years, case.pk],
        )


def _old_resolved(world: World) -> Case:
    case = make_case(world, "neighbour")
    settle(world, case, random.Random(3))
    age(case, 3)
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("deed", [correct, merge])
def test_a_change_of_something_years_past_that_is_committed_late_counts_then(deed: Deed) -> None:
    world = build_storm()
    _old_resolved(world)
    case = _old_resolved(world)
    fold()
    done, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            deed(world, case, random.Random(4))
            done.set()
            assert go.wait(PATIENCE)

    with beside(slow):
        try:
            assert done.wait(PATIENCE)
            make_case(world, "neighbour")
            old = reader_equals_recount().counts
            fold()
            assert not ChangedCase.objects.exists()
            assert reader_equals_recount().counts == old
        finally:
            go.set()
    assert ChangedCase.objects.exists()
    assert reader_equals_recount().counts != old
    fold()
    assert reader_equals_recount().counts != old
    assert [one for one in differences() if one.what != "ledger"] == []
