"""Use cases that meet others at the database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection

from accounts.models import Role, User
from governance_center.transactions import again_if_overtaken, atomic

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_was_ended_as_a_deadlock_does_it_again() -> None:
    """Each takes one lock, waits until the other has the other one, and then wants both."""
    both_hold, attempts = threading.Barrier(2), []

    @atomic
    def take(first: int, second: int) -> str:
        attempts.append(first)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [first])
            if len(attempts) <= 2:
                both_hold.wait(60)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [second])
        return "done"

    def run(locks: tuple[int, int]) -> str:
        try:
            return again_if_overtaken(lambda: take(*locks), ())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, [(501, 502), (502, 501)])) == ["done", "done"]
    assert len(attempts) == 3, "one of them had to begin again"


def test_only_the_named_constraints_are_tried_again() -> None:
    attempts = []

    @atomic
    def enter() -> None:
        attempts.append(1)
        User.objects.create(username="twice", role=Role.OFFICIAL, display_name="x")
        User.objects.create(username="twice", role=Role.OFFICIAL, display_name="x")

    with pytest.raises(IntegrityError):
        again_if_overtaken(enter, ("another_constraint",))
    assert len(attempts) == 1
    with pytest.raises(IntegrityError):
        again_if_overtaken(enter, ("username",))
    assert len(attempts) == 5
    assert not User.objects.filter(username="twice").exists()
