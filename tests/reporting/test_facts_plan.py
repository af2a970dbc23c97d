"""What a case has several of is found by its index when the facts of a case are worked out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from reporting.rollups.sql import fresh

pytestmark = pytest.mark.django_db


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a plan and all below it."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def test_the_visits_of_a_case_are_not_looked_for_among_all_visits() -> None:
    with connection.cursor() as cursor:
        # With few rows all are read, and rightly; where that is forbidden, an index must be of use.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {fresh('c.id IN (1, 2)', 'now()')}")
        answer = cursor.fetchone()[0]
    plan = json.loads(answer) if isinstance(answer, str) else answer
    found = [node for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == "intake_visit"]
    assert found
    assert all("case_id" in node.get("Index Cond", node.get("Recheck Cond", "")) for node in found), found
